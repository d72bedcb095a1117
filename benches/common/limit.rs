//! How fast this machine can be at all: 2-2-1 written out by hand, everything in registers, fused multiply-adds in the
//! widest vectors, no other network possible; and nothing but fused multiply-adds.

use pulp::{Arch, Simd, WithSimd, bytemuck::cast};
use training_replay::{Activation, Sequential};

use super::naive;

/// The weights of 2-2-1: two columns of the hidden kernel, its bias, the output's kernel, its bias.
pub type Weights = [f32; 9];

/// Those of a network of that shape.
pub fn weights(model: &Sequential) -> Weights {
    let layers = naive::layers(model);
    let values = layers.iter().flat_map(|layer| [layer.kernel.as_slice(), &layer.bias]).flatten();
    let values: Vec<f32> = values.copied().collect();
    values.try_into().expect("nine weights")
}

/// The outputs at points `(x, y)`, as many as there is room for, in whole pairs of vectors.
pub fn forward(hidden: Activation, weights: Weights, x: &[f32], y: &[f32], outputs: &mut [f32]) {
    Arch::new().dispatch(Network { hidden, weights, x, y, outputs });
}

struct Network<'a> {
    hidden: Activation,
    weights: Weights,
    x: &'a [f32],
    y: &'a [f32],
    outputs: &'a mut [f32],
}

/// How many vectors go side by side.
const N: usize = 2;

impl WithSimd for Network<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.hidden {
            Activation::Sigmoid => self.run::<S, 0>(simd),
            Activation::Tanh => self.run::<S, 1>(simd),
            _ => self.run::<S, 2>(simd),
        }
    }
}

impl Network<'_> {
    #[inline(always)]
    fn run<S: Simd, const HIDDEN: u8>(self, simd: S) {
        let w = self.weights.map(|weight| simd.splat_f32s(weight));
        let ((x, _), (y, _)) = (S::as_simd_f32s(self.x), S::as_simd_f32s(self.y));
        let (outputs, _) = S::as_mut_simd_f32s(self.outputs);
        let inputs = x.as_chunks::<N>().0.iter().zip(y.as_chunks::<N>().0);
        for ((x, y), outputs) in inputs.zip(outputs.as_chunks_mut::<N>().0) {
            let (mut a, mut b, mut z) = ([w[4]; N], [w[5]; N], [w[8]; N]);
            for i in 0..N {
                a[i] = simd.mul_add_f32s(y[i], w[1], simd.mul_add_f32s(x[i], w[0], w[4]));
                b[i] = simd.mul_add_f32s(y[i], w[3], simd.mul_add_f32s(x[i], w[2], w[5]));
            }
            (a, b) = (activate::<S, HIDDEN>(simd, a), activate::<S, HIDDEN>(simd, b));
            for i in 0..N {
                z[i] = simd.mul_add_f32s(b[i], w[7], simd.mul_add_f32s(a[i], w[6], w[8]));
            }
            *outputs = activate::<S, 0>(simd, z);
        }
    }
}

/// The article's training over samples `(x, y)` in their order, in whole batches of 16: the changed weights.
pub fn train(weights: Weights, rate: f32, x: &[f32], y: &[f32], targets: &[f32]) -> Weights {
    Arch::new().dispatch(Training { weights, rate, x, y, targets })
}

struct Training<'a> {
    weights: Weights,
    rate: f32,
    x: &'a [f32],
    y: &'a [f32],
    targets: &'a [f32],
}

impl WithSimd for Training<'_> {
    type Output = Weights;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Weights {
        let (x, y, targets) =
            (self.x.as_chunks::<16>().0, self.y.as_chunks::<16>().0, self.targets.as_chunks::<16>().0);
        let batches = x.iter().zip(y).zip(targets);
        batches.fold(self.weights, |weights, ((x, y), targets)| {
            let gradients = gradients(simd, weights, [x, y, targets].map(|values| S::as_simd_f32s(values).0));
            std::array::from_fn(|i| weights[i] - self.rate / 16.0 * simd.reduce_sum_f32s(gradients[i]))
        })
    }
}

