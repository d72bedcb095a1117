//! The first 64 bytes of a recording: that it is one, the version of its format, and the salt of its records.
//!
//! Every later major version keeps these bytes, so that an older reader can refuse it by its number. `docs/format.md`
//! has their table, under "Preamble".

use super::block::{BLOCK, is_sealed, put, seal, u16_at, u64_at};

/// The newest version of the format that this crate writes: major, minor.
pub(crate) const VERSION: (u16, u16) = (1, 2);

/// The minor version of a recording that is not compressed.
const PLAIN: u16 = 1;
/// That of one that may hold compressed snapshots.
pub(crate) const COMPRESSED: u16 = 2;

/// Not text, "TRPL", a line break that a copy in text mode would change, and the end of a file on DOS.
const MAGIC: [u8; 8] = *b"\x89TRPL\r\n\x1a";

/// The first 64 bytes of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Preamble {
    /// A reader of an older one refuses the file.
    pub(crate) major: u16,
    /// A reader of an older one ignores what is new; a recorder of an older one does not append.
    pub(crate) minor: u16,
    /// Repeated in every header, so that stale bytes of another file are not taken for records.
    pub(crate) salt: u64,
}

/// Why 64 bytes are no preamble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadPreamble {
    /// Another file.
    Magic,
    /// The beginning of one: whoever created it was stopped.
    Short,
    /// One whose bytes have changed.
    Checksum,
}

impl Preamble {
    /// Creates the preamble of a new file.
    pub(crate) fn new(salt: u64) -> Self {
        Self { major: VERSION.0, minor: PLAIN, salt }
    }

    /// The same, of one that may hold compressed snapshots or not.
    pub(crate) fn of_compressed(self, compressed: bool) -> Self {
        Self { minor: if compressed { COMPRESSED } else { PLAIN }, ..self }
    }

    /// Returns the bytes in the file.
    pub(crate) fn encode(self) -> [u8; BLOCK] {
        let mut bytes = [0; BLOCK];
        put(&mut bytes, 0, &MAGIC);
        put(&mut bytes, 8, &self.major.to_le_bytes());
        put(&mut bytes, 10, &self.minor.to_le_bytes());
        put(&mut bytes, 16, &self.salt.to_le_bytes());
        seal(bytes)
    }

    /// Returns the preamble in the first bytes, at most 64, of a file. The magic is compared as far as there are bytes:
    /// the beginning of a recording is not taken for another kind of file.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, BadPreamble> {
        let magic = bytes.len().min(MAGIC.len());
        if bytes[..magic] != MAGIC[..magic] {
            return Err(BadPreamble::Magic);
        }
        let bytes = bytes.first_chunk::<BLOCK>().ok_or(BadPreamble::Short)?;
        if !is_sealed(bytes) {
            return Err(BadPreamble::Checksum);
        }
        Ok(Self { major: u16_at(bytes, 8), minor: u16_at(bytes, 10), salt: u64_at(bytes, 16) })
    }
}

impl From<u64> for Preamble {
    fn from(salt: u64) -> Self {
        Self::new(salt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preambles_come_back() {
        let preamble = Preamble::new(u64::MAX - 1);
        assert_eq!(Preamble::decode(&preamble.encode()), Ok(preamble));
    }

    #[test]
    fn any_flipped_bit_of_a_preamble_is_noticed() {
        for bit in 0..8 * BLOCK {
            let mut preamble = Preamble::new(5).encode();
            preamble[bit / 8] ^= 1 << (bit % 8);
            assert!(Preamble::decode(&preamble).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn the_beginning_of_a_preamble_is_distinguished_from_another_file() {
        let preamble = Preamble::new(5).encode();
        for length in 0..BLOCK {
            assert_eq!(Preamble::decode(&preamble[..length]), Err(BadPreamble::Short), "{length}");
        }
        assert_eq!(Preamble::decode(b"\x89PNG"), Err(BadPreamble::Magic));
    }
}
