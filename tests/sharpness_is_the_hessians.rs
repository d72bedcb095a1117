//! The ends of the spectrum of the Hessian, and its trace: as PyTorch computes them in double precision, and of losses whose Hessian is
//! known.

use std::ops::Range;

use training_replay::{
    Activation, Backward, Dataset, Dense, Error, Forward, Loss, Matrix, Metrics, Model, Orientation, Parameter, Replay,
    Result, Sequential, Targets, Weights,
    analysis::{Sharpness, SharpnessOptions},
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found}, expected {expected}");
}

/// The article's network with these weights, and forty samples.
fn network(weights: [f32; 9]) -> (Sequential, Dataset) {
    let layers = [
        Dense::new(2).name("hidden").activation(Activation::Tanh),
        Dense::new(1).name("output").activation(Activation::Sigmoid),
    ];
    let model = Sequential::builder(2).layers(layers).build(1).unwrap();
    let weights = Weights::from_iter([
        Parameter::new("hidden", "kernel", [2, 2], weights[..4].to_vec()),
        Parameter::new("hidden", "bias", [2], weights[4..6].to_vec()),
        Parameter::new("output", "kernel", [2, 1], weights[6..8].to_vec()),
        Parameter::new("output", "bias", [1], weights[8..].to_vec()),
    ]);
    let inputs = Matrix::from_fn(40, 2, |i, j| match j {
        0 => (7 * i % 23) as f32 / 8.0 - 1.25,
        _ => (5 * i % 17) as f32 / 8.0 - 1.0,
    });
    let above = |i: usize| inputs[(i, 1)] > inputs[(i, 0)] * inputs[(i, 0)] - 0.5;
    let targets = Matrix::from_fn(40, 1, |i, _| f32::from(u8::from(above(i))));
    (model.with_weights(&weights).unwrap(), Dataset::new(inputs, targets).unwrap())
}

/// Nine weights, the eigenvalues of their Hessian from the smallest, and its trace, by PyTorch 2.15.0:
///
/// ```text
/// torch.set_default_dtype(torch.float64)
/// i = torch.arange(40)
/// x = torch.stack([(7 * i % 23) / 8 - 1.25, (5 * i % 17) / 8 - 1.0], 1)
/// y = (x[:, 1] > x[:, 0] ** 2 - 0.5).double()
/// def loss(w):
///     hidden = torch.tanh(x @ w[:4].reshape(2, 2) + w[4:6])
///     return torch.nn.functional.binary_cross_entropy_with_logits(hidden @ w[6:8] + w[8], y)
/// h = torch.autograd.functional.hessian(loss, torch.tensor(w))
/// print(torch.linalg.eigvalsh(h).tolist(), h.trace().item())
/// ```
const CASES: [([f32; 9], [f64; 9], f64); 3] = [
    (
        [1.5, -0.75, 0.5, 1.25, -0.25, 0.5, 2.0, -1.5, 0.25],
        [
            -0.38739201495133146,
            -0.3044417243762139,
            -0.22166773756389044,
            -0.02834104210363118,
            0.013003176300189339,
            0.06952507204887179,
            0.1463146320512655,
            0.33615320182584846,
            0.5911136852292482,
        ],
        0.21426724846035644,
    ),
    (
        [0.0625, -0.125, 0.25, 0.1875, 0.0, 0.125, -0.25, 0.375, 2.0],
        [
            -0.6178674548613449,
            -0.5981147779585635,
            -0.023586480339311572,
            -0.005973845342470278,
            0.0026886955249132336,
            0.006517694471571798,
            0.10124346962561447,
            0.6013185825279805,
            0.6238052741163186,
        ],
        0.09003115776470834,
    ),
    (
        // The eigenvalue of the largest magnitude is negative.
        [1.875, 2.5, -1.5, -2.125, -3.0, 2.75, -3.0, 0.0, 2.125],
        [
            -1.090097395346692,
            -0.1510565560193754,
            -0.02235012376862635,
            -0.010344218495695078,
            0.0,
            0.0,
            0.005362094026544198,
            0.0260593094924511,
            0.03846869657369376,
        ],
        -1.2039581935376997,
    ),
];

#[test]
fn eigenvalues_and_trace_are_those_of_pytorch_for_the_articles_network() {
    for (weights, eigenvalues, trace) in CASES {
        let (model, data) = network(weights);
        let of = |options| Sharpness::of(&model, &data, LOSS, &options).unwrap();
        let found = of(SharpnessOptions::default().tolerance(1e-5));
        close(found.largest, eigenvalues[8], 2e-5);
        close(found.smallest, eigenvalues[0], 2e-5);
        assert!(found.largest_residual < 2e-4 && found.eigenvalues.is_empty(), "{found:?}");
        assert!((1..=9).contains(&found.iterations) && found.parameters == 9);
        close(found.trace, trace, 4.0 * found.trace_error);
        let exact = of(SharpnessOptions::default().exact());
        close(exact.trace, trace, 5e-5);
        assert_eq!((exact.trace_error, exact.eigenvalues.len(), exact.iterations), (0.0, 9, 9));
        exact.eigenvalues.iter().zip(eigenvalues.iter().rev()).for_each(|(&found, &value)| close(found, value, 2e-5));
        close(exact.largest, eigenvalues[8], 2e-5);
        close(exact.smallest, eigenvalues[0], 2e-5);
        assert!(exact.has_converged());
    }
}

