//! A named layer: a function of the user's, and the activation behind it.

use std::{fmt, sync::Arc};

use candle_core::Tensor;
use training_replay::{Activation, Result};

use crate::{activation::apply, error::at};

/// What a layer computes before its activation.
type Compute<N> = dyn Fn(&N, &Tensor) -> candle_core::Result<Tensor> + Send + Sync;

pub(crate) struct Layer<N> {
    pub(crate) name: String,
    compute: Arc<Compute<N>>,
    /// `None` if the function computes it, too, and which it is nobody said.
    pub(crate) activation: Option<Activation>,
}

impl<N> Layer<N> {
    pub(crate) fn new(
        name: String,
        compute: impl Fn(&N, &Tensor) -> candle_core::Result<Tensor> + Send + Sync + 'static,
        activation: Option<Activation>,
    ) -> Self {
        Self { name, compute: Arc::new(compute), activation }
    }

    /// Computes the layer before its activation.
    pub(crate) fn z(&self, network: &N, inputs: &Tensor) -> Result<Tensor> {
        (self.compute)(network, inputs).map_err(at(format!("layer {:?}", self.name)))
    }

    /// Computes the outputs from what [`z`](Self::z) returned.
    pub(crate) fn activate(&self, z: Tensor) -> Result<Tensor> {
        match self.activation {
            Some(activation) => apply(activation, &z).map_err(at(format!("the activation of layer {:?}", self.name))),
            None => Ok(z),
        }
    }

    pub(crate) fn outputs(&self, network: &N, inputs: &Tensor) -> Result<Tensor> {
        self.activate(self.z(network, inputs)?)
    }
}

// Without a need for `N: Clone`.
impl<N> Clone for Layer<N> {
    fn clone(&self) -> Self {
        Self { name: self.name.clone(), compute: Arc::clone(&self.compute), activation: self.activation }
    }
}

impl<N> fmt::Debug for Layer<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layer").field("name", &self.name).field("activation", &self.activation).finish_non_exhaustive()
    }
}
