//! A gallery of runs: twelve kinds of fault, and healthy runs on six data sets.

use std::fmt;

use training_replay::{
    Activation, Architecture, Dataset, Dense, Initializer, Loss, Matrix, Metrics, Optimizer, Replay, Result,
    Sequential, Trainer, Weights,
    analysis::{Diagnosis, DiagnosisOptions, MilestoneKind as Kind},
    datasets,
};

/// Epochs of every run.
const EPOCHS: u64 = 40;

/// What is wrong with a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    LargeRate,
    SmallRate,
    DeadStart,
    SaturatedStart,
    ShuffledLabels,
    MissingClass,
    Leak,
    Unscaled,
    FrozenLayer,
    NoBias,
    WrongLoss,
    OtherValidation,
}

impl Fault {
    pub const ALL: [Self; 12] = [
        Self::LargeRate,
        Self::SmallRate,
        Self::DeadStart,
        Self::SaturatedStart,
        Self::ShuffledLabels,
        Self::MissingClass,
        Self::Leak,
        Self::Unscaled,
        Self::FrozenLayer,
        Self::NoBias,
        Self::WrongLoss,
        Self::OtherValidation,
    ];

    /// The finding that is meant for it.
    pub fn kind(self) -> Kind {
        match self {
            Self::LargeRate => Kind::LargeSteps,
            Self::SmallRate => Kind::SmallSteps,
            Self::DeadStart | Self::SaturatedStart => Kind::FlatStart,
            Self::ShuffledLabels => Kind::NoisyLabels,
            Self::MissingClass => Kind::NeverPredicted,
            Self::Leak => Kind::Leakage,
            Self::Unscaled => Kind::DrowningFeature,
            Self::FrozenLayer => Kind::Frozen,
            Self::NoBias => Kind::MissingBias,
            Self::WrongLoss => Kind::OtherLoss,
            Self::OtherValidation => Kind::ShiftedValidation,
        }
    }

    /// The tasks that the fault can be made in.
    fn tasks(self) -> &'static [Task] {
        match self {
            Self::ShuffledLabels | Self::Leak => &[Task::Moons, Task::Blobs, Task::Circles],
            Self::MissingClass => &[Task::Blobs, Task::Digits],
            Self::NoBias => &[Task::Curve],
            Self::WrongLoss => &[Task::Moons, Task::Circles, Task::Cube],
            _ => &Task::ALL,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::LargeRate => "learning rate too large",
            Self::SmallRate => "learning rate too small",
            Self::DeadStart => "dead start",
            Self::SaturatedStart => "saturated start",
            Self::ShuffledLabels => "shuffled labels",
            Self::MissingClass => "a class missing in training",
            Self::Leak => "a feature that leaks the class",
            Self::Unscaled => "an unscaled feature",
            Self::FrozenLayer => "a layer that is not trained",
            Self::NoBias => "no biases",
            Self::WrongLoss => "a trainer with another loss",
            Self::OtherValidation => "validation from elsewhere",
        })
    }
}

/// What is learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    Moons,
    Circles,
    Blobs,
    Curve,
    Digits,
    Cube,
}

impl Task {
    pub const ALL: [Self; 6] = [Self::Moons, Self::Circles, Self::Blobs, Self::Curve, Self::Digits, Self::Cube];

    fn data(self, seed: u64) -> Result<Dataset> {
        match self {
            Self::Moons => Ok(datasets::moons(400, 0.15, seed)),
            Self::Circles => Ok(datasets::circles(400, 0.08, 0.5, seed)),
            Self::Blobs => blobs(seed),
            Self::Curve => curve(seed),
            Self::Digits => digits(seed),
            Self::Cube => Ok(datasets::hypercube(9, seed)),
        }
    }

    fn loss(self) -> Loss {
        match self {
            Self::Blobs | Self::Digits => Loss::CategoricalCrossEntropy,
            Self::Curve => Loss::MeanSquaredError,
            _ => Loss::BinaryCrossEntropy,
        }
    }
}

/// A run with a recipe of its own: what a fault changes.
struct Recipe {
    training: Dataset,
    validation: Dataset,
    layers: Vec<Dense>,
    /// The loss that is noted.
    loss: Loss,
    trainer: Trainer,
    /// Whether the first layer is left out of training.
    frozen: bool,
    /// What the logged loss is multiplied by.
    logged: f64,
    seed: u64,
}

/// A run with a fault; each seed has a task of its own.
pub fn faulty(fault: Fault, seed: u64) -> Result<Replay> {
    let tasks = fault.tasks();
    let mut recipe = Recipe::healthy(tasks[seed as usize % tasks.len()], seed)?;
    recipe.spoil(fault, seed)?;
    recipe.run()
}

