//! Whatever was recorded can be shown, or an error says why not.
#![cfg(feature = "plot")]

#[path = "common/trained.rs"]
mod trained;

use training_replay::{
    Activation, Dataset, Dense, Error, Forward, Loss, Matrix, Metrics, Parameter, Replay, Sequential, Weights,
    analysis::{Baseline, Grid, LayerFilter, Plane, Quantity},
    datasets,
    plot::{Axis, ColorRole, Figure, Mark, Page, Panel, RunPlots, Style, plotters::prelude::*},
};

fn panels(plots: &RunPlots<'_, Sequential>, epoch: u64) -> Vec<String> {
    plots.figure(epoch).unwrap().panels().map(|panel| panel.title.clone()).collect()
}

/// Draws everything that plots can show.
fn show(replay: &Replay, epoch: u64) -> Vec<String> {
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    plots.figure(epoch).unwrap().size(600, 400).to_png().unwrap();
    let mut page = Page::new("Any run");
    assert!(page.run("it", &plots).unwrap().to_html().unwrap().contains("Any run"));
    panels(&plots, epoch)
}

#[test]
fn a_wide_layer_is_seen_on_its_principal_plane() {
    let data = datasets::circles(80, 0.05, 0.5, 7);
    let layers = [trained::wide(8, Activation::Tanh), trained::sigmoid()];
    let replay = trained::run(&data, layers, Loss::BinaryCrossEntropy, 5);
    assert!(show(&replay, 5).contains(&"Feature space of hidden".to_owned()));
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let found = plots.feature_space(5).unwrap();
    assert_eq!((found.x.label.as_str(), found.y.label.as_str()), ("principal axis 1", "principal axis 2"));
    let space = replay.at(5).unwrap();
    let plane = replay.run().unwrap().principal_plane("hidden").unwrap().plane;
    let view = training_replay::analysis::View::of("hidden").on(&plane);
    let space = space.feature_space(view, &Grid::covering(&data, 0.1)).unwrap();
    let dots = found.in_color(ColorRole::Class(0)).next().unwrap().points();
    let first = data.classes().unwrap().iter().position(|&class| class == 0).unwrap();
    assert_eq!(dots[0], [0, 1].map(|axis| f64::from(space.samples[(first, axis)])));

    let chosen =
        RunPlots::options().layer("hidden").plane(Plane::of_axes(8, 2, 5).unwrap()).of(replay.run().unwrap()).unwrap();
    assert_ne!(chosen.feature_space(5).unwrap().marks, found.marks);
}

#[test]
fn many_inputs_are_seen_on_the_plane_of_the_data_and_misclassified_samples_are_highlighted() {
    let data = datasets::ball(10, 100, 13);
    let layers = [trained::wide(6, Activation::Relu), trained::sigmoid()];
    let replay = trained::run(&data, layers, Loss::BinaryCrossEntropy, 3);
    assert_eq!(show(&replay, 3).len(), 6);
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    assert_eq!(plots.decision_boundary(0).unwrap().x.label, "principal axis 1");
    let confusion = replay.at(0).unwrap().confusion().unwrap();
    let rings = plots.feature_space(0).unwrap();
    let rings = rings.marks.iter().find(|mark| matches!(mark, Mark::Rings { .. })).unwrap();
    assert_eq!(rings.points().len() as u64, confusion.errors(0) + confusion.errors(1));
}

#[test]
fn a_layer_of_two_units_behind_many_inputs_has_the_regions_behind_it() {
    let data = datasets::ball(10, 100, 13);
    let layers = [trained::wide(2, Activation::Tanh), trained::sigmoid()];
    let replay = trained::run(&data, layers, Loss::BinaryCrossEntropy, 5);
    assert_eq!(show(&replay, 5).len(), 6);
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let panel = plots.feature_space(5).unwrap();
    let corners = Matrix::from_row_slice(
        2,
        2,
        &[panel.x.low as f32, panel.y.low as f32, panel.x.high as f32, panel.y.high as f32],
    );
    let map = replay.at(5).unwrap();
    let map = map.decision_boundary("hidden", &Grid::covering_points(&corners, 0.0)).unwrap();
    let predicted = map.predicted_classes().unwrap();
    for class in [0, 1] {
        let regions = panel.in_color(ColorRole::Region(class)).count();
        assert_eq!(regions > 0, predicted.contains(&Some(class)), "class {class}");
    }
    assert!(matches!(panel.marks[0], Mark::Area { .. }), "below everything else");
}

