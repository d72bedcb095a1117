//! The same networks on candle, written as its users write them.

use std::{hint::black_box, path::Path};

use candle_core::{D, Device, Tensor, Var};
use candle_nn::{Linear, Module, Optimizer, SGD, loss, ops};
use training_replay::{Activation, Loss, Matrix, Metrics, Parameter, Sequential, Weights, to_row_major};

use crate::{
    forward::Pass,
    job::{Job, Made, Result, boxed, export_pass},
    train::Course,
};

pub fn make(name: &str) -> Made {
    Some(match name {
        "candle_grid_sigmoid" => boxed(Pass::grid(Activation::Sigmoid).and_then(CandlePass::new)),
        "candle_grid_tanh" => boxed(Pass::grid(Activation::Tanh).and_then(CandlePass::new)),
        "candle_grid_relu" => boxed(Pass::grid(Activation::Relu).and_then(CandlePass::new)),
        "candle_epoch" => boxed(Course::small().and_then(CandleTraining::new)),
        "candle_wide" => boxed(Course::wide().and_then(CandleTraining::new)),
        _ => return None,
    })
}

fn tensor(matrix: &Matrix) -> Result<Tensor> {
    Ok(Tensor::from_vec(to_row_major(matrix), matrix.shape(), &Device::Cpu)?)
}

/// A network that begins with the weights of one of this crate's.
struct Network {
    layers: Vec<(Linear, Activation)>,
    variables: Vec<Var>,
    weights: Weights,
}

impl Network {
    fn new(model: &Sequential) -> Result<Self> {
        let weights = Weights::of(model)?;
        let mut variables = Vec::new();
        for parameter in weights.iter() {
            let values = Tensor::from_vec(parameter.values().to_f32().into_owned(), parameter.shape(), &Device::Cpu)?;
            let kernel = parameter.name() == "kernel";
            variables.push(Var::from_tensor(&if kernel { values.t()?.contiguous()? } else { values })?);
        }
        let linear = |pair: &[Var]| Linear::new(pair[0].as_tensor().clone(), Some(pair[1].as_tensor().clone()));
        let activations = model.architecture().iter().map(|layer| layer.activation());
        let layers = variables.chunks_exact(2).map(linear).zip(activations).collect();
        Ok(Self { layers, variables, weights })
    }

    /// The outputs before the activation of the last layer.
    fn logits(&self, inputs: &Tensor) -> Result<Tensor> {
        let mut values = inputs.clone();
        let last = self.layers.len() - 1;
        for (linear, activation) in &self.layers[..last] {
            values = activate(*activation, &linear.forward(&values)?)?;
        }
        Ok(self.layers[last].0.forward(&values)?)
    }

    fn outputs(&self, inputs: &Tensor) -> Result<Tensor> {
        activate(self.layers[self.layers.len() - 1].1, &self.logits(inputs)?)
    }

    /// The weights as they are now, named and laid out as this crate's.
    fn weights(&self) -> Result<Weights> {
        let mut parameters = Vec::new();
        for (variable, like) in self.variables.iter().zip(self.weights.iter()) {
            let values = if like.name() == "kernel" { variable.t()? } else { variable.as_tensor().clone() };
            let values = values.flatten_all()?.to_vec1::<f32>()?;
            let (layer, name) = (like.layer().to_string(), like.name().to_string());
            parameters.push(Parameter::new(layer, name, like.shape(), values));
        }
        Ok(parameters.into_iter().collect())
    }
}

fn activate(activation: Activation, z: &Tensor) -> Result<Tensor> {
    Ok(match activation {
        Activation::Sigmoid => ops::sigmoid(z)?,
        Activation::Tanh => z.tanh()?,
        Activation::Relu => z.relu()?,
        _ => return Err(format!("{} is not among candle's here", activation.name()).into()),
    })
}

struct CandlePass {
    pass: Pass,
    network: Network,
    inputs: Tensor,
}

impl CandlePass {
    fn new(pass: Pass) -> Result<Self> {
        let (network, inputs) = (Network::new(&pass.model)?, tensor(&pass.inputs)?);
        // Constants, so that no graph is kept for gradients.
        let detached = |(linear, activation): &(Linear, Activation)| {
            (Linear::new(linear.weight().detach(), linear.bias().map(Tensor::detach)), *activation)
        };
        let layers = network.layers.iter().map(detached).collect();
        Ok(Self { pass, network: Network { layers, ..network }, inputs })
    }
}

