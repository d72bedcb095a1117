//! Exponential functions and logarithms of many values at once, in the widest vectors that the machine has.
//!
//! They are written for one value, in plain Rust without branches, so that the compiler makes vector instructions of a
//! loop over them; [`pulp`] picks those of the machine when the program runs. Where a product is added to something
//! the two are fused, as every machine with such vectors does, so that all machines give the same bits.

use pulp::{Simd, WithSimd};

use super::{
    fused,
    machine::{Work, run},
    number::{Doubt, Eight, Number},
};

/// ln 2 in two parts, the first so short that an exponent times it is exact (Cody and Waite, 1980).
const LN_2: [f32; 2] = [355.0 / 512.0, -2.121_944_4e-4];

/// Added to a small number it leaves the nearest whole one in the last bits of the sum.
const ROUND: f32 = 12_582_912.0; // 1.5 * 2^23

/// What can be computed of every value of a slice.
///
/// NaN gives NaN. The errors are the largest over all `f32`, in units in the last place of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    /// `exp z`, 1.1 units; 0 below -87.7, where `f32` has no normal numbers left, and infinite above 88.3.
    Exp,
    /// `exp z - 1`, 1.5 units; that of 88, 1.7e38, above 88.
    ExpM1,
    /// `1 / (1 + exp(-z))`, 2.5 units; 0 below -88.3.
    Sigmoid,
    /// `tanh z`, 2.7 units.
    Tanh,
    /// `ln(1 + exp(-abs z))`, 3.7 units; 0 beyond 87.7. What softplus and cross-entropy add to their straight pieces.
    LnOnePlusExp,
    /// `ln z`, 0.9 units; infinite for 0, and NaN below.
    Ln,
    /// `ln(1 + z)`, 1.5 units, for `z` from -1 to 65,536.
    Ln1p,
}

/// Replaces every value by the function of it.
pub(crate) fn apply(function: Function, values: &mut [f32]) {
    run(Apply { function, values });
}

/// The function of one value; the same bits as among many.
pub(crate) fn of(function: Function, value: f32) -> f32 {
    let mut values = [value];
    apply(function, &mut values);
    values[0]
}

struct Apply<'a> {
    function: Function,
    values: &'a mut [f32],
}

impl WithSimd for Apply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let values = self.values;
        match self.function {
            Function::Exp => each(values, exp),
            Function::ExpM1 => each(values, exp_m1),
            Function::Sigmoid => each(values, sigmoid),
            Function::Tanh => each(values, tanh),
            Function::LnOnePlusExp => each(values, ln_one_plus_exp),
            Function::Ln => each(values, |z, ()| ln(z)),
            Function::Ln1p => each(values, |z, ()| ln_1p(z)),
        }
    }
}

impl Work for Apply<'_> {
    #[inline(always)]
    fn by_eights<E: Eight>(self) {
        let values = self.values;
        match self.function {
            Function::Exp => each_eight::<E>(values, exp, exp),
            Function::ExpM1 => each_eight::<E>(values, exp_m1, exp_m1),
            Function::Sigmoid => each_eight::<E>(values, sigmoid, sigmoid),
            Function::Tanh => each_eight::<E>(values, tanh, tanh),
            Function::LnOnePlusExp => each_eight::<E>(values, ln_one_plus_exp, ln_one_plus_exp),
            Function::Ln => each(values, |z, ()| ln(z)),
            Function::Ln1p => each(values, |z, ()| ln_1p(z)),
        }
    }
}

#[inline(always)]
fn each(values: &mut [f32], of: impl Fn(f32, &mut ()) -> f32) {
    values.iter_mut().for_each(|z| *z = of(*z, &mut ()));
}

/// The same function of eight numbers as of one, which is computed of each where that of all is in doubt.
#[inline(always)]
fn each_eight<E: Eight>(
    values: &mut [f32],
    of_one: impl Fn(f32, &mut ()) -> f32,
    of_eight: impl Fn(E, &mut E::Doubt) -> E,
) {
    let (eights, rest) = values.as_chunks_mut();
    for eight in eights {
        let mut doubt = E::Doubt::default();
        let results = of_eight(E::new(*eight), &mut doubt).bound(&mut doubt);
        if doubt.is_any() {
            each(eight, &of_one);
        } else {
            *eight = results.values();
        }
    }
    each(rest, of_one);
}

