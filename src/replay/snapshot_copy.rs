//! A copy of a model at one moment, to be recorded later.

use std::sync::Arc;

use super::parameters::Parameters;
use crate::{
    Description, Metrics, Model, Moment, Parameter, Result, Weights,
    model::visitor,
    storage::{LeftOut, Notes, Probe},
};

/// A model as it was at a moment, with what was measured. Its memory is used again for the next.
#[derive(Debug, Default)]
pub(super) struct Copy {
    pub(super) moment: Moment,
    pub(super) metrics: Metrics,
    pub(super) probe: Option<Probe>,
    /// What is noted when the snapshot is recorded.
    pub(super) notes: Notes,
    /// The recording has the snapshot, and perhaps not all of the notes.
    pub(super) is_recorded: bool,
    /// What the copy does not hold of the model.
    pub(super) left_out: Arc<LeftOut>,
    model: Arrays,
    state: Arrays,
    has_state: bool,
}

impl Copy {
    /// Copies what is recorded of a model as it is now, its state of training too.
    pub(super) fn take<M: Model + ?Sized>(
        &mut self,
        (moment, metrics): (Moment, Metrics),
        model: &M,
        parameters: &Parameters<'_, M>,
    ) -> Result<()> {
        (self.moment, self.metrics, self.probe) = (moment, metrics, None);
        (self.notes, self.is_recorded) = (Notes::default(), false);
        self.left_out = parameters.left_out();
        self.model.description = parameters.description().cloned();
        self.model.weights.copy(|taker| parameters.visit_as_named(taker))?;
        let state = model.training_state();
        self.has_state = state.is_some();
        state.map_or(Ok(()), |state| {
            self.state.description = state.description();
            self.state.weights.copy(|taker| visitor::visit(state, None, taker))
        })
    }

    pub(super) fn description(&self) -> Option<&Description> {
        self.model.description.as_ref()
    }

    /// The first parameter with values that are NaN or infinite.
    pub(super) fn not_finite(&self) -> Option<String> {
        let parameter = self.model.weights.iter().find(|parameter| !parameter.values().are_finite());
        parameter.map(Parameter::label)
    }

    /// How many values all parameters have, those that are left out among them.
    pub(super) fn values(&self) -> usize {
        let values = self.model.weights.iter().map(|parameter| parameter.values().len());
        values.fold(self.left_out.values(), usize::saturating_add)
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

impl Model for Arrays {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        self.weights.parameters()
    }

    fn description(&self) -> Option<Description> {
        self.description.clone()
    }
}
