//! What is said of a page that was written.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::{
    out::Out,
    trouble::{Answer, Status, Trouble},
    words::{counted, path_shown, size},
};

/// A page in a file.
pub struct WrittenPage<'a> {
    /// The subcommand that wrote it.
    pub by: &'static str,
    /// What each of the files is in it.
    pub noun: &'static str,
    pub files: &'a [PathBuf],
    pub output: &'a Path,
}

impl WrittenPage<'_> {
    /// Says where it is, what is in it, and how large it is.
    pub fn say(&self, is_json: bool) -> Answer<Status> {
        let bytes = self.output.metadata().map_err(Trouble::io(self.output))?.len();
        let mut out = Out::new();
        if is_json {
            let files: Vec<String> = self.files.iter().map(|path| path.display().to_string()).collect();
            out.json(self.by, json!({ "files": files, "output": self.output.display().to_string(), "bytes": bytes }))?;
        } else {
            let count = counted(self.files.len() as u64, self.noun);
            out.line(format!("{}: {count}, {}", path_shown(self.output), size(bytes)))?;
        }
        out.flush()?;
        Ok(Status::Held)
    }
}
