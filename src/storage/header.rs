//! The fixed parts of the file: the preamble and the record headers, 64 bytes each, each with a checksum of its own.

use std::ops::Range;

use crate::Moment;

/// Everything begins at a multiple of this, so that a scan can find the next record behind a damaged one.
pub(crate) const ALIGN: u64 = 64;
/// The size of the preamble and of a header.
pub(crate) const HEADER: usize = 64;
/// The largest meta a record may have.
pub(crate) const MAX_META: u64 = 16 << 20;
/// The most data bytes a record may have.
pub(crate) const MAX_DATA: u64 = 1 << 40;
/// The largest sequence number that counts, so that there is always a next one.
pub(crate) const MAX_RECORDS: u64 = 1 << 63;
/// The version of the format that this crate writes: major, minor.
pub(crate) const VERSION: (u16, u16) = (1, 0);

const MAGIC: [u8; 8] = *b"\x89TRPL\r\n\x1a";
const RECORD_MAGIC: [u8; 4] = *b"TREC";

/// `n` rounded up to a multiple of [`ALIGN`]; `n` is far below `u64::MAX` wherever this is called.
pub(crate) fn up(n: u64) -> u64 {
    n.next_multiple_of(ALIGN)
}

/// The first 64 bytes of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Preamble {
    pub(crate) major: u16,
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
    pub(crate) fn new(salt: u64) -> Self {
        Self { major: VERSION.0, minor: VERSION.1, salt }
    }

    pub(crate) fn encode(self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        put(&mut bytes, 0, &MAGIC);
        put(&mut bytes, 8, &self.major.to_le_bytes());
        put(&mut bytes, 10, &self.minor.to_le_bytes());
        put(&mut bytes, 16, &self.salt.to_le_bytes());
        seal(bytes)
    }

    /// The preamble in the first bytes, at most 64, of a file.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, BadPreamble> {
        let magic = bytes.len().min(MAGIC.len());
        if bytes[..magic] != MAGIC[..magic] {
            return Err(BadPreamble::Magic);
        }
        let bytes = bytes.first_chunk::<HEADER>().ok_or(BadPreamble::Short)?;
        if !is_sealed(bytes) {
            return Err(BadPreamble::Checksum);
        }
        Ok(Self { major: u16_at(bytes, 8), minor: u16_at(bytes, 10), salt: u64_at(bytes, 16) })
    }
}

/// What a record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Model,
    Data,
    Epoch,
    End,
    /// A kind of a later version: one that may be skipped, or one that may not.
    Unknown(u16),
}

impl Kind {
    /// Kinds from here on may be skipped by a reader that does not know them.
    const SKIPPABLE: u16 = 0x8000;

    pub(crate) fn may_be_skipped(self) -> bool {
        matches!(self, Self::Unknown(id) if id >= Self::SKIPPABLE)
    }

    fn id(self) -> u16 {
        match self {
            Self::Model => 1,
            Self::Data => 2,
            Self::Epoch => 3,
            Self::End => 4,
            Self::Unknown(id) => id,
        }
    }

    fn from_id(id: u16) -> Self {
        match id {
            1 => Self::Model,
            2 => Self::Data,
            3 => Self::Epoch,
            4 => Self::End,
            id => Self::Unknown(id),
        }
    }
}

/// The first 64 bytes of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) kind: Kind,
    pub(crate) salt: u64,
    pub(crate) sequence: u64,
    pub(crate) meta_len: u64,
    pub(crate) data_len: u64,
    pub(crate) moment: Moment,
    pub(crate) meta_crc: u32,
    pub(crate) data_crc: u32,
}

impl Header {
    pub(crate) fn encode(&self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        put(&mut bytes, 0, &RECORD_MAGIC);
        put(&mut bytes, 4, &self.kind.id().to_le_bytes());
        put(&mut bytes, 8, &self.salt.to_le_bytes());
        put(&mut bytes, 16, &self.sequence.to_le_bytes());
        put(&mut bytes, 24, &self.meta_len.to_le_bytes());
        put(&mut bytes, 32, &self.data_len.to_le_bytes());
        put(&mut bytes, 40, &self.moment.epoch().to_le_bytes());
        put(&mut bytes, 48, &self.meta_crc.to_le_bytes());
        put(&mut bytes, 52, &self.data_crc.to_le_bytes());
        put(&mut bytes, 56, &self.moment.step().unwrap_or(0).to_le_bytes());
        seal(bytes)
    }

