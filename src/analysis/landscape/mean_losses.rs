//! The mean loss of a model with many sets of weights.

use super::flat::Filled;
use crate::{Dataset, Forward, Loss, Result, math::parallel, model::checked};

/// What the losses are of.
#[derive(Clone, Copy)]
pub(crate) struct Question<'q> {
    pub(crate) data: &'q Dataset,
    pub(crate) loss: Loss,
    /// As many as the machine has cores, if nothing else was said.
    pub(crate) threads: Option<usize>,
    /// Called when one more is done.
    pub(crate) step: &'q (dyn Fn() + Sync),
}

/// A model with other weights, in place of one that is there.
pub(super) fn next<M: Forward>(model: &M, known: Option<M>, weights: &mut Filled) -> Result<M> {
    match known {
        Some(known) => known.into_restored(weights),
        None => model.restore(weights),
    }
}

/// The mean losses with the weights that `fill` makes for each place, in memory that it is given again.
///
/// A model is made of each by `restore`, in place of the one that the same thread has made before, if there is one.
pub(super) fn mean_losses<M: Forward>(
    places: &[[f64; 2]],
    question: Question<'_>,
    fill: impl Fn(&mut Filled, [f64; 2]) + Sync,
    restore: impl Fn(Option<M>, &mut Filled) -> Result<M> + Sync,
) -> Result<Vec<f64>> {
    question.loss.check_targets(question.data.targets())?; // once, and not for each place
    let ask = |(weights, model): &mut (Filled, Option<M>), &place: &[f64; 2]| {
        fill(weights, place);
        let made = restore(model.take(), weights)?;
        let mean = checked::mean_loss_of_checked(&made, question.data, question.loss)?;
        *model = Some(made);
        (question.step)();
        Ok(mean)
    };
    parallel::map_with(places, question.threads, || (Filled::default(), None), ask)
}
