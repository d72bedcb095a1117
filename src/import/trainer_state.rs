//! What Hugging Face's Trainer logged up to a checkpoint: `trainer_state.json` beside its weights.

use std::{
    fs::File,
    io::{self, Read},
};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    found::Found,
    tensor::{bad_file, reading},
};
use crate::{Metrics, Result};

const NAME: &str = "trainer_state.json";

/// A log has a line or two for each time it was written, some hundred bytes each.
const MAX_LENGTH: u64 = 1 << 28;

const EXPECTED: &str =
    "the state of Hugging Face's Trainer: {\"global_step\": .., \"log_history\": [{\"step\": .., ..}, ..]}";

/// The key of an object that stands for a number that JSON does not have.
const NOT_FINITE: &str = "a number that is not finite";

/// A part of the file, whose other fields are settings.
#[derive(Debug, Deserialize)]
struct TrainerState {
    global_step: u64,
    epoch: Option<Value>,
    log_history: Vec<Map<String, Value>>,
}

/// What was logged, and at which step.
#[derive(Debug, PartialEq)]
pub(super) struct Logged {
    pub(super) step: u64,
    pub(super) metrics: Metrics,
}

/// Reads what was logged after the step of the checkpoint before, and up to that of a folder's checkpoint; nothing where the
/// Trainer left no state.
///
/// What was logged earlier is of the checkpoint before: a loss that was evaluated then says nothing of these weights.
pub(super) fn logged(found: &Found, before: Option<u64>) -> Result<Option<Logged>> {
    if !found.path.is_dir() {
        return Ok(None); // A file among others, which a state beside them may not be of.
    }
    let path = found.path.join(NAME);
    let file = match File::open(&path) {
        Err(absent) if absent.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file.map_err(|source| reading(&path, source))?,
    };
    let mut text = Vec::new();
    file.take(MAX_LENGTH + 1).read_to_end(&mut text).map_err(|source| reading(&path, source))?;
    if text.len() as u64 > MAX_LENGTH {
        return Err(bad_file(&path, &format!("at most {MAX_LENGTH} bytes"), "more"));
    }
    let state: TrainerState =
        serde_json::from_slice(&with_numbers(&text)).map_err(|error| bad_file(&path, EXPECTED, error))?;
    state.logged(before).map(Some).map_err(|found| bad_file(&path, EXPECTED, found))
}

impl TrainerState {
    /// The last number under each key, beside the step and the epoch of the checkpoint itself; or which entry has no step.
    fn logged(&self, before: Option<u64>) -> Result<Logged, String> {
        // A run that was begun anew counts from the beginning.
        let before = before.filter(|&before| before < self.global_step);
        let mut metrics = Metrics::new();
        for (place, entry) in self.log_history.iter().enumerate() {
            let step = entry.get("step").and_then(Value::as_u64);
            let step = step.ok_or_else(|| format!("no step in entry {place} of log_history"))?;
            if step <= self.global_step && before.is_none_or(|before| before < step) {
                let logged = entry.iter().filter(|(key, _)| !["step", "epoch"].contains(&key.as_str()));
                let numbers = logged.filter_map(|(key, value)| Some((key, number(value)?)));
                numbers.for_each(|(key, value)| metrics.insert(key, value));
            }
        }
        self.epoch.iter().filter_map(number).for_each(|epoch| metrics.insert("epoch", epoch));
        metrics.insert("step", self.global_step as f64);
        Ok(Logged { step: self.global_step, metrics })
    }
}

/// A number, if it is one.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Object(map) => map.get(NOT_FINITE)?.as_str()?.parse().ok(),
        value => value.as_f64(),
    }
}

