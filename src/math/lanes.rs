//! Two numbers of double precision side by side: the vectors of WebAssembly, and what has the same bits elsewhere.

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(super) use of_arrays::*;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) use of_webassembly::*;

/// How many bits of an `f64` an `f32` does not keep.
const LOST: u32 = 29;
/// Those that it does.
const KEPT: u64 = !((1 << LOST) - 1);
/// Half of the last place that is kept, and a little less.
const HALF: u64 = 1 << (LOST - 1);
const EVEN: u64 = HALF - 1;
/// The first bit.
const SIGN: u64 = 1 << 63;
/// The bits of 1, of infinity; and how far from its exponent the last bit of a whole number is, added to 1.5 * 2^23.
const ONE: u64 = 1023 << 52;
const INFINITE: u64 = 2047 << 52;
const SHIFT: u32 = 23;
/// What of the powers of 2 stands for 0, and for infinity: 2^-127 and 2^128.
const LEAST: f64 = 1.0 / MOST * 2.0;
const MOST: f64 = 340_282_366_920_938_463_463_374_607_431_768_211_456.0;

/// Not by loops over arrays: the compiler takes vectors apart where they become single precision.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod of_webassembly {
    use std::arch::wasm32::{
        f64x2_abs, f64x2_add, f64x2_div, f64x2_extract_lane, f64x2_ge, f64x2_gt, f64x2_mul, f64x2_neg, f64x2_pmax,
        f64x2_pmin, f64x2_promote_low_f32x4, f64x2_splat, f64x2_sub, i32x4_abs, i32x4_extract_lane, i32x4_max,
        i32x4_min, i64x2_add, i64x2_shl, u64x2_shr, u64x2_splat, v128, v128_and, v128_or, v128_xor,
    };

    use super::{EVEN, HALF, INFINITE, KEPT, LOST, ONE, SHIFT, SIGN};

    pub(in super::super) type Lanes = v128;
    pub(in super::super) type Bits = v128;

    #[inline(always)]
    pub(in super::super) fn splat(value: f64) -> Lanes {
        f64x2_splat(value)
    }

    #[inline(always)]
    pub(in super::super) fn promote(values: [f32; 2]) -> Lanes {
        f64x2_promote_low_f32x4(u64x2_splat(bytemuck::cast(values)))
    }

    #[inline(always)]
    pub(in super::super) fn demote(lanes: Lanes) -> [f32; 2] {
        [f64x2_extract_lane::<0>(lanes) as f32, f64x2_extract_lane::<1>(lanes) as f32]
    }

    #[inline(always)]
    pub(in super::super) fn round_but_ties(lanes: Lanes) -> Lanes {
        v128_and(i64x2_add(lanes, u64x2_splat(HALF)), u64x2_splat(KEPT))
    }

    #[inline(always)]
    pub(in super::super) fn round(lanes: Lanes) -> Lanes {
        let odd = v128_and(u64x2_shr(lanes, LOST), u64x2_splat(1));
        v128_and(i64x2_add(i64x2_add(lanes, u64x2_splat(EVEN)), odd), u64x2_splat(KEPT))
    }

    #[inline(always)]
    pub(in super::super) fn add(a: Lanes, b: Lanes) -> Lanes {
        f64x2_add(a, b)
    }

    #[inline(always)]
    pub(in super::super) fn sub(a: Lanes, b: Lanes) -> Lanes {
        f64x2_sub(a, b)
    }

    #[inline(always)]
    pub(in super::super) fn mul(a: Lanes, b: Lanes) -> Lanes {
        f64x2_mul(a, b)
    }

    #[inline(always)]
    pub(in super::super) fn div(a: Lanes, b: Lanes) -> Lanes {
        f64x2_div(a, b)
    }

    #[inline(always)]
    pub(in super::super) fn neg(a: Lanes) -> Lanes {
        f64x2_neg(a)
    }

    #[inline(always)]
    pub(in super::super) fn abs(a: Lanes) -> Lanes {
        f64x2_abs(a)
    }

    #[inline(always)]
    pub(in super::super) fn at_least(a: Lanes, least: f64) -> Lanes {
        f64x2_pmax(a, f64x2_splat(least))
    }

    #[inline(always)]
    pub(in super::super) fn at_most(a: Lanes, most: f64) -> Lanes {
        f64x2_pmin(a, f64x2_splat(most))
    }

    #[inline(always)]
    pub(in super::super) fn positive(a: Lanes) -> Lanes {
        f64x2_pmax(f64x2_splat(0.0), a)
    }

    #[inline(always)]
    pub(in super::super) fn power(a: Lanes) -> Lanes {
        let power = i64x2_add(i64x2_shl(a, SHIFT), u64x2_splat(ONE));
        let least = v128_and(power, f64x2_gt(power, f64x2_splat(super::LEAST)));
        v128_or(least, v128_and(f64x2_ge(power, f64x2_splat(super::MOST)), u64x2_splat(INFINITE)))
    }

    #[inline(always)]
    pub(in super::super) fn bits(value: u64) -> Bits {
        u64x2_splat(value)
    }

    #[inline(always)]
    pub(in super::super) fn least_rest(least: Bits, sum: Lanes) -> Bits {
        i32x4_min(least, i64x2_shl(sum, 64 - LOST))
    }

    #[inline(always)]
    pub(in super::super) fn farthest(most: Bits, sum: Lanes) -> Bits {
        i32x4_max(most, i32x4_abs(v128_xor(i64x2_shl(sum, 1), u64x2_splat(SIGN))))
    }

    #[inline(always)]
    pub(in super::super) fn first_halves(bits: Bits) -> [i32; 2] {
        [i32x4_extract_lane::<1>(bits), i32x4_extract_lane::<3>(bits)]
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod of_arrays {
    use std::array;

    use super::{EVEN, HALF, INFINITE, KEPT, LEAST, LOST, MOST, ONE, SHIFT, SIGN};

    pub(in super::super) type Lanes = [f64; 2];
    pub(in super::super) type Bits = [u64; 2];

    #[inline(always)]
    fn both(a: Lanes, b: Lanes, of: impl Fn(f64, f64) -> f64) -> Lanes {
        array::from_fn(|i| of(a[i], b[i]))
    }

    #[inline(always)]
    pub(in super::super) fn splat(value: f64) -> Lanes {
        [value; 2]
    }

    #[inline(always)]
    pub(in super::super) fn promote(values: [f32; 2]) -> Lanes {
        values.map(f64::from)
    }

    #[inline(always)]
    pub(in super::super) fn demote(lanes: Lanes) -> [f32; 2] {
        lanes.map(|lane| lane as f32)
    }

    /// The nearest numbers with the bits of `f32`; of two that are as near, the one farther from 0.
    #[inline(always)]
    pub(in super::super) fn round_but_ties(lanes: Lanes) -> Lanes {
        lanes.map(|lane| f64::from_bits(lane.to_bits().wrapping_add(HALF) & KEPT))
    }

    /// The nearest numbers with the bits of `f32`; of two that are as near, the one whose last bit is 0.
    #[inline(always)]
    pub(in super::super) fn round(lanes: Lanes) -> Lanes {
        let bits = |lane: f64| lane.to_bits().wrapping_add(EVEN).wrapping_add((lane.to_bits() >> LOST) & 1);
        lanes.map(|lane| f64::from_bits(bits(lane) & KEPT))
    }

    #[inline(always)]
    pub(in super::super) fn add(a: Lanes, b: Lanes) -> Lanes {
        both(a, b, |a, b| a + b)
    }

    #[inline(always)]
    pub(in super::super) fn sub(a: Lanes, b: Lanes) -> Lanes {
        both(a, b, |a, b| a - b)
    }

    #[inline(always)]
    pub(in super::super) fn mul(a: Lanes, b: Lanes) -> Lanes {
        both(a, b, |a, b| a * b)
    }

    #[inline(always)]
    pub(in super::super) fn div(a: Lanes, b: Lanes) -> Lanes {
        both(a, b, |a, b| a / b)
    }

    #[inline(always)]
    pub(in super::super) fn neg(a: Lanes) -> Lanes {
        a.map(|a| -a)
    }

    #[inline(always)]
    pub(in super::super) fn abs(a: Lanes) -> Lanes {
        a.map(f64::abs)
    }

    #[inline(always)]
    pub(in super::super) fn at_least(a: Lanes, least: f64) -> Lanes {
        a.map(|a| if a < least { least } else { a })
    }

    #[inline(always)]
    pub(in super::super) fn at_most(a: Lanes, most: f64) -> Lanes {
        a.map(|a| if a > most { most } else { a })
    }

    #[inline(always)]
    pub(in super::super) fn positive(a: Lanes) -> Lanes {
        a.map(|a| if a > 0.0 { a } else { 0.0 })
    }

    /// As `Number::power` says.
    #[inline(always)]
    pub(in super::super) fn power(a: Lanes) -> Lanes {
        a.map(|a| {
            let power = f64::from_bits((a.to_bits() << SHIFT).wrapping_add(ONE));
            let least = if power > LEAST { power } else { 0.0 };
            if power >= MOST { f64::from_bits(INFINITE) } else { least }
        })
    }

    #[inline(always)]
    pub(in super::super) fn bits(value: u64) -> Bits {
        [value; 2]
    }

    /// What `f32` does not keep of each number, moved to the first half of the bits, or the least so far; with signs.
    #[inline(always)]
    pub(in super::super) fn least_rest(least: Bits, sum: Lanes) -> Bits {
        let of = |i: usize| first_half(sum[i].to_bits() << (64 - LOST)).min(first_half(least[i]));
        array::from_fn(|i| u64::from(of(i).cast_unsigned()) << 32)
    }

    /// How far the exponent of each number is from 1, in the first half of the bits, or the most so far; with signs, and that of 0
    /// is the least there is.
    #[inline(always)]
    pub(in super::super) fn farthest(most: Bits, sum: Lanes) -> Bits {
        let of = |i: usize| first_half((sum[i].to_bits() << 1) ^ SIGN).wrapping_abs().max(first_half(most[i]));
        array::from_fn(|i| u64::from(of(i).cast_unsigned()) << 32)
    }

    #[inline(always)]
    pub(in super::super) fn first_halves(bits: Bits) -> [i32; 2] {
        bits.map(first_half)
    }

    fn first_half(bits: u64) -> i32 {
        (bits >> 32) as i32
    }
}
