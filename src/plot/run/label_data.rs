//! One label of several at an epoch, as a class of its own.

use super::{epoch_data::EpochData, task::Task};
use crate::{
    Forward, Matrix, Result,
    analysis::{
        ConfusionMatrix, DecisionBoundary, FeatureSpace, Polyline, ProbabilityHistogram, classification::label::Label,
    },
    data::labels,
    model::checked,
    notation::counted,
};

impl<M: Forward> EpochData<'_, '_, M> {
    /// The label of this number.
    fn label(&self, label: usize) -> Result<Label> {
        Label::of(label, self.decision()?, self.outputs()?, self.data.targets().numbers()?)
    }

    /// The label that is shown.
    fn shown_label(&self) -> Result<Label> {
        self.label(self.settings.output)
    }

    pub(crate) fn label_histogram(&self, label: usize) -> Result<ProbabilityHistogram> {
        self.label(label)?.histogram(self.outputs()?, self.data.targets().numbers()?, self.settings.bins)
    }

    pub(super) fn label_confusion(&self, label: usize) -> Result<ConfusionMatrix> {
        self.label(label)?.confusion(self.outputs()?, self.data.targets().numbers()?)
    }

    /// The space with what is predicted of the label that is shown.
    pub(crate) fn label_space(&self, space: &FeatureSpace) -> Result<FeatureSpace> {
        let label = self.shown_label()?;
        let (kind, threshold) = (label.kind(), Some(label.threshold()));
        Ok(FeatureSpace { outputs: label.column(&space.outputs)?, kind, threshold, ..space.clone() })
    }

    /// The map of the label that is shown.
    pub(crate) fn label_map(&self, map: &DecisionBoundary) -> Result<DecisionBoundary> {
        let label = self.shown_label()?;
        let boundary = map.level_lines(self.settings.output, label.threshold())?;
        let (kind, threshold) = (label.kind(), Some(label.threshold()));
        Ok(DecisionBoundary { outputs: label.column(&map.outputs)?, kind, threshold, boundary, ..map.clone() })
    }

    /// The same with its lines where they lie in the space of the layer that is looked into.
    pub(crate) fn bent_label_map(&self, map: &DecisionBoundary) -> Result<DecisionBoundary> {
        let mut map = self.label_map(map)?;
        map.boundary = map.boundary.iter().map(|line| self.bent(line)).collect::<Result<_>>()?;
        Ok(map)
    }

    /// The probabilities, or the values, of a label as they are counted.
    pub(crate) fn label_numbers(&self, label: usize) -> Result<Matrix> {
        self.label(label)?.numbers(self.outputs()?)
    }

    /// Which samples are taken to have the label that is shown.
    pub(crate) fn predicted_labels(&self) -> Result<Vec<Option<usize>>> {
        let label = self.shown_label()?;
        Ok(labels::classes(&label.column(self.outputs()?)?, label.threshold()))
    }

    /// The samples that are taken to have the label that is shown and have it not, or the other way round.
    pub(super) fn wrongly_labelled(&self) -> Result<Vec<usize>> {
        let predicted = self.predicted_labels()?;
        let targets = self.data.targets().numbers()?.column(self.settings.output);
        let pairs = predicted.into_iter().zip(targets.iter()).enumerate();
        Ok(pairs.filter(|(_, (has, target))| *has != Some(usize::from(**target > 0.5))).map(|(i, _)| i).collect())
    }

    /// Where a line among the inputs lies in the space of the layer that is looked into.
    pub(crate) fn bent(&self, line: &Polyline) -> Result<Polyline> {
        let Some(hidden) = &self.settings.hidden else { return Ok(line.clone()) };
        let (model, depth) = (self.snapshot.model(), self.depth()?);
        let bent = checked::layers(model, line, 0..depth)?;
        let bent = depth.checked_sub(1).map_or(Ok(bent.clone()), |layer| checked::units(model, layer, bent))?;
        hidden.view().plane().map_or(Ok(bent.clone()), |plane| plane.project(&bent))
    }

    /// What the targets are.
    pub(crate) fn task(&self) -> Task {
        self.settings.task
    }

    /// How far the output that is shown is from the targets, for a model of numbers; nothing for others.
    pub(crate) fn residuals(&self) -> Result<Vec<f32>> {
        if self.task() != Task::Numbers {
            return Ok(Vec::new());
        }
        let output = self.settings.output;
        let (outputs, targets) = (self.outputs()?.column(output), self.data.targets().numbers()?.column(output));
        let pairs = outputs.iter().zip(targets.iter());
        Ok(pairs.map(|(output, target)| output - target).collect())
    }

    /// How many samples have an output that is NaN.
    pub(super) fn note_undecided(&self) -> Result<Option<String>> {
        let outputs = self.outputs()?;
        let undecided = outputs.row_iter().filter(|row| row.iter().any(|output| output.is_nan())).count();
        Ok((undecided > 0).then(|| format!("the outputs are NaN for {}", counted(undecided as u64, "sample"))))
    }
}
