//! What is wrong with a run, found in its epochs.

use super::{RecordedWeights, Replay, Run, Snapshot, readable::skipping, run_questions::without_data};
use crate::{
    Dataset, Error, Forward, Loss, Result, Weights,
    analysis::{
        Caveat, Diagnosis, DiagnosisOptions, EpochSummary, MilestoneKind, MilestoneOptions,
        diagnosis::{
            epoch_evidence::{EpochEvidence, Validated, wrong},
            gap::{Gap, Known},
            residuals::Residuals,
            run_evidence::{Curve, LastEpoch, RunEvidence},
            sampled::Sampled,
            steps::{Step, steps},
        },
        run::milestones::RunSummary,
    },
    model::decision::Rule,
};

/// The named data set that is for validation, if no other one is chosen.
const VALIDATION: &str = "validation";

impl<M: Forward> Run<'_, M> {
    /// Returns what is wrong with the run: a learning rate that is too large or too small, a layer that is dead or was never
    /// trained, overfitting, a class that is never predicted, labels that are noise, and more; each with its evidence.
    ///
    /// [`DiagnosisOptions`] lists the checks and their thresholds. What could not be checked is listed with the reason:
    /// nothing passes in silence. The epochs are gone through once on all cores, and once more one after the other for the weights;
    /// of the data up to 2,000 samples are compared with each other. What is found is what was seen, and no proof of a cause.
    ///
    /// Fit for a test of your own training code, and for a job of continuous integration: `training-replay diagnose` exits with
    /// 0, 1 or 2 for [passed, failed and not judged](crate::analysis::Judgement).
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    /// use training_replay::analysis::{DiagnosisOptions, Judgement, MilestoneKind};
    ///
    /// let (train, validation) = datasets::moons(300, 0.1, 7).split(0.3, 13)?;
    /// let layers = [Dense::new(8).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// let mut model = Sequential::builder(2).layers(layers).build(42)?;
    /// let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.02));
    /// let options = Replay::options().dataset(&train).named_dataset("validation", &validation);
    /// let mut replay = options.loss(Loss::BinaryCrossEntropy).in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// for _ in 0..30 {
    ///     let metrics = trainer.epoch(&mut model, &train)?;
    ///     replay.record(&model, metrics)?;
    /// }
    /// let diagnosis = replay.run()?.diagnose(&DiagnosisOptions::default())?;
    /// assert_eq!(diagnosis.judgement(), Judgement::Passed, "{diagnosis}");
    /// assert!(diagnosis.not_checked.is_empty(), "{diagnosis}");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`milestones`](Self::milestones); [`Error::Missing`] for a validation set that was chosen and is not recorded, and
    /// [`Error::Invalid`] for a threshold that is NaN or of what is no check.
    pub fn diagnose(&self, options: &DiagnosisOptions) -> Result<Diagnosis> {
        options.check()?;
        let run = self.in_order_of_time();
        let asked = Asked::of(&run, options)?;
        let (evidence, caveats) = run.evidence(&asked, options)?;
        let mut diagnosis = Diagnosis::of(&evidence, options);
        diagnosis.caveats = caveats;
        if let Ok(data) = asked.training {
            (diagnosis.class_names, diagnosis.feature_names) =
                (data.class_names().to_vec(), data.feature_names().to_vec());
        }
        diagnosis.loss_name = self.replay().name_of(asked.loss);
        Ok(diagnosis)
    }

    /// Goes through the epochs.
    fn evidence<'e>(&self, asked: &Asked<'e>, options: &DiagnosisOptions) -> Result<(RunEvidence<'e>, Vec<Caveat>)> {
        let middle = self.epochs.get(self.epochs.len() / 2).copied().unwrap_or(0);
        let (mut epochs, mut wrongs) = (Vec::new(), Wrongs::default());
        let mut summaries = RunSummary::new(&asked.milestones)?;
        let skipped = self.take_readable(
            |snapshot| asked.look_at(snapshot, snapshot.epoch() <= middle),
            |seen| {
                epochs.push(seen.evidence);
                wrongs.add(seen.wrong);
                summaries.add(seen.summary)
            },
        )?;
        let last = epochs.last().map(|last| self.at(last.epoch)).transpose()?;
        let has_gradients = last.as_ref().is_some_and(|last| last.model().as_backward().is_some());
        let last =
            last.zip(asked.training.as_ref().ok()).map(|(last, data)| asked.look_at_last(&last, data)).transpose()?;
        let mut milestones = summaries.milestones();
        let found = std::mem::take(&mut milestones.caveats).into_iter();
        let caveats = Caveat::once(found.chain(self.some_epochs(&skipped)).chain(skipped));
        let evidence = RunEvidence {
            epochs,
            loss: asked.loss,
            training: asked.training.clone(),
            validation: asked.validation.clone().map(|(data, _)| data),
            logged: logged(self.replay(), &self.epochs, options),
            has_gradients,
            last,
            steps: steps_between(self.replay(), &self.epochs)?,
            sampled: asked.sampled.clone().map(|some| (some, wrongs.shares())),
            milestones,
        };
        Ok((evidence, caveats))
    }

    /// The data set for validation, and what decides about outputs for it.
    fn validation(&self, options: &DiagnosisOptions) -> Result<Known<(&Dataset, Rule)>> {
        let name = options.validation.as_deref().unwrap_or(VALIDATION);
        if options.validation.is_none() && self.dataset_names().all(|known| known != VALIDATION) {
            return Ok(Err(Gap::new(format!(
                "no data set {VALIDATION:?} was recorded, by `ReplayOptions::named_dataset`: `DiagnosisOptions::validation` chooses another one"
            ))));
        }
        let run = self.clone().on(name)?;
        let rule = Rule { threshold: self.chosen_threshold(), targets: run.target_kind()?, loss: self.replay().loss() };
        Ok(Ok((self.replay().data_of(run.data)?, rule)))
    }
}

