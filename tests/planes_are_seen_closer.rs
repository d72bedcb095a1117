//! A part of a plane that a page shows closer is what the network makes of just that part.
#![cfg(feature = "page")]

#[path = "common/page.rs"]
mod decoded;
#[path = "common/trained.rs"]
mod trained;

use decoded::{DecodedPage, arrays};
use training_replay::{
    Activation, Dense, Loss, Matrix, Replay, Sequential,
    analysis::{DecisionBoundary, Grid, LayerValues, View},
    datasets,
    plot::{LivePlane, LiveRun, Page, PageSource, RunPlots},
};

/// What a page carries of a run.
fn live(replay: &Replay) -> LiveRun {
    let mut page = Page::new("A page").source(PageSource::Recordings);
    let html = page.run("the run", &RunPlots::of(replay.run().unwrap()).unwrap()).unwrap().to_html().unwrap();
    LiveRun::open(DecodedPage::read(html).live(0).unwrap()).unwrap()
}

fn u32s(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).map(|four| u32::from_le_bytes(four.try_into().unwrap())).collect()
}

fn f32s(bytes: &[u8]) -> Vec<f32> {
    u32s(bytes).into_iter().map(f32::from_bits).collect()
}

/// A part of a plane, taken apart.
struct Part {
    side: usize,
    every: usize,
    points: Matrix,
    /// Of a single output, or class by class.
    scores: Vec<f32>,
    lines: Vec<Matrix>,
    levels: Vec<u8>,
}

impl Part {
    fn read(answer: &[u8]) -> Self {
        let found = arrays(answer);
        let (sizes, points, starts, line_points) = (u32s(found[0]), f32s(found[1]), u32s(found[3]), f32s(found[4]));
        let halves = found[2].chunks_exact(2).map(|two| u32::from(u16::from_le_bytes(two.try_into().unwrap())) << 16);
        let (x, y) = line_points.split_at(line_points.len() / 2);
        let line = |ends: &[u32]| {
            let range = ends[0] as usize..ends[1] as usize;
            Matrix::from_vec(range.len(), 2, [&x[range.clone()], &y[range]].concat())
        };
        Self {
            side: sizes[0] as usize,
            every: sizes[1] as usize,
            points: Matrix::from_vec(points.len() / 2, 2, points),
            scores: halves.map(f32::from_bits).collect(),
            lines: starts.windows(2).map(line).collect(),
            levels: found[5].to_vec(),
        }
    }

    fn of(run: &LiveRun, place: usize, plane: LivePlane, ends: [[f64; 2]; 2]) -> Self {
        Self::read(&run.close_up(place, plane, ends, None).unwrap())
    }

    /// From the smallest to the largest place along an axis.
    fn ends(&self, axis: usize) -> (f32, f32) {
        let places = self.points.column(axis);
        (places.min(), places.max())
    }

    fn grid(&self) -> Grid {
        let [x, y] = [0, 1].map(|axis| self.ends(axis));
        Grid::new(x.0..=x.1, y.0..=y.1).points(self.side)
    }
}

fn model(replay: &Replay, epoch: u64) -> Sequential {
    replay.at(epoch).unwrap().into_model()
}

const PART: [[f64; 2]; 2] = [[0.2, 0.7], [-0.3, 0.1]];

#[test]
fn a_part_of_the_inputs_is_the_boundary_on_its_own_grid() {
    let replay = trained::article(&datasets::moons(60, 0.1, 7), Activation::Tanh, 5);
    let (run, part) = (live(&replay), Part::of(&live(&replay), 5, LivePlane::InputSpace, PART));
    let expected = DecisionBoundary::of(&model(&replay, 5), View::inputs(), &part.grid()).unwrap();
    assert_eq!(part.lines, expected.boundary);
    let classes: Vec<_> = part.scores.iter().map(|score| Some(usize::from(*score > 0.0))).collect();
    assert_eq!(classes, expected.predicted_classes().unwrap());
    for (axis, [low, high]) in PART.into_iter().enumerate() {
        let (first, last) = part.ends(axis);
        assert!(f64::from(first) <= low && f64::from(last) >= high, "{first}..{last}");
        assert!(f64::from(last - first) < 2.5 * (high - low), "much more than was asked for: {first}..{last}");
    }
    assert!((part.side - 1).is_multiple_of(part.every) && part.side >= 30);
    let other = Part::of(&run, 0, LivePlane::InputSpace, PART);
    assert_ne!(other.scores, part.scores, "of another epoch");
}

