//! Recordings that take less room: the setting, and how their snapshots are read.

use std::sync::Arc;

use super::{Replay, ReplayOptions, chain::Chain};
use crate::{
    Error, Moment, Parameter, Result, Values, Weights,
    model::visitor::Taker,
    storage::{self, COMPRESSED, CompressedWriter, Compressor, Kind, Log, Reference, Way},
};

impl ReplayOptions {
    /// Sets whether snapshots are compressed, without loss: every bit comes back, those of NaN and -0 too.
    ///
    /// By default they are not. If they are, an array that has not changed since the snapshot before is not stored again, and of
    /// the others mostly the difference to the snapshot before is: snapshots from epoch to epoch take about two thirds of
    /// the room, from step to step half of it, and less where the learning rate is small or the weights are `bf16`. Any snapshot is
    /// read from at most eight records, so that damage to one costs those that refer to it, and no others. The recorder holds
    /// two earlier snapshots in memory, and so does a replay that reads them. Older versions of this crate refuse the file.
    ///
    /// A recording that is [appended](Self::append) to goes on as it is, unless this says otherwise.
    ///
    /// ```
    /// # use training_replay::{Metrics, Parameter, Replay, Weights};
    /// let mut weights: Vec<f32> = (0..10_000).map(|i| (i as f32).sin()).collect();
    /// let mut replay = Replay::options().compress(true).in_memory();
    /// for epoch in 0..5 {
    ///     let kernel = Parameter::new("hidden", "kernel", [100, 100], weights.clone());
    ///     replay.record(&Weights::from_iter([kernel]), Metrics::new())?;
    ///     weights.iter_mut().for_each(|weight| *weight += 1e-4); // training
    /// }
    /// let mut bytes = Vec::new();
    /// replay.write_to(&mut bytes)?;
    /// assert!(bytes.len() < 5 * 40_000 * 2 / 3);
    /// assert_eq!(replay.parameter(0, "hidden", "kernel")?.values().to_f32()[1], 1_f32.sin());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[cfg(feature = "compression")]
    #[must_use]
    pub fn compress(mut self, compress: bool) -> Self {
        self.compress = Some(compress);
        self
    }
}

impl Replay {
    /// Whether a recorder that goes on compresses; fails where it is to and the file is of a version without that.
    pub(super) fn goes_on_compressed(&self, options: &ReplayOptions) -> Result<bool> {
        let minor = self.log.preamble().minor;
        match options.compress {
            Some(true) if minor < COMPRESSED => {
                let expected = format!("1.{COMPRESSED} to append compressed snapshots; record into a new file");
                let what = format!("the format of {}", self.origin.path().display());
                Err(Error::invalid(what, expected, format!("1.{minor}")))
            }
            Some(compress) => Ok(compress),
            None => Ok(cfg!(feature = "compression") && self.recorded_weights().is_compressed()),
        }
    }

    /// Reads all arrays of a compressed snapshot. Those of the snapshot that was read before are not read again.
    pub(super) fn expand(&self, moment: Moment) -> Result<Vec<Arc<Vec<u8>>>> {
        let mut known = self.expanded.known();
        let mut chain = Chain::of(self, moment)?;
        let (mut arrays, mut differences, mut to_the_last) = (Vec::new(), 0, 0);
        for index in 0..self.manifest()?.parameters().len() {
            let (mut was_last, differs) = (false, chain.stored(index).way == Way::Difference);
            arrays.push(Some(chain.array(index, |holder| {
                let (held, last) = known.take(index, holder)?;
                was_last = last;
                Some(held)
            })?));
            differences += usize::from(differs);
            to_the_last += usize::from(differs && was_last);
        }
        if differences == 0 || to_the_last < differences {
            known.anchor.clone_from(&arrays);
        }
        known.last = arrays;
        Ok(known.last.iter().flatten().map(|held| Arc::clone(&held.bytes)).collect())
    }

    /// The same as weights, in memory that is there already.
    pub(super) fn expand_into(&self, moment: Moment, weights: &mut Weights) -> Result<()> {
        let mut old = std::mem::take(weights).into_iter();
        let arrays = self.expand(moment)?;
        let specs = self.manifest()?.parameters().iter().zip(arrays);
        let parameters = specs
            .map(|(spec, bytes)| storage::parameter_of(&bytes, spec, old.next()).ok_or_else(|| self.no_values(moment)));
        *weights = parameters.collect::<Result<_>>()?;
        Ok(())
    }

    /// The same of one parameter, from its own bytes alone.
    pub(super) fn expand_one(&self, moment: Moment, index: usize) -> Result<Parameter<'static>> {
        let held = Chain::of(self, moment)?.array(index, |_| None)?;
        let spec = &self.manifest()?.parameters()[index];
        storage::parameter_of(&held.bytes, spec, None).ok_or_else(|| self.no_values(moment))
    }

    /// Hands over the values of a compressed snapshot piece by piece.
    pub(super) fn expand_pieces(
        &self,
        moment: Moment,
        each: impl Fn(usize, usize, &Values<'_>) -> Result<()>,
    ) -> Result<()> {
        let arrays = self.expand(moment)?;
        let specs = self.manifest()?.parameters().iter().zip(arrays).enumerate();
        specs.into_iter().try_for_each(|(index, (spec, bytes))| {
            storage::pieces_of(&bytes, spec, |start, values| each(index, start, values))
        })
    }

    /// Fails unless a snapshot is what was recorded, and what it refers to.
    pub(super) fn check_expanded(&self, moment: Moment) -> Result<()> {
        let location = &self.index.at(moment)?.location;
        self.source(moment.to_string(), location).finish()?;
        self.expand(moment).map(drop)
    }

    /// The record of a compressed snapshot, compressed anew under its number, as the only one of a log.
    ///
    /// It refers to those that the compressor made before, and to no others.
    pub(super) fn compressed_anew(
        &self,
        (moment, sequence): (Moment, u64),
        compressor: &mut Option<Compressor>,
    ) -> Result<Log> {
        let (manifest, mut weights) = (self.manifest()?, Weights::default());
        self.expand_into(moment, &mut weights)?;
        let mut meta = self.beside_arrays(moment)?;
        let compressor = match compressor {
            Some(compressor) => compressor,
            none => none.insert(Compressor::new()?),
        };
        let mut log = Log::in_memory(self.origin.path(), self.log.preamble());
        log.go_on_with(sequence);
        compressor.begin(manifest, Reference { sequence, moment }, &mut meta);
        log.append(Kind::CompressedEpoch, moment, meta, |writer| {
            let mut writer = CompressedWriter::new(writer, manifest, compressor);
            weights.iter().try_for_each(|parameter| writer.take(parameter.borrowed()))?;
            writer.finish()
        })?;
        compressor.keep();
        Ok(log)
    }

    fn no_values(&self, moment: Moment) -> Error {
        let offset = self.index.at(moment).map_or(0, |entry| entry.location.offset);
        let reason = "an array of it does not hold values of its type";
        Error::corrupted(self.origin.path(), moment.to_string(), offset, reason)
    }
}
