//! The command `training-replay`, through the binary: what it says, and what it exits with.
#![cfg(feature = "cli")]

mod common;
#[path = "common/page.rs"]
mod page;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::Command,
};

use common::{
    command::{Ran, Running, call, command, run},
    recordings::{damaged, folder, foreign, killed, steps_only, train, with_steps},
};
use page::DecodedPage;
use serde_json::{Value, json};
use training_replay::{Activation, Dense, Metrics, NoteValue, Parameter, Replay, Sequential, Weights, plot::Texts};

/// Subcommands that ask one recording, with what they need beside it.
const QUESTIONS: [&str; 15] = [
    "info",
    "story",
    "diagnose",
    "landscape",
    "curve",
    "classes",
    "samples",
    "depth",
    "influence",
    "verify",
    "check",
    "diff --epochs 0,last",
    "figure -o a.png",
    "gif --every 10 -o a.gif",
    "page -o a.html",
];

/// Subcommands that copy a recording.
const COPIES: [&str; 3] = ["pack -o b.replay", "repair -o b.replay", "thin --every 2 -o b.replay"];

fn everything() -> impl Iterator<Item = &'static str> {
    QUESTIONS.into_iter().chain(COPIES)
}

#[test]
fn whatever_is_asked_of_a_recording_it_stays_as_it_was() {
    let folder = folder();
    let paths = [folder.path().join("run.replay"), killed(folder.path()), damaged(folder.path())];
    for path in paths {
        let before = (fs::read(&path).unwrap(), path.metadata().unwrap().modified().unwrap());
        for question in everything() {
            let force = if COPIES.contains(&question) { " --force" } else { "" };
            let line = format!("{question}{force} {}", path.display());
            call(folder.path(), &line);
            let after = (fs::read(&path).unwrap(), path.metadata().unwrap().modified().unwrap());
            assert!(before == after, "{line}");
        }
    }
}

#[test]
fn every_subcommand_writes_json_of_a_known_version() {
    let folder = folder();
    for question in everything() {
        drop(fs::remove_file(folder.path().join("b.replay")));
        let ran = call(folder.path(), &format!("{question} --json run.replay"));
        let document = ran.json();
        assert_eq!(document["schema_version"], 1, "{question}");
        assert_eq!(document["command"], question.split(' ').next().unwrap());
        assert!(ran.err.is_empty(), "{ran:?}");
    }
    assert_eq!(call(folder.path(), "runs --json").json()["schema_version"], 1);
    let watched = call(folder.path(), "watch --json run.replay").out;
    let lines: Vec<Value> = watched.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines[20]["epoch"], &lines[20]["schema_version"]), (21, &json!(20), &json!(1)));
}

#[test]
fn what_cannot_be_read_is_one_line_that_begins_with_its_name_and_exits_with_2() {
    let folder = folder();
    fs::write(folder.path().join("empty.replay"), "").unwrap();
    fs::write(folder.path().join("text.replay"), "epoch,loss\n0,1\n").unwrap();
    let cases = [
        ("missing.replay", "missing.replay: "),
        ("empty.replay", "empty.replay: nothing was recorded yet"),
        ("text.replay", "text.replay: not a recording"),
        ("-", "-: the standard input is no recording"),
        (".", ".: it is a folder"),
    ];
    for question in everything() {
        for (file, begin) in cases {
            let ran = call(folder.path(), &format!("{question} {file}"));
            assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{question} {file}");
            assert!(ran.error().starts_with(begin), "{question}: {}", ran.error());
        }
    }
    for file in ["missing.replay", "text.replay", "-", "."] {
        assert_eq!(call(folder.path(), &format!("watch {file}")).status, 2);
    }
}

#[test]
fn a_later_format_is_refused_by_its_number() {
    let folder = folder();
    let path = folder.path().join("run.replay");
    let mut bytes = fs::read(&path).unwrap();
    bytes[8] = 9;
    let crc = crc32(&bytes[..60]);
    bytes[60..64].copy_from_slice(&crc.to_le_bytes());
    fs::write(&path, bytes).unwrap();
    let ran = call(folder.path(), "info run.replay");
    assert_eq!(ran.error(), "run.replay: file format 9 is newer than the newest that is read, 1");
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, bit: u32| (crc >> 1) ^ if (crc ^ bit) & 1 == 1 { 0xedb8_8320 } else { 0 };
    let byte = |crc, byte: &u8| (0..8).fold(crc, |crc, bit| step(crc, u32::from(*byte) >> bit));
    !bytes.iter().fold(!0, byte)
}

#[test]
fn usage_errors_exit_with_2_and_help_with_0() {
    let folder = folder();
    for line in
        ["", "frobnicate", "info", "info --frobnicate run.replay", "figure run.replay", "curve --every 0 run.replay"]
    {
        let ran = call(folder.path(), line);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{line}: {ran:?}");
        assert!(ran.err.starts_with("error: "), "{}", ran.err);
    }
    assert_eq!(call(folder.path(), "--version").out, concat!("training-replay ", env!("CARGO_PKG_VERSION"), "\n"));
    for name in subcommands() {
        let ran = call(folder.path(), &format!("{name} --help"));
        assert_eq!((ran.status, ran.err.as_str()), (0, ""));
        for part in ["Examples:\n  training-replay ", "Exit status: 0 done"] {
            assert!(ran.out.contains(part), "{name} --help has no {part:?}");
        }
    }
}

