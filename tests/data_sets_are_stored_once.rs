//! Data sets that many recordings share: stored once, found beside the recording or where they were, and missed aloud.

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
};

use common::{
    bytes::{Record, records},
    process, scale,
};
use training_replay::{
    Activation, BackgroundRecorder, Dataset, Dense, Error, Later, Loss, Matrix, Metrics, Optimizer, Parameter, Replay,
    ReplayOptions, Result, Runs, Sequential, SharedData, Trainer, Weights,
    analysis::{DataCheck, Grid, MilestoneOptions, VerifyOptions},
    datasets,
};

const LOSS: Loss = Loss::BinaryCrossEntropy;
const FILE: &str = "moons.dataset";

fn moons(samples: usize, seed: u64) -> Dataset {
    let moons = datasets::moons(samples, 0.1, seed).with_class_names(["upper", "lower \u{fc}\n"]).unwrap();
    moons.with_feature_names(["width", "height"]).unwrap()
}

fn labels() -> Dataset {
    Dataset::from_class_labels(Matrix::from_fn(5, 2, |row, column| (row * 2 + column) as f32), &[0, 2, 1, 3, 0], 1, 4)
        .unwrap()
}

fn one() -> ReplayOptions {
    Replay::options().dataset(&moons(60, 1)).loss(LOSS)
}

fn three() -> ReplayOptions {
    one().named_dataset("validation", &moons(20, 2)).named_dataset("a/../\u{fc} \"b\"", &moons(10, 3))
}

