//! The difference of two sets of weights.

#[cfg(feature = "serde")]
use crate::serial;
use crate::{Error, Parameter, Result, Weights};

/// The largest difference between two sets of weights in one parameter, and the value it is in.
///
/// ```
/// use training_replay::{Parameter, Weights, analysis::WeightDiff};
///
/// let weights = |bias: f32| Weights::from_iter([
///     Parameter::new("output", "kernel", [2, 1], vec![1.0_f32, -1.0]),
///     Parameter::new("output", "bias", [1], vec![bias]),
/// ]);
/// let difference = WeightDiff::between(&weights(0.5), &weights(0.75), 0.0)?.expect("another bias");
/// assert_eq!((difference.layer.as_str(), difference.name.as_str()), ("output", "bias"));
/// assert_eq!((difference.index, difference.values, difference.distance), (0, (0.5, 0.75), 0.25));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct WeightDiff {
    /// The parameter's layer.
    pub layer: String,
    /// The parameter's name within the layer.
    pub name: String,
    /// The index of the value that differs most, in row-major order.
    pub index: usize,
    /// That value in the one and in the other; integers beyond 2^53 are rounded to the nearest `f64`.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub values: (f64, f64),
    /// The absolute difference of the two values, of integers that of the integers themselves; infinite where only one of
    /// them is NaN.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub distance: f64,
}

impl WeightDiff {
    /// Returns the first parameter in which a value differs by more than `tolerance`; `None` if there is none.
    ///
    /// With a tolerance of 0, the weights must be equal. NaN is equal to NaN, and 0 to -0.
    ///
    /// ```
    /// use training_replay::{Parameter, Weights, analysis::WeightDiff};
    ///
    /// let weights = |bias: f32| Weights::from_iter([Parameter::new("output", "bias", [1], vec![bias])]);
    /// assert!(WeightDiff::between(&weights(1.0), &weights(1.5), 0.25)?.is_some());
    /// assert!(WeightDiff::between(&weights(1.0), &weights(1.5), 0.5)?.is_none());
    /// assert!(WeightDiff::between(&weights(f32::NAN), &weights(f32::NAN), 0.0)?.is_none());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] or [`Error::Shape`] if they are not weights of the same model, [`Error::Invalid`] for a
    /// tolerance that is NaN or below 0.
    pub fn between(one: &Weights, other: &Weights, tolerance: f64) -> Result<Option<Self>> {
        Self::check_tolerance(tolerance)?;
        Ok(Self::of_each(one, other)?.into_iter().find(|difference| difference.distance > tolerance))
    }

    pub(crate) fn check_tolerance(tolerance: f64) -> Result<()> {
        if (0.0..).contains(&tolerance) { Ok(()) } else { Err(Error::invalid("the tolerance", "0 or more", tolerance)) }
    }

    /// Returns the largest difference in each parameter, in order; parameters without values are left out.
    ///
    /// ```
    /// use training_replay::{Dense, Sequential, Weights, analysis::WeightDiff};
    ///
    /// let weights = |seed| Weights::of(&Sequential::builder(2).layer(Dense::new(3)).build(seed)?);
    /// let differences = WeightDiff::of_each(&weights(1)?, &weights(2)?)?;
    /// assert!(differences[0].distance > 0.0); // kernels are random
    /// assert_eq!((differences[1].name.as_str(), differences[1].distance), ("bias", 0.0));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] or [`Error::Shape`] if they are not weights of the same model.
    pub fn of_each(one: &Weights, other: &Weights) -> Result<Vec<Self>> {
        let pairs = one.paired(other)?;
        Ok(pairs.into_iter().filter_map(|(one, other)| Self::largest(one, other)).collect())
    }

