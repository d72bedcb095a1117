//! Tables as text with commas, RFC 4180.
//!
//! A header, then a row a line, each ended by CR LF. A value that is missing is nothing at all, an empty text is `""`. Numbers
//! have the shortest digits that read back as the same number of the column's type; `NaN`, `inf` and `-inf` are as Python's
//! `float` reads them. Lists are JSON in a text.

use std::{fmt::Write as _, io::Write};

use super::{
    batch::Batch,
    cell::CellRef,
    sink::{Layout, Sink},
};
use crate::{Error, Result};

/// A file of a table in CSV.
struct Csv<W> {
    layout: Layout,
    writer: W,
    /// The text of some rows, and again of the next ones.
    text: String,
}

/// Begins a file with its header.
pub(crate) fn begin<'w, W: Write + 'w>(layout: Layout, writer: W) -> Result<Box<dyn Sink<W> + 'w>> {
    let names: Vec<&str> = layout.columns().iter().map(|column| column.name()).collect();
    let mut csv = Csv { layout, writer, text: format!("{}\r\n", names.join(",")) };
    csv.pour()?;
    Ok(Box::new(csv))
}

/// So much text is gathered before it is written.
const AT_ONCE: usize = 1 << 16;

impl<W: Write> Csv<W> {
    fn pour(&mut self) -> Result<()> {
        let written = self.writer.write_all(self.text.as_bytes());
        self.text.clear();
        written.map_err(|source| Error::io(format!("writing the table {}", self.layout.table), source))
    }
}

impl<W: Write> Sink<W> for Csv<W> {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        let columns = self.layout.batch_columns().len();
        for row in 0..batch.rows() {
            if let Some(run) = &self.layout.run {
                field(&mut self.text, CellRef::Text(run));
                self.text.push(',');
            }
            for column in 0..columns {
                if column > 0 {
                    self.text.push(',');
                }
                field(&mut self.text, batch.get(row, column));
            }
            self.text.push_str("\r\n");
            if self.text.len() >= AT_ONCE {
                self.pour()?;
            }
        }
        self.pour()
    }

    fn finish(mut self: Box<Self>) -> Result<W> {
        let flushed = self.writer.flush();
        flushed.map_err(|source| Error::io(format!("writing the table {}", self.layout.table), source))?;
        Ok(self.writer)
    }
}

/// Appends a value. (Writing to a text cannot fail.)
fn field(text: &mut String, cell: CellRef<'_>) {
    let _infallible = match cell {
        CellRef::Null => Ok(()),
        CellRef::I64(number) => write!(text, "{number}"),
        // `Debug` has the shortest digits too, but an exponent where `Display` would write hundreds of zeros.
        CellRef::F64(number) => write!(text, "{number:?}"),
        CellRef::F32(number) => write!(text, "{number:?}"),
        CellRef::Bool(value) => write!(text, "{value}"),
        CellRef::Text(value) => {
            quote(text, value);
            Ok(())
        }
        CellRef::Texts(texts) => {
            quote(text, &list(texts.iter().map(|text| json(text))));
            Ok(())
        }
        CellRef::I64s(numbers) => {
            quote(text, &list(numbers.iter().map(i64::to_string)));
            Ok(())
        }
    };
}

/// Appends a text, in quotes where it is needed or where it would be taken for a missing value.
fn quote(text: &mut String, value: &str) {
    let is_plain = |c: char| !matches!(c, '"' | ',' | '\r' | '\n');
    let edges_are_plain = !value.starts_with(char::is_whitespace) && !value.ends_with(char::is_whitespace);
    if !value.is_empty() && value.chars().all(is_plain) && edges_are_plain {
        text.push_str(value);
    } else {
        text.push('"');
        text.push_str(&value.replace('"', "\"\""));
        text.push('"');
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

/// A text as JSON has it, RFC 8259.
fn json(value: &str) -> String {
    let mut text = String::from('"');
    for c in value.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            c if c < ' ' => text.extend(format!("\\u{:04x}", u32::from(c)).chars()),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}
