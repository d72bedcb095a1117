//! The rows of `layers`: the distribution of each parameter's values, its update and its gradient.

use super::super::{batch::Batch, cell::Cell, table::Table};
use crate::{
    Model, Parameter, Result, Weights,
    analysis::{Distribution, LayerDistribution, LayerFilter},
};

/// A row for each parameter. Of the update and the gradients there may be none; where there are gradients, not every
/// parameter needs to have one.
pub(crate) fn rows(
    epoch: u64,
    weights: &Weights,
    earlier: Option<&Weights>,
    gradients: Option<&Weights>,
) -> Result<Batch> {
    let all = LayerFilter::default();
    let parameters = weights.parameters()?;
    let distributions = LayerDistribution::each(&parameters, &all, |row| numbers(&row.distribution))?;
    let updates = match earlier {
        Some(earlier) => LayerDistribution::each_change(&parameters, &earlier.parameters()?, &all, |row| {
            Some(norm(&row.distribution))
        })?,
        None => vec![None; parameters.len()],
    };
    let row = |((parameter, numbers), update): ((&Parameter<'_>, [Cell; 8]), Option<f64>)| {
        let (layer, name) = (parameter.layer(), parameter.name());
        let gradient = gradients.and_then(|gradients| gradients.get(layer, name)).map(LayerDistribution::of_parameter);
        let [not_finite, mean, std, min, median, max, zeros, own] = numbers;
        [
            Cell::whole(epoch),
            layer.into(),
            name.into(),
            parameter.values().dtype().to_string().into(),
            Cell::I64s(parameter.shape().iter().map(|&size| size as i64).collect()),
            Cell::whole(parameter.values().len()),
            not_finite,
            mean,
            std,
            min,
            median,
            max,
            zeros,
            own,
            update.into(),
            gradient.map(|row| norm(&row.distribution)).into(),
        ]
    };
    Ok(Batch::of_rows(Table::Layers, parameters.iter().zip(distributions).zip(updates).map(row).collect()))
}

/// What is shown of a distribution: of no finite values only that there are none.
fn numbers(of: &Distribution) -> [Cell; 8] {
    let known = |value: f64| if of.count == 0 { Cell::Null } else { Cell::F64(value) };
    [
        Cell::whole(of.not_finite),
        known(of.mean),
        known(of.std),
        known(of.min),
        known(of.median()),
        known(of.max),
        known(of.zeros),
        Cell::F64(norm(of)),
    ]
}

/// The Euclidean norm of the finite values.
fn norm(of: &Distribution) -> f64 {
    of.values().iter().map(|value| value * value).sum::<f64>().sqrt()
}