fn network() -> Sequential {
    let layers =
        [Dense::new(4).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    Sequential::builder(2).layers(layers).build(1).unwrap()
}

/// Three epochs and a step.
fn record(mut replay: Replay) -> Result<Replay> {
    let (mut model, mut trainer) = (network(), Trainer::new(LOSS, Optimizer::adam(0.05)));
    for epoch in 0..3 {
        replay.record(&trainer.training(&model), [("loss", f64::from(epoch))])?;
        trainer.epoch(&mut model, &moons(60, 1))?;
    }
    replay.record_at((3, 1), &model, Metrics::new())?;
    replay.finish()?;
    Ok(replay)
}

fn recorded(options: ReplayOptions, path: &Path) -> Replay {
    record(options.create(path).unwrap()).unwrap()
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap();
    (folder, path)
}

/// Every data set by its name.
fn sets(replay: &Replay) -> Vec<(String, Dataset)> {
    let run = replay.run_from(&|_: &Weights| Err::<Sequential, _>(Error::other("none is asked for")));
    let names: Vec<String> = run.dataset_names().map(str::to_owned).collect();
    names.into_iter().map(|name| (name.clone(), run.clone().on(&name).unwrap().dataset().unwrap().clone())).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Files that have not got their names.
fn left_behind(folder: &Path) -> Vec<String> {
    names(folder).into_iter().filter(|name| name.starts_with('.')).collect()
}

fn message<T>(result: Result<T>) -> String {
    result.err().expect("it is an error").to_string()
}

#[test]
fn recordings_that_share_their_data_answer_as_those_that_hold_them() {
    for options in [one, three] {
        let (_kept, folder) = folder();
        let own = recorded(options(), &folder.join("own.replay"));
        for name in ["a.replay", "b.replay"] {
            let recorder = recorded(options().share_data(folder.join(FILE)), &folder.join(name));
            let read = Replay::open(folder.join(name)).unwrap();
            for replay in [&recorder, &read] {
                assert_eq!(sets(replay), sets(&own));
                assert_eq!(replay.dataset().unwrap(), &moons(60, 1));
                let milestones =
                    |replay: &Replay| replay.run().unwrap().milestones(&MilestoneOptions::default()).unwrap();
                assert_eq!(milestones(replay), milestones(&own));
                let verify = |replay: &Replay| replay.run().unwrap().verify(&VerifyOptions::default().train_again());
                assert_eq!(verify(replay).unwrap(), verify(&own).unwrap());
                assert_eq!(SharedData::of(replay).unwrap().path().unwrap(), folder.join(FILE));
                assert!(replay.check_integrity().unwrap().is_empty());
            }
            assert!(read.is_finished() && SharedData::of(&own).is_none());
        }
        let file = Replay::open(folder.join(FILE)).unwrap();
        assert_eq!(sets(&file), sets(&own), "it is a recording of no epochs");
        assert!(file.is_finished() && file.epochs().len() == 0 && SharedData::of(&file).is_none());
        let size = |name: &str| fs::metadata(folder.join(name)).unwrap().len();
        assert!(size("a.replay") + 480 < size("own.replay"));
    }
}

#[test]
fn labels_are_shared_as_labels_and_named_sets_without_a_training_set() {
    let (_kept, folder) = folder();
    let weights = Weights::from_iter([Parameter::new("line", "slope", [], vec![0.5_f32])]);
    let options = [
        Replay::options().dataset(&labels()).share_data(folder.join("labels.dataset")),
        Replay::options().named_dataset("test", &labels()).share_data(folder.join("test.dataset")),
    ];
    for (options, name) in options.into_iter().zip(["training", "test"]) {
        let path = folder.join(name);
        options.create(&path).unwrap().record(&weights, Metrics::new()).unwrap();
        let replay = Replay::open(&path).unwrap();
        assert_eq!(sets(&replay), [(name.to_owned(), labels())]);
        assert_eq!(matches!(replay.dataset(), Err(Error::Missing { .. })), name == "test");
    }
}

#[test]
fn nothing_to_share_is_an_error_and_nothing_is_written() {
    let (_kept, folder) = folder();
    let mut replay = Replay::options().share_data(folder.join(FILE)).create(folder.join("a.replay")).unwrap();
    let found = message(replay.record(&network(), Metrics::new()));
    assert!(found.contains("the number of data sets to share is 0"), "{found}");
    assert_eq!(names(&folder), ["a.replay"]);
    for path in ["", "..", "/"] {
        let found = message(one().share_data(path).create(folder.join("b.replay")));
        assert!(found.contains("the path of the shared data"), "{found}");
    }
    assert_eq!(names(&folder), ["a.replay"]);
}

#[test]
fn other_data_are_an_error_that_says_which_set_differs_and_where_and_the_file_stays() {
    let (_kept, folder) = folder();
    let path = folder.join(FILE);
    recorded(three().share_data(&path), &folder.join("a.replay"));
    let before = fs::read(&path).unwrap();
    let mut value = moons(60, 1).inputs().clone();
    value[(3, 1)] = 7.5;
    let targets = moons(60, 1).targets().numbers().unwrap().clone();
    let changed = Dataset::new(value, targets.clone()).unwrap().with_class_names(["upper", "lower \u{fc}\n"]).unwrap();
    let changed = changed.with_feature_names(["width", "height"]).unwrap();
    let unnamed = Dataset::new(moons(60, 1).inputs().clone(), targets).unwrap();
    let cases = [
        (three().dataset(&changed), "inputs, row 3, column 1, is 7.5, recorded is"),
        (three().dataset(&unnamed), "other names of classes or features in the data set \"training\""),
        (three().dataset(&moons(61, 1)), "the inputs are of shape"),
        (one(), "without the data set \"validation\""),
        (three().named_dataset("more", &moons(5, 4)), "with the data set \"more\", which is not in the file"),
        (one().named_dataset("validation", &moons(20, 2)), "without the data set \"a/../"),
    ];
    for (options, expected) in cases {
        let mut replay = options.share_data(&path).create(folder.join("b.replay")).unwrap();
        let found = message(replay.record(&network(), Metrics::new()));
        assert!(found.contains(expected) && found.contains(FILE), "{found}");
        assert!(fs::read(&path).unwrap() == before);
        drop(replay);
        assert!(Replay::open(folder.join("b.replay")).is_err(), "nothing was recorded");
    }
}

#[test]
fn zero_and_minus_zero_are_not_shared_as_one() {
    let (_kept, folder) = folder();
    let data = |zero: f32| Dataset::from_rows(&[[zero, 1.0]], &[[1.0_f32]]).unwrap();
    let options = |zero| Replay::options().dataset(&data(zero)).share_data(folder.join(FILE));
    options(0.0).in_memory().record(&network(), Metrics::new()).unwrap();
    let found = message(options(-0.0).in_memory().record(&network(), Metrics::new()));
    assert!(found.contains("the checksum of the inputs is"), "{found}");
    options(0.0).in_memory().record(&network(), Metrics::new()).unwrap();
}

#[test]
fn what_is_no_file_of_data_is_refused_and_left_as_it_is() {
    let (_kept, folder) = folder();
    let path = folder.join(FILE);
    recorded(one(), &folder.join("epochs.replay"));
    recorded(one().share_data(folder.join("whole.dataset")), &folder.join("a.replay"));
    let whole = fs::read(folder.join("whole.dataset")).unwrap();
    let cases: [(Vec<u8>, &str); 6] = [
        (b"text".to_vec(), "is not a recording"),
        (Vec::new(), "was never started"),
        (fs::read(folder.join("epochs.replay")).unwrap(), "a recording of 4 epochs and steps"),
        (fs::read(folder.join("a.replay")).unwrap(), "a recording of 4 epochs and steps"),
        (whole[..whole.len() - 64].to_vec(), "not whole: its end is missing"),
        (whole[..whole.len() - 200].to_vec(), "was never started"),
    ];
    for (bytes, expected) in cases {
        fs::write(&path, &bytes).unwrap();
        let mut replay = one().share_data(&path).create(folder.join("b.replay")).unwrap();
        let found = message(replay.record(&network(), Metrics::new()));
        assert!(found.contains(expected) && found.contains(FILE), "{found}");
        assert!(fs::read(&path).unwrap() == bytes);
        // The call can be repeated when that is mended.
        fs::remove_file(&path).unwrap();
        assert_eq!(replay.record(&network(), Metrics::new()).unwrap(), 0);
        assert_eq!(Replay::open(folder.join("b.replay")).unwrap().dataset().unwrap(), &moons(60, 1));
        drop(replay);
        fs::remove_file(folder.join("b.replay")).unwrap();
        fs::remove_file(&path).unwrap();
    }
    for (name, expected) in [("b.replay", "the recording itself"), (".", "a file to hold a recording")] {
        let mut replay = one()
            .share_data(folder.join(name))
            .create(folder.join("b.replay"))
            .unwrap_or_else(|_| one().share_data(&folder).create(folder.join("b.replay")).unwrap());
        let found = message(replay.record(&network(), Metrics::new()));
        assert!(found.contains(expected), "{found}");
        drop(replay);
        fs::remove_file(folder.join("b.replay")).unwrap();
    }
    let found = message(one().share_data(folder.join("none/x.dataset")).in_memory().record(&network(), Metrics::new()));
    assert!(found.contains("x.dataset"), "{found}");
}

/// What asks for the data of a recording, one after the other.
fn questions(replay: &Replay) -> Vec<(&'static str, String)> {
    let run = replay.run().unwrap();
    let snapshot = run.at(1).unwrap();
    let asked = vec![
        ("dataset", message(replay.dataset())),
        ("outputs", message(snapshot.outputs())),
        ("evaluate", message(snapshot.evaluate(LOSS))),
        ("milestones", message(run.milestones(&MilestoneOptions::default()))),
        ("history", message(run.sample_history(LOSS))),
        ("verify", message(run.verify(&VerifyOptions::default()))),
        ("train again", message(run.verify(&VerifyOptions::default().train_again()))),
        ("fork", message(run.fork(1))),
        ("boundary", message(snapshot.decision_boundary(training_replay::analysis::View::inputs(), &Grid::default()))),
        ("copy", message(SharedData::of(replay).unwrap().write_whole_to(Vec::new()))),
        ("check", replay.check_integrity().unwrap()[0].reason.clone()),
        ("append", message(one().append(replay.path().unwrap()))),
        ("path", message(SharedData::of(replay).unwrap().path())),
        (
            "tables",
            message(training_replay::export::Tables::of(&run).write_csv(replay.path().unwrap().with_extension("csv"))),
        ),
    ];
    #[cfg(feature = "plot")]
    let plots = Some(("plots", message(training_replay::plot::RunPlots::of(run.clone()))));
    #[cfg(not(feature = "plot"))]
    let plots = None;
    asked.into_iter().chain(plots).collect()
}

#[test]
fn a_file_that_is_gone_is_an_error_of_every_question_that_says_where_it_was() {
    let (_kept, folder) = folder();
    recorded(one().share_data(folder.join(FILE)), &folder.join("a.replay"));
    let checksums: Vec<String> = records(&fs::read(folder.join(FILE)).unwrap())
        .iter()
        .filter(|record| record.kind == 2)
        .map(|record| format!("{:08x}", crc32fast::hash(&fs::read(folder.join(FILE)).unwrap()[record.data.clone()])))
        .collect();
    fs::rename(folder.join(FILE), folder.join("elsewhere")).unwrap();
    let replay = Replay::open(folder.join("a.replay")).unwrap();
    for (what, found) in questions(&replay) {
        let names = [
            &folder.join(FILE).display().to_string(),
            &checksums[0],
            &checksums[1],
            "a.replay",
            "put it back",
            "with_dataset",
            "pack",
        ]
        .iter()
        .all(|it| found.contains(*it));
        assert!(names && !found.contains("holds no"), "{what}: {found}");
        assert!(found.ends_with("not found"), "{what}: {found}");
    }
    assert!(matches!(replay.dataset(), Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound));
    // What needs no data is answered, and all of it as soon as the file is back.
    assert_eq!(replay.weights(2).unwrap().len(), 4);
    assert_eq!(replay.curve("loss").unwrap().len(), 3);
    assert!(replay.run().unwrap().dataset_names().eq(["training"]));
    fs::rename(folder.join("elsewhere"), folder.join(FILE)).unwrap();
    assert_eq!(replay.dataset().unwrap(), &moons(60, 1));
}

#[test]
fn a_file_of_other_data_is_an_error_of_every_question_with_both_checksums() {
    let (_kept, folder) = folder();
    recorded(one().share_data(folder.join(FILE)), &folder.join("a.replay"));
    fs::remove_file(folder.join(FILE)).unwrap();
    recorded(Replay::options().dataset(&moons(60, 9)).share_data(folder.join(FILE)), &folder.join("b.replay"));
    let replay = Replay::open(folder.join("a.replay")).unwrap();
    for (what, found) in questions(&replay) {
        assert!(found.contains("the checksum of inputs of the data set \"training\" in"), "{what}: {found}");
        assert!(found.contains(FILE) && found.contains("a.replay") && found.contains("as recorded"), "{what}: {found}");
    }
    // Names are part of the data.
    fs::remove_file(folder.join(FILE)).unwrap();
    let renamed = moons(60, 1).with_class_names(["one", "two"]).unwrap();
    recorded(Replay::options().dataset(&renamed).share_data(folder.join(FILE)), &folder.join("c.replay"));
    let found = message(Replay::open(folder.join("a.replay")).unwrap().dataset());
    assert!(found.contains("the list of names in \"training\""), "{found}");
}

#[test]
fn supplied_data_take_the_place_of_missing_ones_and_are_proven_by_their_checksums() {
    let (_kept, folder) = folder();
    recorded(one().share_data(folder.join(FILE)), &folder.join("a.replay"));
    let verify = |data: &Dataset| {
        let replay = Replay::open(folder.join("a.replay")).unwrap().with_dataset(data).unwrap();
        let milestones = replay.run().unwrap().milestones(&MilestoneOptions::default());
        (replay.run().unwrap().verify(&VerifyOptions::default()).unwrap(), milestones.unwrap())
    };
    let there = verify(&moons(60, 1));
    fs::remove_file(folder.join(FILE)).unwrap();
    let gone = verify(&moons(60, 1));
    assert_eq!(gone, there);
    assert_eq!(gone.0.data, DataCheck::Recorded);
    for other in [moons(60, 2), moons(61, 1)] {
        assert!(matches!(verify(&other).0.data, DataCheck::Other { .. }));
    }
}

#[test]
fn recordings_and_file_may_be_moved_together_or_the_recordings_alone() {
    for (own, file) in [("runs", "runs/x.dataset"), ("runs/a", "data/\u{fc} x.dataset"), ("runs", "x.dataset")] {
        let (_kept, root) = folder();
        let at = root.join("one");
        fs::create_dir_all(at.join(own)).unwrap();
        fs::create_dir_all(at.join(file).parent().unwrap()).unwrap();
        recorded(three().share_data(at.join(file)), &at.join(own).join("a.replay"));
        let expected = sets(&Replay::open(at.join(own).join("a.replay")).unwrap());
        // Together, and another file takes the old place.
        fs::rename(&at, root.join("two")).unwrap();
        fs::create_dir_all(at.join(file).parent().unwrap()).unwrap();
        fs::write(at.join(file), "another").unwrap();
        let moved = Replay::open(root.join("two").join(own).join("a.replay")).unwrap();
        assert_eq!(sets(&moved), expected);
        assert_eq!(
            SharedData::of(&moved).unwrap().path().unwrap().canonicalize().unwrap(),
            root.join("two").join(file)
        );
        // Alone, the file where it was.
        fs::rename(root.join("two").join(file), at.join(file)).unwrap();
        fs::create_dir(root.join("three")).unwrap();
        fs::rename(root.join("two").join(own).join("a.replay"), root.join("three/a.replay")).unwrap();
        assert_eq!(sets(&Replay::open(root.join("three/a.replay")).unwrap()), expected);
    }
}

#[test]
fn a_recording_in_memory_refers_by_the_absolute_path() {
    let (_kept, folder) = folder();
    let replay = record(one().share_data(folder.join(FILE)).in_memory()).unwrap();
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes).unwrap();
    let read = Replay::from_bytes(bytes.clone()).unwrap();
    assert_eq!(SharedData::of(&read).unwrap().places(), [folder.join(FILE)]);
    assert_eq!(read.dataset().unwrap(), &moons(60, 1));
    fs::remove_file(folder.join(FILE)).unwrap();
    assert!(message(Replay::from_bytes(bytes).unwrap().dataset()).contains("<memory>"));
}

#[test]
fn recorders_that_begin_at_once_share_one_file() {
    let (_kept, folder) = folder();
    for round in 0..20 {
        let path = folder.join(format!("{round}.dataset"));
        let begin = |name: usize| {
            let options = three().share_data(&path);
            record(options.create(folder.join(format!("{round}-{name}.replay"))).unwrap()).map(drop)
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..3).map(|name| scope.spawn(move || begin(name))).collect();
            threads.into_iter().for_each(|thread| thread.join().unwrap().unwrap());
        });
        let replay = Replay::open(folder.join(format!("{round}-0.replay"))).unwrap();
        assert_eq!(replay.dataset().unwrap(), &moons(60, 1));
    }
    assert!(left_behind(&folder).is_empty());
}

