//! Features with mean 0 and deviation 1, and the numbers that made them so.

use std::{fmt, str::FromStr};

use super::dataset::Dataset;
use crate::{Error, Matrix, Result, math::matrix};

/// The mean and standard deviation of each feature, to bring data to mean 0 and deviation 1 and back: scikit-learn's
/// `StandardScaler`.
///
/// Take the numbers from the training set, and apply them to every other set too. They are written and read as text, so
/// that they can go with a recording as a note; the data set that is recorded is the one that the model saw.
///
/// ```
/// use training_replay::{Dense, Metrics, Replay, Sequential, Standardization, datasets};
///
/// let (train, validation) = datasets::circles(100, 0.1, 0.5, 7).split(0.2, 13)?;
/// let scaling = Standardization::of(&train);
/// let (train, validation) = (scaling.apply(&train)?, scaling.apply(&validation)?);
/// assert!(train.inputs().column(0).mean().abs() < 1e-6);
///
/// let mut replay = Replay::options().dataset(&train).metadata("standardization", scaling.to_string()).in_memory();
/// # replay.record(&Sequential::builder(2).layer(Dense::new(1)).build(1)?, Metrics::new())?;
/// let (_, note) = replay.metadata().next().expect("the note");
/// assert_eq!(note.parse::<Standardization>()?, scaling); // for new samples, in another process
/// # assert_eq!(validation.samples(), 20);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Standardization {
    /// The mean of each feature.
    pub mean: Vec<f64>,
    /// The biased standard deviation of each feature, by which it is divided; 1 for a feature that is constant.
    pub std: Vec<f64>,
}

impl Standardization {
    /// Computes the numbers of a data set's features, in double precision.
    ///
    /// ```
    /// use training_replay::{Dataset, Standardization};
    ///
    /// let data = Dataset::from_rows(&[[0, 7], [0, 7], [1, 7], [1, 7]], &[[0], [0], [1], [1]])?;
    /// let scaling = Standardization::of(&data);
    /// assert_eq!((scaling.mean.as_slice(), scaling.std.as_slice()), (&[0.5, 7.0][..], &[0.5, 1.0][..]));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn of(data: &Dataset) -> Self {
        let (mean, std) = matrix::columns(data.inputs()).map(mean_and_std).unzip();
        Self { mean, std }
    }

    /// Returns the data set with every feature less its mean, over its deviation.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] for another number of features, [`Error::Invalid`] for a value that is beyond the range of `f32`
    /// then.
    pub fn apply(&self, data: &Dataset) -> Result<Dataset> {
        Ok(data.with_inputs(self.transform(data.inputs())?))
    }

    /// Returns the rows with every feature less its mean, over its deviation: for samples without targets.
    ///
    /// ```
    /// use training_replay::{Dataset, Matrix, Standardization};
    ///
    /// let data = Dataset::from_rows(&[[0, 7], [0, 7], [1, 7], [1, 7]], &[[0], [0], [1], [1]])?;
    /// let scaling = Standardization::of(&data);
    /// let new = Matrix::from_row_slice(1, 2, &[2.0, 8.0]);
    /// let scaled = scaling.transform(&new)?;
    /// assert_eq!(scaled.as_slice(), [3.0, 1.0]);
    /// assert_eq!(scaling.inverse_transform(&scaled)?, new);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`apply`](Self::apply).
    pub fn transform(&self, inputs: &Matrix) -> Result<Matrix> {
        self.map(inputs, |value, mean, std| (value - mean) / std)
    }

    /// Returns rows that were standardized as they were before, but for rounding.
    ///
    /// # Errors
    ///
    /// As [`apply`](Self::apply).
    pub fn inverse_transform(&self, inputs: &Matrix) -> Result<Matrix> {
        self.map(inputs, |value, mean, std| value * std + mean)
    }

    fn map(&self, inputs: &Matrix, of: impl Fn(f64, f64, f64) -> f64) -> Result<Matrix> {
        if self.mean.len() != self.std.len() {
            return Err(Error::shape("the deviations of a standardization", [self.mean.len()], [self.std.len()]));
        }
        matrix::expect_columns("inputs", inputs, self.mean.len())?;
        let mut scaled = inputs.clone();
        for (column, values) in matrix::columns_mut(&mut scaled).enumerate() {
            for (row, value) in values.iter_mut().enumerate() {
                let exact = of(f64::from(*value), self.mean[column], self.std[column]);
                let what = || format!("the scaled input in row {row}, column {column},");
                *value = matrix::rounded(exact).map_err(|beyond| beyond.of(&what()))?;
            }
        }
        Ok(scaled)
    }
}

/// In two passes. What is constant but for rounding has a deviation of 1, by the bound of scikit-learn's
/// `_is_constant_feature`, and so is only moved.
fn mean_and_std(values: &[f32]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = matrix::sum_f64(values) / count;
    let squares = values.iter().map(|&value| (f64::from(value) - mean) * (f64::from(value) - mean));
    let variance = squares.sum::<f64>() / count;
    let rounding = count * mean * f64::EPSILON;
    let is_constant = variance <= count * f64::EPSILON * variance + rounding * rounding;
    (mean, if is_constant { 1.0 } else { variance.sqrt() })
}

