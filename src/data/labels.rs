//! Which class a row of targets names, which one a row of outputs stands for, and how often that is the right one.
//!
//! A single output stands for class 1 where it is above a threshold, else for class 0. Several outputs stand for one
//! class each: the largest wins, the first of equals. A row with a NaN stands for none, and is never the right one.

use super::Targets;
use crate::{Error, Matrix, Result, math::matrix};

/// How far from 1 the shares of a target row may sum, which people round: 0.933, 0.033 and 0.033.
pub(crate) const SHARES: f32 = 0.01;

/// How far two smoothed labels, such as 0.05 and 0.95, may be from lying evenly about the middle.
const EVENLY: f32 = 1e-5;

/// The most that a label of class 0 is smoothed to; two other numbers about the middle may be those of a regression.
const SMOOTHED: f32 = 0.2;

/// What targets say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TargetKind {
    /// Classes: 0 and 1 in a single column, shares of the classes in several, one-hot or not.
    Shares,
    /// Ones alone in a single column: class 1, of 0 and 1 or of -1 and 1.
    Ones,
    /// Classes: -1 and 1, in several columns a single 1 in every row.
    Signs,
    /// Numbers, as in regression, or several labels for each sample.
    Numbers,
}

impl TargetKind {
    /// What these targets tell.
    pub(crate) fn of<'t>(targets: impl Into<Targets<'t>>) -> Self {
        match targets.into() {
            Targets::Numbers(numbers) => Self::find(numbers).unwrap_or(Self::Numbers),
            Targets::Labels(_) => Self::Shares,
        }
    }

    /// Whether every row names a class.
    pub(crate) fn are_classes(self) -> bool {
        self != Self::Numbers
    }

    /// The number midway between the labels of two classes.
    pub(crate) fn middle(self) -> Option<f32> {
        match self {
            Self::Shares | Self::Ones => Some(0.5),
            Self::Signs => Some(0.0),
            Self::Numbers => None,
        }
    }

    /// What these targets say beside those that a model was trained on: some of them may be of one class alone.
    ///
    /// Fails if they are of another kind than those.
    pub(crate) fn like<'t>(training: impl Into<Targets<'t>>, targets: impl Into<Targets<'t>>) -> Result<Self> {
        match (training.into(), targets.into()) {
            (Targets::Numbers(training), Targets::Numbers(targets)) => Self::like_numbers(training, targets),
            (training, targets) => {
                let (expected, found) = (Self::of(training), Self::of(targets));
                Ok(if expected == Self::Numbers { expected } else { found })
            }
        }
    }

    fn like_numbers(training: &Matrix, targets: &Matrix) -> Result<Self> {
        let (expected, found) = (Self::of(training), Self::of(targets));
        let known = || targets.iter().all(|label| training.as_slice().contains(label));
        match (expected, found) {
            (Self::Numbers, _) => Ok(Self::Numbers),
            (Self::Shares | Self::Signs, Self::Ones) => Ok(expected),
            (Self::Shares | Self::Signs, Self::Numbers) if targets.ncols() == 1 && known() => Ok(expected),
            (Self::Shares, Self::Signs) | (Self::Signs, Self::Shares) => {
                Err(Error::invalid("the kind of the targets", expected.in_words(), found.in_words()))
            }
            _ => Ok(found),
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Shares | Self::Ones => "0 and 1",
            Self::Signs => "-1 and 1",
            Self::Numbers => "numbers",
        }
    }

    /// The kind of the classes, or the first row that names none.
    fn find(targets: &Matrix) -> Result<Self, usize> {
        if targets.ncols() == 1 { Self::of_labels(targets.as_slice()) } else { Self::of_rows(targets) }
    }

    fn of_labels(labels: &[f32]) -> Result<Self, usize> {
        // Without branches, and so in vectors: `all` would stop at each.
        #[allow(clippy::needless_bitwise_bool)]
        let binary = |all: bool, &y: &f32| all & ((y == 0.0) | (y == 1.0));
        if labels.iter().fold(true, binary) {
            let ones = labels.iter().all(|&y| y == 1.0);
            return Ok(if ones { Self::Ones } else { Self::Shares });
        }
        let low = labels.iter().copied().fold(f32::INFINITY, f32::min);
        let high = labels.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let stray = labels.iter().position(|&y| y != low && y != high);
        let evenly_about = |middle: f32| low < high && (low + high - 2.0 * middle).abs() <= EVENLY;
        match stray {
            None if (0.0..=SMOOTHED).contains(&low) && evenly_about(0.5) => Ok(Self::Shares),
            None if high <= 1.0 && evenly_about(0.0) || high == -1.0 => Ok(Self::Signs),
            _ => Err(labels.iter().position(|&y| y != 0.0 && y != 1.0).unwrap_or(0)),
        }
    }

    fn of_rows(targets: &Matrix) -> Result<Self, usize> {
        let stray = targets.row_iter().position(|row| !are_shares(row.iter().copied()));
        match stray {
            None => Ok(Self::Shares),
            Some(_) if targets.row_iter().all(|row| are_signs(row.iter().copied())) => Ok(Self::Signs),
            Some(row) => Err(row),
        }
    }
}

