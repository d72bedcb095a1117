//! The path of the weights, and the loss on planes and lines between them: as numpy has them, and in cases that can be done by hand.

use training_replay::{
    Activation, Base, Dataset, Dense, Error, Forward, Loss, Matrix, Metrics, Model, Parameter, Replay, Result, Runs,
    Sequential, Weights,
    analysis::{Caveat, Grid, LossLine, LossSurface, WeightPath, WeightPlane},
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

fn close(found: f64, expected: f64, tolerance: f64) -> bool {
    (found - expected).abs() <= tolerance * expected.abs().max(1.0)
}

fn all_close<'a>(found: impl IntoIterator<Item = f64>, expected: impl IntoIterator<Item = &'a f64>, tolerance: f64) {
    let (found, expected): (Vec<f64>, Vec<f64>) =
        (found.into_iter().collect(), expected.into_iter().copied().collect());
    assert_eq!(found.len(), expected.len(), "{found:?} {expected:?}");
    let all = found.iter().zip(&expected).all(|(&found, &expected)| close(found, expected, tolerance));
    assert!(all, "{found:?}, expected {expected:?}");
}

fn vector(values: &[f64]) -> Weights {
    Weights::from_iter([Parameter::new("a", "kernel", [values.len()], values.to_vec())])
}

/// A recording of epochs with these weights.
fn recorded(epochs: impl IntoIterator<Item = (u64, Weights)>) -> Replay {
    let mut replay = Replay::options().in_memory();
    for (epoch, weights) in epochs {
        replay.record_at(epoch, &weights, Metrics::new()).unwrap();
    }
    replay
}

fn message<T>(result: Result<T>) -> String {
    result.err().expect("an error").to_string()
}

/// numpy 2.4.6:
///
/// ```text
/// w = np.array([[(7*e*e + 3*i*e + 5*i*i) % 23 / 8 - 1 for i in range(6)] for e in range(5)])
/// c = w - w.mean(0)
/// u, s, v = np.linalg.svd(c, full_matrices=False)
/// x = u * s
/// x *= -np.sign(x[0])
/// print((s**2 / (s**2).sum())[:4], x[:, :4], ((c.T @ x / s**2).T)[:2])
/// d = np.diff(w, axis=0); n = np.linalg.norm(d, axis=1)
/// print(n / np.diff([0, 1, 2, 4, 7]), np.arccos((d[1:] * d[:-1]).sum(1) / (n[1:] * n[:-1])))
/// print(np.linalg.norm(w - w[0], axis=1))
/// ```
#[test]
fn a_path_is_the_one_of_numpys_singular_values() {
    let value = |e: usize, i: usize| ((7 * e * e + 3 * i * e + 5 * i * i) % 23) as f32 / 8.0 - 1.0;
    let replay = recorded([0, 1, 2, 4, 7].into_iter().enumerate().map(|(e, epoch)| {
        let kernel = Parameter::new("a", "kernel", [2, 2], (0..4).map(|i| value(e, i)).collect::<Vec<_>>());
        let bias = Parameter::new("a", "bias", [2], (4..6).map(|i| f64::from(value(e, i))).collect::<Vec<_>>());
        (epoch, Weights::from_iter([kernel, bias]))
    }));
    let path = replay.recorded_weights().weight_path().unwrap();
    assert_eq!((path.epochs.as_slice(), &path.caveats), (&[0, 1, 2, 4, 7][..], &vec![]));
    let shares = [0.4166747659884365, 0.33468233438357714, 0.1428206466528949, 0.1058222529750914];
    all_close(path.explained_variance_ratio.iter().copied(), &shares, 1e-13);
    let coordinates = [
        [-1.4286032900962817, -0.698680045021941, -0.5298988914968417, -0.616559809754604],
        [-0.15884075503740924, 0.2079082684887631, -0.6666269284330293, 0.9547393909968811],
        [0.09208567642517888, -1.2186581694905667, 0.9843348662351358, 0.2668845541522999],
        [-0.4797538999256006, 1.7227853215609013, 0.5591534642307892, -0.17977579024767673],
        [1.9751122686341112, -0.013355375537157467, -0.34696251053605304, -0.4252883451469002],
    ];
    all_close(path.coordinates.transpose().iter().copied(), coordinates.as_flattened(), 1e-13);
    let directions = [
        [
            0.6182669009909615,
            0.3174682784488227,
            0.047595452908040715,
            -0.4754599930571211,
            -0.08350009720112193,
            0.5307166220779004,
        ],
        [
            0.6114317859503806,
            -0.1574325199821422,
            -0.3433288380224064,
            -0.11854605926539571,
            0.09853376904192881,
            -0.6780334873402802,
        ],
    ];
    let plane = path.plane().unwrap();
    for (found, expected) in plane.directions().iter().zip(&directions) {
        let found = found.iter().flat_map(|parameter| parameter.values().to_f64().into_owned());
        all_close(found, expected, 1e-13);
    }
    for (row, &epoch) in path.epochs.iter().enumerate() {
        let at = plane.project(&replay.weights(epoch).unwrap()).unwrap();
        all_close(at, &coordinates[row][..2], 1e-13);
    }
    let speeds = [2.218529918662356, 2.301494079940246, 1.529654781315052, 1.0499669306961794];
    assert_eq!(path.speeds[0], None);
    all_close(path.speeds.iter().flatten().copied(), &speeds, 1e-14);
    assert_eq!((path.turnings[0], path.turnings[4]), (None, None));
    let turnings = [2.0339638265226077, 2.3082462577186083, 2.244970964305014];
    all_close(path.turnings.iter().flatten().copied(), &turnings, 1e-14);
    let distances = [0.0, 2.218529918662356, 2.378287198805056, 2.8531780526283317, 3.48209706929603];
    all_close(path.distances.iter().copied(), &distances, 1e-14);
}

