//! A file of the format safetensors: its header, and one array at a time.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use safetensors::tensor::{Dtype as Known, Metadata};

use super::{
    buffer::{Buffer, to_native},
    tensor::{Tensor, bad_file, reading},
};
use crate::{Dtype, Result};

/// As much as the format allows a header to have.
const MAX_HEADER: u64 = 100_000_000;

/// What the length of the header takes.
const LENGTH: u64 = 8;

const EXPECTED: &str = "safetensors";

/// An opened file, whose arrays are in the order in which they lie there.
#[derive(Debug)]
pub(super) struct SafetensorsFile {
    path: PathBuf,
    file: File,
    tensors: Vec<Tensor>,
    /// Where the bytes of each begin.
    offsets: Vec<u64>,
    metadata: Metadata,
}

impl SafetensorsFile {
    /// Reads the header; fails if it does not account for every byte of the file.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let mut file = File::open(path).map_err(|source| reading(path, source))?;
        let length = file.metadata().map_err(|source| reading(path, source))?.len();
        let header = header(&mut file, path, length)?;
        let start = LENGTH + header.len() as u64;
        let metadata: Metadata = serde_json::from_slice(&header).map_err(|error| bad_file(path, EXPECTED, error))?;
        let described = start.saturating_add(metadata.data_len() as u64);
        if described != length {
            let found = format!("a header that describes {described} bytes of {length}");
            return Err(bad_file(path, EXPECTED, found));
        }
        let mut opened = Self { path: path.into(), file, tensors: Vec::new(), offsets: Vec::new(), metadata };
        opened.list(start);
        Ok(opened)
    }

    fn list(&mut self, start: u64) {
        for name in self.metadata.offset_keys() {
            if let Some(info) = self.metadata.info(&name) {
                self.offsets.push(start + info.data_offsets.0 as u64);
                self.tensors.push(Tensor { name, shape: info.shape.clone(), dtype: dtype(info.dtype) });
            }
        }
    }

    pub(super) fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }

    /// What its metadata say under a key.
    pub(super) fn note(&self, key: &str) -> Option<&str> {
        self.metadata.metadata().as_ref()?.get(key).map(String::as_str)
    }

    /// Reads the values of one of the arrays.
    pub(super) fn read(&mut self, index: usize, (dtype, count): (Dtype, usize), buffer: &mut Buffer) -> Result<()> {
        let offset = self.offsets.get(index).copied().unwrap_or_default();
        buffer.fill((dtype, count), |bytes| {
            let read = self.file.seek(SeekFrom::Start(offset)).and_then(|_| self.file.read_exact(bytes));
            read.map_err(|source| reading(&self.path, source))?;
            to_native(bytes, dtype.bytes(), false);
            Ok(())
        })
    }
}

/// The bytes of the header, which the file must have.
fn header(file: &mut File, path: &Path, length: u64) -> Result<Vec<u8>> {
    let mut size = [0; LENGTH as usize];
    file.read_exact(&mut size).map_err(|_| bad_file(path, EXPECTED, format!("{length} bytes")))?;
    let size = u64::from_le_bytes(size);
    if size > MAX_HEADER || LENGTH + size > length {
        return Err(bad_file(path, EXPECTED, format!("a header of {size} bytes in a file of {length}")));
    }
    let mut header = vec![0; size as usize];
    file.read_exact(&mut header).map_err(|source| reading(path, source))?;
    Ok(header)
}

fn dtype(known: Known) -> Result<Dtype, String> {
    Ok(match known {
        Known::F32 => Dtype::F32,
        Known::F64 => Dtype::F64,
        Known::F16 => Dtype::F16,
        Known::BF16 => Dtype::Bf16,
        Known::I8 => Dtype::I8,
        Known::I16 => Dtype::I16,
        Known::I32 => Dtype::I32,
        Known::I64 => Dtype::I64,
        Known::U8 => Dtype::U8,
        Known::U16 => Dtype::U16,
        Known::U32 => Dtype::U32,
        Known::U64 => Dtype::U64,
        Known::BOOL => Dtype::Bool,
        other => return Err(format!("{other}, which recordings do not keep")),
    })
}
