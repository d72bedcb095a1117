//! A condition that a note is to meet, as somebody types it: `learning_rate>=0.01`.

use std::{cmp::Ordering, fmt, str::FromStr};

use super::{order::Number, value::NoteValue};
use crate::{Error, Result};

/// A condition that a note is to meet: that there is one, or how its value compares with another one.
///
/// It is read from a key alone, or from a key, one of `=`, `!=`, `<`, `<=`, `>`, `>=`, and a value, with spaces or without.
///
/// - A number is compared as one, whatever its type: `0.05` is the note `0.05_f32`, and `1.0` the note `1`.
/// - A text is equal to the same characters alone. It is before another one in the order of their characters, or, if both
///   are numbers, in that of these.
/// - A truth value is `true` or `false`, and a list `[1, 2]`; neither has an order.
///
/// ```
/// use training_replay::{NoteCondition, NoteValue};
///
/// let condition: NoteCondition = "learning_rate >= 0.01".parse()?;
/// assert_eq!(condition.key(), "learning_rate");
/// assert_eq!(condition.holds(&NoteValue::from(0.05)), Some(true));
/// assert_eq!(condition.holds(&NoteValue::from(1e-3)), Some(false));
/// assert_eq!(condition.holds(&NoteValue::from("by a schedule")), None); // neither more nor less
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteCondition {
    key: String,
    /// None: that there is such a note.
    compared: Option<(Comparison, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// Those of two characters before those that they begin with.
    const ALL: [(&'static str, Self); 7] = [
        ("==", Self::Equal),
        ("!=", Self::NotEqual),
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("=", Self::Equal),
        ("<", Self::Less),
        (">", Self::Greater),
    ];

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }

    /// Whether it holds where it is only known whether two are equal: nothing is known of their order.
    fn holds_where_equal(self, equal: bool) -> Option<bool> {
        match self {
            Self::Equal => Some(equal),
            Self::NotEqual => Some(!equal),
            _ => None,
        }
    }
}

impl NoteCondition {
    /// Returns the key of the note that it is about.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns whether a value meets it, or `None` if the values have no order to one another.
    ///
    /// NaN is equal to NaN, and neither more nor less than a number: that is `Some(false)`.
    pub fn holds(&self, value: &NoteValue) -> Option<bool> {
        let Some((comparison, other)) = &self.compared else { return Some(true) };
        if let Some(number) = Number::of(value) {
            return by_number(*comparison, number, other);
        }
        match value {
            NoteValue::Text(text) => by_text(*comparison, text, other),
            _ => comparison.holds_where_equal(is_written(value, other)),
        }
    }
}

fn by_number(comparison: Comparison, number: Number, other: &str) -> Option<bool> {
    match Number::read(other) {
        Some(other) if number.is_nan() != other.is_nan() => Some(comparison == Comparison::NotEqual),
        Some(other) => Some(comparison.holds(number.order(other))),
        None => comparison.holds_where_equal(false),
    }
}

fn by_text(comparison: Comparison, text: &str, other: &str) -> Option<bool> {
    let by_equality = comparison.holds_where_equal(text == other);
    by_equality.or_else(|| match (Number::read(text), Number::read(other)) {
        (Some(number), Some(_)) => by_number(comparison, number, other),
        (None, None) => Some(comparison.holds(text.cmp(other))),
        _ => None,
    })
}

/// Whether a truth value or a list is written as this text; spaces between numbers do not count.
fn is_written(value: &NoteValue, text: &str) -> bool {
    let numbers: Vec<NoteValue> = match value {
        NoteValue::Integers(items) => items.iter().map(|&item| item.into()).collect(),
        NoteValue::F32s(items) => items.iter().map(|&item| item.into()).collect(),
        NoteValue::F64s(items) => items.iter().map(|&item| item.into()).collect(),
        _ => return value.to_string() == text,
    };
    let Some(inside) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) else { return false };
    let written: Vec<&str> = inside.split(',').map(str::trim).filter(|_| !inside.trim().is_empty()).collect();
    let same = |(number, written): (&NoteValue, &&str)| {
        Number::of(number).is_some_and(|number| by_number(Comparison::Equal, number, written) == Some(true))
    };
    written.len() == numbers.len() && numbers.iter().zip(&written).all(same)
}

impl FromStr for NoteCondition {
    type Err = Error;

