//! What pictures, animations and pages have in common: which layer, what size, which colors.

use std::{path::Path, str::FromStr};

use clap::{Args, ValueEnum};
use training_replay::{
    Run, Sequential,
    plot::{Figure, RunPlotOptions, RunPlots, Theme},
};

use crate::{
    question::Question,
    trouble::{Answer, Trouble},
};

/// What is drawn of a run.
#[derive(Args, Debug, Default)]
pub struct PlotArgs {
    #[command(flatten)]
    pub question: Question,
    /// The hidden layer whose space is shown; without it the last one
    #[arg(long, value_name = "NAME")]
    pub layer: Option<String>,
    /// What the classes are called, in their order
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub classes: Vec<String>,
    /// Of several labels or outputs the one that is shown, counted from 0
    #[arg(long, value_name = "NUMBER")]
    pub output_index: Option<usize>,
    /// Losses and their curves by their logarithms
    #[arg(long)]
    pub log_losses: bool,
}

impl PlotArgs {
    /// The plots of a run: reads it once, or twice.
    pub fn of<'r>(&self, path: &Path, run: Run<'r, Sequential>) -> Answer<RunPlots<'r, Sequential>> {
        self.options().of(run).map_err(Trouble::with(path))
    }

    pub fn options(&self) -> RunPlotOptions {
        let mut options = RunPlots::options().log_losses(self.log_losses);
        if let Some(loss) = self.question.loss {
            options = options.loss(loss);
        }
        if let Some(layer) = &self.layer {
            options = options.layer(layer);
        }
        if let Some(output) = self.output_index {
            options = options.output(output);
        }
        if self.classes.is_empty() { options } else { options.name_classes(&self.classes) }
    }
}

/// How a picture looks.
#[derive(Args, Debug)]
pub struct Look {
    /// Width and height of the picture
    #[arg(long, value_name = "WIDTHxHEIGHT", default_value = "1200x600")]
    pub size: Size,
    /// Pixels of the file for one of the size
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    pub scale: f64,
    /// Colors for a light or a dark page
    #[arg(long, value_enum, default_value_t = Colors::Light)]
    pub theme: Colors,
}

impl Look {
    pub fn of(&self, figure: Figure) -> Figure {
        let theme = match self.theme {
            Colors::Light => Theme::light(),
            Colors::Dark => Theme::dark(),
        };
        figure.size(self.size.0, self.size.1).scale(self.scale).theme(theme)
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Colors {
    Light,
    Dark,
}

/// Width and height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size(u32, u32);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let sides = text.split_once('x').and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
        sides
            .map(|(width, height)| Self(width, height))
            .ok_or_else(|| "it must be a width and a height, as 1200x600".into())
    }
}
