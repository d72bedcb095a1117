//! The weights of epochs as `.safetensors` files.

use std::{borrow::Cow, collections::HashMap, path::Path};

use safetensors::{Dtype, SafeTensorError, View, serialize_to_file};

use super::{exported::Exported, folder, named::name_of};
use crate::{
    Error, Moment, Parameter, Replay, Result, Run, Sequential, Weights,
    file::{Successor, disk::sync},
};

/// The key of a header that is none of a tensor.
const METADATA: &str = "__metadata__";

/// The weights of a recording as `.safetensors` files, which PyTorch, JAX, candle and many others read.
///
/// A tensor is called `layer.name`, and `name` alone where the layer has no name: `hidden.kernel`. Values keep their type and
/// their bits, `f16`, `bf16`, integers and `bool` too, and arrays their shape and the order of their axes. The metadata of a
/// file are `run`, `epoch` and, within an epoch, `step`. No model is needed; one epoch is in memory.
///
/// Of a recording of [some parameters](crate::ReplayOptions::only_parameters) the files hold these, as those of adapters do, and
/// `left_out` in the metadata is the number of the others; with its [`Base`](crate::Base) they hold all.
///
/// ```
/// use training_replay::{Dense, Metrics, Replay, Sequential, export::Safetensors};
///
/// # let folder = tempfile::tempdir().expect("a folder");
/// # let path = folder.path().join("epoch 0.safetensors");
/// let model = Sequential::builder(2).layer(Dense::new(3).name("hidden")).build(1)?;
/// let mut replay = Replay::options().in_memory();
/// replay.record(&model, Metrics::new())?;
/// Safetensors::of(&replay).named("seed=1").write_epoch(0, &path)?;
/// let bytes = std::fs::read(&path).expect("a file");
/// let tensors = safetensors::SafeTensors::deserialize(&bytes).expect("safetensors");
/// assert_eq!(tensors.tensor("hidden.kernel").expect("a tensor").shape(), [2, 3]);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Debug)]
pub struct Safetensors<'a> {
    run: Run<'a, Sequential>,
    name: Option<String>,
}

impl<'a> Safetensors<'a> {
    /// Creates them of every recorded epoch of a recording.
    pub fn of(replay: &'a Replay) -> Self {
        Self { run: replay.run_of_weights(), name: None }
    }

    /// Sets the name of the run; without it that of the recording's file, without `.replay`.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// Sets the epochs that [`write`](Self::write) writes; without it all that are recorded.
    #[must_use]
    pub fn epochs(self, epochs: impl IntoIterator<Item = u64>) -> Self {
        Self { run: self.run.epochs(epochs), ..self }
    }

    /// Calls a function after each epoch that [`write`](Self::write) has written, with their number so far and that of all.
    #[must_use]
    pub fn progress(self, progress: impl FnMut(usize, usize) + Send + 'a) -> Self {
        Self { run: self.run.progress(progress), ..self }
    }

    /// Writes a file for each epoch into a folder: `run=NAME/epoch-30.safetensors`.
    ///
    /// A file appears when it is whole, in place of an earlier one. Epochs that are damaged are left out, and listed in
    /// [`Exported::caveats`].
    ///
    /// # Errors
    ///
    /// As [`write_epoch`](Self::write_epoch), [`Error::Invalid`] for a name of the run that cannot be a folder's, and
    /// [`Error::Missing`] for a recording in memory that was not [named](Self::named).
    pub fn write(&self, folder: impl AsRef<Path>) -> Result<Exported> {
        let name = name_of(self.run.replay(), self.name.as_deref())?;
        let folder = folder::run_folder(folder.as_ref(), &folder::folder_name(&name)?)?;
        let mut exported = Exported::default();
        let write = |weights: &mut Weights, epoch: u64| {
            let path = folder.join(format!("epoch-{epoch}.safetensors"));
            self.run.replay().read_known(epoch.into(), weights)?;
            write(weights, self.about(Some(&name), epoch.into()), &path).map(|()| path)
        };
        exported.caveats = self.run.take_one_by_one(write, |path| {
            exported.files.push(path);
            Ok(())
        })?;
        exported.caveats.extend(self.run.replay().caveat_of_base());
        Ok(exported)
    }

