//! Gradients, by candle's autograd.

use candle_core::Tensor;
use training_replay::{Backward, Forward, Loss, Matrix, OutputKind, Parameter, Result, Targets, Weights};

use crate::{
    Replayed,
    array::with_values,
    error::{at, invalid, shape},
    live::Live,
    matrices::{to_matrix, to_tensor},
};

impl<N> Replayed<N> {
    /// The tensor that a loss is computed of, and the gradient of the loss with respect to it.
    fn loss_of(&self, live: &Live<N>, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<(Tensor, Matrix)> {
        let last = self.layers.len().checked_sub(1).ok_or_else(|| invalid("the number of layers", "1 or more", 0))?;
        let layer = &self.layers[last];
        let hidden = self.pass(live, self.enter(live, inputs, 0)?, 0..last, true)?;
        let z = layer.z(&live.network, &hidden)?;
        let is_logits = self.output_kind() == Some(OutputKind::Logits);
        if !is_logits && layer.activation.is_some_and(|activation| activation.is_link_of(loss)) {
            let gradient = loss.gradient_from_logits(&to_matrix("logits", &z)?, targets)?;
            return Ok((z, gradient));
        }
        let tensor = layer.activate(z)?;
        let outputs = to_matrix("outputs", &tensor)?;
        let gradient = if is_logits {
            loss.gradient_from_logits(&outputs, targets)?
        } else {
            self.expect_takes(loss)?;
            loss.per_sample(&outputs, targets)?; // Which refuses outputs that are no probabilities.
            loss.gradient(&outputs, targets)?
        };
        Ok((tensor, gradient))
    }

    /// Fails for a cross-entropy of values, as `Forward::losses` does.
    fn expect_takes(&self, loss: Loss) -> Result<()> {
        if loss == Loss::MeanSquaredError || self.output_kind() != Some(OutputKind::Values) {
            return Ok(());
        }
        let expected = "probabilities or logits for a cross-entropy; `Replayed::outputs` says which";
        Err(invalid("what the model puts out", expected, "values"))
    }
}

impl<N> Backward for Replayed<N> {
    /// Those of every variable that candle's autograd reaches. What it does not reach, such as statistics of a batch
    /// normalization, is not listed; nor is what lies before an operation of candle's that has no way back.
    fn gradients(&self, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<Weights> {
        if loss == Loss::Own {
            let expected = "one that training-replay computes: `Replayed` knows no loss of the model's own";
            return Err(invalid("the loss", expected, loss));
        }
        let live = self.live()?;
        let (tensor, gradient) = self.loss_of(live, inputs, targets, loss)?;
        let one = tensor.dims().get(1..).unwrap_or_default();
        let gradient = to_tensor("the gradient of the loss", &gradient, one, tensor.dtype(), &live.device)?;
        // Its gradient with respect to the tensor is that of the loss, whatever the loss is.
        let sum = (tensor * gradient).and_then(|product| product.sum_all());
        let gradients = sum.and_then(|sum| sum.backward()).map_err(at("the way back through the network"))?;
        let mut found = Vec::new();
        for entry in &live.tensors.entries {
            let Some(gradient) = gradients.get(&entry.tensor) else { continue };
            if gradient.dims() != entry.tensor.dims() {
                return Err(shape(format!("the gradient of {:?}", entry.path()), entry.tensor.dims(), gradient.dims()));
            }
            let values = with_values(&entry.path(), gradient, |values| Ok(values.into_owned()))?;
            found.push(Parameter::new(entry.layer.clone(), entry.name.clone(), gradient.dims(), values));
        }
        Ok(found.into_iter().collect())
    }
}
