//! The file: bytes, checksums, and what is done when they do not agree. `docs/format.md` specifies it byte by byte.
//!
//! ```text
//! block     64 bytes with a checksum, the alignment of everything
//! preamble  the first block: version and salt
//! header    the first block of a record
//! backend   where the bytes are: a file or memory
//! lock      one recorder at a time
//! log       records appended and read back, the one place that writes
//! scan      the walk over the headers, past damage
//! manifest  the first record: which parameters, which model
//! tensor    one array: its descriptor, its bytes
//! metrics   what was measured: the meta of an epoch or a step
//! ```

mod backend;
mod block;
mod endian;
mod header;
mod lock;
mod log;
mod manifest;
mod metrics;
mod preamble;
mod scan;
mod tensor;
#[cfg(test)]
pub(crate) mod testing;

pub(crate) use backend::{Backend, open_to_read};
pub(crate) use header::{Kind, Moment};
pub(crate) use lock::{is_still_there, open_to_write};
pub(crate) use log::{Log, RecordReader};
pub(crate) use manifest::Manifest;
pub(crate) use metrics::{LONGEST_NAME, MAX_METRICS, decode_metrics, encode_metrics};
pub(crate) use preamble::{BadPreamble, VERSION};
pub use scan::Damage;
pub(crate) use scan::Record;
pub(crate) use tensor::{TensorSpec, matrix_spec, read_matrix, read_weights, write_matrix, write_weights};
