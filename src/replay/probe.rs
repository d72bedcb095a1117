//! The probe: a few inputs that a recording fixes, and what the model made of them at each epoch.

use super::{Replay, probe_inputs::MOST_VALUES};
use crate::{
    Description, Error, Matrix, Metrics, Model, Moment, Result, Sequential,
    math::matrix,
    model::checked,
    storage::{self, Probe},
};

/// The probe of a recording: a few inputs that it fixes, and what the model made of them at each epoch.
///
/// With it [`Run::verify`](crate::Run::verify) proves that another model is the same. [`Replay::probe`] returns it.
///
/// ```
/// # use training_replay::{Dense, Metrics, Replay, Sequential, datasets};
/// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
/// let data = datasets::moons(100, 0.1, 7);
/// let mut replay = Replay::options().dataset(&data).in_memory();
/// replay.record(&model, Metrics::new())?;
/// let inputs = replay.probe().inputs().expect("eight of its samples");
/// assert_eq!((inputs.row(0), inputs.row(7)), (data.inputs().row(0), data.inputs().row(99)));
/// assert_eq!(replay.probe().outputs(0)?, Some(model.predict(inputs)?));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RecordedProbe<'a> {
    replay: &'a Replay,
}

impl<'a> RecordedProbe<'a> {
    /// Returns the inputs, a sample in each row.
    ///
    /// They are chosen when the recording begins: a few samples of the data set, or those of
    /// [`ReplayOptions::probe`](crate::ReplayOptions::probe). `None` if there are none, as in recordings of format 1.0.
    pub fn inputs(self) -> Option<&'a Matrix> {
        match (&self.replay.index.manifest, &self.replay.recorder) {
            (Some(manifest), _) => manifest.probe.as_ref(),
            (None, Some(recorder)) => recorder.probe.as_ref(),
            (None, None) => None,
        }
    }

    /// Returns what the model made of the inputs when it was recorded, a row for each; `None` if it was not run at that
    /// moment.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEpoch`] or [`Error::UnknownStep`] if the moment was not recorded, [`Error::Corrupted`] if what lies
    /// beside its weights is damaged, [`Error::Io`] if the file cannot be read.
    pub fn outputs(self, at: impl Into<Moment>) -> Result<Option<Matrix>> {
        Ok(self.replay.probe_at(at.into())?.map(|probe| probe.outputs))
    }

    /// Returns the outputs with what is known of who computed them, for a [copy](RecordedOutputs::record_in) of the moment.
    ///
    /// # Errors
    ///
    /// As [`outputs`](Self::outputs).
    pub fn at(self, at: impl Into<Moment>) -> Result<Option<RecordedOutputs>> {
        Ok(self.replay.probe_at(at.into())?.map(RecordedOutputs))
    }
}

/// What a model made of the inputs of a probe at one moment, as it was recorded.
///
/// ```
/// # use training_replay::{Dense, Metrics, Replay, Sequential, datasets};
/// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
/// let mut replay = Replay::options().dataset(&datasets::moons(100, 0.1, 7)).in_memory();
/// replay.record(&model, Metrics::new())?;
/// let recorded = replay.probe().at(0)?.expect("it was run");
/// assert!(recorded.is_built_in());
/// assert_eq!(recorded.outputs().nrows(), 8);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedOutputs(Probe);

impl RecordedOutputs {
    /// Returns the outputs, a row for each of the inputs.
    pub fn outputs(&self) -> &Matrix {
        &self.0.outputs
    }

    /// Returns whether a built-in network computed them, which gives the same bits on every machine.
    pub fn is_built_in(&self) -> bool {
        self.0.built_in
    }

    /// Records a moment in a copy, with these outputs in place of running a model; returns whether it was recorded.
    ///
    /// [`Run::verify`](crate::Run::verify) proves a built-in network by bits in the copy too. The probe of the copy must have
    /// the same inputs, by [`ReplayOptions::probe`](crate::ReplayOptions::probe).
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential, datasets};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// # let mut replay = Replay::options().dataset(&datasets::moons(100, 0.1, 7)).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let inputs = replay.probe().inputs().expect("eight of its samples");
    /// let outputs = replay.probe().at(0)?.expect("it was run");
    /// let mut copy = Replay::options().probe(inputs).in_memory();
    /// outputs.record_in(&mut copy, 0, &replay.weights(0)?, replay.metrics(0)?)?;
    /// assert_eq!(copy.probe().at(0)?, Some(outputs));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Replay::record_at`]; [`Error::Missing`] where the copy has no probe, [`Error::Shape`] where it has another number of
    /// inputs.
    pub fn record_in<M: Model + ?Sized>(
        &self,
        copy: &mut Replay,
        moment: impl Into<Moment>,
        model: &M,
        metrics: impl Into<Metrics>,
    ) -> Result<bool> {
        let outputs = |copy: &Replay, _: Option<&Description>| copy.copied_probe(self);
        copy.append_if_taken((moment.into(), metrics.into()), model, outputs)
    }
}

