//! Which files of a folder are checkpoints.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{
    archive::{ENDINGS, Format},
    natural::{Part, natural, parts},
    tensor::{bad_file, reading},
};
use crate::{Error, Result};

/// What the name of an index of several files ends in.
const INDEX: &str = ".index.json";

/// An index has a line for each array.
const MAX_INDEX: u64 = 100_000_000;

/// What Hugging Face's Trainer writes beside the model, and is none.
const TRAINING_STATE: [&str; 5] = ["optimizer", "scheduler", "scaler", "rng_state", "training_args"];

/// One checkpoint: a file, or several that an index joins.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The file, the index or the folder that it is called by.
    pub(super) path: PathBuf,
    pub(super) files: Vec<PathBuf>,
    /// The arrays that an index lists, each of which must be there.
    pub(super) listed: Vec<String>,
}

impl Found {
    fn file(path: PathBuf) -> Self {
        Self { files: vec![path.clone()], path, listed: Vec::new() }
    }

    /// The name that has the number of the epoch, without the ending of a file.
    pub(super) fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.strip_suffix(INDEX).unwrap_or(&name);
        let stem = Path::new(name).file_stem().filter(|_| Format::of(Path::new(name)).is_some());
        stem.map_or_else(|| name.to_owned(), |stem| stem.to_string_lossy().into_owned())
    }
}

/// These files as checkpoints.
pub(super) fn of_files(paths: impl IntoIterator<Item = PathBuf>) -> Result<Vec<Found>> {
    let found = |path: PathBuf| {
        if path.to_string_lossy().ends_with(INDEX) {
            return joined(&path);
        }
        if path.is_dir() {
            return in_subfolder(&path)?.ok_or_else(|| none(&path));
        }
        Ok(Found::file(path))
    };
    paths.into_iter().map(found).collect()
}

/// The checkpoints of a folder, in the natural order of their names: files, or folders that hold one each.
pub(super) fn in_folder(folder: &Path) -> Result<Vec<Found>> {
    let (folders, files): (Vec<_>, Vec<_>) =
        entries(folder)?.into_iter().partition(|path| path.is_dir() && Format::of(path).is_none());
    let inner = folders.iter().filter_map(|path| in_subfolder(path).transpose()).collect::<Result<Vec<_>>>()?;
    let is_checkpoint = |found: &Found| found.name().starts_with("checkpoint-");
    if inner.iter().any(is_checkpoint) {
        return Ok(inner.into_iter().filter(is_checkpoint).collect()); // The Trainer's; it saves the last one beside them again.
    }
    let outer = in_files(files)?;
    match (inner.is_empty(), outer.is_empty()) {
        (true, true) => Err(none(folder)),
        (true, false) => Ok(outer),
        (false, true) => Ok(inner),
        (false, false) => {
            let (file, inner) = (outer.first(), inner.first());
            let [file, inner] = [file, inner].map(|found| found.map(Found::name).unwrap_or_default());
            let expected = "either files or folders; `Checkpoints::files` lists them by hand";
            let found = format!("both, such as {file:?} and {inner:?}");
            Err(Error::invalid(format!("the checkpoints in {}", folder.display()), expected, found))
        }
    }
}

fn none(folder: &Path) -> Error {
    let expected = format!("files that end in {ENDINGS}, or folders with one");
    Error::invalid(format!("the checkpoints in {}", folder.display()), expected, "none")
}

/// What a folder holds, in natural order, without what is hidden.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let listing = |source| Error::io(format!("listing {}", folder.display()), source);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(listing)? {
        let entry = entry.map_err(listing)?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            paths.push(entry.path());
        }
    }
    paths.sort_by_cached_key(|path| natural(&path.file_name().unwrap_or_default().to_string_lossy()));
    Ok(paths)
}

/// The checkpoints among files: those that an index joins are one.
fn in_files(files: Vec<PathBuf>) -> Result<Vec<Found>> {
    let (indices, files): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|path| path.to_string_lossy().ends_with(INDEX));
    let mut found = indices.iter().map(|path| joined(path)).collect::<Result<Vec<_>>>()?;
    let parts: BTreeSet<PathBuf> = found.iter().flat_map(|found| found.files.iter().cloned()).collect();
    for path in files.into_iter().filter(|path| Format::of(path).is_some() && !parts.contains(path)) {
        if is_shard(&path) {
            return Err(bad_file(&path, "a whole checkpoint", "a part of one, without the index that joins them"));
        }
        found.push(Found::file(path));
    }
    found.sort_by_cached_key(|found| natural(&found.name()));
    Ok(found)
}

/// Whether its name ends as in `model-00001-of-00003`.
fn is_shard(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let parts: Vec<_> = parts(&stem).collect();
    matches!(parts.as_slice(), [.., Part::Digits(_), Part::Text("-of-"), Part::Digits(_)])
}

/// The checkpoint that a folder of its own holds, if it does: safetensors before PyTorch's.
fn in_subfolder(folder: &Path) -> Result<Option<Found>> {
    let files = entries(folder)?.into_iter().filter(|path| !path.is_dir() && !is_training_state(path));
    let mut all = in_files(files.collect())?;
    let is_safe = |found: &Found| found.files.iter().all(|path| Format::of(path) == Some(Format::Safetensors));
    if all.iter().any(is_safe) {
        all.retain(is_safe);
    }
    match all.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(Found { path: folder.into(), ..one.clone() })),
        several => {
            let names: Vec<_> = several.iter().map(Found::name).collect();
            let expected = "a single one; `Checkpoints::files` lists them by hand";
            Err(Error::invalid(
                format!("the checkpoint in {}", folder.display()),
                expected,
                format!("one of {names:?}"),
            ))
        }
    }
}

fn is_training_state(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    TRAINING_STATE.iter().any(|state| name.starts_with(state))
}

/// The checkpoint that an index joins, as Hugging Face's tools write it.
fn joined(index: &Path) -> Result<Found> {
    let expected = "an index: {\"weight_map\": {array: file, ..}}, of files beside it";
    let file = File::open(index).map_err(|source| reading(index, source))?;
    let mut text = Vec::new();
    file.take(MAX_INDEX).read_to_end(&mut text).map_err(|source| reading(index, source))?;
    let parsed: Value = serde_json::from_slice(&text).map_err(|error| bad_file(index, expected, error))?;
    let map = parsed.get("weight_map").and_then(Value::as_object);
    let map = map.ok_or_else(|| bad_file(index, expected, "no weight_map"))?;
    let mut names = BTreeSet::new();
    for name in map.values() {
        let plain = name.as_str().filter(|name| Path::new(name).file_name() == Some(name.as_ref()));
        names.insert(plain.ok_or_else(|| bad_file(index, expected, format!("the file {name}")))?);
    }
    let mut files: Vec<PathBuf> = names.into_iter().map(|name| index.with_file_name(name)).collect();
    files.sort_by_cached_key(|path| natural(&path.to_string_lossy()));
    Ok(Found { path: index.into(), files, listed: map.keys().cloned().collect() })
}
