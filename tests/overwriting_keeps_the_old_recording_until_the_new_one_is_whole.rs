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
    fs::write(file(&folder), b"old").unwrap();
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
    fs::write(file(&folder), b"old").unwrap();
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
