//! Copies that the command makes of recordings: what is in them, what is not, and where they go.
#![cfg(feature = "cli")]

mod common;

use std::{fs, path::Path};

use common::{
    command::call,
    recordings::{damaged, data, folder, foreign, killed, shared, with_steps},
};
use serde_json::json;
use training_replay::{Moment, Replay, SharedData, analysis::VerifyOptions};

fn open(folder: &Path, name: &str) -> Replay {
    Replay::open(folder.join(name)).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// That one recording holds of a moment what another does, bit for bit.
#[track_caller]
fn assert_same(one: &Replay, other: &Replay, moment: impl Into<Moment>) {
    let moment = moment.into();
    assert_eq!(one.weights(moment).unwrap(), other.weights(moment).unwrap(), "{moment}");
    assert_eq!(one.metrics(moment).unwrap(), other.metrics(moment).unwrap(), "{moment}");
    assert_eq!(one.probe().at(moment).unwrap(), other.probe().at(moment).unwrap(), "{moment}");
}

/// That one recording holds beside its moments what another does.
#[track_caller]
fn assert_same_head(one: &Replay, other: &Replay) {
    assert_eq!(one.dataset().unwrap(), other.dataset().unwrap());
    assert!(one.metadata().eq(other.metadata()) && one.metadata().typed().eq(other.metadata().typed()));
    assert_eq!((one.loss(), one.description()), (other.loss(), other.description()));
    assert_eq!(one.probe().inputs(), other.probe().inputs());
    let run = |replay: &Replay| replay.run().unwrap().on("validation").unwrap().dataset().unwrap().clone();
    assert_eq!(run(one), run(other));
}

#[test]
fn a_packed_recording_is_the_same_whole_and_finished() {
    let folder = folder();
    let path = killed(folder.path());
    let torn = Replay::open(&path).unwrap().torn_bytes();
    let ran = call(folder.path(), "pack killed.replay -o packed.replay");
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert!(
        ran.out.starts_with("packed.replay: 11 epochs, ") && ran.out.contains(&format!("\nleft out: {torn} bytes")),
        "{ran:?}"
    );
    let (source, packed) = (fs::read(path).unwrap(), fs::read(folder.path().join("packed.replay")).unwrap());
    let whole = source.len() - torn as usize;
    assert!(packed[..whole] == source[..whole] && packed.len() == whole + 64, "every record, and an end");
    let packed = open(folder.path(), "packed.replay");
    assert!(packed.is_finished() && packed.torn_bytes() == 0 && packed.check_integrity().unwrap().is_empty());
    call(folder.path(), "pack packed.replay -o again.replay");
    assert!(
        fs::read(folder.path().join("again.replay")).unwrap() == fs::read(folder.path().join("packed.replay")).unwrap()
    );
}

#[test]
fn a_damaged_recording_is_not_packed() {
    let folder = folder();
    damaged(folder.path());
    let ran = call(folder.path(), "pack damaged.replay -o packed.replay");
    assert_eq!((ran.status, ran.error().contains("`training-replay repair`")), (2, true), "{ran:?}");
    assert_eq!(names(folder.path()), ["damaged.replay", "other.replay", "run.replay"], "nothing is left behind");
}

#[test]
fn what_is_whole_of_a_damaged_recording_is_copied_and_the_rest_is_named() {
    let folder = folder();
    damaged(folder.path());
    let ran = call(folder.path(), "repair --json damaged.replay -o whole.replay");
    let document = ran.json();
    assert_eq!((ran.status, &document["epochs"]), (0, &json!(9)));
    let lost = document["lost"].to_string();
    assert!(lost.contains("epoch 5") && lost.contains("bytes that are no record"), "{lost}");
    let (source, whole) = (open(folder.path(), "damaged.replay"), open(folder.path(), "whole.replay"));
    assert_eq!(whole.epochs().collect::<Vec<_>>(), [0, 1, 2, 3, 4, 6, 8, 9, 10]);
    whole.epochs().for_each(|epoch| assert_same(&source, &whole, epoch));
    assert_same_head(&source, &whole);
    assert!(whole.check_integrity().unwrap().is_empty() && whole.is_finished());
    assert_eq!(call(folder.path(), "verify whole.replay").status, 0);
}

#[test]
fn a_data_set_that_is_damaged_is_left_out_and_named() {
    let folder = folder();
    let path = folder.path().join("run.replay");
    let mut bytes = fs::read(&path).unwrap();
    let records = common::recordings::records(&bytes);
    let of_data = records.into_iter().find(|&at| bytes[at + 4] == 2).unwrap();
    let at = common::recordings::data_of(&bytes, of_data);
    bytes[at] ^= 1;
    fs::write(&path, bytes).unwrap();
    let ran = call(folder.path(), "repair run.replay -o whole.replay");
    assert!(ran.out.contains("\nlost: the data set \"training\""), "{ran:?}");
    let whole = open(folder.path(), "whole.replay");
    assert_eq!((whole.epochs().len(), whole.dataset().is_err()), (21, true));
    assert_eq!(whole.run().unwrap().on("validation").unwrap().dataset().unwrap().samples(), 20);
}

#[test]
fn a_repaired_recording_does_not_claim_an_end_that_it_never_came_to() {
    let folder = folder();
    killed(folder.path());
    let ran = call(folder.path(), "repair killed.replay -o whole.replay");
    assert!(ran.out.contains("not marked as finished"), "{ran:?}");
    assert!(!open(folder.path(), "whole.replay").is_finished());
    let sound = call(folder.path(), "repair run.replay -o same.replay");
    assert!(sound.out.contains("nothing was lost") && open(folder.path(), "same.replay").is_finished(), "{sound:?}");
}

#[test]
fn fewer_epochs_are_those_that_were_asked_for_bit_for_bit() {
    let folder = folder();
    with_steps(folder.path());
    let cases: [(&str, &str, &[u64], usize); 6] = [
        ("run.replay", "--every 8", &[0, 8, 16, 20], 0),
        ("run.replay", "--epochs 3,7-9,last", &[3, 7, 8, 9, 20], 0),
        ("run.replay", "--epochs 0-10 --every 5", &[0, 5, 10], 0),
        ("with_steps.replay", "--every 2", &[0, 2, 4], 6),
        ("with_steps.replay", "--epochs 3", &[3], 3),
        ("with_steps.replay", "--without-steps", &[0, 1, 2, 3, 4], 0),
    ];
    for (file, how, epochs, steps) in cases {
        let ran = call(folder.path(), &format!("thin {how} {file} -o thin.replay --force"));
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{how}");
        let (source, thin) = (open(folder.path(), file), open(folder.path(), "thin.replay"));
        assert_eq!((thin.epochs().collect::<Vec<_>>(), thin.steps().len()), (epochs.to_vec(), steps), "{how}");
        thin.epochs().for_each(|epoch| assert_same(&source, &thin, epoch));
        thin.steps().iter().for_each(|step| assert_same(&source, &thin, step));
        assert_same_head(&source, &thin);
    }
    let ran = call(folder.path(), "thin --json --every 8 run.replay -o t.replay").json();
    assert_eq!((&ran["left_out_epochs"], &ran["epochs"]), (&json!(17), &json!(4)));
    for how in ["", "--epochs 99", "--epochs 5-3", "--every 0"] {
        assert_eq!(call(folder.path(), &format!("thin {how} run.replay -o no.replay")).status, 2, "{how}");
    }
    assert!(!folder.path().join("no.replay").exists());
}

#[test]
fn arrays_of_foreign_models_keep_their_types() {
    let folder = folder();
    foreign(folder.path());
    call(folder.path(), "thin --every 2 foreign.replay -o thin.replay");
    let (source, thin) = (open(folder.path(), "foreign.replay"), open(folder.path(), "thin.replay"));
    thin.epochs().for_each(|epoch| assert_same(&source, &thin, epoch));
    assert!(thin.dataset().is_err() && thin.probe().inputs().is_none() && thin.description().is_none());
}

#[test]
fn a_copy_is_a_new_file_and_never_the_recording_itself() {
    let folder = folder();
    let before = fs::read(folder.path().join("run.replay")).unwrap();
    let other = fs::read(folder.path().join("other.replay")).unwrap();
    for copy in ["pack", "repair", "thin --every 2"] {
        let ran = call(folder.path(), &format!("{copy} run.replay -o other.replay"));
        assert_eq!((ran.status, ran.error()), (2, "other.replay: it is there already; --force replaces it"));
        for itself in ["run.replay", "./run.replay"] {
            let ran = call(folder.path(), &format!("{copy} --force run.replay -o {itself}"));
            assert_eq!((ran.status, ran.error().contains("never written to")), (2, true), "{ran:?}");
        }
        let missing = call(folder.path(), &format!("{copy} run.replay -o no/such/folder.replay"));
        assert_eq!(missing.status, 2, "{missing:?}");
        assert_eq!(call(folder.path(), &format!("{copy} --force run.replay -o .")).status, 2);
    }
    assert!(fs::read(folder.path().join("other.replay")).unwrap() == other);
    assert!(fs::read(folder.path().join("run.replay")).unwrap() == before);
    assert_eq!(names(folder.path()), ["other.replay", "run.replay"]);
    assert_eq!(call(folder.path(), "pack --force run.replay -o other.replay").status, 0);
    assert!(fs::read(folder.path().join("other.replay")).unwrap() == before);
}

#[cfg(unix)]
#[test]
fn a_link_to_the_recording_is_the_recording() {
    let folder = folder();
    std::os::unix::fs::symlink("run.replay", folder.path().join("soft.replay")).unwrap();
    fs::hard_link(folder.path().join("run.replay"), folder.path().join("hard.replay")).unwrap();
    for name in ["soft.replay", "hard.replay"] {
        let ran = call(folder.path(), &format!("thin --every 5 --force run.replay -o {name}"));
        assert_eq!((ran.status, ran.error().contains("never written to")), (2, true), "{ran:?}");
    }
    assert_eq!(open(folder.path(), "run.replay").epochs().len(), 21);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_old_file_and_nothing_new() {
    let folder = folder();
    // A file may be no larger than 4 kB, as on a disk that is full.
    let command = format!(
        "ulimit -f 4; trap '' XFSZ; {} pack --force run.replay -o other.replay",
        env!("CARGO_BIN_EXE_training-replay")
    );
    let before = fs::read(folder.path().join("other.replay")).unwrap();
    let ran = std::process::Command::new("bash").args(["-c", &command]).current_dir(folder.path()).output().unwrap();
    assert_eq!(ran.status.code(), Some(2), "{ran:?}");
    assert!(fs::read(folder.path().join("other.replay")).unwrap() == before);
    assert_eq!(names(folder.path()), ["other.replay", "run.replay"]);
    assert_eq!(open(folder.path(), "run.replay").dataset().unwrap(), &data());
}

#[test]
fn a_copy_keeps_the_name_of_a_loss_of_the_models_own() {
    let folder = folder();
    let mut replay = Replay::options().own_loss("huber").create(folder.path().join("own.replay")).unwrap();
    let model = common::recordings::model(1);
    (0..3).for_each(|_| assert!(replay.record(&model, training_replay::Metrics::new()).is_ok()));
    drop(replay);
    for copy in ["thin --every 2 own.replay -o copy.replay", "repair own.replay -o copy.replay --force"] {
        assert_eq!(call(folder.path(), copy).status, 0);
        let copied = Replay::open(folder.path().join("copy.replay")).unwrap();
        assert_eq!(copied.run().unwrap().loss_name(), Some("huber"), "{copy}");
    }
}

/// Copies once lost that the network was a built-in one; their proof allowed for a difference of a ten-thousandth then.
#[test]
fn copies_of_a_built_in_network_are_proven_by_bits() {
    let folder = folder();
    damaged(folder.path());
    for how in ["thin --every 4 run.replay", "repair damaged.replay", "pack run.replay"] {
        assert_eq!(call(folder.path(), &format!("{how} -o copy.replay --force")).status, 0, "{how}");
        let verification = open(folder.path(), "copy.replay").run().unwrap().verify(&VerifyOptions::default()).unwrap();
        assert!(verification.holds() && verification.probes.len() > 4, "{how}: {verification}");
        assert!(verification.probes.iter().all(|probe| probe.allowed == 0.0), "{how}");
    }
}

#[test]
fn checkpoints_are_never_replaced_by_the_recording_that_is_made_of_them() {
    let folder = folder();
    let at = folder.path();
    assert_eq!(call(at, "export --to safetensors --epochs 0,10 run.replay -o weights").status, 0);
    let (files, first) = ("weights/run=run/epoch-0.safetensors", "weights/run=run/epoch-10.safetensors");
    let before = fs::read(at.join(files)).unwrap();
    for source in ["weights/run=run".to_owned(), format!("{first} {files}")] {
        let ran = call(at, &format!("import --force {source} -o {files}"));
        assert_eq!((ran.status, ran.out.as_str()), (2, ""));
        assert!(ran.error().starts_with(&format!("{files}: it is among the checkpoints")), "{}", ran.error());
        assert_eq!(fs::read(at.join(files)).unwrap(), before);
    }
    for _ in 0..2 {
        let ran = call(at, "import --force weights/run=run -o weights/run=run/all.replay");
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "a recording among them may be");
    }
}

#[test]
fn what_an_import_asks_for_is_called_by_its_option() {
    let folder = folder();
    let at = folder.path();
    call(at, "export --to safetensors --epochs 0 run.replay -o weights");
    for name in ["best", "epoch_1"] {
        fs::copy(at.join("weights/run=run/epoch-0.safetensors"), at.join(format!("{name}.safetensors"))).unwrap();
    }
    let ran = call(at, "import best.safetensors epoch_1.safetensors -o b.replay");
    assert!(ran.error().contains("--epochs lists them, --number-after says which number it is"), "{}", ran.error());
    let ran = call(at, "import missing -o b.replay");
    assert!(ran.status == 2 && ran.error().starts_with("missing: "), "{ran:?}");
    assert!(!ran.error().contains("must be"), "the system says what is wrong: {}", ran.error());
}

#[test]
fn copies_refer_to_shared_data_by_their_own_folder_and_a_packed_one_holds_them() {
    let folder = folder();
    let path = shared(folder.path());
    fs::create_dir(folder.path().join("copies")).unwrap();
    let calls = [
        ("thin --every 2 shared.replay -o copies/thin.replay", "copies/thin.replay"),
        ("repair shared.replay -o copies/repair.replay", "copies/repair.replay"),
        ("pack shared.replay -o copies/pack.replay", "copies/pack.replay"),
    ];
    let source = Replay::open(&path).unwrap();
    for (line, copy) in calls {
        let ran = call(folder.path(), line);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{line}");
        let copy = open(folder.path(), copy);
        assert_same_head(&copy, &source);
        assert_same(&copy, &source, 2);
        let places = SharedData::of(&copy).map(|shared| shared.places());
        let folder = folder.path();
        let expected = [folder.join("copies/../moons.dataset"), folder.join("moons.dataset")];
        assert_eq!(places, (!line.starts_with("pack")).then(|| expected.to_vec()), "{line}");
    }
    // Without the file, all but `pack` and what asks for data is done.
    let file = folder.path().join("moons.dataset");
    fs::rename(&file, folder.path().join("elsewhere")).unwrap();
    for (line, _) in &calls {
        let ran = call(folder.path(), &format!("{line} --force"));
        assert_eq!(ran.status, if line.starts_with("pack") { 2 } else { 0 }, "{ran:?}");
    }
    for line in [
        "pack shared.replay -o p.replay",
        "story shared.replay",
        "verify shared.replay",
        "page shared.replay -o p.html",
    ] {
        let ran = call(folder.path(), line);
        assert!(ran.status == 2 && ran.error().contains("moons.dataset") && ran.error().contains("--data"), "{ran:?}");
        assert!(!folder.path().join("p.html").exists() && !folder.path().join("p.replay").exists());
    }
    let ran = call(folder.path(), "check shared.replay");
    assert!(ran.status == 1 && ran.out.starts_with("damaged: ") && !ran.out.contains("repair"), "{ran:?}");
    assert!(ran.out.contains("moons.dataset: the data of ") && ran.out.contains("--data"), "{ran:?}");
    let ran = call(folder.path(), "info shared.replay");
    assert!(
        ran.status == 0 && ran.out.contains("not there, see the data file") && ran.out.contains("moons.dataset"),
        "{ran:?}"
    );
    fs::rename(folder.path().join("elsewhere"), &file).unwrap();
    assert_same_head(&open(folder.path(), "copies/thin.replay"), &source);
}

#[test]
fn a_damaged_file_of_data_is_named_and_no_copy_is_written_over_one() {
    let folder = folder();
    shared(folder.path());
    let file = folder.path().join("moons.dataset");
    let whole = fs::read(&file).unwrap();
    for name in ["pack", "repair", "thin --every 2"] {
        let ran = call(folder.path(), &format!("{name} shared.replay --force -o moons.dataset"));
        assert!(ran.status == 2 && ran.error().contains("it holds the data of the recording"), "{ran:?}");
        assert!(fs::read(&file).unwrap() == whole);
    }
    let at = common::recordings::data_of(&whole, common::recordings::records(&whole)[1]);
    let mut bytes = whole;
    bytes[at] ^= 1;
    fs::write(&file, bytes).unwrap();
    let ran = call(folder.path(), "check shared.replay");
    assert!(ran.status == 1 && ran.out.contains("moons.dataset: the data set's inputs is corrupted"), "{ran:?}");
    let ran = call(folder.path(), "check --json shared.replay");
    assert!(ran.out.contains("moons.dataset\""), "{ran:?}");
    let ran = call(folder.path(), "pack shared.replay -o p.replay");
    assert!(ran.status == 2 && ran.error().contains("moons.dataset are damaged"), "{ran:?}");
}
