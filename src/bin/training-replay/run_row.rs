//! A recording among others: a row in the list of a folder.

use std::{cmp::Ordering, path::PathBuf};

use serde_json::{Value, json};
use training_replay::{Goal, NoteValue};

use crate::{
    notes,
    numbers::{decimal, number},
    words::{grouped, size},
};

/// A recording in the folder.
pub struct Row {
    pub path: PathBuf,
    pub name: String,
    pub bytes: u64,
    pub epochs: usize,
    pub last_epoch: Option<u64>,
    pub finished: bool,
    pub damaged: bool,
    pub metrics: Vec<String>,
    pub best: Option<(u64, f64)>,
    pub last: Option<f64>,
    pub notes: Vec<(String, NoteValue)>,
}

impl Row {
    /// The newest note of a key.
    pub fn note(&self, key: &str) -> Option<NoteValue> {
        self.notes.iter().rev().find(|(known, _)| known == key).map(|(_, value)| value.clone())
    }

    /// What a table says of it.
    pub fn cells(&self) -> [String; 7] {
        let state = match (self.damaged, self.finished) {
            (true, _) => "damaged",
            (false, true) => "finished",
            (false, false) => "not finished",
        };
        let nothing = || "-".to_owned();
        [
            self.name.clone(),
            state.into(),
            grouped(self.epochs as u64),
            self.best.map_or_else(nothing, |best| decimal(best.1)),
            self.best.map_or_else(nothing, |best| grouped(best.0)),
            self.last.map_or_else(nothing, decimal),
            size(self.bytes),
        ]
    }

    /// The same in JSON.
    pub fn document(&self) -> Value {
        json!({
            "file": self.path.display().to_string(),
            "epochs": self.epochs,
            "last_epoch": self.last_epoch,
            "finished": self.finished,
            "damaged": self.damaged,
            "bytes": self.bytes,
            "best": self.best.map(|best| number(best.1)),
            "best_epoch": self.best.map(|best| best.0),
            "last": self.last.map(number),
            "notes": self.notes.iter().map(|(key, value)| (key, value.to_string())).collect::<Vec<_>>(),
            "typed_notes": notes::documents(self.notes.iter().map(|(key, value)| (key.as_str(), value.clone()))),
        })
    }
}

/// The better value first; NaN and what is missing last.
pub fn better_first(one: Option<f64>, other: Option<f64>, goal: Goal) -> Ordering {
    let known = |value: Option<f64>| value.filter(|value| !value.is_nan());
    match (known(one), known(other)) {
        (Some(one), Some(other)) => match goal {
            Goal::Min => one.total_cmp(&other),
            Goal::Max => other.total_cmp(&one),
        },
        (one, other) => other.is_some().cmp(&one.is_some()),
    }
}
