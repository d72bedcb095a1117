//! What the files of a crate import from each other, with every name followed through re-exports to where it is defined.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Files,
    tokens::{Token, closing, program},
};

/// The path of a module below the crate, `["math", "matrix"]`; the crate itself is empty.
type Name = Vec<String>;

/// A file that imports another, and the line where it does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    pub from: String,
    pub to: String,
    pub line: usize,
}

/// What was read of a crate.
#[derive(Debug, Default)]
pub struct Imports {
    /// Between files of the crate. Re-exports in `lib.rs` and `mod.rs` files are none.
    pub edges: Vec<Import>,
    /// The crates and the standard library's, by the file that names them.
    pub crates: BTreeSet<(String, String)>,
    /// What the reader could not follow, which it must not pass over in silence.
    pub unresolved: Vec<String>,
}

/// Reads a crate from `lib.rs` on; files that only tests declare are not part of it.
pub fn read(files: &Files) -> Imports {
    let mut house = House::default();
    house.file(files, "lib.rs", Vec::new());
    house.imports()
}

/// Finds the files that import each other in a circle, as sets.
pub fn circles(edges: &[Import]) -> BTreeSet<BTreeSet<String>> {
    let mut known: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for import in edges {
        known.entry(&import.from).or_default().insert(&import.to);
    }
    let reach: BTreeMap<&str, BTreeSet<&str>> = known.keys().map(|&file| (file, reached(&known, file))).collect();
    let together = |a: &str, b: &str| reach[a].contains(b) && reach.get(b).is_some_and(|back| back.contains(a));
    let circle =
        |&file: &&str| reach[file].iter().filter(|other| together(file, other)).map(ToString::to_string).collect();
    reach.keys().map(circle).filter(|circle: &BTreeSet<_>| !circle.is_empty()).collect()
}

fn reached<'a>(edges: &BTreeMap<&'a str, BTreeSet<&'a str>>, file: &str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut next: Vec<&str> = edges[file].iter().copied().collect();
    while let Some(file) = next.pop() {
        if found.insert(file) {
            next.extend(edges.get(file).into_iter().flatten());
        }
    }
    found
}

#[derive(Debug, Default)]
struct House {
    modules: BTreeMap<Name, Module>,
}

#[derive(Debug, Default)]
struct Module {
    file: String,
    /// What it defines, modules apart.
    items: BTreeSet<String>,
    /// What it imports, under which name; `*` for all of it.
    uses: Vec<Use>,
    /// Paths of two names and more that stand in its code.
    paths: Vec<(Name, usize)>,
}

#[derive(Debug)]
struct Use {
    path: Name,
    name: String,
    is_public: bool,
    /// It stands in a function, whose names are not the module's.
    is_local: bool,
    line: usize,
}

/// Where a path leads to.
enum Target {
    Module(Name),
    Item(Name),
    Crate(String),
}

impl House {
    fn file(&mut self, files: &Files, path: &str, name: Name) {
        let source = files.get(path).unwrap_or_else(|| panic!("{path} is declared and is not there"));
        let tokens = program(source);
        self.module(files, path, name, &tokens);
    }