    /// The largest difference of two parameters of the same shape; `None` if they have no values.
    fn largest(one: &Parameter<'_>, other: &Parameter<'_>) -> Option<Self> {
        let (ones, others) = (one.values(), other.values());
        // The first of equals.
        let (index, distance) = (0..ones.len()).fold(None, |largest: Option<(usize, f64)>, index| {
            let distance = ones.distance(others, index);
            match largest {
                Some(largest) if distance <= largest.1 => Some(largest),
                _ => Some((index, distance)),
            }
        })?;
        let values = (ones.at(index), others.at(index));
        Some(Self { layer: one.layer().to_owned(), name: one.name().to_owned(), index, values, distance })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Values;

    fn weights(kernel: [f32; 3], bias: f32) -> Weights {
        Weights::from_iter([
            Parameter::new("a", "kernel", [3, 1], kernel.to_vec()),
            Parameter::new("a", "bias", [1], vec![bias]),
        ])
    }

    #[test]
    fn the_first_parameter_beyond_the_tolerance_is_named_with_its_largest_difference() {
        let (one, other) = (weights([1.0, 2.0, 3.0], 0.0), weights([1.0, 2.25, 2.5], 9.0));
        let found =
            |tolerance| WeightDiff::between(&one, &other, tolerance).unwrap().map(|d| (d.name, d.index, d.distance));
        assert_eq!(found(0.0), Some(("kernel".into(), 2, 0.5)));
        assert_eq!(found(0.5), Some(("bias".into(), 0, 9.0)));
        assert_eq!(found(9.0), None);
        let each = WeightDiff::of_each(&one, &other).unwrap();
        assert_eq!(each.iter().map(|difference| difference.distance).collect::<Vec<_>>(), [0.5, 9.0]);
    }

    #[test]
    fn nan_is_equal_to_nan_and_infinitely_far_from_a_number() {
        let (nan, number) = (weights([1.0, f32::NAN, f32::INFINITY], 0.0), weights([1.0, 2.0, f32::INFINITY], -0.0));
        assert_eq!(WeightDiff::between(&nan, &nan, 0.0).unwrap(), None);
        let difference = WeightDiff::between(&nan, &number, 1e9).unwrap().unwrap();
        assert_eq!((difference.index, difference.distance), (1, f64::INFINITY));
        assert_eq!(WeightDiff::between(&number, &weights([1.0, 2.0, f32::INFINITY], 0.0), 0.0).unwrap(), None);
    }

    #[test]
    fn integers_that_no_float_can_tell_apart_differ_by_what_they_differ() {
        let diff = |one: Values<'static>, other: Values<'static>| {
            let weights = |values| Weights::from_iter([Parameter::new("steps", "count", [2], values)]);
            WeightDiff::between(&weights(one), &weights(other), 0.0).unwrap().map(|found| (found.index, found.distance))
        };
        let large = 1_i64 << 53;
        assert_eq!(diff(vec![0, large].into(), vec![0, large + 1].into()), Some((1, 1.0)));
        assert_eq!(diff(vec![i64::MAX, 1].into(), vec![i64::MAX - 2, 0].into()), Some((0, 2.0)));
        assert_eq!(diff(vec![u64::MAX, 0].into(), vec![u64::MAX - 1, 0].into()), Some((0, 1.0)));
        let signed = vec![large + 1, 0];
        assert_eq!(diff(signed.into(), vec![(1_u64 << 53) + 2, 0].into()), Some((0, 1.0)), "of two types");
        assert_eq!(diff(vec![i64::MAX, 1].into(), vec![i64::MAX, 1].into()), None);
    }

    #[test]
    fn parameters_are_compared_by_name_in_whatever_order_they_come() {
        let one = weights([1.0, 2.0, 3.0], 0.5);
        let reordered: Weights =
            weights([1.0, 2.0, 4.0], 0.25).into_iter().collect::<Vec<_>>().into_iter().rev().collect();
        let each = WeightDiff::of_each(&one, &reordered).unwrap();
        assert_eq!(
            each.iter().map(|d| (d.name.as_str(), d.distance)).collect::<Vec<_>>(),
            [("kernel", 1.0), ("bias", 0.25)]
        );
        let update = reordered.minus(&one).unwrap();
        assert_eq!(update.iter().map(Parameter::name).collect::<Vec<_>>(), ["bias", "kernel"]);
        assert_eq!(update.get("a", "kernel").unwrap().values().to_f64(), [0.0, 0.0, 1.0].as_slice());
    }

    #[test]
    fn weights_of_other_models_are_not_compared() {
        let one = weights([0.0; 3], 0.0);
        let shorter = Weights::from_iter([Parameter::new("a", "kernel", [3, 1], vec![0.0_f32; 3])]);
        let renamed = Weights::from_iter([
            Parameter::new("a", "kernel", [3, 1], vec![0.0_f32; 3]),
            Parameter::new("a", "offset", [1], vec![0.0_f32]),
        ]);
        assert!(WeightDiff::between(&one, &shorter, 0.0).is_err());
        let message = WeightDiff::between(&one, &renamed, 0.0).unwrap_err().to_string();
        let expected =
            r#"without ["a/bias"] and with the new ["a/offset"]; it must be of the names that the other has"#;
        assert_eq!(message, format!("the list of parameters is {expected}"));
        assert!(WeightDiff::between(&one, &one, -1.0).is_err() && WeightDiff::between(&one, &one, f64::NAN).is_err());
    }
}
