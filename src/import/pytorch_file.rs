//! A file of PyTorch: the arrays of a state dictionary, whatever container `torch.save` put it into.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use pytorch_reader::{DType, PickleValue, PytorchError, PytorchReader};

use super::{
    buffer::Buffer,
    natural::natural,
    tensor::{Tensor, bad_file, bad_tensor, reading},
};
use crate::{Dtype, Error, Result};

/// A view may be of any size, whatever the file has: beside this, one that a compressed file of this length could hold.
const MAX_VIEW: u64 = 1 << 26;
const MAX_RATIO: u64 = 1032;

/// What the reader calls an array.
const TENSOR: &str = "torch.Tensor";

/// The versions of modules, which a state dictionary carries along.
const VERSIONS: &str = "_metadata";

const EXPECTED: &str = "a file of PyTorch";

/// An opened file, whose arrays are in the natural order of their names: the order of a dictionary is not read.
#[derive(Debug)]
pub(super) struct PytorchFile {
    path: PathBuf,
    tensors: Vec<Tensor>,
    reader: PytorchReader,
    epoch: Option<u64>,
}

impl PytorchFile {
    /// Reads what is described: of the whole file, or of the part under a key.
    pub(super) fn open(path: &Path, part: Option<&str>) -> Result<Self> {
        let length = fs::metadata(path).map_err(|source| reading(path, source))?.len();
        let root = PytorchReader::read_pickle_data(path, None).map_err(|error| failed(path, error))?;
        let PickleValue::Dict(root) = root else {
            return Err(bad_file(path, "a state dictionary, or a dictionary with one", name_of(&root)));
        };
        let epoch = match root.get("epoch") {
            Some(PickleValue::Int(epoch)) => u64::try_from(*epoch).ok(),
            _ => None,
        };
        let (content, reader) = match part {
            None => (&root, PytorchReader::new(path)),
            Some(key) => (part_of(path, &root, key)?, PytorchReader::with_top_level_key(path, key)),
        };
        let reader = reader.map_err(|error| failed(path, error))?;
        expect_weights(path, content, part.is_some())?;
        let count: usize = content.values().map(count).sum();
        if count != reader.len() {
            let found = format!("{count} arrays by {} names", reader.len());
            return Err(bad_file(path, "a dictionary in which every array has a name of its own", found));
        }
        let tensors = list(path, length, &reader)?;
        Ok(Self { path: path.into(), tensors, reader, epoch })
    }

    pub(super) fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }

    /// The epoch that stands beside the weights, if there is one.
    pub(super) fn epoch(&self) -> Option<u64> {
        self.epoch
    }

    /// Reads the values of one of the arrays.
    pub(super) fn read(&mut self, index: usize, (dtype, count): (Dtype, usize), buffer: &mut Buffer) -> Result<()> {
        let found = self.tensors.get(index).and_then(|tensor| self.reader.get(&tensor.name));
        let tensor = found.ok_or_else(|| bad_file(&self.path, EXPECTED, "an array without a name"))?;
        let read = tensor.read().map_err(|source| reading(&self.path, source))?;
        let failed = || bad_tensor(&self.path, &tensor.name, "as long as its shape says", read.len());
        buffer.fill((dtype, count), |bytes| {
            if read.len() != bytes.len() {
                return Err(failed());
            }
            bytes.copy_from_slice(&read);
            Ok(())
        })
    }
}

fn list(path: &Path, length: u64, reader: &PytorchReader) -> Result<Vec<Tensor>> {
    let mut names = reader.keys();
    names.sort_by_cached_key(|name| natural(name));
    let most = length.saturating_mul(MAX_RATIO).saturating_add(MAX_VIEW);
    let tensors = names.iter().filter_map(|name| reader.get(name));
    let described = tensors.map(|tensor| {
        if tensor.byte_len() as u64 > most {
            let expected = format!("at most {most} bytes in a file of {length}");
            return Err(bad_tensor(path, &tensor.name, expected, format!("a view of {}", tensor.byte_len())));
        }
        Ok(Tensor { name: tensor.name.clone(), shape: tensor.shape().to_vec(), dtype: Ok(dtype(tensor.dtype())) })
    });
    described.collect()
}

fn failed(path: &Path, error: PytorchError) -> Error {
    match error {
        PytorchError::Io(source) => reading(path, source),
        other => bad_file(path, EXPECTED, other),
    }
}

type Dictionary = HashMap<String, PickleValue>;

