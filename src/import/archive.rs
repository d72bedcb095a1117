//! A file with arrays, of whichever format its name says.

use std::path::Path;

use super::{
    buffer::Buffer,
    npz_file::NpzFile,
    pytorch_file::PytorchFile,
    safetensors_file::SafetensorsFile,
    tensor::{Tensor, bad_file, bad_tensor},
};
use crate::{Error, Orientation, Result};

/// The formats, by the endings of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Safetensors,
    Npz,
    Pytorch,
}

/// The endings that are known, as errors list them.
pub(super) const ENDINGS: &str = ".safetensors, .npz, .pt, .pth, .ckpt or .bin";

impl Format {
    /// That of a file by its name, if it is one of them.
    pub(super) fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "safetensors" => Some(Self::Safetensors),
            "npz" => Some(Self::Npz),
            "pt" | "pth" | "ckpt" | "bin" => Some(Self::Pytorch),
            _ => None,
        }
    }
}

/// An opened file.
#[derive(Debug)]
pub(super) enum Archive {
    Safetensors(SafetensorsFile),
    Npz(NpzFile),
    Pytorch(PytorchFile),
}

impl Archive {
    /// Opens a file, of which PyTorch's may have a part that is meant.
    pub(super) fn open(path: &Path, part: Option<&str>) -> Result<Self> {
        match Format::of(path) {
            Some(Format::Safetensors) => SafetensorsFile::open(path).map(Self::Safetensors),
            Some(Format::Npz) => NpzFile::open(path).map(Self::Npz),
            Some(Format::Pytorch) => PytorchFile::open(path, part).map(Self::Pytorch),
            None => Err(match path.metadata() {
                Err(source) => Error::io(format!("opening {}", path.display()), source),
                Ok(_) => {
                    bad_file(path, &format!("a checkpoint, whose name ends in {ENDINGS}"), "a file of another name")
                }
            }),
        }
    }

    pub(super) fn tensors(&self) -> &[Tensor] {
        match self {
            Self::Safetensors(file) => file.tensors(),
            Self::Npz(file) => file.tensors(),
            Self::Pytorch(file) => file.tensors(),
        }
    }

    /// The epoch that the file states, if it does.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) for a step within an epoch, as an export of steps writes it.
    pub(super) fn epoch(&self, path: &Path) -> Result<Option<u64>> {
        match self {
            Self::Safetensors(file) => match file.note("step") {
                Some(step) if file.note("run").is_some() => {
                    Err(bad_file(path, "the weights at the end of an epoch", format!("those at its step {step}")))
                }
                _ => Ok(file.note("epoch").and_then(|epoch| epoch.parse().ok())),
            },
            Self::Npz(_) => Ok(None),
            Self::Pytorch(file) => Ok(file.epoch()),
        }
    }

    /// What rows and columns of a `weight` stand for, where the file is known to be PyTorch's.
    pub(super) fn orientation(&self) -> Option<Orientation> {
        let is_pytorch = match self {
            Self::Safetensors(file) => file.note("format") == Some("pt"),
            Self::Npz(_) => false,
            Self::Pytorch(_) => true,
        };
        is_pytorch.then_some(Orientation::OutputsInputs)
    }

    /// Reads the values of one of its arrays.
    pub(super) fn read(&mut self, path: &Path, index: usize, buffer: &mut Buffer) -> Result<()> {
        let Some(tensor) = self.tensors().get(index) else {
            return Err(bad_file(path, "as it was when it was opened", "fewer arrays"));
        };
        let dtype = tensor.dtype(path)?;
        let Some((count, _)) = tensor.lengths(dtype) else {
            return Err(bad_tensor(
                path,
                &tensor.name,
                "a shape of as many values as memory holds",
                format!("{:?}", tensor.shape),
            ));
        };
        let kind = (dtype, count);
        match self {
            Self::Safetensors(file) => file.read(index, kind, buffer),
            Self::Npz(file) => file.read(index, kind, buffer),
            Self::Pytorch(file) => file.read(index, kind, buffer),
        }
    }
}
