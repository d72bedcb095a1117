//! What is replayed from recorded weights is what deepreplay replayed from them on Keras, within 1e-5.

mod common;

use common::{Reference, article_model, assert_close, distance, rows};
use training_replay::{
    Activation, Backward, Forward, Loss, Metrics, Replay, Sequential, Snapshot,
    analysis::{Grid, LayerValues, View},
};

const TOLERANCE: f32 = 1e-5;
const LOSS: Loss = Loss::BinaryCrossEntropy;

/// Runs a check on snapshots of the epochs 0, 80 and 150, recorded and reopened; their index among the three is given.
fn at_each_expected_epoch(check: impl Fn(&Reference, usize, &Snapshot<'_, Sequential>)) {
    let reference = Reference::article();
    let mut replay = Replay::options().dataset(&reference.dataset()).in_memory();
    let epochs = [0, 80, 150];
    for epoch in epochs {
        let model = article_model(Activation::Sigmoid, &reference.article_weights(epoch));
        replay.record_at(epoch as u64, &model, Metrics::new()).unwrap();
    }
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes).unwrap();
    let replay = Replay::from_bytes(bytes).unwrap();
    for (i, epoch) in epochs.into_iter().enumerate() {
        check(&reference, i, &replay.at(epoch as u64).unwrap());
    }
}

#[test]
fn probabilities_and_losses_of_single_samples_agree() {
    at_each_expected_epoch(|reference, i, snapshot| {
        let probabilities = rows(&snapshot.outputs().unwrap(), 0..200);
        assert_close("probabilities", &probabilities, &reference.entry("expected.predict_proba", i), TOLERANCE);
        let losses = snapshot.losses(LOSS).unwrap();
        assert_close("losses", &losses[..200], &reference.entry("expected.bce_per_sample", i), TOLERANCE);
    });
}

#[test]
fn loss_and_accuracy_over_the_whole_data_set_agree() {
    at_each_expected_epoch(|reference, i, snapshot| {
        let metrics = Metrics::from(snapshot.evaluate(LOSS).unwrap());
        let found = ["loss", "accuracy"].map(|name| metrics.get(name).unwrap() as f32);
        let expected = ["expected.mean_loss", "expected.accuracy"].map(|name| reference.values(name)[i]);
        assert_close("loss and accuracy", &found, &expected, TOLERANCE);
    });
}

#[test]
fn z_values_and_activations_agree() {
    at_each_expected_epoch(|reference, i, snapshot| {
        let first = |layer: &LayerValues| rows(&layer.values, 0..200);
        let z = snapshot.pre_activations().unwrap();
        let a = snapshot.activations().unwrap();
        assert_eq!(z.iter().map(|z| z.layer.as_str()).collect::<Vec<_>>(), ["hidden", "output"]);
        assert_close("z of hidden", &first(&z[0]), &reference.entry("expected.z.hidden", i), TOLERANCE);
        assert_close("z of output", &first(&z[1]), &reference.entry("expected.z.output", i), TOLERANCE);
        assert_close("activations", &first(&a[0]), &reference.entry("expected.act.hidden", i), TOLERANCE);
    });
}

#[test]
fn gradients_agree() {
    at_each_expected_epoch(|reference, i, snapshot| {
        let gradients = snapshot.gradients(LOSS).unwrap();
        for layer in ["hidden", "output"] {
            let found = gradients.get(layer, "kernel").unwrap().values().to_f32().into_owned();
            assert_close(layer, &found, &reference.entry(&format!("expected.grad.{layer}"), i), TOLERANCE);
        }
    });
}

/// deepreplay's grid lines have 1,000 points of which every 50th is in the reference.
#[test]
fn the_bent_grid_of_the_hidden_layer_agrees() {
    at_each_expected_epoch(|reference, i, snapshot| {
        let space = snapshot.feature_space("hidden", &Grid::default().points(1_000)).unwrap();
        let every_50th = |line: &training_replay::Matrix| {
            (0..1_000).step_by(50).flat_map(|point| rows(line, point..point + 1)).collect::<Vec<_>>()
        };
        let lines: Vec<f32> = space.lines.iter().flat_map(every_50th).collect();
        assert_close("bent grid", &lines, &reference.entry("expected.fs.bent_grid", i), TOLERANCE);
        assert_close("samples", &rows(&space.samples, 0..200), &reference.entry("expected.act.hidden", i), TOLERANCE);
    });
}

