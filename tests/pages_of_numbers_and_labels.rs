//! Pages of models of numbers, and of several labels a sample, hold what the pictures show.
#![cfg(feature = "plot")]

#[path = "common/page.rs"]
mod decoded;
#[path = "common/trained.rs"]
mod trained;

use decoded::{DecodedPage, number, range};
use serde_json::Value;
use training_replay::{
    Forward, Replay,
    plot::{ColorRole, Mark, Page, PageSource, Panel, RunPlotOptions, RunPlots},
};

fn decoded<M: Forward + Sync>(plots: &RunPlots<'_, M>) -> DecodedPage {
    DecodedPage::read(Page::new("A page").source(PageSource::Arrays).run("run", plots).unwrap().to_html().unwrap())
}

fn words(panel: &Value) -> [&str; 3] {
    ["title", "x_label", "y_label"].map(|word| panel[word].as_str().unwrap())
}

fn words_of(panel: &Panel) -> [&str; 3] {
    [&panel.title, &panel.x.label, &panel.y.label]
}

/// What a panel says at an epoch.
fn said(panel: &Value, epoch: usize) -> String {
    let all = panel["notes"].as_array().unwrap().iter().chain(panel["epoch_notes"].get(epoch));
    all.map(|note| note.as_str().unwrap()).filter(|note| !note.is_empty()).collect::<Vec<_>>().join("; ")
}

/// The heights of the bars of a panel, each with the middle of its bin.
fn bars(panel: &Panel) -> Vec<f64> {
    let areas = panel.marks.iter().filter(|mark| matches!(mark, Mark::Area { .. }));
    areas.map(|bar| bar.points()[2][1] - bar.points()[0][1]).collect()
}

fn bins_of(page: &DecodedPage, shown: &Value, epoch: usize) -> Vec<f64> {
    let bins = shown["bins"].as_u64().unwrap() as usize;
    let counts = page.u32(&shown["correct"]);
    counts[epoch * bins..][..bins].iter().map(|&count| f64::from(count)).filter(|&count| count > 0.0).collect()
}

#[test]
fn predictions_targets_and_residuals_of_numbers_are_those_of_the_pictures() {
    let replay = trained::regression(2);
    let plots = RunPlots::options().output(1).name_classes(["product", "sum"]).of(replay.run().unwrap()).unwrap();
    let page = decoded(&plots);
    let (run, numbers) = (page.run(0), &page.run(0)["numbers"]);
    assert_eq!(numbers["names"], serde_json::json!(["product", "sum"]));
    assert_eq!(run["class_names"].as_array().unwrap().len(), 0);
    assert!(run.get("predicted").is_none() && run["loss_histogram"]["linear"]["misclassified"].is_null());
    let (targets, predicted) = (page.f32(&numbers["targets"]), page.bits(&numbers["predicted"]));
    let data = replay.dataset().unwrap();
    for epoch in [0, 7, 40] {
        let outputs = replay.at(epoch as u64).unwrap().outputs().unwrap();
        for output in 0..2 {
            let column = &predicted[(epoch * 2 + output) * 144..][..144];
            assert!(column.iter().zip(outputs.column(output).iter()).all(|(found, expected)| found == expected));
            let column = &targets[output * 144..][..144];
            assert!(
                column
                    .iter()
                    .zip(data.targets().numbers().unwrap().column(output).iter())
                    .all(|(found, expected)| found == expected)
            );
        }
        let panel = plots.predicted_against_true(epoch as u64).unwrap();
        assert_eq!(range(&numbers["predictions"]["ends"]), (panel.x.low, panel.x.high));
        assert_eq!(words(&numbers["predictions"]), words_of(&panel));
        assert_eq!(said(&numbers["predictions"], epoch), panel.notes.join("; "));
        let panel = plots.residuals(epoch as u64).unwrap();
        assert_eq!(range(&numbers["residuals"]["ends"]), (panel.x.low, panel.x.high));
        assert_eq!(words(&numbers["residuals"]), words_of(&panel));
        assert_eq!(bins_of(&page, &numbers["residuals"], epoch), bars(&panel), "epoch {epoch}");
        let losses = plots.losses(epoch as u64).unwrap();
        assert_eq!(bins_of(&page, &run["loss_histogram"]["linear"], epoch), bars(&losses), "epoch {epoch}");
    }
    let names: Vec<&str> = run["curves"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["loss"], "nothing to be right about");
    assert_eq!(run["curves_title"], plots.curves(0).title);
    assert!(run["milestones"].as_array().unwrap().iter().any(|one| one["kind"] == "best loss"));
}

