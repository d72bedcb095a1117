//! Imports run one way, along the flow of the data: the order of the rooms, as `docs/architecture.md` explains it.

mod house;

use std::collections::BTreeSet;

use house::{
    Files, assert_exactly, files,
    imports::{Import, Imports, circles, is_door, read},
    root,
};

/// The rooms in order: a file imports from its own room and from those before it.
const ROOMS: [&str; 27] = [
    "error",
    "host",
    "file",
    "notation",
    "serial",
    "math",
    "data",
    "loss",       // `Forward::losses` takes one.
    "activation", // `Forward::activation` gives one.
    "model",
    "metrics",
    "moment",
    "note",
    "codec",
    "nn",
    "train",
    "storage",
    "analysis",
    "replay",
    "import",
    "export",
    "plot/panel",
    "plot/render",
    "plot/run",
    "plot/page",
    "plot/player",
    "plot/notebook",
];

/// The rooms before it that a room knows nothing of.
const STRANGERS: [(&str, &[&str]); 6] = [
    ("storage", &["nn", "train"]),
    ("analysis", &["nn", "train", "storage"]),
    ("import", &["train", "storage", "analysis"]),
    ("plot/panel", &["nn", "train", "storage", "replay"]),
    (
        "plot/render",
        &[
            "math",
            "data",
            "loss",
            "activation",
            "model",
            "metrics",
            "moment",
            "note",
            "codec",
            "nn",
            "train",
            "storage",
            "analysis",
            "replay",
        ],
    ),
    ("codec", &["math", "data", "loss", "activation", "model", "metrics", "moment", "note"]),
];

/// What of a stranger a room knows all the same.
const SHOWN: [(&str, &str); 2] = [
    ("plot/render", "math/parallel.rs"), // The frames of an animation are drawn on several threads.
    ("plot/render", "math/elementary.rs"), // Logarithmic axes are the same on every machine.
];

/// The one file that may name a crate.
const CRATES: [(&str, &str); 1] = [("bincode", "codec.rs")];

#[test]
fn every_import_is_followed_to_where_its_name_is_defined() {
    let house = src();
    assert!(house.edges.len() > 100, "{} imports are too few to be all", house.edges.len());
    assert_eq!(house.unresolved, Vec::<String>::new(), "the reader cannot follow these");
}

#[test]
fn rooms_import_from_those_before_them_only() {
    let found = against_the_order(&src().edges);
    assert!(found.is_empty(), "imports against the order of the rooms: {found:#?}");
}

/// The traits, one contract in three files: each names the others, since a model says by them what else it is, and what they are
/// about. The first one is the door of its folder, whose imports from there are none.
const TRAITS: [&str; 2] = ["model/forward.rs", "model/backward.rs"];

/// The imports with the traits as parts of their folder's door.
fn with_one_contract(mut edges: Vec<Import>) -> Vec<Import> {
    edges.retain(|import| !(TRAITS.contains(&import.from.as_str()) && import.to.starts_with("model/")));
    edges
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let found = circles(&with_one_contract(src().edges));
    assert!(found.is_empty(), "files that import each other in a circle: {found:#?}");
}

#[test]
fn what_only_one_file_may_know_no_other_names() {
    let crates = src().crates;
    for (name, home) in CRATES {
        let users = crates.iter().filter(|(_, used)| used == name).map(|(file, _)| file.clone());
        assert_exactly(&format!("files that name {name}"), users.collect(), BTreeSet::from([home.to_owned()]));
    }
}

fn src() -> Imports {
    read(&files(&root().join("src"), "rs"))
}

/// The command, a crate of its own beside the library.
fn command() -> Imports {
    let mut files = files(&root().join("src/bin/training-replay"), "rs");
    let main = files.remove("main.rs").expect("the command begins there");
    files.insert("lib.rs".into(), main);
    read(&files)
}

#[test]
fn no_files_of_the_command_import_each_other_in_a_circle() {
    let command = command();
    assert!(command.edges.len() > 50, "{} imports are too few to be all", command.edges.len());
    assert_eq!(command.unresolved, Vec::<String>::new(), "the reader cannot follow these");
    let found = circles(&command.edges);
    assert!(found.is_empty(), "files that import each other in a circle: {found:#?}");
}

#[test]
fn a_subcommand_is_one_file_that_knows_no_other_but_for_what_they_share() {
    let shared = [("commands/gif.rs", "commands/figure.rs")];
    let among = |import: &&Import| import.from.starts_with("commands/") && import.to.starts_with("commands/");
    let found: BTreeSet<(String, String)> =
        command().edges.iter().filter(among).map(|import| (import.from.clone(), import.to.clone())).collect();
    assert_exactly("subcommands that know others", found, shared.map(|(a, b)| (a.to_owned(), b.to_owned())).into());
}

fn against_the_order(imports: &[Import]) -> BTreeSet<Import> {
    imports.iter().filter(|import| !is_allowed(&import.from, &import.to)).cloned().collect()
}

fn is_allowed(from: &str, to: &str) -> bool {
    let (Some(room), Some(used)) = (room(from), room(to)) else {
        // `lib.rs` and `plot/mod.rs` re-export, and hold nothing that could be imported.
        return false;
    };
    let strangers = STRANGERS.iter().find(|(name, _)| *name == ROOMS[room]).map_or(&[][..], |(_, strangers)| strangers);
    let is_shown = SHOWN.contains(&(ROOMS[room], to));
    used <= room && (is_shown || !strangers.contains(&ROOMS[used]))
}