    /// Reads the tokens of one module, and the modules that it declares.
    fn module(&mut self, files: &Files, path: &str, name: Name, tokens: &[Token]) {
        let mut module = Module { file: path.to_owned(), ..Module::default() };
        let (mut at, mut depth) = (0, 0);
        while let Some(token) = tokens.get(at) {
            let next = tokens.get(at + 1).map_or("", |next| next.text.as_str());
            let opens = |at: usize, text| tokens.get(at).is_some_and(|token| token.text == text);
            match token.text.as_str() {
                "use" if next != "<" => {
                    let end = at + tokens[at..].iter().position(|token| token.text == ";").unwrap();
                    let is_public = depth == 0 && is_public(tokens, at);
                    let tree = Tree { is_public, is_local: depth > 0, line: token.line };
                    tree.read(&tokens[at + 1..end], &[], &mut module.uses);
                    at = end;
                }
                "mod" if depth == 0 && opens(at + 2, ";") => {
                    self.file(files, &child_file(files, path, next), child(&name, next));
                    at += 2;
                }
                "mod" if depth == 0 && opens(at + 2, "{") => {
                    let end = closing(tokens, at + 2);
                    self.module(files, path, child(&name, next), &tokens[at + 3..end]);
                    at = end;
                }
                "#" if matches!(next, "[" | "!") => at = closing(tokens, at + 1 + usize::from(next == "!")),
                "pub" if next == "(" => at = closing(tokens, at + 1),
                "fn" | "struct" | "enum" | "trait" | "type" | "const" | "static" | "union" if depth == 0 => {
                    module.items.insert(next.to_owned());
                }
                "macro_rules" => {
                    module.items.insert(tokens[at + 2].text.clone());
                }
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth -= 1,
                _ if next == "::" && is_name(&token.text) && (at == 0 || tokens[at - 1].text != "::") => {
                    let (path, end) = inline_path(tokens, at);
                    module.paths.push((path, token.line));
                    at = end;
                }
                _ => {}
            }
            at += 1;
        }
        self.modules.insert(name, module);
    }

    fn imports(&self) -> Imports {
        let mut found = Imports::default();
        for (name, module) in &self.modules {
            for import in &module.uses {
                // A door may pass on what is in its own folder; what lies elsewhere it imports like any other file.
                let is_own = !matches!(import.path[0].as_str(), "crate" | "super");
                let is_re_export = import.is_public && is_door(&module.file) && is_own;
                self.follow(name, &import.path, import.line, true, is_re_export, &mut found);
            }
            for (path, line) in &module.paths {
                self.follow(name, path, *line, false, false, &mut found);
            }
        }
        found.edges.sort();
        found.edges.dedup();
        found
    }

    fn follow(&self, from: &Name, path: &Name, line: usize, is_use: bool, is_re_export: bool, found: &mut Imports) {
        let file = &self.modules[from].file;
        let target = self.resolve(from, path, &mut Vec::new()).or_else(|| outside(path));
        let is_glob = path.last().is_some_and(|last| last == "*");
        let to = match target {
            _ if is_re_export => return,
            // What it brings along cannot be followed.
            Some(Target::Module(_)) if is_glob => None,
            // The name of a folder is no import; what is then taken from it is one.
            Some(Target::Module(to)) if is_door(&self.modules[&to].file) => return,
            Some(Target::Module(to) | Target::Item(to)) => Some(self.modules[&to].file.clone()),
            Some(Target::Crate(name)) => {
                found.crates.insert((file.clone(), name));
                return;
            }
            None if is_use || is_within(&path[0]) => None,
            None => return, // `Vec::new`, `T::Item`: a name of the prelude or of the place where it stands.
        };
        match to {
            Some(to) if to == *file => {}
            Some(to) => found.edges.push(Import { from: file.clone(), to, line }),
            None => found.unresolved.push(format!("{file}:{line}: {}", path.join("::"))),
        }
    }

    /// Follows a path from a module to its last module, or to where its first item is defined.
    fn resolve(&self, from: &Name, path: &[String], seen: &mut Vec<(Name, Name)>) -> Option<Target> {
        let step = (from.clone(), path.to_vec());
        if seen.contains(&step) {
            return None;
        }
        seen.push(step);
        let Some((first, rest)) = path.split_first() else { return Some(Target::Module(from.clone())) };
        match first.as_str() {
            "crate" => self.resolve(&Vec::new(), rest, seen),
            "self" => self.resolve(from, rest, seen),
            "super" => self.resolve(&from[..from.len().checked_sub(1)?].to_vec(), rest, seen),
            "*" => Some(Target::Module(from.clone())),
            _ => self.step(from, first, rest, seen),
        }
    }

