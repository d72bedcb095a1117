//! Runs whose targets are numbers or several labels have pictures too.
#![cfg(feature = "plot")]

#[path = "common/trained.rs"]
mod trained;

use training_replay::{
    Activation, Dataset, Dense, Error, Forward, Loss, Matrix, Metrics, OneVsRest, Parameter, Replay, Sequential,
    Weights,
    analysis::Plane,
    plot::{Aspect, Axes, ColorRole, Figure, Mark, Panel, RunPlots, Theme},
};

/// Two outputs over two inputs: their product, and their sum.
fn numbers(outputs: usize) -> Dataset {
    let x = Matrix::from_fn(144, 2, |i, j| (if j == 0 { i % 12 } else { i / 12 }) as f32 / 5.5 - 1.0);
    let y = Matrix::from_fn(
        144,
        outputs,
        |i, j| if j == 0 { x[(i, 0)] * x[(i, 1)] } else { 10.0 * (x[(i, 0)] + x[(i, 1)]) },
    );
    Dataset::new(x, y).unwrap()
}

fn regression(outputs: usize) -> (Dataset, Replay) {
    let data = numbers(outputs);
    let replay =
        trained::run(&data, [trained::wide(2, Activation::Tanh), Dense::new(outputs)], Loss::MeanSquaredError, 8);
    (data, replay)
}

/// Three labels over two inputs: right of zero, above zero, outside of a circle.
fn labelled() -> (Dataset, Replay) {
    let x = Matrix::from_fn(144, 2, |i, j| (if j == 0 { i % 12 } else { i / 12 }) as f32 / 5.5 - 1.0);
    let y = Matrix::from_fn(144, 3, |i, j| {
        let (a, b) = (x[(i, 0)], x[(i, 1)]);
        f32::from(u8::from([a > 0.0, b > 0.0, a * a + b * b > 0.6][j]))
    });
    let data = Dataset::new(x, y).unwrap();
    let layers = [trained::wide(6, Activation::Tanh), Dense::new(3).activation(Activation::Sigmoid)];
    let replay = trained::run(&data, layers, Loss::BinaryCrossEntropy, 10);
    (data, replay)
}

fn titles(figure: &Figure) -> Vec<String> {
    figure.panels().map(|panel| panel.title.clone()).collect()
}

/// A network of one unit without a bias, the mean of the inputs times this.
fn scaled(factor: f32) -> (Sequential, Weights) {
    let model = Sequential::builder(2).layer(Dense::new(1).name("sum").without_bias()).build(1).unwrap();
    (model, Weights::from_iter([Parameter::new("sum", "kernel", [2, 1], vec![factor, factor])]))
}

#[test]
fn a_run_of_numbers_has_all_its_panels() {
    let (_, replay) = regression(1);
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let figure = plots.figure(8).unwrap();
    let expected = [
        "Levels",
        "Feature space of hidden",
        "Loss over all samples",
        "Predicted against true",
        "Residuals",
        "Losses of the samples",
    ];
    assert_eq!(titles(&figure), expected);
    assert!(figure.size(900, 500).to_png().is_ok());
    assert_eq!(plots.class_names(), ["output"]);
    for refused in [plots.probabilities(0, 0), plots.confidences(0), plots.confusion(0)] {
        assert!(matches!(refused, Err(Error::Invalid { .. })));
    }
}

#[test]
fn a_single_input_has_a_fit_in_place_of_level_lines() {
    let x = Matrix::from_fn(50, 1, |i, _| i as f32 / 25.0 - 1.0);
    let data = Dataset::new(x.clone(), x.map(|x| (3.0 * x).sin())).unwrap();
    let replay = trained::run(&data, [trained::wide(8, Activation::Tanh), Dense::new(1)], Loss::MeanSquaredError, 30);
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    assert_eq!(titles(&plots.figure(30).unwrap())[0], "Fit");
    let panel = plots.fit(30).unwrap();
    let marks: Vec<&Mark> = panel.in_color(ColorRole::Series(0)).collect();
    assert_eq!(marks[0].points().len(), 50);
    let model = replay.at(30).unwrap().into_model();
    for point in marks[1].points() {
        let output = model.forward(&Matrix::from_element(1, 1, point[0] as f32), 0..2).unwrap()[0];
        assert!((f64::from(output) - point[1]).abs() < 1e-5, "{point:?}");
    }
    let (first, last) = (plots.fit(0).unwrap(), plots.fit(30).unwrap());
    assert_eq!((first.x, first.y), (last.x, last.y), "one axis for all epochs");
    assert!(RunPlots::of(regression(1).1.run().unwrap()).unwrap().fit(0).is_err(), "two inputs");
}

