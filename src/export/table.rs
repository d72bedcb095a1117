//! The tables: one definition of their columns, by which every format is written.

use std::{fmt, str::FromStr};

use super::column::{
    Column,
    ColumnType::{Bool, F32, F64, I64, I64s, Text, Texts},
};
use crate::{Error, Result};

/// The version of the tables below. It grows when a column changes its meaning or goes; a column that is new leaves it.
pub const SCHEMA_VERSION: u32 = 1;

/// A table of results.
///
/// ```
/// use training_replay::export::Table;
///
/// let names: Vec<_> = Table::Metrics.columns().iter().map(|column| column.name()).collect();
/// assert_eq!(names, ["run", "epoch", "step", "name", "value"]);
/// assert_eq!("samples".parse::<Table>()?, Table::Samples);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Table {
    /// One row: what the run is, what it holds, and what was not looked at.
    Runs,
    /// A row for each note of the recording.
    Notes,
    /// A row for each number that was logged.
    Metrics,
    /// A row for each epoch: loss, accuracy and errors, recomputed over the data set.
    Epochs,
    /// A row for each epoch and sample: its class, what is predicted, its probability and loss.
    Samples,
    /// A row for each epoch and parameter of a layer: the distribution of its values, its update, its gradient.
    Layers,
    /// A row for each epoch and hidden layer: how much of their range its units use.
    Activations,
    /// A row for each milestone: what happened, when, to what.
    Milestones,
}

/// The column that every table begins with.
const RUN: Column = Column::new("run", Text, "", "The name of the run. In a folder of runs it is the folder's.");
const EPOCH: Column = Column::new("epoch", I64, "epochs", "The epoch; 0 is before training.");
const DATA_SET: Column =
    Column::or_null("data_set", Text, "", "The name of the data set; null for one that was supplied to the replay.");

const RUNS: &[Column] = &[
    RUN,
    Column::or_null("path", Text, "", "The recording's file; null for one in memory."),
    Column::new("finished", Bool, "", "Whether the recorder came to its end."),
    Column::new("epochs", I64, "epochs", "The number of recorded epochs, whether they are exported or not."),
    Column::or_null("first_epoch", I64, "epochs", "The first recorded epoch."),
    Column::or_null("last_epoch", I64, "epochs", "The last recorded epoch."),
    Column::new("steps", I64, "steps", "The number of recorded steps within epochs."),
    Column::or_null("loss", Text, "", "The loss that losses and gradients are of; null if none was noted or given."),
    Column::or_null("model", Text, "", "What the recording calls the kind of model; null if it describes none."),
    DATA_SET,
    Column::or_null("samples", I64, "samples", "The number of samples of the data set."),
    Column::or_null("inputs", I64, "", "The number of inputs of the data set."),
    Column::or_null("outputs", I64, "", "The number of target columns of the data set."),
    Column::or_null("class_names", Texts, "", "The names of the classes, by their numbers; null where they have none."),
    Column::new("metrics", Texts, "", "The names of the metrics that epochs logged, in the order they appeared."),
    Column::new("not_looked_at", Texts, "", "What was assumed, left null or left out in all tables, in sentences."),
];

const NOTES: &[Column] = &[
    RUN,
    Column::new("place", I64, "", "The place of the note among all, from 0."),
    Column::new("key", Text, "", "The key. One that was noted again stands again, at a later place."),
    Column::new("value", Text, "", "The value, as a text."),
    Column::new("type", Text, "", "The type of the value: text, bool, integer, f32 or f64, or list of one of them."),
    Column::or_null("number", F64, "", "The value as a number, an integer beyond 2^53 rounded; null where it is none."),
];

const METRICS: &[Column] = &[
    RUN,
    EPOCH,
    Column::or_null("step", I64, "steps", "The step within the epoch; null for what was logged at its end."),
    Column::new("name", Text, "", "The name of the metric."),
    Column::new("value", F64, "", "The value, as it was logged."),
];

const EPOCHS: &[Column] = &[
    RUN,
    DATA_SET,
    EPOCH,
    Column::or_null(
        "samples",
        I64,
        "samples",
        "The number of samples, of positions where samples have several; null without data.",
    ),
    Column::or_null("loss", F64, "", "The mean loss over the data set; null without data or a known loss."),
    Column::or_null(
        "errors",
        I64,
        "samples",
        "The number of misclassified samples, or positions; null where nothing parts classes.",
    ),
    Column::or_null(
        "accuracy",
        F64,
        "share",
        "The share of samples, or positions, that are classified correctly, from 0 to 1.",
    ),
    Column::or_null(
        "not_finite_in",
        Text,
        "",
        "The first parameter with NaN or infinite values, layer/name; else null.",
    ),
    Column::new("not_finite", I64, "values", "The number of NaN or infinite values among all weights."),
];

const SAMPLES: &[Column] = &[
    RUN,
    DATA_SET,
    EPOCH,
    Column::new("sample", I64, "", "The sample's row in the data set, from 0."),
    Column::or_null("class", I64, "", "The class that its targets name; null where they name none."),
    Column::or_null("predicted", I64, "", "The class that is predicted; null for NaN and where nothing parts classes."),
    Column::or_null(
        "correct",
        Bool,
        "",
        "Whether the class is predicted; false for NaN, null where nothing parts classes.",
    ),
    Column::or_null(
        "probability",
        F32,
        "",
        "The probability of the sample's own class; null where outputs are values.",
    ),
    Column::or_null("target", F32, "", "The target; null where there are several columns of them."),
    Column::or_null("output", F32, "", "The output as the model gives it; null where there are several."),
    Column::or_null("residual", F32, "", "Output minus target where targets are numbers, of several the distance."),
    Column::or_null("loss", F32, "", "The loss; null where no loss is known."),
];

