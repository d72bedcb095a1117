//! Gradients by burn's differentiation are those of the losses that a replay shows.

mod common;

use burn::{
    module::Module,
    tensor::{DType, Device, Tensor},
};
use common::{Everything, Net};
use training_replay::{Activation, Backward, Error, Forward, Loss, Matrix, OutputKind, Parameter, Result, Weights};
use training_replay_burn::{Recorded, Replayed};

fn inputs() -> Matrix {
    Matrix::from_fn(5, 2, |row, column| (row * 2 + column) as f32 / 4.0 - 1.0)
}

fn net() -> Net {
    let device = Device::default().autodiff();
    device.seed(5);
    Net::new(&device)
}

fn model(net: &Net, last: Activation) -> Replayed<Net> {
    Replayed::new([2], net).layer("hidden", |net, x: Tensor<2>| net.hidden.forward(x), Activation::Tanh).layer(
        "output",
        |net, x: Tensor<2>| net.output.forward(x),
        last,
    )
}

fn mean<M: Forward>(model: &M, targets: &Matrix, loss: Loss) -> Result<f64> {
    let losses = model.losses(&inputs(), targets.into(), loss)?;
    Ok(losses.iter().copied().map(f64::from).sum::<f64>() / losses.len() as f64)
}

/// The weights with one value moved.
fn moved(weights: &Weights, array: usize, index: usize, by: f32) -> Weights {
    let change = |(at, parameter): (usize, &Parameter<'static>)| {
        let mut values = parameter.values().to_f32().into_owned();
        if at == array {
            values[index] += by;
        }
        Parameter::new(parameter.layer().to_owned(), parameter.name().to_owned(), parameter.shape().to_vec(), values)
    };
    weights.iter().enumerate().map(change).collect()
}

fn check(model: &Replayed<Net>, targets: &Matrix, loss: Loss) -> Result<()> {
    const STEP: f32 = 1e-2;
    let weights = Weights::of(&Recorded::of(model.module()))?;
    let gradients = model.gradients(&inputs(), targets.into(), loss)?;
    assert_eq!(gradients.len(), weights.len());
    for (array, gradient) in gradients.iter().enumerate() {
        for (index, &found) in gradient.values().to_f32().iter().enumerate() {
            let at = |by| mean(&model.with_weights(&moved(&weights, array, index, by))?, targets, loss);
            let expected = (at(STEP)? - at(-STEP)?) / f64::from(2.0 * STEP);
            let label = format!("{loss}, {}/{} {index}", gradient.layer(), gradient.name());
            assert!((f64::from(found) - expected).abs() < 2e-4, "{label}: {found}, not {expected}");
        }
    }
    Ok(())
}

#[test]
fn every_loss_is_differentiated_by_every_parameter() -> Result<()> {
    let classes = Matrix::from_row_slice(5, 1, &[0.0, 1.0, 1.0, 0.0, 1.0]);
    let (linear, sigmoid) = (model(&net(), Activation::Linear), model(&net(), Activation::Sigmoid));
    check(&sigmoid, &classes, Loss::BinaryCrossEntropy)?;
    check(&sigmoid, &classes, Loss::MeanSquaredError)?;
    check(&linear, &classes, Loss::MeanSquaredError)?;
    check(&model(&net(), Activation::Linear).outputs(OutputKind::Logits), &classes, Loss::BinaryCrossEntropy)?;
    let several = Replayed::new([2], &net())
        .layer("hidden", |net, x: Tensor<2>| net.hidden.forward(x), Activation::Softmax)
        .layer("unused", |_, x: Tensor<2>| x * 1.0, Activation::Linear)
        .outputs(OutputKind::Probabilities);
    let one_of_four = Matrix::from_fn(5, 4, |row, column| f32::from(u8::from(row % 4 == column)));
    check(&several, &one_of_four, Loss::CategoricalCrossEntropy)
}

#[test]
fn a_parameter_that_the_loss_does_not_depend_on_has_zeros() -> Result<()> {
    let only_hidden =
        Replayed::new([2], &net()).layer("hidden", |net, x: Tensor<2>| net.hidden.forward(x), Activation::Linear);
    let gradients = only_hidden.gradients(&inputs(), (&Matrix::zeros(5, 4)).into(), Loss::MeanSquaredError)?;
    assert_eq!(gradients.require("output", "weight", &[4, 1])?.values().to_f32(), [0.0; 4].as_slice());
    Ok(())
}

/// Differentiating must not train: burn's normalization updates its statistics where gradients are kept track of.
#[test]
fn statistics_stay_and_have_no_gradients() -> Result<()> {
    let module = Everything::new(&Device::default().autodiff());
    let model = Replayed::new([3], &module).layer("norm", |net, x: Tensor<2>| net.normalize(x), Activation::Linear);
    let (before, x) = (Weights::of(&model)?, Matrix::from_element(4, 3, 2.5));
    let gradients = model.gradients(&x, (&Matrix::zeros(4, 3)).into(), Loss::MeanSquaredError)?;
    assert!(gradients.get("norm", "running_mean").is_none());
    assert!(gradients.get("", "steps").is_none());
    assert_eq!(Weights::of(&model)?, before);
    // The loss is the mean of outputs that are 2.5, as the statistics are 0 and 1, but for the epsilon: 2 * 2.5 / 3 each.
    let beta = gradients.require("norm", "beta", &[3])?.values().to_f32().into_owned();
    assert!(beta.iter().all(|slope| (slope - 5.0 / 3.0).abs() < 1e-4), "{beta:?}");
    Ok(())
}

#[test]
fn frozen_parameters_have_gradients_too() -> Result<()> {
    let mut net = net();
    net.hidden = net.hidden.no_grad();
    let gradients =
        model(&net, Activation::Linear).gradients(&inputs(), (&Matrix::zeros(5, 1)).into(), Loss::MeanSquaredError)?;
    assert_eq!(gradients.len(), 4);
    Ok(())
}

#[test]
fn gradients_have_the_type_of_the_module() -> Result<()> {
    let mut net = Net::new(&Device::default());
    for line in [&mut net.hidden, &mut net.output] {
        line.weight = line.weight.clone().map(|weight| weight.cast(DType::F64));
        line.bias = line.bias.clone().map(|bias| bias.map(|bias| bias.cast(DType::F64)));
    }
    let gradients =
        model(&net, Activation::Linear).gradients(&inputs(), (&Matrix::zeros(5, 1)).into(), Loss::MeanSquaredError)?;
    assert!(gradients.iter().all(|gradient| gradient.values().dtype().to_string() == "f64"));
    Ok(())
}

#[test]
fn what_the_outputs_are_is_not_guessed() {
    let targets = Matrix::from_element(5, 1, 1.0);
    let loss = |model: Replayed<Net>| model.gradients(&inputs(), (&targets).into(), Loss::BinaryCrossEntropy).map(drop);
    assert!(matches!(loss(model(&net(), Activation::Linear)), Err(Error::Missing { .. })));
    assert!(matches!(loss(model(&net(), Activation::Tanh)), Err(Error::Invalid { .. })));
    assert!(loss(Replayed::new([2], &net())).unwrap_err().to_string().contains("number of layers"));
}
