//! A boundary lies where the classes tie: in the input space, in every layer of two units, with two inputs or many, two
//! classes or more, whatever the last activation.

use training_replay::{
    Activation, Dataset, Dense, Forward, Initializer, Loss, Matrix, Metrics, Optimizer, Parameter, Replay, Sequential,
    Trainer, Weights,
    analysis::{DecisionBoundary, FeatureSpace, Grid, Polyline, View},
    datasets,
};

/// How far the two largest outputs, or a single one and 0.5, are apart on a line.
fn tie(outputs: &Matrix) -> f32 {
    let gap = |row: Vec<f32>| match row[..] {
        [p] => (p - 0.5).abs(),
        _ => {
            let mut row = row;
            row.sort_by(f32::total_cmp);
            row[row.len() - 1] - row[row.len() - 2]
        }
    };
    outputs.row_iter().map(|row| gap(row.iter().copied().collect())).fold(0.0, f32::max)
}

/// The largest gap between the classes along lines in the space of the values that enter layer `from`.
fn gap(model: &Sequential, from: usize, lines: &[Polyline]) -> f32 {
    assert!(!lines.is_empty());
    let gaps = lines.iter().map(|line| tie(&model.forward(line, from..model.layers().len()).unwrap()));
    gaps.fold(0.0, f32::max)
}

fn trained(layers: &[usize], inputs: usize, data: &Dataset, epochs: usize) -> Sequential {
    let hidden = |(i, &units): (usize, &usize)| Dense::new(units).name(format!("h{i}")).activation(Activation::Tanh);
    let builder = Sequential::builder(inputs).layers(layers.iter().enumerate().map(hidden));
    let mut model = builder.layer(Dense::new(1).activation(Activation::Sigmoid)).build(3).unwrap();
    let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.02)).batch_size(16);
    for _ in 0..epochs {
        trainer.epoch(&mut model, data).unwrap();
    }
    model
}

/// A quarter of the spacing leaves a sixteenth of the error, here at most an eighth; or only what rounding makes.
fn assert_second_order(coarse: f32, fine: f32) {
    assert!(coarse < 0.05 && (fine < coarse / 8.0 || fine < 1e-4), "{coarse}, then {fine}");
}

#[test]
fn in_every_layer_of_two_units_the_boundary_is_where_the_rest_of_the_network_is_undecided() {
    let data = datasets::parabola(200, 1);
    let model = trained(&[2, 2, 2], 2, &data, 60);
    for (layer, name) in ["h0", "h1", "h2"].iter().enumerate() {
        let space = FeatureSpace::of(&model, name, &data, &Grid::default()).unwrap();
        let fine = FeatureSpace::of(&model, name, &data, &Grid::default().points(400)).unwrap();
        assert_second_order(gap(&model, layer + 1, &space.boundary), gap(&model, layer + 1, &fine.boundary));
        let limits = |column: usize, points: &Matrix| (points.column(column).min(), points.column(column).max());
        for line in &space.boundary {
            for axis in 0..2 {
                let (low, high) = limits(axis, &space.region);
                let (from, to) = limits(axis, line);
                let margin = 0.011 * (high - low);
                assert!(from >= low - margin && to <= high + margin, "within what the picture shows");
            }
        }
        if *name == "h2" {
            assert!(space.boundary.iter().all(|line| line.nrows() == 2), "straight behind the last hidden layer");
        }
    }
    let [coarse, fine] =
        [100, 400].map(|points| DecisionBoundary::of(&model, View::inputs(), &Grid::default().points(points)).unwrap());
    assert_second_order(gap(&model, 0, &coarse.boundary), gap(&model, 0, &fine.boundary));
}

#[test]
fn many_inputs_have_a_boundary_in_the_hidden_space_all_the_same() {
    let data = datasets::ball(57, 300, 1);
    let model = trained(&[10, 2], 57, &data, 20);
    let space = FeatureSpace::of(&model, "h1", &data, &Grid::default()).unwrap();
    assert_eq!((space.samples.shape(), space.lines.len(), space.region.shape()), ((300, 2), 0, (0, 2)));
    assert!(gap(&model, 2, &space.boundary) < 1e-4);
    assert_eq!(space.boundary[0].nrows(), 2);
}

