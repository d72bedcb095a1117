//! Bits of double precision: how a number of it is rounded to the nearest of single precision, by whole numbers.

/// How many bits of an `f64` an `f32` does not keep.
pub(super) const LOST: u32 = 29;
/// Those that it does.
pub(super) const KEPT: u64 = !((1 << LOST) - 1);
/// Half of the last place that is kept, and a little less.
pub(super) const HALF: u64 = 1 << (LOST - 1);
pub(super) const EVEN: u64 = HALF - 1;
/// The first bit.
pub(super) const SIGN: u64 = 1 << 63;
/// The bits of 1, of infinity; and how far from its exponent the last bit of a whole number is, added to 1.5 * 2^23.
pub(super) const ONE: u64 = 1023 << 52;
pub(super) const INFINITE: u64 = 2047 << 52;
pub(super) const SHIFT: u32 = 23;
/// What of the powers of 2 stands for 0, and for infinity: 2^-127 and 2^128.
pub(super) const LEAST: f64 = 1.0 / MOST * 2.0;
pub(super) const MOST: f64 = 340_282_366_920_938_463_463_374_607_431_768_211_456.0;