#[test]
fn of_recorders_that_begin_at_once_with_other_data_one_records_and_one_fails() {
    let (_kept, folder) = folder();
    for round in 0..20 {
        let path = folder.join(format!("{round}.dataset"));
        let begin = |seed: u64| {
            let options = Replay::options().dataset(&moons(60, seed)).share_data(&path);
            let mut replay = options.create(folder.join(format!("{round}-{seed}.replay"))).unwrap();
            replay.record(&network(), Metrics::new())
        };
        let (one, other) = thread::scope(|scope| {
            let one = scope.spawn(|| begin(1));
            (begin(2), one.join().unwrap())
        });
        assert!(one.is_ok() != other.is_ok());
        let seed = if one.is_ok() { 2 } else { 1 };
        let replay = Replay::open(folder.join(format!("{round}-{seed}.replay"))).unwrap();
        assert_eq!(replay.dataset().unwrap(), &moons(60, seed));
    }
}

#[test]
fn each_flipped_bit_of_the_file_is_noticed_or_harmless_and_so_is_each_cut() {
    let (_kept, folder) = folder();
    let small = Dataset::from_rows(&[[0.5_f32, 1.0], [0.25, -1.0]], &[[1.0_f32], [0.0]]).unwrap();
    let options = Replay::options().dataset(&small).named_dataset("validation", &small).share_data(folder.join(FILE));
    options.create(folder.join("a.replay")).unwrap().record(&network(), Metrics::new()).unwrap();
    let whole = fs::read(folder.join(FILE)).unwrap();
    let (mut noticed, mut harmless) = (0, 0);
    let mut judge = |bytes: &[u8], what: String| {
        fs::write(folder.join(FILE), bytes).unwrap();
        let replay = Replay::open(folder.join("a.replay")).unwrap();
        let data = replay.dataset().cloned();
        let named = replay.run().unwrap().on("validation").unwrap().dataset().cloned();
        let found = replay.check_integrity();
        match (data, named) {
            (Ok(data), Ok(named)) => {
                assert!(data == small && named == small, "{what}: other data were handed out");
                harmless += usize::from(found.is_ok_and(|damage| damage.is_empty()));
            }
            (data, named) => {
                let error = data.err().or(named.err()).unwrap();
                assert!(!matches!(error, Error::Missing { .. }), "{what}: {error}");
                assert!(error.to_string().contains(FILE), "{what}: {error}");
                let named = |damage: &[training_replay::Damage]| {
                    damage.iter().all(|it| it.path.as_deref().is_some_and(|path| path.ends_with(FILE)))
                };
                assert!(found.map_or(true, |damage| !damage.is_empty() && named(&damage)), "{what}: {error}");
                noticed += 1;
            }
        }
    };
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        judge(&bytes, format!("byte {at}"));
    }
    (0..whole.len()).for_each(|length| judge(&whole[..length], format!("{length} bytes")));
    // Zeros between records, and the end of the file, which says nothing of the data.
    assert!(noticed > whole.len() && harmless > 0, "{noticed} noticed, {harmless} harmless");
}

