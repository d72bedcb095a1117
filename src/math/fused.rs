//! Fused multiply-adds, `a b + c` rounded once, also where the machine has no instruction for them.
//!
//! Of single numbers WebAssembly has none, and of vectors only where the machine rounds once: and the library's function takes many
//! times as long as all else. But a product of two `f32` is exact in `f64`, and a sum of `f64` that is rounded to odd (toward zero, and the last
//! bit set if anything was lost) is rounded to `f32` as if it had not been rounded before, because 53 bits are more than 24 + 1:
//! Boldo and Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd", IEEE
//! Transactions on Computers 57(4), 2008. What the sum has lost is known exactly: Knuth's TwoSum. Of many numbers that is the
//! way where the faster one of [`pair`](super::pair) is in doubt.
//!
//! Everywhere else it is the instruction, which pulp's dispatch makes of `mul_add`.

/// Whether to do without the instruction.
pub(super) const EMULATED: bool = cfg!(target_family = "wasm");

/// `a b + c`, rounded once.
#[inline(always)]
pub(super) fn mul_add(a: f32, b: f32, c: f32) -> f32 {
    if EMULATED { emulated(a, b, c) } else { a.mul_add(b, c) }
}

/// `a b + c`, rounded once, by arithmetic of `f64`.
#[inline(always)]
fn emulated(a: f32, b: f32, c: f32) -> f32 {
    rounded_to_odd(f64::from(a) * f64::from(b), f64::from(c)) as f32
}

/// The sum: exact, or that one of its two neighbors whose last bit is 1.
#[inline(always)]
fn rounded_to_odd(a: f64, b: f64) -> f64 {
    let sum = a + b;
    let part = sum - a;
    let lost = (a - (sum - part)) + (b - part);
    // Where the sum is infinite or NaN, what was lost is NaN, and nothing is done.
    let is_inexact = lost.abs() > 0.0;
    let bits = sum.to_bits();
    // Away from zero where what was lost has the sign of the sum, toward zero where it has the other one.
    let step = ((bits ^ lost.to_bits()).cast_signed() >> 63) | 1;
    let odd = if bits & 1 == 0 { bits.wrapping_add(step.cast_unsigned()) } else { bits };
    f64::from_bits(if is_inexact { odd } else { bits })
}

/// What the tests of both ways use.
#[cfg(test)]
pub(super) mod testing {
    /// The numbers of these bits and those next to them, of either sign.
    pub(in crate::math) fn around(edges: impl Iterator<Item = u32>) -> Vec<f32> {
        let near = |edge: u32| [-2_i32, -1, 0, 1, 2].map(|by| edge.saturating_add_signed(by));
        edges.flat_map(near).map(f32::from_bits).flat_map(|value| [value, -value]).collect()
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[track_caller]
    fn check(a: f32, b: f32, c: f32) {
        let (ours, theirs) = (emulated(a, b, c), a.mul_add(b, c));
        let same = ours.to_bits() == theirs.to_bits() || ours.is_nan() && theirs.is_nan();
        assert!(
            same,
            "{a:e} ({:08x}) * {b:e} ({:08x}) + {c:e} ({:08x}): {ours:e}, not {theirs:e}",
            a.to_bits(),
            b.to_bits(),
            c.to_bits()
        );
    }

    /// Numbers at which something ends or begins: zeros, subnormal numbers, what is around the powers of 2 that matter, the largest, the
    /// infinite ones, NaN.
    fn special() -> Vec<f32> {
        let edges =
            [0x0000_0000, 0x0040_0000, 0x0080_0000, 0x0100_0000, 0x2000_0000, 0x3300_0000, 0x3380_0000, 0x3f00_0000];
        let more = [0x3f80_0000, 0x3fc0_0000, 0x4b00_0000, 0x4b80_0000, 0x7e80_0000, 0x7f00_0000, 0x7f80_0000_u32];
        testing::around(edges.into_iter().chain(more))
    }

    #[test]
    fn zeros_subnormals_ties_and_what_is_not_finite_are_as_the_library_has_them() {
        let special = special();
        for a in &special {
            for b in &special {
                special.iter().for_each(|c| check(*a, *b, *c));
            }
        }
        for zero in [0.0, -0.0_f32] {
            assert_eq!(emulated(zero, 1.0, -0.0).to_bits(), zero.mul_add(1.0, -0.0).to_bits());
        }
        assert_eq!(emulated(2.0, -3.0, 6.0).to_bits(), 0, "what cancels is 0, not -0");
        assert_eq!(emulated(f32::MAX, 2.0, f32::NEG_INFINITY), f32::NEG_INFINITY);
    }

    /// `(1 + e) (1 - e) = 1 - e²`, so near to 1 that `f64` has the sums in the middle of two numbers, which they are beside.
    #[test]
    fn what_lies_just_beside_a_tie_is_not_taken_for_one() {
        const E: f32 = f32::EPSILON;
        let least = f32::from_bits(1);
        let beside = |scale: i32, sign: f32, c: f32, expected: f32, rounded_twice: f32| {
            let [a, b] = [1.0 + E, 1.0 - E].map(|factor| factor * 2.0_f32.powi(scale));
            check(sign * a, b, c);
            let twice = (f64::from(sign * a) * f64::from(b) + f64::from(c)) as f32;
            assert_eq!((emulated(sign * a, b, c), twice), (expected, rounded_twice));
        };
        beside(-12, 1.0, 1.0 + E, 1.0 + E, 1.0 + 2.0 * E);
        beside(-12, -1.0, 1.0 + E, 1.0 + E, 1.0);
        // Of subnormal sums, where the middle lies at a higher bit.
        let odd = 2.0_f32.powi(-127) + least;
        beside(-75, 1.0, odd, odd, odd + least);
        beside(-75, -1.0, odd, odd, odd - least);
    }

    /// Four draws at a time: any bits; sums that cancel, and those near a tie; those about the least numbers.
    #[test]
    fn drawn_numbers_are_as_the_library_has_them() {
        let count = if std::env::var_os("RELEASE_TESTS").is_some() { 200_000_000 } else { 300_000 };
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for _ in 0..count {
            let [a, b, c, by] = rng.random::<[u32; 4]>();
            let [x, y] = [a, b].map(f32::from_bits);
            check(x, y, f32::from_bits(c));
            // Near the product itself, with either sign.
            let product = (x * y).to_bits() ^ (by & 0x8000_0000);
            check(x, y, f32::from_bits(product.wrapping_add_signed((by & 0xff) as i32 - 128)));
            // Few bits, and exponents apart by as many as there are bits: halves of the last place.
            let short = |bits: u32| f32::from_bits(0x3f80_0000 | (bits & 0x807f_f000));
            let scale = f32::from_bits((127 - 20 - by % 9) << 23);
            check(short(a) * scale, f32::from_bits(0x3f80_0000 | (b & 0x8000_0003)), short(c));
            let least = |bits: u32| f32::from_bits(bits & 0x80ff_ffff);
            check(
                f32::from_bits((a & 0x807f_ffff) | ((40 + by % 50) << 23)),
                f32::from_bits((b & 0x807f_ffff) | (45 << 23)),
                least(c),
            );
        }
    }
}