impl RecordedWeights<'_> {
    /// Returns what is wrong with the run by the recorded weights and the logged loss alone: parameters that never change, steps
    /// that are too large or too small, what diverged, overfitting. It needs neither a model nor data.
    ///
    /// ```
    /// use training_replay::{Parameter, Replay, Weights, analysis::{DiagnosisOptions, MilestoneKind}};
    ///
    /// let mut replay = Replay::options().in_memory();
    /// for (epoch, loss) in [0.9, 0.6, 0.4, 0.3].into_iter().enumerate() {
    ///     let kernel = Parameter::new("block", "kernel", [1, 2], vec![1.0 + epoch as f32, 0.5]);
    ///     let forgotten = Parameter::new("norm", "scale", [2], vec![1.0_f32; 2]);
    ///     replay.record(&Weights::from_iter([kernel, forgotten]), [("loss", loss)])?;
    /// }
    /// let diagnosis = replay.recorded_weights().diagnose(&DiagnosisOptions::default())?;
    /// let found: Vec<_> = diagnosis.findings.iter().map(|finding| diagnosis.sentence(finding)).collect();
    /// assert_eq!(found, ["From epoch 0 on, scale of layer norm does not change: it is the same over 4 recorded epochs, while others change"]);
    /// assert!(diagnosis.passed.contains(&MilestoneKind::NoFall));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`milestones`](Self::milestones), and [`Error::Invalid`] for a threshold that is NaN or of what is no check.
    pub fn diagnose(self, options: &DiagnosisOptions) -> Result<Diagnosis> {
        options.check()?;
        let replay = self.replay;
        let mut milestones = self.milestones(&MilestoneOptions::default())?;
        let mut caveats = std::mem::take(&mut milestones.caveats);
        caveats.retain(|caveat| *caveat != without_data()); // What was not checked says it.
        let is_skipped = |at| caveats.iter().any(|caveat| caveat.skips(at));
        let epochs: Vec<u64> = replay.epochs().filter(|&epoch| !is_skipped(epoch)).collect();
        let gap = || {
            Gap::new("it was asked of weights alone: `Replay::run_with` takes the model, `Replay::with_dataset` data")
        };
        let evidence = RunEvidence {
            epochs: epochs.iter().map(|&epoch| EpochEvidence::of_weights(epoch)).collect(),
            loss: None,
            training: Err(gap()),
            validation: Err(gap()),
            logged: logged(replay, &epochs, options),
            has_gradients: false,
            last: None,
            steps: steps_between(replay, &epochs)?,
            sampled: None,
            milestones,
        };
        let mut diagnosis = Diagnosis::of(&evidence, options);
        diagnosis.caveats = caveats;
        Ok(diagnosis)
    }
}

