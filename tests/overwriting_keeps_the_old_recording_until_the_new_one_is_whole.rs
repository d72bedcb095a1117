//! A recording that is overwritten stays as it is until the first epoch of the new one is whole.

mod common;

use std::fs;

use common::arrays::{Arrays, counted, file, leave_behind, same_bits};
use training_replay::{Error, Metrics, Replay, Values};

#[test]
fn overwriting_keeps_the_old_recording_until_the_new_one_has_an_epoch() {
    let folder = tempfile::tempdir().unwrap();
    let mut old = Replay::options().create(file(&folder)).unwrap();
    old.record(&counted(7), Metrics::new()).unwrap();
    old.finish().unwrap();
    let mut abandoned = Replay::options().overwrite(true).create(file(&folder)).unwrap();
    assert!(
        abandoned.record(&Arrays(vec![("a".into(), vec![9], Values::from(vec![1.0_f32]))]), Metrics::new()).is_err()
    );
    drop(abandoned);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    assert!(same_bits(&Replay::open(file(&folder)).unwrap().weights(0).unwrap(), &counted(7)));

    let mut new = Replay::options().overwrite(true).create(file(&folder)).unwrap();
    assert!(same_bits(&Replay::open(file(&folder)).unwrap().weights(0).unwrap(), &counted(7)));
    new.record(&counted(8), Metrics::new()).unwrap();
    assert!(same_bits(&Replay::open(file(&folder)).unwrap().weights(0).unwrap(), &counted(8)));
    assert_eq!(new.record(&counted(9), Metrics::new()).unwrap(), 1);
    drop(new);
    assert_eq!(Replay::open(file(&folder)).unwrap().epochs().len(), 2);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// Neither recorder may lose what the other one acknowledged.
#[test]
fn nobody_appends_to_a_recording_that_is_about_to_be_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    leave_behind(&file(&folder), 1);
    let mut new = Replay::options().overwrite(true).create(file(&folder)).unwrap();
    assert!(matches!(Replay::append(file(&folder)), Err(Error::Locked { .. })));
    new.record(&counted(1), Metrics::new()).unwrap();
    assert!(matches!(Replay::append(file(&folder)), Err(Error::Locked { .. })), "now the new one is being recorded");
    new.finish().unwrap();
    assert!(Replay::append(file(&folder)).is_ok());
}

#[cfg(unix)]
#[test]
fn overwriting_keeps_the_permissions_of_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    leave_behind(&file(&folder), 1);
    fs::set_permissions(file(&folder), fs::Permissions::from_mode(0o600)).unwrap();
    let mut replay = Replay::options().overwrite(true).create(file(&folder)).unwrap();
    replay.record(&counted(0), Metrics::new()).unwrap();
    assert_eq!(fs::metadata(file(&folder)).unwrap().permissions().mode() & 0o777, 0o600);
}

#[cfg(unix)]
#[test]
fn overwriting_through_a_link_replaces_the_file_and_not_the_link() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("link.replay");
    leave_behind(&file(&folder), 1);
    std::os::unix::fs::symlink(file(&folder), &link).unwrap();
    let mut replay = Replay::options().overwrite(true).create(&link).unwrap();
    replay.record(&counted(0), Metrics::new()).unwrap();
    replay.finish().unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(Replay::open(file(&folder)).unwrap().epochs().len(), 1);
}

