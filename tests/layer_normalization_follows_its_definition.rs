//! Layer normalization is trained and replayed as Keras 3 defines it: numbers by Keras itself in double precision, and
//! gradients from finite differences of a second implementation.

mod common;

use common::double::{Rows, activate, loss_of, numeric, to_flat, to_rows};
use training_replay::{
    Activation, Backward, Dataset, Dense, Description, Forward, LayerNormalization, Loss, Matrix, Metrics, Model,
    Optimizer, Parameter, Replay, Sequential, Trainer, Weights, nn::Layer,
};

const LOSS: Loss = Loss::BinaryCrossEntropy;
const EPSILON: f64 = 1e-3;
const UNITS: usize = 3;

/// The network of the script below, as it begins.
fn network() -> Sequential {
    let model = Sequential::builder(2)
        .layer(Dense::new(UNITS).name("hidden"))
        .layer(LayerNormalization::new().name("norm"))
        .layer(Activation::Tanh)
        .layer(Dense::new(1).name("output").activation(Activation::Sigmoid))
        .build(1)
        .unwrap();
    let weights = Weights::from_iter([
        Parameter::new("hidden", "kernel", [2, 3], vec![-0.5_f32, 0.0, 0.5, -0.25, 0.25, -0.5]),
        Parameter::new("hidden", "bias", [3], vec![0.25_f32, -0.5, 0.75]),
        Parameter::new("norm", "gamma", [3], vec![1.0_f32; 3]),
        Parameter::new("norm", "beta", [3], vec![0.0_f32; 3]),
        Parameter::new("output", "kernel", [3, 1], vec![-0.25_f32, 0.25, 0.75]),
        Parameter::new("output", "bias", [1], vec![0.0_f32]),
    ]);
    model.with_weights(&weights).unwrap()
}

/// Ten samples: two batches of four and one of two.
fn data() -> Dataset {
    let inputs = Matrix::from_fn(10, 2, |i, j| ((i * 7 + j * 3) % 10) as f32 / 5.0 - 0.9);
    let targets = Matrix::from_fn(10, 1, |i, _| f32::from(u8::from(i % 3 == 0)));
    Dataset::new(inputs, targets).unwrap()
}

fn train(model: &mut Sequential, epochs: usize) -> Vec<f64> {
    let mut trainer = Trainer::new(LOSS, Optimizer::sgd(0.125)).batch_size(4).shuffle(false);
    (0..epochs).map(|_| trainer.epoch(model, &data()).unwrap().get("loss").unwrap()).collect()
}

fn assert_close(what: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 2e-6, "{what}: {found}, expected {expected}");
    }
}

fn outputs(model: &Sequential) -> Vec<f64> {
    model.predict(data().inputs()).unwrap().iter().map(|output| f64::from(*output)).collect()
}

/// By Keras 3.15.1 on JAX 0.10.2 in float64:
///
/// ```text
/// k1 = (np.arange(6).reshape(2, 3) * 7 % 5 - 2) / 4.
/// k2 = (np.arange(3).reshape(3, 1) * 2 - 1) / 4.
/// x = np.array([[(i * 7 + j * 3) % 10 / 5 - 0.9 for j in range(2)] for i in range(10)])
/// y = np.array([[float(i % 3 == 0)] for i in range(10)])
/// model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(3), keras.layers.LayerNormalization(),
///     keras.layers.Activation('tanh'), keras.layers.Dense(1, activation='sigmoid')])
/// model.layers[0].set_weights([k1, np.array([.25, -.5, .75])]); model.layers[3].set_weights([k2, np.zeros(1)])
/// print(model.predict(x).ravel())
/// model.compile(keras.optimizers.SGD(0.125), 'binary_crossentropy')
/// h = model.fit(x, y, batch_size=4, epochs=20, shuffle=False)
/// print(h.history['loss'][0], h.history['loss'][-1], [w.ravel() for w in model.get_weights()], model.predict(x).ravel())
/// ```
#[test]
fn twenty_epochs_of_training_agree_with_keras_in_double_precision() {
    let mut model = network();
    assert_close("outputs at first", &outputs(&model), &OUTPUTS_AT_FIRST);
    let losses = train(&mut model, 20);
    assert_close("losses", &[losses[0], losses[19]], &[0.8371336579322814, 0.5638657480478286]);
    for (found, expected) in to_flat(&Weights::of(&model).unwrap()).iter().zip(TRAINED) {
        assert_close("weights", found, expected);
    }
    assert_close("outputs", &outputs(&model), &OUTPUTS);
}

