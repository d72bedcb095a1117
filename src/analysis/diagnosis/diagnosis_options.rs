//! What a diagnosis looks for, and from where on something is wrong.

use crate::{Error, Loss, Result, analysis::MilestoneKind as Kind};

/// What is looked for, and the threshold beyond which the [evidence](Kind) of each is a finding.
const CHECKS: [(Kind, f64); 21] = [
    (Kind::Diverged, 0.0),
    (Kind::Frozen, 1.0),
    (Kind::PoorStart, 5.0),
    (Kind::FlatStart, 0.8),
    (Kind::LargeSteps, 1.0),
    (Kind::SmallSteps, 0.1),
    (Kind::NoLearning, 0.95),
    (Kind::NoFall, 1.0),
    (Kind::LossSpike, 2.0),
    (Kind::Overfitting, 1.2),
    (Kind::DeadLayer, 0.8),
    (Kind::CopiedUnits, 1.0),
    (Kind::Vanishing, 0.01),
    (Kind::Exploding, 100.0),
    (Kind::NeverPredicted, 1.0),
    (Kind::DrowningFeature, 50.0),
    (Kind::MissingBias, 0.1),
    (Kind::ShiftedValidation, 0.2),
    (Kind::Leakage, 0.99),
    (Kind::NoisyLabels, 0.15),
    (Kind::OtherLoss, 1.3),
];

/// What a diagnosis looks for: the loss, the validation data, and a threshold for each check.
///
/// | check | fails where | threshold |
/// |---|---|---|
/// | [`Diverged`](Kind::Diverged) | more values are NaN or infinite | 0 |
/// | [`Frozen`](Kind::Frozen) | a parameter never changes, over more epochs | 1 |
/// | [`PoorStart`](Kind::PoorStart) | the loss of the first epoch is as many times that of a model which knows nothing: `ln 2` or `ln k` of k classes, the variance of numbers | 5 |
/// | [`FlatStart`](Kind::FlatStart) | this share of a layer's values is in a flat part of its activation at the first epoch | 0.8 |
/// | [`LargeSteps`](Kind::LargeSteps) | the kernels of a layer change by as many times their size in an epoch, and the run ends badly | 1 |
/// | [`SmallSteps`](Kind::SmallSteps) | the kernels of all layers move less than this over all epochs, beside their size, while the loss falls and is still above half that of the best constant prediction | 0.1 |
/// | [`NoLearning`](Kind::NoLearning) | the loss at the end is no less than this times that of the best constant prediction | 0.95 |
/// | [`NoFall`](Kind::NoFall) | the loss at the end is no less than this times that of the first epoch | 1 |
/// | [`LossSpike`](Kind::LossSpike) | the loss jumps to as many times what it was, and does not come back; if it does, that is a hint | 2 |
/// | [`Overfitting`](Kind::Overfitting) | the validation loss rises to as many times its lowest, while the training loss falls | 1.2 |
/// | [`DeadLayer`](Kind::DeadLayer) | this share of a layer's units is dead at the end | 0.8 |
/// | [`CopiedUnits`](Kind::CopiedUnits) | as many units of a layer put out what another one does, at the end | 1 |
/// | [`Vanishing`](Kind::Vanishing), [`Exploding`](Kind::Exploding) | the gradients of a layer are this times the last layer's, from the start and for half of the run | 0.01, 100 |
/// | [`NeverPredicted`](Kind::NeverPredicted) | a class of as many samples is not predicted once, at the end | 1 |
/// | [`DrowningFeature`](Kind::DrowningFeature) | a feature spreads as many times as far as the others do | 50 |
/// | [`MissingBias`](Kind::MissingBias) | the last layer has no bias, and the outputs are off by as many standard deviations of the targets | 0.1 |
/// | [`ShiftedValidation`](Kind::ShiftedValidation) | the distributions of a feature or a target differ by as much, and by more than chance | 0.2 |
/// | [`Leakage`](Kind::Leakage) | a feature alone says this share of the targets: a hint | 0.99 |
/// | [`NoisyLabels`](Kind::NoisyLabels) | this share of the labels is contradicted by neighbors and model | 0.15 |
/// | [`OtherLoss`](Kind::OtherLoss) | the logged loss is as many times the recomputed one, or the other way round; up to ten times that is a hint: dropout and penalties raise it | 1.3 |
///
/// ```
/// use training_replay::analysis::{DiagnosisOptions, MilestoneKind};
///
/// let options = DiagnosisOptions::default()
///     .validation("test")                          // a named data set of the recording
///     .threshold(MilestoneKind::Overfitting, 1.5)  // that much is fine
///     .without(MilestoneKind::Leakage)
///     .require([MilestoneKind::NoisyLabels]);      // not judged without it
/// # let _ = options;
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DiagnosisOptions {
    pub(crate) loss: Option<Loss>,
    pub(crate) validation: Option<String>,
    /// What the loss was logged as, of training and of validation.
    pub(crate) names: [String; 2],
    thresholds: Vec<(Kind, f64)>,
    without: Vec<Kind>,
    required: Vec<Kind>,
}

