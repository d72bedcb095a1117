//! Tables as JSON lines: an object for each row, with every column.

use std::io::Write;

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    batch::Batch,
    cell::CellRef,
    sink::{Layout, Sink},
};
use crate::{Error, Result, serial::Plain};

/// A file of a table as JSON lines.
struct JsonLines<W> {
    layout: Layout,
    writer: W,
    /// Some rows, and again the next ones.
    bytes: Vec<u8>,
}

/// So many bytes are gathered before they are written.
const AT_ONCE: usize = 1 << 16;

/// Begins a file.
#[allow(clippy::unnecessary_wraps, reason = "other formats fail here")]
pub(crate) fn begin<'w, W: Write + 'w>(layout: Layout, writer: W) -> Result<Box<dyn Sink<W> + 'w>> {
    Ok(Box::new(JsonLines { layout, writer, bytes: Vec::new() }))
}

/// One row of a batch.
struct Row<'a> {
    layout: &'a Layout,
    batch: &'a Batch,
    place: usize,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.layout.columns().len()))?;
        if let Some(run) = &self.layout.run {
            object.serialize_entry("run", run)?;
        }
        for (column, definition) in self.layout.batch_columns().iter().enumerate() {
            object.serialize_entry(definition.name(), &self.batch.get(self.place, column))?;
        }
        object.end()
    }
}

impl Serialize for CellRef<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::I64(number) => serializer.serialize_i64(*number),
            Self::F64(number) => number.plain(serializer),
            Self::F32(number) => number.plain(serializer),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Texts(texts) => texts.serialize(serializer),
            Self::I64s(numbers) => numbers.serialize(serializer),
        }
    }
}

impl<W: Write> JsonLines<W> {
    fn pour(&mut self) -> Result<()> {
        let written = self.writer.write_all(&self.bytes);
        self.bytes.clear();
        written.map_err(|source| failed(&self.layout, source))
    }
}

fn failed(layout: &Layout, source: impl Into<std::io::Error>) -> Error {
    Error::io(format!("writing the table {}", layout.table), source.into())
}

impl<W: Write> Sink<W> for JsonLines<W> {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        for row in 0..batch.rows() {
            let line = Row { layout: &self.layout, batch, place: row };
            serde_json::to_writer(&mut self.bytes, &line).map_err(|source| failed(&self.layout, source))?;
            self.bytes.push(b'\n');
            if self.bytes.len() >= AT_ONCE {
                self.pour()?;
            }
        }
        self.pour()
    }

    fn finish(mut self: Box<Self>) -> Result<W> {
        self.writer.flush().map_err(|source| failed(&self.layout, source))?;
        Ok(self.writer)
    }
}
