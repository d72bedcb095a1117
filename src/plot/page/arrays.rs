//! Numbers as the page holds them.

use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, write::ZlibEncoder};
use serde::{Deserialize, Serialize};

use super::page_bytes::PageBytes;
use crate::{Error, Result, math::elementary};

/// An array of a page: which one, and how it is laid out.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Array {
    /// The type of its values: `u8`, `u16`, `u32`, `f32`, or `bits`, which are those of an `f32` as a `u32`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Its number among all arrays of the page.
    number: usize,
    /// The number of its values.
    length: usize,
    by_epoch: ByEpoch,
}

/// What of an array is of one epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum ByEpoch {
    /// So many values of each, one epoch behind the other, and each but those of the first as what it differs by from the value one
    /// epoch before, if it is no `f32`; none where all are of every epoch.
    Values(usize),
    /// Whatever its lines take.
    Lines(&'static str),
}

impl ByEpoch {
    /// Lines, of which every epoch has others.
    pub(crate) const LINES: Self = Self::Lines("lines");

    fn values(self) -> usize {
        if let Self::Values(count) = self { count } else { 0 }
    }
}

/// The bytes of arrays, little-endian.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arrays {
    arrays: Vec<Bytes>,
    /// Whether they are of one epoch alone: then each is as it is, and those that are of every epoch are left out.
    is_of_one: bool,
}

/// An array.
#[derive(Clone, Debug)]
struct Bytes {
    bytes: Vec<u8>,
    by_epoch: ByEpoch,
}

impl Bytes {
    fn is_of_epochs(&self) -> bool {
        self.by_epoch != ByEpoch::Values(0)
    }
}

impl Arrays {
    /// Of one epoch alone.
    pub(crate) fn of_one_epoch() -> Self {
        Self { arrays: Vec::new(), is_of_one: true }
    }

    /// Values of all epochs.
    pub(crate) fn u8(&mut self, values: &[u8], epoch: usize) -> Array {
        self.integers("u8", values, ByEpoch::Values(epoch), u8::wrapping_sub, u8::to_le_bytes)
    }

    /// The same of larger ones: first all low bytes, then all high bytes, most of which are 0.
    pub(crate) fn u16(&mut self, values: &[u16], epoch: usize) -> Array {
        self.integers("u16", values, ByEpoch::Values(epoch), u16::wrapping_sub, u16::to_le_bytes)
    }

    /// The same of still larger ones, in four planes of bytes.
    pub(crate) fn u32(&mut self, values: &[u32], epoch: usize) -> Array {
        self.words("u32", values, ByEpoch::Values(epoch))
    }

    /// All digits of numbers, which change little from epoch to epoch.
    pub(crate) fn bits(&mut self, values: &[f32], epoch: usize) -> Array {
        let bits: Vec<u32> = values.iter().map(|value| value.to_bits()).collect();
        self.words("bits", &bits, ByEpoch::Values(epoch))
    }

    /// Numbers of samples; more than four billion are shown as so many.
    pub(crate) fn counts(&mut self, counts: &[u64], epoch: usize) -> Array {
        let counts: Vec<u32> = counts.iter().map(|&count| u32::try_from(count).unwrap_or(u32::MAX)).collect();
        self.u32(&counts, epoch)
    }

    /// Which line begins where.
    pub(crate) fn places_of_lines(&mut self, values: &[u32]) -> Array {
        self.words("u32", values, ByEpoch::LINES)
    }

    /// Where the points of lines are.
    pub(crate) fn lines(&mut self, values: &[u16]) -> Array {
        self.integers("u16", values, ByEpoch::LINES, u16::wrapping_sub, u16::to_le_bytes)
    }

    /// Which level lines are of.
    pub(crate) fn levels_of_lines(&mut self, values: &[u8]) -> Array {
        self.integers("u8", values, ByEpoch::LINES, u8::wrapping_sub, u8::to_le_bytes)
    }

