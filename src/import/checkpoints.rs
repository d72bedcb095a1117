//! Checkpoints that other tools have saved, and how they become a recording.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    archive::Archive,
    buffer::Buffer,
    checkpoint::{Checkpoint, Reading},
    dense::Network,
    found::{self, Found},
    numbering,
    tensor::bad_file,
    trainer_state,
};
use crate::{Activation, Dataset, Error, Loss, Metrics, Orientation, Replay, ReplayOptions, Result};

/// Checkpoints that other tools have saved, which become a recording by one call: [`write`](Self::write).
///
/// The [module](super) says which files, which epochs and which names.
///
/// ```
/// use training_replay::{Activation, import::Checkpoints};
/// # use training_replay::{Dense, Sequential, Metrics, Replay};
/// # use safetensors::{serialize_to_file, Dtype, tensor::TensorView};
/// # let folder = tempfile::tempdir().expect("a folder");
/// # let folder = folder.path();
/// # let bytes = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
/// # for epoch in 0..3 {
/// #     let arrays = [("hidden.weight", vec![3, 2]), ("hidden.bias", vec![3]), ("output.weight", vec![1, 3]), ("output.bias", vec![1])];
/// #     let values = bytes(&[0.5; 6]);
/// #     let view = |shape: &Vec<usize>| TensorView::new(Dtype::F32, shape.clone(), &values[..4 * shape.iter().product::<usize>()]).expect("a view");
/// #     let tensors: Vec<_> = arrays.iter().map(|(name, shape)| (*name, view(shape))).collect();
/// #     serialize_to_file(tensors, None, &folder.join(format!("epoch-{epoch}.safetensors"))).expect("a file");
/// # }
/// // A folder with epoch-0.safetensors, epoch-1.safetensors, ..: what PyTorch calls hidden.weight, hidden.bias, output.weight, output.bias
/// let replay = Checkpoints::in_folder(folder)?
///     .dense([Activation::Tanh, Activation::Sigmoid])
///     .write(folder.join("run.replay"))?;
/// assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 1, 2]);
/// assert_eq!(replay.at(2)?.model().architecture().inputs(), 2); // it opens by itself
/// # Ok::<(), training_replay::Error>(())
/// ```
pub struct Checkpoints<'a> {
    found: Vec<Found>,
    epochs: Option<Vec<u64>>,
    number_after: Option<String>,
    reading: Reading,
    network: Option<Network>,
    layers: Option<Vec<String>>,
    logits: bool,
    options: ReplayOptions,
    progress: Option<Box<dyn FnMut(usize, usize) + 'a>>,
}

impl<'a> Checkpoints<'a> {
    /// Finds the checkpoints in a folder, in the natural order of their names.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the folder cannot be listed, [`Error::Invalid`] if there are none, or both files and
    /// folders, or a folder with several.
    pub fn in_folder(folder: impl AsRef<Path>) -> Result<Self> {
        found::in_folder(folder.as_ref()).map(Self::of)
    }

    /// Takes these files in this order; a folder stands for the checkpoint in it, an index for the files that it joins.
    ///
    /// ```no_run
    /// use training_replay::import::Checkpoints;
    ///
    /// let replay = Checkpoints::files(["before.pt", "best.pt"])?.epochs([0, 17]).write("run.replay")?;
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a folder without a checkpoint, or an index that is none.
    pub fn files<P: Into<PathBuf>>(paths: impl IntoIterator<Item = P>) -> Result<Self> {
        found::of_files(paths.into_iter().map(Into::into)).map(Self::of)
    }

    fn of(found: Vec<Found>) -> Self {
        let (reading, options) = (Reading::default(), ReplayOptions::default());
        let (epochs, number_after, network, layers) = (None, None, None, None);
        Self { found, epochs, number_after, reading, network, layers, logits: false, options, progress: None }
    }

    /// Sets the epochs by hand, one for each checkpoint in their order; without it they state it, or their names do.
    #[must_use]
    pub fn epochs(self, epochs: impl IntoIterator<Item = u64>) -> Self {
        Self { epochs: Some(epochs.into_iter().collect()), ..self }
    }

    /// Sets which number of a name is its epoch, by the text in front of it: `epoch=` in `epoch=3-step=1200.ckpt`.
    ///
    /// Then the names alone say it, whatever the files state.
    #[must_use]
    pub fn number_after(self, text: impl Into<String>) -> Self {
        Self { number_after: Some(text.into()), ..self }
    }

