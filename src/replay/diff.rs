//! Where two recordings of the same model differ.

use std::collections::HashSet;

use super::{RecordedWeights, Replay};
use crate::{
    Result, Weights,
    analysis::{RunDiff, WeightDiff},
};

impl RecordedWeights<'_> {
    /// Compares the weights of this run with those of another of the same model, epoch by epoch.
    ///
    /// The answer has the first epoch and parameter that differ by more than `tolerance`, and how far the runs are apart at
    /// each epoch. It needs no model. Parameters that are left out are compared where both runs have a [`Base`](crate::Base). Epochs that only one of them has recorded are counted and passed over.
    ///
    /// ```
    /// # use training_replay::{Dense, Loss, Metrics, Optimizer, Replay, Result, Sequential, Trainer, datasets};
    /// # fn main() -> Result<()> {
    /// let data = datasets::moons(50, 0.1, 7);
    /// let run = |rate: f32| -> Result<Replay> {
    ///     let mut model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    ///     let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.1));
    ///     let mut replay = Replay::options().in_memory();
    ///     for epoch in 0..10 {
    ///         if epoch == 6 {
    ///             trainer.set_learning_rate(rate);
    ///         }
    ///         let metrics = trainer.epoch(&mut model, &data)?;
    ///         replay.record(&model, metrics)?;
    ///     }
    ///     Ok(replay)
    /// };
    /// let difference = run(0.1)?.recorded_weights().diff(&run(0.05)?, 0.0)?;
    /// let (epoch, weights) = difference.first.expect("another learning rate");
    /// assert_eq!((epoch, weights.name.as_str()), (6, "kernel"));
    /// assert_eq!(run(0.1)?.recorded_weights().diff(&run(0.1)?, 0.0)?.first, None);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`RecordedWeights::read_into`] and [`WeightDiff::between`]; [`Error::Invalid`](crate::Error::Invalid) if both runs leave
    /// out parameters that have other values in one than in the other, and no [`Base`](crate::Base) has them.
    pub fn diff(self, other: &Replay, tolerance: f64) -> Result<RunDiff> {
        WeightDiff::check_tolerance(tolerance)?;
        self.replay.expect_same_base(other)?;
        let (mut one, mut another) = (Weights::default(), Weights::default());
        let theirs: HashSet<u64> = other.epochs().collect();
        let mut found = RunDiff { first: None, distances: Vec::new(), unmatched: (0, 0) };
        for epoch in self.replay.epochs().filter(|epoch| theirs.contains(epoch)) {
            self.replay.read_known(epoch.into(), &mut one)?;
            other.read_known(epoch.into(), &mut another)?;
            let differences = WeightDiff::of_each(&one, &another)?;
            let largest = differences.iter().map(|difference| difference.distance).fold(0.0, f64::max);
            found.distances.push((epoch, largest));
            let beyond = differences.into_iter().find(|difference| difference.distance > tolerance);
            found.first = found.first.or(beyond.map(|difference| (epoch, difference)));
        }
        let common = found.distances.len();
        found.unmatched = (self.replay.epochs().len() - common, theirs.len() - common);
        Ok(found)
    }
}
