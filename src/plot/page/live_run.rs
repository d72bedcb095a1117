//! A run of a page whose numbers are computed where they are shown.

use serde::{Deserialize, Serialize};

use super::{
    arrays,
    close_up::CloseUp,
    counts::{LOG_BINS, LossBins},
    frame::Frame,
    page_bytes::PageBytes,
    run::{self, Made},
    samples::Samples,
    spans::Spans,
    surface::Surface,
};
use crate::{
    Error, Forward, Replay, Result, Sequential,
    analysis::Plane,
    codec,
    plot::{
        RunPlotOptions, RunPlots,
        run::settings::{Input, Settings},
    },
    replay::Run,
};

/// What the bytes of a run are called in errors.
const BYTES: &str = "the bytes of a run on a page";

/// A run of a [`Page`](crate::plot::Page) that carries its recording: it computes what the panels show of an epoch, where the page
/// is shown.
///
/// The page holds its bytes, and the crate as WebAssembly, which opens them: the numbers are those that the page would hold
/// otherwise, bit for bit. Only what lies between the smallest and the largest number of all epochs, the limits of the axes, is
/// found when the page is made.
///
/// ```
/// use training_replay::plot::LiveRun;
///
/// let error = LiveRun::open(b"no run").unwrap_err();
/// assert!(error.to_string().starts_with("the bytes of a run on a page"));
/// ```
#[derive(Debug)]
pub struct LiveRun {
    /// What the page was made with.
    made: Head,
    /// What is looked at.
    head: Head,
    replay: Replay,
    epochs: Vec<u64>,
}

/// What is looked at, where that is something else than what a page was made with.
///
/// ```
/// use training_replay::plot::LiveView;
///
/// let view = LiveView { units: Some([0, 3]), ..LiveView::default() };
/// assert_eq!(view.layer, None); // the one that the page was made with
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LiveView {
    /// The hidden layer.
    pub layer: Option<String>,
    /// The two units of it along the axes; those of a layer of two, and the principal plane of more, where none are given.
    pub units: Option<[usize; 2]>,
    /// Above which class 1 is predicted, of a single output.
    pub threshold: Option<f32>,
}

impl LiveView {
    fn options(&self, settings: Settings, layers: &[(String, usize)]) -> Result<RunPlotOptions> {
        let options = settings.into_options();
        let Some(layer) = self.layer.clone().or(options.shown_layer()) else { return Ok(options) };
        let width = layers.iter().find(|(name, _)| *name == layer).map_or(0, |(_, units)| *units);
        let is_same = self.layer.is_none() && self.units.is_none();
        let options = if is_same { options } else { options.layer(layer).without_plane() };
        match self.units.filter(|units| width > 2 || *units != [0, 1]) {
            Some([first, second]) => Ok(options.plane(Plane::of_axes(width, first, second)?)),
            None => Ok(options),
        }
    }
}

/// A plane of a page, of which a part can be seen closer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LivePlane {
    /// The space of the hidden layer that is looked into.
    FeatureSpace,
    /// That of the inputs.
    InputSpace,
}

/// What is known over all epochs.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Head {
    /// Settings and limits.
    plots: Vec<u8>,
    spans: Spans,
    /// So many samples are shown at most.
    samples: u64,
    threshold: Option<f32>,
    /// The hidden layers that could be looked into, and how many units each has.
    layers: Vec<(String, usize)>,
}

impl Head {
    /// At the beginning of some bytes, and what is behind it.
    fn of_bytes(bytes: &[u8]) -> Result<(Self, &[u8])> {
        let failed = |found| Error::invalid(BYTES, "what is known over all epochs and a recording", found);
        let head = codec::decode_prefix(bytes).map_err(failed)?;
        let behind = codec::behind(&head, bytes).map_err(failed)?;
        Ok((head, behind))
    }

    fn to_bytes(&self) -> Result<Vec<u8>> {
        let failed = |found| Error::invalid("what is known of a run over all epochs", codec::AT_MOST, found);
        codec::encode(self).map_err(failed)
    }

    /// Fails if it is that of another run.
    fn of(self, replay: &Replay) -> Result<Self> {
        self.spans.check(&RunPlots::again(replay.run()?, &self.plots)?)?;
        Ok(self)
    }
}

impl LiveRun {
    /// Opens a run from the bytes that a page holds of it.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for bytes that are none of a run, and as [`Replay::from_bytes`].
    pub fn open(bytes: &[u8]) -> Result<Self> {
        let (head, recording) = Head::of_bytes(bytes)?;
        let replay = Replay::from_bytes(recording)?;
        let head = head.of(&replay)?;
        let epochs = replay.epochs().collect();
        Ok(Self { made: head.clone(), head, epochs, replay })
    }

    /// Returns how many epochs there are.
    pub fn len(&self) -> usize {
        self.epochs.len()
    }

    /// Returns whether there are no epochs.
    pub fn is_empty(&self) -> bool {
        self.epochs.is_empty()
    }

