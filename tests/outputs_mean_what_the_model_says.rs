//! What outputs mean is said once, by the model, and every question honours it: probabilities, logits or values.

#[cfg(feature = "plot")]
#[path = "common/page.rs"]
mod page;

use std::ops::Range;

use training_replay::{
    Activation, Dataset, Dense, Error, Forward, Loss, Matrix, Metrics, Model, Optimizer, OutputKind, Parameter, Replay,
    Result, Sequential, Trainer, Weights,
    analysis::{
        Caveat, DecisionBoundary, Grid, MilestoneKind, MilestoneOptions, ProbabilityHistogram, SampleOutcomes, Subject,
        View,
    },
};

const BINARY: Loss = Loss::BinaryCrossEntropy;

/// A model of somebody else: its outputs are its two inputs times a kernel; the weights are all it is made of.
#[derive(Clone)]
struct Foreign {
    kernel: Vec<f32>,
    outputs: usize,
    kind: Option<OutputKind>,
    /// What it does with the product, and whether it says so.
    activation: Activation,
    says_it: bool,
}

impl Foreign {
    fn new(kernel: &[f32], outputs: usize, kind: Option<OutputKind>) -> Self {
        Self { kernel: kernel.to_vec(), outputs, kind, activation: Activation::Linear, says_it: false }
    }
}

impl Model for Foreign {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(vec![Parameter::new("net", "kernel", [2, self.outputs], &self.kernel)])
    }
}

impl Forward for Foreign {
    fn layers(&self) -> Vec<String> {
        vec!["net".into()]
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        let kernel = weights.require("net", "kernel", &[2, self.outputs])?.values().to_f32().to_vec();
        Ok(Self { kernel, ..self.clone() })
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        if layers.is_empty() {
            return Ok(inputs.clone());
        }
        Ok(self.activation.apply(&(inputs * Matrix::from_row_slice(2, self.outputs, &self.kernel))))
    }

    fn activation(&self, _: usize) -> Option<Activation> {
        self.says_it.then_some(self.activation)
    }

    fn output_kind(&self) -> Option<OutputKind> {
        self.kind.or_else(|| self.says_it.then_some(OutputKind::Values))
    }
}

/// The outputs of a foreign model that hands its first input on are these.
fn data_with_outputs(outputs: &[f32], targets: &[f32]) -> Dataset {
    let rows: Vec<[f32; 2]> = outputs.iter().map(|&z| [z, 0.0]).collect();
    let targets: Vec<[f32; 1]> = targets.iter().map(|&y| [y]).collect();
    Dataset::from_rows(&rows, &targets).unwrap()
}

fn recorded(model: &impl Model, data: &Dataset, loss: Loss) -> Replay {
    let mut replay = Replay::options().dataset(data).loss(loss).in_memory();
    replay.record(model, Metrics::new()).unwrap();
    replay
}

/// `z, y = np.array([3, .3, -.4, -3, .2]), np.array([1., 1, 0, 0, 1])`
/// `(np.maximum(z, 0) - z*y + np.log1p(np.exp(-abs(z)))).mean()` is 0.3525368...
#[test]
fn logits_have_their_exact_loss_classes_and_boundary() {
    let data = data_with_outputs(&[3.0, 0.3, -0.4, -3.0, 0.2], &[1.0, 1.0, 0.0, 0.0, 1.0]);
    let model = Foreign::new(&[1.0, 0.0], 1, Some(OutputKind::Logits));
    let replay = recorded(&model, &data, BINARY);
    let run = replay.run_with(&model);
    let snapshot = run.at(0).unwrap();
    let evaluation = snapshot.evaluate(BINARY).unwrap();
    assert!((evaluation.loss - 0.352_536_8).abs() < 1e-6, "{}", evaluation.loss);
    assert_eq!((evaluation.accuracy, &evaluation.caveats), (Some(1.0), &vec![]));
    assert_eq!(snapshot.confusion().unwrap().counts, [[2, 0], [0, 3]]);
    assert_eq!(snapshot.predicted_classes().unwrap(), [Some(1), Some(1), Some(0), Some(0), Some(1)]);
    let map = snapshot.decision_boundary(View::inputs(), &Grid::default()).unwrap();
    assert!(map.boundary[0].row_iter().all(|at| at[0].abs() < 1e-6), "at z = 0: {:?}", map.boundary);
    let histogram = snapshot.probability_histogram(2).unwrap();
    assert_eq!((&histogram.correct, histogram.kind), (&vec![vec![2, 0], vec![0, 3]], OutputKind::Logits));
    let history = run.sample_history(BINARY).unwrap();
    assert_eq!(history.correct().unwrap().iter().filter(|&&correct| correct).count(), 5);
    let milestones = run.milestones(&MilestoneOptions::default()).unwrap();
    assert_eq!(milestones.all_correct(), Some(0));
    assert!(replay.run_with(&model).threshold(0.55).at(0).unwrap().evaluate(BINARY).unwrap().accuracy == Some(0.8));
}