/// All subcommands, as `--help` lists them.
fn subcommands() -> Vec<String> {
    let help = call(Path::new("."), "--help").out;
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let (list, _) = list.split_once("\n\n").unwrap();
    list.lines()
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn one_file_that_cannot_be_read_leaves_the_others_answered() {
    let folder = folder();
    let ran = call(folder.path(), "info missing.replay run.replay");
    assert_eq!(ran.status, 2);
    assert!(ran.out.starts_with("run.replay:\nformat    1.1\n"), "{}", ran.out);
    assert!(ran.error().starts_with("missing.replay: "));
    let files = call(folder.path(), "info --json missing.replay run.replay").json()["files"].clone();
    assert_eq!(
        (&files[0]["status"], &files[1]["status"], &files[1]["file"]),
        (&json!(2), &json!(0), &json!("run.replay"))
    );
    assert!(files[0]["error"].as_str().unwrap().starts_with("missing.replay: "));
}

#[test]
fn a_recording_without_a_model_says_what_can_be_asked_and_answers_that() {
    let folder = folder();
    foreign(folder.path());
    for question in ["story", "samples", "depth", "verify", "figure -o a.png", "gif -o a.gif", "page -o a.html"] {
        let ran = call(folder.path(), &format!("{question} foreign.replay"));
        assert_eq!(ran.status, 2, "{question}");
        assert!(ran.error().contains("no description of its model") && ran.error().contains("`thin`"), "{ran:?}");
    }
    for question in [
        "info",
        "curve",
        "check",
        "diff --epochs 1,1",
        "watch",
        "pack -o p.replay",
        "repair -o r.replay",
        "thin --every 2 -o t.replay",
    ] {
        assert_eq!(call(folder.path(), &format!("{question} foreign.replay")).status, 0, "{question}");
    }
    let arrays =
        call(folder.path(), "info --parameters --json foreign.replay").json()["files"][0]["parameters"].clone();
    assert_eq!(arrays[0], json!({ "layer": "conv", "name": "kernel", "shape": [2, 3], "type": "f32" }));
    assert_eq!(arrays[1]["type"], "f64");
}

#[test]
fn a_recording_of_steps_alone_has_curves_and_no_story() {
    let folder = folder();
    steps_only(folder.path());
    assert_eq!(
        call(folder.path(), "curve --steps --csv steps.replay").out,
        "epoch,step,loss\n1,1,0.5\n1,2,0.25\n1,3,0.16666666666666666\n"
    );
    for question in ["story", "verify", "page -o a.html", "figure -o a.png"] {
        let ran = call(folder.path(), &format!("{question} steps.replay"));
        assert_eq!(ran.status, 2, "{question}");
        assert!(ran.error().starts_with("steps.replay: "), "{ran:?}");
    }
    assert_eq!(call(folder.path(), "check steps.replay").status, 0);
    assert_eq!(call(folder.path(), "pack steps.replay -o packed.replay").status, 0);
}

#[test]
fn data_that_were_not_recorded_are_given_as_a_table() {
    let folder = folder();
    let path = folder.path().join("bare.replay");
    let mut replay = Replay::options().create(&path).unwrap();
    let model = common::recordings::model(1);
    replay.record(&model, Metrics::new()).unwrap();
    drop(replay);
    fs::write(folder.path().join("points.csv"), "x1,x2,class\n0.5,0.5,0\n1,-1,1\n-1,0.25,0\n").unwrap();
    let asked = call(folder.path(), "story bare.replay");
    assert_eq!(
        (asked.status, asked.out.contains("a data set, by --data FILE.csv, would give them")),
        (0, true),
        "{asked:?}"
    );
    let given = call(folder.path(), "story --data points.csv --label class --loss hinge bare.replay");
    assert_eq!(given.status, 2, "hinge is no loss that is known");
    let given = call(folder.path(), "story --data points.csv --label class --loss binary_crossentropy bare.replay");
    assert_eq!((given.status, given.out.contains("At epoch 0")), (0, true), "{given:?}");
    assert!(call(folder.path(), "story --data no.csv --label class bare.replay").error().starts_with("no.csv: "));
}

#[test]
fn curves_are_exact_in_csv_and_json_and_what_was_not_logged_is_empty() {
    let folder = folder();
    let replay = Replay::open(folder.path().join("run.replay")).unwrap();
    let curve = replay.curve("loss").unwrap();
    let csv = call(folder.path(), "curve --csv -m loss run.replay").out;
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!((lines[0], lines[1], lines.len()), ("epoch,loss", "0,", 22));
    let read: Vec<(u64, f64)> = lines[2..]
        .iter()
        .map(|line| line.split_once(',').unwrap())
        .map(|(e, v)| (e.parse().unwrap(), v.parse().unwrap()))
        .collect();
    assert_eq!(read, curve);
    let json = call(folder.path(), "curve --json -m loss run.replay").json()["files"][0].clone();
    assert_eq!((&json["metrics"]["loss"][0], json["metrics"]["loss"][20].as_f64()), (&Value::Null, Some(curve[19].1)));
    let ran = call(folder.path(), "curve -m recall run.replay");
    assert_eq!(
        (ran.status, ran.error()),
        (2, r#"run.replay: no metric "recall" was logged; logged are ["loss", "accuracy", "learning_rate"]"#)
    );
    let many = call(folder.path(), "curve --csv -m loss --epochs last run.replay other.replay").out;
    assert!(many.starts_with("file,epoch,loss\nrun.replay,20,") && many.contains("\nother.replay,20,"), "{many}");
}

#[test]
fn what_is_not_finite_keeps_its_name() {
    let folder = folder();
    let mut replay = Replay::options().create(folder.path().join("nan.replay")).unwrap();
    let weights = Weights::from_iter([Parameter::new("a", "b", [1], vec![f32::NAN])]);
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.5] {
        replay.record(&weights, [("a,\"b", value)]).unwrap();
    }
    drop(replay);
    let csv = call(folder.path(), "curve --csv nan.replay").out;
    assert_eq!(csv, "epoch,\"a,\"\"b\"\n0,NaN\n1,Infinity\n2,-Infinity\n3,0.5\n");
    let json = call(folder.path(), "curve --json nan.replay").json();
    assert_eq!(json["files"][0]["metrics"]["a,\"b"], json!(["NaN", "Infinity", "-Infinity", 0.5]));
    assert_eq!(call(folder.path(), "runs --metric a,\"b --goal min").status, 0);
}

#[test]
fn what_was_recorded_moves_no_cursor_and_breaks_no_line() {
    let folder = folder();
    let hostile = "a\n\u{1b}[2J\u{202e}b";
    let mut replay = Replay::options().metadata(hostile, hostile).create(folder.path().join("hostile.replay")).unwrap();
    let weights = Weights::from_iter([Parameter::new(hostile, hostile, [1], vec![1.0_f32])]);
    replay.record(&weights, [(hostile, 1.0)]).unwrap();
    replay.finish().unwrap();
    for question in ["info --parameters", "curve", "watch", "diff --epochs 0,0"] {
        let ran = call(folder.path(), &format!("{question} hostile.replay"));
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(ran.out.contains("a\\n\\u{1b}[2J\\u{202e}b"), "{ran:?}");
        assert!(!ran.out.contains('\u{1b}') && !ran.out.contains('\u{202e}'), "{ran:?}");
    }
    assert_eq!(
        call(folder.path(), "info --json hostile.replay").json()["files"][0]["notes"],
        json!([[hostile, hostile]])
    );
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_work() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let folder = folder();
    let name = OsStr::from_bytes(b"r\xffn.replay");
    fs::rename(folder.path().join("run.replay"), folder.path().join(name)).unwrap();
    for question in QUESTIONS {
        let arguments = question.split(' ').map(OsStr::new).chain([name]);
        let ran = run(folder.path(), arguments);
        assert!(ran.err.is_empty() && ran.status < 2, "{question}: {ran:?}");
    }
    let output = OsStr::from_bytes(b"c\xfe.replay");
    assert_eq!(run(folder.path(), [OsStr::new("pack"), name, OsStr::new("-o"), output]).status, 0);
    assert!(folder.path().join(output).exists());
    assert_eq!(call(folder.path(), "runs").out.matches('\u{fffd}').count(), 2);
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let folder = folder();
    // Enough to fill a pipe.
    let mut replay = Replay::options().create(folder.path().join("long.replay")).unwrap();
    let weights = Weights::from_iter([Parameter::new("a", "b", [1], vec![1.0_f32])]);
    for epoch in 0..20_000 {
        replay.record(&weights, [("loss", f64::from(epoch))]).unwrap();
    }
    replay.finish().unwrap();
    for line in ["curve long.replay", "curve --csv long.replay", "watch long.replay", "info --json long.replay"] {
        let mut child = command(folder.path(), line.split(' ')).spawn().unwrap();
        let mut first = String::new();
        let mut reader = BufReader::with_capacity(16, child.stdout.take().unwrap());
        if !line.starts_with("info") {
            reader.read_line(&mut first).unwrap();
        }
        drop(reader);
        let done = child.wait_with_output().unwrap();
        assert_eq!((done.status.code(), String::from_utf8(done.stderr).unwrap()), (Some(0), String::new()), "{line}");
    }
}

#[test]
fn a_sound_recording_verifies_and_a_changed_one_does_not() {
    let folder = folder();
    assert_eq!(call(folder.path(), "verify run.replay").status, 0);
    let data = training_replay::datasets::moons(60, 0.1, 99);
    let inputs = data.inputs();
    let line = |(row, class): (usize, usize)| format!("{},{},{class}\n", inputs[(row, 0)], inputs[(row, 1)]);
    let table: String = data.classes().unwrap().into_iter().enumerate().map(line).collect();
    fs::write(folder.path().join("others.csv"), "x1,x2,class\n".to_owned() + &table).unwrap();
    let ran = call(folder.path(), "verify --json --data others.csv --label class run.replay");
    assert_eq!((ran.status, &ran.json()["files"][0]["verdict"]), (1, &json!("other_data")));
    let same = call(folder.path(), "verify --on validation run.replay");
    assert_eq!(same.status, 0, "{same:?}");
}

#[test]
fn damage_fails_a_check_and_what_was_never_whole_does_not() {
    let folder = folder();
    damaged(folder.path());
    killed(folder.path());
    let ran = call(folder.path(), "check --json damaged.replay killed.replay run.replay");
    let files = ran.json()["files"].clone();
    let statuses: Vec<&Value> = files.as_array().unwrap().iter().map(|file| &file["status"]).collect();
    assert_eq!((ran.status, statuses), (1, vec![&json!(1), &json!(0), &json!(0)]));
    assert_eq!(files[0]["damage"].as_array().unwrap().len(), 2);
    assert!(files[1]["torn_bytes"].as_u64().unwrap() > 0);
    assert_eq!(call(folder.path(), "check --finished killed.replay").status, 1);
    let quiet = call(folder.path(), "check --quiet run.replay other.replay");
    assert_eq!((quiet.status, quiet.err.as_str()), (0, ""));
}

#[test]
fn runs_that_differ_exit_with_1() {
    let folder = folder();
    foreign(folder.path());
    let lines = [
        ("diff run.replay run.replay", 0),
        ("diff run.replay other.replay", 1),
        ("diff --tolerance 100 run.replay other.replay", 0),
        ("diff run.replay foreign.replay", 1),
        ("diff --epochs 3,3 run.replay", 0),
        ("diff --epochs first,last run.replay", 1),
        ("diff --epochs 3,99 run.replay", 2),
        ("diff --epochs 3 run.replay", 2),
        ("diff --tolerance -1 run.replay other.replay", 2),
        ("diff --tolerance NaN run.replay other.replay", 2),
        ("diff run.replay", 2),
    ];
    for (line, status) in lines {
        let ran = call(folder.path(), line);
        assert_eq!(ran.status, status, "{line}: {ran:?}");
    }
    assert_eq!(call(folder.path(), "diff --json run.replay other.replay").json()["first"]["epoch"], 0);
    call(folder.path(), "thin --every 2 run.replay -o thin.replay");
    let ran = call(folder.path(), "diff --json run.replay thin.replay");
    assert_eq!((ran.status, &ran.json()["only_in"]), (1, &json!([10, 0])), "epochs that only one has differ");
}

#[test]
fn runs_are_listed_sorted_and_filtered() {
    let folder = folder();
    fs::create_dir(folder.path().join("sub")).unwrap();
    killed(&folder.path().join("sub"));
    with_steps(folder.path());
    let names = |line: &str| -> Vec<String> {
        let runs = call(folder.path(), line).json()["runs"].clone();
        runs.as_array()
            .unwrap()
            .iter()
            .map(|run| run["file"].as_str().unwrap().trim_start_matches("./").to_owned())
            .collect()
    };
    assert_eq!(names("runs --json"), ["other.replay", "run.replay", "sub/killed.replay", "with_steps.replay"]);
    assert_eq!(
        names("runs --json --sort epochs"),
        ["with_steps.replay", "sub/killed.replay", "other.replay", "run.replay"]
    );
    assert_eq!(names("runs --json --sort best")[0], "with_steps.replay");
    assert_eq!(names("runs --json --sort best --reverse")[3], "with_steps.replay");
    assert_eq!(names("runs --json --finished").len(), 3);
    assert_eq!(names("runs --json --where seed=1 --where optimizer").len(), 4);
    assert!(names("runs --json --where seed=2").is_empty());
    let unknown = call(folder.path(), "runs --metric f1");
    assert_eq!((unknown.status, unknown.error().contains("--goal min or --goal max")), (2, true));
    fs::write(folder.path().join("sub/empty.replay"), "").unwrap();
    let ran = call(folder.path(), "runs");
    assert_eq!((ran.status, ran.out.lines().count()), (2, 5));
    assert!(ran.error().contains("empty.replay: nothing was recorded yet"));
    let best = call(folder.path(), "runs --json").json()["runs"][1].clone();
    let curve = Replay::open(folder.path().join("run.replay")).unwrap().curve("loss").unwrap();
    let least = curve.iter().copied().reduce(|a, b| if b.1 < a.1 { b } else { a }).unwrap();
    assert_eq!((best["best_epoch"].as_u64(), best["best"].as_f64()), (Some(least.0), Some(least.1)));
}

/// A recording of one epoch with notes and a loss.
fn noted(folder: &Path, name: &str, notes: &[(&str, NoteValue)], loss: f64) {
    let options = notes.iter().fold(Replay::options(), |options, (key, value)| options.metadata(*key, value));
    let mut replay = options.create(folder.join(name).with_extension("replay")).unwrap();
    replay.record(&Weights::from_iter([Parameter::new("a", "b", [1], vec![0.5_f32])]), [("loss", loss)]).unwrap();
    replay.finish().unwrap();
}

#[test]
fn runs_are_filtered_and_grouped_by_notes_of_any_type() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    noted(folder, "a", &[("lr", 0.05_f32.into()), ("on", true.into())], 0.5);
    noted(folder, "b", &[("lr", "0.05".into()), ("on", "true".into())], 0.25);
    noted(folder, "c", &[("lr", 1.into()), ("lr", 0.05.into())], 0.75);
    noted(folder, "d", &[("lr", u64::MAX.into())], f64::NAN);
    noted(folder, "e", &[("units", [64, 32].into())], 1.0);
    let files = |call: &Ran| -> String {
        let document = call.json();
        let runs = document["runs"].as_array().unwrap().iter();
        runs.map(|run| run["file"].as_str().unwrap().trim_start_matches("./").trim_end_matches(".replay")).collect()
    };
    let asked = |condition: &str| {
        let ran = run(folder, ["runs", "--json", "--where", condition]);
        (ran.status, files(&ran))
    };
    let cases = [
        ("lr=0.05", "abc"),
        ("lr = 5e-2", "ac"), // a text is its characters
        ("lr>=0.05", "abcd"),
        ("lr>18446744073709551614", "d"),
        ("lr!=0.05", "d"), // not the run without it
        ("on=true", "ab"),
        ("units=[64,32]", "e"),
        ("units", "e"),
        ("lr<0", ""),
    ];
    for (condition, expected) in cases {
        assert_eq!(asked(condition), (0, expected.to_owned()), "{condition}");
    }
    let both = run(folder, ["runs", "--json", "--where", "lr<1", "--where", "on"]);
    assert_eq!(files(&both), "ab");
    let groups = run(folder, ["runs", "--group-by", "lr"]);
    let expected = [
        "lr                    runs  with loss  best loss  median   worst  best run",
        "0.05                     2          2     0.5000  0.6250  0.7500         a",
        "18446744073709551615     1          0          -       -       -         -",
        "\"0.05\"                   1          1     0.2500  0.2500  0.2500         b",
        "without lr               1          1          1       1       1         e",
    ];
    assert_eq!((groups.status, groups.out.lines().collect::<Vec<_>>()), (0, expected.to_vec()));
    let document = run(folder, ["runs", "--json", "--group-by", "lr", "--where", "lr"]).json();
    assert_eq!(document["group_by"], "lr");
    let values: Vec<_> = document["groups"].as_array().unwrap().iter().map(|group| &group["value"]).collect();
    assert_eq!(values, [&json!(0.05), &json!(u64::MAX), &json!("0.05")]);
    let typed = call(folder, "info --json c.replay").json()["files"][0]["typed_notes"].clone();
    let note = |kind: &str, value: Value| json!({ "key": "lr", "type": kind, "value": value });
    assert_eq!(typed, json!([note("integer", json!(1)), note("f64", json!(0.05))]));
}

