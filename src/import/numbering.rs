//! Which epochs the names of checkpoints say.

use std::collections::HashMap;

use super::natural::{numbers, stem};
use crate::{Error, Result};

/// How to say it where the names do not.
const BY_HAND: &str = "`Checkpoints::epochs` lists them, `Checkpoints::number_after` says which number it is";

/// The number in each name that is its epoch: the one that differs, or the only one.
pub(super) fn by_difference(names: &[String]) -> Result<Vec<u64>> {
    let (Some(first), columns) = (names.first(), columns(names)?) else {
        return Ok(Vec::new());
    };
    let differing: Vec<usize> =
        (0..columns.len()).filter(|&at| columns[at].windows(2).any(|pair| pair[0] != pair[1])).collect();
    let at = match (columns.len(), differing.as_slice()) {
        (0, _) => return Err(unclear("a number in each name", format!("none in {first:?}"))),
        (_, &[at]) => at,
        (1, []) => 0,
        (_, []) if names.len() > 1 => {
            return Err(unclear("different", format!("the same in {first:?} and {:?}", names[1])));
        }
        (count, []) => return Err(unclear("a single number", format!("one of {count} in {first:?}"))),
        (_, several) => {
            let found = format!("one of {} that differ, as in {first:?}", several.len());
            return Err(unclear("the only number that differs", found));
        }
    };
    Ok(columns[at].clone())
}

/// The number in each name that follows a text.
pub(super) fn behind(names: &[String], text: &str) -> Result<Vec<u64>> {
    let number = |name: &String| {
        let mut found = name.match_indices(text).map(|(at, _)| &name[at + text.len()..]);
        let mut found = found.by_ref().filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        match (found.next(), found.next()) {
            (Some(rest), None) => value(name, numbers(rest).first().copied().unwrap_or_default()),
            (None, _) => Err(unclear(&format!("a number behind {text:?} in each name"), format!("none in {name:?}"))),
            _ => Err(unclear(&format!("a single number behind {text:?}"), format!("several in {name:?}"))),
        }
    };
    names.iter().map(number).collect()
}

/// Fails where two checkpoints are of the same epoch.
pub(super) fn expect_different(names: &[String], epochs: &[u64]) -> Result<()> {
    let mut known: HashMap<u64, &String> = HashMap::new();
    for (name, &epoch) in names.iter().zip(epochs) {
        if let Some(other) = known.insert(epoch, name) {
            return Err(unclear("different", format!("{epoch} of both {other:?} and {name:?}")));
        }
    }
    Ok(())
}

/// The numbers at each place of the names, which must be the same but for them.
fn columns(names: &[String]) -> Result<Vec<Vec<u64>>> {
    let Some(first) = names.first() else { return Ok(Vec::new()) };
    let alike = stem(first);
    if let Some(other) = names.iter().find(|name| stem(name) != alike) {
        let found = format!("in {first:?} and {other:?}");
        return Err(unclear("in names that differ in a number alone", found));
    }
    let column = |at: usize| names.iter().map(|name| value(name, numbers(name)[at])).collect();
    (0..numbers(first).len()).map(column).collect()
}

fn value(name: &str, digits: &str) -> Result<u64> {
    digits.parse().map_err(|_| unclear("a number below 2^64", format!("{digits} in {name:?}")))
}

/// What is not clear about the epochs, and how it can be said.
pub(super) fn unclear(expected: &str, found: String) -> Error {
    Error::invalid("the epoch of a checkpoint", format!("{expected}; {BY_HAND}"), found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    fn epochs(names: &[&str]) -> Result<Vec<u64>, String> {
        let names = strings(names);
        let epochs = by_difference(&names).map_err(|error| error.to_string())?;
        expect_different(&names, &epochs).map_err(|error| error.to_string())?;
        Ok(epochs)
    }

    #[test]
    fn the_number_that_differs_is_the_epoch() {
        assert_eq!(epochs(&["model_epoch_007", "model_epoch_012"]), Ok(vec![7, 12]));
        assert_eq!(epochs(&["resnet18-1", "resnet18-10"]), Ok(vec![1, 10]));
        assert_eq!(epochs(&["checkpoint-500"]), Ok(vec![500]));
        assert_eq!(epochs(&["0", "18446744073709551615"]), Ok(vec![0, u64::MAX]));
        assert_eq!(epochs(&[]), Ok(vec![]));
    }

    #[test]
    fn names_that_do_not_say_it_are_errors_that_say_how_to() {
        let message = |names: &[&str]| epochs(names).unwrap_err();
        assert!(message(&["model"]).contains("none in \"model\""));
        assert!(message(&["resnet18-5"]).contains("one of 2 in"));
        assert!(message(&["epoch=1-step=100", "epoch=2-step=200"]).contains("one of 2 that differ"));
        assert!(message(&["epoch_1", "best"]).contains("in \"epoch_1\" and \"best\""));
        assert!(message(&["epoch_7", "epoch_007"]).contains("7 of both"));
        assert!(message(&["18446744073709551616", "1"]).contains("below 2^64"));
        for names in [&["model"][..], &["a1", "b2"], &["a1b1", "a2b2"]] {
            assert!(message(names).contains("`Checkpoints::epochs`"));
        }
    }

    #[test]
    fn a_text_in_front_says_which_number_it_is() {
        let names = strings(&["epoch=1-step=100", "epoch=12-step=1200"]);
        assert_eq!(behind(&names, "epoch=").unwrap(), [1, 12]);
        assert_eq!(behind(&names, "step=").unwrap(), [100, 1200]);
        assert!(behind(&names, "loss=").unwrap_err().to_string().contains("none in"));
        assert!(behind(&names, "=").unwrap_err().to_string().contains("several in"));
    }
}
