//! Histograms of probabilities and of losses, as bars.

use super::{Axis, ColorRole, Mark, Panel};
use crate::{
    Error, OutputKind, Result,
    analysis::{Histogram, ProbabilityHistogram},
    notation::{counted, grouped},
};

impl Panel {
    /// Creates the histogram of the probabilities of a class's samples: the misclassified ones in red, on top of the correct ones.
    ///
    /// A dashed line is where the predicted class changes, if that is a single place. A note counts the samples that are in no bar, because an output is
    /// NaN.
    ///
    /// ```
    /// use training_replay::{Matrix, analysis::ProbabilityHistogram, plot::{ColorRole, Panel}};
    ///
    /// let probabilities = Matrix::from_column_slice(4, 1, &[0.1, 0.85, 0.9, 0.3]);
    /// let targets = Matrix::from_column_slice(4, 1, &[0.0, 0.0, 1.0, 1.0]);
    /// let histogram = ProbabilityHistogram::of(&probabilities, &targets, 10, 0.5)?;
    /// let negatives = Panel::probabilities(&histogram, 0)?;
    /// assert_eq!(negatives.in_color(ColorRole::Misclassified).count(), 1); // one bar, from 0.8 on
    /// assert_eq!(negatives.in_color(ColorRole::Misclassified).next().unwrap().points()[0], [0.8, 0.0]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a class that the histogram has not.
    pub fn probabilities(histogram: &ProbabilityHistogram, class: usize) -> Result<Self> {
        Ok(Self::bars_of_class(histogram, class)?.threshold(histogram.threshold))
    }

    /// The same without the threshold.
    pub(crate) fn bars_of_class(histogram: &ProbabilityHistogram, class: usize) -> Result<Self> {
        let (Some(correct), Some(wrong)) = (histogram.correct.get(class), histogram.misclassified.get(class)) else {
            let expected = format!("below {}, the number of classes", histogram.correct.len());
            return Err(Error::invalid("the class of a histogram", expected, class));
        };
        let both: Vec<u64> = correct.iter().zip(wrong).map(|(correct, wrong)| correct.saturating_add(*wrong)).collect();
        let (x, y) = (axis(histogram, ""), counts(both.iter().copied().max().unwrap_or(0)));
        let mut panel = Self::new(format!("Samples of class {class}"), x, y);
        panel.add_bars(&histogram.edges, &vec![0; correct.len()], correct, ColorRole::Class(class));
        panel.add_bars(&histogram.edges, correct, &both, ColorRole::Misclassified);
        let undecided = histogram.undecided.get(class).copied().unwrap_or(0);
        panel.note_missing(undecided, total(&both).saturating_add(undecided), "their outputs are NaN");
        Ok(panel.legend("correct", ColorRole::Class(class)).legend("misclassified", ColorRole::Misclassified))
    }

    /// Draws where the predicted class changes, if it does at a single place, from end to end.
    pub(crate) fn threshold(self, at: Option<f64>) -> Self {
        match at {
            Some(x) => self.upright(x).legend("threshold", ColorRole::Boundary),
            None => self,
        }
    }

    /// Draws a dashed line from end to end.
    pub(crate) fn upright(self, x: f64) -> Self {
        let ends = [[x, self.y.low], [x, self.y.high]];
        self.mark(Mark::line(ends, ColorRole::Boundary).wide(1.5).dashed())
    }

    /// Says that some of so many samples are in no bar.
    fn note_missing(&mut self, some: u64, all: u64, reason: &str) {
        if some > 0 {
            self.notes.push(format!("{} of {} in no bar: {reason}", grouped(some), are(all, "sample")));
        }
    }

    /// Creates the histogram of residuals, of predictions minus what is true, with a dashed line at zero.
    ///
    /// ```
    /// use training_replay::{analysis::Histogram, plot::{ColorRole, Panel}};
    ///
    /// let histogram = Histogram::of(&[-0.5, 0.25, 0.25], -1.0..=1.0, 4)?;
    /// let panel = Panel::residuals(&histogram);
    /// assert_eq!(panel.in_color(ColorRole::Series(0)).count(), 2); // two bars
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn residuals(histogram: &Histogram) -> Self {
        Self::bars_of_residuals(histogram).upright(0.0)
    }

    /// The same without the line.
    pub(crate) fn bars_of_residuals(histogram: &Histogram) -> Self {
        let mut panel = Self::bars_of_numbers("Residuals", "prediction minus truth", histogram);
        let all = total(&histogram.counts).saturating_add(histogram.not_finite);
        panel.note_missing(histogram.not_finite, all, "their residuals are not finite");
        panel
    }

