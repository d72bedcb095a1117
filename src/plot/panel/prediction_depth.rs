//! At which layer a network has made up its mind about the samples.

use super::{Anchor, Axis, ColorRole, Mark, Panel};
use crate::{
    analysis::PredictionDepth,
    notation::{counted, grouped, on_a_line},
};

/// Half the height of a bar, where rows are 1 apart.
const HALF: f64 = 0.36;

/// Of more rows the numbers have no room beside one another.
const WRITTEN: usize = 24;

/// The row of the samples that the last probe does not take for what the network predicts.
const NONE: &str = "no probe";

impl Panel {
    /// Creates a plot of how many samples are decided at which probe, the first above: bars of those that are predicted as what they
    /// are, and behind these, striped, those that are misclassified.
    ///
    /// Samples of which the last probe disagrees with the network have a row of their own, the last. Those without a prediction,
    /// because an output is NaN, are in a note. Baldock, Maennel and Neyshabur, "Deep Learning Through the Lens of
    /// Example Difficulty" (2021), find more errors among the samples that are decided late.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Metrics, Replay, Sequential, datasets};
    /// use training_replay::{analysis::PredictionDepth, plot::{ColorRole, Panel}};
    ///
    /// let data = datasets::moons(40, 0.1, 7);
    /// let layers = [Dense::new(4).name("hidden").activation(Activation::Tanh), Dense::new(1).name("output").activation(Activation::Sigmoid)];
    /// let mut replay = Replay::options().dataset(&data).in_memory();
    /// replay.record(&Sequential::builder(2).layers(layers).build(1)?, Metrics::new())?;
    /// let depth = PredictionDepth::of(&replay.at(0)?, 5)?;
    /// let panel = Panel::prediction_depth(&depth);
    /// assert!(panel.y.names().ends_with(&["output".into(), "hidden".into(), "inputs".into()])); // from below
    /// let width = |color| panel.in_color(color).map(|bar| bar.points()[2][0] - bar.points()[0][0]).sum::<f64>();
    /// assert_eq!(width(ColorRole::Series(0)) + width(ColorRole::Misclassified), 40.0); // every sample is in a bar
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn prediction_depth(depth: &PredictionDepth) -> Self {
        let rows = rows(depth);
        let names = rows.iter().rev().map(|row| row.name.clone()).collect();
        let most = rows.iter().map(|row| row.right + row.wrong).max().unwrap_or(0).max(1) as f64;
        // With room for a number behind the longest bar.
        let across = Axis::new("samples", 0.0..=1.45 * most).whole();
        let mut panel = Self::new("Prediction depth", across, Axis::of_names("decided at", names));
        for (place, row) in rows.iter().rev().enumerate() {
            panel.add_samples_of_row(place as f64, row, rows.len());
        }
        let wrong = rows.iter().any(|row| row.wrong > 0);
        panel.legend.push(("correct".into(), ColorRole::Series(0)));
        panel.legend.extend(wrong.then(|| ("misclassified".into(), ColorRole::Misclassified)));
        let nan = depth.predicted.iter().filter(|predicted| predicted.is_none()).count();
        if nan > 0 {
            let have = if nan == 1 { "has" } else { "have" };
            panel.notes.push(format!("{} {have} no prediction: their outputs are NaN", counted(nan as u64, "sample")));
        }
        panel
    }

    fn add_samples_of_row(&mut self, y: f64, row: &Row, rows: usize) {
        let (right, all) = (row.right as f64, (row.right + row.wrong) as f64);
        for (from, to, color) in [(0.0, right, ColorRole::Series(0)), (right, all, ColorRole::Misclassified)] {
            if to > from {
                self.marks.push(Mark::bar([from, y - HALF], [to, y + HALF], color));
            }
        }
        if rows <= WRITTEN {
            let wrong = if row.wrong > 0 { format!(", {} wrong", grouped(row.wrong as u64)) } else { String::new() };
            let text = format!(" {}{wrong}", grouped((row.right + row.wrong) as u64));
            let size = (10.0 / rows as f64).clamp(0.6, 1.0);
            self.marks.push(Mark::text(text, [all, y], ColorRole::Text).sized(size).anchored(Anchor::Left));
        }
    }
}

/// The samples that are decided at a probe, or at none.
struct Row {
    name: String,
    right: usize,
    wrong: usize,
}

/// The probes in their order, and the row of those without a depth if there are some.
fn rows(depth: &PredictionDepth) -> Vec<Row> {
    let row = |name: &str| Row { name: on_a_line(name), right: 0, wrong: 0 };
    let mut rows: Vec<Row> = depth.probes.iter().map(|name| row(name)).chain([row(NONE)]).collect();
    let none = rows.len() - 1;
    let samples = depth.depths.iter().zip(depth.predicted.iter().zip(&depth.classes));
    for (depth, (predicted, class)) in samples {
        let (Some(predicted), Some(row)) = (predicted, rows.get_mut(depth.unwrap_or(none))) else { continue };
        let count = if predicted == class { &mut row.right } else { &mut row.wrong };
        *count += 1;
    }
    if rows[none].right + rows[none].wrong == 0 {
        rows.truncate(none);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth() -> PredictionDepth {
        PredictionDepth {
            probes: vec!["inputs".into(), "hidden".into()],
            neighbors: 3,
            depths: vec![Some(0), Some(1), Some(1), None, None],
            predicted: vec![Some(1), Some(0), Some(0), Some(1), None],
            classes: vec![1, 0, 1, 1, 0],
            votes: vec![vec![1, 1, 0, 0, 0], vec![1, 0, 0, 0, 0]],
            caveats: Vec::new(),
        }
    }

    fn bars(panel: &Panel, color: ColorRole) -> Vec<(f64, f64, f64)> {
        let bar = |mark: &Mark| {
            let [from, _, to, _] = mark.points() else { panic!("a bar") };
            (f64::midpoint(from[1], to[1]), from[0], to[0])
        };
        panel.in_color(color).map(bar).collect()
    }

    #[test]
    fn every_sample_is_in_the_bar_of_its_probe_or_in_a_note() {
        let panel = Panel::prediction_depth(&depth());
        assert_eq!(panel.y.names(), ["no probe", "hidden", "inputs"]);
        assert_eq!(bars(&panel, ColorRole::Series(0)), [(0.0, 0.0, 1.0), (1.0, 0.0, 1.0), (2.0, 0.0, 1.0)]);
        assert_eq!(bars(&panel, ColorRole::Misclassified), [(1.0, 1.0, 2.0)]);
        assert_eq!(panel.notes, ["1 sample has no prediction: their outputs are NaN"]);
    }

    #[test]
    fn where_all_agree_no_row_is_of_nobody_and_no_legend_of_nothing() {
        let mut depth = depth();
        depth.depths.truncate(2);
        depth.predicted.truncate(2);
        depth.classes.truncate(2);
        let panel = Panel::prediction_depth(&depth);
        assert_eq!((panel.y.names().len(), panel.legend.len(), panel.notes.len()), (2, 1, 0));
        depth.depths.clear();
        assert_eq!(Panel::prediction_depth(&depth).in_color(ColorRole::Series(0)).count(), 0, "of no samples no bar");
    }
}