#[test]
fn level_lines_and_the_colors_of_samples_are_those_of_the_pictures() {
    let replay = trained::regression(1);
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let page = decoded(&plots);
    let (run, levels) = (page.run(0), &page.run(0)["numbers"]["levels"]);
    let panel = plots.decision_boundary(40).unwrap();
    let legend: Vec<(String, ColorRole)> = levels["names"]
        .as_array()
        .unwrap()
        .iter()
        .zip(levels["colors"].as_array().unwrap())
        .map(|(name, color)| (name.as_str().unwrap().to_owned(), ColorRole::Level(color.as_u64().unwrap() as usize)))
        .collect();
    assert_eq!(legend, panel.legend);
    let of = page.u8(&levels["samples"]);
    for (i, (name, color)) in legend.iter().enumerate() {
        let dots: usize = panel
            .in_color(*color)
            .filter(|mark| matches!(mark, Mark::Dots { .. }))
            .map(|mark| mark.points().len())
            .sum();
        assert_eq!(of.iter().filter(|&&level| usize::from(level) == i).count(), dots, "samples of {name}");
    }
    for (space, panel) in [("input", panel), ("hidden", plots.feature_space(40).unwrap())] {
        let shown = &run[space];
        assert!(shown["grid"]["scores"].is_null(), "numbers have no tints");
        assert_eq!(words(shown), words_of(&panel));
        assert_eq!(
            (range(&shown["x"]), range(&shown["y"])),
            ((panel.x.low, panel.x.high), (panel.y.low, panel.y.high))
        );
        let longest = (panel.x.high - panel.x.low).max(panel.y.high - panel.y.low) * 0.03;
        let drawn = lines_of_page(&page, shown, 40);
        assert!(!drawn.is_empty());
        for (level, points) in drawn {
            let near = |point: &[f64; 2]| {
                let lines = panel.in_color(legend[level].1).filter(|mark| matches!(mark, Mark::Line { .. }));
                lines.flat_map(Mark::points).any(|other| (other[0] - point[0]).hypot(other[1] - point[1]) < longest)
            };
            assert!(points.iter().all(near), "{space}: a line at {}", legend[level].0);
        }
    }
}

/// The lines of an epoch, each with its level.
fn lines_of_page(page: &DecodedPage, space: &Value, epoch: usize) -> Vec<(usize, Vec<[f64; 2]>)> {
    let boundary = &space["boundary"];
    let (lines, starts) = (page.u32(&boundary["lines"]), page.u32(&boundary["starts"]));
    let (levels, points) = (page.u8(&boundary["levels"]), page.u16(&boundary["points"]));
    let at = |i: usize| {
        [(0, "x"), (1, "y")].map(|(axis, name)| number(points[axis * points.len() / 2 + i], range(&space[name])))
    };
    (lines[epoch]..lines[epoch + 1])
        .map(|line| line as usize)
        .map(|line| (usize::from(levels[line]), (starts[line]..starts[line + 1]).map(|i| at(i as usize)).collect()))
        .collect()
}

#[test]
fn a_single_input_has_the_fit_of_the_pictures() {
    let replay = trained::sine();
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let page = decoded(&plots);
    let fit = &page.run(0)["numbers"]["fit"];
    assert!(page.run(0)["input"].is_null());
    let panel = plots.fit(40).unwrap();
    assert_eq!(words(fit), words_of(&panel));
    assert_eq!(range(&fit["ends"]), (panel.x.low, panel.x.high));
    let line = panel.marks.iter().find(|mark| matches!(mark, Mark::Line { .. })).unwrap().points();
    let (places, outputs) = (fit["places"].as_u64().unwrap() as usize, page.bits(&fit["outputs"]));
    let (first, last) = range(&fit["between"]);
    assert_eq!(places, line.len());
    for (i, (found, point)) in outputs[40 * places..].iter().zip(line).enumerate() {
        assert_eq!(f64::from(*found), point[1]);
        let x = first + (last - first) * i as f64 / (places - 1) as f64;
        assert!((x - point[0]).abs() < 1e-6, "place {i}: {x}, not {}", point[0]);
    }
    assert_eq!(page.f32(&fit["inputs"]), replay.dataset().unwrap().inputs().as_slice());
}

fn labelled(replay: &Replay, options: RunPlotOptions) -> RunPlots<'_, impl Forward + Sync + use<'_>> {
    options.name_classes(["right", "above", "outside"]).of(replay.run().unwrap()).unwrap()
}

#[test]
fn a_page_of_labels_does_not_ask_for_classes() {
    let replay = trained::labelled();
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let page = decoded(&plots);
    assert!(!page.meta.to_string().contains("classes, errors and accuracy"), "which its panels show");
}

