//! Which class an output row stands for, and how often it is the right one.
//!
//! A single output is the probability of class 1: class 1 where it is above the threshold, else class 0. Several
//! outputs stand for one class each: the largest wins, the first of equals. A row with a NaN stands for none, and is
//! never the right one.

use crate::{Error, Matrix, Result};

/// The probability above which a single output stands for class 1, where nobody gives another.
pub(crate) const THRESHOLD: f32 = 0.5;

/// The class of a sample, and the one that its output row stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) class: usize,
    /// None where an output is NaN.
    pub(crate) predicted: Option<usize>,
}

impl Outcome {
    /// Whether the prediction is the sample's class.
    pub(crate) fn is_correct(self) -> bool {
        self.predicted == Some(self.class)
    }
}

/// The outcome of every row of outputs and targets, which are of one shape.
///
/// Fails as [`check_targets`].
pub(crate) fn outcomes(outputs: &Matrix, targets: &Matrix, threshold: f32) -> Result<Vec<Outcome>> {
    let pairs = target_classes(targets)?.into_iter().zip(classes(outputs, threshold));
    Ok(pairs.map(|(class, predicted)| Outcome { class, predicted }).collect())
}

/// The class of every row.
pub(crate) fn classes(outputs: &Matrix, threshold: f32) -> Vec<Option<usize>> {
    match outputs.ncols() {
        1 => outputs.iter().map(|&p| (!p.is_nan()).then(|| usize::from(p > threshold))).collect(),
        _ => outputs.row_iter().map(|row| first_largest(row.iter().copied())).collect(),
    }
}

/// The class of every row, unless the threshold is NaN.
pub(crate) fn predicted(outputs: &Matrix, threshold: f32) -> Result<Vec<Option<usize>>> {
    check_threshold(threshold)?;
    Ok(classes(outputs, threshold))
}

/// The number of classes that so many outputs distinguish.
pub(crate) fn class_count(outputs: usize) -> usize {
    outputs.max(2)
}

/// The class of every target row.
///
/// Fails as [`check_targets`].
pub(crate) fn target_classes(targets: &Matrix) -> Result<Vec<usize>> {
    check_targets(targets)?;
    Ok(classes(targets, THRESHOLD).into_iter().flatten().collect())
}

/// Whether every target row names a class; if not, the targets are numbers.
pub(crate) fn are_classes(targets: &Matrix) -> bool {
    check_targets(targets).is_ok()
}

/// Fails at the first row that names no class: other values than 0 and 1, or not exactly one 1 among several outputs.
pub(crate) fn check_targets(targets: &Matrix) -> Result<()> {
    let single = targets.ncols() == 1;
    // Without branches, and so in vectors: `all` would stop at each.
    #[allow(clippy::needless_bitwise_bool)]
    let binary = |all: bool, &y: &f32| all & ((y == 0.0) | (y == 1.0));
    if single && targets.as_slice().iter().fold(true, binary) {
        return Ok(());
    }
    let Some(row) = (0..targets.nrows()).find(|&row| !names_a_class(targets, row)) else { return Ok(()) };
    let expected = if single { "0 or 1 to name a class" } else { "a single 1 among zeros to name a class" };
    let found: Vec<f32> = targets.row(row).iter().take(8).copied().collect();
    Err(Error::invalid(format!("target row {row}"), expected, format!("{found:?}")))
}

/// The number of rows whose class is that of the target row, which names one, at the usual threshold.
///
/// Training counts them after every batch, so that this makes no list of [`outcomes`].
pub(crate) fn correct(outputs: &Matrix, targets: &Matrix) -> usize {
    match outputs.ncols() {
        1 => outputs.as_slice().iter().zip(targets.as_slice()).filter(|&(&p, &y)| is_right(p, y)).count(),
        _ => {
            let rows = outputs.row_iter().zip(targets.row_iter());
            let classes = rows.map(|(p, y)| (first_largest(p.iter().copied()), first_largest(y.iter().copied())));
            classes.filter(|(predicted, class)| predicted.is_some() && predicted == class).count()
        }
    }
}

