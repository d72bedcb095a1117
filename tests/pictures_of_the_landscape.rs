//! The pictures of the loss around a run and of what becomes of its layers have the numbers that were computed, where they belong.
#![cfg(feature = "plot")]

use std::f64::consts::PI;

use training_replay::{
    Dataset, Dense, Loss, Matrix, Metrics, Parameter, Replay, Sequential, Weights,
    analysis::{Grid, LossLine, LossSurface, SimilarityMatrix, Spectrum, WeightPath, WeightPlane},
    plot::{Animation, Axis, ColorRole, Figure, Mark, Panel, Point, Theme},
};

/// The mean squared error of two weights of no inputs but 1 and 1: `x² + y²` on the plane of the two, from -2 to 2.
fn bowl(points: usize) -> LossSurface {
    let weights = |kernel: [f32; 2]| Weights::from_iter([Parameter::new("output", "kernel", [2, 1], kernel.to_vec())]);
    let plane =
        WeightPlane::of(&weights([0.0, 0.0]), [&weights([1.0, 0.0]), &weights([0.0, 1.0])]).expect("two directions");
    let model = Sequential::builder(2).layer(Dense::new(1).name("output").without_bias()).build(1).unwrap();
    // Of both samples the mean is ((sqrt(2) x)² + (sqrt(2) y)²) / 2.
    let data = Dataset::from_rows(&[[2.0_f32.sqrt(), 0.0], [0.0, 2.0_f32.sqrt()]], &[[0.0], [0.0]]).unwrap();
    let grid = Grid::new(-2.0..=2.0, -2.0..=2.0).points(points);
    LossSurface::of(&model, &plane, &grid, &data, Loss::MeanSquaredError).unwrap()
}

fn area(polygon: &[Point]) -> f64 {
    let next = polygon.iter().cycle().skip(1);
    0.5 * polygon.iter().zip(next).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum::<f64>().abs()
}

/// What is filled with each color of the legend, by its name.
fn filled(panel: &Panel) -> Vec<(String, f64)> {
    let of = |color| {
        panel.in_color(color).filter(|mark| matches!(mark, Mark::Area { .. })).map(|mark| area(mark.points())).sum()
    };
    panel.legend.iter().map(|(name, color)| (name.clone(), of(*color))).collect()
}

fn words(panel: &Panel) -> Vec<(&str, Point)> {
    let words = panel.marks.iter().filter_map(|mark| match mark {
        Mark::Text { text, at, .. } => Some((text.as_str(), *at)),
        _ => None,
    });
    words.collect()
}

/// The numbers of a legend's entry: below, between, from.
fn ends(name: &str) -> (f64, f64) {
    let numbers: Vec<f64> = name.split(' ').filter_map(|word| word.parse().ok()).collect();
    match numbers[..] {
        [below] if name.starts_with("below") => (f64::NEG_INFINITY, below),
        [from] => (from, f64::INFINITY),
        [from, to] => (from, to),
        _ => panic!("{name}"),
    }
}

/// The loss is a paraboloid: below a level it is a circle, whose area is `π level`.
#[test]
fn a_surface_is_filled_between_its_levels() {
    let surface = bowl(81);
    let panel = Panel::loss_surface(&surface).unwrap();
    let filled = filled(&panel);
    assert!((filled.iter().map(|(_, area)| area).sum::<f64>() - 16.0).abs() < 1e-9, "all of it, once");
    assert!(filled.len() > 3);
    for (name, area) in &filled {
        let (from, to) = ends(name);
        if to <= 4.0 && from > 0.05 {
            let expected = PI * (to - from);
            assert!((area - expected).abs() < 0.01 * expected, "{name}: {area}, and not {expected}");
        }
    }
    for (name, color) in &panel.legend {
        let (from, to) = ends(name);
        let corners = panel.in_color(*color).flat_map(|mark| mark.points().iter());
        let losses: Vec<f64> = corners.map(|[x, y]| x * x + y * y).collect();
        // Between two points of the grid the lines are half a hundredth off.
        assert!(losses.iter().all(|loss| (from - 0.01..=to + 0.01).contains(loss)), "{name}: {losses:?}");
    }
}

#[test]
fn a_loss_over_decades_is_parted_by_its_logarithm() {
    let mut surface = bowl(41);
    surface.losses.apply(|loss| *loss = 1e-3 * (3.0 * *loss).exp());
    let panel = Panel::loss_surface(&surface).unwrap();
    assert_eq!(panel.legend[1].0, "0.01 to 1");
    let (_, area) = &filled(&panel)[1];
    let expected = PI * (1000.0_f64.ln() - 10.0_f64.ln()) / 3.0; // of a ring
    assert!((area - expected).abs() < 0.01 * expected, "{area}, and not {expected}");
}

