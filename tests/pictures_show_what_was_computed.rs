//! Pictures are looked at where something must be: samples in the color of their class, regions in that of the class that is
//! predicted, red where samples are misclassified, axes from end to end.
#![cfg(feature = "plot")]

#[path = "common/trained.rs"]
mod trained;

use training_replay::{
    Activation, Dataset, Dense, Loss, Matrix, Replay,
    analysis::{
        DecisionBoundary, FeatureSpace, Grid, Histogram, LayerFilter, ProbabilityHistogram, QuantileBand, Quantity,
        View,
    },
    datasets,
    plot::{Axis, ColorRole, Figure, Mark, Panel, Point, Rgb, RunPlots, Style, Theme, plotters::prelude::*},
};

/// A panel alone in a picture, and where its points are.
struct Picture {
    pixels: Vec<u8>,
    pixel: Box<dyn Fn(Point) -> (i32, i32)>,
    theme: Theme,
}

const WIDTH: i32 = 600;
const HEIGHT: i32 = 450;

impl Picture {
    fn of(panel: &Panel) -> Self {
        Self::in_theme(panel, Theme::light())
    }

    fn in_theme(panel: &Panel, theme: Theme) -> Self {
        let figure = Figure::of(panel.clone()).size(WIDTH as u32, HEIGHT as u32).text(14.0).theme(theme.clone());
        let mut picture = Self { pixels: figure.to_rgb().unwrap(), pixel: Box::new(|_| (0, 0)), theme };
        let mut svg = String::new();
        let area = SVGBackend::with_string(&mut svg, (WIDTH as u32, HEIGHT as u32)).into_drawing_area();
        let plot = panel.draw(&area, &Style::default().text(14.0)).unwrap();
        let (x, y) = (plot.get_x_range(), plot.get_y_range());
        drop((plot, area));
        let [left, right, bottom, top] = picture.axes(panel.right.is_some());
        picture.pixel = Box::new(move |[at_x, at_y]: Point| {
            let share = |value: f64, of: &std::ops::Range<f64>| (value - of.start) / (of.end - of.start);
            let place = |share: f64, from: i32, to: i32| (f64::from(from) + 0.5 + share * f64::from(to - from)).floor();
            (place(share(at_x, &x), left, right) as i32, place(share(at_y, &y), bottom, top) as i32)
        });
        picture
    }

    /// The pixels of both ends of both axes, which are lines of one pixel in the color of text.
    fn axes(&self, has_right_axis: bool) -> [i32; 4] {
        let is_text = |x: i32, y: i32| is(self.rgb((x, y)), self.theme.text);
        let longest = |line: &mut dyn Iterator<Item = bool>| {
            let (mut run, mut most) = (0, 0);
            line.for_each(|is_ink| {
                run = if is_ink { run + 1 } else { 0 };
                most = most.max(run);
            });
            most
        };
        let column = |x: i32| longest(&mut (0..HEIGHT).map(|y| is_text(x, y)));
        let row = |y: i32| longest(&mut (0..WIDTH).map(|x| is_text(x, y)));
        let left = (0..WIDTH / 2).rev().max_by_key(|&x| column(x)).unwrap();
        let bottom = (HEIGHT / 2..HEIGHT).max_by_key(|&y| row(y)).unwrap();
        // A line ends in the middle of its last pixel, and turns about a round corner.
        let right = if has_right_axis {
            (WIDTH / 2..WIDTH).max_by_key(|&x| column(x)).unwrap() // A tick goes on beyond it.
        } else {
            (left + 1..WIDTH).take_while(|&x| is_text(x, bottom)).last().unwrap() + 1
        };
        let top = (0..bottom).rev().take_while(|&y| is_text(left, y)).last().unwrap() - 1;
        [left, right, bottom, top]
    }

    fn rgb(&self, (x, y): (i32, i32)) -> Rgb {
        let at = 3 * (y.clamp(0, HEIGHT - 1) * WIDTH + x.clamp(0, WIDTH - 1)) as usize;
        std::array::from_fn(|i| self.pixels[at + i])
    }

    /// Whether the color is at a point of the plot, or a pixel beside it.
    fn has(&self, color: ColorRole, point: Point) -> bool {
        let (x, y) = (self.pixel)(point);
        let near = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (x + dx, y + dy)));
        near.into_iter().any(|at| is(self.rgb(at), self.theme.color(color)))
    }

    fn count(&self, color: ColorRole) -> usize {
        let color = self.theme.color(color);
        self.pixels.as_chunks::<3>().0.iter().filter(|pixel| is(**pixel, color)).count()
    }
}

