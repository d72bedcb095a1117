//! At every epoch and every grid point, the page tints the class that the model predicts there, and parts the classes where the
//! pictures do.
//!
//! Scores were once rounded to sixteenths, and ties went to the lowest class: tanh before training was all of one color, sigmoid
//! had staircases, and of twenty classes up to 41 % of the points were wrong.
#![cfg(feature = "plot")]

#[path = "common/page.rs"]
mod decoded;
#[path = "common/trained.rs"]
mod trained;

use decoded::{DecodedPage, range};
use training_replay::{
    Activation, Dataset, Dense, Initializer, Loss, Matrix, Optimizer, Replay, Sequential, Trainer,
    analysis::{DecisionBoundary, Grid, PrincipalPlane, View},
    datasets,
    plot::{ColorRole, Mark, Page, PageSource, Panel, RunPlots},
};

type Point = [f64; 2];

/// A grid of the page.
struct Tints {
    size: usize,
    classes: usize,
    /// One, or one for each class.
    planes: usize,
    scores: Vec<f32>,
}

impl Tints {
    fn read(page: &DecodedPage, space: &str, classes: usize) -> Self {
        let (run, grid) = (page.run(0), &page.run(0)[space]["grid"]);
        let scores: Vec<f32> =
            page.u16(&grid["scores"]).into_iter().map(|half| f32::from_bits(u32::from(half) << 16)).collect();
        let size = grid["size"].as_u64().unwrap() as usize;
        let planes = scores.len() / (size * size) / run["epochs"].as_array().unwrap().len();
        Self { size, classes, planes, scores }
    }

    /// The scores of the classes at a point, as `corner` in `web/regions.js` has them.
    fn at(&self, epoch: usize, point: usize) -> Vec<f64> {
        let count = self.size * self.size;
        let of = |plane: usize| f64::from(self.scores[(epoch * self.planes + plane) * count + point]);
        if self.planes == 1 { vec![-of(0), of(0)] } else { (0..self.planes).map(of).collect() }
    }

    /// As `winner` there.
    fn winner(&self, epoch: usize, point: usize) -> Option<usize> {
        let scores = self.at(epoch, point);
        let best = (1..scores.len()).fold(0, |best, k| if scores[k] > scores[best] { k } else { best });
        scores.iter().all(|score| !score.is_nan()).then_some(best)
    }

    /// The area of each class in a unit square, each cell cut as `cutCell` there does it.
    fn areas(&self, epoch: usize) -> Vec<f64> {
        let mut areas = vec![0.0; self.classes];
        let winners: Vec<_> = (0..self.size * self.size).map(|point| self.winner(epoch, point)).collect();
        for last in (self.size..winners.len()).filter(|last| last % self.size > 0) {
            let corners = [last - self.size - 1, last - self.size, last, last - 1];
            match winners[last] {
                Some(class) if corners.iter().all(|&corner| winners[corner] == Some(class)) => areas[class] += 1.0,
                _ => self.cut(epoch, corners, &mut areas),
            }
        }
        let cells = ((self.size - 1) * (self.size - 1)) as f64;
        areas.iter().map(|area| area / cells).collect()
    }

    fn cut(&self, epoch: usize, corners: [usize; 4], areas: &mut [f64]) {
        let place = |point: usize| [(point % self.size) as f64, (point / self.size) as f64];
        for three in [[0, 1, 2], [0, 2, 3]].map(|three| three.map(|i: usize| corners[i])) {
            let triangle: Vec<(Point, Vec<f64>)> = three.iter().map(|&i| (place(i), self.at(epoch, i))).collect();
            for (class, sum) in areas.iter_mut().enumerate() {
                let others = (0..self.classes).filter(|&other| other != class);
                let part = others.fold(triangle.clone(), |part, other| half_of(&part, class, other));
                let points: Vec<Point> = part.iter().map(|corner| corner.0).collect();
                *sum += area(&points);
            }
        }
    }
}

/// The part of a polygon in which a class has no less than another.
fn half_of(corners: &[(Point, Vec<f64>)], class: usize, other: usize) -> Vec<(Point, Vec<f64>)> {
    let ahead = |corner: &(Point, Vec<f64>)| corner.1[class] - corner.1[other];
    let mut part = Vec::new();
    for (from, to) in corners.iter().zip(corners.iter().cycle().skip(1)) {
        let (here, there) = (ahead(from), ahead(to));
        if here >= 0.0 {
            part.push(from.clone());
        }
        if (here < 0.0) != (there < 0.0) {
            let t = here / (here - there);
            let between = |a: f64, b: f64| a + t * (b - a);
            let at = [0, 1].map(|axis| between(from.0[axis], to.0[axis]));
            part.push((at, from.1.iter().zip(&to.1).map(|(&a, &b)| between(a, b)).collect()));
        }
    }
    part
}

fn area(polygon: &[Point]) -> f64 {
    let pairs = polygon.iter().zip(polygon.iter().cycle().skip(1));
    (pairs.map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum::<f64>() / 2.0).abs()
}

/// The areas of the classes in a picture of the same grid.
fn areas_of_picture(map: &DecisionBoundary, samples: &Matrix, data: &Dataset, classes: usize) -> Vec<f64> {
    let panel = Panel::decision_boundary(map, samples, data).unwrap();
    let mut areas = vec![0.0; classes];
    for mark in &panel.marks {
        if let Mark::Area { corners, color: ColorRole::Region(class) } = mark {
            areas[*class] += area(corners);
        }
    }
    let frame = (panel.x.high - panel.x.low) * (panel.y.high - panel.y.low);
    areas.iter().map(|area| area / frame).collect()
}

