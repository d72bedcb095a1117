//! `training-replay figure`: a picture of an epoch.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;
use training_replay::{
    Result, Sequential,
    analysis::{LayerFilter, Quantity},
    plot::{Figure, RunPlots},
};

use crate::{
    bars::Bar,
    epochs::Which,
    out::Out,
    pictures::{Look, PlotArgs},
    trouble::{Answer, Status, Trouble},
    words::{path_shown, shown},
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay figure run.replay -o run.png
  training-replay figure --epoch 20 --panel space --layer hidden run.replay -o space.svg
  training-replay figure --theme dark --size 800x500 --scale 2 run.replay -o run.png";

/// Draws an epoch as PNG or SVG: the spaces, the boundary, histograms and curves
#[derive(Args, Debug)]
pub struct FigureArgs {
    /// The recording
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The picture; its name ends in .png or .svg; one that is there is replaced
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// The epoch: a number, `first` or `last`
    #[arg(long, value_name = "EPOCH", default_value = "last")]
    epoch: Which,
    /// What is drawn
    #[arg(long, value_enum, default_value_t = Panels::All)]
    panel: Panels,
    #[command(flatten)]
    plot: PlotArgs,
    #[command(flatten)]
    look: Look,
    /// Write JSON about the picture
    #[arg(long)]
    json: bool,
}

/// What can be drawn of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub enum Panels {
    /// Everything that an epoch has
    All,
    /// The space of a hidden layer
    Space,
    /// The decision boundary among the inputs
    Boundary,
    /// Loss and accuracy over the epochs
    Curves,
    /// The losses of the samples
    Losses,
    /// How sure the network is
    Confidences,
    /// Predicted against true classes
    Confusion,
    /// The network with its weights
    Network,
    /// Distributions of the weights
    Weights,
    /// Distributions of the gradients
    Gradients,
    /// Distributions of the activations
    Activations,
}

impl FigureArgs {
    pub fn run(&self) -> Answer<Status> {
        let failed = Trouble::with(&self.file);
        let replay = self.plot.question.open(&self.file)?;
        let bar = Bar::of("epochs");
        let run = self.plot.question.run(&self.file, &replay)?.progress(bar.callback());
        let epoch = self.epoch.one(&self.file, &replay)?;
        let plots = self.plot.of(&self.file, run)?;
        let figure = self.look.of(self.panel.of(&plots, epoch).map_err(&failed)?);
        figure.save(&self.output).map_err(Trouble::with(&self.output))?;
        drop(bar);
        self.say(epoch, &plots, figure.resolution())
    }

    fn say(&self, epoch: u64, plots: &RunPlots<'_, Sequential>, size: (u32, u32)) -> Answer<Status> {
        let mut out = Out::new();
        let caveats: Vec<String> = plots.caveats().iter().map(ToString::to_string).collect();
        if self.json {
            let document = json!({
                "file": self.file.display().to_string(),
                "output": self.output.display().to_string(),
                "epoch": epoch,
                "width": size.0,
                "height": size.1,
                "caveats": caveats,
            });
            out.json("figure", document)?;
        } else {
            out.line(format!("{}: epoch {epoch}, {} x {} pixels", path_shown(&self.output), size.0, size.1))?;
            caveats.iter().try_for_each(|caveat| out.line(shown(caveat)))?;
        }
        out.flush()?;
        Ok(Status::Held)
    }
}

impl Panels {
    /// The picture of an epoch.
    pub fn of(self, plots: &RunPlots<'_, Sequential>, epoch: u64) -> Result<Figure> {
        let violins = |quantity| plots.violins(quantity, &LayerFilter::default())?.panel(epoch);
        let panel = match self {
            Self::All => return plots.figure(epoch),
            Self::Space => plots.feature_space(epoch)?,
            Self::Boundary => plots.decision_boundary(epoch)?,
            Self::Curves => plots.curves_until(epoch),
            Self::Losses => plots.losses(epoch)?,
            Self::Confidences => plots.confidences(epoch)?,
            Self::Confusion => plots.confusion(epoch)?,
            Self::Network => plots.network(epoch)?,
            Self::Weights => violins(Quantity::weights())?,
            Self::Gradients => violins(Quantity::gradients(plots.loss()))?,
            Self::Activations => violins(Quantity::activations())?,
        };
        Ok(Figure::of(panel))
    }
}