#[test]
fn logits_of_a_saturated_model_are_not_clipped() {
    let data = data_with_outputs(&[-80.0, 80.0], &[1.0, 1.0]);
    let model = Foreign::new(&[1.0, 0.0], 1, Some(OutputKind::Logits));
    assert_eq!(recorded(&model, &data, BINARY).run_with(&model).at(0).unwrap().losses(BINARY).unwrap()[0], 80.0);
}

/// `-scipy.special.log_softmax([[2., -1], [-3, 1], [.5, 2]], axis=1)[[0, 1, 2], [0, 1, 0]].mean()` is 0.5893...
#[test]
fn logits_of_several_classes_have_the_loss_of_their_softmax() {
    let inputs = Matrix::from_row_slice(3, 2, &[2.0, -1.0, -3.0, 1.0, 0.5, 2.0]);
    let data = Dataset::from_labels(inputs, &[0, 1, 0]).unwrap().one_hot().unwrap();
    let model = Foreign::new(&[1.0, 0.0, 0.0, 1.0], 2, Some(OutputKind::Logits));
    let replay = recorded(&model, &data, Loss::CategoricalCrossEntropy);
    let snapshot = replay.run_with(&model).at(0).unwrap();
    let evaluation = snapshot.evaluate(Loss::CategoricalCrossEntropy).unwrap();
    assert!((evaluation.loss - 0.589_382_7).abs() < 1e-6, "{}", evaluation.loss);
    assert_eq!(snapshot.confusion().unwrap().counts, [[1, 1], [0, 1]]);
    assert_eq!(snapshot.probability_histogram(1).unwrap().misclassified, [[1], [0]]);
}

#[test]
fn a_model_that_does_not_say_what_its_outputs_are_is_asked_to_unless_they_can_be_probabilities() {
    let model = Foreign::new(&[1.0, 0.0], 1, None);
    let logits = recorded(&model, &data_with_outputs(&[3.0, 0.3, -0.4], &[1.0, 1.0, 0.0]), BINARY);
    let snapshot = logits.run_with(&model).at(0).unwrap();
    for error in [
        snapshot.evaluate(BINARY).unwrap_err(),
        snapshot.losses(BINARY).unwrap_err(),
        snapshot.confusion().unwrap_err(),
        snapshot.decision_boundary(View::inputs(), &Grid::default()).unwrap_err(),
        logits.run_with(&model).milestones(&MilestoneOptions::default()).unwrap_err(),
        logits.run_with(&model).sample_history(BINARY).unwrap_err(),
    ] {
        assert!(error.to_string().contains("`Forward::output_kind`"), "{error}");
    }
    let shares = recorded(&model, &data_with_outputs(&[0.9, 0.3, 0.1], &[1.0, 1.0, 0.0]), BINARY);
    let snapshot = shares.run_with(&model).at(0).unwrap();
    let evaluation = snapshot.evaluate(BINARY).unwrap();
    assert_eq!((evaluation.accuracy, evaluation.caveats), (Some(2.0 / 3.0), vec![Caveat::AssumedProbabilities]));
    assert_eq!(snapshot.confusion().unwrap().caveats, [Caveat::AssumedProbabilities]);
    let milestones = shares.run_with(&model).milestones(&MilestoneOptions::default()).unwrap();
    assert!(milestones.caveats.contains(&Caveat::AssumedProbabilities));
    assert!(milestones.to_string().contains("outputs were taken for probabilities"));
}

