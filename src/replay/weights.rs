//! What was recorded at a moment: the weights and what was logged with them.

use super::Replay;
use crate::{
    Error, Metrics, Moment, Parameter, Result, Weights,
    storage::{self, Manifest},
};

impl Replay {
    /// Returns what was logged at a moment: `metrics(30)` of an epoch, `metrics((30, 5))` of a step in it.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&model, [("loss", 0.7), ("accuracy", 0.5)])?;
    /// assert_eq!(replay.metrics(0)?.get("accuracy"), Some(0.5));
    /// assert_eq!(replay.metrics(0)?.get("recall"), None); // never a zero for what was not logged
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEpoch`] or [`Error::UnknownStep`] if the moment was not recorded, [`Error::Corrupted`] if what it
    /// logged is damaged, or a damaged record lies where the moment would be.
    pub fn metrics(&self, at: impl Into<Moment>) -> Result<Metrics> {
        let moment = at.into();
        let entry = self.index.at(moment)?;
        if entry.metrics_lost {
            let (what, offset) = (format!("the metrics of {moment}"), entry.location.offset);
            return Err(Error::corrupted(self.origin.path(), what, offset, "they cannot be read"));
        }
        Ok(self.index.timeline(moment).metrics(moment))
    }

    /// Returns all parameters as they were at a moment, bit for bit.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(3).name("hidden")).build(1)?;
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// let weights = replay.weights(0)?;
    /// assert_eq!(weights.require("hidden", "kernel", &[2, 3])?.shape(), [2, 3]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEpoch`] or [`Error::UnknownStep`] if the moment was not recorded, [`Error::Corrupted`] if its
    /// weights are damaged, or a damaged record lies where the moment would be, [`Error::Io`] if the file cannot be read,
    /// [`Error::Missing`] if [some parameters](crate::ReplayOptions::only_parameters) were left out, and no
    /// [`Base`](crate::Base) has them: [`RecordedWeights::read_into`](crate::RecordedWeights::read_into) reads the others.
    pub fn weights(&self, at: impl Into<Moment>) -> Result<Weights> {
        let mut weights = Weights::default();
        self.read_whole(at.into(), &mut weights)?;
        Ok(weights)
    }

    /// Returns one parameter as it was at a moment, and reads its bytes alone.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// # let model = Sequential::builder(2).layer(Dense::new(3).name("hidden")).build(1)?;
    /// # let mut replay = Replay::options().in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// let kernel = replay.parameter(0, "hidden", "kernel")?; // of a large model the others are not touched
    /// assert_eq!(Some(&kernel), replay.weights(0)?.get("hidden", "kernel"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`weights`](Self::weights), and [`Error::Invalid`] if no parameter of this name was recorded. Damage to other
    /// parameters of the moment is no error, but where there is no checksum for each that can be read: in a recording of
    /// format 1.0, and where what lies beside the weights is damaged.
    pub fn parameter(&self, at: impl Into<Moment>, layer: &str, name: &str) -> Result<Parameter<'static>> {
        let (moment, manifest) = (at.into(), self.manifest()?);
        let location = &self.index.at(moment)?.location;
        if let Some(of_base) = self.parameter_of_base(layer, name)? {
            return Ok(of_base);
        }
        let (Some(index), what) = (manifest.index_of(layer, name), format!("{layer}/{name} of {moment}")) else {
            let known = manifest.parameters().iter().map(|spec| format!("{}/{}", spec.layer(), spec.name()));
            let expected = format!("one of {:?}", known.collect::<Vec<_>>());
            return Err(Error::invalid(format!("parameter {layer}/{name}"), expected, "none that was recorded"));
        };
        if location.compressed {
            return self.expand_one(moment, index);
        }
        let checksums = match self.checksums(moment) {
            Err(Error::Corrupted { .. }) => None, // Not of the values: that of all of them says whether they are whole.
            checksums => checksums?,
        };
        let Some(checksum) = checksums.and_then(|checksums| checksums.get(index).copied()) else {
            return storage::read_among(self.source(what, location), manifest, index);
        };
        let (place, start) = (manifest.place(index), location.data.start);
        let reader = self.log.reader(what, start + place.start..start + place.end, location.offset, checksum);
        storage::read_alone(reader, &manifest.parameters()[index])
    }

    /// The checksums of the parameters at a moment, in their order, if the recording has them.
    pub(super) fn checksums(&self, moment: Moment) -> Result<Option<Vec<u32>>> {
        let location = &self.index.at(moment)?.location;
        if location.compressed {
            let arrays = self.array_table(moment, location)?.arrays;
            return Ok(Some(arrays.iter().map(|array| array.checksum).collect()));
        }
        let (what, offset) = (format!("the checksums of {moment}"), location.offset);
        let lost = |reason: String| Error::corrupted(self.origin.path(), &what, offset, reason);
        let meta = self.log.meta(&what, offset)?;
        let mut rest = meta.as_slice();
        storage::take_metrics(&mut rest).ok_or_else(|| lost("the metrics before them cannot be read".into()))?;
        storage::take_checksums(rest, self.manifest()?.parameters().len()).map_err(lost)
    }

    /// What all snapshots share; every recording has it that has one.
    pub(super) fn manifest(&self) -> Result<&Manifest> {
        let missing = || Error::missing("description of its parameters", "it comes with the first epoch");
        self.index.manifest.as_ref().ok_or_else(missing)
    }

    /// Reads parameters under other names than the recorded ones, for a model that has others, or to compare runs.
    ///
    /// `rule` makes the layer and name of each from the recorded ones. The file stays as it is.
    ///
    /// ```
    /// # use training_replay::{Metrics, Parameter, Replay, Weights};
    /// # let weights = Weights::from_iter([Parameter::new("hidden", "bias", [1], vec![0.5_f32])]);
    /// # let mut replay = Replay::options().in_memory();
    /// # replay.record(&weights, Metrics::new())?;
    /// # replay.finish()?;
    /// let replay = replay.rename(|layer, name| (format!("_orig_mod.{layer}"), name.to_owned()))?;
    /// assert!(replay.weights(0)?.get("_orig_mod.hidden", "bias").is_some());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if two parameters get the same name, or the replay is being recorded.
    pub fn rename(mut self, rule: impl Fn(&str, &str) -> (String, String)) -> Result<Self> {
        if self.recorder.is_some() {
            let expected =
                "opened to read, or finished, to be renamed; `Replay::options().rename` renames what is recorded";
            return Err(Error::invalid("the replay", expected, "being recorded"));
        }
        self.index.manifest.as_mut().map_or(Ok(()), |manifest| manifest.rename(rule))?;
        Ok(self)
    }
}
