//! The axis that losses or residuals are counted along.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::axes::Ends;
use crate::{
    Result,
    analysis::Histogram,
    notation::{grouped, short},
    plot::panel::{histograms::are, planes::wider},
};

/// How small losses a logarithmic axis shows, as a share of the largest.
const SMALLEST: f64 = 1e-8;

/// The axis that losses or residuals are counted along.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ValueAxis {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) logarithmic: bool,
}

impl ValueAxis {
    pub(crate) fn between(range: &RangeInclusive<f64>, logarithmic: bool) -> Self {
        Self { low: *range.start(), high: *range.end(), logarithmic }
    }

    /// From 0 to the largest loss; to 1 where none is above 0.
    pub(crate) fn of_losses(ends: Ends) -> Self {
        let high = ends.map(|(_, high)| high).filter(|&high| high > 0.0).unwrap_or(1.0);
        Self { low: 0.0, high, logarithmic: false }
    }

    /// From the smallest loss above zero to the largest.
    pub(crate) fn of_log_losses(ends: Ends, smallest: Option<f64>) -> Self {
        let high = Self::of_losses(ends).high;
        let low = smallest.unwrap_or(0.0).max(high * SMALLEST);
        Self { low: if low < high { low } else { high / 2.0 }, high, logarithmic: true }
    }

    /// A little wider than all residuals, with zero among them.
    pub(crate) fn of_residuals(ends: Ends) -> Self {
        let (low, high) = wider(ends.into_iter().flat_map(|(low, high)| [low, high, 0.0])).into_inner();
        Self { low, high, logarithmic: false }
    }

    /// Counts values that are called so, and says which are in none or in another bin.
    pub(crate) fn histogram(&self, values: &[f32], bins: usize, names: &str) -> Result<(Histogram, Vec<String>)> {
        let is_inside = |value: &f32| {
            let value = f64::from(*value);
            !(value.is_finite() && (value > self.high || value < self.low && !self.logarithmic))
        };
        let inside: Vec<f32> = values.iter().copied().filter(is_inside).collect();
        let beyond = (values.len() - inside.len()) as u64;
        let mut notes = Vec::new();
        if beyond > 0 {
            let all = are(values.len() as u64, "sample");
            notes.push(format!("{} of {all} not drawn: their {names} lie beyond this axis", grouped(beyond)));
        }
        if !self.logarithmic {
            return Ok((Histogram::of(&inside, self.low..=self.high, bins)?, notes));
        }
        let below = inside.iter().filter(|&&value| f64::from(value) < self.low).count() as u64;
        notes.extend(in_lowest_bar(below, names, self.low));
        Ok((Histogram::logarithmic(&inside, self.low..=self.high, bins)?, notes))
    }
}

/// What a logarithmic axis cannot show, where there are such samples: their values lie below its lower end, or are zero.
pub(crate) fn in_lowest_bar(below: u64, names: &str, low: f64) -> Option<String> {
    let note = || format!("{} in the lowest bar with {names} below {}, or zero", are(below, "sample"), short(low));
    (below > 0).then(note)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_beyond_the_axis_are_counted() {
        let axis = ValueAxis::of_losses(Some((0.0, 2.0)));
        let (histogram, notes) = axis.histogram(&[0.5, 3.0, f32::NAN, 2.0, 9.0], 2, "losses").unwrap();
        assert_eq!((histogram.counts, histogram.not_finite), (vec![1, 1], 1));
        assert_eq!(notes, ["2 of 5 samples are not drawn: their losses lie beyond this axis"]);
    }

    #[test]
    fn losses_of_zero_are_in_the_lowest_bar_of_a_logarithmic_axis() {
        let axis = ValueAxis::of_log_losses(Some((0.0, 100.0)), Some(1.0));
        let (histogram, notes) = axis.histogram(&[0.0, 1.0, 50.0, 100.0], 2, "losses").unwrap();
        assert_eq!(histogram.counts, [2, 2]);
        assert!((histogram.edges[1] - 10.0).abs() < 1e-12);
        assert_eq!(notes, ["1 sample is in the lowest bar with losses below 1, or zero"]);
        assert_eq!(ValueAxis::of_log_losses(None, None), ValueAxis { low: 1e-8, high: 1.0, logarithmic: true });
        assert_eq!(ValueAxis::of_log_losses(Some((3.0, 3.0)), Some(3.0)).low, 1.5);
    }
}
