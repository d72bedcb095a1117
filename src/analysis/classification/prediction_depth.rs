//! At which layer a network has made up its mind about a sample.

use std::borrow::Cow;

use super::nearest_neighbors::NearestNeighbors;
use crate::{
    Dataset, Error, Forward, Matrix, Result, Targets,
    analysis::{Caveat, distribution::LayerPass},
    data::labels::{self, TargetKind},
    math::matrix,
    model::{
        checked,
        decision::{Decision, Rule},
    },
};

/// At which layer a network has made up its mind about a sample: from where on the nearest neighbors in the space of a layer have the class
/// that the network will predict.
///
/// The definition is that of Baldock, Maennel and Neyshabur, "Deep Learning Through the Lens of Example Difficulty" (2021). A probe takes a
/// sample for the class of most of its `k` nearest neighbors, by Euclidean distance, among the training samples: in the
/// inputs (probe 0), in the units of each layer, and in the probabilities where outputs are logits. The depth of a sample is
/// the first probe from which on all of them take it for the class that the network predicts, rightly or not; none if the last one does not.
/// Samples that need more layers are harder: they are learned later, and predicted less surely. The paper has `k = 30`.
///
/// A training sample is no neighbor of its own. Of equally near samples the first ones vote, and of classes with as many votes the smallest
/// wins, as in scikit-learn's `KNeighborsClassifier`.
///
/// ```
/// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
/// use training_replay::analysis::PredictionDepth;
///
/// # let data = datasets::moons(100, 0.2, 7);
/// # let layers = [Dense::new(8).name("hidden").activation(Activation::Tanh), Dense::new(1).name("output").activation(Activation::Sigmoid)];
/// # let mut model = Sequential::builder(2).layers(layers).build(1)?;
/// # let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.05));
/// # let mut replay = Replay::options().dataset(&data).in_memory();
/// # for _ in 0..30 {
/// #     let metrics = trainer.epoch(&mut model, &data)?;
/// #     replay.record(&model, metrics)?;
/// # }
/// let depth = PredictionDepth::of(&replay.at(29)?, 10)?;
/// assert_eq!(depth.probes, ["inputs", "hidden", "output"]);
/// println!("{depth}"); // how many samples each probe is the depth of, and how often it is right
/// for sample in depth.deepest(5) {
///     let probe = depth.depths[sample].map(|place| &depth.probes[place]); // none: the network disagrees with the last probe
///     println!("sample {sample} is decided at {probe:?}");
/// }
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PredictionDepth {
    /// The probes in the order of the network: `inputs`, the layers by their names, and `probabilities` where the outputs are logits.
    pub probes: Vec<String>,
    /// How many neighbors vote.
    pub neighbors: usize,
    /// The depth of each sample, as an index of the probes; `None` where the last probe does not take it for the class that the network
    /// predicts, and where an output is NaN.
    pub depths: Vec<Option<usize>>,
    /// The class that the network predicts for each sample.
    pub predicted: Vec<Option<usize>>,
    /// The class of each sample by its target.
    pub classes: Vec<usize>,
    /// For each probe the class that it takes each sample for.
    pub votes: Vec<Vec<usize>>,
    /// What was assumed.
    pub caveats: Vec<Caveat>,
}

/// What is probed: of a model, among these samples, of these if they are others.
#[derive(Clone, Copy)]
pub(crate) struct Probed<'a> {
    pub(crate) model: &'a dyn Forward,
    pub(crate) rule: Rule,
    pub(crate) data: &'a Dataset,
    pub(crate) others: Option<&'a Dataset>,
}

impl PredictionDepth {
    /// Computes that of a model, by so many neighbors.
    pub(crate) fn by(probed: Probed<'_>, neighbors: usize) -> Result<Self> {
        let Probed { model, rule, data, others } = probed;
        let tested = others.unwrap_or(data);
        let most = data.samples() - usize::from(others.is_none());
        if !(1..=most).contains(&neighbors) {
            let expected = format!("from 1 to {most}, the number of samples beside the one that is asked about");
            return Err(Error::invalid("the number of neighbors", expected, neighbors));
        }
        data.targets().expect_one_position("for its neighbors to have a class")?;
        tested.targets().expect_one_position("for it to have a class")?;
        let known = classes_of(data.targets(), rule.targets)?;
        let kind = TargetKind::like(data.targets(), tested.targets())?;
        let classes = classes_of(tested.targets(), Some(kind))?;
        let outputs = checked::outputs(model, tested.inputs())?;
        tested.targets().expect_outputs("the model's outputs", &outputs)?;
        let decision = rule.decide(model, &outputs)?;
        let predicted = labels::predicted(&outputs, decision.threshold)?;
        let (mut probes, mut votes) = (Vec::new(), Vec::new());
        let caveats = probed.each_probe(decision, |name, values, others| {
            votes.push(NearestNeighbors::new(values, &known, neighbors).vote(others)?);
            probes.push(name.to_owned());
            Ok(())
        })?;
        let depths = depths(&predicted, &votes);
        let caveats = Caveat::once(Caveat::of(decision).into_iter().chain(caveats));
        Ok(Self { probes, neighbors, depths, predicted, classes, votes, caveats })
    }

    /// Returns the samples that are decided last, at most `count` of them, the deepest first and of equally deep ones the first. Samples
    /// without a depth are none of them.
    pub fn deepest(&self, count: usize) -> Vec<usize> {
        let mut samples: Vec<usize> = (0..self.depths.len()).filter(|&sample| self.depths[sample].is_some()).collect();
        samples.sort_by_key(|&sample| std::cmp::Reverse(self.depths[sample]));
        samples.truncate(count);
        samples
    }

