//! Rows in CSV, of each of several files.

use std::path::PathBuf;

use csv::WriterBuilder;

use crate::{
    bars::Bar,
    out::{Out, complain, note},
    parallel,
    report::Asked,
    trouble::{Answer, Status, Trouble},
};

/// What a file has to say in CSV.
pub struct Rows {
    pub rows: Vec<Vec<String>>,
    /// What is to be known beside the rows, for the standard error.
    pub remarks: Vec<String>,
}

/// Writes the rows of each file below one head; the first column is the file if there are several.
pub fn csv_of_each(files: &[PathBuf], head: &[&str], ask: impl Fn(Asked<'_>) -> Answer<Rows>) -> Answer<Status> {
    let (mut out, mut status, many) = (Out::new(), Status::Held, files.len() > 1);
    let mut first = Some(many.then_some("file").into_iter().chain(head.iter().copied()).map(str::to_owned));
    for path in files {
        let bar = if many { Bar::none() } else { Bar::of("epochs") };
        match ask(Asked { path, threads: parallel::cores(), bar }) {
            Ok(Rows { rows, remarks }) => {
                first.take().map_or(Ok(()), |head| line(&mut out, head))?;
                let file = || many.then(|| path.display().to_string());
                rows.into_iter().try_for_each(|cells| line(&mut out, file().into_iter().chain(cells)))?;
                remarks.iter().for_each(|remark| note(Trouble::of(path, remark).line()));
            }
            Err(trouble) => {
                complain(&trouble);
                status = Status::NotJudged;
            }
        }
    }
    out.flush()?;
    Ok(status)
}

/// Writes a row.
pub fn line(out: &mut Out, cells: impl IntoIterator<Item = String>) -> Answer<()> {
    let mut writer = WriterBuilder::new().from_writer(out.writer());
    let written = writer.write_record(cells.into_iter().map(String::into_bytes)).map_err(std::io::Error::from);
    Ok(written.and_then(|()| writer.flush())?)
}
