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

/// The Euclidean norm of the finite values, also where their squares are too large or too small for a number.
fn norm(of: &Distribution) -> f64 {
    let length = |scale: f64| of.values().iter().fold(0.0, |sum, value| sum + (value / scale) * (value / scale)).sqrt();
    let (plain, largest) = (length(1.0), of.min.abs().max(of.max.abs()));
    let is_lost = plain.is_infinite() || plain * plain < f64::MIN_POSITIVE;
    if is_lost && largest > 0.0 { largest * length(largest) } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_norm_is_right_for_values_of_any_size_and_0_of_none() {
        let of = |values: &[f64]| norm(&Distribution::of(values));
        assert_eq!(of(&[3.0, -4.0, f64::NAN]), 5.0);
        for scale in [1e-200, 1e-160, 1e200, 1e307, 5e-324] {
            assert!((of(&[3.0 * scale, -4.0 * scale]) / (5.0 * scale) - 1.0).abs() < 1e-12, "{scale}");
        }
        for nothing in [&[][..], &[0.0], &[-0.0, 0.0], &[f64::NAN]] {
            assert_eq!(of(nothing).to_bits(), 0, "{nothing:?}, and no -0");
        }
    }
}