#[test]
fn what_is_no_number_has_a_color_that_no_loss_has() {
    let mut surface = bowl(21);
    (surface.losses[(0, 0)], surface.losses[(10, 10)]) = (f64::NAN, f64::INFINITY);
    let panel = Panel::loss_surface(&surface).unwrap();
    let filled = filled(&panel);
    let of = |name: &str| filled.iter().find(|(other, _)| other == name).expect(name).1;
    assert!((of("NaN") - 0.04).abs() < 1e-6, "one cell at the corner");
    assert!((of("infinite") - 0.16).abs() < 1e-6, "the four around a point");
    assert!((filled.iter().map(|(_, area)| area).sum::<f64>() - 16.0).abs() < 1e-6);
    assert_eq!(panel.notes, ["1 of 441 points are NaN", "1 of 441 points are infinite"]);
    for theme in [Theme::light(), Theme::dark()] {
        let of = |color| theme.color(color);
        let shades: Vec<_> = (0..7).map(|level| of(ColorRole::Shade(level))).collect();
        assert!(!shades.contains(&of(ColorRole::Grid)) && !shades.contains(&of(ColorRole::Text)));
    }
    surface.losses.fill(f64::NAN);
    let nothing = Panel::loss_surface(&surface).unwrap();
    assert!(nothing.in_color(ColorRole::Shade(0)).next().is_none());
    assert!(Figure::of(nothing).to_png().is_ok());
}

#[test]
fn a_surface_whose_fields_do_not_fit_is_an_error() {
    let mut surface = bowl(5);
    surface.x.pop();
    let message = Panel::loss_surface(&surface).unwrap_err().to_string();
    assert!(message.contains("the losses of a surface"), "{message}");
}

fn path() -> WeightPath {
    let mut replay = Replay::options().in_memory();
    for epoch in 0..=30 {
        let at = f64::from(epoch) / 10.0;
        let kernel = Parameter::new("output", "kernel", [2, 1], vec![at, at * at]);
        replay.record(&Weights::from_iter([kernel]), Metrics::new()).unwrap();
    }
    replay.recorded_weights().weight_path().unwrap()
}

#[test]
fn a_path_runs_through_its_coordinates_up_to_the_epoch_that_is_shown() {
    let (path, ground) = (path(), Panel::loss_surface(&bowl(11)).unwrap());
    let at = |epoch: usize| [path.coordinates[(epoch, 0)], path.coordinates[(epoch, 1)]];
    for last in [0, 1, 12, 30] {
        let panel = ground.clone().weight_path_until("run", &path, last as u64).unwrap();
        let line = panel.in_color(ColorRole::Series(0)).next().expect("the path").points();
        assert_eq!(line, (0..=last).map(at).collect::<Vec<_>>());
        let dots = panel.in_color(ColorRole::Series(0)).nth(1).expect("dots").points();
        assert_eq!(dots, (0..=last).step_by(5).map(at).collect::<Vec<_>>(), "dots are 5 epochs apart");
        let named: Vec<String> = words(&panel).iter().map(|(text, _)| (*text).to_owned()).collect();
        let expected: &[String] = &["epoch 0".to_owned(), format!("epoch {last}")];
        assert_eq!(named, if last == 0 { &expected[..1] } else { expected });
    }
    let whole = ground.clone().weight_path("run", &path).unwrap();
    assert_eq!(whole, ground.clone().weight_path_until("run", &path, 30).unwrap());
    let share = format!("direction 1: {:.1} % of the variance", 100.0 * path.explained_variance_ratio[0]);
    assert_eq!(whole.x.label, share);
    assert!(whole.notes.contains(&"dots are 5 epochs apart".to_owned()));
    assert!(whole.notes.iter().any(|note| note.contains("outside these axes")), "{:?}", whole.notes);
    let two = whole.weight_path("again", &path).unwrap();
    assert_eq!(two.in_color(ColorRole::Series(1)).next().expect("the second").points().len(), 31);
    assert_eq!(words(&two).len(), 2, "paths that end at the same epoch are named once");
}

#[test]
fn an_animation_of_a_path_has_a_frame_for_each_epoch() {
    let (path, ground) = (path(), Panel::loss_surface(&bowl(11)).unwrap());
    let mut frames = Vec::new();
    let figure = |epoch| Ok(Figure::of(ground.clone().weight_path_until("run", &path, epoch)?).size(160, 120));
    Animation::of(&path.epochs)
        .every(10)
        .progress(|done, all| frames.push((done, all)))
        .write(std::io::sink(), figure)
        .unwrap();
    assert_eq!(frames.last(), Some(&(4, 4)));
}

#[test]
fn a_path_without_a_plane_is_an_error() {
    let read = |epoch: u64, weights: &mut Weights| {
        *weights = Weights::from_iter([Parameter::new("a", "bias", [1], vec![epoch as f64])]);
        Ok(())
    };
    let straight = WeightPath::of(0..3, read).unwrap();
    let panel = Panel::new("", Axis::new("", 0.0..=1.0), Axis::new("", 0.0..=1.0));
    assert!(panel.weight_path("run", &straight).is_err());
}

