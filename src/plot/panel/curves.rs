//! Numbers over the epochs: of one run, and of many.

use super::planes::wider;
use super::{Axis, ColorRole, Mark, Panel};
use crate::analysis::QuantileBand;

/// Epochs and values.
type Curve = [(u64, f64)];

impl Panel {
    /// Creates a plot of curves over the epochs. The vertical axis begins at 0, or at the smallest value where some are negative.
    ///
    /// ```
    /// use training_replay::plot::{ColorRole, Panel};
    ///
    /// let (loss, accuracy) = ([(1, 0.7), (2, 0.4), (3, 0.3)], [(1, 0.5), (2, 0.9), (3, 1.0)]);
    /// let panel = Panel::curves("loss", &[("loss", &loss)]).right_curves("accuracy", &[("accuracy", &accuracy)]);
    /// let panel = panel.marker(2.0); // the epoch that is shown
    /// assert_eq!(panel.in_color(ColorRole::Series(1)).next().unwrap().points()[2], [3.0, 1.0]);
    /// ```
    pub fn curves<C: AsRef<Curve>>(label: &str, curves: &[(&str, C)]) -> Self {
        let epochs = curves.iter().flat_map(|(_, curve)| curve.as_ref()).map(|&(epoch, _)| epoch as f64);
        let x = Axis::new("epoch", epochs_between(epochs)).whole();
        let panel = Self::new("", x, vertical(label, curves));
        panel.with_curves(curves, false)
    }

    /// Adds curves with a vertical axis of their own on the right.
    ///
    /// ```
    /// use training_replay::plot::Panel;
    ///
    /// let panel = Panel::curves("loss", &[("loss", &[(0, 9.0), (1, 4.0)])]).right_curves("accuracy", &[("test", &[(0, 0.5), (1, 1.0)])]);
    /// assert!(panel.y.high > 9.0 && panel.right.is_some_and(|axis| axis.high < 2.0));
    /// ```
    #[must_use]
    pub fn right_curves<C: AsRef<Curve>>(mut self, label: &str, curves: &[(&str, C)]) -> Self {
        self.right = Some(vertical(label, curves));
        self.with_curves(curves, true)
    }

    /// Creates a plot of many runs as one: for each of these the median over the epochs, and the band that most of the runs are in.
    ///
    /// ```
    /// use training_replay::{analysis::QuantileBand, plot::{ColorRole, Panel}};
    ///
    /// let band = QuantileBand::of(&[vec![(0, 1.0), (1, 0.5)], vec![(0, 3.0), (1, 0.25)], vec![(0, 2.0), (1, 0.75)]], 1.0)?;
    /// let panel = Panel::bands("loss", &[("tanh", &band)]);
    /// assert_eq!(panel.in_color(ColorRole::Series(0)).next().unwrap().points(), [[0.0, 2.0], [1.0, 0.5]]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn bands(label: &str, bands: &[(&str, &QuantileBand)]) -> Self {
        let epochs = bands.iter().flat_map(|(_, band)| &band.epochs).map(|&epoch| epoch as f64);
        let values = bands.iter().flat_map(|(_, band)| band.low.iter().chain(&band.high).copied());
        let mut panel =
            Self::new("", Axis::new("epoch", epochs_between(epochs)).whole(), Axis::new(label, from_zero(values)));
        for (i, (_, band)) in bands.iter().enumerate() {
            panel.marks.push(Mark::Area { corners: outline(band), color: ColorRole::Band(i) });
        }
        for (i, (name, band)) in bands.iter().enumerate() {
            let median = band.epochs.iter().zip(&band.median).map(|(&epoch, &value)| [epoch as f64, value]);
            panel = panel.mark(Mark::line(median, ColorRole::Series(i))).legend(*name, ColorRole::Series(i));
        }
        panel
    }

    fn with_curves<C: AsRef<Curve>>(mut self, curves: &[(&str, C)], right: bool) -> Self {
        for (name, curve) in curves {
            let color = ColorRole::Series(self.legend.len());
            let points = curve.as_ref().iter().map(|&(epoch, value)| [epoch as f64, value]).collect();
            self.marks.push(Mark::Line { points, color, width: 2.0, dashed: right, right });
            let values: Vec<f64> = curve.as_ref().iter().map(|&(_, value)| value).collect();
            self = self.legend(*name, color).note_no_numbers(&values);
        }
        self
    }
}

impl Panel {
    /// Says what the marks at the edges are, where there are some.
    pub(super) fn note_no_numbers(mut self, values: &[f64]) -> Self {
        let marks = [
            ("crosses", values.iter().any(|value| value.is_nan()), "NaN"),
            ("triangles at the edges", values.iter().any(|value| value.is_infinite()), "infinities"),
        ];
        for (mark, is_there, what) in marks {
            let note = format!("{mark} are {what}");
            if is_there && !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        self
    }
}

fn vertical<C: AsRef<Curve>>(label: &str, curves: &[(&str, C)]) -> Axis {
    Axis::new(label, from_zero(curves.iter().flat_map(|(_, curve)| curve.as_ref()).map(|&(_, value)| value)))
}

/// From 0, or below where there are negative values, however small, to the largest.
fn from_zero(values: impl Iterator<Item = f64>) -> std::ops::RangeInclusive<f64> {
    let mut is_negative = false;
    let all = values.inspect(|value| is_negative |= *value < 0.0 && value.is_finite()).chain([0.0]);
    let (low, high) = wider(all).into_inner();
    if is_negative { low..=high } else { 0.0..=high }
}

fn epochs_between(epochs: impl Iterator<Item = f64>) -> std::ops::RangeInclusive<f64> {
    let (first, last) =
        epochs.fold((f64::MAX, 0.0), |(first, last): (f64, f64), epoch| (first.min(epoch), last.max(epoch)));
    if first > last { 0.0..=1.0 } else { first..=last }
}

/// There along the upper end of the band, and back along the lower.
fn outline(band: &QuantileBand) -> Vec<[f64; 2]> {
    let along = |values: &[f64]| -> Vec<[f64; 2]> {
        let points = band.epochs.iter().zip(values).map(|(&epoch, &value)| [epoch as f64, value]);
        points.filter(|point| point[1].is_finite()).collect()
    };
    let mut corners = along(&band.high);
    corners.extend(along(&band.low).into_iter().rev());
    corners
}