/// A run as it should be.
pub fn healthy(task: Task, seed: u64) -> Result<Replay> {
    Recipe::healthy(task, seed)?.run()
}

/// What is found in a recording.
pub fn diagnose(replay: &Replay) -> Result<Diagnosis> {
    replay.run()?.diagnose(&DiagnosisOptions::default())
}

impl Recipe {
    /// Two hidden layers, of ReLU or tanh, and Keras' optimizers and initializers, of an ordinary learning rate.
    fn healthy(task: Task, seed: u64) -> Result<Self> {
        let (training, validation) = task.data(seed)?.split(0.3, seed)?;
        let activation = if seed.is_multiple_of(2) { Activation::Relu } else { Activation::Tanh };
        let last = match task.loss() {
            Loss::CategoricalCrossEntropy => Activation::Softmax,
            Loss::MeanSquaredError => Activation::Linear,
            _ => Activation::Sigmoid,
        };
        let layers = vec![
            Dense::new(16).activation(activation),
            Dense::new(8).activation(activation),
            Dense::new(training.outputs()).activation(last),
        ];
        let optimizer = if seed % 4 < 2 { Optimizer::adam(0.01) } else { Optimizer::momentum(0.05, 0.9) };
        let trainer = Trainer::new(task.loss(), optimizer).batch_size(32).seed(seed);
        Ok(Self { training, validation, layers, loss: task.loss(), trainer, frozen: false, logged: 1.0, seed })
    }

    fn spoil(&mut self, fault: Fault, seed: u64) -> Result<()> {
        let first = |seed: u64| seed % 2 == 1;
        match fault {
            Fault::LargeRate => self.trained_by(if first(seed) { Optimizer::sgd(50.0) } else { Optimizer::adam(5.0) }),
            Fault::SmallRate => self.trained_by(if first(seed) { Optimizer::sgd(1e-5) } else { Optimizer::adam(1e-6) }),
            Fault::DeadStart => self
                .each_hidden(|layer| layer.activation(Activation::Relu).bias_initializer(Initializer::Constant(-20.0))),
            Fault::SaturatedStart => self.each_hidden(|layer| {
                layer.activation(Activation::Tanh).kernel_initializer(Initializer::Normal { std: 20.0 })
            }),
            Fault::ShuffledLabels => self.training = shuffled(&self.training)?,
            Fault::MissingClass => self.training = without_class(&self.training, seed as usize % 3)?,
            Fault::Leak => {
                (self.training, self.validation) = (leaking(&self.training)?, leaking(&self.validation)?);
            }
            Fault::Unscaled => {
                let feature = seed as usize % 2 + if self.training.features() > 60 { 20 } else { 0 };
                let scaled = |data: &Dataset| scaled(data, feature, 1000.0, 0.0);
                (self.training, self.validation) = (scaled(&self.training)?, scaled(&self.validation)?);
            }
            Fault::FrozenLayer => self.frozen = true,
            Fault::NoBias => {
                self.layers = self.layers.iter().map(|layer| layer.clone().without_bias()).collect();
                (self.training, self.validation) = (raised(&self.training)?, raised(&self.validation)?);
            }
            Fault::WrongLoss if first(seed) => self.logged = 32.0, // the sum over a batch
            Fault::WrongLoss => {
                self.trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::adam(0.01)).batch_size(32);
            }
            Fault::OtherValidation => self.validation = elsewhere(&self.validation, seed)?,
        }
        Ok(())
    }

    fn trained_by(&mut self, optimizer: Optimizer) {
        self.trainer = Trainer::new(self.loss, optimizer).batch_size(32).seed(self.seed);
    }

    fn each_hidden(&mut self, change: impl Fn(Dense) -> Dense) {
        let hidden = self.layers.len() - 1;
        self.layers[..hidden].iter_mut().for_each(|layer| *layer = change(layer.clone()));
    }

    fn run(mut self) -> Result<Replay> {
        let network: Architecture = Sequential::builder(self.training.features()).layers(self.layers);
        let mut model = network.build(self.seed)?;
        let start = Weights::of(&model)?;
        let data = Replay::options().dataset(&self.training).named_dataset("validation", &self.validation);
        let mut replay = data.loss(self.loss).in_memory();
        replay.record(&model, Metrics::new())?;
        for _ in 0..EPOCHS {
            let mut metrics = self.trainer.epoch(&mut model, &self.training)?;
            if let Some(loss) = metrics.get("loss") {
                metrics.insert("loss", self.logged * loss);
            }
            if self.frozen {
                model = with_first_layer(&model, &start)?;
            }
            replay.record(&model, metrics)?;
        }
        Ok(replay)
    }
}

