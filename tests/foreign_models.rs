//! Any model records, reopens and replays: here one with `f64` weights, one with `f32` weights, and one that only
//! lists its parameters. None of them is built in.

use std::ops::Range;

use training_replay::{
    Activation, Backward, Dense, Description, Error, Forward, Loss, Matrix, Metrics, Model, OutputKind, Parameter,
    Replay, Result, Run, Sequential, Targets, Values, Weights,
    analysis::{
        EpochSummary, Grid, Histogram, LayerFilter, MilestoneOptions, Milestones, Quantity, VerifyOptions, View,
    },
    datasets,
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

/// A 2-2-1 network in double precision: `tanh` hidden units in one layer, a sigmoid in the other.
#[derive(Clone, Debug, PartialEq)]
struct Double {
    hidden: [f64; 6],
    output: [f64; 3],
}

impl Double {
    fn new() -> Self {
        // Values that no f32 holds.
        Self { hidden: [0.1, -0.7, 1.0 / 3.0, 0.9, 1e-17, -1e-300], output: [std::f64::consts::PI, -2.2, 0.3] }
    }

    fn hidden(&self, x: [f64; 2]) -> [f64; 2] {
        let [a, b, c, d, e, f] = self.hidden;
        [(x[0] * a + x[1] * c + e).tanh(), (x[0] * b + x[1] * d + f).tanh()]
    }

    fn output(&self, h: [f64; 2]) -> f64 {
        let [u, v, b] = self.output;
        1.0 / (1.0 + (-(h[0] * u + h[1] * v + b)).exp())
    }
}

impl Model for Double {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(vec![
            Parameter::new("hidden", "weights", [3, 2], self.hidden.as_slice()),
            Parameter::new("output", "weights", [3, 1], self.output.as_slice()),
        ])
    }

    fn description(&self) -> Option<Description> {
        Some(Description::new("foreign_models::Double/1", *b"tanh"))
    }

    fn as_forward(&self) -> Option<&dyn Forward> {
        Some(self)
    }
}

impl Forward for Double {
    fn layers(&self) -> Vec<String> {
        vec!["hidden".into(), "output".into()]
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        let values = |layer, shape| weights.require(layer, "weights", shape).map(|found| found.values().to_f64());
        let hidden = values("hidden", &[3, 2])?.as_ref().try_into().map_err(Error::model)?;
        let output = values("output", &[3, 1])?.as_ref().try_into().map_err(Error::model)?;
        Ok(Self { hidden, output })
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        let mut values = inputs.clone();
        for layer in layers {
            if values.ncols() != 2 {
                return Err(Error::model(format!("layer {layer} takes 2 values, not {}", values.ncols())));
            }
            let pairs = values.row_iter().map(|row| [f64::from(row[0]), f64::from(row[1])]);
            let outputs: Vec<f32> = match layer {
                0 => pairs.flat_map(|x| self.hidden(x).map(|h| h as f32)).collect(),
                _ => pairs.map(|h| self.output(h) as f32).collect(),
            };
            values = Matrix::from_row_slice(inputs.nrows(), if layer == 0 { 2 } else { 1 }, &outputs);
        }
        Ok(values)
    }
}

/// The built-in network with the same weights, rounded.
fn rounded(model: &Double) -> Sequential {
    let f32s = |values: &[f64]| values.iter().map(|&value| value as f32).collect::<Vec<_>>();
    let builder = Sequential::builder(2)
        .layer(Dense::new(2).name("hidden").activation(Activation::Tanh))
        .layer(Dense::new(1).name("output").activation(Activation::Sigmoid));
    let weights = Weights::from_iter([
        Parameter::new("hidden", "kernel", [2, 2], f32s(&model.hidden[..4])),
        Parameter::new("hidden", "bias", [2], f32s(&model.hidden[4..])),
        Parameter::new("output", "kernel", [2, 1], f32s(&model.output[..2])),
        Parameter::new("output", "bias", [1], f32s(&model.output[2..])),
    ]);
    builder.build(0).unwrap().with_weights(&weights).unwrap()
}

