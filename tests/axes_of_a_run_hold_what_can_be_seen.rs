//! One epoch that reaches far does not make a speck of all others, and what is not seen is said.
#![cfg(feature = "plot")]

#[path = "common/trained.rs"]
mod trained;

use training_replay::{
    Activation, Dataset, Forward, Loss, Matrix, Metrics, Parameter, Replay, Sequential, Weights,
    analysis::{Grid, LayerFilter, Quantity},
    datasets,
    plot::{Aspect, Axes, AxisKind, ColorRole, Figure, Mark, Panel, RunPlotOptions, RunPlots},
};

/// The network of the article with all weights times this.
fn times(model: &Sequential, factor: f32) -> Sequential {
    let weights = Weights::of(model).unwrap();
    let scaled = weights.iter().map(|parameter| {
        let values: Vec<f32> = parameter.values().to_f32().iter().map(|value| value * factor).collect();
        Parameter::new(parameter.layer().to_owned(), parameter.name().to_owned(), parameter.shape().to_vec(), values)
    });
    model.with_weights(&scaled.collect()).unwrap()
}

/// A run of a ReLU network whose weights were multiplied by this in one epoch.
fn exploding(at: u64, factor: f32) -> (Dataset, Replay) {
    let data = datasets::moons(60, 0.1, 7);
    let usual =
        trained::run(&data, [trained::wide(2, Activation::Relu), trained::sigmoid()], Loss::BinaryCrossEntropy, 9);
    let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    for epoch in 0..=9 {
        let model = usual.at(epoch).unwrap().into_model();
        let model = if epoch == at { times(&model, factor) } else { model };
        replay.record(&model, Metrics::new()).unwrap();
    }
    (data, replay)
}

fn plots(replay: &Replay, options: RunPlotOptions) -> RunPlots<'_, Sequential> {
    options.of(replay.run().unwrap()).unwrap()
}

#[test]
fn of_an_ordinary_run_nothing_is_left_out() {
    let data = datasets::parabola(60, 13);
    for activation in [Activation::Sigmoid, Activation::Tanh, Activation::Relu] {
        let replay = trained::article(&data, activation, 20);
        let (robust, whole) =
            (plots(&replay, RunPlots::options()), plots(&replay, RunPlots::options().axes(Axes::Run)));
        for epoch in [0, 7, 20] {
            assert_eq!(robust.figure(epoch).unwrap(), whole.figure(epoch).unwrap(), "{activation} at {epoch}");
            let notes: Vec<_> = robust.figure(epoch).unwrap().panels().flat_map(|panel| panel.notes.clone()).collect();
            assert!(notes.is_empty(), "{activation} at {epoch}: {notes:?}");
        }
    }
}

#[test]
fn weights_that_explode_at_the_end_or_at_the_beginning_are_left_out_and_named() {
    for at in [0, 9] {
        let (_, replay) = exploding(at, 100.0);
        let (robust, whole) =
            (plots(&replay, RunPlots::options()), plots(&replay, RunPlots::options().axes(Axes::Run)));
        let named = |panel: &Panel| {
            panel.notes.iter().any(|note| note.starts_with(&format!("the axes leave out epoch {at}, which reaches to")))
        };
        for epoch in 0..=9 {
            let (near, far) = (robust.feature_space(epoch).unwrap(), whole.feature_space(epoch).unwrap());
            assert!(far.x.high - far.x.low > 20.0 * (near.x.high - near.x.low), "{at}: {:?}", near.x);
            assert!(named(&near) && !named(&far));
            let outside = near.notes.iter().any(|note| note.ends_with("outside these axes"));
            assert_eq!(outside, epoch == at, "epoch {epoch}: {:?}", near.notes);
            assert!(Figure::of(near).size(300, 300).to_png().is_ok());
        }
        let (near, far) = (robust.losses(at).unwrap(), whole.losses(at).unwrap());
        assert!(far.x.high > 5.0 * near.x.high && named(&near));
        assert!(near.notes.iter().any(|note| note.ends_with("their losses lie beyond this axis")), "{:?}", near.notes);
        let violins = |plots: &RunPlots<'_, Sequential>| {
            let violins = plots.violins(Quantity::weights(), &LayerFilter::default()).unwrap();
            violins.panel(5).unwrap()
        };
        assert!(violins(&whole).y.high > 20.0 * violins(&robust).y.high && named(&violins(&robust)));
    }
}

