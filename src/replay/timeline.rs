//! Snapshots in the order of time, and the curves that were logged with them.

use std::{collections::HashMap, ops::Range};

use crate::{
    Metrics, Moment,
    storage::{MAX_METRICS, Record, decode_metrics},
};

/// Where the data of a record is.
#[derive(Clone, Debug)]
pub(super) struct Location {
    /// Of the record.
    pub(super) offset: u64,
    /// Of its data.
    pub(super) data: Range<u64>,
    pub(super) crc: u32,
}

impl Location {
    pub(super) fn of(record: &Record) -> Self {
        Self { offset: record.offset, data: record.header.data(record.offset), crc: record.header.data_crc }
    }
}

/// One recorded snapshot.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) moment: Moment,
    pub(super) location: Location,
    /// Where the state of training is, if it was recorded.
    pub(super) state: Option<Location>,
    /// The metrics could not be read, as opposed to there being none.
    pub(super) metrics_lost: bool,
}

/// Snapshots at strictly increasing moments.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    snapshots: Vec<Entry>,
    curves: Curves,
}

impl Timeline {
    /// Appends the snapshot in a record, and the state of training beside it; false if its metrics cannot be read.
    pub(super) fn take(&mut self, record: &Record, state: Option<Location>) -> bool {
        let metrics = record.meta.as_deref().and_then(decode_metrics).filter(|metrics| self.has_room(metrics));
        if let Some(metrics) = &metrics {
            self.curves.take(self.snapshots.len(), metrics);
        }
        let (moment, location) = (record.header.moment, Location::of(record));
        self.snapshots.push(Entry { moment, location, state, metrics_lost: metrics.is_none() });
        metrics.is_some()
    }

    /// Whether these metrics leave no more curves than a recording may have.
    pub(super) fn has_room(&self, metrics: &Metrics) -> bool {
        self.names_with(metrics) <= MAX_METRICS
    }

    /// How many different names there are with those of these metrics.
    pub(super) fn names_with(&self, metrics: &Metrics) -> usize {
        self.curves.names_with(metrics)
    }

    pub(super) fn at(&self, moment: Moment) -> Option<&Entry> {
        self.position(moment).and_then(|at| self.snapshots.get(at))
    }

    /// What was logged with a snapshot; nothing where there is none.
    pub(super) fn metrics(&self, moment: Moment) -> Metrics {
        self.position(moment).map(|at| self.curves.at(at)).unwrap_or_default()
    }

    /// The names of the logged metrics, in order of first appearance.
    pub(super) fn metric_names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.curves.curves.iter().map(|(name, _)| name.as_str())
    }

    pub(super) fn curve(&self, metric: &str) -> Option<impl Iterator<Item = (Moment, f64)>> {
        let points = self.curves.get(metric)?;
        Some(points.iter().map(|&(at, value)| (self.snapshots[at].moment, value)))
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.snapshots.iter()
    }

    pub(super) fn moments(&self) -> impl ExactSizeIterator<Item = Moment> {
        self.iter().map(|snapshot| snapshot.moment)
    }

    pub(super) fn first(&self) -> Option<Moment> {
        self.snapshots.first().map(|snapshot| snapshot.moment)
    }

    pub(super) fn last(&self) -> Option<Moment> {
        self.snapshots.last().map(|snapshot| snapshot.moment)
    }

    /// The last snapshot of an earlier epoch.
    pub(super) fn before(&self, epoch: u64) -> Option<Moment> {
        let at = self.snapshots.partition_point(|snapshot| snapshot.moment.epoch() < epoch);
        self.snapshots[..at].last().map(|snapshot| snapshot.moment)
    }

    pub(super) fn len(&self) -> usize {
        self.snapshots.len()
    }

    /// Where in the file the snapshots before and behind a moment begin.
    pub(super) fn around(&self, moment: Moment) -> (Option<u64>, Option<u64>) {
        let at = self.snapshots.partition_point(|snapshot| snapshot.moment < moment);
        let (before, behind) = self.snapshots.split_at(at);
        let offset = |snapshot: &Entry| snapshot.location.offset;
        (before.last().map(offset), behind.first().map(offset))
    }

    fn position(&self, moment: Moment) -> Option<usize> {
        self.snapshots.binary_search_by_key(&moment, |snapshot| snapshot.moment).ok()
    }
}

/// Every logged metric as a curve over the snapshots it was logged with.
#[derive(Debug, Default)]
struct Curves {
    /// In order of first appearance: a name, and values at places in the series.
    curves: Vec<(String, Vec<(usize, f64)>)>,
    by_name: HashMap<String, usize>,
}

impl Curves {
    fn get(&self, name: &str) -> Option<&[(usize, f64)]> {
        self.by_name.get(name).map(|&at| self.curves[at].1.as_slice())
    }

    /// What was logged at one place.
    fn at(&self, place: usize) -> Metrics {
        let value = |points: &[(usize, f64)]| {
            points.binary_search_by_key(&place, |&(place, _)| place).ok().map(|at| points[at].1)
        };
        self.curves.iter().filter_map(|(name, points)| Some((name.as_str(), value(points)?))).collect()
    }

    fn names_with(&self, metrics: &Metrics) -> usize {
        let new = metrics.iter().filter(|(name, _)| !self.by_name.contains_key(*name)).count();
        self.curves.len() + new
    }

    fn take(&mut self, place: usize, metrics: &Metrics) {
        for (name, value) in metrics.iter() {
            let at = self.position(name);
            self.curves[at].1.push((place, value));
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
