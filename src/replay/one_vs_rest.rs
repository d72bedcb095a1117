//! One label of the samples that have it, against those that have it not.

use std::borrow::Cow;

use super::Snapshot;
use crate::{
    ClassLabels, Error, Forward, Matrix, OutputKind, Result, Targets,
    analysis::{
        Calibration, ConfusionMatrix, PrecisionRecallCurve, ProbabilityHistogram, RocCurve,
        classification::label::Label,
    },
    data::labels::{self, TargetKind},
    model::{checked, decision::Decision},
};

/// One label of a snapshot against the rest: where samples have several labels, each is a question of its own.
///
/// A sample is taken to have a label where its output is above one half; of logits, above zero. Of targets that name a class, a
/// label is a class against all others; a single output stands for class 1, above the threshold of the [run](crate::Run::threshold).
///
/// ```
/// # use training_replay::{Activation, Dataset, Dense, Metrics, OneVsRest, Replay, Sequential};
/// let (inputs, labels) = ([[0.0], [1.0], [2.0]], [[1, 0, 1], [0, 0, 0], [1, 1, 1]]);
/// let data = Dataset::from_rows(&inputs, &labels)?;
/// let model = Sequential::builder(1).layer(Dense::new(3).activation(Activation::Sigmoid)).build(1)?;
/// let mut replay = Replay::options().dataset(&data).in_memory();
/// replay.record(&model, Metrics::new())?;
/// let snapshot = replay.at(0)?;
/// let confusion = OneVsRest::of(&snapshot, 2)?.confusion()?;
/// assert_eq!(confusion.counts[1].iter().sum::<u64>(), 2); // have label 2
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Debug)]
pub struct OneVsRest {
    label: Label,
    /// What the model puts out for the label, a row for each sample, or each position of one.
    outputs: Matrix,
    /// 1 where a sample has the label, else 0.
    targets: Matrix,
    scores: Vec<f32>,
    truths: Vec<bool>,
}

impl OneVsRest {
    /// Takes a label of the samples, by its column from 0; of targets that are classes by index, a class.
    ///
    /// # Errors
    ///
    /// As [`Snapshot::outputs`], and [`Error::Invalid`](crate::Error::Invalid) if there is no such label, or the targets name no
    /// classes and are other than 0 and 1.
    pub fn of<M: Forward>(snapshot: &Snapshot<'_, M>, label: usize) -> Result<Self> {
        match snapshot.dataset()?.targets() {
            Targets::Labels(labels) => Self::of_class(snapshot, labels, label),
            targets => Self::of_column(snapshot, targets.numbers()?, label),
        }
    }

    fn of_column<M: Forward>(snapshot: &Snapshot<'_, M>, targets: &Matrix, index: usize) -> Result<Self> {
        let (outputs, decision) = snapshot.decided_outputs()?;
        let name_classes = decision.targets.is_some_and(TargetKind::are_classes);
        let targets = if name_classes { Cow::Owned(labels_of(targets, decision)?) } else { Cow::Borrowed(targets) };
        let label = Label::of(index, decision, &outputs, &targets)?;
        // The logits of classes are no probabilities one by one.
        let scores =
            if name_classes { label.column(&probabilities(decision, &outputs))? } else { label.numbers(&outputs)? };
        Ok(Self::new(label, label.column(&outputs)?, label.column(&targets)?, scores.as_slice().to_vec()))
    }

    fn of_class<M: Forward>(snapshot: &Snapshot<'_, M>, labels: &ClassLabels, class: usize) -> Result<Self> {
        if class >= labels.classes() {
            return Err(Error::invalid(
                "the class",
                format!("below {}, the number of classes", labels.classes()),
                class,
            ));
        }
        let (model, rule, inputs) = (snapshot.model(), snapshot.rule()?, snapshot.dataset()?.inputs());
        let (mut own, mut scores, mut truths, mut decided) = (Vec::new(), Vec::new(), Vec::new(), None);
        checked::by_position(model, inputs, 0..checked::layer_names(model)?.len(), labels, |outputs, labels| {
            let decision = rule.decide(model, outputs)?;
            own.extend_from_slice(outputs.column(class).as_slice());
            scores.extend_from_slice(probabilities(decision, outputs).column(class).as_slice());
            truths.extend(labels.indices().iter().map(|&label| f32::from(u8::from(label as usize == class))));
            decided = Some(decision);
            Ok(())
        })?;
        let decision = decided.ok_or_else(|| Error::invalid("the number of samples", "1 or more", 0))?;
        let [outputs, targets] = [own, truths].map(|column| Matrix::from_vec(column.len(), 1, column));
        Ok(Self::new(Label::of_class(decision, outputs.as_slice()), outputs, targets, scores))
    }

