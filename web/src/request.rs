//! Requests: a JSON object, and behind its line the bytes of a recording, where one is to be opened, of data, or of a module.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use training_replay::{Error, Result};

/// The most points along a side of a grid, and bins of a histogram: a request must not fill the memory of a page.
pub(crate) const MOST: usize = 2_000;

/// The most runs of a page.
const MOST_RUNS: usize = 32;

/// The most epochs or batches that are trained at once: a page shows what it has in between.
const MOST_PIECES: u32 = 10_000;

/// What a page can ask.
#[derive(Debug)]
pub(crate) enum Request {
    /// Opens the recording behind the line.
    Open,
    /// Forgets a recording.
    Close { handle: u32 },
    /// What a recording holds.
    Describe { handle: u32 },
    /// A feature space: of a layer of two units, or of any on its principal plane.
    Space { handle: u32, epoch: u64, layer: String, points: usize, lines: usize, principal: bool },
    /// The boundary in the space of the inputs.
    Boundary { handle: u32, epoch: u64, points: usize, x: Option<[f32; 2]>, y: Option<[f32; 2]> },
    /// Outputs, losses and classes of the samples.
    Predictions { handle: u32, epoch: u64 },
    /// What is right and wrong at a threshold.
    Outcomes { handle: u32, epoch: u64, threshold: f32 },
    /// The samples by their probabilities, and by their losses.
    Histograms { handle: u32, epoch: u64, bins: usize },
    /// How weights, pre-activations, activations or gradients are spread, layer by layer.
    Distributions { handle: u32, epoch: u64, of: String },
    /// Every metric that was logged, over all epochs.
    Curves { handle: u32 },
    /// What happened when.
    Milestones { handle: u32 },
    /// The parameters of the network.
    Weights { handle: u32, epoch: u64 },
    /// A page of some recordings, which carries the module behind the line and computes, if there is one.
    Html { title: String, runs: Vec<Shown> },
    /// Whether weights, data and logged losses agree.
    Verify { handle: u32 },
    /// The data that a run was trained on, to be edited.
    Data { handle: u32 },
    /// A built-in data set, whose targets are of the kind of those of a run.
    Generate(Generate),
    /// The data behind the line, of the kind of those of a run, with noise on the inputs.
    Noise { handle: u32, samples: usize, deviation: f64, seed: u64 },
    /// Begins a run that goes on from an epoch.
    Train(Train),
    /// Trains and records so many epochs or batches.
    Step { handle: u32, pieces: Pieces },
    /// The batches of an epoch that was trained batch by batch, as a recording to look at.
    Batches { handle: u32, epoch: u64 },
    /// The bytes of a recording.
    Download { handle: u32 },
}

/// A run that goes on from an epoch of another, with what is given changed.
#[derive(Debug)]
pub(crate) struct Train {
    pub(crate) handle: u32,
    pub(crate) epoch: u64,
    /// As text: `SGD(lr 0.05)`. Where none is given, the recorded one goes on as it was.
    pub(crate) optimizer: Option<String>,
    pub(crate) learning_rate: Option<f32>,
    pub(crate) batch_size: Option<usize>,
    pub(crate) seed: Option<u64>,
    /// A layer, and its new activation as text.
    pub(crate) activation: Option<[String; 2]>,
    /// Of how many samples the data behind the line are; the recorded ones, if none is given.
    pub(crate) samples: Option<usize>,
    /// A drawn number.
    pub(crate) salt: Option<u64>,
    /// As of `ReplayOptions::time_budget`, which needs a clock.
    pub(crate) time_budget: Option<f64>,
}

/// How far a run is trained on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pieces {
    Epochs(u32),
    Batches(u32),
}

/// A built-in data set.
#[derive(Debug)]
pub(crate) struct Generate {
    pub(crate) handle: u32,
    pub(crate) name: String,
    pub(crate) samples: usize,
    /// The standard deviation of what is added to every input.
    pub(crate) noise: f64,
    pub(crate) seed: u64,
}

/// How a page shows a recording.
#[derive(Debug, PartialEq)]
pub(crate) struct Shown {
    pub(crate) handle: u32,
    /// What the run is called.
    pub(crate) name: String,
    /// The hidden layer that is looked into, where it is not the usual one.
    pub(crate) layer: Option<String>,
    /// Where a single output changes its class.
    pub(crate) threshold: Option<f32>,
    /// The most samples that are shown.
    pub(crate) samples: Option<usize>,
    /// The most epochs that are shown.
    pub(crate) epochs: Option<usize>,
    pub(crate) log_losses: Option<bool>,
}

impl Request {
    /// Reads a request, and returns it with the bytes behind its line.
    pub(crate) fn read(bytes: &[u8]) -> Result<(Self, &[u8])> {
        let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
        let mut fields = Fields::read(&bytes[..end])?;
        let request = match fields.needed::<String>("ask")?.as_str() {
            "open" => Self::Open,
            "train" => Self::Train(Train::read(&mut fields)?),
            "generate" => Self::Generate(Generate::read(&mut fields)?),
            "html" => Self::Html { title: fields.needed("title")?, runs: Shown::list(&mut fields)? },
            ask => Self::about(ask, fields.needed("handle")?, &mut fields)?,
        };
        fields.expect_none_left()?;
        Ok((request, bytes.get(end + 1..).unwrap_or_default()))
    }

