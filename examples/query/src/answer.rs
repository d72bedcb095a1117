//! An answer as CSV: a header, then its rows as they come.

use std::io::Write;

use datafusion::{
    arrow::{
        array::RecordBatch,
        util::display::{ArrayFormatter, FormatOptions},
    },
    dataframe::DataFrame,
    error::DataFusionError,
};
use futures::StreamExt;

/// Writes the answer; one batch of it is in memory at a time.
///
/// Missing values are empty, and an empty text is `""`, as in the tables of training-replay.
pub async fn write(answer: DataFrame, out: &mut impl Write) -> Result<(), DataFusionError> {
    let names: Vec<_> = answer.schema().fields().iter().map(|field| quoted(field.name())).collect();
    let mut batches = answer.execute_stream().await?;
    writeln!(out, "{}", names.join(","))?;
    while let Some(batch) = batches.next().await {
        write_rows(&batch?, out)?;
    }
    Ok(out.flush()?)
}

fn write_rows(batch: &RecordBatch, out: &mut impl Write) -> Result<(), DataFusionError> {
    let options = FormatOptions::default();
    // A column of nothing but NULL has no mask of what is missing, other than a logical one.
    let columns = batch.columns().iter();
    let columns = columns.map(|column| Ok((column.logical_nulls(), ArrayFormatter::try_new(column, &options)?)));
    let columns: Vec<_> = columns.collect::<Result<_, DataFusionError>>()?;
    for row in 0..batch.num_rows() {
        let cells = columns.iter().map(|(nulls, text)| {
            let is_null = nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
            if is_null { Ok(String::new()) } else { Ok(quoted(&text.value(row).try_to_string()?)) }
        });
        writeln!(out, "{}", cells.collect::<Result<Vec<_>, DataFusionError>>()?.join(","))?;
    }
    Ok(())
}

/// A text as a field of CSV (RFC 4180).
fn quoted(text: &str) -> String {
    if text.is_empty() || text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
