//! The order of notes' values: numbers by what they stand for, whatever their type, then truth values, texts and lists.

use std::cmp::Ordering;

use super::value::NoteValue;

/// A number: an integer is compared exactly, however large.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Integer(i128),
    Float(f64),
}

impl Number {
    /// Returns the number of a value, if it is one.
    pub(super) fn of(value: &NoteValue) -> Option<Self> {
        match *value {
            NoteValue::Integer(value) => Some(Self::Integer(value)),
            NoteValue::F32(value) => Some(Self::Float(as_written(value))),
            NoteValue::F64(value) => Some(Self::Float(value)),
            _ => None,
        }
    }

    /// Returns the number that a text is. `inf` and `NaN` are some only as they are written here.
    pub(super) fn read(text: &str) -> Option<Self> {
        let float =
            || text.parse().ok().filter(|value: &f64| value.is_finite() || ["NaN", "inf", "-inf"].contains(&text));
        text.parse().ok().map(Self::Integer).or_else(|| float().map(Self::Float))
    }

    pub(super) fn is_nan(self) -> bool {
        matches!(self, Self::Float(value) if value.is_nan())
    }

    /// Compares what two numbers stand for; NaN is behind all others, and equal to itself.
    pub(super) fn order(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Integer(one), Self::Integer(other)) => one.cmp(&other),
            (Self::Float(one), Self::Float(other)) => {
                one.partial_cmp(&other).unwrap_or_else(|| one.is_nan().cmp(&other.is_nan()))
            }
            (Self::Integer(one), Self::Float(other)) => beside(one, other),
            (Self::Float(one), Self::Integer(other)) => beside(other, one).reverse(),
        }
    }
}

/// The number above the largest integer.
const ABOVE_ALL: f64 = (1_u128 << 127) as f64;

/// An integer beside a number, neither of them rounded.
fn beside(integer: i128, number: f64) -> Ordering {
    if number.is_nan() || number >= ABOVE_ALL {
        return Ordering::Less;
    }
    if number < -ABOVE_ALL {
        return Ordering::Greater;
    }
    let part = number.fract();
    integer.cmp(&(number.trunc() as i128)).then(0.0.partial_cmp(&part).unwrap_or(Ordering::Equal))
}

/// The number that the digits of one in single precision say.
pub(super) fn as_written(value: f32) -> f64 {
    format!("{value:?}").parse().unwrap_or_else(|_| f64::from(value))
}

impl NoteValue {
    /// Returns the number, if it is one: an integer beyond 2^53 is rounded, and one in single precision is the number that
    /// its digits say.
    ///
    /// ```
    /// use training_replay::NoteValue;
    ///
    /// assert_eq!(NoteValue::from(0.05_f32).number(), Some(0.05)); // and not 0.05000000074505806
    /// assert_eq!(NoteValue::from(7).number(), Some(7.0));
    /// assert_eq!(NoteValue::from("7").number(), None);
    /// ```
    pub fn number(&self) -> Option<f64> {
        match *self {
            Self::Integer(value) => Some(value as f64),
            Self::F32(value) => Some(as_written(value)),
            Self::F64(value) => Some(value),
            _ => None,
        }
    }

    /// Compares two values for a list that is to be in order: numbers first, then truth values, texts and lists.
    ///
    /// Numbers are compared exactly, and are equal if they stand for the same, whatever their types; NaN is the last one.
    /// Texts that are numbers come before other ones, in the order of these.
    ///
    /// ```
    /// use training_replay::NoteValue;
    ///
    /// let mut rates: Vec<NoteValue> = vec!["auto".into(), 0.1.into(), "by hand".into(), 0.02_f32.into(), 1.into()];
    /// rates.sort_by(NoteValue::order);
    /// assert_eq!(rates.iter().map(NoteValue::to_string).collect::<Vec<_>>(), ["0.02", "0.1", "1", "auto", "by hand"]);
    /// assert!(NoteValue::from(1).order(&NoteValue::from(1.0)).is_eq());
    /// ```
    pub fn order(&self, other: &Self) -> Ordering {
        match (Number::of(self), Number::of(other)) {
            (Some(one), Some(other)) => return one.order(other),
            (Some(_), None) => return Ordering::Less,
            (None, Some(_)) => return Ordering::Greater,
            (None, None) => {}
        }
        match (self, other) {
            (Self::Bool(one), Self::Bool(other)) => one.cmp(other),
            (Self::Text(one), Self::Text(other)) => order_of_texts(one, other),
            _ => self.rank().cmp(&other.rank()).then_with(|| order_of_lists(&self.items(), &other.items())),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Integer(_) | Self::F32(_) | Self::F64(_) => 0,
            Self::Bool(_) => 1,
            Self::Text(_) => 2,
            _ => 3,
        }
    }