    fn bars_of_numbers(title: &str, label: &str, histogram: &Histogram) -> Self {
        let ends = histogram.edges.first().copied().unwrap_or(0.0)..=histogram.edges.last().copied().unwrap_or(1.0);
        let highest = histogram.counts.iter().copied().max().unwrap_or(0);
        let mut panel = Self::new(title, Axis::new(label, ends), counts(highest));
        panel.add_bars(&histogram.edges, &vec![0; histogram.counts.len()], &histogram.counts, ColorRole::Series(0));
        panel
    }

    /// Creates the histogram of the losses of the samples. A note counts those that are in no bar, because they are not finite.
    ///
    /// ```
    /// use training_replay::{analysis::Histogram, plot::Panel};
    ///
    /// let histogram = Histogram::of(&[0.1, 0.2, 0.25, 0.9], 0.0..=1.0, 10)?;
    /// assert_eq!(Panel::losses(&histogram).y.high, 2.1); // the highest bar, and a little more
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn losses(histogram: &Histogram) -> Self {
        let mut panel = Self::bars_of_numbers("Losses of the samples", "loss", histogram);
        let all = total(&histogram.counts).saturating_add(histogram.not_finite);
        panel.note_missing(histogram.not_finite, all, "their losses are not finite");
        panel
    }

    /// Creates the histogram of the probabilities of each sample's own class, of all classes together.
    ///
    /// The correct samples have the colors of their classes, one on top of the other; the misclassified ones are red, on top of
    /// all. A `single` output is the probability of class 1, and that of class 0 is the rest to 1.
    ///
    /// ```
    /// use training_replay::{Matrix, analysis::ProbabilityHistogram, plot::{ColorRole, Panel}};
    ///
    /// let outputs = Matrix::from_row_slice(3, 3, &[0.7, 0.2, 0.1, 0.3, 0.3, 0.4, 0.1, 0.05, 0.85]);
    /// let histogram = ProbabilityHistogram::of(&outputs, &Matrix::identity(3, 3), 10, 0.5)?;
    /// let panel = Panel::confidences(&histogram, false);
    /// assert_eq!(panel.in_color(ColorRole::Misclassified).count(), 1); // class 1, with 0.3
    /// assert_eq!(panel.in_color(ColorRole::Class(2)).next().unwrap().points()[0], [0.8, 0.0]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn confidences(histogram: &ProbabilityHistogram, single: bool) -> Self {
        Self::stacked(histogram, "the sample's class", single).titled("Confidences of all samples")
    }

    /// The bars of all classes on top of one another, those of class 0 turned around if they are of the probability of class 1.
    pub(super) fn stacked(histogram: &ProbabilityHistogram, of: &str, turn: bool) -> Self {
        let highest = confidences(histogram, turn).into_iter().max().unwrap_or(0);
        let mut panel = Self::new("", axis(histogram, of), counts(highest));
        let edges = &histogram.edges;
        let mut below = vec![0; edges.len().saturating_sub(1)];
        for (class, correct) in histogram.correct.iter().enumerate() {
            below = panel.add_on(edges, below, &turned(correct, turn && class == 0), ColorRole::Class(class));
            panel.legend.push((format!("class {class}"), ColorRole::Class(class)));
        }
        for (class, wrong) in histogram.misclassified.iter().enumerate() {
            below = panel.add_on(edges, below, &turned(wrong, turn && class == 0), ColorRole::Misclassified);
        }
        let undecided = total(&histogram.undecided);
        panel.note_missing(undecided, total(&below).saturating_add(undecided), "their outputs are NaN");
        panel.legend("misclassified", ColorRole::Misclassified)
    }

    /// Bars that stand on others, and where they end.
    fn add_on(&mut self, edges: &[f64], below: Vec<u64>, counts: &[u64], color: ColorRole) -> Vec<u64> {
        let above: Vec<u64> = below.iter().zip(counts).map(|(below, count)| below.saturating_add(*count)).collect();
        self.add_bars(edges, &below, &above, color);
        above
    }

    /// Bars between two counts each, where there is something between.
    fn add_bars(&mut self, edges: &[f64], from: &[u64], to: &[u64], color: ColorRole) {
        let bars = edges.windows(2).zip(from.iter().zip(to)).filter(|(_, (from, to))| to > from);
        // A gap between neighbors.
        let bar = |(ends, (&from, &to)): (&[f64], (&u64, &u64))| {
            Mark::bar([ends[0], from as f64], [ends[1] - 0.06 * (ends[1] - ends[0]), to as f64], color)
        };
        self.marks.extend(bars.map(bar));
    }
}