const LAYERS: &[Column] = &[
    RUN,
    EPOCH,
    Column::new("layer", Text, "", "The layer."),
    Column::new("parameter", Text, "", "The parameter's name within the layer, such as kernel."),
    Column::new("dtype", Text, "", "The type of its values as they are recorded: f32, f64, and others."),
    Column::new("shape", I64s, "values", "Its shape."),
    Column::new("values", I64, "values", "The number of its values."),
    Column::new(
        "not_finite",
        I64,
        "values",
        "The number of values that are NaN or infinite: all numbers below leave them out.",
    ),
    Column::or_null("mean", F64, "", "The mean; null without finite values."),
    Column::or_null("std", F64, "", "The standard deviation, numpy.std."),
    Column::or_null("min", F64, "", "The smallest value."),
    Column::or_null("median", F64, "", "The median."),
    Column::or_null("max", F64, "", "The largest value."),
    Column::or_null("zeros", F64, "share", "The share of values that are exactly zero."),
    Column::new("norm", F64, "", "The Euclidean norm; 0 of no values."),
    Column::or_null(
        "update_norm",
        F64,
        "",
        "The norm of the change since the recorded epoch before; null at the first.",
    ),
    Column::or_null("gradient_norm", F64, "", "The norm of the gradient of the mean loss; null where there is none."),
];

const ACTIVATIONS: &[Column] = &[
    RUN,
    DATA_SET,
    EPOCH,
    Column::new("layer", Text, "", "The hidden layer: all but the last."),
    Column::new("units", I64, "units", "The number of its units."),
    Column::or_null(
        "coverage",
        F64,
        "share",
        "The share of the units' range that the data cover, on average; null if unbounded.",
    ),
    Column::or_null(
        "saturated",
        F64,
        "share",
        "The share of samples near an end of the range, on average over the units.",
    ),
    Column::or_null("dead", I64, "units", "The number of units that are 0 on every sample and cannot be less."),
];

const MILESTONES: &[Column] = &[
    RUN,
    DATA_SET,
    Column::new("kind", Text, "", "What happened: all_correct, best_loss, plateau, dead, diverged and others."),
    EPOCH,
    Column::or_null(
        "until",
        I64,
        "epochs",
        "The last epoch at which it held; null if it held to the end, or is of one epoch.",
    ),
    Column::new("about", Text, "", "What it is about: run, class, layer, unit or parameter."),
    Column::or_null("class", I64, "", "The class that it is about."),
    Column::or_null("layer", Text, "", "The layer that it is about, or whose unit or parameter it is about."),
    Column::or_null("unit", I64, "", "The unit that it is about."),
    Column::or_null("parameter", Text, "", "The parameter that it is about."),
    Column::new("evidence", F64, "", "The number behind it, as the kind says: a count, a loss, a share, a ratio."),
    Column::new("sentence", Text, "", "All of it in words."),
];

impl Table {
    /// All tables, in the order they are documented.
    pub const ALL: [Self; 8] = [
        Self::Runs,
        Self::Notes,
        Self::Metrics,
        Self::Epochs,
        Self::Samples,
        Self::Layers,
        Self::Activations,
        Self::Milestones,
    ];

    /// Returns its name, as folders have it.
    pub fn name(self) -> &'static str {
        NAMES[self as usize]
    }

    /// Returns its columns in their order.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Runs => RUNS,
            Self::Notes => NOTES,
            Self::Metrics => METRICS,
            Self::Epochs => EPOCHS,
            Self::Samples => SAMPLES,
            Self::Layers => LAYERS,
            Self::Activations => ACTIVATIONS,
            Self::Milestones => MILESTONES,
        }
    }

    /// Returns what its rows are, in a sentence.
    pub fn doc(self) -> &'static str {
        match self {
            Self::Runs => "One row: what the run is, what it holds, and what was not looked at.",
            Self::Notes => "A row for each note of the recording, such as a learning rate.",
            Self::Metrics => "A row for each number that was logged.",
            Self::Epochs => "A row for each epoch: loss, accuracy and errors, recomputed over the data set.",
            Self::Samples => "A row for each epoch and sample: what is predicted, and what it costs.",
            Self::Layers => "A row for each epoch and parameter of a layer: its values, its update, its gradient.",
            Self::Activations => "A row for each epoch and hidden layer: how much of their range its units use.",
            Self::Milestones => "A row for each milestone: what happened, when, to what.",
        }
    }
}

const NAMES: [&str; 8] = ["runs", "notes", "metrics", "epochs", "samples", "layers", "activations", "milestones"];

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Table {
    type Err = Error;

    /// Reads its [`name`](Self::name).
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for an unknown name, with the known ones.
    fn from_str(text: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|table| table.name() == text);
        found.ok_or_else(|| Error::invalid("the table", format!("one of {}", NAMES.join(", ")), format!("{text:?}")))
    }
}
