//! Histograms of probabilities and of losses, as bars.

use super::{Axis, ColorRole, Mark, Panel};
use crate::{
    Error, OutputKind, Result,
    analysis::{Histogram, ProbabilityHistogram},
};

impl Panel {
    /// Creates the histogram of the probabilities of a class's samples: the misclassified ones in red, on top of the correct ones.
    ///
    /// ```
    /// use training_replay::{Matrix, analysis::ProbabilityHistogram, plot::{ColorRole, Panel}};
    ///
    /// let probabilities = Matrix::from_column_slice(4, 1, &[0.1, 0.8, 0.9, 0.3]);
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
        let (Some(correct), Some(wrong)) = (histogram.correct.get(class), histogram.misclassified.get(class)) else {
            let expected = format!("below {}, the number of classes", histogram.correct.len());
            return Err(Error::invalid("the class of a histogram", expected, class));
        };
        let both: Vec<u64> = correct.iter().zip(wrong).map(|(correct, wrong)| correct.saturating_add(*wrong)).collect();
        let (x, y) = (axis(histogram, ""), counts(both.iter().copied().max().unwrap_or(0)));
        let mut panel = Self::new(format!("Samples of class {class}"), x, y);
        panel.add_bars(&histogram.edges, &vec![0; correct.len()], correct, ColorRole::Class(class));
        panel.add_bars(&histogram.edges, correct, &both, ColorRole::Misclassified);
        Ok(panel.legend("correct", ColorRole::Class(class)).legend("misclassified", ColorRole::Misclassified))
    }

    /// Creates the histogram of the losses of the samples.
    ///
    /// ```
    /// use training_replay::{analysis::Histogram, plot::Panel};
    ///
    /// let histogram = Histogram::of(&[0.1, 0.2, 0.25, 0.9], 0.0..=1.0, 10)?;
    /// assert_eq!(Panel::losses(&histogram).y.high, 2.1); // the highest bar, and a little more
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn losses(histogram: &Histogram) -> Self {
        let ends = histogram.edges.first().copied().unwrap_or(0.0)..=histogram.edges.last().copied().unwrap_or(1.0);
        let highest = histogram.counts.iter().copied().max().unwrap_or(0);
        let mut panel = Self::new("Losses of the samples", Axis::new("loss", ends), counts(highest));
        panel.add_bars(&histogram.edges, &vec![0; histogram.counts.len()], &histogram.counts, ColorRole::Series(0));
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
    /// let outputs = Matrix::from_row_slice(3, 3, &[0.7, 0.2, 0.1, 0.3, 0.3, 0.4, 0.1, 0.1, 0.8]);
    /// let histogram = ProbabilityHistogram::of(&outputs, &Matrix::identity(3, 3), 10, 0.5)?;
    /// let panel = Panel::confidences(&histogram, false);
    /// assert_eq!(panel.in_color(ColorRole::Misclassified).count(), 1); // class 1, with 0.3
    /// assert_eq!(panel.in_color(ColorRole::Class(2)).next().unwrap().points()[0], [0.8, 0.0]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn confidences(histogram: &ProbabilityHistogram, single: bool) -> Self {
        let highest = confidences(histogram, single).into_iter().max().unwrap_or(0);
        let x = axis(histogram, "the sample's class");
        let mut panel = Self::new("Confidences of all samples", x, counts(highest));
        let mut below = vec![0; histogram.edges.len().saturating_sub(1)];
        for (class, correct) in histogram.correct.iter().enumerate() {
            below =
                panel.add_on(&histogram.edges, below, &turned(correct, single && class == 0), ColorRole::Class(class));
            panel.legend.push((format!("class {class}"), ColorRole::Class(class)));
        }
        for (class, wrong) in histogram.misclassified.iter().enumerate() {
            below =
                panel.add_on(&histogram.edges, below, &turned(wrong, single && class == 0), ColorRole::Misclassified);
        }
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
