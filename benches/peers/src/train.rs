//! Epochs of training.

use std::{hint::black_box, path::Path};

use training_replay::{
    Activation, Dataset, Dense, Initializer, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets,
};

use crate::job::{Job, Made, Result, boxed};

pub fn make(name: &str) -> Made {
    Some(match name {
        "epoch" => boxed(Course::small().map(Training::new)),
        "wide" => boxed(Course::wide().map(Training::new)),
        _ => return None,
    })
}

/// What is trained, on what and how.
#[derive(Clone)]
pub struct Course {
    pub model: Sequential,
    pub data: Dataset,
    pub loss: Loss,
    pub learning_rate: f32,
    pub batch_size: usize,
}

impl Course {
    /// The article's: 2-2-1 on two parabolas.
    pub fn small() -> Result<Self> {
        let model = Sequential::builder(2)
            .layer(Dense::new(2).name("hidden").activation(Activation::Sigmoid))
            .layer(Dense::new(1).name("output").activation(Activation::Sigmoid))
            .build(42)?;
        let data = datasets::parabola(1_000, 13);
        Ok(Self { model, data, loss: Loss::BinaryCrossEntropy, learning_rate: 0.05, batch_size: 16 })
    }

    /// 784-512-256-10 on noise, which takes as long to learn as anything.
    pub fn wide() -> Result<Self> {
        let model = Sequential::builder(784)
            .layer(Dense::new(512).activation(Activation::Relu))
            .layer(Dense::new(256).activation(Activation::Relu))
            .layer(Dense::new(10).activation(Activation::Softmax))
            .build(42)?;
        let inputs = Initializer::Uniform { limit: 1.0 }.matrix(1_280, 784, 13)?;
        let classes: Vec<usize> = (0..1_280).map(|sample| sample * 7 % 10).collect();
        let data = Dataset::from_labels(inputs, &classes)?;
        Ok(Self { model, data, loss: Loss::CategoricalCrossEntropy, learning_rate: 0.01, batch_size: 64 })
    }

    pub fn trainer(&self) -> Trainer {
        Trainer::new(self.loss, Optimizer::sgd(self.learning_rate)).batch_size(self.batch_size).seed(13)
    }

    /// A recording of it that has epoch 0.
    pub fn begin(&self, path: &Path) -> Result<Replay> {
        let mut replay = Replay::options().dataset(&self.data).overwrite(true).create(path)?;
        replay.record(&self.model, Metrics::new())?;
        Ok(replay)
    }
}

/// One epoch after another.
struct Training {
    course: Course,
    model: Sequential,
    trainer: Trainer,
}

impl Training {
    fn new(course: Course) -> Self {
        Self { model: course.model.clone(), trainer: course.trainer(), course }
    }
}

impl Job for Training {
    fn run(&mut self) -> Result<()> {
        black_box(self.trainer.epoch(&mut self.model, &self.course.data)?);
        Ok(())
    }

    /// The first epoch, with the samples in their order.
    fn export(&mut self, path: &Path) -> Result<()> {
        let mut model = self.course.model.clone();
        let metrics = self.course.trainer().shuffle(false).epoch(&mut model, &self.course.data)?;
        let mut replay = self.course.begin(path)?;
        replay.record(&model, metrics)?;
        Ok(replay.finish()?)
    }
}