/// The text with an object in place of each `NaN`, `Infinity` and `-Infinity`, which Python writes and JSON does not have.
fn with_numbers(text: &[u8]) -> Vec<u8> {
    let (mut found, mut rest, mut in_text) = (Vec::with_capacity(text.len()), text, false);
    while let Some((&byte, behind)) = rest.split_first() {
        let word = [b"NaN".as_slice(), b"Infinity", b"-Infinity"].into_iter().find(|word| rest.starts_with(word));
        let length = match (in_text, byte, word) {
            (false, _, Some(word)) => {
                let object = format!("{{{NOT_FINITE:?}:{:?}}}", String::from_utf8_lossy(word));
                found.extend(object.into_bytes());
                rest = &rest[word.len()..];
                continue;
            }
            (true, b'\\', _) => 1 + behind.len().min(1),
            _ => 1,
        };
        in_text ^= byte == b'"';
        let (taken, behind) = rest.split_at(length);
        found.extend(taken);
        rest = behind;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(text: &str, before: Option<u64>) -> Result<Vec<(String, f64)>, String> {
        let state: TrainerState =
            serde_json::from_slice(&with_numbers(text.as_bytes())).map_err(|error| error.to_string())?;
        Ok(state.logged(before)?.metrics.iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    fn pairs(pairs: &[(&str, f64)]) -> Vec<(String, f64)> {
        pairs.iter().map(|&(name, value)| (name.to_owned(), value)).collect()
    }

    const STATE: &str = r#"{"epoch": 2.0, "global_step": 20, "best_metric": null, "log_history": [
        {"step": 5, "epoch": 0.5, "loss": 0.9, "grad_norm": 3},
        {"step": 10, "epoch": 1.0, "eval_loss": 0.8},
        {"step": 20, "epoch": 2.0, "loss": 0.5, "note": "a text", "nothing": null, "list": [1]},
        {"step": 30, "loss": 0.1}]}"#;

    #[test]
    fn the_last_numbers_up_to_the_step_are_those_of_the_checkpoint() {
        let all = [("epoch", 2.0), ("eval_loss", 0.8), ("grad_norm", 3.0), ("loss", 0.5), ("step", 20.0)];
        let mut found = logged(STATE, None).unwrap();
        found.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(found, pairs(&all));
        assert_eq!(logged(STATE, Some(20)), logged(STATE, None), "a run that was begun anew");
    }

    #[test]
    fn what_was_logged_before_the_checkpoint_before_is_not_said_of_this_one() {
        let mut found = logged(STATE, Some(10)).unwrap();
        found.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(found, pairs(&[("epoch", 2.0), ("loss", 0.5), ("step", 20.0)]));
        let nothing = r#"{"epoch": null, "global_step": 3, "log_history": []}"#;
        assert_eq!(logged(nothing, None), Ok(pairs(&[("step", 3.0)])));
    }

    #[test]
    fn numbers_that_are_not_finite_are_read_outside_of_texts_only() {
        let text = r#"{"global_step": 1, "log_history": [{"step": 1, "loss": NaN, "up": Infinity, "down":-Infinity,
            "text": "NaN \" Infinity", "\\": -1}]}"#;
        let found = logged(text, None).unwrap();
        let value = |name: &str| found.iter().find(|(key, _)| key == name).map(|(_, value)| *value);
        assert!(value("loss").is_some_and(f64::is_nan));
        assert_eq!((value("up"), value("down")), (Some(f64::INFINITY), Some(f64::NEG_INFINITY)));
        assert_eq!((value("text"), value("\\")), (None, Some(-1.0)));
    }

    #[test]
    fn what_is_no_state_is_an_error() {
        for text in
            ["", "NaN", "[]", "{}", "{\"global_step\": 1}", "{\"global_step\": NaN, \"log_history\": []}", "\"\\"]
        {
            assert!(logged(text, None).is_err(), "{text}");
        }
        for cut in 1..STATE.len() {
            assert!(logged(&STATE[..cut], None).is_err(), "{cut}");
        }
        let without = logged(r#"{"global_step": 1, "log_history": [{"loss": 1}]}"#, None).unwrap_err();
        assert_eq!(without, "no step in entry 0 of log_history");
        assert!(logged(r#"{"global_step": 1, "log_history": [{"step": 1, "loss": NaNs}]}"#, None).is_err());
    }
}
