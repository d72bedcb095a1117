//! The spaces of a run at an epoch: of a hidden layer, and of the inputs.

use std::ops::RangeInclusive;

use super::{
    axes::Axes,
    epoch_data::EpochData,
    run_plots::RunPlots,
    settings::{Hidden, Input},
    space::Space,
    task::Task,
};
use crate::plot::Panel;
use crate::{
    Error, Forward, Result,
    analysis::{DecisionBoundary, FeatureSpace, Grid},
    math::stats::Extent,
    notation::percent,
    replay::Snapshot,
};

/// Points along a side of the regions behind a layer.
const REGIONS: usize = 100;

impl<'a, M: Forward> RunPlots<'a, M> {
    /// Returns the feature space of the hidden layer at an epoch.
    ///
    /// Two inputs have a grid that is bent. With any other number, a layer of two units has the regions behind it. Misclassified
    /// samples have a ring. Notes say what share of the variance a plane shows, and how many samples are not seen.
    ///
    /// Where targets are numbers, samples have the color of the nearest of some levels. Of several labels or outputs one is shown:
    /// [`RunPlotOptions::output`](crate::plot::RunPlotOptions::output).
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets, plot::RunPlots};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let space = RunPlots::of(replay.run()?)?.feature_space(0)?;
    /// assert_eq!((space.title.as_str(), space.x.label.as_str()), ("Feature space of hidden", "unit 0"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) if the model has no hidden layer of two units or more, and if the epoch cannot be
    /// read.
    pub fn feature_space(&self, epoch: u64) -> Result<Panel> {
        self.feature_space_of(&self.at(&self.run.at(epoch)?))
    }

    pub(super) fn feature_space_of(&self, at: &EpochData<'_, 'a, M>) -> Result<Panel> {
        let space = at.feature_space(&self.settings.grid)?;
        let panel = match self.settings.task {
            Task::Classes => Panel::feature_space(&space, self.data)?,
            Task::Labels => Panel::space_of_label(&at.label_space(&space)?, self.data, self.settings.output)?,
            Task::Numbers => Panel::space_of_values(&space, self.data, self.settings.output)?,
        };
        let panel = self.in_space(self.named(panel), &space);
        let panel = self.with_repeated_colors(panel);
        let panel = panel.ring_misclassified(&space.samples, &at.misclassified()?);
        if let Some(map) = self.map_between(at.snapshot, &self.space_axes(&space).grid().points(REGIONS))? {
            return self.with_regions(panel, at, &map);
        }
        self.with_bent_lines(panel, at)
    }

    /// Gives a panel of the hidden space its axes, its words, and what must be known to read it.
    pub(crate) fn in_space(&self, panel: Panel, space: &FeatureSpace) -> Panel {
        let mut panel = self.space_axes(space).apply(panel);
        if let Some(hidden) = &self.settings.hidden {
            panel.title = format!("Feature space of {}{}", hidden.layer, self.by_output());
            [panel.x.label, panel.y.label] = hidden.labels();
            panel.notes.extend(hidden.note_of_units());
            panel.notes.extend(note_of_plane(hidden, space));
        }
        panel.notes.extend(self.limits.space.notes.iter().filter(|_| self.settings.axes.axes != Axes::Epoch).cloned());
        panel.note_unseen(&space.samples);
        panel
    }

    /// The axes of the hidden space over the run.
    pub(crate) fn ranges_of_space(&self) -> [RangeInclusive<f64>; 2] {
        self.limits.space.space.ranges()
    }

    /// Draws lines among two inputs, bent, where they are not those between classes, which a bent grid brings along.
    fn with_bent_lines(&self, panel: Panel, at: &EpochData<'_, 'a, M>) -> Result<Panel> {
        let Some(input) = self.settings.input.as_ref().filter(|input| input.plane.is_none()) else { return Ok(panel) };
        if self.settings.task == Task::Classes {
            return Ok(panel);
        }
        let map = input.map(at.snapshot, &input.grid)?;
        if self.settings.task == Task::Labels {
            return panel.boundary(&at.bent_label_map(&map)?);
        }
        Ok(panel.level_lines(&map, self.data, self.settings.output, |line| at.bent(line))?.without_words())
    }

    /// What the rest of the network makes of the space, below the samples.
    fn with_regions(&self, panel: Panel, at: &EpochData<'_, 'a, M>, map: &DecisionBoundary) -> Result<Panel> {
        match self.settings.task {
            Task::Classes => panel.without_regions().without_boundary().regions(map)?.boundary(map),
            Task::Labels => {
                let map = at.label_map(map)?;
                panel.without_regions().regions(&map)?.boundary(&map)
            }
            Task::Numbers => {
                Ok(panel.level_lines(map, self.data, self.settings.output, |line| Ok(line.clone()))?.without_words())
            }
        }
    }

    /// The axes of the hidden space.
    fn space_axes(&self, space: &FeatureSpace) -> Space {
        if self.settings.axes.axes == Axes::Epoch && self.settings.axes.space.is_none() {
            return Space::of(Extent::of(&space.samples).and(Extent::of(&space.region)));
        }
        self.limits.space.space.clone()
    }

    /// What the rest of the network makes of the space of a layer of two units, where no grid of inputs can be bent into it; of
    /// numbers always, whose lines are those of the space.
    pub(crate) fn map_behind(&self, snapshot: &Snapshot<'_, M>, grid: &Grid) -> Result<Option<DecisionBoundary>> {
        let is_bent = self.data.features() == 2 && self.settings.task != Task::Numbers;
        let hidden = self.plain().filter(|_| !is_bent);
        hidden.map(|hidden| snapshot.decision_boundary(hidden.view(), grid)).transpose()
    }

    /// The same on a grid; of two inputs too where targets name no classes, whose boundary a bent grid does not bring along, and
    /// at an epoch that the axes leave out, of whose bent grid they show less than a cell.
    fn map_between(&self, snapshot: &Snapshot<'_, M>, grid: &Grid) -> Result<Option<DecisionBoundary>> {
        let is_left_out = self.limits.space.left_out.contains(&snapshot.epoch());
        let is_bent = self.data.features() == 2 && self.settings.task == Task::Classes && !is_left_out;
        let hidden = self.plain().filter(|_| !is_bent);
        hidden.map(|hidden| snapshot.decision_boundary(hidden.view(), grid)).transpose()
    }

    /// A hidden layer whose two units are seen as they are, and are its outputs.
    fn plain(&self) -> Option<&Hidden> {
        self.settings.hidden.as_ref().filter(|hidden| hidden.leads_on())
    }

    /// Returns the decision boundary among the inputs at an epoch; with more than two of them on the plane that shows most of the
    /// data, as a note says. Misclassified samples have a ring.
    ///
    /// Where targets are numbers, these are the level lines of an output: [`Panel::levels`].
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets, plot::RunPlots};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let boundary = RunPlots::of(replay.run()?)?.decision_boundary(0)?;
    /// assert_eq!((boundary.x.label.as_str(), boundary.y.label.as_str()), ("x1", "x2"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is a single input, and if the epoch cannot be read.
    pub fn decision_boundary(&self, epoch: u64) -> Result<Panel> {
        self.decision_boundary_of(&self.at(&self.run.at(epoch)?))
    }

    pub(super) fn decision_boundary_of(&self, at: &EpochData<'_, 'a, M>) -> Result<Panel> {
        let hint = "a boundary is drawn between two inputs, or on a plane of more";
        let input = self.settings.input.as_ref().ok_or_else(|| Error::missing("second input", hint))?;
        let map = input.map(at.snapshot, &input.grid)?;
        let (samples, output) = (&input.samples, self.settings.output);
        let panel = match self.settings.task {
            Task::Classes => Panel::decision_boundary(&map, samples, self.data)?,
            Task::Labels => Panel::boundary_of_label(&at.label_map(&map)?, samples, self.data, output)?,
            Task::Numbers => Panel::levels(&map, samples, self.data, output)?,
        };
        let panel = self.with_repeated_colors(self.among_inputs(panel, input, at)?);
        Ok(panel.ring_misclassified(samples, &at.misclassified()?))
    }

    /// Gives a panel of the inputs its words, and what must be known to read it.
    pub(crate) fn among_inputs(&self, panel: Panel, input: &Input, at: &EpochData<'_, 'a, M>) -> Result<Panel> {
        let mut panel = self.named(input.on_axes(panel));
        panel.notes.extend(at.note_undecided()?);
        panel.note_unseen(&input.samples);
        Ok(panel)
    }

    /// Which of several outputs samples have the colors of.
    fn by_output(&self) -> String {
        let names = self.class_names();
        match self.settings.task {
            Task::Numbers if self.has_named_outputs() => format!(", by {}", names[self.settings.output]),
            _ => String::new(),
        }
    }

    /// Says that regions and bars of several classes have one color, where there are so many.
    pub(super) fn with_repeated_colors(&self, panel: Panel) -> Panel {
        let repeats = self.settings.task == Task::Classes && self.class_names().len() > COLORS;
        if repeats { panel.note(format!("{COLORS} colors, then again in other forms")) } else { panel }
    }

    /// Whether outputs have names worth saying: that of a single one without a name is "output".
    pub(super) fn has_named_outputs(&self) -> bool {
        let names = self.class_names();
        names.len() > 1 || names.iter().any(|name| name != "output")
    }

    /// With names in its title and legend.
    fn named(&self, mut panel: Panel) -> Panel {
        let names = self.class_names();
        match self.settings.task {
            Task::Classes => panel.name_classes(names),
            Task::Labels => panel.name_label(&names[self.settings.output]),
            Task::Numbers => {
                if self.has_named_outputs() {
                    panel.title = format!("{} of {}", panel.title, names[self.settings.output]);
                }
                panel
            }
        }
    }
}

/// So many classes have colors of their own.
const COLORS: usize = 10;

/// What a plane shows of a layer at an epoch.
fn note_of_plane(hidden: &Hidden, space: &FeatureSpace) -> Option<String> {
    let share = space.explained_variance_ratio;
    match hidden.is_plain() {
        true => None,
        false if share.is_nan() => Some("nothing varies on this plane at this epoch, or nothing is finite".into()),
        false => Some(format!("this plane shows {} of the variance at this epoch", percent(share))),
    }
}