    fn new(label: Label, outputs: Matrix, targets: Matrix, scores: Vec<f32>) -> Self {
        let truths = targets.iter().map(|&target| target == 1.0).collect();
        Self { label: label.alone(), outputs, targets, scores, truths }
    }

    /// Returns the probability of the label for each sample; where outputs are values, these.
    ///
    /// Where samples have several positions, there is one for each of them, sample by sample.
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }

    /// Returns for each score whether the sample has the label.
    pub fn truths(&self) -> &[bool] {
        &self.truths
    }

    /// Returns the curve of the receiver operating characteristic, and the area under it.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, OneVsRest, Optimizer, Replay, Sequential, Trainer, datasets};
    /// # let data = datasets::moons(100, 0.1, 7);
    /// # let layers = [Dense::new(8).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let mut model = Sequential::builder(2).layers(layers).build(1)?;
    /// # let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.05));
    /// # let mut replay = Replay::options().dataset(&data).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// # for _ in 0..20 {
    /// #     let metrics = trainer.epoch(&mut model, &data)?;
    /// #     replay.record(&model, metrics)?;
    /// # }
    /// let areas = replay.run()?.map(|snapshot| Ok(OneVsRest::of(&snapshot, 0)?.roc_curve()?.area))?;
    /// assert!(areas[20] > areas[0]); // epoch by epoch
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`RocCurve::of`].
    pub fn roc_curve(&self) -> Result<RocCurve> {
        RocCurve::of(&self.scores, &self.truths)
    }

    /// Returns the curve of precision and recall, and the average precision.
    ///
    /// # Errors
    ///
    /// As [`PrecisionRecallCurve::of`].
    pub fn precision_recall_curve(&self) -> Result<PrecisionRecallCurve> {
        PrecisionRecallCurve::of(&self.scores, &self.truths)
    }

    /// Returns how far the predicted probabilities of the label are from how often samples have it.
    ///
    /// # Errors
    ///
    /// As [`Calibration::of`], and [`Error::Invalid`](crate::Error::Invalid) if the outputs are values, and no probabilities.
    pub fn calibration(&self, bins: usize) -> Result<Calibration> {
        expect_probabilities(self.label.kind())?;
        Calibration::of(&self.scores, &self.truths, bins)
    }

    /// Returns the confusion matrix: `[[without, wrongly with], [missed, with]]`, one of scikit-learn's
    /// `multilabel_confusion_matrix`.
    ///
    /// # Errors
    ///
    /// As [`ConfusionMatrix::of`].
    pub fn confusion(&self) -> Result<ConfusionMatrix> {
        self.label.confusion(&self.outputs, &self.targets)
    }

    /// Returns the histogram of the predicted probabilities: class 1 are the samples that have the label, class 0 the others.
    ///
    /// ```
    /// # use training_replay::{Activation, Dataset, Dense, Metrics, OneVsRest, Replay, Sequential};
    /// # let data = Dataset::from_rows(&[[0.0], [1.0], [2.0]], &[[1, 0, 1], [0, 0, 0], [1, 1, 1]])?;
    /// # let model = Sequential::builder(1).layer(Dense::new(3).activation(Activation::Sigmoid)).build(1)?;
    /// # let mut replay = Replay::options().dataset(&data).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let snapshot = replay.at(0)?;
    /// let histogram = OneVsRest::of(&snapshot, 1)?.probability_histogram(10)?;
    /// assert_eq!(histogram.threshold, Some(0.5));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`ProbabilityHistogram::of`].
    pub fn probability_histogram(&self, bins: usize) -> Result<ProbabilityHistogram> {
        self.label.histogram(&self.outputs, &self.targets, bins)
    }
}

/// For each sample 1 in the column of its class, else 0; of a single column the class.
fn labels_of(targets: &Matrix, decision: Decision) -> Result<Matrix> {
    let outcomes = labels::outcomes(targets, targets, 0.0, decision.targets)?;
    let is_of = |row: usize, column: usize| {
        let class = outcomes[row].class;
        if targets.ncols() == 1 { class == 1 } else { class == column }
    };
    Ok(Matrix::from_fn(targets.nrows(), targets.ncols(), |row, column| f32::from(u8::from(is_of(row, column)))))
}

/// The probabilities of all outputs, where they are logits.
pub(super) fn probabilities(decision: Decision, outputs: &Matrix) -> Matrix {
    let mut numbers = outputs.clone();
    decision.to_probabilities(&mut numbers);
    numbers
}

/// Fails for outputs that are no probabilities, and of which none are known.
pub(super) fn expect_probabilities(kind: OutputKind) -> Result<()> {
    match kind {
        OutputKind::Values => {
            Err(Error::invalid("the kind of the outputs", "probabilities, or logits of some", "values"))
        }
        _ => Ok(()),
    }
}
