//! What is wrong with a run, over its epochs.

use std::ops::RangeInclusive;

use super::{Axis, ColorRole, Mark, Panel};
use crate::analysis::{Diagnosis, Finding};

/// How thick a line is that lasts; 1 is the width of an axis.
const WIDTH: f64 = 5.0;

impl Panel {
    /// Creates a plot of what a diagnosis found: a row for each kind of finding, a dot where it is of one epoch, and a line where it
    /// lasts. Hints have a color of their own.
    ///
    /// ```
    /// use training_replay::{Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// use training_replay::{analysis::DiagnosisOptions, plot::{ColorRole, Panel}};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().dataset(&datasets::moons(50, 0.1, 7)).loss(Loss::MeanSquaredError).in_memory();
    /// for _ in 0..4 {
    ///     replay.record(&model, Metrics::new())?; // the optimizer was forgotten
    /// }
    /// let diagnosis = replay.run()?.diagnose(&DiagnosisOptions::default())?;
    /// let panel = Panel::findings(&diagnosis, 0..=3);
    /// assert_eq!(panel.y.names(), ["no fall", "no learning", "poor start", "frozen"]); // from below
    /// let frozen = panel.in_color(ColorRole::Misclassified).next().expect("a line");
    /// assert_eq!(frozen.points(), [[0.0, 3.0], [3.0, 3.0]]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn findings(diagnosis: &Diagnosis, epochs: RangeInclusive<u64>) -> Self {
        let (first, last) = (*epochs.start() as f64, *epochs.end() as f64);
        let mut names: Vec<&str> = Vec::new();
        for finding in &diagnosis.findings {
            let name = finding.milestone.kind.name();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.reverse();
        let y = Axis::of_names("", names.iter().map(|name| (*name).to_owned()).collect());
        let margin = 0.02 * (last - first).max(1.0);
        let title = format!("Diagnosis: {}", diagnosis.judgement());
        let mut panel = Self::new(title, Axis::new("epoch", first - margin..=last + margin).whole(), y);
        let row = |finding: &Finding| names.iter().position(|name| *name == finding.milestone.kind.name());
        let marks = diagnosis.findings.iter().filter_map(|finding| Some(mark(finding, row(finding)?, last)));
        panel.marks.extend(marks);
        for (hint, name) in [(false, "wrong"), (true, "may be wrong")] {
            if diagnosis.findings.iter().any(|finding| finding.hint == hint) {
                panel.legend.push((name.into(), color(hint)));
            }
        }
        panel
    }
}

fn mark(finding: &Finding, row: usize, last: f64) -> Mark {
    let (milestone, color) = (&finding.milestone, color(finding.hint));
    let (from, y) = (milestone.epoch as f64, row as f64);
    let to = if milestone.is_moment() { from } else { milestone.until.map_or(last, |until| until as f64) };
    if from == to {
        return Mark::Dots { points: vec![[from, y]], color, radius: 2.0 };
    }
    Mark::Line { points: vec![[from, y], [to, y]], color, width: WIDTH, dashed: false, right: false }
}

fn color(hint: bool) -> ColorRole {
    if hint { ColorRole::Series(1) } else { ColorRole::Misclassified }
}
