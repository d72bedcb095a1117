//! Two numbers of double precision side by side: the vectors of WebAssembly, and what has the same bits elsewhere.

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(super) use of_arrays::*;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) use of_webassembly::*;

/// Not by loops over arrays: the compiler takes vectors apart where they become single precision.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod of_webassembly {
    use std::arch::wasm32::{
        f32x4_demote_f64x2_zero, f64x2_abs, f64x2_add, f64x2_div, f64x2_mul, f64x2_neg, f64x2_pmax, f64x2_pmin,
        f64x2_promote_low_f32x4, f64x2_splat, f64x2_sub, i32x4_add, i32x4_extract_lane, i32x4_min, i32x4_shl,
        i32x4_splat, i64x2_shl, i64x2_splat, i64x2_sub, u32x4_extract_lane, u32x4_min, u64x2_extract_lane, u64x2_splat,
        v128,
    };

    use super::super::number::ONE;

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
        bytemuck::cast(u64x2_extract_lane::<0>(f32x4_demote_f64x2_zero(lanes)))
    }

    #[inline(always)]
    pub(in super::super) fn round(lanes: Lanes) -> Lanes {
        f64x2_promote_low_f32x4(f32x4_demote_f64x2_zero(lanes))
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
        let singles = f32x4_demote_f64x2_zero(a);
        f64x2_promote_low_f32x4(i32x4_add(i32x4_shl(singles, 23), i32x4_splat(ONE.cast_signed())))
    }

    #[inline(always)]
    pub(in super::super) fn bits(value: u32) -> Bits {
        i32x4_splat(value.cast_signed())
    }

    #[inline(always)]
    pub(in super::super) fn least_tie(least: Bits, sum: Lanes, by: u32) -> Bits {
        i32x4_min(least, i64x2_shl(sum, by))
    }

    #[inline(always)]
    pub(in super::super) fn least_size(least: Bits, sum: Lanes) -> Bits {
        u32x4_min(least, i64x2_sub(i64x2_shl(sum, 1), i64x2_splat(1)))
    }

    #[inline(always)]
    pub(in super::super) fn signed(bits: Bits) -> [i32; 2] {
        [i32x4_extract_lane::<1>(bits), i32x4_extract_lane::<3>(bits)]
    }

    #[inline(always)]
    pub(in super::super) fn unsigned(bits: Bits) -> [u32; 2] {
        [u32x4_extract_lane::<1>(bits), u32x4_extract_lane::<3>(bits)]
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod of_arrays {
    use std::array;

    use super::super::number::Number;

    pub(in super::super) type Lanes = [f64; 2];
    pub(in super::super) type Bits = [u32; 2];

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

    #[inline(always)]
    pub(in super::super) fn round(lanes: Lanes) -> Lanes {
        promote(demote(lanes))
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

    #[inline(always)]
    pub(in super::super) fn power(a: Lanes) -> Lanes {
        promote(demote(a).map(Number::power))
    }

    #[inline(always)]
    pub(in super::super) fn bits(value: u32) -> Bits {
        [value; 2]
    }

    /// The first half of what is left of each sum when it is moved up, or the least so far; with signs.
    #[inline(always)]
    pub(in super::super) fn least_tie(least: Bits, sum: Lanes, by: u32) -> Bits {
        let first = |i: usize| ((sum[i].to_bits() << by) >> 32) as i32;
        array::from_fn(|i| least[i].cast_signed().min(first(i)).cast_unsigned())
    }

    /// The first half of the bits of each sum's size, moved up by one and made less by 1, or the least so far; without signs.
    #[inline(always)]
    pub(in super::super) fn least_size(least: Bits, sum: Lanes) -> Bits {
        array::from_fn(|i| least[i].min(((sum[i].to_bits() << 1).wrapping_sub(1) >> 32) as u32))
    }

    #[inline(always)]
    pub(in super::super) fn signed(bits: Bits) -> [i32; 2] {
        bits.map(u32::cast_signed)
    }

    #[inline(always)]
    pub(in super::super) fn unsigned(bits: Bits) -> [u32; 2] {
        bits
    }
}
