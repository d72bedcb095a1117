//! Outputs as scores whose zeros part the classes.

use std::ops::Range;

use super::{Polyline, contour::zero_lines};
use crate::{
    Error, Forward, Matrix, Result,
    loss::{sigmoid, softmax_rows},
    model,
};

/// How far apart two ways to compute a probability may be.
const SAME: f32 = 1e-5;

/// What a model says of the points of a grid.
pub(super) struct Scored {
    pub(super) outputs: Matrix,
    /// Per boundary: above zero on one side, not above on the other.
    scores: Vec<Vec<f32>>,
}

impl Scored {
    /// Runs the points through `layers`, which must end with the model's last one.
    pub(super) fn new(model: &dyn Forward, points: &Matrix, layers: Range<usize>) -> Result<Self> {
        let outputs = model::run_points(model, points, layers.clone())?;
        if outputs.ncols() == 0 {
            return Err(Error::invalid("the number of outputs", "1 or more to part classes", 0));
        }
        let logits = logits(model, points, layers, &outputs)?;
        let scores = match &logits {
            Some(logits) => margins(logits, 0.0),
            None => margins(&outputs, 0.5),
        };
        Ok(Self { outputs, scores })
    }

    /// The lines between the classes on the grid of these axes.
    pub(super) fn boundary(&self, x: &[f32], y: &[f32]) -> Vec<Polyline> {
        self.scores.iter().flat_map(|scores| zero_lines(x, y, scores)).collect()
    }
}

/// The pre-activations of the last layer, where its outputs are their sigmoids or their softmax.
///
/// They are what a boundary is interpolated on best: those of a last dense layer are linear in its inputs, where
/// probabilities bend. Whether the outputs are theirs is seen on the points themselves, so that a model of any kind
/// need not say what its last activation is.
fn logits(model: &dyn Forward, points: &Matrix, layers: Range<usize>, outputs: &Matrix) -> Result<Option<Matrix>> {
    if layers.is_empty() {
        return Ok(None);
    }
    let logits = model::run_points_to_pre_activation(model, points, layers)?;
    if logits.shape() != outputs.shape() {
        return Ok(None);
    }
    let mut shares = logits.clone();
    softmax_rows(&mut shares);
    // Of a single value the softmax is always 1, and says nothing about it.
    let are = |probabilities: Matrix| (probabilities - outputs).amax() <= SAME;
    let known = are(logits.map(sigmoid)) || (outputs.ncols() > 1 && are(shares));
    Ok(known.then_some(logits))
}

/// How far each row is from changing its class: over the threshold for a single value; the first over the second of
/// two; each over the best of the others of more.
fn margins(values: &Matrix, threshold: f32) -> Vec<Vec<f32>> {
    match values.ncols() {
        1 => vec![values.iter().map(|value| value - threshold).collect()],
        2 => vec![margin_of(values, 0)],
        several => (0..several).map(|class| margin_of(values, class)).collect(),
    }
}

fn margin_of(values: &Matrix, class: usize) -> Vec<f32> {
    let best_other = |row: usize| {
        let others = (0..values.ncols()).filter(|&other| other != class).map(|other| values[(row, other)]);
        // Not `f32::max`, which would drop a NaN.
        others.fold(f32::NEG_INFINITY, |best, other| if best >= other { best } else { other })
    };
    (0..values.nrows()).map(|row| values[(row, class)] - best_other(row)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn margins_are_zero_where_two_classes_tie() {
        let values = Matrix::from_row_slice(2, 3, &[0.5, 0.25, 0.25, 0.125, 0.5, 0.5]);
        assert_eq!(margins(&values, 0.5), [[0.25, -0.375], [-0.25, 0.0], [-0.25, 0.0]]);
        assert_eq!(margins(&values.columns(0, 2).into_owned(), 0.5), [[0.25, -0.375]]);
        assert_eq!(margins(&values.columns(0, 1).into_owned(), 0.5), [[0.0, -0.375]]);
    }
}
