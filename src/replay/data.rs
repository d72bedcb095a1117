//! The data that a recording is replayed on: its own, or others.

use std::sync::OnceLock;

use super::Replay;
use crate::{
    Dataset, Description, Error, Matrix, Result, Sequential,
    math::matrix,
    storage::{self, RecordReader, TensorSpec},
};

impl Replay {
    /// Returns the data that snapshots are replayed on: the recorded set, or that of [`with_dataset`](Self::with_dataset).
    ///
    /// It is read from the file when it is first asked for.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is none, [`Error::Corrupted`] or [`Error::Io`] if it cannot be read.
    pub fn dataset(&self) -> Result<&Dataset> {
        match self.dataset.get() {
            Some(data) => Ok(data),
            None => {
                let data = self.read_dataset()?;
                Ok(self.dataset.get_or_init(|| data))
            }
        }
    }

    /// Replaces the data that snapshots are replayed on, by a validation set, say, or where no data were recorded.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential, datasets};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory(); // without data
    /// replay.record(&model, Metrics::new())?;
    /// let replay = replay.with_dataset(&datasets::moons(50, 0.1, 7))?;
    /// assert_eq!(replay.at(0)?.outputs()?.nrows(), 50);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] if a built-in network was recorded that takes another number of features or gives another
    /// number of outputs, [`Error::Invalid`] if the recording has yet to store its own.
    pub fn with_dataset(mut self, data: &Dataset) -> Result<Self> {
        if self.index.manifest.is_none() {
            let expected = "given to `Replay::options().dataset` as long as nothing is recorded";
            return Err(Error::invalid("the data set", expected, "given to `with_dataset`"));
        }
        expect_fit(self.description(), data)?;
        self.dataset = OnceLock::from(data.clone());
        Ok(self)
    }

    fn read_dataset(&self) -> Result<Dataset> {
        Dataset::new(self.read_matrix("inputs")?, self.read_matrix("targets")?)
    }

    fn read_matrix(&self, name: &str) -> Result<Matrix> {
        let (reader, spec) = self.matrix_reader(name)?;
        storage::read_matrix(reader, spec)
    }

    /// Where a matrix differs from the recorded one of this name, in words; it is read some values at a time.
    pub(super) fn matrix_difference(&self, name: &str, matrix: &Matrix) -> Result<Option<String>> {
        let (reader, spec) = self.matrix_reader(name)?;
        storage::matrix_difference(reader, spec, matrix)
    }

    fn matrix_reader(&self, name: &str) -> Result<(RecordReader<'_>, &TensorSpec)> {
        let entry = self.index.data.iter().find(|(spec, _)| spec.name() == name);
        let Some((spec, location)) = entry else {
            let recorded = self.index.manifest.as_ref().is_some_and(|manifest| manifest.data_records > 0);
            return Err(if recorded {
                Error::missing(format!("readable {name}"), "their record is damaged, see `damage`")
            } else {
                Error::missing("data set", "supply one by `with_dataset`")
            });
        };
        Ok((self.source(format!("the data set's {name}"), location), spec))
    }
}

/// Fails if a built-in network is described that does not fit the data.
pub(super) fn expect_fit(description: Option<&Description>, data: &Dataset) -> Result<()> {
    let Some(Ok(model)) = description.map(Sequential::architecture_of) else { return Ok(()) };
    matrix::expect_columns("inputs", data.inputs(), model.inputs())?;
    matrix::expect_columns("targets", data.targets(), model.outputs())
}
