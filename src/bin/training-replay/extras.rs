//! What a page shows below its usual panels.

use std::path::Path;

use clap::ValueEnum;
use training_replay::{
    Loss, Run, Sequential,
    analysis::PredictionDepth,
    plot::{Follow, Page, Panel},
};

use crate::{
    pictures::PlotArgs,
    trouble::{Answer, Trouble},
};

/// Points along a side of the loss surface, and how much of the path's extent lies around it.
const POINTS: usize = 50;
const MARGIN: f32 = 0.2;

/// More epochs have no room side by side.
const COMPARED: usize = 25;

/// How many neighbors vote on a sample's depth: those of the command `depth`.
const NEIGHBORS: usize = 30;

/// A kind of panels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Extra {
    /// The loss on the plane of the path of the weights, and the path
    Landscape,
    /// The singular values of every kernel
    Spectra,
    /// How alike the outputs of each hidden layer are from epoch to epoch
    Similarity,
    /// Confidence, variability and correctness of every sample
    Map,
    /// At which layer samples are decided at the last epoch, by 30 nearest neighbors
    Depth,
}

/// What panels are made of.
pub struct Shown<'a, 'r> {
    pub path: &'a Path,
    pub run: &'a Run<'r, Sequential>,
    pub plot: &'a PlotArgs,
}

impl Shown<'_, '_> {
    /// Adds panels to the run that was added last.
    pub fn add(&self, extra: Extra, page: &mut Page) -> Answer<()> {
        for (panel, follow) in self.panels(extra)? {
            page.panel(&panel, &follow).map_err(Trouble::with(self.path))?;
        }
        Ok(())
    }

    fn panels(&self, extra: Extra) -> Answer<Vec<(Panel, Follow)>> {
        match extra {
            Extra::Landscape => Ok(vec![self.landscape()?]),
            Extra::Spectra => self.spectra(),
            Extra::Similarity => self.similarities(),
            Extra::Map => Ok(vec![(self.map()?, Follow::Nothing)]),
            Extra::Depth => Ok(vec![(self.depth()?, Follow::Nothing)]),
        }
    }

    fn loss(&self) -> Answer<Loss> {
        let loss = self.plot.question.loss.or(self.run.replay().loss());
        loss.ok_or_else(|| Trouble::of(self.path, "no loss was noted, which these panels are of: --loss gives it"))
    }

    fn landscape(&self) -> Answer<(Panel, Follow)> {
        let (failed, loss) = (Trouble::with(self.path), self.loss()?);
        let path = self.run.weight_path().map_err(&failed)?;
        let plane = path.plane().map_err(&failed)?;
        let surface = self.run.loss_surface(plane, &path.grid(MARGIN).points(POINTS), loss).map_err(&failed)?;
        let panel =
            Panel::loss_surface(&surface).and_then(|panel| panel.weight_path("path", &path)).map_err(&failed)?;
        Ok((panel.titled("Loss around the path"), Follow::Points(path.points().map_err(&failed)?)))
    }

    fn spectra(&self) -> Answer<Vec<(Panel, Follow)>> {
        let failed = Trouble::with(self.path);
        let spectra = self.run.kernel_spectra().map_err(&failed)?;
        let kernels = spectra.spectra.first().map_or_else(Vec::new, Clone::clone);
        let panel = |(layer, name): (&str, &str)| {
            let panel = Panel::spectra(&spectra.of(layer, name).map_err(&failed)?);
            Ok((panel, Follow::HorizontalAxis))
        };
        kernels.iter().map(|kernel| (kernel.layer.as_str(), kernel.name.as_str())).map(panel).collect()
    }

    fn similarities(&self) -> Answer<Vec<(Panel, Follow)>> {
        let failed = Trouble::with(self.path);
        let layers = match &self.plot.layer {
            Some(layer) => vec![layer.clone()],
            None => self.hidden_layers()?,
        };
        let epochs = self.run.chosen_epochs();
        let every = epochs.len().div_ceil(COMPARED).max(1);
        let run = self.run.clone().epochs(epochs.iter().copied().step_by(every));
        let panel = |layer: &String| {
            let similarities = run.layer_similarities(layer).map_err(&failed)?;
            let panel = Panel::similarities(&similarities).titled(format!("Similarity of {layer} over the epochs"));
            Ok((panel, Follow::Nothing))
        };
        layers.iter().map(panel).collect()
    }

    /// Those with a kernel, but for the last one.
    fn hidden_layers(&self) -> Answer<Vec<String>> {
        let spectra = self.run.kernel_spectra().map_err(Trouble::with(self.path))?;
        let mut layers: Vec<String> = Vec::new();
        for kernel in spectra.spectra.first().into_iter().flatten() {
            if layers.last() != Some(&kernel.layer) {
                layers.push(kernel.layer.clone());
            }
        }
        layers.pop();
        if layers.is_empty() {
            return Err(Trouble::of(self.path, "there is no hidden layer, whose similarity could be shown"));
        }
        Ok(layers)
    }

    fn depth(&self) -> Answer<Panel> {
        let last = self.run.chosen_epochs().iter().next_back().copied();
        let depths = self.run.clone().epochs(last).map(|snapshot| PredictionDepth::of(snapshot, NEIGHBORS));
        let depths = depths.map_err(Trouble::with(self.path))?;
        let (Some(depth), Some(epoch)) = (depths.first(), last) else {
            return Err(Trouble::of(self.path, "there is no epoch, whose samples could be decided"));
        };
        Ok(Panel::prediction_depth(depth).titled(format!("Prediction depth, epoch {epoch}")))
    }

    fn map(&self) -> Answer<Panel> {
        let history = self.run.sample_history(self.loss()?).map_err(Trouble::with(self.path))?;
        Ok(Panel::data_map(&history.data_map().map_err(Trouble::with(self.path))?))
    }
}