/// `exp(-abs z)`, whose scale is finite, to 3e-7 of itself, and some number of NaN: three operations less than that of any number.
#[inline(always)]
pub(super) fn exp_of_negative(z: f32) -> f32 {
    let z = -z.abs();
    // Not `max`, which takes three instructions where this takes one.
    let z = if z > -88.0 { z } else { -88.0 };
    let rounded = fused::mul_add(z, std::f32::consts::LOG2_E, ROUND);
    // `n` is at most 127, and `LN_2` of single precision off by 2e-9.
    let r = fused::mul_add(rounded - ROUND, -std::f32::consts::LN_2, z);
    fused::mul_add(rounded.power(), exp_m1_of_rest(r, &mut ()), rounded.power())
}

#[inline(always)]
fn exp<N: Number>(z: N, doubt: &mut N::Doubt) -> N {
    let (q, scale) = split(z, doubt);
    (N::of(1.0) + q).scale(scale) // Not `scale q + scale`: the infinite scale would be taken from itself.
}

#[inline(always)]
fn exp_m1<N: Number>(z: N, doubt: &mut N::Doubt) -> N {
    // Above 88 the scale need not be finite.
    let (q, scale) = split(z.clamp(-88.0, 88.0), doubt);
    q.scale_add(scale, scale - N::of(1.0))
}

#[inline(always)]
fn sigmoid<N: Number>(z: N, doubt: &mut N::Doubt) -> N {
    let (q, scale) = split(-z, doubt);
    let one = N::of(1.0);
    one / (one + q).scale_add(scale, one)
}

/// `e / (e + 2)` with `e = exp(2 z) - 1`, which loses nothing where `z` is small.
#[inline(always)]
fn tanh<N: Number>(z: N, doubt: &mut N::Doubt) -> N {
    // Beyond 10 the nearest `f32` is 1, and infinity over infinity would be NaN.
    let e = exp_m1(z.clamp(-10.0, 10.0).scale(N::of(2.0)), doubt);
    e / (e + N::of(2.0))
}

/// By `ln(1 + u) = 2 atanh(s)` with `s = u / (2 + u)`, at most a third, and the series of atanh.
#[inline(always)]
pub(super) fn ln_one_plus_exp<N: Number>(z: N, doubt: &mut N::Doubt) -> N {
    const SERIES: [f32; 7] = [1.0 / 13.0, 1.0 / 11.0, 1.0 / 9.0, 1.0 / 7.0, 1.0 / 5.0, 1.0 / 3.0, 1.0];
    let u = exp(-z.abs(), doubt);
    let s = u / (N::of(2.0) + u);
    s.scale(N::of(2.0)) * polynomial(s * s, SERIES, doubt)
}

/// With `z = 2^n (1 + f)` and `s = f / (2 + f)` it is `n ln 2 + 2 atanh s`, and `2 atanh s` is `f - f²/2 + s (f²/2 + rest)`:
/// the large terms are exact, or nearly.
#[inline(always)]
fn ln(z: f32) -> f32 {
    /// `2 / (2 k + 1)` for k from 5 down to 1, of the series of atanh.
    const SERIES: [f32; 5] = [2.0 / 11.0, 2.0 / 9.0, 2.0 / 7.0, 2.0 / 5.0, 2.0 / 3.0];
    /// The bits of `sqrt 1/2`, the least that `1 + f` is.
    const LEAST: u32 = 0x3f35_04f3;
    /// What makes normal numbers of those that are not, and how many powers of 2 it is.
    const LIFT: (f32, f32) = (33_554_432.0, 25.0);

    let is_normal = z >= f32::MIN_POSITIVE;
    let lifted = if is_normal { z } else { z * LIFT.0 };
    let bits = lifted.to_bits().wrapping_sub(LEAST);
    let n = (bits.cast_signed() >> 23) as f32 - if is_normal { 0.0 } else { LIFT.1 };
    let f = f32::from_bits((bits & 0x007f_ffff) + LEAST) - 1.0;
    let s = f / (2.0 + f);
    let (square, half) = (s * s, 0.5 * f * f);
    let rest = square * polynomial(square, SERIES, &mut ());
    let small = fused::mul_add(n, LN_2[1], s * (half + rest)) - half;
    let finite = fused::mul_add(n, LN_2[0], small + f);
    let limit = if z == 0.0 { f32::NEG_INFINITY } else { f32::NAN };
    if z > 0.0 && z < f32::INFINITY {
        finite
    } else if z > 0.0 {
        z
    } else {
        limit
    }
}

