//! Blocks of values: what is left of them beside those of an earlier snapshot, taken apart so that it compresses.
//!
//! A value is held against the one before as an integer of its bits: their difference is small where training has changed the
//! last digits. How many bytes each difference has, its leading byte, and the bytes below that follow laws of their own, and
//! so are packed apart: lengths and leading bytes take few bits, the others are noise. `docs/format.md` has the bytes, under
//! "COMPRESSED EPOCH".

use std::io;

use super::packing::{Packer, Unpacker, Unpacking};
use crate::{Error, Result};

/// How many values a block has; the last one of an array has what is left.
pub(super) const VALUES: usize = 1 << 15;

/// The longest value, in bytes.
const LONGEST: usize = 8;

/// The fewest bytes that the blocks of an array of so many bytes can have: the lengths of their runs, and one of them.
pub(super) fn least(bytes: u64, width: usize) -> u64 {
    bytes.div_ceil((VALUES * width) as u64).saturating_mul(4 * (width as u64 + 2) + 1)
}

/// What the values of a block are held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// Nothing.
    Alone,
    /// The values of the snapshot before.
    Difference,
}

/// Where packed bytes come from.
pub(super) trait Packed {
    /// Fills the buffer with the next bytes.
    fn next(&mut self, buffer: &mut [u8]) -> Result<()>;

    /// Says that these bytes are not what was written.
    fn corrupted(&self, reason: &str) -> Error;

    /// Says that this build cannot read them.
    fn unreadable(&self) -> Error;
}

/// Takes values apart, and puts them together again.
#[derive(Default)]
pub(super) struct Parts {
    /// What is left of each value.
    left: Vec<u64>,
    /// Of each the number of bytes without leading zeros.
    lengths: Vec<u8>,
    /// The same, several to a byte.
    dense: Vec<u8>,
    /// The leading bytes of those of each length.
    leading: Vec<u8>,
    /// The bytes below, of one after the other.
    below: Vec<u8>,
    packed: Vec<u8>,
    unpacker: Unpacker,
}

impl Parts {
    /// Appends a block of values of `width` bytes each, beside others if there are some.
    pub(super) fn encode(
        &mut self,
        (width, others): (usize, Option<&[u8]>),
        values: &[u8],
        (packer, packed): (&mut Packer, &mut Vec<u8>),
    ) -> io::Result<()> {
        self.left.clear();
        match width {
            1 => leave::<u8, 1>(others, values, &mut self.left),
            2 => leave::<u16, 2>(others, values, &mut self.left),
            4 => leave::<u32, 4>(others, values, &mut self.left),
            _ => leave::<u64, LONGEST>(others, values, &mut self.left),
        }
        let (counts, below) = self.take_apart();
        self.thicken(width);
        packer.pack(&self.dense, packed)?;
        let count = self.left.len();
        for length in 1..=width {
            packer.pack(&self.leading[length * count..][..counts[length]], packed)?;
        }
        packer.pack(&self.below[..below], packed)
    }

    /// Turns the values of another snapshot into those of a block; or anything, where they stand alone.
    pub(super) fn decode(
        &mut self,
        (width, coding): (usize, Coding),
        from: &mut impl Packed,
        values: &mut [u8],
    ) -> Result<()> {
        self.unpack(width, values.len() / width, from)?;
        self.put_together();
        match width {
            1 => restore::<u8, 1>(coding, &self.left, values),
            2 => restore::<u16, 2>(coding, &self.left, values),
            4 => restore::<u32, 4>(coding, &self.left, values),
            _ => restore::<u64, LONGEST>(coding, &self.left, values),
        }
        Ok(())
    }

    /// Lengths, leading bytes, and those below; how many there are of each length, and below.
    fn take_apart(&mut self) -> ([usize; LONGEST + 1], usize) {
        let count = self.left.len();
        self.lengths.resize(count, 0);
        self.leading.resize((LONGEST + 1) * count, 0);
        self.below.resize(LONGEST * (count + 1), 0);
        let (mut ends, mut below): ([usize; LONGEST + 1], usize) = (std::array::from_fn(|length| length * count), 0);
        for (&left, length) in self.left.iter().zip(&mut self.lengths) {
            let bytes = (71 - left.leading_zeros() as usize) / 8;
            *length = bytes as u8;
            self.leading[ends[bytes]] = (left >> (8 * bytes.saturating_sub(1))) as u8;
            ends[bytes] += 1;
            // More than belong there; what comes next is written over them.
            self.below[below..below + LONGEST].copy_from_slice(&left.to_le_bytes());
            below += bytes.saturating_sub(1);
        }
        (std::array::from_fn(|length| ends[length] - length * count), below)
    }

