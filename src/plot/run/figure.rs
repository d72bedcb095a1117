//! All panels of a run at an epoch on one picture.

use super::{epoch_data::EpochData, run_plots::RunPlots, task::Task};
use crate::plot::{Figure, Panel};
use crate::{Forward, Result};

impl<'a, M: Forward> RunPlots<'a, M> {
    /// Returns all panels of an epoch: boundary, feature space and curves above, histograms of probabilities and losses below.
    ///
    /// The curves end at the epoch. Where the samples have labels, the probabilities and the confusion matrix of one label are
    /// shown; where the targets are numbers, the level lines of an output, or a fit over a single input, what is predicted against
    /// what is true, and the residuals.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets, plot::RunPlots};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let figure = RunPlots::of(replay.run()?)?.figure(0)?.size(800, 400);
    /// assert_eq!(figure.panels().count(), 6);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the epoch cannot be read.
    pub fn figure(&self, epoch: u64) -> Result<Figure> {
        let snapshot = self.run.at(epoch)?;
        let at = self.at(&snapshot);
        let boundary = match (self.settings.task, &self.settings.input) {
            (_, Some(_)) => Some(self.decision_boundary_of(&at)),
            (Task::Numbers, None) => Some(self.fit_of(&at)),
            (_, None) => None,
        };
        let space = self.settings.hidden.as_ref().map(|_| self.feature_space_of(&at));
        let above: Vec<Panel> =
            boundary.into_iter().chain(space).chain([Ok(self.curves_until(epoch))]).collect::<Result<_>>()?;
        let mut below = self.answers_of(&at)?;
        below.push(self.losses_of(&at)?);
        Ok(Figure::new()
            .title(format!("Epoch {epoch}"))
            .tall_row(1.5, above)
            .row(below)
            .shared_legend()
            .with_fonts(self.settings.fonts.clone()))
    }

    /// What the model answers.
    fn answers_of(&self, at: &EpochData<'_, 'a, M>) -> Result<Vec<Panel>> {
        Ok(match self.settings.task {
            Task::Classes if self.class_names().len() == 2 => {
                vec![self.probabilities_of(at, 0)?, self.probabilities_of(at, 1)?]
            }
            Task::Classes => vec![self.confidences_of(at)?],
            Task::Labels => vec![self.probabilities_of(at, self.settings.output)?, self.confusion_of(at)?],
            Task::Numbers => vec![self.predictions_of(at)?, self.residuals_of(at)?],
        })
    }
}