    /// The header, if these bytes are one: magic, checksum and limits hold.
    pub(crate) fn decode(bytes: &[u8; HEADER]) -> Option<Self> {
        if !bytes.starts_with(&RECORD_MAGIC) || !is_sealed(bytes) {
            return None;
        }
        let header = Self {
            kind: Kind::from_id(u16_at(bytes, 4)),
            salt: u64_at(bytes, 8),
            sequence: u64_at(bytes, 16),
            meta_len: u64_at(bytes, 24),
            data_len: u64_at(bytes, 32),
            moment: moment_at(bytes),
            meta_crc: u32_at(bytes, 48),
            data_crc: u32_at(bytes, 52),
        };
        (header.meta_len <= MAX_META && header.data_len <= MAX_DATA).then_some(header)
    }

    /// Where the meta lies in a file whose record begins at `offset`.
    pub(crate) fn meta(&self, offset: u64) -> Range<u64> {
        let start = offset + ALIGN;
        start..start + self.meta_len
    }

    /// Where the data lies.
    pub(crate) fn data(&self, offset: u64) -> Range<u64> {
        let start = up(self.meta(offset).end);
        start..start + self.data_len
    }

    /// Where the next record begins.
    pub(crate) fn end(&self, offset: u64) -> u64 {
        up(self.data(offset).end)
    }
}

fn put(bytes: &mut [u8; HEADER], at: usize, field: &[u8]) {
    bytes[at..at + field.len()].copy_from_slice(field);
}

/// Writes the checksum of the first 60 bytes into the last four.
fn seal(mut bytes: [u8; HEADER]) -> [u8; HEADER] {
    let crc = crc32fast::hash(&bytes[..60]);
    put(&mut bytes, 60, &crc.to_le_bytes());
    bytes
}

fn is_sealed(bytes: &[u8; HEADER]) -> bool {
    crc32fast::hash(&bytes[..60]) == u32_at(bytes, 60)
}

/// A step of 0 is the end of the epoch.
fn moment_at(bytes: &[u8; HEADER]) -> Moment {
    let (epoch, step) = (u64_at(bytes, 40), u32_at(bytes, 56));
    if step == 0 { epoch.into() } else { (epoch, step).into() }
}

fn u16_at(bytes: &[u8; HEADER], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8; HEADER], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8; HEADER], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Header {
        Header {
            kind: Kind::Epoch,
            salt: 7,
            sequence: 3,
            meta_len: 60,
            data_len: 100,
            moment: (9, 4).into(),
            meta_crc: 1,
            data_crc: 2,
        }
    }

    #[test]
    fn headers_and_preambles_come_back() {
        assert_eq!(Header::decode(&sample().encode()), Some(sample()));
        let preamble = Preamble::new(u64::MAX - 1);
        assert_eq!(Preamble::decode(&preamble.encode()), Ok(preamble));
    }

    #[test]
    fn the_steps_of_an_epoch_lie_between_the_end_of_the_one_before_and_its_own() {
        let steps = [1, 2, u32::MAX].map(|step| Moment::from((3, step)));
        let moments = [&[Moment::from(2)], &steps[..], &[Moment::from(3)], &[Moment::from((4, 1))]].concat();
        assert!(moments.is_sorted_by(|a, b| a < b), "{moments:?}");
    }

    #[test]
    fn any_flipped_bit_is_noticed() {
        for bit in 0..8 * HEADER {
            let mut header = sample().encode();
            header[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Header::decode(&header), None, "bit {bit}");
            let mut preamble = Preamble::new(5).encode();
            preamble[bit / 8] ^= 1 << (bit % 8);
            assert!(Preamble::decode(&preamble).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn the_beginning_of_a_preamble_is_told_from_another_file() {
        let preamble = Preamble::new(5).encode();
        for length in 0..HEADER {
            assert_eq!(Preamble::decode(&preamble[..length]), Err(BadPreamble::Short), "{length}");
        }
        assert_eq!(Preamble::decode(b"\x89PNG"), Err(BadPreamble::Magic));
    }

    #[test]
    fn lengths_beyond_the_limits_are_no_header() {
        assert_eq!(Header::decode(&Header { meta_len: MAX_META + 1, ..sample() }.encode()), None);
        assert_eq!(Header::decode(&Header { data_len: u64::MAX, ..sample() }.encode()), None);
    }

    #[test]
    fn the_parts_of_a_record_begin_at_multiples_of_64() {
        assert_eq!(sample().meta(128), 192..252);
        assert_eq!(sample().data(128), 256..356);
        assert_eq!(sample().end(128), 384);
    }
}
