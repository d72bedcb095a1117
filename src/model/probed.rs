//! Parameters with outputs that were computed elsewhere: how whoever records bare parameters takes part in the probe.

use super::{Description, Model, Parameter, wrapped::parameters_of};
use crate::{Matrix, Result};

/// Parameters beside what their model makes of the inputs of the probe: for a recorder that has no
/// [`Forward`](crate::Forward) to run.
///
/// A recording fixes a few inputs, [`Replay::probe`](crate::Replay::probe), and keeps beside the weights of an
/// epoch what the model makes of them, so that [`Run::verify`](crate::Run::verify) can prove later that it runs the same
/// model. A model that implements `Forward` is run by [`record`](crate::Replay::record) itself.
///
/// ```
/// use training_replay::{Matrix, Metrics, Parameter, Probed, Replay, Weights};
///
/// let inputs = Matrix::from_row_slice(2, 1, &[1.0, -3.0]);
/// let mut replay = Replay::options().probe(&inputs).in_memory();
/// let weights = Weights::from_iter([Parameter::new("double", "factor", [], vec![2.0_f32])]);
/// let outputs = inputs * 2.0; // computed by a framework, say
/// replay.record(&Probed::new(&weights, &outputs), Metrics::new())?;
/// assert_eq!(replay.probe().outputs(0)?, Some(outputs));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Debug)]
pub struct Probed<'a, M: ?Sized> {
    model: &'a M,
    outputs: &'a Matrix,
}

impl<'a, M: Model + ?Sized> Probed<'a, M> {
    /// Puts outputs beside parameters: a row for each input of the probe, in their order.
    pub fn new(model: &'a M, outputs: &'a Matrix) -> Self {
        Self { model, outputs }
    }
}

impl<M: Model + ?Sized> Model for Probed<'_, M> {
    parameters_of!(|it| it.model);

    fn probe_outputs(&self, _: &Matrix) -> Result<Option<Matrix>> {
        Ok(Some(self.outputs.clone()))
    }

    fn training_state(&self) -> Option<&dyn Model> {
        self.model.training_state()
    }
}