fn is(found: Rgb, color: Rgb) -> bool {
    found.iter().zip(color).all(|(a, b)| a.abs_diff(b) <= 6)
}

/// A run whose last epoch has samples on both sides of the boundary.
fn run() -> (Dataset, Replay) {
    let data = datasets::moons(120, 0.1, 7);
    let replay = trained::article(&data, Activation::Tanh, 8);
    (data, replay)
}

#[test]
fn samples_have_the_color_of_their_class_where_they_are() {
    let (data, replay) = run();
    let snapshot = replay.at(8).unwrap();
    let space = snapshot.feature_space("hidden", &Grid::covering(&data, 0.1)).unwrap();
    let map = snapshot.decision_boundary(View::inputs(), &Grid::covering(&data, 0.1)).unwrap();
    let classes = data.classes().unwrap();
    for theme in [Theme::light(), Theme::dark()] {
        for (panel, points) in [
            (Panel::feature_space(&space, &data).unwrap(), &space.samples),
            (Panel::decision_boundary(&map, data.inputs(), &data).unwrap(), data.inputs()),
            (Panel::samples(data.inputs(), &data).unwrap(), data.inputs()),
        ] {
            let picture = Picture::in_theme(&panel, theme.clone());
            let seen = |&sample: &usize| {
                let at = [points[(sample, 0)].into(), points[(sample, 1)].into()];
                picture.has(ColorRole::Class(classes[sample]), at)
            };
            let seen = (0..data.samples()).filter(seen).count();
            // Some of class 0 lie below others of class 1, or the boundary.
            assert!(seen > data.samples() * 9 / 10, "{}: {seen} of {}", panel.title, data.samples());
        }
    }
}

#[test]
fn regions_have_the_color_of_the_class_that_is_predicted() {
    let (data, replay) = run();
    let map = replay.at(8).unwrap().decision_boundary(View::inputs(), &Grid::covering(&data, 0.1).points(50)).unwrap();
    let picture = Picture::of(&Panel::decision_boundary(&map, data.inputs(), &data).unwrap());
    let predicted = map.predicted_classes().unwrap();
    let (mut right, mut wrong) = (0, 0);
    for (i, class) in predicted.iter().enumerate() {
        let at = picture.rgb((picture.pixel)([map.x[i % 50].into(), map.y[i / 50].into()]));
        right += usize::from(is(at, picture.theme.color(ColorRole::Region(class.unwrap()))));
        wrong += usize::from(is(at, picture.theme.color(ColorRole::Region(1 - class.unwrap()))));
    }
    assert!(right > 50 * 50 * 8 / 10, "{right}: the others are below samples and lines");
    assert!(wrong <= 2, "{wrong} points on the wrong side of an edge");
}

#[test]
fn the_boundary_parts_the_colors() {
    let (data, replay) = run();
    let space = replay.at(8).unwrap().feature_space("hidden", &Grid::covering(&data, 0.1)).unwrap();
    let picture = Picture::of(&Panel::feature_space(&space, &data).unwrap());
    let line = &space.boundary[0];
    let (from, to) = (line.row(0), line.row(line.nrows() - 1));
    for share in [0.3, 0.4, 0.5, 0.6, 0.7] {
        let at = [0, 1].map(|axis| f64::from(from[axis] + (to[axis] - from[axis]) * share));
        assert!(picture.has(ColorRole::Boundary, at), "at {share}");
    }
}

#[test]
fn the_bent_region_has_the_colors_of_its_classes_on_either_side_of_the_boundary() {
    let (data, replay) = run();
    let space = replay.at(8).unwrap().feature_space("hidden", &Grid::covering(&data, 0.1)).unwrap();
    let mut panel = Panel::feature_space(&space, &data).unwrap();
    panel.marks.retain(|mark| matches!(mark, Mark::Area { .. })); // The regions alone.
    let picture = Picture::of(&panel);
    let predicted = space.predicted_classes().unwrap();
    // Towards its ends the region is narrower than a pixel.
    let inner = |i: &usize| (25..75).contains(&(i % 100)) && (25..75).contains(&(i / 100));
    let points: Vec<usize> = (0..10_000).filter(inner).collect();
    let right = points.iter().filter(|&&i| {
        let at = [space.region[(i, 0)].into(), space.region[(i, 1)].into()];
        picture.has(ColorRole::Region(predicted[i].unwrap()), at)
    });
    assert_eq!(right.count(), points.len());
}

