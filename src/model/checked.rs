//! A model that may be anybody's, run with checks of what it returns.
//!
//! Every question about a model goes through here, so that a model which breaks its contract is an error that names the
//! layer, and never a wrong picture.

use std::{collections::HashSet, ops::Range};

use super::agreement::expect_gradients;
use crate::{Backward, Dataset, Error, Forward, Loss, Matrix, Result, Weights, math::matrix};

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
    if range.is_empty() {
        outputs.clone_from(inputs); // Which a model that ignores the range would not know.
        return Ok(());
    }
    in_parts(model, inputs, outputs, |inputs, outputs| {
        model.forward_into(inputs, range.clone(), outputs)?;
        expect_rows(outputs, inputs, || format!("outputs of layers {range:?}"))
    })
}

/// What the model shows of the outputs of a layer: a row for each sample, and a unit at least.
pub(crate) fn units(model: &dyn Forward, layer: usize, outputs: Matrix) -> Result<Matrix> {
    let (rows, width) = outputs.shape();
    let units = model.units(layer, outputs)?;
    let of_layer = |what: &str| match model.layers().get(layer) {
        Some(name) => format!("{what} of layer {name:?} that `Forward::units` returned"),
        None => format!("{what} of layer {layer} that `Forward::units` returned"),
    };
    if units.ncols() == 0 && width > 0 {
        return Err(Error::invalid(of_layer("the number of units"), "1 or more", 0));
    }
    if units.nrows() != rows {
        matrix::expect_shape(&of_layer("units"), &units, (rows, units.ncols()))?;
    }
    Ok(units)
}

/// Shows what is shown of the last of the first `depth` layers, of as many rows at a time as the model takes; the inputs
/// themselves for no layers.
pub(crate) fn each_units(
    model: &dyn Forward,
    inputs: &Matrix,
    depth: usize,
    mut each: impl FnMut(&Matrix) -> Result<()>,
) -> Result<()> {
    let Some(layer) = depth.checked_sub(1) else { return each(inputs) };
    let mut width = None;
    each_part(model, inputs, |rows, _| {
        let outputs = layers(model, rows, 0..depth)?;
        let units = units(model, layer, outputs)?;
        let width = *width.get_or_insert(units.ncols());
        matrix::expect_columns("what `Forward::units` returned, as it did before,", &units, width)?;
        each(&units)
    })
}

/// Shows as many rows at a time as the model takes, and the number of the first of them.
pub(crate) fn each_part(
    model: &dyn Forward,
    inputs: &Matrix,
    mut each: impl FnMut(&Matrix, usize) -> Result<()>,
) -> Result<()> {
    let mut parts = Parts::of(model, inputs);
    if parts.is_one() {
        return each(inputs, 0);
    }
    parts.try_for_each(|rows| each(&inputs.rows_range(rows.clone()).into_owned(), rows.start))
}

/// Computes outputs of as many rows at a time as the model takes.
fn in_parts(
    model: &dyn Forward,
    inputs: &Matrix,
    outputs: &mut Matrix,
    compute: impl Fn(&Matrix, &mut Matrix) -> Result<()>,
) -> Result<()> {
    let parts = Parts::of(model, inputs);
    if parts.is_one() {
        return compute(inputs, outputs);
    }
    let mut some = Matrix::zeros(0, 0);
    for rows in parts {
        compute(&inputs.rows_range(rows.clone()).into_owned(), &mut some)?;
        matrix::put_rows(&some, rows.start, inputs.nrows(), outputs)?;
    }
    Ok(())
}

/// The rows of a data set in parts that a model is given at once.
struct Parts {
    rest: Range<usize>,
    at_once: usize,
}

impl Parts {
    fn of(model: &dyn Forward, inputs: &Matrix) -> Self {
        Self { rest: 0..inputs.nrows(), at_once: model.rows_at_once(inputs.ncols()).max(1) }
    }

    fn is_one(&self) -> bool {
        self.rest.len() <= self.at_once
    }
}

impl Iterator for Parts {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let part = self.rest.start..self.rest.end.min(self.rest.start.saturating_add(self.at_once));
        self.rest.start = part.end;
        (!part.is_empty()).then_some(part)
    }
}

/// Computes the z-values of a layer, with the same check.
pub(crate) fn pre_activation_into(
    model: &dyn Forward,
    inputs: &Matrix,
    layer: usize,
    outputs: &mut Matrix,
) -> Result<()> {
    in_parts(model, inputs, outputs, |inputs, outputs| {
        model.pre_activation_into(inputs, layer, outputs)?;
        expect_rows(outputs, inputs, || format!("z-values of layer {layer}"))
    })
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
    let parts = Parts::of(model, data.inputs());
    let losses = if parts.is_one() {
        model.losses(data.inputs(), data.targets(), loss)?
    } else {
        let part = |rows| {
            let [inputs, targets] = part_of(data, rows);
            model.losses(&inputs, &targets, loss)
        };
        parts.map(part).collect::<Result<Vec<_>>>()?.concat()
    };
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
    gradients_of(model, data, loss)
}

/// Those of a model that has them: of the mean loss over all samples, whose parts weigh as many samples as they have.
pub(crate) fn gradients_of<M: Backward + ?Sized>(model: &M, data: &Dataset, loss: Loss) -> Result<Weights> {
    let parts = Parts { rest: 0..data.samples(), at_once: model.rows_at_once(data.features()).max(1) };
    let parameters = model.parameters()?;
    if parts.is_one() {
        let gradients = model.gradients(data.inputs(), data.targets(), loss)?;
        expect_gradients(&parameters, &gradients)?;
        return Ok(gradients);
    }
    let (mut first, mut sums) = (None, Vec::new());
    for rows in parts {
        let weight = rows.len() as f64 / data.samples() as f64;
        let [inputs, targets] = part_of(data, rows);
        let part = model.gradients(&inputs, &targets, loss)?;
        expect_gradients(&parameters, &part)?;
        let first: &Weights = first.get_or_insert_with(|| part.clone());
        sums.resize(part.len(), Vec::new());
        for (sums, (_, parameter)) in sums.iter_mut().zip(first.paired(&part)?) {
            parameter.values().add_times(weight, sums);
        }
    }
    let parameters = first.into_iter().flatten().zip(sums);
    Ok(parameters.map(|(parameter, sums)| parameter.with_values(sums)).collect())
}

/// Some samples: their inputs and targets.
fn part_of(data: &Dataset, rows: Range<usize>) -> [Matrix; 2] {
    [data.inputs(), data.targets()].map(|all| all.rows_range(rows.clone()).into_owned())
}