/// Whether a single output stands for the class of a target that is 0 or 1; NaN stands for none. Without branches, none of
/// which could be foreseen: early in training a model guesses.
fn is_right(p: f32, y: f32) -> bool {
    ((p > THRESHOLD) == (y == 1.0)) & !p.is_nan()
}

/// Fails for a threshold that is NaN.
pub(crate) fn check_threshold(threshold: f32) -> Result<()> {
    if threshold.is_nan() { Err(Error::invalid("the threshold", "a number", threshold)) } else { Ok(()) }
}

/// None for no values, and where one is NaN.
fn first_largest(values: impl Iterator<Item = f32>) -> Option<usize> {
    let mut best: Option<(usize, f32)> = None;
    for (i, value) in values.enumerate() {
        if value.is_nan() {
            return None;
        }
        if best.is_none_or(|(_, largest)| value > largest) {
            best = Some((i, value));
        }
    }
    best.map(|(i, _)| i)
}

fn names_a_class(targets: &Matrix, row: usize) -> bool {
    let values = targets.row(row);
    let binary = values.iter().all(|&y| y == 0.0 || y == 1.0);
    binary && (targets.ncols() == 1 || values.sum() == 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_not_yet_positive_and_the_first_of_equals_wins() {
        assert_eq!(classes(&Matrix::from_column_slice(3, 1, &[0.5, 0.5000001, 0.2]), 0.5), [Some(0), Some(1), Some(0)]);
        assert_eq!(classes(&Matrix::from_row_slice(2, 3, &[0.4, 0.4, 0.2, 0.1, 0.2, 0.7]), 0.5), [Some(0), Some(2)]);
    }

    #[test]
    fn targets_that_name_no_class_are_refused_by_row() {
        let regression = Matrix::from_column_slice(2, 1, &[1.0, 0.3]);
        assert_eq!(
            target_classes(&regression).unwrap_err().to_string(),
            "target row 1 is [0.3]; it must be 0 or 1 to name a class"
        );
        let two_of_three = Matrix::from_row_slice(1, 3, &[1.0, 1.0, 0.0]);
        assert!(target_classes(&two_of_three).is_err());
    }

    #[test]
    fn a_row_with_a_nan_has_no_class_and_is_never_right() {
        let nan = Matrix::from_column_slice(2, 1, &[f32::NAN, f32::NAN]);
        assert_eq!(classes(&nan, 0.5), [None, None]);
        assert_eq!(correct(&nan, &Matrix::from_column_slice(2, 1, &[0.0, 1.0])), 0);
        let nan = Matrix::from_row_slice(1, 2, &[0.9, f32::NAN]);
        assert_eq!(classes(&nan, 0.5), [None]);
        assert_eq!(correct(&nan, &Matrix::from_row_slice(1, 2, &[1.0, 0.0])), 0);
    }

    #[test]
    fn correct_are_the_rows_with_the_right_class() {
        let outputs = Matrix::from_row_slice(4, 1, &[0.9, 0.1, 0.6, 0.5]);
        let targets = Matrix::from_row_slice(4, 1, &[1.0, 0.0, 0.0, 0.0]);
        assert_eq!(correct(&outputs, &targets), 3, "one half is not yet positive");
        let outputs = Matrix::from_row_slice(2, 3, &[0.4, 0.4, 0.2, 0.1, 0.2, 0.7]);
        let targets = Matrix::from_row_slice(2, 3, &[0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
        assert_eq!(correct(&outputs, &targets), 1, "the first of equals wins");
    }

    #[test]
    fn outcomes_are_counted_alike_one_by_one() {
        let outputs = Matrix::from_row_slice(5, 1, &[0.9, 0.1, 0.6, 0.5, f32::NAN]);
        let targets = Matrix::from_row_slice(5, 1, &[1.0, 0.0, 0.0, 0.0, 0.0]);
        let outcomes = outcomes(&outputs, &targets, THRESHOLD).unwrap();
        assert_eq!(outcomes[2], Outcome { class: 0, predicted: Some(1) });
        assert_eq!(outcomes[4], Outcome { class: 0, predicted: None });
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_correct()).count(), correct(&outputs, &targets));
    }
}
