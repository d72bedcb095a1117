//! Numbers as the page holds them.

use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, write::ZlibEncoder};
use serde::Serialize;

use crate::{Error, Result, math::elementary};

/// Where the bytes of an array are among those of all arrays of a page.
#[derive(Debug, Serialize)]
pub(crate) struct Array {
    /// The type of its values: `u8`, `u16`, `i16`, `u32` or `f32`.
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
        self.planes("u16", values, epoch)
    }

    /// The same of signed ones.
    pub(crate) fn i16(&mut self, values: &[i16], epoch: usize) -> Array {
        let values: Vec<u16> = values.iter().map(|value| value.cast_unsigned()).collect();
        self.planes("i16", &values, epoch)
    }

    fn planes(&mut self, kind: &'static str, values: &[u16], epoch: usize) -> Array {
        let offset = self.bytes.len();
        let differences = differences(values, epoch, |now, before| now.wrapping_sub(before)).map(u16::to_le_bytes);
        let (low, high): (Vec<u8>, Vec<u8>) = differences.map(|[low, high]| (low, high)).unzip();
        self.bytes.extend(low.into_iter().chain(high));
        Array { kind, offset, length: values.len(), delta: epoch }
    }

    /// Values as they are.
    pub(crate) fn u32(&mut self, values: &[u32]) -> Array {
        let offset = self.bytes.len();
        self.bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        Array { kind: "u32", offset, length: values.len(), delta: 0 }
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
}

/// Losses from the smallest to the largest by their logarithms: four digits of each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Losses {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Losses {
    pub(crate) fn of(self, loss: f64) -> u16 {
        match loss {
            loss if !loss.is_finite() => Quantizer::NONE,
            loss if loss <= 0.0 => 0,
            loss => {
                let share = elementary::ln(loss / self.low) / elementary::ln(self.high / self.low);
                1 + (share.clamp(0.0, 1.0) * 65_533.0).round() as u16
            }
        }
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
        arrays.i16(&[-1, 1], 1);
        assert_eq!(arrays.bytes[8..], [255, 2, 255, 0]);
        arrays.u32(&[1]);
        assert_eq!(arrays.bytes[12..], [1, 0, 0, 0]);
    }

    #[test]
    fn numbers_keep_their_digits() {
        let quantizer = Quantizer::between(-2.0, 2.0);
        assert_eq!([-2.0, 2.0, f64::NAN, 9.0].map(|x| quantizer.of(x)), [0, 65_534, Quantizer::NONE, 65_534]);
        let losses = Losses { low: 1e-6, high: 5.0 };
        assert_eq!([0.0, 1e-6, 5.0, f64::INFINITY].map(|x| losses.of(x)), [0, 1, 65_534, Quantizer::NONE]);
        let back = 1e-6 * (5.0_f64 / 1e-6).powf(f64::from(losses.of(0.1234) - 1) / 65_533.0);
        assert!((back / 0.1234 - 1.0).abs() < 2e-4, "{back}");
    }
}
