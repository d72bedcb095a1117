//! Which training samples helped and which harmed a prediction.

use std::ops::RangeInclusive;

use super::{Anchor, Axis, ColorRole, Mark, Panel, histograms::are, planes::wider};
use crate::{
    Error, Result,
    analysis::{Caveat, Influence},
    notation::{counted, grouped},
};

/// Half the height of a bar, where rows are 1 apart.
const HALF: f64 = 0.36;

/// Half the height of the ends of a standard error.
const END: f64 = 0.16;

/// A training sample, and what its score is.
struct Row {
    sample: usize,
    score: f64,
    error: Option<f64>,
}

impl Panel {
    /// Creates a plot of the training samples that lowered the loss of a tested sample most, the greatest score above, and below them those
    /// that raised it most, the lowest score last; at most `count` of each. `tested` is a row of the scores.
    ///
    /// Where the gradients were compared by a projection, thin lines have the standard error to both sides. A score that is
    /// infinite has a word in place of its bar, and a note counts those that are NaN. That the run was trained by Adam or with
    /// momentum is a note, where it is known.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    /// use training_replay::{analysis::InfluenceOptions, plot::{ColorRole, Panel}};
    ///
    /// # let data = datasets::moons(40, 0.1, 7);
    /// # let layers = [Dense::new(4).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let mut model = Sequential::builder(2).layers(layers).build(1)?;
    /// # let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.5));
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// # for _ in 0..3 {
    /// #     let metrics = trainer.epoch(&mut model, &data)?;
    /// #     replay.record(&model, metrics)?;
    /// # }
    /// let found = replay.run()?.influence(&data, &InfluenceOptions::default().tested([17]))?;
    /// let panel = Panel::influence(&found, 0, 3)?;
    /// assert_eq!(panel.title, "Influence on sample 17");
    /// let helped = found.most_helpful(0, 3)?;
    /// assert_eq!(panel.y.names().last(), Some(&format!("sample {}", helped[0]))); // above
    /// let first = panel.in_color(ColorRole::Series(0)).next().expect("a bar");
    /// assert_eq!(first.points()[2][0], found.scores[(0, helped[0])]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there is no such row of the scores, or no samples are asked for.
    pub fn influence(found: &Influence, tested: usize, count: usize) -> Result<Self> {
        if count == 0 {
            return Err(Error::invalid("the number of training samples of each side", "1 or more", count));
        }
        let helped = found.most_helpful(tested, count)?;
        let harmed = found.most_harmful(tested, count)?.into_iter().rev();
        let row = |sample: usize| {
            let error = found.standard_errors.as_ref().and_then(|errors| errors.get((tested, sample)).copied());
            Row { sample, score: found.scores[(tested, sample)], error }
        };
        let rows: Vec<Row> = helped.into_iter().chain(harmed).map(row).collect();
        let mut panel = Self::of_scores(&rows);
        let name = found.tested.get(tested).map_or_else(String::new, |sample| format!(" on sample {sample}"));
        panel.title = format!("Influence{name}");
        let nan = found.scores.row(tested).iter().filter(|score| score.is_nan()).count();
        if rows.is_empty() {
            panel.notes.push("no score is above or below 0".into());
        }
        if nan > 0 {
            panel.notes.push(format!("{} NaN", are(nan as u64, "score")));
        }
        let other_steps = found.caveats.iter().filter(|caveat| matches!(caveat, Caveat::OtherSteps { .. }));
        panel.notes.extend(other_steps.map(ToString::to_string));
        Ok(panel)
    }

    fn of_scores(rows: &[Row]) -> Self {
        let names = rows.iter().rev().map(|row| format!("sample {}", row.sample)).collect();
        let across = Axis::new("score", limits(rows));
        let mut panel = Self::new("", across, Axis::of_names("", names));
        for (place, row) in rows.iter().enumerate() {
            panel.marks.extend(row.marks((rows.len() - 1 - place) as f64));
        }
        if !rows.is_empty() {
            let zero = [[0.0, -0.5], [0.0, rows.len() as f64 - 0.5]];
            panel.marks.push(Mark::line(zero, ColorRole::Text).wide(1.0));
        }
        for (name, color, sign) in [("helped", ColorRole::Series(0), 1.0), ("harmed", ColorRole::Series(1), -1.0)] {
            if rows.iter().any(|row| row.score * sign > 0.0) {
                panel.legend.push((name.into(), color));
            }
        }
        if rows.iter().any(|row| row.error.is_some_and(f64::is_finite)) {
            panel.notes.push("thin lines are a standard error to both sides, at most".into());
        }
        let lost = rows.iter().filter(|row| row.error.is_some_and(|error| !error.is_finite())).count();
        if lost > 0 {
            panel.notes.push(format!(
                "{} of {} are no numbers",
                grouped(lost as u64),
                counted(rows.len() as u64, "standard error")
            ));
        }
        panel
    }
}

/// From the lowest end to the highest, 0 between them, and a little more where numbers have room for it.
fn limits(rows: &[Row]) -> RangeInclusive<f64> {
    let ends = || rows.iter().flat_map(Row::ends).chain([0.0]);
    let (low, high) = (ends().fold(0.0, f64::min), ends().fold(0.0, f64::max));
    if (high - low).is_finite() { wider(ends()) } else { low..=high }
}

impl Row {
    /// Where the bar ends, and its standard error.
    fn ends(&self) -> Vec<f64> {
        let error = self.error.filter(|error| error.is_finite()).unwrap_or(0.0);
        let ends = [self.score, self.score - error, self.score + error];
        ends.into_iter().filter(|end| end.is_finite()).collect()
    }