/// A model whose first layer is another one's: what becomes of it if the optimizer is not given that layer.
fn with_first_layer(model: &Sequential, start: &Weights) -> Result<Sequential> {
    use training_replay::Forward;
    let first = model.layers()[0].clone();
    let weights = Weights::of(model)?;
    let keep = |parameter: &training_replay::Parameter<'static>| {
        let kept = start.get(parameter.layer(), parameter.name()).filter(|_| parameter.layer() == first);
        kept.unwrap_or(parameter).clone()
    };
    model.with_weights(&weights.iter().map(keep).collect())
}

/// Three classes around centers of four features, which overlap a little.
fn blobs(seed: u64) -> Result<Dataset> {
    let centers = [[1.5, 1.5, 0.0, 0.0], [-1.5, 1.0, 1.5, 0.0], [0.0, -1.5, -1.0, 1.5]];
    let noise = datasets::ball(4, 420, seed);
    let inputs = Matrix::from_fn(420, 4, |row, column| centers[row % 3][column] + 0.8 * noise.inputs()[(row, column)]);
    let labels: Vec<u32> = (0..420).map(|row| row % 3).collect();
    Dataset::from_labels(inputs, &labels)
}

/// A number of three features.
fn curve(seed: u64) -> Result<Dataset> {
    let drawn = datasets::ball(3, 400, seed);
    let inputs = drawn.inputs().clone();
    let target = |row: usize| {
        let [a, b, c] = [0, 1, 2].map(|column| inputs[(row, column)]);
        (2.0 * a).sin() + 0.5 * b * b - 0.5 + 0.3 * c
    };
    let targets = Matrix::from_fn(400, 1, |row, _| target(row));
    Dataset::new(inputs, targets)
}

/// Some of the handwritten digits of `examples/digits.rs`.
fn digits(seed: u64) -> Result<Dataset> {
    let digits = smartcore::dataset::digits::load_dataset();
    let pixels = Matrix::from_row_slice(digits.num_samples, digits.num_features, &digits.data) / 16.0;
    let rows: Vec<usize> = (0..digits.num_samples).filter(|row| (row + seed as usize).is_multiple_of(3)).collect();
    let labels: Vec<u32> = rows.iter().map(|&row| digits.target[row] as u32).collect();
    Dataset::from_labels(pixels.select_rows(&rows), &labels)
}

fn numbers(data: &Dataset) -> Result<Matrix> {
    Ok(data.targets().to_matrix()?.into_owned())
}

/// The targets of other samples: as far behind each as a stride that reaches all of them.
fn shuffled(data: &Dataset) -> Result<Dataset> {
    let (count, targets) = (data.samples(), numbers(data)?);
    let order: Vec<usize> = (0..count).map(|row| (row * 7_919 + 13) % count).collect();
    Dataset::new(data.inputs().clone(), targets.select_rows(&order))
}

fn without_class(data: &Dataset, class: usize) -> Result<Dataset> {
    let classes = data.classes()?;
    let rows: Vec<usize> = (0..data.samples()).filter(|&row| classes[row] != class).collect();
    Dataset::new(data.inputs().select_rows(&rows), numbers(data)?.select_rows(&rows))
}

/// With the class, and a little noise, as a further feature.
fn leaking(data: &Dataset) -> Result<Dataset> {
    let classes = data.classes()?;
    let features = data.features();
    let inputs = Matrix::from_fn(data.samples(), features + 1, |row, column| {
        if column < features {
            data.inputs()[(row, column)]
        } else {
            classes[row] as f32 + 0.1 * data.inputs()[(row, 0)].sin()
        }
    });
    Dataset::new(inputs, numbers(data)?)
}

fn scaled(data: &Dataset, feature: usize, factor: f32, shift: f32) -> Result<Dataset> {
    let mut inputs = data.inputs().clone();
    inputs.column_mut(feature).iter_mut().for_each(|value| *value = *value * factor + shift);
    Dataset::new(inputs, numbers(data)?)
}

/// With targets that are 3 more.
fn raised(data: &Dataset) -> Result<Dataset> {
    Dataset::new(data.inputs().clone(), numbers(data)?.add_scalar(3.0))
}

/// As other validation data are: in another unit, of another instrument, or of one kind of samples only.
fn elsewhere(data: &Dataset, seed: u64) -> Result<Dataset> {
    let targets = numbers(data)?;
    match seed % 3 {
        0 => Dataset::new(data.inputs() * 1.8, targets),
        1 => {
            let shift = if data.features() > 60 { 0.2 } else { 0.7 };
            Dataset::new(data.inputs().add_scalar(shift), targets)
        }
        _ => {
            let mut rows: Vec<usize> = (0..data.samples()).collect();
            rows.sort_by(|a, b| targets.row(*a).iter().partial_cmp(targets.row(*b).iter()).expect("numbers"));
            rows.truncate(data.samples() / 2);
            Dataset::new(data.inputs().select_rows(&rows), targets.select_rows(&rows))
        }
    }
}
