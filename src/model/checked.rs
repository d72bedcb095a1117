//! A model that may be anybody's, run with checks of what it returns.
//!
//! Every question about a model goes through here, so that a model which breaks its contract is an error that names the
//! layer, and never a wrong picture.

use std::{collections::HashSet, ops::Range};

use super::agreement::expect_gradients;
use crate::{
    Backward, ClassLabels, Dataset, Error, Forward, Loss, Matrix, Result, Targets, Weights,
    data::OwnedTargets,
    loss::{mean, means},
    math::matrix,
};

/// How many outputs of labeled samples are computed at once: a vocabulary is wider than any layer.
const MAX_OUTPUTS: usize = 1 << 22;

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

    /// The same, and no more outputs of labels at once than memory should have room for.
    fn for_targets<M: Forward + ?Sized>(model: &M, inputs: &Matrix, targets: Targets<'_>) -> Self {
        let most = if targets.labels().is_ok() { MAX_OUTPUTS / targets.outputs().max(1) } else { usize::MAX };
        Self { rest: 0..inputs.nrows(), at_once: model.rows_at_once(inputs.ncols()).min(most).max(1) }
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

/// Computes the outputs of some layers for labeled samples, some at a time: `each` is given a row for each position, sample by
/// sample, and the labels of these.
pub(crate) fn by_position(
    model: &dyn Forward,
    inputs: &Matrix,
    range: Range<usize>,
    labels: &ClassLabels,
    mut each: impl FnMut(&Matrix, &ClassLabels) -> Result<()>,
) -> Result<()> {
    for rows in Parts::for_targets(model, inputs, labels.into()) {
        let some = labels.rows(rows.clone());
        let outputs = layers(model, &inputs.rows_range(rows).into_owned(), range.clone())?;
        Targets::from(&some).expect_outputs("the model's outputs", &outputs)?;
        each(&matrix::by_position(&outputs, labels.positions()), &some.by_position())?;
    }
    Ok(())
}

/// Computes the loss of each sample, with a check that the user's code returned one for each sample or position.
pub(crate) fn losses(model: &dyn Forward, data: &Dataset, loss: Loss) -> Result<Vec<f32>> {
    loss.check_targets(data.targets())?;
    losses_of_checked(model, data, loss)
}

/// Computes the mean loss, of targets that are known to be those of the loss.
pub(crate) fn mean_loss_of_checked(model: &dyn Forward, data: &Dataset, loss: Loss) -> Result<f64> {
    let (inputs, targets) = (data.inputs(), data.targets());
    if Parts::for_targets(model, inputs, targets).is_one()
        && let Some(mean) = model.mean_loss(inputs, targets, loss)?
    {
        return Ok(mean);
    }
    Ok(mean(&losses_of_checked(model, data, loss)?))
}

/// The same of targets that are known to be those of the loss.
fn losses_of_checked(model: &dyn Forward, data: &Dataset, loss: Loss) -> Result<Vec<f32>> {
    let losses = own_losses(model, data, loss)?;
    let positions = losses.len() / data.samples();
    Ok(means(losses, positions))
}

/// Computes the loss of each position, sample by sample.
pub(crate) fn position_losses(model: &dyn Forward, data: &Dataset, loss: Loss) -> Result<Vec<f32>> {
    loss.check_targets(data.targets())?;
    let losses = own_losses(model, data, loss)?;
    if losses.len() == data.samples() && data.targets().positions() > 1 {
        let hint = "the model gives one for each sample; `Forward::losses` may return one for each position";
        return Err(Error::missing("losses of positions", hint));
    }
    Ok(losses)
}

/// As the model gives them: one for each position, or one for each sample.
fn own_losses(model: &dyn Forward, data: &Dataset, loss: Loss) -> Result<Vec<f32>> {
    let parts = Parts::for_targets(model, data.inputs(), data.targets());
    let mut losses = if parts.is_one() {
        vec![losses_of(model, data.inputs(), data.targets(), loss)?]
    } else {
        let part = |rows| {
            let (inputs, targets) = part_of(data, rows);
            losses_of(model, &inputs, targets.view(), loss)
        };
        parts.map(part).collect::<Result<Vec<_>>>()?
    };
    let losses = if losses.len() == 1 { losses.swap_remove(0) } else { losses.concat() };
    let counts = [data.samples(), data.samples() * data.targets().positions()];
    if counts.contains(&losses.len()) { Ok(losses) } else { Err(not_as_many(counts, losses.len())) }
}

/// Those of some samples.
fn losses_of(model: &dyn Forward, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<Vec<f32>> {
    let losses = model.losses(inputs, targets, loss)?;
    let counts = [inputs.nrows(), inputs.nrows() * targets.positions()];
    if counts.contains(&losses.len()) { Ok(losses) } else { Err(not_as_many(counts, losses.len())) }
}

fn not_as_many([samples, positions]: [usize; 2], found: usize) -> Error {
    if samples == positions {
        return Error::shape("the model's losses", [samples], [found]);
    }
    let expected = format!("{positions}, one for each position, or {samples}, one for each sample");
    Error::invalid("the number of the model's losses", expected, found)
}

/// Computes the gradients, if the model is one that gives them.
pub(crate) fn gradients(model: &dyn Forward, data: &Dataset, loss: Loss) -> Result<Weights> {
    gradients_of(differentiable(model)?, data, loss)
}

/// The model as one that gives gradients.
pub(super) fn differentiable(model: &dyn Forward) -> Result<&dyn Backward> {
    let expected = "one that gives them: `Forward::as_backward` returns it";
    model.as_backward().ok_or_else(|| Error::invalid("the model", expected, "one without gradients"))
}

/// Those of a model that has them: of the mean loss over all samples, whose parts weigh as many samples as they have.
pub(crate) fn gradients_of<M: Backward + ?Sized>(model: &M, data: &Dataset, loss: Loss) -> Result<Weights> {
    loss.check_targets(data.targets())?;
    let parts = Parts::for_targets(model, data.inputs(), data.targets());
    let parameters = model.parameters()?;
    if parts.is_one() {
        let gradients = model.gradients(data.inputs(), data.targets(), loss)?;
        expect_gradients(&parameters, &gradients)?;
        return Ok(gradients);
    }
    let (mut first, mut sums) = (None, Vec::new());
    for rows in parts {
        let weight = rows.len() as f64 / data.samples() as f64;
        let (inputs, targets) = part_of(data, rows);
        let part = model.gradients(&inputs, targets.view(), loss)?;
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
pub(super) fn part_of(data: &Dataset, rows: Range<usize>) -> (Matrix, OwnedTargets) {
    (data.inputs().rows_range(rows.clone()).into_owned(), data.targets().rows(rows))
}
