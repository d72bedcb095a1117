//! A page that carries recordings computes, of every epoch, what it would hold otherwise: bit for bit.
#![cfg(feature = "page")]

#[path = "common/page.rs"]
mod decoded;
#[path = "common/trained.rs"]
mod trained;

use decoded::{DecodedPage, arrays};
use std::ops::Range;

use serde_json::Value;
use training_replay::{
    Activation, Dense, Error, Forward, Loss, Matrix, Metrics, Model, Parameter, Replay, Result, Sequential, Weights,
    analysis::Plane,
    datasets,
    plot::{Axes, LiveRun, LiveView, Page, PageSource, RunPlotOptions, RunPlots},
};

/// A page of one run.
fn page<M: Forward>(plots: &RunPlots<'_, M>, source: PageSource, samples: usize) -> Result<DecodedPage> {
    let mut page = Page::new("A page").source(source).max_samples(samples);
    Ok(DecodedPage::read(page.run("the run", plots)?.to_html()?))
}

/// What is of one epoch, of the arrays that hold all of them, in the order of their numbers.
fn held(page: &DecodedPage, epoch: usize) -> Vec<Vec<u8>> {
    let mut held: std::collections::BTreeMap<u64, Vec<u8>> = std::collections::BTreeMap::new();
    for (number, array) in page.arrays(0) {
        if let Some(each) = array["by_epoch"].as_u64().filter(|&each| each > 0) {
            let width = match array["type"].as_str().unwrap() {
                "u8" => 1,
                "u16" => 2,
                _ => 4,
            };
            let size = each as usize * width;
            held.insert(number, page.plain(&array)[epoch * size..][..size].to_vec());
        }
    }
    let run = page.run(0);
    for plane in ["input", "hidden"].map(|name| &run[name]).into_iter().filter(|plane| !plane.is_null()) {
        held.extend(held_lines(page, &plane["boundary"], epoch));
    }
    held.into_values().collect()
}

/// The lines of one epoch.
fn held_lines(page: &DecodedPage, boundary: &Value, epoch: usize) -> Vec<(u64, Vec<u8>)> {
    let (lines, starts, points) =
        (page.u32(&boundary["lines"]), page.u32(&boundary["starts"]), page.u16(&boundary["points"]));
    let (first, last) = (lines[epoch] as usize, lines[epoch + 1] as usize);
    let (from, to) = (starts[first] as usize, starts[last] as usize);
    let (x, y) = points.split_at(points.len() / 2);
    let number = |name: &str| boundary[name]["number"].as_u64().unwrap();
    let numbers = |values: Vec<u32>| values.into_iter().flat_map(u32::to_le_bytes).collect::<Vec<u8>>();
    let places = [&x[from..to], &y[from..to]].concat().into_iter().flat_map(u16::to_le_bytes).collect();
    let mut held = vec![
        (number("lines"), numbers(vec![0, (last - first) as u32])),
        (number("starts"), numbers(starts[first..=last].iter().map(|start| start - from as u32).collect())),
        (number("points"), places),
    ];
    if !boundary["levels"].is_null() {
        held.push((number("levels"), page.u8(&boundary["levels"])[first..last].to_vec()));
    }
    held
}

/// Compares every epoch of a run under these options.
fn expect_alike(what: &str, plots: &RunPlots<'_, Sequential>, samples: usize) {
    let whole = page(plots, PageSource::Arrays, samples).unwrap();
    let carried = page(plots, PageSource::Recordings, samples).unwrap();
    assert!(whole.live(0).is_none(), "{what}");
    let run = LiveRun::open(carried.live(0).unwrap()).unwrap();
    assert_eq!(run.len(), plots.epochs().len(), "{what}");
    for place in 0..run.len() {
        let (answer, expected) = (run.epoch(place, None).unwrap(), held(&whole, place));
        let found = arrays(&answer);
        assert_eq!(found.len(), expected.len(), "{what}, epoch {place}");
        for (i, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert!(found == expected, "{what}, epoch {place}, array {i} of those of epochs");
        }
    }
    let described = |page: &DecodedPage| page.meta["runs"].clone();
    assert_eq!(without_places(described(&whole)), without_places(described(&carried)), "{what}: what is said beside");
}

/// Without the places of arrays, which differ.
fn without_places(mut value: Value) -> Value {
    match &mut value {
        Value::Array(values) => values.iter_mut().for_each(|value| *value = without_places(value.take())),
        Value::Object(fields) => {
            fields.remove("offset");
            fields.values_mut().for_each(|value| *value = without_places(value.take()));
        }
        _ => {}
    }
    value
}