#[test]
fn every_label_has_its_histogram_and_its_confusion_matrix() {
    let replay = trained::labelled();
    let page = decoded(&labelled(&replay, RunPlots::options()));
    for (label, shown) in page.run(0)["labels"].as_array().unwrap().iter().enumerate() {
        let plots = labelled(&replay, RunPlots::options().output(label));
        let histogram = &shown["probabilities"];
        let bins = histogram["bins"].as_u64().unwrap() as usize;
        let (correct, wrong) = (page.u32(&histogram["correct"]), page.u32(&histogram["misclassified"]));
        for epoch in [0, 12, 25] {
            let rows: Vec<&[u32]> = [&correct, &wrong]
                .iter()
                .flat_map(|counts| [0, 1].map(|row| &counts[(2 * epoch + row) * bins..][..bins]))
                .collect();
            let found: Vec<f64> =
                rows.iter().flat_map(|row| row.iter()).filter(|&&count| count > 0).map(|&count| count.into()).collect();
            let panel = plots.probabilities(epoch as u64, label).unwrap();
            assert_eq!(found, bars(&panel), "label {label} at epoch {epoch}");
            assert_eq!(words(histogram), words_of(&panel));
            let [without, with, taken, missed] = [0, 1, 2, 3].map(|row: usize| rows[row].iter().sum::<u32>());
            let expected = plots.confusion(epoch as u64).unwrap();
            let texts = expected.marks.iter().filter_map(|mark| match mark {
                Mark::Text { text, .. } => Some(text.clone()),
                _ => None,
            });
            let found = [without, taken, missed, with].map(|count| count.to_string());
            assert_eq!(texts.collect::<Vec<_>>(), found, "label {label} at epoch {epoch}");
        }
    }
}

#[test]
fn spaces_of_labels_are_tinted_by_the_one_that_is_chosen() {
    let replay = trained::labelled();
    for label in [0, 2] {
        let plots = labelled(&replay, RunPlots::options().output(label));
        let page = decoded(&plots);
        let run = page.run(0);
        assert_eq!((run["shown"].as_u64(), run["labels"].as_array().unwrap().len()), (Some(label as u64), 3));
        assert_eq!(run["class_names"][1], format!("with {}", ["right", "above", "outside"][label]));
        let (outputs, targets) =
            (replay.at(25).unwrap().outputs().unwrap(), replay.dataset().unwrap().targets().numbers().unwrap());
        let (predicted, classes) = (page.u8(&run["predicted"]), page.u8(&run["classes"]));
        let shares = page.u16(&run["probability"]);
        for i in 0..144 {
            assert_eq!(predicted[25 * 144 + i], u8::from(outputs[(i, label)] > 0.5));
            assert_eq!(f32::from(classes[i]), targets[(i, label)]);
            assert!((number(shares[25 * 144 + i], (0.0, 1.0)) - f64::from(outputs[(i, label)])).abs() < 1e-4);
        }
        for space in ["input", "hidden"] {
            let grid = &run[space]["grid"];
            let size = grid["size"].as_u64().unwrap() as usize;
            let scores = page.u16(&grid["scores"]);
            assert_eq!(scores.len(), 26 * size * size, "one score a place");
            let with = scores[25 * size * size..].iter().filter(|&&half| half & 0x8000 == 0 && half > 0).count();
            assert!(with > size * size / 5 && with < size * size * 9 / 10, "{with} places of label {label}");
        }
        let panel = plots.decision_boundary(25).unwrap();
        assert_eq!(words(&run["input"]), words_of(&panel));
        let lines = page.u32(&run["input"]["boundary"]["lines"]);
        assert!(lines[26] > lines[25], "a line where the label ends");
    }
}

/// Outputs that are infinite or NaN, an output that is constant, and a plane of five inputs.
#[test]
fn numbers_that_diverge_are_left_out_and_said_to_be() {
    let replay = trained::diverged_numbers();
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let page = decoded(&plots);
    let (run, numbers) = (page.run(0), &page.run(0)["numbers"]);
    for epoch in 0..7 {
        let at = epoch as u64;
        assert_eq!(said(&numbers["predictions"], epoch), plots.predicted_against_true(at).unwrap().notes.join("; "));
        assert_eq!(said(&numbers["residuals"], epoch), plots.residuals(at).unwrap().notes.join("; "));
        assert_eq!(said(&run["input"], epoch), plots.decision_boundary(at).unwrap().notes.join("; "));
        assert_eq!(said(&run["hidden"], epoch), plots.feature_space(at).unwrap().notes.join("; "));
        assert_eq!(said(&run["loss_histogram"]["linear"], epoch), plots.losses(at).unwrap().notes.join("; "));
    }
    assert!(page.bits(&numbers["predicted"])[5 * 80..6 * 80].iter().all(|value| value.is_nan()));
    assert!(run["hidden"]["grid"].is_null(), "three units: no grid");
    assert!(page.u8(&run["hidden"]["boundary"]["levels"]).is_empty(), "three units: no lines");
    assert!(!page.u8(&run["input"]["boundary"]["levels"]).is_empty(), "lines on the plane of five inputs");
}
