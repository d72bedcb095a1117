//! The loss along a straight line in the space of the weights.

use super::{
    flat::{Filled, Flat},
    mean_losses::{Question, mean_losses, next},
};
#[cfg(feature = "serde")]
use crate::serial;
use crate::{Dataset, Error, Forward, Loss, Result, Weights, analysis::Caveat, math::stats};

/// More points on a line show no more of it.
const MAX_POINTS: usize = 1 << 20;

/// The mean loss of a model over a data set, along the straight line between two sets of weights: `(1 - t) a + t b` for `t` from 0
/// to 1.
///
/// Two epochs of a run, or of two runs, whose line has no barrier are linearly connected: they lie in one basin.
/// [`Run::loss_line`](crate::Run::loss_line) asks a recording.
///
/// ```
/// use training_replay::{Dataset, Dense, Loss, Matrix, Parameter, Sequential, Weights, analysis::LossLine};
///
/// let weights = |kernel: f32| Weights::from_iter([Parameter::new("output", "kernel", [1, 1], vec![kernel])]);
/// let model = Sequential::builder(1).layer(Dense::new(1).name("output").without_bias()).build(1)?;
/// let data = Dataset::from_rows(&[[1.0]], &[[3.0]])?;
/// let line = LossLine::of(&model, [&weights(1.0), &weights(3.0)], 3, &data, Loss::MeanSquaredError)?;
/// assert_eq!((line.at, line.losses), (vec![0.0, 0.5, 1.0], vec![4.0, 1.0, 0.0])); // a parabola
/// assert_eq!(line.barrier, 0.0); // below the straight line between its ends everywhere
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct LossLine {
    /// The shares `t` of the way, from 0 to 1.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub at: Vec<f64>,
    /// The mean losses there: NaN and infinite ones as the model gives them.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub losses: Vec<f64>,
    /// The largest difference of the loss from the linear interpolation of the losses at both ends, `max over t of L(t) - (1 - t) L(0) -
    /// t L(1)`: 0 or more, since the ends count. NaN if one of the losses is, and if one of the ends is infinite.
    ///
    /// It is the barrier of Entezari, Sedghi, Saukh and Neyshabur, "The Role of Permutation Invariance in Linear Mode Connectivity of
    /// Neural Networks" (2022), definition 2.1.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub barrier: f64,
    /// The difference of the largest loss from the mean of the losses at both ends, `max over t of L(t) - (L(0) + L(1)) / 2`; NaN
    /// likewise.
    ///
    /// It is the barrier height of Frankle, Dziugaite, Roy and Carbin, "Linear Mode Connectivity and the Lottery Ticket Hypothesis" (2020),
    /// section 2, who call it the instability of two copies of one network. Where the ends differ it is half their difference at
    /// least, also on a line without a hump.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub instability: f64,
    /// The parameters that keep the values of the first end, since they hold no floating-point numbers.
    pub caveats: Vec<Caveat>,
}

impl LossLine {
    /// Computes the loss of a model at so many points of the line between two sets of weights, both ends included, on all cores.
    ///
    /// The model's own weights do not matter, but its parameters are those of both ends. Both ends are computed of exactly their weights.
    /// Losses have the bits that [`LossSurface::of`](crate::analysis::LossSurface::of) says.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for fewer than 2 points or more than 1,048,576, ends with other parameters than one another, and values that
    /// are NaN or infinite; and whatever the model says of weights or data that are not its own, as
    /// [`evaluate`](crate::analysis::evaluate).
    pub fn of<M: Forward + Sync>(
        model: &M,
        ends: [&Weights; 2],
        points: usize,
        data: &Dataset,
        loss: Loss,
    ) -> Result<Self> {
        let question = Question { data, loss, threads: None, step: &|| () };
        Self::of_models(ends, points, question, |known, weights| next(model, known, weights))
    }

    /// Fails unless recorded weights have the parameters of an end of a line.
    pub(crate) fn expect(end: &Weights, recorded: &Weights) -> Result<()> {
        Flat::of(end.clone())?.expect(recorded, "of the recording")
    }

