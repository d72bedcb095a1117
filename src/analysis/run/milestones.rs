//! The story of a run, as rows.

use std::fmt;

use super::milestone_rules;
use crate::analysis::{EpochSummary, Milestone, MilestoneKind as Kind, MilestoneOptions, Subject};
use crate::{Error, Result};

/// The story of a run, as rows: from when on which class was right, where the loss stood still and where it fell, which
/// layers were squashed, which units saturated or dead, which gradients vanished or exploded, and whether it diverged.
///
/// ```
/// use training_replay::{Activation, Dense, Loss, Optimizer, Sequential, Trainer, datasets};
/// use training_replay::analysis::{MilestoneOptions, Milestones, EpochSummary};
///
/// let data = datasets::circles(100, 0.05, 0.5, 7);
/// let layers = [Dense::new(8).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
/// let mut model = Sequential::builder(2).layers(layers).build(1)?;
/// let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.05));
/// let options = MilestoneOptions::default().loss(Loss::BinaryCrossEntropy);
/// let mut summaries = vec![EpochSummary::of(0, &model, &data, &options)?];
/// for epoch in 1..=60 {
///     trainer.epoch(&mut model, &data)?;
///     summaries.push(EpochSummary::of(epoch, &model, &data, &options)?);
/// }
/// let milestones = Milestones::of(&summaries, &options)?; // of a recording: `Replay::milestones`
/// assert!(milestones.all_correct().is_some_and(|epoch| epoch <= 60));
/// assert!(milestones.diverged().is_none());
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Milestones {
    /// The rows in the order of their epochs.
    pub rows: Vec<Milestone>,
}

impl Milestones {
    /// What these observations, made with the same criteria in the order of time, tell.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the epochs do not increase, or a threshold is NaN.
    pub fn of(summaries: &[EpochSummary], options: &MilestoneOptions) -> Result<Self> {
        options.check()?;
        if let Some(pair) = summaries.windows(2).find(|pair| pair[0].epoch >= pair[1].epoch) {
            let expected = format!("later than {}, the one before", pair[0].epoch);
            return Err(Error::invalid("the epoch of a summary", expected, pair[1].epoch));
        }
        Ok(Self { rows: milestone_rules::apply(summaries, options) })
    }

    /// The rows of one kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Milestone> {
        self.rows.iter().filter(move |row| row.kind == kind)
    }

    /// The first row of a kind and subject.
    pub fn find(&self, kind: Kind, subject: &Subject) -> Option<&Milestone> {
        self.of_kind(kind).find(|row| row.subject == *subject)
    }

    /// The epoch from which on every sample was right.
    pub fn all_correct(&self) -> Option<u64> {
        self.find(Kind::AllCorrect, &Subject::Run).map(|row| row.epoch)
    }

    /// The epoch from which on every sample of a class was right.
    pub fn class_correct(&self, class: usize) -> Option<u64> {
        self.find(Kind::AllCorrect, &Subject::Class(class)).map(|row| row.epoch)
    }

    /// The first value that was NaN or infinite.
    pub fn diverged(&self) -> Option<&Milestone> {
        self.of_kind(Kind::Diverged).next()
    }

    /// The units that were dead to the end of the run, and from when on.
    pub fn dead_units(&self) -> impl Iterator<Item = &Milestone> {
        self.of_kind(Kind::Dead).filter(|row| row.until.is_none())
    }

    /// The units that were saturated to the end of the run, and from when on.
    pub fn saturated_units(&self) -> impl Iterator<Item = &Milestone> {
        self.of_kind(Kind::Saturated).filter(|row| row.until.is_none())
    }

    /// The epoch with the smallest loss.
    pub fn best_loss(&self) -> Option<&Milestone> {
        self.of_kind(Kind::BestLoss).next()
    }

    /// The loss at the end of the run.
    pub fn final_loss(&self) -> Option<f64> {
        self.of_kind(Kind::FinalLoss).next().map(|row| row.evidence)
    }
}

/// A row a line.
impl fmt::Display for Milestones {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rows.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::run::milestone_rules::testing::summaries_of;

    #[test]
    fn no_summaries_give_no_milestones_and_disorder_is_refused() {
        assert_eq!(Milestones::of(&[], &MilestoneOptions::default()).unwrap(), Milestones::default());
        let mut summaries = summaries_of(3, |_| ());
        assert!(Milestones::of(&summaries, &MilestoneOptions::default()).unwrap().rows.is_empty());
        summaries.swap(0, 2);
        assert!(Milestones::of(&summaries, &MilestoneOptions::default()).is_err());
        assert!(Milestones::of(&[], &MilestoneOptions::default().squashed(f64::NAN)).is_err());
    }
}