#[test]
fn what_cannot_be_compared_is_left_out_aloud_and_a_key_of_no_run_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    noted(folder.path(), "a", &[("lr", 0.1.into())], 0.5);
    noted(folder.path(), "b", &[("lr", "by a schedule".into())], 0.5);
    let ran = run(folder.path(), ["runs", "--where", "lr>=0.01"]);
    assert_eq!((ran.status, ran.out.lines().count()), (2, 2), "{ran:?}");
    assert!(ran.error().contains("b.replay: left out: its note \"lr\", by a schedule"), "{ran:?}");
    for arguments in [["--where", "learning_rate>1"], ["--group-by", "learning_rate"], ["--where", "learning_rate"]] {
        let ran = run(folder.path(), [&["runs"][..], &arguments].concat());
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{ran:?}");
        assert!(
            ran.error().contains("none of these runs has the note \"learning_rate\"; noted are {\"lr\"}"),
            "{ran:?}"
        );
    }
    let ran = run(folder.path(), ["runs", "--where", ">=1"]);
    assert!(ran.status == 2 && ran.err.contains("the condition on notes is \">=1\""), "{ran:?}");
}

#[test]
fn stories_of_many_runs_come_in_their_order() {
    let folder = folder();
    let ran = call(folder.path(), "story --json run.replay other.replay run.replay");
    let files = ran.json()["files"].clone();
    let names: Vec<&str> = files.as_array().unwrap().iter().map(|file| file["file"].as_str().unwrap()).collect();
    assert_eq!(names, ["run.replay", "other.replay", "run.replay"]);
    assert_eq!(files[0]["milestones"], files[2]["milestones"]);
    let found = Replay::open(folder.path().join("run.replay")).unwrap();
    let found = found.run().unwrap().milestones(&training_replay::analysis::MilestoneOptions::default()).unwrap();
    let sentences: Vec<&str> =
        files[0]["milestones"].as_array().unwrap().iter().map(|row| row["sentence"].as_str().unwrap()).collect();
    assert_eq!(sentences.join("\n"), found.to_string().trim_end());
}