#[test]
fn the_dominant_eigenvalue_is_negative_where_that_is_the_larger_one() {
    let (model, data) = network(CASES[2].0);
    let found = Sharpness::of(&model, &data, LOSS, &SharpnessOptions::default()).unwrap();
    close(found.dominant(), CASES[2].1[0], 1e-4);
    assert!(found.largest > 0.0, "and the largest is not: {found:?}");
}

/// A model whose loss is half of `wᵀ A w`, whatever the data: `A` is diagonal. A third parameter has no gradient.
#[derive(Clone)]
struct Bowl {
    weights: Weights,
    diagonal: Vec<f64>,
    single: bool,
}

impl Bowl {
    fn new(diagonal: &[f64], single: bool) -> Self {
        let values: Vec<f64> = (0..diagonal.len()).map(|i| 0.5 + i as f64 / 8.0).collect();
        let kernel = Parameter::new("bowl", "kernel", [1, diagonal.len()], values);
        let mean = Parameter::new("bowl", "moving_mean", [1], vec![3.0_f64]);
        let steps = Parameter::new("bowl", "steps", [1], vec![7_i64]);
        let weights = Weights::from_iter([mean, kernel.oriented(Orientation::InputsOutputs), steps]);
        Self { weights, diagonal: diagonal.to_vec(), single }
    }
}

impl Model for Bowl {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        self.weights.parameters()
    }
}

impl Forward for Bowl {
    fn layers(&self) -> Vec<String> {
        vec!["bowl".into()]
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        Ok(Self { weights: weights.clone(), ..self.clone() })
    }

    fn forward(&self, inputs: &Matrix, _: Range<usize>) -> Result<Matrix> {
        Ok(inputs.clone())
    }

    fn as_backward(&self) -> Option<&dyn Backward> {
        Some(self)
    }
}

impl Backward for Bowl {
    fn gradients(&self, _: &Matrix, _: Targets<'_>, _: Loss) -> Result<Weights> {
        let weights = self.weights.require("bowl", "kernel", &[1, self.diagonal.len()])?.values().to_f64().into_owned();
        let gradient: Vec<f64> = weights.iter().zip(&self.diagonal).map(|(weight, own)| weight * own).collect();
        let rounded: Vec<f32> = gradient.iter().map(|&value| value as f32).collect();
        let shape = [1, gradient.len()];
        let kernel = if self.single {
            Parameter::new("bowl", "kernel", shape, rounded)
        } else {
            Parameter::new("bowl", "kernel", shape, gradient)
        };
        Ok(Weights::from_iter([kernel]))
    }
}

fn data() -> Dataset {
    Dataset::from_rows(&[[0.0], [1.0]], &[[0.0], [1.0]]).unwrap()
}

fn of(model: &Bowl, options: &SharpnessOptions) -> Sharpness {
    Sharpness::of(model, &data(), Loss::MeanSquaredError, options).unwrap()
}

#[test]
fn a_foreign_models_curvature_is_found_whatever_the_signs() {
    for diagonal in [
        &[5.0, 1.0, -7.0, 0.25, 0.0][..],
        &[-3.0, -1.0, -2.0],
        &[2.0; 4],
        &[0.0; 3],
        &[4.0],
        &[1e-9, 3e-9],
        &[1e9, 2e9],
    ] {
        for (single, tolerance) in [(false, 1e-9), (true, 1e-4)] {
            let model = Bowl::new(diagonal, single);
            let (low, high) =
                diagonal.iter().fold((f64::MAX, f64::MIN), |(low, high), &own| (low.min(own), high.max(own)));
            let scale = low.abs().max(high.abs());
            let found = of(&model, &SharpnessOptions::default().tolerance(1e-3));
            close(found.largest, high, tolerance * scale);
            close(found.smallest, low, tolerance * scale);
            close(found.trace, diagonal.iter().sum(), tolerance * scale * 10.0); // of a diagonal every vector of signs gives all
            assert!(found.has_converged() && found.parameters == diagonal.len(), "{found:?}");
            let exact = of(&model, &SharpnessOptions::default().exact());
            let mut sorted = diagonal.to_vec();
            sorted.sort_by(|one, other| other.total_cmp(one));
            exact.eigenvalues.iter().zip(sorted).for_each(|(&found, own)| close(found, own, tolerance * scale));
        }
    }
}

#[test]
fn a_search_that_was_cut_short_does_not_say_that_it_has_converged() {
    let diagonal: Vec<f64> = (0..300).map(f64::from).collect();
    let short = of(&Bowl::new(&diagonal, false), &SharpnessOptions::default().iterations(3));
    assert!(!short.has_converged() && short.iterations == 3, "{short:?}");
    assert!((short.largest - 299.0).abs() > 1.0 && short.largest_residual > 1.0);
    let long = of(&Bowl::new(&diagonal, false), &SharpnessOptions::default().iterations(100).tolerance(1e-6));
    assert!(long.has_converged() && long.iterations < 100);
    close(long.largest, 299.0, 1e-6);
    assert!(long.largest_residual <= 299e-6);
}

