//! What is damaged in a recording, and where: as a line, and in JSON.

use serde_json::{Value, json};
use training_replay::Damage;

use crate::{
    trouble::with_options,
    words::{grouped, path_shown, shown},
};

/// `bytes 1,024 to 2,048: the reason`, with the file where it is that of shared data, which may be nowhere.
pub fn line(damage: &Damage) -> String {
    let (start, end) = (grouped(damage.bytes.start), grouped(damage.bytes.end));
    let reason = shown(&with_options(&damage.reason));
    match damage.path.as_ref().map(|path| path_shown(path)) {
        None => format!("bytes {start} to {end}: {reason}"),
        Some(path) if damage.bytes.end == 0 => format!("{path}: {reason}"),
        Some(path) => format!("bytes {start} to {end} of {path}: {reason}"),
    }
}

pub fn document(damage: &Damage) -> Value {
    let file = damage.path.as_ref().map(|path| path.display().to_string());
    json!({ "start": damage.bytes.start, "end": damage.bytes.end, "reason": damage.reason, "file": file })
}