/// A page that was written in a folder.
fn page_in(folder: &Path, name: &str) -> DecodedPage {
    DecodedPage::read(fs::read_to_string(folder.join(name)).unwrap())
}

#[test]
fn a_killed_recording_becomes_a_page_in_one_command() {
    let folder = folder();
    killed(folder.path());
    let ran = call(folder.path(), "page killed.replay -o page.html");
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    let page = page_in(folder.path(), "page.html");
    assert_eq!(
        (&page.run(0)["epochs"], &page.run(0)["name"]),
        (&json!((0..=10).collect::<Vec<_>>()), &json!("killed"))
    );
    let two = call(folder.path(), "page run.replay other.replay --name a --name b --every 10 -o two.html");
    let page = page_in(folder.path(), "two.html");
    let epochs = [0, 1].map(|i| page.run(i)["epochs"].clone());
    assert_eq!((two.status, epochs), (0, [json!([0, 10, 20]), json!([0, 10, 20])]));
    assert_eq!(call(folder.path(), "page run.replay other.replay --name a -o three.html").status, 2);
    assert_eq!(call(folder.path(), "page run.replay -o page.txt").status, 2);
}

#[test]
fn a_page_is_in_the_language_of_a_file_of_texts_or_its_fault_is_named() {
    let folder = folder();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let german = Texts::english_file()
        .replace("\"language\": \"en\"", "\"language\": \"de\"")
        .replace("\"Play\"", "\"Abspielen\"");
    write("de.json", &german);
    write("half.json", &german.replace("\"play\": \"Abspielen\",", ""));
    assert_eq!(call(folder.path(), "page run.replay --texts de.json -o page.html").status, 0);
    let page = fs::read_to_string(folder.path().join("page.html")).unwrap();
    assert!(page.contains("<html lang=\"de\">") && page.contains("aria-label=\"Abspielen\""));
    for (arguments, why) in [
        ("--texts half.json -o half.html", "half.json: the text `controls.play` is missing"),
        ("--texts half.json --serve --port 0", "half.json: the text `controls.play` is missing"),
        ("--texts none.json -o half.html", "none.json: No such file"),
        ("--texts run.replay -o half.html", "run.replay: stream did not contain valid UTF-8"),
    ] {
        let ran = call(folder.path(), &format!("page run.replay {arguments}"));
        assert!(ran.status == 2 && ran.error().starts_with(why), "{}", ran.err);
    }
    assert!(!folder.path().join("half.html").exists());
}

