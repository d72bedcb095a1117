//! A page to play with: runs side by side, on one clock.

mod arrays;
mod frame;
mod html;
mod run;
mod run_data;

use std::{fs, path::Path};

use self::{
    arrays::Arrays,
    run_data::{PageData, RunData},
};
use super::run::RunPlots;
use crate::{Error, Forward, Result};

/// A page to play with: one or more runs side by side on one clock, in a single file that needs no network.
///
/// ```
/// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Result, Sequential, Trainer, datasets};
/// use training_replay::plot::{RunPlots, Page};
///
/// # fn main() -> Result<()> {
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("index.html");
/// # let data = datasets::parabola(20, 13);
/// # let train = |activation: Activation| -> Result<Replay> {
/// #     let layers = [Dense::new(2).name("hidden").activation(activation), Dense::new(1).activation(Activation::Sigmoid)];
/// #     let mut model = Sequential::builder(2).layers(layers).build(42)?;
/// #     let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.05));
/// #     let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
/// #     replay.record(&model, Metrics::new())?;
/// #     for _ in 0..5 {
/// #         let metrics = trainer.epoch(&mut model, &data)?;
/// #         replay.record(&model, metrics)?;
/// #     }
/// #     Ok(replay)
/// # };
/// let runs = [("tanh", train(Activation::Tanh)?), ("ReLU", train(Activation::Relu)?)];
/// let mut page = Page::new("Two activations");
/// for (name, replay) in &runs {
///     page.run(*name, &RunPlots::options().name_classes(["negative", "positive"]).of(replay.run()?)?)?;
/// }
/// page.save(&path)?;
/// # Ok(())
/// # }
/// ```
///
/// A browser shows it: feature space, decision boundary, histograms, curves and violins of every run at the same epoch, with a
/// slider, milestones to jump to, and samples to follow. It holds what it shows, in 16 bits a number: 8 bytes for each sample
/// and epoch before they are deflated.
#[derive(Debug)]
pub struct Page {
    title: String,
    max_samples: usize,
    runs: Vec<RunData>,
    arrays: Arrays,
}

impl Page {
    /// An empty page with this title.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), max_samples: 2_000, runs: Vec::new(), arrays: Arrays::default() }
    }

    /// How many samples of the runs that are added from now on the page shows at most: 2,000 without this. Of more, as many
    /// are taken at equal distances in the data set, and the page says so; its curves are about all of them.
    #[must_use]
    pub fn max_samples(self, count: usize) -> Self {
        Self { max_samples: count, ..self }
    }

    /// Adds a run under a name.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for more than 255 classes, and whatever a question behind one of the panels says.
    pub fn run<M: Forward + Sync>(&mut self, name: impl Into<String>, plots: &RunPlots<'_, M>) -> Result<&mut Self> {
        let run = run::run(name.into(), plots, self.max_samples, &mut self.arrays)?;
        self.runs.push(run);
        Ok(self)
    }

    /// The page.
    ///
    /// # Errors
    ///
    /// [`Error::Drawing`] if the data cannot be deflated.
    pub fn to_html(&self) -> Result<String> {
        let page = PageData { title: &self.title, runs: &self.runs };
        let failed = |error: serde_json::Error| Error::Drawing { reason: error.to_string() };
        let meta = serde_json::to_string(&page).map_err(failed)?;
        Ok(html::page(&self.title, &meta, &self.arrays.to_base64()?))
    }

    /// Writes the page to a file.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if it cannot be written, and as [`to_html`](Self::to_html).
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        fs::write(path, self.to_html()?).map_err(|source| Error::io(format!("writing {}", path.display()), source))
    }
}
