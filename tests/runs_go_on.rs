//! A run goes on after its last epoch or after an earlier one, with what was noted about it, and nothing that was recorded
//! disappears in silence.

mod common;

use std::{fs, path::PathBuf, thread, time::Duration};

use common::{
    arrays::{counted, file, leave_behind, same_bits},
    process,
    scale::{report, scaled},
};
use training_replay::{
    Description, Error, Later, Loss, Metrics, Moment, Parameter, Replay, ReplayOptions, Result, Weights, datasets,
};

fn epochs(replay: &Replay) -> Vec<u64> {
    replay.epochs().collect()
}

fn notes(replay: &Replay) -> Vec<(String, String)> {
    replay.metadata().map(|(key, value)| (key.into(), value.into())).collect()
}

fn pairs(notes: &[(&str, &str)]) -> Vec<(String, String)> {
    notes.iter().map(|&(key, value)| (key.into(), value.into())).collect()
}

/// Sixteen epochs with data, loss and a note, and two steps of each epoch from 1 on.
fn recorded(folder: &tempfile::TempDir) -> PathBuf {
    let options = Replay::options().dataset(&datasets::parabola(5, 1)).loss(Loss::BinaryCrossEntropy);
    let mut replay =
        options.description(&Description::new("mine/1", [1])).metadata("seed", "7").create(file(folder)).unwrap();
    for epoch in 0..=15 {
        if epoch > 0 {
            for step in [5, 10] {
                replay.record_at((epoch, step), &counted(1000 * epoch + u64::from(step)), Metrics::new()).unwrap();
            }
        }
        replay.record(&counted(epoch), [("loss", epoch as f64)]).unwrap();
    }
    replay.finish().unwrap();
    file(folder)
}

fn moved(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("moved.replay")
}

/// What every part of a recording that was cut in two still has.
fn expect_described(replay: &Replay) {
    assert_eq!(replay.dataset().unwrap(), &datasets::parabola(5, 1));
    assert_eq!(
        (replay.loss(), replay.description()),
        (Some(Loss::BinaryCrossEntropy), Some(&Description::new("mine/1", [1])))
    );
    assert_eq!(notes(replay)[0], pairs(&[("seed", "7")])[0]);
    assert_eq!(replay.check_integrity().unwrap(), []);
}

/// Resumed from a checkpoint of epoch 10, a run that had died at 15 was refused epoch 11, or had it numbered 16.
#[test]
fn a_run_that_died_at_15_goes_on_after_10_and_what_lay_behind_it_is_kept_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = recorded(&folder);
    let mut replay = Replay::options().append_after(&path, 10, Later::MoveTo(moved(&folder))).unwrap();
    assert_eq!(epochs(&replay), (0..=10).collect::<Vec<_>>());
    assert_eq!(replay.record(&counted(111), [("loss", 0.5)]).unwrap(), 11);
    replay.finish().unwrap();

    let replay = Replay::open(&path).unwrap();
    assert_eq!((epochs(&replay), replay.steps().len()), ((0..=11).collect(), 20));
    assert_eq!(replay.curve("loss").unwrap()[10..], [(10, 10.0), (11, 0.5)]);
    assert!(
        same_bits(&replay.weights(10).unwrap(), &counted(10)) && same_bits(&replay.weights(11).unwrap(), &counted(111))
    );
    expect_described(&replay);
    let kept = Replay::open(moved(&folder)).unwrap();
    assert_eq!((epochs(&kept), kept.steps().len(), kept.is_finished()), ((11..=15).collect(), 10, true));
    assert!(same_bits(&kept.weights(11).unwrap(), &counted(11)));
    assert!(same_bits(&kept.weights((11, 5)).unwrap(), &counted(11_005)));
    expect_described(&kept);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn what_lies_behind_is_dropped_where_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = recorded(&folder);
    for after in [10, 3, 0] {
        let mut replay = Replay::options().append_after(&path, after, Later::Discard).unwrap();
        assert_eq!(replay.record(&counted(after), Metrics::new()).unwrap(), after + 1);
        drop(replay);
        let replay = Replay::open(&path).unwrap();
        assert_eq!(epochs(&replay), (0..=after + 1).collect::<Vec<_>>());
        assert!(!replay.is_finished());
        expect_described(&replay);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn after_a_step_the_rest_of_its_epoch_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = recorded(&folder);
    let mut replay = Replay::options().append_after(&path, (11, 5), Later::MoveTo(moved(&folder))).unwrap();
    assert_eq!(replay.steps().iter().last(), Some(Moment::from((11, 5))));
    assert!(replay.record_at((11, 10), &counted(1), Metrics::new()).unwrap());
    assert_eq!(replay.record(&counted(2), Metrics::new()).unwrap(), 11);
    assert_eq!(Replay::open(moved(&folder)).unwrap().steps().iter().next(), Some(Moment::from((11, 10))));
}