    /// Returns what a page would say of the run that was made to look at something else, which [`turn`](Self::turn) turns it to;
    /// nothing, where it is what the page was made with, which says that.
    ///
    /// Arrays as in [`epoch`](Self::epoch), of bytes: what `turn` takes; a text in JSON; and the bytes of the arrays that are of
    /// every epoch. Every epoch is read, once or twice.
    ///
    /// # Errors
    ///
    /// As [`RunPlotOptions::of`](crate::plot::RunPlotOptions::of) and [`Page::run`](crate::plot::Page::run).
    pub fn look(&self, view: &LiveView) -> Result<Vec<u8>> {
        if *view == LiveView::default() {
            return Ok(Vec::new());
        }
        let (threshold, samples) = (view.threshold.or(self.made.threshold), self.made.samples);
        let plots = self.plots_of(view, threshold)?;
        let Made { run, spans, .. } = run::run(String::new(), &plots, samples as usize, 0)?;
        let mut page = PageBytes::default();
        let places = run.write(&mut page, true);
        let failed = |error: serde_json::Error| Error::Drawing { reason: error.to_string() };
        let (text, bytes) = (serde_json::to_vec(&(&run, places)).map_err(failed)?, page.bytes);
        let head = Head { plots: plots.kept()?, spans, threshold, samples, layers: run.layers }.to_bytes()?;
        Ok(arrays::answer(&[&head, &text, &bytes]))
    }

    /// Shows what was looked at from now on, of which these bytes are the first array; of none, what the page was made with.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for bytes that are of no view, or of that of another network; then it shows what it did before.
    pub fn turn(&mut self, looked: &[u8]) -> Result<()> {
        let head = if looked.is_empty() { self.made.clone() } else { Head::of_bytes(looked)?.0.of(&self.replay)? };
        if head.layers != self.made.layers {
            return Err(Error::invalid(
                "the hidden layers of a view",
                "those of the run",
                format!("{:?}", head.layers),
            ));
        }
        self.head = head;
        Ok(())
    }

    fn plots_of(&self, view: &LiveView, threshold: Option<f32>) -> Result<RunPlots<'_, Sequential>> {
        let made = RunPlots::again(self.run_at(threshold)?, &self.made.plots)?;
        view.options(made.settings, &self.made.layers)?.of(self.run_at(threshold)?)
    }

    fn run_at(&self, threshold: Option<f32>) -> Result<Run<'_, Sequential>> {
        Ok(threshold.into_iter().fold(self.replay.run()?, Run::threshold))
    }

    /// Returns the arrays of an epoch, by its place among those of the run, and at another threshold than the page was made with if
    /// one is given.
    ///
    /// How many arrays there are, how many bytes each has, as `u32`, and then their bytes, each from a multiple of four on; all
    /// numbers little-endian. They are those of the page that are of epochs, in their order.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a place that no epoch has, and a threshold where no class is predicted by one; and whatever a question
    /// behind one of the panels fails with.
    pub fn epoch(&self, place: usize, threshold: Option<f32>) -> Result<Vec<u8>> {
        let (epoch, plots) = (self.epoch_at(place)?, self.plots_at(threshold)?);
        let (samples, bins) = (Samples::of(&plots, self.head.samples as usize)?, LossBins::of(&plots)?);
        let frame = Frame::of(&plots, &plots.run.at(epoch)?, &samples, &bins)?;
        run::of_epoch(&plots, frame, &samples, &bins, &self.head.spans)
    }

    /// Returns what is predicted on a grid over a part of a plane, at an epoch by its place: what one sees who looks closer.
    ///
    /// `ends` are those of the part: of the horizontal axis, then of the vertical one. The grid has the lines of that of the whole
    /// plane, and finer ones between them; it is bent where that of the whole is. Arrays as in [`epoch`](Self::epoch): the number of
    /// points along a side, and how many of them are from line to line; x of all points, then y of all, as `f32`; the scores of the
    /// classes; of each line of the boundary its first point, and behind them the number of all points; these, x of all, then y of
    /// all, as `f32`; and the level of each line, of numbers. There is no grid where none of it comes near, or none is known.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a place that no epoch has, ends that are no numbers or in the wrong order, and a part of which the
    /// whole plane is a small part; [`Error::Missing`] for a plane that the run has not.
    pub fn close_up(
        &self,
        place: usize,
        plane: LivePlane,
        ends: [[f64; 2]; 2],
        threshold: Option<f32>,
    ) -> Result<Vec<u8>> {
        let (epoch, plots) = (self.epoch_at(place)?, self.plots_at(threshold)?);
        let snapshot = plots.run.at(epoch)?;
        let at = plots.at(&snapshot);
        let close_up = match plane {
            LivePlane::FeatureSpace => CloseUp::hidden(&plots, &at, ends)?,
            LivePlane::InputSpace => CloseUp::among_inputs(&plots, &at, input_of(&plots)?, ends)?,
        };
        Ok(close_up.to_answer())
    }

    /// Returns what a unit of a layer makes of the inputs, on a grid over a part of the plane on which they are seen, at an epoch by
    /// its place.
    ///
    /// Arrays as in [`close_up`](Self::close_up): the numbers of points, the points, and the value at each, as `f32`.
    ///
    /// # Errors
    ///
    /// As [`close_up`](Self::close_up); and [`Error::UnknownLayer`] and [`Error::Invalid`] for a layer or a unit that the network has
    /// not.
    pub fn surface(&self, place: usize, layer: &str, unit: usize, ends: [[f64; 2]; 2]) -> Result<Vec<u8>> {
        let (epoch, plots) = (self.epoch_at(place)?, self.plots_at(None)?);
        let snapshot = plots.run.at(epoch)?;
        Ok(Surface::of(snapshot.model(), input_of(&plots)?, layer, unit, ends)?.to_answer())
    }

    fn epoch_at(&self, place: usize) -> Result<u64> {
        let expected = || format!("below {}, the number of epochs", self.epochs.len());
        let epoch = self.epochs.get(place).copied();
        epoch.ok_or_else(|| Error::invalid("the place of an epoch", expected(), place))
    }

    fn plots_at(&self, threshold: Option<f32>) -> Result<RunPlots<'_, Sequential>> {
        RunPlots::again(self.run_at(threshold.or(self.head.threshold))?, &self.head.plots)
    }
}

