//! Random directions whose units have the lengths of those of the weights.

use super::flat::Flat;
use crate::{
    Orientation, Parameter,
    math::random::{self, Purpose},
};

/// Two directions, as [`WeightPlane::random`](super::WeightPlane::random) describes them.
pub(super) fn directions(flat: &Flat, weights: &[f64], seed: u64) -> [Vec<f64>; 2] {
    let mut rng = random::rng(seed, Purpose::Directions);
    [(); 2].map(|()| {
        let mut direction: Vec<f64> = (0..weights.len()).map(|_| random::normal(&mut rng)).collect();
        let mut start = 0;
        for parameter in flat.floats() {
            let end = start + parameter.values().len();
            normalize(parameter, &weights[start..end], &mut direction[start..end]);
            start = end;
        }
        direction
    })
}

/// Gives the slice of each unit the length that it has in the weights.
fn normalize(parameter: &Parameter<'_>, weights: &[f64], direction: &mut [f64]) {
    let shape = parameter.shape();
    let ([first, .., _] | [first]) = shape else { return direction.fill(0.0) };
    if shape.len() < 2 || direction.is_empty() {
        return direction.fill(0.0);
    }
    let (units, per_unit) =
        if outputs_are_first(parameter) { (*first, direction.len() / first) } else { (shape[shape.len() - 1], 1) };
    let unit = |place: usize| place / per_unit % units;
    let [drawn, own] = [&*direction, weights].map(|values| {
        let mut squares = vec![0.0; units];
        values.iter().enumerate().for_each(|(place, value)| squares[unit(place)] += value * value);
        squares
    });
    let scales: Vec<f64> =
        drawn.iter().zip(own).map(|(drawn, own)| if own > 0.0 { (own / drawn).sqrt() } else { 0.0 }).collect();
    direction.iter_mut().enumerate().for_each(|(place, value)| *value *= scales[unit(place)]);
}

/// Whether the units of a layer are the first dimension of its weights.
fn outputs_are_first(parameter: &Parameter<'_>) -> bool {
    match parameter.orientation() {
        Some(orientation) => orientation == Orientation::OutputsInputs,
        None => parameter.name() == "weight",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Weights;

    /// The lengths of the slices of the first direction, by the place of each of six values.
    fn lengths(parameter: Parameter<'static>, unit_of: [usize; 6]) -> Vec<f64> {
        let weights = Weights::from_iter([parameter]);
        let flat = Flat::of(weights.clone()).unwrap();
        let weights = flat.vector(&weights, "").unwrap();
        let [direction, _] = directions(&flat, &weights, 3);
        let mut squares = [0.0; 3];
        direction.iter().zip(unit_of).for_each(|(value, unit)| squares[unit] += value * value);
        squares.map(f64::sqrt).to_vec()
    }

    #[test]
    fn a_unit_is_a_column_or_a_row_as_the_orientation_says() {
        let values = || vec![3.0_f64, 0.0, 1.0, 4.0, 0.0, 1.0];
        let close =
            |found: Vec<f64>, expected: [f64; 3]| found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12);
        let columns = [0, 1, 2, 0, 1, 2];
        let kernel = Parameter::new("a", "kernel", [2, 3], values());
        assert!(
            close(lengths(kernel.clone(), columns), [5.0, 0.0, 2.0_f64.sqrt()]),
            "the weights of a unit that are 0 stay so"
        );
        let rows = [0, 0, 0, 1, 1, 1];
        let by_rows = [10.0_f64.sqrt(), 17.0_f64.sqrt(), 0.0];
        assert!(close(lengths(kernel.oriented(Orientation::OutputsInputs), rows), by_rows));
        assert!(close(lengths(Parameter::new("a", "weight", [2, 3], values()), rows), by_rows));
        let image = Parameter::new("a", "weight", [2, 1, 1, 3], values());
        assert!(close(lengths(image, rows), by_rows), "the filters of a convolution");
        let named = Parameter::new("a", "weight", [2, 3], values()).oriented(Orientation::InputsOutputs);
        assert!(close(lengths(named, columns), [5.0, 0.0, 2.0_f64.sqrt()]));
    }

    #[test]
    fn biases_do_not_move() {
        for shape in [vec![6], vec![]] {
            let values = vec![1.0_f64; shape.iter().product()];
            assert_eq!(lengths(Parameter::new("a", "bias", shape, values), [0; 6]), [0.0; 3]);
        }
    }
}
