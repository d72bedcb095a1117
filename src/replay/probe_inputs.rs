//! Which inputs the model is run on at each epoch.

use crate::{Dataset, Error, Matrix, Result, math::matrix};

/// How many samples of a data set are enough to show whether a model is another one.
const SAMPLES: usize = 8;

/// The most values that samples of a data set have together, and as many outputs.
const VALUES: usize = 1 << 16;

/// The most values that inputs have, or outputs, which are a part of the meta of every epoch.
pub(super) const MOST_VALUES: usize = 1 << 20;

/// Which inputs the model is run on at each epoch.
#[derive(Clone, Debug, Default)]
pub(super) enum ProbeInputs {
    /// A few samples of the data set, if there is one.
    #[default]
    OfDataset,
    Given(Matrix),
    None,
}

impl ProbeInputs {
    /// Those of a new recording.
    pub(super) fn choose(&self, data: Option<&Dataset>) -> Option<Matrix> {
        match self {
            Self::OfDataset => data.and_then(samples_of),
            Self::Given(inputs) => Some(inputs.clone()),
            Self::None => None,
        }
    }

    /// Those that the caller asked for.
    pub(super) fn given(&self) -> Option<&Matrix> {
        match self {
            Self::Given(inputs) => Some(inputs),
            Self::OfDataset | Self::None => None,
        }
    }

    pub(super) fn are_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Fails for inputs that a recording does not keep.
    pub(super) fn check(&self) -> Result<()> {
        let Some(inputs) = self.given() else { return Ok(()) };
        if inputs.is_empty() || inputs.len() > MOST_VALUES {
            let expected = format!("1 to {MOST_VALUES} values");
            return Err(Error::invalid("the size of the probe's inputs", expected, format!("{} values", inputs.len())));
        }
        matrix::expect_finite("inputs of the probe", inputs)
    }
}

/// Samples spread evenly over a data set, its first and last among them; none of a data set that is too wide.
fn samples_of(data: &Dataset) -> Option<Matrix> {
    let widest = data.features().max(data.outputs());
    let count = SAMPLES.min(data.samples()).min(VALUES / widest);
    let place = |row: usize| row * (data.samples() - 1) / (count - 1).max(1);
    let inputs = data.inputs();
    (count > 0).then(|| Matrix::from_fn(count, data.features(), |row, column| inputs[(place(row), column)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(samples: usize, features: usize) -> Option<Vec<f32>> {
        let inputs = Matrix::from_fn(samples, features, |row, _| row as f32);
        let chosen = samples_of(&Dataset::generated(inputs, Matrix::zeros(samples, 1)))?;
        Some(chosen.column(0).iter().copied().collect())
    }

    #[test]
    fn samples_are_spread_over_the_data_and_as_many_as_their_width_allows() {
        assert_eq!(places(1, 2).unwrap(), [0.0]);
        assert_eq!(places(3, 2).unwrap(), [0.0, 1.0, 2.0]);
        assert_eq!(places(9, 1).unwrap(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0]);
        assert_eq!(places(5_000, 1).unwrap().last(), Some(&4_999.0));
        assert_eq!(places(100, VALUES / 2).unwrap(), [0.0, 99.0]);
        assert_eq!(places(100, VALUES).unwrap(), [0.0]);
        assert_eq!(places(2, VALUES + 1), None);
    }
}