/// The cells of a bent grid that reaches a hundred times as far once had colors of their own within the axes.
#[test]
fn the_regions_of_an_epoch_that_is_left_out_are_those_between_the_axes() {
    let (_, replay) = exploding(9, 100.0);
    let panel = plots(&replay, RunPlots::options()).feature_space(9).unwrap();
    let area = |points: &[[f64; 2]]| {
        let next = points.iter().cycle().skip(1);
        (points.iter().zip(next).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum::<f64>() / 2.0).abs()
    };
    let regions = panel.marks.iter().filter(|mark| matches!(mark, Mark::Area { .. }));
    let all: f64 = regions.map(|mark| area(mark.points())).sum();
    let whole = (panel.x.high - panel.x.low) * (panel.y.high - panel.y.low);
    assert!((all / whole - 1.0).abs() < 1e-3, "{all} of {whole}");
}

#[test]
fn a_first_loss_of_a_thousand_times_the_rest_does_not_flatten_the_curve() {
    let (_, replay) = exploding(0, 1_000.0);
    let robust = plots(&replay, RunPlots::options()).curves(3);
    let whole = plots(&replay, RunPlots::options().axes(Axes::Run)).curves(3);
    assert!(whole.y.high > 100.0 * robust.y.high, "{} and {}", whole.y.high, robust.y.high);
    assert!(robust.notes[0].starts_with("the axes leave out epoch 0"), "{:?}", robust.notes);
    let loss = robust.in_color(ColorRole::Series(0)).next().unwrap();
    assert_eq!(loss.points().len(), 10, "the line still leads there");
}

#[test]
fn the_axes_of_an_epoch_alone_hold_it_closely() {
    let (_, replay) = exploding(9, 100.0);
    let own = plots(&replay, RunPlots::options().axes(Axes::Epoch));
    for epoch in [0, 9] {
        let panel = own.feature_space(epoch).unwrap();
        let points: Vec<f64> = panel.marks.iter().flat_map(Mark::points).flat_map(|point| *point).collect();
        let farthest = points.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        assert!(panel.x.high.max(panel.y.high) < 1.2 * farthest, "epoch {epoch}");
        assert!(panel.notes.is_empty(), "{:?}", panel.notes);
        let losses = own.losses(epoch).unwrap();
        let largest =
            replay.at(epoch).unwrap().losses(Loss::BinaryCrossEntropy).unwrap().into_iter().fold(0.0, f32::max);
        assert_eq!(losses.x.high, f64::from(largest));
    }
}

#[test]
fn limits_of_ones_own_are_kept_and_what_is_beyond_is_counted() {
    let data = datasets::moons(60, 0.1, 7);
    let replay = trained::article(&data, Activation::Tanh, 6);
    let options = || RunPlots::options().space(-0.2..=0.2, -0.1..=0.3).loss_axis(0.0..=0.4).curve_axis(0.0..=9.0);
    let own = plots(&replay, options().count_axis(3));
    let space = own.feature_space(6).unwrap();
    assert_eq!((space.x.low, space.x.high, space.y.low, space.y.high), (-0.2, 0.2, -0.1, 0.3));
    assert_eq!(space.aspect, Aspect::Equal);
    let seen = replay.at(6).unwrap().feature_space("hidden", &Grid::covering(&data, 0.1)).unwrap().samples;
    let outside = seen.row_iter().filter(|row| row[0].abs() > 0.2 || !(-0.1..=0.3).contains(&row[1])).count();
    assert!(space.notes.contains(&format!("{outside} samples lie outside these axes")), "{:?}", space.notes);
    let losses = replay.at(6).unwrap().losses(Loss::BinaryCrossEntropy).unwrap();
    let beyond = losses.iter().filter(|&&loss| f64::from(loss) > 0.4).count();
    let panel = own.losses(6).unwrap();
    assert!(beyond > 0 && panel.x.high == 0.4);
    let note = format!("{beyond} of 60 samples are not drawn: their losses lie beyond this axis");
    assert!(panel.notes.contains(&note), "{:?}", panel.notes);
    assert_eq!((own.curves(2).y.high, own.probabilities(2, 0).unwrap().y.high), (9.0, 3.0));
    assert!(own.probabilities(6, 0).unwrap().notes.iter().any(|note| note.ends_with("beyond this axis")));
    for wrong in [options().loss_axis(1.0..=0.0), options().space(0.0..=0.0, 0.0..=1.0), options().count_axis(0)] {
        assert!(wrong.of(replay.run().unwrap()).is_err());
    }
}

