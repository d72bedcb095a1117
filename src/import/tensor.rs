//! An array that lies in a file: its name, shape and type, without its values.

use std::path::Path;

use crate::{Dtype, Error, Result};

/// An array that lies in a file, without its values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tensor {
    /// As the file calls it.
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    /// The type of its values, or what it has instead of one that recordings keep.
    pub(super) dtype: Result<Dtype, String>,
}

impl Tensor {
    /// The type of the values, if recordings keep it.
    pub(super) fn dtype(&self, file: &Path) -> Result<Dtype> {
        self.dtype.clone().map_err(|found| {
            let expected = "one of numbers: f16, bf16, f32, f64, integers of 8 to 64 bits or bool";
            Error::invalid(format!("the type of {:?} in {}", self.name, file.display()), expected, found)
        })
    }

    /// The number of values and of bytes, if this machine can address them.
    pub(super) fn lengths(&self, dtype: Dtype) -> Option<(usize, usize)> {
        let count = self.shape.iter().try_fold(1_usize, |product, &length| product.checked_mul(length))?;
        Some((count, count.checked_mul(dtype.bytes())?))
    }
}

/// What is wrong with a file as a whole.
pub(super) fn bad_file(file: &Path, expected: &str, found: impl std::fmt::Display) -> Error {
    Error::invalid(format!("the content of {}", file.display()), expected, found)
}

/// What is wrong with one of its arrays.
pub(super) fn bad_tensor(file: &Path, name: &str, expected: impl Into<String>, found: impl std::fmt::Display) -> Error {
    Error::invalid(format!("{name:?} in {}", file.display()), expected, found)
}

/// That the file cannot be opened or read.
pub(super) fn reading(file: &Path, source: std::io::Error) -> Error {
    Error::io(format!("reading {}", file.display()), source)
}