/// What of a record does not depend on the salt of the file.
fn content(bytes: &[u8]) -> Vec<(u16, u64, Vec<u8>, Vec<u8>)> {
    let of = |record: Record| (record.kind, record.sequence, bytes[record.meta].to_vec(), bytes[record.data].to_vec());
    records(bytes).into_iter().map(of).collect()
}

#[test]
fn a_whole_copy_is_the_recording_whose_data_were_never_shared() {
    #[cfg(feature = "compression")]
    let compressed = |options: ReplayOptions| options.compress(true);
    #[cfg(not(feature = "compression"))]
    let compressed = |options: ReplayOptions| options;
    for options in [one(), three(), compressed(three().metadata("rate", 0.5)), three().named_dataset("l", &moons(7, 7))]
    {
        let (_kept, folder) = folder();
        let own = record(options.clone().in_memory()).unwrap();
        recorded(options.share_data(folder.join(FILE)), &folder.join("a.replay"));
        let shared = Replay::open(folder.join("a.replay")).unwrap();
        let (mut copy, mut expected) = (Vec::new(), Vec::new());
        SharedData::of(&shared).unwrap().write_whole_to(&mut copy).unwrap();
        own.write_to(&mut expected).unwrap();
        assert!(content(&copy) == content(&expected) && copy.len() == expected.len());
        fs::remove_file(folder.join(FILE)).unwrap();
        let copy = Replay::from_bytes(copy).unwrap();
        assert_eq!((sets(&copy), copy.damage().len(), copy.torn_bytes()), (sets(&own), 0, 0));
        assert_eq!(copy.weights((3, 1)).unwrap(), own.weights((3, 1)).unwrap());
        assert!(copy.check_integrity().unwrap().is_empty());
    }
}

