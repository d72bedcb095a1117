//! What an export wrote.

use std::{fmt, path::PathBuf};

use super::table::Table;
use crate::{analysis::Caveat, notation::counted};

/// What an export wrote, and what it left out.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Exported {
    /// The files, in the order of the tables; empty where it was written to a writer.
    pub files: Vec<PathBuf>,
    /// The number of rows of each table.
    pub rows: Vec<(Table, u64)>,
    /// What was assumed, what is null because it could not be computed, and which epochs could not be read.
    pub caveats: Vec<Caveat>,
}

/// Writes the number of rows of each table, and then each caveat on a line of its own.
impl fmt::Display for Exported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<String> =
            self.rows.iter().map(|(table, rows)| format!("{table}: {}", counted(*rows, "row"))).collect();
        f.write_str(&rows.join(", "))?;
        self.caveats.iter().try_for_each(|caveat| write!(f, "\n{caveat}"))
    }
}
