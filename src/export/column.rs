//! A column of a table: its name, its type, its unit, what it holds.

use std::fmt;

/// The type of the values in a column; any value may be missing where the column says so.
///
/// ```
/// use training_replay::export::ColumnType;
///
/// assert_eq!(ColumnType::Texts.to_string(), "list of text");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColumnType {
    /// A whole number, signed, of 64 bits.
    I64,
    /// A floating-point number of 64 bits.
    F64,
    /// A floating-point number of 32 bits.
    F32,
    /// True or false.
    Bool,
    /// Text in UTF-8.
    Text,
    /// Several texts in their order.
    Texts,
    /// Several whole numbers in their order.
    I64s,
}

/// Writes `i64`, `f64`, `f32`, `bool`, `text`, `list of text` or `list of i64`.
impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::I64 => "i64",
            Self::F64 => "f64",
            Self::F32 => "f32",
            Self::Bool => "bool",
            Self::Text => "text",
            Self::Texts => "list of text",
            Self::I64s => "list of i64",
        })
    }
}

/// A column of a [`Table`](crate::export::Table).
///
/// ```
/// use training_replay::export::{ColumnType, Table};
///
/// let loss = Table::Samples.columns().iter().find(|column| column.name() == "loss").expect("a loss");
/// assert_eq!((loss.kind(), loss.may_be_null()), (ColumnType::F32, true));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    name: &'static str,
    kind: ColumnType,
    unit: &'static str,
    may_be_null: bool,
    doc: &'static str,
}

impl Column {
    /// A column where every row has a value.
    pub(super) const fn new(name: &'static str, kind: ColumnType, unit: &'static str, doc: &'static str) -> Self {
        Self { name, kind, unit, may_be_null: false, doc }
    }

    /// A column where some rows have no value.
    pub(super) const fn or_null(name: &'static str, kind: ColumnType, unit: &'static str, doc: &'static str) -> Self {
        Self { name, kind, unit, may_be_null: true, doc }
    }

    /// Returns its name, as it stands in files.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the type of its values.
    pub fn kind(&self) -> ColumnType {
        self.kind
    }

    /// Returns what its values count or are measured in; empty where that is nothing.
    pub fn unit(&self) -> &'static str {
        self.unit
    }

    /// Returns whether a row may have no value in it.
    pub fn may_be_null(&self) -> bool {
        self.may_be_null
    }

    /// Returns what it holds, in a sentence.
    pub fn doc(&self) -> &'static str {
        self.doc
    }
}
