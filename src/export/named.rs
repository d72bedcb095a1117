//! What a run is called.

use crate::{Error, Replay, Result};

/// The name that was given, or that of the recording's file without its ending.
pub(super) fn name_of(replay: &Replay, given: Option<&str>) -> Result<String> {
    let stem = || Some(replay.path()?.file_stem()?.to_string_lossy().into_owned());
    let hint = "one in memory is called by `named`";
    given.map(str::to_owned).or_else(stem).ok_or_else(|| Error::missing("name for the run", hint))
}
