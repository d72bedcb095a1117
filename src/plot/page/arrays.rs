//! Numbers as the page holds them.

use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, write::ZlibEncoder};
use serde::Serialize;

use crate::{Error, Result, math::elementary};

/// Where the bytes of an array are among those of all arrays of a page.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Array {
    /// The type of its values: `u8`, `u16`, `u32`, `f32`, or `bits`, which are those of an `f32` as a `u32`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The index of its first byte.
    offset: usize,
    /// The number of its values.
    length: usize,
    /// How many values back the one is that each is written as the difference from; 0 where they are written as they are.
    delta: usize,
}

/// The bytes of all arrays of a page, one behind the other, little-endian.
#[derive(Debug, Default)]
pub(crate) struct Arrays {
    bytes: Vec<u8>,
}

impl Arrays {
    /// Each value but those of the first epoch as what it differs by from the value one epoch, `length` values, before.
    pub(crate) fn u8(&mut self, values: &[u8], epoch: usize) -> Array {
        let offset = self.bytes.len();
        self.bytes.extend(differences(values, epoch, |now, before| now.wrapping_sub(before)));
        Array { kind: "u8", offset, length: values.len(), delta: epoch }
    }

    /// The same of larger ones: first all low bytes, then all high bytes, most of which are 0.
    pub(crate) fn u16(&mut self, values: &[u16], epoch: usize) -> Array {
        let differences = differences(values, epoch, |now, before| now.wrapping_sub(before)).map(u16::to_le_bytes);
        self.planes("u16", &differences.collect::<Vec<_>>(), epoch)
    }

    /// The same of still larger ones, in four planes of bytes.
    pub(crate) fn u32(&mut self, values: &[u32], epoch: usize) -> Array {
        let differences = differences(values, epoch, |now, before| now.wrapping_sub(before)).map(u32::to_le_bytes);
        self.planes("u32", &differences.collect::<Vec<_>>(), epoch)
    }

    /// All digits of numbers, which change little from epoch to epoch.
    pub(crate) fn bits(&mut self, values: &[f32], epoch: usize) -> Array {
        let bits: Vec<u32> = values.iter().map(|value| value.to_bits()).collect();
        Array { kind: "bits", ..self.u32(&bits, epoch) }
    }

    /// Numbers of samples; more than four billion are shown as so many.
    pub(crate) fn counts(&mut self, counts: &[u64], epoch: usize) -> Array {
        let counts: Vec<u32> = counts.iter().map(|&count| u32::try_from(count).unwrap_or(u32::MAX)).collect();
        self.u32(&counts, epoch)
    }

    /// The lowest bytes of all values, then the second ones, and so on.
    fn planes<const N: usize>(&mut self, kind: &'static str, values: &[[u8; N]], epoch: usize) -> Array {
        let offset = self.bytes.len();
        self.bytes.extend((0..N).flat_map(|plane| values.iter().map(move |bytes| bytes[plane])));
        Array { kind, offset, length: values.len(), delta: epoch }
    }

    /// Values as they are.
    pub(crate) fn f32(&mut self, values: &[f32]) -> Array {
        let offset = self.bytes.len();
        self.bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        Array { kind: "f32", offset, length: values.len(), delta: 0 }
    }

    /// All of them, deflated, with a checksum.
    pub(crate) fn to_base64(&self) -> Result<String> {
        let failed = |error: std::io::Error| Error::Drawing { reason: error.to_string() };
        let mut deflated = ZlibEncoder::new(Vec::new(), Compression::new(7));
        deflated.write_all(&self.bytes).map_err(failed)?;
        Ok(STANDARD.encode(deflated.finish().map_err(failed)?))
    }
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
#[derive(Clone, Copy, Debug)]
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
        let mut arrays = Arrays::default();
        let array = arrays.u8(&[250, 7, 3, 7], 2);
        assert_eq!(arrays.bytes, [250, 7, 9, 0]);
        assert_eq!(array.length, 4);
        let array = arrays.u16(&[0x0102, 0x0103], 1);
        assert_eq!(arrays.bytes[4..], [0x02, 0x01, 0x01, 0x00], "low bytes, then high bytes");
        assert_eq!(array.offset, 4);
        arrays.u32(&[0x0403_0201, 0x0403_0202], 1);
        assert_eq!(arrays.bytes[8..], [1, 1, 2, 0, 3, 0, 4, 0], "four planes");
    }

    #[test]
    fn numbers_keep_their_digits() {
        let quantizer = Quantizer::between(-2.0, 2.0);
        assert_eq!([-2.0, 2.0, f64::NAN, 9.0].map(|x| quantizer.of(x)), [0, 65_534, Quantizer::NONE, 65_534]);
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
