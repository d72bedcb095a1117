//! Results as text, for whoever prints them: the data are in their fields.

use std::fmt;

use super::{
    ClassScores, ClassificationReport, ConfusionMatrix, Distribution, EpochsToTarget, HeadToHead, Influence,
    LayerDistribution, PredictionDepth, QuantileBand, RunDiff, SelfInfluence, WeightDiff,
};
use crate::notation::{counted, decimal, grouped, percent, table};

/// Writes a table, a row for each class and a column for each prediction, the accuracy, and what was assumed.
impl fmt::Display for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let has_undecided = self.undecided.iter().any(|&count| count > 0);
        let classes = 0..self.counts.len();
        let name = |class: usize| self.class_names.get(class).cloned();
        let names = classes.clone().map(|class| format!("predicted {}", name(class).unwrap_or(class.to_string())));
        let head = [String::new()].into_iter().chain(names).chain(has_undecided.then(|| "undecided".to_owned()));
        let row = |class: usize| {
            let undecided = self.undecided.get(class).filter(|_| has_undecided);
            let counts = self.counts[class].iter().chain(undecided).map(|&count| grouped(count));
            [name(class).unwrap_or(format!("class {class}"))].into_iter().chain(counts).collect()
        };
        let rows: Vec<Vec<String>> = [head.collect()].into_iter().chain(classes.map(row)).collect();
        write!(f, "{}accuracy {}", table(&rows, 1), decimal(self.accuracy()))?;
        self.caveats.iter().try_for_each(|caveat| write!(f, "\n{caveat}"))
    }
}

/// Writes a table, a row for each class, their means, and what was assumed. What cannot be said is a dash.
impl fmt::Display for ClassificationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_dash = |score: Option<f64>| score.map_or_else(|| "-".to_owned(), decimal);
        let row = |name: String, scores: &ClassScores| {
            let [precision, recall, f1] = [scores.precision, scores.recall, scores.f1].map(or_dash);
            vec![name, precision, recall, f1, grouped(scores.samples)]
        };
        let name = |class: usize| self.class_names.get(class).cloned().unwrap_or(format!("class {class}"));
        let mut rows = vec![["", "precision", "recall", "F1", "samples"].map(String::from).to_vec()];
        rows.extend(self.classes.iter().enumerate().map(|(class, scores)| row(name(class), scores)));
        rows.push(row("mean over classes".into(), &self.macro_average));
        rows.push(row("mean over samples".into(), &self.weighted_average));
        let [accuracy, balanced] = [self.accuracy, self.balanced_accuracy].map(decimal);
        write!(f, "{}accuracy {accuracy}, balanced accuracy {balanced}", table(&rows, 1))?;
        self.caveats.iter().try_for_each(|caveat| write!(f, "\n{caveat}"))
    }
}

/// Writes `kernel of layer output, value 3: 0.5 and 0.75, 0.25 apart`.
impl fmt::Display for WeightDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { layer, name, index, values: (one, other), distance } = self;
        write!(f, "{name} of layer {layer}, value {index}: {one} and {other}, {} apart", decimal(*distance))
    }
}

/// Writes where the runs part first, how far they are apart at most, and what only one of them has recorded.
impl fmt::Display for RunDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.first {
            Some((epoch, difference)) => write!(f, "first at epoch {}, {difference}", grouped(*epoch))?,
            None => f.write_str("no difference")?,
        }
        let farther = |most: Option<(u64, f64)>, &(epoch, distance): &(u64, f64)| match most {
            Some(most) if most.1 >= distance => Some(most),
            _ => Some((epoch, distance)),
        };
        if let Some((epoch, distance)) = self.distances.iter().fold(None, farther) {
            let epochs = counted(self.distances.len() as u64, "epoch");
            write!(f, "; over {epochs} at most {} apart, at epoch {}", decimal(distance), grouped(epoch))?;
        }
        match self.unmatched {
            (0, 0) => Ok(()),
            (one, other) => write!(f, "; {} only in the one, {} only in the other", epochs(one), epochs(other)),
        }
    }
}

fn epochs(count: usize) -> String {
    counted(count as u64, "epoch")
}

/// Writes `1,000 values from -1.5000 to 2, mean 0.2500, deviation 0.5000`, and what share is zero and how many are not finite.
impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", counted(self.count as u64, "value"))?;
        if self.count > 0 {
            let [min, max, mean, std] = [self.min, self.max, self.mean, self.std].map(decimal);
            write!(f, " from {min} to {max}, mean {mean}, deviation {std}")?;
        }
        if self.zeros > 0.0 {
            write!(f, ", {} of them 0", percent(self.zeros))?;
        }
        match self.not_finite {
            0 => Ok(()),
            others => write!(f, ", and {} not finite", grouped(others as u64)),
        }
    }
}

