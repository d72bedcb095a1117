//! The header of a record: what the record holds, how long it is, and the checksums of its parts.
//!
//! A header has a checksum of its own, so that damage to the values of a record costs that record and no other: where
//! the next one begins is still known. `docs/format.md` has the table of its bytes, under "Records".

use std::ops::Range;

use crate::Moment;

use super::block::{ALIGN, BLOCK, is_sealed, put, seal, u16_at, u32_at, u64_at, up};

/// The largest meta a record may have, in bytes: a reader holds one whole in memory.
pub(crate) const MAX_META: u64 = 16 << 20;
/// The most data bytes a record may have. With [`MAX_META`] it keeps sums of offsets far below `u64::MAX`.
pub(crate) const MAX_DATA: u64 = 1 << 40;
/// The largest sequence number that counts, so that there is always a next one.
pub(crate) const MAX_RECORDS: u64 = 1 << 63;

const RECORD_MAGIC: [u8; 4] = *b"TREC";

/// What a record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What all epochs share: the [`Manifest`](super::Manifest).
    Model,
    /// A matrix of the data set.
    Data,
    /// A matrix of a data set beside the training set, which a reader of format 1.0 skips.
    NamedData,
    /// The weights after an epoch or within one, and what was measured.
    Epoch,
    /// The same, compressed: arrays that may be differences to those of earlier records.
    CompressedEpoch,
    /// Nothing: the recorder came to its end.
    End,
    /// What was noted when the run was gone on with.
    Notes,
    /// The state of training at the moment whose EPOCH record follows.
    TrainingState,
    /// A kind of a later version: one that may be skipped, or one that may not.
    Unknown(u16),
}

impl Kind {
    /// Kinds from here on may be skipped by a reader that does not know them.
    const SKIPPABLE: u16 = 0x8000;
    const NAMED_DATA: u16 = 0x8001;
    const TRAINING_STATE: u16 = 0x8002;

    /// Returns whether a reader that does not know the kind may go on without it.
    pub(crate) fn may_be_skipped(self) -> bool {
        matches!(self, Self::Unknown(id) if id >= Self::SKIPPABLE)
    }

    fn id(self) -> u16 {
        match self {
            Self::Model => 1,
            Self::Data => 2,
            Self::Epoch => 3,
            Self::End => 4,
            Self::CompressedEpoch => 5,
            Self::Notes => Self::SKIPPABLE,
            Self::NamedData => Self::NAMED_DATA,
            Self::TrainingState => Self::TRAINING_STATE,
            Self::Unknown(id) => id,
        }
    }

    fn from_id(id: u16) -> Self {
        match id {
            1 => Self::Model,
            2 => Self::Data,
            3 => Self::Epoch,
            4 => Self::End,
            5 => Self::CompressedEpoch,
            Self::SKIPPABLE => Self::Notes,
            Self::NAMED_DATA => Self::NamedData,
            Self::TRAINING_STATE => Self::TrainingState,
            id => Self::Unknown(id),
        }
    }
}

/// The first 64 bytes of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) kind: Kind,
    /// That of the preamble, in every record of the file.
    pub(crate) salt: u64,
    /// The number of the record in its file, above that of every record before it.
    pub(crate) sequence: u64,
    pub(crate) meta_len: u64,
    pub(crate) data_len: u64,
    pub(crate) moment: Moment,
    /// The checksum of the meta, without the zeros behind it.
    pub(crate) meta_crc: u32,
    /// The checksum of the data, without the zeros behind them.
    pub(crate) data_crc: u32,
}

impl Header {
    /// Returns the bytes in the file.
    pub(crate) fn encode(&self) -> [u8; BLOCK] {
        let mut bytes = [0; BLOCK];
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

    /// Returns the header, if these bytes are one: magic, checksum and limits hold. Whether it is a header of this file
    /// its salt and sequence number say.
    pub(crate) fn decode(bytes: &[u8; BLOCK]) -> Option<Self> {
        if !bytes.starts_with(&RECORD_MAGIC) || !is_sealed(bytes) {
            return None;
        }
        let header = Self {
            kind: Kind::from_id(u16_at(bytes, 4)),
            salt: u64_at(bytes, 8),
            sequence: u64_at(bytes, 16),
            meta_len: u64_at(bytes, 24),
            data_len: u64_at(bytes, 32),
            moment: Moment::of_numbers(u64_at(bytes, 40), u32_at(bytes, 56)),
            meta_crc: u32_at(bytes, 48),
            data_crc: u32_at(bytes, 52),
        };
        (header.meta_len <= MAX_META && header.data_len <= MAX_DATA).then_some(header)
    }

    /// Returns where the meta lies in a file whose record begins at `offset`.
    pub(crate) fn meta(&self, offset: u64) -> Range<u64> {
        let start = offset + ALIGN;
        start..start + self.meta_len
    }

    /// Returns where the data lie.
    pub(crate) fn data(&self, offset: u64) -> Range<u64> {
        let start = up(self.meta(offset).end);
        start..start + self.data_len
    }

    /// Returns where the next record begins.
    pub(crate) fn end(&self, offset: u64) -> u64 {
        up(self.data(offset).end)
    }
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
    fn headers_come_back() {
        assert_eq!(Header::decode(&sample().encode()), Some(sample()));
    }

    #[test]
    fn the_steps_of_an_epoch_lie_between_the_end_of_the_one_before_and_its_own() {
        let steps = [1, 2, u32::MAX].map(|step| Moment::from((3, step)));
        let moments = [&[Moment::from(2)], &steps[..], &[Moment::from(3)], &[Moment::from((4, 1))]].concat();
        assert!(moments.is_sorted_by(|a, b| a < b), "{moments:?}");
    }

    #[test]
    fn any_flipped_bit_of_a_header_is_noticed() {
        for bit in 0..8 * BLOCK {
            let mut header = sample().encode();
            header[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Header::decode(&header), None, "bit {bit}");
        }
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
