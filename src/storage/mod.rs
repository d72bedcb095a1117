//! The file: bytes, checksums, and what is done when they do not agree. `docs/format.md` specifies it byte by byte.
//!
//! ```text
//! record    64-byte preamble and headers, the alignment of everything
//! medium    where the bytes are: a file or memory
//! log       records appended and read back, the one place that writes
//! scan      the walk over the headers, past damage
//! manifest  the first record: which parameters, which model
//! tensor    one array: its descriptor, its bytes
//! metrics   what was measured: the meta of an epoch or a step
//! ```

#[cfg(test)]
pub(crate) mod faulty;
mod log;
mod manifest;
mod medium;
mod metrics;
mod number;
#[cfg(test)]
pub(crate) mod powerless;
mod record;
mod scan;
mod tensor;

pub(crate) use log::{Log, Source};
pub(crate) use manifest::Manifest;
pub(crate) use medium::{Medium, is_still_there, open_to_read, open_to_write};
pub(crate) use metrics::{LONGEST_NAME, MOST_METRICS, decode_metrics, encode_metrics};
pub(crate) use record::{BadPreamble, Kind, Moment, VERSION};
pub use scan::Damage;
pub(crate) use scan::Found;
pub(crate) use tensor::{TensorSpec, matrix_spec, read_matrix, read_weights, write_matrix, write_weights};
