//! A page holds the numbers that the analysis gives, names as words, and little else. What a person does with it is tested in a
//! browser, by `tests/browser/run`, on pages that are written here.
#![cfg(feature = "plot")]

#[path = "common/page.rs"]
mod decoded;
#[path = "common/texts.rs"]
mod texts;
#[path = "common/trained.rs"]
mod trained;

use std::{cell::Cell, path::PathBuf};

use decoded::{DecodedPage, number, range};
use serde_json::Value;
use training_replay::{
    Activation, Dataset, Dense, Error, Loss, Matrix, Metrics, Optimizer, Replay, Sequential, Trainer, Weights,
    analysis::{Grid, LayerFilter, MilestoneOptions, PrincipalPlane, Quantity},
    datasets,
    plot::{Axis, ColorRole, Follow, Lesson, Mark, Page, PagePanel, PageSource, Panel, RunPlots, Sentence, Texts},
};

fn page(replay: &Replay) -> DecodedPage {
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    DecodedPage::read(Page::new("A page").run("the run", &plots).unwrap().to_html().unwrap())
}

#[test]
fn samples_beyond_a_given_grid_are_not_moved_to_its_edge() {
    let replay = trained::article(&datasets::moons(60, 0.1, 7), Activation::Tanh, 0);
    let grid = Grid::new(-0.5..=0.5, -0.5..=0.5);
    let plots = RunPlots::options().grid(grid).of(replay.run().unwrap()).unwrap();
    let page = DecodedPage::read(
        Page::new("A page").source(PageSource::Arrays).run("the run", &plots).unwrap().to_html().unwrap(),
    );
    let (plane, inputs) = (&page.run(0)["input"], replay.dataset().unwrap().inputs());
    let points = page.u16(&plane["points"]);
    let is_seen = |row: usize| inputs.row(row).iter().all(|place| place.abs() <= 0.5);
    let is_placed = |row: usize| points[row] != u16::MAX && points[row + 60] != u16::MAX;
    assert!((0..60).all(|row| is_seen(row) == is_placed(row)));
    let seen = (0..60).filter(|&row| is_seen(row)).count();
    assert!(
        seen > 0 && plane["notes"].to_string().contains(&format!("{} samples lie outside", 60 - seen)),
        "{}",
        plane["notes"]
    );
}

#[test]
fn samples_have_their_places_probabilities_and_losses_at_every_epoch() {
    let data = datasets::moons(90, 0.1, 7);
    let replay = trained::article(&data, Activation::Tanh, 6);
    let page = page(&replay);
    let run = page.run(0);
    let (predicted, probabilities, losses) =
        (page.u8(&run["predicted"]), page.u16(&run["probability"]), page.u16(&run["losses"]));
    let hidden = page.u16(&run["hidden"]["points"]);
    let input = page.u16(&run["input"]["points"]);
    let classes: Vec<u8> = data.classes().unwrap().iter().map(|&class| class as u8).collect();
    assert_eq!(page.u8(&run["classes"]), classes);
    assert_eq!(page.u32(&run["indices"]), (0..90).collect::<Vec<u32>>());
    let (low, high) = range(&run["loss_range"]);
    let near = |found: f64, expected: f32, within: f64| {
        assert!((found - f64::from(expected)).abs() <= within, "{found}, not {expected}");
    };
    for epoch in 0..7 {
        let snapshot = replay.at(epoch as u64).unwrap();
        let (outputs, exact) = (snapshot.outputs().unwrap(), snapshot.losses(Loss::BinaryCrossEntropy).unwrap());
        let space = snapshot.feature_space("hidden", &Grid::covering(&data, 0.1)).unwrap();
        for i in 0..90 {
            let at = 90 * epoch + i;
            assert_eq!(predicted[at], u8::from(outputs[i] > 0.5));
            near(number(probabilities[at], (0.0, 1.0)), outputs[i], 2e-5);
            let loss = low * (high / low).powf(f64::from(losses[at] - 1) / 65_532.0);
            near(loss, exact[i], f64::from(exact[i]) * 3e-4);
            for (axis, name) in [(0, "x"), (1, "y")] {
                let limits = range(&run["hidden"][name]);
                let steps = hidden[180 * epoch + 90 * axis + i];
                near(number(steps, limits), space.samples[(i, axis)], (limits.1 - limits.0) / 60_000.0);
                let limits = range(&run["input"][name]);
                near(number(input[90 * axis + i], limits), data.inputs()[(i, axis)], (limits.1 - limits.0) / 60_000.0);
            }
        }
    }
}

#[test]
fn of_several_outputs_the_probability_is_that_of_the_samples_own_class() {
    let data = datasets::moons(60, 0.1, 7);
    let two = data.clone().one_hot().unwrap();
    let layers = [trained::wide(2, Activation::Tanh), Dense::new(2).activation(Activation::Softmax)];
    let replay = trained::run(&two, layers, Loss::CategoricalCrossEntropy, 3);
    let page = page(&replay);
    let (probabilities, outputs) = (page.u16(&page.run(0)["probability"]), replay.at(3).unwrap().outputs().unwrap());
    for (i, class) in data.classes().unwrap().into_iter().enumerate() {
        let found = number(probabilities[3 * 60 + i], (0.0, 1.0));
        assert!((found - f64::from(outputs[(i, class)])).abs() < 2e-5, "sample {i}");
    }
}

/// The counts of a class, or of a row, at an epoch.
fn counts(counts: &[u32], epoch: usize, row: usize, [rows, bins]: [usize; 2]) -> &[u32] {
    &counts[(epoch * rows + row) * bins..][..bins]
}

fn as_counts(counts: &[u64]) -> Vec<u32> {
    counts.iter().map(|&count| count as u32).collect()
}

