//! The comparison of a model with the recorded probe, and of data with the recorded ones.

#[cfg(feature = "serde")]
use crate::serial;
use std::fmt;

use crate::{
    Dataset, Matrix,
    math::{matrix, stats},
};

/// The least that counts as a scale of outputs: below it they are 0.
const NOTHING: f64 = 1e-30;

/// How many roundings of the largest output another device, or another order of sums, may make.
const ROUNDINGS: f64 = 8.0;

/// What a model makes of the inputs of the probe, beside what was recorded of them at the same epoch.
///
/// ```
/// use training_replay::{Matrix, analysis::ProbeCheck};
///
/// let recorded = Matrix::from_row_slice(2, 1, &[0.5, -2.0]);
/// let check = ProbeCheck::of(3, &recorded, &recorded.map(|output| output + 1e-5), 1e-4);
/// assert!(check.holds() && (check.off - 3.6e-6).abs() < 5e-7); // 1e-5 beyond rounding, of what lies between -2 and 0.5
/// assert!(!ProbeCheck::of(3, &recorded, &(recorded.clone() * 1.1), 1e-4).holds());
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ProbeCheck {
    /// The epoch.
    pub epoch: u64,
    /// How far the outputs are from the recorded ones at the most, relative to what lies between the smallest and the largest
    /// recorded one of their column (to their size where all are the same), so that an offset hides nothing. Eight roundings of
    /// the largest are free, unless not even one is allowed. 0 where they are the same, infinite for other numbers of outputs,
    /// or where one of both is NaN or infinite.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub off: f64,
    /// How far off they may be: 0 where both are built-in networks.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub allowed: f64,
    /// How many outputs were recorded that are numbers: without one, as in a run that diverged, nothing is proven.
    pub finite: usize,
}

impl ProbeCheck {
    /// Compares outputs with recorded ones, both with a row for each input.
    pub fn of(epoch: u64, recorded: &Matrix, found: &Matrix, allowed: f64) -> Self {
        let columns = matrix::columns(recorded).zip(matrix::columns(found));
        let furthest = columns.map(|(recorded, found)| distance(recorded, found, allowed > 0.0)).fold(0.0, f64::max);
        let off = if recorded.shape() == found.shape() { furthest } else { f64::INFINITY };
        let finite = recorded.iter().filter(|output| output.is_finite()).count();
        Self { epoch, off, allowed, finite }
    }

    /// Returns whether the outputs are near enough.
    pub fn holds(&self) -> bool {
        self.off <= self.allowed
    }
}

/// How far the outputs of a column are from the recorded ones, relative to the spread of those.
fn distance(recorded: &[f32], found: &[f32], may_round: bool) -> f64 {
    let (low, high) = stats::finite_range(recorded.iter().map(|&output| f64::from(output))).unwrap_or((0.0, 0.0));
    let largest = low.abs().max(high.abs());
    let scale = if high > low { high - low } else { largest }.max(NOTHING);
    let rounding = if may_round { ROUNDINGS * f64::from(f32::EPSILON) * largest } else { 0.0 };
    let distance = |(recorded, found): (&f32, &f32)| {
        let apart = (f64::from(*recorded) - f64::from(*found)).abs();
        let difference = if may_round { (apart - rounding).max(0.0) / scale } else { apart / scale };
        let difference = if apart.is_nan() { f64::NAN } else { difference };
        let same = recorded == found || recorded.is_nan() && found.is_nan();
        if same {
            0.0
        } else if difference.is_nan() {
            f64::INFINITY
        } else {
            difference
        }
    };
    recorded.iter().zip(found).map(distance).fold(0.0, f64::max)
}

/// Whether the data that were asked about are the recorded ones.
///
/// It prints as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(tag = "kind", rename_all = "snake_case"))]
#[non_exhaustive]
pub enum DataCheck {
    /// They are the recorded data set, every input and target of it.
    Recorded,
    /// No data set is recorded, but every input of the probe is among theirs. Nothing says whether their
    /// targets are the ones that the model was trained on.
    HoldsProbe,
    /// They are others: a validation set, another draw, another preparation.
    Other {
        /// The first difference.
        reason: String,
    },
    /// No data were asked about.
    NotAsked,
    /// The recorded data set is damaged, and what can still be read of it, or of the probe, is among theirs.
    Damaged,
    /// No data set is recorded that they could be compared with, and no probe, or one of inputs that are not among theirs.
    Unknown,
}

