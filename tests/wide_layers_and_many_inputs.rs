//! Layers of more than two units, inputs of more than two dimensions and more than two classes are seen on planes that
//! keep still from epoch to epoch, and whatever is drawn there is where the model says it is.

mod common;

use training_replay::{
    Activation, Dataset, Dense, Forward, Loss, Matrix, Metrics, Optimizer, Replay, Sequential, Trainer,
    analysis::{DecisionBoundary, FeatureSpace, Grid, Plane, View},
    datasets,
};

/// A recording of `epochs` epochs of a network with these layers.
fn record(data: &Dataset, layers: &[Dense], loss: Loss, epochs: u64) -> Replay {
    let network = Sequential::builder(data.features()).layers(layers.iter().cloned());
    let mut model = network.build(3).unwrap();
    let mut trainer = Trainer::new(loss, Optimizer::adam(0.02)).seed(3);
    let mut replay = Replay::options().dataset(data).in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    for _ in 0..epochs {
        let metrics = trainer.epoch(&mut model, data).unwrap();
        replay.record(&model, metrics).unwrap();
    }
    replay
}

fn tanh(units: usize, name: &str) -> Dense {
    Dense::new(units).name(name).activation(Activation::Tanh)
}

fn sigmoid_output() -> Dense {
    Dense::new(1).name("o").activation(Activation::Sigmoid)
}

fn moons() -> Replay {
    let layers = [tanh(16, "h1"), tanh(2, "h2"), sigmoid_output()];
    record(&datasets::moons(200, 0.1, 7), &layers, Loss::BinaryCrossEntropy, 30)
}

fn largest(matrix: &Matrix) -> f32 {
    matrix.iter().fold(0.0, |largest, x| largest.max(x.abs()))
}

#[test]
fn a_plane_of_two_units_shows_just_what_these_put_out() {
    let replay = moons();
    let snapshot = replay.at(30).unwrap();
    let plane = Plane::of_axes(16, 3, 11).unwrap();
    let space = snapshot.feature_space(View::of("h1").on(&plane), &Grid::default()).unwrap();
    let all = &snapshot.activations().unwrap()[0].values;
    assert_eq!(space.samples, Matrix::from_columns(&[all.column(3), all.column(11)]));
    assert!(
        space.explained_variance_ratio > 0.0 && space.explained_variance_ratio < 0.9,
        "{}",
        space.explained_variance_ratio
    );
    let outputs = snapshot.decision_boundary(View::inputs(), &Grid::default()).unwrap().outputs;
    assert_eq!(space.outputs, outputs, "the points of the region are those of the input space");
}

#[test]
fn a_layer_of_two_units_looks_the_same_with_and_without_a_plane_of_both() {
    let replay = moons();
    let snapshot = replay.at(30).unwrap();
    let both = Plane::of_axes(2, 0, 1).unwrap();
    let plain = snapshot.feature_space("h2", &Grid::default()).unwrap();
    let on_plane = snapshot.feature_space(View::of("h2").on(&both), &Grid::default()).unwrap();
    assert_eq!((&plain.samples, &plain.lines, &plain.region), (&on_plane.samples, &on_plane.lines, &on_plane.region));
    assert!((on_plane.explained_variance_ratio - 1.0).abs() < 1e-12);
}

#[test]
fn the_boundary_on_a_plane_is_the_bent_one_of_the_input_space() {
    let replay = moons();
    let snapshot = replay.at(30).unwrap();
    let grid = Grid::covering(snapshot.dataset().unwrap(), 0.1);
    let principal = replay.run().unwrap().principal_plane("h1").unwrap();
    let space = snapshot.feature_space(View::of("h1").on(&principal.plane), &grid).unwrap();
    let straight = snapshot.decision_boundary(View::inputs(), &grid).unwrap().boundary;
    assert!(!straight.is_empty());
    for (bent, line) in space.boundary.iter().zip(&straight) {
        let hidden = snapshot.model().forward(line, 0..1).unwrap();
        assert!(largest(&(bent - principal.plane.project(&hidden).unwrap())) < 1e-5);
    }
}

