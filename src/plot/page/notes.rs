//! What must be known to read a panel: what holds at every epoch, and what at one alone.

use serde::Serialize;

/// The notes of a panel.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Notes {
    /// What has to be known to read it right, at every epoch.
    notes: Vec<String>,
    /// The same of each epoch alone; empty where there is nothing to say of any.
    epoch_notes: Vec<String>,
}

impl Notes {
    /// Of those of each epoch.
    pub(crate) fn of<'a>(epochs: impl Iterator<Item = &'a Vec<String>> + Clone) -> Self {
        let first = epochs.clone().next().cloned().unwrap_or_default();
        let is_everywhere = |note: &String| epochs.clone().all(|notes| notes.contains(note));
        let notes: Vec<String> = first.into_iter().filter(is_everywhere).collect();
        let others = |all: &Vec<String>| {
            let others: Vec<&str> = all.iter().filter(|note| !notes.contains(note)).map(String::as_str).collect();
            others.join("; ")
        };
        let mut epoch_notes: Vec<String> = epochs.clone().map(others).collect();
        if epoch_notes.iter().all(String::is_empty) {
            epoch_notes.clear();
        }
        Self { notes, epoch_notes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(epochs: &[&[&str]]) -> (Vec<String>, Vec<String>) {
        let epochs: Vec<Vec<String>> =
            epochs.iter().map(|notes| notes.iter().map(|&note| note.to_owned()).collect()).collect();
        let found = Notes::of(epochs.iter());
        (found.notes, found.epoch_notes)
    }

    #[test]
    fn what_is_said_at_every_epoch_is_held_once() {
        let (always, alone) = of(&[&["a slice"], &["a slice", "2 are missing", "1 lies outside"]]);
        assert_eq!(always, ["a slice"]);
        assert_eq!(alone, ["", "2 are missing; 1 lies outside"]);
        assert_eq!(of(&[&["a slice"], &["a slice"]]).1.len(), 0);
        assert_eq!(of(&[]), (Vec::new(), Vec::new()));
    }
}
