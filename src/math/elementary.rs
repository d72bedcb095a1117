//! Elementary functions of one `f64`, with the same bits on every machine and in every release.
//!
//! The standard library takes its own from the system, and systems differ in the last bits. A crate's change when it gets
//! better: the `libm` crate took another algorithm for `cbrt` in version 0.2.12, within the versions that cargo exchanges
//! freely. These are made of sums, products and quotients, which IEEE 754 rounds alike everywhere, and their coefficients
//! are those of Taylor's series.
//!
//! The errors are the largest of some hundred thousand drawn arguments, in units in the last place of the result, against
//! mpmath.

use std::f64::consts::{FRAC_PI_2, LOG2_E, SQRT_2, TAU};

use super::machine::arch;

/// `ln 2` in two parts, the first of 32 bits, so that a thousand times it is exact (Cody and Waite, 1980).
const LN_2: [f64; 2] = [0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10];

/// Bits of the fraction of an `f64`.
const FRACTION: u32 = 52;

/// Added to a number below 2^51 it leaves the nearest whole one in the last bits of the sum.
const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52

/// `exp x`, 1.0 units where the result is a normal number.
pub(crate) fn exp(x: f64) -> f64 {
    exp_in_line(x)
}

/// Replaces every value by its exponential, in the widest vectors that the machine has; the same bits as one by one.
pub(crate) fn exp_of_all(values: &mut [f64]) {
    arch().dispatch(|| values.iter_mut().for_each(|x| *x = exp_in_line(*x)));
}

/// With `x = n ln 2 + r` it is `2^n exp r`, and `exp r` a series.
#[inline(always)]
fn exp_in_line(x: f64) -> f64 {
    const SERIES: [f64; 12] = inverse_factorials(13, 1, 1.0);
    // Beyond these limits the result is 0 or infinite.
    let x = x.clamp(-746.0, 710.0);
    let rounded = x * LOG2_E + ROUND;
    let n = rounded - ROUND;
    let r = (x - n * LN_2[0]) - n * LN_2[1];
    let value = 1.0 + (r + r * r * polynomial(r, SERIES));
    // In two factors: 2^1024 and 2^-1074 are no normal numbers. The exponent is made positive to be halved.
    let positive = rounded.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(2_048);
    let half = positive >> 1;
    let power = |biased: u64| f64::from_bits(biased.wrapping_sub(1) << FRACTION);
    value * power(half) * power(positive.wrapping_sub(half))
}

/// `ln x`, 0.8 units; infinite for 0, and NaN below.
///
/// With `x = 2^n (1 + f)` and `s = f / (2 + f)` it is `n ln 2 + 2 atanh s`, and `2 atanh s` is `f - f²/2 + s (f²/2 + rest)`:
/// the large terms are exact, or nearly.
pub(crate) fn ln(x: f64) -> f64 {
    /// `2 / (2 k + 1)` for k from 10 down to 1.
    const SERIES: [f64; 10] = [
        2.0 / 21.0,
        2.0 / 19.0,
        2.0 / 17.0,
        2.0 / 15.0,
        2.0 / 13.0,
        2.0 / 11.0,
        2.0 / 9.0,
        2.0 / 7.0,
        2.0 / 5.0,
        2.0 / 3.0,
    ];
    if x <= 0.0 || !x.is_finite() {
        return if x == 0.0 {
            f64::NEG_INFINITY
        } else if x > 0.0 {
            x
        } else {
            f64::NAN
        };
    }
    let (n, f) = exponent_and_rest(x);
    let s = f / (2.0 + f);
    let (square, half) = (s * s, 0.5 * f * f);
    let rest = square * polynomial(square, SERIES);
    n * LN_2[0] - ((half - (s * (half + rest) + n * LN_2[1])) - f)
}

/// `base^exponent` for a base of 0 or more, by its logarithm: 1 unit, and one more for each 1 that `abs(exponent ln base)` is.
pub(crate) fn pow(base: f64, exponent: f64) -> f64 {
    exp(exponent * ln(base))
}

/// `base^exponent` by repeated squaring.
pub(crate) fn powi(base: f64, exponent: u64) -> f64 {
    let (mut power, mut square, mut left) = (1.0, base, exponent);
    while left > 0 {
        if left & 1 == 1 {
            power *= square;
        }
        square *= square;
        left >>= 1;
    }
    power
}

