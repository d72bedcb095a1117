//! Asks DataFusion the questions of `*.sql` over the tables of many runs, and prints each answer as CSV.
//!
//! ```text
//! cargo run -- FOLDER never_learned.sql most_forgotten.sql
//! ```
//!
//! The folder is one of `training-replay export` or `export::Tables::write_parquet`: `samples/run=NAME/part-0.parquet` and so on.
//! On standard error stands what was found there, so that a run that is missing is seen. Queries may only read.

mod answer;
mod error;
mod tables;

use std::{env, ffi::OsString, fs, io, path::Path, process::ExitCode, sync::Arc};

use datafusion::{
    error::DataFusionError,
    execution::{
        context::{SQLOptions, SessionContext},
        memory_pool::FairSpillPool,
        runtime_env::RuntimeEnvBuilder,
    },
    prelude::SessionConfig,
};

use crate::error::{Context, Error, Result};

/// What sorting and grouping may take; what does not fit goes to temporary files, or is an error.
const MEMORY: usize = 512 << 20;

fn main() -> ExitCode {
    match run(env::args_os().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: impl Iterator<Item = OsString>) -> Result<()> {
    let folder = arguments.next().ok_or_else(usage)?;
    let queries: Vec<OsString> = arguments.collect();
    if queries.is_empty() {
        return Err(usage());
    }
    let runtime = tokio::runtime::Runtime::new().context("starting threads")?;
    runtime.block_on(ask(Path::new(&folder), &queries))
}

fn usage() -> Error {
    Error::new(
        "arguments",
        "give a folder of tables and then files of SQL: tables never_learned.sql most_forgotten.sql",
    )
}

/// Prints the answer of each query.
async fn ask(folder: &Path, queries: &[OsString]) -> Result<()> {
    let session = session().context("starting DataFusion")?;
    let found = tables::register(&session, folder).await?;
    eprintln!("{found}");
    for query in queries {
        let query = Path::new(query);
        let text = fs::read_to_string(query).context(query.display())?;
        answer(&session, &text).await.map_err(|source| Error::new(query.display(), source).noting(&found))?;
    }
    Ok(())
}

/// A session whose memory is bounded.
fn session() -> std::result::Result<SessionContext, DataFusionError> {
    let runtime = RuntimeEnvBuilder::new().with_memory_pool(Arc::new(FairSpillPool::new(MEMORY))).build_arc()?;
    Ok(SessionContext::new_with_config_rt(SessionConfig::new(), runtime))
}

/// Prints the answer of a query that reads.
async fn answer(session: &SessionContext, query: &str) -> std::result::Result<(), DataFusionError> {
    let reads = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let answer = session.sql_with_options(query, reads).await?;
    answer::write(answer, &mut io::BufWriter::new(io::stdout().lock())).await
}
