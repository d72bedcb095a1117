//! Gradients are right: every activation, as hidden and as output layer, with every loss, against finite differences
//! of a second implementation in double precision.

use training_replay::{
    Activation, Backward, Dense, Forward, Initializer, Loss, Matrix, Model, Sequential, Weights, nn::Layer,
};

const ACTIVATIONS: [Activation; 11] = [
    Activation::Linear,
    Activation::Sigmoid,
    Activation::HardSigmoid,
    Activation::Tanh,
    Activation::Relu,
    Activation::LeakyRelu { slope: 0.3 },
    Activation::Elu { alpha: 1.3 },
    Activation::Selu,
    Activation::Softplus,
    Activation::Softsign,
    Activation::Softmax,
];
const LOSSES: [Loss; 3] = [Loss::BinaryCrossEntropy, Loss::CategoricalCrossEntropy, Loss::MeanSquaredError];

type Rows = Vec<Vec<f64>>;

/// The definitions once more, on rows of `f64`.
fn activate(activation: Activation, z: &[f64]) -> Vec<f64> {
    let elu = |z: f64, alpha: f64| if z > 0.0 { z } else { alpha * (z.exp() - 1.0) };
    let each = |f: &dyn Fn(f64) -> f64| z.iter().map(|&z| f(z)).collect();
    match activation {
        Activation::Linear => z.to_vec(),
        Activation::Sigmoid => each(&|z| 1.0 / (1.0 + (-z).exp())),
        Activation::HardSigmoid => each(&|z| (0.2 * z + 0.5).clamp(0.0, 1.0)),
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

fn loss_of(loss: Loss, p: &[f64], y: &[f64]) -> f64 {
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
fn mean_loss(parameters: &Rows, hidden: Activation, output: Activation, loss: Loss, data: (&Rows, &Rows)) -> f64 {
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

fn to_rows(matrix: &Matrix) -> Rows {
    matrix.row_iter().map(|row| row.iter().map(|&value| f64::from(value)).collect()).collect()
}

fn to_flat(weights: &Weights) -> Rows {
    weights.iter().map(|parameter| parameter.values().to_f64().into_owned()).collect()
}

/// The derivative of the mean loss with respect to value `j` of parameter `i`.
fn numeric(parameters: &Rows, (i, j): (usize, usize), loss: impl Fn(&Rows) -> f64) -> f64 {
    let moved = |step: f64| {
        let mut moved = parameters.clone();
        moved[i][j] += step;
        loss(&moved)
    };
    let h = 1e-6;
    (moved(h) - moved(-h)) / (2.0 * h)
}

fn network(hidden: impl Into<Layer>, output: Dense) -> Sequential {
    Sequential::builder(3).layer(hidden).layer(output).build(5).unwrap()
}

fn dense(units: usize, activation: Activation) -> Dense {
    // Biases that keep outputs off 0, where logarithms and kinks are.
    let bias = Initializer::Constant(0.4);
    Dense::new(units).activation(activation).initializer(Initializer::GlorotUniform).bias_initializer(bias)
}

fn data() -> (Matrix, Matrix) {
    let inputs = Matrix::from_row_slice(4, 3, &[0.5, -1.0, 0.3, 1.2, 0.4, -0.6, -0.2, 0.9, 0.7, 0.1, -0.3, -0.8]);
    let targets = Matrix::from_row_slice(4, 2, &[1.0, 0.0, 0.0, 1.0, 0.25, 0.75, 1.0, 0.0]);
    (inputs, targets)
}

#[test]
fn every_activation_and_loss_agrees_with_finite_differences() {
    let (inputs, targets) = data();
    let rows = (to_rows(&inputs), to_rows(&targets));
    let mut compared = 0;
    for hidden in ACTIVATIONS {
        for output in ACTIVATIONS {
            for loss in LOSSES {
                let model = network(dense(4, hidden), dense(2, output));
                let parameters = to_flat(&Weights::of(&model).unwrap());
                let gradients = to_flat(&model.gradients(&inputs, &targets, loss).unwrap());
                for (i, gradient) in gradients.iter().enumerate() {
                    for (j, &gradient) in gradient.iter().enumerate() {
                        let mean = |moved: &Rows| mean_loss(moved, hidden, output, loss, (&rows.0, &rows.1));
                        let expected = numeric(&parameters, (i, j), mean);
                        let off = (gradient - expected).abs() / expected.abs().max(1.0);
                        assert!(off < 1e-5, "{hidden}, {output}, {loss}, {i} {j}: {gradient}, expected {expected}");
                        compared += usize::from(expected != 0.0);
                    }
                }
            }
        }
    }
    assert!(compared > 7_000, "most gradients are not zero: {compared}");
}

#[test]
fn an_activation_as_a_layer_of_its_own_is_the_same_network() {
    let (inputs, targets) = data();
    for activation in ACTIVATIONS {
        for loss in LOSSES {
            let joined = network(dense(4, Activation::Tanh), dense(2, activation));
            let apart = Sequential::builder(3)
                .layer(dense(4, Activation::Linear))
                .layer(Activation::Tanh)
                .layer(dense(2, Activation::Linear))
                .layer(activation)
                .build(5)
                .unwrap();
            let apart = apart.with_weights(&Weights::of(&joined).unwrap()).unwrap();
            let gradients = |model: &Sequential| model.gradients(&inputs, &targets, loss).unwrap();
            assert_eq!(gradients(&apart), gradients(&joined), "{activation}, {loss}");
        }
    }
}

#[test]
fn a_layer_without_bias_has_the_kernels_gradient_alone() {
    let (inputs, targets) = data();
    let model = Sequential::builder(3).layer(Dense::new(2).without_bias().name("only")).build(1).unwrap();
    let gradients = model.gradients(&inputs, &targets, Loss::MeanSquaredError).unwrap();
    assert_eq!(gradients.len(), 1);
    assert_eq!(model.parameters().unwrap().len(), 1);
    // d/dK of mean (xK - y)² is 2 xᵀ(xK - y) / (samples * outputs).
    let kernel = Weights::of(&model).unwrap().get("only", "kernel").unwrap().to_matrix().unwrap();
    let expected = inputs.transpose() * (&inputs * kernel - &targets) * (2.0 / 8.0);
    assert!((gradients.get("only", "kernel").unwrap().to_matrix().unwrap() - expected).amax() < 1e-6);
}

/// Where a sigmoid saturates in `f32` its derivative is 0, but the gradient of the loss is not, and the loss not clipped.
#[test]
fn a_confident_mistake_still_has_its_whole_loss_and_gradient() {
    let model = Sequential::builder(1)
        .layer(Dense::new(1).activation(Activation::Sigmoid).initializer(Initializer::Constant(50.0)))
        .build(0)
        .unwrap();
    let (one, zero) = (Matrix::from_element(1, 1, 1.0), Matrix::zeros(1, 1));
    let gradients = model.gradients(&one, &zero, Loss::BinaryCrossEntropy).unwrap();
    assert_eq!(gradients.get("dense_1", "kernel").unwrap().to_matrix().unwrap()[0], 1.0);
    assert_eq!(model.losses(&one, &zero, Loss::BinaryCrossEntropy).unwrap(), [50.0]);
}