#[test]
fn what_is_about_numbers_is_refused_of_classes() {
    let replay = trained::article(&training_replay::datasets::moons(40, 0.1, 7), Activation::Tanh, 1);
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let message = plots.residuals(0).unwrap_err().to_string();
    assert_eq!(message, "what the targets are is classes; it must be numbers, as in regression");
    assert!(plots.predicted_against_true(0).is_err() && plots.confusion(0).is_ok());
}

#[test]
fn axes_of_a_run_of_numbers_are_the_same_at_every_epoch_and_hold_everything() {
    let (_, replay) = regression(2);
    let plots = RunPlots::options().axes(Axes::Run).of(replay.run().unwrap()).unwrap();
    let axes = |epoch| -> Vec<_> {
        plots.figure(epoch).unwrap().panels().map(|panel| (panel.x.clone(), panel.y.clone(), panel.aspect)).collect()
    };
    for epoch in 0..=8 {
        assert_eq!(axes(epoch), axes(0), "epoch {epoch}");
        for panel in plots.figure(epoch).unwrap().panels() {
            let outside = panel.marks.iter().flat_map(Mark::points).filter(|[x, y]| {
                let (across, up) = (panel.x.high - panel.x.low, panel.y.high - panel.y.low);
                !(panel.x.low - 1e-3 * across..=panel.x.high + 1e-3 * across).contains(x)
                    || !(panel.y.low - 1e-3 * up..=panel.y.high + 1e-3 * up).contains(y)
            });
            assert_eq!(outside.count(), 0, "{} at epoch {epoch}", panel.title);
            assert!(panel.notes.is_empty(), "{}: {:?}", panel.title, panel.notes);
        }
    }
}

#[test]
fn predictions_lie_above_their_targets_and_residuals_are_those_of_the_snapshot() {
    let (data, replay) = regression(2);
    let plots = RunPlots::options().output(1).name_classes(["product", "sum"]).of(replay.run().unwrap()).unwrap();
    let snapshot = replay.at(8).unwrap();
    let (outputs, residuals) = (snapshot.outputs().unwrap(), snapshot.residuals().unwrap());
    let panel = plots.predicted_against_true(8).unwrap();
    assert_eq!((panel.aspect, panel.x.low, panel.x.high), (Aspect::Equal, panel.y.low, panel.y.high));
    for (output, name) in ["product", "sum"].into_iter().enumerate() {
        let color = ColorRole::Series(output);
        let dots = panel.in_color(color).next().unwrap().points();
        for (i, point) in dots.iter().enumerate() {
            assert_eq!(
                *point,
                [data.targets().numbers().unwrap(), &outputs].map(|values| f64::from(values[(i, output)]))
            );
        }
        assert!(panel.legend.contains(&(name.to_owned(), color)));
    }
    let panel = plots.residuals(8).unwrap();
    assert_eq!(panel.title, "Residuals of sum");
    let counted: f64 = panel.in_color(ColorRole::Series(0)).map(|bar| bar.points()[2][1]).sum();
    assert_eq!(counted, residuals.column(1).len() as f64);
    let positive = residuals.column(1).iter().filter(|&&residual| residual > panel.x.high as f32 * 0.99).count();
    assert_eq!(positive, 0, "the largest of the run is inside");
    assert_eq!(plots.decision_boundary(8).unwrap().title, "Levels of sum");
    assert_eq!(plots.feature_space(8).unwrap().title, "Feature space of hidden, by sum");
    assert!(RunPlots::options().output(2).of(replay.run().unwrap()).is_err());
}