/// How the inputs are seen.
fn input_of<'p, M>(plots: &'p RunPlots<'_, M>) -> Result<&'p Input> {
    let hint = "a single input has none";
    plots.settings.input.as_ref().ok_or_else(|| Error::missing("plane of the inputs", hint))
}

impl Spans {
    /// Fails for those of another run.
    fn check<M>(&self, plots: &RunPlots<'_, M>) -> Result<()> {
        let (found, expected) = (self.outputs.len(), plots.settings.parts());
        if found != expected {
            return Err(Error::invalid("the number of spans of outputs", expected.to_string(), found));
        }
        if self.first_log_bin >= LOG_BINS {
            return Err(Error::invalid("the first bin of losses", format!("below {LOG_BINS}"), self.first_log_bin));
        }
        Ok(())
    }
}

/// So many epochs are computed both ways when a page is made.
pub(super) const COMPARED: usize = 16;

/// The same of a recording that may be smaller than the arrays of its epochs: that of a wide network is not, and is not even made.
pub(super) fn smaller_bytes_of<M: Forward>(plots: &RunPlots<'_, M>, most: usize, made: &Made) -> Result<Vec<u8>> {
    let recorded = plots.run.replay().recorded_weights();
    let size = |shape: &[u64]| shape.iter().copied().fold(1, u64::saturating_mul);
    let values = recorded.parameters().map(|it| size(it.shape())).fold(0, u64::saturating_add);
    let bytes = values.saturating_mul(4).saturating_mul(plots.run.chosen_epochs().len() as u64);
    if bytes < made.run.arrays.size_of_epochs() as u64 {
        return bytes_of(plots, most, made);
    }
    Err(Error::missing("recording that is smaller than what is shown", "the page holds that"))
}

/// The bytes of a run, from which its epochs are computed. Fails where that cannot be done, or gives other numbers: of models that
/// are no built-in networks.
pub(super) fn bytes_of<M: Forward>(plots: &RunPlots<'_, M>, most: usize, made: &Made) -> Result<Vec<u8>> {
    let head = Head {
        plots: plots.kept()?,
        spans: made.spans.clone(),
        samples: most as u64,
        threshold: plots.run.chosen_threshold(),
        layers: made.run.layers.clone(),
    };
    let mut bytes = head.to_bytes()?;
    bytes.extend(recording_of(plots)?);
    expect_same(&LiveRun::open(&bytes)?, &made.some)?;
    Ok(bytes)
}

/// A recording of the shown epochs alone, without what training needs to go on.
fn recording_of<M: Forward>(plots: &RunPlots<'_, M>) -> Result<Vec<u8>> {
    let run = plots.run.replay().run()?;
    let mut replay = Replay::options().dataset(plots.data).loss(plots.loss()).without_probe().salt(0).in_memory();
    for &epoch in plots.epochs() {
        let snapshot = run.at(epoch)?;
        replay.record_at(epoch, snapshot.model(), snapshot.metrics()?)?;
    }
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes)?;
    Ok(bytes)
}

/// Fails where other numbers come out than those of the model: it may be none that the recording describes.
fn expect_same(live: &LiveRun, expected: &[(usize, Vec<u8>)]) -> Result<()> {
    for (place, arrays) in expected {
        if live.epoch(*place, None)? != *arrays {
            let hint = "the model is not the network that the recording describes";
            let epoch = live.epochs[*place];
            return Err(Error::missing(format!("way to compute epoch {epoch} from the recording alone"), hint));
        }
    }
    Ok(())
}