/// Writes `kernel of layer output: ` and the distribution.
impl fmt::Display for LayerDistribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of layer {}: {}", self.name, self.layer, self.distribution)
    }
}

/// Writes a table, a row for each epoch.
impl fmt::Display for QuantileBand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["epoch", "low", "median", "high", "runs"].map(str::to_owned).to_vec();
        let numbers = self.low.iter().zip(&self.median).zip(&self.high);
        let rows = self.epochs.iter().zip(numbers).zip(&self.runs).map(|((epoch, ((low, median), high)), runs)| {
            vec![grouped(*epoch), decimal(*low), decimal(*median), decimal(*high), grouped(*runs as u64)]
        });
        f.write_str(table(&[head].into_iter().chain(rows).collect::<Vec<_>>(), 0).trim_end())
    }
}

/// How many samples are named of each answer.
const NAMED: usize = 5;

/// Writes a line for each tested sample: the five training samples that helped and harmed most, with their scores; then what was left out.
impl fmt::Display for Influence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (row, sample) in self.tested.iter().enumerate() {
            let scores = |found: Vec<usize>| {
                let named = found.into_iter().map(|at| format!("{at} ({})", decimal(self.scores[(row, at)])));
                or_none(named.collect())
            };
            let [helped, harmed] =
                [self.most_helpful(row, NAMED), self.most_harmful(row, NAMED)].map(Result::unwrap_or_default);
            let line_break = if row == 0 { "" } else { "\n" };
            write!(f, "{line_break}sample {sample}: helped by {}; harmed by {}", scores(helped), scores(harmed))?;
        }
        self.caveats.iter().try_for_each(|caveat| write!(f, "\n{caveat}"))
    }
}

fn or_none(named: Vec<String>) -> String {
    if named.is_empty() { "none".into() } else { named.join(", ") }
}

/// Writes the five samples of the highest scores, and what was left out.
impl fmt::Display for SelfInfluence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = self.highest(NAMED).into_iter().map(|at| format!("{at} ({})", decimal(self.scores[at])));
        write!(f, "highest of {}: {}", counted(self.scores.len() as u64, "sample"), or_none(named.collect()))?;
        self.caveats.iter().try_for_each(|caveat| write!(f, "\n{caveat}"))
    }
}

/// Writes a table, a row for each probe, how many samples have no depth, and what was assumed.
impl fmt::Display for PredictionDepth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["probe", "samples decided there", "accuracy"].map(str::to_owned).to_vec();
        let numbers = self.counts().into_iter().zip(self.accuracies());
        let rows = self
            .probes
            .iter()
            .zip(numbers)
            .map(|(probe, (count, accuracy))| vec![probe.clone(), grouped(count as u64), decimal(accuracy)]);
        let table = table(&[head].into_iter().chain(rows).collect::<Vec<_>>(), 1);
        let none = self.depths.iter().filter(|depth| depth.is_none()).count();
        write!(f, "{table}{} without a depth", counted(none as u64, "sample"))?;
        self.caveats.iter().try_for_each(|caveat| write!(f, "\n{caveat}"))
    }
}

/// Writes `3 of 4 runs, half of all by epoch 48`.
impl fmt::Display for EpochsToTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arrived = self.epochs.iter().flatten().count() as u64;
        write!(f, "{} of {}", grouped(arrived), counted(self.epochs.len() as u64, "run"))?;
        self.median().map_or(Ok(()), |epoch| write!(f, ", half of all by epoch {}", grouped(epoch)))
    }
}