/// A recorder was killed between the first record and the first epoch, and the next one gave the numbers of the data to its own records:
/// no whole copy could be made of such a recording.
#[test]
fn a_recording_that_ends_behind_its_first_record_is_gone_on_with_and_copied_whole() {
    let (_kept, folder) = folder();
    let path = folder.join("a.replay");
    recorded(three().share_data(folder.join(FILE)), &path);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..records(&bytes)[0].bytes.end]).unwrap();
    record(Replay::append(&path).unwrap()).unwrap();
    assert_eq!(records(&fs::read(&path).unwrap())[1].sequence, 7, "behind those of six matrices");
    let replay = Replay::open(&path).unwrap();
    let mut copy = Vec::new();
    SharedData::of(&replay).unwrap().write_whole_to(&mut copy).unwrap();
    let copy = Replay::from_bytes(copy).unwrap();
    assert_eq!((sets(&copy), copy.damage().len()), (sets(&replay), 0));
    assert!(copy.epochs().eq(0..3) && copy.weights(2).unwrap() == replay.weights(2).unwrap());
}

#[test]
fn runs_go_on_with_the_reference_that_was_recorded() {
    let (_kept, folder) = folder();
    let path = folder.join("a.replay");
    recorded(one().share_data(folder.join(FILE)), &path);
    let data = fs::read(folder.join(FILE)).unwrap();
    let weights = Replay::open(&path).unwrap().weights(2).unwrap();
    for options in [Replay::options(), one().share_data(folder.join(FILE)), one().share_data(folder.join("other"))] {
        let mut replay = options.append(&path).unwrap();
        replay.record(&weights, Metrics::new()).unwrap();
        replay.finish().unwrap();
        assert_eq!(replay.dataset().unwrap(), &moons(60, 1));
    }
    assert_eq!(names(&folder), ["a.replay", FILE]);
    assert!(fs::read(folder.join(FILE)).unwrap() == data);
    assert!(message(Replay::options().dataset(&moons(60, 2)).append(&path)).contains("the recorded one"));
    recorded(one(), &folder.join("own.replay"));
    let found = message(one().share_data(folder.join(FILE)).append(folder.join("own.replay")));
    assert!(found.contains("`share_data`"), "{found}");
    // A run goes on without its data, too.
    fs::remove_file(folder.join(FILE)).unwrap();
    Replay::append(&path).unwrap().record(&weights, Metrics::new()).unwrap();

    fs::write(folder.join(FILE), data).unwrap();
    fs::create_dir(folder.join("later")).unwrap();
    let later = folder.join("later/a.replay");
    let mut replay = Replay::options().append_after(&path, 1, Later::MoveTo(later.clone())).unwrap();
    let places = SharedData::of(&Replay::open(&later).unwrap()).unwrap().places();
    assert_eq!(places, [folder.join("later/../moons.dataset"), folder.join(FILE)], "from its own folder");
    replay.record(&weights, Metrics::new()).unwrap();
    for path in [path, later] {
        assert_eq!(Replay::open(path).unwrap().dataset().unwrap(), &moons(60, 1));
    }
}

