//! Precision, recall, F1, areas under curves and calibration are scikit-learn's, from outputs and from recorded epochs.
//!
//! The numbers are those of scikit-learn 1.9.1 with numpy 2.4.6:
//!
//! ```python
//! import numpy as np
//! from sklearn.metrics import *
//! from sklearn.calibration import calibration_curve
//! i = np.arange(60)
//! score = ((i * 37 % 23) / 22).astype(np.float32)  # with equal ones
//! truth = (i * 29 % 31 + 8 * score > 16)
//! fpr, tpr, _ = roc_curve(truth, score, drop_intermediate=False)
//! print(roc_auc_score(truth, score), average_precision_score(truth, score), brier_score_loss(truth, score))
//! print(fpr[[1, 5, 12, 20]], tpr[[1, 5, 12, 20]], len(fpr))
//! p, r, _ = precision_recall_curve(truth, score)
//! print(p[::-1][[1, 5, 12, 20]], r[::-1][[1, 5, 12, 20]], len(p))
//! print(calibration_curve(truth, score, n_bins=5))
//! at = np.searchsorted(np.linspace(0, 1, 6)[1:-1], score)
//! gaps = [abs(truth[at == b].mean() - score[at == b].astype(float).mean()) for b in range(5)]
//! print(sum(gap * (at == b).mean() for b, gap in enumerate(gaps)), max(gaps))
//! true = i * 7 % 4
//! pred = np.where(i % 3 == 0, true, (i * 5 + 1) % 3)
//! pred = np.where(pred == 3, 0, pred)  # class 3 is never predicted
//! for average in (None, "macro", "weighted"):
//!     print(precision_recall_fscore_support(true, pred, average=average, zero_division=0))
//! print(accuracy_score(true, pred), balanced_accuracy_score(true, pred))
//! ```

use training_replay::{
    Activation, Confidence, Dataset, Dense, Error, Loss, Matrix, Metrics, OneVsRest, Optimizer, Replay, Result,
    Sequential, Trainer,
    analysis::{Calibration, ClassScores, ConfusionMatrix, PrecisionRecallCurve, RocCurve},
    datasets,
};

fn scores() -> (Vec<f32>, Vec<bool>) {
    let scores: Vec<f32> = (0..60).map(|i| (f64::from(i * 37 % 23) / 22.0) as f32).collect();
    let truths = scores.iter().enumerate().map(|(i, score)| (i * 29 % 31) as f32 + 8.0 * score > 16.0).collect();
    (scores, truths)
}

fn assert_near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-12, "{found} and {expected}");
    }
}

fn at(places: [usize; 4], values: &[f64]) -> [f64; 4] {
    places.map(|place| values[place])
}

const PLACES: [usize; 4] = [1, 5, 12, 20];

#[test]
fn curves_and_the_areas_under_them_are_scikit_learns_with_equal_scores() {
    let (scores, truths) = scores();
    let roc = RocCurve::of(&scores, &truths).unwrap();
    assert_near(&[roc.area], &[0.6336805555555556]);
    assert_near(&at(PLACES, &roc.false_positive_rates), &[0.0, 0.16666666666666666, 0.375, 0.75]);
    let found = [0.05555555555555555, 0.25, 0.6111111111111112, 0.9166666666666666];
    assert_near(&at(PLACES, &roc.true_positive_rates), &found);
    let curve = PrecisionRecallCurve::of(&scores, &truths).unwrap();
    assert_near(&[curve.average_precision], &[0.6970805141245091]);
    assert_near(&at(PLACES, &curve.recall), &found);
    let precision = [1.0, 0.6923076923076923, 0.7096774193548387, 0.6470588235294118];
    assert_near(&at(PLACES, &curve.precision), &precision);
    assert_eq!((roc.thresholds.len(), curve.precision.len(), curve.thresholds), (24, 24, roc.thresholds));
}

#[test]
fn calibration_is_scikit_learns_and_that_of_guo() {
    let (scores, truths) = scores();
    let found = Calibration::of(&scores, &truths, 5).unwrap();
    assert_eq!(found.bins.iter().map(|bin| bin.samples).collect::<Vec<_>>(), [13, 11, 12, 11, 13]);
    let shares: Vec<f64> = found.bins.iter().map(|bin| bin.share).collect();
    let expected =
        [0.38461538461538464, 0.5454545454545454, 0.6666666666666666, 0.7272727272727273, 0.6923076923076923];
    assert_near(&shares, &expected);
    // numpy sums in single precision here.
    let means = [0.08041958281627068, 0.2892562029036609, 0.49621212234099704, 0.6983471079306169, 0.9090909132590661];
    for (bin, expected) in found.bins.iter().zip(means) {
        assert!((bin.mean_probability - expected).abs() < 1e-6, "{} and {expected}", bin.mean_probability);
    }
    assert_near(&[found.expected_error, found.maximum_error], &[0.19924242347478865, 0.304195801799114]);
    assert!((found.brier_score - 0.2755165100097656).abs() < 1e-6);
}