    fn step(&self, from: &Name, first: &String, rest: &[String], seen: &mut Vec<(Name, Name)>) -> Option<Target> {
        let module = &self.modules[from];
        if self.modules.contains_key(&child(from, first)) {
            return self.resolve(&child(from, first), rest, seen);
        }
        if module.items.contains(first) {
            return Some(Target::Item(from.clone()));
        }
        let named = module.uses.iter().find(|import| import.name == *first);
        if let Some(import) = named {
            let way = [&import.path, rest].concat();
            return self.resolve(from, &way, seen).or_else(|| outside(&import.path));
        }
        let mut globs = module.uses.iter().filter(|import| !import.is_local && import.name == "*");
        globs.find_map(|import| {
            let (_, folder) = import.path.split_last()?;
            self.resolve(from, &[folder, std::slice::from_ref(first), rest].concat(), seen)
        })
    }
}

/// The crate that a path leads to which nothing here defines.
fn outside(path: &[String]) -> Option<Target> {
    let first = path.first()?;
    let is_lower = first.chars().all(|c| c.is_lowercase() || c.is_ascii_digit() || c == '_');
    let is_crate = path.len() > 1 && is_lower && !is_within(first) && !PRIMITIVES.contains(&first.as_str());
    (is_crate || CRATES.contains(&first.as_str())).then(|| Target::Crate(first.clone()))
}

fn is_within(first: &str) -> bool {
    matches!(first, "crate" | "self" | "super")
}

/// What is imported without a further name.
const CRATES: [&str; 2] = ["nalgebra", "plotters"];

const PRIMITIVES: [&str; 17] = [
    "bool", "char", "str", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128",
    "usize",
];

/// One `use` declaration.
struct Tree {
    is_public: bool,
    is_local: bool,
    line: usize,
}

impl Tree {
    /// Takes a tree of names, `a::{b, c::d as e, f::*}`, apart into its paths.
    fn read(&self, tokens: &[Token], prefix: &[String], uses: &mut Vec<Use>) {
        let mut path = prefix.to_vec();
        let mut name = None;
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            match token.text.as_str() {
                "::" => {}
                "{" => {
                    let end = closing(tokens, at);
                    return branches(&tokens[at + 1..end]).for_each(|branch| self.read(branch, &path, uses));
                }
                "as" => {
                    name = tokens.get(at + 1).map(|alias| alias.text.clone());
                    break;
                }
                "self" if !prefix.is_empty() => {}
                text => path.push(text.to_owned()),
            }
            at += 1;
        }
        if let Some(last) = path.last() {
            let name = name.unwrap_or_else(|| last.clone());
            uses.push(Use { path, name, is_public: self.is_public, is_local: self.is_local, line: self.line });
        }
    }
}

/// The branches of a tree between its braces.
fn branches(tokens: &[Token]) -> impl Iterator<Item = &[Token]> {
    let mut depth = 0;
    tokens
        .split(move |token| {
            match token.text.as_str() {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
            depth == 0 && token.text == ","
        })
        .filter(|branch| !branch.is_empty())
}

fn inline_path(tokens: &[Token], start: usize) -> (Name, usize) {
    let mut path = vec![tokens[start].text.clone()];
    let mut at = start;
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    while text(at + 1) == "::" && is_name(text(at + 2)) {
        at += 2;
        path.push(tokens[at].text.clone());
    }
    (path, at)
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

fn is_public(tokens: &[Token], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| matches!(tokens[before].text.as_str(), "pub" | ")"))
}

/// A file that speaks for a folder.
pub fn is_door(file: &str) -> bool {
    file == "lib.rs" || file.ends_with("mod.rs")
}

fn child(name: &Name, last: &str) -> Name {
    [name.as_slice(), &[last.to_owned()]].concat()
}

fn child_file(files: &Files, parent: &str, name: &str) -> String {
    let folder = if is_door(parent) {
        parent.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"))
    } else {
        format!("{}/", parent.trim_end_matches(".rs"))
    };
    let file = format!("{folder}{name}.rs");
    if files.contains_key(&file) { file } else { format!("{folder}{name}/mod.rs") }
}
