//! What is damaged in a recording, and where: as a line, and in JSON.

use serde_json::{Value, json};
use training_replay::Damage;

use crate::words::{grouped, shown};

/// `bytes 1,024 to 2,048: the reason`.
pub fn line(damage: &Damage) -> String {
    format!("bytes {} to {}: {}", grouped(damage.bytes.start), grouped(damage.bytes.end), shown(&damage.reason))
}

pub fn document(damage: &Damage) -> Value {
    json!({ "start": damage.bytes.start, "end": damage.bytes.end, "reason": damage.reason })
}
