//! The text of a table, and its lines with what errors need to name them.

use csv::{Position, StringRecord};

use crate::{Error, Result, math::matrix};

/// The bytes of the table, to find a line again.
pub(super) struct Text<'t>(pub(super) &'t [u8]);

impl Text<'_> {
    /// The number of the line that a record begins in. The reader's own would be that of the blank lines before it.
    fn line(&self, position: Option<&Position>) -> usize {
        let before = position.and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(0);
        let blank =
            self.0.get(before..).unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        1 + self.0.iter().take(before + blank).filter(|&&byte| byte == b'\n').count()
    }

    /// Fails for a quote that is not closed, or closed within a field: what lies behind it would be taken for text.
    pub(super) fn expect_closed_quotes(&self, delimiter: u8) -> Result<()> {
        let ends = |at: usize| self.0.get(at).is_none_or(|&byte| byte == delimiter || matches!(byte, b'\r' | b'\n'));
        let (mut opened, mut at) = (None, 0);
        while let Some(&byte) = self.0.get(at) {
            match (opened, byte) {
                (None, b'"') if at == 0 || ends(at - 1) => opened = Some(at),
                (Some(_), b'"') if self.0.get(at + 1) == Some(&b'"') => at += 1,
                (Some(_), b'"') if ends(at + 1) => opened = None,
                (Some(start), b'"') => return Err(self.unclosed(start)),
                _ => {}
            }
            at += 1;
        }
        opened.map_or(Ok(()), |start| Err(self.unclosed(start)))
    }

    fn unclosed(&self, start: usize) -> Error {
        let line = self.0[..start].split(|&byte| byte == b'\n').count();
        let expected = "closed before the next field begins";
        Error::invalid(format!("a quote in line {line} of the table"), expected, "open")
    }

    pub(super) fn failed(&self, error: csv::Error) -> Error {
        let what = format!("line {} of the table", self.line(error.position()));
        match error.into_kind() {
            csv::ErrorKind::Io(source) => Error::io("reading a table", source),
            csv::ErrorKind::Utf8 { .. } => Error::invalid(what, "UTF-8 text", "other bytes"),
            kind => Error::invalid(what, "CSV", format!("{kind:?}")),
        }
    }
}

/// A line of the table, with what errors need to name it.
pub(super) struct Line<'r> {
    text: &'r Text<'r>,
    record: &'r StringRecord,
    header: &'r [String],
}

impl<'r> Line<'r> {
    pub(super) fn new(text: &'r Text<'r>, record: &'r StringRecord, header: &'r [String]) -> Result<Self> {
        let line = Self { text, record, header };
        if record.len() == header.len() {
            return Ok(line);
        }
        let (what, expected) = (format!("the number of fields in line {}", line.number_in_file()), header.len());
        Err(Error::invalid(what, format!("{expected}, as in the header"), record.len()))
    }

    pub(super) fn number(&self, column: usize) -> Result<f32> {
        let text = self.record[column].trim();
        let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
        let value = value.ok_or_else(|| Error::invalid(self.place(column), "a number", format!("{text:?}")))?;
        matrix::rounded(value).map_err(|beyond| beyond.of(&self.place(column)))
    }

    pub(super) fn label(&self, column: usize, listed: bool) -> Result<&'r str> {
        let label = self.record[column].trim();
        // Such a value is missing in every tool that writes it; whoever means a class says so by `classes`.
        let missing = label.is_empty() || !listed && matches!(label, "NA" | "N/A" | "NaN" | "nan" | "null" | "NULL");
        if missing {
            let expected = "a label; one of this name is listed by `CsvOptions::classes`";
            return Err(Error::invalid(self.place(column), expected, format!("{label:?}")));
        }
        Ok(label)
    }

    fn place(&self, column: usize) -> String {
        format!("line {}, column {:?}", self.number_in_file(), self.header[column])
    }

    fn number_in_file(&self) -> usize {
        self.text.line(self.record.position())
    }
}