#[test]
fn a_straight_path_turns_nowhere_and_spans_no_plane() {
    let at = [0.0, 1.0, 2.0, 5.0, 6.0];
    let path = recorded(
        (0..5).map(|e| (e, vector(&[1.0 + 2.0 * at[e as usize], 3.0 - at[e as usize], 2.0 * at[e as usize]]))),
    );
    let path = path.recorded_weights().weight_path().unwrap();
    assert_eq!(path.explained_variance_ratio.len(), 1);
    assert!(close(path.explained_variance_ratio[0], 1.0, 1e-14));
    all_close(path.turnings.iter().flatten().copied(), &[0.0; 3], 1e-15);
    assert_eq!(path.speeds, [None, Some(3.0), Some(3.0), Some(9.0), Some(3.0)]);
    all_close(path.coordinates.iter().copied(), &at.map(|at| 3.0 * (at - 2.8)), 1e-13);
    assert!(message(path.plane()).contains("number of directions of the path is 1; it must be 2 or more"));
}

#[test]
fn one_epoch_two_and_equal_ones_have_a_path() {
    let path = |epochs: &[f64]| {
        let epochs = epochs.iter().zip(0..).map(|(&at, epoch)| (epoch, vector(&[at, 1.0, -at])));
        recorded(epochs).recorded_weights().weight_path().unwrap()
    };
    for count in [1, 4] {
        let still = path(&vec![0.25; count]);
        assert_eq!((still.explained_variance_ratio.len(), still.coordinates.shape()), (0, (count, 0)));
        assert_eq!((&still.distances, &still.turnings), (&vec![0.0; count], &vec![None; count]));
        assert_eq!(still.speeds.iter().flatten().copied().collect::<Vec<_>>(), vec![0.0; count - 1]);
        assert!(still.plane().is_err());
    }
    let two = path(&[1.0, 4.0]);
    assert_eq!(two.explained_variance_ratio, [1.0]);
    all_close(two.coordinates.iter().copied(), &[-4.5_f64.sqrt(), 4.5_f64.sqrt()], 1e-14);
    assert_eq!(two.turnings, [None, None]);
    assert!(
        message(Replay::options().in_memory().recorded_weights().weight_path())
            .contains("number of epochs on a path is 0")
    );
}

#[test]
fn weights_that_diverged_are_an_error_that_names_them_and_earlier_epochs_can_be_chosen() {
    for bad in [f64::NAN, f64::INFINITY] {
        let replay = recorded((0..4).map(|e| (e, vector(&[e as f64, if e == 3 { bad } else { 0.0 }, (e * e) as f64]))));
        let found = message(replay.recorded_weights().weight_path());
        assert!(found.starts_with("value 1 of parameter a/kernel at epoch 3 is"), "{found}");
        assert!(found.contains("`Run::epochs`"), "{found}");
        let before = WeightPath::of(0..3, |epoch, weights| replay.recorded_weights().read_into(epoch, weights));
        assert_eq!(before.unwrap().epochs, [0, 1, 2]);
    }
    let far = recorded((0..3).map(|e| (e, vector(&[1e200 * e as f64, e as f64]))));
    assert!(message(far.recorded_weights().weight_path()).contains("less than about 1e150"));
}

