//! A few rows on their way through the layers, small enough to stay in a fast cache.

use std::ops::Range;

use super::{Activation, Sequential};
use crate::{
    Matrix, Result,
    math::{gemm::Rows, matrix, softplus},
};

/// How many rows go through the layers together. Not a power of two: the columns of a tile would then fall into the same
/// places of the cache.
pub(super) const ROWS: usize = 480;

/// Room for what a layer is fed and what it puts out.
pub(super) struct Tile {
    inputs: Vec<f32>,
    outputs: Vec<f32>,
}

impl Tile {
    /// Room for up to `rows` rows of `width` values.
    pub(super) fn new(rows: usize, width: usize) -> Result<Self> {
        let length = matrix::expect_room(rows.min(ROWS), width)?;
        Ok(Self { inputs: vec![0.0; length], outputs: vec![0.0; length] })
    }

    /// Runs all rows of `inputs` through the layers, the last with another activation perhaps, into `outputs`.
    pub(super) fn run(
        &mut self,
        model: &Sequential,
        layers: Range<usize>,
        activation: Activation,
        inputs: &Matrix,
        outputs: &mut Matrix,
    ) {
        let Some(last) = layers.end.checked_sub(1) else { return };
        let stride = outputs.nrows();
        for start in (0..stride).step_by(ROWS) {
            let rows = Rows::within(inputs, start, ROWS.min(stride - start));
            let hidden = self.hidden(model, layers.start..last, rows);
            let outputs = &mut outputs.as_mut_slice()[start..];
            model.pre_activate(last, hidden, outputs, stride);
            activation.apply_to_columns(outputs, stride, rows.count());
        }
    }

    /// The sum of the cross-entropies of all logits, which are summed up while they are in the cache.
    fn cross_entropies(&mut self, model: &Sequential, inputs: &Matrix, targets: &Matrix) -> softplus::Sum {
        let (last, mut sum) = (model.architecture().list().len() - 1, softplus::Sum::default());
        for start in (0..inputs.nrows()).step_by(ROWS) {
            let rows = Rows::within(inputs, start, ROWS.min(inputs.nrows() - start));
            let count = rows.count();
            let length = self.fill(model, 0..last, rows);
            let hidden = if last == 0 { rows } else { Rows::packed(&self.inputs[..length], count) };
            let logits = &mut self.outputs[..count * targets.ncols()];
            model.pre_activate(last, hidden, logits, count);
            for (logits, targets) in logits.chunks(count).zip(targets.column_iter()) {
                sum.add(logits, &targets.as_slice()[start..][..count]);
            }
        }
        sum
    }

    /// What the layers make of some rows.
    fn hidden<'a>(&'a mut self, model: &Sequential, layers: Range<usize>, rows: Rows<'a>) -> Rows<'a> {
        let length = self.fill(model, layers.clone(), rows);
        if layers.is_empty() { rows } else { Rows::packed(&self.inputs[..length], rows.count()) }
    }

    /// Leaves what the layers make of some rows in `inputs`, and returns how many values it is.
    fn fill(&mut self, model: &Sequential, layers: Range<usize>, rows: Rows<'_>) -> usize {
        let (count, mut length) = (rows.count(), 0);
        for layer in layers.clone() {
            let fed = if layer == layers.start { rows } else { Rows::packed(&self.inputs[..length], count) };
            length = count * model.architecture().width(layer + 1);
            let outputs = &mut self.outputs[..length];
            model.pre_activate(layer, fed, outputs, count);
            model.activation(layer).apply_to_columns(outputs, count, count);
            std::mem::swap(&mut self.inputs, &mut self.outputs);
        }
        length
    }
}

impl Sequential {
    /// The sum of the binary cross-entropies of its logits, samples times outputs, as [`softplus::Sum`] has it.
    pub(super) fn cross_entropies(&self, inputs: &Matrix, targets: &Matrix) -> Result<Option<f64>> {
        let widest =
            (1..=self.architecture().list().len()).map(|layer| self.architecture().width(layer)).max().unwrap_or(0);
        let mut tile = Tile::new(inputs.nrows(), widest)?;
        Ok(tile.cross_entropies(self, inputs, targets).finite())
    }

    /// Runs the inputs through the layers, the last with this activation in place of its own.
    pub(super) fn run(
        &self,
        inputs: &Matrix,
        layers: Range<usize>,
        last: Activation,
        outputs: &mut Matrix,
    ) -> Result<()> {
        self.check_range(inputs, &layers)?;
        matrix::try_reshape(outputs, inputs.nrows(), self.architecture().width(layers.end))?;
        if layers.is_empty() {
            outputs.copy_from(inputs);
        } else {
            let hidden = layers.start + 1..layers.end;
            let widest = hidden.map(|layer| self.architecture().width(layer)).max().unwrap_or(0);
            Tile::new(inputs.nrows(), widest)?.run(self, layers, last, inputs, outputs);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dense, Forward};

    /// Layers narrow and wide, a softmax among them, which looks at whole rows.
    #[test]
    fn every_row_gives_the_bits_that_it_gives_alone_wherever_it_lies_in_a_tile() {
        let layers = [
            Dense::new(9).activation(Activation::Tanh),
            Dense::new(2).activation(Activation::Softplus),
            Dense::new(3).activation(Activation::Softmax),
        ];
        let network = Sequential::builder(2).layers(layers);
        let model = network.build(1).unwrap();
        let inputs = Matrix::from_fn(2 * ROWS + 3, 2, |i, j| ((7 * i + 3 * j) % 97) as f32 / 48.0 - 1.0);
        for count in [1, ROWS - 1, ROWS, ROWS + 1, 2 * ROWS + 3] {
            let outputs = model.forward(&inputs.rows(0, count).into_owned(), 0..3).unwrap();
            for row in [0, count / 2, count - 1, (ROWS - 1).min(count - 1), ROWS.min(count - 1)] {
                let alone = model.forward(&inputs.rows(row, 1).into_owned(), 0..3).unwrap();
                assert_eq!(outputs.row(row), alone, "row {row} of {count}");
            }
        }
    }
}