#[test]
fn every_epoch_of_any_run_is_computed_as_it_would_be_held() {
    let ball = datasets::ball(10, 90, 13);
    let moons = datasets::moons(60, 0.1, 7);
    let wide = [trained::wide(5, Activation::Tanh), trained::sigmoid()];
    let nothing_hidden = trained::run(&moons, [trained::sigmoid()], Loss::BinaryCrossEntropy, 3);
    let runs = vec![
        ("sigmoid", trained::article(&moons, Activation::Sigmoid, 5)),
        ("tanh", trained::article(&moons, Activation::Tanh, 5)),
        ("ReLU", trained::article(&moons, Activation::Relu, 5)),
        ("three classes", trained::ring(3, 90, 4)),
        ("ten inputs", trained::run(&ball, wide, Loss::BinaryCrossEntropy, 4)),
        ("nothing hidden", nothing_hidden),
        ("labels", trained::labelled()),
        ("one number of one input", trained::sine()),
        ("one number", trained::regression(1)),
        ("two numbers", trained::regression(2)),
        ("numbers that diverge", trained::diverged_numbers()),
        ("NaN", diverging()),
        ("one epoch", trained::article(&moons, Activation::Tanh, 0)),
    ];
    for (what, replay) in runs {
        expect_alike(what, &RunPlots::of(replay.run().unwrap()).unwrap(), 2_000);
    }
}

/// Good epochs, and then weights that are NaN, infinite, and far.
fn diverging() -> Replay {
    let replay = trained::article(&datasets::moons(40, 0.1, 7), Activation::Tanh, 3);
    let model = replay.at(3).unwrap().into_model();
    let mut bad = Replay::options().dataset(replay.dataset().unwrap()).loss(Loss::BinaryCrossEntropy).in_memory();
    for change in [1.0, f32::NAN, f32::INFINITY, 1e30] {
        bad.record(&trained::changed(&model, |value| value * change), Metrics::new()).unwrap();
    }
    bad
}

#[test]
fn whatever_was_set_is_computed_as_well() {
    let replay = trained::article(&datasets::moons(60, 0.1, 7), Activation::Tanh, 6);
    let ten = trained::run(
        &datasets::ball(10, 90, 13),
        [trained::wide(5, Activation::Tanh), trained::sigmoid()],
        Loss::BinaryCrossEntropy,
        3,
    );
    let options = RunPlots::options;
    let plane = |dimensions| Plane::of_axes(dimensions, 0, 3).unwrap();
    let of = |what: &str, options: RunPlotOptions, replay: &Replay| {
        expect_alike(what, &options.of(replay.run().unwrap()).unwrap(), 2_000);
    };
    of("bins", options().bins(7), &replay);
    of("a threshold", options(), &replay);
    of("logarithms", options().log_losses(true), &replay);
    of("axes of each epoch", options().axes(Axes::Epoch), &replay);
    of("axes of the run", options().axes(Axes::Run).name_classes(["a", "b"]), &replay);
    of("limits", options().space(-0.5..=0.5, -0.5..=0.5).loss_axis(0.0..=0.5), &replay);
    of("another loss", options().loss(Loss::MeanSquaredError), &replay);
    of("planes", options().plane(plane(5)).input_plane(plane(10)), &ten);
    of("another label", options().output(1), &trained::labelled());
    let run = || replay.run().unwrap();
    expect_alike("a threshold", &RunPlots::of(run().threshold(0.2)).unwrap(), 2_000);
    expect_alike("some epochs", &RunPlots::of(run().epochs([1, 4, 6])).unwrap(), 2_000);
    expect_alike("few samples", &RunPlots::of(run()).unwrap(), 11);
}

#[test]
fn another_threshold_gives_what_a_page_with_it_holds() {
    let replay = trained::article(&datasets::moons(60, 0.1, 7), Activation::Tanh, 4);
    let half = RunPlots::of(replay.run().unwrap()).unwrap();
    let third = RunPlots::of(replay.run().unwrap().threshold(0.3)).unwrap();
    let carried = page(&half, PageSource::Recordings, 2_000).unwrap();
    let run = LiveRun::open(carried.live(0).unwrap()).unwrap();
    let answer = run.epoch(4, Some(0.3)).unwrap();
    assert_eq!(arrays(&answer), held(&page(&third, PageSource::Arrays, 2_000).unwrap(), 4));
    assert_ne!(answer, run.epoch(4, None).unwrap());
    assert!(run.epoch(5, None).unwrap_err().to_string().contains("below 5"));
}