/// x + y times a half: the line of level 1 of the outputs runs where the sum is 2.
#[test]
fn level_lines_follow_the_output() {
    let x = Matrix::from_fn(144, 2, |i, j| (if j == 0 { i % 12 } else { i / 12 }) as f32);
    let data = Dataset::new(x.clone(), Matrix::from_fn(144, 1, |i, _| x[(i, 0)] + x[(i, 1)] + 0.5)).unwrap();
    let (model, weights) = scaled(0.5);
    let mut replay = Replay::options().dataset(&data).loss(Loss::MeanSquaredError).in_memory();
    replay.record(&model.with_weights(&weights).unwrap(), Metrics::new()).unwrap();
    let panel = RunPlots::of(replay.run().unwrap()).unwrap().decision_boundary(0).unwrap();
    let lines: Vec<(f64, &Mark)> = panel
        .legend
        .iter()
        .flat_map(|(name, color)| panel.in_color(*color).map(|mark| (name.parse().unwrap(), mark)))
        .filter(|(_, mark)| matches!(mark, Mark::Line { .. }))
        .collect();
    assert!(lines.len() >= 2, "{:?}", panel.legend);
    for (level, line) in lines {
        assert!(line.points().iter().all(|[x, y]| ((x + y) / 2.0 - level).abs() < 1e-4), "level {level}");
    }
    let words = panel.marks.iter().filter(|mark| matches!(mark, Mark::Text { .. })).count();
    assert!(words >= 2, "levels are written on their lines");
}

#[test]
fn a_picture_of_numbers_has_the_colors_of_its_levels_and_the_diagonal() {
    let (_, replay) = regression(1);
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let theme = Theme::light();
    let near = |pixels: &[u8], color: ColorRole| {
        let color = theme.color(color);
        pixels.chunks(3).filter(|pixel| pixel.iter().zip(color).all(|(a, b)| a.abs_diff(b) <= 8)).count()
    };
    let levels = plots.decision_boundary(8).unwrap();
    let pixels = Figure::of(levels.clone()).to_rgb().unwrap();
    for (name, color) in &levels.legend {
        assert!(near(&pixels, *color) > 20, "level {name}");
    }
    let pixels = Figure::of(plots.predicted_against_true(8).unwrap()).to_rgb().unwrap();
    assert!(near(&pixels, ColorRole::Series(0)) > 100);
}

/// `multilabel_confusion_matrix(Y, P > .5)` of scikit-learn 1.9.1, with
/// `P = [[.9, .2, .6], [.4, .7, .5], [.8, .51, .1], [.3, .9, .7], [.6, .1, .2]]` and
/// `Y = [[1, 0, 1], [0, 1, 1], [0, 1, 0], [1, 1, 0], [1, 0, 0]]`
#[test]
fn confusion_of_labels_is_scikit_learns() {
    let outputs = [[0.9_f32, 0.2, 0.6], [0.4, 0.7, 0.5], [0.8, 0.51, 0.1], [0.3, 0.9, 0.7], [0.6, 0.1, 0.2]];
    let labels = [[1, 0, 1], [0, 1, 1], [0, 1, 0], [1, 1, 0], [1, 0, 0]];
    let expected = [[[1, 1], [1, 2]], [[2, 0], [0, 3]], [[2, 1], [1, 1]]];
    let data = Dataset::from_rows(&outputs, &labels).unwrap();
    // The identity: what is fed is what is put out; the same of logits, above zero.
    let identity = |activation| {
        let model = Sequential::builder(3).layer(Dense::new(3).name("o").activation(activation)).build(1).unwrap();
        let kernel = Parameter::new("o", "kernel", [3, 3], Matrix::identity(3, 3).as_slice().to_vec());
        model.with_weights(&Weights::from_iter([kernel, Parameter::new("o", "bias", [3], vec![0.0_f32; 3])])).unwrap()
    };
    let logits = outputs.map(|row| row.map(|p| (p / (1.0 - p)).ln()));
    let through_sigmoid = Dataset::from_rows(&logits, &labels).unwrap();
    for (data, activation) in [(&data, Activation::Linear), (&through_sigmoid, Activation::Sigmoid)] {
        let mut replay = Replay::options().dataset(data).loss(Loss::MeanSquaredError).in_memory();
        replay.record(&identity(activation), Metrics::new()).unwrap();
        let snapshot = replay.at(0).unwrap();
        for (label, expected) in expected.iter().enumerate() {
            assert_eq!(
                OneVsRest::of(&snapshot, label).unwrap().confusion().unwrap().counts,
                *expected,
                "label {label}"
            );
            let histogram = OneVsRest::of(&snapshot, label).unwrap().probability_histogram(10).unwrap();
            let count = |counts: &[u64]| counts.iter().sum::<u64>();
            assert_eq!(count(&histogram.correct[0]), expected[0][0]);
            assert_eq!(count(&histogram.misclassified[1]), expected[1][0]);
        }
        assert!(OneVsRest::of(&snapshot, 3).is_err());
    }
    assert!(OneVsRest::of(&replay_of_numbers().at(0).unwrap(), 0).is_err(), "targets other than 0 and 1");
}

