//! One process writes a recording and any number follow it; a second writer is refused at once.

mod common;
#[path = "../examples/watch.rs"]
#[allow(dead_code)] // Its `main` is for those who run it.
mod watch;

use std::{
    io,
    path::Path,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use common::{
    arrays::{Arrays, counted, file, same_bits},
    process::{self, Page, given, role},
    scale::{report, scaled},
};
use training_replay::{Durability, Error, Metrics, Replay, Values};

/// So many parameters that are all the number of their epoch.
fn uniform(parameters: usize, epoch: u64) -> Arrays {
    Arrays(vec![("kernel".into(), vec![parameters], Values::from(vec![epoch as f32; parameters]))])
}

fn epochs_of(parameters: usize) -> u64 {
    scaled(40_000_000, 400_000_000) / (parameters as u64 + 1_000)
}

/// Records at full speed, and finishes.
#[test]
#[ignore = "a role that another test starts as a process of its own"]
fn writer() {
    let Some((path, parameters)) = given() else { return };
    let mut replay = Replay::options().create(path).unwrap();
    for epoch in 0..epochs_of(parameters) {
        replay.record(&uniform(parameters, epoch), [("loss", 1.0 / (epoch as f64 + 1.0))]).unwrap();
    }
    replay.finish().unwrap();
}

/// Tries to write in all ways, and says how it was refused.
#[test]
#[ignore = "a role that another test starts as a process of its own"]
fn intruder() {
    let Some((path, _)) = given() else { return };
    let attempts = [
        Replay::append(&path),
        Replay::options().overwrite(true).create(&path),
        Replay::options().durability(Durability::Never).append(&path),
    ];
    for attempt in attempts {
        process::say(&attempt.unwrap_err().to_string());
    }
}

/// The recording, as soon as another process has begun it.
fn open_soon(path: &Path) -> Replay {
    let began = Instant::now();
    loop {
        match Replay::open(path) {
            Ok(replay) => return replay,
            Err(error) => assert!(began.elapsed() < Duration::from_secs(60), "{error}"),
        }
    }
}

fn follow(parameters: usize) {
    let folder = tempfile::tempdir().unwrap();
    let mut page = Page::start(role("writer", &file(&folder), parameters));
    let mut replay = open_soon(&file(&folder));
    let (mut seen, mut looks) = (0, 0);
    loop {
        let finished = replay.is_finished();
        for epoch in seen..replay.epochs().len() as u64 {
            assert!(same_bits(&replay.weights(epoch).unwrap(), &uniform(parameters, epoch)), "epoch {epoch}");
        }
        seen = replay.epochs().len() as u64;
        assert!(replay.damage().is_empty(), "{:?}", replay.damage());
        if finished {
            break;
        }
        let ended = !page.is_running();
        let came = replay.refresh().unwrap() as u64;
        assert!(replay.epochs().eq(0..seen + came));
        assert!(!ended || replay.is_finished(), "the writer ended before it had finished");
        looks += 1;
    }
    page.wait();
    assert_eq!(seen, epochs_of(parameters));
    report(format_args!("{seen} epochs of {parameters} parameters followed in {looks} looks, all whole"));
}

#[test]
fn a_reader_in_another_process_sees_every_epoch_of_a_small_model_whole() {
    follow(41);
}

#[test]
fn a_reader_in_another_process_sees_every_epoch_of_a_large_model_whole() {
    follow(600_000);
}

#[test]
fn a_writer_in_another_process_is_refused_at_once_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut replay = Replay::options().create(file(&folder)).unwrap();
    for epoch in 0..2 {
        replay.record(&counted(epoch), Metrics::new()).unwrap();
        let refused = Page::start(role("intruder", &file(&folder), 0)).wait();
        assert_eq!(refused.len(), 3);
        assert!(refused.iter().all(|error| error.ends_with("is being written by another recorder")), "{refused:?}");
    }
    assert_eq!(replay.record(&counted(2), Metrics::new()).unwrap(), 2);
    drop(replay);
    assert!(Replay::append(file(&folder)).unwrap().epochs().eq(0..3));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "and leaves nothing behind");
}

#[test]
fn the_watching_example_prints_every_epoch_once_and_ends_with_the_recording() {
    let folder = tempfile::tempdir().unwrap();
    let page = Page::start(role("writer", &file(&folder), 41));
    let mut printed = Vec::new();
    watch::watch(&file(&folder), "loss", Duration::from_secs(60), &mut printed).unwrap();
    page.wait();
    let printed = String::from_utf8(printed).unwrap();
    let epochs = printed.lines().map(|line| line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap());
    assert!(epochs.eq(0..epochs_of(41)));
    assert!(
        printed.starts_with("epoch    0  loss 1.0000  ########################################\n"),
        "{printed:.80}"
    );
}

#[test]
fn watching_a_recording_whose_recorder_is_gone_ends_when_patience_does() {
    let folder = tempfile::tempdir().unwrap();
    let short = Duration::from_millis(100);
    let missing = watch::watch(&file(&folder), "loss", short, io::sink());
    assert!(matches!(missing, Err(Error::Io { .. })));
    let mut replay = Replay::options().create(file(&folder)).unwrap();
    replay.record(&counted(0), [("loss", 1.0)]).unwrap();
    drop(replay);
    assert!(matches!(watch::watch(&file(&folder), "loss", short, io::sink()), Err(Error::Other(_))));
}

#[test]
fn a_reader_follows_a_recording_while_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Replay::options().create(file(&folder)).unwrap();
    assert!(matches!(Replay::open(file(&folder)), Err(Error::NotStarted { .. })));
    writer.record(&counted(0), Metrics::new()).unwrap();
    let mut reader = Replay::open(file(&folder)).unwrap();
    assert_eq!(reader.refresh().unwrap(), 0);
    for epoch in 1..=3 {
        writer.record(&counted(epoch), [("loss", 0.1)]).unwrap();
    }
    assert_eq!(reader.refresh().unwrap(), 3);
    assert!(same_bits(&reader.weights(3).unwrap(), &counted(3)));
    assert_eq!(reader.curve("loss").unwrap().len(), 3);
    writer.finish().unwrap();
    assert_eq!(reader.refresh().unwrap(), 0);
    assert!(reader.is_finished());
}

#[test]
fn a_second_recorder_is_refused_while_the_first_is_at_work() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Replay::options().create(file(&folder)).unwrap();
    first.record(&counted(0), Metrics::new()).unwrap();
    assert!(matches!(Replay::append(file(&folder)), Err(Error::Locked { .. })));
    let overwriting = Replay::options().overwrite(true).create(file(&folder));
    assert!(matches!(overwriting, Err(Error::Locked { .. })));
    drop(first);
    assert!(Replay::append(file(&folder)).is_ok());
}

#[test]
fn a_recording_is_created_however_often_others_look_whether_they_can_append() {
    let folder = tempfile::tempdir().unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Relaxed) {
                    assert!(Replay::append(file(&folder)).is_err());
                }
            });
        }
        for _ in 0..scaled(5_000, 50_000) {
            let created = Replay::options().create(file(&folder));
            done.store(created.is_err(), Relaxed);
            drop(created.unwrap());
            std::fs::remove_file(file(&folder)).unwrap();
        }
        done.store(true, Relaxed);
    });
}