#[test]
fn what_would_be_of_no_use_is_refused() {
    let folder = folder();
    assert_eq!(call(folder.path(), "classes --loss mean_squared_error run.replay").status, 2);
    for option in ["--loss mean_squared_error", "--on validation", "--threshold 0.3"] {
        let ran = call(folder.path(), &format!("landscape {option} run.replay"));
        assert!(ran.status == 2 && ran.err.contains("without --sharpness"), "{option}: {}", ran.err);
    }
}

#[test]
fn a_page_shows_more_panels_where_it_is_asked_to() {
    let folder = folder();
    let ran = call(folder.path(), "page --with landscape,spectra,similarity,map,depth run.replay -o page.html");
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    let page = page_in(folder.path(), "page.html").meta.to_string();
    for title in [
        "Loss around the path",
        "Spectrum of hidden/kernel",
        "Similarity of hidden over",
        "Data map",
        "Prediction depth",
    ] {
        assert!(page.contains(&format!("\"title\":\"{title}")), "{title}");
    }
    let none = call(folder.path(), "page --with landscape --epochs 3 run.replay -o none.html");
    assert!(none.status == 2 && none.err.contains("number of directions"), "{}", none.err);
    assert_eq!(call(folder.path(), "page --with nothing run.replay -o none.html").status, 2);
    assert!(!folder.path().join("none.html").exists());
}