    /// The same of models that a function makes of weights, given the last one.
    pub(crate) fn of_models<M: Forward>(
        ends: [&Weights; 2],
        points: usize,
        question: Question<'_>,
        restore: impl Fn(Option<M>, &mut Filled) -> Result<M> + Sync,
    ) -> Result<Self> {
        if !(2..=MAX_POINTS).contains(&points) {
            return Err(Error::invalid("the number of points of a line", format!("from 2 to {MAX_POINTS}"), points));
        }
        let flat = Flat::of(ends[0].clone())?;
        let start = flat.vector(ends[0], "at the first end")?;
        let end = flat.vector(ends[1], "at the second end")?;
        let places: Vec<[f64; 2]> = stats::linspace(0.0, 1.0, points).map(|t| [1.0 - t, t]).collect();
        // Not `start + t (end - start)`, which may miss the end by a rounding.
        let fill = |weights: &mut Filled, [s, t]: [f64; 2]| flat.fill(weights, |at| s * start[at] + t * end[at]);
        let losses = mean_losses(&places, question, fill, restore)?;
        let (barrier, instability) = heights(&places, &losses);
        let at = places.into_iter().map(|[_, t]| t).collect();
        Ok(Self { at, losses, barrier, instability, caveats: flat.caveat().into_iter().collect() })
    }
}

/// The largest loss over the linear interpolation of the ends, and over their mean.
fn heights(places: &[[f64; 2]], losses: &[f64]) -> (f64, f64) {
    let [Some(first), Some(last)] = [losses.first(), losses.last()] else { return (f64::NAN, f64::NAN) };
    // `f64::max` would pass over NaN.
    let larger = |one: f64, other: f64| if other.is_nan() || other > one { other } else { one };
    let largest = |heights: &mut dyn Iterator<Item = f64>| {
        heights
            .fold(f64::NEG_INFINITY, |largest, height| if largest.is_nan() { largest } else { larger(largest, height) })
    };
    // Exactly 0 at both ends, which may come out as a rounding.
    let at_end = |end: &f64| if end.is_finite() { 0.0 } else { f64::NAN };
    let inner = places.iter().zip(losses).skip(1).take(losses.len() - 2);
    let over = inner.map(|([s, t], loss)| loss - (s * first + t * last));
    let barrier = largest(&mut over.chain([first, last].map(at_end)));
    (barrier, largest(&mut losses.iter().copied()) - 0.5 * (first + last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(losses: &[f64]) -> (f64, f64) {
        let places: Vec<[f64; 2]> = stats::linspace(0.0, 1.0, losses.len()).map(|t| [1.0 - t, t]).collect();
        heights(&places, losses)
    }

    #[test]
    fn heights_are_those_of_the_definitions() {
        assert_eq!(of(&[1.0, 4.0, 3.0]), (2.0, 2.0));
        assert_eq!(of(&[1.0, 2.0, 5.0]), (0.0, 2.0), "no hump, but ends that differ");
        assert_eq!(of(&[0.0, 3.0, 0.0, 0.0, 4.0]), (2.0, 2.0), "a hump on a slope");
        assert_eq!(of(&[0.0, 3.0, 0.0, 0.0, 2.0]), (2.5, 2.0));
        assert_eq!(of(&[1.0, 1.0]), (0.0, 0.0));
        assert_eq!(of(&[0.0, 0.0, 3.0, 1.0, 0.0]), (3.0, 3.0));
    }

    #[test]
    fn a_loss_that_is_no_number_is_not_passed_over() {
        let (barrier, instability) = of(&[1.0, f64::NAN, 9.0, 1.0]);
        assert!(barrier.is_nan() && instability.is_nan());
        assert_eq!(of(&[1.0, f64::INFINITY, 1.0]), (f64::INFINITY, f64::INFINITY));
        let (barrier, instability) = of(&[f64::INFINITY, 1.0, 1.0]);
        assert!(barrier.is_nan() && instability.is_nan());
    }
}