impl Replay {
    /// Returns what is kept to prove a model by: a few inputs, and what the recorded model made of them.
    pub fn probe(&self) -> RecordedProbe<'_> {
        RecordedProbe { replay: self }
    }

    /// The probe of a moment, read from the file.
    pub(super) fn probe_at(&self, moment: Moment) -> Result<Option<Probe>> {
        let entry = self.index.at(moment)?;
        let Some(inputs) = self.probe().inputs() else { return Ok(None) };
        let (what, offset) = (format!("the probe of {moment}"), entry.location.offset);
        let lost = |reason: String| Error::corrupted(self.origin.path(), &what, offset, reason);
        let meta = self.log.meta(&what, offset)?;
        let mut rest = meta.as_slice();
        storage::take_metrics(&mut rest).ok_or_else(|| lost("the metrics before it cannot be read".into()))?;
        match storage::take_probe(rest).map_err(lost)? {
            Some(probe) if probe.outputs.nrows() != inputs.nrows() => {
                Err(lost(format!("it has {} rows for {} inputs", probe.outputs.nrows(), inputs.nrows())))
            }
            probe => Ok(probe),
        }
    }

    /// What another recording holds, to be recorded here.
    fn copied_probe(&self, RecordedOutputs(probe): &RecordedOutputs) -> Result<Option<Probe>> {
        if let (None, Some(recorder)) = (&self.index.manifest, &self.recorder) {
            recorder.options.probe.check()?;
        }
        let hint = "give those of the recording that is copied, by `ReplayOptions::probe`";
        let inputs = self.probe().inputs().ok_or_else(|| Error::missing("inputs of the probe", hint))?;
        check_outputs(inputs, &probe.outputs)?;
        Ok(Some(probe.clone()))
    }

    /// What a model that is being recorded makes of the probe, if it is to be run and can be.
    pub(super) fn run_probe<M>(
        &self,
        moment: Moment,
        model: &M,
        description: Option<&Description>,
    ) -> Result<Option<Probe>>
    where
        M: Model + ?Sized,
    {
        let (Some(inputs), Some(recorder)) = (self.probe().inputs(), &self.recorder) else { return Ok(None) };
        match &self.index.manifest {
            None => recorder.options.probe.check()?,
            Some(manifest) if !recorder.options.probes(moment, manifest.values()) => return Ok(None),
            Some(_) => {}
        }
        run(inputs, model, description)
    }
}

/// What a model makes of the inputs, if it can be run.
pub(super) fn run<M>(inputs: &Matrix, model: &M, description: Option<&Description>) -> Result<Option<Probe>>
where
    M: Model + ?Sized,
{
    let Some(outputs) = outputs_of(model, inputs)? else { return Ok(None) };
    check_outputs(inputs, &outputs)?;
    let built_in = model.as_forward().is_some() && description.is_some_and(Sequential::is_described_by);
    Ok(Some(Probe { outputs, built_in }))
}

/// What a model makes of the inputs, of which it is given as many at once as it takes.
fn outputs_of<M: Model + ?Sized>(model: &M, inputs: &Matrix) -> Result<Option<Matrix>> {
    let Some(runs) = model.as_forward().filter(|runs| runs.rows_at_once(inputs.ncols()) < inputs.nrows()) else {
        return model.probe_outputs(inputs);
    };
    let (mut all, mut runs_any) = (Matrix::zeros(0, 0), false);
    checked::each_part(runs, inputs, |inputs_of_part, start| {
        let Some(part) = model.probe_outputs(inputs_of_part)? else { return Ok(()) };
        matrix::expect_shape("outputs on the probe", &part, (inputs_of_part.nrows(), part.ncols()))?;
        runs_any = true;
        matrix::put_rows(&part, start, inputs.nrows(), &mut all)
    })?;
    Ok(runs_any.then_some(all))
}

fn check_outputs(inputs: &Matrix, outputs: &Matrix) -> Result<()> {
    matrix::expect_shape("outputs on the probe", outputs, (inputs.nrows(), outputs.ncols()))?;
    if (1..=MOST_VALUES).contains(&outputs.len()) {
        return Ok(());
    }
    let expected = format!("1 to {MOST_VALUES} values; `ReplayOptions::without_probe` records none");
    Err(Error::invalid("what the model makes of the probe", expected, format!("{} values", outputs.len())))
}