#[rustfmt::skip]
const OUTPUTS_AT_FIRST: [f64; 10] = [
    0.47032867865218014, 0.6131120939758574, 0.5764422358063936, 0.49126813683688925, 0.6248096038634819,
    0.6107329832642056, 0.5159875396975042, 0.635730763211995, 0.6419576257563628, 0.544427344333186,
];
#[rustfmt::skip]
const TRAINED: [&[f64]; 6] = [
    &[-0.5038968806969932, 0.04553406042978167, 0.4583628491265701,
      -0.23554080104222525, 0.26851059803739186, -0.5329697983572255],
    &[0.18624172476120293, -0.4778943327255547, 0.791652602609247],
    &[1.172913776434143, 1.073089323575573, 1.0020006992272101],
    &[-0.01570796594023705, -0.09070761542534456, 0.12434485548874363],
    &[0.7198653566351254, 0.3730089713782189, 0.28851358248257003],
    &[-0.26532201743062817],
];
#[rustfmt::skip]
const OUTPUTS: [f64; 10] = [
    0.5258505142240073, 0.3786006353795142, 0.431662692512913, 0.5201925512821053, 0.3579338633152593,
    0.36820380417171367, 0.5074706670824648, 0.3407388566843167, 0.3247131561180775, 0.48073346333534683,
];

fn dense(inputs: &Rows, kernel: &[f64], bias: &[f64]) -> Rows {
    let of = |x: &Vec<f64>, k: usize| x.iter().enumerate().map(|(j, x)| x * kernel[j * bias.len() + k]).sum::<f64>();
    inputs.iter().map(|x| bias.iter().enumerate().map(|(k, bias)| bias + of(x, k)).collect()).collect()
}

fn normalize(x: &[f64], gamma: &[f64], beta: &[f64]) -> Vec<f64> {
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / x.len() as f64;
    let scale = (variance + EPSILON).sqrt();
    x.iter().zip(gamma.iter().zip(beta)).map(|(x, (gamma, beta))| gamma * (x - mean) / scale + beta).collect()
}

fn mean_loss(parameters: &Rows, (inputs, targets): (&Rows, &Rows)) -> f64 {
    let hidden = dense(inputs, &parameters[0], &parameters[1]);
    let normalized = hidden.iter().map(|x| normalize(x, &parameters[2], &parameters[3]));
    let active = normalized.map(|z| activate(Activation::Tanh, &z)).collect();
    let logits = dense(&active, &parameters[4], &parameters[5]);
    let outputs = logits.iter().map(|z| activate(Activation::Sigmoid, z));
    outputs.zip(targets).map(|(p, y)| loss_of(LOSS, &p, y)).sum::<f64>() / inputs.len() as f64
}

#[test]
fn every_gradient_agrees_with_finite_differences() {
    let (mut model, data) = (network(), data());
    train(&mut model, 5);
    let batch = (&to_rows(data.inputs()), &to_rows(data.targets().numbers().unwrap()));
    let parameters = to_flat(&Weights::of(&model).unwrap());
    let gradients = model.gradients(data.inputs(), data.targets(), LOSS).unwrap();
    let names: Vec<_> = gradients.iter().map(|gradient| gradient.name()).collect();
    assert_eq!(names, ["kernel", "bias", "gamma", "beta", "kernel", "bias"]);
    for (i, gradient) in to_flat(&gradients).into_iter().enumerate() {
        for (j, found) in gradient.into_iter().enumerate() {
            let expected = numeric(&parameters, (i, j), |moved| mean_loss(moved, batch));
            assert!((found - expected).abs() < 1e-6, "{i} {j}: {found}, expected {expected}");
        }
    }
}

