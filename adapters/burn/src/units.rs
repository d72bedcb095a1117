//! What counts as a unit of a layer whose outputs are no plain row.

use training_replay::Matrix;

/// What counts as a unit of a layer whose outputs have several dimensions a sample: feature maps, or several positions.
///
/// Milestones, distributions and planes are about units. 16 maps of 8 x 8 are 1,024 values, of which nobody reads a list,
/// and 16 means. Outputs of one dimension are units as they are.
///
/// ```
/// use burn::{nn::conv::Conv2dConfig, tensor::{Device, Tensor}};
/// use training_replay::{Activation, Forward, Matrix, Result};
/// use training_replay_burn::{Replayed, Units};
///
/// # fn main() -> Result<()> {
/// let convolution = Conv2dConfig::new([1, 16], [3, 3]).init(&Device::default());
/// let model = Replayed::new([1, 8, 8], &convolution)
///     .layer("maps", |net, x: Tensor<4>| net.forward(x), Activation::Relu)
///     .units(Units::ChannelMeans);
/// let outputs = model.forward(&Matrix::zeros(5, 64), 0..1)?;
/// assert_eq!(outputs.shape(), (5, 16 * 6 * 6));
/// assert_eq!(Forward::units(&model, 0, outputs)?.shape(), (5, 16));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Units {
    /// Each value.
    #[default]
    Values,
    /// The mean of each channel, of outputs `[channels, ...]`: of convolutions.
    ChannelMeans,
    /// The values at the last position, of outputs `[positions, ...]`: of sequences.
    LastPosition,
}

impl Units {
    /// Turns outputs, each row a sample of a shape, into units.
    pub(crate) fn of(self, outputs: Matrix, shape: &[usize]) -> Matrix {
        let Some((&first, [_, ..])) = shape.split_first() else { return outputs };
        let each = outputs.ncols() / first.max(1);
        match self {
            Self::Values => outputs,
            Self::ChannelMeans => Matrix::from_fn(outputs.nrows(), first, |sample, channel| {
                let values = outputs.row(sample);
                let sum: f64 = values.columns(channel * each, each).iter().copied().map(f64::from).sum();
                (sum / each as f64) as f32
            }),
            Self::LastPosition => outputs.columns(outputs.ncols() - each, each).into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_values_means_of_channels_or_the_last_position() {
        let outputs = Matrix::from_row_slice(2, 4, &[1.0, 3.0, 5.0, 9.0, 0.0, 1.0, 2.0, 4.0]);
        let of = |units: Units, shape: &[usize]| units.of(outputs.clone(), shape);
        assert_eq!(of(Units::Values, &[2, 2]), outputs);
        assert_eq!(of(Units::ChannelMeans, &[2, 2]), Matrix::from_row_slice(2, 2, &[2.0, 7.0, 0.5, 3.0]));
        assert_eq!(of(Units::LastPosition, &[2, 1, 2]), Matrix::from_row_slice(2, 2, &[5.0, 9.0, 2.0, 4.0]));
        assert_eq!(of(Units::ChannelMeans, &[4]), outputs, "a row of units");
    }

    #[test]
    fn a_layer_without_outputs_has_no_units() {
        for units in [Units::Values, Units::ChannelMeans, Units::LastPosition] {
            assert_eq!(units.of(Matrix::zeros(2, 0), &[0, 3]).ncols(), 0);
        }
    }
}
