//! The checksums of the arrays of a snapshot, one by one: the end of the meta of an EPOCH record.
//!
//! That of the record is of all data at once; with these one array is read alone. Room is made for them before the data are
//! written, and each is put there when its array is. `docs/format.md` has the bytes, under "EPOCH".

use super::probe::Probe;
use crate::codec;

/// The place of the checksums in a meta.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checksums {
    at: usize,
}

impl Checksums {
    /// Makes room for so many of them at the end of a meta.
    pub(crate) fn reserve(count: usize, meta: &mut Vec<u8>) -> Self {
        meta.extend((count as u64).to_le_bytes());
        let at = meta.len();
        meta.resize(at + count * size_of::<u32>(), 0);
        Self { at }
    }

    /// Puts the checksum of an array into its place.
    pub(super) fn set(self, meta: &mut [u8], index: usize, checksum: u32) {
        let at = self.at + index * size_of::<u32>();
        meta[at..at + size_of::<u32>()].copy_from_slice(&checksum.to_le_bytes());
    }
}

/// Returns the checksums in what lies behind the metrics, none where a recorder of an older version wrote none, or why they
/// cannot be read.
pub(crate) fn take_checksums(bytes: &[u8], count: usize) -> Result<Option<Vec<u32>>, String> {
    let mut rest = bytes;
    Probe::skip(&mut rest)?;
    if rest.is_empty() {
        return Ok(None);
    }
    let checksums: Vec<u32> = codec::take_next(&mut rest)?;
    if checksums.len() == count {
        Ok(Some(checksums))
    } else {
        Err(format!("it has {} checksums for {count} arrays", checksums.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::put_probe;

    #[test]
    fn checksums_come_back_from_their_places() {
        let mut meta = Vec::new();
        put_probe(None, &mut meta);
        let checksums = Checksums::reserve(3, &mut meta);
        for (index, checksum) in [(2, 7), (0, u32::MAX), (1, 9)] {
            checksums.set(&mut meta, index, checksum);
        }
        assert_eq!(take_checksums(&meta, 3), Ok(Some(vec![u32::MAX, 9, 7])));
        assert!(take_checksums(&meta, 2).unwrap_err().contains("3 checksums for 2 arrays"));
        assert_eq!((take_checksums(&[], 3), take_checksums(&[0], 3)), (Ok(None), Ok(None)), "as before there were any");
        for length in 2..meta.len() {
            assert!(take_checksums(&meta[..length], 3).is_err(), "cut at {length}");
        }
    }
}
