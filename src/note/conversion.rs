//! Values of notes from what a program has at hand: texts, numbers, truth values, and lists of them.

use std::borrow::Cow;

use super::value::NoteValue;

/// What a list that is noted may have as its items.
///
/// It is implemented for texts, truth values, integers and numbers, and for nothing else: lists are flat.
pub trait NoteItem: sealed::Sealed + Sized {
    /// Returns the note's value of a list of these.
    #[doc(hidden)]
    fn list(items: Vec<Self>) -> NoteValue;
}

mod sealed {
    pub trait Sealed {}
}

/// Types that are one variant of a value, and the variant of their lists.
macro_rules! values {
    ($($item:ty, $one:ident, $many:ident, $convert:expr;)*) => {$(
        impl From<$item> for NoteValue {
            fn from(value: $item) -> Self {
                Self::$one($convert(value))
            }
        }

        impl sealed::Sealed for $item {}

        impl NoteItem for $item {
            fn list(items: Vec<Self>) -> NoteValue {
                NoteValue::$many(items.into_iter().map($convert).collect())
            }
        }
    )*};
}
values! {
    String, Text, Texts, |text: String| text;
    &str, Text, Texts, |text: &str| text.to_owned();
    &String, Text, Texts, |text: &String| text.clone();
    Cow<'_, str>, Text, Texts, |text: Cow<'_, str>| text.into_owned();
    bool, Bool, Bools, |value: bool| value;
    i8, Integer, Integers, i128::from;
    i16, Integer, Integers, i128::from;
    i32, Integer, Integers, i128::from;
    i64, Integer, Integers, i128::from;
    i128, Integer, Integers, |value: i128| value;
    isize, Integer, Integers, |value: isize| value as i128;
    u8, Integer, Integers, i128::from;
    u16, Integer, Integers, i128::from;
    u32, Integer, Integers, i128::from;
    u64, Integer, Integers, i128::from;
    usize, Integer, Integers, |value: usize| value as i128;
    f32, F32, F32s, |value: f32| value;
    f64, F64, F64s, |value: f64| value;
}

impl<T: NoteItem> From<Vec<T>> for NoteValue {
    fn from(items: Vec<T>) -> Self {
        T::list(items)
    }
}

impl<T: NoteItem + Clone> From<&[T]> for NoteValue {
    fn from(items: &[T]) -> Self {
        T::list(items.to_vec())
    }
}

impl<T: NoteItem + Clone> From<&Vec<T>> for NoteValue {
    fn from(items: &Vec<T>) -> Self {
        T::list(items.clone())
    }
}

impl<T: NoteItem, const N: usize> From<[T; N]> for NoteValue {
    fn from(items: [T; N]) -> Self {
        T::list(items.into())
    }
}

impl<T: NoteItem + Clone, const N: usize> From<&[T; N]> for NoteValue {
    fn from(items: &[T; N]) -> Self {
        T::list(items.to_vec())
    }
}

impl From<&Self> for NoteValue {
    fn from(value: &Self) -> Self {
        value.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_every_type_are_one_type() {
        let all: [NoteValue; 5] = [5_u8.into(), 5_i16.into(), 5_usize.into(), 5_i64.into(), 5_u64.into()];
        assert!(all.iter().all(|value| *value == NoteValue::Integer(5)));
        assert_eq!(NoteValue::from(i64::MIN), NoteValue::Integer(-(1 << 63)));
        assert_eq!(NoteValue::from([u64::MAX]), NoteValue::Integers(vec![(1 << 64) - 1]));
    }

    #[test]
    fn lists_are_made_of_whatever_holds_their_items() {
        let texts = NoteValue::Texts(vec!["a".into(), "b".into()]);
        assert_eq!(NoteValue::from(["a", "b"]), texts);
        assert_eq!(NoteValue::from(&["a".to_owned(), "b".to_owned()]), texts);
        assert_eq!(NoteValue::from(vec![0.5_f32]), NoteValue::F32s(vec![0.5]));
        assert_eq!(NoteValue::from(&vec![true]), NoteValue::Bools(vec![true]));
        assert_eq!(NoteValue::from(&[1, 2][..]), NoteValue::Integers(vec![1, 2]));
    }
}
