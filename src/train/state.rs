//! What a trainer hands over to be recorded, and how it comes back: settings, counts, and the optimizer's memory.
//!
//! The arrays are the optimizer's running values under the names of their parameters: `velocity` of SGD with momentum,
//! `mean_square` of RMSprop, `mean` and `mean_square` of Adam. The rest is a [`Description`], whose bytes `docs/format.md` lists.

use serde::{Deserialize, Serialize};

use super::{Optimizer, running_metrics::Sums, update::State};
use crate::{
    Description, Error, Loss, Matrix, Model, Parameter, Result, Sequential, Visitor, Weights, codec, math::matrix,
    nn::Trainable, to_row_major,
};

/// Who can read the description of a trainer.
const KIND: &str = "training_replay::Trainer/1";

/// The settings of a trainer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) loss: Loss,
    pub(super) optimizer: Optimizer,
    pub(super) decay: f32,
    pub(super) batch_size: usize,
    pub(super) shuffle: bool,
    pub(super) seed: u64,
}

/// A place within an epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Within {
    /// Mini-batches that were trained on, and their samples.
    pub(super) steps: u32,
    pub(super) samples: u64,
    /// How many samples the data set has.
    pub(super) of: u64,
    /// The learning rate of the last step.
    pub(super) rate: f32,
    pub(super) sums: Sums,
}

/// The description as it lies in a file. The order of the fields is the format.
#[derive(Serialize, Deserialize)]
struct Encoded {
    loss: String,
    optimizer: String,
    decay: f32,
    batch_size: u64,
    shuffle: bool,
    seed: u64,
    epochs: u64,
    steps: u64,
    within: Option<Within>,
}

/// The state of a trainer as it is recorded, of the model that it trains.
#[derive(Clone, Copy, Debug)]
pub(super) struct TrainerState<'a> {
    pub(super) settings: Settings,
    pub(super) epochs: u64,
    pub(super) memory: &'a State,
    pub(super) model: &'a Sequential,
    pub(super) within: Option<Within>,
}

impl Model for TrainerState<'_> {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(Weights::of(self)?.into_iter().collect())
    }

    fn visit(&self, visitor: &mut Visitor<'_>) -> Result<()> {
        let names = names(self.settings.optimizer);
        for (values, name) in self.memory.values().into_iter().zip(names) {
            for ((layer, array), values) in self.model.trainable().into_iter().zip(values) {
                visitor.take(recorded(layer, array, name, values))?;
            }
        }
        Ok(())
    }

    fn description(&self) -> Option<Description> {
        let Settings { loss, optimizer, decay, batch_size, shuffle, seed } = self.settings;
        let (loss, optimizer) = (loss.to_string(), optimizer.to_string());
        let (batch_size, steps) = (batch_size as u64, self.memory.steps());
        let (epochs, within) = (self.epochs, self.within);
        let encoded = Encoded { loss, optimizer, decay, batch_size, shuffle, seed, epochs, steps, within };
        // A few numbers and two words: far below what a description may have.
        codec::encode(&encoded).ok().map(|bytes| Description::new(KIND, bytes))
    }
}

/// What the optimizer's running values are called; the second of them is empty where there is one only.
fn names(optimizer: Optimizer) -> [&'static str; 2] {
    match optimizer {
        Optimizer::Sgd { .. } => ["velocity", ""],
        Optimizer::RmsProp { .. } => ["mean_square", ""],
        Optimizer::Adam { .. } => ["mean", "mean_square"],
    }
}

fn full_name(array: Trainable, name: &str) -> String {
    format!("{}.{name}", array.name)
}

/// Running values in the order of a recording. Those of a kernel lie column by column, as the kernel does.
fn recorded<'a>(layer: &'a str, array: Trainable, name: &str, values: &'a [f32]) -> Parameter<'a> {
    let (name, shape) = (full_name(array, name), array.shape());
    match array.columns {
        None => Parameter::new(layer, name, shape, values),
        Some(columns) => {
            let matrix = Matrix::from_column_slice(array.rows, columns, values);
            Parameter::new(layer, name, shape, to_row_major(&matrix))
        }
    }
}

/// What is recorded of a trainer, read back.
pub(super) struct Restored {
    pub(super) settings: Settings,
    pub(super) epochs: u64,
    pub(super) memory: State,
    pub(super) within: Option<Within>,
}

impl Restored {
    /// Reads what [`TrainerState`] handed over, of this model.
    pub(super) fn read(description: Option<&Description>, arrays: &Weights, model: &Sequential) -> Result<Self> {
        let encoded = Encoded::read(description)?;
        let settings = encoded.settings()?;
        let memory = memory(settings.optimizer, encoded.steps, arrays, model)?;
        Ok(Self { settings, epochs: encoded.epochs, memory, within: encoded.within })
    }
}

/// The optimizer of a trainer that was recorded, where the state is one of a [`Trainer`](super::Trainer).
pub(crate) fn recorded_optimizer(description: Option<&Description>) -> Option<Optimizer> {
    Encoded::read(description).and_then(|encoded| encoded.settings()).ok().map(|settings| settings.optimizer)
}

impl Encoded {
    fn read(description: Option<&Description>) -> Result<Self> {
        let description = description.filter(|description| description.kind() == KIND).ok_or_else(|| {
            let found = description.map_or_else(|| "arrays alone".to_owned(), |it| it.kind().to_owned());
            Error::invalid(
                "the recorded state of training",
                format!("a {KIND}, as `Trainer::training` hands over"),
                found,
            )
        })?;
        let unreadable =
            |found: String| Error::invalid("the recorded trainer", "one that this version can read", found);
        codec::decode(description.bytes()).map_err(unreadable)
    }

    fn settings(&self) -> Result<Settings> {
        let batch_size = usize::try_from(self.batch_size).unwrap_or(usize::MAX);
        let (loss, optimizer) = (self.loss.parse()?, self.optimizer.parse()?);
        Ok(Settings { loss, optimizer, decay: self.decay, batch_size, shuffle: self.shuffle, seed: self.seed })
    }
}

/// The running values among these arrays: of all trainable arrays of the model or, before the first step, of none.
fn memory(optimizer: Optimizer, steps: u64, arrays: &Weights, model: &Sequential) -> Result<State> {
    let trainable = model.trainable();
    let mut named = names(optimizer).map(|name| {
        let of = |&(layer, array): &(&str, Trainable)| values(arrays, layer, array, name);
        let none = name.is_empty() || arrays.is_empty();
        if none { Ok(Vec::new()) } else { trainable.iter().map(of).collect::<Result<Vec<_>>>() }
    });
    let [first, second] = [0, 1].map(|i| std::mem::replace(&mut named[i], Ok(Vec::new())));
    let (first, second) = (first?, second?);
    let found = first.len() + second.len();
    if found == arrays.len() {
        Ok(State::new(steps, first, second))
    } else {
        Err(Error::invalid("the number of the optimizer's arrays", format!("{found}, of the model"), arrays.len()))
    }
}

/// The running values of one array, in the order that the array has in memory.
fn values(arrays: &Weights, layer: &str, array: Trainable, name: &str) -> Result<Vec<f32>> {
    let recorded = arrays.require(layer, &full_name(array, name), &array.shape())?;
    let values = recorded.values().to_f32();
    Ok(match array.columns {
        None => values.into_owned(),
        Some(columns) => matrix::from_row_major(array.rows, columns, &values).as_slice().to_vec(),
    })
}
