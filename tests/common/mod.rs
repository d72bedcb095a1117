//! What several tests share: recordings, processes, the reference, and a network in double precision.
#![allow(dead_code)] // Every test binary uses a part of it.

pub mod arrays;
pub mod bytes;
#[cfg(feature = "cli")]
pub mod command;
pub mod double;
pub mod hostile;
pub mod process;
pub mod recordings;
pub mod scale;

use std::{ops::Range, path::Path};

use safetensors::SafeTensors;
use training_replay::{
    Activation, Dataset, Dense, Forward, Loss, Matrix, Metrics, Model, Parameter, Replay, Result, Sequential, Weights,
};

/// A recording made by deepreplay on Keras; `tests/data/README.md` says how.
pub struct Reference(Vec<u8>);

impl Reference {
    pub fn load(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
        Self(std::fs::read(path).unwrap())
    }

    /// The article's network with sigmoid hidden units, 150 epochs.
    pub fn article() -> Self {
        Self::load("part1_sigmoid.safetensors")
    }

    /// A deep network of tanh layers, never trained.
    pub fn deep() -> Self {
        Self::load("part2_tanh_glorot.safetensors")
    }

    pub fn shape(&self, name: &str) -> Vec<usize> {
        SafeTensors::deserialize(&self.0).unwrap().tensor(name).unwrap().shape().to_vec()
    }

    pub fn values(&self, name: &str) -> Vec<f32> {
        let tensors = SafeTensors::deserialize(&self.0).unwrap();
        let bytes = tensors.tensor(name).unwrap();
        bytes.data().chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
    }

    /// Entry `i` along the first dimension.
    pub fn entry(&self, name: &str, i: usize) -> Vec<f32> {
        let length: usize = self.shape(name)[1..].iter().product();
        self.values(name)[i * length..(i + 1) * length].to_vec()
    }

    pub fn matrix(&self, name: &str) -> Matrix {
        let shape = self.shape(name);
        Matrix::from_row_slice(shape[0], shape[1], &self.values(name))
    }

    pub fn dataset(&self) -> Dataset {
        Dataset::new(self.matrix("inputs"), self.matrix("targets")).unwrap()
    }

    /// deepreplay's recording of the article's network, with what Keras logged: `loss` and `acc`.
    pub fn article_replay(&self) -> Replay {
        let [losses, accuracies] = ["logged.loss", "logged.acc"].map(|name| self.values(name));
        let mut replay = Replay::options().dataset(&self.dataset()).loss(Loss::BinaryCrossEntropy).in_memory();
        replay.record(&article_model(Activation::Sigmoid, &self.article_weights(0)), Metrics::new()).unwrap();
        for (i, (loss, accuracy)) in losses.into_iter().zip(accuracies).enumerate() {
            let metrics = [("loss", f64::from(loss)), ("acc", f64::from(accuracy))];
            replay.record(&article_model(Activation::Sigmoid, &self.article_weights(i + 1)), metrics).unwrap();
        }
        replay
    }

    /// The network of [`deep`](Self::deep), 10-5x100-1, with its weights.
    pub fn deep_model(&self) -> Sequential {
        let layers = ["h1", "h2", "h3", "h4", "h5", "o"];
        let dense = |name: &str| match name {
            "o" => Dense::new(1).name(name).activation(Activation::Sigmoid),
            _ => Dense::new(100).name(name).activation(Activation::Tanh),
        };
        let builder = Sequential::builder(10).layers(layers.iter().map(|layer| dense(layer)));
        let parameters = layers.iter().flat_map(|layer| {
            ["kernel", "bias"].map(|name| {
                let key = format!("{layer}.{name}");
                Parameter::new(*layer, name, self.shape(&key), self.values(&key))
            })
        });
        builder.build(1).unwrap().with_weights(&parameters.collect::<Weights>()).unwrap()
    }

    /// The weights of the article's network before training (0) or after an epoch.
    pub fn article_weights(&self, epoch: usize) -> Weights {
        let shapes: [(&str, &str, &[usize]); 4] = [
            ("hidden", "kernel", &[2, 2]),
            ("hidden", "bias", &[2]),
            ("output", "kernel", &[2, 1]),
            ("output", "bias", &[1]),
        ];
        let parameter = |(layer, name, shape): (&'static str, &'static str, &[usize])| {
            Parameter::new(layer, name, shape, self.entry(&format!("{layer}.{name}"), epoch))
        };
        shapes.into_iter().map(parameter).collect()
    }
}

/// The article's network with this hidden activation and these weights.
pub fn article_model(hidden: Activation, weights: &Weights) -> Sequential {
    let builder = Sequential::builder(2)
        .layer(Dense::new(2).name("hidden").activation(hidden))
        .layer(Dense::new(1).name("output").activation(Activation::Sigmoid));
    builder.build(0).unwrap().with_weights(weights).unwrap()
}

/// The values of rows of a matrix, row by row.
pub fn rows(matrix: &Matrix, range: Range<usize>) -> Vec<f32> {
    training_replay::to_row_major(&matrix.rows(range.start, range.len()).into_owned())
}

/// The largest absolute difference; fails where the lengths differ.
pub fn distance(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    let differences = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, |largest, difference| if difference <= largest { largest } else { difference })
}

/// Fails, saying what and by how much, where values are further apart than the tolerance.
pub fn assert_close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    let distance = distance(found, expected);
    assert!(distance <= tolerance, "{what}: {distance:e} apart, {tolerance:e} allowed");
}

/// A model of somebody else's, which runs forward and no more.
pub struct NoGradients(pub Sequential);

impl Model for NoGradients {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        self.0.parameters()
    }

    fn as_forward(&self) -> Option<&dyn Forward> {
        Some(self)
    }
}

impl Forward for NoGradients {
    fn layers(&self) -> Vec<String> {
        self.0.layers()
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        self.0.with_weights(weights).map(Self)
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        self.0.forward(inputs, layers)
    }
}
