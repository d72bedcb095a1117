//! Answers into memory that is there already are those into fresh memory, whatever it held before.

use training_replay::{
    Activation, BatchNormalization, Dataset, Dense, Dropout, Error, Forward, LayerNormalization, Matrix, Metrics,
    Model, Orientation, Parameter, Replay, Result, Sequential, Values, Weights,
    analysis::{DecisionBoundary, FeatureSpace, Grid, View},
    datasets,
    half::bf16,
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

/// Every kind of layer; the second kernel is square, so that no shape says how it lies.
fn of_every_layer(seed: u64) -> Sequential {
    Sequential::builder(2)
        .layer(Dense::new(3).name("first"))
        .layer(BatchNormalization::new().name("batch"))
        .layer(Activation::Relu)
        .layer(Dropout::new(0.2))
        .layer(Dense::new(3).name("square").without_bias())
        .layer(LayerNormalization::new().name("layer"))
        .layer(Dense::new(1).name("last").activation(Activation::Sigmoid))
        .build(seed)
        .unwrap()
}

/// The weights of a network with each array changed, all values different and one of them the negative zero.
fn changed<'a>(of: impl Fn(Parameter<'static>) -> Parameter<'a>) -> Weights {
    let weights = Weights::of(&of_every_layer(1)).unwrap();
    let renewed = weights.iter().enumerate().map(|(at, array)| {
        let count: usize = array.shape().iter().product();
        let values: Vec<f32> =
            (0..count).map(|i| if i == 1 { -0.0 } else { 0.125 * (i + 3 * at + 1) as f32 }).collect();
        let renewed = with_values(array, values);
        of(match array.orientation() {
            Some(orientation) => renewed.oriented(orientation),
            None => renewed,
        })
        .into_owned()
    });
    renewed.collect()
}

/// The same array of other values, and as it lies.
fn with_values<'a>(array: &Parameter<'static>, values: impl Into<Values<'a>>) -> Parameter<'a> {
    Parameter::new(array.layer().to_owned(), array.name().to_owned(), array.shape().to_vec(), values)
}

fn turned(array: Parameter<'static>) -> Parameter<'static> {
    if array.name() != "kernel" {
        return array;
    }
    array.transposed("kernel").unwrap().into_owned().oriented(Orientation::OutputsInputs)
}

/// The number, or a message, that both ways of taking weights come to.
fn taken_both_ways(weights: &Weights) -> std::result::Result<Weights, String> {
    let (fresh, over) = (of_every_layer(2).restore(&mut weights.clone()), of_every_layer(3).into_restored(weights));
    match (fresh, over) {
        (Ok(fresh), Ok(over)) => {
            let (fresh, over) = (Weights::of(&fresh).unwrap(), Weights::of(&over).unwrap());
            assert_eq!(fresh.len(), over.len());
            for (fresh, over) in fresh.iter().zip(over.iter()) {
                assert!(fresh.values().same_bits(over.values()), "{fresh:?} {over:?}");
            }
            Ok(over)
        }
        (Err(fresh), Err(over)) => {
            assert_eq!(fresh.to_string(), over.to_string());
            Err(over.to_string())
        }
        (fresh, over) => panic!("{fresh:?} {over:?}"),
    }
}

#[test]
fn a_network_in_the_memory_of_another_is_the_one_in_fresh_memory_however_its_arrays_were_recorded() {
    let plain = changed(|array| array);
    assert_eq!(taken_both_ways(&plain).unwrap(), plain);
    assert_eq!(taken_both_ways(&changed(turned)).unwrap(), plain, "kernels that lie the other way round");
    let doubles = changed(|array| {
        let values: Vec<f64> = array.values().to_f64().iter().map(|&value| value / 3.0).collect();
        with_values(&array, values)
    });
    assert_ne!(taken_both_ways(&doubles).unwrap(), plain);
    let halves = changed(|array| {
        let values: Vec<bf16> = array.values().to_f32().iter().map(|&value| bf16::from_f32(value)).collect();
        with_values(&array, values)
    });
    assert_eq!(taken_both_ways(&halves).unwrap(), plain, "few bits are enough for these values");
}

#[test]
fn a_network_in_the_memory_of_another_refuses_what_one_in_fresh_memory_refuses() {
    let plain = changed(|array| array);
    let names: Vec<_> = plain.iter().map(|array| (array.layer().to_owned(), array.name().to_owned())).collect();
    for (layer, name) in &names {
        let is = |array: &Parameter<'_>| array.layer() == layer && array.name() == name;
        let without = plain.iter().filter(|array| !is(array)).map(|array| array.clone().into_owned()).collect();
        assert!(taken_both_ways(&without).unwrap_err().contains(name), "{layer}/{name} is missing");
        for (count, shape) in [(4, vec![4]), (0, vec![0]), (8, vec![2, 2, 2]), (1, vec![])] {
            let wrong = |array: Parameter<'static>| {
                let other = Parameter::new(layer.clone(), name.clone(), shape.clone(), vec![1.0_f32; count]);
                if is(&array) { other } else { array }
            };
            assert!(taken_both_ways(&changed(wrong)).unwrap_err().contains(name), "{layer}/{name} of {shape:?}");
        }
        // The right shape, and one value less than that says.
        let short = |array: Parameter<'static>| {
            let count = array.values().len() - 1;
            if is(&array) { with_values(&array, vec![1.0_f32; count]) } else { array }
        };
        assert!(taken_both_ways(&changed(short)).is_err(), "{layer}/{name} is short");
    }
    let more = Parameter::new("stray", "kernel", [1], vec![1.0_f32]);
    let more = plain.iter().cloned().chain([more]).collect();
    assert!(taken_both_ways(&more).unwrap_err().contains("number of parameters"));
    assert!(taken_both_ways(&Weights::default()).is_err());
}
