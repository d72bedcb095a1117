//! A milestone: something that happened in a run.

#[cfg(feature = "serde")]
use crate::serial;
use std::fmt;

/// Something that happened at an epoch of a run, or held for some of its epochs.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Milestone {
    /// What happened.
    pub kind: MilestoneKind,
    /// The epoch at which it happened, or from which on it held.
    pub epoch: u64,
    /// The last epoch at which it held; `None` if it held to the end of the run, or is of one epoch alone.
    pub until: Option<u64>,
    /// What it is about.
    pub subject: Subject,
    /// The number behind it, as [`MilestoneKind`] says; where it lasted, that of its first epoch.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub evidence: f64,
}

/// The kinds of milestones, and what number is the evidence of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum MilestoneKind {
    /// From this epoch on every sample is correct, of all or of a class. Evidence: the number of samples.
    AllCorrect,
    /// The first epoch with the fewest misclassified samples. Evidence: their number.
    FewestErrors,
    /// The misclassified samples at the end of the run. Evidence: their number.
    FinalErrors,
    /// The first epoch with the smallest loss over the data. Evidence: the loss.
    BestLoss,
    /// The loss at the end of the run. Evidence: the loss.
    FinalLoss,
    /// The loss hardly changes, beside its range in the run. Evidence: the loss in the middle.
    Plateau,
    /// The loss falls. Evidence: by how much.
    Fall,
    /// Data or grid cover little of the range of a layer's units. Evidence: the share.
    Squashed,
    /// Data or grid cover much of the range of a layer's units. Evidence: the share.
    Widened,
    /// A unit is near an end of its range on most samples. Evidence: their share.
    Saturated,
    /// A ReLU unit is 0 on every sample. Evidence: the number of samples.
    Dead,
    /// A layer's gradients are far smaller than the last layer's. Evidence: the ratio.
    #[cfg_attr(feature = "serde", serde(rename = "vanishing_gradient"))]
    Vanishing,
    /// A layer's gradients are far larger than the last layer's. Evidence: the ratio.
    #[cfg_attr(feature = "serde", serde(rename = "exploding_gradient"))]
    Exploding,
    /// A parameter of floating-point numbers, or all of them, keeps its values to the bit, from the first recorded epoch on or
    /// for good. Evidence: the number of recorded epochs with these values.
    Frozen,
    /// The first NaN or infinite value. Evidence: the number of such values of the parameter, or the loss.
    Diverged,
}

/// What a milestone is about: the run, a class, a layer, a unit or a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(into = "Tagged"))]
#[non_exhaustive]
pub enum Subject {
    /// The run as a whole.
    Run,
    /// A class, as [`Dataset::classes`](crate::Dataset::classes) numbers them.
    Class(usize),
    /// A layer.
    Layer(String),
    /// A unit of a layer.
    Unit {
        /// The layer's name.
        layer: String,
        /// Its column among the layer's outputs.
        unit: usize,
    },
    /// A parameter.
    Parameter {
        /// The layer's name.
        layer: String,
        /// Its name within the layer, such as `kernel`.
        name: String,
    },
}

/// A subject as serde writes it: every number and name in a field.
#[cfg(feature = "serde")]
#[derive(serde::Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Tagged {
    Run,
    Class { class: usize },
    Layer { layer: String },
    Unit { layer: String, unit: usize },
    Parameter { layer: String, name: String },
}

#[cfg(feature = "serde")]
impl From<Subject> for Tagged {
    fn from(subject: Subject) -> Self {
        match subject {
            Subject::Run => Self::Run,
            Subject::Class(class) => Self::Class { class },
            Subject::Layer(layer) => Self::Layer { layer },
            Subject::Unit { layer, unit } => Self::Unit { layer, unit },
            Subject::Parameter { layer, name } => Self::Parameter { layer, name },
        }
    }
}

impl MilestoneKind {
    /// Returns its name: a word or two.
    ///
    /// ```
    /// use training_replay::analysis::MilestoneKind;
    ///
    /// assert_eq!(MilestoneKind::AllCorrect.name(), "all correct");
    /// assert_eq!(format!("{:<12}|", MilestoneKind::Dead), "dead        |");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::AllCorrect => "all correct",
            Self::FewestErrors => "fewest errors",
            Self::FinalErrors => "final errors",
            Self::BestLoss => "best loss",
            Self::FinalLoss => "final loss",
            Self::Plateau => "plateau",
            Self::Fall => "fall",
            Self::Squashed => "squashed",
            Self::Widened => "widened",
            Self::Saturated => "saturated",
            Self::Dead => "dead",
            Self::Vanishing => "vanishing gradient",
            Self::Exploding => "exploding gradient",
            Self::Frozen => "frozen",
            Self::Diverged => "diverged",
        }
    }

    /// Whether it is of one epoch alone, and so has no end.
    pub(super) fn is_moment(self) -> bool {
        matches!(self, Self::FewestErrors | Self::FinalErrors | Self::BestLoss | Self::FinalLoss | Self::Diverged)
    }

    /// Whether it is of the last epoch.
    pub(super) fn is_final(self) -> bool {
        matches!(self, Self::FinalErrors | Self::FinalLoss)
    }
}

impl fmt::Display for MilestoneKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run => f.pad("run"),
            Self::Class(class) => f.pad(&format!("class {class}")),
            Self::Layer(layer) => f.pad(layer),
            Self::Unit { layer, unit } => f.pad(&format!("{layer} unit {unit}")),
            Self::Parameter { layer, name } => f.pad(&format!("{layer}/{name}")),
        }
    }
}
