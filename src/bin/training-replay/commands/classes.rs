//! `training-replay classes`: how well each class is found, at an epoch or from epoch to epoch.

use std::collections::BTreeSet;

use clap::Args;
use serde_json::{Value, json};
use training_replay::{
    Confidence, OneVsRest, Result, Sequential, Snapshot,
    analysis::{Calibration, ClassScores, ClassificationReport, PrecisionRecallCurve, RocCurve},
};

use crate::{
    epochs::EpochsArgs,
    numbers::{decimal, number},
    question::View,
    recording::Files,
    report::{Asked, Report, about_each},
    table::Table,
    trouble::{Answer, Status, Trouble, with_options},
    words::{grouped, shown},
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay classes run.replay                            # at the last epoch
  training-replay classes --epochs 0,10-20 run.replay           # from epoch to epoch
  training-replay classes --on validation run.replay
  training-replay classes --json --every 10 runs/*.replay";

/// The bins of the calibration error, as Guo et al. (2017) have them.
const BINS: usize = 15;

/// Says how well each class is found: precision, recall, F1, areas under the curves, calibration
///
/// Runs the recorded network on the recorded data, at the last epoch where no others are named.
#[derive(Args, Debug)]
pub struct Classes {
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    view: View,
    #[command(flatten)]
    epochs: EpochsArgs,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// How well the classes are found at an epoch.
struct Found {
    epoch: u64,
    report: ClassificationReport,
    /// Of each class, where both it and others have samples.
    areas: Vec<Option<Areas>>,
    /// Or why there is none.
    calibration: Result<Calibration>,
}

struct Areas {
    roc: f64,
    precision: f64,
}

impl Classes {
    pub fn run(&self) -> Answer<Status> {
        about_each("classes", &self.files.files, self.json, |asked| self.report(&asked))
    }

    fn report(&self, asked: &Asked<'_>) -> Answer<Report> {
        let replay = self.view.open(asked.path)?;
        let run = self.view.run(asked.path, &replay)?;
        let mut epochs = self.epochs.of(asked.path, &replay)?;
        if self.epochs.are_all() {
            epochs = epochs.last().copied().into_iter().collect();
        }
        let run = run.epochs(epochs).threads(asked.threads).progress(asked.bar.callback());
        let found = run.map(find).map_err(Trouble::with(asked.path))?;
        let lines = match &found[..] {
            [one] => lines_of(one),
            several => lines_over_epochs(several),
        };
        let lines = lines.into_iter().map(|line| shown(&line)).collect();
        let json = json!({ "epochs": found.iter().map(document).collect::<Vec<_>>() });
        Ok(Report { lines, json, status: Status::Held })
    }
}

fn find(snapshot: &Snapshot<'_, Sequential>) -> Result<Found> {
    let report = snapshot.confusion()?.report();
    let areas = (0..report.classes.len()).map(|class| areas(snapshot, &report, class)).collect::<Result<_>>()?;
    let calibration = Confidence::of(snapshot).and_then(|confidence| confidence.calibration(BINS));
    Ok(Found { epoch: snapshot.epoch(), report, areas, calibration })
}

/// Those of a class; none where it, or all others, have no samples, or some sample has no prediction.
fn areas(snapshot: &Snapshot<'_, Sequential>, report: &ClassificationReport, class: usize) -> Result<Option<Areas>> {
    let all = report.weighted_average.samples;
    let own = report.classes[class].samples;
    if own == 0 || own == all || report.weighted_average.predicted < all {
        return Ok(None);
    }
    let has_one_output = snapshot.dataset()?.targets().outputs() == 1;
    let found = OneVsRest::of(snapshot, if has_one_output { 0 } else { class })?;
    let (mut scores, mut truths) = (found.scores().to_vec(), found.truths().to_vec());
    if has_one_output && class == 0 {
        // The output is of class 1: the less, the more of class 0.
        scores.iter_mut().for_each(|score| *score = -*score);
        truths.iter_mut().for_each(|truth| *truth = !*truth);
    }
    let roc = RocCurve::of(&scores, &truths)?.area;
    Ok(Some(Areas { roc, precision: PrecisionRecallCurve::of(&scores, &truths)?.average_precision }))
}

/// What cannot be said is a dash.
fn or_dash(value: Option<f64>) -> String {
    value.filter(|value| !value.is_nan()).map_or_else(|| "-".into(), decimal)
}

fn lines_of(found: &Found) -> Vec<String> {
    let Found { epoch, report, areas, calibration } = found;
    let mut table = Table::new(1, ["", "precision", "recall", "F1", "ROC area", "average precision", "samples"]);
    let mut row = |name: String, scores: &ClassScores, areas: Option<&Areas>| {
        let [roc, of_curve] = [areas.map(|it| it.roc), areas.map(|it| it.precision)].map(or_dash);
        let [precision, recall, f1] = [scores.precision, scores.recall, scores.f1].map(or_dash);
        table.row([name, precision, recall, f1, roc, of_curve, grouped(scores.samples)]);
    };
    for (class, scores) in report.classes.iter().enumerate() {
        row(name_of(report, class), scores, areas[class].as_ref());
    }
    row("mean over classes".into(), &report.macro_average, mean(areas).as_ref());
    row("mean over samples".into(), &report.weighted_average, None);
    let mut lines = vec![format!("epoch {}", grouped(*epoch))];
    lines.extend(table.lines());
    let [accuracy, balanced] = [report.accuracy, report.balanced_accuracy].map(|share| or_dash(Some(share)));
    lines.push(format!("accuracy {accuracy}, balanced accuracy {balanced}"));
    if let Ok(it) = calibration {
        let [expected, worst] = [it.expected_error, it.maximum_error].map(decimal);
        lines.push(format!("calibration error {expected} in {BINS} bins, {worst} in the worst of them"));
    }
    lines.extend(found.remarks());
    lines
}

impl Found {
    /// Why there is no calibration error, if there is none.
    fn no_calibration(&self) -> Option<String> {
        self.calibration.as_ref().err().map(|why| with_options(&why.to_string()))
    }

    /// What is to be known beside the numbers: what was assumed, and why some are missing.
    fn remarks(&self) -> Vec<String> {
        let caveats = self.report.caveats.iter().map(|caveat| with_options(&caveat.to_string()));
        let why = self.no_calibration().map(|why| format!("no calibration error: {why}"));
        why.into_iter().chain(caveats).collect()
    }
}

/// The table, and each remark once, with the first epoch that it is about.
fn lines_over_epochs(found: &[Found]) -> Vec<String> {
    let mut lines = over_epochs(found).lines();
    let mut said = BTreeSet::new();
    for found in found {
        let new = found.remarks().into_iter().filter(|remark| said.insert(remark.clone()));
        lines.extend(new.map(|remark| format!("epoch {}: {remark}", grouped(found.epoch))).collect::<Vec<_>>());
    }
    lines
}

fn name_of(report: &ClassificationReport, class: usize) -> String {
    report.class_names.get(class).cloned().unwrap_or(format!("class {class}"))
}

/// The means over the classes that have some.
fn mean(areas: &[Option<Areas>]) -> Option<Areas> {
    let count = areas.iter().flatten().count() as f64;
    let mean = |of: fn(&Areas) -> f64| areas.iter().flatten().map(of).sum::<f64>() / count;
    (count > 0.0).then(|| Areas { roc: mean(|it| it.roc), precision: mean(|it| it.precision) })
}

/// A row for each epoch.
fn over_epochs(found: &[Found]) -> Table {
    let head = ["epoch", "accuracy", "precision", "recall", "F1", "ROC area", "calibration error"];
    let mut table = Table::new(0, head);
    for found in found {
        let scores = &found.report.macro_average;
        let roc = mean(&found.areas).map(|areas| areas.roc);
        let off = found.calibration.as_ref().ok().map(|it| it.expected_error);
        let shown = [Some(found.report.accuracy), scores.precision, scores.recall, scores.f1, roc, off].map(or_dash);
        table.row([grouped(found.epoch)].into_iter().chain(shown));
    }
    table
}

fn document(found: &Found) -> Value {
    let or_null = |value: Option<f64>| value.map_or(Value::Null, number);
    let scores = |scores: &ClassScores| {
        json!({
            "precision": or_null(scores.precision),
            "recall": or_null(scores.recall),
            "f1": or_null(scores.f1),
            "samples": scores.samples,
            "predicted": scores.predicted,
        })
    };
    let class = |(class, own): (usize, &ClassScores)| {
        let mut document = scores(own);
        document["class"] = json!(name_of(&found.report, class));
        document["roc_area"] = or_null(found.areas[class].as_ref().map(|it| it.roc));
        document["average_precision"] = or_null(found.areas[class].as_ref().map(|it| it.precision));
        document
    };
    let calibration = found.calibration.as_ref().ok();
    json!({
        "epoch": found.epoch,
        "classes": found.report.classes.iter().enumerate().map(class).collect::<Vec<_>>(),
        "mean_over_classes": scores(&found.report.macro_average),
        "mean_over_samples": scores(&found.report.weighted_average),
        "accuracy": number(found.report.accuracy),
        "balanced_accuracy": number(found.report.balanced_accuracy),
        "calibration_error": or_null(calibration.map(|it| it.expected_error)),
        "no_calibration": found.no_calibration(),
        "caveats": found.report.caveats.iter().map(|caveat| with_options(&caveat.to_string())).collect::<Vec<_>>(),
    })
}
