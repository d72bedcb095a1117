//! What is damaged in a recording, and where: as a line, and in JSON.

use serde_json::{Value, json};
use training_replay::Damage;

use crate::words::{grouped, path_shown, shown};

/// `bytes 1,024 to 2,048: the reason`, with the file where it is that of shared data.
pub fn line(damage: &Damage) -> String {
    let (start, end) = (grouped(damage.bytes.start), grouped(damage.bytes.end));
    let of = damage.path.as_ref().map_or_else(String::new, |path| format!(" of {}", path_shown(path)));
    format!("bytes {start} to {end}{of}: {}", shown(&damage.reason))
}

pub fn document(damage: &Damage) -> Value {
    let file = damage.path.as_ref().map(|path| path.display().to_string());
    json!({ "start": damage.bytes.start, "end": damage.bytes.end, "reason": damage.reason, "file": file })
}