/// The page once counted for itself, with other bins, on rounded numbers: p = 0.5 of ReLU before training was in another bin.
#[test]
fn histograms_have_the_bins_and_the_counts_of_the_pictures() {
    let data = datasets::moons(90, 0.1, 7);
    let replay = trained::article(&data, Activation::Relu, 6);
    let plots = RunPlots::options().bins(13).of(replay.run().unwrap()).unwrap();
    let page = DecodedPage::read(Page::new("A page").run("run", &plots).unwrap().to_html().unwrap());
    let (run, shown) = (page.run(0), &page.run(0)["probabilities"]);
    let (correct, wrong) = (page.u32(&shown["correct"]), page.u32(&shown["misclassified"]));
    let losses = &run["loss_histogram"]["linear"];
    let (right_losses, wrong_losses) = (page.u32(&losses["correct"]), page.u32(&losses["misclassified"]));
    assert_eq!((shown["bins"].as_u64(), losses["bins"].as_u64()), (Some(13), Some(13)));
    for epoch in 0..7 {
        let histogram = replay.at(epoch as u64).unwrap().probability_histogram(13).unwrap();
        for class in 0..2 {
            assert_eq!(counts(&correct, epoch, class, [2, 13]), as_counts(&histogram.correct[class]));
            assert_eq!(counts(&wrong, epoch, class, [2, 13]), as_counts(&histogram.misclassified[class]));
        }
        let both = counts(&right_losses, epoch, 0, [1, 13]).iter().zip(counts(&wrong_losses, epoch, 0, [1, 13]));
        let bars: Vec<f64> = both.map(|(right, wrong)| f64::from(right + wrong)).filter(|&bar| bar > 0.0).collect();
        let panel = plots.losses(epoch as u64).unwrap();
        let expected: Vec<f64> = panel.marks.iter().map(|bar| bar.points()[2][1]).collect();
        assert_eq!(bars, expected, "losses at epoch {epoch}");
        assert_eq!(range(&losses["ends"]).1, panel.x.high);
        let wrong = replay.at(epoch as u64).unwrap().evaluate(Loss::BinaryCrossEntropy).unwrap();
        let found: u32 = counts(&wrong_losses, epoch, 0, [1, 13]).iter().sum();
        assert!((1.0 - f64::from(found) / 90.0 - wrong.accuracy.unwrap()).abs() < 1e-9);
    }
}

/// What a reader takes for the bin of each sample, added up, is what was counted.
#[test]
fn every_sample_lies_in_the_bin_that_it_is_counted_in() {
    let data = datasets::moons(90, 0.1, 7);
    for activation in [Activation::Relu, Activation::Sigmoid] {
        let replay = trained::article(&data, activation, 6);
        // So many that a step of the page lies on an end of a bin now and then.
        let plots = RunPlots::options().bins(997).of(replay.run().unwrap()).unwrap();
        let page = DecodedPage::read(Page::new("A page").run("run", &plots).unwrap().to_html().unwrap());
        let run = page.run(0);
        let (classes, losses) = (page.u8(&run["classes"]), page.u16(&run["losses"]));
        let shares = page.u16(&run["probability"]).into_iter().map(|steps| number(steps, (0.0, 1.0)));
        let mut found = vec![0; 7 * 2 * 997];
        for (i, share) in shares.enumerate() {
            found[(i / 90 * 2 + usize::from(classes[i % 90])) * 997 + (share * 997.0).min(996.0) as usize] += 1;
        }
        assert_eq!(found, sums(&page, &run["probabilities"]), "probabilities with {activation}");
        let (low, high) = range(&run["loss_range"]);
        let losses: Vec<f64> = losses
            .into_iter()
            .map(|steps| if steps == 0 { 0.0 } else { low * (high / low).powf(f64::from(steps - 1) / 65_532.0) })
            .collect();
        for (kind, scale) in [("linear", identity as fn(f64) -> f64), ("logarithmic", f64::ln)] {
            let shown = &run["loss_histogram"][kind];
            let (bins, (low, high)) = (shown["bins"].as_u64().unwrap() as usize, range(&shown["ends"]));
            let share = |loss: f64| (scale(loss) - scale(low)) / (scale(high) - scale(low));
            let mut found = vec![0; 7 * bins];
            for (i, &loss) in losses.iter().enumerate() {
                found[i / 90 * bins + (share(loss) * bins as f64).clamp(0.0, bins as f64 - 1.0) as usize] += 1;
            }
            assert_eq!(found, sums(&page, shown), "{kind} losses with {activation}");
        }
    }
}

fn identity(loss: f64) -> f64 {
    loss
}

/// All samples in each bin.
fn sums(page: &DecodedPage, shown: &Value) -> Vec<u32> {
    let (correct, wrong) = (page.u32(&shown["correct"]), page.u32(&shown["misclassified"]));
    correct.iter().zip(wrong).map(|(correct, wrong)| correct + wrong).collect()
}

#[test]
fn titles_and_labels_are_the_words_of_the_pictures() {
    let data = datasets::moons(60, 0.1, 7);
    let replay = trained::article(&data, Activation::Tanh, 2);
    let plots = RunPlots::options().name_classes(["upper", "lower"]).of(replay.run().unwrap()).unwrap();
    let page = DecodedPage::read(Page::new("A page").run("run", &plots).unwrap().to_html().unwrap());
    let run = page.run(0);
    for class in 0..2 {
        let panel = plots.probabilities(1, class).unwrap();
        assert_eq!(run["probabilities"]["titles"][class], panel.title);
        assert_eq!(run["probabilities"]["x_label"], panel.x.label);
        assert_eq!(run["probabilities"]["y_label"], panel.y.label);
    }
    let losses = plots.losses(1).unwrap();
    let words = ["title", "x_label", "y_label"].map(|word| run["loss_histogram"][word].as_str().unwrap());
    assert_eq!(words, [losses.title, losses.x.label, losses.y.label]);
    let curves = plots.curves(1);
    assert_eq!(run["curves_title"], curves.title);
    assert_eq!(run["curve_labels"].as_array().unwrap()[..], [curves.y.label, curves.right.unwrap().label]);
    let shown = [("hidden", plots.feature_space(1).unwrap()), ("input", plots.decision_boundary(1).unwrap())];
    for (name, panel) in shown {
        let words = ["title", "x_label", "y_label"].map(|word| run[name][word].as_str().unwrap());
        assert_eq!(words, [panel.title, panel.x.label, panel.y.label]);
    }
    let several = trained::run(
        &data.clone().one_hot().unwrap(),
        [trained::wide(2, Activation::Tanh), Dense::new(2).activation(Activation::Softmax)],
        Loss::CategoricalCrossEntropy,
        1,
    );
    let plots = RunPlots::of(several.run().unwrap()).unwrap();
    let page = DecodedPage::read(Page::new("A page").run("run", &plots).unwrap().to_html().unwrap());
    assert_eq!(page.run(0)["probabilities"]["x_label"], plots.confidences(1).unwrap().x.label);
}