    /// The other way round.
    fn put_together(&mut self) {
        let count = self.lengths.len();
        let mut ends: [usize; LONGEST + 1] = std::array::from_fn(|length| length * count);
        let mut below = 0;
        self.left.clear();
        self.left.extend(self.lengths.iter().map(|&length| {
            let lower = usize::from(length).saturating_sub(1);
            let end = &mut ends[usize::from(length)];
            let leading = u64::from(self.leading[*end]) << (8 * lower);
            *end += 1;
            let low = self.below[below..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
            below += lower;
            leading | (low & ((1 << (8 * lower)) - 1))
        }));
    }

    /// Puts several lengths into a byte.
    fn thicken(&mut self, width: usize) {
        let (each, bits) = lengths_in_a_byte(width);
        let byte = |some: &[u8]| some.iter().rev().fold(0, |byte, length| byte << bits | length);
        self.dense.clear();
        self.dense.extend(self.lengths.chunks(each).map(byte));
    }

    /// Reads what was packed of a block.
    fn unpack(&mut self, width: usize, count: usize, from: &mut impl Packed) -> Result<()> {
        let (each, bits) = lengths_in_a_byte(width);
        self.dense.resize(count.div_ceil(each), 0);
        unpack(&mut self.unpacker, &mut self.packed, from, &mut self.dense)?;
        self.lengths.clear();
        let mask = (1 << bits) - 1;
        self.lengths.extend((0..count).map(|at| self.dense[at / each] >> (bits * (at % each)) & mask));
        let mut counts = [0; 16];
        self.lengths.iter().for_each(|&length| counts[usize::from(length)] += 1);
        if counts[width + 1..].iter().any(|&longer| longer > 0) {
            return Err(from.corrupted("a value of it is longer than its type"));
        }
        self.leading.resize((LONGEST + 1) * count, 0);
        self.leading[..count].fill(0); // Of those that have no bytes.
        for length in 1..=width {
            let leading = &mut self.leading[length * count..][..counts[length]];
            unpack(&mut self.unpacker, &mut self.packed, from, leading)?;
        }
        let below: usize = (2..=width).map(|length| (length - 1) * counts[length]).sum();
        self.below.resize(LONGEST * (count + 1), 0);
        unpack(&mut self.unpacker, &mut self.packed, from, &mut self.below[..below])
    }
}

/// How many lengths of values of this width share a byte, and the bits of each.
fn lengths_in_a_byte(width: usize) -> (usize, usize) {
    if width <= 2 { (4, 2) } else { (2, 4) }
}

/// Reads one run, which is never longer than what it becomes.
fn unpack(unpacker: &mut Unpacker, packed: &mut Vec<u8>, from: &mut impl Packed, run: &mut [u8]) -> Result<()> {
    let mut length = [0; 4];
    from.next(&mut length)?;
    let length = u32::from_le_bytes(length) as usize;
    if length > run.len() {
        return Err(from.corrupted("a part of it is longer than its values"));
    }
    packed.resize(length, 0);
    from.next(packed)?;
    unpacker.unpack(packed, run).map_err(|failed| match failed {
        Unpacking::NoLibrary => from.unreadable(),
        Unpacking::NoFrame => from.corrupted("a part of it cannot be decompressed"),
    })
}

/// The bits of a value as an integer.
trait Word<const N: usize>: Copy {
    fn of(bytes: [u8; N]) -> Self;
    fn bytes(self) -> [u8; N];
    /// The difference to another, small in size to small.
    fn minus(self, other: Self) -> u64;
    /// The word of which a difference is left.
    fn plus(self, left: u64) -> Self;
    /// The sign behind the other bits, so that the exponent of a float is a byte of its own.
    fn turned(self) -> u64;
    fn turned_back(left: u64) -> Self;
}

macro_rules! words {
    ($($word:ty, $signed:ty, $bytes:literal);*) => {$(
        impl Word<$bytes> for $word {
            fn of(bytes: [u8; $bytes]) -> Self {
                Self::from_le_bytes(bytes)
            }

            fn bytes(self) -> [u8; $bytes] {
                self.to_le_bytes()
            }

            fn minus(self, other: Self) -> u64 {
                let difference = self.wrapping_sub(other) as $signed;
                u64::from(((difference << 1) ^ (difference >> (Self::BITS - 1))) as Self)
            }

            fn plus(self, left: u64) -> Self {
                let left = left as Self;
                self.wrapping_add((left >> 1) ^ (left & 1).wrapping_neg())
            }

            fn turned(self) -> u64 {
                u64::from(self.rotate_left(1))
            }

            fn turned_back(left: u64) -> Self {
                (left as Self).rotate_right(1)
            }
        }
    )*};
}
words!(u8, i8, 1; u16, i16, 2; u32, i32, 4; u64, i64, 8);

/// What is left of values, beside others if there are some.
fn leave<W: Word<N>, const N: usize>(others: Option<&[u8]>, values: &[u8], left: &mut Vec<u64>) {
    let values = values.as_chunks::<N>().0.iter().map(|&bytes| W::of(bytes));
    match others {
        None => left.extend(values.map(W::turned)),
        Some(others) => {
            let others = others.as_chunks::<N>().0.iter().map(|&bytes| W::of(bytes));
            left.extend(values.zip(others).map(|(value, other)| value.minus(other)));
        }
    }
}

/// The other way round, in the memory of the others.
fn restore<W: Word<N>, const N: usize>(coding: Coding, left: &[u64], values: &mut [u8]) {
    let values = values.as_chunks_mut::<N>().0.iter_mut().zip(left);
    match coding {
        Coding::Alone => values.for_each(|(value, &left)| *value = W::turned_back(left).bytes()),
        Coding::Difference => values.for_each(|(value, &left)| *value = W::of(*value).plus(left).bytes()),
    }
}

#[cfg(all(test, feature = "compression"))]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::*;

