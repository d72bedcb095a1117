//! The arguments, and the subcommands behind them.

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::{
    commands::{
        check, classes, completions, curve, depth, diagnose, diff, export, figure, gif, import, influence, info,
        landscape, manual, pack, page, player, repair, runs, samples, story, thin, verify, watch,
    },
    report::said,
    trouble::Status,
};

/// What stands below every `--help`, and in the manual.
const EXIT_STATUS: &str = "Exit status: 0 done, or what was asked for holds; 1 judged, and it does not hold; \
                               2 could not be judged or done. Of several files the largest.";

/// Looks at recordings of training runs; checks, copies and draws them. No recording is ever changed.
#[derive(Debug, Parser)]
#[command(name = "training-replay", version, after_help = EXIT_STATUS, subcommand_required = true)]
#[command(arg_required_else_help = false, disable_help_subcommand = true, max_term_width = 100)]
pub struct Command {
    #[command(subcommand)]
    ask: Ask,
}

#[derive(Debug, Subcommand)]
enum Ask {
    #[command(after_help = info::EXAMPLES)]
    Info(info::Info),
    #[command(after_help = story::EXAMPLES)]
    Story(story::Story),
    #[command(after_help = diagnose::EXAMPLES)]
    Diagnose(diagnose::Diagnose),
    #[command(after_help = curve::EXAMPLES)]
    Curve(curve::Curve),
    #[command(after_help = classes::EXAMPLES)]
    Classes(classes::Classes),
    #[command(after_help = samples::EXAMPLES)]
    Samples(samples::Samples),
    #[command(after_help = depth::EXAMPLES)]
    Depth(depth::Depth),
    #[command(after_help = landscape::EXAMPLES)]
    Landscape(landscape::Landscape),
    #[command(after_help = influence::EXAMPLES)]
    Influence(influence::InfluenceArgs),
    #[command(after_help = runs::EXAMPLES)]
    Runs(runs::RunsArgs),
    #[command(after_help = watch::EXAMPLES)]
    Watch(watch::Watch),
    #[command(after_help = verify::EXAMPLES)]
    Verify(verify::Verify),
    #[command(after_help = check::EXAMPLES)]
    Check(check::Check),
    #[command(after_help = diff::EXAMPLES)]
    Diff(diff::Diff),
    #[command(after_help = figure::EXAMPLES)]
    Figure(figure::FigureArgs),
    #[command(after_help = gif::EXAMPLES)]
    Gif(gif::Gif),
    #[command(after_help = page::EXAMPLES)]
    Page(page::PageArgs),
    #[command(after_help = player::EXAMPLES)]
    Player(player::PlayerArgs),
    #[command(after_help = export::EXAMPLES)]
    Export(export::Export),
    #[command(after_help = import::EXAMPLES)]
    Import(import::Import),
    #[command(after_help = pack::EXAMPLES)]
    Pack(pack::Pack),
    #[command(after_help = repair::EXAMPLES)]
    Repair(repair::Repair),
    #[command(after_help = thin::EXAMPLES)]
    Thin(thin::Thin),
    #[command(after_help = completions::EXAMPLES)]
    Completions(completions::Completions),
    #[command(after_help = manual::EXAMPLES)]
    Manual(manual::Manual),
}

/// All arguments, with what every help ends in.
fn arguments() -> clap::Command {
    let with_status = |command: clap::Command| {
        let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        command.after_help(format!("{examples}\n\n{EXIT_STATUS}"))
    };
    Command::command().mut_subcommands(with_status)
}

impl Command {
    /// Reads the arguments of the process.
    pub fn read() -> Result<Self, clap::Error> {
        Self::from_arg_matches(&arguments().try_get_matches()?)
    }

    /// Does what is asked for; what is wrong has been said then.
    pub fn run(&self) -> Status {
        said(match &self.ask {
            Ask::Info(info) => info.run(),
            Ask::Story(story) => story.run(),
            Ask::Diagnose(diagnose) => diagnose.run(),
            Ask::Curve(curve) => curve.run(),
            Ask::Classes(classes) => classes.run(),
            Ask::Samples(samples) => samples.run(),
            Ask::Depth(depth) => depth.run(),
            Ask::Landscape(landscape) => landscape.run(),
            Ask::Influence(influence) => influence.run(),
            Ask::Runs(runs) => runs.run(),
            Ask::Watch(watch) => watch.run(),
            Ask::Verify(verify) => verify.run(),
            Ask::Check(check) => check.run(),
            Ask::Diff(diff) => diff.run(),
            Ask::Figure(figure) => figure.run(),
            Ask::Gif(gif) => gif.run(),
            Ask::Page(page) => page.run(),
            Ask::Player(player) => player.run(),
            Ask::Export(export) => export.run(),
            Ask::Import(import) => import.run(),
            Ask::Pack(pack) => pack.run(),
            Ask::Repair(repair) => repair.run(),
            Ask::Thin(thin) => thin.run(),
            Ask::Completions(completions) => completions.run(arguments()),
            Ask::Manual(manual) => manual.run(arguments()),
        })
    }
}