#[test]
fn bars_of_misclassified_samples_are_red_and_stand_on_the_correct_ones() {
    let probabilities = Matrix::from_column_slice(6, 1, &[0.15, 0.15, 0.15, 0.85, 0.85, 0.45]);
    let targets = Matrix::from_column_slice(6, 1, &[0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    let histogram = ProbabilityHistogram::of(&probabilities, &targets, 10, 0.5).unwrap();
    let negatives = Picture::of(&Panel::probabilities(&histogram, 0).unwrap());
    assert!(negatives.has(ColorRole::Class(0), [0.15, 1.5]) && negatives.has(ColorRole::Class(0), [0.15, 2.9]));
    assert!(
        negatives.has(ColorRole::Misclassified, [0.85, 0.5]) && negatives.has(ColorRole::Misclassified, [0.85, 1.9])
    );
    assert!(!negatives.has(ColorRole::Misclassified, [0.85, 2.3]), "the bar is two samples high");
    assert!(!negatives.has(ColorRole::Misclassified, [0.15, 1.5]) && !negatives.has(ColorRole::Class(0), [0.85, 1.5]));
    let positives = Picture::of(&Panel::probabilities(&histogram, 1).unwrap());
    assert!(positives.has(ColorRole::Misclassified, [0.45, 0.5]) && !positives.has(ColorRole::Class(1), [0.45, 0.5]));

    // Of both classes by the probability of their own: 1 - 0.15 is correct, 1 - 0.85 and 0.45 are not.
    let all = Picture::of(&Panel::confidences(&histogram, true));
    assert!(
        all.has(ColorRole::Class(0), [0.85, 1.5])
            && all.has(ColorRole::Misclassified, [0.15, 1.0])
            && all.has(ColorRole::Misclassified, [0.45, 0.5])
    );
    let mixed = ProbabilityHistogram::of(&probabilities.map(|p| p.min(0.5)), &targets, 1, 0.3).unwrap();
    let stacked = Picture::of(&Panel::probabilities(&mixed, 0).unwrap());
    assert!(
        stacked.has(ColorRole::Class(0), [0.5, 2.5]) && stacked.has(ColorRole::Misclassified, [0.5, 3.5]),
        "three correct, two misclassified on top"
    );
}

#[test]
fn losses_are_bars_as_high_as_their_counts() {
    let histogram = Histogram::of(&[0.1, 0.15, 0.9], 0.0..=1.0, 5).unwrap();
    let picture = Picture::of(&Panel::losses(&histogram));
    assert!(picture.has(ColorRole::Series(0), [0.1, 1.9]) && picture.has(ColorRole::Series(0), [0.9, 0.9]));
    assert!(!picture.has(ColorRole::Series(0), [0.9, 1.2]) && !picture.has(ColorRole::Series(0), [0.5, 0.5]));
}

#[test]
fn curves_run_through_their_points_each_on_its_axis() {
    let (loss, accuracy) = ([(0, 8.0), (5, 4.0), (10, 2.0)], [(0, 0.5), (5, 0.75), (10, 1.0)]);
    let panel = Panel::curves("loss", &[("loss", &loss)]).right_curves("accuracy", &[("accuracy", &accuracy)]);
    let right = panel.right.clone().unwrap();
    assert!((0.99..1.1).contains(&right.high) && right.low == 0.0);
    let picture = Picture::of(&panel.clone().marker(7.0));
    assert!(picture.has(ColorRole::Series(0), [5.0, 4.0]) && picture.has(ColorRole::Series(0), [2.5, 6.0]));
    let on_left = |accuracy: f64| accuracy / right.high * panel.y.high;
    let dash =
        [4.8, 4.9, 5.0, 5.1, 5.2].map(|epoch| picture.has(ColorRole::Series(1), [epoch, on_left(0.5 + 0.05 * epoch)]));
    assert!(dash.contains(&true), "as high as the axis on the right says, in dashes");
    assert!(
        picture.has(ColorRole::Marker, [7.0, 1.0]) && picture.has(ColorRole::Marker, [7.0, 7.0]),
        "the epoch that is shown"
    );
    assert!(!Picture::of(&panel).has(ColorRole::Marker, [7.0, 1.0]));
}

#[test]
fn a_band_is_filled_between_its_ends_and_its_median_is_a_line() {
    let curves = [vec![(0, 1.0), (10, 1.0)], vec![(0, 2.0), (10, 2.0)], vec![(0, 4.0), (10, 4.0)]];
    let band = QuantileBand::of(&curves, 1.0).unwrap();
    let picture = Picture::of(&Panel::bands("loss", &[("tanh", &band)]));
    assert!(picture.has(ColorRole::Series(0), [5.0, 2.0]));
    assert!(picture.has(ColorRole::Band(0), [5.0, 1.1]) && picture.has(ColorRole::Band(0), [5.0, 3.9]));
    assert!(!picture.has(ColorRole::Band(0), [5.0, 0.8]) && !picture.has(ColorRole::Band(0), [5.0, 4.1]));
}

#[test]
fn violins_are_wide_where_values_are_dense() {
    let (_, replay) = run();
    let rows = replay.at(8).unwrap().distributions(Quantity::activations(), &LayerFilter::default()).unwrap();
    let panel = Panel::violins("activations", &rows).unwrap();
    let picture = Picture::of(&panel);
    for (at, row) in rows.iter().enumerate() {
        let density = row.distribution.density(200).unwrap().unwrap();
        let inside = |x: &f64| (row.distribution.min..=row.distribution.max).contains(x);
        let inside: Vec<(f64, f64)> = density.x.into_iter().zip(density.density).filter(|(x, _)| inside(x)).collect();
        let (peak, thickest) =
            inside.iter().copied().fold((0.0, 0.0), |best, (x, d)| if d > best.1 { (x, d) } else { best });
        assert!(picture.has(ColorRole::Band(0), [at as f64 + 0.38, peak]), "{}: at its peak it is widest", row.layer);
        for (x, width) in inside.into_iter().filter(|(_, width)| width / thickest < 0.5) {
            assert!(
                !picture.has(ColorRole::Band(0), [at as f64 + 0.38, x]),
                "{}: {x} has a density of {width}",
                row.layer
            );
        }
    }
}

#[test]
fn an_activation_function_and_its_gradient_are_what_they_are() {
    for function in [Activation::Sigmoid, Activation::Tanh, Activation::Relu, Activation::Elu { alpha: 1.0 }] {
        let picture = Picture::of(&Panel::activation(function));
        for z in [-4.0, -2.0, -1.0, 0.5, 1.5] {
            assert!(
                picture.has(ColorRole::Series(0), [z.into(), function.value(z).into()]) || z < 0.0,
                "{function} at {z}"
            );
            assert!(picture.has(ColorRole::Series(1), [z.into(), function.derivative(z).into()]), "{function}' at {z}");
        }
    }
}

#[test]
fn what_is_beyond_the_axes_is_cut_off() {
    let far = [[-5.0, -5.0], [0.5, 0.5], [9.0, 9.0]];
    let marks = [
        Mark::line(far, ColorRole::Series(0)),
        Mark::Area { corners: vec![[-9.0, -9.0], [9.0, -9.0], [9.0, 0.2], [-9.0, 0.2]], color: ColorRole::Region(1) },
        Mark::dots([[0.3, 0.8], [3.0, 3.0], [f64::NAN, 0.5]], ColorRole::Class(1)),
    ];
    let empty = Panel::new("Cut", Axis::new("x", 0.0..=1.0), Axis::new("y", 0.0..=1.0));
    let full = marks.into_iter().fold(empty.clone(), Panel::mark);
    let (before, after) = (Picture::of(&empty), Picture::of(&full));
    let ((left, bottom), (right, top)) = ((after.pixel)([0.0, 0.0]), (after.pixel)([1.0, 1.0]));
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let inside = (left - 2..=right + 2).contains(&x) && (top - 2..=bottom + 2).contains(&y);
            assert!(inside || before.rgb((x, y)) == after.rgb((x, y)), "something at {x}, {y}");
        }
    }
    assert!(after.has(ColorRole::Series(0), [0.5, 0.5]) && after.has(ColorRole::Region(1), [0.9, 0.1]));
    assert!(after.has(ColorRole::Class(1), [0.3, 0.8]));
}

