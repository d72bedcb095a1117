//! A file of texts as it was written: every entry in its place, also those that are there twice.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};

/// What stands behind a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Text(String),
    /// In the order of the file.
    Entries(Vec<(String, Entry)>),
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EntryVisitor)
    }
}

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text in quotes, or more of them in braces")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Entry, E> {
        Ok(Entry::Text(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Entry::Entries(entries))
    }
}

impl Entry {
    /// The entries of braces, or nothing of a text.
    pub(super) fn entries(self) -> Option<Vec<(String, Self)>> {
        if let Self::Entries(entries) = self { Some(entries) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_twice_is_read_twice_and_numbers_are_none() {
        let read = |text: &str| serde_json::from_str::<Entry>(text);
        let entries = read(r#"{"a": "x", "a": {"b": "y"}}"#).unwrap().entries().unwrap();
        let names: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "a"]);
        let error = read(r#"{"a": 1}"#).unwrap_err().to_string();
        assert!(error.contains("expected a text in quotes") && error.contains("line 1"), "{error}");
        for text in ["", "[", "null", "[\"a\"]", "{\"a\"}", &"{\"a\":".repeat(100_000)] {
            assert!(read(text).is_err(), "{}", &text[..text.len().min(20)]);
        }
    }
}
