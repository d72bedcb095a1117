//! What the numbers of all epochs lie between, so that those of any epoch are written as the others are.

use serde::{Deserialize, Serialize};

use super::{
    answers::PartFrame,
    arrays::Losses,
    counts::{BINS_OF_A_DECADE, LOG_BINS},
    frame::Frame,
};
use crate::{
    OutputKind,
    math::stats,
    plot::{RunPlots, panel::planes::wider},
};

/// What the numbers of a run lie between.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Spans {
    /// The losses of the shown samples that are not 0.
    pub(crate) losses: Losses,
    /// The probabilities of all classes, or those of each label; none where numbers are predicted.
    pub(crate) outputs: Vec<OutputSpan>,
    /// What no loss reaches down to.
    pub(crate) first_log_bin: usize,
}

/// What outputs lie between.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct OutputSpan {
    /// The ends of their axis.
    pub(crate) axis: [f64; 2],
    /// The smallest and the largest, with some room.
    pub(crate) ends: [f64; 2],
}

impl Spans {
    pub(crate) fn of<M>(plots: &RunPlots<'_, M>, frames: &[Frame]) -> Self {
        let parts = frames.first().and_then(|frame| frame.classes.as_ref()).map_or(0, |classes| classes.parts.len());
        let of_part =
            |i: usize| OutputSpan::of(frames.iter().filter_map(move |frame| frame.classes.as_ref()?.parts.get(i)));
        Self {
            losses: loss_range(plots, frames),
            outputs: (0..parts).map(of_part).collect(),
            first_log_bin: first_log_bin(frames),
        }
    }
}

impl OutputSpan {
    /// From 0 to 1 of probabilities, around the targets of values.
    fn of<'a>(epochs: impl Iterator<Item = &'a PartFrame> + Clone) -> Self {
        match epochs.clone().next().filter(|part| part.kind == OutputKind::Values) {
            None => Self { axis: [0.0, 1.0], ends: [0.0, 1.0] },
            Some(part) => {
                let values = epochs.flat_map(|part| &part.outputs).map(|&value| f64::from(value));
                let (low, high) = wider(values).into_inner();
                Self { axis: part.axis, ends: [low, high] }
            }
        }
    }
}

fn loss_range<M>(plots: &RunPlots<'_, M>, frames: &[Frame]) -> Losses {
    let losses = frames.iter().flat_map(|frame| &frame.losses).map(|&loss| f64::from(loss));
    match stats::finite_range(losses.filter(|loss| *loss > 0.0)) {
        Some((low, high)) if low < high => Losses { low, high },
        Some((_, high)) => Losses { low: high / 2.0, high },
        None => Losses { low: plots.limits.loss / 2.0, high: plots.limits.loss },
    }
}

/// What no loss of the run reaches down to is left out, but for the last factor of ten.
fn first_log_bin(frames: &[Frame]) -> usize {
    let is_empty =
        |bin: &usize| frames.iter().all(|frame| frame.counts.log_losses.iter().all(|counts| counts[*bin] == 0));
    (0..LOG_BINS - BINS_OF_A_DECADE).take_while(is_empty).count()
}