#[test]
fn a_class_that_is_never_predicted_has_no_precision_and_counts_as_zero_in_the_means() {
    let class = |i: usize| i * 7 % 4;
    let predicted = |i: usize| match if i.is_multiple_of(3) { class(i) } else { (i * 5 + 1) % 3 } {
        3 => 0,
        other => other,
    };
    let one_hot = |of: &dyn Fn(usize) -> usize| Matrix::from_fn(60, 4, |i, j| f32::from(u8::from(of(i) == j)));
    let report = ConfusionMatrix::of(&one_hot(&predicted), &one_hot(&class), 0.5).unwrap().report();
    let of = |score: fn(&ClassScores) -> Option<f64>| report.classes.iter().map(score).collect::<Vec<_>>();
    assert_eq!(of(|it| it.precision), [Some(1.0 / 3.0), Some(1.0), Some(0.4), None]);
    assert_eq!(of(|it| it.recall), [Some(2.0 / 3.0), Some(1.0 / 3.0), Some(2.0 / 3.0), Some(0.0)]);
    let f1: Vec<f64> = of(|it| it.f1).into_iter().flatten().collect();
    assert_near(&f1, &[0.4444444444444444, 0.5, 0.5, 0.0]);
    let mean = |it: &ClassScores| [it.precision, it.recall, it.f1].map(Option::unwrap_or_default);
    assert_near(&mean(&report.macro_average), &[0.43333333333333335, 0.41666666666666663, 0.3611111111111111]);
    assert_near(&mean(&report.weighted_average), &[0.43333333333333335, 0.4166666666666667, 0.36111111111111105]);
    assert_near(&[report.accuracy, report.balanced_accuracy], &[0.4166666666666667, 0.41666666666666663]);
    let table = report.to_string();
    assert!(table.lines().nth(4).is_some_and(|line| line.starts_with("class 3") && line.contains('-')), "{table}");
}

#[test]
fn classes_without_samples_weigh_nothing_and_none_at_all_are_not_a_number() {
    let outputs = Matrix::from_column_slice(2, 1, &[0.9, 0.8]);
    let report = ConfusionMatrix::of(&outputs, &Matrix::from_element(2, 1, 1.0), 0.5).unwrap().report();
    assert_eq!((report.macro_average.f1, report.balanced_accuracy), (Some(1.0), 1.0), "class 0 does not occur");
    assert_eq!((report.classes[0].recall, report.classes[0].f1), (None, None));
    let undecided = Matrix::from_column_slice(2, 1, &[f32::NAN, 0.8]);
    let report = ConfusionMatrix::of(&undecided, &Matrix::from_element(2, 1, 1.0), 0.5).unwrap().report();
    assert_eq!((report.classes[1].recall, report.classes[1].predicted), (Some(0.5), 1));
}

#[test]
fn what_cannot_be_ranked_or_binned_is_an_error() {
    let message = |error: Option<Error>| error.expect("an error").to_string();
    assert!(message(RocCurve::of(&[0.5, 0.6], &[true, true]).err()).contains("samples of other classes"));
    assert!(message(RocCurve::of(&[0.5, 0.6], &[false, false]).err()).contains("samples of the class"));
    assert!(message(PrecisionRecallCurve::of(&[], &[]).err()).contains("samples of the class"));
    assert!(message(RocCurve::of(&[f32::NAN, 0.6], &[true, false]).err()).contains("sample 0"));
    assert!(message(RocCurve::of(&[0.6], &[true, false]).err()).contains("scores"));
    for bins in [0, 100_001, usize::MAX] {
        assert!(message(Calibration::of(&[0.5], &[true], bins).err()).contains("bins"));
    }
    for stray in [-0.1, 1.1, f32::NAN, f32::INFINITY] {
        assert!(message(Calibration::of(&[0.5, stray], &[true, true], 5).err()).contains("sample 1"));
    }
    assert!(message(Calibration::of(&[], &[], 5).err()).contains("samples"));
    let edges = Calibration::of(&[0.0, 0.5, 1.0], &[false, false, true], 2).unwrap();
    assert_eq!(
        edges.bins.iter().map(|bin| bin.samples).collect::<Vec<_>>(),
        [2, 1],
        "an edge belongs to the bin below"
    );
}

