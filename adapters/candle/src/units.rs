//! What counts as a unit of a layer whose outputs are no plain row.

use training_replay::{Matrix, Result, units};

/// What counts as a unit of a layer whose outputs have several dimensions a sample: feature maps, or several positions.
///
/// Milestones, distributions and planes are about units. Each of 16 maps of 8 x 8 counted by its pixels is 1,024 units, of
/// which nobody reads a list; counted by its means it is 16. Outputs of one dimension are units as they are.
///
/// ```
/// use training_replay_candle::{Replayed, Units};
///
/// # fn main() -> candle_core::Result<()> {
/// let model = Replayed::new((1, 8, 8), |vb| candle_nn::conv2d(1, 16, 3, Default::default(), vb))
///     .layer("maps", |net, x| x.apply(net), training_replay::Activation::Relu)
///     .units(Units::ChannelMeans); // 16 of them, not 16 x 6 x 6
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Units {
    /// Each value.
    #[default]
    Values,
    /// The mean of each channel, of outputs `(channels, ...)`: of convolutions.
    ChannelMeans,
    /// The values at the last position, of outputs `(positions, ...)`: of sequences.
    LastPosition,
}

impl Units {
    /// Turns outputs, a sample of a shape in each row, into units.
    pub(crate) fn of(self, outputs: Matrix, shape: &[usize]) -> Result<Matrix> {
        match (self, shape) {
            (Self::Values, _) | (_, [] | [_]) => Ok(outputs),
            (Self::ChannelMeans, &[channels, ..]) => units::channels(&outputs, channels),
            (Self::LastPosition, [_, position @ ..]) => units::last(&outputs, position.iter().product()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_means_of_channels_or_the_last_position() {
        let outputs = Matrix::from_row_slice(2, 4, &[1.0, 3.0, 5.0, 9.0, 0.0, 1.0, 2.0, 4.0]);
        assert_eq!(Units::Values.of(outputs.clone(), &[2, 2]).unwrap(), outputs);
        assert_eq!(
            Units::ChannelMeans.of(outputs.clone(), &[2, 2]).unwrap(),
            Matrix::from_row_slice(2, 2, &[2.0, 7.0, 0.5, 3.0])
        );
        assert_eq!(
            Units::LastPosition.of(outputs.clone(), &[2, 1, 2]).unwrap(),
            Matrix::from_row_slice(2, 2, &[5.0, 9.0, 2.0, 4.0])
        );
        assert_eq!(Units::ChannelMeans.of(outputs.clone(), &[4]).unwrap(), outputs, "units as they are");
    }
}