/// The cosine and the sine of a share of a full turn, which are those of `2 pi share`: 1.7 units, and exact at quarters.
///
/// Turns, unlike radians, are taken apart into quarters without an error.
pub(crate) fn cos_sin_of_turn(share: f64) -> [f64; 2] {
    let rounded = 4.0 * share + ROUND;
    let x = TAU * (share - 0.25 * (rounded - ROUND));
    let (cos, sin) = (cos_of_eighth(x), sin_of_eighth(x));
    match rounded.to_bits() & 3 {
        0 => [cos, sin],
        // Not `-sin`: at a quarter that is -0.
        1 => [0.0 - sin, cos],
        2 => [0.0 - cos, 0.0 - sin],
        _ => [sin, 0.0 - cos],
    }
}

/// The sine between `-pi / 4` and `pi / 4`.
fn sin_of_eighth(x: f64) -> f64 {
    const SERIES: [f64; 8] = inverse_factorials(17, 2, 1.0);
    let square = x * x;
    x + x * square * polynomial(square, SERIES)
}

/// The cosine there. What the difference of 1 and `x² / 2` loses is added to the small terms.
fn cos_of_eighth(x: f64) -> f64 {
    const SERIES: [f64; 8] = inverse_factorials(18, 2, -1.0);
    let square = x * x;
    let half = 0.5 * square;
    let large = 1.0 - half;
    large + (((1.0 - large) - half) + square * square * polynomial(square, SERIES))
}

/// The angle between 0 and a quarter turn whose sine and cosine are to each other as `y` to `x`, neither of them negative, in
/// radians: 4.9 units. It is 0 where both are.
///
/// `atan t` is twice `atan(t / (1 + sqrt(1 + t²)))`, which is small enough for a series after two times.
pub(crate) fn angle_of_quarter(y: f64, x: f64) -> f64 {
    /// `(-1)^k / (2 k + 1)` for k from 12 down to 1.
    const SERIES: [f64; 12] = [
        1.0 / 25.0,
        -1.0 / 23.0,
        1.0 / 21.0,
        -1.0 / 19.0,
        1.0 / 17.0,
        -1.0 / 15.0,
        1.0 / 13.0,
        -1.0 / 11.0,
        1.0 / 9.0,
        -1.0 / 7.0,
        1.0 / 5.0,
        -1.0 / 3.0,
    ];
    let (small, large) = if y <= x { (y, x) } else { (x, y) };
    let share = if large == 0.0 { 0.0 } else { small / large };
    let halved = |t: f64| t / (1.0 + (1.0 + t * t).sqrt());
    let t = halved(halved(share));
    let square = t * t;
    let angle = 4.0 * (t + t * square * polynomial(square, SERIES));
    if y <= x { angle } else { FRAC_PI_2 - angle }
}

/// `1 / n!` from `n = largest` down in steps.
///
/// With steps of 2 the signs alternate, as those of sine and cosine do; `sign` is that of the first.
const fn inverse_factorials<const N: usize>(largest: usize, step: usize, sign: f64) -> [f64; N] {
    let (mut all, mut i, mut sign) = ([0.0; N], 0, sign);
    while i < N {
        let (mut factorial, mut factor) = (1.0, 2);
        while factor <= largest - i * step {
            factorial *= factor as f64; // Exact up to 18!.
            factor += 1;
        }
        all[i] = sign / factorial;
        if step == 2 {
            sign = -sign;
        }
        i += 1;
    }
    all
}

/// 2^54, which makes normal numbers of those that are not.
const LIFT: f64 = 18_014_398_509_481_984.0;

/// `n` and `f` with `x = 2^n (1 + f)` and `1 + f` from `sqrt 1/2` to `sqrt 2`, for `x` that is positive and finite.
fn exponent_and_rest(x: f64) -> (f64, f64) {
    let (x, lifted) = if x < f64::MIN_POSITIVE { (x * LIFT, 54) } else { (x, 0) };
    let exponent = (x.to_bits() >> FRACTION) as i64 - 1023;
    let value = f64::from_bits(x.to_bits() & ((1 << FRACTION) - 1) | 1.0_f64.to_bits());
    let (exponent, value) = if value > SQRT_2 { (exponent + 1, 0.5 * value) } else { (exponent, value) };
    ((exponent - lifted) as f64, value - 1.0)
}