impl Job for CandlePass {
    fn run(&mut self) -> Result<()> {
        black_box(self.network.outputs(&self.inputs)?);
        Ok(())
    }

    fn export(&mut self, path: &Path) -> Result<()> {
        let outputs = self.network.outputs(&self.inputs)?;
        let (rows, columns) = outputs.dims2()?;
        let outputs = Matrix::from_row_slice(rows, columns, &outputs.flatten_all()?.to_vec1::<f32>()?);
        export_pass(path, &self.pass.model, &self.pass.inputs, &outputs)
    }
}

struct CandleTraining {
    course: Course,
    network: Network,
    optimizer: SGD,
    inputs: Tensor,
    /// Targets as candle's losses want them: numbers for a single output, otherwise the class of each sample.
    targets: Tensor,
    order: Vec<u32>,
    random: u64,
}

impl CandleTraining {
    fn new(course: Course) -> Result<Self> {
        let network = Network::new(&course.model)?;
        let optimizer = SGD::new(network.variables.clone(), f64::from(course.learning_rate))?;
        let targets = match course.loss {
            Loss::BinaryCrossEntropy => tensor(course.data.targets().numbers()?)?,
            _ => {
                let classes = course.data.classes()?.into_iter().map(u32::try_from);
                Tensor::new(classes.collect::<std::result::Result<Vec<_>, _>>()?, &Device::Cpu)?
            }
        };
        let order = (0..u32::try_from(course.data.samples())?).collect();
        let inputs = tensor(course.data.inputs())?;
        Ok(Self { course, network, optimizer, inputs, targets, order, random: 13 })
    }

    /// A number below `bound`, from a linear congruential generator; good enough to shuffle samples.
    fn below(&mut self, bound: usize) -> usize {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) as usize % bound
    }

    fn shuffle(&mut self) {
        for i in (1..self.order.len()).rev() {
            let other = self.below(i + 1);
            self.order.swap(i, other);
        }
    }

    /// One epoch in the present order; loss and accuracy.
    fn epoch(&mut self) -> Result<Metrics> {
        let (mut loss_sum, mut right, samples) = (0.0, 0.0, self.order.len() as f64);
        for rows in self.order.clone().chunks(self.course.batch_size) {
            let rows = Tensor::new(rows, &Device::Cpu)?;
            let count = rows.elem_count() as f64;
            let (loss, hits) =
                self.step(&self.inputs.index_select(&rows, 0)?, &self.targets.index_select(&rows, 0)?)?;
            self.optimizer.backward_step(&loss)?;
            loss_sum += f64::from(loss.to_scalar::<f32>()?) * count;
            right += hits;
        }
        Ok(Metrics::from([("loss", loss_sum / samples), ("accuracy", right / samples)]))
    }

    /// The loss of a batch, and how many of its samples were right.
    fn step(&self, inputs: &Tensor, targets: &Tensor) -> Result<(Tensor, f64)> {
        let logits = self.network.logits(inputs)?;
        let (loss, hits) = match self.course.loss {
            Loss::BinaryCrossEntropy => {
                let predicted = ops::sigmoid(&logits.detach())?.gt(0.5)?;
                (loss::binary_cross_entropy_with_logit(&logits, targets)?, predicted.eq(&targets.gt(0.5)?)?)
            }
            _ => (loss::cross_entropy(&logits, targets)?, logits.detach().argmax(D::Minus1)?.eq(targets)?),
        };
        let hits = hits.to_dtype(candle_core::DType::F32)?.sum_all()?.to_scalar::<f32>()?;
        Ok((loss, f64::from(hits)))
    }
}

impl Job for CandleTraining {
    fn run(&mut self) -> Result<()> {
        self.shuffle();
        black_box(self.epoch()?);
        Ok(())
    }

    fn export(&mut self, path: &Path) -> Result<()> {
        let mut fresh = Self::new(self.course.clone())?;
        let metrics = fresh.epoch()?;
        let mut replay = self.course.begin(path)?;
        replay.record(&fresh.network.weights()?, metrics)?;
        Ok(replay.finish()?)
    }
}
