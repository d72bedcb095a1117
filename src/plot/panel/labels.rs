//! One label of several: which samples have it, and which are taken to have it.

use super::{ColorRole, Panel};
use crate::{
    Dataset, Matrix, Result,
    analysis::{DecisionBoundary, FeatureSpace, ProbabilityHistogram},
};

impl Panel {
    /// A layer's feature space, with what is predicted of one label.
    pub(crate) fn space_of_label(space: &FeatureSpace, data: &Dataset, label: usize) -> Result<Self> {
        Self::space_with(space, |panel| panel.add_label(&space.samples, data, label))
    }

    /// Where samples are taken to have one label, among the inputs.
    pub(crate) fn boundary_of_label(
        map: &DecisionBoundary,
        samples: &Matrix,
        data: &Dataset,
        label: usize,
    ) -> Result<Self> {
        Self::map_with(map, |panel| panel.add_label(samples, data, label))
    }

    /// Draws the lines of a map over everything.
    pub(crate) fn boundary(mut self, map: &DecisionBoundary) -> Result<Self> {
        self.add_lines(&map.boundary, ColorRole::Boundary, 2.2)?;
        Ok(self)
    }

    fn add_label(&mut self, samples: &Matrix, data: &Dataset, label: usize) -> Result<()> {
        let targets = data.targets().numbers()?.column(label);
        let classes: Vec<usize> = targets.iter().map(|&has| usize::from(has > 0.5)).collect();
        self.add_classes(samples, &classes, ["without".into(), "with".into()].to_vec())
    }

    /// The bars of a label along its probability: the samples that have it not and those that have it, one on top of the other,
    /// then the misclassified ones.
    pub(crate) fn bars_of_label(histogram: &ProbabilityHistogram) -> Self {
        Self::stacked(histogram, "", false)
    }

    /// Names the label in the legend.
    pub(crate) fn name_label(self, name: &str) -> Self {
        self.name_classes(&[format!("without {name}"), format!("with {name}")])
    }
}
