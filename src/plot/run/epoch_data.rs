//! What the model makes of the data at one epoch: each part is computed once, when it is first asked for.

use std::cell::OnceCell;

use super::{settings::Settings, task::Task};
use crate::{
    Dataset, Error, Forward, Matrix, Result,
    analysis::{FeatureSpace, Grid, ProbabilityHistogram, classification::evaluate, space::lens},
    data::labels,
    loss,
    math::stats::Extent,
    model::{checked, decision::Decision},
    replay::Snapshot,
};

/// What the model makes of the data at one epoch. All that is shown of an epoch comes from here, so that whatever goes
/// through a run runs each layer once on the data of each epoch.
pub(crate) struct EpochData<'s, 'a, M> {
    pub(crate) snapshot: &'s Snapshot<'a, M>,
    pub(super) data: &'a Dataset,
    pub(super) settings: &'s Settings,
    /// What the layer that is looked into puts out.
    hidden: OnceCell<Matrix>,
    outputs: OnceCell<Matrix>,
    losses: OnceCell<Vec<f32>>,
    histogram: OnceCell<ProbabilityHistogram>,
    decision: OnceCell<Decision>,
}

impl<'s, 'a, M: Forward> EpochData<'s, 'a, M> {
    pub(crate) fn new(snapshot: &'s Snapshot<'a, M>, data: &'a Dataset, settings: &'s Settings) -> Self {
        let (hidden, outputs) = (OnceCell::new(), OnceCell::new());
        let (losses, histogram, decision) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { snapshot, data, settings, hidden, outputs, losses, histogram, decision }
    }

    /// Shows every layer on the way, with its index and name, what it is fed and what it puts out.
    pub(crate) fn by_layer(
        snapshot: &'s Snapshot<'a, M>,
        data: &'a Dataset,
        settings: &'s Settings,
        mut each: impl FnMut(usize, &str, &Matrix, &Matrix) -> Result<()>,
    ) -> Result<Self> {
        let mut epoch = Self::new(snapshot, data, settings);
        let (names, last_hidden) = (checked::layer_names(snapshot.model())?, epoch.depth()?.checked_sub(1));
        let mut before = None;
        for (i, name) in names.iter().enumerate() {
            let inputs = before.as_ref().unwrap_or(data.inputs());
            let values = checked::layers(snapshot.model(), inputs, i..i + 1)?;
            each(i, name, inputs, &values)?;
            if last_hidden == Some(i) {
                epoch.hidden = OnceCell::from(values.clone());
            }
            before = Some(values);
        }
        epoch.outputs = before.map_or_else(OnceCell::new, OnceCell::from);
        Ok(epoch)
    }

    /// How many layers lead to the space that is looked into; 0 where there is none.
    pub(super) fn depth(&self) -> Result<usize> {
        self.settings.hidden.as_ref().map_or(Ok(0), |hidden| hidden.view().depth(self.snapshot.model()))
    }

    /// What the layer that is looked into puts out; the inputs where there is none.
    fn hidden(&self) -> Result<&Matrix> {
        match self.depth()? {
            0 => Ok(self.data.inputs()),
            depth => once(&self.hidden, || checked::layers(self.snapshot.model(), self.data.inputs(), 0..depth)),
        }
    }

    /// The outputs of the model, `(samples, outputs)`.
    pub(crate) fn outputs(&self) -> Result<&Matrix> {
        let model = self.snapshot.model();
        once(&self.outputs, || {
            checked::layers(model, self.hidden()?, self.depth()?..checked::layer_names(model)?.len())
        })
    }

    /// Whether the only output is the probability of class 1.
    pub(crate) fn has_single_output(&self) -> bool {
        self.data.outputs() == 1
    }

    /// The loss of each sample.
    pub(crate) fn losses(&self) -> Result<&[f32]> {
        let losses = || checked::losses(self.snapshot.model(), self.data, self.settings.loss);
        once(&self.losses, losses).map(Vec::as_slice)
    }

    /// Mean loss and accuracy over all samples.
    pub(crate) fn metrics(&self) -> Result<[f64; 2]> {
        let accuracy = evaluate::accuracy(self.outputs()?, self.data, self.decision()?)?;
        Ok([loss::mean(self.losses()?), accuracy.unwrap_or(f64::NAN)])
    }

    /// What the outputs are, and where the classes part.
    pub(crate) fn decision(&self) -> Result<Decision> {
        let decide = || self.snapshot.rule()?.decide(self.snapshot.model(), self.outputs()?);
        once(&self.decision, decide).copied()
    }

    /// The class that is predicted for each sample.
    pub(crate) fn predicted_classes(&self) -> Result<Vec<Option<usize>>> {
        labels::predicted(self.outputs()?, self.decision()?.threshold)
    }

    /// The samples of which another class is predicted, or none; no samples where nothing parts
    /// classes.
    pub(crate) fn misclassified(&self) -> Result<Vec<usize>> {
        match self.settings.task {
            Task::Labels => return self.wrongly_labelled(),
            Task::Classes if self.decision()?.classifies() => {}
            _ => return Ok(Vec::new()),
        }
        let pairs = self.predicted_classes()?.into_iter().zip(self.data.classes()?).enumerate();
        Ok(pairs.filter(|(_, (predicted, class))| *predicted != Some(*class)).map(|(sample, _)| sample).collect())
    }

    pub(crate) fn probability_histogram(&self) -> Result<&ProbabilityHistogram> {
        let (targets, bins) = (self.data.targets(), self.settings.bins);
        once(&self.histogram, || ProbabilityHistogram::by(self.decision()?, self.outputs()?, targets, bins))
    }

    /// The space of the layer that is looked into, with a grid bent into it.
    ///
    /// Fails with [`Error::Missing`] if there is none.
    pub(crate) fn feature_space(&self, grid: &Grid) -> Result<FeatureSpace> {
        let hint = "a feature space is that of a hidden layer of two units or more";
        let hidden = self.settings.hidden.as_ref().ok_or_else(|| Error::missing("hidden layer to look into", hint))?;
        FeatureSpace::of_activations(
            self.snapshot.model(),
            hidden.view().deciding(self.snapshot.rule()?),
            self.hidden()?,
            self.data,
            grid,
        )
    }

    /// How far that space reaches along both axes; nowhere if there is none.
    pub(crate) fn extent(&self) -> Result<Extent> {
        let Some(hidden) = &self.settings.hidden else { return Ok(Extent::default()) };
        let (model, grid) = (self.snapshot.model(), &self.settings.grid);
        lens::extent(model, hidden.view(), self.hidden()?, self.data, grid)
    }
}

/// The value of a cell, computed if that has not been done.
fn once<T>(cell: &OnceCell<T>, compute: impl FnOnce() -> Result<T>) -> Result<&T> {
    match cell.get() {
        Some(value) => Ok(value),
        None => {
            let value = compute()?;
            Ok(cell.get_or_init(|| value))
        }
    }
}