/// One line, `(x - 5.8) / 0.8; (x - 3) / 0.4`, a part for each feature. It parses back to the same bits.
impl fmt::Display for Standardization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let features = self.mean.iter().zip(&self.std).map(|(mean, std)| format!("(x - {mean}) / {std}"));
        f.pad(&features.collect::<Vec<_>>().join("; "))
    }
}

/// Reads what `Display` writes.
///
/// ```
/// use training_replay::Standardization;
///
/// let scaling: Standardization = "(x - 0.5) / 2; (x - -7) / 1".parse()?;
/// assert_eq!(scaling.mean, [0.5, -7.0]);
/// assert!("(x - 0.5) / 0".parse::<Standardization>().is_err());
/// # Ok::<(), training_replay::Error>(())
/// ```
impl FromStr for Standardization {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let feature = |part: &str| {
            let (mean, std) = part.strip_prefix("(x - ")?.split_once(") / ")?;
            let (mean, std) = (mean.parse::<f64>().ok()?, std.parse::<f64>().ok()?);
            (mean.is_finite() && std.is_finite() && std > 0.0).then_some((mean, std))
        };
        let parts = text.split("; ").map(|part| {
            let expected = "of the form `(x - 5.8) / 0.8`, with a finite mean and a deviation above 0";
            feature(part).ok_or_else(|| Error::invalid("a part of a standardization", expected, format!("{part:?}")))
        });
        let (mean, std) = parts.collect::<Result<Vec<_>>>()?.into_iter().unzip();
        Ok(Self { mean, std })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ```text
    /// import numpy as np; from sklearn.preprocessing import StandardScaler  # 1.9.1
    /// x = np.array([[5.1, 100000.25, 0.1], [4.9, 100000.5, 0.1], [7.0, 100001, 0.1], [6.3, 99999, 0.1], [5.8, 100000, 0.1]],
    ///              np.float32)
    /// s = StandardScaler().fit(x.astype(float)); s.mean_, s.scale_, s.transform(x.astype(float))
    /// ```
    #[test]
    fn means_and_deviations_are_scikit_learns() {
        let rows = [
            [5.1_f32, 100000.25, 0.1],
            [4.9, 100000.5, 0.1],
            [7.0, 100001.0, 0.1],
            [6.3, 99999.0, 0.1],
            [5.8, 100000.0, 0.1],
        ];
        let data = Dataset::from_rows(&rows, &[[0], [1], [0], [1], [0]]).unwrap();
        let scaling = Standardization::of(&data);
        let near = |found: &[f64], expected: [f64; 3]| {
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= 1e-14 * b.abs()), "{found:?}");
        };
        near(&scaling.mean, [5.820000076293946, 100000.15, 0.10000000149011612]);
        near(&scaling.std, [0.773045941368191, 0.66332495807108, 1.0]);
        let scaled = scaling.apply(&data).unwrap();
        let first_row = scaled.inputs().row(0).map(f64::from);
        let expected = [-0.9313808315028087, 0.15075567229765693, 0.0];
        assert!(first_row.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{first_row}");
        assert_eq!(scaled.inputs().column(2).as_slice(), [0.0; 5], "a constant feature is only moved");
        assert_eq!(scaling.inverse_transform(scaled.inputs()).unwrap(), *data.inputs());
    }

    #[test]
    fn huge_and_tiny_features_keep_their_numbers_and_what_f32_cannot_hold_is_refused() {
        let data = Dataset::from_rows(&[[3e38, 1e-40], [-3e38, 3e-40]], &[[0], [1]]).unwrap();
        let scaling = Standardization::of(&data);
        let scaled = scaling.apply(&data).unwrap();
        assert_eq!(scaled.inputs().column(0).as_slice(), [1.0, -1.0]);
        assert!((scaled.inputs()[(1, 1)] - 1.0).abs() < 1e-5, "{scaled:?}");
        let message = scaling.transform(&Matrix::from_element(1, 2, 1.0)).unwrap_err().to_string();
        assert!(message.starts_with("the scaled input in row 0, column 1, is 9."), "{message}");
        let shape = scaling.transform(&Matrix::zeros(1, 3)).unwrap_err().to_string();
        assert_eq!(shape, "inputs: expected shape [1, 2], found [1, 3]");
    }

    #[test]
    fn the_numbers_come_back_from_text_bit_for_bit() {
        let data = crate::datasets::ball(5, 40, 3);
        let scaling = Standardization::of(&data);
        assert_eq!(scaling.to_string().parse::<Standardization>().unwrap(), scaling);
        for wrong in ["", "x", "(x - 1) / 0", "(x - NaN) / 1", "(x - 1) / inf", "(x - 1) / 1;(x - 1) / 1"] {
            assert!(wrong.parse::<Standardization>().is_err(), "{wrong:?}");
        }
    }
}