#[test]
fn the_whole_plane_seen_closer_is_what_the_page_shows() {
    let replay = trained::article(&datasets::moons(60, 0.1, 7), Activation::Tanh, 3);
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let mut page = Page::new("A page").source(PageSource::Arrays);
    let page = DecodedPage::read(page.run("the run", &plots).unwrap().to_html().unwrap());
    let plane = &page.run(0)["input"];
    let ends = ["x", "y"].map(|axis| [0, 1].map(|end| plane[axis][end].as_f64().unwrap()));
    let part = Part::of(&live(&replay), 3, LivePlane::InputSpace, ends);
    let scores = page.u16(&plane["grid"]["scores"]);
    let shown: Vec<f32> = scores.iter().map(|&half| f32::from_bits(u32::from(half) << 16)).collect();
    assert_eq!(part.scores, shown[3 * part.scores.len()..]);
}

#[test]
fn a_part_of_a_feature_space_has_the_inputs_that_lie_there() {
    let replay = trained::article(&datasets::moons(60, 0.1, 7), Activation::Tanh, 5);
    let (run, network) = (live(&replay), model(&replay, 5));
    let whole = Part::of(&run, 5, LivePlane::FeatureSpace, [[-1.0, 1.0], [-1.0, 1.0]]);
    let middle = whole.points.row(whole.side * whole.side / 2 + whole.side / 2);
    let [x, y] = [0, 1].map(|axis| f64::from(middle[axis]));
    let ends = [[x - 0.05, x + 0.05], [y - 0.05, y + 0.05]];
    let part = Part::of(&run, 5, LivePlane::FeatureSpace, ends);
    let is_within = |at: &[f32; 2]| (0..2).all(|axis| (ends[axis][0]..=ends[axis][1]).contains(&f64::from(at[axis])));
    let seen = |part: &Part| part.points.row_iter().filter(|row| is_within(&[row[0], row[1]])).count();
    assert!(seen(&part) > 3 * seen(&whole).max(1), "{} points there, {} of the whole", seen(&part), seen(&whole));
    // Every point of the data's grid that is bent to there is among them: none is nearer than the grid is fine.
    let inputs = Grid::covering(replay.dataset().unwrap(), 0.1);
    let bent = hidden(&network, &spread(&inputs, 200));
    let all: Vec<_> = bent.row_iter().map(|row| [row[0], row[1]]).filter(is_within).collect();
    let step = part.points.row_iter().next().map(|first| first.clone_owned()).unwrap();
    assert!(!all.is_empty() && step.iter().all(|place| place.is_finite()));
    for at in all {
        let away = |row: usize| (part.points[(row, 0)] - at[0]).hypot(part.points[(row, 1)] - at[1]);
        let nearest = (0..part.points.nrows()).map(away).fold(f32::INFINITY, f32::min);
        assert!(nearest < 0.02, "{at:?} is {nearest} from all points");
    }
}

/// What the hidden layer makes of inputs.
fn hidden(network: &Sequential, inputs: &Matrix) -> Matrix {
    LayerValues::activations(network, inputs).unwrap().swap_remove(0).values
}

/// So many points along a side of what a grid covers.
fn spread(grid: &Grid, side: usize) -> Matrix {
    let at = |(low, high): (f32, f32), i: usize| low + (high - low) * i as f32 / (side - 1) as f32;
    let [x, y] = [grid.x(), grid.y()].map(|range| (*range.start(), *range.end()));
    Matrix::from_fn(side * side, 2, |row, axis| if axis == 0 { at(x, row % side) } else { at(y, row / side) })
}

