//! Notes come back as they were given: numbers bit for bit, truth values, texts and lists, beside the texts that readers have
//! who know no types; and runs are filtered and grouped by them.

mod common;

use std::{fs, path::Path};

use common::{
    bytes::{records, reseal},
    python,
    scale::scaled,
};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use training_replay::{
    Error, Metrics, NoteCondition, NoteValue, Parameter, Replay, ReplayOptions, Result, Runs, Weights,
};

fn weights() -> Weights {
    Weights::from_iter([Parameter::new("a", "b", [1], vec![0.5_f32])])
}

/// Records one epoch in a file.
fn record(options: ReplayOptions, path: &Path) -> Result<()> {
    let mut replay = options.create(path)?;
    replay.record(&weights(), [("loss", 0.5)])?;
    replay.finish()
}

fn noted(notes: &[(String, NoteValue)]) -> ReplayOptions {
    notes.iter().fold(Replay::options(), |options, (key, value)| options.metadata(key, value))
}

/// One of every kind, with what is odd about it.
fn every_kind() -> Vec<NoteValue> {
    vec![
        "".into(),
        "gr\u{fc}\u{df}e, \u{65e5}\u{672c}\n\0\"".into(),
        true.into(),
        false.into(),
        0.into(),
        i64::MIN.into(),
        u64::MAX.into(),
        i128::MIN.into(),
        0.0.into(),
        (-0.0).into(),
        0.05_f32.into(),
        f64::from(0.05_f32).into(),
        5e-324.into(),
        f64::NEG_INFINITY.into(),
        f64::NAN.into(),
        f64::from_bits(0x7ff4_0000_0000_1234).into(),
        f64::from_bits(0xffff_ffff_ffff_ffff).into(),
        f32::from_bits(0x7fa0_1234).into(),
        f32::from_bits(0xffc0_0001).into(),
        Vec::<String>::new().into(),
        Vec::<bool>::new().into(),
        Vec::<u8>::new().into(),
        Vec::<f32>::new().into(),
        Vec::<f64>::new().into(),
        ["", "a", "\u{2713} \"quoted\", and a comma"].into(),
        [true, false, true].into(),
        [i64::MIN, 0, i64::MAX].into(),
        [f32::from_bits(0x7fa0_1234), -0.0, 0.1].into(),
        [f64::from_bits(0x7ff4_0000_0000_1234), -0.0, 0.1].into(),
        (0..10_000).map(|i| f64::from(i) / 7.0).collect::<Vec<_>>().into(),
    ]
}

fn keyed(values: Vec<NoteValue>) -> Vec<(String, NoteValue)> {
    values.into_iter().enumerate().map(|(i, value)| (format!("note {}", i % 20), value)).collect() // keys come again
}

#[track_caller]
fn expect(replay: &Replay, notes: &[(String, NoteValue)]) {
    let found: Vec<(&str, NoteValue)> = replay.metadata().typed().collect();
    assert_eq!(found.len(), notes.len());
    for ((key, value), (own_key, own)) in found.iter().zip(notes) {
        assert!(key == own_key && value == own, "{key}: {value:?} for {own_key}: {own:?}");
    }
    let texts: Vec<(&str, String)> = notes.iter().map(|(key, value)| (key.as_str(), value.to_string())).collect();
    assert!(replay.metadata().eq(texts.iter().map(|(key, text)| (*key, text.as_str()))));
    for (key, _) in notes {
        let newest = notes.iter().rfind(|(known, _)| known == key).map(|(_, value)| value.clone());
        assert_eq!(replay.metadata().get(key), newest);
    }
}

#[test]
fn values_of_every_kind_come_back_bit_for_bit_and_as_texts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let notes = keyed(every_kind());
    record(noted(&notes), &path).unwrap();
    expect(&Replay::open(&path).unwrap(), &notes);
    python::agrees(&[path]);
}

#[test]
fn notes_are_known_to_the_recorder_before_anything_is_read() {
    let notes = keyed(every_kind());
    let mut replay = noted(&notes).in_memory();
    replay.record(&weights(), Metrics::new()).unwrap();
    expect(&replay, &notes);
}

