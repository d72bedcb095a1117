//! The loss on a plane is what `evaluate` says of the model with the weights of each point, whoever wrote the model.

use std::ops::Range;

use training_replay::{
    Activation, Dataset, Dense, Error, Forward, Loss, Matrix, Model, Parameter, Result, Sequential, Targets, Weights,
    analysis::{self, Grid, LossSurface, WeightPlane},
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

fn network(outputs: usize, seed: u64) -> Sequential {
    let layers = [Dense::new(5).activation(Activation::Tanh), Dense::new(outputs).activation(Activation::Sigmoid)];
    Sequential::builder(3).layers(layers).build(seed).unwrap()
}

fn data(samples: usize, targets: Matrix) -> Dataset {
    Dataset::new(Matrix::from_fn(samples, 3, |i, j| ((3 * i + 5 * j) % 17) as f32 / 4.0 - 2.0), targets).unwrap()
}

/// Numbers that are 0, 1, and between.
fn numbers(samples: usize, outputs: usize) -> Matrix {
    Matrix::from_fn(samples, outputs, |i, k| [0.0, 1.0, 0.75, 1.0, 0.999][(i + k) % 5])
}

fn plane(of: impl Fn(u64) -> Sequential) -> WeightPlane {
    let [origin, a, b] = [1, 2, 3].map(|seed| Weights::of(&of(seed)).unwrap());
    WeightPlane::of(&origin, [&a, &b]).unwrap()
}

/// Far enough for probabilities that saturate.
fn grid() -> Grid {
    Grid::new(-30.0..=30.0, -2.0..=2.0).points(5)
}

/// The losses on the grid, and those of `evaluate`.
fn both(of: impl Fn(u64) -> Sequential, data: &Dataset, loss: Loss) -> Vec<(f64, f64)> {
    let (plane, model) = (plane(&of), of(1));
    let surface = LossSurface::of(&model, &plane, &grid(), data, loss).unwrap();
    let at = |(j, i)| {
        let there = model.with_weights(&plane.weights(f64::from(surface.x[i]), f64::from(surface.y[j]))).unwrap();
        (surface.losses[(j, i)], analysis::evaluate(&there, data, loss).unwrap().loss)
    };
    (0..5).flat_map(|j| (0..5).map(move |i| (j, i))).map(at).collect()
}

#[test]
fn up_to_127_binary_cross_entropies_have_its_bits_and_more_of_them_its_mean() {
    for (samples, outputs) in [(1, 1), (2, 1), (127, 1), (1, 3), (42, 3), (63, 2), (1, 127)] {
        for (found, expected) in both(|seed| network(outputs, seed), &data(samples, numbers(samples, outputs)), LOSS) {
            assert_eq!(found.to_bits(), expected.to_bits(), "{samples} samples of {outputs}: {found} {expected}");
        }
    }
    for (samples, outputs) in [(128, 1), (129, 1), (64, 2), (1, 128), (200, 3), (3_000, 1), (2_000, 2)] {
        for (found, expected) in both(|seed| network(outputs, seed), &data(samples, numbers(samples, outputs)), LOSS) {
            assert!((found / expected - 1.0).abs() < 1e-5, "{samples} samples of {outputs}: {found} {expected}");
        }
    }
}

#[test]
fn every_other_loss_has_its_bits_however_many_samples_there_are() {
    let ends_in = |activation: Activation| {
        move |seed| {
            let layers = [Dense::new(5).activation(Activation::Tanh), Dense::new(3).activation(activation)];
            Sequential::builder(3).layers(layers).build(seed).unwrap()
        }
    };
    let shares = Matrix::from_fn(300, 3, |i, k| if i % 3 == k { 1.0 } else { 0.0 });
    let cases = [
        (Activation::Softmax, Loss::CategoricalCrossEntropy),
        (Activation::Softmax, Loss::BinaryCrossEntropy), // of probabilities that no logits are known of
        (Activation::Sigmoid, Loss::MeanSquaredError),
        (Activation::Linear, Loss::MeanSquaredError),
    ];
    for (activation, loss) in cases {
        for (found, expected) in both(ends_in(activation), &data(300, shares.clone()), loss) {
            assert_eq!(found.to_bits(), expected.to_bits(), "{activation} {loss}: {found} {expected}");
        }
    }
}

/// How a model of another library answers when it is asked for a mean loss.
#[derive(Clone, Copy, Debug)]
enum Answer {
    None,
    Mean,
    Failure,
}

/// A network of somebody else, who computes the same.
struct Foreign(Sequential, Answer);

impl Model for Foreign {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        self.0.parameters()
    }
}

impl Forward for Foreign {
    fn layers(&self) -> Vec<String> {
        self.0.layers()
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        Ok(Self(self.0.with_weights(weights)?, self.1))
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        self.0.forward(inputs, layers)
    }

    fn pre_activation(&self, inputs: &Matrix, layer: usize) -> Result<Matrix> {
        self.0.pre_activation(inputs, layer)
    }

    fn activation(&self, layer: usize) -> Option<Activation> {
        self.0.activation(layer)
    }

    fn mean_loss(&self, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<Option<f64>> {
        match self.1 {
            Answer::None => Ok(None),
            Answer::Mean => self.0.mean_loss(inputs, targets, loss),
            Answer::Failure => Err(Error::model("the device is gone")),
        }
    }
}

fn of_foreign(answer: Answer, samples: usize) -> Result<LossSurface> {
    let of = |seed| network(1, seed);
    LossSurface::of(&Foreign(of(1), answer), &plane(of), &grid(), &data(samples, numbers(samples, 1)), LOSS)
}

#[test]
fn a_foreign_model_has_the_same_surface_whether_or_not_it_gives_mean_losses() {
    for samples in [2, 127, 128, 1_500] {
        let of = |seed| network(1, seed);
        let expected = LossSurface::of(&of(1), &plane(of), &grid(), &data(samples, numbers(samples, 1)), LOSS).unwrap();
        for answer in [Answer::None, Answer::Mean] {
            let found = of_foreign(answer, samples).unwrap();
            for (found, expected) in found.losses.iter().zip(expected.losses.iter()) {
                assert!((found / expected - 1.0).abs() < 1e-6, "{answer:?} of {samples}: {found} {expected}");
            }
        }
    }
}

#[test]
fn a_mean_loss_that_failed_is_an_error() {
    for samples in [2, 128, 1_500] {
        assert_eq!(
            of_foreign(Answer::Failure, samples).unwrap_err().to_string(),
            "the model failed: the device is gone"
        );
    }
}