/// Whether a row shares out one sample among the classes.
fn are_shares(mut row: impl Iterator<Item = f32>) -> bool {
    let mut sum = 0.0_f32;
    let all = row.all(|y| {
        sum += y;
        y >= 0.0
    });
    all && (sum - 1.0).abs() <= SHARES
}

/// Whether a row is a single 1 among -1.
fn are_signs(mut row: impl Iterator<Item = f32>) -> bool {
    let mut ones = 0;
    let all = row.all(|y| {
        ones += u32::from(y == 1.0);
        y.abs() == 1.0
    });
    all && ones == 1
}

/// Whether targets say of several labels which ones each sample has: 0 or 1 for each.
#[cfg(feature = "page")]
pub(crate) fn are_labels(targets: Targets<'_>) -> bool {
    targets.numbers().is_ok_and(|numbers| numbers.ncols() > 1 && are_binary(numbers.as_slice()))
}

/// Whether there is nothing but 0 and 1.
pub(crate) fn are_binary(targets: &[f32]) -> bool {
    targets.iter().all(|&y| y == 0.0 || y == 1.0)
}

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

/// The outcome of every row of outputs and targets, which are of one shape, where the kind of the targets may be known; of
/// labels that of every position, sample by sample.
///
/// Fails as [`target_classes`].
pub(crate) fn outcomes<'t>(
    outputs: &Matrix,
    targets: impl Into<Targets<'t>>,
    threshold: f32,
    kind: Option<TargetKind>,
) -> Result<Vec<Outcome>> {
    let targets = targets.into();
    let of_targets = match (targets, kind.and_then(TargetKind::middle)) {
        (Targets::Numbers(numbers), Some(middle)) => classes(numbers, middle).into_iter().flatten().collect(),
        _ => target_classes(targets)?,
    };
    let predicted = classes(&matrix::by_position(outputs, targets.positions()), threshold);
    let pairs = of_targets.into_iter().zip(predicted);
    Ok(pairs.map(|(class, predicted)| Outcome { class, predicted }).collect())
}

/// The class of every row.
pub(crate) fn classes(outputs: &Matrix, threshold: f32) -> Vec<Option<usize>> {
    match outputs.ncols() {
        1 => outputs.iter().map(|&p| (!p.is_nan()).then(|| usize::from(p > threshold))).collect(),
        _ => outputs.row_iter().map(|row| first_largest(row.iter().copied())).collect(),
    }
}

/// The class of every row, where something parts classes.
pub(crate) fn predicted(outputs: &Matrix, threshold: Option<f32>) -> Result<Vec<Option<usize>>> {
    let Some(threshold) = threshold else {
        let expected = "known to tell classes: by targets that name classes, or by a threshold";
        return Err(Error::invalid("where the outputs change their class", expected, "not known"));
    };
    check_threshold(threshold)?;
    Ok(classes(outputs, threshold))
}

/// The number of classes that so many outputs distinguish.
pub(crate) fn class_count(outputs: usize) -> usize {
    outputs.max(2)
}