/// Those of the loss of each sample, one sum for each lane.
#[inline(always)]
fn gradients<S: Simd>(simd: S, weights: Weights, [x, y, targets]: [&[S::f32s]; 3]) -> [S::f32s; 9] {
    let w = weights.map(|weight| simd.splat_f32s(weight));
    let mut sums = [simd.splat_f32s(0.0); 9];
    for ((&x, &y), &target) in x.iter().zip(y).zip(targets) {
        let a = simd.mul_add_f32s(y, w[1], simd.mul_add_f32s(x, w[0], w[4]));
        let b = simd.mul_add_f32s(y, w[3], simd.mul_add_f32s(x, w[2], w[5]));
        let [a, b] = sigmoid(simd, [a, b]);
        let [p] = sigmoid(simd, [simd.mul_add_f32s(b, w[7], simd.mul_add_f32s(a, w[6], w[8]))]);
        let slope = simd.sub_f32s(p, target);
        let behind = |a, w| {
            let bend = simd.sub_f32s(a, simd.mul_f32s(a, a));
            simd.mul_f32s(simd.mul_f32s(slope, w), bend)
        };
        let (da, db, one) = (behind(a, w[6]), behind(b, w[7]), simd.splat_f32s(1.0));
        let pairs = [(da, x), (da, y), (db, x), (db, y), (da, one), (db, one), (slope, a), (slope, b), (slope, one)];
        for (sum, (slope, value)) in sums.iter_mut().zip(pairs) {
            *sum = simd.mul_add_f32s(slope, value, *sum);
        }
    }
    sums
}

/// So many fused multiply-adds, in as many sums as keep the machine busy.
pub fn multiply_adds(count: u64) -> f32 {
    Arch::new().dispatch(MultiplyAdds(count))
}

struct MultiplyAdds(u64);

impl WithSimd for MultiplyAdds {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        let mut sums = [simd.splat_f32s(1.0); 12];
        let factor = simd.splat_f32s(std::hint::black_box(0.999));
        for _ in 0..self.0 / (12 * S::F32_LANES as u64) {
            for sum in &mut sums {
                *sum = simd.mul_add_f32s(*sum, factor, factor);
            }
        }
        sums.into_iter().map(|sum| simd.reduce_sum_f32s(sum)).sum()
    }
}

#[inline(always)]
fn activate<S: Simd, const FUNCTION: u8>(simd: S, mut z: [S::f32s; N]) -> [S::f32s; N] {
    if FUNCTION == 2 {
        for z in &mut z {
            *z = simd.max_f32s(*z, simd.splat_f32s(0.0));
        }
        return z;
    }
    if FUNCTION == 0 {
        return sigmoid(simd, z);
    }
    // tanh z = 2 sigmoid(2 z) - 1
    for z in &mut z {
        *z = simd.add_f32s(*z, *z);
    }
    let mut values = sigmoid(simd, z);
    for value in &mut values {
        *value = simd.mul_add_f32s(*value, simd.splat_f32s(2.0), simd.splat_f32s(-1.0));
    }
    values
}

/// By a polynomial of the sixth degree for `exp`, as good as single precision is, without care for what overflows.
#[inline(always)]
fn sigmoid<S: Simd, const N: usize>(simd: S, z: [S::f32s; N]) -> [S::f32s; N] {
    const ROUND: f32 = 12_582_912.0;
    let (mut r, mut scale, mut sum) = (z, z, [simd.splat_f32s(0.001_381_46); N]);
    for i in 0..N {
        let rounded = simd.mul_add_f32s(z[i], simd.splat_f32s(-std::f32::consts::LOG2_E), simd.splat_f32s(ROUND));
        let n = simd.sub_f32s(rounded, simd.splat_f32s(ROUND));
        r[i] = simd.mul_add_f32s(n, simd.splat_f32s(-std::f32::consts::LN_2), simd.neg_f32s(z[i]));
        let bits: S::u32s = cast(rounded);
        let exponent = simd.wrapping_dyn_shl_u32s(bits, simd.splat_u32s(23));
        scale[i] = cast(simd.add_u32s(exponent, simd.splat_u32s(0x3f80_0000)));
    }
    for coefficient in [0.008_368_717, 0.041_668_39, 0.166_665_21, 0.5, 1.0, 1.0] {
        for i in 0..N {
            sum[i] = simd.mul_add_f32s(sum[i], r[i], simd.splat_f32s(coefficient));
        }
    }
    for i in 0..N {
        let one = simd.splat_f32s(1.0);
        sum[i] = simd.div_f32s(one, simd.mul_add_f32s(sum[i], scale[i], one));
    }
    sum
}