/// Of a matrix `A` the estimate has the variance `2 (|A|² - the squares of its diagonal)` for each vector: none of a diagonal one, and
/// `8 * 4²`, of 16 off the diagonal, for the Hessian `[[8, 4], [4, 2]]` of `(2 w + b)²`.
#[test]
fn the_standard_error_of_the_trace_is_that_of_its_definition() {
    let diagonal = of(&Bowl::new(&[1.0, 2.0, 3.0], false), &SharpnessOptions::default());
    assert!(diagonal.trace_error < 1e-9, "{}", diagonal.trace_error);
    let model = Sequential::builder(1).layer(Dense::new(1)).build(1).unwrap();
    let data = Dataset::from_rows(&[[2.0]], &[[0.0]]).unwrap();
    let of = |probes, seed| {
        let options = SharpnessOptions::default().probes(probes).seed(seed);
        Sharpness::of(&model, &data, Loss::MeanSquaredError, &options).unwrap()
    };
    let many = of(2_000, 1);
    let expected = (2.0 * 2.0 * 16.0 / 2_000.0_f64).sqrt(); // each is 10 + 8 or 10 - 8
    close(many.trace_error, expected, 0.01 * expected);
    close(many.trace, 10.0, 4.0 * expected);
    assert!(of(1, 0).trace_error.is_nan() && of(0, 0).trace.is_nan());
    assert_eq!((of(20, 5), of(20, 5).trace == of(20, 6).trace), (of(20, 5), false), "a seed gives the same again");
}

#[test]
fn what_cannot_be_searched_is_an_error() {
    let message = |result: Result<Sharpness>| result.unwrap_err().to_string();
    let (model, data) = network(CASES[0].0);
    let by = |options: SharpnessOptions| message(Sharpness::of(&model, &data, LOSS, &options));
    let default = SharpnessOptions::default;
    assert!(by(default().iterations(0)).contains("the number of iterations"));
    for tolerance in [0.0, -1.0, 1.0, f64::NAN] {
        assert!(by(default().tolerance(tolerance)).contains("the tolerance of an eigenvalue"));
    }
    for step in [0.0, -1.0, f64::INFINITY, f64::NAN] {
        assert!(by(default().step(step)).contains("the step between gradients"));
    }
    let wide = Bowl::new(&vec![1.0; 1_025], false);
    let exact = Sharpness::of(&wide, &data, LOSS, &default().exact());
    assert!(message(exact).contains("the number of weights of a whole Hessian is 1025; it must be at most 1024"));
    let (broken, data) = network([f32::NAN, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert!(
        message(Sharpness::of(&broken, &data, LOSS, &default()))
            .contains("value 0 of parameter hidden/kernel of the model is NaN")
    );
    let huge = Bowl::new(&[f64::INFINITY, 1.0], false);
    assert!(message(Sharpness::of(&huge, &data, LOSS, &default())).contains("a value of the gradients"));
}

#[test]
fn a_run_has_the_sharpness_of_each_of_its_epochs_on_any_number_of_threads() {
    let data = network(CASES[0].0).1;
    let mut replay = Replay::options().dataset(&data).in_memory();
    for (weights, ..) in CASES {
        replay.record(&network(weights).0, Metrics::new()).unwrap();
    }
    let options = SharpnessOptions::default().seed(3);
    let history = replay.run().unwrap().sharpness(LOSS, &options).unwrap();
    assert_eq!(history.epochs, [0, 1, 2]);
    for (found, (weights, ..)) in history.sharpness.iter().zip(&CASES) {
        let (model, data) = network(*weights);
        assert_eq!(*found, Sharpness::of(&model, &data, LOSS, &options).unwrap());
    }
    let alone = replay.run().unwrap().threads(1).sharpness(LOSS, &options).unwrap();
    assert_eq!((&alone, history.not_converged()), (&history, vec![]));
    let curve = history.curve(|sharpness| sharpness.largest);
    assert_eq!(curve[2], (2, history.sharpness[2].largest));
}

#[test]
fn a_model_without_gradients_is_an_error() {
    struct Mute;
    impl Model for Mute {
        fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
            Ok(vec![Parameter::new("mute", "bias", [1], vec![1.0_f32])])
        }
    }
    impl Forward for Mute {
        fn layers(&self) -> Vec<String> {
            vec!["mute".into()]
        }
        fn with_weights(&self, _: &Weights) -> Result<Self> {
            Ok(Self)
        }
        fn forward(&self, inputs: &Matrix, _: Range<usize>) -> Result<Matrix> {
            Ok(inputs.clone())
        }
    }
    let found = Sharpness::of(&Mute, &data(), Loss::MeanSquaredError, &SharpnessOptions::default());
    assert!(matches!(found, Err(Error::Invalid { .. })), "{found:?}");
}
