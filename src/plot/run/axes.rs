//! What the axes of a run reach over, and which epochs they leave out.

use std::ops::RangeInclusive;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::plot::panel::LEAVES_OUT;
use crate::{Error, Result, notation::short};

/// So many times as far as all others reaches an epoch that axes leave out.
const FAR: f64 = 5.0;

/// Fewer epochs than these do not make another one stand out.
const OTHERS: usize = 3;

/// What the axes of a run's pictures reach over: [`RunPlotOptions::axes`](crate::plot::RunPlotOptions::axes).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Axes {
    /// All epochs, but for those that would squeeze the others into a speck; a note says which, and how far they reach.
    ///
    /// An axis leaves out one epoch, or up to a tenth of them, if each of these reaches more than 5 times as far from zero as
    /// all the others, of which there are 3 or more: a first loss of a thousand times the rest, weights that explode at the
    /// end. Nothing is left out where values grow or fall step by step.
    #[default]
    Robust,
    /// All epochs, whatever they reach.
    Run,
    /// The epoch that is shown alone: pictures of different epochs do not compare. Curves are over all epochs.
    Epoch,
}

/// What was set about the axes of a run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct AxisOptions {
    #[serde(serialize_with = "as_number", deserialize_with = "of_number")]
    pub(crate) axes: Axes,
    pub(crate) space: Option<[RangeInclusive<f64>; 2]>,
    /// Of the losses of the samples.
    pub(crate) losses: Option<RangeInclusive<f64>>,
    /// Of the mean loss over the epochs.
    pub(crate) curves: Option<RangeInclusive<f64>>,
    pub(crate) counts: Option<u64>,
    pub(crate) log_losses: bool,
}

const AXES: [Axes; 3] = [Axes::Robust, Axes::Run, Axes::Epoch];

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives references")]
fn as_number<S: Serializer>(axes: &Axes, to: S) -> std::result::Result<S::Ok, S::Error> {
    AXES.iter().position(|which| which == axes).serialize(to)
}

fn of_number<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Axes, D::Error> {
    let number: Option<usize> = Deserialize::deserialize(from)?;
    let axes = number.and_then(|number| AXES.get(number));
    axes.copied().ok_or_else(|| D::Error::custom("axes that reach over nothing that is known"))
}

impl AxisOptions {
    /// Fails for limits that enclose nothing, or that have no logarithm.
    pub(crate) fn check(&self) -> Result<()> {
        let spaces = self.space.iter().flatten().map(|range| ("a feature space", range, false));
        let losses = self.losses.iter().map(|range| ("the losses", range, self.log_losses));
        let curves = self.curves.iter().map(|range| ("the curves", range, self.log_losses));
        spaces.chain(losses).chain(curves).try_for_each(|(what, range, log)| check(what, range, log))?;
        match self.counts {
            Some(0) => Err(Error::invalid("the highest count of an axis", "1 or more", 0)),
            _ => Ok(()),
        }
    }
}

fn check(what: &str, range: &RangeInclusive<f64>, logarithmic: bool) -> Result<()> {
    let (low, high) = (*range.start(), *range.end());
    let expected =
        if logarithmic { "from a number above zero to a larger one" } else { "from a number to a larger one" };
    if low < high && (high - low).is_finite() && !(logarithmic && low <= 0.0) {
        return Ok(());
    }
    Err(Error::invalid(format!("the axis of {what}"), format!("{expected}, both finite"), format!("{low}..={high}")))
}

/// Both ends of something at an epoch; none where no number is finite.
pub(crate) type Ends = Option<(f64, f64)>;

/// How far an axis reaches over the epochs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reach {
    pub(crate) ends: Ends,
    /// The epochs that are left out, and how far the farthest of them reaches.
    pub(crate) left_out: Vec<u64>,
    pub(crate) farthest: f64,
    /// What is to be said of these.
    pub(crate) note: Option<String>,
}

impl Reach {
    /// Over the epochs with these ends each.
    pub(crate) fn over(axes: Axes, epochs: &[u64], ends: &[Ends]) -> Self {
        let reaches: Vec<f64> =
            ends.iter().map(|ends| ends.map_or(f64::NAN, |(low, high)| low.abs().max(high.abs()))).collect();
        let far = if axes == Axes::Robust { far_out(&reaches) } else { Vec::new() };
        let kept = ends.iter().enumerate().filter(|(i, _)| !far.contains(i));
        let mut left_out: Vec<u64> = far.iter().map(|&i| epochs[i]).collect();
        left_out.sort_unstable();
        let farthest = far.first().map_or(0.0, |&farthest| reaches[farthest]);
        let note = note(&left_out, farthest);
        let ends = kept.filter_map(|(_, ends)| *ends).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        Self { ends, left_out, farthest, note }
    }
}

