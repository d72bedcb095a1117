//! How sure a model is of the classes that it predicts, and how often rightly.

use super::{
    Snapshot,
    one_vs_rest::{expect_probabilities, probabilities},
};
use crate::{
    ClassLabels, Error, Forward, Matrix, Result, Targets,
    analysis::Calibration,
    data::labels::{self, Outcome},
    model::{checked, decision::Decision},
};

/// How sure the model of a snapshot is of the class that it predicts for each sample, and whether rightly.
///
/// The confidence is the probability of the predicted class, of a single output `p` or `1 - p`. Where samples have several
/// positions, there is one for each of them, sample by sample. Samples without a prediction, since an output is NaN, are left out
/// and counted.
///
/// ```
/// use training_replay::{Activation, Confidence, Dense, Metrics, Replay, Sequential, datasets};
///
/// let model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(1)?;
/// let mut replay = Replay::options().dataset(&datasets::moons(100, 0.1, 7)).in_memory();
/// replay.record(&model, Metrics::new())?;
/// let confidence = Confidence::of(&replay.at(0)?)?;
/// assert!(confidence.values().iter().all(|&p| p >= 0.5));
/// let calibration = confidence.calibration(15)?;
/// println!("its confidence is off by {:.3} on average", calibration.expected_error);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Confidence {
    values: Vec<f32>,
    correct: Vec<bool>,
    undecided: u64,
}

impl Confidence {
    /// Takes the predictions of a snapshot.
    ///
    /// # Errors
    ///
    /// As [`Snapshot::outputs`], and [`Error::Invalid`](crate::Error::Invalid) if the targets name no classes or the outputs are
    /// values, and no probabilities.
    pub fn of<M: Forward>(snapshot: &Snapshot<'_, M>) -> Result<Self> {
        let mut all = Self::default();
        match snapshot.dataset()?.targets() {
            Targets::Labels(labels) => all.add_positions(snapshot, labels)?,
            targets => {
                let (outputs, decision) = snapshot.decided_outputs()?;
                if !decision.classifies() {
                    snapshot.dataset()?.classes()?;
                }
                let outcomes = labels::outcomes(&outputs, targets, decision.threshold(), decision.targets)?;
                all.add(decision, &outputs, &outcomes)?;
            }
        }
        Ok(all)
    }

    fn add_positions<M: Forward>(&mut self, snapshot: &Snapshot<'_, M>, labels: &ClassLabels) -> Result<()> {
        let (model, rule, inputs) = (snapshot.model(), snapshot.rule()?, snapshot.dataset()?.inputs());
        checked::by_position(model, inputs, 0..checked::layer_names(model)?.len(), labels, |outputs, labels| {
            let decision = rule.decide(model, outputs)?;
            let outcomes = labels::outcomes(outputs, labels, decision.threshold(), decision.targets)?;
            self.add(decision, outputs, &outcomes)
        })
    }

    fn add(&mut self, decision: Decision, outputs: &Matrix, outcomes: &[Outcome]) -> Result<()> {
        expect_probabilities(decision.kind)?;
        let numbers = probabilities(decision, outputs);
        for (row, outcome) in outcomes.iter().enumerate() {
            let Some(class) = outcome.predicted else {
                self.undecided += 1;
                continue;
            };
            let own = if numbers.ncols() > 1 { numbers[(row, class)] } else { numbers[row] };
            self.values.push(if numbers.ncols() == 1 && class == 0 { 1.0 - own } else { own });
            self.correct.push(outcome.is_correct());
        }
        Ok(())
    }

    /// Returns the probability of the predicted class, for each sample that has one.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Returns for each of the values whether the predicted class is the true one.
    pub fn correct(&self) -> &[bool] {
        &self.correct
    }

    /// Returns the number of samples without a prediction.
    pub fn undecided(&self) -> u64 {
        self.undecided
    }

    /// Returns how far confidence is from accuracy: the reliability diagram and the calibration error of Guo et al. (2017), who
    /// take 15 bins.
    ///
    /// # Errors
    ///
    /// As [`Calibration::of`], and [`Error::Invalid`](crate::Error::Invalid) if a sample has no prediction, which no bin would show.
    pub fn calibration(&self, bins: usize) -> Result<Calibration> {
        match self.undecided {
            0 => Calibration::of(&self.values, &self.correct, bins),
            undecided => Err(Error::invalid("the number of samples without a prediction", "0", undecided)),
        }
    }
}
