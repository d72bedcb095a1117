//! Chains of fused multiply-adds, eight side by side: to each sum one product after the other is added, rounded once.

use std::array;

use super::{
    fused,
    number::{Doubt, Eight},
};

/// The ends of the chains, whose bits are those of each alone.
#[inline(always)]
pub(super) fn chains<E: Eight>(start: E, products: impl Iterator<Item = (E, E)> + Clone) -> [f32; 8] {
    let (sums, doubt) = quick_chains(start, products.clone());
    if doubt.is_any() { exact_chains(start, products) } else { sums.values() }
}

#[inline(always)]
fn quick_chains<E: Eight>(start: E, products: impl Iterator<Item = (E, E)>) -> (E, E::Doubt) {
    let (mut sums, mut doubt) = (start, E::Doubt::default());
    for (a, b) in products {
        sums = a.mul_add(b, sums, &mut doubt).bound(&mut doubt);
    }
    (sums, doubt)
}

#[cold]
#[inline(never)]
fn exact_chains<E: Eight>(start: E, products: impl Iterator<Item = (E, E)>) -> [f32; 8] {
    let add = |sums: [f32; 8], (a, b): (E, E)| {
        let (a, b) = (a.values(), b.values());
        array::from_fn(|i| fused::mul_add(a[i], b[i], sums[i]))
    };
    products.fold(start.values(), add)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{four::TwoFours, pair::FourPairs},
        *,
    };

    /// `(1 + e) (1 - e) = 1 - e²`, so near to 1 that `f64` has the sum in the middle of two numbers, which it is beside.
    #[test]
    fn a_chain_in_doubt_is_computed_again() {
        let (near, scale) = ([1.0 + f32::EPSILON, 1.0 - f32::EPSILON], 2.0_f32.powi(-12));
        let (a, b) = (
            [near[0] * scale, 3.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0],
            [near[1] * scale, -1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        );
        let start = [1.0 + f32::EPSILON, 7.0, 0.0, 0.0, 1.0, 2.0, 3.0, -5.0];
        let expected: [f32; 8] = array::from_fn(|i| a[i].mul_add(b[i], start[i]));
        let pairs = || [(FourPairs::new(a), FourPairs::new(b))].into_iter();
        let (quick, doubt) = quick_chains(FourPairs::new(start), pairs());
        assert!(doubt.is_any() && quick.values() != expected, "no doubt to be had");
        assert_eq!(chains(FourPairs::new(start), pairs()), expected);
        let fours = [(TwoFours::new(a), TwoFours::new(b))].into_iter();
        assert_eq!(chains(TwoFours::new(start), fours), expected);
    }
}
