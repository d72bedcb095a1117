// `instance.js` is a module of its own for who loads it so; pages make one script of it and the others.
declare const instantiated: typeof import("../../src/plot/page/web/instance.js").instantiated;