    fn marks(&self, y: f64) -> Vec<Mark> {
        let (score, is_above) = (self.score, self.score > 0.0);
        if score.is_infinite() {
            let (word, part) = if is_above { (" infinite", Anchor::Left) } else { ("-infinite ", Anchor::Right) };
            return vec![Mark::text(word, [0.0, y], ColorRole::Text).anchored(part)];
        }
        let color = if is_above { ColorRole::Series(0) } else { ColorRole::Series(1) };
        let mut marks = vec![Mark::bar([0.0, y - HALF], [score, y + HALF], color)];
        if let Some(error) = self.error.filter(|error| error.is_finite()) {
            let (low, high) = (score - error, score + error);
            let lines = [([low, y], [high, y]), ([low, y - END], [low, y + END]), ([high, y - END], [high, y + END])];
            // With an edge, for what lies over the bar.
            for (color, width) in [(ColorRole::Ground, 3.0), (ColorRole::Text, 1.0)] {
                marks.extend(lines.map(|(from, to)| Mark::line([from, to], color).wide(width)));
            }
        }
        marks
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;

    use super::*;
    use crate::analysis::LearningRatesFrom;

    fn found(scores: &[f64], errors: Option<&[f64]>) -> Influence {
        let row = |values: &[f64]| DMatrix::from_row_slice(1, values.len(), values);
        Influence {
            scores: row(scores),
            standard_errors: errors.map(row),
            tested: vec![17],
            epochs: vec![1],
            learning_rates: vec![0.5],
            learning_rates_from: LearningRatesFrom::Caller,
            caveats: Vec::new(),
        }
    }

    /// The row of each bar, and where it ends.
    fn bars(panel: &Panel, color: ColorRole) -> Vec<(f64, f64)> {
        let bar = |mark: &Mark| {
            let [from, _, to, _] = mark.points() else { panic!("a bar") };
            (f64::midpoint(from[1], to[1]), to[0])
        };
        panel.in_color(color).map(bar).collect()
    }

    #[test]
    fn the_most_helpful_is_above_and_the_most_harmful_below() {
        let panel = Panel::influence(&found(&[0.5, -3.0, 2.0, 0.0, -1.0, 0.25], None), 0, 2).unwrap();
        assert_eq!(panel.y.names(), ["sample 1", "sample 4", "sample 0", "sample 2"], "from below");
        assert_eq!(bars(&panel, ColorRole::Series(0)), [(3.0, 2.0), (2.0, 0.5)]);
        assert_eq!(bars(&panel, ColorRole::Series(1)), [(1.0, -1.0), (0.0, -3.0)]);
        assert!(panel.x.low <= -3.0 && panel.x.high >= 2.0 && panel.notes.is_empty());
        let names: Vec<&str> = panel.legend.iter().map(|entry| entry.0.as_str()).collect();
        assert_eq!(names, ["helped", "harmed"]);
    }

    #[test]
    fn standard_errors_are_lines_to_both_sides_and_within_the_axis() {
        let panel = Panel::influence(&found(&[2.0, -1.0], Some(&[3.0, f64::INFINITY])), 0, 5).unwrap();
        let lines: Vec<&[[f64; 2]]> = panel.in_color(ColorRole::Text).map(Mark::points).collect();
        assert_eq!(lines[0], [[-1.0, 1.0], [5.0, 1.0]]);
        assert!(panel.x.low <= -1.0 && panel.x.high >= 5.0);
        let notes = ["thin lines are a standard error to both sides, at most", "1 of 2 standard errors are no numbers"];
        assert_eq!(panel.notes, notes);
    }

    #[test]
    fn what_is_no_number_has_a_word_or_is_counted_and_nothing_is_said_to_be_nothing() {
        let scores = [f64::INFINITY, f64::NAN, 1.0, f64::NEG_INFINITY];
        let panel = Panel::influence(&found(&scores, None), 0, 5).unwrap();
        let words = panel.marks.iter().filter_map(|mark| match mark {
            Mark::Text { text, at, .. } => Some((text.trim(), at[1])),
            _ => None,
        });
        assert_eq!(words.collect::<Vec<_>>(), [("infinite", 2.0), ("-infinite", 0.0)]);
        assert_eq!((panel.notes.len(), panel.notes[0].as_str()), (1, "1 score is NaN"));
        assert!(panel.x.low.is_finite() && panel.x.high.is_finite());
        let panel = Panel::influence(&found(&[f64::MAX, -f64::MAX], None), 0, 5).unwrap();
        assert_eq!((panel.x.low, panel.x.high), (-f64::MAX, f64::MAX), "both bars are seen");
        let none = Panel::influence(&found(&[0.0, 0.0], None), 0, 5).unwrap();
        assert_eq!((none.notes.len(), none.notes[0].as_str()), (1, "no score is above or below 0"));
    }

    #[test]
    fn no_such_row_and_no_samples_are_errors_and_a_warning_is_a_note() {
        let mut found = found(&[1.0, -1.0], None);
        assert!(Panel::influence(&found, 1, 5).unwrap_err().to_string().contains("the row of the scores is 1"));
        assert!(Panel::influence(&found, 0, 0).unwrap_err().to_string().contains("it must be 1 or more"));
        found.caveats.push(Caveat::OtherSteps { optimizer: "adam".into() });
        assert!(Panel::influence(&found, 0, 1).unwrap().notes[0].starts_with("the run was trained by adam"));
    }
}