#[test]
fn a_surface_is_what_the_unit_makes_of_the_inputs() {
    let replay = trained::article(&datasets::moons(60, 0.1, 7), Activation::Sigmoid, 4);
    let (run, network) = (live(&replay), model(&replay, 4));
    for (layer, unit) in [(0, 0), (0, 1), (1, 0)] {
        let name = &LayerValues::activations(&network, &Matrix::zeros(1, 2)).unwrap()[layer].layer;
        let answer = run.surface(4, name, unit, PART).unwrap();
        let found = arrays(&answer);
        let (points, values) = (f32s(found[1]), f32s(found[2]));
        let inputs = Matrix::from_vec(points.len() / 2, 2, points);
        let expected = LayerValues::activations(&network, &inputs).unwrap().swap_remove(layer);
        assert_eq!(values, expected.values.column(unit).iter().copied().collect::<Vec<_>>(), "unit {unit} of {name}");
    }
}

#[test]
fn every_kind_of_run_can_be_seen_closer() {
    let ball = datasets::ball(10, 90, 13);
    let wide = [trained::wide(5, Activation::Tanh), trained::sigmoid()];
    let two = [trained::wide(5, Activation::Tanh), Dense::new(2).name("two"), trained::sigmoid()];
    let runs = vec![
        ("three classes", trained::ring(3, 90, 2)),
        ("ten inputs", trained::run(&ball, wide, Loss::BinaryCrossEntropy, 2)),
        ("ten inputs to two units", trained::run(&ball, two, Loss::BinaryCrossEntropy, 2)),
        ("labels", trained::labelled()),
        ("a number", trained::regression(1)),
        ("two numbers", trained::regression(2)),
        ("numbers that diverge", trained::diverged_numbers()),
    ];
    for (what, replay) in runs {
        let run = live(&replay);
        for place in 0..run.len() {
            for plane in [LivePlane::FeatureSpace, LivePlane::InputSpace] {
                let part = Part::of(&run, place, plane, [[-0.1, 0.3], [0.0, 0.2]]);
                assert_eq!(part.points.nrows(), part.side * part.side, "{what}, {plane:?}");
                assert!(part.scores.is_empty() || part.scores.len().is_multiple_of(part.points.nrows()), "{what}");
                assert!(part.levels.is_empty() || part.levels.len() == part.lines.len(), "{what}");
            }
        }
    }
}

#[test]
fn what_cannot_be_seen_closer_is_an_error_in_words() {
    let run = live(&trained::article(&datasets::moons(60, 0.1, 7), Activation::Tanh, 1));
    let close_up = |place, ends| run.close_up(place, LivePlane::FeatureSpace, ends, None);
    for ends in [[[f64::NAN, 1.0], [0.0, 1.0]], [[1.0, 1.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]] {
        let error = run.close_up(0, LivePlane::InputSpace, ends, None).unwrap_err().to_string();
        assert!(error.contains("from a finite number to a larger one"), "{error}");
        assert!(run.surface(0, "hidden", 0, ends).is_err());
        let of_space = close_up(0, ends).map(|answer| Part::read(&answer).side);
        assert!(of_space.is_err(), "{ends:?}: {of_space:?}");
    }
    let far = run.close_up(0, LivePlane::InputSpace, [[0.0, 1e30], [0.0, 1.0]], None).unwrap_err().to_string();
    assert!(far.contains("at most 40 of its 10ths"), "{far}");
    let near = run.close_up(0, LivePlane::InputSpace, [[0.1, 0.1 + 1e-12], [0.0, 1e-12]], None).unwrap();
    assert!(Part::read(&near).points.nrows() > 0, "as close as the lattice goes");
    assert!(close_up(2, PART).unwrap_err().to_string().contains("below 2, the number of epochs"));
    assert!(run.surface(0, "nowhere", 0, PART).unwrap_err().to_string().contains("nowhere"));
    let unit = run.surface(0, "hidden", 2, PART).unwrap_err().to_string();
    assert!(unit.contains("below 2, the number of units of \"hidden\""), "{unit}");
    let sine = live(&trained::sine());
    assert!(
        sine.close_up(0, LivePlane::InputSpace, PART, None).unwrap_err().to_string().contains("plane of the inputs")
    );
    let nowhere = Part::of(&run, 0, LivePlane::FeatureSpace, [[50.0, 51.0], [50.0, 51.0]]);
    assert_eq!((nowhere.side, nowhere.lines.len()), (0, 0), "no part of the grid is there");
}
