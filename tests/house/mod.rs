//! Readers of this crate's own source and documentation, for the tests that hold them to their rules.
#![allow(dead_code)] // Every test binary uses a part of it.

pub mod functions;
pub mod html;
pub mod imports;
pub mod tokens;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    fs,
    path::{Path, PathBuf},
};

/// The text of files by their path below a folder, with `/` between the names on every system.
pub type Files = BTreeMap<String, String>;

/// The folder of `Cargo.toml`.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Reads every file below `folder` whose name ends in `extension`.
pub fn files(folder: &Path, extension: &str) -> Files {
    let mut found = Files::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let entries: Vec<PathBuf> = fs::read_dir(&next)
            .unwrap_or_else(|error| panic!("{}: {error}", next.display()))
            .map(|entry| entry.unwrap().path())
            .collect();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                let names: Vec<_> =
                    path.strip_prefix(folder).unwrap().iter().map(|name| name.to_str().unwrap()).collect();
                found.insert(names.join("/"), fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

/// Compares what was found with a list of what is known, both ways: what is new fails, and so does an entry that nothing
/// needs any more.
#[track_caller]
pub fn assert_exactly<T: Ord + Debug>(what: &str, found: BTreeSet<T>, known: BTreeSet<T>) {
    let new: Vec<_> = found.difference(&known).collect();
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(new.is_empty(), "{what}: {new:#?}");
    assert!(gone.is_empty(), "{what}: these are mended, so take them off the list: {gone:#?}");
}
