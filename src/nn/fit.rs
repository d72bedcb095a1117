//! Whether data, a loss and a network fit each other.

use super::{Activation, Sequential};
use crate::{Error, Loss, Matrix, OutputKind, Result, Targets, math::matrix};

impl Sequential {
    /// Fails unless inputs and targets fit the network, and the targets the loss.
    pub(crate) fn check(&self, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<()> {
        self.check_shapes(inputs, targets, loss)?;
        loss.check_targets(targets)
    }

    /// The same without a look at each target.
    pub(super) fn check_shapes(&self, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<()> {
        matrix::expect_columns("inputs", inputs, self.architecture().inputs())?;
        let (expected, found) =
            ((inputs.nrows(), self.architecture().outputs()), (targets.samples(), targets.outputs()));
        if expected != found {
            return Err(Error::shape("targets", [expected.0, expected.1], [found.0, found.1]));
        }
        self.expect_outputs_for(loss)?;
        if self.architecture().last_activation() == Activation::Softmax {
            let why = "behind a softmax, which is over all outputs; of logits it is over those of a position: see \
                `Architecture::logits`";
            targets.expect_one_position(why)?;
        }
        Ok(())
    }

    /// What the outputs are.
    pub(crate) fn kind(&self) -> OutputKind {
        let behind = OutputKind::behind(self.architecture().last_activation());
        if self.architecture().has_logits() { OutputKind::Logits } else { behind.unwrap_or(OutputKind::Values) }
    }

    /// Fails for a cross-entropy of outputs that are neither probabilities nor logits.
    fn expect_outputs_for(&self, loss: Loss) -> Result<()> {
        loss.expect_known()?;
        if loss == Loss::MeanSquaredError || self.kind() != OutputKind::Values {
            return Ok(());
        }
        let link = if loss == Loss::CategoricalCrossEntropy { "softmax" } else { "sigmoid" };
        let expected = format!("{link} for {loss}, unless the outputs are logits: see `Architecture::logits`");
        Err(Error::invalid("the activation of the last layer", expected, self.architecture().last_activation().name()))
    }

    /// Fails if no loss can train the network: the softmax of one unit is 1 whatever its weights are.
    pub(crate) fn expect_trainable(&self) -> Result<()> {
        if self.architecture().last_activation() != Activation::Softmax || self.architecture().outputs() > 1 {
            return Ok(());
        }
        let expected = "2 or more behind a softmax, which is always 1 of a single one; end in a sigmoid instead";
        Err(Error::invalid("the number of outputs", expected, 1))
    }

    /// Fails unless every layer can be trained by a batch of so few samples.
    pub(crate) fn check_batch(&self, samples: usize) -> Result<()> {
        self.architecture().iter().try_for_each(|layer| layer.check_batch(samples))
    }
}
