//! A second implementation of a network with one hidden layer, in double precision and straight from the definitions.

use training_replay::{Activation, Loss, Matrix, Weights};

/// Values row by row, or arrays one by one.
pub type Rows = Vec<Vec<f64>>;

/// The definitions of the activations, on one sample.
pub fn activate(activation: Activation, z: &[f64]) -> Vec<f64> {
    let elu = |z: f64, alpha: f64| if z > 0.0 { z } else { alpha * (z.exp() - 1.0) };
    let each = |f: &dyn Fn(f64) -> f64| z.iter().map(|&z| f(z)).collect();
    match activation {
        Activation::Linear => z.to_vec(),
        Activation::Sigmoid => each(&|z| 1.0 / (1.0 + (-z).exp())),
        Activation::HardSigmoid => each(&|z| (z / 6.0 + 0.5).clamp(0.0, 1.0)),
        Activation::HardSigmoidKeras2 => each(&|z| (0.2 * z + 0.5).clamp(0.0, 1.0)),
        Activation::Tanh => each(&f64::tanh),
        Activation::Relu => each(&|z| z.max(0.0)),
        Activation::LeakyRelu { slope } => each(&|z| if z > 0.0 { z } else { f64::from(slope) * z }),
        Activation::Elu { alpha } => each(&|z| elu(z, alpha.into())),
        Activation::Selu => each(&|z| 1.0507009873554805 * elu(z, 1.6732632423543772)),
        Activation::Softplus => each(&|z| (1.0 + z.exp()).ln()),
        Activation::Softsign => each(&|z| z / (1.0 + z.abs())),
        Activation::Softmax => {
            let total: f64 = z.iter().map(|z| z.exp()).sum();
            each(&|z| z.exp() / total)
        }
        _ => unreachable!("an activation this test does not know"),
    }
}

pub fn loss_of(loss: Loss, p: &[f64], y: &[f64]) -> f64 {
    let clip = |p: f64| p.clamp(1e-7, 1.0 - 1e-7);
    let pairs = || p.iter().zip(y);
    let count = p.len() as f64;
    match loss {
        Loss::BinaryCrossEntropy => {
            pairs().map(|(&p, y)| -y * clip(p).ln() - (1.0 - y) * (1.0 - clip(p)).ln()).sum::<f64>() / count
        }
        Loss::CategoricalCrossEntropy => {
            let total: f64 = p.iter().sum();
            pairs().map(|(&p, y)| -y * clip(p / total).ln()).sum()
        }
        Loss::MeanSquaredError => pairs().map(|(p, y)| (p - y) * (p - y)).sum::<f64>() / count,
        _ => unreachable!("a loss this test does not know"),
    }
}

/// Kernel, bias, kernel, bias, flat and row-major, as the network lists them.
pub fn mean_loss(parameters: &Rows, hidden: Activation, output: Activation, loss: Loss, data: (&Rows, &Rows)) -> f64 {
    let dense = |x: &[f64], kernel: &[f64], bias: &[f64]| -> Vec<f64> {
        let units = bias.len();
        (0..units)
            .map(|j| bias[j] + x.iter().enumerate().map(|(i, x)| x * kernel[i * units + j]).sum::<f64>())
            .collect()
    };
    let of_one = |(x, y): (&Vec<f64>, &Vec<f64>)| {
        let h = activate(hidden, &dense(x, &parameters[0], &parameters[1]));
        loss_of(loss, &activate(output, &dense(&h, &parameters[2], &parameters[3])), y)
    };
    data.0.iter().zip(data.1).map(of_one).sum::<f64>() / data.0.len() as f64
}

pub fn to_rows(matrix: &Matrix) -> Rows {
    matrix.row_iter().map(|row| row.iter().map(|&value| f64::from(value)).collect()).collect()
}

pub fn to_flat(weights: &Weights) -> Rows {
    weights.iter().map(|parameter| parameter.values().to_f64().into_owned()).collect()
}

/// The derivative of the mean loss with respect to value `j` of parameter `i`.
pub fn numeric(parameters: &Rows, (i, j): (usize, usize), loss: impl Fn(&Rows) -> f64) -> f64 {
    let moved = |step: f64| {
        let mut moved = parameters.clone();
        moved[i][j] += step;
        loss(&moved)
    };
    let h = 1e-6;
    (moved(h) - moved(-h)) / (2.0 * h)
}
