//! What the model of a snapshot predicts for the data: outputs, classes, losses.

use super::Snapshot;
use crate::{
    Forward, Loss, Matrix, Result, Targets,
    analysis::{
        ConfusionMatrix, Evaluation, ProbabilityHistogram,
        classification::{evaluate::evaluate_by, predictions::Predictions},
    },
    data::labels,
    math::matrix,
    model::{checked, decision::Decision},
};

impl<M: Forward> Snapshot<'_, M> {
    /// Returns the model's outputs on the data, `(samples, outputs)`.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Replay, Sequential, datasets};
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&datasets::parabola(100, 13)).in_memory();
    /// # replay.record(&model, [("loss", 0.7)])?;
    /// let outputs = replay.at(0)?.outputs()?;
    /// assert_eq!(outputs.shape(), (200, 1));
    /// assert!(outputs.iter().all(|p| (0.0..=1.0).contains(p))); // behind a sigmoid they are probabilities
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the data are missing or do not fit the model.
    pub fn outputs(&self) -> Result<Matrix> {
        checked::outputs(self.model(), self.dataset()?.inputs())
    }

    /// Returns how far the outputs are from the targets, `outputs - targets`, `(samples, outputs)`.
    ///
    /// ```
    /// use training_replay::{Dataset, Dense, Initializer, Matrix, Metrics, Replay, Sequential, analysis::Distribution};
    ///
    /// let x = Matrix::from_fn(21, 1, |i, _| i as f32 / 10.0 - 1.0);
    /// let data = Dataset::new(x.clone(), x.map(f32::sin))?;
    /// let identity = Dense::new(1).kernel_initializer(Initializer::Ones);
    /// let model = Sequential::builder(1).layer(identity).build(1)?;
    /// let mut replay = Replay::options().dataset(&data).in_memory();
    /// replay.record(&model, Metrics::new())?;
    /// let residuals = replay.at(0)?.residuals()?; // x - sin x
    /// let errors = Distribution::of(residuals.as_slice());
    /// assert!((errors.max - (1.0 - 1_f64.sin())).abs() < 1e-6 && errors.mean.abs() < 1e-6);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`outputs`](Self::outputs), and [`Error::Shape`](crate::Error::Shape) if the model has another
    /// number of outputs than the targets.
    pub fn residuals(&self) -> Result<Matrix> {
        let targets = self.dataset()?.targets().numbers()?;
        let outputs = self.outputs()?;
        matrix::expect_shape("the model's outputs", &outputs, targets.shape())?;
        Ok(outputs - targets)
    }

    /// Returns the class that the model predicts for each sample; `None` where an output is NaN.
    ///
    /// That of a single output is 1 above the threshold of the [run](crate::Run::threshold), else 0; of several outputs it is
    /// the largest, the first of equals.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Replay, Sequential, datasets};
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&datasets::parabola(100, 13)).in_memory();
    /// # replay.record(&model, [("loss", 0.7)])?;
    /// let predicted = replay.at(0)?.predicted_classes()?;
    /// let classes = replay.dataset()?.classes()?;
    /// let misclassified = predicted.iter().zip(classes).filter(|&(predicted, class)| *predicted != Some(class)).count();
    /// println!("{misclassified} of 200 samples are misclassified");
    /// # assert!(misclassified > 0);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`outputs`](Self::outputs), and [`Error::Invalid`](crate::Error::Invalid) if nothing parts classes, or the model
    /// does not say what its outputs are and they are no probabilities.
    pub fn predicted_classes(&self) -> Result<Vec<Option<usize>>> {
        if let Targets::Labels(labels) = self.dataset()?.targets() {
            let found = Predictions::of_model(self.rule()?, self.model(), self.dataset()?.inputs(), labels)?;
            return Ok(found.outcomes.into_iter().map(|outcome| outcome.predicted).collect());
        }
        let (outputs, decision) = self.decided_outputs()?;
        labels::predicted(&outputs, decision.threshold)
    }

    /// Returns the confusion matrix: a row for each true class, a column for each predicted one, as scikit-learn has it.
    ///
    /// A single output stands for class 1 above the threshold of the [run](crate::Run::threshold); of several the largest is
    /// predicted.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Replay, Sequential, datasets};
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&datasets::parabola(100, 13)).in_memory();
    /// # replay.record(&model, [("loss", 0.7)])?;
    /// let confusion = replay.at(0)?.confusion()?;
    /// println!("{} of class 0 are predicted as class 1", confusion.counts[0][1]);
    /// assert_eq!(confusion.counts[0].iter().sum::<u64>(), 100); // of 100 samples of class 0
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`outputs`](Self::outputs) and [`ConfusionMatrix::of`].
    pub fn confusion(&self) -> Result<ConfusionMatrix> {
        let data = self.dataset()?;
        let class_names = data.class_names().to_vec();
        if let Targets::Labels(labels) = data.targets() {
            let counts = ConfusionMatrix::of_labels(self.rule()?, self.model(), data.inputs(), labels)?;
            return Ok(ConfusionMatrix { class_names, ..counts });
        }
        let (outputs, decision) = self.decided_outputs()?;
        if !decision.classifies() {
            data.classes()?;
        }
        Ok(ConfusionMatrix { class_names, ..ConfusionMatrix::by(decision, &outputs, data.targets())? })
    }

    /// Returns the histogram of predicted probabilities for each class, with the misclassified samples counted apart.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Replay, Sequential, datasets};
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&datasets::parabola(100, 13)).in_memory();
    /// # replay.record(&model, [("loss", 0.7)])?;
    /// let histogram = replay.at(0)?.probability_histogram(10)?; // ten bins from 0 to 1
    /// assert_eq!(histogram.edges.len(), 11);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`outputs`](Self::outputs) and [`ProbabilityHistogram::of`].
    pub fn probability_histogram(&self, bins: usize) -> Result<ProbabilityHistogram> {
        if let Targets::Labels(labels) = self.dataset()?.targets() {
            let found = Predictions::of_model(self.rule()?, self.model(), self.dataset()?.inputs(), labels)?;
            return ProbabilityHistogram::of_predictions(&found, labels.classes(), bins);
        }
        let (outputs, decision) = self.decided_outputs()?;
        ProbabilityHistogram::by(decision, &outputs, self.dataset()?.targets(), bins)
    }

    /// Returns one loss per sample, in the data set's order.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Replay, Sequential, datasets};
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&datasets::parabola(100, 13)).in_memory();
    /// # replay.record(&model, [("loss", 0.7)])?;
    /// let losses = replay.at(0)?.losses(Loss::BinaryCrossEntropy)?;
    /// let worst = (0..losses.len()).max_by(|&a, &b| losses[a].total_cmp(&losses[b]));
    /// println!("sample {worst:?} costs most");
    /// # assert_eq!(losses.len(), 200);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`outputs`](Self::outputs), and if the targets do not suit the loss.
    pub fn losses(&self, loss: Loss) -> Result<Vec<f32>> {
        checked::losses(self.model(), self.dataset()?, loss)
    }

    /// Returns loss and accuracy over the whole data set with the weights of the moment.
    ///
    /// A trainer logs running means over an epoch, which are different numbers. The accuracy is only there where every target
    /// row names a class.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Replay, Sequential, datasets};
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&datasets::parabola(100, 13)).in_memory();
    /// # replay.record(&model, [("loss", 0.7)])?;
    /// let evaluation = replay.at(0)?.evaluate(Loss::BinaryCrossEntropy)?;
    /// assert!(evaluation.loss > 0.0 && evaluation.accuracy.is_some());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`evaluate`](crate::analysis::evaluate).
    pub fn evaluate(&self, loss: Loss) -> Result<Evaluation> {
        let evaluation = evaluate_by(self.rule()?, self.model(), self.dataset()?, loss)?;
        Ok(Evaluation { loss_name: self.replay.name_of(Some(loss)), ..evaluation })
    }

    /// The outputs on the data, and what they are.
    pub(crate) fn decided_outputs(&self) -> Result<(Matrix, Decision)> {
        let outputs = self.outputs()?;
        self.dataset()?.targets().expect_outputs("the model's outputs", &outputs)?;
        let decision = self.rule()?.decide(self.model(), &outputs)?;
        Ok((outputs, decision))
    }
}
