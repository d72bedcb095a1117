//! What copies a model, its state of training and its outputs on the probe, to be recorded later as if it were now.

use std::sync::Arc;

use super::{
    Replay, ReplayOptions,
    choice::{Choice, looks_at_left_out},
    parameters::Parameters,
    probe,
    schedule::{Schedule, expect_later},
    snapshot_copy::Copy,
};
use crate::{
    Matrix, Metrics, Model, Moment, Result,
    storage::{LeftOut, Manifest, Notes, Probe},
};

/// Where a recording is whose snapshots are copied first.
#[derive(Debug)]
pub(super) struct Copier {
    pub(super) options: ReplayOptions,
    pub(super) schedule: Schedule,
    /// The last moment that was passed.
    pub(super) last: Option<Moment>,
    /// The inputs that the model is run on, and how many values it has, once that is known.
    probe: Option<Matrix>,
    values: Option<usize>,
    /// What is not copied, once that is known, and how many copies were made since.
    left_out: Option<Arc<LeftOut>>,
    copied: u64,
}

impl Copier {
    /// That of a recording; fails if it was opened to read.
    pub(super) fn of(replay: &mut Replay) -> Result<Self> {
        let last = replay.index.last();
        let recorder = replay.recorder()?;
        recorder.options.check()?;
        let (options, schedule) = (recorder.options.clone(), recorder.schedule);
        let probe = replay.probe().inputs().cloned();
        let manifest = replay.index.manifest.as_ref();
        let (values, left_out) = (manifest.map(Manifest::values), manifest.map(|it| Arc::clone(&it.left_out)));
        Ok(Self { options, schedule, last, probe, values, left_out, copied: 0 })
    }

    /// Whether the options choose a moment, and it was not recorded before.
    pub(super) fn takes(&self, moment: Moment) -> Result<bool> {
        self.schedule.takes(moment, self.last, &self.options)
    }

    pub(super) fn expect_later(&self, moment: Moment) -> Result<()> {
        expect_later(moment, self.last)
    }

    /// Copies what is recorded of a model as it is now.
    pub(super) fn copy<M>(&mut self, copy: &mut Copy, (moment, metrics): (Moment, Metrics), model: &M) -> Result<()>
    where
        M: Model + ?Sized,
    {
        let description = model.description();
        let parameters = Parameters::of(model, description.as_ref(), self.options.rename.clone());
        let is_first = self.left_out.is_none();
        let left_out = match &self.left_out {
            Some(known) => Arc::clone(known),
            None if self.options.choice.is_of_all() => Arc::default(),
            None => Arc::clone(&parameters.chosen(Some(&self.options.choice))?.left_out),
        };
        let parameters = parameters.without(&left_out, !is_first && looks_at_left_out(self.copied, moment));
        copy.take((moment, metrics), model, &parameters)?;
        self.left_out = Some(left_out);
        self.copied += 1;
        copy.probe = self.run_probe(copy, model)?;
        if self.values.is_none() && copy.probe.is_none() && self.options.probe.given().is_none() {
            self.probe = None; // As the recording does where the model cannot be run.
        }
        self.values.get_or_insert(copy.values());
        Ok(())
    }

    /// The next moment is a later one.
    pub(super) fn passed(&mut self, moment: Moment) {
        self.schedule.passed(moment);
        self.last = Some(moment);
    }

    /// What the model makes of the probe, if it is to be run and can be.
    fn run_probe<M: Model + ?Sized>(&self, copy: &Copy, model: &M) -> Result<Option<Probe>> {
        let Some(inputs) = &self.probe else { return Ok(None) };
        match self.values {
            None => self.options.probe.check()?,
            Some(values) if !self.options.probes(copy.moment, values) => return Ok(None),
            Some(_) => {}
        }
        probe::run(inputs, model, copy.description())
    }
}

impl Replay {
    /// Records a copy as the model that it is of, and then its notes. After an error it can be tried again, and goes on where it
    /// failed.
    pub(super) fn append_copy(&mut self, copy: &mut Copy) -> Result<()> {
        if !copy.is_recorded {
            self.append_model_of(copy)?;
            copy.is_recorded = true;
        }
        self.add_notes(&copy.notes)?;
        copy.notes = Notes::default();
        Ok(())
    }

    fn append_model_of(&mut self, copy: &Copy) -> Result<()> {
        if let (None, Some(recorder)) = (&self.index.manifest, &mut self.recorder) {
            recorder.options.choice = Choice::leaving_out(&copy.left_out);
        }
        // It may be tried again, and keeps what it has.
        let (snapshot, probe) = ((copy.moment, copy.metrics.clone()), copy.probe.clone());
        self.append_snapshot(snapshot, copy, |_, _| Ok(probe))
    }

    /// Goes on where copies were made up to.
    pub(super) fn go_on_at(&mut self, schedule: Schedule) {
        if let Some(recorder) = &mut self.recorder {
            recorder.schedule = schedule;
        }
    }
}
