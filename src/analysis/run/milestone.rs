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
    /// The loss at the end is no lower than that of the best constant prediction. Evidence: how many times that it is.
    NoLearning,
    /// The loss at the end is no lower than at the first epoch. Evidence: how many times that it is.
    NoFall,
    /// The loss at the first epoch is far above that of a model which knows nothing: of one to which all classes are alike, or
    /// which predicts the mean of the numbers. Evidence: how many times that it is.
    PoorStart,
    /// At the first epoch most values of a layer lie where its activation is flat: its units are dead or saturated. Evidence:
    /// the share of the values.
    FlatStart,
    /// The kernels of a layer are replaced in an epoch, and the run ends badly. Evidence: the size of their change over theirs.
    LargeSteps,
    /// No layer has moved far, and the loss has hardly begun to fall. Evidence: what the layer that moved most moved over all
    /// epochs, over the size of its kernels.
    SmallSteps,
    /// At the end most units of a layer are dead. Evidence: their share.
    DeadLayer,
    /// The loss jumps above what it was before. Evidence: how many times that it is.
    LossSpike,
    /// The validation loss rises while the training loss falls. Evidence: how many times its lowest it is at the end.
    Overfitting,
    /// Units of a layer that put out what another one does. Evidence: their number.
    CopiedUnits,
    /// A class that no sample is predicted as at the end. Evidence: the number of its samples.
    NeverPredicted,
    /// A feature whose spread drowns the others. Evidence: its standard deviation over the median of theirs.
    DrowningFeature,
    /// The last layer has no bias, and the outputs are off their targets on the whole. Evidence: by how many standard
    /// deviations of the targets.
    MissingBias,
    /// The validation data are from another distribution than the training data. Evidence: the largest distance between the
    /// distribution functions of a feature or target; of all features together, the share of samples that lie among those of their own set.
    ShiftedValidation,
    /// A feature that says the target on its own, and no other nearly as well: a hint that it may not be known where the model
    /// is to be used. Evidence: the share of samples that it says, or the size of the correlation.
    Leakage,
    /// Labels that the neighbors of their samples contradict, and the network too. Evidence: their share.
    NoisyLabels,
    /// The loss that was logged is another one than is recomputed. Evidence: how many times that it is.
    OtherLoss,
}

/// What a milestone is about: the run, a class, a layer, a unit, a parameter, a feature or an output.
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
    /// A feature: a column of the inputs.
    Feature(usize),
    /// An output: a column of the targets that are no classes.
    Output(usize),
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
    Feature { feature: usize },
    Output { output: usize },
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
            Subject::Feature(feature) => Self::Feature { feature },
            Subject::Output(output) => Self::Output { output },
        }
    }
}

impl Milestone {
    /// Whether it is of one epoch alone.
    #[cfg(feature = "page")]
    pub(crate) fn is_moment(&self) -> bool {
        self.kind.is_moment()
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
            Self::NoLearning => "no learning",
            Self::NoFall => "no fall",
            Self::PoorStart => "poor start",
            Self::FlatStart => "flat start",
            Self::LargeSteps => "large steps",
            Self::SmallSteps => "small steps",
            Self::DeadLayer => "dead layer",
            Self::LossSpike => "loss spike",
            Self::Overfitting => "overfitting",
            Self::CopiedUnits => "copied units",
            Self::NeverPredicted => "never predicted",
            Self::DrowningFeature => "drowning feature",
            Self::MissingBias => "missing bias",
            Self::ShiftedValidation => "shifted validation",
            Self::Leakage => "leakage",
            Self::NoisyLabels => "noisy labels",
            Self::OtherLoss => "other loss",
        }
    }

    /// Whether it is of one epoch alone, and so has no end.
    pub(super) fn is_moment(self) -> bool {
        matches!(
            self,
            Self::FewestErrors
                | Self::FinalErrors
                | Self::BestLoss
                | Self::FinalLoss
                | Self::Diverged
                | Self::PoorStart
                | Self::FlatStart
                | Self::LargeSteps
        ) || self.is_final()
    }

    /// Whether it is of the last epoch.
    pub(super) fn is_final(self) -> bool {
        matches!(
            self,
            Self::FinalErrors
                | Self::FinalLoss
                | Self::NoLearning
                | Self::NoFall
                | Self::DeadLayer
                | Self::CopiedUnits
                | Self::NeverPredicted
                | Self::MissingBias
        )
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
            Self::Feature(feature) => f.pad(&format!("feature {feature}")),
            Self::Output(output) => f.pad(&format!("output {output}")),
        }
    }
}