/// A network of a normalization alone, and what it makes of some rows.
fn alone(rows: usize, units: usize, values: &[f32]) -> Matrix {
    let model = Sequential::builder(units).layer(LayerNormalization::new()).build(1).unwrap();
    model.predict(&Matrix::from_row_slice(rows, units, values)).unwrap()
}

#[test]
fn a_sample_does_not_depend_on_the_others_be_they_nan() {
    let all = alone(4, 2, &[1.0, 2.0, f32::NAN, 0.0, f32::INFINITY, 0.0, 3.0, -1.0]);
    assert!(all.row(1).iter().chain(all.row(2).iter()).all(|value| value.is_nan()));
    assert_eq!(all.row(0), alone(1, 2, &[1.0, 2.0]));
    assert_eq!(all.row(3), alone(1, 2, &[3.0, -1.0]));
}

#[test]
fn units_that_are_all_equal_and_a_single_one_put_out_beta() {
    assert_eq!(alone(2, 3, &[0.1, 0.1, 0.1, 1e30, 1e30, 1e30]).as_slice(), [0.0; 6]);
    assert_eq!(alone(2, 1, &[5.0, -7.0]).as_slice(), [0.0; 2]);
    assert_eq!(alone(0, 3, &[]).shape(), (0, 3));
}

/// Their squares are infinite in single precision.
#[test]
fn huge_values_are_normalized_too() {
    for huge in [1e30, f32::MAX] {
        assert_eq!(alone(1, 2, &[huge, -huge]).as_slice(), [1.0, -1.0]);
    }
}

#[test]
fn a_layer_of_one_unit_is_trained_in_its_beta_alone() {
    let layers = [Layer::from(LayerNormalization::new().name("norm")), Dense::new(1).into()];
    let mut model = Sequential::builder(1).layers(layers).build(1).unwrap();
    let data = Dataset::new(Matrix::from_element(3, 1, 2.0), Matrix::from_element(3, 1, 1.0)).unwrap();
    let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.1));
    let losses: Vec<_> = (0..9).map(|_| trainer.epoch(&mut model, &data).unwrap().get("loss").unwrap()).collect();
    assert!(losses[8] < losses[0], "{losses:?}");
    let weights = Weights::of(&model).unwrap();
    assert_eq!(weights.get("norm", "gamma").unwrap().values().to_f32(), [1.0].as_slice());
    assert_ne!(weights.get("norm", "beta").unwrap().values().to_f32(), [0.0].as_slice());
}

#[test]
fn it_is_named_and_refused_as_other_layers_are() {
    let model = Sequential::builder(2).layers([LayerNormalization::new(), LayerNormalization::new()]).build(1).unwrap();
    assert_eq!(model.layers(), ["layer_normalization_1", "layer_normalization_2"]);
    assert_eq!(Layer::from(LayerNormalization::default()).activation(), Activation::Linear);
    for epsilon in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        let refused = Sequential::builder(2).layer(LayerNormalization::new().epsilon(epsilon)).build(1).unwrap_err();
        let expected = "it must be above 0, and a finite number";
        assert_eq!(refused.to_string(), format!("epsilon of layer \"layer_normalization_1\" is {epsilon}; {expected}"));
    }
    assert!(Sequential::builder(1 << 31).layer(LayerNormalization::new()).build(1).is_err());
}

#[test]
fn a_recording_brings_it_back_by_itself() {
    let (mut model, data) = (network(), data());
    train(&mut model, 3);
    let mut replay = Replay::options().dataset(&data).in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    let snapshot = replay.at(0).unwrap();
    assert_eq!(snapshot.model(), &model);
    assert_eq!(snapshot.outputs().unwrap(), model.predict(data.inputs()).unwrap());
}

/// A program that does not know a layer reads a number that means nothing to it.
#[test]
fn a_kind_of_layer_that_is_not_known_yet_is_an_error() {
    let model = Sequential::builder(2).layer(LayerNormalization::new().name("n")).build(1).unwrap();
    let description = model.description().unwrap();
    let mut bytes = description.bytes().to_vec();
    assert_eq!(bytes[16..18], [5, 0]);
    bytes[16] = 99;
    let message = Sequential::from_description(&Description::new(description.kind(), bytes)).unwrap_err().to_string();
    assert!(message.contains("number 99") && message.contains("newer"), "{message}");
}
