//! The lessons of the examples say what happened in the run that is shown, and nothing that did not happen.
#![cfg(feature = "plot")]

#[path = "../examples/common/lesson.rs"]
mod lesson;
#[path = "../examples/common/start.rs"]
mod start;
#[path = "../examples/common/story.rs"]
mod story;
#[path = "common/trained.rs"]
mod trained;

use lesson::{Fact, Facts, lesson as written};
use start::Start;
use story::{Ending, Story, facts, grouped, percent};
use training_replay::{
    Activation, Dataset, Dense, Initializer, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets,
    plot::{Lesson, Page, RunPlots},
};

const LOSS: Loss = Loss::BinaryCrossEntropy;
const ARTICLE: &str = include_str!("../examples/common/lessons/activation_functions.en.txt");
const INITIALIZERS: &str = include_str!("../examples/common/lessons/weight_initializers.en.txt");

fn small() -> Facts {
    let happened = Fact::at("tanh", 7).value("wrong", 3);
    Facts::from([("happened".to_owned(), Some(happened)), ("did_not".to_owned(), None)])
}

fn texts(lesson: &Lesson) -> Vec<&str> {
    lesson.sections.iter().flat_map(|section| &section.sentences).map(|sentence| sentence.text.as_str()).collect()
}

#[test]
fn a_sentence_is_filled_with_its_fact_and_left_out_where_there_is_none() {
    let text = "title: A\nlanguage: pt-BR\n\n; a remark\n# One\n- Always {so}.\nhappened: At {epoch}, {wrong} of {wrong}: wrong.\n\
                did_not: Never {anything}.\n# Two\ndid_not: Never.\n# Three\nhappened: Again.\n";
    let made = written(text, &small()).unwrap();
    assert_eq!((made.title.as_str(), made.language.as_str()), ("A", "pt-BR"));
    let headings: Vec<&str> = made.sections.iter().map(|section| section.heading.as_str()).collect();
    assert_eq!(headings, ["One", "Three"], "a section without sentences is left out");
    assert_eq!(texts(&made), ["Always {so}.", "At 7, 3 of 3: wrong.", "Again."]);
    let sentence = &made.sections[1].sentences[0];
    assert_eq!((sentence.epoch, sentence.run.as_deref()), (Some(7), Some("tanh")));
}

#[test]
fn a_text_that_names_what_is_not_there_is_an_error_that_says_on_which_line() {
    for (line, expected) in [
        ("hapened: At {epoch}.", "did_not, happened"),
        ("happened: At {epoche}.", "epoch, wrong"),
        ("happened: At {epoch.", "a brace that is closed"),
        ("A sentence alone.", "a heading behind `# `"),
        ("title: Too late", "did_not, happened"),
    ] {
        let error = written(&format!("title: A\n# One\n- Two.\n{line}\n"), &small()).unwrap_err().to_string();
        assert!(error.starts_with("line 4 of the lesson's text is ") && error.contains(expected), "{error}");
    }
    let error = written("title: A\n- Nowhere.\n", &small()).unwrap_err().to_string();
    assert!(error.starts_with("line 2 ") && error.contains("below a heading"), "{error}");
}

fn network(data: &Dataset, activation: Activation, bias: f32, epochs: u64) -> Replay {
    let hidden = trained::wide(2, activation).bias_initializer(Initializer::Constant(bias));
    let model = Sequential::builder(2).layers([hidden, trained::sigmoid()]).build(3).unwrap();
    let trainer = Trainer::new(LOSS, Optimizer::adam(0.05)).batch_size(16).seed(42);
    trained::train(model, trainer, data, LOSS, epochs)
}

/// By epoch, which samples are misclassified, from the outputs alone.
fn wrong_rows(replay: &Replay, data: &Dataset) -> Vec<Vec<usize>> {
    let classes = data.classes().unwrap();
    let at = |epoch| replay.at(epoch).unwrap().outputs().unwrap();
    let wrong = |outputs: training_replay::Matrix| {
        (0..classes.len()).filter(|&row| usize::from(outputs[row] > 0.5) != classes[row]).collect()
    };
    replay.epochs().map(at).map(wrong).collect()
}