/// tanh and targets of -1 and 1: the classes part at 0, and not at atanh(0.5).
#[test]
fn between_targets_of_minus_one_and_one_the_classes_part_at_zero() {
    let data = data_with_outputs(&[2.0, 0.3, -0.4, -2.0, 0.2], &[1.0, 1.0, -1.0, -1.0, -1.0]);
    let tanh = Foreign { activation: Activation::Tanh, says_it: true, ..Foreign::new(&[1.0, 0.0], 1, None) };
    let replay = recorded(&tanh, &data, Loss::MeanSquaredError);
    let snapshot = replay.run_with(&tanh).at(0).unwrap();
    let map = snapshot.decision_boundary(View::inputs(), &Grid::default()).unwrap();
    assert!(map.boundary[0].row_iter().all(|at| at[0].abs() < 1e-6), "{:?}", map.boundary);
    assert_eq!(map.threshold, Some(0.0));
    assert_eq!(snapshot.evaluate(Loss::MeanSquaredError).unwrap().accuracy, Some(0.8));
    assert_eq!(snapshot.confusion().unwrap().counts, [[2, 1], [0, 2]]);
    assert_eq!(data.classes().unwrap(), [1, 1, 0, 0, 0]);
    let histogram = snapshot.probability_histogram(4).unwrap();
    assert_eq!((histogram.edges[0], histogram.edges[4], histogram.kind), (-2.0, 2.0, OutputKind::Values));

    let layers = [Dense::new(4).activation(Activation::Tanh), Dense::new(1).activation(Activation::Tanh)];
    let mut model = Sequential::builder(2).layers(layers).build(1).unwrap();
    let metrics = Trainer::new(Loss::MeanSquaredError, Optimizer::sgd(0.0)).epoch(&mut model, &data).unwrap();
    let replayed = recorded(&model, &data, Loss::MeanSquaredError).at(0).unwrap().evaluate(Loss::MeanSquaredError);
    assert_eq!(metrics.get("accuracy"), replayed.unwrap().accuracy, "the trainer counts by the same rule");
}

#[test]
fn a_probability_beyond_one_by_rounding_is_one_and_by_more_is_refused() {
    let data = |p: f32| data_with_outputs(&[p, 0.2], &[1.0, 0.0]);
    let model = Foreign::new(&[1.0, 0.0], 1, Some(OutputKind::Probabilities));
    let histogram = |p: f32| recorded(&model, &data(p), BINARY).run_with(&model).at(0)?.probability_histogram(10);
    assert_eq!(histogram(1.000_000_1).unwrap().correct[1][9], 1);
    assert!(histogram(1.000_1).is_err());
    let of = |p: f32| ProbabilityHistogram::of(&Matrix::from_element(1, 1, p), &Matrix::zeros(1, 1), 2, 0.5);
    assert!(of(-1e-7).is_ok() && of(-1e-4).is_err());
    let undeclared = Foreign { kind: None, ..model.clone() };
    let run = |p: f32| recorded(&model, &data(p), BINARY).run_with(&undeclared).at(0)?.evaluate(BINARY);
    assert!(run(1.000_000_1).is_ok() && run(1.01).is_err());
}

#[test]
fn smoothed_and_mixed_targets_have_the_class_of_their_largest_share() {
    let inputs = Matrix::from_row_slice(3, 2, &[3.0, 0.0, 0.0, 3.0, 1.0, 0.0]);
    let targets = Matrix::from_row_slice(3, 3, &[0.933, 0.033, 0.033, 0.1, 0.7, 0.2, 0.033, 0.033, 0.933]);
    let data = Dataset::new(inputs, targets).unwrap();
    let model = Foreign::new(&[1.0, 0.0, 0.0, 0.0, 1.0, 0.0], 3, Some(OutputKind::Logits));
    let replay = recorded(&model, &data, Loss::CategoricalCrossEntropy);
    let snapshot = replay.run_with(&model).at(0).unwrap();
    assert_eq!(data.classes().unwrap(), [0, 1, 2]);
    assert_eq!(snapshot.evaluate(Loss::CategoricalCrossEntropy).unwrap().accuracy, Some(2.0 / 3.0));
    assert_eq!(snapshot.confusion().unwrap().errors(2), 1);
}

