//! What of a layer is shown, where its outputs are more than units: means of channels, the last token.
//!
//! A feature map of 8 channels of 28 x 28 pixels has 6,272 outputs, and a reader wants to hear of 8 units. A model says so by
//! [`Forward::units`](crate::Forward::units), for which these are the usual answers: for layer 0, say,
//! `units::channels(&outputs, 8)`, and the outputs themselves for all others.
//!
//! Wherever units are counted one by one or shown, these are meant: milestones of single units and the share of its range that a
//! layer covers, principal planes and feature spaces, and what plots and pages make of them. Distributions of
//! activations are of every output, and a [`DecisionBoundary`](crate::analysis::DecisionBoundary) within a layer's space is computed from
//! the layer's own outputs. What is shown in place of the outputs is listed as a [`Caveat`](crate::analysis::Caveat). Means
//! stay within the [`range`](crate::Forward::range) of what they are of; other values have to.
//!
//! ```
//! use training_replay::{Matrix, units};
//!
//! let maps = Matrix::from_row_slice(1, 8, &[1.0, 2.0, 3.0, 6.0, 0.0, 0.0, 0.0, 4.0]); // two channels of 2 x 2
//! assert_eq!(units::channels(&maps, 2)?, Matrix::from_row_slice(1, 2, &[3.0, 1.0]));
//! # Ok::<(), training_replay::Error>(())
//! ```

use crate::{Error, Matrix, Result, math::matrix};

/// Returns the mean of each channel, of outputs that have one channel behind the other: `(channels, height, width)`, row-major,
/// as PyTorch and candle flatten them.
///
/// # Shapes
///
/// `(samples, channels * pixels)` to `(samples, channels)`.
///
/// # Errors
///
/// [`Error::Invalid`] unless the outputs are as many for each channel, and at least one.
pub fn channels(outputs: &Matrix, channels: usize) -> Result<Matrix> {
    let pixels = each(outputs, channels, "the number of channels")?;
    means(outputs, channels, |unit, pixel| unit * pixels + pixel)
}

/// Returns the mean of each channel, of outputs that have all channels of one place behind those of the other: `(height, width,
/// channels)`, as Keras flattens them; for a sequence, the mean of its tokens.
///
/// ```
/// use training_replay::{Matrix, units};
///
/// let tokens = Matrix::from_row_slice(1, 4, &[1.0, 10.0, 3.0, 30.0]); // two of width 2
/// assert_eq!(units::channels_last(&tokens, 2)?, Matrix::from_row_slice(1, 2, &[2.0, 20.0]));
/// # Ok::<(), training_replay::Error>(())
/// ```
///
/// # Shapes
///
/// `(samples, places * channels)` to `(samples, channels)`.
///
/// # Errors
///
/// As [`channels`].
pub fn channels_last(outputs: &Matrix, channels: usize) -> Result<Matrix> {
    each(outputs, channels, "the number of channels")?;
    means(outputs, channels, |unit, place| place * channels + unit)
}

/// Returns the last `width` outputs: of a sequence `(tokens, width)` the last token.
///
/// ```
/// use training_replay::{Matrix, units};
///
/// let tokens = Matrix::from_row_slice(1, 4, &[1.0, 10.0, 3.0, 30.0]);
/// assert_eq!(units::last(&tokens, 2)?, Matrix::from_row_slice(1, 2, &[3.0, 30.0]));
/// assert!(units::last(&tokens, 3).is_err()); // no sequence of tokens of width 3
/// # Ok::<(), training_replay::Error>(())
/// ```
///
/// # Shapes
///
/// `(samples, tokens * width)` to `(samples, width)`.
///
/// # Errors
///
/// [`Error::Invalid`] unless the outputs are a number of tokens of this width, and at least one.
pub fn last(outputs: &Matrix, width: usize) -> Result<Matrix> {
    each(outputs, width, "the width of a token")?;
    Ok(outputs.columns(outputs.ncols() - width, width).into_owned())
}

/// How many outputs there are for each of `count`.
fn each(outputs: &Matrix, count: usize, what: &str) -> Result<usize> {
    let width = outputs.ncols();
    if count > 0 && width > 0 && width.is_multiple_of(count) {
        Ok(width / count)
    } else {
        Err(Error::invalid(what, format!("a divisor of {width}, the number of outputs"), count))
    }
}

/// The means over all places of each unit, summed in double precision.
fn means(outputs: &Matrix, units: usize, column: impl Fn(usize, usize) -> usize) -> Result<Matrix> {
    let places = outputs.ncols() / units;
    let mut means = matrix::zeros(outputs.nrows(), units)?;
    let mut sums = vec![0.0_f64; outputs.nrows()];
    for (unit, to) in matrix::columns_mut(&mut means).enumerate() {
        sums.fill(0.0);
        for place in 0..places {
            let from = matrix::column(outputs, column(unit, place)).unwrap_or_default();
            sums.iter_mut().zip(from).for_each(|(sum, &value)| *sum += f64::from(value));
        }
        to.iter_mut().zip(&sums).for_each(|(mean, sum)| *mean = (sum / places as f64) as f32);
    }
    Ok(means)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_channel_is_the_mean_and_as_many_as_outputs_are_the_outputs() {
        let outputs = Matrix::from_row_slice(2, 3, &[1.0, 2.0, 6.0, -1.0, f32::INFINITY, 0.0]);
        assert_eq!(channels(&outputs, 3).unwrap(), outputs);
        assert_eq!(channels_last(&outputs, 3).unwrap(), outputs);
        assert_eq!(channels(&outputs, 1).unwrap(), Matrix::from_row_slice(2, 1, &[3.0, f32::INFINITY]));
        assert_eq!(channels(&Matrix::zeros(0, 4), 2).unwrap().shape(), (0, 2));
    }

    #[test]
    fn what_does_not_divide_the_outputs_is_refused() {
        for count in [0, 2, 4, usize::MAX] {
            let outputs = Matrix::zeros(2, 3);
            for refused in [channels(&outputs, count), channels_last(&outputs, count), last(&outputs, count)] {
                let message = refused.unwrap_err().to_string();
                assert!(message.contains("a divisor of 3") && message.contains(&count.to_string()), "{message}");
            }
        }
        assert!(channels(&Matrix::zeros(2, 0), 1).is_err());
    }
}
