//! One answer for each of several files: text or JSON, and what to exit with.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{
    bars::Bar,
    out::{Out, complain},
    parallel,
    trouble::{Answer, Status, Trouble},
    words::path_shown,
};

/// The answer about one file.
pub struct Report {
    pub lines: Vec<String>,
    /// An object.
    pub json: Value,
    pub status: Status,
}

/// A file that is asked about.
pub struct Asked<'f> {
    pub path: &'f Path,
    /// As many threads as it may take.
    pub threads: usize,
    /// Of its own, unless there are several files.
    pub bar: Bar,
}

/// Asks about each file, on all cores, and prints the answers in the order of the files.
pub fn about_each(
    command: &'static str,
    files: &[PathBuf],
    json: bool,
    ask: impl Fn(Asked<'_>) -> Answer<Report> + Sync,
) -> Answer<Status> {
    let bar = Bar::of("files");
    let own_bar = || if files.len() == 1 { Bar::of("epochs") } else { Bar::none() };
    let reports = parallel::map(files, |path, threads| {
        let report = ask(Asked { path, threads, bar: own_bar() });
        bar.step(files.len());
        report
    });
    drop(bar);
    print(command, files, json, reports)
}

fn print(command: &str, files: &[PathBuf], json: bool, reports: Vec<Answer<Report>>) -> Answer<Status> {
    let (mut out, mut status, mut documents) = (Out::new(), Status::Held, Vec::new());
    for (path, report) in files.iter().zip(reports) {
        status = status.max(report.as_ref().map_or(Status::NotJudged, |report| report.status));
        if json {
            documents.push(document(path, report));
        } else {
            text(&mut out, path, files.len(), report)?;
        }
    }
    if json {
        out.json(command, json!({ "files": documents }))?;
    }
    out.flush()?;
    Ok(status)
}

fn text(out: &mut Out, path: &Path, of: usize, report: Answer<Report>) -> Answer<()> {
    let report = match report {
        Ok(report) => report,
        Err(trouble) => {
            out.flush()?;
            complain(&trouble);
            return Ok(());
        }
    };
    if of > 1 {
        out.line(format!("{}:", path_shown(path)))?;
    }
    report.lines.iter().try_for_each(|line| out.line(line))?;
    if of > 1 { out.line("") } else { Ok(()) }
}

/// What is said of a file in JSON; of one that could not be asked about, why.
fn document(path: &Path, report: Answer<Report>) -> Value {
    let (mut document, status) = match report {
        Ok(report) => (report.json, report.status),
        Err(trouble) => {
            complain(&trouble);
            (json!({ "error": trouble.line() }), Status::NotJudged)
        }
    };
    if let Some(fields) = document.as_object_mut() {
        fields.insert("file".into(), path.display().to_string().into());
        fields.insert("status".into(), (status as u8).into());
    }
    document
}

/// An error, unless it is that the reader is gone.
pub fn said(answer: Answer<Status>) -> Status {
    match answer {
        Ok(status) => status,
        Err(Trouble::Closed) => Status::Held,
        Err(trouble) => {
            complain(&trouble);
            Status::NotJudged
        }
    }
}
