//! What a milestone is about, as JSON.

use serde_json::{Value, json};
use training_replay::analysis::Subject;

/// What it is about, by parts.
pub fn subject(subject: &Subject) -> Value {
    match subject {
        Subject::Class(class) => json!({ "class": class }),
        Subject::Layer(layer) => json!({ "layer": layer }),
        Subject::Unit { layer, unit } => json!({ "layer": layer, "unit": unit }),
        Subject::Parameter { layer, name } => json!({ "layer": layer, "parameter": name }),
        Subject::Feature(feature) => json!({ "feature": feature }),
        Subject::Output(output) => json!({ "output": output }),
        _ => json!({}),
    }
}