#[test]
fn one_principal_plane_shows_all_epochs_and_more_of_them_than_any_pair_of_units() {
    let replay = moons();
    let principal = replay.run().unwrap().principal_plane("h1").unwrap();
    let few = Grid::default().points(2).lines(2);
    let every = |plane: &Plane| -> Vec<Matrix> {
        let seen = |epoch| replay.at(epoch).unwrap().feature_space(View::of("h1").on(plane), &few);
        replay.epochs().map(|epoch| seen(epoch).unwrap().samples).collect()
    };
    let frames = every(&principal.plane);
    for (one, next) in frames.iter().zip(&frames[1..]) {
        let step = (next - one).norm() / one.norm();
        assert!(step < 0.5, "a picture that flips moves every point across the middle: {step}");
    }
    // The variance of all epochs together, of which the plane shows a share.
    let seen = |frames: &[Matrix]| {
        let all: Vec<f64> =
            frames.iter().flat_map(|frame| frame.column(0).iter().map(|&x| f64::from(x)).collect::<Vec<_>>()).collect();
        let other: Vec<f64> =
            frames.iter().flat_map(|frame| frame.column(1).iter().map(|&x| f64::from(x)).collect::<Vec<_>>()).collect();
        let variance = |x: &[f64]| {
            let mean = x.iter().sum::<f64>() / x.len() as f64;
            x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / x.len() as f64
        };
        variance(&all) + variance(&other)
    };
    let total: f64 = (0..8).map(|i| seen(&every(&Plane::of_axes(16, 2 * i, 2 * i + 1).unwrap()))).sum();
    assert!(
        (seen(&frames) / total - principal.total_explained_variance_ratio()).abs() < 1e-5,
        "{} of {total}",
        seen(&frames)
    );
    let pair = seen(&every(&Plane::of_axes(16, 0, 1).unwrap()));
    assert!(seen(&frames) > pair);
    assert_eq!(replay.run().unwrap().principal_plane("h1").unwrap(), principal, "the same again");
}

#[test]
fn with_many_inputs_the_boundary_is_where_the_plane_through_the_mean_cuts_it() {
    let inputs = datasets::ball(10, 300, 13).inputs().clone();
    let above = |i: usize| if inputs.row(i).sum() > 0.0 { 1.0 } else { 0.0 }; // cut through the middle
    let data = Dataset::new(inputs.clone(), Matrix::from_fn(300, 1, |i, _| above(i))).unwrap();
    let replay = record(&data, &[tanh(6, "h1"), tanh(3, "h2"), sigmoid_output()], Loss::BinaryCrossEntropy, 60);
    let principal = replay.run().unwrap().principal_plane("h1").unwrap();
    let snapshot = replay.at(60).unwrap();
    let space = snapshot.feature_space(View::of("h1").on(&principal.plane), &Grid::default()).unwrap();
    assert!(space.lines.is_empty() && space.region.is_empty());
    assert!(!space.boundary.is_empty(), "a model that learned has a boundary");
    let hidden = snapshot.model().forward(data.inputs(), 0..1).unwrap();
    let mean: Vec<f32> = hidden.row_mean().iter().copied().collect();
    let section = principal.plane.through(&mean).unwrap();
    for line in &space.boundary {
        let outputs = snapshot.model().forward(&section.embed(line).unwrap(), 1..3).unwrap();
        let off = outputs.iter().map(|p| (p - 0.5).abs()).fold(0.0, f32::max);
        assert!(off < 1e-3, "{off}");
    }
}

