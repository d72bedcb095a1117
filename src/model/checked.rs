//! A model that may be anybody's, run with checks of what it returns.
//!
//! Every question about a model goes through here, so that a model which breaks its contract is an error that names the
//! layer, and never a wrong picture.

use std::{collections::HashSet, ops::Range};

use crate::{Dataset, Error, Forward, Loss, Matrix, Result, Weights, math::matrix};

/// Returns the index of the layer called `name`.
pub(crate) fn layer_index(model: &dyn Forward, name: &str) -> Result<usize> {
    let known = layer_names(model)?;
    let index = known.iter().position(|layer| layer == name);
    index.ok_or_else(|| Error::UnknownLayer { name: name.into(), known })
}

/// Computes the outputs of the whole model.
pub(crate) fn outputs(model: &dyn Forward, inputs: &Matrix) -> Result<Matrix> {
    layers(model, inputs, 0..layer_names(model)?.len())
}

/// Computes the outputs of some layers, with a check that the user's code returned one row for each sample.
pub(crate) fn layers(model: &dyn Forward, inputs: &Matrix, range: Range<usize>) -> Result<Matrix> {
    let mut outputs = Matrix::zeros(0, 0);
    layers_into(model, inputs, range, &mut outputs)?;
    Ok(outputs)
}

/// The same in memory that is there already.
pub(crate) fn layers_into(
    model: &dyn Forward,
    inputs: &Matrix,
    range: Range<usize>,
    outputs: &mut Matrix,
) -> Result<()> {
    model.forward_into(inputs, range.clone(), outputs)?;
    expect_rows(outputs, inputs, || format!("outputs of layers {range:?}"))
}

/// Computes the z-values of a layer, with the same check.
pub(crate) fn pre_activation(model: &dyn Forward, inputs: &Matrix, layer: usize) -> Result<Matrix> {
    let mut outputs = Matrix::zeros(0, 0);
    pre_activation_into(model, inputs, layer, &mut outputs)?;
    Ok(outputs)
}

/// The same in memory that is there already.
pub(crate) fn pre_activation_into(
    model: &dyn Forward,
    inputs: &Matrix,
    layer: usize,
    outputs: &mut Matrix,
) -> Result<()> {
    model.pre_activation_into(inputs, layer, outputs)?;
    expect_rows(outputs, inputs, || format!("z-values of layer {layer}"))
}

/// The same; returns whether the model knows them.
pub(crate) fn z_values_into(model: &dyn Forward, inputs: &Matrix, layer: usize, outputs: &mut Matrix) -> Result<bool> {
    match pre_activation_into(model, inputs, layer, outputs) {
        Err(Error::Missing { .. }) => Ok(false),
        known => known.map(|()| true),
    }
}

/// Returns the names of the layers, with a check that each is another one: a layer that is used twice has a name for each
/// of its uses.
pub(crate) fn layer_names(model: &dyn Forward) -> Result<Vec<String>> {
    let names = model.layers();
    let mut seen = HashSet::new();
    match names.iter().find(|name| !seen.insert(name.as_str())) {
        None => Ok(names),
        Some(twice) => {
            let expected = "other than those of the layers before it; one that is used twice has a name for each use";
            Err(Error::invalid("the name of a layer", expected, format!("{twice:?} again")))
        }
    }
}

fn expect_rows(outputs: &Matrix, inputs: &Matrix, what: impl Fn() -> String) -> Result<()> {
    if outputs.nrows() == inputs.nrows() {
        Ok(())
    } else {
        matrix::expect_shape(&what(), outputs, (inputs.nrows(), outputs.ncols()))
    }
}

/// Computes the loss of each sample, with a check that the user's code returned one for each sample.
pub(crate) fn losses(model: &dyn Forward, data: &Dataset, loss: Loss) -> Result<Vec<f32>> {
    let losses = model.losses(data.inputs(), data.targets(), loss)?;
    if losses.len() == data.samples() {
        Ok(losses)
    } else {
        Err(Error::shape("the model's losses", [data.samples()], [losses.len()]))
    }
}

/// Computes the gradients, if the model is one that gives them.
pub(crate) fn gradients(model: &dyn Forward, data: &Dataset, loss: Loss) -> Result<Weights> {
    let expected = "one that gives them: `Forward::as_backward` returns it";
    let model = model.as_backward().ok_or_else(|| Error::invalid("the model", expected, "one without gradients"))?;
    model.gradients(data.inputs(), data.targets(), loss)
}