/// How many samples each bin has, of all classes, by the probability of the class that they have.
pub(crate) fn confidences(histogram: &ProbabilityHistogram, single: bool) -> Vec<u64> {
    let mut counts = vec![0_u64; histogram.edges.len().saturating_sub(1)];
    for classes in [&histogram.correct, &histogram.misclassified] {
        for (class, bins) in classes.iter().enumerate() {
            counts
                .iter_mut()
                .zip(turned(bins, single && class == 0))
                .for_each(|(count, more)| *count = count.saturating_add(more));
        }
    }
    counts
}

fn total(counts: &[u64]) -> u64 {
    counts.iter().fold(0, |sum, &count| sum.saturating_add(count))
}

/// `1 sample is`, `2,000 samples are`.
pub(crate) fn are(count: u64, noun: &str) -> String {
    format!("{} {}", counted(count, noun), if count == 1 { "is" } else { "are" })
}

/// The counts from the last bin to the first: of the probability that is the rest to 1.
fn turned(counts: &[u64], turn: bool) -> Vec<u64> {
    let mut counts = counts.to_vec();
    if turn {
        counts.reverse();
    }
    counts
}

/// The axis of the outputs, which are probabilities or values of a class.
fn axis(histogram: &ProbabilityHistogram, class: &str) -> Axis {
    let ends = histogram.edges.first().copied().unwrap_or(0.0)..=histogram.edges.last().copied().unwrap_or(1.0);
    Axis::new(axis_label(histogram.kind, class), ends)
}

/// What the axis of the outputs of a class is called.
pub(crate) fn axis_label(kind: OutputKind, class: &str) -> String {
    let (word, ends) = match kind {
        OutputKind::Values => ("output", "; the ends hold what is beyond"),
        _ => ("probability", ""),
    };
    let of = if class.is_empty() { String::new() } else { format!(" of {class}") };
    format!("{word}{of}{ends}")
}

/// An axis for counts up to the highest.
pub(crate) fn counts(highest: u64) -> Axis {
    Axis::new("samples", 0.0..=highest.max(1) as f64 * 1.05).whole()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Matrix;

    #[test]
    fn a_dashed_line_is_at_a_threshold_that_is_no_edge_too() {
        let outputs = Matrix::from_column_slice(3, 1, &[0.36, 0.37, 0.38]);
        let histogram = ProbabilityHistogram::of(&outputs, &Matrix::zeros(3, 1), 10, 0.37).unwrap();
        let panel = Panel::probabilities(&histogram, 0).unwrap();
        let line = panel.in_color(ColorRole::Boundary).next().unwrap();
        let x = f64::from(0.37_f32);
        assert_eq!(line.points(), [[x, 0.0], [x, panel.y.high]]);
        assert!(matches!(line, Mark::Line { dashed: true, .. }));
        let three = ProbabilityHistogram::of(&Matrix::identity(3, 3), &Matrix::identity(3, 3), 10, 0.5).unwrap();
        assert_eq!(Panel::probabilities(&three, 0).unwrap().in_color(ColorRole::Boundary).count(), 0);
    }

    #[test]
    fn samples_in_no_bar_are_counted() {
        let outputs = Matrix::from_column_slice(4, 1, &[0.3, f32::NAN, f32::NAN, 0.9]);
        let targets = Matrix::from_column_slice(4, 1, &[0.0, 0.0, 0.0, 1.0]);
        let histogram = ProbabilityHistogram::of(&outputs, &targets, 4, 0.5).unwrap();
        let notes = |class| Panel::probabilities(&histogram, class).unwrap().notes;
        assert_eq!(notes(0), ["2 of 3 samples are in no bar: their outputs are NaN"]);
        assert!(notes(1).is_empty());
        assert_eq!(Panel::confidences(&histogram, true).notes, ["2 of 4 samples are in no bar: their outputs are NaN"]);
        let losses = Histogram::of(&[0.5, f32::INFINITY], 0.0..=1.0, 2).unwrap();
        assert_eq!(Panel::losses(&losses).notes, ["1 of 2 samples are in no bar: their losses are not finite"]);
    }
}