    /// Sets the key of the weights in PyTorch's files that hold more: `model` of `{"model": .., "optimizer": .., "epoch": 7}`.
    #[must_use]
    pub fn part(mut self, key: impl Into<String>) -> Self {
        self.reading.part = Some(key.into());
        self
    }

    /// Takes only the arrays whose name in the file a rule approves.
    ///
    /// ```no_run
    /// use training_replay::import::Checkpoints;
    ///
    /// let checkpoints = Checkpoints::in_folder("run")?.filter(|name| name.starts_with("encoder."));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn filter(mut self, rule: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.reading.names.filter = Some(Arc::new(rule));
        self
    }

    /// Calls arrays otherwise than their files: `rule` makes the whole name of each from its own, with layer and all.
    ///
    /// ```no_run
    /// use training_replay::import::Checkpoints;
    ///
    /// // A compiled model, or one that was trained on several devices.
    /// let plain = |name: &str| name.trim_start_matches("_orig_mod.").trim_start_matches("module.").to_owned();
    /// let checkpoints = Checkpoints::in_folder("run")?.rename(plain);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn rename(mut self, rule: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        self.reading.names.rename = Some(Arc::new(rule));
        self
    }

    /// Sets what rows and columns of every `weight` and `kernel` of two dimensions stand for; it is recorded with them.
    #[must_use]
    pub fn orientation(mut self, orientation: Orientation) -> Self {
        self.reading.orientation = Some(orientation);
        self
    }

    /// Says that the arrays are those of a network of dense layers with these activations, in forward order, so that the
    /// recording opens by itself.
    ///
    /// Each layer has a `kernel` or a `weight`, and a `bias` or none. The order of the layers is the one in which each takes as
    /// many values as the one before puts out, and in which numbers in names ascend. Each is recorded as `kernel` of
    /// `(inputs, units)`, transposed where it lies otherwise: a `kernel` is taken as it is, a `weight` in a file that is
    /// known to be PyTorch's as `(outputs, inputs)`, and any other as the shapes of all layers together allow. What is not
    /// clear is an error, which says how it can be said.
    #[must_use]
    pub fn dense(self, activations: impl IntoIterator<Item = Activation>) -> Self {
        let activations = activations.into_iter().collect();
        Self { network: Some(Network { activations, ..Network::default() }), ..self }
    }

    /// Sets the forward order of the dense layers, where names and shapes do not say it.
    #[must_use]
    pub fn layers<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        Self { layers: Some(names.into_iter().map(Into::into).collect()), ..self }
    }

    /// Says that the outputs of the dense layers are logits, as behind PyTorch's `CrossEntropyLoss`; see
    /// [`Architecture::logits`](crate::Architecture::logits).
    #[must_use]
    pub fn logits(self) -> Self {
        Self { logits: true, ..self }
    }

    /// Sets the options of the recording, in place of those that were set here before.
    #[must_use]
    pub fn options(self, options: ReplayOptions) -> Self {
        Self { options, ..self }
    }

    /// Sets the data that the model was trained on; see [`ReplayOptions::dataset`].
    #[must_use]
    pub fn dataset(self, data: &Dataset) -> Self {
        Self { options: self.options.dataset(data), ..self }
    }

    /// Sets the loss that the model was trained with; see [`ReplayOptions::loss`].
    #[must_use]
    pub fn loss(self, loss: Loss) -> Self {
        Self { options: self.options.loss(loss), ..self }
    }

    /// Sets whether a recording that exists is replaced, once the new one is whole; by default it is not.
    #[must_use]
    pub fn overwrite(self, overwrite: bool) -> Self {
        Self { options: self.options.overwrite(overwrite), ..self }
    }

    /// Calls a function after each checkpoint, with their number so far and that of all.
    #[must_use]
    pub fn progress(self, progress: impl FnMut(usize, usize) + 'a) -> Self {
        Self { progress: Some(Box::new(progress)), ..self }
    }

    /// Returns the epoch and the path of each checkpoint, in the order in which they are recorded.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the epochs are not clear; it says what was found, and how to say them by hand.
    pub fn list(&self) -> Result<Vec<(u64, PathBuf)>> {
        let numbered = self.numbered()?;
        Ok(numbered.into_iter().map(|(epoch, found)| (epoch, found.path.clone())).collect())
    }

    /// Writes the recording into a file, which appears once it is whole, and returns it.
    ///
    /// One array is in memory at a time. Values keep their type and their bits.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list) and [`ReplayOptions::create`], and [`Error::Io`] or [`Error::Invalid`] with the file and
    /// the array for what cannot be read, differs between checkpoints, or is of a type that recordings do not keep. Then
    /// nothing is written.
    pub fn write(mut self, path: impl AsRef<Path>) -> Result<Replay> {
        let options = std::mem::take(&mut self.options);
        options.write_whole(path.as_ref(), |replay| self.record_into(replay))
    }

    /// Makes the recording in memory, from where [`Replay::write_to`] writes it.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write).
    pub fn into_replay(mut self) -> Result<Replay> {
        let mut replay = std::mem::take(&mut self.options).in_memory();
        self.record_into(&mut replay)?;
        replay.finish()?;
        Ok(replay)
    }

    fn record_into(mut self, replay: &mut Replay) -> Result<()> {
        let reading = self.reading_of_all()?;
        let mut progress = self.progress.take();
        let numbered = self.numbered()?;
        let (mut first, mut buffer, mut step) = (None, Buffer::default(), None);
        for (index, (epoch, found)) in numbered.iter().enumerate() {
            let checkpoint = Checkpoint::open(found, &reading, buffer)?;
            checkpoint.layout().expect_like(first.get_or_insert_with(|| checkpoint.layout().clone()))?;
            let logged = trainer_state::logged(found, step)?;
            step = logged.as_ref().map(|logged| logged.step).or(step);
            let metrics = logged.map_or_else(Metrics::new, |logged| logged.metrics);
            replay.record_at(*epoch, &checkpoint, metrics)?;
            buffer = checkpoint.into_buffer();
            if let Some(progress) = &mut progress {
                progress(index + 1, numbered.len());
            }
        }
        Ok(())
    }

    /// What is said of all checkpoints alike.
    fn reading_of_all(&self) -> Result<Reading> {
        if self.network.is_none() && (self.layers.is_some() || self.logits) {
            let expected = "said together with `dense`, which says that there are dense layers";
            return Err(Error::invalid(
                "the order of the layers, or that their outputs are logits",
                expected,
                "said alone",
            ));
        }
        let network = self.network.clone().map(|network| Network {
            layers: self.layers.clone(),
            logits: self.logits,
            orientation: self.reading.orientation,
            ..network
        });
        Ok(Reading { network, ..self.reading.clone() })
    }

    /// The checkpoints with their epochs, in ascending order.
    fn numbered(&self) -> Result<Vec<(u64, &Found)>> {
        let names: Vec<String> = self.found.iter().map(Found::name).collect();
        let epochs = match (&self.epochs, &self.number_after) {
            (Some(epochs), _) if epochs.len() == names.len() => epochs.clone(),
            (Some(epochs), _) => {
                let found = format!("of {} checkpoints; the epochs are {epochs:?}", names.len());
                return Err(numbering::unclear("one of as many as there are checkpoints", found));
            }
            (None, Some(text)) => numbering::behind(&names, text)?,
            (None, None) => self.stated(&names)?,
        };
        numbering::expect_different(&names, &epochs)?;
        let mut numbered: Vec<_> = epochs.into_iter().zip(&self.found).collect();
        numbered.sort_by_key(|(epoch, _)| *epoch);
        Ok(numbered)
    }

    /// The epochs that the files state, and where some do not, those that the names say; fails where the two differ.
    fn stated(&self, names: &[String]) -> Result<Vec<u64>> {
        let stated = self.found.iter().map(|found| self.stated_by(found)).collect::<Result<Vec<_>>>()?;
        let named = numbering::by_difference(names);
        if let (Some(stated), Err(_)) = (stated.iter().copied().collect::<Option<Vec<u64>>>(), &named) {
            return Ok(stated);
        }
        let named = named?;
        for ((found, stated), named) in self.found.iter().zip(stated).zip(&named) {
            if let Some(stated) = stated.filter(|stated| stated != named) {
                let expected = "the epoch that its name says; `Checkpoints::epochs` or `number_after` says which holds";
                return Err(bad_file(
                    &found.path,
                    expected,
                    format!("epoch {stated} in the file and {named} in its name"),
                ));
            }
        }
        Ok(named)
    }

    /// The epoch that a single file states.
    fn stated_by(&self, found: &Found) -> Result<Option<u64>> {
        match found.files.as_slice() {
            [path] => Archive::open(path, self.reading.part.as_deref())?.epoch(path),
            _ => Ok(None),
        }
    }
}

impl fmt::Debug for Checkpoints<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.found.iter().map(Found::name).collect();
        f.debug_struct("Checkpoints").field("found", &names).field("network", &self.network).finish_non_exhaustive()
    }
}