/// Writes `group 0 first in 3 runs, group 1 in 1 run; 1 run tied, 0 runs without any`.
impl fmt::Display for HeadToHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let runs = |count: usize| counted(count as u64, "run");
        for (group, &wins) in self.wins.iter().enumerate() {
            let (comma, first) = if group == 0 { ("", "first ") } else { (", ", "") };
            write!(f, "{comma}group {group} {first}in {}", runs(wins))?;
        }
        let semicolon = if self.wins.is_empty() { "" } else { "; " };
        write!(f, "{semicolon}{} tied, {} without any", runs(self.tied), runs(self.nobody))?;
        let others = [(self.undecided, "undecided"), (self.unpaired, "without a partner")];
        others
            .into_iter()
            .filter(|&(count, _)| count > 0)
            .try_for_each(|(count, what)| write!(f, ", {} {what}", runs(count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confusion_matrix_is_a_table_with_what_has_no_prediction() {
        let (counts, caveats) = (vec![vec![990, 10], vec![3, 1_997]], Vec::new());
        let mut confusion = ConfusionMatrix { counts, undecided: vec![0, 0], class_names: Vec::new(), caveats };
        let expected = [
            "         predicted 0  predicted 1",
            "class 0          990           10",
            "class 1            3        1,997",
            "accuracy 0.9957",
        ];
        assert_eq!(confusion.to_string(), expected.join("\n"));
        confusion.undecided[1] = 1;
        assert!(confusion.to_string().contains("class 1            3        1,997          1\n"), "{confusion}");
        confusion.class_names = vec!["cat".into(), "dog".into()];
        assert!(
            confusion.to_string().contains("predicted dog") && confusion.to_string().contains("\ncat "),
            "{confusion}"
        );
    }

    #[test]
    fn differences_name_the_value_and_both_runs() {
        let weight =
            WeightDiff { layer: "o".into(), name: "bias".into(), index: 2, values: (0.5, 0.75), distance: 0.25 };
        assert_eq!(weight.to_string(), "bias of layer o, value 2: 0.5 and 0.75, 0.2500 apart");
        let mut diff =
            RunDiff { first: Some((1, weight)), distances: vec![(0, 0.0), (1, 0.25), (2, 2.0)], unmatched: (0, 1) };
        let expected = "first at epoch 1, bias of layer o, value 2: 0.5 and 0.75, 0.2500 apart; over 3 epochs at most 2 apart, \
            at epoch 2; 0 epochs only in the one, 1 epoch only in the other";
        assert_eq!(diff.to_string(), expected);
        (diff.first, diff.distances, diff.unmatched) = (None, Vec::new(), (0, 0));
        assert_eq!(diff.to_string(), "no difference");
    }

    #[test]
    fn distributions_count_what_they_describe() {
        let row = |values: &[f32]| Distribution::of(values).to_string();
        assert_eq!(row(&[]), "0 values");
        assert_eq!(row(&[1.0]), "1 value from 1 to 1, mean 1, deviation 0");
        let some = "4 values from 0 to 4, mean 1.5000, deviation 1.6583, 50 % of them 0, and 1 not finite";
        assert_eq!(row(&[0.0, 4.0, 2.0, 0.0, f32::NAN]), some);
        let distribution = Distribution::of(&[-1.0]);
        let layer = LayerDistribution { layer: "h".into(), name: "kernel".into(), distribution };
        assert_eq!(layer.to_string(), "kernel of layer h: 1 value from -1 to -1, mean -1, deviation 0");
    }

    #[test]
    fn influence_names_who_helped_and_who_harmed() {
        use crate::analysis::{Caveat, LearningRatesFrom};
        let mut influence = Influence::new(vec![7, 3], 4, LearningRatesFrom::Metric);
        influence.scores = nalgebra::DMatrix::from_row_slice(2, 4, &[0.5, -0.25, f64::NAN, 1.0, 0.0, 0.0, 0.0, 0.0]);
        let expected =
            "sample 7: helped by 3 (1), 0 (0.5000); harmed by 1 (-0.2500)\nsample 3: helped by none; harmed by none";
        assert_eq!(influence.to_string(), expected);
        let mut own = SelfInfluence::new(3, LearningRatesFrom::Caller);
        assert_eq!(own.to_string(), "highest of 3 samples: none");
        own.scores = vec![0.5, 2.0, 0.0];
        own.caveats = vec![Caveat::Skipped { epoch: 3, reason: "damaged".into() }];
        assert_eq!(own.to_string(), "highest of 3 samples: 1 (2), 0 (0.5000)\nepoch 3 was skipped: damaged");
    }

    #[test]
    fn answers_about_many_runs_count_runs() {
        let epochs = EpochsToTarget::from_iter([Some(40), None, Some(55), Some(48)]);
        assert_eq!(epochs.to_string(), "3 of 4 runs, half of all by epoch 48");
        assert_eq!(EpochsToTarget::from_iter([None]).to_string(), "0 of 1 run");
        let head = HeadToHead { wins: vec![3, 1], tied: 1, nobody: 0, undecided: 0, unpaired: 0 };
        assert_eq!(head.to_string(), "group 0 first in 3 runs, group 1 in 1 run; 1 run tied, 0 runs without any");
        let band = QuantileBand::of(&[vec![(0, 1.0), (10, 0.5)], vec![(0, 3.0), (10, f64::NAN)]], 0.5).unwrap();
        let expected = "\
epoch     low  median    high  runs
    0  1.5000       2  2.5000     2
   10  0.5000  0.5000  0.5000     1";
        assert_eq!(band.to_string(), expected);
        assert_eq!(QuantileBand::default().to_string(), "epoch  low  median  high  runs");
    }
}