#[test]
fn a_model_of_many_inputs_has_a_boundary_on_any_plane_in_their_space() {
    let data = datasets::ball(10, 300, 13);
    let replay = record(&data, &[tanh(8, "h1"), sigmoid_output()], Loss::BinaryCrossEntropy, 60);
    let snapshot = replay.at(60).unwrap();
    let mean: Vec<f32> = data.inputs().row_mean().iter().copied().collect();
    let plane = Plane::of_axes(10, 2, 7).unwrap().through(&mean).unwrap();
    let grid = Grid::new(-3.0..=3.0, -2.0..=2.0).points(50);
    let map = snapshot.decision_boundary(View::inputs().on(&plane), &grid).unwrap();
    let mut point = mean;
    (point[2], point[7]) = (map.x[10], map.y[20]);
    let there = snapshot.model().predict(&Matrix::from_row_slice(1, 10, &point)).unwrap()[0];
    assert!((map.outputs[20 * 50 + 10] - there).abs() < 1e-6);
    for line in &map.boundary {
        let outputs = snapshot.model().predict(&plane.embed(line).unwrap()).unwrap();
        assert!(outputs.iter().all(|p| (p - 0.5).abs() < 1e-2));
    }
    assert!(snapshot.decision_boundary(View::inputs(), &grid).is_err(), "without a plane there are too many inputs");
    assert!(snapshot.decision_boundary(View::inputs().on(&Plane::of_axes(9, 0, 1).unwrap()), &grid).is_err());
}

#[test]
fn the_space_of_a_layer_has_regions_whatever_the_inputs_are() {
    let data = datasets::ball(10, 300, 13);
    let replay = record(&data, &[tanh(8, "h1"), tanh(2, "h2"), sigmoid_output()], Loss::BinaryCrossEntropy, 60);
    let snapshot = replay.at(60).unwrap();
    let grid = Grid::default().points(40);
    let map = snapshot.decision_boundary("h2", &grid).unwrap();
    let point = Matrix::from_row_slice(1, 2, &[map.x[30], map.y[5]]);
    assert_eq!(map.outputs[5 * 40 + 30], snapshot.model().forward(&point, 2..3).unwrap()[0]);
    // The same straight line as that of the feature space, which lies within other limits.
    let ends = |lines: &[Matrix]| lines[0].select_rows(&[0, lines[0].nrows() - 1]);
    let [on_grid, around_data] =
        [&map.boundary, &snapshot.feature_space("h2", &grid).unwrap().boundary].map(|l| ends(l));
    let way = around_data.row(1) - around_data.row(0);
    for end in on_grid.row_iter() {
        let from = end - around_data.row(0);
        assert!((from[0] * way[1] - from[1] * way[0]).abs() / way.norm() < 1e-4);
    }
    let plane = Plane::of_axes(8, 1, 6).unwrap();
    let wide = snapshot.decision_boundary(View::of("h1").on(&plane), &grid).unwrap();
    let there = plane.embed(&Matrix::from_row_slice(1, 2, &[wide.x[3], wide.y[2]])).unwrap();
    assert_eq!(wide.outputs[2 * 40 + 3], snapshot.model().forward(&there, 1..3).unwrap()[0]);
    assert!(snapshot.decision_boundary("h1", &grid).is_err(), "eight units, and no plane");
    assert!(snapshot.decision_boundary("h9", &grid).is_err());
}

/// Three classes around the origin, a third of a turn each.
#[test]
fn several_classes_have_regions_whose_edges_are_the_boundaries() {
    let angle = |i: usize| i as f32 / 300.0 * std::f32::consts::TAU;
    let inputs = Matrix::from_fn(300, 2, |i, axis| if axis == 0 { angle(i).cos() } else { angle(i).sin() });
    let classes: Vec<usize> = (0..300).map(|i| i / 100).collect();
    let data = Dataset::from_labels(inputs, &classes).unwrap();
    let output = Dense::new(3).name("o").activation(Activation::Softmax);
    let replay = record(&data, &[tanh(2, "h"), output], Loss::CategoricalCrossEntropy, 150);
    let snapshot = replay.at(150).unwrap();
    let grid = Grid::default().points(200);
    let map = snapshot.decision_boundary(View::inputs(), &grid).unwrap();
    let classes = map.predicted_classes().unwrap();
    let at = |i: usize, j: usize| classes[j * 200 + i];
    for (i, j, class) in [(167, 150, 0), (27, 100, 1), (167, 47, 2)] {
        assert_eq!(at(i, j), Some(class), "at {}, {}", map.x[i], map.y[j]);
    }
    assert_eq!(
        snapshot.feature_space("h", &grid).unwrap().predicted_classes().unwrap(),
        classes,
        "the same points, bent"
    );
    for line in &map.boundary {
        for p in snapshot.model().predict(line).unwrap().row_iter() {
            let mut sorted: Vec<f32> = p.iter().copied().collect();
            sorted.sort_by(f32::total_cmp);
            assert!(sorted[2] - sorted[1] < 0.03, "two classes tie: {sorted:?}");
        }
    }
}