    /// The items of a list; nothing of another value.
    fn items(&self) -> Vec<Self> {
        match self {
            Self::Texts(items) => items.iter().map(Self::from).collect(),
            Self::Bools(items) => items.iter().map(|&item| item.into()).collect(),
            Self::Integers(items) => items.iter().map(|&item| item.into()).collect(),
            Self::F32s(items) => items.iter().map(|&item| item.into()).collect(),
            Self::F64s(items) => items.iter().map(|&item| item.into()).collect(),
            _ => Vec::new(),
        }
    }
}

fn order_of_texts(one: &str, other: &str) -> Ordering {
    match (Number::read(one), Number::read(other)) {
        (Some(number), Some(others)) => number.order(others).then_with(|| one.cmp(other)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => one.cmp(other),
    }
}

fn order_of_lists(one: &[NoteValue], other: &[NoteValue]) -> Ordering {
    let items = one.iter().zip(other).map(|(one, other)| one.order(other));
    items.into_iter().find(|order| order.is_ne()).unwrap_or_else(|| one.len().cmp(&other.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values in their order; those of one row are of one place.
    fn in_order() -> Vec<Vec<NoteValue>> {
        vec![
            vec![f64::NEG_INFINITY.into()],
            vec![i64::MIN.into(), (-2.0_f64.powi(63)).into()],
            vec![(-0.5).into()],
            vec![0.into(), (-0.0).into(), 0.0_f32.into()],
            vec![0.05_f32.into(), 0.05.into()],
            vec![f64::from(0.05_f32).into()],
            vec![1.into(), 1.0.into()],
            vec![1.5.into()],
            vec![(1_u64 << 53).into(), 2.0_f64.powi(53).into()],
            vec![((1_u64 << 53) + 1).into()],
            vec![u64::MAX.into()],
            vec![2.0_f64.powi(64).into()],
            vec![i128::MAX.into()],
            vec![2.0_f64.powi(127).into()],
            vec![f64::INFINITY.into(), f32::INFINITY.into()],
            vec![f64::NAN.into(), f32::NAN.into()],
            vec![false.into()],
            vec![true.into()],
            vec!["1e-3".into()],
            vec!["0.5".into()],
            vec!["0.50".into()],
            vec!["10".into()],
            vec!["".into()],
            vec!["INF".into()],
            vec!["adam".into()],
            vec![Vec::<f64>::new().into(), Vec::<String>::new().into()],
            vec![vec![0.5, 2.0].into()],
            vec![vec![1].into(), vec![1.0].into()],
            vec![vec![1, 2].into(), vec![1.0_f32, 2.0].into()],
            vec![vec!["1"].into()],
        ]
    }

    #[test]
    fn numbers_come_first_and_are_compared_exactly_whatever_their_types() {
        let rows = in_order();
        for (i, row) in rows.iter().enumerate() {
            for (j, others) in rows.iter().enumerate() {
                for (one, other) in row.iter().flat_map(|one| others.iter().map(move |other| (one, other))) {
                    assert_eq!(one.order(other), i.cmp(&j), "{one:?} and {other:?}");
                }
            }
        }
    }

    #[test]
    fn texts_are_read_as_numbers_where_they_are_written_as_some() {
        let numbers = ["7", "-1e5", "0.50", "NaN", "-inf", "340282366920938463463374607431768211455"];
        assert!(numbers.iter().all(|text| Number::read(text).is_some()));
        let others = ["", "nan", "INF", "infinity", "1e999", "1 ", "0x10", "1_000", "1,5"];
        assert!(others.iter().all(|text| Number::read(text).is_none()));
    }
}
