//! Every epoch and step that was acknowledged before a recorder was killed is there, bit for bit, and the run goes on.

mod common;

use std::{fs, path::Path, thread, time::Duration};

use common::{
    arrays::{Arrays, completed, file, frozen, kinds, of_kind, same_bits},
    process::{self, Page, given},
    scale::{report, scaled},
};
use rand::{Rng, RngExt, SeedableRng};
use training_replay::{
    BackgroundRecorder, Error, Metrics, Moment, Parameter, Replay, Training, Values, Weights, datasets,
};

/// Epoch and step of a snapshot, or an epoch and 0: epoch 0, step 1 of epoch 1, epoch 1, step 1 of epoch 2, ...
fn moment(number: u64) -> (u64, u32) {
    (number.div_ceil(2), (number % 2) as u32)
}

fn at(number: u64) -> Moment {
    match moment(number) {
        (epoch, 0) => epoch.into(),
        at => at.into(),
    }
}

fn count(replay: &Replay) -> u64 {
    (replay.epochs().len() + replay.steps().len()) as u64
}

/// The parameters of one snapshot: any bit patterns, other ones for each.
fn weights(parameters: usize, number: u64) -> Arrays {
    let bits = |i: usize| (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(i as u64 * 0x1234_5679);
    let value = |i: usize| f32::from_bits((bits(i) >> 16) as u32);
    let kernel: Vec<f32> = (1..parameters).map(value).collect();
    Arrays(vec![
        ("kernel".into(), vec![kernel.len()], Values::from(kernel)),
        frozen(),
        ("bias".into(), vec![1], Values::from(vec![bits(0) as f32])),
    ])
}

/// The state of training: as much as the parameters at every fourth snapshot, else a count.
fn state(parameters: usize, number: u64) -> Weights {
    let values = vec![number; if number.is_multiple_of(4) { parameters.div_ceil(2) } else { 1 }];
    Weights::from_iter([Parameter::new("", "steps", [values.len()], values)])
}

fn metrics(number: u64) -> Metrics {
    Metrics::from([("loss", 1.0 / (number as f64 + 1.0))])
}

fn record(replay: &mut Replay, parameters: usize, number: u64) {
    let (weights, metrics) = (weights(parameters, number), metrics(number));
    let model = Training::new(&weights, state(parameters, number));
    match moment(number) {
        (epoch, 0) => assert_eq!(replay.record(&model, metrics).unwrap(), epoch),
        (epoch, step) => assert!(replay.record_at((epoch, step), &model, metrics).unwrap()),
    }
}

/// Goes on with a recording, or begins it; acknowledges every snapshot, and does not stop.
#[test]
#[ignore = "a role that another test starts as a process of its own"]
fn recorder() {
    let Some((path, parameters)) = given() else { return };
    let named = path.extension().and_then(|name| name.to_str()).unwrap();
    let mut replay = match Replay::append(&path) {
        Err(Error::NotStarted { .. } | Error::Io { .. }) => of_kind(named, &path).overwrite(true).create(&path),
        appended => appended,
    }
    .unwrap();
    for number in count(&replay).. {
        record(&mut replay, parameters, number);
        process::say(&number.to_string());
    }
}

/// The same in the background, where what is in the file is acknowledged later.
#[test]
#[ignore = "a role that another test starts as a process of its own"]
fn background_recorder() {
    let Some((path, parameters)) = given() else { return };
    let named = path.extension().and_then(|name| name.to_str()).unwrap();
    let replay = match Replay::append(&path) {
        Err(Error::NotStarted { .. } | Error::Io { .. }) => of_kind(named, &path).overwrite(true).create(&path),
        appended => appended,
    }
    .unwrap();
    let first = count(&replay);
    let mut recorder = BackgroundRecorder::new(replay, 3).unwrap();
    for number in first.. {
        let (weights, metrics) = (weights(parameters, number), metrics(number));
        let model = Training::new(&weights, state(parameters, number));
        assert!(recorder.record_at(at(number), &model, metrics).unwrap());
        if let Some(last) = recorder.acknowledged() {
            process::say(&(2 * last.epoch() - u64::from(last.step().unwrap_or(0))).to_string());
        }
    }
}

/// Which recorder is killed, and how large its model is.
struct Role {
    name: &'static str,
    parameters: usize,
}

#[derive(Default)]
struct Tally {
    kills: usize,
    acknowledged: u64,
    torn: u64,
}

/// Kills recorders of one file until it is large, and checks after every kill all that was recorded.
fn kill_until_large(role: &Role, path: &Path, kills: usize, rng: &mut impl Rng, tally: &mut Tally) {
    let Role { name, parameters } = *role;
    let mut acknowledged = 0;
    for _ in 0..kills {
        let patience = rng.random_range(0..50_000 + parameters as u64 / 8);
        let page = Page::start(process::role(name, path, parameters));
        thread::sleep(Duration::from_micros(patience));
        let last = page.kill().last().map(|line| line.parse::<u64>().unwrap() + 1);
        acknowledged = last.unwrap_or(acknowledged);
        tally.kills += 1;
        tally.torn += u64::from(check(path, parameters, acknowledged));
        if fs::metadata(path).is_ok_and(|file| file.len() > 200 << 20) {
            break;
        }
    }
    tally.acknowledged += acknowledged;
}

/// Fails unless every acknowledged snapshot is there, and everything that is there is right; true if the tail is torn.
fn check(path: &Path, parameters: usize, acknowledged: u64) -> bool {
    let replay = match Replay::open(path) {
        Err(Error::NotStarted { .. } | Error::Io { .. }) if acknowledged == 0 => return false,
        opened => completed(opened.unwrap()),
    };
    assert_eq!(replay.dataset().unwrap(), &datasets::parabola(2, 1));
    let recorded = count(&replay);
    assert!(recorded >= acknowledged, "{acknowledged} were acknowledged, {recorded} are there");
    assert!(replay.damage().is_empty());
    for number in 0..recorded {
        let at = at(number);
        let (found, logged) = (replay.weights(at), replay.metrics(at));
        assert_eq!(replay.training().state(at).unwrap().arrays(), &state(parameters, number), "{at}");
        assert!(same_bits(&found.unwrap(), &weights(parameters, number)), "{:?}", moment(number));
        assert_eq!(logged.unwrap(), metrics(number));
    }
    replay.torn_bytes() > 0
}

/// Recorders that write at once, and in the background.
const ROLES: [&str; 2] = ["recorder", "background_recorder"];

/// The file of a recorder is called as its kind is.
fn kill(parameters: usize, kills: usize) {
    for (name, kind) in ROLES.iter().flat_map(|name| kinds().into_iter().map(move |kind| (name, kind))) {
        kill_recorders(&Role { name, parameters }, kind, kills / ROLES.len());
    }
}

fn kill_recorders(role: &Role, kind: &str, kills: usize) {
    let Role { name, parameters } = *role;
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(parameters as u64);
    let mut tally = Tally::default();
    while tally.kills < kills {
        let folder = tempfile::tempdir().unwrap();
        let together = (kills - tally.kills).min(10);
        kill_until_large(role, &file(&folder).with_extension(kind), together, &mut rng, &mut tally);
    }
    let Tally { kills, acknowledged, torn } = tally;
    report(format_args!(
        "{kind} {name}, {parameters} parameters: {kills} kills, {acknowledged} snapshots acknowledged, 0 lost, 0 wrong, {torn} torn tails"
    ));
}

#[test]
fn a_small_model_loses_nothing() {
    kill(41, scaled(60, 2_000));
}

#[test]
fn a_model_of_20_000_parameters_loses_nothing() {
    kill(20_000, scaled(25, 2_000));
}

#[test]
fn a_model_of_2_million_parameters_loses_nothing() {
    kill(2_000_000, scaled(15, 2_000));
}
