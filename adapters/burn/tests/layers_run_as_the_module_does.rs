//! A replayed module gives the numbers of burn's own, whichever way its layers are asked for.

mod common;

use burn::{
    module::Module,
    nn::{Dropout, DropoutConfig, Linear, LinearConfig},
    tensor::{DType, Device, FloatDType, Int, Tensor, activation::softmax},
};
use common::{Everything, Net};
use training_replay::{
    Activation, Error, Forward, Loss, Matrix, Model, OutputKind, Replay, Result, Weights, to_row_major,
};
use training_replay_burn::{Recorded, Replayed, Units};

fn device() -> Device {
    Device::default().autodiff()
}

fn perceptron(net: &Net) -> Replayed<Net> {
    Replayed::new([2], net).layer("hidden", |net, x: Tensor<2>| net.hidden.forward(x), Activation::Tanh).layer(
        "output",
        |net, x: Tensor<2>| net.output.forward(x),
        Activation::Sigmoid,
    )
}

fn inputs(rows: usize, columns: usize) -> Matrix {
    Matrix::from_fn(rows, columns, |row, column| (row * columns + column) as f32 / 7.0 - 1.0)
}

fn tensor(matrix: &Matrix) -> Tensor<2> {
    Tensor::<1>::from_floats(to_row_major(matrix).as_slice(), &Device::default())
        .reshape([matrix.nrows(), matrix.ncols()])
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.to_data().try_to_vec().unwrap()
}

#[test]
fn outputs_and_z_values_are_burns_bit_for_bit() -> Result<()> {
    let net = Net::new(&device());
    let (model, plain, x) = (perceptron(&net), net.valid(), inputs(6, 2));
    let burns = plain.logits(tensor(&x));
    assert_eq!(to_row_major(&model.forward(&x, 0..1)?), numbers(plain.hidden(tensor(&x))));
    assert_eq!(to_row_major(&model.pre_activation(&model.forward(&x, 0..1)?, 1)?), numbers(burns.clone()));
    assert_eq!(to_row_major(&model.forward(&x, 0..2)?), numbers(burn::tensor::activation::sigmoid(burns)));
    assert_eq!(model.forward(&model.forward(&x, 0..1)?, 1..2)?, model.forward(&x, 0..2)?);
    assert_eq!(model.forward(&x, 1..1)?, x);
    Ok(())
}

#[test]
fn what_is_behind_a_layer_follows_from_its_activation() {
    let model = perceptron(&Net::new(&device()));
    assert_eq!((model.range(0), model.range(1)), (Some(-1.0..=1.0), Some(0.0..=1.0)));
    assert_eq!(model.output_kind(), Some(OutputKind::Probabilities));
    assert_eq!(perceptron(&Net::new(&device())).outputs(OutputKind::Values).output_kind(), Some(OutputKind::Values));
}

#[test]
fn every_recorded_epoch_is_the_module_of_that_epoch() -> Result<()> {
    let (first, second) = (Net::new(&device()), Net::new(&device()));
    let mut replay = Replay::options().in_memory();
    for net in [&first, &second] {
        replay.record(&Recorded::of(net), [("loss", 0.5)])?;
    }
    let model = perceptron(&first);
    let run = replay.run_with(&model);
    for (epoch, net) in [(0, &first), (1, &second)] {
        let found = run.at(epoch)?.model().forward(&inputs(3, 2), 0..2)?;
        assert_eq!(found, perceptron(net).forward(&inputs(3, 2), 0..2)?, "epoch {epoch}");
    }
    Ok(())
}

/// The statistics of clones are shared: an epoch that is restored must not change those of another one.
#[test]
fn running_statistics_of_an_epoch_are_its_own() -> Result<()> {
    let module = Everything::new(&device());
    let mut replay = Replay::options().in_memory();
    for scale in [0.0_f32, 1.0, 5.0] {
        module.normalize(Tensor::from_floats([[scale, 2.0, 3.0], [3.0, 6.0, 9.0]], &device()));
        replay.record(&Recorded::of(&module), [("loss", 0.5)])?;
    }
    let model = Replayed::new([3], &module).layer("norm", |net, x: Tensor<2>| net.normalize(x), Activation::Linear);
    let (run, x) = (replay.run_with(&model), inputs(2, 3));
    let early = run.at(0)?;
    let before = early.model().forward(&x, 0..1)?;
    let late = run.at(2)?.model().forward(&x, 0..1)?;
    assert_ne!(before, late);
    assert_eq!(early.model().forward(&x, 0..1)?, before, "after another epoch was restored");
    assert_eq!(run.at(2)?.model().forward(&x, 0..1)?, late, "after it ran");
    assert_eq!(model.forward(&x, 0..1)?, late, "the module itself");
    Ok(())
}