#[test]
fn a_network_without_a_hidden_layer_or_with_one_input_has_the_panels_that_it_can_have() {
    let data = datasets::moons(60, 0.1, 7);
    let straight = trained::run(&data, [trained::sigmoid()], Loss::BinaryCrossEntropy, 2);
    assert_eq!(show(&straight, 2).len(), 5);
    let plots = RunPlots::of(straight.run().unwrap()).unwrap();
    assert!(!plots.has_feature_space() && plots.has_decision_boundary());
    assert!(matches!(plots.feature_space(2), Err(Error::Missing { .. })));

    let x = Matrix::from_fn(40, 1, |i, _| i as f32 / 20.0 - 1.0);
    let y = x.map(|x| f32::from(u8::from(x > 0.0)));
    let line = Dataset::new(x, y).unwrap();
    let one_input = trained::article(&line, Activation::Tanh, 2);
    assert_eq!(show(&one_input, 2).len(), 5);
    let plots = RunPlots::of(one_input.run().unwrap()).unwrap();
    assert!(plots.has_feature_space() && !plots.has_decision_boundary());
    assert!(matches!(plots.decision_boundary(2), Err(Error::Missing { .. })));
}

#[test]
fn a_run_that_diverged_or_died_can_be_looked_at() {
    let data = datasets::parabola(30, 13);
    let layers = [trained::wide(2, Activation::Relu), trained::sigmoid()];
    let model = Sequential::builder(2).layers(layers).build(1).unwrap();
    let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    for value in [f32::NAN, 0.0, 1e30] {
        let weights = Weights::of(&model).unwrap();
        let broken = weights.iter().map(|parameter| {
            let count = parameter.values().len();
            Parameter::new(
                parameter.layer().to_owned(),
                parameter.name().to_owned(),
                parameter.shape().to_vec(),
                vec![value; count],
            )
        });
        replay.record(&model.with_weights(&broken.collect()).unwrap(), Metrics::new()).unwrap();
    }
    for epoch in 0..4 {
        show(&replay, epoch);
    }
}

#[test]
fn of_several_hidden_layers_the_last_one_of_two_units_is_seen() {
    let data = datasets::parabola(30, 13);
    let layers = [("a", 2), ("b", 2), ("c", 5)].map(|(name, units)| Dense::new(units).name(name));
    let replay = trained::run(&data, layers.into_iter().chain([trained::sigmoid()]), Loss::BinaryCrossEntropy, 1);
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    assert_eq!(plots.feature_space(0).unwrap().title, "Feature space of b");
    let chosen = RunPlots::options().layer("c").of(replay.run().unwrap()).unwrap();
    assert_eq!(chosen.feature_space(0).unwrap().title, "Feature space of c");
}

#[test]
fn where_nothing_differs_there_is_no_principal_plane_but_a_picture() {
    let data = Dataset::new(Matrix::from_element(4, 3, 0.5), Matrix::from_column_slice(4, 1, &[0.0, 1.0, 0.0, 1.0]));
    let replay = trained::run(
        &data.unwrap(),
        [trained::wide(5, Activation::Relu), trained::sigmoid()],
        Loss::BinaryCrossEntropy,
        1,
    );
    assert_eq!(show(&replay, 1).len(), 6);
    let plots = RunPlots::of(replay.run().unwrap().epochs([0])).unwrap();
    let (space, boundary) = (plots.feature_space(0).unwrap(), plots.decision_boundary(0).unwrap());
    assert_eq!((space.x.label.as_str(), boundary.y.label.as_str()), ("unit 0", "x2"));
}