    /// What is asked of an open recording.
    fn about(ask: &str, handle: u32, fields: &mut Fields) -> Result<Self> {
        Ok(match ask {
            "close" => Self::Close { handle },
            "describe" => Self::Describe { handle },
            "curves" => Self::Curves { handle },
            "milestones" => Self::Milestones { handle },
            "verify" => Self::Verify { handle },
            "data" => Self::Data { handle },
            "noise" => Self::Noise {
                handle,
                samples: fields.needed("samples")?,
                deviation: fields.needed("deviation")?,
                seed: fields.needed("seed")?,
            },
            "step" => Self::Step { handle, pieces: Pieces::read(fields)? },
            "batches" => Self::Batches { handle, epoch: fields.needed("epoch")? },
            "download" => Self::Download { handle },
            _ => Self::of_epoch(ask, handle, fields)?,
        })
    }

    /// What is asked of one of its epochs.
    fn of_epoch(ask: &str, handle: u32, fields: &mut Fields) -> Result<Self> {
        Ok(match ask {
            "space" => Self::Space {
                handle,
                epoch: fields.needed("epoch")?,
                layer: fields.needed("layer")?,
                points: fields.needed("points")?,
                lines: fields.needed("lines")?,
                principal: fields.needed("principal")?,
            },
            "boundary" => Self::Boundary {
                handle,
                epoch: fields.needed("epoch")?,
                points: fields.needed("points")?,
                x: fields.given("x")?,
                y: fields.given("y")?,
            },
            "predictions" => Self::Predictions { handle, epoch: fields.needed("epoch")? },
            "outcomes" => {
                Self::Outcomes { handle, epoch: fields.needed("epoch")?, threshold: fields.needed("threshold")? }
            }
            "histograms" => Self::Histograms { handle, epoch: fields.needed("epoch")?, bins: fields.needed("bins")? },
            "distributions" => Self::Distributions { handle, epoch: fields.needed("epoch")?, of: fields.needed("of")? },
            "weights" => Self::Weights { handle, epoch: fields.needed("epoch")? },
            _ => return Err(invalid("the request", "one of the README", ask)),
        })
    }
}

impl Train {
    fn read(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            handle: fields.needed("handle")?,
            epoch: fields.needed("epoch")?,
            optimizer: fields.given("optimizer")?,
            learning_rate: fields.given("learning_rate")?,
            batch_size: fields.given("batch_size")?,
            seed: fields.given("seed")?,
            activation: fields.given("activation")?,
            samples: fields.given("samples")?,
            salt: fields.given("salt")?,
            time_budget: fields.given("time_budget")?,
        })
    }
}

impl Pieces {
    fn read(fields: &mut Fields) -> Result<Self> {
        let pieces = match (fields.given("epochs")?, fields.given("batches")?) {
            (Some(count), None) => Self::Epochs(count),
            (None, Some(count)) => Self::Batches(count),
            _ => return Err(invalid("the request", "one with either `epochs` or `batches`", "another")),
        };
        let (Self::Epochs(count) | Self::Batches(count)) = pieces;
        if count <= MOST_PIECES { Ok(pieces) } else { Err(invalid("`epochs` or `batches`", "at most 10000", count)) }
    }
}

impl Generate {
    fn read(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            handle: fields.needed("handle")?,
            name: fields.needed("name")?,
            samples: fields.needed("samples")?,
            noise: fields.needed("noise")?,
            seed: fields.needed("seed")?,
        })
    }
}

impl Shown {
    /// The field `runs`.
    fn list(fields: &mut Fields) -> Result<Vec<Self>> {
        let runs: Vec<Map<String, Value>> = fields.needed("runs")?;
        if runs.len() > MOST_RUNS {
            return Err(invalid("`runs`", "at most 32", runs.len()));
        }
        let read = |run| {
            let mut fields = Fields(run);
            let shown = Self::read(&mut fields)?;
            fields.expect_none_left().map(|()| shown)
        };
        runs.into_iter().map(read).collect()
    }

    fn read(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            handle: fields.needed("handle")?,
            name: fields.needed("name")?,
            layer: fields.given("layer")?,
            threshold: fields.given("threshold")?,
            samples: fields.given("samples")?,
            epochs: fields.given("epochs")?,
            log_losses: fields.given("log_losses")?,
        })
    }
}

/// The fields of a request that were not read yet.
///
/// Not `derive(Deserialize)`, which compiles a reader for each request.
struct Fields(Map<String, Value>);

impl Fields {
    fn read(text: &[u8]) -> Result<Self> {
        let read = serde_json::from_slice(text);
        read.map(Self).map_err(|error| invalid("the request", "a JSON object", error))
    }

    /// A field that may be null or not there.
    fn given<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>> {
        let value = self.0.remove(name).unwrap_or_default();
        serde_json::from_value(value).map_err(|error| invalid(&format!("`{name}`"), "as the README has it", error))
    }

    fn needed<T: DeserializeOwned>(&mut self, name: &str) -> Result<T> {
        self.given(name)?.ok_or_else(|| invalid("the request", &format!("one with `{name}`"), "one without"))
    }

    fn expect_none_left(&self) -> Result<()> {
        let left = self.0.keys().next();
        left.map_or(Ok(()), |name| Err(invalid("the request", "without fields that it does not know", name)))
    }
}

/// An error about something that was given.
pub(crate) fn invalid(what: &str, expected: &str, found: impl ToString) -> Error {
    Error::Invalid { what: what.into(), expected: expected.into(), found: found.to_string() }
}

/// A number of points or bins that memory is taken for.
pub(crate) fn at_most(what: &str, number: usize) -> Result<usize> {
    if number <= MOST { Ok(number) } else { Err(invalid(what, "at most 2000", number)) }
}