#[test]
fn metrics_that_are_no_numbers_differ_from_those_that_were_not_logged() {
    let replay = odd_metrics();
    let page = page(&replay);
    let run = page.run(0);
    let logged = |name: &str| {
        let curves = run["curves"].as_array().unwrap().iter().chain(run["logged"].as_array().unwrap());
        curves.filter(|curve| curve["name"] == name).map(|curve| curve["values"].clone()).next().unwrap()
    };
    assert_eq!(logged("val/box_loss"), serde_json::json!([0.5, "NaN", "Infinity", "-Infinity", null]));
    assert_eq!(logged("metrics/mAP50-95(B)"), serde_json::json!([null, null, 0.25, null, null]));
}

/// Five epochs of which one lets the weights be NaN, with metrics as people log them.
fn odd_metrics() -> Replay {
    let data = datasets::moons(40, 0.1, 7);
    let layers = || [trained::wide(2, Activation::Tanh), trained::sigmoid()];
    let model = Sequential::builder(2).layers(layers()).build(42).unwrap();
    let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    let boxes = [Some(0.5), Some(f64::NAN), Some(f64::INFINITY), Some(f64::NEG_INFINITY), None];
    for (epoch, value) in boxes.into_iter().enumerate() {
        let mut metrics = Metrics::new();
        metrics.extend(value.map(|value| ("val/box_loss".to_owned(), value)));
        metrics.extend((epoch == 2).then(|| ("metrics/mAP50-95(B)".to_owned(), 0.25)));
        replay.record(&model, metrics).unwrap();
    }
    replay
}

#[test]
fn where_no_output_is_a_number_losses_are_nan_and_planes_say_why_they_are_empty() {
    let page = page(&diverged());
    let run = page.run(0);
    let last = run["epochs"].as_array().unwrap().len() - 1;
    let losses = page.u16(&run["losses"]);
    let of_last = &losses[last * 40..];
    assert!(of_last.iter().all(|&steps| steps == 65_535), "{of_last:?}");
    assert_eq!(page.u32(&run["loss_histogram"]["no_losses"])[2 * last..], [40, 0]);
    assert_eq!(page.u32(&run["probabilities"]["undecided"])[2 * last..], [20, 20]);
    let unseen = "40 of 40 samples are not drawn: their values are not finite";
    for (plane, note) in [("input", "the outputs are NaN for 40 samples"), ("hidden", unseen)] {
        assert_eq!(run[plane]["epoch_notes"][last], note);
        assert_eq!(run[plane]["epoch_notes"][0], "");
    }
    assert_eq!(run["curves"][0]["values"][last], "NaN");
}

/// Outputs of 1e30, whose squares are beyond an `f32`.
#[test]
fn infinite_losses_are_not_nan() {
    let data = datasets::moons(40, 0.1, 7);
    let layers = [trained::wide(2, Activation::Linear), Dense::new(1).name("output")];
    let model = Sequential::builder(2).layers(layers).build(42).unwrap();
    let mut replay = Replay::options().dataset(&data).loss(Loss::MeanSquaredError).in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    replay.record(&trained::changed(&model, |weight| 1e15 * weight), Metrics::new()).unwrap();
    let page = page(&replay);
    let run = page.run(0);
    assert!(page.u16(&run["losses"])[40..].iter().all(|&steps| steps == 65_534));
    assert_eq!(page.u32(&run["loss_histogram"]["no_losses"]), [0, 0, 0, 40]);
    assert_eq!(run["curves"][0]["values"][1], "Infinity");
}

/// Twelve good epochs and three whose weights are NaN.
fn diverged() -> Replay {
    let data = datasets::moons(40, 0.1, 7);
    let layers = [trained::wide(2, Activation::Tanh), trained::sigmoid()];
    let mut model = Sequential::builder(2).layers(layers).build(42).unwrap();
    let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.05)).batch_size(16).seed(1);
    let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    for _ in 0..11 {
        let metrics = trainer.epoch(&mut model, &data).unwrap();
        replay.record(&model, metrics).unwrap();
    }
    let broken = trained::changed(&model, |_| f32::NAN);
    for _ in 0..3 {
        replay.record(&broken, Metrics::new()).unwrap();
    }
    replay
}

#[test]
fn a_slice_says_that_it_is_one_and_how_much_it_shows() {
    let data = datasets::ball(10, 100, 13);
    let layers = [trained::wide(5, Activation::Tanh), trained::sigmoid()];
    let replay = trained::run(&data, layers, Loss::BinaryCrossEntropy, 2);
    let page = page(&replay);
    let run = page.run(0);
    let plane = PrincipalPlane::of(data.inputs()).unwrap().plane;
    let share = 100.0 * plane.explained_variance_ratio(data.inputs()).unwrap();
    let note = run["input"]["notes"][0].as_str().unwrap();
    assert!(note.contains(&format!("this plane shows {share:.1} % of the variance")), "{note}");
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    for epoch in 0..3 {
        assert_eq!(said(&run["input"], epoch), plots.decision_boundary(epoch as u64).unwrap().notes.join("; "));
        assert_eq!(said(&run["hidden"], epoch), plots.feature_space(epoch as u64).unwrap().notes.join("; "));
    }
    let flat = page_of_two_inputs();
    assert_eq!(flat.run(0)["input"]["notes"].as_array().unwrap().len(), 0, "two inputs are all there is");
    assert_eq!(flat.run(0)["hidden"]["epoch_notes"].as_array().unwrap().len(), 0);
}

/// But for the last digit, which a reader of JSON may round.
fn same(ends: &Value, low: f64, high: f64) {
    let found = range(ends);
    assert!((found.0 - low).abs() + (found.1 - high).abs() < 1e-12 * (high - low), "{found:?}, not {low} to {high}");
}