    impl Packed for &[u8] {
        fn next(&mut self, buffer: &mut [u8]) -> Result<()> {
            let (taken, rest) = self.split_at_checked(buffer.len()).ok_or_else(|| self.corrupted("too short"))?;
            buffer.copy_from_slice(taken);
            *self = rest;
            Ok(())
        }

        fn corrupted(&self, reason: &str) -> Error {
            Error::corrupted("a test", "a block", 0, reason)
        }

        fn unreadable(&self) -> Error {
            self.corrupted("no library")
        }
    }

    fn encoded(width: usize, others: Option<&[u8]>, values: &[u8]) -> Vec<u8> {
        let (mut packed, mut packer) = (Vec::new(), Packer::new().unwrap());
        Parts::default().encode((width, others), values, (&mut packer, &mut packed)).unwrap();
        packed
    }

    fn decoded(width: usize, others: Option<&[u8]>, mut packed: &[u8], length: usize) -> Result<Vec<u8>> {
        let coding = if others.is_some() { Coding::Difference } else { Coding::Alone };
        let mut values = others.map_or_else(|| vec![9; length], <[u8]>::to_vec);
        Parts::default().decode((width, coding), &mut packed, &mut values)?;
        assert!(packed.is_empty(), "all was read");
        Ok(values)
    }

    proptest! {
        #[test]
        fn any_values_come_back_alone_and_beside_any_others(
            width in select(vec![1_usize, 2, 4, 8]),
            pairs in vec((any::<u64>(), any::<u64>(), 0_u32..65), 0..300),
        ) {
            let bytes = |values: Vec<u64>| {
                values.iter().flat_map(|value| value.to_le_bytes()[..width].to_vec()).collect::<Vec<u8>>()
            };
            let near = |&(value, noise, bits): &(u64, u64, u32)| value ^ noise.checked_shr(bits).unwrap_or(0);
            let others = bytes(pairs.iter().map(|pair| pair.0).collect());
            let values = bytes(pairs.iter().map(near).collect());
            for others in [None, Some(others.as_slice())] {
                let packed = encoded(width, others, &values);
                prop_assert_eq!(&decoded(width, others, &packed, values.len()).unwrap(), &values);
            }
        }
    }

    #[test]
    fn nans_and_zeros_of_either_sign_keep_their_bits() {
        let odd =
            [f32::NAN, -0.0, 0.0, f32::from_bits(0x7fa0_1234), f32::NEG_INFINITY, f32::from_bits(0xffc0_0001), 1e-42];
        let values: Vec<u8> = odd.iter().flat_map(|value| value.to_le_bytes()).collect();
        let others: Vec<u8> = odd.iter().rev().flat_map(|value| value.to_le_bytes()).collect();
        for others in [None, Some(others.as_slice())] {
            assert_eq!(decoded(4, others, &encoded(4, others, &values), values.len()).unwrap(), values);
        }
    }

    #[test]
    fn values_that_stay_take_next_to_nothing_and_small_changes_few_bytes() {
        let values: Vec<u8> = (0..VALUES as u32).flat_map(|i| (i.wrapping_mul(0x9e37_79b9)).to_le_bytes()).collect();
        assert!(encoded(4, Some(&values), &values).len() < 64);
        let changed: Vec<u8> = values
            .as_chunks::<4>()
            .0
            .iter()
            .enumerate()
            .flat_map(|(i, value)| (u32::from_le_bytes(*value) ^ (i as u32 % 100)).to_le_bytes())
            .collect();
        let packed = encoded(4, Some(&values), &changed);
        assert!(packed.len() < changed.len() / 4, "{}", packed.len());
        assert_eq!(decoded(4, Some(&values), &packed, changed.len()).unwrap(), changed);
    }

    #[test]
    fn bytes_cut_or_changed_anywhere_are_an_error_or_other_values_and_no_harm() {
        let values: Vec<u8> = (0..999_u32).flat_map(|i| (i * i).to_le_bytes()).collect();
        let packed = encoded(4, None, &values);
        for length in 0..packed.len() {
            let mut cut = &packed[..length];
            let mut back = values.clone();
            assert!(Parts::default().decode((4, Coding::Alone), &mut cut, &mut back).is_err(), "cut at {length}");
        }
        for at in 0..packed.len() {
            for change in [1, 0x80, 0xff] {
                let mut changed = packed.clone();
                changed[at] ^= change;
                drop(Parts::default().decode((4, Coding::Alone), &mut changed.as_slice(), &mut values.clone()));
            }
        }
    }
}
