//! The thresholds of milestones.

use crate::analysis::Grid;
use crate::{Error, Loss, Result, data::labels::TargetKind};

/// What counts as a milestone: the loss to compute, and thresholds that each have a default.
///
/// A test of one's own training code sets those that it is about.
///
/// ```
/// use training_replay::{Activation, Dense, Initializer, Loss, Metrics, Replay, Sequential, datasets};
/// use training_replay::analysis::{MilestoneKind, MilestoneOptions};
///
/// let small = Initializer::Normal { std: 0.05 };
/// let layers = (0..4).map(|_| Dense::new(20).activation(Activation::Sigmoid).kernel_initializer(small));
/// let model = Sequential::builder(10).layers(layers).layer(Dense::new(1).activation(Activation::Sigmoid)).build(1)?;
/// let mut replay = Replay::options().dataset(&datasets::ball(10, 50, 13)).in_memory();
/// replay.record(&model, Metrics::new())?;
///
/// let options = MilestoneOptions::default().loss(Loss::BinaryCrossEntropy);
/// let vanishing = |options| Ok::<_, training_replay::Error>(
///     replay.run()?.milestones(&options)?.of_kind(MilestoneKind::Vanishing).count());
/// assert!(vanishing(options.clone())? > 0);
/// assert_eq!(vanishing(options.vanishing(1e-12))?, 0);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MilestoneOptions {
    pub(crate) loss: Option<Loss>,
    /// The threshold of the run, which is not set here.
    pub(crate) threshold: Option<f32>,
    /// What the targets are beside those that the model was trained on, if that is known.
    pub(crate) kind: Option<TargetKind>,
    pub(crate) flat: f64,
    pub(crate) plateau: u64,
    pub(crate) fall: f64,
    pub(crate) grid: Option<Grid>,
    pub(crate) squashed: f64,
    pub(crate) widened: f64,
    pub(crate) margin: f64,
    pub(crate) saturated: f64,
    pub(crate) vanishing: f64,
    pub(crate) exploding: f64,
    pub(crate) lasting: u64,
}

impl Default for MilestoneOptions {
    fn default() -> Self {
        Self {
            loss: None,
            threshold: None,
            kind: None,
            flat: 0.003,
            plateau: 10,
            fall: 0.1,
            grid: None,
            squashed: 0.25,
            widened: 0.75,
            margin: 0.05,
            saturated: 0.95,
            vanishing: 0.01,
            exploding: 100.0,
            lasting: 5,
        }
    }
}

