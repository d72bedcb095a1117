//! An archive of numpy: a zip file with an array in each entry.

use std::{
    fs::File,
    io::{BufReader, Read},
    path::{Path, PathBuf},
};

use zip::ZipArchive;

use super::{
    buffer::{Buffer, to_native},
    npy::{Header, to_row_major},
    tensor::{Tensor, bad_file, bad_tensor, reading},
};
use crate::{Dtype, Result};

/// No deflated byte makes more than so many.
const MAX_RATIO: u64 = 1032;

const EXPECTED: &str = "an archive of numpy, .npz";

/// An opened archive, whose arrays are in the order of its entries.
#[derive(Debug)]
pub(super) struct NpzFile {
    path: PathBuf,
    archive: ZipArchive<BufReader<File>>,
    tensors: Vec<Tensor>,
    /// The headers of those that have one.
    headers: Vec<Option<Header>>,
    /// The bytes of an array in the order of Fortran.
    scratch: Vec<u8>,
}

impl NpzFile {
    /// Reads the headers of all arrays.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|source| reading(path, source))?;
        let archive = ZipArchive::new(BufReader::new(file)).map_err(|error| bad_file(path, EXPECTED, error))?;
        if archive.has_duplicate_names() {
            return Err(bad_file(path, EXPECTED, "two entries of one name"));
        }
        let mut opened =
            Self { path: path.into(), archive, tensors: Vec::new(), headers: Vec::new(), scratch: Vec::new() };
        for index in 0..opened.archive.len() {
            let (tensor, header) = opened.entry(index)?;
            opened.tensors.push(tensor);
            opened.headers.push(header);
        }
        Ok(opened)
    }

    /// One of the entries: an array, or one of a type that recordings do not keep.
    fn entry(&mut self, index: usize) -> Result<(Tensor, Option<Header>)> {
        let mut entry = self.archive.by_index(index).map_err(|error| bad_file(&self.path, EXPECTED, error))?;
        let name = entry.name().map_err(|error| bad_file(&self.path, EXPECTED, error))?.into_owned();
        let Some(name) = name.strip_suffix(".npy").map(str::to_owned) else {
            let dtype = Err("no array: its name does not end in .npy".into());
            return Ok((Tensor { name, shape: Vec::new(), dtype }, None));
        };
        let header = Header::read(&mut entry).map_err(|found| bad_tensor(&self.path, &name, "an array", found))?;
        let tensor = Tensor { name, shape: header.shape.clone(), dtype: header.dtype.clone() };
        if let Some((_, bytes)) = tensor.dtype.clone().ok().and_then(|dtype| tensor.lengths(dtype)) {
            let (declared, stored) = (entry.size(), entry.compressed_size());
            let whole = (header.length as u64).saturating_add(bytes as u64);
            if whole != declared || declared > stored.saturating_mul(MAX_RATIO).saturating_add(MAX_RATIO) {
                let expected = format!("of {whole} bytes, as its shape {:?} has", tensor.shape);
                return Err(bad_tensor(&self.path, &tensor.name, expected, format!("{declared} bytes of {stored}")));
            }
        }
        Ok((tensor, Some(header)))
    }

    pub(super) fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }

    /// Reads the values of one of the arrays, to its very end, where its checksum is compared.
    pub(super) fn read(&mut self, index: usize, (dtype, count): (Dtype, usize), buffer: &mut Buffer) -> Result<()> {
        let Some((tensor, Some(header))) = self.tensors.get(index).zip(self.headers.get(index)) else {
            return Err(bad_file(&self.path, EXPECTED, "an entry that is none"));
        };
        let failed = |source| bad_tensor(&self.path, &tensor.name, "a whole array", source);
        let mut entry = self.archive.by_index(index).map_err(|error| bad_file(&self.path, EXPECTED, error))?;
        Header::read(&mut entry).map_err(|found| bad_tensor(&self.path, &tensor.name, "an array", found))?;
        let scratch = &mut self.scratch;
        let turned = header.is_fortran && tensor.shape.len() > 1;
        buffer.fill((dtype, count), |bytes| {
            let mut read = |bytes: &mut [u8]| {
                entry.read_exact(bytes).and_then(|()| entry.read(&mut [0])).map_err(|error| failed(error.to_string()))
            };
            let behind = if turned {
                scratch.resize(bytes.len(), 0);
                let behind = read(scratch)?;
                to_row_major(&tensor.shape, dtype.bytes(), scratch, bytes);
                behind
            } else {
                read(bytes)?
            };
            to_native(bytes, dtype.bytes(), header.is_big_endian);
            if behind == 0 { Ok(()) } else { Err(failed("more bytes than its shape has".into())) }
        })
    }
}
