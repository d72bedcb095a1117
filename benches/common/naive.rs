//! What one writes with nalgebra without thinking of speed: a product, a bias for each row, a function of each value,
//! every result a new matrix.

use training_replay::{Activation, Dataset, Forward, Matrix, Model, Sequential};

/// A dense layer and what it is to be fed with.
pub struct Layer {
    pub kernel: Matrix,
    pub bias: Vec<f32>,
    pub activation: Activation,
}

/// The same network.
pub fn layers(model: &Sequential) -> Vec<Layer> {
    let parameters = model.parameters().expect("a built-in network has parameters");
    let activations = model.architecture().iter().map(|layer| layer.activation());
    let pairs = parameters.chunks(2).zip(activations);
    pairs
        .map(|(pair, activation)| Layer {
            kernel: pair[0].to_matrix().expect("a kernel"),
            bias: pair[1].values().to_f32().into_owned(),
            activation,
        })
        .collect()
}

fn function(activation: Activation, z: f32) -> f32 {
    match activation {
        Activation::Sigmoid => 1.0 / (1.0 + (-z).exp()),
        Activation::Tanh => z.tanh(),
        Activation::Relu => z.max(0.0),
        _ => z,
    }
}

pub fn layer(layer: &Layer, inputs: &Matrix) -> Matrix {
    let mut outputs = inputs * &layer.kernel;
    for (mut column, &bias) in outputs.column_iter_mut().zip(&layer.bias) {
        column.add_scalar_mut(bias);
    }
    match layer.activation {
        Activation::Softmax => softmax(&outputs),
        activation => outputs.map(|z| function(activation, z)),
    }
}

fn softmax(z: &Matrix) -> Matrix {
    let mut outputs = z.clone();
    for mut row in outputs.row_iter_mut() {
        let largest = row.max();
        row.apply(|z| *z = (*z - largest).exp());
        let total = row.sum();
        row /= total;
    }
    outputs
}

pub fn forward(layers: &[Layer], inputs: &Matrix) -> Matrix {
    layers.iter().fold(inputs.clone(), |values, dense| layer(dense, &values))
}

/// One epoch of gradient descent on the cross-entropy of sigmoid outputs or a softmax; the mean loss and the accuracy.
pub fn epoch(layers: &mut [Layer], data: &Dataset, order: &[usize], batch_size: usize, rate: f32) -> (f32, f32) {
    let (mut loss, mut correct) = (0.0, 0);
    for batch in order.chunks(batch_size) {
        let (inputs, targets) =
            (data.inputs().select_rows(batch), data.targets().numbers().unwrap().select_rows(batch));
        let (losses, right) = step(layers, &inputs, &targets, rate);
        loss += losses;
        correct += right;
    }
    (loss / order.len() as f32, correct as f32 / order.len() as f32)
}

/// One step: the sum of the losses, and how many samples are classified correctly.
fn step(layers: &mut [Layer], inputs: &Matrix, targets: &Matrix, rate: f32) -> (f32, usize) {
    let mut values = vec![inputs.clone()];
    for dense in layers.iter() {
        values.push(layer(dense, &values[values.len() - 1]));
    }
    let outputs = &values[layers.len()];
    let (loss, correct) = score(outputs, targets);
    let mut slope = (outputs - targets) / inputs.nrows() as f32;
    for i in (0..layers.len()).rev() {
        let handed_on = &slope * layers[i].kernel.transpose();
        layers[i].kernel -= values[i].transpose() * &slope * rate;
        layers[i].bias.iter_mut().zip(slope.column_iter()).for_each(|(bias, column)| *bias -= rate * column.sum());
        slope = match i.checked_sub(1).map(|before| layers[before].activation) {
            Some(Activation::Sigmoid) => handed_on.zip_map(&values[i], |g, a| g * a * (1.0 - a)),
            Some(Activation::Tanh) => handed_on.zip_map(&values[i], |g, a| g * (1.0 - a * a)),
            _ => handed_on.zip_map(&values[i], |g, a| if a > 0.0 { g } else { 0.0 }),
        };
    }
    (loss, correct)
}

fn score(outputs: &Matrix, targets: &Matrix) -> (f32, usize) {
    if outputs.ncols() == 1 {
        let loss = outputs.zip_map(targets, |p, y| -(y * p.ln() + (1.0 - y) * (1.0 - p).ln())).sum();
        return (loss, outputs.iter().zip(targets).filter(|&(&p, &y)| (p > 0.5) == (y > 0.5)).count());
    }
    let loss = outputs.zip_map(targets, |p, y| if y > 0.0 { -p.ln() } else { 0.0 }).sum();
    let rows = outputs.row_iter().zip(targets.row_iter());
    (loss, rows.filter(|(p, y)| p.transpose().imax() == y.transpose().imax()).count())
}

/// Whether both give the same, so that speed is compared of what is comparable.
pub fn check(model: &Sequential, inputs: &Matrix) {
    let ours = model.forward(inputs, 0..model.layers().len()).expect("inputs of the network's width");
    assert!((ours - forward(&layers(model), inputs)).amax() < 1e-5, "both compute the same");
}
