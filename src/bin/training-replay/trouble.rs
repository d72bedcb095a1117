//! What keeps the command from an answer, in one line, and what it exits with.

use std::{
    fmt,
    io::{self, ErrorKind},
    path::Path,
};

use training_replay::Error;

use crate::words::{path_shown, shown};

/// What the command exits with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// What was asked for is done, or holds.
    Held = 0,
    /// It was judged, and does not hold.
    Failed = 1,
    /// It could not be judged or done.
    NotJudged = 2,
}

/// What keeps the command from an answer.
#[derive(Debug)]
pub enum Trouble {
    /// Whoever read the output wants no more of it.
    Closed,
    /// A line for whoever called.
    Said(String),
}

pub type Answer<T> = Result<T, Trouble>;

impl Trouble {
    /// What is wrong with a file, whose name comes first.
    pub fn of(path: &Path, what: impl fmt::Display) -> Self {
        Self::Said(format!("{}: {}", path_shown(path), shown(&what.to_string())))
    }

    /// What is wrong with the arguments.
    pub fn usage(what: impl fmt::Display) -> Self {
        Self::Said(format!("error: {}", shown(&what.to_string())))
    }

    /// What the library says of a file.
    pub fn with(path: &Path) -> impl Fn(Error) -> Self {
        move |error| Self::of(path, sentence(path, &error))
    }

    /// What the system says of a file.
    pub fn io(path: &Path) -> impl Fn(io::Error) -> Self {
        move |error| Self::of(path, error)
    }

    /// The line.
    pub fn line(&self) -> &str {
        match self {
            Self::Closed => "",
            Self::Said(line) => line,
        }
    }
}

/// Of writing to the standard output.
impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Said(format!("standard output: {error}")),
        }
    }
}

/// An error without the name of the file, which stands before it already, and with options in place of methods.
fn sentence(path: &Path, error: &Error) -> String {
    match error {
        Error::Io { context, source } if context.ends_with(&*path.display().to_string()) => source.to_string(),
        Error::NotARecording { .. } => "not a recording".into(),
        Error::NotStarted { .. } => "nothing was recorded yet: its first record is not whole".into(),
        Error::UnsupportedVersion { found, supported, .. } => {
            format!("file format {found} is newer than the newest that is read, {supported}")
        }
        Error::Corrupted { what, offset, reason, .. } => format!("{what} is corrupted at byte {offset}: {reason}"),
        Error::Locked { .. } => "it is being written by another recorder".into(),
        Error::Missing { missing, hint } => format!("the recording holds no {missing}; {}", advice(missing, hint)),
        other => with_options(&other.to_string()),
    }
}

/// What can be done about what is missing.
fn advice(missing: &str, hint: &str) -> String {
    match missing {
        "description of its model" => NO_MODEL.into(),
        "data set" => "give one by --data FILE.csv with --label COLUMN or --targets COLUMNS".into(),
        "loss" | "loss to compare" => "give the one that the model was trained with by --loss".into(),
        _ if hint.contains("run_with") => NO_MODEL.into(),
        _ => with_options(hint),
    }
}

const NO_MODEL: &str = "this question needs the network to be run: `info`, `curve`, `diff`, `check`, `watch`, `runs`, \
                        `thin`, `repair` and `pack` do without, `export` writes what needs none, and a program in Rust gives the model by `Replay::run_with`";

/// What the library calls by its methods, by the names of options.
pub fn with_options(text: &str) -> String {
    let options = [
        (
            "a model and a data set, by `Replay::run_with` and `Replay::with_dataset`,",
            "a data set, by --data FILE.csv,",
        ),
        ("`Base::of(&model)?.complete(replay)?` gives them", "--base FILE gives them, where a command has it"),
        ("`Base::complete`", "--base FILE"),
        ("by `with_dataset`", "by --data"),
        ("`RunPlotOptions::loss`", "--loss"),
        ("`InfluenceOptions::loss`", "--loss"),
        ("`InfluenceOptions::learning_rate` or `learning_rates`", "--learning-rate"),
        ("`VerifyOptions::names`", "--metrics"),
        ("`VerifyOptions::l2`", "--l2"),
        (
            "it was asked of weights alone: `Replay::run_with` takes the model, `Replay::with_dataset` data",
            "the model is not built in; a program in Rust gives it by `Replay::run_with`",
        ),
        ("`DiagnosisOptions::loss` gives it", "--loss gives it"),
        ("`DiagnosisOptions::names`", "--metrics"),
        ("`DiagnosisOptions::validation`", "--validation"),
        ("`Replay::with_dataset` gives it one", "--data FILE.csv gives it one"),
        ("`Run::threshold`", "--threshold"),
        ("`Checkpoints::epochs`", "--epochs"),
        ("`Checkpoints::number_after`", "--number-after"),
        ("`number_after`", "--number-after"),
        ("`Checkpoints::part`", "--part"),
        ("`Checkpoints::orientation`", "--orientation"),
        ("`Checkpoints::layers`", "--layers"),
    ];
    options.iter().fold(text.to_owned(), |text, (method, option)| text.replace(method, option))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_begins_with_the_file_and_names_it_once() {
        let path = Path::new("no such folder/run.replay");
        let error = training_replay::Replay::open(path).unwrap_err();
        let trouble = Trouble::with(path)(error);
        assert!(trouble.line().starts_with("no such folder/run.replay: "), "{}", trouble.line());
        assert_eq!(trouble.line().matches("run.replay").count(), 1, "{}", trouble.line());
    }

    #[test]
    fn a_name_with_a_line_break_is_one_line() {
        let trouble = Trouble::of(Path::new("a\nb\u{1b}[31m"), "c\nd");
        assert_eq!(trouble.line(), "a\\nb\\u{1b}[31m: c\\nd");
    }

    #[test]
    fn a_worse_status_is_larger() {
        assert!(Status::Held < Status::Failed && Status::Failed < Status::NotJudged);
    }
}
