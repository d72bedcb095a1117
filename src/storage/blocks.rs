//! Blocks of values: what is left of them beside those of an earlier snapshot, taken apart so that it compresses.
//!
//! A value is held against the one before as an integer of its bits: their difference is small where training has changed the
//! last digits. How many bytes each difference has, its leading byte, and the bytes below that follow laws of their own, and
//! so are packed apart: lengths and leading bytes take few bits, the others are noise. `docs/format.md` has the bytes, under
//! "COMPRESSED EPOCH".

use std::io;

use super::{
    packing::{Packer, Unpacker, Unpacking},
    word::Word,
};
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
    /// Of what is left of each value the number of bytes without leading zeros.
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

/// How many values there are of each length.
type Counts = [usize; LONGEST + 1];

impl Parts {
    /// Appends a block of values of `width` bytes each, beside others if there are some.
    pub(super) fn encode(
        &mut self,
        (width, others): (usize, Option<&[u8]>),
        values: &[u8],
        (packer, packed): (&mut Packer, &mut Vec<u8>),
    ) -> io::Result<()> {
        let count = values.len() / width;
        self.make_room(count);
        let counts = match width {
            1 => self.take_apart::<u8, 1>(others, values),
            2 => self.take_apart::<u16, 2>(others, values),
            4 => self.take_apart::<u32, 4>(others, values),
            _ => self.take_apart::<u64, LONGEST>(others, values),
        };
        self.dense.resize(count.div_ceil(lengths_in_a_byte(width)), 0);
        match lengths_in_a_byte(width) {
            4 => thicken::<4>(&self.lengths, &mut self.dense),
            _ => thicken::<2>(&self.lengths, &mut self.dense),
        }
        packer.pack(&self.dense, packed)?;
        for (length, &of_it) in counts.iter().enumerate().take(width + 1).skip(1) {
            packer.pack(&self.leading[length * count..][..of_it], packed)?;
        }
        packer.pack(&self.below[..below(&counts)], packed)
    }

    /// Turns the values of another snapshot into those of a block; or anything, where they stand alone.
    pub(super) fn decode(
        &mut self,
        (width, coding): (usize, Coding),
        from: &mut impl Packed,
        values: &mut [u8],
    ) -> Result<()> {
        self.unpack(width, values.len() / width, from)?;
        match width {
            1 => self.put_together::<u8, 1>(coding, values),
            2 => self.put_together::<u16, 2>(coding, values),
            4 => self.put_together::<u32, 4>(coding, values),
            _ => self.put_together::<u64, LONGEST>(coding, values),
        }
        Ok(())
    }

    fn make_room(&mut self, count: usize) {
        self.lengths.resize(count, 0);
        self.leading.resize((LONGEST + 1) * count, 0);
        self.below.resize(LONGEST * (count + 1), 0);
    }

    /// Lengths, leading bytes and those below of what is left of values, beside others if there are some.
    fn take_apart<W: Word<N>, const N: usize>(&mut self, others: Option<&[u8]>, values: &[u8]) -> Counts {
        let values = values.as_chunks::<N>().0.iter().map(|&bytes| W::of(bytes));
        match others {
            None => self.put_apart::<N>(values.map(W::turned)),
            Some(others) => {
                let others = others.as_chunks::<N>().0.iter().map(|&bytes| W::of(bytes));
                self.put_apart::<N>(values.zip(others).map(|(value, other)| value.minus(other)))
            }
        }
    }

    fn put_apart<const N: usize>(&mut self, left: impl Iterator<Item = u64>) -> Counts {
        let count = self.lengths.len();
        let (mut ends, mut below): (Counts, usize) = (std::array::from_fn(|length| length * count), 0);
        for (left, length) in left.zip(&mut self.lengths) {
            let bytes = (71 - left.leading_zeros() as usize) / 8;
            *length = bytes as u8;
            self.leading[ends[bytes]] = (left >> (8 * bytes.saturating_sub(1))) as u8;
            ends[bytes] += 1;
            // More than belong there; what comes next is written over them.
            self.below[below..below + N].copy_from_slice(&left.to_le_bytes()[..N]);
            below += bytes.saturating_sub(1);
        }
        std::array::from_fn(|length| ends[length] - length * count)
    }

    /// The other way round, in the memory of the others.
    fn put_together<W: Word<N>, const N: usize>(&self, coding: Coding, values: &mut [u8]) {
        let values = values.as_chunks_mut::<N>().0.iter_mut();
        if N == 2 {
            put::<W, N>(coding, values.zip(self.left_of_two()));
        } else {
            put::<W, N>(coding, values.zip(self.left::<N>()));
        }
    }

