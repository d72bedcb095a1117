//! Which epochs are meant: `0,5,10-20,last`.

use std::{path::Path, str::FromStr};

use clap::Args;
use training_replay::Replay;

use crate::trouble::{Answer, Trouble};

/// The epochs that a subcommand is about; all of them where none are named.
#[derive(Args, Debug, Default)]
pub struct EpochsArgs {
    /// These epochs: numbers, ranges, `first`, `last`
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub epochs: Vec<Which>,
    /// Every n-th of the recorded epochs, beginning with the first
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub every: Option<u64>,
}

/// An epoch, or several.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Which {
    First,
    Last,
    One(u64),
    /// Both ends are meant too.
    Range(u64, u64),
}

impl FromStr for Which {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse::<u64>().map_err(|_| expected(text));
        match (text, text.split_once('-')) {
            ("first", _) => Ok(Self::First),
            ("last", _) => Ok(Self::Last),
            (_, Some((first, last))) => match (number(first)?, number(last)?) {
                (first, last) if first <= last => Ok(Self::Range(first, last)),
                _ => Err(format!("the range {text} runs backwards")),
            },
            (_, None) => number(text).map(Self::One),
        }
    }
}

fn expected(text: &str) -> String {
    format!("{text:?} is no epoch; it must be a number, a range as 10-20, `first` or `last`")
}

impl Which {
    /// Those of the recorded epochs that are meant.
    fn of(self, recorded: &[u64]) -> Result<Vec<u64>, String> {
        let ends = |end: Option<&u64>| end.copied().into_iter().collect();
        let found: Vec<u64> = match self {
            Self::First => ends(recorded.first()),
            Self::Last => ends(recorded.last()),
            Self::One(epoch) => recorded.iter().copied().filter(|own| *own == epoch).collect(),
            Self::Range(first, last) => recorded.iter().copied().filter(|own| (first..=last).contains(own)).collect(),
        };
        if found.is_empty() { Err(self.not_recorded(recorded)) } else { Ok(found) }
    }

    fn not_recorded(self, recorded: &[u64]) -> String {
        let known = match recorded {
            [] => "no epoch was".to_owned(),
            [only] => format!("only epoch {only} was"),
            [first, .., last] => format!("{} from {first} to {last} were", recorded.len()),
        };
        match self {
            Self::One(epoch) => format!("epoch {epoch} was not recorded; {known}"),
            Self::Range(first, last) => format!("no epoch from {first} to {last} was recorded; {known}"),
            Self::First | Self::Last => format!("no epoch was recorded; {known}"),
        }
    }

    /// The one epoch that is meant.
    pub fn one(self, path: &Path, replay: &Replay) -> Answer<u64> {
        let recorded: Vec<u64> = replay.epochs().collect();
        match self.of(&recorded).map_err(|what| Trouble::of(path, what))?[..] {
            [epoch] => Ok(epoch),
            ref several => {
                Err(Trouble::of(path, format!("one epoch is asked for, and {} are in the range", several.len())))
            }
        }
    }
}

impl EpochsArgs {
    /// Whether none are named.
    pub fn are_all(&self) -> bool {
        self.epochs.is_empty() && self.every.is_none()
    }

    /// Whether fewer than all may be meant.
    pub fn are_chosen(&self) -> bool {
        !self.epochs.is_empty() || self.every.is_some()
    }

    /// The epochs that are meant, in the order of time, each once. A damaged one is among them.
    pub fn of(&self, path: &Path, replay: &Replay) -> Answer<Vec<u64>> {
        let recorded: Vec<u64> = replay.epochs().collect();
        let mut chosen = Vec::new();
        for which in &self.epochs {
            chosen.extend(which.of(&recorded).map_err(|what| Trouble::of(path, what))?);
        }
        if self.epochs.is_empty() {
            chosen = recorded;
        }
        chosen.sort_unstable();
        chosen.dedup();
        let every = self.every.unwrap_or(1) as usize;
        Ok(chosen.into_iter().step_by(every).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_name_numbers_ranges_and_ends() {
        let parsed = ["7", "3-9", "first", "last"].map(|text| text.parse::<Which>().unwrap());
        assert_eq!(parsed, [Which::One(7), Which::Range(3, 9), Which::First, Which::Last]);
        for wrong in ["", "-", "9-3", "-1", "1.5", "middle", "1-2-3", "99999999999999999999"] {
            assert!(wrong.parse::<Which>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_was_not_recorded_is_an_error_that_says_what_was() {
        let recorded = [0, 5, 10];
        assert_eq!(Which::Range(1, 9).of(&recorded).unwrap(), [5]);
        assert_eq!(Which::One(6).of(&recorded).unwrap_err(), "epoch 6 was not recorded; 3 from 0 to 10 were");
        assert!(Which::Range(11, 20).of(&recorded).is_err() && Which::Last.of(&[]).is_err());
    }
}
