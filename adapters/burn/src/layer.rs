//! One layer of a replayed module: its name, and the user's functions.

use std::sync::Arc;

use burn_core::tensor::Tensor;
use training_replay::{Activation, Result};

use crate::{error::caught, input::Input, rows::Rows};

/// What computes rows of rows, with the module's weights.
pub(crate) type Compute<M> = Arc<dyn Fn(&M, Rows) -> Result<Rows> + Send + Sync>;

/// A function of the user's, and the number of dimensions that it takes.
pub(crate) struct Function<M> {
    pub rank: usize,
    pub compute: Compute<M>,
}

impl<M> Function<M> {
    pub(crate) fn new<I: Input, const O: usize>(f: impl Fn(&M, I) -> Tensor<O> + Send + Sync + 'static) -> Self {
        let compute = move |module: &M, rows: Rows| {
            let samples = rows.samples();
            Rows::from_tensor(f(module, I::from_rows(rows)?), samples)
        };
        Self { rank: I::RANK, compute: Arc::new(compute) }
    }
}

impl<M> Clone for Function<M> {
    fn clone(&self) -> Self {
        Self { rank: self.rank, compute: Arc::clone(&self.compute) }
    }
}

/// A layer.
pub(crate) struct Layer<M> {
    pub name: String,
    pub activation: Option<Activation>,
    pub outputs: Function<M>,
    pub z_values: Option<Function<M>>,
    /// What is shown of its outputs; it takes no weights.
    pub units: Option<Function<()>>,
}

impl<M> Layer<M> {
    /// Runs the layer; what burn panics with is an error that names it.
    pub(crate) fn run(&self, module: &M, rows: Rows) -> Result<Rows> {
        self.call(&self.outputs, module, rows)
    }

    /// Runs another function of it.
    pub(crate) fn call<T>(&self, function: &Function<T>, module: &T, rows: Rows) -> Result<Rows> {
        caught(|| format!("layer {:?}", self.name), || (function.compute)(module, rows))
    }
}

impl<M> Clone for Layer<M> {
    fn clone(&self) -> Self {
        Self {
            name: self.name.clone(),
            activation: self.activation,
            outputs: self.outputs.clone(),
            z_values: self.z_values.clone(),
            units: self.units.clone(),
        }
    }
}