#[test]
fn every_class_has_a_color_and_from_the_eleventh_on_another_marker() {
    let points: Vec<Point> = (0..12).map(|class| [f64::from(class), 0.5]).collect();
    let panel = Panel::new("", Axis::new("", -1.0..=12.0), Axis::new("", 0.0..=1.0));
    let dot = |class: usize| Mark::Dots { points: vec![points[class]], color: ColorRole::Class(class), radius: 5.0 };
    let picture = Picture::of(&(0..12).map(dot).fold(panel, Panel::mark));
    for (class, &point) in points.iter().enumerate() {
        assert!(picture.has(ColorRole::Class(class), point), "class {class}");
    }
    let corner = |class: usize| {
        let (x, y) = (picture.pixel)(points[class]);
        is(picture.rgb((x + 8, y + 8)), picture.theme.color(ColorRole::Class(class)))
    };
    assert!(!corner(0) && !corner(9) && corner(10), "a dot has no corners, a square has");
}

#[test]
fn three_classes_have_three_regions() {
    let points = Matrix::from_fn(150, 2, |i, j| ((i * (j + 3)) as f32 * 0.37).sin());
    let classes: Vec<usize> =
        (0..150).map(|i| if points[(i, 0)] > 0.2 { 2 } else { usize::from(points[(i, 1)] > 0.0) }).collect();
    let data = Dataset::from_labels(points, &classes).unwrap();
    let layers = [trained::wide(2, Activation::Tanh), Dense::new(3).activation(Activation::Softmax)];
    let replay = trained::run(&data, layers, Loss::CategoricalCrossEntropy, 30);
    let snapshot = replay.at(30).unwrap();
    let grid = Grid::covering(&data, 0.1);
    let map = snapshot.decision_boundary(View::inputs(), &grid).unwrap();
    let mut panel = Panel::decision_boundary(&map, data.inputs(), &data).unwrap();
    panel.marks.retain(|mark| matches!(mark, Mark::Area { .. }));
    let picture = Picture::of(&panel);
    let predicted = map.predicted_classes().unwrap();
    // Points on the limits are below the axes.
    let inner = |i: usize| (1..99).contains(&(i % 100)) && (1..99).contains(&(i / 100));
    let right = predicted.iter().enumerate().filter(|&(i, class)| {
        let at = [map.x[i % 100].into(), map.y[i / 100].into()];
        inner(i) && picture.has(ColorRole::Region(class.unwrap()), at)
    });
    assert_eq!(right.count(), 98 * 98, "no hole, no seam, no wrong color");
    for class in 0..3 {
        assert!(predicted.contains(&Some(class)) && picture.count(ColorRole::Region(class)) > 1_000, "class {class}");
    }
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    assert_eq!(plots.figure(30).unwrap().panels().count(), 5, "one histogram for all three");
    assert_eq!(plots.class_names(), ["class 0", "class 1", "class 2"]);
}