#[test]
fn after_the_last_epoch_nothing_is_moved_and_it_is_appending() {
    let folder = tempfile::tempdir().unwrap();
    let path = recorded(&folder);
    let before = fs::read(&path).unwrap();
    for _ in 0..2 {
        drop(Replay::options().append_after(&path, 15, Later::MoveTo(moved(&folder))).unwrap());
        assert_eq!(fs::read(&path).unwrap(), before);
        assert!(!moved(&folder).exists());
    }
    assert_eq!(
        Replay::options().append_after(&path, 15, Later::Discard).unwrap().record(&counted(0), Metrics::new()).unwrap(),
        16
    );
}

#[test]
fn an_epoch_that_was_not_recorded_is_an_error_that_names_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let mut replay = Replay::options().every(5).create(file(&folder)).unwrap();
    for epoch in 0..=20 {
        replay.record(&counted(epoch), Metrics::new()).unwrap();
    }
    drop(replay);
    let before = fs::read(file(&folder)).unwrap();
    for (epoch, nearest) in [(12, "the nearest that were are 10 and 15"), (21, "the nearest that was is 20")] {
        let message = Replay::options().append_after(file(&folder), epoch, Later::Discard).unwrap_err().to_string();
        assert_eq!(message, format!("epoch {epoch} was not recorded; {nearest}"));
    }
    let step = Replay::options().append_after(file(&folder), (10, 3), Later::Discard);
    assert!(matches!(step, Err(Error::UnknownStep { .. })));
    assert!(matches!(
        Replay::options().append_after(folder.path().join("none"), 1, Later::Discard),
        Err(Error::Io { .. })
    ));
    assert_eq!(fs::read(file(&folder)).unwrap(), before);
}