#[test]
fn a_run_that_is_gone_on_with_notes_values_of_other_types_and_repeats_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    record(Replay::options().metadata("lr", "0.1").metadata("lr", f64::NAN).metadata("seed", 7), &path).unwrap();
    let mut expected: Vec<(String, NoteValue)> =
        vec![("lr".into(), "0.1".into()), ("lr".into(), f64::NAN.into()), ("seed".into(), 7.into())];
    let steps: [(NoteValue, bool); 6] = [
        (f64::NAN.into(), false),
        (f32::NAN.into(), true),
        ("NaN".into(), true),
        (0.01.into(), true),
        ([0.1, 0.01].into(), true),
        ([0.1, 0.01].into(), false),
    ];
    for (value, is_new) in steps {
        Replay::options().metadata("lr", &value).metadata("seed", 7_u8).append(&path).unwrap().finish().unwrap();
        expected.extend(is_new.then(|| ("lr".to_owned(), value)));
        expect(&Replay::open(&path).unwrap(), &expected);
    }
    python::agrees(&[path]);
}

#[test]
fn recordings_of_older_formats_are_read_as_texts_and_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["format_1_0_finished.replay", "format_1_1_finished.replay"] {
        let path = folder.path().join(name);
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name), &path).unwrap();
        let before = Replay::open(&path).unwrap();
        let mut expected: Vec<(String, NoteValue)> =
            before.metadata().map(|(key, text)| (key.into(), text.into())).collect();
        assert!(expected.len() > 1);
        expect(&before, &expected);
        Replay::options().metadata("learning_rate", 0.01).append(&path).unwrap().finish().unwrap();
        expected.push(("learning_rate".into(), 0.01.into()));
        expect(&Replay::open(&path).unwrap(), &expected);
        python::agrees(&[path]);
    }
}

fn text(rng: &mut ChaCha8Rng) -> String {
    (0..rng.random_range(0..6)).map(|_| rng.random::<char>()).collect()
}

fn list<T>(rng: &mut ChaCha8Rng, one: impl Fn(&mut ChaCha8Rng) -> T) -> Vec<T> {
    (0..rng.random_range(0..9)).map(|_| one(rng)).collect()
}

fn integer(rng: &mut ChaCha8Rng) -> i128 {
    (i128::from(rng.next_u64()) << 64 | i128::from(rng.next_u64())) >> rng.random_range(0..128)
}

fn any(rng: &mut ChaCha8Rng) -> NoteValue {
    match rng.random_range(0..10) {
        0 => text(rng).into(),
        1 => rng.random::<bool>().into(),
        2 => integer(rng).into(),
        3 => f32::from_bits(rng.next_u32()).into(),
        4 => f64::from_bits(rng.next_u64()).into(),
        5 => list(rng, text).into(),
        6 => list(rng, |rng| rng.random::<bool>()).into(),
        7 => list(rng, integer).into(),
        8 => list(rng, |rng| f32::from_bits(rng.next_u32())).into(),
        _ => list(rng, |rng| f64::from_bits(rng.next_u64())).into(),
    }
}

#[test]
fn any_notes_come_back_whoever_noted_what_and_when() {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for seed in 0..scaled(60, 3_000) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let path = folder.path().join(seed.to_string());
        let some = |rng: &mut ChaCha8Rng| keyed(list(rng, any));
        let mut notes = some(&mut rng);
        record(noted(&notes), &path).unwrap();
        for round in 0..rng.random_range(0..3) {
            // Keys of their own, so that nothing is known already.
            let more: Vec<_> =
                some(&mut rng).into_iter().map(|(key, value)| (format!("{round} {key}"), value)).collect();
            noted(&more).append(&path).unwrap().finish().unwrap();
            notes.extend(more);
        }
        expect(&Replay::open(&path).unwrap(), &notes);
        paths.push(path);
    }
    python::agrees(&paths);
}

/// The bytes of a recording with a value of a note replaced by others, with checksums that agree.
fn forged(from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut replay = Replay::options().metadata("a", 7_654_321).in_memory();
    replay.record(&weights(), Metrics::new()).unwrap();
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes).unwrap();
    let meta = records(&bytes)[0].meta.clone();
    let at = meta.start + bytes[meta.clone()].windows(from.len()).rposition(|window| window == from).unwrap();
    bytes[at..at + to.len()].copy_from_slice(to);
    reseal(&mut bytes);
    bytes
}

