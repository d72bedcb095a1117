//! Answers: the length of a JSON text, the text, and behind it arrays of `f32`, from the next multiple of four bytes on.

use serde::Serialize;
use serde_json::{Map, Value, json};
use training_replay::{Error, Matrix, Result, to_row_major};

/// What a request is answered with.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    fields: Map<String, Value>,
    arrays: Vec<Value>,
    bytes: Vec<u8>,
}

impl Reply {
    /// Adds a field of the JSON object.
    pub(crate) fn with(mut self, name: &str, value: impl Serialize) -> Result<Self> {
        self.fields.insert(name.into(), serde_json::to_value(value).map_err(Error::other)?);
        Ok(self)
    }

    /// Adds a field, or under `no_` and its name why there is none.
    pub(crate) fn or_why(self, name: &str, value: Result<impl Serialize>) -> Result<Self> {
        match value {
            Ok(value) => self.with(name, value),
            Err(error) => self.with(name, Value::Null)?.with(&format!("no_{name}"), error.to_string()),
        }
    }

    /// Adds an array, row by row.
    pub(crate) fn array(self, name: &str, matrix: &Matrix) -> Self {
        let (rows, columns) = matrix.shape();
        self.values(name, [rows, columns], &to_row_major(matrix))
    }

    /// Adds an array of these values.
    pub(crate) fn values(mut self, name: &str, shape: [usize; 2], values: &[f32]) -> Self {
        let start = self.bytes.len();
        self.bytes.resize(start + 4 * values.len(), 0);
        let (room, _) = self.bytes[start..].as_chunks_mut();
        room.iter_mut().zip(values).for_each(|(bytes, value)| *bytes = value.to_le_bytes());
        self.arrays.push(json!({ "name": name, "shape": shape }));
        self
    }

    /// Adds the bytes of a file, which are all that is behind the text.
    pub(crate) fn file(mut self, bytes: Vec<u8>) -> Self {
        self.fields.insert("length".into(), bytes.len().into());
        Self { bytes, ..self }
    }

    /// The bytes of the answer, or of the error.
    pub(crate) fn encode(result: Result<Self>) -> Vec<u8> {
        let (text, bytes) = match result {
            Ok(Self { fields, arrays, bytes }) => (json!({ "answer": fields, "arrays": arrays }), bytes),
            Err(error) => (json!({ "error": { "kind": kind(&error), "message": error.to_string() } }), Vec::new()),
        };
        let text = text.to_string();
        let mut all = Vec::new();
        if all.try_reserve_exact(text.len() + bytes.len() + 8).is_err() {
            return Self::encode(Err(no_room(bytes.len())));
        }
        all.extend((text.len() as u32).to_le_bytes());
        all.extend_from_slice(text.as_bytes());
        all.resize(all.len().next_multiple_of(4), 0);
        all.extend(bytes);
        all
    }
}

/// A number as it stands in an answer: JSON has none that are not finite, and these stand by the names that JavaScript has for them.
pub(crate) fn number(value: impl Into<f64>) -> Value {
    match value.into() {
        value if value.is_nan() => json!("NaN"),
        f64::INFINITY => json!("Infinity"),
        f64::NEG_INFINITY => json!("-Infinity"),
        value => json!(value),
    }
}

/// That there is no memory for so many bytes.
pub(crate) fn no_room(bytes: usize) -> Error {
    Error::Invalid {
        what: "the size of the answer".into(),
        expected: "one that there is memory for in this page: close other recordings".into(),
        found: format!("{bytes} bytes"),
    }
}

fn kind(error: &Error) -> &'static str {
    match error {
        Error::Io { .. } => "io",
        Error::NotARecording { .. } | Error::NotStarted { .. } | Error::UnsupportedVersion { .. } => "not a recording",
        Error::Corrupted { .. } => "corrupted",
        Error::UnknownLayer { .. } | Error::UnknownEpoch { .. } | Error::UnknownStep { .. } => "unknown",
        Error::Missing { .. } => "missing",
        _ => "invalid",
    }
}