    fn words(&mut self, kind: &'static str, values: &[u32], by_epoch: ByEpoch) -> Array {
        self.integers(kind, values, by_epoch, u32::wrapping_sub, u32::to_le_bytes)
    }

    /// Differences from epoch to epoch: the lowest bytes of all, then the second ones, and so on. Those of one epoch are as they are.
    fn integers<T: Copy, const N: usize>(
        &mut self,
        kind: &'static str,
        values: &[T],
        by_epoch: ByEpoch,
        minus: impl Fn(T, T) -> T,
        bytes: fn(T) -> [u8; N],
    ) -> Array {
        if self.is_of_one {
            return self.add(kind, values.len(), by_epoch, values.iter().flat_map(|&value| bytes(value)).collect());
        }
        let all: Vec<[u8; N]> = differences(values, by_epoch.values(), minus).map(bytes).collect();
        let planes = (0..N).flat_map(|plane| all.iter().map(move |bytes| bytes[plane])).collect();
        self.add(kind, values.len(), by_epoch, planes)
    }

    /// Values as they are.
    pub(crate) fn f32(&mut self, values: &[f32], epoch: usize) -> Array {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.add("f32", values.len(), ByEpoch::Values(epoch), bytes)
    }

    fn add(&mut self, kind: &'static str, length: usize, by_epoch: ByEpoch, bytes: Vec<u8>) -> Array {
        let number = self.arrays.len();
        if !self.is_of_one || by_epoch != ByEpoch::Values(0) {
            self.arrays.push(Bytes { bytes, by_epoch });
        }
        Array { kind, number, length, by_epoch }
    }

    /// Adds their bytes to those of a page, and returns where each begins. Those of epochs can be left out.
    pub(crate) fn write<'a>(&'a self, page: &mut PageBytes<'a>, with_epochs: bool) -> Vec<Option<usize>> {
        let is_written = |array: &Bytes| with_epochs || !array.is_of_epochs();
        self.arrays.iter().map(|array| is_written(array).then(|| page.place(&array.bytes))).collect()
    }

    /// The same without the bytes of those of the epochs, which are computed where they are shown; their numbers stay.
    pub(crate) fn without_epochs(mut self) -> Self {
        self.arrays.iter_mut().filter(|array| array.is_of_epochs()).for_each(|array| array.bytes = Vec::new());
        self
    }

    /// How many bytes those of the epochs are.
    pub(crate) fn size_of_epochs(&self) -> usize {
        self.of_epochs().map(|array| array.bytes.len()).sum()
    }

    fn of_epochs(&self) -> impl Iterator<Item = &Bytes> {
        self.arrays.iter().filter(|array| array.is_of_epochs())
    }

    /// How many bytes those of the epochs take in the file, before base64.
    pub(crate) fn deflated_size_of_epochs(&self) -> Result<usize> {
        let bytes: Vec<u8> = self.of_epochs().flat_map(|array| array.bytes.iter().copied()).collect();
        Ok(deflated(&bytes)?.len())
    }

    /// Of one epoch, for the page.
    pub(crate) fn to_answer(&self) -> Vec<u8> {
        answer(&self.arrays.iter().map(|array| array.bytes.as_slice()).collect::<Vec<_>>())
    }
}

/// How many there are, how many bytes each has, and then their bytes, each from a multiple of four on: numbers as `u32`.
pub(crate) fn answer(arrays: &[&[u8]]) -> Vec<u8> {
    let lengths = arrays.iter().map(|bytes| bytes.len());
    let numbers = [arrays.len()].into_iter().chain(lengths).map(|number| number as u32);
    let mut answer: Vec<u8> = numbers.flat_map(u32::to_le_bytes).collect();
    for bytes in arrays {
        answer.extend(*bytes);
        answer.resize(answer.len().next_multiple_of(4), 0);
    }
    answer
}

/// The same as text.
pub(crate) fn to_base64(bytes: &[u8]) -> Result<String> {
    Ok(STANDARD.encode(deflated(bytes)?))
}