#[test]
fn epochs_out_of_order_and_too_many_are_refused_by_the_function_and_put_in_order_by_a_run() {
    let read = |epoch: u64, weights: &mut Weights| {
        *weights = vector(&[epoch as f64, (epoch * epoch) as f64]);
        Ok(())
    };
    assert!(
        message(WeightPath::of([0, 2, 2], read)).contains("an epoch on a path is 2; it must be later than epoch 2")
    );
    assert!(message(WeightPath::of([3, 2], read)).contains("later than epoch 3"));
    assert!(message(WeightPath::of(0..2_049, read)).contains("2048 or fewer"));
    let mut replay = Replay::options().in_memory();
    for seed in 0..4 {
        replay.record(&Sequential::builder(2).layer(Dense::new(1)).build(seed).unwrap(), Metrics::new()).unwrap();
    }
    let mut seen = Vec::new();
    let run = replay.run().unwrap().epochs([3, 0, 3, 1]).progress(|done, all| seen.push((done, all)));
    assert_eq!(run.weight_path().unwrap().epochs, [0, 1, 3]);
    drop(run);
    assert_eq!(seen, [(1, 3), (2, 3), (3, 3)]);
}

#[test]
fn integers_and_truth_values_are_left_out_of_a_path_and_stay_on_a_plane() {
    let weights = |epoch: u64| {
        Weights::from_iter([
            Parameter::new("a", "steps", [1], vec![1_000 * epoch]),
            Parameter::new("a", "kernel", [2], vec![epoch as f32, (epoch * epoch) as f32]),
            Parameter::new("a", "mask", [2], vec![epoch == 1, true]),
        ])
    };
    let replay = recorded((0..3).map(|epoch| (epoch, weights(epoch))));
    let path = replay.recorded_weights().weight_path().unwrap();
    let said: Vec<String> = path.caveats.iter().map(ToString::to_string).collect();
    assert!(
        said.len() == 1 && said[0].starts_with("a/steps (u64), a/mask (bool), which hold no floating-point"),
        "{said:?}"
    );
    all_close(path.distances.iter().copied(), &[0.0, 2.0_f64.sqrt(), 20.0_f64.sqrt()], 1e-14);
    let on_plane = path.plane().unwrap().weights(1.0, 1.0);
    assert_eq!(on_plane.get("a", "steps"), weights(0).get("a", "steps"));
    assert!(
        message(recorded([(0, weights(0).into_iter().take(1).collect())]).recorded_weights().weight_path())
            .contains("number of floating-point weights is 0")
    );
}

