//! A checkpoint as a model that can be recorded: one array at a time.

use std::{cell::RefCell, collections::HashSet, path::PathBuf};

use super::{
    archive::Archive,
    buffer::Buffer,
    dense::{Array, Network, Recognized},
    found::Found,
    names::{Given, Names},
    tensor::bad_tensor,
};
use crate::{Description, Dtype, Error, Model, Orientation, Parameter, Result, Visitor, Weights};

/// What is said of all checkpoints alike.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    pub(super) part: Option<String>,
    pub(super) names: Names,
    pub(super) orientation: Option<Orientation>,
    pub(super) network: Option<Network>,
}

/// An opened checkpoint.
#[derive(Debug)]
pub(super) struct Checkpoint {
    layout: Layout,
    archives: RefCell<Vec<Archive>>,
    buffer: RefCell<Buffer>,
    description: Option<Description>,
}

/// Which arrays a checkpoint has, and in which of its files.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    files: Vec<PathBuf>,
    entries: Vec<Entry>,
}

/// An array that is recorded, and where it lies.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    file: usize,
    index: usize,
    layer: String,
    name: String,
    shape: Vec<usize>,
    dtype: Dtype,
    orientation: Option<Orientation>,
    /// Whether rows and columns are exchanged, and the array called `kernel`.
    is_turned: bool,
    /// As the file calls it.
    original: String,
}

impl Checkpoint {
    /// Opens the files of a checkpoint, and finds out how its arrays are recorded.
    pub(super) fn open(found: &Found, reading: &Reading, buffer: Buffer) -> Result<Self> {
        let open = |path: &PathBuf| Archive::open(path, reading.part.as_deref());
        let archives = found.files.iter().map(open).collect::<Result<Vec<_>>>()?;
        let mut entries = list(found, reading, &archives)?;
        let recognized =
            reading.network.as_ref().map(|network| recognize(network, &mut entries, &archives)).transpose()?;
        Ok(Self {
            layout: Layout { files: found.files.clone(), entries },
            archives: RefCell::new(archives),
            buffer: RefCell::new(buffer),
            description: recognized.map(|recognized| recognized.description),
        })
    }

    /// Which arrays it has.
    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The memory that the next one is read into.
    pub(super) fn into_buffer(self) -> Buffer {
        self.buffer.into_inner()
    }

    fn read(&self, entry: &Entry, each: &mut dyn FnMut(Parameter<'_>) -> Result<()>) -> Result<()> {
        let mut buffer = self.buffer.borrow_mut();
        let mut archives = self.archives.borrow_mut();
        let path = &self.layout.files[entry.file];
        let read = archives[entry.file].read(path, entry.index, &mut buffer);
        read.map_err(|error| at(error, path, &entry.original))?;
        let parameter = Parameter::new(entry.layer.as_str(), entry.name.as_str(), entry.shape.clone(), buffer.values());
        let parameter = entry.orientation.into_iter().fold(parameter, Parameter::oriented);
        if entry.is_turned { each(parameter.transposed("kernel")?) } else { each(parameter) }
    }
}

impl Layout {
    /// Fails unless it has the same arrays as that of another checkpoint.
    pub(super) fn expect_like(&self, first: &Self) -> Result<()> {
        let same_order = self.entries.iter().zip(&first.entries).all(|(entry, other)| entry.is_like(other));
        if same_order && self.entries.len() == first.entries.len() {
            return Ok(());
        }
        if let Some(entry) = self.entries.iter().find(|entry| !first.entries.iter().any(|other| entry.is_like(other))) {
            let same_name = |other: &&Entry| (&other.layer, &other.name) == (&entry.layer, &entry.name);
            let expected = first.entries.iter().find(same_name).map_or("none".into(), Entry::kind);
            let expected = format!("as in {}: {expected}", first.files[0].display());
            return Err(bad_tensor(&self.files[entry.file], &entry.original, expected, entry.kind()));
        }
        let is_gone = |other: &&Entry| !self.entries.iter().any(|entry| entry.is_like(other));
        first.entries.iter().find(is_gone).map_or(Ok(()), |gone| {
            let expected = format!("there, as in {}", first.files[gone.file].display());
            Err(bad_tensor(&self.files[0], &gone.original, expected, "missing"))
        })
    }
}

impl Entry {
    fn is_like(&self, other: &Self) -> bool {
        (&self.layer, &self.name, &self.shape, self.dtype) == (&other.layer, &other.name, &other.shape, other.dtype)
    }

