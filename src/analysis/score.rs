//! Outputs as scores whose zeros part the classes.

use std::ops::Range;

use super::{Polyline, contour::zero_lines};
use crate::{
    Error, Forward, Matrix, Result,
    loss::{sigmoid, softmax_rows},
    run,
};

/// How far apart two ways to compute a probability may be.
const SAME: f32 = 1e-5;

/// What a model says of the points of a grid.
pub(super) struct Scored {
    pub(super) outputs: Matrix,
    margins: Margins,
}

impl Scored {
    /// Runs the points through `layers`, which must end with the model's last one.
    pub(super) fn new(model: &dyn Forward, points: &Matrix, layers: Range<usize>) -> Result<Self> {
        let outputs = run::points(model, points, layers.clone())?;
        if outputs.ncols() == 0 {
            return Err(Error::invalid("the number of outputs", "1 or more to part classes", 0));
        }
        let margins = match logits(model, points, layers, &outputs)? {
            Some(logits) => Margins::new(logits, 0.0),
            None => Margins::new(outputs.clone(), 0.5),
        };
        Ok(Self { outputs, margins })
    }

    /// The lines between the classes on the grid of these axes.
    pub(super) fn boundary(&self, x: &[f32], y: &[f32]) -> Vec<Polyline> {
        (0..self.margins.count()).flat_map(|class| zero_lines(x, y, &self.margins.of(class))).collect()
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
    let logits = run::points_to_pre_activation(model, points, layers)?;
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

/// How far each row is from changing its class: a single value from the threshold, each of several from the best of
/// the others.
struct Margins {
    values: Matrix,
    threshold: f32,
    /// One for each row, if there are several values.
    leaders: Vec<Leader>,
}

/// The largest value of a row, whose it is, and the second largest. All are NaN where one is.
struct Leader {
    class: usize,
    best: f32,
    second: f32,
}

impl Margins {
    fn new(values: Matrix, threshold: f32) -> Self {
        let several = values.ncols() > 1;
        let leaders = several.then(|| values.row_iter().map(|row| Leader::of(row.iter().copied())).collect());
        Self { leaders: leaders.unwrap_or_default(), values, threshold }
    }

    /// How many lines there are to draw: one for two classes, an outline for each of more.
    fn count(&self) -> usize {
        if self.values.ncols() < 3 { 1 } else { self.values.ncols() }
    }

    /// Above zero where the class is told, zero where it ties.
    fn of(&self, class: usize) -> Vec<f32> {
        let values = self.values.column(class);
        match self.leaders[..] {
            [] => values.iter().map(|value| value - self.threshold).collect(),
            _ => values.iter().zip(&self.leaders).map(|(value, leader)| value - leader.rival(class)).collect(),
        }
    }
}

impl Leader {
    fn of(values: impl Iterator<Item = f32>) -> Self {
        let mut leader = Self { class: 0, best: f32::NEG_INFINITY, second: f32::NEG_INFINITY };
        for (class, value) in values.enumerate() {
            if value.is_nan() {
                return Self { class, best: value, second: value };
            }
            if value > leader.best {
                leader = Self { class, best: value, second: leader.best };
            } else {
                leader.second = leader.second.max(value);
            }
        }
        leader
    }

    /// The best value of another class than this.
    fn rival(&self, class: usize) -> f32 {
        if class == self.class { self.second } else { self.best }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn margins(values: &Matrix, threshold: f32) -> Vec<Vec<f32>> {
        let margins = Margins::new(values.clone(), threshold);
        (0..margins.count()).map(|class| margins.of(class)).collect()
    }

    #[test]
    fn margins_are_zero_where_two_classes_tie() {
        let values = Matrix::from_row_slice(2, 3, &[0.5, 0.25, 0.25, 0.125, 0.5, 0.5]);
        assert_eq!(margins(&values, 0.5), [[0.25, -0.375], [-0.25, 0.0], [-0.25, 0.0]]);
        assert_eq!(margins(&values.columns(0, 2).into_owned(), 0.5), [[0.25, -0.375]]);
        assert_eq!(margins(&values.columns(0, 1).into_owned(), 0.5), [[0.0, -0.375]]);
    }

    #[test]
    fn a_row_with_a_nan_has_no_margin_to_any_class() {
        let values = Matrix::from_row_slice(1, 3, &[0.5, f32::NAN, 0.25]);
        assert!(margins(&values, 0.5).iter().all(|margin| margin[0].is_nan()));
        assert!(margins(&Matrix::from_element(1, 1, f32::NAN), 0.5)[0][0].is_nan());
    }
}