impl DataCheck {
    /// Compares inputs with those of a probe, each of which must be one of their rows.
    ///
    /// ```
    /// use training_replay::{Matrix, analysis::DataCheck, datasets};
    ///
    /// let data = datasets::moons(100, 0.1, 7);
    /// let probe = data.inputs().rows(20, 3).into_owned();
    /// assert_eq!(DataCheck::of_probe(&data, &probe), DataCheck::HoldsProbe);
    /// let other = DataCheck::of_probe(&datasets::moons(100, 0.1, 8), &probe);
    /// assert_eq!(other.to_string(), "the data are others than the recorded ones: row 0 of the probe is not among them");
    /// ```
    pub fn of_probe(data: &Dataset, probe: &Matrix) -> Self {
        let among = |row: &usize| data.inputs().row_iter().any(|input| input == probe.row(*row));
        match (0..probe.nrows()).find(|row| !among(row)) {
            None => Self::HoldsProbe,
            Some(row) => Self::Other { reason: format!("row {row} of the probe is not among them") },
        }
    }
}

impl fmt::Display for DataCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recorded => f.write_str("the data are the recorded ones, inputs and targets"),
            Self::HoldsProbe => {
                f.write_str("no data set is recorded; every input of the probe is among these data, and of their targets nothing is known")
            }
            Self::Other { reason } => write!(f, "the data are others than the recorded ones: {reason}"),
            Self::Damaged => f.write_str("the recorded data set is damaged: these data may be the recorded ones, or not"),
            Self::NotAsked => f.write_str("no data were asked about"),
            Self::Unknown => f.write_str("no data set was recorded that these could be compared with"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn off(recorded: &[f32], found: &[f32]) -> f64 {
        let column = |values: &[f32]| Matrix::from_column_slice(values.len(), 1, values);
        ProbeCheck::of(0, &column(recorded), &column(found), 0.0).off
    }

    #[test]
    fn outputs_are_off_relative_to_the_spread_of_their_column() {
        assert_eq!(off(&[4.0, 0.0], &[4.0, 1.0]), 0.25);
        let recorded = Matrix::from_row_slice(1, 2, &[1000.0, 0.5]);
        let found = Matrix::from_row_slice(1, 2, &[1000.0, 0.75]);
        assert_eq!(ProbeCheck::of(0, &recorded, &found, 0.0).off, 0.5, "each column by itself");
        assert!(off(&[0.0], &[1e-20]) > 1.0, "nothing is near to nothing but nothing");
        assert_eq!(off(&[0.0], &[-0.0]), 0.0);
        assert_eq!(off(&[f32::INFINITY, 1.0, 2.0], &[f32::INFINITY, 1.0, 2.5]), 0.5);
    }

    #[test]
    fn an_offset_hides_nothing_and_some_roundings_are_free_where_any_are() {
        let column = |values: [f32; 3]| Matrix::from_column_slice(3, 1, &values);
        let check = |found| ProbeCheck::of(0, &column([1e6, 1e6 + 1.0, 1e6 + 2.0]), &column(found), 1e-4);
        assert!(!check([1e6, 1e6 + 2.0, 1e6 + 4.0]).holds(), "although that is within 1e-4 of a million");
        assert!(check([1e6, 1e6 + 1.125, 1e6 + 2.0]).holds(), "two roundings of a million");
        let exact = ProbeCheck::of(0, &column([1.0, 2.0, 3.0]), &column([1.0, 2.0, 3.000_000_2]), 0.0);
        assert!(!exact.holds(), "not one where none is allowed");
    }

    #[test]
    fn outputs_that_are_no_numbers_agree_with_the_same_and_with_nothing_else() {
        let infinite = f32::INFINITY;
        assert_eq!(off(&[f32::NAN, infinite, -infinite], &[f32::NAN, infinite, -infinite]), 0.0);
        for (recorded, found) in
            [(f32::NAN, 0.0), (0.0, f32::NAN), (infinite, 1.0), (1.0, infinite), (infinite, -infinite)]
        {
            assert_eq!(off(&[recorded, 1.0], &[found, 1.0]), f64::INFINITY, "{recorded} {found}");
        }
        let check =
            ProbeCheck::of(0, &Matrix::from_element(2, 1, f32::NAN), &Matrix::from_element(2, 1, f32::NAN), 0.0);
        assert_eq!((check.holds(), check.finite), (true, 0));
    }

    #[test]
    fn another_number_of_outputs_does_not_hold() {
        let check = ProbeCheck::of(0, &Matrix::zeros(2, 1), &Matrix::zeros(2, 2), 1.0);
        assert!(!check.holds());
        assert!(!ProbeCheck::of(0, &Matrix::zeros(2, 1), &Matrix::zeros(3, 1), 1.0).holds());
    }
}
