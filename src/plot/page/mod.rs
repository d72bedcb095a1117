//! The page: runs side by side at the same epoch.

mod answers;
pub(super) mod arrays;
mod close_up;
mod core;
mod counts;
mod findings;
mod frame;
pub(super) mod html;
mod language_tag;
mod lattice;
mod lesson;
mod lesson_goal;
mod lesson_html;
mod live_run;
mod network;
mod notes;
mod page_bytes;
mod page_data;
mod page_panel;
mod page_source;
#[cfg(feature = "plot")]
mod picture;
mod plane;
mod plane_data;
mod plane_part;
mod run;
mod run_data;
mod run_histograms;
mod run_numbers;
mod run_planes;
mod samples;
mod spans;
mod surface;
mod texts;
mod texts_entry;
mod tints;

use std::{collections::BTreeMap, path::Path};

pub(super) use self::core::Core;
#[cfg(feature = "plot")]
pub use self::picture::Follow;
pub use self::{
    lesson::{Lesson, LessonSection, Sentence},
    live_run::{LivePlane, LiveRun, LiveView},
    page_panel::PagePanel,
    page_source::PageSource,
    texts::Texts,
};
use self::{lesson_html::Region, page_bytes::PageBytes, page_data::PageData, run_data::RunData};
#[cfg(feature = "plot")]
use super::panel::Panel;
use super::run::RunPlots;
use crate::{Error, Forward, Result, file, notation::allowed};

/// An interactive page: one or more runs side by side at the same epoch, in a single HTML file that needs no network.
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
/// A browser shows feature space, decision boundary, histograms, curves and violins of every run, with a slider over the
/// epochs, milestones to jump to, and samples to follow. Of several labels a sample, histogram and confusion matrix are those of
/// any that is chosen; of numbers there are level lines, or a fit over a single input, predictions against what is true, and
/// residuals. A dense network of up to 16 units a layer and 256 weights is drawn with the weights of the epoch, and says their
/// gradients. Losses and curves can be seen by their logarithms, spaces and violins on
/// the axes of one epoch. Bins, counts and words are those of the pictures.
///
/// The page holds what it shows, in 16 bits a number: 9 bytes for each sample and epoch before they are deflated. Where it is smaller
/// so, and of built-in networks alone, it carries their recordings instead, and this crate as WebAssembly, which computes in the
/// browser what is shown, to the same bits ([`source`](Self::source)). Then whoever looks at it chooses the threshold, the hidden
/// layer, and two of its units or its principal plane.
#[derive(Clone, Debug)]
pub struct Page {
    title: String,
    max_samples: usize,
    source: PageSource,
    captions: BTreeMap<u64, String>,
    lesson: Option<Region>,
    texts: Texts,
    /// What computes.
    core: Option<Core>,
    runs: Vec<RunData>,
}