/// What is said of a run that was looked at.
fn said(text: &[u8]) -> Value {
    let mut said: Value = serde_json::from_slice(text).unwrap();
    said[0]["name"] = "the run".into();
    said[0].take()
}

/// Looks at a view, and compares that with a page that was made so; then again at what the page was made with.
fn expect_view(what: &str, replay: &Replay, view: &LiveView, made_so: &RunPlots<'_, Sequential>) {
    let usual = page(&RunPlots::of(replay.run().unwrap()).unwrap(), PageSource::Recordings, 2_000).unwrap();
    let mut run = LiveRun::open(usual.live(0).unwrap()).unwrap();
    let before = run.epoch(1, None).unwrap();
    let expected = page(made_so, PageSource::Arrays, 2_000).unwrap();
    let looked = run.look(view).unwrap();
    assert_eq!(run.epoch(1, None).unwrap(), before, "{what}: looking turns nothing");
    let looked = arrays(&looked);
    run.turn(looked[0]).unwrap();
    assert_eq!(without_places(said(looked[1])), without_places(expected.run(0).clone()), "{what}");
    for place in 0..run.len() {
        assert_eq!(arrays(&run.epoch(place, None).unwrap()), held(&expected, place), "{what}, epoch {place}");
    }
    assert!(run.look(&LiveView::default()).unwrap().is_empty());
    run.turn(&[]).unwrap();
    assert_eq!(run.epoch(1, None).unwrap(), before, "{what}, and back");
}

#[test]
fn another_view_is_the_page_that_was_made_so() {
    let replay = two_layers();
    let (run, options) = (|| replay.run().unwrap(), RunPlots::options);
    let view = |layer: Option<&str>, units, threshold| LiveView { layer: layer.map(String::from), units, threshold };
    let plane = Plane::of_axes(5, 3, 1).unwrap();
    for (what, view, made_so) in [
        ("a threshold", view(None, None, Some(0.3)), RunPlots::of(run().threshold(0.3))),
        ("the principal plane", view(Some("first"), None, None), options().layer("first").of(run())),
        ("two units", view(Some("first"), Some([3, 1]), None), options().layer("first").plane(plane).of(run())),
        ("the usual layer", view(Some("hidden"), Some([0, 1]), None), options().layer("hidden").of(run())),
        ("all of it", view(Some("first"), None, Some(0.7)), options().layer("first").of(run().threshold(0.7))),
    ] {
        expect_view(what, &replay, &view, &made_so.unwrap());
    }
}

/// A network of five units and two, with metrics of validation.
fn two_layers() -> Replay {
    let layers = [Dense::new(5).name("first").activation(Activation::Tanh), trained::wide(2, Activation::Tanh)];
    let layers = layers.into_iter().chain([trained::sigmoid()]);
    let replay = trained::run(&datasets::moons(60, 0.1, 7), layers, Loss::BinaryCrossEntropy, 4);
    let mut logged = Replay::options().dataset(replay.dataset().unwrap()).loss(Loss::BinaryCrossEntropy).in_memory();
    for epoch in 0..5 {
        let metrics = [("val_loss", 1.0 / (epoch as f64 + 1.0)), ("rate", 0.1)];
        logged.record(replay.at(epoch).unwrap().model(), metrics).unwrap();
    }
    logged
}

#[test]
fn a_view_that_is_not_there_is_an_error_and_changes_nothing() {
    let replay = two_layers();
    let usual = page(&RunPlots::of(replay.run().unwrap()).unwrap(), PageSource::Recordings, 2_000).unwrap();
    let run = LiveRun::open(usual.live(0).unwrap()).unwrap();
    let before = run.epoch(2, None).unwrap();
    for (layer, units) in [("nowhere", None), ("first", Some([0, 5])), ("first", Some([2, 2])), ("first", Some([9, 0]))]
    {
        let view = LiveView { layer: Some(layer.into()), units, threshold: None };
        assert!(run.look(&view).is_err(), "{view:?}");
        assert_eq!(run.epoch(2, None).unwrap(), before);
    }
    let view = LiveView { threshold: Some(f32::NAN), ..LiveView::default() };
    assert!(run.look(&view).is_err());
}

#[test]
fn a_run_turns_to_no_view_of_another_network() {
    let moons = datasets::moons(60, 0.1, 7);
    let flat = trained::run(&moons, [trained::sigmoid()], Loss::BinaryCrossEntropy, 4);
    let of = |replay: &Replay| {
        let page = page(&RunPlots::of(replay.run().unwrap()).unwrap(), PageSource::Recordings, 2_000).unwrap();
        LiveRun::open(page.live(0).unwrap()).unwrap()
    };
    let (two, mut flat) = (of(&two_layers()), of(&flat));
    let view = LiveView { layer: Some("first".into()), ..LiveView::default() };
    let looked = arrays(&two.look(&view).unwrap())[0].to_vec();
    let before = flat.epoch(2, None).unwrap();
    for bytes in [&looked[..], &looked[..looked.len() / 2], b"x"] {
        assert!(flat.turn(bytes).is_err(), "{} bytes", bytes.len());
        assert_eq!(flat.epoch(2, None).unwrap(), before);
    }
}