#[test]
fn logarithmic_losses_show_small_ones_and_count_zero_in_the_lowest_bar() {
    let (_, replay) = exploding(9, 30.0);
    let log = plots(&replay, RunPlots::options().log_losses(true));
    let panel = log.losses(9).unwrap();
    assert_eq!(panel.x.kind, AxisKind::Logarithmic);
    let edges: Vec<f64> = panel.in_color(ColorRole::Series(0)).map(|bar| bar.points()[0][0]).collect();
    assert!(edges.iter().all(|&edge| edge >= panel.x.low * 0.999), "{edges:?} from {}", panel.x.low);
    let counted: f64 = panel.in_color(ColorRole::Series(0)).map(|bar| bar.points()[2][1]).sum();
    assert_eq!(counted, 60.0, "all samples are in a bar");
    let losses = replay.at(9).unwrap().losses(Loss::BinaryCrossEntropy).unwrap();
    let tiny = losses.iter().filter(|&&loss| f64::from(loss) < panel.x.low).count();
    assert_eq!(panel.notes.iter().any(|note| note.contains("in the lowest bar")), tiny > 0, "{:?}", panel.notes);
    let curves = log.curves(2);
    assert!(curves.y.kind == AxisKind::Logarithmic && curves.y.low > 0.0);
    assert!(log.figure(9).unwrap().to_png().is_ok());
    assert_eq!(log.losses(0).unwrap().x, panel.x, "one axis for all epochs");
}

/// Once a run that diverged had empty panels, and nothing said why.
#[test]
fn an_epoch_that_diverged_says_why_its_panels_are_empty() {
    let (_, replay) = exploding(9, f32::NAN);
    let figure = plots(&replay, RunPlots::options()).figure(9).unwrap();
    let notes: Vec<(String, String)> =
        figure.panels().flat_map(|panel| panel.notes.iter().map(|note| (panel.title.clone(), note.clone()))).collect();
    let has = |title: &str, note: &str| assert!(notes.contains(&(title.into(), note.into())), "{note}: {notes:#?}");
    has("Decision boundary", "the outputs are NaN for 60 samples");
    has("class 0 samples", "30 of 30 samples are in no bar: their outputs are NaN");
    has("Losses of the samples", "60 of 60 samples are in no bar: their losses are not finite");
    let overflown = plots(&exploding(9, f32::INFINITY).1, RunPlots::options()).feature_space(9).unwrap().notes;
    assert!(overflown.iter().any(|note| note.ends_with("not drawn: their values are not finite")), "{overflown:?}");
}

