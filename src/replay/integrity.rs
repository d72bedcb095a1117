//! Damage: parts of a file that are not what was written.

use std::path::PathBuf;

use super::{Replay, timeline::Location};
use crate::{Error, Result, storage::Damage};

/// Notes what is damaged, and goes on.
fn note(read: Result<()>, location: &Location, damage: &mut Vec<Damage>) -> Result<()> {
    match read {
        Err(Error::Corrupted { what, reason, .. }) => {
            let bytes = location.offset..location.data.end;
            damage.push(Damage::new(bytes, format!("{what} is corrupted: {reason}")));
            Ok(())
        }
        read => read,
    }
}

/// What keeps another file from being checked at all.
fn as_damage(error: Error, path: PathBuf) -> Damage {
    match error {
        Error::Corrupted { path, what, offset, reason } => {
            Damage::new(offset..offset, format!("{what} is corrupted: {reason}")).in_file(path)
        }
        error => Damage::new(0..0, error.to_string()).in_file(path),
    }
}

impl Replay {
    /// Returns the damage that was found when the file was opened: parts that are not what was written.
    ///
    /// Opening reads no weights. Damaged ones are an error when they are read, and
    /// [`check_integrity`](Self::check_integrity) reads them all.
    pub fn damage(&self) -> &[Damage] {
        &self.index.damage
    }

    /// Reads the whole recording, compares every checksum, and returns all damage.
    ///
    /// That is [`damage`](Self::damage) and the epochs, steps and data whose bytes are not what was written. Data that
    /// [lie in another file](crate::SharedData) are read there, and what is damaged of it comes last, with its path: also that it is
    /// not there, cannot be read, or holds other data.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// replay.record(&model, Metrics::new())?;
    /// let mut bytes = Vec::new();
    /// replay.write_to(&mut bytes)?;
    /// let weights_of_epoch_0 = bytes.len() - 320; // before the 192 bytes of epoch 1
    /// bytes[weights_of_epoch_0] ^= 1;
    /// let damage = Replay::from_bytes(bytes)?.check_integrity()?;
    /// assert_eq!(damage.len(), 1);
    /// assert_eq!(damage[0].reason, "epoch 0 is corrupted: its checksum does not agree");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be read.
    pub fn check_integrity(&self) -> Result<Vec<Damage>> {
        let mut damage = self.index.damage.clone();
        for (what, location) in self.index.locations().filter(|(_, location)| !location.compressed) {
            note(self.source(what, location).finish(), location, &mut damage)?;
        }
        for (moment, location) in self.index.compressed() {
            note(self.check_expanded(moment), location, &mut damage)?;
        }
        damage.sort_by_key(|damage| damage.bytes.start);
        damage.extend(self.check_shared());
        Ok(damage)
    }

    /// The same of the file that the data sets lie in, if it is another one.
    fn check_shared(&self) -> Vec<Damage> {
        let Some(shared) = self.shared_data() else { return Vec::new() };
        let path = shared.paths().into_iter().next().unwrap_or_default();
        match self.holder().and_then(|holder| holder.map_or(Ok(Vec::new()), Self::check_integrity)) {
            Ok(damage) => damage.into_iter().map(|damage| damage.in_file(path.clone())).collect(),
            Err(error) => vec![as_damage(error, path)],
        }
    }

    /// Returns the number of bytes after the last whole record when the file was opened or refreshed.
    ///
    /// They are what a killed recorder left unfinished, or one at work is just writing. [`append`](Self::append) has cut
    /// them off.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// let mut bytes = Vec::new();
    /// replay.write_to(&mut bytes)?;
    /// bytes.extend([0; 17]); // a record that was begun
    /// assert_eq!(Replay::from_bytes(bytes)?.torn_bytes(), 17);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn torn_bytes(&self) -> u64 {
        self.torn_bytes
    }
}