#[test]
fn a_line_between_weights_is_drawn_with_its_barrier() {
    let surface = |kernel: f32| Weights::from_iter([Parameter::new("output", "kernel", [1, 1], vec![kernel])]);
    let model = Sequential::builder(1).layer(Dense::new(1).name("output").without_bias()).build(1).unwrap();
    let data = Dataset::from_rows(&[[1.0]], &[[3.0]]).unwrap();
    let mut line = LossLine::of(&model, [&surface(1.0), &surface(4.0)], 7, &data, Loss::MeanSquaredError).unwrap();
    line.barrier = 0.25;
    let panel = Panel::loss_lines(&[("from 1 to 4", &line)]);
    let marks: Vec<&[Point]> = panel.in_color(ColorRole::Series(0)).map(Mark::points).collect();
    assert_eq!(
        marks[0],
        [
            [0.0, 4.0],
            [line.at[1], 2.25],
            [line.at[2], 1.0],
            [0.5, 0.25],
            [line.at[4], 0.0],
            [line.at[5], 0.25],
            [1.0, 1.0]
        ]
    );
    assert_eq!(marks[1], [[0.0, 4.0], [1.0, 1.0]], "what the barrier is measured from");
    assert_eq!(panel.legend[0].0, "from 1 to 4: barrier 0.250");
    line.losses[3] = f64::NAN;
    assert_eq!(Panel::loss_lines(&[("", &line)]).notes, ["crosses are NaN"]);
}

#[test]
fn a_heat_map_has_each_similarity_in_its_cell() {
    let values = |unit: fn(usize) -> f32| Matrix::from_fn(8, 1, |sample, _| unit(sample));
    let (up, bent, flat) = (values(|at| at as f32), values(|at| (at * at) as f32), values(|_| 1.0));
    let columns = [("up", &up), ("bent", &bent), ("flat", &flat)];
    let found = SimilarityMatrix::of(&columns[..2], &columns).unwrap();
    let panel = Panel::similarities(&found);
    // The square of the correlation of 0..8 and their squares: numpy.corrcoef(x, x * x)[0, 1] ** 2 is 0.9245283018867925.
    assert!((found.cka[(0, 1)] - 0.9245283018867925).abs() < 1e-12);
    let expected = [
        ("1.00", [0.0, 1.0]),
        ("0.92", [1.0, 1.0]),
        ("NaN", [2.0, 1.0]),
        ("0.92", [0.0, 0.0]),
        ("1.00", [1.0, 0.0]),
        ("NaN", [2.0, 0.0]),
    ];
    assert_eq!(words(&panel), expected);
    let middles = |color| -> Vec<Point> {
        let areas = panel.in_color(color).filter(|mark| matches!(mark, Mark::Area { .. }));
        areas.map(|mark| [0, 1].map(|axis| mark.points().iter().map(|at| at[axis]).sum::<f64>() / 4.0)).collect()
    };
    assert_eq!(middles(ColorRole::Shade(6)), [[0.0, 1.0], [1.0, 0.0]], "0.95 and more");
    assert_eq!(middles(ColorRole::Shade(5)), [[1.0, 1.0], [0.0, 0.0]], "0.9 to 0.95");
    assert_eq!(middles(ColorRole::Grid), [[2.0, 1.0], [2.0, 0.0]], "NaN");
    assert_eq!((panel.x.names().len(), panel.y.names()), (3, &["bent".to_owned(), "up".to_owned()][..]));
}

#[test]
fn spectra_are_lines_from_the_largest_to_the_smallest_with_both_ranks() {
    let kernel = |a: f64, b: f64| Parameter::new("hidden", "kernel", [2, 2], vec![a, 0.0, 0.0, b]);
    let spectra = [(0, kernel(2.0, 1.0)), (5, kernel(4.0, 1.0)), (10, kernel(8.0, 0.0))]
        .map(|(epoch, kernel)| (epoch, Spectrum::of(&kernel).unwrap()));
    let panel = Panel::spectra(&spectra.each_ref().map(|(epoch, spectrum)| (*epoch, spectrum)));
    let points = |color| panel.in_color(color).next().expect("a line").points();
    assert_eq!(points(ColorRole::Level(6)), [[0.0, 2.0], [5.0, 4.0], [10.0, 8.0]]);
    assert_eq!(points(ColorRole::Level(0)), [[0.0, 1.0], [5.0, 1.0], [10.0, 0.0]]);
    assert_eq!(points(ColorRole::Series(0)), [[0.0, 1.25], [5.0, 1.0625], [10.0, 1.0]], "the stable rank");
    assert!((points(ColorRole::Series(1))[2][1] - 1.0).abs() < 1e-12, "the effective rank");
    assert!(panel.y.low > 0.0 && panel.y.low <= 1.0 && (panel.x.low, panel.x.high) == (0.0, 10.0));
    let names: Vec<&str> = panel.legend.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["σ1", "σ2", "stable rank", "effective rank"]);
    assert!(Figure::of(Panel::spectra(&[])).to_png().is_ok());
}
