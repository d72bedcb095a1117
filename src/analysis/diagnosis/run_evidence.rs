//! What a diagnosis knows of a run.

use super::{
    constant_loss::{constant_loss, unknowing_loss},
    copies::copies,
    epoch_evidence::EpochEvidence,
    gap::{Gap, Known},
    residuals::Residuals,
    sampled::{Sampled, gathered, some},
    steps::Step,
};
use crate::{
    Dataset, Forward, Loss, Matrix, Result,
    analysis::Milestones,
    math::{matrix, stats},
    model::{checked, visitor},
};

/// Epochs with a number each.
pub(crate) type Curve = Vec<(u64, f64)>;

/// As many samples show whether units are copies.
const SHOWN: usize = 256;

/// As many of their values are kept of a layer.
const ROOM: usize = 1 << 24;

/// As many losses at the end are the loss at the end: their median.
const END: usize = 3;

/// What a diagnosis knows of a run, and what it does not.
pub(crate) struct RunEvidence<'a> {
    /// In the order of time.
    pub(crate) epochs: Vec<EpochEvidence>,
    pub(crate) loss: Option<Loss>,
    pub(crate) training: Known<&'a Dataset>,
    pub(crate) validation: Known<&'a Dataset>,
    /// What was logged as the loss of training and of validation.
    pub(crate) logged: [Option<Curve>; 2],
    pub(crate) milestones: Milestones,
    pub(crate) steps: Vec<Step>,
    /// Whether the model gives gradients.
    pub(crate) has_gradients: bool,
    /// Some samples, and the share of the first half of the epochs at which each is taken for another class.
    pub(crate) sampled: Option<(Sampled, Vec<f64>)>,
    pub(crate) last: Option<LastEpoch>,
}

/// What is looked at in the last epoch only.
pub(crate) struct LastEpoch {
    pub(super) epoch: u64,
    /// Each hidden layer with the number of its units that are copies.
    pub(super) copies: Vec<(String, usize)>,
    pub(super) residuals: Known<Option<Residuals>>,
    /// What enters the first layer with a kernel, of some samples.
    pub(super) entering: Matrix,
}

impl LastEpoch {
    pub(crate) fn of(
        epoch: u64,
        model: &dyn Forward,
        data: &Dataset,
        residuals: Known<Option<Residuals>>,
    ) -> Result<Self> {
        let names = checked::layer_names(model)?;
        let shown = gathered(data.inputs(), &some(data.samples(), SHOWN));
        let mut found = Vec::new();
        for (depth, name) in names.iter().enumerate().take(names.len().saturating_sub(1)) {
            found.push((name.clone(), copies(&units_of(model, &shown, depth + 1)?)));
        }
        let depth = first_kernel(model, &names)?;
        let entering = if depth == 0 { data.inputs().clone() } else { checked::layers(model, &shown, 0..depth)? };
        Ok(Self { epoch, copies: found, residuals, entering })
    }
}

/// What is shown of a layer for the first of some samples: for as many as memory has room for.
fn units_of(model: &dyn Forward, inputs: &Matrix, depth: usize) -> Result<Matrix> {
    let mut parts: Vec<Matrix> = Vec::new();
    checked::each_units(model, inputs, depth, |units| {
        if parts.iter().map(Matrix::len).sum::<usize>() < ROOM {
            parts.push(units.clone());
        }
        Ok(())
    })?;
    let mut all = Matrix::zeros(parts.iter().map(Matrix::nrows).sum(), parts.first().map_or(0, Matrix::ncols));
    let mut start = 0;
    for part in &parts {
        matrix::copy_rows(part, &mut all, start);
        start += part.nrows();
    }
    Ok(all)
}

/// The place of the first layer with an array of two or more dimensions; 0 if the arrays are of other layers than are run.
fn first_kernel(model: &dyn Forward, names: &[String]) -> Result<usize> {
    let mut first = None;
    visitor::parameters(model, |parameter| {
        if parameter.shape().len() > 1 && first.is_none() {
            first = Some(parameter.layer().to_owned());
        }
        Ok(())
    })?;
    Ok(first.and_then(|layer| names.iter().position(|name| *name == layer)).unwrap_or(0))
}