#[test]
fn forks_refer_to_their_parents_file_unless_they_train_on_other_data() {
    let (_kept, folder) = folder();
    recorded(three().share_data(folder.join(FILE)), &folder.join("a.replay"));
    fs::create_dir(folder.join("forks")).unwrap();
    let parent = Replay::open(folder.join("a.replay")).unwrap();
    let fork = || parent.run().unwrap().fork(1).unwrap();
    let path = folder.join("forks/b.replay");
    fork().options.create(&path).unwrap().record(&network(), Metrics::new()).unwrap();
    let replay = Replay::open(&path).unwrap();
    let places = SharedData::of(&replay).unwrap().places();
    assert_eq!(places, [folder.join("forks").join("../moons.dataset"), folder.join(FILE)]);
    assert_eq!(sets(&replay), sets(&parent));

    let path = folder.join("forks/c.replay");
    let options = fork().options.dataset(&moons(60, 5));
    options.create(&path).unwrap().record(&network(), Metrics::new()).unwrap();
    let replay = Replay::open(&path).unwrap();
    assert!(SharedData::of(&replay).is_none());
    assert_eq!(replay.dataset().unwrap(), &moons(60, 5));
}

#[test]
fn recordings_that_replace_others_or_are_written_in_the_background_share_as_well() {
    let (_kept, folder) = folder();
    let path = folder.join("a.replay");
    recorded(Replay::options().dataset(&moons(60, 4)), &path);
    let mut replay = one().share_data(folder.join(FILE)).overwrite(true).create(&path).unwrap();
    assert_eq!(Replay::open(&path).unwrap().dataset().unwrap(), &moons(60, 4), "until the first epoch is whole");
    replay.record(&network(), Metrics::new()).unwrap();
    assert_eq!(Replay::open(&path).unwrap().dataset().unwrap(), &moons(60, 1));
    drop(replay);

    let path = folder.join("b.replay");
    let mut recorder =
        BackgroundRecorder::new(three().share_data(folder.join("b.dataset")).create(&path).unwrap(), 2).unwrap();
    recorder.record(&network(), Metrics::new()).unwrap();
    recorder.finish().unwrap();
    assert_eq!(sets(&Replay::open(&path).unwrap()).len(), 3);

    let path = folder.join("c.replay");
    let mut recorder =
        BackgroundRecorder::new(one().share_data(folder.join("b.dataset")).create(&path).unwrap(), 2).unwrap();
    recorder.record(&network(), Metrics::new()).unwrap();
    assert!(message(recorder.flush()).contains("without the data set"));
    assert!(Replay::open(&path).is_err());
}

