//! Numbers and matrices for serde: what is NaN or infinite by name, matrices as lists of rows.
//!
//! JSON has no numbers for NaN and the infinities, and serde_json writes `null` for them, which says something else. Formats that
//! people read get the texts of the [JSON mapping of protocol buffers](https://protobuf.dev/programming-guides/json/), `"NaN"`,
//! `"Infinity"` and `"-Infinity"`; binary formats get the number itself.

use std::{fmt::Display, ops::RangeInclusive};

use nalgebra::{DMatrix, Scalar};
use serde::{Serialize, Serializer, ser::SerializeTuple};

/// What is written by the rules of this file: numbers, and what is made of them.
pub(crate) trait Plain {
    fn plain<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

/// For the fields of results: `serde(serialize_with = "plain")`.
pub(crate) fn plain<T: Plain + ?Sized, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    value.plain(serializer)
}

/// As its own text: the types of arrays, say.
pub(crate) fn in_words<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// As its own text, or null where it is missing: losses, say.
#[allow(clippy::ref_option, reason = "what serde hands over")]
pub(crate) fn in_words_or_null<T: Display, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}

/// What serde is handed for each part of something.
pub(crate) struct Part<'a, T: ?Sized>(pub(crate) &'a T);

impl<T: Plain + ?Sized> Serialize for Part<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.plain(serializer)
    }
}

/// The name of a number that has none in JSON.
fn name(number: f64) -> Option<&'static str> {
    match number {
        number if number.is_nan() => Some("NaN"),
        f64::INFINITY => Some("Infinity"),
        f64::NEG_INFINITY => Some("-Infinity"),
        _ => None,
    }
}

impl Plain for f64 {
    fn plain<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match name(*self).filter(|_| serializer.is_human_readable()) {
            Some(name) => serializer.serialize_str(name),
            None => serializer.serialize_f64(*self),
        }
    }
}

impl Plain for f32 {
    fn plain<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match name(f64::from(*self)).filter(|_| serializer.is_human_readable()) {
            Some(name) => serializer.serialize_str(name),
            None => serializer.serialize_f32(*self),
        }
    }
}

/// What is already written as it shall be.
macro_rules! as_it_is {
    ($($type:ty),+) => {
        $(impl Plain for $type {
            fn plain<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.serialize(serializer)
            }
        })+
    };
}

as_it_is!(bool, u32, u64, usize, String);

impl<T: Plain> Plain for Option<T> {
    fn plain<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(value) => serializer.serialize_some(&Part(value)),
            None => serializer.serialize_none(),
        }
    }
}

impl<T: Plain> Plain for [T] {
    fn plain<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Part))
    }
}

impl<T: Plain> Plain for Vec<T> {
    fn plain<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_slice().plain(serializer)
    }
}

impl<A: Plain, B: Plain> Plain for (A, B) {
    fn plain<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut pair = serializer.serialize_tuple(2)?;
        pair.serialize_element(&Part(&self.0))?;
        pair.serialize_element(&Part(&self.1))?;
        pair.end()
    }
}

impl<T: Plain, const N: usize> Plain for [T; N] {
    fn plain<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_slice().plain(serializer)
    }
}

/// Its two ends.
impl<T: Plain> Plain for RangeInclusive<T> {
    fn plain<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut ends = serializer.serialize_tuple(2)?;
        ends.serialize_element(&Part(self.start()))?;
        ends.serialize_element(&Part(self.end()))?;
        ends.end()
    }
}

/// A list of its rows.
impl<T: Plain + Scalar> Plain for DMatrix<T> {
    fn plain<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((0..self.nrows()).map(|row| Row(self, row)))
    }
}

/// A row of a matrix, by its number.
struct Row<'a, T>(&'a DMatrix<T>, usize);

impl<T: Plain + Scalar> Serialize for Row<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.row(self.1).iter().map(Part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Matrix;

    fn json<T: Plain>(value: &T) -> String {
        serde_json::to_string(&Part(value)).unwrap()
    }

    #[test]
    fn what_json_has_no_number_for_is_said_by_name_and_never_null() {
        assert_eq!(
            json(&vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0]),
            r#"["NaN","Infinity","-Infinity",-0.0]"#
        );
        assert_eq!(json(&(Some(f32::NAN), None::<f32>)), r#"["NaN",null]"#);
        assert_eq!(json(&[0.1_f32, 1e30]), "[0.1,1e+30]"); // the shortest that reads back as the same f32
    }

    #[test]
    fn a_matrix_is_a_list_of_rows_also_without_any() {
        assert_eq!(
            json(&Matrix::from_row_slice(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])),
            "[[1.0,2.0,3.0],[4.0,5.0,6.0]]"
        );
        assert_eq!(json(&Matrix::zeros(0, 3)), "[]");
        assert_eq!(json(&Matrix::zeros(2, 0)), "[[],[]]");
        assert_eq!(json(&(0.5_f32..=2.0)), "[0.5,2.0]");
    }

    #[test]
    fn binary_formats_get_the_numbers_themselves() {
        let bytes = crate::codec::encode(&Part(&f64::NAN)).unwrap();
        assert_eq!(bytes, f64::NAN.to_le_bytes());
    }
}