/// Compares every grid point, every sample and the areas of a run at each of its epochs with what the model predicts.
fn check(replay: &Replay, layer: &str) {
    let (data, plots) = (replay.dataset().unwrap(), RunPlots::of(replay.run().unwrap()).unwrap());
    let page = DecodedPage::read(
        Page::new("A page").source(PageSource::Arrays).run("run", &plots).unwrap().to_html().unwrap(),
    );
    let run = page.run(0);
    let classes = plots.class_names().len();
    let [input, hidden] = ["input", "hidden"].map(|space| Tints::read(&page, space, classes));
    let predicted = page.u8(&run["predicted"]);
    for (epoch, &recorded) in plots.epochs().iter().enumerate() {
        let snapshot = replay.at(recorded).unwrap();
        let expected = snapshot.predicted_classes().unwrap();
        let marks = &predicted[epoch * data.samples()..][..data.samples()];
        assert!(marks.iter().zip(&expected).all(|(&found, class)| Some(usize::from(found)) == *class), "epoch {epoch}");

        let plane = (data.features() > 2).then(|| PrincipalPlane::of(data.inputs()).unwrap().plane);
        let samples =
            plane.as_ref().map_or_else(|| data.inputs().clone(), |plane| plane.project(data.inputs()).unwrap());
        let view = plane.as_ref().map_or(View::inputs(), |plane| View::inputs().on(plane));
        let map = snapshot.decision_boundary(view, &Grid::covering_points(&samples, 0.1).points(input.size)).unwrap();
        same(&input, epoch, &map.predicted_classes().unwrap(), "among the inputs");
        let (found, expected) = (input.areas(epoch), areas_of_picture(&map, &samples, data, classes));
        for (class, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert!((found - expected).abs() < 0.005, "class {class} at epoch {epoch}: {found}, not {expected}");
        }
        let behind = if plane.is_none() {
            let grid = Grid::covering(data, 0.1).points(hidden.size);
            snapshot.feature_space(layer, &grid).unwrap().predicted_classes()
        } else {
            let ends = |axis: &str| range(&run["hidden"][axis]);
            let grid = |(low, high): (f64, f64)| low as f32..=high as f32;
            let grid = Grid::new(grid(ends("x")), grid(ends("y"))).points(hidden.size);
            snapshot.decision_boundary(layer, &grid).unwrap().predicted_classes()
        };
        same(&hidden, epoch, &behind.unwrap(), "in the feature space");
    }
}

fn same(tints: &Tints, epoch: usize, expected: &[Option<usize>], where_: &str) {
    assert_eq!(expected.len(), tints.size * tints.size);
    let wrong = (0..expected.len()).filter(|&point| tints.winner(epoch, point) != expected[point]).count();
    assert_eq!(wrong, 0, "of {} points {where_} at epoch {epoch}", expected.len());
}

/// The networks of the article, over all their epochs.
#[test]
fn the_articles_runs_are_tinted_as_they_predict() {
    let data = datasets::parabola(100, 13);
    for activation in [Activation::Sigmoid, Activation::Tanh, Activation::Relu] {
        let layers = [trained::wide(2, activation), trained::sigmoid()];
        let model = Sequential::builder(2).layers(layers).build(42).unwrap();
        let loss = Loss::BinaryCrossEntropy;
        let trainer = Trainer::new(loss, Optimizer::sgd(0.05)).batch_size(16).seed(42);
        check(&trained::train(model, trainer, &data, loss, 150), "hidden");
    }
}

#[test]
fn moons_and_circles_are_tinted_as_they_predict() {
    check(&trained::article(&datasets::moons(120, 0.1, 7), Activation::Tanh, 40), "hidden");
    check(&trained::article(&datasets::circles(120, 0.05, 0.5, 7), Activation::Relu, 40), "hidden");
}

#[test]
fn a_run_of_two_outputs_is_tinted_as_it_predicts() {
    let two = datasets::moons(60, 0.1, 7).one_hot().unwrap();
    let layers = [trained::wide(2, Activation::Tanh), Dense::new(2).activation(Activation::Softmax)];
    check(&trained::run(&two, layers, Loss::CategoricalCrossEntropy, 10), "hidden");
}

#[test]
fn twenty_classes_are_tinted_as_they_are_predicted() {
    check(&trained::ring(20, 400, 12), "hidden");
}

/// 64 pixels, ten classes, and a layer of two units, as in `examples/digits.rs`.
#[test]
fn digits_are_tinted_as_they_are_predicted() {
    let digits = smartcore::dataset::digits::load_dataset();
    let rows: Vec<usize> = (0..digits.num_samples).step_by(6).collect();
    let pixels = Matrix::from_row_slice(digits.num_samples, digits.num_features, &digits.data) / 16.0;
    let labels: Vec<u32> = rows.iter().map(|&row| digits.target[row] as u32).collect();
    let data = Dataset::from_labels(pixels.select_rows(&rows), &labels).unwrap();
    let layers = [
        Dense::new(32).name("wide").activation(Activation::Relu).kernel_initializer(Initializer::HeNormal),
        Dense::new(2).name("plane").activation(Activation::Tanh),
        Dense::new(10).name("digit").activation(Activation::Softmax),
    ];
    check(&trained::run(&data, layers, Loss::CategoricalCrossEntropy, 12), "plane");
}
