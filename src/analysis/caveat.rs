//! What an answer rests on or leaves out.

use std::{fmt, ops::Range};

use crate::{
    OutputKind,
    data::labels::TargetKind,
    model::decision::Decision,
    notation::{counted, grouped, on_a_line},
};

/// What is left out where nothing parts classes.
const CLASSES: &str = "classes, errors and accuracy";

/// Something that an answer rests on or leaves out, because the model or the recording did not say enough.
///
/// Answers list theirs, so that nothing is assumed or left out in silence. `{caveat}` is a sentence.
///
/// ```
/// use training_replay::analysis::Caveat;
///
/// let caveat = Caveat::LeftOut { what: "the classes".into(), remedy: "`Forward::threshold`".into() };
/// assert_eq!(caveat.to_string(), "the classes were left out: `Forward::threshold` would give them");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(tag = "kind", rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Caveat {
    /// The model does not say what its outputs are, and they were taken for probabilities, as which they are valid.
    AssumedProbabilities,
    /// Something could not be looked at.
    LeftOut {
        /// What was left out.
        what: String,
        /// What would give it: a method of the model, or a setting.
        remedy: String,
    },
    /// A layer is shown by other units than its outputs, as [`Forward::units`](crate::Forward::units) says.
    Units {
        /// The layer's name.
        layer: String,
        /// The number of units that are shown.
        units: usize,
        /// The number of the layer's outputs.
        outputs: usize,
    },
    /// The run was trained by another rule than the plain gradient descent that the answer takes its steps for.
    OtherSteps {
        /// The rule, as the recorded trainer or the note `optimizer` has it.
        optimizer: String,
    },
    /// Not all recorded epochs were asked about: the first, last, most or fewest of those need not be that of the run.
    SomeEpochs {
        /// How many were asked about.
        epochs: usize,
        /// How many were recorded.
        of: usize,
    },
    /// An epoch could not be read, and the answer does without it.
    Skipped {
        /// The epoch.
        epoch: u64,
        /// The error.
        reason: String,
    },
    /// Some bytes of the recording are damaged so that it cannot be known which epoch they were of, if of one.
    Lost {
        /// Where they lie in the file.
        bytes: Range<u64>,
        /// What is lost with them.
        reason: String,
    },
}

impl Caveat {
    /// That something is left out.
    pub(crate) fn left_out(what: impl Into<String>, remedy: &str) -> Self {
        Self::LeftOut { what: what.into(), remedy: remedy.into() }
    }

    /// That nothing is known between samples whose units are not the outputs of their layer.
    pub(crate) fn boundary_of_units(layer: &str) -> Self {
        let what = format!("the boundary and what is predicted between the samples in the space of {layer}");
        Self::left_out(what, "units that are the outputs of the layer, by `Forward::units`,")
    }

    /// Whether it is that this epoch was skipped.
    pub(crate) fn skips(&self, at: u64) -> bool {
        matches!(self, Self::Skipped { epoch, .. } if *epoch == at)
    }

    /// Whether it is that classes are left out.
    #[cfg(feature = "page")]
    pub(crate) fn is_of_classes(&self) -> bool {
        matches!(self, Self::LeftOut { what, .. } if what == CLASSES)
    }

    /// Those of a decision about outputs.
    pub(crate) fn of(decision: Decision) -> Vec<Self> {
        let assumed = decision.assumed_probabilities().then_some(Self::AssumedProbabilities);
        let left_out = |what, remedy| Some(Self::left_out(what, remedy));
        let classes = match (decision.targets, decision.kind) {
            _ if decision.classifies() => None,
            (Some(TargetKind::Ones), _) => {
                left_out(CLASSES, "`Run::threshold`, `Forward::threshold` or targets of both classes")
            }
            (Some(TargetKind::Numbers), OutputKind::Probabilities | OutputKind::Logits) => {
                left_out(CLASSES, "targets that name classes, such as 0 and 1,")
            }
            _ => None,
        };
        assumed.into_iter().chain(classes).collect()
    }

    /// Those of a boundary by a decision about outputs.
    pub(crate) fn of_boundary(decision: Decision) -> Vec<Self> {
        let mut caveats = Self::of(decision);
        if !decision.classifies() {
            caveats.push(Self::left_out("the boundary", "targets that name classes, or a threshold,"));
        }
        caveats
    }

    /// Adds it to others, unless it is among them.
    pub(crate) fn join(self, others: &mut Vec<Self>) {
        if !others.contains(&self) {
            others.push(self);
        }
    }

    /// All of them, each once, in the order they first appear.
    pub(crate) fn once(caveats: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut once = Vec::new();
        caveats.into_iter().for_each(|caveat| caveat.join(&mut once));
        once
    }
}

impl fmt::Display for Caveat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AssumedProbabilities => {
                f.write_str("outputs were taken for probabilities: `Forward::output_kind` would say what they are")
            }
            Self::LeftOut { what, remedy } => write!(f, "{what} were left out: {remedy} would give them"),
            Self::Units { layer, units, outputs } => {
                let (outputs, units) = (counted(*outputs as u64, "output"), counted(*units as u64, "unit"));
                write!(f, "the {outputs} of layer {layer} were shown as {units}, as `Forward::units` says")
            }
            Self::Lost { bytes, reason } => {
                let Range { start, end } = bytes;
                write!(f, "bytes {start} to {end} of the recording are damaged, and an epoch may be missing: {reason}")
            }
            Self::OtherSteps { optimizer } => {
                let optimizer = on_a_line(optimizer);
                write!(
                    f,
                    "the run was trained by {optimizer}, and the scores are as if by plain gradient descent: their sizes say nothing"
                )
            }
            Self::SomeEpochs { epochs, of } => {
                let [epochs, of] = [*epochs, *of].map(|count| grouped(count as u64));
                let among = "what is first, last, most or fewest is so among them";
                write!(f, "the answer is about {epochs} of {of} recorded epochs: {among}")
            }
            Self::Skipped { epoch, reason } => write!(f, "epoch {epoch} was skipped: {reason}"),
        }
    }
}
