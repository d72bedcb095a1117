//! What a recording holds, without its weights: where each snapshot is, the curves, the damage.

use std::path::PathBuf;

use super::timeline::{Entry, Location, Timeline};
use crate::{
    Error, Moment, Result,
    storage::{Damage, Kind, Manifest, Record, TRAINING, TensorSpec, decode_notes},
};

/// Everything but weights and data.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// The file, for errors.
    path: PathBuf,
    pub(super) manifest: Option<Manifest>,
    /// The matrices of the training set.
    pub(super) data: Vec<(TensorSpec, Location)>,
    /// Those of the other sets.
    pub(super) named_data: Vec<(TensorSpec, Location)>,
    /// The ends of epochs.
    pub(super) epochs: Timeline,
    /// Within epochs.
    pub(super) steps: Timeline,
    /// A state of training whose snapshot is still to come.
    state: Option<(Moment, Location)>,
    pub(super) damage: Vec<Damage>,
    pub(super) finished: bool,
}

impl Index {
    /// The index of a file of which nothing was read yet.
    pub(super) fn of(path: PathBuf) -> Self {
        Self { path, ..Self::default() }
    }

    /// Takes in one more record.
    ///
    /// Fails if the first one does not describe the recording, or for a record of a later version that may not be
    /// skipped.
    pub(super) fn take(&mut self, record: Record) -> Result<()> {
        let Some(manifest) = &self.manifest else { return self.take_manifest(&record) };
        match record.header.kind {
            Kind::Model => self.note_damage(&record, "a second description of the recording"),
            Kind::Data | Kind::NamedData => self.take_data(&record),
            Kind::Epoch if record.header.data_len != manifest.data_len() => {
                let what = format!("the weights of {}: not as many as the model has", record.header.moment);
                self.note_damage(&record, &what);
            }
            Kind::Epoch | Kind::CompressedEpoch => self.take_snapshot(&record),
            Kind::End => self.finished = true,
            Kind::Notes => self.take_notes(&record),
            Kind::TrainingState => self.take_state(&record),
            kind @ Kind::Unknown(_) if kind.may_be_skipped() => {}
            kind @ Kind::Unknown(_) => return Err(newer(kind, record.offset)),
        }
        Ok(())
    }

    /// The snapshot that was recorded at this moment.
    ///
    /// [`Error::Corrupted`] if a damaged record lies where it would be; if none does, it was not recorded.
    pub(super) fn at(&self, moment: Moment) -> Result<&Entry> {
        moment.check()?;
        self.timeline(moment).at(moment).ok_or_else(|| match self.damage_in_place_of(moment) {
            Some(damage) => {
                let reason = "the record that lies in its place cannot be read";
                Error::corrupted(&self.path, moment.to_string(), damage.bytes.start, reason)
            }
            None => self.unknown(moment),
        })
    }

    /// Where the state of training at a moment is.
    pub(super) fn state_of(&self, moment: Moment) -> Result<&Location> {
        let Entry { state, location, .. } = self.at(moment)?;
        // What was damaged before a snapshot may have been its state only where states were recorded.
        let before = |damage: &&Damage| damage.bytes.end == location.offset && self.has_states();
        state.as_ref().ok_or_else(|| match self.damage.iter().find(before) {
            Some(damage) => {
                let reason = "the record that lies in its place cannot be read";
                Error::corrupted(&self.path, format!("the state of training of {moment}"), damage.bytes.start, reason)
            }
            None => {
                let hint = "record `trainer.training(&model)`, or a `Training` of your own, in place of the model";
                Error::missing(format!("state of training of {moment}"), hint)
            }
        })
    }

    fn has_states(&self) -> bool {
        self.epochs.iter().chain(self.steps.iter()).any(|snapshot| snapshot.state.is_some())
    }

    /// The series that a moment belongs to.
    pub(super) fn timeline(&self, moment: Moment) -> &Timeline {
        if moment.step().is_none() { &self.epochs } else { &self.steps }
    }

    /// Every record that has data, and what it holds.
    pub(super) fn locations(&self) -> impl Iterator<Item = (String, &Location)> {
        let data = self.data.iter().chain(&self.named_data).map(|(spec, location)| (describe_matrix(spec), location));
        let snapshots = || self.epochs.iter().chain(self.steps.iter());
        let states = snapshots().filter_map(|snapshot| {
            Some((format!("the state of training of {}", snapshot.moment), snapshot.state.as_ref()?))
        });
        data.chain(snapshots().map(|snapshot| (snapshot.moment.to_string(), &snapshot.location))).chain(states)
    }

    /// The compressed snapshots in the order of time, in which each is read once.
    pub(super) fn compressed(&self) -> impl Iterator<Item = (Moment, &Location)> {
        let mut snapshots: Vec<_> = self.epochs.iter().chain(self.steps.iter()).collect();
        snapshots.retain(|snapshot| snapshot.location.compressed);
        snapshots.sort_unstable_by_key(|snapshot| snapshot.moment);
        snapshots.into_iter().map(|snapshot| (snapshot.moment, &snapshot.location))
    }

    /// The latest snapshot, epoch or step.
    pub(super) fn last(&self) -> Option<Moment> {
        self.epochs.last().max(self.steps.last())
    }