impl Page {
    /// Creates an empty page with this title.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            max_samples: 2_000,
            source: PageSource::default(),
            captions: BTreeMap::new(),
            lesson: None,
            texts: Texts::english(),
            core: Core::of_pages(),
            runs: Vec::new(),
        }
    }

    /// Sets the largest number of samples that the page shows of the runs that are added from now on; 2,000 without it.
    ///
    /// Of more, as many are taken at equal distances in the data set, and the page says so. Its curves are over all of them.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// use training_replay::plot::{Page, RunPlots};
    ///
    /// let plots = RunPlots::of(replay.run()?)?;
    /// let (mut few, mut all) = (Page::new("25 of 100 samples").max_samples(25), Page::new("All samples"));
    /// assert!(few.run("tanh", &plots)?.bytes()? < all.run("tanh", &plots)?.bytes()?);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn max_samples(self, count: usize) -> Self {
        Self { max_samples: count, ..self }
    }

    /// Sets where the numbers of the runs come from that are added from now on; from what takes less room without it.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// use training_replay::plot::{Page, PageSource, RunPlots};
    ///
    /// let mut page = Page::new("A page that computes").source(PageSource::Recordings);
    /// page.run("tanh", &RunPlots::of(replay.run()?)?)?;
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn source(self, source: PageSource) -> Self {
        Self { source, ..self }
    }

    /// Sets the module that the page carries if it computes: that of `web/build`, gzipped, in place of the one that comes with this
    /// crate. A program that runs in a browser itself carries none, and hands its own on.
    ///
    /// ```
    /// use training_replay::plot::Page;
    ///
    /// let error = Page::new("A run").module(b"no module".to_vec()).unwrap_err();
    /// assert!(error.to_string().ends_with("it must be gzipped WebAssembly"));
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for bytes that are not gzipped WebAssembly. Of another version's module the page says what it misses.
    pub fn module(self, gzipped: Vec<u8>) -> Result<Self> {
        Ok(Self { core: Some(Core::of(gzipped)?), ..self })
    }

    /// Says something of an epoch, and of those after it up to the next caption: a line above the runs. A second one of an epoch
    /// replaces the first, and an empty one ends the one before. One of an epoch after the last of all runs is an error of
    /// [`to_html`](Self::to_html).
    ///
    /// ```
    /// use training_replay::plot::Page;
    ///
    /// let page = Page::new("A run").caption(0, "Nothing is learned yet.").caption(65, "The boundary bends.");
    /// assert!(page.to_html()?.contains("A run"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn caption(mut self, epoch: u64, text: impl Into<String>) -> Self {
        self.captions.insert(epoch, text.into());
        self
    }

    /// Sets the language of the page's own words; English without it. [`Texts`] has an example.
    #[must_use]
    pub fn texts(self, texts: Texts) -> Self {
        Self { texts, ..self }
    }

    /// Adds a run under a name. Reads it once.
    ///
    /// The file grows with epochs times shown samples and with epochs times classes, whatever the number of samples: each epoch
    /// takes 9 bytes a sample (of numbers 6, and 4 more for each output; 2 more for each of several labels), 18 kilobytes for two grids, and 11 for each class beyond the second, of which between a fifth and
    /// a half is left in the file. Of thousands of epochs show some, with [`Run::epochs`](crate::Run::epochs), or fewer samples,
    /// with [`max_samples`](Self::max_samples); [`bytes`](Self::bytes) says what came of it.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// use training_replay::plot::{Page, RunPlots};
    ///
    /// let plots = RunPlots::of(replay.run()?)?;
    /// let html = Page::new("A run").run("tanh", &plots)?.to_html()?;
    /// assert!(html.contains("A run"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for more than 255 classes, labels or outputs, and whatever a question behind one of the panels fails with.
    pub fn run<M: Forward>(&mut self, name: impl Into<String>, plots: &RunPlots<'_, M>) -> Result<&mut Self> {
        let run = page_source::run(name.into(), plots, self.max_samples, self.source.possible(self.core.is_some()))?;
        self.runs.push(run);
        Ok(self)
    }

    /// Adds the runs of another page as they stand there; its title, captions and lesson are left behind.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// use training_replay::plot::{Page, RunPlots};
    ///
    /// let mut one = Page::new("Made once, for any number of pages");
    /// one.run("tanh", &RunPlots::of(replay.run()?)?)?;
    /// let html = Page::new("Two runs").append(one.clone()).append(one).to_html()?;
    /// # assert!(html.starts_with("<!doctype html>"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn append(&mut self, other: Self) -> &mut Self {
        self.runs.extend(other.runs);
        self
    }

    /// Adds a picture to the run that was added last, below its other panels: any panel there is, in the colors of both themes, with
    /// a mark where the epoch of the slider is on it.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    /// use training_replay::plot::{Follow, Page, Panel, RunPlots};
    ///
    /// # let data = datasets::moons(50, 0.1, 7);
    /// # let layers = [Dense::new(4).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let mut model = Sequential::builder(2).layers(layers).build(1)?;
    /// # let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.1));
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # for _ in 0..4 {
    /// #     let metrics = trainer.epoch(&mut model, &data)?;
    /// #     replay.record(&model, metrics)?;
    /// # }
    /// let run = replay.run()?;
    /// let path = run.weight_path()?;
    /// let surface = run.loss_surface(path.plane()?, &path.grid(0.2).points(20), Loss::BinaryCrossEntropy)?;
    /// let panel = Panel::loss_surface(&surface)?.weight_path("the run", &path)?;
    /// let mut page = Page::new("Where a run went");
    /// page.run("run", &RunPlots::of(run)?)?.panel(&panel, &Follow::Points(path.points()?))?;
    /// # assert!(panel.x.label.contains("of the variance"));
    /// let html = page.to_html()?;
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if no run was added, [`Error::Invalid`] for epochs that are not in rising order, and as [`Panel::draw`].
    #[cfg(feature = "plot")]
    pub fn panel(&mut self, panel: &Panel, follow: &Follow) -> Result<&mut Self> {
        let run = last(&mut self.runs)?;
        let picture = picture::of(panel, follow, &run.epochs, &mut run.arrays)?;
        run.pictures.push(picture);
        Ok(self)
    }

    /// Puts a lesson beside the panels, whose sentences lead to epochs and panels of the runs that were added before it. A second one
    /// replaces the first.
    ///
    /// [`Lesson`] has an example.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a lesson or a section with nothing in it, a title, heading or sentence without words, a language that is
    /// no tag, and a sentence of a run, an epoch, a panel or a quantity that is not on the page, or of a name that several runs have;
    /// [`Error::Missing`] for a sentence that leads somewhere, if no run was added. It says which sentence.
    pub fn lesson(&mut self, lesson: &Lesson) -> Result<&mut Self> {
        self.lesson = Some(Region::of(lesson, &self.runs)?);
        Ok(self)
    }

    /// Returns the size of the page's file in bytes, which is known when the page is made.
    ///
    /// ```
    /// use training_replay::plot::Page;
    ///
    /// let page = Page::new("Nothing yet");
    /// assert_eq!(page.bytes()?, page.to_html()?.len());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`to_html`](Self::to_html).
    pub fn bytes(&self) -> Result<usize> {
        self.to_html().map(|html| html.len())
    }

    /// Returns the page as HTML.
    ///
    /// ```
    /// use training_replay::plot::Page;
    ///
    /// assert!(Page::new("Nothing yet").to_html()?.starts_with("<!doctype html>"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a caption that no epoch would show, and [`Error::Drawing`] if the data cannot be deflated.
    pub fn to_html(&self) -> Result<String> {
        self.expect_shown_captions()?;
        let live = page_source::live_runs(&self.runs, self.core.as_ref())?;
        let (mut written, is_live) = (PageBytes::default(), live.contains(&true));
        let places = self.runs.iter().zip(live).map(|(run, is_live)| run.write(&mut written, is_live)).collect();
        let captions = self.captions.iter().map(|(epoch, text)| (epoch, text.as_str())).collect();
        let page = PageData { title: &self.title, captions, runs: &self.runs, places };
        let failed = |error: serde_json::Error| Error::Drawing { reason: error.to_string() };
        let meta: String = serde_json::to_string(&page).map_err(failed)?.chars().map(allowed).collect();
        let core = if is_live { self.core.as_ref().ok_or_else(Core::missing)?.to_base64() } else { String::new() };
        let lesson = self.lesson.as_ref().map_or(Ok(String::new()), |lesson| lesson.html(&self.texts))?;
        let [meta, data] = [meta.as_bytes(), &written.bytes].map(arrays::to_base64);
        html::page(&self.texts, &self.title, &lesson, [("meta", &meta?), ("data", &data?), ("core", &core)])
    }

    fn expect_shown_captions(&self) -> Result<()> {
        let last = self.runs.iter().filter_map(|run| run.epochs.last()).max();
        match (last, self.captions.last_key_value()) {
            (Some(last), Some((epoch, text))) if epoch > last => Err(Error::invalid(
                format!("the epoch of the caption {text:?}"),
                format!("at most {last}, the last of the runs"),
                epoch,
            )),
            _ => Ok(()),
        }
    }

    /// Writes the page to a file, whose name ends in `.html`. One that exists is replaced when the page is whole.
    ///
    /// ```
    /// use training_replay::plot::Page;
    ///
    /// # let folder = tempfile::tempdir().unwrap();
    /// let path = folder.path().join("index.html");
    /// Page::new("Nothing yet").save(&path)?;
    /// # assert!(path.exists());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for another ending, [`Error::Io`] if it cannot be written, and as [`to_html`](Self::to_html).
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        file::write_html(path.as_ref(), "a page", || self.to_html())
    }
}

fn last(runs: &mut [RunData]) -> Result<&mut RunData> {
    runs.last_mut().ok_or_else(|| Error::missing("run on the page", "add it by `Page::run` first"))
}