#[test]
fn every_class_of_several_has_its_outline() {
    let inputs = Matrix::from_fn(3, 2, |i, j| [[-0.5, -0.5], [0.5, -0.5], [0.0, 0.5]][i][j]);
    let data = Dataset::new(inputs, Matrix::identity(3, 3)).unwrap();
    let mut model = Sequential::builder(2)
        .layer(Dense::new(2).name("hidden").activation(Activation::Tanh))
        .layer(Dense::new(3))
        .layer(Activation::Softmax)
        .build(1)
        .unwrap();
    let mut trainer = Trainer::new(Loss::CategoricalCrossEntropy, Optimizer::adam(0.05));
    for _ in 0..200 {
        trainer.epoch(&mut model, &data).unwrap();
    }
    let map = DecisionBoundary::of(&model, View::inputs(), &Grid::default()).unwrap();
    assert_eq!(map.outputs.shape(), (100 * 100, 3));
    // Where three classes meet, within one cell of the grid, an outline may cut the corner.
    let cut = |line: &Polyline| {
        (0..line.nrows()).filter(|&i| tie(&model.predict(&line.rows(i, 1).into_owned()).unwrap()) > 0.01).count()
    };
    assert!(map.boundary.len() >= 3 && map.boundary.iter().map(cut).sum::<usize>() <= 6);
    let space = FeatureSpace::of(&model, "hidden", &data, &Grid::default()).unwrap();
    assert!(space.boundary.len() >= 3);
    let mut replay = Replay::options().dataset(&data).in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    assert_eq!(replay.at(0).unwrap().confusion().unwrap().counts, [[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
}

/// Of several sigmoids that have all rounded to 1 the outputs tie, and the pre-activations do not.
#[test]
fn saturated_sigmoids_have_their_boundary_where_their_pre_activations_tie() {
    for steepness in [5.0, 50.0, 200.0] {
        let kernel = [1.0, 0.0, -1.0, 0.0, 1.0, -1.0].map(|w: f32| w * steepness);
        let model =
            Sequential::builder(2).layer(Dense::new(3).name("o").activation(Activation::Sigmoid).without_bias());
        let weights = Weights::from_iter([Parameter::new("o", "kernel", [2, 3], kernel.to_vec())]);
        let model = model.build(0).unwrap().with_weights(&weights).unwrap();
        let outlines = DecisionBoundary::of(&model, View::inputs(), &Grid::default()).unwrap().boundary;
        assert_eq!(outlines.len(), 3);
        for line in outlines {
            let off = tie(&model.pre_activation(&line, 0).unwrap()) / steepness;
            assert!(off < 0.03, "{steepness}: {off}, more than a cell");
        }
    }
}

/// Layers far from 0 with little spread leave `f32` few digits; the line is a line all the same.
#[test]
fn the_line_behind_the_last_hidden_layer_is_straight_wherever_the_layer_lies() {
    let data = datasets::parabola(50, 1);
    let mut lines = 0;
    for (seed, offset) in (0..30).flat_map(|seed| [0.0, 10.0, 100.0].map(|offset| (seed, offset))) {
        let hidden = Dense::new(2).name("h").kernel_initializer(Initializer::Normal { std: 1.0 });
        let model = Sequential::builder(2)
            .layer(hidden.bias_initializer(Initializer::Constant(offset)))
            .layer(Dense::new(1).activation(Activation::Sigmoid).kernel_initializer(Initializer::Normal { std: 1.0 }));
        let space = FeatureSpace::of(&model.build(seed).unwrap(), "h", &data, &Grid::default()).unwrap();
        assert!(space.boundary.iter().all(|line| line.nrows() == 2), "seed {seed}, offset {offset}");
        lines += space.boundary.len();
    }
    assert!(lines >= 30, "in a third of the cases the line crosses the picture: {lines}");
}

/// More points than are computed at a time, and a wide layer: nothing but the points themselves stays in memory.
#[test]
fn a_fine_grid_has_the_same_outputs_as_its_points_one_by_one() {
    let model = Sequential::builder(2).layer(Dense::new(64)).layer(Dense::new(1)).build(1).unwrap();
    let map = DecisionBoundary::of(&model, View::inputs(), &Grid::default().points(300)).unwrap();
    for i in [0, 16_383, 16_384, 89_999] {
        let point = Matrix::from_row_slice(1, 2, &[map.x[i % 300], map.y[i / 300]]);
        assert!((model.predict(&point).unwrap()[0] - map.outputs[i]).abs() < 1e-6, "{i}");
    }
    let refused = DecisionBoundary::of(&model, View::inputs(), &Grid::default().points(4_097)).unwrap_err().to_string();
    assert_eq!(refused, "the grid's number of points is 4097; it must be from 2 to 4096");
}

/// Whatever bends the last value, the line is where the output is one half: here at `x = 0.3 / slope`, say.
#[test]
fn the_last_activation_does_not_move_the_boundary() {
    let half = [
        (Activation::Linear, 0.5),
        (Activation::Sigmoid, 0.0),
        (Activation::HardSigmoid, 0.0),
        (Activation::Tanh, 0.5_f32.atanh()),
        (Activation::Relu, 0.5),
        (Activation::Softsign, 1.0),
    ];
    for (activation, z) in half {
        // Steep, so that no point of the grid is near the line; and gentle.
        for slope in [300.0, 3.0] {
            let dense = Dense::new(1).activation(activation).kernel_initializer(Initializer::Constant(slope));
            let model = Sequential::builder(2).layer(dense).build(0).unwrap();
            let view = View::inputs().threshold(0.5); // Which is no news of probabilities.
            let map = DecisionBoundary::of(&model, view, &Grid::default().points(50)).unwrap();
            let spacing = 2.0 / 49.0;
            let tolerance = if slope > 100.0 { spacing } else { 0.1 * spacing };
            for point in map.boundary[0].row_iter() {
                let off = (point[0] + point[1] - z / slope).abs();
                assert!(off <= tolerance, "{activation}, slope {slope}: {off}");
            }
        }
    }
}