/// A recording of two epochs of a network of so many outputs behind an activation.
fn recorded(data: &Dataset, outputs: usize, activation: Activation, loss: Loss) -> Result<Replay> {
    let layers = [Dense::new(6).activation(Activation::Tanh), Dense::new(outputs).activation(activation)];
    let mut model = Sequential::builder(2).layers(layers).build(3)?;
    let mut trainer = Trainer::new(loss, Optimizer::adam(0.02));
    let mut replay = Replay::options().dataset(data).loss(loss).in_memory();
    replay.record(&model, Metrics::new())?;
    for _ in 0..3 {
        let metrics = trainer.epoch(&mut model, data)?;
        replay.record(&model, metrics)?;
    }
    Ok(replay)
}

/// The share of pairs that are in order, counted one by one.
fn pairs_in_order(scores: &[f32], truths: &[bool]) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for (one, _) in scores.iter().zip(truths).filter(|(_, truth)| **truth) {
        for (other, _) in scores.iter().zip(truths).filter(|(_, truth)| !**truth) {
            sum += if one > other {
                1.0
            } else if one == other {
                0.5
            } else {
                0.0
            };
            count += 1.0;
        }
    }
    sum / count
}

#[test]
fn a_recorded_epoch_is_ranked_by_the_probability_of_each_class_however_its_targets_are_written() -> Result<()> {
    let single = datasets::moons(60, 0.2, 7);
    let classes = single.classes()?;
    let inputs = single.inputs().clone();
    let columns = Matrix::from_fn(60, 2, |i, j| f32::from(u8::from(classes[i] == j)));
    let several = Dataset::new(inputs.clone(), columns)?;
    let indices: Vec<u32> = classes.iter().map(|&class| class as u32).collect();
    let by_index = Dataset::from_class_labels(inputs, &indices, 1, 2)?;
    let softmax = |data| recorded(data, 2, Activation::Softmax, Loss::CategoricalCrossEntropy);
    let (several, by_index) = (softmax(&several)?, softmax(&by_index)?);
    for class in [0, 1] {
        let (one, other) = (several.at(3)?, by_index.at(3)?);
        let (one, other) = (OneVsRest::of(&one, class)?, OneVsRest::of(&other, class)?);
        assert_eq!((one.scores(), one.truths()), (other.scores(), other.truths()));
        assert_eq!(one.confusion()?.counts, other.confusion()?.counts);
        assert_near(&[one.roc_curve()?.area], &[pairs_in_order(one.scores(), one.truths())]);
    }
    let single = recorded(&single, 1, Activation::Sigmoid, Loss::BinaryCrossEntropy)?;
    let snapshot = single.at(3)?;
    let found = OneVsRest::of(&snapshot, 0)?;
    assert_eq!(found.scores(), snapshot.outputs()?.as_slice());
    assert_eq!(found.confusion()?.counts, snapshot.confusion()?.counts);
    assert!(OneVsRest::of(&snapshot, 1).is_err() && OneVsRest::of(&by_index.at(3)?, 2).is_err());
    Ok(())
}

#[test]
fn targets_of_minus_one_and_one_are_ranked_by_values_which_have_no_calibration() -> Result<()> {
    let moons = datasets::moons(60, 0.2, 7);
    let signs = Matrix::from_fn(60, 1, |i, _| if moons.classes().is_ok_and(|it| it[i] == 1) { 1.0 } else { -1.0 });
    let data = Dataset::new(moons.inputs().clone(), signs)?;
    let replay = recorded(&data, 1, Activation::Tanh, Loss::MeanSquaredError)?;
    let snapshot = replay.at(3)?;
    let found = OneVsRest::of(&snapshot, 0)?;
    assert_eq!(found.confusion()?.counts, snapshot.confusion()?.counts);
    assert_near(&[found.roc_curve()?.area], &[pairs_in_order(found.scores(), found.truths())]);
    let refused = found.calibration(10).unwrap_err().to_string();
    assert!(refused.contains("values") && Confidence::of(&snapshot).is_err(), "{refused}");
    Ok(())
}

#[test]
fn confidence_is_the_probability_of_the_predicted_class() -> Result<()> {
    let data = datasets::moons(60, 0.2, 7);
    let replay = recorded(&data, 1, Activation::Sigmoid, Loss::BinaryCrossEntropy)?;
    let snapshot = replay.at(2)?;
    let confidence = Confidence::of(&snapshot)?;
    let outputs = snapshot.outputs()?;
    let expected: Vec<f32> = outputs.iter().map(|&p| if p > 0.5 { p } else { 1.0 - p }).collect();
    assert_eq!(confidence.values(), expected);
    let right = confidence.correct().iter().filter(|&&right| right).count() as f64 / 60.0;
    assert_eq!(right, snapshot.confusion()?.accuracy());
    let found = confidence.calibration(15)?;
    let of_values = Calibration::of(confidence.values(), confidence.correct(), 15)?;
    assert_eq!((found.expected_error, found.brier_score), (of_values.expected_error, of_values.brier_score));
    assert_eq!(confidence.undecided(), 0);
    Ok(())
}