    /// Reads it as it is written. The first character of a comparison ends the key.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] without a key.
    fn from_str(text: &str) -> Result<Self> {
        let at = text.find(['=', '<', '>', '!']);
        let found = at.and_then(|at| {
            let (key, rest) = text.split_at(at);
            let (sign, comparison) = Comparison::ALL.into_iter().find(|(sign, _)| rest.starts_with(sign))?;
            Some((key, Some((comparison, rest[sign.len()..].trim().to_owned()))))
        });
        let (key, compared) = found.unwrap_or((text, None));
        let key = key.trim().to_owned();
        if key.is_empty() || (at.is_some() && compared.is_none()) {
            let expected = "a key, or a key, one of = != < <= > >=, and a value";
            return Err(Error::invalid("the condition on notes", expected, format!("{text:?}")));
        }
        Ok(Self { key, compared })
    }
}

/// As it is read, without spaces.
impl fmt::Display for NoteCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key)?;
        let Some((comparison, value)) = &self.compared else { return Ok(()) };
        let sign = Comparison::ALL.iter().rev().find(|(_, known)| known == comparison).map_or("", |(sign, _)| sign);
        write!(f, "{sign}{value}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(condition: &str, value: impl Into<NoteValue>) -> Option<bool> {
        condition.parse::<NoteCondition>().unwrap().holds(&value.into())
    }

    #[test]
    fn numbers_are_compared_as_numbers_whatever_their_types() {
        let yes = Some(true);
        assert_eq!([holds("lr=0.05", 0.05_f32), holds("lr == 5e-2", 0.05), holds("n=1.0", 1)], [yes; 3]);
        assert_eq!([holds("n<10", 9), holds("n>=9007199254740993", (1_u64 << 53) + 1), holds("n!=adam", 9)], [yes; 3]);
        assert_eq!(holds("n<=9007199254740992.0", (1_u64 << 53) + 1), Some(false));
        assert_eq!([holds("n<adam", 9), holds("n=adam", 9)], [None, Some(false)]);
    }

    #[test]
    fn nan_is_nan_and_neither_more_nor_less() {
        assert_eq!([holds("lr=NaN", f64::NAN), holds("lr!=1", f32::NAN)], [Some(true); 2]);
        let signs = ["lr=1", "lr<1", "lr<=1", "lr>1", "lr>=1", "lr>=inf"];
        assert_eq!(signs.map(|sign| holds(sign, f64::NAN)), [Some(false); 6]);
        assert_eq!([holds("lr>=NaN", 1.0), holds("lr<=NaN", 1.0)], [Some(false); 2]);
    }

    #[test]
    fn texts_are_equal_by_their_characters_and_ordered_as_what_they_are() {
        assert_eq!([holds("version=1.1", "1.10"), holds("version!=1.1", "1.10")], [Some(false), Some(true)]);
        assert_eq!([holds("lr>=0.01", "5e-2"), holds("day>=2026-11-01", "2026-11-02")], [Some(true); 2]);
        assert_eq!([holds("lr>=0.01", "auto"), holds("day<auto", "7")], [None; 2]);
        assert_eq!([holds("why=", ""), holds("why=a=b", "a=b"), holds("why", "")], [Some(true); 3]);
    }

    #[test]
    fn truth_values_and_lists_are_equal_or_not() {
        assert_eq!([holds("nesterov=true", true), holds("nesterov!=true", false)], [Some(true); 2]);
        assert_eq!(
            [holds("units=[64,32.0]", [64, 32]), holds("betas = [0.9, 0.999]", [0.9_f32, 0.999])],
            [Some(true); 2]
        );
        assert_eq!([holds("units=[ ]", Vec::<f64>::new()), holds("names=[\"a\"]", ["a"])], [Some(true); 2]);
        assert_eq!(
            [holds("units=[64]", [64, 32]), holds("units=64", [64]), holds("units=[,]", [64])],
            [Some(false); 3]
        );
        assert_eq!([holds("nesterov<true", false), holds("units>[1]", [2])], [None; 2]);
    }

    #[test]
    fn conditions_are_written_as_they_are_read() {
        for text in ["seed", "a=b", "a!=b", "a<1", "a<=1", "a>1", "a>=1", "gr\u{fc}\u{df}e=\u{2713} yes", "a==b"] {
            let read: NoteCondition = text.parse().unwrap();
            assert_eq!(read.to_string(), text.replace("==", "="));
            assert_eq!(read.to_string().parse::<NoteCondition>().unwrap(), read);
        }
        for text in ["", "  ", "=1", " >= 1", "a!b"] {
            assert!(text.parse::<NoteCondition>().unwrap_err().to_string().contains(&format!("{text:?}")));
        }
    }
}
