//! The file that holds the data sets of a recording, where that is another one: found when it is first asked for.

use std::{
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Replay, elsewhere::Holders};
use crate::{
    Error, Result,
    storage::{Damage, SharedData, TRAINING},
};

/// The file at the first of these paths where the data are that a recording refers to.
pub(super) fn find(
    holders: &Holders<Replay>,
    paths: &[PathBuf],
    shared: &SharedData,
    recording: &Path,
) -> Result<Arc<Replay>> {
    let mut wrong = None;
    for path in paths {
        let opened = holders.open(path, Replay::open_in);
        match opened.and_then(|holder| expect(&holder, shared, recording).map(|()| holder)) {
            Ok(holder) => return Ok(holder),
            Err(Error::Io { source, .. }) if is_missing(&source) => {}
            Err(error) => wrong = wrong.or(Some(as_of_data(error, path, recording))),
        }
    }
    Err(wrong.unwrap_or_else(|| missing(paths, shared, recording)))
}

impl Replay {
    /// The file that holds the data sets, if it is another one than the recording.
    pub(super) fn holder(&self) -> Result<Option<&Self>> {
        let Some(shared) = self.index.manifest.as_ref().and_then(|manifest| manifest.shared.as_ref()) else {
            return Ok(None);
        };
        let look = |holders: &Holders<Self>| find(holders, &self.elsewhere.paths(shared), shared, &self.origin.path());
        self.elsewhere.find(look).map(Some)
    }
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Fails unless the file holds what is referred to: the same names, shapes and checksums.
fn expect(holder: &Replay, shared: &SharedData, recording: &Path) -> Result<()> {
    let file = holder.origin.path();
    let other = |what: &str, expected: &str, found: &str| other(what, (&file, recording), expected, found);
    let manifest = holder.manifest()?;
    if manifest.shared.is_some() {
        return Err(other("the place of the data sets", "within the file", "yet another file"));
    }
    for matrix in &shared.matrices {
        let (spec, expected) = (matrix.spec(), matrix.checksum);
        let what = format!("{} of {}", spec.name(), called(spec.layer()));
        let Some((found, location)) = holder.own_matrix(spec.layer(), spec.name()) else {
            let damaged = |damage: &Damage| Error::corrupted(&file, &what, damage.bytes.start, "its record is damaged");
            let absent = || other(&format!("the matrix of {what}"), "there", "not there");
            return Err(holder.damage().first().map_or_else(absent, damaged));
        };
        if location.crc != expected {
            let found = format!("{:08x}", location.crc);
            return Err(other(&format!("the checksum of {what}"), &format!("{expected:08x}"), &found));
        }
        if found != spec {
            let [expected, found] = [spec, found].map(|spec| format!("{:?} {}", spec.lengths(), spec.dtype()));
            return Err(other(&format!("the shape and type of {what}"), &expected, &found));
        }
    }
    let named = |name: &str| manifest.data_names.iter().find(|set| set.name == name);
    match shared.names.iter().find(|set| named(&set.name) != Some(set)) {
        Some(set) => Err(other(&format!("the list of names in {:?}", set.name), "the recorded one", "another")),
        None => Ok(()),
    }
}

/// What a set is called whose records have this name.
pub(super) fn called(set: &str) -> String {
    format!("the data set {:?}", if set.is_empty() { TRAINING } else { set })
}

/// The file is there, and is another one.
fn other(what: &str, (file, recording): (&Path, &Path), expected: &str, found: &str) -> Error {
    let what = format!("{what} in {}, which {} refers to,", file.display(), recording.display());
    let expected = format!("{expected}, as recorded; put that file back, or supply the data by `with_dataset`");
    Error::invalid(what, expected, found)
}

/// What is wrong with a file of data, to whom asked for a recording.
fn as_of_data(error: Error, path: &Path, recording: &Path) -> Error {
    match error {
        Error::NotStarted { path } => Error::corrupted(path, "the data", 0, "not all of their records can be read"),
        Error::NotARecording { .. } => other("what lies", (path, recording), "data sets", "another kind of file"),
        Error::Io { context, source } => {
            Error::io(format!("{context}, which {} refers to for its data sets", recording.display()), source)
        }
        error => error,
    }
}

/// Nothing is at any of the places.
fn missing(paths: &[PathBuf], shared: &SharedData, recording: &Path) -> Error {
    let at = match paths {
        [] => format!("{:?}: to a recording in memory that says nothing, nor is another machine asked", shared.places),
        paths => paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", nor at "),
    };
    let checksum = |set: &str, name: &str| shared.matrix(set, name).map_or(0, |matrix| matrix.checksum);
    let sets = shared.names.iter().map(|names| {
        let set = if names.name == TRAINING { "" } else { &names.name };
        let (inputs, targets) = (checksum(set, "inputs"), checksum(set, "targets"));
        format!("{:?} of checksums {inputs:08x} and {targets:08x}", names.name)
    });
    let context = format!(
        "the data of {} lie in another file, which is not at {at}: {}; put it back, or supply the data by `with_dataset` \
         (a copy by `training-replay pack` needs no other file)",
        recording.display(),
        sets.collect::<Vec<_>>().join(", "),
    );
    Error::io(context, ErrorKind::NotFound.into())
}
