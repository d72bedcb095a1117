//! What a model answers at one epoch: classes, labels or numbers, and the crate's own counts of them.

use super::samples::{NO_CLASS, Samples};
use crate::{
    Forward, Matrix, OutputKind, Result,
    analysis::ProbabilityHistogram,
    plot::{
        Mark, Panel, Point, RunPlots,
        run::{epoch_data::EpochData, task::Task},
    },
};

/// Which class is predicted, or which label.
#[derive(Clone)]
pub(crate) struct ClassFrame {
    pub(crate) predicted: Vec<u8>,
    /// One of all classes, or one of each label.
    pub(crate) parts: Vec<PartFrame>,
}

/// The probabilities of the classes, or of a label.
#[derive(Clone)]
pub(crate) struct PartFrame {
    /// Of each shown sample, the probability or the value for its class; of a single output that for class 1.
    pub(crate) outputs: Vec<f32>,
    pub(crate) kind: OutputKind,
    pub(crate) threshold: Option<f64>,
    pub(crate) axis: [f64; 2],
    /// Class by class, bin by bin, over all samples.
    pub(crate) correct: Vec<u64>,
    pub(crate) misclassified: Vec<u64>,
    /// Class by class, those for which no class is predicted.
    pub(crate) undecided: Vec<u64>,
    pub(crate) notes: Vec<String>,
}

impl ClassFrame {
    pub(crate) fn of<M: Forward>(at: &EpochData<'_, '_, M>, samples: &Samples) -> Result<Self> {
        let is_of_labels = at.task() == Task::Labels;
        let predicted = if is_of_labels { at.predicted_labels()? } else { at.predicted_classes()? };
        let parts = if is_of_labels {
            (0..at.outputs()?.ncols()).map(|label| PartFrame::of_label(at, label, samples)).collect::<Result<_>>()?
        } else {
            vec![PartFrame::of_classes(at, samples)?]
        };
        let class = |&row: &usize| predicted[row].map_or(NO_CLASS, |class| class as u8);
        Ok(Self { predicted: samples.rows.iter().map(class).collect(), parts })
    }
}

impl PartFrame {
    fn of_classes<M: Forward>(at: &EpochData<'_, '_, M>, samples: &Samples) -> Result<Self> {
        let mut numbers = at.outputs()?.clone();
        at.decision()?.to_probabilities(&mut numbers);
        let own = |(&row, &class): (&usize, &usize)| numbers[(row, class.min(numbers.ncols() - 1))];
        let outputs = samples.rows.iter().zip(&samples.classes).map(own).collect();
        let histogram = at.probability_histogram()?;
        let notes = Panel::confidences(histogram, at.has_single_output()).notes;
        Ok(Self::new(outputs, histogram, notes))
    }

    fn of_label<M: Forward>(at: &EpochData<'_, '_, M>, label: usize, samples: &Samples) -> Result<Self> {
        let numbers = at.label_numbers(label)?;
        let histogram = at.label_histogram(label)?;
        let outputs = samples.rows.iter().map(|&row| numbers[row]).collect();
        Ok(Self::new(outputs, &histogram, Panel::bars_of_label(&histogram).notes))
    }

    fn new(outputs: Vec<f32>, histogram: &ProbabilityHistogram, notes: Vec<String>) -> Self {
        let end = |edge: Option<&f64>| edge.copied().unwrap_or(0.0);
        Self {
            outputs,
            kind: histogram.kind,
            threshold: histogram.threshold,
            axis: [end(histogram.edges.first()), end(histogram.edges.last())],
            correct: histogram.correct.concat(),
            misclassified: histogram.misclassified.concat(),
            undecided: histogram.undecided.clone(),
            notes,
        }
    }
}

/// Numbers, beside what is true.
#[derive(Clone)]
pub(crate) struct NumberFrame {
    /// Of the shown samples, output by output.
    pub(crate) outputs: Vec<f32>,
    pub(crate) predictions: Words,
    /// Of the output that is shown, over all samples.
    pub(crate) residual_counts: Vec<u64>,
    pub(crate) residuals: Words,
    pub(crate) fit: Option<FitFrame>,
}

/// The outputs over a single input.
#[derive(Clone)]
pub(crate) struct FitFrame {
    pub(crate) words: Words,
    /// The limits of the axis of the input.
    pub(crate) x: [f64; 2],
    /// The first and the last place.
    pub(crate) between: [f64; 2],
    /// At places from the first to the last, output by output.
    pub(crate) outputs: Vec<f32>,
}

/// The words of a panel.
#[derive(Clone)]
pub(crate) struct Words {
    pub(crate) title: String,
    pub(crate) x_label: String,
    pub(crate) y_label: String,
    pub(crate) notes: Vec<String>,
}

impl From<Panel> for Words {
    fn from(panel: Panel) -> Self {
        Self { title: panel.title, x_label: panel.x.label, y_label: panel.y.label, notes: panel.notes }
    }
}

impl NumberFrame {
    pub(crate) fn of<'a, M: Forward>(
        plots: &RunPlots<'a, M>,
        at: &EpochData<'_, 'a, M>,
        samples: &Samples,
    ) -> Result<Self> {
        let (limits, bins) = (&plots.limits.of_residuals, plots.settings.bins);
        let fit = if plots.data.features() == 1 { Some(FitFrame::of(plots.fit_of(at)?)) } else { None };
        Ok(Self {
            outputs: by_output(at.outputs()?, &samples.rows),
            predictions: plots.predictions_of(at)?.into(),
            residual_counts: limits.axis.histogram(&at.residuals()?, bins, "residuals")?.0.counts,
            residuals: plots.residuals_of(at)?.into(),
            fit,
        })
    }
}

impl FitFrame {
    fn of(panel: Panel) -> Self {
        let lines = panel.marks.iter().filter(|mark| matches!(mark, Mark::Line { .. }));
        let points: Vec<&Point> = lines.flat_map(Mark::points).collect();
        let place = |point: Option<&&Point>| point.map_or(0.0, |point| point[0]);
        let between = [place(points.first()), place(points.last())];
        let outputs = points.iter().map(|point| point[1] as f32).collect();
        Self { x: [panel.x.low, panel.x.high], between, outputs, words: panel.into() }
    }
}

/// These rows of a matrix, column by column.
pub(crate) fn by_output(values: &Matrix, rows: &[usize]) -> Vec<f32> {
    (0..values.ncols()).flat_map(|output| rows.iter().map(move |&row| values[(row, output)])).collect()
}
