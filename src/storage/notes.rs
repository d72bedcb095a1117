//! The notes of a recording: texts in the order they were given, and the values of those that are more than a text.
//!
//! Those of the beginning are in the manifest, those of a run that was gone on with in records of their own. Every reader has
//! the texts; the values lie behind the fields that older readers know. `docs/format.md` has the bytes, under "Notes".

use serde::{Deserialize, Serialize};

use crate::{Error, NoteValue, Result, codec};

/// Notes in the order they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Notes {
    /// Keys and texts, of every one.
    texts: Vec<(String, String)>,
    /// The places and values of those that are no texts, in their order.
    values: Vec<(usize, NoteValue)>,
}

impl Notes {
    pub(crate) fn push(&mut self, key: String, value: NoteValue) {
        match value {
            NoteValue::Text(text) => self.texts.push((key, text)),
            value => {
                let text = value.to_string();
                self.values.push((self.texts.len(), value));
                self.texts.push((key, text));
            }
        }
    }

    /// Adds others behind these.
    pub(crate) fn append(&mut self, others: Self) {
        let before = self.texts.len();
        self.texts.extend(others.texts);
        self.values.extend(others.values.into_iter().map(|(place, value)| (before + place, value)));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Returns keys and texts.
    pub(crate) fn texts(&self) -> &[(String, String)] {
        &self.texts
    }

    /// Returns keys and values.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&str, NoteValue)> {
        (0..self.texts.len()).map(|place| (self.texts[place].0.as_str(), self.value(place)))
    }

    /// Returns the value that a key was given last.
    pub(crate) fn newest(&self, key: &str) -> Option<NoteValue> {
        self.texts.iter().rposition(|(known, _)| known == key).map(|place| self.value(place))
    }

    fn value(&self, place: usize) -> NoteValue {
        match self.values.binary_search_by_key(&place, |(place, _)| *place) {
            Ok(at) => self.values[at].1.clone(),
            Err(_) => self.texts[place].1.as_str().into(),
        }
    }

    /// Returns the values as they lie behind the texts.
    pub(crate) fn encode_values(&self) -> Vec<EncodedValue> {
        self.values.iter().map(|(place, value)| EncodedValue::of(*place as u64, value)).collect()
    }

    /// Returns notes of texts, and of values as they lie behind them; one of a type of a later version is its text.
    pub(crate) fn decode(texts: Vec<(String, String)>, encoded: Vec<EncodedValue>) -> Result<Self, String> {
        let (mut values, mut free) = (Vec::with_capacity(encoded.len()), 0);
        for value in encoded {
            let place = usize::try_from(value.place).unwrap_or(usize::MAX);
            if place < free || place >= texts.len() {
                return Err(format!("a value is of note {place}, of {}, or not behind the one before", texts.len()));
            }
            free = place + 1;
            if !value.is_known() {
                continue;
            }
            let known = value.value().ok_or_else(|| format!("the value of note {place} is not whole"))?;
            values.push((place, known));
        }
        Ok(Self { texts, values })
    }
}

/// The value of a note. The order of the fields is the format.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EncodedValue {
    /// Which note it is of.
    place: u64,
    kind: u8,
    bytes: Vec<u8>,
}

/// Types in files are explicit, and no number is ever given another meaning. 0 is a text, which is not listed.
const BOOL: u8 = 1;
const INTEGER: u8 = 2;
const F32: u8 = 3;
const F64: u8 = 4;
/// Added to the type of a list's items.
const LIST: u8 = 16;