/// The first epoch from which on none of these rows is misclassified.
fn right_from(wrong: &[Vec<usize>], rows: impl Fn(usize) -> bool) -> Option<u64> {
    let last = wrong.iter().rposition(|wrong| wrong.iter().any(|&row| rows(row)));
    let from = last.map_or(0, |last| last + 1);
    (from < wrong.len()).then_some(from as u64)
}

fn epoch_of(facts: &Facts, name: &str) -> Option<u64> {
    facts[name].as_ref().and_then(|fact| fact.epoch)
}

#[test]
fn epochs_and_numbers_are_those_of_the_recording() {
    let data = datasets::parabola(100, 13);
    let runs = [("sigmoid", Activation::Sigmoid), ("tanh", Activation::Tanh), ("ReLU", Activation::Relu)];
    let replays: Vec<Replay> = runs.iter().map(|&(_, activation)| network(&data, activation, 0.0, 60)).collect();
    let stories: Vec<Story> =
        runs.iter().zip(&replays).map(|((name, _), replay)| Story::of(name, replay).unwrap()).collect();
    let straight = trained::run(&data, [trained::sigmoid()], LOSS, 30);
    let endings: Vec<Ending> =
        runs.iter().zip(&replays).map(|((_, activation), replay)| Ending::of(*activation, replay).unwrap()).collect();
    let found = facts(&stories, &Story::of("straight", &straight).unwrap(), &endings, true);
    let made = written(ARTICLE, &found).unwrap();
    let classes = data.classes().unwrap();
    for ((name, _), replay) in runs.iter().zip(&replays) {
        let wrong = wrong_rows(replay, &data);
        let key = |fact: &str| format!("{}.{fact}", name.to_lowercase());
        assert_eq!(epoch_of(&found, &key("negatives")), right_from(&wrong, |row| classes[row] == 0), "{name}");
        assert_eq!(epoch_of(&found, &key("positives")), right_from(&wrong, |row| classes[row] == 1), "{name}");
        assert_eq!(epoch_of(&found, &key("all")), right_from(&wrong, |_| true), "{name}");
        assert_eq!(found[&key("unfinished")].is_some(), !wrong[60].is_empty(), "{name}");
        let sentence = made.sections.iter().flat_map(|section| &section.sentences);
        let first = sentence.filter(|one| one.run.as_deref() == Some(name)).find(|one| one.epoch == Some(0)).unwrap();
        let is_counted = *name == "ReLU" || first.text.contains(&format!("{} ", wrong[0].len()));
        assert!(is_counted, "{}: {} wrong", first.text, wrong[0].len());
    }
    let straight_wrong = wrong_rows(&straight, &data)[30].len();
    assert!(texts(&made)[1].contains(&format!("and {straight_wrong} of them wrong")), "{}", texts(&made)[1]);
    let right = endings.iter().filter(|ending| ending.wrong == 0).count();
    let all = replays.iter().filter(|replay| wrong_rows(replay, &data)[60].is_empty()).count();
    assert!(right == all && right > 0, "{right} of {all} end with every sample right");
    page(&runs.map(|(name, _)| name), &replays).lesson(&made).unwrap();
}

/// A page of these runs, on which everything that a lesson leads to has to be.
fn page(names: &[&str], replays: &[Replay]) -> Page {
    let mut page = Page::new("A page");
    for (name, replay) in names.iter().zip(replays) {
        page.run(*name, &RunPlots::of(replay.run().unwrap()).unwrap()).unwrap();
    }
    page
}

