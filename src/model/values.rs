//! The values of one array, in the precision that the model holds them in.

use std::borrow::Cow;

use crate::math::stats;

/// Floating-point values as the model holds them, row-major; recorded without loss.
///
/// ```
/// use training_replay::Values;
///
/// let values = Values::from(vec![0.1_f64, f64::NAN]);
/// assert_eq!(values.to_f32()[0], 0.1_f32);
/// assert!(values.same_bits(&values.clone())); // `==` says no: NaN
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Values<'a> {
    /// Single precision.
    F32(Cow<'a, [f32]>),
    /// Double precision.
    F64(Cow<'a, [f64]>),
}

impl Values<'_> {
    /// Returns the number of values.
    ///
    /// ```
    /// use training_replay::Values;
    ///
    /// assert_eq!(Values::from(vec![0.5_f32, 1.5]).len(), 2);
    /// ```
    pub fn len(&self) -> usize {
        match self {
            Self::F32(values) => values.len(),
            Self::F64(values) => values.len(),
        }
    }

    /// Returns whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the values as `f32`, rounded to the nearest where they are `f64`.
    ///
    /// ```
    /// use training_replay::Values;
    ///
    /// assert_eq!(Values::from(vec![1.0_f64 / 3.0]).to_f32(), [1.0_f32 / 3.0].as_slice());
    /// ```
    pub fn to_f32(&self) -> Cow<'_, [f32]> {
        match self {
            Self::F32(values) => Cow::Borrowed(values),
            Self::F64(values) => values.iter().map(|&value| value as f32).collect(),
        }
    }

    /// Returns the values as `f64`, exactly.
    ///
    /// ```
    /// use training_replay::Values;
    ///
    /// assert_eq!(Values::from(vec![0.1_f32]).to_f64(), [f64::from(0.1_f32)].as_slice());
    /// ```
    pub fn to_f64(&self) -> Cow<'_, [f64]> {
        match self {
            Self::F32(values) => values.iter().map(|&value| f64::from(value)).collect(),
            Self::F64(values) => Cow::Borrowed(values),
        }
    }

    /// Adds them, each times a weight, to as many sums; to zeros where there are none yet.
    pub(crate) fn add_times(&self, weight: f64, sums: &mut Vec<f64>) {
        sums.resize(self.len(), 0.0);
        match self {
            Self::F32(values) => {
                sums.iter_mut().zip(values.iter()).for_each(|(sum, &value)| *sum += weight * f64::from(value));
            }
            Self::F64(values) => sums.iter_mut().zip(values.iter()).for_each(|(sum, value)| *sum += weight * value),
        }
    }

    /// One of the values, exactly.
    pub(crate) fn at(&self, index: usize) -> f64 {
        match self {
            Self::F32(values) => values[index].into(),
            Self::F64(values) => values[index],
        }
    }

    /// The difference of every value from that of as many others, without a copy of either.
    pub(super) fn minus(&self, earlier: &Values<'_>) -> Vec<f64> {
        match (self, earlier) {
            (Self::F32(later), Values::F32(earlier)) => differences(later, earlier),
            (Self::F32(later), Values::F64(earlier)) => differences(later, earlier),
            (Self::F64(later), Values::F32(earlier)) => differences(later, earlier),
            (Self::F64(later), Values::F64(earlier)) => differences(later, earlier),
        }
    }

    /// The standard deviation of those that are finite, without a copy.
    pub(crate) fn deviation(&self) -> f64 {
        match self {
            Self::F32(values) => stats::deviation(values.iter().map(|&value| f64::from(value))),
            Self::F64(values) => stats::deviation(values.iter().copied()),
        }
    }

    /// Borrows the values.
    ///
    /// ```
    /// use training_replay::Values;
    ///
    /// let values = Values::from(vec![0.5_f32]);
    /// assert_eq!(values.borrowed(), values); // no value was copied
    /// ```
    pub fn borrowed(&self) -> Values<'_> {
        match self {
            Self::F32(values) => Values::F32(Cow::Borrowed(values)),
            Self::F64(values) => Values::F64(Cow::Borrowed(values)),
        }
    }

    /// Returns the values as owned ones; a copy if they were borrowed.
    ///
    /// ```
    /// use training_replay::Values;
    ///
    /// let owned: Values<'static> = {
    ///     let layer = [0.5_f32, 1.5];
    ///     Values::from(&layer).into_owned()
    /// };
    /// assert_eq!(owned.to_f32(), [0.5, 1.5].as_slice());
    /// ```
    pub fn into_owned(self) -> Values<'static> {
        match self {
            Self::F32(values) => Values::F32(Cow::Owned(values.into_owned())),
            Self::F64(values) => Values::F64(Cow::Owned(values.into_owned())),
        }
    }

    /// Returns whether both have the same type, and every value the same bits as the other's.
    ///
    /// NaN has the same bits as itself, although `==` says that it differs; 0 and -0 do not, although `==` says that
    /// they are equal.
    ///
    /// ```
    /// use training_replay::Values;
    ///
    /// let nan = Values::from(vec![f32::NAN]);
    /// assert!(nan.same_bits(&nan) && nan != nan);
    /// assert!(!Values::from(vec![0.0_f32]).same_bits(&Values::from(vec![-0.0_f32])));
    /// ```
    pub fn same_bits(&self, other: &Values<'_>) -> bool {
        match (self, other) {
            (Self::F32(a), Values::F32(b)) => a.iter().map(|v| v.to_bits()).eq(b.iter().map(|v| v.to_bits())),
            (Self::F64(a), Values::F64(b)) => a.iter().map(|v| v.to_bits()).eq(b.iter().map(|v| v.to_bits())),
            _ => false,
        }
    }
}