    /// Whether the records that belong before the first snapshot are all here, or a snapshot is.
    pub(super) fn is_started(&self) -> bool {
        if self.manifest.as_ref().is_some_and(|manifest| manifest.shared.is_some()) {
            return true; // The data lie elsewhere.
        }
        let named = |manifest: &Manifest| manifest.data_names.iter().filter(|set| set.name != TRAINING).count();
        let complete = |manifest: &Manifest| {
            self.data.len() as u64 >= manifest.data_records && self.named_data.len() >= 2 * named(manifest)
        };
        self.manifest.as_ref().is_some_and(|manifest| complete(manifest) || self.last().is_some())
    }

    fn take_manifest(&mut self, record: &Record) -> Result<()> {
        let path = self.path.clone();
        let lost = |reason| Error::corrupted(&path, "the description", record.offset, reason);
        if record.header.kind != Kind::Model {
            return Err(lost("its record is missing".into()));
        }
        let meta = record.meta.as_ref().ok_or_else(|| lost("its checksum does not agree".into()))?;
        self.manifest = Some(Manifest::decode(meta).map_err(lost)?);
        Ok(())
    }

    fn take_data(&mut self, record: &Record) {
        match record.meta.as_deref().map(TensorSpec::decode) {
            Some(Ok(spec)) => {
                let known = if record.header.kind == Kind::Data { &mut self.data } else { &mut self.named_data };
                known.push((spec, Location::of(record)));
            }
            _ if record.header.kind == Kind::Data => self.note_damage(record, "a matrix of the data set"),
            _ => self.note_damage(record, "a matrix of a named data set"),
        }
    }

    fn take_notes(&mut self, record: &Record) {
        match (&mut self.manifest, record.meta.as_deref().and_then(decode_notes)) {
            (Some(manifest), Some(notes)) => manifest.notes.append(notes),
            _ => self.note_damage(record, "notes"),
        }
    }

    fn take_state(&mut self, record: &Record) {
        let moment = record.header.moment;
        self.state = Some((moment, Location::of(record)));
        if record.meta.is_none() {
            self.note_damage(record, &format!("the state of training of {moment}"));
        }
    }

    fn take_snapshot(&mut self, record: &Record) {
        let moment = record.header.moment;
        if self.last().is_some_and(|last| moment <= last) {
            return self.note_damage(record, &format!("{moment}, behind a later one"));
        }
        // Of a recorder that was killed between the two records there is a state without its snapshot.
        let state = self.state.take().filter(|(of, _)| *of == moment).map(|(_, location)| location);
        let timeline = if moment.step().is_none() { &mut self.epochs } else { &mut self.steps };
        if !timeline.take(record, state) {
            self.note_damage(record, &format!("the metrics of {moment}"));
        }
        self.finished = false;
    }

    fn note_damage(&mut self, record: &Record, what: &str) {
        let bytes = record.offset..record.header.end(record.offset);
        self.damage.push(Damage::new(bytes, what));
    }

    /// Damage between the snapshots before and behind a moment.
    fn damage_in_place_of(&self, moment: Moment) -> Option<&Damage> {
        let around = [self.epochs.around(moment), self.steps.around(moment)];
        let before = around.iter().filter_map(|(before, _)| *before).max();
        let behind = around.iter().filter_map(|(_, behind)| *behind).min();
        let lies_between = |damage: &&Damage| {
            let at = damage.bytes.start;
            before.is_none_or(|before| before < at) && behind.is_none_or(|behind| at < behind)
        };
        self.damage.iter().find(lies_between)
    }

    fn unknown(&self, moment: Moment) -> Error {
        let epoch = moment.epoch();
        match moment.step() {
            None => Error::UnknownEpoch { epoch, recorded: self.describe_epochs() },
            Some(step) => Error::UnknownStep { epoch, step, recorded: self.describe_steps(epoch) },
        }
    }

    /// A sentence about what there is, for whoever asked for something else.
    fn describe_epochs(&self) -> String {
        let (Some(first), Some(last)) = (self.epochs.first(), self.epochs.last()) else {
            return "nothing was".into();
        };
        let (first, last, count) = (first.epoch(), last.epoch(), self.epochs.len());
        if last - first == count as u64 - 1 {
            match count {
                1 => format!("only epoch {first} was"),
                _ => format!("epochs {first} to {last} were"),
            }
        } else {
            format!("{count} epochs from {first} to {last} were, see `epochs`")
        }
    }

    fn describe_steps(&self, epoch: u64) -> String {
        let count = self.steps.moments().filter(|moment| moment.epoch() == epoch).count();
        match count {
            0 => "no step of that epoch was".into(),
            1 => "one other step of that epoch was, see `steps`".into(),
            _ => format!("{count} other steps of that epoch were, see `steps`"),
        }
    }
}

/// What errors call a matrix of a data set.
pub(super) fn describe_matrix(spec: &TensorSpec) -> String {
    match spec.layer() {
        "" => format!("the data set's {}", spec.name()),
        set => format!("{} of the data set {set:?}", spec.name()),
    }
}

fn newer(kind: Kind, offset: u64) -> Error {
    let expected = "of a kind that this version of training-replay knows; a newer one may have written it";
    Error::invalid(format!("the record at byte {offset}"), expected, format!("{kind:?}"))
}
