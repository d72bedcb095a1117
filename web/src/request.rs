//! Requests: a JSON object, and behind its line the bytes of a recording, where one is to be opened.

use serde::Deserialize;
use training_replay::{Error, Result};

/// The most points along a side of a grid, and bins of a histogram: a request must not fill the memory of a page.
pub(crate) const MOST: usize = 2_000;

/// What a page can ask.
#[derive(Debug, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Request {
    /// Opens the recording behind the line.
    Open {},
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
    /// Whether weights, data and logged losses agree.
    Verify { handle: u32 },
    /// Begins a run that goes on from an epoch.
    Train(Train),
    /// Trains and records so many epochs.
    Step { handle: u32, epochs: u32 },
    /// The bytes of a recording.
    Download { handle: u32 },
}

/// A run that goes on from an epoch of another, with what is given changed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// A drawn number.
    pub(crate) salt: Option<u64>,
}

impl Request {
    /// Reads a request, and returns it with the bytes behind its line.
    pub(crate) fn read(bytes: &[u8]) -> Result<(Self, &[u8])> {
        let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
        let request = serde_json::from_slice(&bytes[..end])
            .map_err(|error| invalid("the request", "one of the README", error))?;
        Ok((request, bytes.get(end + 1..).unwrap_or_default()))
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
