//! One layer of a replayed module: its name, the user's function, and the activation behind it.

use std::sync::Arc;

use burn_core::tensor::Tensor;
use training_replay::{Activation, Result};

use crate::{activation, error::caught, input::Input, rows::Rows};

/// What computes rows of rows, with a module's weights.
type Compute<M> = Arc<dyn Fn(&M, Rows) -> Result<Rows> + Send + Sync>;

/// A layer.
pub(crate) struct Layer<M> {
    pub name: String,
    pub activation: Option<Activation>,
    compute: Compute<M>,
}

impl<M> Layer<M> {
    pub(crate) fn new<I: Input, const O: usize>(
        name: String,
        compute: impl Fn(&M, I) -> Tensor<O> + Send + Sync + 'static,
        activation: Option<Activation>,
    ) -> Self {
        let compute = move |module: &M, rows: Rows| {
            let samples = rows.samples();
            Rows::from_tensor(compute(module, I::from_rows(rows)?), samples)
        };
        Self { name, activation, compute: Arc::new(compute) }
    }

    /// Computes what the function of the layer does, before the activation; what burn panics with is an error that names the
    /// layer.
    pub(crate) fn z_values(&self, module: &M, rows: Rows) -> Result<Rows> {
        caught(|| self.label(), || (self.compute)(module, rows))
    }

    /// Computes the outputs.
    pub(crate) fn outputs(&self, module: &M, rows: Rows) -> Result<Rows> {
        let rows = self.z_values(module, rows)?;
        let Some(function) = self.activation else { return Ok(rows) };
        let last = rows.shape.last().copied().unwrap_or(1);
        let activate = || Ok(Rows { tensor: activation::apply(function, rows.tensor, last)?, ..rows });
        caught(|| self.label(), activate)
    }

    fn label(&self) -> String {
        format!("layer {:?}", self.name)
    }
}

impl<M> Clone for Layer<M> {
    fn clone(&self) -> Self {
        Self { name: self.name.clone(), activation: self.activation, compute: Arc::clone(&self.compute) }
    }
}