    fn kind(&self) -> String {
        format!("{:?} {}", self.shape, self.dtype)
    }
}

impl Model for Checkpoint {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(Weights::of(self)?.into_iter().collect())
    }

    fn visit(&self, visitor: &mut Visitor<'_>) -> Result<()> {
        self.layout.entries.iter().try_for_each(|entry| self.read(entry, &mut |parameter| visitor.take(parameter)))
    }

    fn description(&self) -> Option<Description> {
        self.description.clone()
    }
}

/// Names the file and the array where an error does not.
fn at(error: Error, path: &std::path::Path, name: &str) -> Error {
    let text = error.to_string();
    let is_named = text.contains(&*path.to_string_lossy()) && text.contains(name);
    match error {
        error if is_named => error,
        Error::Io { context, source } => {
            Error::Io { context: format!("{context}, {name:?} in {}", path.display()), source }
        }
        error => bad_tensor(path, name, "an array that can be read", error),
    }
}

/// The arrays of all files, by the names that they are recorded under.
fn list(found: &Found, reading: &Reading, archives: &[Archive]) -> Result<Vec<Entry>> {
    let (mut given, mut entries) = (Given::default(), Vec::new());
    let mut missing: HashSet<&str> = found.listed.iter().map(String::as_str).collect();
    for (file, (path, archive)) in found.files.iter().zip(archives).enumerate() {
        for (index, tensor) in archive.tensors().iter().enumerate() {
            missing.remove(tensor.name.as_str());
            if !reading.names.takes(tensor) {
                continue;
            }
            let (layer, name) = reading.names.of(path, tensor)?;
            given.keep(path, tensor, (layer.clone(), name.clone()))?;
            let is_matrix = tensor.shape.len() == 2 && ["kernel", "weight"].contains(&name.as_str());
            let orientation = reading.orientation.filter(|_| is_matrix);
            let (dtype, shape, original) = (tensor.dtype(path)?, tensor.shape.clone(), tensor.name.clone());
            entries.push(Entry { file, index, layer, name, shape, dtype, orientation, is_turned: false, original });
        }
    }
    if let Some(name) = missing.into_iter().min() {
        return Err(bad_tensor(&found.path, name, "in one of the files that it lists", "missing"));
    }
    if entries.is_empty() {
        let what = format!("the number of arrays in {}", found.path.display());
        return Err(Error::invalid(what, "1 or more", 0));
    }
    Ok(entries)
}

/// Recognizes the network, and says of every kernel how it is recorded. A layer without a name gets that of a first one.
fn recognize(network: &Network, entries: &mut [Entry], archives: &[Archive]) -> Result<Recognized> {
    entries.iter_mut().filter(|entry| entry.layer.is_empty()).for_each(|entry| entry.layer = "dense_1".into());
    let array = |entry| {
        let Entry { layer, name, shape, file, .. }: &Entry = entry;
        Array { layer, name, shape, orientation: archives[*file].orientation() }
    };
    let recognized = network.recognize(&entries.iter().map(array).collect::<Vec<_>>())?;
    for entry in entries.iter_mut().filter(|entry| entry.shape.len() == 2) {
        entry.orientation = Some(recognized.orientation);
        entry.is_turned = recognized.orientation == Orientation::OutputsInputs;
        entry.name = "kernel".into();
    }
    Ok(recognized)
}