#[test]
fn another_file_is_not_replaced_by_later_epochs_and_the_recording_stays_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = recorded(&folder);
    let before = fs::read(&path).unwrap();
    fs::write(moved(&folder), "mine").unwrap();
    for there in [moved(&folder), path.clone(), folder.path().join("no/such/folder")] {
        let refused = Replay::options().append_after(&path, 10, Later::MoveTo(there));
        assert!(matches!(&refused, Err(Error::Io { .. })), "{refused:?}");
        assert_eq!((fs::read(&path).unwrap(), fs::read(moved(&folder)).unwrap()), (before.clone(), b"mine".to_vec()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}

/// A process that is killed in between has kept the later epochs and not yet cut the recording: the same call again does.
#[test]
fn the_same_call_again_makes_up_for_one_that_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let path = recorded(&folder);
    let before = fs::read(&path).unwrap();
    drop(Replay::options().append_after(&path, 10, Later::MoveTo(moved(&folder))).unwrap());
    let (cut, kept) = (fs::read(&path).unwrap(), fs::read(moved(&folder)).unwrap());
    fs::write(&path, &before).unwrap();
    drop(Replay::options().append_after(&path, 10, Later::MoveTo(moved(&folder))).unwrap());
    assert_eq!((fs::read(&path).unwrap(), fs::read(moved(&folder)).unwrap()), (cut, kept));
    fs::write(&path, &before).unwrap();
    let other = Replay::options().append_after(&path, 9, Later::MoveTo(moved(&folder)));
    assert!(other.unwrap_err().to_string().contains("there is another file already"));
}

#[test]
fn a_damaged_epoch_is_not_gone_on_after_and_damage_elsewhere_stays_on_its_side() {
    let folder = tempfile::tempdir().unwrap();
    leave_behind(&file(&folder), 16);
    let whole = fs::read(file(&folder)).unwrap();
    let flipped = |epoch: usize| {
        let mut bytes = whole.clone();
        let at = whole.len() - (15 - epoch) * epoch_len(&whole) - 64; // its data
        bytes[at] ^= 1;
        fs::write(file(&folder), bytes).unwrap();
    };
    flipped(10);
    let refused = Replay::options().append_after(file(&folder), 10, Later::Discard);
    assert!(matches!(&refused, Err(Error::Corrupted { what, .. }) if what == "epoch 10"), "{refused:?}");
    for (damaged, earlier) in [(4, true), (12, false)] {
        flipped(damaged);
        let _ = fs::remove_file(moved(&folder));
        drop(Replay::options().append_after(file(&folder), 10, Later::MoveTo(moved(&folder))).unwrap());
        let damage = |path| Replay::open(path).unwrap().check_integrity().unwrap().len();
        assert_eq!(damage(file(&folder)), usize::from(earlier));
        assert_eq!(damage(moved(&folder)), usize::from(!earlier));
    }
}

/// The length of a record of `counted`.
fn epoch_len(whole: &[u8]) -> usize {
    let headers: Vec<usize> = (64..whole.len()).step_by(64).filter(|&at| whole[at..].starts_with(b"TREC")).collect();
    headers[headers.len() - 1] - headers[headers.len() - 2]
}

#[test]
fn a_recording_that_is_at_work_is_not_cut() {
    let folder = tempfile::tempdir().unwrap();
    leave_behind(&file(&folder), 5);
    let recorder = Replay::append(file(&folder)).unwrap();
    assert!(matches!(Replay::options().append_after(file(&folder), 2, Later::Discard), Err(Error::Locked { .. })));
    drop(recorder);
    let cut = Replay::options().append_after(file(&folder), 2, Later::Discard).unwrap();
    assert!(matches!(Replay::append(file(&folder)), Err(Error::Locked { .. })), "the new file is locked");
    drop(cut);
}

/// They were ignored.
#[test]
fn notes_that_are_given_when_a_run_goes_on_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = recorded(&folder);
    let append = |seed: &str, why: &str| {
        let options = Replay::options().metadata("seed", seed).metadata("why", why);
        let mut replay = options.append(&path).unwrap();
        let known = notes(&replay);
        replay.record(&counted(0), Metrics::new()).unwrap();
        assert_eq!(notes(&Replay::open(&path).unwrap()), known);
        known
    };
    assert_eq!(
        append("7", "power"),
        pairs(&[("seed", "7"), ("why", "power")]),
        "a seed that is the same is not repeated"
    );
    assert_eq!(append("7", "power"), pairs(&[("seed", "7"), ("why", "power")]));
    let all = pairs(&[("seed", "7"), ("why", "power"), ("seed", "8"), ("why", "disk")]);
    assert_eq!(append("8", "disk"), all);
    let again = pairs(&[("seed", "7"), ("why", "power"), ("seed", "8"), ("why", "disk"), ("seed", "7")]);
    assert_eq!(append("7", "disk"), again, "what it was before is news");

    let options = Replay::options().metadata("from", "epoch 10");
    drop(options.append_after(&path, 10, Later::MoveTo(moved(&folder))).unwrap());
    assert_eq!(notes(&Replay::open(&path).unwrap()), [again.clone(), pairs(&[("from", "epoch 10")])].concat());
    assert_eq!(notes(&Replay::open(moved(&folder)).unwrap()), again);
}

