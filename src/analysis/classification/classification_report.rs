//! How well each class is found, and how much of what is found is of it.

#[cfg(feature = "serde")]
use crate::serial;

use super::ConfusionMatrix;
use crate::analysis::Caveat;

/// Precision, recall and F1 of every class, and their means over the classes.
///
/// The numbers are those of scikit-learn's `precision_recall_fscore_support` and `balanced_accuracy_score`. What cannot be said,
/// such as the precision of a class that is never predicted, is `None` here and counts as 0 in the means, as it does there.
///
/// ```
/// use training_replay::{Matrix, analysis::ConfusionMatrix};
///
/// let outputs = Matrix::from_column_slice(5, 1, &[0.1, 0.8, 0.9, 0.7, 0.2]);
/// let targets = Matrix::from_column_slice(5, 1, &[0.0, 0.0, 1.0, 1.0, 1.0]);
/// let report = ConfusionMatrix::of(&outputs, &targets, 0.5)?.report();
/// let positive = &report.classes[1]; // two are found and one is not; one is found by mistake
/// assert_eq!((positive.precision, positive.recall, positive.samples), (Some(2.0 / 3.0), Some(2.0 / 3.0), 3));
/// assert_eq!(report.accuracy, 0.6);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ClassificationReport {
    /// The scores of each class.
    pub classes: Vec<ClassScores>,
    /// Their means over the classes that have samples or are predicted: scikit-learn's `macro avg`.
    pub macro_average: ClassScores,
    /// Their means over the samples, by the class that each is of: scikit-learn's `weighted avg`.
    pub weighted_average: ClassScores,
    /// The share of samples whose predicted class is the true one; NaN for no samples.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub accuracy: f64,
    /// The mean recall of the classes that have samples; NaN for no samples.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub balanced_accuracy: f64,
    /// The names of the classes, if the data set has some.
    pub class_names: Vec<String>,
    /// What was assumed.
    pub caveats: Vec<Caveat>,
}

/// How well a class is found.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ClassScores {
    /// The share of the samples predicted as the class that are of it; `None` if it is never predicted.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub precision: Option<f64>,
    /// The share of the samples of the class that are predicted as it; `None` if it has no samples.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub recall: Option<f64>,
    /// The harmonic mean of both, `2 TP / (2 TP + FP + FN)`; `None` if the class neither has samples nor is predicted.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub f1: Option<f64>,
    /// The number of its samples: scikit-learn's support.
    pub samples: u64,
    /// The number of samples that are predicted as it.
    pub predicted: u64,
}

impl ClassScores {
    fn of(confusion: &ConfusionMatrix, class: usize) -> Self {
        let sum = |counts: &mut dyn Iterator<Item = u64>| counts.fold(0, u64::saturating_add);
        let at = |row: &Vec<u64>| row.get(class).copied().unwrap_or_default();
        let found = at(&confusion.counts[class]);
        let undecided = confusion.undecided.get(class).copied();
        let samples = sum(&mut confusion.counts[class].iter().copied().chain(undecided));
        let predicted = sum(&mut confusion.counts.iter().map(at));
        let share = |of: u64| (of > 0).then(|| found as f64 / of as f64);
        let both = samples.saturating_add(predicted);
        let f1 = (both > 0).then(|| 2.0 * found as f64 / both as f64);
        Self { precision: share(predicted), recall: share(samples), f1, samples, predicted }
    }

    /// Whether anything can be said of the class.
    fn occurs(&self) -> bool {
        self.samples > 0 || self.predicted > 0
    }
}

impl ConfusionMatrix {
    /// Returns precision, recall and F1 of every class, and their means.
    pub fn report(&self) -> ClassificationReport {
        let classes: Vec<ClassScores> = (0..self.counts.len()).map(|class| ClassScores::of(self, class)).collect();
        let with_samples = classes.iter().filter(|class| class.samples > 0);
        let balanced = mean(with_samples.map(|class| (class.recall, 1.0)));
        ClassificationReport {
            macro_average: average(&classes, |class| f64::from(u8::from(class.occurs()))),
            weighted_average: average(&classes, |class| class.samples as f64),
            accuracy: self.accuracy(),
            balanced_accuracy: balanced.unwrap_or(f64::NAN),
            classes,
            class_names: self.class_names.clone(),
            caveats: self.caveats.clone(),
        }
    }
}

/// The means over classes, each of which counts so much.
fn average(classes: &[ClassScores], weight: impl Fn(&ClassScores) -> f64) -> ClassScores {
    let of = |score: fn(&ClassScores) -> Option<f64>| mean(classes.iter().map(|class| (score(class), weight(class))));
    ClassScores {
        precision: of(|class| class.precision),
        recall: of(|class| class.recall),
        f1: of(|class| class.f1),
        samples: classes.iter().map(|class| class.samples).sum(),
        predicted: classes.iter().map(|class| class.predicted).sum(),
    }
}

/// The mean of weighted numbers, of which those that are not known count as 0; none of no weight.
fn mean(numbers: impl Iterator<Item = (Option<f64>, f64)>) -> Option<f64> {
    let add =
        |(sum, total), (number, weight): (Option<f64>, f64)| (sum + number.unwrap_or(0.0) * weight, total + weight);
    let (sum, total) = numbers.fold((0.0, 0.0), add);
    (total > 0.0).then(|| sum / total)
}