impl EncodedValue {
    fn of(place: u64, value: &NoteValue) -> Self {
        let (kind, bytes) = match value {
            NoteValue::Text(text) => (0, text.clone().into_bytes()),
            NoteValue::Bool(value) => (BOOL, vec![(*value).into()]),
            NoteValue::Integer(value) => (INTEGER, value.to_le_bytes().into()),
            NoteValue::F32(value) => (F32, value.to_le_bytes().into()),
            NoteValue::F64(value) => (F64, value.to_le_bytes().into()),
            NoteValue::Texts(items) => (LIST, items.iter().flat_map(|item| text_bytes(item)).collect()),
            NoteValue::Bools(items) => (LIST + BOOL, items.iter().map(|&item| item.into()).collect()),
            NoteValue::Integers(items) => (LIST + INTEGER, items.iter().flat_map(|item| item.to_le_bytes()).collect()),
            NoteValue::F32s(items) => (LIST + F32, items.iter().flat_map(|item| item.to_le_bytes()).collect()),
            NoteValue::F64s(items) => (LIST + F64, items.iter().flat_map(|item| item.to_le_bytes()).collect()),
        };
        Self { place, kind, bytes }
    }

    /// Whether the type is not one of a later version.
    fn is_known(&self) -> bool {
        (BOOL..=F64).contains(&self.kind) || (LIST..=LIST + F64).contains(&self.kind)
    }

    /// The value, if the bytes are one of a type that is known.
    fn value(&self) -> Option<NoteValue> {
        Some(match self.kind {
            BOOL => NoteValue::Bool(only(bools(&self.bytes)?)?),
            INTEGER => NoteValue::Integer(only(numbers(&self.bytes, i128::from_le_bytes)?)?),
            F32 => NoteValue::F32(only(numbers(&self.bytes, f32::from_le_bytes)?)?),
            F64 => NoteValue::F64(only(numbers(&self.bytes, f64::from_le_bytes)?)?),
            LIST => NoteValue::Texts(texts(&self.bytes)?),
            _ if self.kind == LIST + BOOL => NoteValue::Bools(bools(&self.bytes)?),
            _ if self.kind == LIST + INTEGER => NoteValue::Integers(numbers(&self.bytes, i128::from_le_bytes)?),
            _ if self.kind == LIST + F32 => NoteValue::F32s(numbers(&self.bytes, f32::from_le_bytes)?),
            _ if self.kind == LIST + F64 => NoteValue::F64s(numbers(&self.bytes, f64::from_le_bytes)?),
            _ => return None,
        })
    }
}

fn only<T: Copy>(items: Vec<T>) -> Option<T> {
    items.first().copied().filter(|_| items.len() == 1)
}

fn bools(bytes: &[u8]) -> Option<Vec<bool>> {
    bytes.iter().map(|&byte| if byte > 1 { None } else { Some(byte == 1) }).collect()
}

fn numbers<T, const N: usize>(bytes: &[u8], of: impl Fn([u8; N]) -> T) -> Option<Vec<T>> {
    let (numbers, rest) = bytes.as_chunks::<N>();
    rest.is_empty().then(|| numbers.iter().map(|&number| of(number)).collect())
}

/// A text as the format has it: its length and its bytes.
fn text_bytes(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
}

fn texts(mut bytes: &[u8]) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<8>() {
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (text, behind) = rest.split_at_checked(length)?;
        texts.push(str::from_utf8(text).ok()?.to_owned());
        bytes = behind;
    }
    bytes.is_empty().then_some(texts)
}

/// Returns the meta of a NOTES record.
pub(crate) fn encode_notes(notes: &Notes) -> Result<Vec<u8>> {
    let (texts, values) = (notes.texts(), notes.encode_values());
    // Without values it is what older versions wrote.
    let bytes = if values.is_empty() { codec::encode(&texts) } else { codec::encode(&(texts, values)) };
    bytes.map_err(|reason| Error::invalid("the size of the notes", codec::AT_MOST, reason))
}

