//! `training-replay manual`: the pages of the manual.

use std::{fs, path::PathBuf};

use clap::{Args, Command};
use clap_mangen::Man;

use crate::{
    out::Out,
    trouble::{Answer, Status, Trouble},
    words::path_shown,
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay manual | man -l -
  training-replay manual page | man -l -
  training-replay manual --folder ~/.local/share/man/man1";

/// Writes a page of the manual: that of the command, or of one of its subcommands
#[derive(Args, Debug)]
pub struct Manual {
    /// A subcommand
    #[arg(value_name = "SUBCOMMAND")]
    subcommand: Option<String>,
    /// Write all pages into this folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "subcommand")]
    folder: Option<PathBuf>,
}

impl Manual {
    pub fn run(&self, mut command: Command) -> Answer<Status> {
        command.build();
        let mut out = Out::new();
        match (&self.folder, &self.subcommand) {
            (Some(folder), _) => write_all(&command, folder, &mut out)?,
            (None, None) => out.bytes(&page(&command)?)?,
            (None, Some(name)) => out.bytes(&page(named(&command, name)?)?)?,
        }
        out.flush()?;
        Ok(Status::Held)
    }
}

fn named<'c>(command: &'c Command, name: &str) -> Answer<&'c Command> {
    let known: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    let unknown = || Trouble::usage(format!("there is no subcommand {name:?}; there are {}", known.join(", ")));
    command.find_subcommand(name).ok_or_else(unknown)
}

fn page(command: &Command) -> Answer<Vec<u8>> {
    let mut page = Vec::new();
    let title = full_name(command).to_uppercase();
    Man::new(command.clone()).title(title).render(&mut page)?;
    Ok(page)
}

fn write_all(command: &Command, folder: &PathBuf, out: &mut Out) -> Answer<()> {
    fs::create_dir_all(folder).map_err(Trouble::io(folder))?;
    for one in [command].into_iter().chain(command.get_subcommands()) {
        let path = folder.join(format!("{}.1", full_name(one)));
        fs::write(&path, page(one)?).map_err(Trouble::io(&path))?;
        out.line(path_shown(&path))?;
    }
    Ok(())
}

/// `training-replay-info`.
fn full_name(command: &Command) -> String {
    command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned()
}
