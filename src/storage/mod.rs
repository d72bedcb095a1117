//! The file: bytes, checksums, and what is done when they do not agree. `docs/format.md` specifies it byte by byte.
//!
//! ```text
//! block     64 bytes with a checksum, the alignment of everything
//! preamble  the first block of the file: version and salt
//! header    the first block of a record: what it holds, and how much
//! record    a whole record without its data, and the position behind it
//! endian    values as bytes
//! backend   where the bytes are: a file or memory
//! pool      files of which some are open at a time
//! lock      one recorder at a time
//! writer    writes one record
//! reader    reads the data of one record
//! window    what a scan sees of the file at a time
//! scan      the walk over the headers, past damage
//! log       the records of a file: scanned, read, appended
//! tensor    one array: its descriptor, its bytes
//! data_names  what the data sets are called: in the first record
//! shared_data  data sets in a file of their own: in the first record
//! expected  the parameters of a snapshot as they come, held against the recorded ones
//! probe     what a model made of a few inputs: in the first record and in each epoch
//! array_bytes  the values of an array as bytes
//! left_out  the parameters of the model that are not recorded: in the first record
//! manifest  the first record: which parameters, which model
//! checksums those of the arrays of an epoch, in its meta
//! weights   the arrays of an epoch, in any order, and each alone
//! packing   runs of bytes, compressed where that is shorter
//! blocks    values taken apart, beside those of an earlier snapshot
//! array_table  how each array of a compressed epoch is stored: in its meta
//! compressor  writes compressed epochs
//! expanded  reads them
//! metrics   what was measured: the meta of an epoch or a step
//! notes     what was noted, at the beginning and when a run was gone on with
//! ```
//!
//! In this order each file uses those above it and none below.

mod ancestor;
mod array_bytes;
mod array_table;
mod backend;
mod block;
mod blocks;
mod checksums;
mod compressor;
mod data_names;
mod endian;
mod expanded;
mod expected;
mod header;
mod left_out;
mod lock;
mod log;
mod manifest;
mod metrics;
mod notes;
mod packing;
mod pool;
mod preamble;
mod probe;
mod reader;
mod record;
mod scan;
mod shared_data;
mod tensor;
#[cfg(test)]
pub(crate) mod testing;
mod weights;
mod window;
mod word;
mod writer;

pub(crate) use ancestor::Ancestor;
pub(crate) use array_bytes::checksum_of;
pub(crate) use array_table::{ArrayTable, MOST_RECORDS, Reference, StoredArray, Way};
pub(crate) use backend::{Backend, open_to_read};
pub(crate) use checksums::{Checksums, take_checksums};
pub(crate) use compressor::{CompressedWriter, Compressor};
pub(crate) use data_names::{DataNames, TRAINING, check_names};
pub(crate) use expanded::{Expander, parameter_of, pieces_of};
pub(crate) use header::{Header, Kind};
pub(crate) use left_out::{LeftOut, LeftOutArray};
pub(crate) use lock::{Locking, open_to_write};
pub(crate) use log::Log;
pub(crate) use manifest::Manifest;
pub(crate) use metrics::{LONGEST_NAME, MAX_METRICS, decode_metrics, encode_metrics, take_metrics};
pub(crate) use notes::{Notes, decode_notes, encode_notes};
pub(crate) use pool::FilePool;
pub(crate) use preamble::{BadPreamble, COMPRESSED, Preamble, VERSION};
pub(crate) use probe::{Probe, put_probe, skip_probe, take_probe};
pub(crate) use reader::RecordReader;
pub(crate) use record::Record;
pub use scan::Damage;
pub(crate) use shared_data::{MAX_PLACES, SharedData, SharedMatrix};
pub(crate) use tensor::{
    TensorSpec, labels_spec, matrix_difference, matrix_spec, read_labels, read_matrix, write_labels, write_matrix,
};
pub(crate) use weights::{WeightsWriter, check_weights, read_alone, read_among, read_weights, visit_weights};
#[cfg(test)]
pub(crate) use writer::RecordWriter;