#[test]
fn curves_end_at_the_epoch_with_a_dot_on_the_axes_of_the_whole_run() {
    let data = datasets::moons(60, 0.1, 7);
    let usual = trained::article(&data, Activation::Tanh, 6);
    let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    for epoch in 0..=6_u8 {
        let metrics =
            [("val_loss", 2.0 - 0.1 * f64::from(epoch)), ("val_accuracy", 0.5), ("metrics/mAP50-95(B)", f64::NAN)];
        replay.record(&usual.at(u64::from(epoch)).unwrap().into_model(), metrics).unwrap();
    }
    let plots = plots(&replay, RunPlots::options());
    let whole = plots.curves(6);
    let names: Vec<&str> = whole.legend.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["loss", "val_loss", "accuracy", "val_accuracy"]);
    let right = whole.right.clone().unwrap();
    assert_eq!((right.low, right.high), (0.0, 1.0));
    for epoch in 0..=6 {
        let panel = plots.curves_until(epoch);
        assert_eq!((&panel.x, &panel.y, &panel.right), (&whole.x, &whole.y, &whole.right));
        let at = epoch as usize;
        let marks: Vec<&Mark> = panel.in_color(ColorRole::Series(1)).collect();
        assert_eq!(marks[0].points().len(), at + 1);
        assert_eq!(marks[1].points(), [[epoch as f64, 2.0 - 0.1 * epoch as f64]], "the dot");
        let accuracy: Vec<&Mark> = panel.in_color(ColorRole::Series(3)).collect();
        let middle = f64::midpoint(panel.y.low, panel.y.high);
        assert!((accuracy[1].points()[0][1] - middle).abs() < 1e-9, "0.5 of 0 to 1 is half way up");
    }
    let broken = plots.metrics(2, &["metrics/mAP50-95(B)"]).unwrap();
    assert!(broken.in_color(ColorRole::Series(0)).next().unwrap().points()[3][1].is_nan(), "NaN is left to be marked");
    let message = plots.metrics(0, &["map"]).unwrap_err().to_string();
    assert!(message.contains(r#"one of ["val_loss", "val_accuracy", "metrics/mAP50-95(B)"]"#), "{message}");
}

/// Twenty samples of one class below twenty thousand of another were once gone.
#[test]
fn a_rare_class_is_seen_in_a_small_picture() {
    let points = Matrix::from_fn(20_020, 2, |i, j| ((i * (j + 2)) as f32 * 0.37).sin());
    let classes: Vec<usize> = (0..20_020).map(|i| usize::from(i % 1_001 != 0)).collect();
    let data = Dataset::from_labels(points.clone(), &classes).unwrap();
    let panel = Panel::samples(&points, &data).unwrap();
    let first = [f64::from(points[(0, 0)]), f64::from(points[(0, 1)])];
    let rare = panel.in_color(ColorRole::Class(0)).next().unwrap();
    assert_eq!((rare.points().len(), rare.points()[0]), (20, first));
    assert_eq!(panel.marks.last().unwrap().color(), ColorRole::Class(0));
    let theme = training_replay::plot::Theme::light();
    let count = |panel: &Panel| {
        let pixels = Figure::of(panel.clone()).size(300, 240).to_rgb().unwrap();
        let color = theme.color(ColorRole::Class(0));
        pixels.chunks(3).filter(|pixel| pixel.iter().zip(color).all(|(a, b)| a.abs_diff(b) <= 24)).count()
    };
    let mut alone = panel.clone();
    alone.marks.retain(|mark| mark.color() == ColorRole::Class(0));
    assert!(count(&panel) * 10 >= count(&alone) * 9, "{} of {} pixels", count(&panel), count(&alone));
}

#[test]
fn the_dot_of_an_accuracy_of_one_is_on_the_plot_whatever_the_axis_on_the_left() {
    let data = datasets::moons(20, 0.1, 7);
    let model = trained::article(&data, Activation::Tanh, 0).at(0).unwrap().into_model();
    let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    replay.record(&model, [("val_accuracy", 1.0)]).unwrap();
    for (i, log) in (1..40).flat_map(|i| [(i, false), (i, true)]) {
        let (low, high) = (0.013 * f64::from(i), 1.7 + 0.37 * f64::from(i * i));
        let panel = plots(&replay, RunPlots::options().curve_axis(low..=high).log_losses(log)).curves_until(0);
        let dots = panel.in_color(ColorRole::Series(2)).chain(panel.in_color(ColorRole::Series(1)));
        let ends: Vec<f64> =
            dots.filter(|mark| matches!(mark, Mark::Dots { .. })).map(|dot| dot.points()[0][1]).collect();
        assert!(
            ends.len() == 2 && ends.iter().all(|end| (low..=high).contains(end)),
            "{low} to {high}, {log}: {ends:?}"
        );
    }
}

/// One axis left out the epoch and the other did not: all samples of the others were a line.
#[test]
fn both_axes_of_a_space_leave_out_the_same_epochs() {
    let (_, replay) = exploding(0, 1.0);
    let mut lopsided = Replay::options().dataset(replay.dataset().unwrap()).loss(Loss::BinaryCrossEntropy).in_memory();
    for epoch in 0..=9 {
        let model = replay.at(epoch).unwrap().into_model();
        let factors = if epoch == 9 { [100.0, 3.0] } else { [1.0, 1.0] };
        let weights = Weights::of(&model).unwrap();
        let scaled = weights.iter().map(|parameter| {
            let values = parameter.values().to_f32();
            let is_hidden = parameter.layer() == "hidden";
            let factor = |i: usize| if is_hidden { factors[i % 2] } else { 1.0 }; // The two units, in turn.
            let values: Vec<f32> = values.iter().enumerate().map(|(i, value)| value * factor(i)).collect();
            Parameter::new(
                parameter.layer().to_owned(),
                parameter.name().to_owned(),
                parameter.shape().to_vec(),
                values,
            )
        });
        lopsided.record(&model.with_weights(&scaled.collect()).unwrap(), Metrics::new()).unwrap();
    }
    let limits = |panel: Panel| [panel.x.low, panel.x.high, panel.y.low, panel.y.high];
    let all = plots(&lopsided, RunPlots::options()).feature_space(3).unwrap();
    let before = RunPlots::of(lopsided.run().unwrap().epochs(0..=8)).unwrap().feature_space(3).unwrap();
    assert_eq!(all.notes.iter().filter(|note| note.starts_with("the axes leave out epoch 9")).count(), 1);
    assert_eq!(limits(all), limits(before));
}

#[test]
fn an_axis_of_ones_own_says_what_of_the_curves_it_does_not_show() {
    let (_, replay) = exploding(0, 1_000.0);
    let near = plots(&replay, RunPlots::options().curve_axis(0.0..=5.0)).curves(3);
    assert_eq!(near.notes, ["1 value lies outside this axis"]);
    assert!(plots(&replay, RunPlots::options().curve_axis(0.0..=1e9)).curves(3).notes.is_empty());
}

#[test]
fn more_classes_than_colors_are_said() {
    for (classes, is_said) in [(10, false), (12, true)] {
        let replay = trained::ring(classes, 120, 1);
        let plots = plots(&replay, RunPlots::options());
        for panel in [plots.feature_space(1), plots.decision_boundary(1), plots.confidences(1)].map(Result::unwrap) {
            let said = panel.notes.iter().any(|note| note == "10 colors, then again in other forms");
            assert_eq!(said, is_said, "{classes} classes, {}", panel.title);
        }
    }
}