#[test]
fn values_that_are_none_are_an_error_that_says_so_and_nothing_is_shown_for_them() {
    let (integer, place) = (7_654_321_i128.to_le_bytes(), [0, 0, 0, 0, 0, 0, 0, 0, 2, 16]);
    let folder = tempfile::tempdir().unwrap();
    let (mut paths, mut messages) = (Vec::new(), Vec::new());
    for (from, to) in [
        (&place[..], [1, 0, 0, 0, 0, 0, 0, 0, 2, 16]), // of a note that is not there
        (&place[..], [0, 0, 0, 0, 0, 0, 0, 0x80, 2, 16]), // far beyond
        (&place[..], [0, 0, 0, 0, 0, 0, 0, 0, 4, 16]), // a number of 16 bytes
        (&place[..], [0, 0, 0, 0, 0, 0, 0, 0, 17, 16]), // truth values that are none
        (&place[..], [0, 0, 0, 0, 0, 0, 0, 0, 16, 16]), // a text that is longer than the file
    ] {
        let bytes = forged(from, &to);
        match Replay::from_bytes(bytes.clone()) {
            Err(Error::Corrupted { reason, .. }) => messages.push(reason),
            other => panic!("{to:?}: {other:?}"),
        }
        paths.push(folder.path().join(paths.len().to_string()));
        fs::write(paths.last().unwrap(), bytes).unwrap();
    }
    assert!(
        messages[0].contains("of note 1") && messages[2..].iter().all(|it| it.contains("not whole")),
        "{messages:?}"
    );
    python::agrees(&paths);
    let other = Replay::from_bytes(forged(&place, &[0, 0, 0, 0, 0, 0, 0, 0, 99, 16])).unwrap();
    assert_eq!(other.metadata().get("a"), Some("7654321".into()), "of a type of a later version the text is known");
    let other = Replay::from_bytes(forged(&integer, &9_i128.to_le_bytes())).unwrap();
    assert_eq!(other.metadata().get("a"), Some(9.into()));
}

#[test]
fn notes_of_a_run_that_went_on_that_are_none_are_damage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    record(Replay::options().metadata("a", 1), &path).unwrap();
    Replay::options().metadata("a", true).append(&path).unwrap().finish().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let meta = records(&bytes).into_iter().rfind(|record| record.kind == 0x8000).unwrap().meta;
    bytes[meta.end - 1] = 2; // neither true nor false
    reseal(&mut bytes);
    fs::write(&path, bytes).unwrap();
    let replay = Replay::open(&path).unwrap();
    assert!(replay.damage().len() == 1 && replay.damage()[0].reason.contains("notes"), "{:?}", replay.damage());
    assert_eq!((replay.metadata().get("a"), replay.weights(0).unwrap()), (Some(1.into()), weights()));
    python::agrees(&[path]);
}

fn run(notes: &[(&str, NoteValue)], loss: f64) -> Replay {
    let options = notes.iter().fold(Replay::options(), |options, (key, value)| options.metadata(*key, value));
    let mut replay = options.in_memory();
    replay.record(&weights(), Metrics::new()).unwrap();
    replay.record(&weights(), [("loss", loss)]).unwrap();
    replay
}

/// Runs named by the place of their value; of every second one the value was another one before.
fn noted_runs(values: impl IntoIterator<Item = Option<NoteValue>>) -> Runs {
    let replay = |(i, value): (usize, Option<NoteValue>)| {
        let notes = value.map(|value| [("before", 1.into()), ("lr", 99.into()), ("lr", value)]);
        (i.to_string(), run(notes.as_ref().map_or(&[], |notes| &notes[(1 + i % 2)..]), i as f64))
    };
    values.into_iter().enumerate().map(replay).collect()
}

fn groups(runs: Runs, key: &str) -> Vec<(String, Vec<String>)> {
    let names = |runs: &Runs| runs.iter().map(|(name, _)| name.to_owned()).collect();
    runs.group_by(key).unwrap().groups.iter().map(|group| (group.to_string(), names(&group.runs))).collect()
}

