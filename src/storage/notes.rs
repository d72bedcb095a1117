//! Notes that were given when a run was gone on with: the meta of a NOTES record.
//!
//! Those that were given at the beginning are in the manifest. `docs/format.md` has the bytes, under "NOTES".

use crate::{Error, Result, codec};

/// Returns the meta of a NOTES record.
pub(crate) fn encode_notes(notes: &Vec<(String, String)>) -> Result<Vec<u8>> {
    codec::encode(notes).map_err(|reason| Error::invalid("the size of the notes", "below 16 MiB", reason))
}

/// Returns the notes in the meta of a NOTES record, if they are some.
pub(crate) fn decode_notes(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    codec::decode_prefix(bytes).ok()
}
