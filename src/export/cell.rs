//! One value of a table.

/// One value of a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Null,
    I64(i64),
    F64(f64),
    Bool(bool),
    Text(String),
    Texts(Vec<String>),
    I64s(Vec<i64>),
}

/// The same, borrowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum CellRef<'a> {
    Null,
    I64(i64),
    F64(f64),
    F32(f32),
    Bool(bool),
    Text(&'a str),
    Texts(&'a [String]),
    I64s(&'a [i64]),
}

impl Cell {
    pub(crate) fn as_ref(&self) -> CellRef<'_> {
        match self {
            Self::Null => CellRef::Null,
            Self::I64(value) => CellRef::I64(*value),
            Self::F64(value) => CellRef::F64(*value),
            Self::Bool(value) => CellRef::Bool(*value),
            Self::Text(text) => CellRef::Text(text),
            Self::Texts(texts) => CellRef::Texts(texts),
            Self::I64s(numbers) => CellRef::I64s(numbers),
        }
    }

    /// A count, a class, an epoch: those that do not fit were refused before.
    pub(crate) fn whole(number: impl TryInto<i64>) -> Self {
        Self::I64(number.try_into().unwrap_or(i64::MAX))
    }
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Self::F64(value)
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<String>> for Cell {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
