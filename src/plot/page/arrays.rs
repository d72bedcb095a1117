//! Numbers as the page holds them.

use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, write::ZlibEncoder};
use serde_json::{Value, json};

use crate::{Error, Result, math::elementary};

/// The bytes of all arrays of a page, one behind the other. Each array is told of by its type, where it begins, how many
/// values it has, and how far back the value lies that each is written as the difference from.
#[derive(Debug, Default)]
pub(crate) struct Arrays {
    bytes: Vec<u8>,
}

impl Arrays {
    /// Each value but those of the first epoch as what it differs by from the value one epoch, `length` values, before.
    pub(crate) fn u8(&mut self, values: &[u8], epoch: usize) -> Value {
        let offset = self.bytes.len();
        self.bytes.extend(differences(values, epoch, |now, before| now.wrapping_sub(before)));
        told("u8", offset, values.len(), epoch)
    }

    /// The same of larger ones: first all low bytes, then all high bytes, most of which are 0.
    pub(crate) fn u16(&mut self, values: &[u16], epoch: usize) -> Value {
        self.planes("u16", values, epoch)
    }

    /// The same of signed ones.
    pub(crate) fn i16(&mut self, values: &[i16], epoch: usize) -> Value {
        let values: Vec<u16> = values.iter().map(|value| value.cast_unsigned()).collect();
        self.planes("i16", &values, epoch)
    }

    fn planes(&mut self, kind: &str, values: &[u16], epoch: usize) -> Value {
        let offset = self.bytes.len();
        let differences = differences(values, epoch, |now, before| now.wrapping_sub(before)).map(u16::to_le_bytes);
        let (low, high): (Vec<u8>, Vec<u8>) = differences.map(|[low, high]| (low, high)).unzip();
        self.bytes.extend(low.into_iter().chain(high));
        told(kind, offset, values.len(), epoch)
    }

    pub(crate) fn u32(&mut self, values: &[u32]) -> Value {
        let offset = self.bytes.len();
        self.bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        told("u32", offset, values.len(), 0)
    }

    pub(crate) fn f32(&mut self, values: &[f32]) -> Value {
        let offset = self.bytes.len();
        self.bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        told("f32", offset, values.len(), 0)
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

fn told(kind: &str, offset: usize, length: usize, epoch: usize) -> Value {
    json!({ "type": kind, "offset": offset, "length": length, "delta": epoch })
}

/// Numbers between two limits in 16 bits, and how they are told.
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
    fn values_are_told_by_what_changes_from_epoch_to_epoch() {
        let mut arrays = Arrays::default();
        let told = arrays.u8(&[250, 7, 3, 7], 2);
        assert_eq!(arrays.bytes, [250, 7, 9, 0]);
        assert_eq!(told["length"], 4);
        let told = arrays.u16(&[0x0102, 0x0103], 1);
        assert_eq!(arrays.bytes[4..], [0x02, 0x01, 0x01, 0x00], "low bytes, then high bytes");
        assert_eq!(told["offset"], 4);
        arrays.i16(&[-1, 1], 1);
        assert_eq!(arrays.bytes[8..], [255, 2, 255, 0]);
        arrays.u32(&[1]);
        assert_eq!(arrays.bytes[12..], [1, 0, 0, 0]);
    }

    #[test]
    fn numbers_keep_their_digits() {
        let steps = Quantizer::between(-2.0, 2.0);
        assert_eq!([-2.0, 2.0, f64::NAN, 9.0].map(|x| steps.of(x)), [0, 65_534, Quantizer::NONE, 65_534]);
        let losses = Losses { low: 1e-6, high: 5.0 };
        assert_eq!([0.0, 1e-6, 5.0, f64::INFINITY].map(|x| losses.of(x)), [0, 1, 65_534, Quantizer::NONE]);
        let back = 1e-6 * (5.0_f64 / 1e-6).powf(f64::from(losses.of(0.1234) - 1) / 65_533.0);
        assert!((back / 0.1234 - 1.0).abs() < 2e-4, "{back}");
    }
}
