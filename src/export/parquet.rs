//! Tables as Parquet files: a column for a column, with its documentation.

use std::{collections::HashMap, io::Write, sync::Arc};

use arrow_array::{
    ArrayRef, BooleanArray, Float32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    builder::{Int64Builder, ListBuilder, StringBuilder},
};
use arrow_schema::{DataType, Field, Schema};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, Encoding},
    file::properties::WriterProperties,
    schema::types::ColumnPath,
};

use super::{
    batch::Batch,
    cell::CellRef,
    column::{Column, ColumnType},
    sink::{Layout, Sink},
    table::SCHEMA_VERSION,
};
use crate::{Error, Result};

/// So many rows are encoded at once, and so many are in a row group.
const ROWS_AT_ONCE: usize = 1 << 13;
const ROWS_OF_GROUP: usize = 1 << 17;

/// A file of a table in Parquet.
struct Parquet<W: Write + Send> {
    layout: Layout,
    schema: Arc<Schema>,
    writer: ArrowWriter<W>,
}

/// Begins a file with the types and the documentation of its columns.
pub(crate) fn begin<'w, W: Write + Send + 'w>(layout: Layout, writer: W) -> Result<Box<dyn Sink<W> + 'w>> {
    let fields: Vec<Field> = layout.columns().iter().map(field).collect();
    let about = [
        ("table", layout.table.name().to_owned()),
        ("doc", layout.table.doc().to_owned()),
        ("schema_version", SCHEMA_VERSION.to_string()),
    ];
    let about: HashMap<String, String> = about.map(|(key, value)| (format!("training_replay.{key}"), value)).into();
    let schema = Arc::new(Schema::new_with_metadata(fields, about));
    let properties = Some(properties(layout.columns()));
    let writer = ArrowWriter::try_new(writer, schema.clone(), properties).map_err(|error| failed(&layout, error))?;
    Ok(Box::new(Parquet { layout, schema, writer }))
}

fn failed(layout: &Layout, error: parquet::errors::ParquetError) -> Error {
    Error::io(format!("writing the table {}", layout.table), std::io::Error::other(error))
}

/// Floating-point numbers hardly repeat, so that a dictionary of them is in vain; the numbers of samples count up.
fn properties(columns: &[Column]) -> WriterProperties {
    let groups = Some(ROWS_OF_GROUP);
    let begun = WriterProperties::builder().set_compression(Compression::SNAPPY).set_max_row_group_row_count(groups);
    let built = columns.iter().fold(begun, |properties, column| {
        let path = || ColumnPath::from(column.name());
        match column.kind() {
            ColumnType::F32 | ColumnType::F64 => properties.set_column_dictionary_enabled(path(), false),
            ColumnType::I64 if column.name() == "sample" => properties
                .set_column_dictionary_enabled(path(), false)
                .set_column_encoding(path(), Encoding::DELTA_BINARY_PACKED),
            _ => properties,
        }
    });
    built.build()
}

fn field(column: &Column) -> Field {
    let of = |kind| DataType::List(Arc::new(Field::new_list_field(kind, true)));
    let kind = match column.kind() {
        ColumnType::I64 => DataType::Int64,
        ColumnType::F64 => DataType::Float64,
        ColumnType::F32 => DataType::Float32,
        ColumnType::Bool => DataType::Boolean,
        ColumnType::Text => DataType::Utf8,
        ColumnType::Texts => of(DataType::Utf8),
        ColumnType::I64s => of(DataType::Int64),
    };
    let about = [("doc", column.doc()), ("unit", column.unit())].into_iter().filter(|(_, text)| !text.is_empty());
    let about: HashMap<_, _> = about.map(|(key, text)| (key.to_owned(), text.to_owned())).collect();
    Field::new(column.name(), kind, column.may_be_null()).with_metadata(about)
}

impl<W: Write + Send> Sink<W> for Parquet<W> {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        for first in (0..batch.rows()).step_by(ROWS_AT_ONCE) {
            let rows = first..batch.rows().min(first + ROWS_AT_ONCE);
            let run = self.layout.run.as_ref().map(|run| {
                let run: ArrayRef = Arc::new(StringArray::from_iter_values(rows.clone().map(|_| run)));
                run
            });
            let columns = self.layout.batch_columns().iter().enumerate();
            let columns =
                columns.map(|(place, column)| array(column.kind(), rows.clone().map(|row| batch.get(row, place))));
            let written = RecordBatch::try_new(self.schema.clone(), run.into_iter().chain(columns).collect())
                .map_err(Into::into)
                .and_then(|rows| self.writer.write(&rows));
            written.map_err(|error| failed(&self.layout, error))?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<W> {
        let Self { layout, writer, .. } = *self;
        writer.into_inner().map_err(|error| failed(&layout, error))
    }
}

/// The values of a column. One of another type, of which there is none, would be missing.
fn array<'b>(kind: ColumnType, cells: impl Iterator<Item = CellRef<'b>>) -> ArrayRef {
    macro_rules! only {
        ($variant:ident) => {
            cells.map(|cell| if let CellRef::$variant(value) = cell { Some(value) } else { None })
        };
    }
    match kind {
        ColumnType::I64 => Arc::new(only!(I64).collect::<Int64Array>()),
        ColumnType::F64 => Arc::new(only!(F64).collect::<Float64Array>()),
        ColumnType::F32 => Arc::new(only!(F32).collect::<Float32Array>()),
        ColumnType::Bool => Arc::new(only!(Bool).collect::<BooleanArray>()),
        ColumnType::Text => Arc::new(only!(Text).collect::<StringArray>()),
        ColumnType::Texts => {
            let mut lists = ListBuilder::new(StringBuilder::new());
            only!(Texts).for_each(|texts| lists.append_option(texts.map(|texts| texts.iter().map(Some))));
            Arc::new(lists.finish())
        }
        ColumnType::I64s => {
            let mut lists = ListBuilder::new(Int64Builder::new());
            only!(I64s)
                .for_each(|numbers| lists.append_option(numbers.map(|all| all.iter().map(|&number| Some(number)))));
            Arc::new(lists.finish())
        }
    }
}
