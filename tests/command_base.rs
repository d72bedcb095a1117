//! What the command makes of a recording of some parameters: without its base and over it.
#![cfg(feature = "cli")]

mod common;

use std::path::Path;

use common::{
    command::call,
    recordings::{data, model, options},
};
use training_replay::{Base, Forward, Metrics, Parameter, Replay, Sequential, Weights};

/// A network whose output layer alone is another one at each epoch.
fn at(epoch: u64) -> Sequential {
    let network = model(1);
    let moved = |it: Parameter<'static>| match it.layer() {
        "output" => {
            let values: Vec<f32> = it.values().to_f32().iter().map(|value| value + epoch as f32 / 8.0).collect();
            Parameter::new("output", it.name().to_owned(), it.shape(), values)
        }
        _ => it,
    };
    let weights = Weights::of(&network).unwrap().into_iter().map(moved).collect();
    network.with_weights(&weights).unwrap()
}

/// A folder with `whole.replay`, `head.replay` of the output layer alone, and `other.replay`, another network.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let create = |name: &str, head: bool| {
        let options = if head { options().only_parameters(["output.*"]) } else { options() };
        options.create(folder.path().join(name)).unwrap()
    };
    let mut replays = [create("whole.replay", false), create("head.replay", true)];
    for epoch in 0..4 {
        replays.iter_mut().for_each(|replay| assert_eq!(replay.record(&at(epoch), [("loss", 0.5)]).unwrap(), epoch));
    }
    replays.iter_mut().for_each(|replay| replay.finish().unwrap());
    let mut other = create("other.replay", false);
    other.record(&model(2), Metrics::new()).unwrap();
    other.finish().unwrap();
    folder
}

fn said(folder: &Path, line: &str) -> String {
    let ran = call(folder, line);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{line}");
    ran.out
}

#[test]
fn questions_that_run_the_network_need_the_base_and_say_so() {
    let folder = folder();
    for line in ["verify head.replay", "story head.replay", "page head.replay -o a.html"] {
        let ran = call(folder.path(), line);
        assert_eq!(ran.status, 2, "{line}: {ran:?}");
        let needed = r#"["hidden/kernel", "hidden/bias"]"#;
        assert!(ran.err.contains(needed) && ran.err.contains("--base FILE"), "{line}: {ran:?}");
    }
    for line in ["curve head.replay", "check head.replay", "info head.replay", "runs ."] {
        said(folder.path(), line);
    }
}

#[test]
fn over_its_base_a_recording_answers_as_one_of_all_parameters() {
    let folder = folder();
    let story = |line: &str| said(folder.path(), line).replace("head.replay", "whole.replay");
    // What was not recorded is not said to stay the same.
    let is_of_both = |line: &&str| !line.contains("does not change");
    let whole: String = story("story whole.replay").split_inclusive('\n').filter(is_of_both).collect();
    assert_eq!(story("story --base whole.replay head.replay"), whole);
    assert_eq!(story("story --base whole.replay@3 head.replay"), whole, "the frozen layer is the same at every epoch");
    let other = call(folder.path(), "story --base other.replay head.replay");
    assert!(
        other.status == 2 && other.err.contains("hidden/kernel of the base") && other.err.contains("checksum"),
        "{other:?}"
    );
    for (line, text) in [
        ("story --base whole.replay@9 head.replay", "epoch 9 was not recorded"),
        ("story --base head.replay head.replay", "hidden/kernel"),
        ("story --base none.replay head.replay", "none.replay"),
        ("story --base whole.replay whole.replay", "leaves none out"),
    ] {
        let ran = call(folder.path(), line);
        assert!(ran.status == 2 && ran.err.contains(text), "{line}: {ran:?}");
    }
}

#[test]
fn what_is_left_out_is_listed_with_its_checksums() {
    let folder = folder();
    let short = said(folder.path(), "info head.replay");
    assert!(short.contains("left out") && short.contains("in 2 arrays, which `info --parameters` lists"), "{short}");
    let long = said(folder.path(), "info --parameters head.replay");
    let replay = Replay::open(folder.path().join("head.replay")).unwrap();
    for left_out in replay.recorded_weights().left_out() {
        assert!(long.contains(&format!("{:08x}", left_out.checksum())), "{long}");
    }
    let json: serde_json::Value = serde_json::from_str(&said(folder.path(), "info --json head.replay")).unwrap();
    assert!(json.to_string().contains(r#""left_out":[{"checksum":"#), "{json}");
    assert!(!said(folder.path(), "info whole.replay").contains("left out"));
}

#[test]
fn copies_leave_out_what_the_recording_does() {
    let folder = folder();
    let base = Base::of(&at(0)).unwrap();
    for line in [
        "thin --every 2 head.replay -o copy.replay",
        "repair head.replay -o copy.replay",
        "pack head.replay -o copy.replay",
    ] {
        said(folder.path(), line);
        let [copy, head] = ["copy.replay", "head.replay"].map(|name| Replay::open(folder.path().join(name)).unwrap());
        assert!(copy.recorded_weights().left_out().eq(head.recorded_weights().left_out()), "{line}");
        let copy = base.complete(copy).unwrap();
        assert_eq!(copy.at(2).unwrap().model(), &at(2), "{line}");
        assert_eq!(copy.dataset().unwrap(), &data());
        std::fs::remove_file(folder.path().join("copy.replay")).unwrap();
    }
}

#[test]
fn recordings_over_other_bases_differ() {
    let folder = folder();
    let mut other = options().only_parameters(["output/*"]).create(folder.path().join("tail.replay")).unwrap();
    other.record(&model(2), Metrics::new()).unwrap();
    drop(other);
    assert_eq!(call(folder.path(), "diff head.replay head.replay").status, 0);
    assert_eq!(call(folder.path(), "diff --epochs 1,1 head.replay head.replay").status, 0);
    for line in ["diff head.replay tail.replay", "diff --epochs 0,0 head.replay tail.replay"] {
        let ran = call(folder.path(), line);
        assert!(
            ran.status == 1 && ran.out.contains("not of the same model") && ran.out.contains("hidden/kernel"),
            "{ran:?}"
        );
    }
}
