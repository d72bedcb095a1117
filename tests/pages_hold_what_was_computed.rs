//! A page holds the numbers that the analysis gives, names as words, and little else. What a person does with it is tested in a
//! browser, by `tests/browser/run`, on pages that are written here.
#![cfg(feature = "plot")]

#[path = "common/trained.rs"]
mod trained;

use std::{io::Read, path::PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use training_replay::{
    Activation, Dataset, Dense, Loss, Matrix, Optimizer, Replay, Sequential, Trainer,
    analysis::{Grid, LayerFilter, MilestoneOptions, Quantity},
    datasets,
    plot::{Page, RunPlots},
};

/// A page as a browser reads it, as `src/plot/page/web/data.js` does.
struct DecodedPage {
    html: String,
    meta: Value,
    bytes: Vec<u8>,
}

impl DecodedPage {
    fn read(html: String) -> Self {
        let part = |from: &str| html.split_once(from).unwrap().1.split_once("</script>").unwrap().0.to_owned();
        let data = STANDARD.decode(part(r#"id="data">"#)).unwrap();
        let mut bytes = Vec::new();
        flate2::read::ZlibDecoder::new(data.as_slice()).read_to_end(&mut bytes).unwrap();
        Self { meta: serde_json::from_str(&part(r#"id="meta">"#)).unwrap(), bytes, html }
    }

    fn run(&self, i: usize) -> &Value {
        &self.meta["runs"][i]
    }

    /// The bytes of an array of so many bytes a value, and how many values it has.
    fn array(&self, array: &Value, kind: &str, width: usize) -> (&[u8], usize, usize) {
        assert_eq!(array["type"], kind);
        let number = |name: &str| array[name].as_u64().unwrap() as usize;
        let (offset, length) = (number("offset"), number("length"));
        (&self.bytes[offset..offset + width * length], length, number("delta"))
    }

    fn u8(&self, array: &Value) -> Vec<u8> {
        let (bytes, _, delta) = self.array(array, "u8", 1);
        undone(bytes.to_vec(), delta, u8::wrapping_add)
    }

    fn u16(&self, array: &Value) -> Vec<u16> {
        let (bytes, length, delta) = self.array(array, "u16", 2);
        let values = (0..length).map(|i| u16::from_le_bytes([bytes[i], bytes[length + i]]));
        undone(values.collect(), delta, u16::wrapping_add)
    }

    fn u32(&self, array: &Value) -> Vec<u32> {
        self.array(array, "u32", 4).0.as_chunks::<4>().0.iter().map(|&bytes| u32::from_le_bytes(bytes)).collect()
    }

    fn f32(&self, array: &Value) -> Vec<f32> {
        self.array(array, "f32", 4).0.as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
    }
}

fn undone<T: Copy>(mut values: Vec<T>, delta: usize, plus: impl Fn(T, T) -> T) -> Vec<T> {
    for i in delta..if delta > 0 { values.len() } else { 0 } {
        values[i] = plus(values[i], values[i - delta]);
    }
    values
}

fn range(ends: &Value) -> (f64, f64) {
    (ends[0].as_f64().unwrap(), ends[1].as_f64().unwrap())
}

/// The number behind 16 bits.
fn number(steps: u16, (low, high): (f64, f64)) -> f64 {
    low + (high - low) * f64::from(steps) / 65_534.0
}

fn page(replay: &Replay) -> DecodedPage {
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    DecodedPage::read(Page::new("A page").run("the run", &plots).unwrap().to_html().unwrap())
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
            near(number(probabilities[at], (0.0, 1.0)), outputs[i], 1e-5);
            let loss = low * (high / low).powf(f64::from(losses[at] - 1) / 65_533.0);
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
fn of_two_outputs_the_probability_is_that_of_class_1() {
    let data = datasets::moons(60, 0.1, 7);
    let two = data.clone().one_hot().unwrap();
    let layers = [trained::wide(2, Activation::Tanh), Dense::new(2).activation(Activation::Softmax)];
    let replay = trained::run(&two, layers, Loss::CategoricalCrossEntropy, 3);
    let page = page(&replay);
    let (probabilities, outputs) = (page.u16(&page.run(0)["probability"]), replay.at(3).unwrap().outputs().unwrap());
    for i in 0..60 {
        let found = number(probabilities[3 * 60 + i], (0.0, 1.0));
        assert!((found - f64::from(outputs[(i, 1)])).abs() < 1e-5, "sample {i}");
    }
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
    let before_scripts = page.html.split_once(r#"id="data">"#).unwrap().0;
    assert!(!before_scripts.contains("<img") && !before_scripts.contains("<script>"));
    assert_eq!(page.html.matches("</script>").count(), 3, "meta, data and the program");
    assert!(!page.html.contains("http://") && !page.html.contains("https://"), "nothing is fetched");
}

#[test]
fn a_page_of_three_runs_of_2_000_samples_and_150_epochs_is_below_10_megabytes() {
    let html = three();
    assert!(html.len() < 10_000_000, "{} bytes", html.len());
    assert_eq!(DecodedPage::read(html).run(2)["epochs"].as_array().unwrap().len(), 151);
}

/// Writes the pages that `tests/browser/run` opens.
#[test]
#[ignore = "the browser's tests run it"]
fn pages_for_the_browser() {
    let folder = PathBuf::from(std::env::var_os("BROWSER_PAGES").expect("BROWSER_PAGES: the folder for the pages"));
    for (name, html) in [("three", three()), ("hostile", hostile()), ("ten_classes", ten_classes())] {
        std::fs::write(folder.join(name).with_extension("html"), html).unwrap();
    }
}

const HOSTILE: [&str; 3] = [
    "<img src=x onerror=\"window.pwned=1\">",
    "</script><script>window.pwned=1</script>",
    "{{js}} & {{data}} \u{2028} '\"",
];

fn hostile() -> String {
    let data = datasets::moons(60, 0.1, 7);
    let mut page = Page::new(HOSTILE[0]);
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
    let mut page = Page::new("Three activation functions");
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

/// Ten heaps in a ring.
fn ten_classes() -> String {
    let classes: Vec<usize> = (0..600).map(|i| i % 10).collect();
    let place = |i: usize, axis: usize| {
        let angle = classes[i] as f32 * std::f32::consts::TAU / 10.0;
        let heap = if axis == 0 { angle.cos() } else { angle.sin() };
        heap + 0.12 * ((i * (7 + 4 * axis)) as f32).sin()
    };
    let data = Dataset::from_labels(Matrix::from_fn(600, 2, place), &classes).unwrap();
    let layers = [
        Dense::new(16).name("first").activation(Activation::Tanh),
        trained::wide(2, Activation::Tanh),
        Dense::new(10).name("output").activation(Activation::Softmax),
    ];
    let replay = trained::run(&data, layers, Loss::CategoricalCrossEntropy, 40);
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    Page::new("Ten classes").run("2-16-2-10", &plots).unwrap().to_html().unwrap()
}