#[test]
fn what_did_not_happen_is_not_said() {
    let data = datasets::parabola(30, 13);
    let names = ["sigmoid", "tanh", "ReLU"];
    let replays = [Activation::Sigmoid, Activation::Tanh, Activation::Relu].map(|one| network(&data, one, 0.0, 0));
    let stories: Vec<Story> =
        names.iter().zip(&replays).map(|(name, replay)| Story::of(name, replay).unwrap()).collect();
    let straight = trained::run(&data, [trained::sigmoid()], LOSS, 0);
    let found = facts(&stories, &Story::of("straight", &straight).unwrap(), &[], false);
    for name in ["negatives", "positives", "all", "bent", "stands", "settles", "sinks", "falls", "widened"] {
        for run in ["sigmoid", "tanh", "relu"] {
            assert!(found[&format!("{run}.{name}")].is_none(), "{run}.{name} before any training");
        }
    }
    for name in ["keras", "sooner", "soonest", "others.fail.tanh", "others.succeed.tanh", "others.die.relu"] {
        assert!(found[name].is_none(), "{name}");
    }
    let made = written(ARTICLE, &found).unwrap();
    assert!(!texts(&made).iter().any(|text| text.contains("right from here on") || text.contains("Keras")));
    page(&names, &replays).lesson(&made).unwrap();
}

/// A bias of -50 is below whatever two inputs within -1 and 1 add to it.
#[test]
fn dead_units_are_found_where_they_are() {
    let data = datasets::parabola(30, 13);
    for (bias, is_dead) in [(-50.0, true), (50.0, false)] {
        let replay = network(&data, Activation::Relu, bias, 2);
        let ending = Ending::of(Activation::Relu, &replay).unwrap();
        assert_eq!(ending.dead, if is_dead { 2 } else { 0 });
        let story = Story::of("ReLU", &replay).unwrap();
        let found = facts(&[story], &Story::of("straight", &replay).unwrap(), &[ending], false);
        assert_eq!(epoch_of(&found, "relu.dead"), is_dead.then_some(0));
        assert_eq!(found["relu.alive"].is_some(), !is_dead);
        assert_eq!(found["others.die.relu"].is_some(), is_dead);
    }
}

/// The standard deviations of activations and weights, computed here from the values.
#[test]
fn spreads_of_layers_are_those_of_their_values() {
    let data = datasets::ball(10, 60, 13);
    let hidden = (1..=3).map(|i| Dense::new(20).name(format!("h{i}")).activation(Activation::Tanh));
    let layers = hidden.chain([trained::sigmoid()]).map(|layer| layer.kernel_initializer(Initializer::GlorotUniform));
    let model = Sequential::builder(10).layers(layers).build(13).unwrap();
    let mut replay = Replay::options().dataset(&data).loss(LOSS).in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    let found = |keys: [&str; 3]| start::facts(&keys.map(|key| (key, Start::of("the run", &replay).unwrap()))).unwrap();
    let found = found(["normal", "glorot", "relu"]);
    let activations = replay.at(0).unwrap().activations().unwrap();
    for (layer, name) in [(0, "first"), (2, "last")] {
        let values: Vec<f64> = activations[layer].values.iter().map(|&value| f64::from(value)).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let std = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt();
        let text = found["glorot.activations"].as_ref().unwrap().get(name).unwrap().to_owned();
        assert!((text.parse::<f64>().unwrap() / std - 1.0).abs() < 0.06, "{text}, not {std}");
    }
    let made = written(INITIALIZERS, &found).unwrap();
    assert!(texts(&made)[0].contains("60 points"), "{}", texts(&made)[0]);
    page(&["the run"], &[replay]).lesson(&made).unwrap();
}

#[test]
fn counts_and_shares_are_written_as_people_write_them() {
    assert_eq!([0, 12, 999, 1_000, 1_234_567].map(grouped), ["0", "12", "999", "1,000", "1,234,567"]);
    assert_eq!([0.0, 1.0, 0.743, 0.5004].map(percent), ["0", "100", "74.3", "50"]);
}
