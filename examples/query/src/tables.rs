//! The tables of a folder: `samples/run=NAME/part-0.parquet`, one table of the files of all runs.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use datafusion::{
    arrow::datatypes::DataType,
    dataframe::DataFrame,
    datasource::{
        file_format::parquet::ParquetFormat,
        listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl},
    },
    error::DataFusionError,
    execution::context::SessionContext,
    logical_expr::{ScalarUDF, Volatility, create_udf},
    prelude::col,
};
use url::Url;

use crate::error::{Context, Error, Result};

/// What DataFusion returns.
type Outcome<T> = std::result::Result<T, DataFusionError>;

/// All tables that training-replay writes.
const TABLES: [&str; 8] = ["runs", "notes", "metrics", "epochs", "samples", "layers", "activations", "milestones"];

/// What a folder holds.
#[derive(Debug)]
pub struct Found {
    folder: PathBuf,
    tables: Vec<(&'static str, usize)>,
}

/// Registers each table that is in the folder, and returns which ones these are.
///
/// Fails for a folder without tables, a table without runs, a run without a file, and a file that is not Parquet.
pub async fn register(session: &SessionContext, folder: &Path) -> Result<Found> {
    let folder = folder.canonicalize().context(folder.display())?;
    let mut tables = Vec::new();
    for table in TABLES {
        let place = folder.join(table);
        if place.try_exists().context(place.display())? {
            let runs = runs(&place)?;
            tables.push((table, runs.len()));
            if let Err(error) = register_table(session, table, &place).await {
                return Err(Error::new(at_fault(session, runs, place).await.display(), error));
            }
        }
    }
    if tables.is_empty() {
        let cause = format!("there is none of the tables that training-replay exports, {}", TABLES.join(", "));
        return Err(Error::new(folder.display(), cause));
    }
    Ok(Found { folder, tables })
}

/// Returns the files of each run of a table.
fn runs(table: &Path) -> Result<Vec<Vec<PathBuf>>> {
    let entries = entries(table)?.into_iter();
    let runs: Result<Vec<_>> = entries.filter(|run| is_run(run)).map(|run| files(&run)).collect();
    if runs.as_ref().is_ok_and(Vec::is_empty) {
        return Err(Error::new(table.display(), "there are no runs here, run=NAME/part-0.parquet"));
    }
    runs
}

fn is_run(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"run="))
}

/// Returns the files of a run; fails for one that answers would leave out in silence, without a file or with an empty one.
fn files(run: &Path) -> Result<Vec<PathBuf>> {
    let mut files = entries(run)?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "parquet"));
    if files.is_empty() {
        return Err(Error::new(
            run.display(),
            "there is no Parquet file; export the run as Parquet, or remove the folder",
        ));
    }
    for file in &files {
        if fs::metadata(file).context(file.display())?.len() == 0 {
            return Err(Error::new(file.display(), "the file is empty; export the run once more"));
        }
    }
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).context(folder.display())?;
    entries.map(|entry| Ok(entry.context(folder.display())?.path())).collect()
}

/// Returns the first file that cannot be read by itself, or else the table, whose files do not go together.
async fn at_fault(session: &SessionContext, runs: Vec<Vec<PathBuf>>, table: PathBuf) -> PathBuf {
    for file in runs.into_iter().flatten() {
        let Ok(url) = Url::from_file_path(&file) else { return file };
        if read(session, url, vec![]).await.is_err() {
            return file;
        }
    }
    table
}

/// Makes one table of the files of all runs.
async fn register_table(session: &SessionContext, table: &str, place: &Path) -> Outcome<()> {
    let url = Url::from_directory_path(place).map_err(|()| plan_error("the path cannot be written as a URL"))?;
    // Names of runs stay text. DataFusion decodes what is encoded in the names of folders.
    let files = read(session, url, vec![("run".into(), DataType::Utf8)]).await?;
    let named = files.with_column("run", name_of_run().call(vec![col("run")]))?;
    session.register_table(table, named.into_view())?;
    Ok(())
}

/// The rows of all Parquet files of a folder, or of one.
async fn read(session: &SessionContext, url: Url, partitions: Vec<(String, DataType)>) -> Outcome<DataFrame> {
    let options = ListingOptions::new(Arc::new(ParquetFormat::default()))
        .with_file_extension(".parquet")
        .with_table_partition_cols(partitions);
    let config = ListingTableConfig::new(ListingTableUrl::try_new(url, None)?).with_listing_options(options);
    let config = config.infer_schema(&session.state()).await?;
    session.read_table(Arc::new(ListingTable::try_new(config)?))
}

fn plan_error(cause: &str) -> DataFusionError {
    DataFusionError::Plan(cause.into())
}

/// A function that returns the name that it is given.
///
/// DataFusion looks up `run = 'a=b'` in the folder `run=a=b`. The export, as Hive and Spark do, calls it `run=a%3Db`: the answer would have
/// no rows. Behind a function it compares the names of all folders, and still reads the files of one run alone.
fn name_of_run() -> ScalarUDF {
    let same = |names: &[_]| names.first().cloned().ok_or_else(|| plan_error("a name of a run is missing"));
    create_udf("name_of_run", vec![DataType::Utf8], DataType::Utf8, Volatility::Immutable, Arc::new(same))
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let there: Vec<_> = self.tables.iter().map(|(table, runs)| format!("{table} of {runs} runs")).collect();
        write!(f, "{} has {}", self.folder.display(), there.join(", "))?;
        let is_missing = |table: &&str| self.tables.iter().all(|(there, _)| there != table);
        let missing: Vec<_> = TABLES.into_iter().filter(is_missing).collect();
        if missing.is_empty() { Ok(()) } else { write!(f, "; not there: {}", missing.join(", ")) }
    }
}