impl<'a> RunEvidence<'a> {
    pub(super) fn training(&self) -> Known<&'a Dataset> {
        self.training.clone()
    }

    /// The losses over the training data, recomputed, but for those that are not finite.
    pub(super) fn recomputed(&self) -> Known<Curve> {
        let curve = self.finite(|epoch| epoch.loss);
        self.training()?;
        self.known_loss()?;
        if curve.is_empty() { Err(Gap::new("the loss is finite at no epoch")) } else { Ok(curve) }
    }

    /// The same; as logged, where it cannot be recomputed.
    pub(super) fn losses(&self) -> Known<Curve> {
        let logged: Curve = self.logged[0].iter().flatten().copied().filter(|(_, loss)| loss.is_finite()).collect();
        self.recomputed().or_else(|gap| if logged.is_empty() || self.loss_diverges() { Err(gap) } else { Ok(logged) })
    }

    /// Whether the loss was recomputed, and is finite nowhere.
    fn loss_diverges(&self) -> bool {
        self.epochs.iter().any(|epoch| epoch.loss.is_some())
    }

    /// The losses over the validation data: recomputed, or as logged.
    pub(super) fn validation_losses(&self) -> Known<Curve> {
        let recomputed = self.finite(|epoch| epoch.validation.as_ref()?.loss);
        let logged = self.logged[1].iter().flatten().copied().filter(|(_, loss)| loss.is_finite());
        let curve = if recomputed.is_empty() { logged.collect() } else { recomputed };
        match &self.validation {
            _ if !curve.is_empty() => Ok(curve),
            Err(gap) => Err(gap.clone()),
            Ok(_) => Err(Gap::new("the validation loss is finite at no epoch")),
        }
    }

    fn finite(&self, of: impl Fn(&EpochEvidence) -> Option<f64>) -> Curve {
        let points = self.epochs.iter().filter_map(|epoch| Some((epoch.epoch, of(epoch)?)));
        points.filter(|(_, loss)| loss.is_finite()).collect()
    }

    /// The loss of the best constant prediction for the training data.
    pub(super) fn constant_loss(&self) -> Known<f64> {
        positive(constant_loss(self.known_loss()?, self.training()?.targets())?)
    }

    /// The loss of a model that knows nothing about them.
    pub(super) fn unknowing_loss(&self) -> Known<f64> {
        positive(unknowing_loss(self.known_loss()?, self.training()?.targets())?)
    }

    fn known_loss(&self) -> Known<Loss> {
        self.loss.ok_or_else(|| Gap::new("no loss was noted: `DiagnosisOptions::loss` gives it"))
    }

    /// What the loss at an epoch is compared with: that of the best constant prediction, or, where that is not known, the first.
    pub(super) fn scale(&self) -> Known<f64> {
        let first = self.losses()?[0].1;
        Ok(self.recomputed().and_then(|_| self.constant_loss()).unwrap_or(first))
    }

    /// The loss at the end; infinite for a run that has diverged.
    pub(super) fn end(&self) -> Known<f64> {
        let losses = self.losses()?;
        let is_finite = self.epochs.last().is_none_or(|last| last.loss.is_none_or(f64::is_finite));
        Ok(if is_finite { median_of_last(&losses) } else { f64::INFINITY })
    }

    /// Whether the run came to nothing: it diverged, its loss is not below that of a constant prediction or is far above its best,
    /// or units of a layer died in numbers.
    pub(super) fn ends_badly(&self) -> Known<bool> {
        let (end, scale, losses) = (self.end()?, self.scale()?, self.losses()?);
        let best = losses.iter().map(|(_, loss)| *loss).fold(f64::INFINITY, f64::min);
        let dead = |epoch: &EpochEvidence| epoch.layers.iter().any(|layer| layer.dead >= 0.5);
        let (first, last) = self.ends()?;
        let died = dead(last) && !dead(first);
        Ok(died || end >= 0.95 * scale || (end >= 1.5 * best && end >= 0.3 * scale))
    }

    /// The first and the last epoch.
    pub(super) fn ends(&self) -> Known<(&EpochEvidence, &EpochEvidence)> {
        self.epochs.first().zip(self.epochs.last()).ok_or_else(|| Gap::new("no epoch could be read"))
    }

    /// The same of two epochs or more.
    pub(super) fn span(&self) -> Known<(&EpochEvidence, &EpochEvidence)> {
        let (first, last) = self.ends()?;
        if first.epoch < last.epoch {
            Ok((first, last))
        } else {
            Err(Gap::new("a single recorded epoch shows no change"))
        }
    }

    pub(super) fn last(&self) -> Known<&LastEpoch> {
        self.training()?;
        self.last.as_ref().ok_or_else(|| Gap::new("no epoch could be read"))
    }
}

fn positive(loss: f64) -> Known<f64> {
    if loss > 0.0 { Ok(loss) } else { Err(Gap::new("all targets are the same")) }
}

/// The median of the last few, fewer of a short curve, so that a single odd epoch is no end.
pub(super) fn median_of_last(curve: &[(u64, f64)]) -> f64 {
    let count = END.min(curve.len().div_ceil(2));
    let last = &curve[curve.len() - count..];
    stats::running_median(last).get(count / 2).map_or(f64::NAN, |(_, value)| *value)
}