/// The places of those that reach far beyond all others, the farthest first.
fn far_out(reaches: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..reaches.len()).filter(|&i| reaches[i].is_finite()).collect();
    order.sort_by(|&a, &b| reaches[b].total_cmp(&reaches[a]));
    let most = (order.len() / 10).max(1).min(order.len().saturating_sub(OTHERS));
    let stand_out = |&count: &usize| {
        let (nearest, next) = (reaches[order[count - 1]], reaches[order[count]]);
        next > 0.0 && nearest > FAR * next
    };
    let count = (1..=most).rev().find(stand_out).unwrap_or(0);
    order.truncate(count);
    order
}

/// What is to be said of epochs that are left out, if there are some.
pub(super) fn note(epochs: &[u64], farthest: f64) -> Option<String> {
    let names: Vec<String> = epochs.iter().map(u64::to_string).collect();
    let which = match &names[..] {
        [one] => format!("epoch {one}, which reaches"),
        [others @ .., last] if others.len() < 4 => format!("epochs {} and {last}, which reach", others.join(", ")),
        [first, .., last] => format!("{} epochs from {first} to {last}, which reach", epochs.len()),
        [] => return None,
    };
    Some(format!("{LEAVES_OUT}{which} to {}", short(farthest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(reaches: &[f64]) -> Reach {
        let epochs: Vec<u64> = (0..reaches.len() as u64).collect();
        let ends: Vec<Ends> = reaches.iter().map(|&reach| reach.is_finite().then_some((0.0, reach))).collect();
        Reach::over(Axes::Robust, &epochs, &ends)
    }

    #[test]
    fn a_first_loss_of_a_thousand_times_the_rest_is_left_out_and_named() {
        let found = over(&[1_200.0, 1.1, 1.2, 0.9, 0.8]);
        assert_eq!((found.ends, found.left_out), (Some((0.0, 1.2)), vec![0]));
        assert_eq!(found.note.unwrap(), "the axes leave out epoch 0, which reaches to 1,200");
    }

    #[test]
    fn up_to_a_tenth_of_the_epochs_is_left_out_and_not_more() {
        let run = |exploded: usize| {
            let reach = |i: usize| if i >= 40 - exploded { 10.0_f64.powi(i as i32 - 30) } else { 1.0 };
            over(&(0..40).map(reach).collect::<Vec<_>>())
        };
        assert_eq!(run(4).left_out, [36, 37, 38, 39]);
        assert_eq!(run(4).note.unwrap(), "the axes leave out epochs 36, 37, 38 and 39, which reach to 1.0e9");
        assert_eq!(run(4).ends, Some((0.0, 1.0)));
        assert_eq!(run(5).left_out, [36, 37, 38, 39], "the fifth of them stays");
    }

    #[test]
    fn where_values_grow_or_fall_step_by_step_nothing_is_left_out() {
        let falling: Vec<f64> = (0..150).map(|i| 0.7 * 0.95_f64.powi(i)).collect();
        assert!(over(&falling).left_out.is_empty() && over(&falling).note.is_none());
        assert!(over(&[4.9, 1.0, 0.5, 0.4]).left_out.is_empty(), "5 times as far is the bar");
        assert!(over(&[1e9, 1.0, 0.5]).left_out.is_empty(), "two others are too few");
        assert!(over(&[3.0, 0.0, 0.0, 0.0, 0.0]).left_out.is_empty(), "units that are off reach nowhere");
        assert_eq!(over(&[]), Reach::default());
    }

    #[test]
    fn epochs_without_a_finite_number_count_for_nothing() {
        let found = over(&[f64::NAN, 9.0, 1.0, 1.0, f64::NAN, 1.0]);
        assert_eq!((found.left_out, found.ends), (vec![1], Some((0.0, 1.0))));
        assert_eq!(over(&[f64::NAN; 4]).ends, None);
    }

    #[test]
    fn limits_that_enclose_nothing_are_refused() {
        let losses =
            |range, log_losses| AxisOptions { losses: Some(range), log_losses, ..AxisOptions::default() }.check();
        assert!(losses(0.0..=1.0, false).is_ok() && losses(0.1..=1.0, true).is_ok());
        let message = losses(0.0..=1.0, true).unwrap_err().to_string();
        assert_eq!(
            message,
            "the axis of the losses is 0..=1; it must be from a number above zero to a larger one, both finite"
        );
        for (low, high) in [(1.0, 1.0), (1.0, 0.0), (f64::NAN, 1.0), (0.0, f64::INFINITY), (f64::MIN, f64::MAX)] {
            assert!(losses(low..=high, false).is_err(), "{low} to {high}");
        }
    }
}