/// By Horner's rule, not fused: without an instruction for it that takes a hundred times as long.
#[inline(always)]
fn polynomial<const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    coefficients[1..].iter().fold(coefficients[0], |sum, coefficient| sum * x + coefficient)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The distance from what is expected in units in its last place.
    fn units(found: f64, expected: f64) -> f64 {
        let unit = f64::from_bits(expected.to_bits() + 1) - expected;
        ((found - expected) / unit).abs()
    }

    /// Each argument with the value there:
    ///
    /// ```text
    /// import mpmath as mp; mp.mp.prec = 200
    /// for x in [...]: print(float(f(mp.mpf(x))))
    /// ```
    fn assert_close(function: impl Fn(f64) -> f64, most: f64, values: &[[f64; 2]]) {
        for &[x, expected] in values {
            let found = function(x);
            assert!(units(found, expected) <= most, "at {x}: {found}, expected {expected}");
        }
    }

    #[test]
    fn values_are_mpmaths() {
        const EXP: &[[f64; 2]] = &[
            [-745.0, 5e-324],
            [-708.0, 3.307553003638408e-308],
            [-40.5, 2.576757109154981e-18],
            [-1.0, 0.36787944117144233],
            [-0.3, 0.7408182206817179],
            [1e-09, 1.000000001],
            [0.34, 1.4049475905635938],
            [0.35, 1.4190675485932571],
            [1.0, std::f64::consts::E],
            [3.7, 40.4473043600674],
            [100.25, 3.451610733125924e+43],
            [709.7, 1.6549840276802644e+308],
        ];
        const LN: &[[f64; 2]] = &[
            [5e-324, -744.4400719213812],
            [1e-300, -690.7755278982137],
            [0.1, -2.3025850929940455],
            [0.7, -0.35667494393873245],
            [0.71, -0.342490308946776],
            [0.999, -0.0010005003335835344],
            [1.0000001, 9.999999505838704e-08],
            [1.4, 0.3364722366212129],
            [1.42, 0.35065687161316933],
            [2.0, std::f64::consts::LN_2],
            [3.0, 1.0986122886681098],
            [12345.678, 9.421061321291832],
            [1.7e+308, 709.7268368932282],
        ];
        const COS: &[[f64; 2]] = &[
            [1e-09, 1.0],
            [0.01, 0.9980267284282716],
            [0.1, 0.8090169943749475],
            [0.12, 0.7289686274214116],
            [0.13, 0.6845471059286886],
            [0.2, 0.30901699437494734],
            [0.3, -0.30901699437494734],
            [0.45, -0.9510565162951536],
            [0.6, -0.8090169943749475],
            [0.7, -0.3090169943749477],
            [0.9, 0.8090169943749475],
            [0.999, 0.9999802608561371],
        ];
        const SIN: &[[f64; 2]] = &[
            [1e-09, 6.283185307179587e-09],
            [0.01, 0.06279051952931337],
            [0.1, 0.5877852522924731],
            [0.12, 0.6845471059286886],
            [0.13, 0.7289686274214116],
            [0.2, 0.9510565162951536],
            [0.3, 0.9510565162951536],
            [0.45, 0.30901699437494734],
            [0.6, -0.587785252292473],
            [0.7, -0.9510565162951535],
            [0.9, -0.587785252292473],
            [0.999, -0.006283143965558957],
        ];
        const POW: &[[f64; 2]] = &[
            [1.0, 1.0],
            [2.0, 0.8705505632961241],
            [9.0, 0.6443940149772542],
            [500.0, 0.2885399811814427],
            [12345.0, 0.1519503767245526],
            [1000000000.0, 0.01584893192461113],
        ];
        const ANGLE: &[[f64; 2]] = &[
            [1e-09, 1e-09],
            [0.1, 0.09966865249116204],
            [0.4, 0.3805063771123649],
            [0.7, 0.6107259643892086],
            [1.0, std::f64::consts::FRAC_PI_4],
            [3.0, 1.2490457723982544],
            [1e300, std::f64::consts::FRAC_PI_2],
        ];
        assert_close(|y| angle_of_quarter(y, 1.0), 5.0, ANGLE); // `mp.atan`
        assert_close(exp, 1.0, EXP); // `mp.exp`
        assert_close(ln, 1.0, LN); // `mp.log`
        assert_close(|share| cos_sin_of_turn(share)[0], 2.0, COS); // `lambda x: mp.cos(2 * mp.pi * x)`
        assert_close(|share| cos_sin_of_turn(share)[1], 2.0, SIN); // `lambda x: mp.sin(2 * mp.pi * x)`
        assert_close(|base| pow(base, -0.2), 6.0, POW); // `lambda x: x ** mp.mpf(-0.2)`
    }

    #[test]
    fn limits_are_exact() {
        assert_eq!(
            [f64::NEG_INFINITY, -746.0, 0.0, 710.0, f64::INFINITY].map(exp),
            [0.0, 0.0, 1.0, f64::INFINITY, f64::INFINITY]
        );
        assert_eq!([0.0, -0.0, 1.0, f64::INFINITY].map(ln), [f64::NEG_INFINITY, f64::NEG_INFINITY, 0.0, f64::INFINITY]);
        assert!(
            [exp(f64::NAN), ln(f64::NAN), ln(-1.0), ln(f64::NEG_INFINITY), cos_sin_of_turn(f64::NAN)[0]]
                .iter()
                .all(|x| x.is_nan())
        );
        assert_eq!((pow(0.0, 0.5), powi(0.0, 0), powi(-3.0, 5), powi(2.0, 10)), (0.0, 1.0, -243.0, 1024.0));
        let quarters = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0], [1.0, 0.0]];
        assert_eq!([0.0, 0.25, 0.5, 0.75, 1.0].map(cos_sin_of_turn), quarters);
        assert_eq!(cos_sin_of_turn(-0.25), [0.0, -1.0]);
        let angles = [(0.0, 0.0), (0.0, 2.0), (2.0, 0.0)].map(|(y, x)| angle_of_quarter(y, x));
        assert_eq!(angles, [0.0, 0.0, FRAC_PI_2]);
        assert!(angle_of_quarter(f64::NAN, 1.0).is_nan() && angle_of_quarter(1.0, f64::NAN).is_nan());
    }

    /// Rounded to `f32` most numbers of a seed would not show that a last bit of these has changed.
    #[test]
    fn every_bit_stays_as_it_was() {
        let sum = |function: fn(f64) -> f64| {
            let shares = (0..10_000).map(|i| f64::from(i) / 10_007.0);
            shares.fold(0_u64, |sum, share| sum.rotate_left(5).wrapping_add(function(share).to_bits()))
        };
        let functions: [fn(f64) -> f64; 4] =
            [|x| exp(-40.0 * x), ln, |x| cos_sin_of_turn(x)[0], |x| cos_sin_of_turn(x)[1]];
        assert_eq!(
            functions.map(sum),
            [0x569c_397d_6ae0_c5db, 0xcb98_ce49_fad2_b590, 0xae36_f277_0c76_3c5f, 0xae43_2884_7d40_2c4d]
        );
    }

    #[test]
    fn vectors_give_the_same_bits_as_single_values() {
        let values: Vec<f64> = (0..1_001).map(|i| f64::from(i) * 1.5 - 750.0).collect();
        let mut all = values.clone();
        exp_of_all(&mut all);
        assert_eq!(all, values.into_iter().map(exp).collect::<Vec<_>>());
    }

    /// The system's functions are exact to a unit; these, at many arguments, to what their documentation says.
    #[test]
    fn nowhere_are_they_far_from_the_standard_library() {
        for i in 0..100_000 {
            let share = f64::from(i) / 100_000.0;
            let x = 1_400.0 * share - 700.0;
            assert!(units(exp(x), x.exp()) <= 1.5, "exp {x}");
            let x = f64::from_bits(0x7ff0_0000_0000_0000 / 100_001 * (i as u64 + 1));
            assert!(units(ln(x), x.ln()) <= 1.5, "ln {x}");
            let [cos, sin] = cos_sin_of_turn(share);
            let (s, c) = (TAU * share).sin_cos();
            assert!((cos - c).abs() < 1e-15 && (sin - s).abs() < 1e-15, "a share of {share}");
        }
    }
}