/// What was logged of the losses at some epochs, which increase.
fn logged(replay: &Replay, epochs: &[u64], options: &DiagnosisOptions) -> [Option<Curve>; 2] {
    options.names.each_ref().map(|name| {
        let mut curve = replay.curve(name)?;
        curve.retain(|(epoch, _)| epochs.binary_search(epoch).is_ok());
        Some(curve)
    })
}

/// The steps between the epochs that can be read, from the recorded weights alone.
fn steps_between(replay: &Replay, epochs: &[u64]) -> Result<Vec<Step>> {
    let (mut earlier, mut later, mut all) = (Weights::default(), Weights::default(), Vec::new());
    for &epoch in epochs {
        let read = replay.recorded_weights().read_into(epoch, &mut later);
        if skipping(epoch, read)?.is_err() {
            continue;
        }
        if !earlier.is_empty() {
            all.extend(steps(&earlier, &later, epoch)?);
        }
        std::mem::swap(&mut earlier, &mut later);
    }
    Ok(all)
}

/// What is asked of every epoch.
struct Asked<'r> {
    loss: Option<Loss>,
    milestones: MilestoneOptions,
    rule: Rule,
    training: Known<&'r Dataset>,
    validation: Known<(&'r Dataset, Rule)>,
    sampled: Option<Sampled>,
}

/// What is seen at an epoch.
struct Seen {
    summary: EpochSummary,
    evidence: EpochEvidence,
    wrong: Option<Vec<bool>>,
}

impl<'r> Asked<'r> {
    fn of<M: Forward>(run: &'r Run<'_, M>, options: &DiagnosisOptions) -> Result<Self> {
        let training = match run.dataset() {
            Err(Error::Missing { .. }) => {
                Err(Gap::new("the recording has no data set: `Replay::with_dataset` gives it one"))
            }
            data => Ok(data?),
        };
        let loss = options.loss.or(run.replay().loss());
        let rule = Rule { threshold: run.chosen_threshold(), targets: run.target_kind()?, loss };
        let limits = [MilestoneKind::Vanishing, MilestoneKind::Exploding].map(|kind| options.threshold_of(kind));
        let milestones = MilestoneOptions::default().or_loss(loss).deciding(rule.threshold, rule.targets);
        let milestones = milestones.vanishing(limits[0]).exploding(limits[1]);
        let (validation, sampled) = (run.validation(options)?, training.as_ref().ok().map(|data| Sampled::of(data)));
        Ok(Self { loss, milestones, rule, training, validation, sampled })
    }

    fn look_at<M: Forward>(&self, snapshot: &Snapshot<'_, M>, early: bool) -> Result<Seen> {
        let (epoch, model) = (snapshot.epoch(), snapshot.model());
        let summary = match self.training {
            Ok(data) => EpochSummary::of(epoch, model, data, &self.milestones)?,
            Err(_) => EpochSummary::of_weights(epoch, model)?,
        };
        let summary = snapshot.replay.with_recorded_states(summary);
        let validated = self.validation.as_ref().ok();
        let validated =
            validated.map(|(data, rule)| Validated::of(model, data, self.loss, rule.of_loss(self.loss))).transpose()?;
        let some = self.sampled.as_ref().filter(|_| early);
        let wrong = some.map(|some| wrong(model, some, self.rule)).transpose()?.flatten();
        Ok(Seen { evidence: EpochEvidence::of(model, &summary, validated), summary, wrong })
    }
}

impl Asked<'_> {
    fn look_at_last<M: Forward>(&self, last: &Snapshot<'_, M>, data: &Dataset) -> Result<LastEpoch> {
        LastEpoch::of(last.epoch(), last.model(), data, Residuals::of(last.model(), data, self.rule)?)
    }
}

/// How often each of some samples was taken for another class.
#[derive(Default)]
struct Wrongs {
    counts: Vec<u64>,
    epochs: u64,
}

impl Wrongs {
    fn add(&mut self, wrong: Option<Vec<bool>>) {
        let Some(wrong) = wrong else { return };
        self.counts.resize(wrong.len(), 0);
        self.epochs += 1;
        self.counts.iter_mut().zip(wrong).for_each(|(count, wrong)| *count += u64::from(wrong));
    }

    fn shares(self) -> Vec<f64> {
        self.counts.iter().map(|&count| count as f64 / self.epochs as f64).collect()
    }
}
