//! Any network of tch, replayed by libtorch itself: recorded weights put back into its store, and its own layers run.
//!
//! Convolutions and whatever else no built-in network has is replayed in this way; gradients are not, unless the network
//! implements `Backward` too.

use std::ops::Range;

use tch::{
    Tensor,
    nn::{Module, VarStore},
};
use training_replay::{Activation, Error, Forward, Matrix, Model, Parameter, Result, Values, Weights, to_row_major};

use crate::{
    Net,
    variables::{Stored, shape},
};

// glue
impl Model for Net {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Stored(&self.store).parameters().map(|all| all.into_iter().map(Parameter::into_owned).collect())
    }

    fn as_forward(&self) -> Option<&dyn Forward> {
        Some(self) // so that a recording holds a probe, and can be verified
    }
}

impl Forward for Net {
    fn layers(&self) -> Vec<String> {
        vec!["hidden".into(), "output".into()]
    }

    fn activation(&self, layer: usize) -> Option<Activation> {
        [Activation::Tanh, Activation::Sigmoid].get(layer).copied()
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        let net = Self::new();
        load(&net.store, weights)?;
        Ok(net)
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        let layer = |x: Tensor, layer| match layer {
            0 => self.hidden.forward(&x).tanh(),
            _ => self.output.forward(&x).sigmoid(),
        };
        let outputs = tch::no_grad(|| layers.fold(tensor(inputs), layer));
        let columns = outputs.size2().map_err(Error::model)?.1;
        Ok(Matrix::from_row_iterator(inputs.nrows(), columns as usize, Vec::<f32>::from(outputs)))
    }
}

/// Puts recorded values into the variables of a store.
pub(crate) fn load(store: &VarStore, weights: &Weights) -> Result<()> {
    for (path, mut variable) in store.variables() {
        let (layer, name) = path.rsplit_once('.').unwrap_or(("", &path));
        let recorded = match weights.require(layer, name, &shape(&variable))?.values() {
            Values::F32(values) => Tensor::f_of_slice(values),
            Values::F64(values) => Tensor::f_of_slice(values),
            other => Err(tch::TchError::Kind(format!("{path:?} is of {}, which has no line here", other.dtype()))),
        };
        let recorded = recorded.and_then(|flat| flat.f_view_as(&variable)).map_err(Error::model)?;
        tch::no_grad(|| variable.f_copy_(&recorded)).map_err(Error::model)?;
    }
    Ok(())
}

/// Samples, a row for each.
pub(crate) fn tensor(matrix: &Matrix) -> Tensor {
    Tensor::of_slice(&to_row_major(matrix)).view([matrix.nrows() as i64, matrix.ncols() as i64])
}
// end of glue