/// A regression: `x² + y²`, whose level lines are circles.
#[test]
fn a_model_of_numbers_has_level_lines_where_its_output_is_at_the_level() {
    let inputs = datasets::ball(2, 400, 13).inputs() * 0.5;
    let targets = Matrix::from_fn(400, 1, |i, _| inputs.row(i).norm_squared());
    let data = Dataset::new(inputs, targets).unwrap();
    let replay = record(&data, &[tanh(12, "h"), Dense::new(1).name("o")], Loss::MeanSquaredError, 200);
    let snapshot = replay.at(200).unwrap();
    let residuals = snapshot.residuals().unwrap();
    let rms = residuals.norm() / 20.0;
    assert!(rms < 0.05 && largest(&residuals) < 0.3, "it has learned: {rms}");
    let map = snapshot.decision_boundary(View::inputs(), &Grid::default().points(200)).unwrap();
    for level in [0.15_f32, 0.3] {
        let lines = map.level_lines(0, level).unwrap();
        assert!(!lines.is_empty());
        for line in &lines {
            let outputs = snapshot.model().predict(line).unwrap();
            assert!(outputs.iter().all(|output| (output - level).abs() < 1e-3), "second order in the spacing");
        }
        let off = lines[0].row_iter().map(|point| (point.norm() - level.sqrt()).abs()).fold(0.0, f32::max);
        assert!(off < 0.2, "a circle, as well as the model has learned it: {off}");
    }
    assert!(map.level_lines(1, 0.0).is_err() && map.level_lines(0, f32::NAN).is_err());
}

#[test]
fn a_view_that_does_not_fit_is_an_error_that_says_so() {
    let replay = moons();
    let snapshot = replay.at(0).unwrap();
    let message = snapshot.feature_space("h1", &Grid::default()).unwrap_err().to_string();
    let expected = "the number of units of layer \"h1\" is 16; it must be 2 for a feature space, unless a plane is given to see it on";
    assert_eq!(message, expected);
    let narrow = Plane::of_axes(4, 0, 1).unwrap();
    let message = snapshot.feature_space(View::of("h1").on(&narrow), &Grid::default()).unwrap_err().to_string();
    assert_eq!(message, "the points that a plane shows: expected shape [200, 4], found [200, 16]");
    assert!(replay.run().unwrap().principal_plane("o").is_err(), "one unit spans no plane");
    assert!(replay.run().unwrap().principal_plane("h9").is_err());
    assert!(replay.run().unwrap().epochs([]).principal_plane("h1").is_err());
}

#[test]
fn another_model_than_the_built_in_ones_is_seen_alike() {
    let replay = moons();
    let foreign = common::NoGradients(replay.at(0).unwrap().into_model());
    let principal = replay.run_with(&foreign).principal_plane("h1").unwrap();
    assert_eq!(principal, replay.run().unwrap().principal_plane("h1").unwrap());
    let view = View::of("h1").on(&principal.plane);
    let other = replay.run_with(&foreign).at(30).unwrap();
    let space = FeatureSpace::of(other.model(), view, other.dataset().unwrap(), &Grid::default()).unwrap();
    assert_eq!(space.samples, replay.at(30).unwrap().feature_space(view, &Grid::default()).unwrap().samples);
    assert!(DecisionBoundary::of(other.model(), View::inputs(), &Grid::default()).is_ok());
}
