//! The records that a compressed snapshot is read from, and its arrays out of them.

use std::{collections::BTreeMap, sync::Arc};

use super::{Replay, expanded::Held, timeline::Location};
use crate::{
    Error, Moment, Result,
    storage::{self, ArrayTable, Expander, MOST_RECORDS, Reference, StoredArray, Way},
};

/// The records of a compressed snapshot by their sequence numbers, as far as they were needed.
pub(super) struct Chain<'r> {
    replay: &'r Replay,
    last: u64,
    links: BTreeMap<u64, Link<'r>>,
    expander: Expander,
}

struct Link<'r> {
    moment: Moment,
    location: &'r Location,
    table: ArrayTable,
}

impl<'r> Chain<'r> {
    /// The chain of a compressed snapshot, of which its own record is read.
    pub(super) fn of(replay: &'r Replay, moment: Moment) -> Result<Self> {
        let location = &replay.index.at(moment)?.location;
        let (last, table) = (location.sequence, replay.array_table(moment, location)?);
        let links = BTreeMap::from([(last, Link { moment, location, table })]);
        Ok(Self { replay, last, links, expander: Expander::default() })
    }

    /// How an array is stored in the record of the snapshot.
    pub(super) fn stored(&self, index: usize) -> StoredArray {
        self.links[&self.last].table.arrays[index]
    }

    /// Reads an array. What is known of it already, by the record that holds it, is not read again.
    pub(super) fn array(&mut self, index: usize, known: impl FnMut(u64) -> Option<Held>) -> Result<Held> {
        self.read(index, known).map_err(|error| self.blamed(error))
    }

    fn read(&mut self, index: usize, mut known: impl FnMut(u64) -> Option<Held>) -> Result<Held> {
        let (mut path, mut at, mut begun) = (Vec::new(), self.last, known(self.last));
        while begun.is_none() {
            let link = &self.links[&at];
            let stored = link.table.arrays[index];
            if stored.way != Way::Same {
                path.push(at);
            }
            let Some(reference) = link.table.reference(&stored) else { break };
            // What is known of a record that is not the one meant is not what is meant, whatever was read before.
            begun = if self.means(at, reference) { known(reference.sequence) } else { None };
            if begun.is_none() {
                self.reach(at, reference)?;
            }
            at = reference.sequence;
        }
        let expected = self.stored(index).checksum;
        let held = match (begun, path.first()) {
            (Some(held), None) => held,
            (begun, first) => {
                let holder = first.copied().unwrap_or(at);
                let bytes = self.expanded(index, &path, begun)?;
                Held { holder, checksum: crc32fast::hash(&bytes), bytes: Arc::new(bytes) }
            }
        };
        if held.checksum == expected { Ok(held) } else { Err(self.unlike(self.last)) }
    }

    /// What an array becomes along a path whose first record is the last one.
    fn expanded(&mut self, index: usize, path: &[u64], begun: Option<Held>) -> Result<Vec<u8>> {
        let own = |held: Held| Arc::try_unwrap(held.bytes).unwrap_or_else(|shared| shared.to_vec());
        let mut bytes = begun.map_or_else(Vec::new, own);
        let spec = &self.replay.manifest()?.parameters()[index];
        for at in path.iter().rev() {
            let Link { moment, location, table } = &self.links[at];
            let (stored, data) = (&table.arrays[index], location.data.start);
            let part = data + stored.place..data + stored.place + stored.length;
            let reader = self.replay.log.part(moment.to_string(), part, location.offset);
            self.expander.expand(reader, stored, spec, &mut bytes)?;
        }
        Ok(bytes)
    }

    /// Whether there is an earlier record of this number at this moment.
    fn means(&self, from: u64, Reference { sequence, moment }: Reference) -> bool {
        let is_it = |location: &Location| location.sequence == sequence && location.compressed;
        sequence < from && self.replay.index.at(moment).is_ok_and(|entry| is_it(&entry.location))
    }

    /// Makes sure that a record which another one refers to is one of the links.
    fn reach(&mut self, from: u64, reference: Reference) -> Result<()> {
        let Reference { sequence, moment } = reference;
        // Only ever to an earlier one: a forged circle comes to its end.
        if sequence >= from {
            return Err(self.refused(format!("it refers to {moment}, which is not recorded before it")));
        }
        if self.links.contains_key(&sequence) {
            return Ok(());
        }
        if self.links.len() >= MOST_RECORDS {
            return Err(
                self.refused(format!("it refers to {moment}, and is read from more than {MOST_RECORDS} records"))
            );
        }
        let entry = self.replay.index.at(moment).map_err(|why| self.lost(moment, &why.to_string()))?;
        let location = &entry.location;
        if location.sequence != sequence || !location.compressed {
            return Err(self.lost(moment, "another record lies in its place"));
        }
        let table = match self.replay.array_table(moment, location) {
            Err(Error::Corrupted { reason, .. }) => return Err(self.lost(moment, &reason)),
            table => table?,
        };
        self.links.insert(sequence, Link { moment, location, table });
        Ok(())
    }

    /// The error that names the damaged record, if one of the links is damaged: the snapshot's own first.
    fn blamed(&self, error: Error) -> Error {
        if !matches!(error, Error::Corrupted { .. }) {
            return error;
        }
        for (&at, link) in self.links.iter().rev() {
            match self.replay.source(link.moment.to_string(), link.location).finish() {
                Ok(()) => {}
                Err(Error::Corrupted { reason, .. }) if at != self.last => return self.lost(link.moment, &reason),
                Err(error) => return error,
            }
        }
        error
    }

    fn lost(&self, moment: Moment, reason: &str) -> Error {
        self.refused(format!("it refers to {moment}, which is damaged: {reason}"))
    }

    fn unlike(&self, at: u64) -> Error {
        let of = self.links[&at].moment;
        self.refused(format!("the values of {of} are not those that were recorded"))
    }

    fn refused(&self, reason: String) -> Error {
        let Link { moment, location, .. } = &self.links[&self.last];
        Error::corrupted(self.replay.origin.path(), moment.to_string(), location.offset, reason)
    }
}

impl Replay {
    /// The metrics and the probe of a compressed snapshot, as they lie in its meta.
    pub(super) fn beside_arrays(&self, moment: Moment) -> Result<Vec<u8>> {
        let mut meta = self.log.meta(&moment.to_string(), self.index.at(moment)?.location.offset)?;
        let mut rest = meta.as_slice();
        if storage::take_metrics(&mut rest).is_some() && storage::skip_probe(&mut rest).is_ok() {
            let length = meta.len() - rest.len();
            meta.truncate(length);
        }
        Ok(meta)
    }

    /// How the arrays of a compressed snapshot are stored.
    pub(super) fn array_table(&self, moment: Moment, location: &Location) -> Result<ArrayTable> {
        let (what, offset) = (moment.to_string(), location.offset);
        let lost = |reason: String| Error::corrupted(self.origin.path(), &what, offset, reason);
        let meta = self.log.meta(&what, offset)?;
        let mut rest = meta.as_slice();
        storage::take_metrics(&mut rest).ok_or_else(|| lost("the metrics before its arrays cannot be read".into()))?;
        storage::skip_probe(&mut rest).map_err(lost)?;
        let length = location.data.end - location.data.start;
        ArrayTable::decode(rest, self.manifest()?.parameters(), length).map_err(lost)
    }
}