/// Recorded to a file, three epochs, and reopened.
fn reopened(folder: &tempfile::TempDir) -> (Vec<Double>, Replay) {
    let path = folder.path().join("double.replay");
    let data = datasets::parabola(100, 13);
    let mut replay = Replay::options().dataset(&data).create(&path).unwrap();
    let mut models = vec![Double::new()];
    for epoch in 0..3 {
        let mut model = models[epoch].clone();
        replay.record(&model, [("loss", 1.0 / (epoch + 1) as f64)]).unwrap();
        model.output[0] *= 1.1;
        models.push(model);
    }
    replay.finish().unwrap();
    (models, Replay::open(path).unwrap())
}

#[test]
fn double_precision_weights_come_back_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let (models, replay) = reopened(&folder);
    for (epoch, model) in (0..3).zip(&models) {
        let template = Double::new();
        let snapshot = replay.run_with(&template).at(epoch).unwrap();
        assert_eq!(snapshot.model(), model);
        let weights = replay.weights(epoch).unwrap();
        assert!(matches!(weights.get("hidden", "weights").unwrap().values(), Values::F64(_)));
    }
}

#[test]
fn every_query_of_forward_answers_for_a_foreign_model_as_for_the_built_in_one() {
    let folder = tempfile::tempdir().unwrap();
    let (models, replay) = reopened(&folder);
    let data = datasets::parabola(100, 13);
    let mut own = Replay::options().dataset(&data).in_memory();
    own.record(&rounded(&models[2]), Metrics::new()).unwrap();
    let template = Double::new();
    let (foreign, own) = (replay.run_with(&template).at(2).unwrap(), own.at(0).unwrap());
    let close = |a: &Matrix, b: &Matrix| assert!((a - b).amax() < 1e-5);
    let grid = Grid::default().points(25);

    close(&foreign.outputs().unwrap(), &own.outputs().unwrap());
    let (space, expected) =
        (foreign.feature_space("hidden", &grid).unwrap(), own.feature_space("hidden", &grid).unwrap());
    close(&space.samples, &expected.samples);
    close(&space.region, &expected.region);
    close(&space.lines[3], &expected.lines[3]);
    let (map, expected) = (
        foreign.decision_boundary(View::inputs(), &grid).unwrap(),
        own.decision_boundary(View::inputs(), &grid).unwrap(),
    );
    close(&map.outputs, &expected.outputs);
    assert_eq!(map.boundary.len(), expected.boundary.len());
    let (found, expected) = (foreign.losses(LOSS).unwrap(), own.losses(LOSS).unwrap());
    assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5));
    let (found, expected) = (foreign.evaluate(LOSS).unwrap(), own.evaluate(LOSS).unwrap());
    assert_eq!(
        (found.accuracy, found.caveats),
        (expected.accuracy, vec![training_replay::analysis::Caveat::AssumedProbabilities])
    );
    assert_eq!(foreign.probability_histogram(10).unwrap().edges.len(), 11);
    assert_eq!(Histogram::of_losses(&foreign.losses(LOSS).unwrap(), 10).unwrap().counts.iter().sum::<u64>(), 200);
    assert_eq!(foreign.activations().unwrap().len(), 2);
    let unknown = foreign.pre_activations().unwrap_err().to_string();
    assert!(unknown.contains("`Forward::pre_activation`"), "z-values are not guessed: {unknown}");
    assert_eq!(replay.run_with(&Double::new()).snapshots().flatten().count(), 3);
}

#[test]
fn a_recording_of_a_foreign_model_says_what_it_needs_to_be_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let (_, replay) = reopened(&folder);
    assert_eq!(replay.description().unwrap().kind(), "foreign_models::Double/1");
    assert_eq!(replay.description().unwrap().bytes(), b"tanh");
    let message = replay.at(0).unwrap_err().to_string();
    assert!(message.contains("foreign_models::Double/1") && message.contains("run_with"), "{message}");
}