#[test]
fn a_network_that_its_loss_cannot_train_is_refused_with_the_reason() {
    let data = data_with_outputs(&[0.5, -0.5], &[1.0, 0.0]);
    let train = |network: training_replay::Architecture, loss: Loss| {
        let mut model = network.build(1).unwrap();
        Trainer::new(loss, Optimizer::sgd(0.1)).epoch(&mut model, &data)
    };
    let ending_in = |activation| Sequential::builder(2).layer(Dense::new(1).activation(activation));
    let linear = train(ending_in(Activation::Linear), BINARY).unwrap_err().to_string();
    assert!(linear.contains("linear") && linear.contains("sigmoid") && linear.contains("logits"), "{linear}");
    for activation in [Activation::Tanh, Activation::Relu, Activation::Softsign] {
        assert!(train(ending_in(activation), BINARY).is_err(), "{activation}");
    }
    for loss in [BINARY, Loss::MeanSquaredError] {
        let single = train(ending_in(Activation::Softmax), loss).unwrap_err().to_string();
        assert!(single.contains("softmax") && single.contains("always 1"), "{single}");
    }
    assert!(train(ending_in(Activation::Linear).logits(), BINARY).is_ok());
    assert!(train(ending_in(Activation::Sigmoid), BINARY).is_ok());
    assert!(train(ending_in(Activation::Linear), Loss::MeanSquaredError).is_ok());
    assert!(ending_in(Activation::Tanh).logits().build(1).is_err());
}

#[test]
fn a_network_of_logits_comes_back_from_its_recording_as_one() {
    let data = data_with_outputs(&[0.5, -0.5, 0.4], &[1.0, 0.0, 0.0]);
    let mut model = Sequential::builder(2).layer(Dense::new(1)).logits().build(1).unwrap();
    let metrics = Trainer::new(BINARY, Optimizer::sgd(0.0)).epoch(&mut model, &data).unwrap();
    let replay = recorded(&model, &data, BINARY);
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes).unwrap();
    let snapshot_of = Replay::from_bytes(bytes).unwrap();
    let snapshot = snapshot_of.at(0).unwrap();
    assert_eq!(snapshot.model(), &model);
    assert_eq!(Some(snapshot.evaluate(BINARY).unwrap().loss), metrics.get("loss"));
    assert_eq!(snapshot.evaluate(BINARY).unwrap().accuracy, metrics.get("accuracy"));
    let caveats = replay.run().unwrap().milestones(&MilestoneOptions::default()).unwrap().caveats;
    let left_out = "parameters that do not change were left out: a second recorded epoch would give them";
    assert_eq!(caveats.iter().map(ToString::to_string).collect::<Vec<_>>(), [left_out]);
}

#[test]
fn z_values_that_a_model_does_not_know_are_not_guessed() {
    let data = data_with_outputs(&[-6.0, 2.0], &[-1.0, 1.0]);
    let tanh = Foreign { activation: Activation::Tanh, says_it: true, ..Foreign::new(&[1.0, 0.0], 1, None) };
    let replay = recorded(&tanh, &data, Loss::MeanSquaredError);
    let error = replay.run_with(&tanh).at(0).unwrap().pre_activations().unwrap_err();
    assert!(matches!(&error, Error::Missing { .. }), "{error}");
    assert!(error.to_string().contains(r#"z-values of layer "net""#), "{error}");
    let linear = Foreign { says_it: true, ..Foreign::new(&[1.0, 0.0], 1, Some(OutputKind::Values)) };
    let known = replay.run_with(&linear).at(0).unwrap().pre_activations().unwrap();
    assert_eq!(known[0].values.as_slice(), [-6.0, 2.0], "a linear layer's are its outputs");
}

#[test]
fn milestones_list_what_the_model_did_not_say_enough_for() {
    struct TwoLayers(Foreign);
    impl Model for TwoLayers {
        fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
            self.0.parameters()
        }
    }
    impl Forward for TwoLayers {
        fn layers(&self) -> Vec<String> {
            vec!["hidden".into(), "output".into()]
        }
        fn with_weights(&self, weights: &Weights) -> Result<Self> {
            self.0.with_weights(weights).map(Self)
        }
        fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
            self.0.forward(inputs, if layers.contains(&1) { 0..1 } else { 0..0 })
        }
    }
    let model = TwoLayers(Foreign::new(&[1.0, 0.0], 1, None));
    let data = data_with_outputs(&[0.9, 0.2], &[1.0, 0.0]);
    let milestones = recorded(&model, &data, BINARY).run_with(&model).milestones(&MilestoneOptions::default()).unwrap();
    let all = milestones.to_string();
    assert!(all.contains("units of hidden were left out: `Forward::activation` would give them"), "{all}");
    assert!(all.contains("gradients were left out: `Forward::as_backward` would give them"), "{all}");
    assert!(milestones.find(MilestoneKind::AllCorrect, &Subject::Run).is_some());
}

