//! Running a model that may be anybody's: what it returns is checked, and many points are run some at a time.

use std::ops::Range;

use crate::{Dataset, Error, Forward, Loss, Matrix, Result, matrix};

/// The index of the layer called `name`.
pub(crate) fn layer_index(model: &dyn Forward, name: &str) -> Result<usize> {
    let known = model.layers();
    let index = known.iter().position(|layer| layer == name);
    index.ok_or_else(|| Error::UnknownLayer { name: name.into(), known })
}

/// The outputs of the whole model.
pub(crate) fn outputs(model: &dyn Forward, inputs: &Matrix) -> Result<Matrix> {
    layers(model, inputs, 0..model.layers().len())
}

/// The outputs of some layers, with a check that the user's code returned one row for each sample.
pub(crate) fn layers(model: &dyn Forward, inputs: &Matrix, range: Range<usize>) -> Result<Matrix> {
    let outputs = model.forward(inputs, range.clone())?;
    matrix::expect_shape(&format!("outputs of layers {range:?}"), &outputs, (inputs.nrows(), outputs.ncols()))?;
    Ok(outputs)
}

/// `model.pre_activation`, with the same check.
pub(crate) fn pre_activation(model: &dyn Forward, inputs: &Matrix, layer: usize) -> Result<Matrix> {
    let outputs = model.pre_activation(inputs, layer)?;
    matrix::expect_shape(&format!("z-values of layer {layer}"), &outputs, (inputs.nrows(), outputs.ncols()))?;
    Ok(outputs)
}

/// `model.losses`, with a check that the user's code returned one for each sample.
pub(crate) fn losses(model: &dyn Forward, data: &Dataset, loss: Loss) -> Result<Vec<f32>> {
    let losses = model.losses(data.inputs(), data.targets(), loss)?;
    match losses.len() == data.samples() {
        true => Ok(losses),
        false => Err(Error::shape("the model's losses", [data.samples()], [losses.len()])),
    }
}

/// `layers` on so many points that all layers' values of all of them would not fit into memory: some at a time.
pub(crate) fn points(model: &dyn Forward, points: &Matrix, range: Range<usize>) -> Result<Matrix> {
    in_blocks(points, |block| layers(model, block, range.clone()))
}

/// `pre_activation` of the last layer of a range, some points at a time.
pub(crate) fn points_to_pre_activation(model: &dyn Forward, points: &Matrix, range: Range<usize>) -> Result<Matrix> {
    let last = range.end.saturating_sub(1);
    in_blocks(points, |block| pre_activation(model, &layers(model, block, range.start..last)?, last))
}

/// What `compute` makes of all rows, computed for some of them at a time.
fn in_blocks(rows: &Matrix, compute: impl Fn(&Matrix) -> Result<Matrix>) -> Result<Matrix> {
    /// Few enough for layers of a thousand units, many enough for long columns.
    const BLOCK: usize = 1 << 14;
    let count = rows.nrows();
    if count <= BLOCK {
        return compute(rows);
    }
    let mut all = Matrix::zeros(0, 0);
    for start in (0..count).step_by(BLOCK) {
        let length = BLOCK.min(count - start);
        let block = compute(&rows.rows(start, length).into_owned())?;
        if start == 0 {
            all = matrix::zeros(count, block.ncols())?;
        }
        matrix::expect_shape("outputs of the model", &block, (length, all.ncols()))?;
        all.rows_mut(start, length).copy_from(&block);
    }
    Ok(all)
}