#[test]
fn axes_are_the_same_at_every_epoch_and_hold_everything() {
    let (data, replay) = run();
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let axes = |epoch: u64| -> Vec<(Axis, Axis)> {
        plots.figure(epoch).unwrap().panels().map(|panel| (panel.x.clone(), panel.y.clone())).collect()
    };
    for epoch in 1..=8 {
        assert_eq!(axes(epoch), axes(0), "epoch {epoch}");
    }
    for epoch in 0..=8 {
        for panel in plots.figure(epoch).unwrap().panels() {
            let marks = panel.marks.iter().filter(|mark| !matches!(mark, Mark::Line { right: true, .. }));
            let points = marks.flat_map(Mark::points);
            let outside = points.filter(|[x, y]| {
                !(panel.x.low - 1e-3..=panel.x.high + 1e-3).contains(x)
                    || !(panel.y.low - 1e-3..=panel.y.high + 1e-3).contains(y)
            });
            assert_eq!(outside.count(), 0, "{} at epoch {epoch}", panel.title);
        }
    }
    for epoch in [0, 3, 8] {
        let marker = [[epoch as f64, 0.0], [epoch as f64, plots.curves(epoch).y.high]];
        assert_eq!(plots.curves(epoch).in_color(ColorRole::Marker).next().unwrap().points(), marker);
    }
    let space = plots.feature_space(0).unwrap();
    let all =
        replay.run().unwrap().map(|snapshot| snapshot.feature_space("hidden", &Grid::covering(&data, 0.1))).unwrap();
    let low = all.iter().map(|space| space.region.column(0).min()).fold(f32::MAX, f32::min).into();
    let high = all.iter().map(|space| space.region.column(0).max()).fold(f32::MIN, f32::max).into();
    assert!(space.x.low <= low && space.x.high >= high && space.x.high - space.x.low < 1.05 * (high - low));
}

