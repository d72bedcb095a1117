//! The pictures of the README, from the recordings that the example `activation_functions` leaves.
//!
//! ```text
//! cargo run --release --features plot --example activation_functions
//! cargo run --release --features plot --example pictures             # into out/pictures
//! cargo run --release --features plot --example pictures docs/images
//! ```

mod common;

use std::path::{Path, PathBuf};

use common::article;
use training_replay::{
    Replay, Result, Sequential,
    plot::{Animation, Figure, Panel, RunPlots},
};

const EPOCH: u64 = 60;

fn main() -> std::process::ExitCode {
    common::exit(run())
}

fn run() -> Result<()> {
    let folder = match std::env::args_os().nth(1) {
        Some(folder) => PathBuf::from(folder),
        None => common::folder("pictures")?,
    };
    let names = ["sigmoid", "tanh", "relu"];
    let recordings = names.map(|name| Path::new("out/activation_functions").join(name).with_extension("replay"));
    let replays = recordings.iter().map(Replay::open).collect::<Result<Vec<_>>>()?;
    let plots = |replay| RunPlots::options().name_classes(["negative", "positive"]).of(Replay::run(replay)?);
    let run_plots = replays.iter().map(plots).collect::<Result<Vec<_>>>()?;
    spaces(&run_plots, names)?.size(960, 600).save(folder.join("spaces.png"))?;
    let tanh = &run_plots[1];
    Animation::of(tanh.epochs())
        .between(..=100)
        .every(2)
        .frames_per_second(10.0)
        .save(folder.join("tanh.gif"), |epoch| Ok(article::frame("tanh", tanh, epoch)?.size(900, 480)))?;
    println!("The pictures are in {}.", folder.display());
    Ok(())
}

/// The hidden layers' spaces above, that of the inputs below.
fn spaces(run_plots: &[RunPlots<'_, Sequential>], names: [&str; 3]) -> Result<Figure> {
    let space = |(plots, name): (&RunPlots<'_, Sequential>, &str)| -> Result<Panel> {
        Ok(plots.feature_space(EPOCH)?.titled(format!("{name}, epoch {EPOCH}")))
    };
    let above = run_plots.iter().zip(names).map(space).collect::<Result<Vec<_>>>()?;
    let below =
        run_plots.iter().map(|plots| Ok(plots.decision_boundary(EPOCH)?.titled(""))).collect::<Result<Vec<_>>>()?;
    Ok(Figure::new().row(above).row(below).shared_legend())
}
