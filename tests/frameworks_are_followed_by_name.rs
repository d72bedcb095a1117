//! What differs between frameworks follows the one that it names: Keras 3 where nothing is said.

use training_replay::{
    Activation, BatchNormalization, Dataset, Dense, Forward, Loss, Matrix, Model, Optimizer, Parameter, Sequential,
    Trainer, Weights,
};

/// Ten samples, in batches of four and one of two.
fn data() -> Dataset {
    let inputs = Matrix::from_fn(10, 2, |i, j| ((i * 7 + j * 3) % 10) as f32 / 5.0 - 0.9);
    Dataset::new(inputs, Matrix::from_fn(10, 1, |i, _| f32::from(u8::from(i % 3 == 0)))).unwrap()
}

fn network(hidden: Activation) -> Sequential {
    let layers =
        [Dense::new(3).name("hidden").activation(hidden), Dense::new(1).name("output").activation(Activation::Sigmoid)];
    let weights = Weights::from_iter([
        Parameter::new("hidden", "kernel", [2, 3], vec![0.5_f32, -0.4, 0.3, -0.2, 0.1, 0.6]),
        Parameter::new("hidden", "bias", [3], vec![0.1_f32, 0.0, -0.1]),
        Parameter::new("output", "kernel", [3, 1], vec![0.7_f32, -0.5, 0.2]),
        Parameter::new("output", "bias", [1], vec![0.05_f32]),
    ]);
    Sequential::builder(2).layers(layers).build(1).unwrap().with_weights(&weights).unwrap()
}

/// The largest difference of a weight after 30 epochs.
fn off(trainer: Trainer, hidden: Activation, expected: &[f64]) -> f64 {
    let (mut model, data, mut trainer) = (network(hidden), data(), trainer.batch_size(4).shuffle(false));
    (0..30).for_each(|_| drop(trainer.epoch(&mut model, &data).unwrap()));
    let parameters = model.parameters().unwrap();
    let found = parameters.iter().flat_map(|parameter| parameter.values().to_f64().to_vec());
    found.zip(expected).map(|(found, expected)| (found - expected).abs()).fold(0.0, f64::max)
}

fn trainer(optimizer: Optimizer) -> Trainer {
    Trainer::new(Loss::BinaryCrossEntropy, optimizer)
}

/// By Keras 3.15.1 itself on its JAX backend, in float32:
///
/// ```text
/// i = np.arange(10)
/// x = np.stack([((i*7) % 10)/5 - .9, ((i*7 + 3) % 10)/5 - .9], 1).astype("float32")
/// y = (i % 3 == 0).astype("float32")[:, None]
/// def run(optimizer, activation="tanh"):
///     m = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(3, activation), keras.layers.Dense(1, "sigmoid")])
///     m.set_weights([np.array([[.5, -.4, .3], [-.2, .1, .6]]), np.array([.1, 0., -.1]), np.array([[.7], [-.5], [.2]]),
///                    np.array([.05])])
///     m.compile(optimizer, "binary_crossentropy")
///     m.fit(x, y, batch_size=4, epochs=30, shuffle=False)
///     print(np.concatenate([w.ravel() for w in m.get_weights()]).tolist())
/// run(SGD(.05, momentum=.9)); run(SGD(.05, momentum=.9, nesterov=True)); run(RMSprop(.05)); run(Adam(.05))
/// run(SGD(.5), "hard_sigmoid"); run(SGD(schedules.InverseTimeDecay(.5, 1, .1)))
/// ```
#[test]
fn thirty_epochs_follow_keras_3_where_nothing_is_said() {
    let tanh = Activation::Tanh;
    let runs: [(Trainer, Activation, &[f64]); 6] = [
        (trainer(Optimizer::momentum(0.05, 0.9)), tanh, &MOMENTUM),
        (trainer(Optimizer::nesterov(0.05, 0.9)), tanh, &NESTEROV),
        (trainer(Optimizer::rmsprop(0.05)), tanh, &RMS_PROP),
        (trainer(Optimizer::adam(0.05)), tanh, &ADAM),
        (trainer(Optimizer::sgd(0.5)), Activation::HardSigmoid, &HARD_SIGMOID),
        (trainer(Optimizer::sgd(0.5)).decay(0.1), tanh, &DECAY),
    ];
    for (trainer, hidden, expected) in runs {
        let what = format!("{trainer:?}, {hidden}");
        let off = off(trainer, hidden, expected);
        println!("{off:e} {what}");
        assert!(off < 5e-5, "{off:e} apart: {what}");
    }
}

