//! 64 bytes, the last four of them the checksum of the others: what the preamble and every header of a record are.
//!
//! Everything in a recording begins at a multiple of such a block. `docs/format.md` says which field lies
//! where.

/// The size of a block, in bytes.
pub(super) const BLOCK: usize = 64;
/// Everything begins at a multiple of this, so that a scan can find the next record behind a damaged one.
pub(super) const ALIGN: u64 = BLOCK as u64;

/// Rounds `n` up to a multiple of [`ALIGN`]; `n` is far below `u64::MAX` wherever this is called.
pub(super) fn up(n: u64) -> u64 {
    n.next_multiple_of(ALIGN)
}

/// Writes a field at its place.
pub(super) fn put(bytes: &mut [u8; BLOCK], at: usize, field: &[u8]) {
    bytes[at..at + field.len()].copy_from_slice(field);
}

/// Writes the checksum of the first 60 bytes into the last four.
pub(super) fn seal(mut bytes: [u8; BLOCK]) -> [u8; BLOCK] {
    let crc = crc32fast::hash(&bytes[..60]);
    put(&mut bytes, 60, &crc.to_le_bytes());
    bytes
}

/// Returns whether the checksum agrees.
pub(super) fn is_sealed(bytes: &[u8; BLOCK]) -> bool {
    crc32fast::hash(&bytes[..60]) == u32_at(bytes, 60)
}

pub(super) fn u16_at(bytes: &[u8; BLOCK], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

pub(super) fn u32_at(bytes: &[u8; BLOCK], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

pub(super) fn u64_at(bytes: &[u8; BLOCK], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