#[test]
fn epochs_may_have_gaps_and_there_may_be_one_of_them() {
    let data = datasets::parabola(30, 13);
    let replay = trained::article(&data, Activation::Tanh, 6);
    let plots = RunPlots::of(replay.run().unwrap().epochs([4, 1, 4])).unwrap();
    assert_eq!(plots.epochs(), [1, 4]);
    assert!(plots.figure(4).is_ok() && matches!(plots.figure(99), Err(Error::UnknownEpoch { epoch: 99, .. })));
    let single = RunPlots::of(replay.run().unwrap().epochs([3])).unwrap();
    assert!(single.figure(3).unwrap().to_png().is_ok());
    assert!(Page::new("One").run("epoch", &single).unwrap().to_html().is_ok());
    assert!(matches!(RunPlots::of(replay.run().unwrap().epochs([])), Err(Error::Invalid { .. })));
}

#[test]
fn what_plots_need_and_have_not_is_named() {
    let data = datasets::parabola(30, 13);
    let model = Sequential::builder(2).layer(trained::sigmoid()).build(1).unwrap();
    let mut bare = Replay::options().in_memory();
    bare.record(&model, Metrics::new()).unwrap();
    assert!(matches!(RunPlots::of(bare.run().unwrap()), Err(Error::Missing { .. })));
    let mut without_loss = Replay::options().dataset(&data).in_memory();
    without_loss.record(&model, Metrics::new()).unwrap();
    let message = RunPlots::of(without_loss.run().unwrap()).err().unwrap().to_string();
    assert!(message.starts_with("the recording holds no loss; give the one"), "{message}");
    assert!(RunPlots::options().loss(Loss::MeanSquaredError).of(without_loss.run().unwrap()).is_ok());

    let numbers = Dataset::new(Matrix::from_element(3, 2, 0.5), Matrix::from_element(3, 1, 0.3)).unwrap();
    let regression = trained::run(&numbers, [Dense::new(1)], Loss::MeanSquaredError, 1);
    let message = RunPlots::of(regression.run().unwrap()).unwrap().probabilities(0, 0).unwrap_err().to_string();
    assert!(message.starts_with("target row 0 is [0.3]"), "{message}");

    let replay = trained::article(&data, Activation::Tanh, 1);
    let unknown = RunPlots::options().layer("hiden").of(replay.run().unwrap()).err().unwrap();
    assert_eq!(unknown.to_string(), r#"no layer is named "hiden"; layers are ["hidden", "output"]"#);
    assert!(RunPlots::options().layer("output").of(replay.run().unwrap()).is_err(), "a single unit");
    assert!(RunPlots::options().bins(0).of(replay.run().unwrap()).is_err());
    assert!(RunPlots::options().grid(Grid::new(1.0..=0.0, 0.0..=1.0)).of(replay.run().unwrap()).is_err());
    assert!(RunPlots::of(replay.run().unwrap()).unwrap().probabilities(0, 2).is_err());
}

#[test]
fn violins_keep_their_axis_and_changes_have_none_before_the_first() {
    let data = datasets::parabola(30, 13);
    let replay = trained::article(&data, Activation::Tanh, 6);
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    for quantity in [
        Quantity::weights(),
        Quantity::pre_activations(),
        Quantity::activations(),
        Quantity::gradients(Loss::BinaryCrossEntropy),
        Quantity::weights().since(Baseline::EpochBefore),
    ] {
        let violins = plots.violins(quantity, &LayerFilter::default()).unwrap();
        for epoch in 0..=6 {
            let panel = violins.panel(epoch).unwrap();
            assert_eq!((panel.y.low..=panel.y.high, panel.y.label.as_str()), (violins.limits(), quantity.name()));
            assert!(Figure::of(panel).size(300, 200).to_png().is_ok());
        }
    }
    assert!(plots.violins(Quantity::weights(), &LayerFilter::default().layers(["nowhere"])).is_err());
}

#[test]
fn pictures_without_room_or_name_are_refused() {
    let panel = || Panel::new("Title", Axis::new("x", 0.0..=1.0), Axis::new("y", 0.0..=1.0));
    let folder = tempfile::tempdir().unwrap();
    for (width, height) in [(0, 100), (100, 0), (20_000, 10), (u32::MAX, u32::MAX), (1, 1), (40, 40)] {
        let figure = Figure::of(panel()).size(width, height);
        assert!(matches!(figure.to_png(), Err(Error::Invalid { .. })), "{width} x {height}");
        assert!(matches!(figure.to_svg(), Err(Error::Invalid { .. })), "{width} x {height}");
    }
    let message = Figure::of(panel()).save(folder.path().join("picture.jpg")).unwrap_err().to_string();
    assert!(message.ends_with("it must be one that ends in .png or .svg"), "{message}");
    assert!(matches!(Figure::of(panel()).save(folder.path().join("no").join("a.png")), Err(Error::Io { .. })));
    Figure::of(panel()).save(folder.path().join("a.PNG")).unwrap();
}

#[test]
fn names_of_any_length_are_cut_off() {
    let long = "a very long name ".repeat(100_000);
    let names = vec![long.clone(); 3];
    let panel = Panel::new(&long, Axis::of_names(&long, names), Axis::new(&long, 0.0..=1.0))
        .legend(&long, ColorRole::Misclassified);
    let svg = Figure::of(panel.legend("short", ColorRole::Series(0))).title(&long).to_svg().unwrap();
    assert!(svg.len() < 10_000 && svg.contains('…') && svg.contains("short"), "{} bytes", svg.len());
}

#[test]
fn axes_of_any_numbers_can_be_drawn() {
    let ends = [0.0, -0.0, 1.0, -1.0, 1e-300, 1e300, f64::MAX, f64::MIN, f64::INFINITY, f64::NAN, 5e-324, 1.0 + 1e-16];
    for low in ends {
        for high in ends {
            let points = ends.map(|x| [x, x]);
            let panel = Panel::new("", Axis::new("", low..=high), Axis::new("", low..=high))
                .mark(Mark::line(points, ColorRole::Series(0)))
                .mark(Mark::dots(points, ColorRole::Class(0)))
                .mark(Mark::bar([low, low], [high, high], ColorRole::Misclassified));
            assert!(Figure::of(panel).size(200, 150).to_rgb().is_ok(), "{low} to {high}");
        }
    }
    for text in [f64::NAN, -1.0, 0.0, f64::INFINITY] {
        let mut svg = String::new();
        let area = SVGBackend::with_string(&mut svg, (900, 700)).into_drawing_area();
        let panel = Panel::new("", Axis::of_names("", vec![]), Axis::new("", 0.0..=1.0));
        let _ = panel.draw(&area, &Style::default().text(text)); // There may be no room.
    }
}

#[test]
fn a_model_of_ones_own_is_shown_through_its_run() {
    let data = datasets::parabola(30, 13);
    let replay = trained::article(&data, Activation::Tanh, 2);
    let model = replay.at(0).unwrap().into_model();
    let (own, found) = (RunPlots::of(replay.run_with(&model)).unwrap(), RunPlots::of(replay.run().unwrap()).unwrap());
    assert_eq!(own.figure(2).unwrap(), found.figure(2).unwrap());
}

#[test]
fn a_boundary_behind_many_inputs_reaches_as_far_as_its_regions() {
    let data = datasets::ball(10, 100, 13);
    let layers = [trained::wide(2, Activation::Tanh), trained::sigmoid()];
    let replay = trained::run(&data, layers, Loss::BinaryCrossEntropy, 12);
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let mut lines = 0;
    for epoch in 0..=12 {
        let panel = plots.feature_space(epoch).unwrap();
        for line in panel.in_color(ColorRole::Boundary) {
            let near = |at: f64, axis: &Axis| {
                [axis.low, axis.high].iter().any(|end| (at - end).abs() < 0.02 * (axis.high - axis.low))
            };
            let is_at_edge = |point: &[f64; 2]| near(point[0], &panel.x) || near(point[1], &panel.y);
            let (first, last) = (line.points().first().unwrap(), line.points().last().unwrap());
            assert!(first == last || is_at_edge(first) && is_at_edge(last), "epoch {epoch}: {first:?} to {last:?}");
            lines += 1;
        }
    }
    assert!(lines > 6, "{lines}");
}