/// A model in single precision that differentiates itself: a line through the data, `p = x * w`.
struct Line(Vec<f32>);

impl Model for Line {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(vec![Parameter::new("line", "kernel", [self.0.len(), 1], &self.0)])
    }

    fn as_forward(&self) -> Option<&dyn Forward> {
        Some(self)
    }
}

impl Forward for Line {
    fn output_kind(&self) -> Option<OutputKind> {
        Some(OutputKind::Values)
    }

    fn layers(&self) -> Vec<String> {
        vec!["line".into()]
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        let kernel = weights.require("line", "kernel", &[self.0.len(), 1])?;
        Ok(Self(kernel.values().to_f32().into_owned()))
    }

    fn forward(&self, inputs: &Matrix, _: Range<usize>) -> Result<Matrix> {
        Ok(inputs * Matrix::from_column_slice(self.0.len(), 1, &self.0))
    }

    fn as_backward(&self) -> Option<&dyn Backward> {
        Some(self)
    }
}

impl Backward for Line {
    fn gradients(&self, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<Weights> {
        let slope = loss.gradient(&self.forward(inputs, 0..1)?, targets)?;
        let gradient = training_replay::to_row_major(&(inputs.transpose() * slope));
        Ok(Weights::from_iter([Parameter::new("line", "kernel", [self.0.len(), 1], gradient)]))
    }
}

#[test]
fn a_foreign_model_in_single_precision_replays_its_own_gradients() {
    let data = datasets::parabola(50, 1);
    let mut replay = Replay::options().dataset(&data).in_memory();
    replay.record(&Line(vec![0.25, -0.5]), Metrics::new()).unwrap();
    let template = Line(vec![0.0; 2]);
    let snapshot = replay.run_with(&template).at(0).unwrap();
    let found = snapshot.gradients(Loss::MeanSquaredError).unwrap();
    let built_in = Sequential::builder(2).layer(Dense::new(1).name("line").without_bias()).build(0).unwrap();
    let built_in = built_in.with_weights(&replay.weights(0).unwrap()).unwrap();
    let expected = built_in.gradients(data.inputs(), data.targets(), Loss::MeanSquaredError).unwrap();
    let (found, expected) = (found.get("line", "kernel").unwrap(), expected.get("line", "kernel").unwrap());
    assert!((found.to_matrix().unwrap() - expected.to_matrix().unwrap()).amax() < 1e-6);
}

#[test]
fn every_question_about_a_run_is_answered_for_a_foreign_model_as_for_the_built_in_one() {
    let data = datasets::parabola(50, 1);
    let built_in = Sequential::builder(2).layer(Dense::new(1).name("line").without_bias()).build(0).unwrap();
    let mut replay = Replay::options().dataset(&data).loss(Loss::MeanSquaredError).in_memory();
    for epoch in 0..12 {
        let line = Line(vec![0.25 - 0.02 * epoch as f32, 0.1 * epoch as f32]);
        let own = built_in.with_weights(&Weights::of(&line).unwrap()).unwrap();
        let measured = own.losses(data.inputs(), data.targets(), Loss::MeanSquaredError).unwrap();
        replay.record(&line, [("loss", measured.iter().map(|&l| f64::from(l)).sum::<f64>() / 100.0)]).unwrap();
    }
    let line = Line(vec![0.0; 2]);
    let (foreign, own) = (|| replay.run_with(&line), || replay.run_with(&built_in));
    let story = |milestones: Milestones| {
        milestones.rows.into_iter().map(|row| (row.kind, row.epoch, row.until)).collect::<Vec<_>>()
    };
    let options = MilestoneOptions::default();
    assert_eq!(story(foreign().milestones(&options).unwrap()), story(own().milestones(&options).unwrap()));
    let observed =
        |model: &dyn Forward| EpochSummary::of(0, model, &data, &options.clone().loss(Loss::MeanSquaredError)).unwrap();
    assert_eq!(observed(&line).gradients.len(), 1, "a foreign model's gradients are looked at too");
    let (bill, expected) = (
        foreign().sample_history(Loss::MeanSquaredError).unwrap(),
        own().sample_history(Loss::MeanSquaredError).unwrap(),
    );
    assert!((bill.losses - expected.losses).amax() < 1e-6);
    assert!(foreign().verify(&VerifyOptions::default()).unwrap().holds());
    let gradients = Quantity::gradients(Loss::MeanSquaredError);
    let deviations = |run: Run<'_, Line>| run.statistic(gradients, &LayerFilter::default(), |g| g.std).unwrap();
    assert_eq!(deviations(foreign())[0].points.len(), 12);
    assert_eq!(replay.recorded_weights().diff(&replay, 0.0).unwrap().first, None);
}

/// A pure recorder needs no matrices at all; `dyn Model` will do.
#[test]
fn a_model_behind_a_reference_records() {
    let line = Line(vec![1.0, 2.0]);
    let model: &dyn Model = &line;
    let mut replay = Replay::options().in_memory();
    assert_eq!(replay.record(model, Metrics::new()).unwrap(), 0);
    assert!(replay.weights(0).unwrap().get("line", "kernel").unwrap().values().same_bits(&Values::from(&line.0)));
}

#[test]
fn an_error_of_the_users_own_code_passes_through() {
    struct Broken;
    impl Model for Broken {
        fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
            Err(Error::model("the device is gone"))
        }
    }
    let mut replay = Replay::options().in_memory();
    let error = replay.record(&Broken, Metrics::new()).unwrap_err();
    assert!(matches!(&error, Error::Model(source) if source.to_string() == "the device is gone"));
    assert_eq!(replay.record(&Line(vec![1.0]), Metrics::new()).unwrap(), 0, "nothing was lost");
}

