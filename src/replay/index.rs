//! What a recording holds, without its weights: where each epoch is, the curves, the damage.

use std::collections::HashMap;

use crate::{
    Error, Metrics, Result,
    storage::{Damage, EpochMeta, Found, Kind, Manifest, TensorSpec},
};

/// Where the data of a record is.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Of the record.
    pub(super) offset: u64,
    /// Of its data.
    pub(super) data: std::ops::Range<u64>,
    pub(super) crc: u32,
}

/// One recorded epoch.
#[derive(Clone, Debug)]
pub(super) struct Epoch {
    pub(super) number: u64,
    pub(super) place: Place,
    /// The metrics could not be read, as opposed to there being none.
    pub(super) metrics_lost: bool,
}

/// Everything but weights and data.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) manifest: Option<Manifest>,
    pub(super) data: Vec<(TensorSpec, Place)>,
    /// By strictly increasing number.
    pub(super) epochs: Vec<Epoch>,
    pub(super) curves: Curves,
    pub(super) damage: Vec<Damage>,
    pub(super) finished: bool,
}

impl Index {
    /// Takes in one more record.
    ///
    /// Fails if the first one does not describe the recording, or for a record of a later version that may not be
    /// skipped.
    pub(super) fn take(&mut self, found: Found) -> Result<()> {
        let Some(manifest) = &self.manifest else { return self.take_manifest(&found) };
        match found.header.kind {
            Kind::Model => self.note_damage(&found, "a second description of the recording"),
            Kind::Data => self.take_data(&found),
            Kind::Epoch if found.header.data_len != manifest.data_len() => {
                let what = format!("the weights of epoch {}: not as many as the model has", found.header.epoch);
                self.note_damage(&found, &what);
            }
            Kind::Epoch => self.take_epoch(&found),
            Kind::End => self.finished = true,
            kind if kind.may_be_skipped() => {}
            kind => return Err(newer(kind, found.offset)),
        }
        Ok(())
    }

    /// The recorded epoch of this number.
    pub(super) fn epoch(&self, number: u64) -> Result<&Epoch> {
        let found = self.epochs.binary_search_by_key(&number, |epoch| epoch.number).ok();
        let missing = || Error::UnknownEpoch { epoch: number, recorded: self.describe_epochs() };
        found.and_then(|at| self.epochs.get(at)).ok_or_else(missing)
    }

    pub(super) fn last_epoch(&self) -> Option<u64> {
        self.epochs.last().map(|epoch| epoch.number)
    }

    /// Whether the records that belong before the first epoch are all here, or an epoch is.
    pub(super) fn is_started(&self) -> bool {
        let complete = |manifest: &Manifest| self.data.len() as u64 >= manifest.data_records;
        self.manifest.as_ref().is_some_and(|manifest| complete(manifest) || !self.epochs.is_empty())
    }

    fn take_manifest(&mut self, found: &Found) -> Result<()> {
        let lost = |reason| Error::corrupted("the description of the recording", found.offset, reason);
        if found.header.kind != Kind::Model {
            return Err(lost("its record is missing".into()));
        }
        let meta = found.meta.as_ref().ok_or_else(|| lost("its checksum does not agree".into()))?;
        self.manifest = Some(Manifest::decode(meta).map_err(lost)?);
        Ok(())
    }

    fn take_data(&mut self, found: &Found) {
        match found.meta.as_deref().map(TensorSpec::decode) {
            Some(Ok(spec)) => self.data.push((spec, place(found))),
            _ => self.note_damage(found, "a matrix of the data set"),
        }
    }

    fn take_epoch(&mut self, found: &Found) {
        let number = found.header.epoch;
        if self.last_epoch().is_some_and(|last| number <= last) {
            return self.note_damage(found, &format!("an epoch {number} behind a later one"));
        }
        let meta = found.meta.as_deref().and_then(EpochMeta::decode);
        match &meta {
            Some(meta) => self.curves.take(number, &meta.metrics),
            None => self.note_damage(found, &format!("the metrics of epoch {number}")),
        }
        self.epochs.push(Epoch { number, place: place(found), metrics_lost: meta.is_none() });
        self.finished = false;
    }

    fn note_damage(&mut self, found: &Found, what: &str) {
        let bytes = found.offset..found.header.end(found.offset);
        self.damage.push(Damage::new(bytes, what));
    }

    /// A sentence about what there is, for whoever asked for something else.
    fn describe_epochs(&self) -> String {
        let (Some(first), Some(last)) = (self.epochs.first(), self.epochs.last()) else {
            return "nothing was".into();
        };
        let (first, last, count) = (first.number, last.number, self.epochs.len());
        let whole = last - first == count as u64 - 1;
        let numbers = match whole {
            true => format!("recorded are {first} to {last}"),
            false => format!("recorded are {count} from {first} to {last}, see `epochs`"),
        };
        match self.damage.len() {
            0 => numbers,
            parts => format!("{numbers}; {parts} damaged parts of the file are listed by `damage`"),
        }
    }
}

/// Every logged metric as a curve over the epochs it was logged at.
#[derive(Debug, Default)]
pub(super) struct Curves {
    /// In order of first appearance.
    curves: Vec<(String, Vec<(u64, f64)>)>,
    by_name: HashMap<String, usize>,
}

impl Curves {
    pub(super) fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.curves.iter().map(|(name, _)| name.as_str())
    }

    pub(super) fn get(&self, name: &str) -> Option<&[(u64, f64)]> {
        self.by_name.get(name).map(|&at| self.curves[at].1.as_slice())
    }

    /// What was logged at one epoch.
    pub(super) fn at(&self, epoch: u64) -> Metrics {
        let value = |points: &[(u64, f64)]| {
            points.binary_search_by_key(&epoch, |&(epoch, _)| epoch).ok().map(|at| points[at].1)
        };
        self.curves.iter().filter_map(|(name, points)| Some((name.as_str(), value(points)?))).collect()
    }

    fn take(&mut self, epoch: u64, metrics: &Metrics) {
        for (name, value) in metrics.iter() {
            let at = self.position(name);
            self.curves[at].1.push((epoch, value));
        }
    }

    fn position(&mut self, name: &str) -> usize {
        if let Some(&at) = self.by_name.get(name) {
            return at;
        }
        self.curves.push((name.into(), Vec::new()));
        self.by_name.insert(name.into(), self.curves.len() - 1);
        self.curves.len() - 1
    }
}

fn place(found: &Found) -> Place {
    Place { offset: found.offset, data: found.header.data(found.offset), crc: found.header.data_crc }
}

fn newer(kind: Kind, offset: u64) -> Error {
    let expected = "of a kind that this version of training-replay knows; a newer one may have written it";
    Error::invalid(format!("the record at byte {offset}"), expected, format!("{kind:?}"))
}