/// Five epochs, of which the first has twenty times the weights of the others.
fn first_far() -> Replay {
    let data = datasets::moons(60, 0.1, 7);
    let layers = [trained::wide(2, Activation::Linear), Dense::new(1).name("output")];
    let model = Sequential::builder(2).layers(layers).build(42).unwrap();
    let mut replay = Replay::options().dataset(&data).loss(Loss::MeanSquaredError).in_memory();
    for factor in [20.0, 1.0, 0.9, 0.8, 0.7] {
        replay.record(&trained::changed(&model, |weight| factor * weight), Metrics::new()).unwrap();
    }
    replay
}

/// What a panel says at an epoch.
fn said(panel: &Value, epoch: usize) -> String {
    let always = panel["notes"].as_array().unwrap().iter().chain(panel["epoch_notes"].get(epoch));
    always.map(|note| note.as_str().unwrap()).filter(|note| !note.is_empty()).collect::<Vec<_>>().join("; ")
}

/// The first losses are a thousand times the others: once they squeezed all others into the lowest bar of the page.
#[test]
fn losses_far_beyond_all_others_are_left_out_and_counted_as_in_the_pictures() {
    let replay = first_far();
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let page = DecodedPage::read(Page::new("A page").run("run", &plots).unwrap().to_html().unwrap());
    let shown = &page.run(0)["loss_histogram"]["linear"];
    let bins = shown["bins"].as_u64().unwrap() as usize;
    for epoch in 0..5 {
        let panel = plots.losses(epoch as u64).unwrap();
        assert_eq!(range(&shown["ends"]), (panel.x.low, panel.x.high));
        let drawn: f64 = panel.marks.iter().map(|bar| bar.points()[2][1]).sum();
        let found: u32 = sums(&page, shown)[epoch * bins..][..bins].iter().sum();
        assert_eq!((f64::from(found), said(shown, epoch)), (drawn, panel.notes.join("; ")));
    }
    assert!(said(shown, 0).contains("their losses lie beyond this axis") && !said(shown, 1).contains("beyond"));
    assert!(said(shown, 1).starts_with("the axes leave out epoch 0"));
    let (run, curves) = (page.run(0), plots.curves(0));
    same(&run["curve_ends"], curves.y.low, curves.y.high);
    assert_eq!(run["curve_notes"][0], curves.notes[0]);
    let weights = plots.violins(Quantity::weights(), &LayerFilter::default()).unwrap();
    same(&run["violins"][0]["range"], *weights.limits().start(), *weights.limits().end());
    assert_eq!(run["violins"][0]["notes"][0], weights.panel(0).unwrap().notes[0]);
    let space = plots.feature_space(0).unwrap();
    same(&run["hidden"]["x"], space.x.low, space.x.high);
    same(&run["hidden"]["y"], space.y.low, space.y.high);
    let logarithmic = &page.run(0)["loss_histogram"]["logarithmic"];
    assert_eq!(sums(&page, logarithmic).iter().sum::<u32>(), 300, "the logarithmic axis leaves nothing out");
}

fn page_of_two_inputs() -> DecodedPage {
    page(&trained::article(&datasets::moons(40, 0.1, 7), Activation::Tanh, 1))
}

/// Two seeds with weights of 1 and of 1,000: on axes of both, the first is a hundredth of the width.
#[test]
fn an_epoch_that_is_a_speck_on_the_axes_of_the_run_keeps_its_digits() {
    let data = datasets::moons(60, 0.1, 7);
    let page = page(&exploding());
    let hidden = &page.run(0)["hidden"];
    let points = page.u16(&hidden["points"]);
    let scale = &hidden["scales"][0];
    assert!(hidden["scales"][1].is_null(), "the last epoch fills the axes");
    let space = exploding().at(0).unwrap().feature_space("hidden", &Grid::covering(&data, 0.1)).unwrap();
    for i in 0..60 {
        for axis in 0..2 {
            let (low, high) = range(&scale[axis]);
            let found = number(points[60 * axis + i], (low, high));
            assert!((found - f64::from(space.samples[(i, axis)])).abs() < (high - low) / 60_000.0, "sample {i}");
        }
    }
    let (low, high) = range(&hidden["x"]);
    let (from, to) = range(&scale[0]);
    assert!((to - from) < (high - low) / 16.0);
}

fn exploding() -> Replay {
    let data = datasets::moons(60, 0.1, 7);
    let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    let model =
        Sequential::builder(2).layers([trained::wide(2, Activation::Linear), trained::sigmoid()]).build(42).unwrap();
    replay.record(&model, Metrics::new()).unwrap();
    replay.record(&trained::changed(&model, |weight| 1_000.0 * weight), Metrics::new()).unwrap();
    replay
}

#[test]
fn a_page_says_how_large_its_file_will_be() {
    let replay = trained::article(&datasets::moons(40, 0.1, 7), Activation::Tanh, 2);
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let mut page = Page::new("A page");
    let empty = page.bytes().unwrap();
    page.run("run", &plots).unwrap();
    assert!(page.bytes().unwrap() > empty);
    assert_eq!(page.bytes().unwrap(), page.to_html().unwrap().len());
}

#[test]
fn boundaries_and_bent_grids_are_those_of_the_analysis() {
    let data = datasets::moons(90, 0.1, 7);
    let replay = trained::article(&data, Activation::Tanh, 6);
    let page = page(&replay);
    let hidden = &page.run(0)["hidden"];
    let (size, every) = (hidden["grid"]["size"].as_u64().unwrap() as usize, hidden["grid"]["every"].as_u64().unwrap());
    assert_eq!((size as u64 - 1) % every, 0, "the last row is a line too");
    let grid = page.u16(&hidden["grid"]["points"]);
    let limits = [range(&hidden["x"]), range(&hidden["y"])];
    let (lines, starts) = (page.u32(&hidden["boundary"]["lines"]), page.u32(&hidden["boundary"]["starts"]));
    let points = page.u16(&hidden["boundary"]["points"]);
    let whole = Grid::covering(&data, 0.1).points(size);
    for epoch in 0..7 {
        let space = replay.at(epoch as u64).unwrap().feature_space("hidden", &whole).unwrap();
        for (i, expected) in space.region.iter().enumerate() {
            let found = number(grid[2 * size * size * epoch + i], limits[i / (size * size)]);
            assert!((found - f64::from(*expected)).abs() < 1e-4, "point {i} at epoch {epoch}");
        }
        let of_epoch = lines[epoch] as usize..lines[epoch + 1] as usize;
        assert_eq!(of_epoch.len(), space.boundary.len());
        for (line, expected) in of_epoch.zip(&space.boundary) {
            let ends = [starts[line] as usize, starts[line + 1] as usize - 1];
            assert_eq!(ends[1] - ends[0] + 1, expected.nrows());
            for (place, row) in [(ends[0], 0), (ends[1], expected.nrows() - 1)] {
                for axis in 0..2 {
                    let found = number(points[axis * points.len() / 2 + place], limits[axis]);
                    // What lies a hundredth beyond the axes is put on them.
                    assert!((found - f64::from(expected[(row, axis)])).abs() < 0.03, "epoch {epoch}");
                }
            }
        }
    }
}