/// A network of a recording with every output turned around, which the recording does not know.
struct Turned(Sequential);

impl Model for Turned {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        self.0.parameters()
    }

    fn as_forward(&self) -> Option<&dyn Forward> {
        Some(self)
    }
}

impl Forward for Turned {
    fn layers(&self) -> Vec<String> {
        self.0.layers()
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        self.0.with_weights(weights).map(Self)
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        let turns = layers.end == 2;
        let outputs = self.0.forward(inputs, layers)?;
        Ok(if turns { outputs.map(|output| 1.0 - output) } else { outputs })
    }
}

#[test]
fn a_model_that_the_recording_does_not_describe_has_its_arrays_on_the_page() {
    let replay = trained::article(&datasets::moons(60, 0.1, 7), Activation::Tanh, 40);
    let turned = Turned(replay.at(0).unwrap().into_model());
    let plots = RunPlots::of(replay.run_with(&turned)).unwrap();
    let error = page(&plots, PageSource::Recordings, 2_000).unwrap_err();
    assert!(matches!(error, Error::Missing { .. }), "{error}");
    assert!(error.to_string().contains("not the network that the recording describes"), "{error}");
    let held = page(&plots, PageSource::Smallest, 2_000).unwrap();
    assert!(held.live(0).is_none());
    assert_eq!(held.run(0)["why_not_live"], error.to_string(), "the page says why");
}

#[test]
fn the_smallest_page_is_taken() {
    let data = datasets::parabola(1_000, 13);
    let long = trained::article(&data, Activation::Tanh, 60);
    let of = |replay: &Replay, source| page(&RunPlots::of(replay.run().unwrap()).unwrap(), source, 2_000).unwrap();
    let size = |replay: &Replay, source| of(replay, source).html.len();
    assert!(of(&long, PageSource::Smallest).live(0).is_some());
    assert!(size(&long, PageSource::Recordings) < size(&long, PageSource::Arrays));
    assert_eq!(size(&long, PageSource::Smallest), size(&long, PageSource::Recordings));
    let short = trained::article(&datasets::moons(60, 0.1, 7), Activation::Tanh, 2);
    assert!(of(&short, PageSource::Smallest).live(0).is_none());
    assert!(
        !of(&short, PageSource::Arrays).html.contains(r#"id="core" data-packed="gzip">H"#),
        "no module for nothing"
    );
}

#[test]
fn a_page_is_the_same_however_often_it_is_made() {
    let replay = trained::article(&datasets::moons(60, 0.1, 7), Activation::Tanh, 5);
    let made = || page(&RunPlots::of(replay.run().unwrap()).unwrap(), PageSource::Recordings, 2_000).unwrap();
    let (one, other) = (made(), made());
    let differ: Vec<usize> =
        (0..one.live(0).unwrap().len()).filter(|&i| one.live(0).unwrap()[i] != other.live(0).unwrap()[i]).collect();
    assert_eq!(differ, Vec::<usize>::new());
    assert!(one.html == other.html);
}

#[test]
fn bytes_that_are_none_of_a_run_are_errors() {
    let replay = trained::article(&datasets::moons(30, 0.1, 7), Activation::Tanh, 2);
    let carried = page(&RunPlots::of(replay.run().unwrap()).unwrap(), PageSource::Recordings, 2_000).unwrap();
    let bytes = carried.live(0).unwrap();
    for end in 0..bytes.len() {
        if let Ok(run) = LiveRun::open(&bytes[..end]) {
            // What is cut off a recording are its last epochs.
            assert!(run.len() < 3 || end == bytes.len(), "{end} of {} bytes", bytes.len());
        }
    }
    for (place, flip) in (0..bytes.len()).flat_map(|place| [1, 8, 128].map(|flip| (place, flip))) {
        let mut damaged = bytes.to_vec();
        damaged[place] ^= flip;
        // An error, or other numbers; nothing panics.
        if let Ok(run) = LiveRun::open(&damaged) {
            let _found: Vec<Result<Vec<u8>>> = (0..run.len().min(1)).map(|epoch| run.epoch(epoch, None)).collect();
        }
    }
}