/// Somebody removed the old recording meanwhile, and somebody else began another one under its name.
#[test]
fn overwriting_spares_a_recording_that_it_did_not_find_there() {
    let folder = tempfile::tempdir().unwrap();
    leave_behind(&file(&folder), 1);
    let mut late = Replay::options().overwrite(true).create(file(&folder)).unwrap();
    fs::remove_file(file(&folder)).unwrap();
    let mut other = Replay::options().create(file(&folder)).unwrap();
    other.record(&counted(5), Metrics::new()).unwrap();
    assert!(matches!(late.record(&counted(0), Metrics::new()), Err(Error::Locked { .. })));
    other.record(&counted(6), Metrics::new()).unwrap();
    drop((late, other));
    let replay = Replay::open(file(&folder)).unwrap();
    assert!(same_bits(&replay.weights(1).unwrap(), &counted(6)));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn overwriting_a_recording_that_was_removed_meanwhile_is_creating_one() {
    let folder = tempfile::tempdir().unwrap();
    leave_behind(&file(&folder), 1);
    let mut new = Replay::options().overwrite(true).create(file(&folder)).unwrap();
    fs::remove_file(file(&folder)).unwrap();
    assert_eq!(new.record(&counted(3), Metrics::new()).unwrap(), 0);
    assert!(same_bits(&Replay::open(file(&folder)).unwrap().weights(0).unwrap(), &counted(3)));
}

/// It replaced a text document, too.
#[test]
fn overwriting_replaces_recordings_and_no_other_file() {
    let folder = tempfile::tempdir().unwrap();
    let overwrite = || Replay::options().overwrite(true).create(file(&folder));
    for other in [&b"my thesis"[..], b"\x89PNG\r\n\x1a\n", b"\x89TRPX", b"x", &[0; 64]] {
        fs::write(file(&folder), other).unwrap();
        let refused = overwrite().unwrap_err();
        assert!(matches!(&refused, Error::NotARecording { path } if *path == file(&folder)), "{refused}");
        assert_eq!(fs::read(file(&folder)).unwrap(), other);
    }
    fs::remove_file(file(&folder)).unwrap();
    leave_behind(&file(&folder), 2);
    let whole = fs::read(file(&folder)).unwrap();
    // A damaged preamble, only a preamble, the beginning of one, and a file that somebody has reserved.
    for recording in [[&whole[..20], &whole[19..]].concat(), whole[..64].to_vec(), whole[..10].to_vec(), vec![]] {
        fs::write(file(&folder), recording).unwrap();
        overwrite().unwrap().record(&counted(1), Metrics::new()).unwrap();
        assert!(same_bits(&Replay::open(file(&folder)).unwrap().weights(0).unwrap(), &counted(1)));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_recording_whose_name_is_as_long_as_can_be_is_overwritten_like_any_other() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["n".repeat(255), "n".repeat(240), "名".repeat(85)] {
        let path = folder.path().join(name);
        for number in 0..2 {
            let mut replay = Replay::options().overwrite(true).create(&path).unwrap();
            replay.record(&counted(number), Metrics::new()).unwrap();
        }
        assert!(same_bits(&Replay::open(&path).unwrap().weights(0).unwrap(), &counted(1)));
    }
}

/// Its file stayed beside the recording for ever.
#[test]
fn what_a_killed_overwriter_left_is_removed_by_the_next_one_of_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    leave_behind(&file(&folder), 1);
    let overwrite = |path| Replay::options().overwrite(true).create(path).unwrap();
    let killed = overwrite(file(&folder));
    let left = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let left = left.filter(|path| *path != file(&folder)).collect::<Vec<_>>();
    let bytes = fs::read(&left[0]).unwrap();
    drop(killed);
    fs::write(&left[0], bytes).unwrap(); // as a killed process leaves it: nobody holds a lock
    drop(overwrite(folder.path().join("another.replay")));
    assert!(left[0].exists(), "it is none of another recording's");
    overwrite(file(&folder)).record(&counted(0), Metrics::new()).unwrap();
    assert!(!left[0].exists());
}

/// It was in the way of every further run.
#[test]
fn a_recording_that_was_killed_before_its_first_epoch_is_not_in_the_way_of_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let create = || Replay::options().create(file(&folder));
    let mut replay = create().unwrap();
    assert!(matches!(create(), Err(Error::Locked { .. })), "its recorder is alive");
    replay.record(&counted(9), Metrics::new()).unwrap();
    drop(replay);
    let whole = fs::read(file(&folder)).unwrap();
    for cut in (0..whole.len()).step_by(7) {
        fs::write(file(&folder), &whole[..cut]).unwrap();
        create().unwrap().record(&counted(5), Metrics::new()).unwrap();
        assert!(same_bits(&Replay::open(file(&folder)).unwrap().weights(0).unwrap(), &counted(5)), "cut at {cut}");
    }
    // The epoch may have been acknowledged before a bit of it was lost.
    let mut damaged = whole.clone();
    *damaged.iter_mut().rfind(|byte| **byte != 0).unwrap() ^= 1;
    for there in [whole, damaged] {
        fs::write(file(&folder), &there).unwrap();
        let message = create().unwrap_err().to_string();
        assert!(message.contains("there is one already"), "{message}");
        assert_eq!(fs::read(file(&folder)).unwrap(), there);
    }
}