#[derive(Module, Debug)]
struct WithDropout {
    line: Linear,
    dropout: Dropout,
}

#[test]
fn nothing_is_dropped_in_a_replay() -> Result<()> {
    let net = WithDropout { line: LinearConfig::new(2, 64).init(&device()), dropout: DropoutConfig::new(0.5).init() };
    let model = Replayed::new([2], &net).layer(
        "line",
        |net: &WithDropout, x: Tensor<2>| net.dropout.forward(net.line.forward(x)),
        Activation::Linear,
    );
    assert_eq!(
        to_row_major(&model.forward(&inputs(3, 2), 0..1)?),
        numbers(net.line.valid().forward(tensor(&inputs(3, 2))))
    );
    Ok(())
}

#[test]
fn rows_take_the_shape_of_a_sample_and_hidden_layers_that_of_the_layer_before() -> Result<()> {
    let net = Net::new(&device());
    let model = Replayed::new([1, 2, 3], &net)
        .layer("rows", |_, x: Tensor<4>| x.mean_dim(3), Activation::Linear) // [1, 2, 1]
        .layer("again", |_, x: Tensor<4>| x * 2.0, Activation::Relu)
        .layer("hidden", |net, x: Tensor<2>| net.hidden.forward(x), Activation::Tanh);
    let x = inputs(4, 6);
    let hidden = model.forward(&x, 0..1)?;
    assert_eq!(hidden[(0, 1)], (x[(0, 3)] + x[(0, 4)] + x[(0, 5)]) / 3.0);
    assert_eq!(model.forward(&hidden, 1..3)?, model.forward(&x, 0..3)?);
    assert_eq!(model.forward(&Matrix::zeros(0, 6), 0..3)?.shape(), (0, 4), "no samples");
    Ok(())
}

#[test]
fn a_softmax_of_a_sequence_is_over_the_classes_of_each_position() -> Result<()> {
    let net = LinearConfig::new(2, 3).init(&device());
    let model = Replayed::new([4, 2], &net).layer("class", |net, x: Tensor<3>| net.forward(x), Activation::Softmax);
    let x = inputs(2, 8);
    let expected = softmax(net.valid().forward(tensor(&x).reshape([2, 4, 2])), 2);
    assert_eq!(to_row_major(&model.forward(&x, 0..1)?), numbers(expected));
    Ok(())
}

#[test]
fn integers_are_exact_or_an_error() -> Result<()> {
    let net = Everything::new(&device());
    let model = Replayed::new([2], &net).layer(
        "embedding",
        |net, x: Tensor<2, Int>| net.embedding.forward(x),
        Activation::Linear,
    );
    let row = |values: [f32; 2]| Matrix::from_row_slice(1, 2, &values);
    assert_eq!(model.forward(&row([4.0, 0.0]), 0..1)?.ncols(), 6);
    for wrong in [0.5, f32::NAN, f32::INFINITY, 16_777_218.0] {
        let message = model.forward(&row([1.0, wrong]), 0..1).unwrap_err().to_string();
        assert!(message.contains("whole number") && message.contains(&wrong.to_string()), "{message}");
    }
    assert!(matches!(model.forward(&row([5.0, 0.0]), 0..1), Err(Error::Model(_))), "beyond the table");
    Ok(())
}

#[test]
fn modules_of_other_floats_get_inputs_of_their_type() -> Result<()> {
    for dtype in [FloatDType::F64, FloatDType::F16, FloatDType::BF16] {
        let mut net = Net::new(&Device::default());
        net.hidden.weight = net.hidden.weight.map(|weight| weight.cast(dtype));
        net.hidden.bias = net.hidden.bias.map(|bias| bias.map(|bias| bias.cast(dtype)));
        let model =
            Replayed::new([2], &net).layer("hidden", |net, x: Tensor<2>| net.hidden.forward(x), Activation::Tanh);
        let expected = net.hidden.forward(tensor(&inputs(3, 2)).cast(dtype)).tanh().cast(DType::F32);
        assert_eq!(to_row_major(&model.forward(&inputs(3, 2), 0..1)?), numbers(expected), "{dtype:?}");
        let restored = model.with_weights(&Weights::of(&model)?)?;
        assert_eq!(restored.forward(&inputs(3, 2), 0..1)?, model.forward(&inputs(3, 2), 0..1)?);
    }
    Ok(())
}