/// The logarithm of the rounded sum, and what rounding took from it, over the sum.
#[inline(always)]
pub(super) fn ln_1p(z: f32) -> f32 {
    let sum = 1.0 + z;
    let lost = z - (sum - 1.0);
    if sum == 0.0 { f32::NEG_INFINITY } else { ln(sum) + lost / sum }
}

/// Takes `exp z` apart into `q` and a scale, so that `exp z = (1 + q) scale`.
///
/// With `z = n ln 2 + r` and `abs r <= ln 2 / 2`, `q` is `exp r - 1` and the scale `2^n`: 0 for the smallest `n`, infinite
/// for the largest.
#[inline(always)]
fn split<N: Number>(z: N, doubt: &mut N::Doubt) -> (N, N) {
    let z = z.clamp(-88.0, 88.7);
    let rounded = z.mul_add(N::of(std::f32::consts::LOG2_E), N::of(ROUND), doubt);
    let n = rounded.minus_near(N::of(ROUND));
    let near = n.mul_add(N::of(-LN_2[0]), z, doubt);
    let r = n.mul_add(N::of(-LN_2[1]), near, doubt);
    (exp_m1_of_rest(r, doubt), rounded.power())
}

/// `exp r - 1` for `abs r <= ln 2 / 2`.
#[inline(always)]
fn exp_m1_of_rest<N: Number>(r: N, doubt: &mut N::Doubt) -> N {
    /// `(exp r - 1 - r) / r²`, the coefficient of the highest power first; the error of `exp r` is below 4e-9.
    ///
    /// Fitted by Lawson's method, least squares with weights that grow where the error is large, in numpy: with
    /// `h = 1.0001 * log(2) / 2`, `r` the 2,000 Chebyshev nodes of `[-h, h]`, `f` the quotient from its Taylor series
    /// and `s = r**2 / exp(r)`, from `w = ones(2000)` 300 times
    /// `c = lstsq(chebvander(r / h, 4) * (s * sqrt(w))[:, None], f * s * sqrt(w))[0]`,
    /// `e = abs((chebval(r / h, c) - f) * s)`, `w *= e / mean(w * e)`; at the end `cheb2poly(c) / h**arange(5)`.
    const QUOTIENT: [f32; 5] = [0.001_381_459_9, 0.008_368_717, 0.041_668_39, 0.166_665_21, 0.499_999_94];

    polynomial(r, QUOTIENT, doubt).mul_add(r * r, r, doubt)
}

/// By Horner's rule.
#[inline(always)]
fn polynomial<N: Number, const LENGTH: usize>(x: N, coefficients: [f32; LENGTH], doubt: &mut N::Doubt) -> N {
    let mut sum = N::of(coefficients[0]); // Not 0: what it would be multiplied by need not be finite, so it would be done.
    for coefficient in &coefficients[1..] {
        sum = sum.mul_add(x, N::of(*coefficient), doubt);
    }
    sum
}

#[cfg(test)]
mod tests {
    use pulp::Arch;

    use super::{
        super::{four::TwoFours, pair::FourPairs},
        *,
    };

    const FUNCTIONS: [Function; 7] = [
        Function::Exp,
        Function::ExpM1,
        Function::Sigmoid,
        Function::Tanh,
        Function::LnOnePlusExp,
        Function::Ln,
        Function::Ln1p,
    ];

    /// The functions by the standard library in double precision.
    fn reference(function: Function, z: f32) -> f64 {
        let z = f64::from(z);
        match function {
            Function::Exp => z.exp(),
            Function::ExpM1 => z.exp_m1(),
            Function::Sigmoid => 1.0 / (1.0 + (-z).exp()),
            Function::Tanh => z.tanh(),
            Function::LnOnePlusExp => (-z.abs()).exp().ln_1p(),
            Function::Ln => z.ln(),
            Function::Ln1p => z.ln_1p(),
        }
    }

    /// Where the result has to be exact to some last places, and how many.
    fn promise(function: Function) -> (std::ops::RangeInclusive<f32>, f64) {
        match function {
            Function::Exp => (-87.3..=88.3, 1.1),
            Function::ExpM1 => (f32::NEG_INFINITY..=88.0, 1.5),
            Function::Sigmoid => (-87.3..=f32::INFINITY, 2.5),
            Function::Tanh => (f32::NEG_INFINITY..=f32::INFINITY, 2.7),
            Function::LnOnePlusExp => (-87.3..=87.3, 3.7),
            Function::Ln => (f32::from_bits(1)..=f32::MAX, 0.9),
            Function::Ln1p => (-0.999_999_94..=65_536.0, 1.5),
        }
    }