/// Foreign code that returns nonsense gets an error that says so.
#[test]
fn outputs_of_the_wrong_shape_are_an_error() {
    struct Short;
    impl Model for Short {
        fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
            Ok(vec![])
        }
    }
    impl Forward for Short {
        fn layers(&self) -> Vec<String> {
            vec!["only".into()]
        }
        fn with_weights(&self, _: &Weights) -> Result<Self> {
            Ok(Self)
        }
        fn forward(&self, _: &Matrix, _: Range<usize>) -> Result<Matrix> {
            Ok(Matrix::zeros(1, 1))
        }
    }
    let data = datasets::parabola(10, 1);
    let mut replay = Replay::options().dataset(&data).in_memory();
    replay.record(&Short, Metrics::new()).unwrap();
    let snapshot = replay.run_with(&Short).at(0).unwrap();
    assert!(matches!(snapshot.outputs(), Err(Error::Shape { .. })));
    assert!(matches!(snapshot.losses(LOSS), Err(Error::Shape { .. })));
    assert!(matches!(snapshot.decision_boundary(View::inputs(), &Grid::default()), Err(Error::Shape { .. })));
    assert!(matches!(replay.run_with(&Short).sample_history(LOSS), Err(Error::Shape { .. })));
    assert!(matches!(replay.run_with(&Short).milestones(&MilestoneOptions::default()), Err(Error::Shape { .. })));
    assert!(matches!(replay.run_with(&Short).principal_plane("only"), Err(Error::Shape { .. })));
}

#[test]
fn a_recording_of_steps_alone_needs_its_model_too() {
    let mut replay = Replay::options().in_memory();
    assert!(replay.run().is_ok(), "nothing is recorded that would need one");
    replay.record_at((1, 1), &Double::new(), Metrics::new()).unwrap();
    assert!(matches!(replay.run(), Err(training_replay::Error::Missing { .. })));
    let template = Double::new();
    assert_eq!(replay.run_with(&template).at((1, 1)).unwrap().model(), &template);
}
