//! What the losses compute, on columns and rows: nothing overflows, and NaN stays NaN.

use crate::{
    Matrix,
    math::{
        functions::{self, Function},
        matrix,
    },
};

/// Keras' `epsilon`, by which it keeps probabilities off 0 and 1.
const EPSILON: f32 = 1e-7;

/// Softmax of every row, shifted by the row's largest value so that nothing overflows. The logits are columns of so many
/// rows, one behind another after `stride` values.
pub(crate) fn softmax_columns(logits: &mut [f32], stride: usize, rows: usize) {
    if logits.is_empty() {
        return;
    }
    let mut largest = vec![f32::NEG_INFINITY; rows];
    for column in logits.chunks(stride) {
        largest.iter_mut().zip(column).for_each(|(largest, z)| *largest = largest.max(*z));
    }
    let mut totals = vec![0.0; rows];
    for column in logits.chunks_mut(stride).map(|column| &mut column[..rows]) {
        column.iter_mut().zip(&largest).for_each(|(z, largest)| *z -= largest);
        functions::apply(Function::Exp, column);
        totals.iter_mut().zip(column).for_each(|(total, p)| *total += *p);
    }
    for column in logits.chunks_mut(stride) {
        column.iter_mut().zip(&totals).for_each(|(p, total)| *p /= total);
    }
}

/// Off 0 and 1 by `EPSILON`; NaN stays NaN.
fn clip(p: f32) -> f32 {
    p.clamp(EPSILON, 1.0 - EPSILON)
}

/// Whether [`clip`] changes it.
fn is_clipped(p: f32) -> bool {
    !(EPSILON..=1.0 - EPSILON).contains(&p) && !p.is_nan()
}

/// Binary cross-entropy of one probability and target.
pub(super) fn cross_entropy(p: f32, y: f32) -> f32 {
    let p = clip(p);
    -(y * p.ln() + (1.0 - y) * (-p).ln_1p())
}

/// Its derivative with respect to the probability.
pub(super) fn cross_entropy_slope(p: f32, y: f32) -> f32 {
    if is_clipped(p) { 0.0 } else { (p - y) / (p * (1.0 - p)) }
}

/// Adds to losses `max(z, 0) - z y + ln(1 + exp(-abs z))`.
pub(super) fn add_logit_cross_entropy(losses: &mut [f32], logits: &[f32], targets: &[f32]) {
    let mut some = [0.0; 64];
    let pairs = logits.chunks(some.len()).zip(targets.chunks(some.len()));
    for (losses, (logits, targets)) in losses.chunks_mut(some.len()).zip(pairs) {
        let tails = &mut some[..logits.len()];
        tails.copy_from_slice(logits);
        functions::apply(Function::LnOnePlusExp, tails);
        for ((loss, tail), (z, y)) in losses.iter_mut().zip(tails).zip(logits.iter().zip(targets)) {
            // Not `softplus(z) - z * y`: the large terms must cancel before the small one is added.
            *loss += z.max(0.0) - z * y + *tail;
        }
    }
}

/// Adds to losses what `element` says of every output and target.
pub(super) fn add_elements(losses: &mut [f32], outputs: &[f32], targets: &[f32], element: impl Fn(f32, f32) -> f32) {
    let pairs = outputs.iter().zip(targets);
    losses.iter_mut().zip(pairs).for_each(|(loss, (&p, &y))| *loss += element(p, y));
}

/// The mean over the outputs of what `add` adds for each, one after the other.
pub(super) fn mean_over_outputs(
    outputs: &Matrix,
    targets: &Matrix,
    losses: &mut [f32],
    add: impl Fn(&mut [f32], &[f32], &[f32]),
) {
    for (p, y) in matrix::columns(outputs).zip(matrix::columns(targets)) {
        add(losses, p, y);
    }
    if outputs.ncols() > 1 {
        let width = outputs.ncols() as f32;
        losses.iter_mut().for_each(|loss| *loss /= width);
    }
}

/// `-sum over k of y ln(p / sum p)` of every row.
pub(super) fn categorical(outputs: &Matrix, targets: &Matrix, losses: &mut [f32]) {
    for ((p, y), loss) in outputs.row_iter().zip(targets.row_iter()).zip(losses) {
        let total = p.sum();
        *loss = p.iter().zip(y.iter()).map(|(&p, &y)| -y * clip(p / total).ln()).sum();
    }
}

/// `sum over k of y (ln sum exp z - z)` of every row.
pub(super) fn logit_categorical(logits: &Matrix, targets: &Matrix, losses: &mut [f32]) {
    for ((z, y), loss) in logits.row_iter().zip(targets.row_iter()).zip(losses) {
        let largest = z.max();
        let log_total = z.iter().map(|z| (z - largest).exp()).sum::<f32>().ln();
        // An output that is not the target's counts nothing, also where its logarithm is infinite.
        let of_one = |(&z, &y): (&f32, &f32)| if y == 0.0 { 0.0 } else { y * (log_total - (z - largest)) };
        *loss = z.iter().zip(y.iter()).map(of_one).sum();
    }
}

/// With `s = sum p` and `q = p / s`: `d/dp_i` of `-sum_j y_j ln q_j` is `(sum_j y_j - y_i / q_i) / s`, the sum and the
/// quotient over the `q` that are not clipped.
pub(super) fn categorical_slope(outputs: &mut Matrix, targets: &Matrix) {
    let samples = outputs.nrows() as f32;
    for (mut p, y) in outputs.row_iter_mut().zip(targets.row_iter()) {
        let total = p.sum();
        let free = |p: f32| !is_clipped(p / total);
        let mass: f32 = p.iter().zip(y.iter()).filter(|&(&p, _)| free(p)).map(|(_, y)| y).sum();
        for (p, y) in p.iter_mut().zip(y.iter()) {
            let pull = if free(*p) { y * total / *p } else { 0.0 };
            *p = (mass - pull) / (total * samples);
        }
    }
}