    /// The `f32` of some of 65,536 neighboring bit patterns: of all of them in the release setting.
    fn floats(start: u32) -> impl Iterator<Item = f32> {
        let step = if std::env::var_os("RELEASE_TESTS").is_some() { 1 } else { 997 };
        (start..=start + 0xffff).step_by(step).map(f32::from_bits)
    }

    /// The distance in units in the last place of the nearest `f32`, the smallest of which is that of normal numbers.
    fn units(value: f32, expected: f64) -> f64 {
        let exponent = (expected.abs().max(f64::from(f32::MIN_POSITIVE)).to_bits() >> 52) as i32 - 1023;
        (f64::from(value) - expected).abs() / 2_f64.powi(exponent - 23)
    }

    #[test]
    fn every_function_is_as_exact_as_its_documentation_says() {
        for function in FUNCTIONS {
            let (range, most) = promise(function);
            let mut worst = (0.0, 0.0);
            for start in (0..=u16::MAX).map(|high| u32::from(high) << 16) {
                let arguments: Vec<f32> = floats(start).filter(|z| range.contains(z)).collect();
                let mut values = arguments.clone();
                apply(function, &mut values);
                for (value, z) in values.into_iter().zip(arguments) {
                    let off = units(value, reference(function, z));
                    worst = if off > worst.0 { (off, z) } else { worst };
                }
            }
            assert!(worst.0 <= most, "{function:?}: {} units at {:e}", worst.0, worst.1);
        }
    }

    #[test]
    fn beyond_what_f32_resolves_the_limits_are_exact() {
        let limits =
            |function| [f32::NEG_INFINITY, f32::MIN, -88.4, 88.8, f32::MAX, f32::INFINITY].map(|z| of(function, z));
        let infinite = f32::INFINITY;
        assert_eq!(limits(Function::Exp), [0.0, 0.0, 0.0, infinite, infinite, infinite]);
        assert_eq!(limits(Function::ExpM1)[..3], [-1.0; 3]);
        assert!(limits(Function::ExpM1)[3..].iter().all(|&value| value == of(Function::ExpM1, 88.0)));
        assert_eq!(limits(Function::Sigmoid), [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
        assert_eq!(limits(Function::Tanh), [-1.0, -1.0, -1.0, 1.0, 1.0, 1.0]);
        assert_eq!(limits(Function::LnOnePlusExp), [0.0; 6]);
        assert_eq!(limits(Function::Ln)[5], infinite);
        assert!(limits(Function::Ln)[..3].iter().all(|value| value.is_nan()));
        assert_eq!([0.0, -0.0].map(|z| of(Function::Ln, z)), [-infinite; 2]);
        assert_eq!(of(Function::Ln1p, -1.0), -infinite);
        for function in FUNCTIONS {
            assert!(of(function, f32::NAN).is_nan() && of(function, -f32::NAN).is_nan(), "{function:?}");
        }
    }

    /// The machine's vectors, however many lanes they have and wherever a value lies in them, against no vectors at all.
    #[test]
    fn vectors_give_the_same_bits_as_single_values() {
        let any = (0..10_007_u32).map(|i| f32::from_bits(i.wrapping_mul(429_493)));
        let values: Vec<f32> = any.chain((-9_000..9_000).map(|i| i as f32 / 97.0)).collect();
        for function in FUNCTIONS {
            let [mut vectors, mut scalars, mut pairs, mut fours] = [(); 4].map(|()| values.clone());
            apply(function, &mut vectors);
            Arch::Scalar.dispatch(Apply { function, values: &mut scalars });
            Apply { function, values: &mut pairs }.by_eights::<FourPairs>();
            Apply { function, values: &mut fours }.by_eights::<TwoFours>();
            for (i, z) in values.iter().enumerate() {
                let all = [vectors[i], scalars[i], pairs[i], fours[i], of(function, *z)].map(f32::to_bits);
                assert!(z.is_nan() || all == [all[0]; 5], "{function:?} at {z:e}");
            }
        }
    }
}