impl MilestoneOptions {
    /// Sets the loss to compute; by default the one noted in the recording.
    ///
    /// With neither, there are no milestones of the loss and of the gradients.
    ///
    /// ```
    /// use training_replay::{Dense, Loss, Metrics, Replay, Sequential, analysis::MilestoneOptions, datasets};
    ///
    /// let mut replay = Replay::options().dataset(&datasets::moons(50, 0.1, 7)).in_memory(); // no loss is noted
    /// replay.record(&Sequential::builder(2).layer(Dense::new(1)).build(1)?, Metrics::new())?;
    /// let final_loss = |options| Ok::<_, training_replay::Error>(replay.run()?.milestones(&options)?.final_loss());
    /// assert!(final_loss(MilestoneOptions::default())?.is_none());
    /// assert!(final_loss(MilestoneOptions::default().loss(Loss::MeanSquaredError))?.is_some());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn loss(self, loss: Loss) -> Self {
        Self { loss: Some(loss), ..self }
    }

    /// Sets how flat and how long a plateau is; 0.003 and 10 by default.
    ///
    /// The loss moves by no more than `slope` times its range over the run from epoch to epoch, for at least `epochs`
    /// epochs; between recorded epochs that are more than `epochs` apart by no more than over `epochs`. Here and for falls,
    /// each loss counts as the median of it and the two on either side, and a plateau goes on after an interruption of fewer
    /// epochs than [`lasting`](Self::lasting) says, so that the jitter of mini-batches does not break it.
    #[must_use]
    pub fn plateau(self, slope: f64, epochs: u64) -> Self {
        Self { flat: slope, plateau: epochs, ..self }
    }

    /// Sets how far the loss sinks in a fall, as a share of its range over the run; 0.1 by default.
    ///
    /// In a fall the loss sinks by more than a plateau's slope from epoch to epoch.
    #[must_use]
    pub fn fall(self, share: f64) -> Self {
        Self { fall: share, ..self }
    }

    /// Sets a grid over two inputs whose points take the place of the data in [squashed] and
    /// [widened].
    ///
    /// [squashed]: crate::analysis::MilestoneKind::Squashed
    /// [widened]: crate::analysis::MilestoneKind::Widened
    #[must_use]
    pub fn grid(self, grid: Grid) -> Self {
        Self { grid: Some(grid), ..self }
    }

    /// Sets the share of its units' range that data or grid cover at most in a squashed layer, on average; 0.25 by
    /// default.
    ///
    /// Only layers of units with a bounded range, such as a sigmoid's, are squashed or widened.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Initializer, Metrics, Replay, Sequential, datasets};
    /// use training_replay::analysis::{MilestoneKind, MilestoneOptions};
    ///
    /// let hidden = Dense::new(3).activation(Activation::Tanh).kernel_initializer(Initializer::Zeros);
    /// let model = Sequential::builder(2).layer(hidden).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().dataset(&datasets::moons(50, 0.1, 7)).in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// let milestones = replay.run()?.milestones(&MilestoneOptions::default().squashed(0.01))?;
    /// assert_eq!(milestones.of_kind(MilestoneKind::Squashed).count(), 1); // all values are 0
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn squashed(self, share: f64) -> Self {
        Self { squashed: share, ..self }
    }

    /// Sets the share of its units' range that data or grid cover at least in a widened layer; 0.75 by default.
    #[must_use]
    pub fn widened(self, share: f64) -> Self {
        Self { widened: share, ..self }
    }

    /// Sets when a hidden unit is saturated: at least this share of the samples gives it a value within `margin` times
    /// its range of either end; 0.05 and 0.95 by default.
    #[must_use]
    pub fn saturated(self, margin: f64, share: f64) -> Self {
        Self { margin, saturated: share, ..self }
    }

    /// Sets the ratio of a layer's gradients to the last layer's at or below which they vanish; 0.01 by default.
    ///
    /// The ratio is that of the roots of their mean squares.
    #[must_use]
    pub fn vanishing(self, ratio: f64) -> Self {
        Self { vanishing: ratio, ..self }
    }

    /// Sets the ratio of a layer's gradients to the last layer's at or above which they explode; 100 by default.
    ///
    /// The ratio is that of the roots of their mean squares.
    #[must_use]
    pub fn exploding(self, ratio: f64) -> Self {
        Self { exploding: ratio, ..self }
    }

    /// Sets the number of recorded epochs that a state of layers or units must last, unless it lasts to the end of the
    /// run; 5 by default.
    ///
    /// States are: squashed, widened, saturated, dead, vanishing, exploding. A parameter that once changed is frozen if it has
    /// kept its values for as many epochs, to the end of the run; one that never changed is, however few they are.
    #[must_use]
    pub fn lasting(self, epochs: u64) -> Self {
        Self { lasting: epochs, ..self }
    }

    /// Sets the loss, if there is none yet.
    pub(crate) fn or_loss(self, other: Option<Loss>) -> Self {
        Self { loss: self.loss.or(other), ..self }
    }

    /// The loss, if one was given.
    pub(crate) fn known_loss(&self) -> Option<Loss> {
        self.loss
    }

    pub(crate) fn deciding(self, threshold: Option<f32>, kind: Option<TargetKind>) -> Self {
        Self { threshold, kind, ..self }
    }

    /// Fails if a threshold is NaN, or the grid is invalid.
    pub(crate) fn check(&self) -> Result<()> {
        let numbers = [
            ("the slope of a plateau", self.flat),
            ("the share of a fall", self.fall),
            ("the share of a squashed layer", self.squashed),
            ("the share of a widened layer", self.widened),
            ("the margin of a saturated unit", self.margin),
            ("the share of a saturated unit", self.saturated),
            ("the ratio of a vanishing gradient", self.vanishing),
            ("the ratio of an exploding gradient", self.exploding),
        ];
        if let Some((what, number)) = numbers.into_iter().find(|(_, number)| number.is_nan()) {
            return Err(Error::invalid(what, "a number", number));
        }
        self.grid.as_ref().map_or(Ok(()), Grid::check)
    }
}