/// Bytes, deflated, with a checksum.
pub(crate) fn deflated(bytes: &[u8]) -> Result<Vec<u8>> {
    let failed = |error: std::io::Error| Error::Drawing { reason: error.to_string() };
    let mut deflated = ZlibEncoder::new(Vec::new(), Compression::new(7));
    deflated.write_all(bytes).map_err(failed)?;
    deflated.finish().map_err(failed)
}

/// What values differ by from those one epoch before; the first epoch, and all where there is none, as they are.
fn differences<T: Copy>(values: &[T], epoch: usize, minus: impl Fn(T, T) -> T) -> impl Iterator<Item = T> {
    let alone = if epoch == 0 { values.len() } else { epoch.min(values.len()) };
    let later = values[alone..].iter().zip(values).map(move |(&now, &before)| minus(now, before));
    values[..alone].iter().copied().chain(later)
}

/// Numbers between two limits in 16 bits, 65,535 for what is no number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quantizer {
    low: f64,
    high: f64,
}

impl Quantizer {
    /// What is no number.
    pub(crate) const NONE: u16 = 65_535;

    pub(crate) fn between(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    pub(crate) fn of(self, value: f64) -> u16 {
        let share = (value - self.low) / (self.high - self.low);
        if share.is_finite() { (share.clamp(0.0, 1.0) * 65_534.0).round() as u16 } else { Self::NONE }
    }

    /// The same of a place, which is not seen beyond the limits.
    pub(crate) fn of_place(self, value: f64) -> u16 {
        if (self.low..=self.high).contains(&value) { self.of(value) } else { Self::NONE }
    }

    /// The step nearest to a value among those within the bin that the value is counted in.
    pub(crate) fn of_bin(self, value: f64, ends: [f64; 2]) -> u16 {
        let [from, to] = ends.map(|end| (end - self.low) / (self.high - self.low) * 65_534.0);
        within(self.of(value), [from, to], [0, 65_534])
    }
}

/// The nearest step that is clearly between two places, so that whoever reads it finds it there: the step of a value beside the
/// end of its bin may be in the next one. Where a bin is narrower than a step there is none, and it stays.
fn within(step: u16, [from, to]: [f64; 2], [lowest, highest]: [u16; 2]) -> u16 {
    let (first, last) = ((from + 0.25).ceil().max(lowest.into()), (to - 0.25).floor().min(highest.into()));
    if first <= last { step.clamp(first as u16, last as u16) } else { step }
}

/// Losses from the smallest to the largest by their logarithms: four digits of each.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Losses {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Losses {
    /// What is infinite; NaN is [`Quantizer::NONE`].
    pub(crate) const INFINITE: u16 = 65_534;

    /// The step of a loss, within the bins that it is counted in: 0 for none at all, then from 1 on.
    pub(crate) fn of(self, loss: f64, ends: [f64; 2]) -> u16 {
        match loss {
            loss if loss.is_nan() => Quantizer::NONE,
            loss if loss.is_infinite() => Self::INFINITE,
            loss if loss <= 0.0 => 0,
            loss => {
                let step = self.place(loss).clamp(1.0, 65_533.0).round() as u16;
                within(step, ends.map(|end| self.place(end)), [1, 65_533])
            }
        }
    }