#[test]
fn curves_milestones_and_violins_are_those_of_the_analysis() {
    let replay = trained::article(&datasets::parabola(60, 13), Activation::Tanh, 12);
    let page = page(&replay);
    let run = page.run(0);
    let evaluated = replay
        .run()
        .unwrap()
        .map(|snapshot| Ok(training_replay::Metrics::from(snapshot.evaluate(Loss::BinaryCrossEntropy)?)))
        .unwrap();
    for (curve, name) in [(0, "loss"), (1, "accuracy")] {
        assert_eq!(run["curves"][curve]["name"], name);
        let values = run["curves"][curve]["values"].as_array().unwrap();
        for (found, expected) in values.iter().zip(&evaluated) {
            assert!((found.as_f64().unwrap() - expected.get(name).unwrap()).abs() < 1e-12);
        }
    }
    let story = replay.run().unwrap().milestones(&MilestoneOptions::default()).unwrap();
    let milestones = run["milestones"].as_array().unwrap();
    assert_eq!(milestones.len(), story.rows.len());
    for (found, row) in milestones.iter().zip(&story.rows) {
        assert_eq!((found["epoch"].as_u64(), found["until"].as_u64()), (Some(row.epoch), row.until));
        assert_eq!(
            (found["kind"].as_str(), found["subject"].as_str()),
            (Some(row.kind.name()), Some(&*row.subject.to_string()))
        );
    }
    let names: Vec<&str> =
        run["violins"].as_array().unwrap().iter().map(|one| one["quantity"].as_str().unwrap()).collect();
    assert_eq!(names, ["weights", "z-values", "activations", "gradients"]);
    let rows = replay.at(12).unwrap().distributions(Quantity::activations(), &LayerFilter::default()).unwrap();
    let (ends, medians) = (page.f32(&run["violins"][2]["ends"]), page.f32(&run["violins"][2]["median"]));
    for (i, row) in rows.iter().enumerate() {
        let at = 12 * rows.len() + i;
        assert_eq!(ends[2 * at..2 * at + 2], [row.distribution.min as f32, row.distribution.max as f32]);
        assert_eq!(medians[at], row.distribution.median() as f32);
        let density = page.u8(&run["violins"][2]["density"]);
        assert_eq!(density[32 * at..32 * at + 32].iter().max(), Some(&255));
    }
}

#[test]
fn the_network_has_the_weights_and_the_gradients_of_every_epoch() {
    let replay = trained::article(&datasets::parabola(60, 13), Activation::Tanh, 3);
    let page = page(&replay);
    let network = &page.run(0)["network"];
    let names = |list: &serde_json::Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(network["inputs"].as_array().unwrap().len(), 2);
    assert_eq!(
        (names(&network["layers"]), network["layers"][0]["activation"].as_str()),
        (vec!["hidden".into(), "output".into()], Some("tanh"))
    );
    let all = |weights: &Weights| weights.iter().flat_map(|one| one.values().to_f32().into_owned()).collect::<Vec<_>>();
    let (weights, gradients) = (page.bits(&network["weights"]), page.bits(&network["gradients"]));
    for epoch in 0..=3 {
        let of_epoch = epoch * 9..(epoch + 1) * 9;
        let snapshot = replay.at(epoch as u64).unwrap();
        assert_eq!(weights[of_epoch.clone()], all(&replay.weights(epoch as u64).unwrap()));
        assert_eq!(gradients[of_epoch], all(&snapshot.gradients(Loss::BinaryCrossEntropy).unwrap()));
    }
}

#[test]
fn a_network_that_no_diagram_can_show_has_none() {
    let wide = Sequential::builder(2).layer(Dense::new(17)).layer(Dense::new(1).activation(Activation::Sigmoid));
    let many =
        Sequential::builder(16).layers([16, 16, 1].map(|units| Dense::new(units).activation(Activation::Sigmoid)));
    for (model, features) in [(wide, 2), (many, 16)] {
        let data = Dataset::new(
            Matrix::from_fn(6, features, |i, j| (i * j) as f32),
            Matrix::from_fn(6, 1, |i, _| (i % 2) as f32),
        )
        .unwrap();
        let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
        replay.record(&model.build(1).unwrap(), Metrics::new()).unwrap();
        assert!(page(&replay).run(0)["network"].is_null());
    }
}

#[test]
fn of_many_samples_some_are_taken_at_equal_distances_and_the_curves_are_of_all() {
    let data = datasets::moons(1_000, 0.1, 7);
    let replay = trained::article(&data, Activation::Tanh, 2);
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let mut page = Page::new("Few of many").max_samples(250);
    let page = DecodedPage::read(page.run("run", &plots).unwrap().to_html().unwrap());
    let run = page.run(0);
    assert_eq!((run["samples"].as_u64(), run["of"].as_u64()), (Some(250), Some(1_000)));
    assert_eq!(page.u32(&run["indices"]), (0..1_000).step_by(4).collect::<Vec<u32>>());
    let loss = replay.at(2).unwrap().evaluate(Loss::BinaryCrossEntropy).unwrap().loss;
    assert_eq!(run["curves"][0]["values"][2].as_f64(), Some(loss));
    let outputs = replay.at(1).unwrap().outputs().unwrap();
    let found = number(page.u16(&run["probability"])[250 + 100], (0.0, 1.0));
    assert!((found - f64::from(outputs[400])).abs() < 1e-5);
}

