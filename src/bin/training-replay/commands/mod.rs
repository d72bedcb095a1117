//! The subcommands, each in one file.

pub mod check;
pub mod classes;
pub mod completions;
pub mod curve;
pub mod depth;
pub mod diagnose;
pub mod diff;
pub mod export;
pub mod figure;
pub mod gif;
pub mod import;
pub mod influence;
pub mod info;
pub mod landscape;
pub mod manual;
pub mod pack;
pub mod page;
pub mod player;
pub mod repair;
pub mod runs;
pub mod samples;
pub mod story;
pub mod thin;
pub mod verify;
pub mod watch;