#[test]
fn pictures_have_the_size_and_the_form_of_their_names() {
    let folder = folder();
    let ran = call(folder.path(), "figure run.replay --epoch 3 --size 700x400 --scale 2 --theme dark -o a.png");
    assert_eq!(ran.out, "a.png: epoch 3, 1400 x 800 pixels\n");
    let png = fs::read(folder.path().join("a.png")).unwrap();
    assert_eq!((&png[1..4], &png[16..24]), (&b"PNG"[..], &[0, 0, 5, 120, 0, 0, 3, 32][..]));
    for panel in [
        "space",
        "boundary",
        "curves",
        "losses",
        "confidences",
        "confusion",
        "network",
        "weights",
        "gradients",
        "activations",
    ] {
        let ran = call(folder.path(), &format!("figure run.replay --panel {panel} --size 500x400 -o {panel}.svg"));
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(fs::read_to_string(folder.path().join(format!("{panel}.svg"))).unwrap().starts_with("<svg"));
    }
    for line in [
        "figure run.replay -o a.jpg",
        "figure run.replay --epoch 99 -o a.png",
        "figure run.replay --layer no -o a.png",
        "figure run.replay --size 0x5 -o a.png",
        "gif run.replay -o a.png",
        "gif run.replay --fps 0 -o a.gif",
    ] {
        let ran = call(folder.path(), line);
        assert_eq!((ran.status, ran.err.lines().count()), (2, 1), "{line}: {ran:?}");
    }
    assert_eq!(call(folder.path(), "gif run.replay --epochs 0-4 --size 900x500 -o a.gif").out, "a.gif: 5 epochs\n");
    assert_eq!(&fs::read(folder.path().join("a.gif")).unwrap()[..6], b"GIF89a");
}

#[test]
fn completions_and_the_manual_know_every_subcommand() {
    let folder = folder();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = call(folder.path(), &format!("completions {shell}")).out;
        assert!(subcommands().iter().all(|name| script.contains(name.as_str())), "{shell}");
    }
    assert!(call(folder.path(), "manual page").out.contains("max\\-samples"));
    assert_eq!(call(folder.path(), "manual nothing").status, 2);
    let written = call(folder.path(), "manual --folder man").out;
    assert_eq!(written.lines().count(), subcommands().len() + 1);
    for name in subcommands() {
        let page = fs::read_to_string(folder.path().join(format!("man/training-replay-{name}.1"))).unwrap();
        assert!(page.contains("Exit status"), "{name}");
    }
    let bash = call(folder.path(), "completions bash").out;
    fs::write(folder.path().join("c.bash"), bash).unwrap();
    if let Ok(done) = Command::new("bash").arg("-n").arg(folder.path().join("c.bash")).status() {
        assert!(done.success(), "bash cannot read its completions");
    }
}