#[test]
fn options_that_are_not_those_of_the_recording_are_refused_and_never_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let path = recorded(&folder);
    let before = fs::read(&path).unwrap();
    let differing: [(ReplayOptions, &str); 4] = [
        (Replay::options().dataset(&datasets::moons(5, 0.1, 1)), "the data set"),
        (Replay::options().loss(Loss::MeanSquaredError), "the loss is MeanSquaredError"),
        (Replay::options().description(&Description::new("other/1", [])), "the description"),
        (Replay::options().overwrite(true), "`overwrite`"),
    ];
    for (options, what) in differing {
        let both: [Result<Replay>; 2] =
            [options.clone().append(&path), options.append_after(&path, 10, Later::MoveTo(moved(&folder)))];
        for message in both.map(|refused| refused.unwrap_err().to_string()) {
            assert!(message.starts_with(what) && message.contains("append"), "{message}");
        }
    }
    assert_eq!((fs::read(&path).unwrap(), moved(&folder).exists()), (before, false));
    let same = Replay::options().dataset(&datasets::parabola(5, 1)).loss(Loss::BinaryCrossEntropy);
    assert!(same.description(&Description::new("mine/1", [1])).append(&path).is_ok());

    let without = folder.path().join("without.replay");
    leave_behind(&without, 1);
    let message = Replay::options().loss(Loss::BinaryCrossEntropy).append(&without).unwrap_err().to_string();
    assert!(message.contains("none"), "a loss cannot be noted afterwards: {message}");
}

/// Cuts a recording behind epoch 20, and waits to be killed.
#[test]
#[ignore = "a role that another test starts as a process of its own"]
fn cutter() {
    let Some((path, _)) = process::given() else { return };
    let later = Later::MoveTo(path.with_file_name("moved.replay"));
    let replay = Replay::options().append_after(&path, 20, later).unwrap();
    thread::sleep(Duration::from_secs(60));
    drop(replay);
}

fn large(epoch: u64) -> Weights {
    Weights::from_iter([Parameter::new("layer", "kernel", [100_000], vec![epoch as f32; 100_000])])
}

#[test]
fn whenever_it_is_killed_no_epoch_is_lost_and_nothing_is_in_the_way() {
    let mut cut = 0;
    for kill in 0..scaled(20, 300) {
        let folder = tempfile::tempdir().unwrap();
        let mut replay = Replay::options().create(file(&folder)).unwrap();
        for epoch in 0..=40 {
            replay.record(&large(epoch), Metrics::new()).unwrap();
        }
        drop(replay);
        let mut child = process::role("cutter", &file(&folder), 0).spawn().unwrap();
        thread::sleep(Duration::from_millis(5 * kill % 100));
        child.kill().unwrap();
        child.wait().unwrap();

        let left = epochs(&Replay::open(file(&folder)).unwrap());
        if left.len() < 41 {
            assert_eq!(left, (0..=20).collect::<Vec<_>>());
            cut += 1;
        } else {
            drop(Replay::options().append_after(file(&folder), 20, Later::MoveTo(moved(&folder))).unwrap());
        }
        let moved = Replay::open(moved(&folder)).unwrap();
        assert_eq!(epochs(&moved), (21..=40).collect::<Vec<_>>());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left behind");
        let mut replay = Replay::append(file(&folder)).unwrap();
        for epoch in 0..=40 {
            let weights = if epoch <= 20 { replay.weights(epoch) } else { moved.weights(epoch) };
            assert!(same_bits(&weights.unwrap(), &large(epoch)));
        }
        assert_eq!(replay.record(&large(1), Metrics::new()).unwrap(), 21);
    }
    report(format_args!("{cut} had come to the end before they were killed"));
}
