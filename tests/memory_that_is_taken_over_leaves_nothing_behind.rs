//! Answers into memory that is there already are those into fresh memory, whatever it held before.

use training_replay::{
    Activation, Dataset, Dense, Error, Forward, Matrix, Metrics, Model, Parameter, Replay, Result, Sequential, Values,
    Weights,
    analysis::{DecisionBoundary, FeatureSpace, Grid, View},
    datasets,
};

fn network(inputs: usize, outputs: usize, seed: u64) -> Sequential {
    let hidden = Dense::new(2).name("hidden").activation(Activation::Tanh);
    let output = Dense::new(outputs).activation(if outputs == 1 { Activation::Sigmoid } else { Activation::Softmax });
    Sequential::builder(inputs).layer(hidden).layer(output).build(seed).unwrap()
}

struct Flat(Vec<f32>);

impl Model for Flat {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(vec![Parameter::new("layer", "kernel", [self.0.len()], &self.0)])
    }
}

fn recorded(path: &std::path::Path, epochs: u8) {
    let mut replay = Replay::options().overwrite(true).create(path).unwrap();
    for epoch in 0..epochs {
        replay.record(&Flat(vec![f32::from(epoch); 1_000]), Metrics::new()).unwrap();
    }
    replay.finish().unwrap();
}

fn address(weights: &Weights) -> usize {
    match weights.iter().next().unwrap().values() {
        Values::F32(values) => values.as_ptr().addr(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn weights_of_the_same_model_take_over_its_memory_and_of_another_do_not_mind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    recorded(&path, 3);
    let replay = Replay::open(&path).unwrap();
    let mut weights = Weights::of(&network(2, 1, 1)).unwrap();
    replay.recorded_weights().read_into(0, &mut weights).unwrap();
    let before = address(&weights);
    for epoch in [2, 0, 1] {
        replay.recorded_weights().read_into(epoch, &mut weights).unwrap();
        assert_eq!(weights, replay.weights(epoch).unwrap());
        assert_eq!(address(&weights), before);
    }
}

#[test]
fn weights_that_are_damaged_leave_none_and_the_next_ones_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    recorded(&path, 3);
    let mut bytes = std::fs::read(&path).unwrap();
    let one = bytes.windows(4).rposition(|window| window == 1.0_f32.to_le_bytes()).unwrap(); // of epoch 1
    bytes[one] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let replay = Replay::open(&path).unwrap();
    let mut weights = replay.weights(0).unwrap();
    let error = replay.recorded_weights().read_into(1, &mut weights).unwrap_err();
    assert!(matches!(error, Error::Corrupted { .. }), "{error}");
    assert_eq!(weights.len(), 0, "nothing that may be mistaken for an epoch");
    replay.recorded_weights().read_into(2, &mut weights).unwrap();
    assert_eq!(weights, replay.weights(2).unwrap());
}

#[test]
fn a_feature_space_forgets_the_grid_the_model_and_the_data_before() {
    let three = Dataset::new(Matrix::from_fn(5, 3, |i, j| (i + j) as f32), Matrix::zeros(5, 1)).unwrap();
    let plane = datasets::parabola(20, 1);
    let grid = |points, lines| Grid::default().points(points).lines(lines);
    let mut space = FeatureSpace::default();
    for (model, data, grid) in [
        (network(2, 1, 1), &plane, grid(50, 5)),
        (network(2, 1, 2), &plane, grid(70, 3)),
        (network(3, 1, 3), &three, grid(9, 4)), // No grid to bend.
        (network(2, 3, 4), &plane, grid(10, 9)),
        (network(2, 1, 5), &plane, grid(9, 2)),
    ] {
        space.update(&model, "hidden", data, &grid).unwrap();
        assert_eq!(space, FeatureSpace::of(&model, "hidden", data, &grid).unwrap());
    }
}

#[test]
fn patches_are_the_region_and_its_outputs_in_their_order() {
    let (model, data, grid) = (network(2, 3, 4), datasets::parabola(20, 1), Grid::default().points(150));
    let whole = FeatureSpace::of(&model, "hidden", &data, &grid).unwrap();
    let mut patched = FeatureSpace::default();
    let mut next = 0;
    let each = |patch: training_replay::analysis::Patch<'_>| {
        assert_eq!(patch.start, next);
        let count = patch.inputs.nrows();
        assert_eq!(*patch.region, whole.region.rows(next, count));
        assert_eq!(*patch.outputs, whole.outputs.rows(next, count));
        assert_eq!(model.forward(patch.inputs, 0..1).unwrap(), *patch.region);
        next += count;
        Ok(())
    };
    patched.update_with(&model, "hidden", &data, &grid, each).unwrap();
    assert_eq!(next, 150 * 150);
    assert_eq!((&patched.samples, &patched.lines, &patched.boundary), (&whole.samples, &whole.lines, &whole.boundary));
    assert_eq!((patched.region.shape(), patched.outputs.shape()), ((0, 2), (0, 1)));

    let stop = patched.update_with(&model, "hidden", &data, &grid, |_| Err(Error::other("enough")));
    assert!(matches!(stop, Err(Error::Other(_))));
}

#[test]
fn a_decision_boundary_forgets_the_grid_and_the_outputs_before() {
    let mut map = DecisionBoundary::default();
    for (outputs, points) in [(1, 50), (3, 20), (3, 70), (1, 70)] {
        let (model, grid) = (network(2, outputs, 1), Grid::default().points(points));
        map.update(&model, View::inputs(), &grid).unwrap();
        assert_eq!(map, DecisionBoundary::of(&model, View::inputs(), &grid).unwrap());
    }
}
