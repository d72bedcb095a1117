//! The command `training-replay`: looks at recordings, checks, copies and draws them, without a line of Rust.
//!
//! `docs/command.md` describes it. It is written over the public interface of the library alone.
#![forbid(unsafe_code)]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::todo, clippy::dbg_macro)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

// What all subcommands speak with.
mod bars;
mod notes;
mod numbers;
mod out;
mod parallel;
mod table;
mod trouble;
mod words;
mod written_page;

// What they are asked, and about what.
mod base;
mod copy;
mod damage;
mod epochs;
mod extras;
mod identity;
mod live;
mod pictures;
mod question;
mod recording;
mod report;
mod rows;
mod run_groups;
mod run_row;
mod subject;
mod target;

mod command;
mod commands;

use std::process::ExitCode;

use command::Command;
use trouble::Status;

fn main() -> ExitCode {
    let status = match Command::read() {
        Ok(command) => command.run(),
        Err(usage) => said(&usage),
    };
    ExitCode::from(status as u8)
}

/// Prints help, a version, or what is wrong with the arguments.
fn said(usage: &clap::Error) -> Status {
    // Whoever closed the pipe does not wait for it.
    drop(usage.print());
    if usage.use_stderr() { Status::NotJudged } else { Status::Held }
}