#[test]
fn names_are_no_markup_and_no_mark_of_the_template() {
    let page = DecodedPage::read(hostile());
    assert_eq!(page.meta["title"], HOSTILE[0]);
    for (i, name) in HOSTILE.iter().enumerate() {
        assert_eq!(page.run(i)["name"], *name);
        assert_eq!(page.run(i)["class_names"][0], *name);
    }
    let before_scripts = page.html.split_once(r#"id="script""#).unwrap().0;
    assert!(!before_scripts.contains("<img") && !before_scripts.contains("<script>"));
    assert_eq!(page.html.matches("</script>").count(), 6, "texts, meta, data, core, the script, and what unpacks it");
    let html = (page.html.clone() + &page.script).replace("http://www.w3.org/2000/svg", ""); // The name of a language.
    assert!(!html.contains("http://") && !html.contains("https://"), "nothing is fetched");
}

#[test]
fn a_page_of_three_runs_of_2_000_samples_and_150_epochs_is_below_10_megabytes() {
    let html = three();
    assert!(html.len() < 10_000_000, "{} bytes", html.len());
    assert_eq!(DecodedPage::read(html).run(2)["epochs"].as_array().unwrap().len(), 151);
}

#[test]
fn the_places_of_epochs_on_a_picture_are_those_of_their_points() {
    let replay = trained::article(&datasets::moons(30, 0.1, 7), Activation::Tanh, 2);
    let panel =
        Panel::new("A <path>", Axis::new("x", -1.0..=3.0), Axis::new("y", 0.0..=10.0)).note("only some of the epochs");
    let path = [(0, [0.0, 2.5]), (1, [3.0, f64::NAN]), (5, [2.0, 10.0]), (6, [3.1, 1.0])];
    let mut page = Page::new("A page");
    page.run("run", &RunPlots::of(replay.run().unwrap()).unwrap()).unwrap();
    page.panel(&panel, &Follow::Points(path.to_vec())).unwrap();
    page.panel(&panel, &Follow::HorizontalAxis).unwrap().panel(&panel, &Follow::Nothing).unwrap();
    let page = DecodedPage::read(page.to_html().unwrap());
    let pictures = &page.run(0)["pictures"];
    let [ring, line, still] = [0, 1, 2].map(|i| &pictures[i]);
    assert_eq!((&ring["title"], &ring["notes"][0]), (&"A <path>".into(), &"only some of the epochs".into()));
    let frame: Vec<f64> = ring["frame"].as_array().unwrap().iter().map(|edge| edge.as_f64().unwrap()).collect();
    let [left, top, right, bottom] = frame[..] else { panic!("four edges") };
    let place = |[x, y]: [f64; 2]| [left + (x + 1.0) / 4.0 * (right - left), bottom + y / 10.0 * (top - bottom)];
    let near = |found: &Value, [x, y]: [f64; 2]| {
        let (at, off) = (range(found), 0.02);
        assert!((at.0 - x).abs() < off && (at.1 - y).abs() < off, "{found}, not {x}, {y}");
    };
    assert_eq!(ring["places"].as_array().unwrap().len(), 4);
    near(&ring["places"][0][1], place([0.0, 2.5]));
    near(&ring["places"][2][1], place([2.0, 10.0]));
    assert!(ring["places"][1][1].is_null() && ring["places"][3][1].is_null(), "those have none");
    near(&line["places"][2][1], place([2.0, 10.0]));
    assert_eq!((&line["follows"], &line["places"][2][0]), (&"line".into(), &2.into()));
    assert_eq!((&still["follows"], &still["places"]), (&"nothing".into(), &Value::Array(Vec::new())));
    for theme in ["light", "dark"] {
        let svg = String::from_utf8(page.u8(&ring[theme])).unwrap();
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n") && !svg.contains("path>"), "{theme}");
    }
    assert_ne!(page.u8(&ring["light"]), page.u8(&ring["dark"]));
}

#[test]
fn a_picture_without_a_run_or_with_epochs_out_of_order_is_an_error() {
    let panel = Panel::activation(Activation::Tanh);
    let mut page = Page::new("A page");
    assert!(matches!(page.panel(&panel, &Follow::Nothing), Err(Error::Missing { .. })));
    let replay = trained::article(&datasets::moons(30, 0.1, 7), Activation::Tanh, 2);
    page.run("run", &RunPlots::of(replay.run().unwrap()).unwrap()).unwrap();
    for epochs in [[1, 0], [1, 1]] {
        let path = epochs.map(|epoch| (epoch, [0.0, 0.0])).to_vec();
        let found = page.panel(&panel, &Follow::Points(path)).unwrap_err().to_string();
        assert!(found.contains("rising order") && found.contains("1 before"), "{found}");
    }
    page.panel(&panel, &Follow::Points(Vec::new())).unwrap();
    let many = Panel { marks: vec![Mark::line([[0.0, 0.0]; 2], ColorRole::Text).wide(-1.0)], ..panel };
    assert!(page.panel(&many, &Follow::Nothing).is_err(), "as whoever draws it says");
    assert_eq!(DecodedPage::read(page.to_html().unwrap()).run(0)["pictures"].as_array().unwrap().len(), 1);
}

/// Writes the pages that `tests/browser/run` opens.
#[test]
#[ignore = "the browser's tests run it"]
fn pages_for_the_browser() {
    let folder = PathBuf::from(std::env::var_os("BROWSER_PAGES").expect("BROWSER_PAGES: the folder for the pages"));
    for source in [PageSource::Arrays, PageSource::Recordings] {
        SOURCE.set(source);
        for (name, html) in pages_of_all_kinds() {
            let ending = if source == PageSource::Arrays { "html" } else { "live.html" };
            std::fs::write(folder.join(name).with_extension(ending), html).unwrap();
        }
        for (name, html) in pages_in_other_languages() {
            let ending = if source == PageSource::Arrays { "html" } else { "live.html" };
            std::fs::write(folder.join(name).with_extension(ending), html).unwrap();
        }
    }
}

thread_local! {
    /// Where the numbers of the pages come from that are made.
    static SOURCE: Cell<PageSource> = const { Cell::new(PageSource::Arrays) };
}

thread_local! {
    /// The language of the pages that are made.
    static LANGUAGE: Cell<Option<&'static str>> = const { Cell::new(None) };
}

fn titled(title: impl Into<String>) -> Page {
    let texts = LANGUAGE.get().map_or_else(Texts::english, |tag| Texts::parse(&texts::pseudo(tag)).unwrap());
    Page::new(title).source(SOURCE.get()).texts(texts)
}

/// A page's name, and what makes it.
type Kind = (&'static str, fn() -> String);

/// Among them every kind of panel, in a language that is read from left to right, and in one from right to left.
fn pages_in_other_languages() -> Vec<(String, String)> {
    let kinds: [Kind; 7] = [
        ("mixed", mixed),
        ("lesson", lesson),
        ("pictures", pictures),
        ("classes", || ring(20, 900)),
        ("odd", || of_run("Metrics", &odd_metrics())),
        ("diverged", || of_run("A run", &diverged())),
        ("one_input", || of_run("A sine", &trained::sine())),
    ];
    let of = |(tag, (name, page)): (&'static str, Kind)| {
        LANGUAGE.set(Some(tag));
        let html = page();
        LANGUAGE.set(None);
        (format!("{name}_{tag}"), html)
    };
    let german = kinds.into_iter().map(|kind| ("de", kind));
    german.chain(kinds.into_iter().take(3).map(|kind| ("ar-EG", kind))).map(of).collect()
}

fn pages_of_all_kinds() -> [(&'static str, String); 21] {
    [
        ("three", three()),
        ("hostile", hostile()),
        ("ten_classes", ring(10, 600)),
        ("twenty_classes", ring(20, 900)),
        ("diverged", of_run("A run that diverged", &diverged())),
        ("odd", of_run("Metrics as people log them", &odd_metrics())),
        ("exploding", of_run("Weights that explode", &exploding())),
        ("ten_inputs", of_run("A slice", &ten_inputs())),
        ("first_far", of_run("A first epoch far beyond all others", &first_far())),
        ("one_input", of_run("A sine", &trained::sine())),
        ("two_inputs", of_run("A product", &trained::regression(1))),
        ("two_outputs", of_run("A product and a sum", &trained::regression(2))),
        ("diverged_numbers", of_run("Numbers that diverge", &trained::diverged_numbers())),
        ("mixed", mixed()),
        ("labels", of_run("Three labels", &trained::labelled())),
        ("pictures", pictures()),
        ("lesson", lesson()),
        ("lesson_hostile", hostile_lesson()),
        ("two_classes", of_run("Two classes, an output each", &two_classes())),
        ("unlike", unlike()),
        ("shrinking", of_run("Metrics that reach zero", &shrinking_metrics())),
    ]
}

const HOSTILE: [&str; 3] = [
    "<img src=x onerror=\"window.pwned=1\">",
    "</script><script>window.pwned=1</script>",
    "{{js}} & {{data}} \u{2028} '\"",
];

fn hostile() -> String {
    let data = datasets::moons(60, 0.1, 7);
    let mut page = titled(HOSTILE[0]);
    for name in HOSTILE {
        let hidden = Dense::new(2).name(name).activation(Activation::Tanh);
        let replay = trained::run(&data, [hidden, trained::sigmoid()], Loss::BinaryCrossEntropy, 12);
        let plots = RunPlots::options().name_classes([name, HOSTILE[1]]).of(replay.run().unwrap()).unwrap();
        page.run(name, &plots).unwrap();
    }
    page.to_html().unwrap()
}

/// The article's networks from one seed.
fn three() -> String {
    let data = datasets::parabola(1_000, 13);
    let mut page = titled("Three activation functions");
    for (name, activation) in [("sigmoid", Activation::Sigmoid), ("tanh", Activation::Tanh), ("ReLU", Activation::Relu)]
    {
        let layers = [trained::wide(2, activation), trained::sigmoid()];
        let model = Sequential::builder(2).layers(layers).build(42).unwrap();
        let loss = Loss::BinaryCrossEntropy;
        let trainer = Trainer::new(loss, Optimizer::sgd(0.05)).batch_size(16).seed(42);
        let replay = trained::train(model, trainer, &data, loss, 150);
        let plots = RunPlots::options().name_classes(["negative", "positive"]).of(replay.run().unwrap()).unwrap();
        page.run(name, &plots).unwrap();
    }
    page.to_html().unwrap()
}

fn of_run(title: &str, replay: &Replay) -> String {
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    titled(title).run("the run", &plots).unwrap().to_html().unwrap()
}

/// Where a run went, its spectrum, and something that is the same at every epoch.
fn pictures() -> String {
    let replay = trained::article(&datasets::parabola(100, 13), Activation::Tanh, 20);
    let run = replay.run().unwrap();
    let path = run.weight_path().unwrap();
    let grid = path.grid(0.2).points(25);
    let surface = run.loss_surface(path.plane().unwrap(), &grid, Loss::BinaryCrossEntropy).unwrap();
    let landscape = Panel::loss_surface(&surface).unwrap().weight_path("path", &path).unwrap();
    let spectra = run.kernel_spectra().unwrap();
    let kernel = &spectra.spectra[0][0];
    let spectrum = Panel::spectra(&spectra.of(&kernel.layer, &kernel.name).unwrap());
    let mut page =
        titled("Where a run went").caption(2, "First").caption(9, "Then <b>\u{202e}").caption(2, "It begins");
    page.run("the run", &RunPlots::of(run).unwrap()).unwrap();
    page.panel(&landscape.titled("Loss around the path"), &Follow::Points(path.points().unwrap())).unwrap();
    page.panel(&spectrum, &Follow::HorizontalAxis).unwrap();
    page.panel(&Panel::activation(Activation::Tanh), &Follow::Nothing).unwrap();
    page.to_html().unwrap()
}

/// Classes, numbers and labels side by side.
fn mixed() -> String {
    let mut page = titled("What can be predicted");
    let classes = trained::article(&datasets::moons(144, 0.1, 7), Activation::Tanh, 20);
    for (name, replay) in [("classes", classes), ("numbers", trained::regression(2)), ("labels", trained::labelled())] {
        page.run(name, &RunPlots::of(replay.run().unwrap()).unwrap()).unwrap();
    }
    page.to_html().unwrap()
}

/// Two runs of the same samples in opposite orders, with other layers, thresholds and epochs. Two samples have the same inputs and
/// different classes.
fn unlike() -> String {
    let moons = datasets::moons(40, 0.1, 7);
    let (x, y) = (moons.inputs(), moons.targets().numbers().unwrap());
    let all = |of: &Matrix, i: usize, j: usize| if i < 40 { of[(i, j)] } else { of[(7, j)] };
    let label = |i: usize| if i == 41 { 1.0 - y[(7, 0)] } else { all(y, i, 0) };
    let data = |row: fn(usize) -> usize| {
        let inputs = Matrix::from_fn(42, 2, |i, j| all(x, row(i), j));
        Dataset::new(inputs, Matrix::from_fn(42, 1, |i, _| label(row(i)))).unwrap()
    };
    let deep = |name: &str, units| Dense::new(units).name(name).activation(Activation::Tanh);
    let layers: [(Dataset, Vec<Dense>); 2] = [
        (data(|i| i), vec![deep("wide", 4), trained::sigmoid()]),
        (data(|i| 41 - i), vec![deep("wide", 8), deep("narrow", 2), trained::sigmoid()]),
    ];
    let mut page = titled("Two runs that differ");
    for ((data, layers), (name, epochs, threshold)) in layers.into_iter().zip([("one", 20, 0.375), ("other", 12, 0.7)])
    {
        let replay = trained::run(&data, layers, Loss::BinaryCrossEntropy, epochs);
        page.run(name, &RunPlots::of(replay.run().unwrap().threshold(threshold)).unwrap()).unwrap();
    }
    page.to_html().unwrap()
}

fn two_classes() -> Replay {
    let data = datasets::moons(30, 0.1, 7).one_hot().unwrap();
    let softmax = Dense::new(2).name("output").activation(Activation::Softmax);
    trained::run(&data, [trained::wide(2, Activation::Tanh), softmax], Loss::CategoricalCrossEntropy, 12)
}

/// A network whose losses are 0 at the end, and metrics that reach 0 and are below it.
fn shrinking_metrics() -> Replay {
    let data = Dataset::new(Matrix::from_fn(20, 2, |i, j| (i + j) as f32 / 20.0), Matrix::zeros(20, 1)).unwrap();
    let layers = [trained::wide(2, Activation::Tanh), Dense::new(1)];
    let model = Sequential::builder(2).layers(layers).build(42).unwrap();
    let mut replay = Replay::options().dataset(&data).loss(Loss::MeanSquaredError).in_memory();
    for (factor, value) in [(1.0, 1.0), (0.1, 0.1), (0.0, 0.0), (0.01, 0.001), (0.0, 0.0)] {
        let metrics = Metrics::from_iter([("shrinking", value), ("below", -value)]);
        replay.record(&trained::changed(&model, |weight| factor * weight), metrics).unwrap();
    }
    replay
}

fn ten_inputs() -> Replay {
    let layers = [trained::wide(5, Activation::Tanh), trained::sigmoid()];
    trained::run(&datasets::ball(10, 200, 13), layers, Loss::BinaryCrossEntropy, 12)
}

/// Heaps in a ring, a class each; class 0 has a tenth of the samples of the others.
fn ring(count: usize, samples: usize) -> String {
    let replay = trained::ring(count, samples, 40);
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    titled(format!("{count} classes")).run(format!("2-16-2-{count}"), &plots).unwrap().to_html().unwrap()
}

/// Three runs of twenty epochs.
fn three_short(names: [&str; 3]) -> Page {
    let mut page = titled("A lesson beside its runs");
    for (name, activation) in names.into_iter().zip([Activation::Sigmoid, Activation::Tanh, Activation::Relu]) {
        let replay = trained::article(&datasets::parabola(100, 13), activation, 20);
        page.run(name, &RunPlots::of(replay.run().unwrap()).unwrap()).unwrap();
    }
    page
}

/// Sentences of every kind, and so many that they do not fit beside the panels.
fn lesson() -> String {
    let first = [
        Sentence::new("Nothing is learned yet, and the boundary is straight.").epoch(0),
        Sentence::new("These words lead nowhere."),
        Sentence::new("The plane begins to bend.").epoch(5).run("tanh").panel(PagePanel::FeatureSpace),
        Sentence::new("At the same epoch, the losses of all three.").epoch(5).panel(PagePanel::Losses),
        Sentence::new("Look at the gradients.").run("ReLU").quantity(Quantity::gradients(Loss::BinaryCrossEntropy)),
        Sentence::new("Look at all of it.").run("ReLU"),
    ];
    let more = (6..=20).map(|epoch| {
        Sentence::new("It goes on, and there is not much to be said of it.")
            .epoch(epoch)
            .run("tanh")
            .panel(PagePanel::Curves)
    });
    let again = [Sentence::new("The same words.").epoch(9), Sentence::new("The same words.").epoch(9)];
    let lesson = Lesson::new("How the plane is bent").section("The start", first).section("All the rest", more);
    three_short(["sigmoid", "tanh", "ReLU"]).lesson(&lesson.section("Twice", again)).unwrap().to_html().unwrap()
}

fn hostile_lesson() -> String {
    let [title, script, marks] = HOSTILE;
    let words = [
        title,
        script,
        marks,
        "\u{202e}turned \u{2066}",
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{5e2}\u{5d5}\u{5dc}\u{5dd}",
        "\u{1f680}",
    ];
    let long = "word".repeat(2_000) + &" many words".repeat(90_000);
    let sentences = words.into_iter().chain([long.as_str()]).map(|text| Sentence::new(text).epoch(2).run(script));
    let lesson = Lesson::new(title).section(script, sentences).language("he");
    three_short(["one", script, marks]).lesson(&lesson).unwrap().to_html().unwrap()
}

#[test]
fn losses_that_are_zero_are_in_the_lowest_bar_of_the_logarithmic_axis_which_says_so() {
    let page = page(&shrinking_metrics());
    let histogram = &page.run(0)["loss_histogram"]["logarithmic"];
    let low = histogram["ends"][0].as_f64().unwrap();
    assert_eq!(said(histogram, 0), "");
    for epoch in [2, 4] {
        let expected = format!("20 samples are in the lowest bar with losses below {low:.1e}, or zero");
        assert_eq!(said(histogram, epoch), expected);
    }
}