#[rustfmt::skip]
const MOMENTUM: [f64; 13] = [
    -2.312004327774048, 1.5594230890274048, 1.4618924856185913, -0.412996381521225, 0.21615581214427948, 0.5932357907295227,
    -0.16236808896064758, 0.10046093910932541, -0.047553494572639465, 2.638664960861206, -1.6705501079559326,
    -1.5648642778396606, -0.350271075963974,
];
#[rustfmt::skip]
const NESTEROV: [f64; 13] = [
    -2.3257791996002197, 1.5824607610702515, 1.4501965045928955, -0.42711567878723145, 0.2260901927947998, 0.592490553855896,
    -0.15541088581085205, 0.09461027383804321, -0.04952380061149597, 2.632956027984619, -1.6808539628982544,
    -1.5596317052841187, -0.3461809456348419,
];
#[rustfmt::skip]
const RMS_PROP: [f64; 13] = [
    -2.371220350265503, 2.496999740600586, -2.8034605979919434, -0.7572179436683655, 0.7268240451812744, -0.7850397229194641,
    -0.07066474854946136, 0.10372384637594223, -0.1372317224740982, 3.0798988342285156, -3.0288546085357666,
    2.7436654567718506, -0.1837700754404068,
];
#[rustfmt::skip]
const ADAM: [f64; 13] = [
    -2.449254035949707, 2.6990926265716553, 1.4924495220184326, -0.5584262609481812, 0.6849802732467651, 2.1785495281219482,
    -0.15920187532901764, 0.15517766773700714, -0.6794673800468445, 2.6112477779388428, -2.729842185974121,
    -0.8766672611236572, -0.34617114067077637,
];
#[rustfmt::skip]
const HARD_SIGMOID: [f64; 13] = [
    -0.1500397026538849, 0.47408631443977356, 0.62388676404953, -0.21211454272270203, 0.1395672857761383, 0.6197643876075745,
    0.06556235253810883, -0.008984307758510113, -0.13239167630672455, 0.41048434376716614, -0.5977715253829956,
    -0.5120947957038879, -0.01928851753473282,
];
#[rustfmt::skip]
const DECAY: [f64; 13] = [
    -0.8401074409484863, 0.5008711218833923, 0.47283321019033813, -0.20340000092983246, 0.09644585847854614,
    0.5847459435462952, -0.025153137743473053, 0.09445251524448395, -0.12002044916152954, 0.9677918553352356,
    -0.5791556239128113, -0.4323948323726654, -0.26918870210647583,
];

#[test]
fn the_definitions_of_others_are_not_taken_for_keras_3s() {
    let tanh = Activation::Tanh;
    assert!(off(trainer(Optimizer::rmsprop(0.05).keras2()), tanh, &RMS_PROP) > 1e-3);
    assert!(off(trainer(Optimizer::rmsprop(0.05).pytorch()), tanh, &RMS_PROP) > 1e-3);
    assert!(off(trainer(Optimizer::sgd(0.5)), Activation::HardSigmoidKeras2, &HARD_SIGMOID) > 1e-3);
}

/// `keras.activations.hard_sigmoid` of Keras 3.15.1 in float64, which is `relu6(z + 3) / 6`, as PyTorch's `Hardsigmoid` is;
/// `np.clip(0.2 * z + 0.5, 0, 1)` for Keras 2.2's `backend.hard_sigmoid`.
#[test]
fn the_hard_sigmoid_of_keras_2_has_a_name_of_its_own() {
    let at = |activation: Activation| [-3.0, -2.75, -0.7, 0.4, 2.0].map(|z| activation.value(z));
    let close = |found: [f32; 5], expected: [f32; 5]| found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-7);
    assert!(close(at(Activation::HardSigmoid), [0.0, 0.041666668, 0.38333333, 0.56666667, 0.8333333]));
    assert!(close(at(Activation::HardSigmoidKeras2), [0.0, 0.0, 0.36, 0.58, 0.9]));
}

/// PyTorch's softplus is `z` itself above its threshold of 20; in single precision so is everybody's.
#[test]
fn pytorchs_threshold_of_softplus_makes_no_difference() {
    assert!([20.0_f32, 20.5, 50.0].iter().all(|&z| Activation::Softplus.value(z) == z));
}

#[test]
fn a_batch_of_one_has_no_unbiased_variance_and_is_refused_before_training() {
    let data = Dataset::new(Matrix::from_fn(5, 1, |i, _| i as f32), Matrix::zeros(5, 1)).unwrap();
    let normalized = |layer: BatchNormalization| {
        Sequential::builder(1).layer(layer.name("norm")).layer(Dense::new(1)).build(1).unwrap()
    };
    let trainer = |batch| Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.1)).batch_size(batch);
    let mut model = normalized(BatchNormalization::new().pytorch());
    let before = model.clone();
    let message = trainer(4).epoch(&mut model, &data).unwrap_err().to_string();
    let what = "the number of samples in the last batch, for the unbiased variance of layer \"norm\",";
    assert_eq!(message, format!("{what} is 1; it must be 2 or more"));
    assert!(model == before && trainer(1).epoch(&mut model, &data).is_err());
    assert!(trainer(5).epoch(&mut model, &data).is_ok() && trainer(3).epoch(&mut model, &data).is_ok());
    assert!(trainer(4).epoch(&mut normalized(BatchNormalization::new()), &data).is_ok());
}