fn replay_of_numbers() -> Replay {
    let (model, weights) = scaled(1.0);
    let mut replay = Replay::options().dataset(&numbers(1)).in_memory();
    replay.record(&model.with_weights(&weights).unwrap(), Metrics::new()).unwrap();
    replay
}

#[test]
fn a_run_of_several_labels_shows_one_of_them() {
    let (data, replay) = labelled();
    let plots =
        RunPlots::options().output(1).name_classes(["right", "above", "outside"]).of(replay.run().unwrap()).unwrap();
    let figure = plots.figure(10).unwrap();
    let expected = [
        "Decision boundary",
        "Feature space of hidden",
        "Loss over all samples",
        "above",
        "Confusion matrix",
        "Losses of the samples",
    ];
    assert_eq!(titles(&figure), expected);
    assert!(figure.size(900, 500).to_png().is_ok());
    let confusion = OneVsRest::of(&replay.at(10).unwrap(), 1).unwrap().confusion().unwrap();
    let boundary = plots.decision_boundary(10).unwrap();
    let rings: usize =
        boundary.marks.iter().filter(|mark| matches!(mark, Mark::Rings { .. })).map(|mark| mark.points().len()).sum();
    assert_eq!(rings as u64, confusion.errors(0) + confusion.errors(1));
    let names: Vec<&str> = boundary.legend.iter().map(|(name, _)| name.as_str()).take(2).collect();
    assert_eq!(names, ["without above", "with above"]);
    let above = data.targets().numbers().unwrap().column(1).iter().filter(|&&has| has == 1.0).count();
    assert_eq!(boundary.in_color(ColorRole::Class(1)).next().unwrap().points().len(), above);
    for label in 0..3 {
        let panel = plots.probabilities(10, label).unwrap();
        let bars = panel.marks.iter().filter(|mark| matches!(mark, Mark::Area { .. }));
        let counted: f64 = bars.map(|bar| bar.points()[2][1] - bar.points()[0][1]).sum();
        assert_eq!(counted, 144.0, "every sample is in a bar of label {label}");
        let threshold = panel.in_color(ColorRole::Boundary).next().unwrap();
        assert_eq!(threshold.points(), [[0.5, 0.0], [0.5, panel.y.high]]);
    }
    assert!(plots.probabilities(10, 3).is_err());
}

/// Half of the samples of class 0 are taken for class 1, and all others are right: squares of a half and of a whole.
#[test]
fn a_picture_of_a_confusion_matrix_has_its_shares_as_areas() {
    let outputs = Matrix::from_column_slice(4, 1, &[0.1, 0.9, 0.8, 0.7]);
    let targets = Matrix::from_column_slice(4, 1, &[0.0, 0.0, 1.0, 1.0]);
    let confusion = training_replay::analysis::ConfusionMatrix::of(&outputs, &targets, 0.5).unwrap();
    let pixels = Figure::of(Panel::confusion(&confusion)).size(400, 400).to_rgb().unwrap();
    let count = |class| {
        let color = Theme::light().color(ColorRole::Region(class));
        pixels.chunks(3).filter(|pixel| pixel.iter().zip(color).all(|(a, b)| a.abs_diff(b) <= 3)).count() as f64
    };
    // Of class 0 a half of a square; of class 1 a half and a whole one. Counts lie above them.
    assert!((count(1) / count(0) - 3.0).abs() < 0.2, "{} and {}", count(0), count(1));
}

