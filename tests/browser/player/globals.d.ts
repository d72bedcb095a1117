// `core.js` is a module of its own for who loads it so; the player makes one script of it and the others.
type Core = import("../../../src/plot/player/web/core.js").Core;
type CoreError = import("../../../src/plot/player/web/core.js").CoreError;
declare const Core: typeof import("../../../src/plot/player/web/core.js").Core;
declare const CoreError: typeof import("../../../src/plot/player/web/core.js").CoreError;