/// The place of a file's room in the order.
fn room(file: &str) -> Option<usize> {
    ROOMS.iter().position(|room| file.strip_prefix(room).is_some_and(|rest| rest == ".rs" || rest.starts_with('/')))
}

// The reader is tested too: a rule that nothing can break holds nothing.

fn house(files: &[(&str, &str)]) -> Imports {
    let files: Files = files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect();
    let house = read(&files);
    assert_eq!(house.unresolved, Vec::<String>::new());
    house
}

fn pairs(imports: &[Import]) -> Vec<(&str, &str)> {
    imports.iter().map(|import| (import.from.as_str(), import.to.as_str())).collect()
}

#[test]
fn a_file_against_the_order_is_found_through_the_re_exports_of_the_crate() {
    let house = house(&[
        ("lib.rs", "mod error; mod math; pub mod nn; pub use nn::{Dense as Layer};"),
        ("error.rs", "pub struct Error;"),
        ("math/mod.rs", "pub(crate) mod matrix;"),
        ("math/matrix.rs", "use crate::{error::Error, Layer};\n"),
        ("nn/mod.rs", "mod dense; pub use dense::*;"),
        ("nn/dense.rs", "pub struct Dense; use crate::math::matrix;"),
    ]);
    let imports =
        [("math/matrix.rs", "error.rs"), ("math/matrix.rs", "nn/dense.rs"), ("nn/dense.rs", "math/matrix.rs")];
    assert_eq!(pairs(&house.edges), imports);
    let against: Vec<Import> = against_the_order(&house.edges).into_iter().collect();
    assert_eq!(pairs(&against), [("math/matrix.rs", "nn/dense.rs")]);
}

#[test]
fn a_circle_is_found_however_long_it_is() {
    let house = house(&[
        ("lib.rs", "mod nn;"),
        ("nn/mod.rs", "mod a; mod b; mod c; mod d;"),
        ("nn/a.rs", "pub fn a() { super::b::b() }"),
        ("nn/b.rs", "use super::c; pub fn b() { c::c() }"),
        ("nn/c.rs", "pub fn c() { crate::nn::a::a() }"),
        ("nn/d.rs", "use super::a::a;"),
    ]);
    let circle = ["nn/a.rs", "nn/b.rs", "nn/c.rs"].map(str::to_owned);
    assert_eq!(circles(&house.edges), BTreeSet::from([BTreeSet::from(circle)]));
}

#[test]
fn tests_comments_and_strings_import_nothing() {
    let house = house(&[
        ("lib.rs", "mod error; mod nn; #[cfg(test)] mod testing;"),
        (
            "error.rs",
            "//! use crate::nn::Dense;\n/* /* */ use crate::nn::Dense; */ const A: &str = r#\"use crate::nn::Dense;\"#; #[cfg(test)]\n#[allow(unused)] mod tests { use crate::nn::Dense; } const B: char = '\"'; struct C<'a>(&'a ()); fn d() -> char { '\\'' }",
        ),
        ("nn/mod.rs", "pub struct Dense; #[cfg(test)] use crate::error::A; fn f() { crate::error::d(); }"),
    ]);
    assert_eq!(pairs(&house.edges), [("nn/mod.rs", "error.rs")]);
}

#[test]
fn nested_trees_modules_in_files_and_names_of_folders_are_followed() {
    let house = house(&[
        ("lib.rs", "mod data; mod loss; pub use data::generate as datasets;"),
        ("data/mod.rs", "pub(crate) mod labels; pub mod generate;"),
        (
            "data/labels.rs",
            "pub fn count() {} mod inner { pub(super) use super::super::generate::{self, moons as m}; }",
        ),
        ("data/generate.rs", "pub fn moons() {}"),
        (
            "loss.rs",
            "use crate::{data::{self, labels::{self as l, count}}}; fn f() { data::generate::moons(); crate::datasets::moons(); }",
        ),
    ]);
    let imports =
        [("data/labels.rs", "data/generate.rs"), ("loss.rs", "data/generate.rs"), ("loss.rs", "data/labels.rs")];
    let found: BTreeSet<_> = pairs(&house.edges).into_iter().collect();
    assert_eq!(found, BTreeSet::from(imports));
}

#[test]
fn a_name_that_cannot_be_followed_is_not_passed_over() {
    let files = [("lib.rs", "mod a; mod b;"), ("a.rs", "use crate::b::*; use crate::c::D;"), ("b.rs", "")];
    let house = read(&files.map(|(path, text)| (path.to_owned(), text.to_owned())).into());
    assert_eq!(house.unresolved, ["a.rs:1: crate::b::*", "a.rs:1: crate::c::D"]);
}

#[test]
fn a_folders_own_items_are_imported_and_its_re_exports_are_not_imports() {
    assert!(is_door("plot/mod.rs") && is_door("lib.rs") && !is_door("plot/panel/panel.rs"));
    let house = house(&[
        ("lib.rs", "mod model;"),
        ("model/mod.rs", "mod parameter; pub use parameter::Parameter; pub trait Model {}"),
        ("model/parameter.rs", "use super::Model; pub struct Parameter;"),
    ]);
    assert_eq!(pairs(&house.edges), [("model/parameter.rs", "model/mod.rs")]);
}
