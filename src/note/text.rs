//! The text of a note's value: what a reader shows, and what one that knows no types has of it.

use std::fmt;

use super::value::NoteValue;

/// The shortest digits that are read as the same number again; a list in brackets, the texts in it in quotes.
///
/// ```
/// use training_replay::NoteValue;
///
/// let texts = [1.0, 1e-9, f64::NEG_INFINITY].map(|value| NoteValue::from(value).to_string());
/// assert_eq!(texts, ["1.0", "1e-9", "-inf"]);
/// assert_eq!(NoteValue::from(["a", "b \"c\""]).to_string(), r#"["a", "b \"c\""]"#);
/// ```
impl fmt::Display for NoteValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.pad(text),
            Self::Bool(value) => f.pad(if *value { "true" } else { "false" }),
            Self::Integer(value) => value.fmt(f),
            // A precision would round the number.
            Self::F32(value) => write!(f, "{value:?}"),
            Self::F64(value) => write!(f, "{value:?}"),
            Self::Texts(items) => list(f, items),
            Self::Bools(items) => list(f, items),
            Self::Integers(items) => list(f, items),
            Self::F32s(items) => list(f, items),
            Self::F64s(items) => list(f, items),
        }
    }
}

fn list<T: fmt::Debug>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
    f.write_str("[")?;
    for (place, item) in items.iter().enumerate() {
        f.write_str(if place == 0 { "" } else { ", " })?;
        write!(f, "{item:?}")?;
    }
    f.write_str("]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_digits_that_they_need_and_are_read_as_the_same() {
        for value in [0.05, -0.0, 1e16, 5e-324, f64::MAX, 0.1 + 0.2, -1.0 / 3.0] {
            let text = NoteValue::from(value).to_string();
            assert_eq!(text.parse::<f64>().unwrap().to_bits(), value.to_bits(), "{text}");
        }
        for value in [0.05_f32, -0.0, 16_777_216.0, 1e-45, f32::MAX, 0.1 + 0.2] {
            let text = NoteValue::from(value).to_string();
            assert_eq!(text.parse::<f32>().unwrap().to_bits(), value.to_bits(), "{text}");
        }
    }

    #[test]
    fn every_type_has_its_text() {
        let all: [NoteValue; 8] = [
            "\u{e9}\n".into(),
            true.into(),
            i64::MIN.into(),
            f32::NAN.into(),
            [false, true].into(),
            [0.5_f32, f32::INFINITY].into(),
            Vec::<i8>::new().into(),
            ["\n"].into(),
        ];
        let texts =
            ["\u{e9}\n", "true", "-9223372036854775808", "NaN", "[false, true]", "[0.5, inf]", "[]", "[\"\\n\"]"];
        assert_eq!(all.map(|value| value.to_string()), texts);
    }
}
