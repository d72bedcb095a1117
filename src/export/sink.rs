//! Where rows go: one file of one table in one format.

use super::{batch::Batch, column::Column, table::Table};
use crate::Result;

/// A file of a table that is being written.
pub(crate) trait Sink<W> {
    /// Appends rows.
    fn write(&mut self, batch: &Batch) -> Result<()>;

    /// Writes what is left, and returns what was written to.
    fn finish(self: Box<Self>) -> Result<W>;
}

/// What a file of a table holds: with the run as the first column, or without it where the folder says it.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) table: Table,
    pub(crate) run: Option<String>,
}

impl Layout {
    /// The columns of the file.
    pub(crate) fn columns(&self) -> &'static [Column] {
        let all = self.table.columns();
        if self.run.is_some() { all } else { all.get(1..).unwrap_or_default() }
    }

    /// The columns that a batch has, which are those but the run.
    pub(crate) fn batch_columns(&self) -> &'static [Column] {
        self.table.columns().get(1..).unwrap_or_default()
    }
}

/// Begins a file of a table.
pub(crate) type Begin<'w, W> = fn(Layout, W) -> Result<Box<dyn Sink<W> + 'w>>;
