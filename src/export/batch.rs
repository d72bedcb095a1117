//! Some rows of a table, column by column.

use super::{
    cell::{Cell, CellRef},
    table::Table,
};

/// Some rows of a table.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) table: Table,
    rows: usize,
    columns: Vec<Cells>,
}

/// The values of one column.
#[derive(Clone, Debug)]
pub(crate) enum Cells {
    /// The same in every row.
    All(Cell),
    Each(Vec<Cell>),
    /// The number of the row itself.
    Places,
    F32(Vec<f32>),
    Bool(Vec<bool>),
    Classes(Vec<Option<usize>>),
}

impl Batch {
    /// Rows by their columns, in the table's order; the run, which all begin with, is given apart.
    pub(crate) fn of_columns(table: Table, rows: usize, columns: Vec<Cells>) -> Self {
        debug_assert_eq!(columns.len() + 1, table.columns().len(), "columns of {table}");
        Self { table, rows, columns }
    }

    /// Rows by their values, without the run.
    pub(crate) fn of_rows<const N: usize>(table: Table, rows: Vec<[Cell; N]>) -> Self {
        let (count, mut columns) = (rows.len(), vec![Vec::with_capacity(rows.len()); N]);
        for row in rows {
            columns.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
        }
        Self::of_columns(table, count, columns.into_iter().map(Cells::Each).collect())
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// The values of a column by its place behind the run.
    pub(crate) fn get(&self, row: usize, column: usize) -> CellRef<'_> {
        self.columns.get(column).map_or(CellRef::Null, |cells| cells.get(row))
    }
}

impl Cells {
    pub(crate) fn null() -> Self {
        Self::All(Cell::Null)
    }

    fn get(&self, row: usize) -> CellRef<'_> {
        match self {
            Self::All(cell) => cell.as_ref(),
            Self::Each(cells) => cells.get(row).map_or(CellRef::Null, Cell::as_ref),
            Self::Places => CellRef::I64(row as i64),
            Self::F32(numbers) => numbers.get(row).map_or(CellRef::Null, |&number| CellRef::F32(number)),
            Self::Bool(values) => values.get(row).map_or(CellRef::Null, |&value| CellRef::Bool(value)),
            Self::Classes(classes) => {
                classes.get(row).copied().flatten().map_or(CellRef::Null, |class| CellRef::I64(class as i64))
            }
        }
    }
}
