//! Notes in JSON: the texts, and beside them the values with their types.

use serde_json::{Value, json};
use training_replay::{NoteValue, Replay};

use crate::numbers::number;

/// The key, type and value of each.
pub fn documents<'a>(notes: impl Iterator<Item = (&'a str, NoteValue)>) -> Vec<Value> {
    let document =
        |(key, value): (&str, NoteValue)| json!({ "key": key, "type": value.type_name(), "value": json_of(&value) });
    notes.map(document).collect()
}

/// The same of a recording.
pub fn of(replay: &Replay) -> Vec<Value> {
    documents(replay.metadata().typed())
}

/// A value as JSON has it: integers beyond 64 bits and numbers that are not finite are texts.
pub fn json_of(value: &NoteValue) -> Value {
    match value {
        NoteValue::Bool(value) => json!(value),
        NoteValue::Integer(value) => integer(*value),
        NoteValue::F32(_) | NoteValue::F64(_) => value.number().map_or(Value::Null, number),
        NoteValue::Texts(items) => json!(items),
        NoteValue::Bools(items) => json!(items),
        NoteValue::Integers(items) => items.iter().map(|&item| integer(item)).collect(),
        NoteValue::F32s(items) => items.iter().map(|&item| json_of(&item.into())).collect(),
        NoteValue::F64s(items) => items.iter().map(|&item| number(item)).collect(),
        other => json!(other.to_string()),
    }
}

fn integer(value: i128) -> Value {
    let small = i64::try_from(value).map(Value::from);
    small.or_else(|_| u64::try_from(value).map(Value::from)).unwrap_or_else(|_| json!(value.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbers_where_json_has_them_and_texts_elsewhere() {
        let values: [NoteValue; 9] = [
            0.05_f32.into(),
            f64::NAN.into(),
            u64::MAX.into(),
            i64::MIN.into(),
            i128::MAX.into(),
            true.into(),
            ["a", "\""].into(),
            [0.1_f32, f32::INFINITY].into(),
            Vec::<u8>::new().into(),
        ];
        let found = values.map(|value| json_of(&value).to_string());
        let expected = [
            "0.05",
            "\"NaN\"",
            "18446744073709551615",
            "-9223372036854775808",
            "\"170141183460469231731687303715884105727\"",
            "true",
            r#"["a","\""]"#,
            r#"[0.1,"Infinity"]"#,
            "[]",
        ];
        assert_eq!(found, expected);
    }
}