/// Returns the notes in the meta of a NOTES record, if they are some.
pub(crate) fn decode_notes(bytes: &[u8]) -> Option<Notes> {
    let texts: Vec<(String, String)> = codec::decode_prefix(bytes).ok()?;
    let mut later = codec::behind(&texts, bytes).ok()?;
    Notes::decode(texts, codec::take_next(&mut later).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_type() -> Notes {
        let values: [NoteValue; 12] = [
            "a text".into(),
            true.into(),
            i64::MIN.into(),
            u64::MAX.into(),
            f32::from_bits(0x7fa0_1234).into(),
            (-0.0).into(),
            ["", "\u{2713}"].into(),
            Vec::<&str>::new().into(),
            [true, false].into(),
            [i128::MIN, 0, i128::MAX].into(),
            [f32::MIN_POSITIVE / 2.0].into(),
            [f64::from_bits(0x7ff4_0000_0000_1234), f64::MAX].into(),
        ];
        let mut notes = Notes::default();
        values.into_iter().enumerate().for_each(|(at, value)| notes.push(format!("note {at}"), value));
        notes
    }

    #[test]
    fn values_of_every_type_come_back_bit_for_bit_and_their_texts_where_they_were() {
        let notes = every_type();
        let bytes = encode_notes(&notes).unwrap();
        assert_eq!(decode_notes(&bytes), Some(notes.clone()));
        assert!(bytes.starts_with(&codec::encode(&notes.texts()).unwrap()), "as a reader of format 1.1 takes them");
        let older = decode_notes(&codec::encode(&notes.texts()).unwrap()).unwrap();
        assert_eq!((older.texts(), older.values.len()), (notes.texts(), 0));
    }

    #[test]
    fn notes_behind_others_keep_their_values() {
        let mut notes = every_type();
        notes.append(every_type());
        let once = every_type();
        assert!(notes.iter().eq(once.iter().chain(once.iter())));
        assert_eq!(notes.newest("note 3"), Some(u64::MAX.into()));
        assert_eq!(notes.newest("note"), None);
    }

    #[test]
    fn the_bytes_are_the_documented_ones() {
        let mut notes = Notes::default();
        notes.push("a".into(), "b".into());
        notes.push("c".into(), [1.5_f32, -1.0].into());
        let value = [&1_u64.to_le_bytes()[..], &[19], &8_u64.to_le_bytes(), &[0, 0, 0xc0, 0x3f, 0, 0, 0x80, 0xbf]];
        let expected = [codec::encode(&notes.texts()).unwrap(), 1_u64.to_le_bytes().into(), value.concat()].concat();
        assert_eq!(encode_notes(&notes).unwrap(), expected);
    }

    fn decoded(place: u64, kind: u8, bytes: &[u8]) -> Result<NoteValue, String> {
        let texts = vec![("a".to_owned(), "text".to_owned())];
        Notes::decode(texts, vec![EncodedValue { place, kind, bytes: bytes.into() }]).map(|notes| notes.value(0))
    }

    #[test]
    fn values_that_are_not_whole_or_of_no_note_are_refused() {
        let long = [&u64::MAX.to_le_bytes()[..], b"ab"].concat();
        let bad: [(u8, &[u8]); 12] = [
            (1, &[]),
            (1, &[2]),
            (1, &[1, 0]),
            (2, &[0; 8]),
            (3, &[0; 8]),
            (4, &[0; 7]),
            (16, &[0; 7]),
            (16, &long),
            (16, &[1, 0, 0, 0, 0, 0, 0, 0, 0xff]),
            (17, &[0, 2]),
            (18, &[0; 17]),
            (20, &[0; 9]),
        ];
        for (kind, bytes) in bad {
            assert!(decoded(0, kind, bytes).unwrap_err().contains("not whole"), "{kind}, {bytes:?}");
        }
        assert!(decoded(1, 1, &[1]).unwrap_err().contains("of note 1"));
        assert!(decoded(u64::MAX, 1, &[1]).is_err());
        let twice = vec![EncodedValue { place: 0, kind: 1, bytes: vec![1] }; 2];
        assert!(Notes::decode(vec![(String::new(), String::new())], twice).is_err());
    }

    #[test]
    fn a_value_of_a_type_of_a_later_version_is_its_text() {
        for kind in [0, 5, 15, 21, 255] {
            assert_eq!(decoded(0, kind, &[1, 2, 3]), Ok("text".into()));
        }
    }
}