#[test]
fn many_runs_that_share_a_file_hold_its_data_once() {
    let (_kept, folder) = folder();
    for number in 0..100 {
        let options = one().share_data(folder.join(FILE));
        options.create(folder.join(format!("{number}.replay"))).unwrap().record(&network(), Metrics::new()).unwrap();
    }
    let runs = Runs::open_folder(&folder).unwrap();
    let first = runs.iter().next().unwrap().1.dataset().unwrap();
    assert!(runs.len() == 100 && runs.iter().all(|(_, replay)| std::ptr::eq(replay.dataset().unwrap(), first)));
}

/// Begins recordings, each of which is to share its data in a file of its own, and says which has its first epoch; does not stop.
#[test]
#[ignore = "a role that another test starts as a process of its own"]
fn beginner() {
    let Some((folder, samples)) = process::given() else { return };
    let data = moons(samples, 1);
    for number in 0.. {
        let options = Replay::options().dataset(&data).share_data(folder.join(format!("{number}.dataset")));
        match options.create(folder.join(format!("{number}.replay"))) {
            Ok(mut replay) => drop(replay.record(&network(), Metrics::new()).unwrap()),
            Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::AlreadyExists => continue,
            Err(error) => panic!("{error}"),
        }
        process::say(&number.to_string());
    }
}

#[test]
fn who_is_killed_between_the_two_files_leaves_each_whole_or_not_at_all() {
    let (_kept, folder) = folder();
    let samples = 2_000;
    let expected = moons(samples, 1);
    let (mut acknowledged, mut between) = (0, 0);
    for kill in 0..scale::scaled(25, 250) {
        let page = process::Page::start(process::role("beginner", &folder, samples));
        thread::sleep(std::time::Duration::from_micros(10_000 + kill * 7_919 % 60_000));
        let checked = acknowledged;
        acknowledged = page.kill().last().map_or(acknowledged, |line| line.parse::<u64>().unwrap() + 1);
        for number in checked..=acknowledged + 1 {
            let data = folder.join(format!("{number}.dataset"));
            let recording = Replay::open(folder.join(format!("{number}.replay")));
            assert!(number >= acknowledged || recording.is_ok(), "{number} was acknowledged");
            if data.exists() {
                let data = Replay::open(&data).unwrap();
                assert!(data.is_finished() && data.check_integrity().unwrap().is_empty());
                between += usize::from(recording.is_err());
            } else {
                assert!(recording.is_err(), "{number} refers to a file that is not there");
            }
            if let Ok(recording) = recording {
                assert_eq!(recording.dataset().unwrap(), &expected);
            }
        }
    }
    assert!(left_behind(&folder).len() <= 1, "of the last one that was killed");
    scale::report(format_args!("{acknowledged} recordings, {between} times only their data"));
}