fn part_of<'r>(path: &Path, root: &'r Dictionary, key: &str) -> Result<&'r Dictionary> {
    match root.get(key) {
        Some(PickleValue::Dict(part)) => Ok(part),
        other => {
            let found = other.map_or_else(|| "not there".into(), name_of);
            let what = format!("the part {key:?} of {}", path.display());
            Err(Error::invalid(what, format!("a dictionary, under one of the keys {:?}", keys(root)), found))
        }
    }
}

/// Fails for weights among which nobody chose, and for what is no array in a part that is said to be weights.
///
/// Beside the weights plain values may stand, such as an epoch; other objects might be weights that cannot be read.
fn expect_weights(path: &Path, content: &Dictionary, is_part: bool) -> Result<()> {
    if !is_part {
        expect_one_part(path, content)?;
    }
    let mut entries: Vec<_> = content.iter().collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    let strange = entries.into_iter().find(|(key, value)| is_strange(key, value, is_part));
    strange.map_or(Ok(()), |(key, value)| {
        let expected = "an array; `Checkpoints::part` takes the weights out of a file that has more";
        Err(bad_tensor(path, key, expected, name_of(value)))
    })
}

/// Fails for several dictionaries of arrays one of which has other values too, as that of an optimizer has: it is no model.
fn expect_one_part(path: &Path, root: &Dictionary) -> Result<()> {
    let mut parts: Vec<_> = root.iter().filter(|(_, value)| is_part_with_arrays(value)).collect();
    parts.sort_unstable_by_key(|(key, _)| *key);
    let flat = root.values().any(is_tensor);
    let is_alone = parts.is_empty() || (parts.len() == 1 && !flat);
    if is_alone || !parts.iter().any(|(key, value)| is_strange(key, value, true)) {
        return Ok(());
    }
    let keys: Vec<_> = parts.iter().map(|(key, _)| key).collect();
    let expected = "said by `Checkpoints::part`, where a file holds more than one dictionary of arrays";
    let found = format!("one of {keys:?}{}", if flat { ", or arrays beside them" } else { "" });
    Err(Error::invalid(format!("the part of {} that is the model", path.display()), expected, found))
}

/// Whether it is a dictionary, or a list, in which there are arrays.
fn is_part_with_arrays(value: &PickleValue) -> bool {
    !is_tensor(value) && count(value) > 0
}

fn is_tensor(value: &PickleValue) -> bool {
    matches!(value, PickleValue::Unsupported(name) if name == TENSOR)
}

/// Whether it is neither an array nor, beside the weights, a plain value.
fn is_strange(key: &str, value: &PickleValue, is_part: bool) -> bool {
    match value {
        PickleValue::Dict(_) if key == VERSIONS && count(value) == 0 => false,
        PickleValue::Dict(inner) if is_part => inner.iter().any(|(key, value)| is_strange(key, value, is_part)),
        PickleValue::Unsupported(name) => name != TENSOR,
        _ => is_part,
    }
}

/// How many arrays it holds, at whatever depth.
fn count(value: &PickleValue) -> usize {
    match value {
        PickleValue::Dict(inner) => inner.values().map(count).sum(),
        PickleValue::List(inner) => inner.iter().map(count).sum(),
        other => usize::from(is_tensor(other)),
    }
}

fn keys(root: &Dictionary) -> Vec<&String> {
    let mut keys: Vec<_> = root.keys().collect();
    keys.sort_unstable();
    keys
}

fn name_of(value: &PickleValue) -> String {
    match value {
        PickleValue::Unsupported(name) => format!("an object {name}"),
        PickleValue::Dict(_) => "a dictionary".into(),
        PickleValue::List(_) => "a list".into(),
        PickleValue::String(_) => "a text".into(),
        PickleValue::Bytes(_) => "bytes".into(),
        plain => format!("{plain:?}"),
    }
}

fn dtype(known: DType) -> Dtype {
    match known {
        DType::F64 => Dtype::F64,
        DType::F32 => Dtype::F32,
        DType::F16 => Dtype::F16,
        DType::BF16 => Dtype::Bf16,
        DType::I64 => Dtype::I64,
        DType::I32 => Dtype::I32,
        DType::I16 => Dtype::I16,
        DType::I8 => Dtype::I8,
        DType::U64 => Dtype::U64,
        DType::U32 => Dtype::U32,
        DType::U16 => Dtype::U16,
        DType::U8 => Dtype::U8,
        DType::Bool => Dtype::Bool,
    }
}
