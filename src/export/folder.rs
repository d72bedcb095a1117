//! Folders by the convention of Hive: `samples/run=NAME/part-0.csv`, with the name percent-encoded.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{Error, Result};

/// What readers of such folders take for a missing value, whatever it is written like.
const RESERVED: &str = "__HIVE_DEFAULT_PARTITION__";

/// The most bytes that file systems take in one name.
const MAX_BYTES: usize = 255;

/// The folder of a run, `run=NAME`.
///
/// Encoded are the characters that Hive's `FileUtils.escapePathName` encodes, and those that Windows does not take; all others
/// stay as they are, so that Spark reads them, too.
///
/// Fails for a name that would be read as another one, or that no file system takes.
pub(super) fn folder_name(run: &str) -> Result<String> {
    checked(run, format!("run={}", run.chars().map(encoded).collect::<String>()))
}

/// A folder of the run's name alone, with the same characters encoded, and a dot at the beginning.
pub(super) fn plain_name(run: &str) -> Result<String> {
    let name: String = run.chars().map(encoded).collect();
    checked(run, name.strip_prefix('.').map(|rest| format!("%2E{rest}")).unwrap_or(name))
}

/// A folder for a run, unless it is one that no reader or file system takes.
fn checked(run: &str, folder: String) -> Result<String> {
    let invalid = |expected: &str| {
        let shown: String = run.chars().take(40).collect();
        let cut = if shown.len() < run.len() {
            format!(" and so on, {} letters", run.chars().count())
        } else {
            String::new()
        };
        Err(Error::invalid(
            "the name of the run",
            format!("{expected}; `named` gives it another"),
            format!("{shown:?}{cut}"),
        ))
    };
    if run.is_empty() || run == RESERVED {
        return invalid("other than nothing, which readers of folders take for a missing value");
    }
    if folder.len() > MAX_BYTES {
        return invalid(&format!("at most {MAX_BYTES} bytes long as the name of a folder, escapes included"));
    }
    Ok(folder)
}

fn encoded(c: char) -> String {
    match c {
        '\0'..=' '
        | '\x7f'
        | '"'
        | '#'
        | '%'
        | '\''
        | '*'
        | '/'
        | ':'
        | '<'
        | '='
        | '>'
        | '?'
        | '['
        | '\\'
        | ']'
        | '^'
        | '{'
        | '|' => format!("%{:02X}", u32::from(c)),
        c => c.to_string(),
    }
}

/// Makes the folder of a run within that of a table, and returns it.
///
/// Fails where the file system takes the name for that of a folder that is there already: one that differs by case, say.
pub(super) fn run_folder(table: &Path, name: &str) -> Result<PathBuf> {
    let folder = table.join(name);
    let failed = |source| Error::io(format!("making the folder {}", folder.display()), source);
    fs::create_dir_all(&folder).map_err(failed)?;
    let found = folder.canonicalize().map_err(failed)?;
    let found = found.file_name().unwrap_or_default().to_string_lossy();
    if found == name {
        return Ok(folder);
    }
    let expected = format!("one that is none of {found:?} on this file system; `named` gives it another");
    Err(Error::invalid("the folder of the run", expected, format!("{name:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_runs_become_names_of_folders_and_no_two_the_same() {
        for (name, folder) in [
            ("seed=1", "run=seed%3D1"),
            ("..", "run=.."),
            ("a/../b\\c", "run=a%2F..%2Fb%5Cc"),
            ("100 %", "run=100%20%25"),
            ("100%20%25", "run=100%2520%2525"),
            ("größer ✓", "run=größer%20✓"),
            ("\"a\",\n'b'", "run=%22a%22,%0A%27b%27"),
        ] {
            assert_eq!(folder_name(name).unwrap(), folder);
        }
    }

    #[test]
    fn names_that_would_be_read_as_others_or_fit_nowhere_are_refused() {
        for name in ["", RESERVED, &"x".repeat(5_000), &"/".repeat(90)] {
            let message = folder_name(name).unwrap_err().to_string();
            assert!(message.contains("`named` gives it another") && message.len() < 300, "{message}");
        }
        assert!(folder_name(&"x".repeat(251)).is_ok());
    }

    #[test]
    fn a_folder_that_leads_elsewhere_is_not_written_into() {
        let folder = tempfile::tempdir().unwrap();
        assert!(run_folder(folder.path(), "run=a").unwrap().is_dir());
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("run=a", folder.path().join("run=A")).unwrap(); // as a file system without case has it
            assert!(run_folder(folder.path(), "run=A").unwrap_err().to_string().contains(r#"none of "run=a""#));
        }
    }
}
