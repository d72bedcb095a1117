//! A recording whose file is removed, renamed or replaced while it is recorded says so at the next call, and what was
//! recorded can still be saved.
#![cfg(unix)]

mod common;

use std::{env, fs, path::Path, thread, time::Duration};

use common::arrays::{counted, file, leave_behind, same_bits};
use training_replay::{Error, Metrics, Replay};

/// In a folder of its own, so that this can vanish, too.
fn begun(folder: &tempfile::TempDir) -> Replay {
    fs::create_dir(folder.path().join("runs")).unwrap();
    let mut replay = Replay::options().create(folder.path().join("runs/run.replay")).unwrap();
    replay.record(&counted(0), Metrics::new()).unwrap();
    replay
}

type Vanish = fn(&Path);

/// What happens to the folder of the recording, or to what is in it.
const WAYS: [(&str, Vanish); 5] = [
    ("the file is removed", |runs| fs::remove_file(runs.join("run.replay")).unwrap()),
    ("the file is renamed", |runs| fs::rename(runs.join("run.replay"), runs.join("other.replay")).unwrap()),
    ("the file is replaced", |runs| {
        fs::write(runs.join("new"), b"new").unwrap();
        fs::rename(runs.join("new"), runs.join("run.replay")).unwrap();
    }),
    ("the folder is removed", |runs| fs::remove_dir_all(runs).unwrap()),
    ("the folder is renamed", |runs| fs::rename(runs, runs.with_file_name("old")).unwrap()),
];

/// `record` and `finish` said `Ok`, and there was no file.
#[test]
fn the_next_call_is_an_error_however_the_file_vanished_and_what_was_recorded_can_be_saved() {
    for (way, vanish) in WAYS {
        let folder = tempfile::tempdir().unwrap();
        let mut replay = begun(&folder);
        vanish(&folder.path().join("runs"));
        if way.ends_with("renamed") {
            thread::sleep(Duration::from_millis(15)); // A path is not looked up more often than that.
        }
        for _ in 0..2 {
            let recorded = replay.record(&counted(1), Metrics::new());
            assert!(matches!(&recorded, Err(Error::Vanished { .. })), "{way}: {recorded:?}");
            let finished = replay.finish();
            assert!(matches!(&finished, Err(Error::Vanished { .. })), "{way}: {finished:?}");
        }
        assert_eq!(replay.epochs().len(), 1, "{way}: nothing was taken that was not acknowledged");
        let message = replay.finish().unwrap_err().to_string();
        assert!(message.contains("runs/run.replay was removed, renamed or replaced"), "{message}");
        let mut copy = Vec::new();
        replay.write_to(&mut copy).unwrap();
        assert!(same_bits(&Replay::from_bytes(copy).unwrap().weights(0).unwrap(), &counted(0)));
    }
}

#[test]
fn a_file_that_is_moved_back_is_recorded_to_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut replay = begun(&folder);
    let (runs, away) = (folder.path().join("runs"), folder.path().join("away"));
    fs::rename(&runs, &away).unwrap();
    thread::sleep(Duration::from_millis(15));
    assert!(replay.record(&counted(1), Metrics::new()).is_err());
    fs::rename(&away, &runs).unwrap();
    assert_eq!(replay.record(&counted(1), Metrics::new()).unwrap(), 1);
    replay.finish().unwrap();
    assert_eq!(Replay::open(runs.join("run.replay")).unwrap().epochs().len(), 2);
}

#[test]
fn appending_and_overwriting_notice_it_too() {
    let folder = tempfile::tempdir().unwrap();
    leave_behind(&file(&folder), 1);
    let mut appended = Replay::append(file(&folder)).unwrap();
    fs::remove_file(file(&folder)).unwrap();
    assert!(matches!(appended.record(&counted(1), Metrics::new()), Err(Error::Vanished { .. })));
    drop(appended);

    leave_behind(&file(&folder), 1);
    let mut replacing = Replay::options().overwrite(true).create(file(&folder)).unwrap();
    replacing.record(&counted(0), Metrics::new()).unwrap();
    fs::remove_file(file(&folder)).unwrap();
    assert!(matches!(replacing.record(&counted(1), Metrics::new()), Err(Error::Vanished { .. })));
}

#[test]
fn a_link_to_the_file_and_another_working_folder_are_no_reason_to_miss_it() {
    let folder = tempfile::tempdir().unwrap();
    leave_behind(&file(&folder), 1);
    let link = folder.path().join("link.replay");
    std::os::unix::fs::symlink(file(&folder), &link).unwrap();
    let mut through_link = Replay::append(&link).unwrap();
    assert_eq!(through_link.record(&counted(1), Metrics::new()).unwrap(), 1);
    through_link.finish().unwrap();

    let before = env::current_dir().unwrap();
    env::set_current_dir(folder.path()).unwrap();
    let mut relative = Replay::options().create("relative.replay").unwrap();
    env::set_current_dir(before).unwrap();
    relative.record(&counted(0), Metrics::new()).unwrap();
    relative.finish().unwrap();
}

#[test]
fn a_finished_recording_reads_on_and_another_recorder_may_append_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut replay = begun(&folder);
    replay.finish().unwrap();
    assert!(replay.is_finished() && same_bits(&replay.weights(0).unwrap(), &counted(0)));
    assert!(replay.record(&counted(1), Metrics::new()).unwrap_err().to_string().contains("opened to read"));
    assert!(replay.finish().is_err());
    let mut next = Replay::append(folder.path().join("runs/run.replay")).unwrap();
    assert_eq!(next.record(&counted(1), Metrics::new()).unwrap(), 1);
    assert_eq!((replay.refresh().unwrap(), replay.is_finished()), (1, false));
}