#[test]
fn what_does_not_fit_is_an_error_and_no_panic() {
    let model = perceptron(&Net::new(&device()));
    let shape = model.forward(&inputs(3, 5), 0..1).unwrap_err();
    assert!(
        matches!(&shape, Error::Shape { expected, found, .. } if *expected == [3, 2] && *found == [3, 5]),
        "{shape}"
    );
    assert!(shape.to_string().contains("hidden"), "{shape}");
    assert!(model.forward(&inputs(3, 2), 1..3).unwrap_err().to_string().contains("0..2"));
    #[allow(clippy::reversed_empty_ranges)]
    let reversed = model.forward(&inputs(3, 2), 2..1);
    assert!(reversed.is_err());
    assert!(model.pre_activation(&inputs(3, 2), 2).is_err());

    let wrong = Replayed::new([2], &Net::new(&device())).layer(
        "output",
        |net, x: Tensor<2>| net.output.forward(x),
        Activation::Linear,
    ); // takes 4
    let message = wrong.forward(&inputs(3, 2), 0..1).unwrap_err().to_string();
    assert!(message.contains("layer \"output\"") && message.contains("expected 4, got 2"), "{message}");

    let samples =
        Replayed::new([2], &Net::new(&device())).layer("sum", |_, x: Tensor<2>| x.sum_dim(0), Activation::Linear);
    assert!(samples.forward(&inputs(3, 2), 0..1).unwrap_err().to_string().contains("number of samples"));

    let ranks = Replayed::new([2], &Net::new(&device())).layer("image", |_, x: Tensor<4>| x, Activation::Linear);
    assert!(ranks.forward(&inputs(3, 2), 0..1).unwrap_err().to_string().contains("4 dimensions"));
}

#[test]
fn z_values_of_an_unknown_activation_are_missing() {
    let model = Replayed::new([2], &Net::new(&device())).layer("hidden", |net, x: Tensor<2>| net.hidden(x), None);
    assert!(matches!(model.pre_activation(&inputs(3, 2), 0), Err(Error::Missing { .. })));
}

#[test]
fn units_are_asked_of_the_shape_behind_their_layer() -> Result<()> {
    let model = Replayed::new([2, 3], &Net::new(&device()))
        .layer("maps", |_, x: Tensor<3>| x, Activation::Linear)
        .layer("hidden", |net, x: Tensor<3>| net.hidden.forward(x.narrow(2, 0, 2)), Activation::Tanh)
        .units(Units::ChannelMeans);
    let x = inputs(1, 6);
    let found = Forward::units(&model, 0, x.clone())?;
    assert_eq!(found.shape(), (1, 2));
    assert!((found[(0, 1)] - (x[3] + x[4] + x[5]) / 3.0).abs() < 1e-6);
    assert_eq!(Forward::units(&model, 1, model.forward(&x, 0..2)?)?.shape(), (1, 2));
    assert!(Forward::units(&model, 0, inputs(1, 5)).is_err());
    assert!(Forward::units(&model, 2, x).is_err());
    Ok(())
}

#[test]
fn losses_are_exact_where_probabilities_saturate() -> Result<()> {
    let mut net = Net::new(&device());
    net.output.bias = net.output.bias.map(|bias| bias.map(|bias| bias * 0.0 + 80.0));
    net.output.weight = net.output.weight.map(|weight| weight * 0.0);
    let losses = perceptron(&net).losses(&inputs(1, 2), (&Matrix::zeros(1, 1)).into(), Loss::BinaryCrossEntropy)?;
    assert_eq!(losses, [80.0]);
    Ok(())
}

#[test]
fn a_replayed_module_is_shared_by_threads_and_can_be_recorded_itself() -> Result<()> {
    fn shared<T: Send + Sync>(_: &T) {}
    let net = Net::new(&device());
    let model = perceptron(&net);
    shared(&model);
    assert_eq!(Weights::of(&model)?, Weights::of(&Recorded::of(&net))?);
    assert!(model.as_forward().is_some());
    Ok(())
}