#[test]
fn groups_are_in_the_order_of_numbers_then_texts_then_lists_and_those_without_come_last() {
    let values: Vec<Option<NoteValue>> = vec![
        Some("auto".into()),
        Some(0.1.into()),
        None,
        Some(10.into()),
        Some([1, 2].into()),
        Some(0.1_f32.into()),
        Some(1e-3.into()),
        Some("0.1".into()),
        Some(f64::NAN.into()),
        Some(10.0.into()),
        Some(true.into()),
        None,
        Some(f32::NAN.into()),
    ];
    let expected: [(&str, &[&str]); 9] = [
        ("0.001", &["6"]),
        ("0.1", &["1", "5"]),
        ("10", &["3", "9"]),
        ("NaN", &["8", "12"]),
        ("true", &["10"]),
        ("\"0.1\"", &["7"]), // a text, and no number
        ("auto", &["0"]),
        ("[1, 2]", &["4"]),
        ("without lr", &["2", "11"]),
    ];
    let found = groups(noted_runs(values), "lr");
    assert_eq!(found, expected.map(|(name, runs)| (name.to_owned(), runs.iter().map(|&run| run.into()).collect())));
}

#[test]
fn one_group_of_all_and_a_text_as_the_group_without_is_called() {
    assert_eq!(groups(noted_runs([Some(1.into()), Some(1_u8.into())]), "lr").len(), 1);
    let found = groups(noted_runs([None, Some("without lr".into())]), "lr");
    assert_eq!(
        found,
        [("\"without lr\"".to_owned(), vec!["1".to_owned()]), ("without lr".to_owned(), vec!["0".into()])]
    );
}

#[test]
fn a_key_that_no_run_has_is_an_error_that_names_those_there_are() {
    let error = noted_runs([Some(1.into()), None]).group_by("learning_rate").unwrap_err();
    assert!(matches!(error, Error::Missing { .. }));
    assert!(error.to_string().contains("\"learning_rate\"") && error.to_string().contains("\"lr\""), "{error}");
    assert!(Runs::new().group_by("lr").is_err());
    let many = run(&[("a", 1.into()), ("b\n", 1.into())], 0.0);
    let error = Runs::from_iter([("run".to_owned(), many)]).group_by("").unwrap_err().to_string();
    assert!(error.contains(r#""a", "b\n""#), "{error}");
}

#[test]
fn a_group_is_asked_as_any_runs_are_and_no_file_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    for (name, rate) in [("a1", 0.1), ("a2", 0.1), ("b1", 0.01)] {
        let path = folder.path().join(name).with_extension("replay");
        record(Replay::options().metadata("lr", rate), &path).unwrap();
    }
    fs::write(folder.path().join("empty.replay"), "").unwrap();
    let groups = Runs::open_folder(folder.path()).unwrap().group_by("lr").unwrap();
    assert_eq!(groups.failed[0].0, "empty");
    let sizes: Vec<_> = groups.groups.iter().map(|group| (group.value.clone(), group.runs.len())).collect();
    assert_eq!(sizes, [(Some(0.01.into()), 1), (Some(0.1.into()), 2)]);
    for group in &groups.groups {
        assert_eq!(group.runs.band("loss", 0.5).unwrap().median, [0.5]);
    }
}

#[test]
fn runs_are_filtered_by_what_was_noted_last_and_what_failed_stays() {
    let runs = noted_runs([Some(0.1.into()), Some(0.01_f32.into()), None, Some("auto".into()), Some(1.into())]);
    let condition: NoteCondition = "lr >= 0.1".parse().unwrap();
    let meets = |replay: &Replay| replay.metadata().get(condition.key()).and_then(|value| condition.holds(&value));
    let runs = runs.filter(|_, replay| meets(replay) == Some(true));
    assert_eq!(runs.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["0", "4"]);
    let folder = tempfile::tempdir().unwrap();
    record(Replay::options(), &folder.path().join("a.replay")).unwrap();
    fs::write(folder.path().join("empty.replay"), "").unwrap();
    let none = Runs::open_folder(folder.path()).unwrap().filter(|_, _| false);
    assert_eq!((none.len(), none.failed().len()), (0, 1));
}