#[test]
fn titles_labels_and_names_are_written() {
    let (_, replay) = run();
    let plots = RunPlots::options().name_classes(["negative", "positive"]).of(replay.run().unwrap()).unwrap();
    let svg = plots.figure(3).unwrap().to_svg().unwrap();
    for word in [
        "Epoch 3",
        "Feature space of hidden",
        "unit 0",
        "unit 1",
        "x1",
        "x2",
        "negative",
        "positive",
        "loss",
        "accuracy",
    ] {
        assert!(svg.contains(word), "{word}");
    }
    let with = |title: &str| Picture::of(&Panel::new(title, Axis::new("", 0.0..=1.0), Axis::new("", 0.0..=1.0)));
    // In the uppermost 22 rows, where a title is.
    let dark =
        |title: &str| with(title).pixels[..22 * 3 * WIDTH as usize].iter().filter(|&&channel| channel < 140).count();
    assert!(dark("Words") > 150 && dark(" ") == 0, "letters without a font of the system");
}

#[test]
fn an_svg_has_the_size_that_was_asked_for_and_finer_places() {
    let panel = Panel::new("", Axis::new("", 0.0..=1.0), Axis::new("", 0.0..=1.0));
    let svg = Figure::of(panel).size(600, 400).to_svg().unwrap();
    assert!(
        svg.starts_with(r#"<svg xmlns="http://www.w3.org/2000/svg" width="600" height="400" viewBox="0 0 600 400""#),
        "{svg}"
    );
}

#[test]
fn names_are_words_and_no_markup() {
    let hostile = "</text><script>alert(1)</script>&amp;\"'";
    let panel = Panel::new(hostile, Axis::new(hostile, 0.0..=1.0), Axis::new("", 0.0..=1.0))
        .legend(hostile, ColorRole::Misclassified);
    let svg = Figure::of(panel).title(hostile).to_svg().unwrap();
    assert!(!svg.contains("<script"), "{svg}");
    assert!(svg.contains("&lt;script&gt;"));
}

#[test]
fn a_figure_is_drawn_on_an_area_of_the_callers_too() {
    let (data, replay) = run();
    let space = FeatureSpace::of(replay.at(8).unwrap().model(), "hidden", &data, &Grid::covering(&data, 0.1)).unwrap();
    let panel = Panel::feature_space(&space, &data).unwrap();
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (900, 300)).into_drawing_area();
        let (left, right) = root.split_horizontally(450);
        Figure::of(panel.clone()).title("On the left").draw(&left).unwrap();
        panel.titled("On the right").draw(&right, &Style::default()).unwrap();
    }
    assert!(svg.contains("On the left") && svg.contains("On the right"));
    assert_eq!(svg.matches("<circle").count(), 2 * (120 + 2), "every sample, and a dot for each class in the legend");
}

#[test]
fn a_map_of_nothing_is_an_empty_picture() {
    let data = datasets::moons(10, 0.1, 7);
    let panel = Panel::decision_boundary(&DecisionBoundary::default(), data.inputs(), &data).unwrap();
    assert_eq!(panel.in_color(ColorRole::Boundary).count(), 0);
    assert!(Figure::of(panel).to_png().is_ok() && Figure::new().to_png().is_ok());
}

/// The fields of what is drawn are public; what does not fit together was once an index beyond the end.
#[test]
fn what_does_not_fit_together_is_not_drawn() {
    let (data, replay) = run();
    let space = replay.run().unwrap().at(0).unwrap().feature_space("hidden", &Grid::default().points(5)).unwrap();
    let drawn = |edit: &dyn Fn(&mut FeatureSpace)| {
        let mut space = space.clone();
        edit(&mut space);
        Panel::feature_space(&space, &data)
    };
    assert!(drawn(&|_| ()).is_ok());
    assert!(drawn(&|space| space.region = Matrix::zeros(25, 1)).is_err());
    assert!(drawn(&|space| space.outputs = Matrix::zeros(24, 1)).is_err());
    assert!(drawn(&|space| (space.region, space.outputs) = (Matrix::zeros(24, 2), Matrix::zeros(24, 1))).is_err());
    assert!(drawn(&|space| space.lines[0] = Matrix::zeros(2, 1)).is_err());
    assert!(drawn(&|space| space.boundary = vec![Matrix::zeros(2, 0)]).is_err());
    assert!(drawn(&|space| space.samples = Matrix::zeros(1, 2)).is_err());
    let mut map =
        replay.run().unwrap().at(0).unwrap().decision_boundary(View::inputs(), &Grid::default().points(5)).unwrap();
    map.x.pop();
    assert!(Panel::decision_boundary(&map, data.inputs(), &data).is_err());
    assert!(Panel::feature_space(&space, &data).unwrap().regions(&map).is_err());
}