impl Values<'_> {
    /// The index of the first value that is not a recorded one, and both; NaN is any NaN. Where these are `f32` and `f64`
    /// was recorded, the recorded ones are rounded.
    pub(crate) fn first_difference(&self, recorded: &Values<'_>) -> Option<(usize, f64, f64)> {
        match (self, recorded) {
            (Self::F32(own), Values::F32(recorded)) => first_unlike(own, recorded),
            (Self::F32(own), Values::F64(_)) => first_unlike(own, &recorded.to_f32()),
            (Self::F64(own), _) => first_unlike(own, &recorded.to_f64()),
        }
    }
}

fn differences<L: Copy + Into<f64>, E: Copy + Into<f64>>(later: &[L], earlier: &[E]) -> Vec<f64> {
    later.iter().zip(earlier).map(|(&later, &earlier)| later.into() - earlier.into()).collect()
}

fn first_unlike<T: Copy + PartialEq + Into<f64>>(own: &[T], recorded: &[T]) -> Option<(usize, f64, f64)> {
    let is_nan = |value: T| value.into().is_nan();
    let unlike = |&(own, recorded): &(T, T)| own != recorded && !(is_nan(own) && is_nan(recorded));
    // All at once first, which is as fast as memory: values that differ are rare.
    if own == recorded {
        return None;
    }
    let mut pairs = own.iter().copied().zip(recorded.iter().copied()).enumerate();
    let (index, (own, recorded)) = pairs.find(|(_, pair)| unlike(pair))?;
    Some((index, own.into(), recorded.into()))
}

macro_rules! values_from {
    ($($scalar:ty => $variant:ident),*) => {$(
        impl<'a> From<&'a [$scalar]> for Values<'a> {
            fn from(values: &'a [$scalar]) -> Self {
                Self::$variant(values.into())
            }
        }

        impl<'a> From<&'a Vec<$scalar>> for Values<'a> {
            fn from(values: &'a Vec<$scalar>) -> Self {
                Self::$variant(values.into())
            }
        }

        impl<'a, const N: usize> From<&'a [$scalar; N]> for Values<'a> {
            fn from(values: &'a [$scalar; N]) -> Self {
                Self::$variant(values.as_slice().into())
            }
        }

        impl From<Vec<$scalar>> for Values<'_> {
            fn from(values: Vec<$scalar>) -> Self {
                Self::$variant(values.into())
            }
        }
    )*};
}
values_from!(f32 => F32, f64 => F64);
