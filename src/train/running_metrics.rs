//! Loss and accuracy over the samples of an epoch so far.

use serde::{Deserialize, Serialize};

use crate::{
    Dataset, Loss, Matrix, Metrics, OutputKind, Targets,
    data::{
        OwnedTargets,
        labels::{self, TargetKind},
    },
    loss::Basis,
    math::matrix,
    model::decision::Decision,
};

/// How many outputs wait until they are scored, if a batch has no more.
const MANY: usize = 1_024;

/// The sums over the samples that were scored, and those that wait for it: scoring a few takes as long as scoring many.
pub(super) struct RunningMetrics {
    loss: Loss,
    basis: Basis,
    /// Where outputs and targets change their class; `None` if they name none.
    classes: Option<(f32, f32)>,
    /// What the loss is computed from; the first rows wait, in all three.
    predictions: Matrix,
    outputs: Matrix,
    targets: OwnedTargets,
    waiting: usize,
    /// How many may wait.
    room: usize,
    scored: Sums,
}

/// Over samples so far. Each is added to those before it, so that the sums of the first and of the others are that of all, in
/// every bit, wherever they are parted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Sums {
    loss: f64,
    correct: u64,
    /// Or positions of them.
    samples: u64,
}

impl RunningMetrics {
    /// Of nothing yet; for batches of up to so many samples.
    pub(super) fn new(data: &Dataset, batch_size: usize, loss: Loss, basis: Basis, kind: OutputKind) -> Self {
        let width = data.outputs();
        let rows = batch_size.min(data.samples()).max(MANY / width.max(1));
        let (predictions, outputs) = (Matrix::zeros(rows, width), Matrix::zeros(rows, width));
        let (targets, kind_of_targets) = (data.targets().room_for(rows), TargetKind::of(data.targets()));
        let classes = Decision::known(kind, kind_of_targets).threshold.zip(kind_of_targets.middle());
        Self { loss, basis, classes, predictions, outputs, targets, waiting: 0, room: rows, scored: Sums::default() }
    }

    /// Goes on behind samples that were scored before.
    pub(super) fn behind(self, scored: Sums) -> Self {
        Self { scored, ..self }
    }

    /// Adds the predictions for the samples of a batch.
    pub(super) fn add(&mut self, predictions: &Matrix, outputs: &Matrix, targets: Targets<'_>) {
        if self.waiting + targets.samples() > self.room {
            self.scored = self.sums();
            self.waiting = 0;
        }
        matrix::copy_rows(predictions, &mut self.predictions, self.waiting);
        matrix::copy_rows(outputs, &mut self.outputs, self.waiting);
        self.targets.put(targets, self.waiting);
        self.waiting += targets.samples();
    }

    /// `loss` and `accuracy`, the means over all samples so far.
    pub(super) fn means(&self) -> Metrics {
        let sums = self.sums();
        let samples = sums.samples as f64;
        let mut metrics = Metrics::from([("loss", sums.loss / samples)]);
        if self.classes.is_some() {
            metrics.insert("accuracy", sums.correct as f64 / samples);
        }
        metrics
    }

    /// Over all samples so far.
    pub(super) fn sums(&self) -> Sums {
        let waiting = |of: &Matrix| matrix::first_rows(of, self.waiting);
        let targets = self.targets.first(self.waiting);
        let losses = self.loss.losses(&waiting(&self.predictions), targets.view(), self.basis);
        let correct = |(threshold, middle)| labels::correct(&waiting(&self.outputs), targets.view(), threshold, middle);
        Sums {
            loss: losses.iter().fold(self.scored.loss, |sum, &loss| sum + f64::from(loss)),
            correct: self.scored.correct.saturating_add(self.classes.map_or(0, correct) as u64),
            samples: self.scored.samples.saturating_add(losses.len() as u64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: impl Iterator<Item = f32>) -> Matrix {
        let values: Vec<f32> = values.collect();
        Matrix::from_column_slice(values.len(), 1, &values)
    }

    /// 10,000 samples in batches of 7: correct where the output is 1, which every third is, at a loss of 0; else of 1.
    #[test]
    fn every_sample_counts_once_at_any_time_however_many_wait() {
        let targets = column((0..10_000).map(|_| 1.0));
        let outputs = column((0..10_000).map(|i| f32::from(i % 3 == 0)));
        let data = Dataset::new(outputs.clone(), targets.clone()).unwrap();
        let mut running =
            RunningMetrics::new(&data, 7, Loss::MeanSquaredError, Basis::Outputs, OutputKind::Probabilities);
        for start in (0..10_000).step_by(7) {
            let count = 7.min(10_000 - start);
            let [outputs, targets] = [&outputs, &targets].map(|of| of.rows(start, count).into_owned());
            running.add(&outputs, &outputs, (&targets).into());
            let seen = start + count;
            let correct = seen.div_ceil(3) as f64 / seen as f64;
            let metrics = running.means();
            assert_eq!(metrics.get("accuracy"), Some(correct), "{seen}");
            assert!((metrics.get("loss").unwrap() - (1.0 - correct)).abs() < 1e-12, "{seen}");
        }
    }
}