/// The class of every target row: of shares the largest, the first of equals; of labels every one.
///
/// Fails at the first row that names no class.
pub(crate) fn target_classes<'t>(targets: impl Into<Targets<'t>>) -> Result<Vec<usize>> {
    let numbers = match targets.into() {
        Targets::Labels(labels) => return Ok(labels.indices().iter().map(|&label| label as usize).collect()),
        Targets::Numbers(numbers) => numbers,
    };
    let kind = TargetKind::find(numbers).map_err(|row| no_class(numbers, row))?;
    Ok(classes(numbers, kind.middle().unwrap_or_default()).into_iter().flatten().collect())
}

fn no_class(targets: &Matrix, row: usize) -> Error {
    let expected = match targets.ncols() {
        1 => "0 or 1, or in all rows -1 or 1, to name a class",
        _ => "a single 1 among zeros, or shares that sum to 1, to name a class",
    };
    let found: Vec<f32> = targets.row(row).iter().take(8).copied().collect();
    Error::invalid(format!("target row {row}"), expected, format!("{found:?}"))
}

/// The number of rows whose class is that of the target row, which names one, given the threshold of a single output and
/// the middle of the targets; of labels the number of positions.
///
/// Training counts them after every batch, so that this makes no list of [`outcomes`].
pub(crate) fn correct<'t>(outputs: &Matrix, targets: impl Into<Targets<'t>>, threshold: f32, middle: f32) -> usize {
    let targets = match targets.into() {
        Targets::Numbers(numbers) => numbers,
        Targets::Labels(labels) => {
            let predicted = classes(&matrix::by_position(outputs, labels.positions()), threshold);
            let pairs = predicted.into_iter().zip(labels.indices());
            return pairs.filter(|(predicted, class)| *predicted == Some(**class as usize)).count();
        }
    };
    match outputs.ncols() {
        // Without branches, none of which could be foreseen: early in training a model guesses.
        1 => {
            let is_right = |p: f32, y: f32| ((p > threshold) == (y > middle)) & !p.is_nan();
            outputs.as_slice().iter().zip(targets.as_slice()).filter(|&(&p, &y)| is_right(p, y)).count()
        }
        _ => {
            let rows = outputs.row_iter().zip(targets.row_iter());
            let classes = rows.map(|(p, y)| (first_largest(p.iter().copied()), first_largest(y.iter().copied())));
            classes.filter(|(predicted, class)| predicted.is_some() && predicted == class).count()
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_not_yet_positive_and_the_first_of_equals_wins() {
        assert_eq!(classes(&Matrix::from_column_slice(3, 1, &[0.5, 0.5000001, 0.2]), 0.5), [Some(0), Some(1), Some(0)]);
        assert_eq!(classes(&Matrix::from_row_slice(2, 3, &[0.4, 0.4, 0.2, 0.1, 0.2, 0.7]), 0.5), [Some(0), Some(2)]);
    }

    fn column(values: &[f32]) -> Matrix {
        Matrix::from_column_slice(values.len(), 1, values)
    }

    #[test]
    fn targets_that_name_no_class_are_refused_by_row() {
        assert_eq!(
            target_classes(&column(&[1.0, 0.3])).unwrap_err().to_string(),
            "target row 1 is [0.3]; it must be 0 or 1, or in all rows -1 or 1, to name a class"
        );
        for numbers in [[3.0, 4.0], [0.2, 0.7], [-2.0, 2.0], [0.4, 0.4], [0.3, 0.7]] {
            assert_eq!(TargetKind::of(&column(&numbers)), TargetKind::Numbers, "{numbers:?}");
        }
        for row in [[1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [2.0, -1.0, 0.0], [1.0, 1.0, -1.0], [0.5, 0.4, 0.0]] {
            assert!(target_classes(&Matrix::from_row_slice(1, 3, &row)).is_err(), "{row:?}");
        }
    }

    #[test]
    fn of_smoothed_mixed_and_rounded_shares_the_largest_is_the_class() {
        let shares = [0.933, 0.033, 0.033, 0.1, 0.2, 0.7, 0.0, 1.0, 0.0, 0.5, 0.0, 0.5];
        assert_eq!(target_classes(&Matrix::from_row_slice(4, 3, &shares)).unwrap(), [0, 2, 1, 0]);
        assert_eq!(target_classes(&column(&[0.95, 0.05, 0.95])).unwrap(), [1, 0, 1]);
    }

    #[test]
    fn minus_one_and_one_are_classes_parted_at_zero() {
        let targets = column(&[-1.0, 1.0, 1.0]);
        assert_eq!(target_classes(&targets).unwrap(), [0, 1, 1]);
        assert_eq!(TargetKind::of(&targets).middle(), Some(0.0));
        assert_eq!(target_classes(&column(&[-0.9, 0.9])).unwrap(), [0, 1]);
        assert_eq!(target_classes(&column(&[-1.0, -1.0])).unwrap(), [0, 0], "one class alone");
        let rows = Matrix::from_row_slice(2, 3, &[-1.0, 1.0, -1.0, -1.0, -1.0, 1.0]);
        assert_eq!((target_classes(&rows).unwrap(), TargetKind::of(&rows)), (vec![1, 2], TargetKind::Signs));
        let (signs, one) = (column(&[-1.0, 1.0]), column(&[1.0, 1.0]));
        assert_eq!(TargetKind::of(&one), TargetKind::Ones, "of one class alone");
        assert_eq!(TargetKind::like(&signs, &one).unwrap(), TargetKind::Signs);
        assert_eq!(TargetKind::like(&column(&[0.1, 0.9]), &column(&[0.9])).unwrap(), TargetKind::Shares);
        assert!(TargetKind::like(&signs, &column(&[0.0, 1.0])).is_err());
        assert_eq!(TargetKind::like(&column(&[0.0, 1.0, 2.5]), &one).unwrap(), TargetKind::Numbers);
    }

    #[test]
    fn a_row_with_a_nan_has_no_class_and_is_never_right() {
        let nan = Matrix::from_column_slice(2, 1, &[f32::NAN, f32::NAN]);
        assert_eq!(classes(&nan, 0.5), [None, None]);
        assert_eq!(correct(&nan, &column(&[0.0, 1.0]), 0.5, 0.5), 0);
        let nan = Matrix::from_row_slice(1, 2, &[0.9, f32::NAN]);
        assert_eq!(classes(&nan, 0.5), [None]);
        assert_eq!(correct(&nan, &Matrix::from_row_slice(1, 2, &[1.0, 0.0]), 0.5, 0.5), 0);
    }

    #[test]
    fn correct_are_the_rows_with_the_right_class() {
        let outputs = Matrix::from_row_slice(4, 1, &[0.9, 0.1, 0.6, 0.5]);
        let targets = Matrix::from_row_slice(4, 1, &[1.0, 0.0, 0.0, 0.0]);
        assert_eq!(correct(&outputs, &targets, 0.5, 0.5), 3, "one half is not yet positive");
        assert_eq!(correct(&column(&[-0.2, 0.3]), &column(&[-1.0, 1.0]), 0.0, 0.0), 2);
        let outputs = Matrix::from_row_slice(2, 3, &[0.4, 0.4, 0.2, 0.1, 0.2, 0.7]);
        let targets = Matrix::from_row_slice(2, 3, &[0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
        assert_eq!(correct(&outputs, &targets, 0.5, 0.5), 1, "the first of equals wins");
    }

    #[test]
    fn outcomes_are_counted_alike_one_by_one() {
        let outputs = Matrix::from_row_slice(5, 1, &[0.9, 0.1, 0.6, 0.5, f32::NAN]);
        let targets = Matrix::from_row_slice(5, 1, &[1.0, 0.0, 0.0, 0.0, 0.0]);
        let outcomes = outcomes(&outputs, &targets, 0.5, None).unwrap();
        assert_eq!(outcomes[2], Outcome { class: 0, predicted: Some(1) });
        assert_eq!(outcomes[4], Outcome { class: 0, predicted: None });
        let correct = correct(&outputs, &targets, 0.5, 0.5);
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_correct()).count(), correct);
    }
}