/// The command on a terminal of its own; nothing where there is no `script` of util-linux.
#[cfg(target_os = "linux")]
fn on_a_terminal(folder: &Path, line: &str, environment: &[(&str, &str)]) -> Option<String> {
    let command = format!("stty cols 80 2>/dev/null; {} {line}", env!("CARGO_BIN_EXE_training-replay"));
    let mut script = Command::new("script");
    script.current_dir(folder).args(["--quiet", "--return", "--command", &command, "/dev/null"]);
    script.env_remove("NO_COLOR").env("TERM", "xterm").envs(environment.iter().copied());
    match script.output() {
        Ok(done) => Some(String::from_utf8_lossy(&done.stdout).into_owned()),
        Err(_) => {
            println!("SKIPPED: there is no `script` to make a terminal with");
            None
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn bars_are_on_a_terminal_only_and_help_has_colors_unless_they_are_not_wanted() {
    let folder = folder();
    let line = "gif run.replay --size 900x600 -o a.gif";
    let Some(seen) = on_a_terminal(folder.path(), line, &[]) else { return };
    assert!(seen.contains("frames") && seen.contains(" of 21"), "{seen:?}");
    let piped = call(folder.path(), line);
    assert_eq!((piped.out.as_str(), piped.err.as_str()), ("a.gif: 21 epochs\n", ""));
    let help = |environment: &[(&str, &str)]| on_a_terminal(folder.path(), "--help", environment).unwrap_or_default();
    assert!(help(&[]).contains("\u{1b}["));
    assert!(!help(&[("NO_COLOR", "1")]).contains("\u{1b}["));
    assert!(!call(folder.path(), "--help").out.contains('\u{1b}'));
}

#[test]
fn a_watched_run_is_shown_as_it_comes_and_ends_with_it() {
    let folder = folder();
    let path = folder.path().join("live.replay");
    let mut watching = Running(command(folder.path(), ["watch", "--wait", "live.replay"]).spawn().unwrap());
    let mut lines = BufReader::new(watching.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut replay = Replay::options().create(&path).unwrap();
    replay.record(&common::recordings::model(1), [("loss", 0.5), ("accuracy", 0.25)]).unwrap();
    assert_eq!(lines.next().unwrap(), "epoch 0  loss 0.5000  accuracy 0.2500");
    replay.record(&common::recordings::model(2), [("recall", 1.0)]).unwrap();
    assert_eq!(lines.next().unwrap(), "epoch 1  recall 1");
    replay.finish().unwrap();
    assert_eq!(lines.next().unwrap(), "finished after 2 epochs");
    assert_eq!(watching.0.wait().unwrap().code(), Some(0));
}

#[cfg(unix)]
#[test]
fn a_watch_ends_with_a_sentence_when_its_file_vanishes_or_is_replaced_or_somebody_interrupts_it() {
    type Event = fn(&Path, u32);
    let events: [(Event, &str); 3] = [
        (|path, _| fs::remove_file(path).unwrap(), "live.replay: the file is gone, after 4 epochs"),
        (
            |path, _| fs::rename(path.with_file_name("run.replay"), path).unwrap(),
            "live.replay: it was replaced by another file, after 4 epochs",
        ),
        (
            |_, process| assert!(Command::new("kill").args(["-INT", &process.to_string()]).status().unwrap().success()),
            "live.replay: interrupted after 4 epochs; the run is not finished",
        ),
    ];
    for (event, sentence) in events {
        let folder = folder();
        let path = folder.path().join("live.replay");
        let _recorder = train(Replay::options().create(&path).unwrap(), 1, 3);
        let mut watching = command(folder.path(), ["watch", "live.replay"]).spawn().unwrap();
        let mut lines = BufReader::new(watching.stdout.take().unwrap()).lines();
        (0..4).for_each(|_| drop(lines.next().unwrap().unwrap()));
        event(&path, watching.id());
        let done = watching.wait_with_output().unwrap();
        assert_eq!((done.status.code(), String::from_utf8(done.stderr).unwrap().trim_end()), (Some(2), sentence));
    }
    let folder = folder();
    killed(folder.path());
    let ran = call(folder.path(), "watch --patience 0.1 killed.replay");
    assert_eq!(
        (ran.status, ran.error()),
        (2, "killed.replay: nothing new came after 11 epochs: has its recorder been stopped?")
    );
}

/// `FOLDER=runs cargo test --all-features --test command -- --ignored`, and then what `docs/command.md` says.
#[test]
#[ignore = "writes the 100 runs of the article that `docs/command.md` measures with, into FOLDER"]
fn hundred_runs_of_the_article() {
    let folder = std::path::PathBuf::from(std::env::var_os("FOLDER").unwrap());
    let data = training_replay::datasets::parabola(500, 13);
    for seed in 0..100 {
        let path = folder.join(format!("{seed:02}.replay"));
        let replay = Replay::options().dataset(&data).loss(training_replay::Loss::BinaryCrossEntropy);
        let mut replay = replay.create(path).unwrap();
        let mut trainer = training_replay::Trainer::new(
            training_replay::Loss::BinaryCrossEntropy,
            training_replay::Optimizer::sgd(0.05),
        );
        trainer = trainer.batch_size(16).seed(seed);
        let mut model = common::recordings::model(seed);
        replay.record(&model, Metrics::new()).unwrap();
        for _ in 0..150 {
            let metrics = trainer.epoch(&mut model, &data).unwrap();
            replay.record(&model, metrics).unwrap();
        }
        replay.finish().unwrap();
    }
}

/// An animation of a damaged recording said nothing of the epochs that it does without, and `info` called every loss of a model's own `own`.
#[test]
fn an_animation_says_what_it_leaves_out_and_a_loss_has_its_name() {
    let folder = folder();
    let line = |file: &str| format!("gif --panel curves --size 300x200 -o a.gif {file}");
    damaged(folder.path());
    let ran = call(folder.path(), &line("damaged.replay"));
    assert!(ran.out.contains("\nepoch 5 was skipped: "), "{ran:?}");
    let json = call(folder.path(), &format!("{} --json", line("run.replay"))).json();
    assert_eq!(json["caveats"], json!([]));

    let mut replay = Replay::options().own_loss("huber").create(folder.path().join("own.replay")).unwrap();
    let weights = Weights::from_iter([Parameter::new("line", "slope", [1], vec![1.0_f32])]);
    replay.record(&weights, Metrics::new()).unwrap();
    drop(replay);
    assert!(call(folder.path(), "info own.replay").out.contains("\nloss      huber\n"));
    assert_eq!(call(folder.path(), "info --json own.replay").json()["files"][0]["loss"], "huber");
}

/// A metric that no run had was a column of dashes.
#[test]
fn a_metric_that_no_run_logged_is_an_error_that_lists_those_there_are() {
    let folder = folder();
    let ran = call(folder.path(), "runs --metric val_losss .");
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.err.contains("none of these runs logged the metric") && ran.err.contains("loss"), "{ran:?}");
    assert!(ran.out.is_empty(), "{ran:?}");
    assert_eq!(call(folder.path(), "runs --metric loss .").status, 0);
}

/// The epochs of lost bytes were missing among the rows, and nothing was said.
#[test]
fn a_curve_says_which_bytes_are_lost_on_every_way_out() {
    let folder = folder();
    damaged(folder.path());
    let text = call(folder.path(), "curve damaged.replay");
    assert!(text.out.lines().last().unwrap().starts_with("bytes "), "{text:?}");
    let csv = call(folder.path(), "curve --csv damaged.replay");
    assert!(csv.err.starts_with("damaged.replay: bytes ") && !csv.out.contains("bytes "), "{csv:?}");
    let json = |file: &str| call(folder.path(), &format!("curve --json {file}")).json()["files"][0]["caveats"].clone();
    assert!(json("damaged.replay")[0].as_str().unwrap().starts_with("bytes "));
    assert_eq!(json("run.replay"), json!([]));
}

/// It said "finished after 5 epochs" of six that were recorded, and nothing of the one that is lost.
#[test]
fn who_watches_a_recording_hears_what_is_damaged() {
    let folder = folder();
    damaged(folder.path());
    let text = call(folder.path(), "watch damaged.replay");
    assert!(text.out.lines().last().unwrap().starts_with("bytes "), "{text:?}");
    let json = call(folder.path(), "watch --json damaged.replay");
    assert!(json.err.starts_with("damaged.replay: bytes ") && !json.out.contains("bytes "), "{json:?}");
    assert_eq!(call(folder.path(), "watch --json run.replay").err, "");
}

#[test]
fn runs_that_would_be_exported_under_one_name_are_an_error_and_none_is_written() {
    let folder = folder();
    for line in ["--name a --name a run.replay other.replay", "run.replay run.replay"] {
        for form in ["csv", "jsonl", "safetensors", "tensorboard"] {
            let ran = call(folder.path(), &format!("export --to {form} -o out {line}"));
            assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{form}: {ran:?}");
            assert!(ran.error().contains("two runs are called"), "{}", ran.error());
            assert!(!folder.path().join("out").exists(), "{form}");
        }
    }
}

#[test]
fn what_classes_cannot_say_of_an_epoch_is_said_with_its_reason() {
    let folder = folder();
    let data = training_replay::datasets::moons(20, 0.1, 7);
    let output = Dense::new(1).name("output").activation(Activation::Sigmoid);
    let model = Sequential::builder(2).layer(output).build(1).unwrap();
    let mut replay = Replay::options().dataset(&data).create(folder.path().join("nan.replay")).unwrap();
    replay.record(&model, Metrics::new()).unwrap();
    let kernel = Parameter::new("output", "kernel", [2, 1], vec![f32::NAN; 2]);
    let weights = Weights::from_iter([kernel, Parameter::new("output", "bias", [1], vec![0.0_f32])]);
    let diverged = training_replay::Forward::with_weights(&model, &weights).unwrap();
    replay.record(&diverged, Metrics::new()).unwrap();
    replay.finish().unwrap();
    let reason = "no calibration error: the number of samples without a prediction is 20; it must be 0";
    let ran = call(folder.path(), "classes --epochs 0,1 nan.replay");
    assert!(ran.out.lines().any(|line| line == format!("epoch 1: {reason}")), "{}", ran.out);
    let ran = call(folder.path(), "classes nan.replay");
    assert!(ran.out.lines().any(|line| line == reason), "{}", ran.out);
    let json: Value = serde_json::from_str(&call(folder.path(), "classes --json --epochs 0,1 nan.replay").out).unwrap();
    let of = |epoch: usize| &json["files"][0]["epochs"][epoch];
    assert!(of(0)["no_calibration"].is_null() && of(0)["calibration_error"].is_number());
    assert!(of(1)["no_calibration"].is_string() && of(1)["calibration_error"].is_null());
}
