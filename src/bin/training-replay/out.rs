//! The standard output, which may be closed by whoever reads it, and the standard error.

use std::{
    fmt::Display,
    io::{self, BufWriter, StdoutLock, Write},
};

use serde_json::Value;

use crate::trouble::{Answer, Trouble};

/// The version of what `--json` writes. It grows when a field changes its meaning or goes away, not when one is added.
const SCHEMA_VERSION: u64 = 1;

/// The standard output.
pub struct Out(BufWriter<StdoutLock<'static>>);

impl Out {
    pub fn new() -> Self {
        Self(BufWriter::new(io::stdout().lock()))
    }

    pub fn line(&mut self, line: impl Display) -> Answer<()> {
        Ok(writeln!(self.0, "{line}")?)
    }

    /// Writes one JSON document, of this subcommand.
    pub fn json(&mut self, command: &str, document: Value) -> Answer<()> {
        self.line(versioned(command, document))
    }

    pub fn bytes(&mut self, bytes: &[u8]) -> Answer<()> {
        Ok(self.0.write_all(bytes)?)
    }

    /// What bytes can be written to.
    pub fn writer(&mut self) -> &mut impl Write {
        &mut self.0
    }

    /// Hands over what was written so far: whoever reads it may wait for it.
    pub fn flush(&mut self) -> Answer<()> {
        Ok(self.0.flush()?)
    }
}

/// A document with what it is and by which schema.
pub fn versioned(command: &str, mut document: Value) -> Value {
    if let Some(fields) = document.as_object_mut() {
        fields.insert("schema_version".into(), SCHEMA_VERSION.into());
        fields.insert("command".into(), command.into());
    }
    document
}

/// Says a line on the standard error.
pub fn complain(trouble: &Trouble) {
    if let Trouble::Said(line) = trouble {
        note(line);
    }
}

/// Says something beside the answer.
pub fn note(line: &str) {
    // There is nowhere left to say that it could not be said.
    drop(writeln!(io::stderr(), "{line}"));
}
