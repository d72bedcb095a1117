//! What counts as a milestone: the thresholds.

use crate::analysis::Grid;
use crate::{Error, Loss, Result, data::labels::THRESHOLD};

/// What counts as a milestone. Every threshold has a default; a test of one's own training code sets those that it means.
///
/// ```
/// use training_replay::{Loss, analysis::MilestoneOptions};
///
/// let strict = MilestoneOptions::default().loss(Loss::BinaryCrossEntropy).vanishing(1e-4).lasting(1);
/// assert_ne!(strict, MilestoneOptions::default());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MilestoneOptions {
    pub(crate) loss: Option<Loss>,
    pub(crate) threshold: f32,
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
            threshold: THRESHOLD,
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
    /// The loss to compute; without it, the one noted in the recording. With neither there are no milestones of the loss
    /// and of the gradients.
    #[must_use]
    pub fn loss(self, loss: Loss) -> Self {
        Self { loss: Some(loss), ..self }
    }

    /// Above what a single output stands for class 1; 0.5 by default.
    #[must_use]
    pub fn threshold(self, threshold: f32) -> Self {
        Self { threshold, ..self }
    }

    /// A plateau is where the loss moves by no more than `slope` times its range over the run from epoch to epoch, for at
    /// least so many epochs; 0.003 and 10 by default. Here and for falls, each loss counts as the median of it and the two
    /// on either side, and a plateau goes on behind fewer epochs than [`lasting`](Self::lasting) says, so that the jitter of
    /// mini-batches does not break them.
    #[must_use]
    pub fn plateau(self, slope: f64, epochs: u64) -> Self {
        Self { flat: slope, plateau: epochs, ..self }
    }

    /// A fall is where the loss sinks by more than a plateau's slope from epoch to epoch, and by `share` of its range over
    /// the run in all; 0.1 by default.
    #[must_use]
    pub fn fall(self, share: f64) -> Self {
        Self { fall: share, ..self }
    }

    /// Has squashing and widening told of this grid over two inputs, in place of the data.
    #[must_use]
    pub fn grid(self, grid: Grid) -> Self {
        Self { grid: Some(grid), ..self }
    }

    /// A hidden layer is squashed where data or grid cover no more than this share of its units' range, on average; 0.25
    /// by default. Only of units whose range is bounded, as a sigmoid's is.
    #[must_use]
    pub fn squashed(self, share: f64) -> Self {
        Self { squashed: share, ..self }
    }

    /// A hidden layer is widened where data or grid cover at least this share of its units' range; 0.75 by default.
    #[must_use]
    pub fn widened(self, share: f64) -> Self {
        Self { widened: share, ..self }
    }

    /// A hidden unit is saturated where so large a share of the samples puts it within `margin` times its range of either
    /// end; by default 0.05 and 0.95.
    #[must_use]
    pub fn saturated(self, margin: f64, share: f64) -> Self {
        Self { margin, saturated: share, ..self }
    }

    /// A layer's gradients vanish where the root of their mean square is no more than so many times that of the last
    /// layer's; 0.01 by default.
    #[must_use]
    pub fn vanishing(self, ratio: f64) -> Self {
        Self { vanishing: ratio, ..self }
    }

    /// A layer's gradients explode where the root of their mean square is at least so many times that of the last
    /// layer's; 100 by default.
    #[must_use]
    pub fn exploding(self, ratio: f64) -> Self {
        Self { exploding: ratio, ..self }
    }

    /// What comes and goes (squashed, saturated, dead, vanishing ...) is told of if it lasts for at least so many recorded
    /// epochs, or to the end of the run; 5 by default.
    #[must_use]
    pub fn lasting(self, epochs: u64) -> Self {
        Self { lasting: epochs, ..self }
    }

    /// With this loss, if there is none yet.
    pub(crate) fn or_loss(self, other: Option<Loss>) -> Self {
        Self { loss: self.loss.or(other), ..self }
    }

    /// Fails for a threshold that is no number, or a grid that is none.
    pub(crate) fn check(&self) -> Result<()> {
        let numbers = [
            ("the threshold of a class", f64::from(self.threshold)),
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