impl Default for DiagnosisOptions {
    fn default() -> Self {
        Self {
            loss: None,
            validation: None,
            names: ["loss".into(), "val_loss".into()],
            thresholds: Vec::new(),
            without: Vec::new(),
            required: vec![Kind::NoFall],
        }
    }
}

impl DiagnosisOptions {
    /// Sets the loss to compute; by default the one noted in the recording. With neither, the logged one is judged.
    #[must_use]
    pub fn loss(self, loss: Loss) -> Self {
        Self { loss: Some(loss), ..self }
    }

    /// Sets which recorded data set is for validation; by default the one that is named `validation`, if there is one.
    ///
    /// Without one, overfitting is judged by the logged validation loss, and what needs the data themselves is not checked.
    #[must_use]
    pub fn validation(self, dataset: impl Into<String>) -> Self {
        Self { validation: Some(dataset.into()), ..self }
    }

    /// Sets the names that training and validation loss were logged by; `loss` and `val_loss` by default.
    #[must_use]
    pub fn names(self, loss: impl Into<String>, validation_loss: impl Into<String>) -> Self {
        Self { names: [loss.into(), validation_loss.into()], ..self }
    }

    /// Sets from where on the evidence of a check is a finding. The last one counts.
    #[must_use]
    pub fn threshold(mut self, check: Kind, threshold: f64) -> Self {
        self.thresholds.push((check, threshold));
        self
    }

    /// Leaves out a check: a layer that is frozen on purpose, say.
    #[must_use]
    pub fn without(mut self, check: Kind) -> Self {
        self.without.push(check);
        self
    }

    /// Sets the checks without which a run is not judged; by default whether the loss [fell](Kind::NoFall).
    #[must_use]
    pub fn require(self, checks: impl IntoIterator<Item = Kind>) -> Self {
        Self { required: checks.into_iter().collect(), ..self }
    }

    /// Returns the checks of a diagnosis, with their thresholds by default.
    ///
    /// ```
    /// use training_replay::analysis::{DiagnosisOptions, MilestoneKind};
    ///
    /// assert!(DiagnosisOptions::checks().any(|(check, threshold)| (check, threshold) == (MilestoneKind::Overfitting, 1.2)));
    /// ```
    pub fn checks() -> impl Iterator<Item = (Kind, f64)> {
        CHECKS.into_iter()
    }

    /// From where on the evidence of a check is a finding.
    pub(crate) fn threshold_of(&self, check: Kind) -> f64 {
        let own = self.thresholds.iter().rev().chain(&CHECKS).find(|(kind, _)| *kind == check);
        own.map_or(f64::NAN, |(_, threshold)| *threshold)
    }

    pub(crate) fn leaves_out(&self, check: Kind) -> bool {
        self.without.contains(&check)
    }

    pub(crate) fn required(&self) -> &[Kind] {
        &self.required
    }

    /// Fails for a threshold that is NaN, and for what is no check.
    pub(crate) fn check(&self) -> Result<()> {
        if let Some((check, threshold)) = self.thresholds.iter().find(|(_, threshold)| threshold.is_nan()) {
            return Err(Error::invalid(format!("the threshold of {:?}", check.name()), "a number", threshold));
        }
        let named = self.thresholds.iter().map(|(check, _)| check).chain(&self.without).chain(&self.required);
        let is_none = |check: &&Kind| CHECKS.iter().all(|(kind, _)| kind != *check);
        named.into_iter().find(is_none).map_or(Ok(()), |check| {
            let known: Vec<&str> = CHECKS.iter().map(|(kind, _)| kind.name()).collect();
            Err(Error::invalid("a check of a diagnosis", format!("one of {known:?}"), check.name()))
        })
    }
}
