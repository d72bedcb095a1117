//! A disk that is really full, as far as one process can tell: the system refuses to make its file longer.
#![cfg(unix)]

mod common;

use std::{path::Path, process::Command};

use common::{
    arrays::{Arrays, completed, file, frozen, kinds, of_kind, same_bits},
    process::{self, Page, given, role},
    scale::{report, scaled},
};
use training_replay::{Dataset, Matrix, Metrics, Replay, Values, datasets};

fn model(epoch: u64, parameters: usize) -> Arrays {
    let noise = |i: usize| (i as u32 ^ epoch as u32).wrapping_mul(0x9E37_79B9).rotate_left(epoch as u32);
    let values: Vec<f32> = (0..parameters).map(|i| f32::from_bits(noise(i))).collect();
    Arrays(vec![("kernel".into(), vec![parameters], Values::from(values)), frozen()])
}

/// Records until it is refused, and tries again.
#[test]
#[ignore = "a role that another test starts as a process of its own"]
fn recorder() {
    let Some((path, parameters)) = given() else { return };
    let named = path.extension().and_then(|name| name.to_str()).unwrap();
    let mut replay = of_kind(named, &path).create(&path).unwrap();
    let mut next = 0;
    let error = loop {
        match replay.record(&model(next, parameters), [("loss", 0.5)]) {
            Ok(epoch) => process::say(&epoch.to_string()),
            Err(error) => break error,
        }
        next += 1;
    };
    process::say(&error.to_string());
    let again = replay.record(&model(next, parameters), [("loss", 0.5)]);
    process::say(&again.unwrap_err().to_string());
    let replay = completed(replay);
    assert!(same_bits(&replay.weights(next - 1).unwrap(), &model(next - 1, parameters)), "it still reads");
}

/// The role with files of so many bytes at most; a write beyond is an error, not the end.
fn limited(name: &str, path: &Path, parameters: usize, bytes: u64) -> Command {
    let unlimited = role(name, path, parameters);
    let mut command = Command::new("sh");
    let limit = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", bytes / 512);
    command.args(["-c", &limit]).arg(unlimited.get_program()).args(unlimited.get_args());
    command.envs(unlimited.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.stdout(std::process::Stdio::piped());
    command
}

fn fill(parameters: usize, bytes: u64) {
    kinds().into_iter().for_each(|kind| fill_one(kind, parameters, bytes));
}

fn fill_one(name: &str, parameters: usize, bytes: u64) {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder).with_extension(name); // by which the recorder chooses its kind
    let mut said = Page::start(limited("recorder", &path, parameters, bytes)).wait();
    let (again, error) = (said.pop().unwrap(), said.pop().unwrap());
    let acknowledged = said.len() as u64;
    assert!(error.starts_with("writing ") && error.contains("too large"), "{error}");
    assert_eq!(again, error, "the same again, not a recorder that has given up");
    assert!(acknowledged > 5);

    let mut replay = completed(Replay::append(&path).unwrap());
    assert!(replay.epochs().eq(0..acknowledged) && replay.damage().is_empty());
    assert_eq!(replay.torn_bytes(), 0, "the broken record was cut off");
    assert_eq!(replay.dataset().unwrap(), &datasets::parabola(2, 1));
    for epoch in 0..acknowledged {
        assert!(same_bits(&replay.weights(epoch).unwrap(), &model(epoch, parameters)));
    }
    assert_eq!(replay.record(&model(acknowledged, parameters), Metrics::new()).unwrap(), acknowledged);
    report(format_args!(
        "{name}, {parameters} parameters, {bytes} bytes: {acknowledged} epochs fit, and all of them are there"
    ));
}

fn large_data() -> Dataset {
    Dataset::new(Matrix::from_fn(9_000, 2, |row, column| (row + column) as f32), Matrix::zeros(9_000, 1)).unwrap()
}

/// Tries twice to share data that do not fit.
#[test]
#[ignore = "a role that another test starts as a process of its own"]
fn sharer() {
    let Some((path, parameters)) = given() else { return };
    let options = Replay::options().dataset(&large_data()).share_data(path.with_file_name("test.dataset"));
    let mut replay = options.create(&path).unwrap();
    for _ in 0..2 {
        process::say(&replay.record(&model(0, parameters), Metrics::new()).unwrap_err().to_string());
    }
}

#[test]
fn shared_data_that_do_not_fit_are_an_error_and_leave_nothing_and_are_shared_when_there_is_space() {
    let needed = 9_000 * 3 * 4;
    for bytes in (0..needed / 512).step_by(scaled(20, 1)).map(|blocks| 512 * blocks + 512) {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder);
        let said = Page::start(limited("sharer", &path, 5, bytes)).wait();
        assert!(said.len() == 2 && said[0].starts_with("writing ") && said[0].contains("too large"), "{said:?}");
        assert_eq!(said[0], said[1], "the same again, not a recorder that has given up");
        let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
        assert_eq!(names, ["run.replay"], "no part of the data, under no name");
        let options = Replay::options().dataset(&large_data()).share_data(folder.path().join("test.dataset"));
        let mut replay = options.create(&path).unwrap();
        assert_eq!(replay.record(&model(0, 5), Metrics::new()).unwrap(), 0);
        assert_eq!(Replay::open(&path).unwrap().dataset().unwrap(), &large_data());
    }
}

#[test]
fn small_records_that_fit_stay_and_the_run_goes_on_when_there_is_space() {
    for more in 0..scaled(1, 64) {
        fill(41, (100 << 10) + 512 * more);
    }
}

#[test]
fn large_records_that_fit_stay_and_the_run_goes_on_when_there_is_space() {
    for more in 0..scaled(1, 16) {
        fill(600_000, (30 << 20) + (150 << 10) * more);
    }
}