#[cfg(unix)]
#[test]
fn links_to_recordings_and_files_are_followed() {
    use std::os::unix::fs::symlink;
    let (_kept, folder) = folder();
    for name in ["store", "far/away", "runs"] {
        fs::create_dir_all(folder.join(name)).unwrap();
    }
    symlink(folder.join("far/away"), folder.join("link")).unwrap();
    symlink(folder.join("store/blob"), folder.join("runs").join(FILE)).unwrap(); // a link to nothing yet
    let path = folder.join("link/../../runs").join(FILE);
    recorded(one().share_data(folder.join("runs").join(FILE)), &folder.join("link/a.replay"));
    assert!(path.exists() && folder.join("store/blob").is_file());
    assert!(fs::symlink_metadata(folder.join("runs").join(FILE)).unwrap().is_symlink());
    symlink(folder.join("far/away/a.replay"), folder.join("a.replay")).unwrap();
    for path in ["link/a.replay", "far/away/a.replay", "a.replay"] {
        assert_eq!(Replay::open(folder.join(path)).unwrap().dataset().unwrap(), &moons(60, 1), "{path}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_never_opened() {
    use std::os::unix::fs::symlink;
    let (_kept, folder) = folder();
    let path = folder.join(FILE);
    recorded(one().share_data(&path), &folder.join("a.replay"));
    fs::remove_file(&path).unwrap();
    let replay = Replay::open(folder.join("a.replay")).unwrap();
    let fifo = std::process::Command::new("mkfifo").arg(&path).status();
    if fifo.is_ok_and(|status| status.success()) {
        assert!(message(replay.dataset()).contains("something else")); // and does not wait
        let mut other = one().share_data(&path).in_memory();
        assert!(message(other.record(&network(), Metrics::new())).contains("something else"));
        fs::remove_file(&path).unwrap();
    }
    for target in ["/dev/zero", "/dev/null", ".", FILE, "a.replay"] {
        symlink(target, &path).unwrap();
        let found = message(replay.dataset());
        assert!(!found.contains("holds no"), "{target}: {found}");
        fs::remove_file(&path).unwrap();
    }
}

/// Whoever writes a recording chooses what is opened where it says that its data are.
#[test]
fn what_lies_where_a_recording_points_is_in_no_answer_unless_it_is_the_data() {
    let (_kept, folder) = folder();
    fs::create_dir(folder.join("runs")).unwrap();
    let (path, file) = (folder.join("runs/a.replay"), folder.join("secret.dataset"));
    recorded(one().share_data(&file), &path);
    let places = SharedData::of(&Replay::open(&path).unwrap()).unwrap().places();
    assert_eq!(places, [folder.join("runs/../secret.dataset"), file.clone()], "it points out of its folder");
    let hidden = moons(60, 7).with_class_names(["hunter2", "b"]).unwrap();
    recorded(Replay::options().named_dataset("hunter2", &hidden).metadata("hunter2", "hunter2"), &folder.join("other"));
    let long = ["hunter2 "; 1_000].concat();
    for bytes in [b"hunter2".to_vec(), long.into_bytes(), fs::read(folder.join("other")).unwrap()] {
        fs::write(&file, &bytes).unwrap();
        let replay = Replay::open(&path).unwrap();
        for (what, found) in questions(&replay) {
            assert!(!found.contains("hunter2") && found.contains("secret.dataset"), "{what}: {found}");
        }
        assert!(fs::read(&file).unwrap() == bytes, "and it stays as it is");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_written_is_an_error_and_the_call_can_be_repeated() {
    let (_kept, folder) = folder();
    fs::write(folder.join("no folder"), "").unwrap();
    let path = folder.join("no folder").join(FILE);
    let mut replay = one().share_data(&path).create(folder.join("a.replay")).unwrap();
    assert!(matches!(replay.record(&network(), Metrics::new()), Err(Error::Io { .. })));
    assert_eq!(names(&folder), ["a.replay", "no folder"]);
    fs::remove_file(folder.join("no folder")).unwrap();
    fs::create_dir(folder.join("no folder")).unwrap();
    assert_eq!(replay.record(&network(), Metrics::new()).unwrap(), 0);
    assert_eq!(Replay::open(folder.join("a.replay")).unwrap().dataset().unwrap(), &moons(60, 1));
}

#[test]
fn older_readers_find_a_recording_without_data_and_damaged_references_are_refused() {
    let (_kept, folder) = folder();
    recorded(one().share_data(folder.join(FILE)), &folder.join("a.replay"));
    let whole = fs::read(folder.join("a.replay")).unwrap();
    let model = &records(&whole)[0];
    assert_eq!(records(&whole)[1].sequence, 3, "room for the numbers of the data");
    // Whatever a value of the reference becomes: refused, or an error, or the data.
    let start = model.meta.end - 400;
    let mut answers = [0; 3];
    for at in start..model.meta.end {
        for value in [0, 1, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            common::bytes::reseal(&mut bytes);
            fs::write(folder.join("b.replay"), &bytes).unwrap();
            match Replay::open(folder.join("b.replay")).map(|replay| replay.dataset().cloned()) {
                Ok(Ok(data)) => {
                    assert_eq!(data.inputs(), moons(60, 1).inputs(), "byte {at}");
                    answers[0] += 1;
                }
                Ok(Err(_)) => answers[1] += 1,
                Err(error) => {
                    assert!(matches!(error, Error::Corrupted { .. }), "{error}");
                    answers[2] += 1;
                }
            }
        }
    }
    assert!(answers.iter().all(|&count| count > 0), "{answers:?}");
}
