//! Which of the recorded data sets a run is asked about.

use super::{Run, data_sets::DataChoice};
use crate::{Dataset, Result, data::labels::TargetKind, storage::TRAINING};

impl<'a, M> Run<'a, M> {
    /// Asks about another recorded data set, by its name; without it about that of [`Replay::dataset`](crate::Replay::dataset).
    ///
    /// `"training"` is the recorded training set.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// # let model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(1)?;
    /// # let (train, validation) = datasets::moons(100, 0.1, 7).split(0.2, 13)?;
    /// let mut replay = Replay::options().dataset(&train).named_dataset("validation", &validation).in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// let run = replay.run()?.on("validation")?;
    /// let curve = run.map(|at| Ok((at.epoch(), at.evaluate(Loss::BinaryCrossEntropy)?)))?; // recomputed
    /// assert_eq!((curve.len(), run.dataset()?.samples()), (1, 20));
    /// assert_eq!(run.dataset_names().collect::<Vec<_>>(), ["training", "validation"]);
    /// let message = replay.run()?.on("test").unwrap_err().to_string();
    /// assert!(message.contains(r#"no data set "test"; its data sets are ["training", "validation"]"#));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) if no data set has this name.
    pub fn on(mut self, dataset: &str) -> Result<Self> {
        self.data = self.replay().choose_data(dataset)?;
        Ok(self)
    }

    /// Returns what the loss is called that the model was trained with, if it was noted: Keras' name, or that of the model's
    /// [own](crate::Loss::Own).
    ///
    /// ```
    /// # use training_replay::{Dense, Loss, Metrics, Replay, Sequential};
    /// let mut replay = Replay::options().loss(Loss::MeanSquaredError).in_memory();
    /// replay.record(&Sequential::builder(2).layer(Dense::new(1)).build(1)?, Metrics::new())?;
    /// assert_eq!(replay.run()?.loss_name(), Some("mean_squared_error"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn loss_name(&self) -> Option<&'a str> {
        let loss = self.replay().loss()?;
        Some(self.replay().own_loss().filter(|_| loss == crate::Loss::Own).unwrap_or(loss.name()))
    }

    /// Returns the data that questions are about.
    ///
    /// # Errors
    ///
    /// As [`Replay::dataset`](crate::Replay::dataset).
    pub fn dataset(&self) -> Result<&'a Dataset> {
        self.replay().data_of(self.data)
    }

    /// What the targets are that questions are about, beside those that the model was trained on; `None` without data.
    pub(crate) fn target_kind(&self) -> Result<Option<TargetKind>> {
        self.replay().target_kind(self.data)
    }

    /// What the record of the data is called that questions are about: the training set's is nothing.
    pub(super) fn recorded_data_name(&self) -> &'a str {
        match self.data {
            DataChoice::Named(place) => self.replay().others.named().get(place).map_or("", |(name, _)| name.as_str()),
            DataChoice::Usual | DataChoice::Training => "",
        }
    }

    /// What the data are called that questions are about; `None` where they were supplied and have no name.
    pub(crate) fn data_name(&self) -> Option<&'a str> {
        let is_supplied = self.replay().others.supplied().is_some();
        match self.data {
            DataChoice::Usual if is_supplied => None,
            DataChoice::Usual | DataChoice::Training => Some(TRAINING),
            DataChoice::Named(_) => Some(self.recorded_data_name()),
        }
    }

    /// Returns the names that [`on`](Self::on) takes, in the order that they were recorded.
    pub fn dataset_names(&self) -> impl Iterator<Item = &'a str> {
        self.replay().dataset_names()
    }
}