#[test]
fn several_runs_lie_in_one_plane_that_is_the_one_of_all_their_epochs() {
    let at = |run: f64, e: u64| [run + e as f64, run * (e * e) as f64 - e as f64, 2.0 - run * e as f64];
    let mut runs = Runs::new();
    for (name, run) in [("one", 1.0), ("other", -0.5)] {
        runs.push(name, recorded((0..4).map(|e| (e, vector(&at(run, e))))));
    }
    let paths = runs.weight_paths().unwrap();
    // The same epochs as those of one run.
    let all = recorded((0..8).map(|e| (e, vector(&at(if e < 4 { 1.0 } else { -0.5 }, e % 4)))));
    let all = all.recorded_weights().weight_path().unwrap();
    for (run, path) in paths.iter().enumerate() {
        assert_eq!(
            (path.epochs.as_slice(), &path.explained_variance_ratio),
            (&[0, 1, 2, 3][..], &all.explained_variance_ratio)
        );
        assert_eq!(path.coordinates, all.coordinates.rows(4 * run, 4).into_owned());
        assert_eq!(path.plane().unwrap(), all.plane().unwrap());
        assert_eq!((path.distances[0], path.speeds[0]), (0.0, None), "from its own start");
    }
    let alone = runs.get("other").unwrap().recorded_weights().weight_path().unwrap();
    assert_eq!(
        (&alone.distances, &alone.speeds, &alone.turnings),
        (&paths[1].distances, &paths[1].speeds, &paths[1].turnings)
    );
    runs.push("wider", recorded([(0, vector(&[1.0; 4]))]));
    let found = message(runs.weight_paths());
    assert_eq!(
        found,
        r#"parameter a/kernel at epoch 0 of run "wider" is f64 of shape [4]; it must be f64 of shape [3], as that of the others"#
    );
    let mut empty = Runs::new();
    assert!(empty.weight_paths().is_err());
    empty.push("none", Replay::options().in_memory());
    empty.push("one", recorded([(0, vector(&[1.0]))]));
    assert!(message(empty.weight_paths()).contains(r#"number of epochs of run "none" on a path is 0"#));
}

#[test]
fn a_recording_of_some_parameters_has_their_path_and_with_its_base_that_of_all() {
    let weights = |epoch: u64| {
        let adapter = Parameter::new("proj", "lora_A", [2], vec![epoch as f32, (epoch * epoch) as f32]);
        Weights::from_iter([Parameter::new("proj", "weight", [2], vec![0.5_f32, 0.25]), adapter])
    };
    let mut replay = Replay::options().only_parameters(["*lora_*"]).in_memory();
    (0..4).for_each(|epoch| assert_eq!(replay.record(&weights(epoch), Metrics::new()).unwrap(), epoch));
    let some = replay.recorded_weights().weight_path().unwrap();
    assert!(
        matches!(&some.caveats[..], [Caveat::LeftOut { what, .. }] if what.contains("proj/weight")),
        "{:?}",
        some.caveats
    );
    let replay = Base::of(&weights(0)).unwrap().complete(replay).unwrap();
    let whole = replay.recorded_weights().weight_path().unwrap();
    assert_eq!((&whole.coordinates, &whole.speeds, whole.caveats.len()), (&some.coordinates, &some.speeds, 0));
    assert_eq!(whole.plane().unwrap().weights(0.0, 0.0).len(), 2);
}

/// `o`, `a` and `b` of the script below, as weights of its network.
fn of_network(value: impl Fn(usize) -> f32) -> Weights {
    let values = |range: std::ops::Range<usize>| range.map(&value).collect::<Vec<f32>>();
    Weights::from_iter([
        Parameter::new("hidden", "kernel", [2, 2], values(0..4)),
        Parameter::new("hidden", "bias", [2], values(4..6)),
        Parameter::new("output", "kernel", [2, 1], values(6..8)),
        Parameter::new("output", "bias", [1], values(8..9)),
    ])
}

fn origin_and_directions() -> [Weights; 3] {
    [
        of_network(|i| ((5 * i + 2) % 9) as f32 / 4.0 - 1.0),
        of_network(|i| ((7 * i + 1) % 5) as f32 / 4.0 - 0.5),
        of_network(|i| ((2 * i * i + 3) % 7) as f32 / 8.0 - 0.25),
    ]
}

fn network() -> (Sequential, Dataset) {
    let layers = [
        Dense::new(2).name("hidden").activation(Activation::Tanh),
        Dense::new(1).name("output").activation(Activation::Sigmoid),
    ];
    let inputs = Matrix::from_fn(6, 2, |i, j| ((3 * i + 5 * j) % 7) as f32 / 4.0 - 0.75);
    let targets = Matrix::from_column_slice(6, 1, &[0.0, 1.0, 1.0, 0.0, 1.0, 0.0]);
    (Sequential::builder(2).layers(layers).build(1).unwrap(), Dataset::new(inputs, targets).unwrap())
}

/// numpy 2.4.6:
///
/// ```text
/// x = np.array([[(3*i + 5*j) % 7 / 4 - 0.75 for j in range(2)] for i in range(6)]); t = np.array([0, 1, 1, 0, 1, 0])
/// o, a, b = (np.array([f(i) for i in range(9)]) for f in (lambda i: (5*i + 2) % 9 / 4 - 1, lambda i: (7*i + 1) % 5 / 4 - 0.5,
///                                                         lambda i: (2*i*i + 3) % 7 / 8 - 0.25))
/// def loss(w):
///     k, h, q, p = w[:4].reshape(2, 2), w[4:6], w[6:8], w[8]
///     z = np.tanh(x @ k + h) @ q + p
///     return np.mean(np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z))))
/// print([[loss(o + g * a + h * b) for g in (-2, 0, 2)] for h in (-1, 0.5, 2)])
/// l = [loss((1 - s) * (o - 2*a - b) + s * (o - 2*a + 2*b)) for s in np.linspace(0, 1, 7)]
/// print(l, max(l - np.linspace(l[0], l[-1], 7)), max(l) - (l[0] + l[-1]) / 2)
/// ```
#[test]
fn losses_on_a_plane_and_on_a_line_are_numpys() {
    let ([origin, a, b], (model, data)) = (origin_and_directions(), network());
    let plane = WeightPlane::of(&origin, [&a, &b]).unwrap();
    let grid = Grid::new(-2.0..=2.0, -1.0..=2.0).points(3);
    let surface = LossSurface::of(&model, &plane, &grid, &data, LOSS).unwrap();
    assert_eq!((surface.x, surface.y), (vec![-2.0, 0.0, 2.0], vec![-1.0, 0.5, 2.0]));
    let expected = [
        [0.7016283692680342, 0.7401048412710546, 1.2169832650527457],
        [0.7345742066520126, 0.9398764235552491, 1.6052585595160724],
        [0.7054898179708352, 1.0033142326139124, 1.9426973565198304],
    ];
    all_close(surface.losses.transpose().iter().copied(), expected.as_flattened(), 1e-6);
    let ends = [plane.weights(-2.0, -1.0), plane.weights(-2.0, 2.0)];
    let line = LossLine::of(&model, ends.each_ref(), 7, &data, LOSS).unwrap();
    let expected = [
        0.7016283692680342,
        0.7214331336786918,
        0.7322761860130959,
        0.7345742066520126,
        0.7296257967354518,
        0.7192660273979653,
        0.7054898179708352,
    ];
    all_close(line.losses.iter().copied(), &expected, 1e-6);
    assert!(close(line.barrier, 0.031015113032577868, 1e-6) && close(line.instability, 0.031015113032577868, 1e-6));
}

/// With inputs that are the unit vectors and targets 0, the mean squared error of `y = w x` is `(w0² + w1²) / 2`.
#[test]
fn the_quadratic_loss_of_a_linear_model_is_a_paraboloid_whose_level_lines_are_circles() {
    let model = Sequential::builder(2).layer(Dense::new(1).name("output").without_bias()).build(1).unwrap();
    let data = Dataset::new(Matrix::identity(2, 2), Matrix::zeros(2, 1)).unwrap();
    let weights = |kernel: [f32; 2]| Weights::from_iter([Parameter::new("output", "kernel", [2, 1], kernel.to_vec())]);
    let plane = WeightPlane::of(&weights([1.0, -2.0]), [&weights([1.0, 0.0]), &weights([0.0, 2.0])]).unwrap();
    let grid = Grid::new(-4.0..=2.0, -2.0..=4.0).points(97); // sixteenths, which are exact
    let surface = LossSurface::of(&model, &plane, &grid, &data, Loss::MeanSquaredError).unwrap();
    for (j, &y) in surface.y.iter().enumerate() {
        for (i, &x) in surface.x.iter().enumerate() {
            let (w0, w1) = (f64::from(1.0 + x), f64::from(2.0 * y - 2.0));
            assert_eq!(surface.losses[(j, i)], 0.5 * (w0 * w0 + w1 * w1), "at {x}, {y}");
        }
    }
    let lines = surface.level_lines(2.0).unwrap();
    assert_eq!(lines.len(), 1);
    let radius = |point: [f32; 2]| ((1.0 + point[0]).powi(2) + (2.0 * point[1] - 2.0).powi(2)).sqrt();
    assert!(lines[0].row_iter().all(|point| (radius([point[0], point[1]]) - 2.0).abs() < 2e-3));
    assert_eq!(lines[0].row(0), lines[0].row(lines[0].nrows() - 1), "closed");
    assert!(surface.level_lines(-1.0).unwrap().is_empty() && surface.level_lines(f64::NAN).is_err());
    let line =
        LossLine::of(&model, [&weights([-3.0, 0.0]), &weights([1.0, 0.0])], 5, &data, Loss::MeanSquaredError).unwrap();
    assert_eq!((line.losses, line.barrier, line.instability), (vec![4.5, 2.0, 0.5, 0.0, 0.5], 0.0, 2.0));
}

/// A run of the network above over some epochs, with another data set beside the training set.
fn trained(epochs: u64) -> Replay {
    let ([origin, a, _], (model, data)) = (origin_and_directions(), network());
    let validation = Dataset::new(data.inputs() * 0.5, data.targets().numbers().unwrap().clone()).unwrap();
    let mut replay = Replay::options().dataset(&data).named_dataset("validation", &validation).in_memory();
    for epoch in 0..epochs {
        let at = epoch as f64;
        let weights =
            WeightPlane::of(&origin, [&a, &of_network(|i| (i % 3) as f32)]).unwrap().weights(0.1 * at, 0.01 * at * at);
        replay.record(&model.with_weights(&weights).unwrap(), Metrics::new()).unwrap();
    }
    replay
}

#[test]
fn a_surface_has_the_losses_of_the_epochs_and_the_same_bits_on_any_number_of_threads() {
    let replay = trained(5);
    let weights: Vec<Weights> = [0, 2, 4].map(|epoch| replay.weights(epoch).unwrap()).into();
    let plane = WeightPlane::through([&weights[0], &weights[1], &weights[2]]).unwrap();
    let grid = Grid::new(0.0..=2.0, -1.0..=1.0).points(9);
    for data in ["training", "validation"] {
        let run = replay.run().unwrap().on(data).unwrap();
        let surface = run.clone().threads(1).loss_surface(&plane, &grid, LOSS).unwrap();
        for threads in [2, 3, 16] {
            let again = run.clone().threads(threads).loss_surface(&plane, &grid, LOSS).unwrap();
            assert_eq!(again.losses, surface.losses, "{threads} threads");
        }
        let origin = run.at(0).unwrap().evaluate(LOSS).unwrap().loss;
        assert_eq!(surface.losses[(4, 0)], origin, "the origin is epoch 0, on {data}");
        let line = run.loss_line([&weights[0], &weights[2]], 3, LOSS).unwrap();
        assert_eq!((line.losses[0], line.losses[2]), (origin, run.at(4).unwrap().evaluate(LOSS).unwrap().loss));
        let with = run.replay().run_with(&network().0).on(data).unwrap().loss_surface(&plane, &grid, LOSS).unwrap();
        assert_eq!(with.losses, surface.losses);
    }
    let mut seen = Vec::new();
    let run = replay.run().unwrap().progress(|done, all| seen.push((done, all)));
    run.loss_surface(&plane, &grid, LOSS).unwrap();
    drop(run);
    assert_eq!(seen, (1..=81).map(|done| (done, 81)).collect::<Vec<_>>());
}

#[test]
fn losses_that_are_no_numbers_are_kept() {
    let model = Sequential::builder(1).layer(Dense::new(1).name("output").without_bias()).build(1).unwrap();
    let data = Dataset::new(Matrix::from_element(1, 1, 1e30), Matrix::zeros(1, 1)).unwrap();
    let weights = |kernel: f32| Weights::from_iter([Parameter::new("output", "kernel", [1, 1], vec![kernel])]);
    let line = LossLine::of(&model, [&weights(0.0), &weights(1e-20)], 2, &data, Loss::MeanSquaredError).unwrap();
    assert!(close(line.losses[1], 1e20, 1e-6));
    let line = LossLine::of(&model, [&weights(0.0), &weights(1.0)], 2, &data, Loss::MeanSquaredError).unwrap();
    assert!(line.losses[1].is_infinite() && line.barrier.is_nan() && line.instability.is_nan());
}

#[test]
fn planes_lines_and_grids_that_do_not_fit_are_errors() {
    let replay = trained(2);
    let run = replay.run().unwrap();
    let ([origin, a, b], grid) = (origin_and_directions(), Grid::default().points(3));
    let other = vector(&[1.0, 2.0, 3.0]);
    let plane = WeightPlane::of(&other, [&vector(&[1.0, 0.0, 0.0]), &vector(&[0.0, 1.0, 0.0])]).unwrap();
    assert!(message(run.loss_surface(&plane, &grid, LOSS)).contains("of the recording"));
    assert!(message(LossSurface::of(&network().0, &plane, &grid, &network().1, LOSS)).contains("of the model"));
    assert!(message(run.loss_line([&other, &other], 3, LOSS)).contains("of the recording"));
    assert!(message(run.loss_line([&origin, &other], 3, LOSS)).contains("at the second end"));
    assert!(message(run.loss_line([&origin, &a], 1, LOSS)).contains("number of points of a line"));
    assert!(message(run.loss_line([&origin, &a], usize::MAX, LOSS)).contains("number of points of a line"));
    assert!(message(WeightPlane::of(&origin, [&a, &other])).contains("of the second direction"));
    assert!(message(WeightPlane::of(&origin, [&a, &a])).contains("along one"));
    let plane = WeightPlane::of(&origin, [&a, &b]).unwrap();
    assert!(run.loss_surface(&plane, &Grid::new(1.0..=1.0, 0.0..=1.0), LOSS).is_err());
    assert!(run.loss_surface(&plane, &Grid::default().points(1 << 20), LOSS).is_err());
    assert!(run.clone().threads(0).loss_surface(&plane, &grid, LOSS).is_err());
    assert!(run.loss_surface(&plane, &grid, Loss::Own).is_err());
}

/// Takes what it is given, and lists half of it.
struct Forgetful(Weights);

impl Model for Forgetful {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(self.0.iter().take(1).map(Parameter::borrowed).collect())
    }
}

impl Forward for Forgetful {
    fn layers(&self) -> Vec<String> {
        vec!["all".into()]
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        Ok(Self(weights.clone()))
    }

    fn forward(&self, inputs: &Matrix, _: std::ops::Range<usize>) -> Result<Matrix> {
        Ok(inputs.columns(0, 1).into_owned())
    }
}

#[test]
fn a_model_that_forgets_a_parameter_has_no_surface() {
    let replay = trained(3);
    let ([origin, a, b], forgetful) = (origin_and_directions(), Forgetful(Weights::default()));
    let plane = WeightPlane::of(&origin, [&a, &b]).unwrap();
    let found = replay.run_with(&forgetful).loss_surface(&plane, &Grid::default().points(2), Loss::MeanSquaredError);
    assert!(matches!(found, Err(Error::Invalid { .. })), "{found:?}");
}

/// It takes its arrays out of the weights, in double precision, and hands back losses of its own.
struct Foreign(Parameter<'static>);

impl Model for Foreign {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(vec![self.0.borrowed()])
    }
}

impl Forward for Foreign {
    fn layers(&self) -> Vec<String> {
        vec!["scale".into()]
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        self.restore(&mut weights.clone())
    }

    fn restore(&self, weights: &mut Weights) -> Result<Self> {
        Ok(Self(weights.take("scale", "factor", &[2])?))
    }

    fn forward(&self, inputs: &Matrix, _: std::ops::Range<usize>) -> Result<Matrix> {
        let factors = self.0.values().to_f64();
        Ok(inputs.map(|x| (f64::from(x) * factors[0] + factors[1]) as f32))
    }

    fn losses(&self, inputs: &Matrix, _: training_replay::Targets<'_>, _: Loss) -> Result<Vec<f32>> {
        Ok(self.forward(inputs, 0..1)?.iter().map(|output| output.abs()).collect())
    }
}

#[test]
fn a_foreign_model_that_takes_its_arrays_has_a_surface_of_its_own_loss() {
    let factors = |values: [f64; 2]| Parameter::new("scale", "factor", [2], values.to_vec());
    let data = Dataset::from_rows(&[[1.0], [3.0]], &[[0.0], [0.0]]).unwrap();
    let mut replay = Replay::options().dataset(&data).loss(Loss::Own).in_memory();
    for epoch in 0..4 {
        let at = f64::from(epoch);
        replay.record(&Foreign(factors([at, at * at])), Metrics::new()).unwrap();
    }
    let model = Foreign(factors([0.0; 2]));
    let run = replay.run_with(&model);
    let weights = |values| Weights::from_iter([factors(values)]);
    let plane = WeightPlane::of(&weights([0.0, 0.0]), [&weights([1.0, 0.0]), &weights([0.0, 1.0])]).unwrap();
    let surface = run.loss_surface(&plane, &Grid::new(-1.0..=1.0, -2.0..=2.0).points(3), Loss::Own).unwrap();
    // The mean of |x f + g| over x of 1 and 3.
    assert_eq!(surface.losses.transpose().as_slice(), [4.0, 2.0, 1.0, 2.0, 0.0, 2.0, 1.0, 2.0, 4.0]);
    assert_eq!(run.weight_path().unwrap().epochs, [0, 1, 2, 3]);
}