#[test]
fn a_layer_that_is_used_twice_needs_a_name_for_each_use() {
    struct Shared;
    impl Model for Shared {
        fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
            Ok(vec![Parameter::new("shared", "kernel", [1], vec![1.0_f32])])
        }
    }
    impl Forward for Shared {
        fn layers(&self) -> Vec<String> {
            ["shared", "shared", "output"].map(String::from).to_vec()
        }
        fn with_weights(&self, _: &Weights) -> Result<Self> {
            Ok(Self)
        }
        fn forward(&self, inputs: &Matrix, _: Range<usize>) -> Result<Matrix> {
            Ok(inputs.clone())
        }
    }
    let data = Dataset::from_rows(&[[0.1, 0.2], [0.3, 0.4]], &[[0.0, 1.0], [1.0, 0.0]]).unwrap();
    let replay = recorded(&Shared, &data, Loss::MeanSquaredError);
    let snapshot = replay.run_with(&Shared).at(0).unwrap();
    for error in [
        snapshot.feature_space("shared", &Grid::default()).unwrap_err(),
        snapshot.activations().unwrap_err(),
        snapshot.outputs().unwrap_err(),
        DecisionBoundary::of(&Shared, View::inputs(), &Grid::default()).unwrap_err(),
        replay.run_with(&Shared).milestones(&MilestoneOptions::default()).unwrap_err(),
    ] {
        assert!(error.to_string().contains(r#"the name of a layer is "shared" again"#), "{error}");
    }
}

#[test]
fn targets_of_categorical_cross_entropy_sum_to_one_and_outputs_of_cross_entropy_are_probabilities() {
    let sequence = Matrix::from_row_slice(1, 4, &[1.0, 0.0, 0.0, 1.0]); // two tokens of two words
    let even = Matrix::from_element(1, 4, 0.25);
    let error = Loss::CategoricalCrossEntropy.per_sample(&even, &sequence).unwrap_err().to_string();
    assert!(error.contains("the sum of target row 0 is 2"), "{error}");
    let logits = Matrix::from_row_slice(1, 1, &[-0.4]);
    let error = BINARY.per_sample(&logits, &Matrix::zeros(1, 1)).unwrap_err().to_string();
    assert!(error.contains("output row 0 is -0.4") && error.contains("per_sample_from_logits"), "{error}");
}

/// Logits, values between -1 and 1, and a model that says nothing have pictures and pages too.
#[cfg(feature = "plot")]
#[test]
fn pictures_and_pages_are_drawn_of_what_the_outputs_are_and_say_what_was_left_out() {
    use training_replay::plot::{Figure, Page, RunPlots};
    let tanh = Foreign { activation: Activation::Tanh, says_it: true, ..Foreign::new(&[1.0, 0.0], 1, None) };
    let logits = Foreign::new(&[1.0, 0.0], 1, Some(OutputKind::Logits));
    let signs = data_with_outputs(&[2.0, 0.3, -0.4, -2.0, 0.2], &[1.0, 1.0, -1.0, -1.0, -1.0]);
    let classes = data_with_outputs(&[3.0, 0.3, -0.4, -3.0, 0.2], &[1.0, 1.0, 0.0, 0.0, 1.0]);
    for (model, data, loss, word) in
        [(&tanh, &signs, Loss::MeanSquaredError, "output"), (&logits, &classes, BINARY, "probability")]
    {
        let replay = recorded(model, data, loss);
        let plots = RunPlots::of(replay.run_with(model)).unwrap();
        assert!(plots.probabilities(0, 1).unwrap().x.label.starts_with(word), "{word}");
        let boundary = Figure::of(plots.decision_boundary(0).unwrap()).to_svg().unwrap();
        assert!(boundary.contains("polygon") || boundary.contains("path"), "regions on both sides");
        let page = Page::new("Outputs").run("run", &plots).unwrap().to_html().unwrap();
        let page = page::DecodedPage::read(page).meta.to_string();
        assert!(page.contains(&format!(r#""word":"{word}""#)));
        assert!(page.contains("z-values of net were left out: `Forward::pre_activation` would give them"));
        assert!(page.contains("gradients were left out"));
    }
    let silent = Foreign::new(&[0.5, 0.0], 1, None);
    let replay = recorded(&silent, &classes, BINARY);
    let message = RunPlots::of(replay.run_with(&silent)).unwrap_err().to_string();
    assert!(message.contains("`Forward::output_kind`"), "{message}");
}

#[test]
fn a_threshold_is_the_same_for_every_question() {
    let data = data_with_outputs(&[0.2, 0.35, 0.6, 0.9], &[0.0, 1.0, 0.0, 1.0]);
    for kind in [OutputKind::Probabilities, OutputKind::Values, OutputKind::Logits] {
        let model = Foreign::new(&[1.0, 0.0], 1, Some(kind));
        let replay = recorded(&model, &data, Loss::MeanSquaredError);
        // The logit 0.3 is of the probability 0.574...
        let threshold = if kind == OutputKind::Logits { 0.574_442_5 } else { 0.3 };
        let run = || replay.run_with(&model).threshold(threshold);
        let snapshot = run().at(0).unwrap();
        assert_eq!(snapshot.predicted_classes().unwrap(), [Some(0), Some(1), Some(1), Some(1)], "{kind}");
        assert_eq!(snapshot.confusion().unwrap().counts, [[1, 1], [0, 2]]);
        assert_eq!(snapshot.evaluate(Loss::MeanSquaredError).unwrap().accuracy, Some(0.75));
        let map = snapshot.decision_boundary(View::inputs(), &Grid::new(0.0..=1.0, 0.0..=1.0)).unwrap();
        assert!(map.boundary[0].row_iter().all(|at| (at[0] - 0.3).abs() < 1e-5), "{kind}: {:?}", map.boundary);
        let right = map.predicted_classes().unwrap();
        assert!(right.iter().enumerate().all(|(i, class)| *class == Some(usize::from(map.x[i % map.x.len()] > 0.3))));
        let histogram = snapshot.probability_histogram(4).unwrap();
        assert_eq!(histogram.misclassified.concat().iter().sum::<u64>(), 1);
        let history = run().sample_history(Loss::MeanSquaredError).unwrap();
        assert_eq!(history.correct().unwrap().as_slice(), [true, true, false, true]);
        let milestones = run().milestones(&MilestoneOptions::default()).unwrap();
        assert_eq!(milestones.find(MilestoneKind::FinalErrors, &Subject::Run).unwrap().evidence, 1.0);
    }
}

#[test]
fn a_threshold_that_is_none_is_an_error() {
    let data = data_with_outputs(&[0.2, 0.9], &[0.0, 1.0]);
    let model = Foreign::new(&[1.0, 0.0], 1, Some(OutputKind::Probabilities));
    let replay = recorded(&model, &data, BINARY);
    for threshold in [f32::NAN, -0.1, 1.5, f32::INFINITY] {
        let run = replay.run_with(&model).threshold(threshold);
        assert!(run.at(0).unwrap().predicted_classes().is_err(), "{threshold}");
        assert!(run.milestones(&MilestoneOptions::default()).is_err(), "{threshold}");
        assert!(run.at(0).unwrap().decision_boundary(View::inputs(), &Grid::default()).is_err(), "{threshold}");
    }
}

#[test]
fn a_data_set_of_one_class_alone_is_classified_as_the_training_set_is() {
    let train = data_with_outputs(&[2.0, 0.3, -0.4, -2.0], &[1.0, 1.0, -1.0, -1.0]);
    let ones = data_with_outputs(&[2.0, 0.3, 0.2], &[1.0, 1.0, 1.0]);
    let tanh = Foreign { activation: Activation::Tanh, says_it: true, ..Foreign::new(&[1.0, 0.0], 1, None) };
    let mut replay = Replay::options().dataset(&train).named_dataset("ones", &ones).in_memory();
    replay.record(&tanh, Metrics::new()).unwrap();
    let run = replay.run_with(&tanh).on("ones").unwrap();
    let snapshot = run.at(0).unwrap();
    assert_eq!(snapshot.predicted_classes().unwrap(), [Some(1); 3]);
    assert_eq!(snapshot.evaluate(Loss::MeanSquaredError).unwrap().accuracy, Some(1.0));
    let map = snapshot.decision_boundary(View::inputs(), &Grid::default()).unwrap();
    assert_eq!(map.threshold, Some(0.0));
    let milestones = run.milestones(&MilestoneOptions::default()).unwrap();
    assert_eq!(milestones.find(MilestoneKind::FinalErrors, &Subject::Run).unwrap().evidence, 0.0);

    let alone = training_replay::analysis::evaluate(&tanh, &ones, Loss::MeanSquaredError).unwrap();
    assert_eq!(alone.accuracy, None, "nothing says whether the others are 0 or -1");
    assert!(alone.to_string().contains("accuracy were left out"), "{alone}");
    let other = data_with_outputs(&[2.0, -1.0], &[1.0, 0.0]);
    let mut replay = Replay::options().dataset(&train).named_dataset("other", &other).in_memory();
    replay.record(&tanh, Metrics::new()).unwrap();
    let message = replay.run_with(&tanh).on("other").unwrap().at(0).unwrap().predicted_classes().unwrap_err();
    assert!(message.to_string().contains("-1 and 1") && message.to_string().contains("0 and 1"), "{message}");
}

#[test]
fn several_logits_are_those_of_sigmoids_where_each_output_is_a_yes_or_no_of_its_own() {
    let inputs = Matrix::from_row_slice(2, 2, &[2.0, -1.0, -3.0, 1.0]);
    let data = Dataset::from_labels_with_classes(inputs, &[0, 1], &[0, 1]).unwrap().one_hot().unwrap();
    let model = Foreign::new(&[1.0, 0.0, 0.0, 1.0], 2, Some(OutputKind::Logits));
    let probability = |loss: Loss| {
        let history = recorded(&model, &data, loss).run_with(&model).sample_history(loss).unwrap();
        match history.outcomes {
            SampleOutcomes::Classification { probabilities, .. } => probabilities[0],
            SampleOutcomes::Regression { .. } => f32::NAN,
        }
    };
    assert!((probability(BINARY) - 0.880_797).abs() < 1e-5, "1 / (1 + exp(-2))");
    assert!((probability(Loss::CategoricalCrossEntropy) - 0.952_574).abs() < 1e-5, "1 / (1 + exp(-3))");
}

#[test]
fn what_a_model_says_of_its_outputs_is_checked() {
    let data = data_with_outputs(&[3.0, 0.3, -0.4], &[1.0, 1.0, 0.0]);
    let boasting = Foreign::new(&[1.0, 0.0], 1, Some(OutputKind::Probabilities));
    let replay = recorded(&boasting, &data, Loss::MeanSquaredError);
    let snapshot = replay.run_with(&boasting).at(0).unwrap();
    for error in [
        snapshot.predicted_classes().unwrap_err(),
        snapshot.confusion().unwrap_err(),
        snapshot.evaluate(Loss::MeanSquaredError).unwrap_err(),
        snapshot.decision_boundary(View::inputs(), &Grid::default()).unwrap_err(),
        replay.run_with(&boasting).milestones(&MilestoneOptions::default()).unwrap_err(),
        replay.run_with(&boasting).sample_history(Loss::MeanSquaredError).unwrap_err(),
    ] {
        assert!(error.to_string().contains("must be a probability"), "{error}");
    }
    let several = Foreign::new(&[1.0, 0.0, 0.0, 1.0], 2, Some(OutputKind::Logits));
    let classes = Dataset::from_labels_with_classes(data.inputs().clone(), &[0, 1, 1], &[0, 1]).unwrap().one_hot();
    let replay = recorded(&several, &classes.unwrap(), Loss::CategoricalCrossEntropy);
    let message = replay.run_with(&several).threshold(0.9).at(0).unwrap().predicted_classes().unwrap_err();
    assert!(message.to_string().contains("of several the largest is the class"), "{message}");
}
