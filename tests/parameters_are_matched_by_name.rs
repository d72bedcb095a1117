//! Parameters may come in any order, and under other names where a rule maps them: they are recorded as at the first epoch,
//! and runs are compared by name.

use training_replay::{Metrics, Model, Parameter, Replay, Result, Weights, analysis::WeightDiff};

/// Layers with a kernel and a bias that are the number of the epoch, in the order they are listed.
struct Layers {
    names: Vec<String>,
    value: f32,
}

impl Model for Layers {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        let layer = |(number, name): (usize, &String)| {
            let value = self.value + name.len() as f32;
            let kernel = Parameter::new(name.clone(), "kernel", [2, 2], vec![value; 4]);
            let bias = Parameter::new(name.clone(), "bias", [2], vec![-value; 2]);
            if number % 2 == 0 { [kernel, bias] } else { [bias, kernel] }
        };
        Ok(self.names.iter().enumerate().flat_map(layer).collect())
    }
}

fn layers(names: &[&str], value: f32) -> Layers {
    Layers { names: names.iter().map(|name| name.to_string()).collect(), value }
}

fn labels(weights: &Weights) -> Vec<String> {
    weights.iter().map(|parameter| format!("{}/{}", parameter.layer(), parameter.name())).collect()
}

/// A hash map lists them in another order in every process, and appending was refused.
#[test]
fn parameters_that_come_in_another_order_are_written_in_the_first_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let mut replay = Replay::options().create(&path).unwrap();
    replay.record(&layers(&["one", "second"], 0.0), Metrics::new()).unwrap();
    let first = labels(&replay.weights(0).unwrap());
    drop(replay);
    for (epoch, order) in [(1, ["second", "one"]), (2, ["one", "second"]), (3, ["second", "one"])] {
        let mut replay = Replay::append(&path).unwrap();
        replay.record(&layers(&order, epoch as f32), Metrics::new()).unwrap();
        let weights = replay.weights(epoch).unwrap();
        assert_eq!(labels(&weights), first);
        for name in order {
            let value = epoch as f32 + name.len() as f32;
            assert_eq!(weights.require(name, "kernel", &[2, 2]).unwrap().values().to_f32(), [value; 4].as_slice());
            assert_eq!(weights.require(name, "bias", &[2]).unwrap().values().to_f32(), [-value; 2].as_slice());
        }
    }
}

#[test]
fn runs_whose_parameters_come_in_another_order_are_compared_by_name() {
    let record = |order: &[&str]| {
        let mut replay = Replay::options().in_memory();
        for epoch in 0..3 {
            replay.record(&layers(order, epoch as f32), Metrics::new()).unwrap();
        }
        replay
    };
    let diff = record(&["one", "second"]).recorded_weights().diff(&record(&["second", "one"]), 0.0).unwrap();
    assert_eq!((diff.first, diff.distances), (None, vec![(0, 0.0), (1, 0.0), (2, 0.0)]));
    let (one, other) = (layers(&["one", "second"], 1.0), layers(&["second", "one"], 0.0));
    let update = Weights::of(&one).unwrap().minus(&Weights::of(&other).unwrap()).unwrap();
    assert!(update.iter().all(|parameter| parameter.values().to_f64().iter().all(|change| change.abs() == 1.0)));
    assert_eq!(labels(&update), labels(&Weights::of(&one).unwrap()));
}

#[test]
fn an_error_says_which_names_are_missing_and_which_are_new() {
    let mut replay = Replay::options().in_memory();
    replay.record(&layers(&["one", "second"], 0.0), Metrics::new()).unwrap();
    let message = replay.record(&layers(&["one", "third"], 0.0), Metrics::new()).unwrap_err().to_string();
    let found = r#"without ["second/bias", "second/kernel"] and with the new ["third/bias", "third/kernel"]"#;
    assert!(message.contains(found) && message.contains("Replay::options().rename"), "{message}");
    assert!(replay.record(&layers(&["one"], 0.0), Metrics::new()).unwrap_err().to_string().contains("second/bias"));
    assert!(replay.record(&layers(&["one", "one"], 0.0), Metrics::new()).unwrap_err().to_string().contains("twice"));
    assert_eq!(replay.record(&layers(&["second", "one"], 0.0), Metrics::new()).unwrap(), 1, "nothing was written");
}

fn strip(layer: &str, name: &str) -> (String, String) {
    (layer.strip_prefix("_orig_mod.").unwrap_or(layer).to_owned(), name.to_owned())
}

#[test]
fn a_rule_renames_what_is_recorded_and_what_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let mut replay = Replay::options().create(&path).unwrap();
    replay.record(&layers(&["one", "second"], 0.0), Metrics::new()).unwrap();
    drop(replay);
    let mut replay = Replay::options().rename(strip).append(&path).unwrap();
    replay.record(&layers(&["_orig_mod.second", "_orig_mod.one"], 0.0), Metrics::new()).unwrap();
    assert_eq!(labels(&replay.weights(1).unwrap()), labels(&replay.weights(0).unwrap()));
    replay.finish().unwrap();

    let renamed =
        Replay::open(&path).unwrap().rename(|layer, name| (format!("_orig_mod.{layer}"), name.into())).unwrap();
    assert!(renamed.weights(0).unwrap().get("_orig_mod.one", "bias").is_some());
    assert!(WeightDiff::between(&renamed.weights(0).unwrap(), &replay.weights(0).unwrap(), 0.0).is_err());
    let back = renamed.rename(strip).unwrap();
    assert_eq!(back.recorded_weights().diff(&replay, 0.0).unwrap().first, None);
}

#[test]
fn names_that_a_rule_makes_one_are_an_error() {
    let one = |_: &str, name: &str| ("all".to_owned(), name.to_owned());
    let mut replay = Replay::options().rename(one).in_memory();
    let message = replay.record(&layers(&["one", "second"], 0.0), Metrics::new()).unwrap_err().to_string();
    assert!(message.contains("listed twice: all/"), "{message}");
    let mut replay = Replay::options().in_memory();
    replay.record(&layers(&["one", "second"], 0.0), Metrics::new()).unwrap();
    replay.finish().unwrap();
    assert!(replay.rename(one).unwrap_err().to_string().contains("for two parameters"));
}

#[test]
fn a_recording_at_work_is_not_renamed_under_its_recorder() {
    let mut replay = Replay::options().in_memory();
    replay.record(&layers(&["one"], 0.0), Metrics::new()).unwrap();
    assert!(replay.rename(strip).unwrap_err().to_string().contains("Replay::options().rename"));
}

#[test]
fn a_built_in_network_keeps_the_names_that_its_description_gives_it() {
    let model = training_replay::Sequential::builder(2).layer(training_replay::Dense::new(1)).build(1).unwrap();
    let mut replay = Replay::options().rename(|layer, name| (format!("net.{layer}"), name.into())).in_memory();
    let message = replay.record(&model, Metrics::new()).unwrap_err().to_string();
    assert!(message.contains("dense_1/kernel") && message.contains("net.dense_1/kernel"), "{message}");
    let mut same = Replay::options().rename(|layer, name| (layer.into(), name.into())).in_memory();
    same.record(&model, Metrics::new()).unwrap();
}
