//! A copy of a model at one moment, to be recorded later.

use crate::{Description, Metrics, Model, Moment, Parameter, Result, Weights, storage::Probe};

/// A model as it was at a moment, with what was measured. Its memory is used again for the next.
#[derive(Debug, Default)]
pub(super) struct Copy {
    pub(super) moment: Moment,
    pub(super) metrics: Metrics,
    pub(super) probe: Option<Probe>,
    model: Arrays,
    state: Arrays,
    has_state: bool,
}

impl Copy {
    /// Copies a model as it is now, its state of training too.
    pub(super) fn take<M: Model + ?Sized>(&mut self, moment: Moment, metrics: Metrics, model: &M) -> Result<()> {
        (self.moment, self.metrics, self.probe) = (moment, metrics, None);
        self.model.take(model)?;
        let state = model.training_state();
        self.has_state = state.is_some();
        state.map_or(Ok(()), |state| self.state.take(state))
    }

    pub(super) fn description(&self) -> Option<&Description> {
        self.model.description.as_ref()
    }

    /// The first parameter with values that are NaN or infinite.
    pub(super) fn not_finite(&self) -> Option<String> {
        let parameter = self.model.weights.iter().find(|parameter| !parameter.values().are_finite());
        parameter.map(Parameter::label)
    }

    /// How many values all parameters have.
    pub(super) fn values(&self) -> usize {
        self.model.weights.iter().map(|parameter| parameter.values().len()).fold(0, usize::saturating_add)
    }
}

impl Model for Copy {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        self.model.parameters()
    }

    fn description(&self) -> Option<Description> {
        self.model.description()
    }

    fn training_state(&self) -> Option<&dyn Model> {
        self.has_state.then_some(&self.state)
    }
}

/// Arrays, and what they say of themselves.
#[derive(Debug, Default)]
struct Arrays {
    weights: Weights,
    description: Option<Description>,
}

impl Arrays {
    fn take<M: Model + ?Sized>(&mut self, model: &M) -> Result<()> {
        self.description = model.description();
        self.weights.copy(model)
    }
}

impl Model for Arrays {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        self.weights.parameters()
    }

    fn description(&self) -> Option<Description> {
        self.description.clone()
    }
}
