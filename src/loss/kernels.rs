//! What the losses compute, on columns and rows: nothing overflows, and NaN stays NaN.

use crate::{
    Matrix,
    math::{
        functions::{self, Function},
        matrix,
    },
};

/// What a loss is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Basis {
    /// The model's outputs.
    Outputs,
    /// The pre-activations of its last layer.
    Logits,
}

/// Keras' `epsilon`, by which it keeps probabilities off 0 and 1.
const EPSILON: f32 = 1e-7;

/// Softmax of every row, shifted by the row's largest value so that nothing overflows. The logits are columns of so many
/// rows, one behind another after `stride` values.
pub(crate) fn softmax_columns(logits: &mut [f32], stride: usize, rows: usize) {
    if logits.is_empty() {
        return;
    }
    let largest = largest_of_rows(logits, stride, rows);
    let mut totals = vec![0.0; rows];
    for column in logits.chunks_mut(stride).map(|column| &mut column[..rows]) {
        column.iter_mut().zip(&largest).for_each(|(z, largest)| *z -= largest);
        functions::apply(Function::Exp, column);
        add(&mut totals, column);
    }
    for column in logits.chunks_mut(stride) {
        column.iter_mut().zip(&totals).for_each(|(p, total)| *p /= total);
    }
}

/// The largest logit of every row.
pub(super) fn largest_of_rows(logits: &[f32], stride: usize, rows: usize) -> Vec<f32> {
    let mut largest = vec![f32::NEG_INFINITY; rows];
    for column in logits.chunks(stride.max(1)) {
        largest.iter_mut().zip(column).for_each(|(largest, z)| *largest = largest.max(*z));
    }
    largest
}

/// Off 0 and 1 by `EPSILON`; NaN stays NaN.
pub(super) fn clip(p: f32) -> f32 {
    p.clamp(EPSILON, 1.0 - EPSILON)
}

/// Whether [`clip`] changes it.
pub(super) fn is_clipped(p: f32) -> bool {
    !(EPSILON..=1.0 - EPSILON).contains(&p) && !p.is_nan()
}

/// Adds to losses `-y ln p - (1 - y) ln(1 - p)`.
pub(super) fn add_cross_entropy(losses: &mut [f32], outputs: &[f32], targets: &[f32]) {
    let (mut some, mut others) = ([0.0; 64], [0.0; 64]);
    let pairs = outputs.chunks(some.len()).zip(targets.chunks(some.len()));
    for (losses, (outputs, targets)) in losses.chunks_mut(some.len()).zip(pairs) {
        let (ones, zeros) = (&mut some[..outputs.len()], &mut others[..outputs.len()]);
        outputs.iter().zip(ones.iter_mut().zip(zeros.iter_mut())).for_each(|(&p, (one, zero))| {
            (*one, *zero) = (clip(p), -clip(p));
        });
        functions::apply(Function::Ln, ones);
        functions::apply(Function::Ln1p, zeros);
        for ((loss, y), (one, zero)) in losses.iter_mut().zip(targets).zip(ones.iter().zip(zeros.iter())) {
            *loss += -(y * one + (1.0 - y) * zero);
        }
    }
}

/// The derivative of binary cross-entropy with respect to the probability.
pub(super) fn cross_entropy_slope(p: f32, y: f32) -> f32 {
    if is_clipped(p) { 0.0 } else { (p - y) / (p * (1.0 - p)) }
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
    let mut totals = vec![0.0; losses.len()];
    matrix::columns(outputs).for_each(|p| add(&mut totals, p));
    let mut logarithms = vec![0.0; losses.len()];
    for (p, y) in matrix::columns(outputs).zip(matrix::columns(targets)) {
        let shares = logarithms.iter_mut().zip(p.iter().zip(&totals));
        shares.for_each(|(share, (p, total))| *share = clip(p / total));
        functions::apply(Function::Ln, &mut logarithms);
        losses.iter_mut().zip(y.iter().zip(&logarithms)).for_each(|(loss, (y, ln))| *loss += -y * ln);
    }
}

/// `sum over k of y (ln sum exp z - z)` of every row.
pub(super) fn logit_categorical(logits: &Matrix, targets: &Matrix, losses: &mut [f32]) {
    let largest = largest_of_rows(logits.as_slice(), losses.len(), losses.len());
    // The sum is 1 + `others`, of which 1 is the largest: its logarithm would be lost beside it.
    let mut others = others_of_rows(logits.as_slice(), &largest);
    functions::apply(Function::Ln1p, &mut others);
    for (z, y) in matrix::columns(logits).zip(matrix::columns(targets)) {
        let rows = z.iter().zip(y).zip(largest.iter().zip(&others));
        for (loss, ((z, &y), (largest, log_total))) in losses.iter_mut().zip(rows) {
            // An output that is not the target's counts nothing, also where its logarithm is infinite.
            *loss += if y == 0.0 { 0.0 } else { y * (log_total - (z - largest)) };
        }
    }
}

/// `sum exp(z - largest)` of every row, without the first largest itself.
pub(super) fn others_of_rows(logits: &[f32], largest: &[f32]) -> Vec<f32> {
    let (mut others, mut some) = (vec![0.0; largest.len()], vec![0.0; largest.len()]);
    let mut is_passed = vec![false; largest.len()];
    for z in logits.chunks(largest.len().max(1)) {
        some.iter_mut().zip(z.iter().zip(largest)).for_each(|(exp, (z, largest))| *exp = z - largest);
        let is_largest: Vec<bool> = some.iter().map(|&off| off == 0.0).collect();
        functions::apply(Function::Exp, &mut some);
        for ((exp, is_largest), is_passed) in some.iter_mut().zip(is_largest).zip(&mut is_passed) {
            if is_largest && !*is_passed {
                (*exp, *is_passed) = (0.0, true);
            }
        }
        add(&mut others, &some);
    }
    others
}

/// Adds values to sums.
pub(super) fn add(sums: &mut [f32], values: &[f32]) {
    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
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
