//! Gradients are right: every activation, as hidden and as output layer, with every loss, against finite differences
//! of a second implementation in double precision.

mod common;

use common::double::{Rows, mean_loss, numeric, to_flat, to_rows};
use training_replay::{
    Activation, Backward, Dense, Forward, Initializer, Loss, Matrix, Model, OutputKind, Sequential, Weights, nn::Layer,
};

const ACTIVATIONS: [Activation; 12] = [
    Activation::Linear,
    Activation::Sigmoid,
    Activation::HardSigmoid,
    Activation::HardSigmoidKeras2,
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

fn network(hidden: impl Into<Layer>, output: Dense) -> Sequential {
    Sequential::builder(3).layer(hidden).layer(output).build(5).unwrap()
}

fn dense(units: usize, activation: Activation) -> Dense {
    // Biases that keep outputs off 0, where logarithms and kinks are.
    let bias = Initializer::Constant(0.4);
    Dense::new(units).activation(activation).kernel_initializer(Initializer::GlorotUniform).bias_initializer(bias)
}

fn data() -> (Matrix, Matrix) {
    let inputs = Matrix::from_row_slice(4, 3, &[0.5, -1.0, 0.3, 1.2, 0.4, -0.6, -0.2, 0.9, 0.7, 0.1, -0.3, -0.8]);
    let targets = Matrix::from_row_slice(4, 2, &[1.0, 0.0, 0.0, 1.0, 0.25, 0.75, 1.0, 0.0]);
    (inputs, targets)
}

/// Whether a cross-entropy is asked of outputs that are no probabilities: then it is an error.
fn is_refused(model: &Sequential, inputs: &Matrix, targets: &Matrix, loss: Loss) -> bool {
    let refused = loss != Loss::MeanSquaredError && model.output_kind() == Some(OutputKind::Values);
    assert_eq!(model.gradients(inputs, targets.into(), loss).is_err(), refused, "{:?}, {loss}", model.output_kind());
    refused
}

/// PyTorch's `BCEWithLogitsLoss` and `CrossEntropyLoss` of a linear layer are the losses behind a sigmoid and a softmax.
#[test]
fn a_network_of_logits_has_the_losses_and_gradients_of_one_of_probabilities() {
    let (inputs, targets) = data();
    for (loss, link) in [
        (Loss::BinaryCrossEntropy, Activation::Sigmoid),
        (Loss::CategoricalCrossEntropy, Activation::Softmax),
        (Loss::MeanSquaredError, Activation::Linear),
    ] {
        let hidden = || dense(4, Activation::Tanh);
        let of_probabilities = network(hidden(), dense(2, link));
        let of_logits = Sequential::builder(3).layer(hidden()).layer(dense(2, Activation::Linear)).logits();
        let of_logits = of_logits.build(5).unwrap();
        assert_eq!(of_logits.output_kind(), Some(OutputKind::Logits));
        let losses = |model: &Sequential| model.losses(&inputs, (&targets).into(), loss).unwrap();
        assert_eq!(losses(&of_logits), losses(&of_probabilities), "{loss}");
        let gradients = |model: &Sequential| to_flat(&model.gradients(&inputs, (&targets).into(), loss).unwrap());
        for (a, b) in gradients(&of_logits).concat().iter().zip(gradients(&of_probabilities).concat()) {
            assert!((a - b).abs() < 1e-7, "{loss}: {a} {b}");
        }
    }
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
                if is_refused(&model, &inputs, &targets, loss) {
                    continue;
                }
                let parameters = to_flat(&Weights::of(&model).unwrap());
                let gradients = to_flat(&model.gradients(&inputs, (&targets).into(), loss).unwrap());
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
    assert!(compared > 4_500, "most gradients are not zero: {compared}");
}

#[test]
fn an_activation_as_a_layer_of_its_own_is_the_same_network() {
    let (inputs, targets) = data();
    for activation in ACTIVATIONS {
        for loss in LOSSES {
            let joined = network(dense(4, Activation::Tanh), dense(2, activation));
            if is_refused(&joined, &inputs, &targets, loss) {
                continue;
            }
            let apart = Sequential::builder(3)
                .layer(dense(4, Activation::Linear))
                .layer(Activation::Tanh)
                .layer(dense(2, Activation::Linear))
                .layer(activation)
                .build(5)
                .unwrap();
            let apart = apart.with_weights(&Weights::of(&joined).unwrap()).unwrap();
            let gradients = |model: &Sequential| model.gradients(&inputs, (&targets).into(), loss).unwrap();
            assert_eq!(gradients(&apart), gradients(&joined), "{activation}, {loss}");
        }
    }
}

#[test]
fn a_layer_without_bias_has_the_kernels_gradient_alone() {
    let (inputs, targets) = data();
    let model = Sequential::builder(3).layer(Dense::new(2).without_bias().name("only")).build(1).unwrap();
    let gradients = model.gradients(&inputs, (&targets).into(), Loss::MeanSquaredError).unwrap();
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
        .layer(Dense::new(1).activation(Activation::Sigmoid).kernel_initializer(Initializer::Constant(50.0)))
        .build(0)
        .unwrap();
    let (one, zero) = (Matrix::from_element(1, 1, 1.0), Matrix::zeros(1, 1));
    let gradients = model.gradients(&one, (&zero).into(), Loss::BinaryCrossEntropy).unwrap();
    assert_eq!(gradients.get("dense_1", "kernel").unwrap().to_matrix().unwrap()[0], 1.0);
    assert_eq!(model.losses(&one, (&zero).into(), Loss::BinaryCrossEntropy).unwrap(), [50.0]);
}