    /// Writes the weights of an epoch, or of a step within one, into a file.
    ///
    /// # Errors
    ///
    /// As [`Replay::weights`], [`Error::Invalid`] for two parameters of one name in the file (`a.b` of layer `c` beside `b` of
    /// layer `c.a`), and [`Error::Io`] if the file cannot be written.
    pub fn write_epoch(&self, at: impl Into<Moment>, path: impl AsRef<Path>) -> Result<()> {
        let at = at.into();
        let name = name_of(self.run.replay(), self.name.as_deref()).ok();
        let mut weights = Weights::default();
        self.run.replay().read_known(at, &mut weights)?;
        write(&weights, self.about(name.as_deref(), at), path.as_ref())
    }

    /// The metadata of a file.
    fn about(&self, run: Option<&str>, at: Moment) -> HashMap<String, String> {
        let step = at.step().map(|step| ("step".into(), step.to_string()));
        let run = run.map(|run| ("run".into(), run.to_owned()));
        let (replay, epoch) = (self.run.replay(), ("epoch".into(), at.epoch().to_string()));
        let left_out = replay.recorded_weights().left_out().len().to_string();
        let left_out = replay.lacks_base().then(|| ("left_out".into(), left_out));
        [epoch].into_iter().chain(step).chain(run).chain(left_out).collect()
    }
}

fn write(weights: &Weights, about: HashMap<String, String>, path: &Path) -> Result<()> {
    let mut tensors: HashMap<String, Tensor<'_>> = HashMap::with_capacity(weights.len());
    for parameter in weights.iter() {
        let name = tensor_name(parameter);
        if name == METADATA {
            return Err(Error::invalid("the name of a tensor", "none that the format keeps for itself", name));
        }
        if let Some(other) = tensors.get(&name) {
            let found = format!("{name:?} of both {} and {}", other.0.label(), parameter.label());
            return Err(Error::invalid("the name of a tensor", "that of one parameter only", found));
        }
        tensors.insert(name, Tensor(parameter));
    }
    let failed = |source| Error::io(format!("writing {}", path.display()), source);
    let successor = Successor::of(path)?;
    successor.remove_abandoned();
    serialize_to_file(tensors, Some(about), successor.path()).map_err(|error| match error {
        SafeTensorError::IoError(source) => failed(source),
        error => failed(std::io::Error::other(error)),
    })?;
    sync(successor.path()).map_err(failed)?;
    successor.take_place()
}

/// `layer.name`, and the name alone where the layer has none.
fn tensor_name(parameter: &Parameter<'_>) -> String {
    let parts = [parameter.layer(), parameter.name()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")
}

/// A parameter as the format sees it.
struct Tensor<'a>(&'a Parameter<'a>);

impl View for Tensor<'_> {
    fn dtype(&self) -> Dtype {
        match self.0.values().dtype() {
            crate::Dtype::F32 => Dtype::F32,
            crate::Dtype::F64 => Dtype::F64,
            crate::Dtype::F16 => Dtype::F16,
            crate::Dtype::Bf16 => Dtype::BF16,
            crate::Dtype::I8 => Dtype::I8,
            crate::Dtype::I16 => Dtype::I16,
            crate::Dtype::I32 => Dtype::I32,
            crate::Dtype::I64 => Dtype::I64,
            crate::Dtype::U8 => Dtype::U8,
            crate::Dtype::U16 => Dtype::U16,
            crate::Dtype::U32 => Dtype::U32,
            crate::Dtype::U64 => Dtype::U64,
            crate::Dtype::Bool => Dtype::BOOL,
        }
    }

    fn shape(&self) -> &[usize] {
        self.0.shape()
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.0.values().to_le_bytes()
    }

    fn data_len(&self) -> usize {
        self.0.values().len() * self.0.values().dtype().bytes()
    }
}