/// The boundary of a label among two inputs, bent into six units, lies where its probability is one half.
#[test]
fn the_boundary_of_a_label_is_bent_into_the_space_of_a_wide_layer() {
    let (data, replay) = labelled();
    let plots = RunPlots::options().output(2).of(replay.run().unwrap()).unwrap();
    let space = plots.feature_space(10).unwrap();
    let among_inputs = plots.decision_boundary(10).unwrap();
    let lines = |panel: &Panel| -> Vec<Vec<[f64; 2]>> {
        panel.in_color(ColorRole::Boundary).map(|line| line.points().to_vec()).collect()
    };
    let (straight, bent) = (lines(&among_inputs), lines(&space));
    assert!(!bent.is_empty() && bent.len() == straight.len());
    let plane = replay.run().unwrap().principal_plane("hidden").unwrap().plane;
    let points = Matrix::from_fn(straight[0].len(), 2, |i, j| straight[0][i][j] as f32);
    let model = replay.at(10).unwrap().into_model();
    let there = plane.project(&model.forward(&points, 0..1).unwrap()).unwrap();
    for (i, point) in bent[0].iter().enumerate() {
        assert!((0..2).all(|axis| (point[axis] - f64::from(there[(i, axis)])).abs() < 1e-5), "point {i}");
    }
    assert_eq!(data.outputs(), 3);
}

#[test]
fn numbers_behind_many_inputs_are_seen_on_a_plane_that_says_so() {
    let x = Matrix::from_fn(60, 5, |i, j| ((i * (j + 2)) as f32 * 0.37).sin());
    let data = Dataset::new(x.clone(), Matrix::from_fn(60, 1, |i, _| x.row(i).sum() * 40.0)).unwrap();
    let data = data.with_feature_names(["age", "height", "weight", "width", "depth"]).unwrap();
    let replay = trained::run(&data, [trained::wide(4, Activation::Relu), Dense::new(1)], Loss::MeanSquaredError, 3);
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let panel = plots.decision_boundary(3).unwrap();
    let share = training_replay::analysis::PrincipalPlane::of(data.inputs()).unwrap().total_explained_variance_ratio();
    assert!(panel.notes[0].starts_with("a slice through the mean of the data: this plane shows"), "{:?}", panel.notes);
    let share = format!("{:.1}", 100.0 * share);
    assert!(panel.notes[0].contains(&format!("{} %", share.trim_end_matches(".0"))), "{:?}, {share}", panel.notes);
    let features = Plane::of_axes(5, 1, 3).unwrap();
    let chosen = RunPlots::options().input_plane(features).of(replay.run().unwrap()).unwrap();
    let panel: Panel = chosen.decision_boundary(3).unwrap();
    assert_eq!((panel.x.label.as_str(), panel.y.label.as_str()), ("height", "width"));
    assert!(chosen.figure(3).unwrap().to_png().is_ok());
}

#[test]
fn the_name_of_an_output_is_said_and_names_of_levels_do_not_hide_samples() {
    let (_, replay) = regression(1);
    let titled = |plots: &RunPlots<'_, Sequential>| {
        let panels = [plots.decision_boundary(8), plots.residuals(8), plots.feature_space(8)];
        panels.map(|panel| panel.unwrap().title)
    };
    let named = RunPlots::options().name_classes(["price"]).of(replay.run().unwrap()).unwrap();
    assert_eq!(titled(&named), ["Levels of price", "Residuals of price", "Feature space of hidden, by price"]);
    let plain = RunPlots::of(replay.run().unwrap()).unwrap();
    assert_eq!(titled(&plain), ["Levels", "Residuals", "Feature space of hidden"]);
    let words = |panel: Panel| panel.marks.iter().filter(|mark| matches!(mark, Mark::Text { .. })).count();
    assert!(words(plain.decision_boundary(8).unwrap()) > 0, "lines among the inputs have their names");
    assert_eq!(words(plain.feature_space(8).unwrap()), 0);
}
