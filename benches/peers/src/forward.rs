//! Many samples forward through a network: this crate, and what one writes on nalgebra without a second thought.

use std::{hint::black_box, path::Path};

use training_replay::{
    Activation, Dense, Forward, Initializer, Matrix, Model, Sequential,
    nalgebra::{DMatrix, RowDVector},
};

use crate::job::{Job, Made, Result, boxed, export_pass};

/// Points along each axis of the grid.
const POINTS: usize = 1_000;

pub fn make(name: &str) -> Made {
    Some(match name {
        "grid_sigmoid" => boxed(Pass::grid(Activation::Sigmoid)),
        "grid_tanh" => boxed(Pass::grid(Activation::Tanh)),
        "grid_relu" => boxed(Pass::grid(Activation::Relu)),
        "deep" => boxed(Pass::deep()),
        "naive_grid_sigmoid" => boxed(Pass::grid(Activation::Sigmoid).and_then(Naive::new)),
        "naive_grid_tanh" => boxed(Pass::grid(Activation::Tanh).and_then(Naive::new)),
        "naive_grid_relu" => boxed(Pass::grid(Activation::Relu).and_then(Naive::new)),
        _ => return None,
    })
}

/// The whole way through a network, into memory that is there.
pub struct Pass {
    pub model: Sequential,
    pub inputs: Matrix,
    outputs: Matrix,
}

impl Pass {
    fn new(model: Sequential, inputs: Matrix) -> Self {
        Self { model, inputs, outputs: Matrix::zeros(0, 0) }
    }

    /// A million points of the plane through 2-2-1.
    pub fn grid(hidden: Activation) -> Result<Self> {
        let wide = Initializer::Normal { std: 1.0 };
        let layer = |units| Dense::new(units).kernel_initializer(wide).bias_initializer(wide);
        let model = Sequential::builder(2)
            .layer(layer(2).activation(hidden))
            .layer(layer(1).activation(Activation::Sigmoid))
            .build(42)?;
        let along = |i: usize| 2.0 * i as f32 / (POINTS - 1) as f32 - 1.0;
        let point = |i, axis| along(if axis == 0 { i % POINTS } else { i / POINTS });
        Ok(Self::new(model, Matrix::from_fn(POINTS * POINTS, 2, point)))
    }

    /// A million samples through 10-100-100-100-100-100-1.
    fn deep() -> Result<Self> {
        let biases = Initializer::Normal { std: 0.1 };
        let hidden = || Dense::new(100).activation(Activation::Tanh).bias_initializer(biases);
        let model = Sequential::builder(10)
            .layers((0..5).map(|_| hidden()))
            .layer(Dense::new(1).activation(Activation::Sigmoid).bias_initializer(biases))
            .build(42)?;
        let samples = Initializer::Uniform { limit: 1.0 }.matrix(1_000_000, 10, 13)?;
        Ok(Self::new(model, samples))
    }
}

impl Job for Pass {
    fn run(&mut self) -> Result<()> {
        let layers = self.model.architecture().iter().len();
        Ok(self.model.forward_into(black_box(&self.inputs), 0..layers, &mut self.outputs)?)
    }

    fn export(&mut self, path: &Path) -> Result<()> {
        self.run()?;
        export_pass(path, &self.model, &self.inputs, &self.outputs)
    }
}

type Function = fn(f32) -> f32;

/// The same by a matrix product, a sum and a map for every layer.
struct Naive {
    pass: Pass,
    layers: Vec<(DMatrix<f32>, RowDVector<f32>, Function)>,
}

impl Naive {
    fn new(pass: Pass) -> Result<Self> {
        let functions = pass.model.architecture().iter().map(|layer| function(layer.activation()));
        let functions = functions.collect::<Result<Vec<_>>>()?;
        let mut matrices = Vec::new();
        for parameter in pass.model.parameters()? {
            matrices.push(parameter.to_matrix()?);
        }
        let layers = matrices.chunks_exact(2).zip(functions);
        let layers = layers.map(|(pair, function)| (pair[0].clone(), pair[1].row(0).into_owned(), function)).collect();
        Ok(Self { pass, layers })
    }

    fn outputs(&self) -> Matrix {
        let mut values = black_box(&self.pass.inputs).clone();
        for (kernel, bias, function) in &self.layers {
            let mut z = values * kernel;
            z.row_iter_mut().for_each(|mut row| row += bias);
            values = z.map(function);
        }
        values
    }
}

impl Job for Naive {
    fn run(&mut self) -> Result<()> {
        black_box(self.outputs());
        Ok(())
    }

    fn export(&mut self, path: &Path) -> Result<()> {
        export_pass(path, &self.pass.model, &self.pass.inputs, &self.outputs())
    }
}

fn function(activation: Activation) -> Result<Function> {
    Ok(match activation {
        Activation::Sigmoid => |z| 1.0 / (1.0 + (-z).exp()),
        Activation::Tanh => f32::tanh,
        Activation::Relu => |z| z.max(0.0),
        _ => return Err(format!("{} is not among the naive ones", activation.name()).into()),
    })
}