    /// Returns how many samples have each probe as their depth.
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.probes.len()];
        self.depths.iter().flatten().for_each(|&depth| counts[depth] += 1);
        counts
    }

    /// Returns how many of the samples that have each probe as their depth are predicted as what they are: the rest of
    /// [`counts`](Self::counts) is predicted wrongly.
    pub fn correct_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.probes.len()];
        let samples = self.depths.iter().zip(self.predicted.iter().zip(&self.classes));
        let right = samples.filter(|(_, (predicted, class))| **predicted == Some(**class));
        right.filter_map(|(depth, _)| *depth).for_each(|depth| counts[depth] += 1);
        counts
    }

    /// Returns the share of the samples that each probe takes for their own class: what of the classes can be seen that deep in the network.
    pub fn accuracies(&self) -> Vec<f64> {
        let share = |votes: &Vec<usize>| {
            let right = votes.iter().zip(&self.classes).filter(|(vote, class)| vote == class).count();
            right as f64 / self.classes.len() as f64
        };
        self.votes.iter().map(share).collect()
    }
}

impl Probed<'_> {
    /// Shows the values of each probe, of the training samples and of the others, and what is to be known of them.
    fn each_probe(
        self,
        decision: Decision,
        mut each: impl FnMut(&str, &Matrix, Option<&Matrix>) -> Result<()>,
    ) -> Result<Vec<Caveat>> {
        let (mut caveats, mut layer) = (Vec::new(), 0);
        let mut show = |name: &str, values: &Matrix, others: Option<&Matrix>| {
            let what = format!("the values of probe {name:?}");
            matrix::expect_finite(&what, values)?;
            others.map_or(Ok(()), |others| {
                matrix::expect_finite(&what, others)?;
                matrix::expect_columns(&what, others, values.ncols())
            })?;
            each(name, values, others)
        };
        show("inputs", self.data.inputs(), self.others.map(Dataset::inputs))?;
        let mut of_data = LayerPass::activations(self.model, self.data.inputs())?;
        let mut of_others =
            self.others.map(|others| LayerPass::activations(self.model, others.inputs())).transpose()?;
        let last = of_data.names.len();
        while let Some((name, values)) = of_data.next()? {
            let others = of_others.as_mut().map(LayerPass::next).transpose()?.flatten().map(|(_, values)| values);
            let (shown, caveat) = self.units(layer, name, values)?;
            let shown_others = others.map(|others| self.units(layer, name, others)).transpose()?;
            caveats.extend(caveat);
            show(name, &shown, shown_others.as_ref().map(|(shown, _)| &**shown))?;
            layer += 1;
            if layer == last && decision.kind == crate::OutputKind::Logits {
                let [values, others] = [Some(values), others].map(|of| of.map(|of| probabilities(decision, of)));
                values.map_or(Ok(()), |values| show("probabilities", &values, others.as_ref()))?;
            }
        }
        Ok(caveats)
    }

    /// What the model shows of the outputs of a layer, and a word on it if it is not these.
    fn units<'v>(self, layer: usize, name: &str, values: &'v Matrix) -> Result<(Cow<'v, Matrix>, Option<Caveat>)> {
        let units = checked::units(self.model, layer, values.clone())?;
        let (shown, outputs) = (units.ncols(), values.ncols());
        let caveat = (shown != outputs).then(|| Caveat::Units { layer: name.to_owned(), units: shown, outputs });
        Ok((Cow::Owned(units), caveat))
    }
}

fn probabilities(decision: Decision, logits: &Matrix) -> Matrix {
    let mut probabilities = logits.clone();
    decision.to_probabilities(&mut probabilities);
    probabilities
}

/// The class of each sample by targets of a known kind.
fn classes_of(targets: Targets<'_>, kind: Option<TargetKind>) -> Result<Vec<usize>> {
    match (targets, kind.and_then(TargetKind::middle)) {
        (Targets::Numbers(numbers), Some(middle)) => {
            Ok(labels::classes(numbers, middle).into_iter().flatten().collect())
        }
        _ => labels::target_classes(targets),
    }
}

/// From which probe on, up to the last, all take a sample for what the network predicts.
fn depths(predicted: &[Option<usize>], votes: &[Vec<usize>]) -> Vec<Option<usize>> {
    let of = |(sample, predicted): (usize, &Option<usize>)| {
        let class = (*predicted)?;
        let agreeing = votes.iter().rev().take_while(|votes| votes[sample] == class).count();
        (agreeing > 0).then(|| votes.len() - agreeing)
    };
    predicted.iter().enumerate().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_depth_is_the_first_probe_from_which_on_all_agree_with_the_network() {
        let predicted = [Some(1), Some(1), Some(1), Some(0), None, Some(2)];
        let votes = [vec![1, 0, 1, 0, 0, 2], vec![1, 1, 0, 0, 0, 2], vec![1, 1, 1, 1, 0, 2]];
        assert_eq!(depths(&predicted, &votes), [Some(0), Some(1), Some(2), None, None, Some(0)]);
    }

    #[test]
    fn of_the_samples_of_a_probe_those_are_correct_that_are_predicted_as_what_they_are() {
        let depth = PredictionDepth {
            probes: vec!["inputs".into(), "output".into()],
            neighbors: 1,
            depths: vec![Some(0), Some(0), Some(1), None, None],
            predicted: vec![Some(1), Some(0), Some(2), Some(1), None],
            classes: vec![1, 1, 2, 1, 0],
            votes: vec![vec![1, 0, 0, 0, 0], vec![1, 0, 2, 0, 0]],
            caveats: Vec::new(),
        };
        assert_eq!((depth.counts(), depth.correct_counts()), (vec![2, 1], vec![1, 1]));
    }
}