    /// As [`left`](Self::left) of two bytes, with what is counted on the way in registers.
    fn left_of_two(&self) -> impl Iterator<Item = u64> {
        let count = self.lengths.len();
        let [ones, twos] = [1, 2].map(|length| &self.leading[length * count..]);
        let (mut one, mut two) = (0, 0);
        self.lengths.iter().map(move |&length| {
            let (is_one, is_two) = (u64::from(length == 1), u64::from(length == 2));
            let (short, long) = (u64::from(ones[one]), u64::from(twos[two]) << 8 | u64::from(self.below[two]));
            one += is_one as usize;
            two += is_two as usize;
            short * is_one + long * is_two // No branch, which would be guessed wrong for every other value.
        })
    }

    /// What is left of each value.
    fn left<const N: usize>(&self) -> impl Iterator<Item = u64> {
        let count = self.lengths.len();
        let mut ends: Counts = std::array::from_fn(|length| length * count);
        let mut below = 0;
        self.lengths.iter().map(move |&length| {
            let end = &mut ends[usize::from(length) % (LONGEST + 1)];
            let leading = u64::from(self.leading[*end]);
            *end += 1;
            let mut low = [0; LONGEST];
            low[..N].copy_from_slice(&self.below[below..below + N]);
            let lower = usize::from(length).saturating_sub(1);
            below += lower;
            (leading << (8 * lower)) | (u64::from_le_bytes(low) & ((1 << (8 * lower)) - 1))
        })
    }

    /// Reads what was packed of a block.
    fn unpack(&mut self, width: usize, count: usize, from: &mut impl Packed) -> Result<()> {
        self.make_room(count);
        self.dense.resize(count.div_ceil(lengths_in_a_byte(width)), 0);
        unpack(&mut self.unpacker, &mut self.packed, from, &mut self.dense)?;
        let counts = match lengths_in_a_byte(width) {
            4 => thin::<4>(&self.dense, &mut self.lengths),
            _ => thin::<2>(&self.dense, &mut self.lengths),
        };
        if counts[width + 1..].iter().any(|&longer| longer > 0) {
            return Err(from.corrupted("a value of it is longer than its type"));
        }
        let counts: Counts = std::array::from_fn(|length| counts[length]);
        self.leading[..count].fill(0); // Of those that have no bytes.
        for (length, &of_it) in counts.iter().enumerate().take(width + 1).skip(1) {
            let leading = &mut self.leading[length * count..][..of_it];
            unpack(&mut self.unpacker, &mut self.packed, from, leading)?;
        }
        unpack(&mut self.unpacker, &mut self.packed, from, &mut self.below[..below(&counts)])
    }
}

/// Turns values into those that differ from them, or stand alone, by what is left.
fn put<'v, W: Word<N>, const N: usize>(coding: Coding, values: impl Iterator<Item = (&'v mut [u8; N], u64)>) {
    match coding {
        Coding::Alone => values.for_each(|(value, left)| *value = W::turned_back(left).bytes()),
        Coding::Difference => values.for_each(|(value, left)| *value = W::of(*value).plus(left).bytes()),
    }
}

/// How many lengths of values of this width share a byte.
fn lengths_in_a_byte(width: usize) -> usize {
    if width <= 2 { 4 } else { 2 }
}

/// Puts `EACH` lengths into a byte, the first one into its lowest bits.
fn thicken<const EACH: usize>(lengths: &[u8], dense: &mut [u8]) {
    let bits = 8 / EACH;
    let byte = |some: &[u8]| some.iter().rev().fold(0, |byte, length| byte << bits | length);
    let (whole, rest) = lengths.as_chunks::<EACH>();
    dense.iter_mut().zip(whole).for_each(|(dense, some)| *dense = byte(some));
    dense[whole.len()..].fill(byte(rest));
}

/// The other way round; and how many there are of each.
fn thin<const EACH: usize>(dense: &[u8], lengths: &mut [u8]) -> [usize; 16] {
    let bits = 8 / EACH;
    let nth = |byte: u8, n: usize| byte >> (bits * n) & ((1 << bits) - 1);
    let (whole, rest) = lengths.as_chunks_mut::<EACH>();
    let (mut bytes, mut counts) = ([0_usize; 256], [0; 16]);
    for (some, &byte) in whole.iter_mut().zip(dense) {
        *some = std::array::from_fn(|n| nth(byte, n));
        bytes[usize::from(byte)] += 1;
    }
    for (byte, count) in (0..=255).zip(bytes) {
        (0..EACH).for_each(|n| counts[usize::from(nth(byte, n))] += count);
    }
    for (n, length) in rest.iter_mut().enumerate() {
        *length = nth(dense[whole.len()], n);
        counts[usize::from(*length)] += 1;
    }
    counts
}

/// How many bytes there are below the leading ones.
fn below(counts: &Counts) -> usize {
    counts.iter().enumerate().map(|(length, count)| length.saturating_sub(1) * count).sum()
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