    /// Where it is among the steps; far below them what is 0 or less.
    fn place(self, loss: f64) -> f64 {
        if loss <= 0.0 {
            return f64::NEG_INFINITY;
        }
        1.0 + 65_532.0 * elementary::ln(loss / self.low) / elementary::ln(self.high / self.low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_what_changes_from_epoch_to_epoch() {
        let (mut arrays, mut page) = (Arrays::default(), PageBytes::default());
        let array = arrays.u8(&[250, 7, 3, 7], 2);
        assert_eq!((array.length, array.number, array.by_epoch), (4, 0, ByEpoch::Values(2)));
        arrays.u16(&[0x0102, 0x0103], 1);
        arrays.u32(&[0x0403_0201, 0x0403_0202], 1);
        assert_eq!(arrays.write(&mut page, true), [Some(0), Some(4), Some(8)]);
        assert_eq!(
            arrays.write(&mut page, true),
            [Some(0), Some(4), Some(8)],
            "what is there already stands there once"
        );
        let bytes = page.bytes;
        assert_eq!(bytes[..4], [250, 7, 9, 0]);
        assert_eq!(bytes[4..8], [0x02, 0x01, 0x01, 0x00], "low bytes, then high bytes");
        assert_eq!(bytes[8..], [1, 1, 2, 0, 3, 0, 4, 0], "four planes");
    }

    #[test]
    fn arrays_of_epochs_are_left_out_or_alone() {
        let add = |arrays: &mut Arrays| {
            arrays.u8(&[5], 0);
            arrays.u16(&[0x0102, 0x0103], 2);
            arrays.lines(&[7]);
            arrays.f32(&[1.0], 1);
        };
        let (mut all, mut one, mut page) = (Arrays::default(), Arrays::of_one_epoch(), PageBytes::default());
        page.place(&[9, 9]);
        add(&mut all);
        assert_eq!(all.write(&mut page, false), [Some(2), None, None, None]);
        assert_eq!(page.bytes, [9, 9, 5]);
        add(&mut one);
        let numbers = |numbers: [u32; 4]| numbers.map(u32::to_le_bytes).concat();
        assert_eq!(one.to_answer()[..16], numbers([3, 4, 2, 4]));
        assert_eq!(one.to_answer()[16..], [2, 1, 3, 1, 7, 0, 0, 0, 0, 0, 128, 63], "as they are");
    }

    #[test]
    fn numbers_keep_their_digits() {
        let quantizer = Quantizer::between(-2.0, 2.0);
        assert_eq!([-2.0, 2.0, f64::NAN, 9.0].map(|x| quantizer.of(x)), [0, 65_534, Quantizer::NONE, 65_534]);
        assert_eq!([-2.0, 2.1, -9.0].map(|x| quantizer.of_place(x)), [0, Quantizer::NONE, Quantizer::NONE]);
        let (losses, all) = (Losses { low: 1e-6, high: 5.0 }, [0.0, f64::INFINITY]);
        assert_eq!([0.0, 1e-6, 5.0].map(|x| losses.of(x, all)), [0, 1, 65_533]);
        assert_eq!([f64::INFINITY, f64::NAN].map(|x| losses.of(x, all)), [Losses::INFINITE, Quantizer::NONE]);
        let back = 1e-6 * (5.0_f64 / 1e-6).powf(f64::from(losses.of(0.1234, all) - 1) / 65_532.0);
        assert!((back / 0.1234 - 1.0).abs() < 2e-4, "{back}");
    }

    /// One half is a step of its own, and the end of two bins: a reader could not know in which one it was counted.
    #[test]
    fn a_step_is_within_the_bin_that_its_value_is_counted_in() {
        let quantizer = Quantizer::between(0.0, 1.0);
        assert_eq!([[0.45, 0.5], [0.5, 0.55]].map(|ends| quantizer.of_bin(0.5, ends)), [32_766, 32_768]);
        assert_eq!(quantizer.of_bin(0.0, [f64::NEG_INFINITY, 0.05]), 0);
        assert_eq!(quantizer.of_bin(1.0, [0.95, f64::INFINITY]), 65_534);
        assert_eq!(quantizer.of_bin(0.7, [0.7, 0.700_001]), 45_874, "no step lies between");
        let (losses, step) =
            (Losses { low: 1e-3, high: 1.0 }, |step: u16| 1e-3 * 1e3_f64.powf(f64::from(step - 1) / 65_532.0));
        assert!(step(losses.of(0.5, [0.45, 0.5])) < 0.5 && step(losses.of(0.5, [0.5, 0.55])) > 0.5);
    }
}