/// deepreplay's contour runs along the second input first, ours along the first.
#[test]
fn regions_of_predictions_agree() {
    let swap = |values: Vec<f32>, width: usize| -> Vec<f32> {
        let at = |x: usize, y: usize| &values[(x * 30 + y) * width..][..width];
        (0..30).flat_map(|y| (0..30).flat_map(move |x| at(x, y).to_vec())).collect()
    };
    at_each_expected_epoch(|reference, i, snapshot| {
        let grid = Grid::default().points(30);
        let space = snapshot.feature_space("hidden", &grid).unwrap();
        let region = rows(&space.region, 0..900);
        assert_close("region", &region, &swap(reference.entry("expected.fs.bent_contour", i), 2), TOLERANCE);
        let outputs = space.outputs.as_slice();
        assert_close("outputs", outputs, &swap(reference.entry("expected.fs.contour_proba", i), 1), TOLERANCE);
        let map = snapshot.decision_boundary(View::inputs(), &grid).unwrap();
        assert_close("map", map.outputs.as_slice(), &swap(reference.entry("expected.db.proba", i), 1), TOLERANCE);
    });
}

/// In the space of the last hidden layer the boundary is the line `w · a + b = 0`.
#[test]
fn the_boundary_in_the_hidden_space_is_the_straight_line_of_the_output_layer() {
    let reference = Reference::article();
    let weights = reference.article_weights(150);
    let model = article_model(Activation::Sigmoid, &weights);
    let mut replay = Replay::options().dataset(&reference.dataset()).in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    let snapshot = replay.at(0).unwrap();
    let (w, b) = (reference.entry("output.kernel", 150), reference.entry("output.bias", 150)[0]);
    for points in [10, 100] {
        let space = snapshot.feature_space("hidden", &Grid::default().points(points)).unwrap();
        assert_eq!(space.boundary.len(), 1);
        let line = &space.boundary[0];
        assert_eq!(line.nrows(), 2, "a straight line of two points");
        for end in line.row_iter() {
            let off = (w[0] * end[0] + w[1] * end[1] + b) / w[0].hypot(w[1]);
            assert!(off.abs() < 1e-5, "{off}");
        }
    }
}

/// The curve in the input space is the straight line of the hidden space, seen through the hidden layer.
#[test]
fn the_boundary_in_the_input_space_is_where_the_probability_is_one_half() {
    at_each_expected_epoch(|_, i, snapshot| {
        let map = snapshot.decision_boundary(View::inputs(), &Grid::default().points(100)).unwrap();
        if i == 0 {
            return assert!(map.boundary.is_empty(), "before training every probability is below one half");
        }
        assert!(!map.boundary.is_empty());
        for line in &map.boundary {
            let probabilities = snapshot.model().predict(line).unwrap();
            let off = probabilities.iter().map(|p| (p - 0.5).abs()).fold(0.0, f32::max);
            assert!(off < 2e-3, "{off}");
        }
    });
}

#[test]
fn a_deep_tanh_network_agrees_in_every_layer_and_gradient() {
    let reference = Reference::deep();
    let layers = ["h1", "h2", "h3", "h4", "h5", "o"];
    let model = reference.deep_model();
    let data = reference.dataset();

    let outputs = model.predict(data.inputs()).unwrap();
    assert_close("probabilities", outputs.as_slice(), &reference.values("expected.predict_proba"), TOLERANCE);
    let losses = model.losses(data.inputs(), data.targets(), LOSS).unwrap();
    assert_close("losses", &losses, &reference.values("expected.bce_per_sample"), TOLERANCE);
    let gradients = model.gradients(data.inputs(), data.targets(), LOSS).unwrap();
    let z = LayerValues::pre_activations(&model, data.inputs()).unwrap();
    let a = LayerValues::activations(&model, data.inputs()).unwrap();
    for (i, layer) in layers.iter().enumerate() {
        let gradient = gradients.get(layer, "kernel").unwrap().values().to_f32().into_owned();
        assert_close(layer, &gradient, &reference.values(&format!("expected.grad.{layer}")), TOLERANCE);
        assert_close(layer, &rows(&z[i].values, 0..50), &reference.values(&format!("expected.z.{layer}")), TOLERANCE);
        assert_close(layer, &rows(&a[i].values, 0..50), &reference.values(&format!("expected.act.{layer}")), TOLERANCE);
    }
}

/// The tolerance is one that weights of the epoch before do not meet.
#[test]
fn the_weights_of_the_epoch_before_would_not_agree() {
    let reference = Reference::article();
    let data = reference.dataset();
    let predict = |epoch| article_model(Activation::Sigmoid, &reference.article_weights(epoch)).predict(data.inputs());
    let before = rows(&predict(79).unwrap(), 0..200);
    assert!(distance(&before, &reference.entry("expected.predict_proba", 1)) > 100.0 * TOLERANCE);
}
