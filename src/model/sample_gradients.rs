//! The gradients of single samples.

use super::{agreement::expect_gradients, checked};
use crate::{Backward, Dataset, Forward, Loss, Parameter, Result, Weights};

/// The gradients of single samples, as vectors that have the value of one parameter at one place, in whatever order the model lists
/// them.
pub(crate) struct SampleGradients<'a> {
    model: &'a dyn Backward,
    loss: Loss,
    parameters: Vec<Parameter<'a>>,
    /// Whose order the others are brought into.
    first: Option<Weights>,
}

impl<'a> SampleGradients<'a> {
    /// Those of a model that has gradients; fails for any other.
    pub(crate) fn of(model: &'a dyn Forward, loss: Loss) -> Result<Self> {
        let model = checked::differentiable(model)?;
        Ok(Self { model, loss, parameters: model.parameters()?, first: None })
    }

    /// Fails unless the targets of data are of the loss's kind.
    pub(crate) fn check(&self, data: &Dataset) -> Result<()> {
        self.loss.check_targets(data.targets())
    }

    /// Puts the gradient of the loss of a sample there, with a check that the user's code returned one of its parameters.
    pub(crate) fn of_sample(&mut self, data: &Dataset, sample: usize, vector: &mut Vec<f64>) -> Result<()> {
        // A model may take several rows at a time for one: a mean over them is of none.
        let (inputs, targets) = checked::part_of(data, sample..sample + 1);
        let gradients = self.model.gradients(&inputs, targets.view(), self.loss)?;
        expect_gradients(&self.parameters, &gradients)?;
        vector.clear();
        let first = self.first.get_or_insert_with(|| gradients.clone());
        for (_, gradient) in first.paired(&gradients)? {
            vector.extend_from_slice(&gradient.values().to_f64());
        }
        Ok(())
    }
}
