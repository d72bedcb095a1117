//! The gradients of single samples.

use super::{agreement::expect_gradients, checked};
use crate::{Backward, Dataset, Error, Forward, Loss, Parameter, Result, Weights};

/// The gradients of single samples, as vectors that have the value of one parameter at one place, in whatever order the model lists
/// them.
pub(crate) struct SampleGradients<'a> {
    model: &'a dyn Backward,
    loss: Loss,
    parameters: Vec<Parameter<'a>>,
    /// The layers and names of the gradients of the first sample, whose order the others are brought into.
    order: Vec<(String, String)>,
}

impl<'a> SampleGradients<'a> {
    /// Those of a model that has gradients; fails for any other.
    pub(crate) fn of(model: &'a dyn Forward, loss: Loss) -> Result<Self> {
        let model = checked::differentiable(model)?;
        Ok(Self { model, loss, parameters: model.parameters()?, order: Vec::new() })
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
        if self.order.is_empty() {
            self.order = gradients.iter().map(|of| (of.layer().to_owned(), of.name().to_owned())).collect();
        }
        // Growing bit by bit would take twice as much.
        vector.reserve_exact(gradients.iter().map(|gradient| gradient.values().len()).sum());
        self.in_order(&gradients)?.into_iter().for_each(|gradient| gradient.values().append_to(vector));
        Ok(())
    }

    /// The gradients in the order of those of the first sample: of the same parameters, whose shapes were checked.
    fn in_order<'g>(&self, gradients: &'g Weights) -> Result<Vec<&'g Parameter<'static>>> {
        let is_as_before = |(gradient, (layer, name)): (&Parameter<'_>, &(String, String))| {
            gradient.layer() == layer && gradient.name() == name
        };
        let same_order = gradients.iter().zip(&self.order).all(is_as_before);
        let of = |(layer, name): &(String, String)| gradients.get(layer, name);
        let found = if same_order { gradients.iter().map(Some).collect() } else { self.order.iter().map(of).collect() };
        let found: Option<Vec<&Parameter<'_>>> = found;
        found.filter(|found| found.len() == self.order.len() && gradients.len() == self.order.len()).ok_or_else(|| {
            let expected = format!("{}, of the same parameters for every sample", self.order.len());
            Error::invalid("the number of gradients", expected, gradients.len())
        })
    }
}
