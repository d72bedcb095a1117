//! Folders of checkpoints become recordings: which files, which epochs, every type bit for bit, and nothing half-written.
#![cfg(feature = "import")]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use safetensors::{Dtype as Kind, serialize_to_file, tensor::TensorView};
use training_replay::{
    Error, Metrics, Orientation, Parameter, Replay, Result, Values, Weights,
    half::{bf16, f16},
    import::Checkpoints,
};

/// An array as a file has it: name, type, shape and bytes.
type Array<'a> = (&'a str, Kind, Vec<usize>, Vec<u8>);

fn write(path: &Path, arrays: &[Array<'_>]) {
    let view = |(name, kind, shape, bytes)| {
        let (name, kind, shape, bytes): (&&str, &Kind, &Vec<usize>, &Vec<u8>) = (name, kind, shape, bytes);
        (name.to_string(), TensorView::new(*kind, shape.clone(), bytes).unwrap())
    };
    let views: Vec<_> = arrays.iter().map(|(name, kind, shape, bytes)| view((name, kind, shape, bytes))).collect();
    serialize_to_file(views, None, path).unwrap();
}

fn floats(name: &str, value: f32) -> Array<'_> {
    (name, Kind::F32, vec![2], [value, -value].iter().flat_map(|value| value.to_le_bytes()).collect())
}

/// A file with a single array that says which file it is.
fn marked(path: PathBuf, value: f32) -> PathBuf {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    write(&path, &[floats("layer.bias", value)]);
    path
}

fn mark(replay: &Replay, epoch: u64) -> f32 {
    replay.parameter(epoch, "layer", "bias").unwrap().values().to_f32()[0]
}

fn epochs(replay: &Replay) -> Vec<u64> {
    replay.epochs().collect()
}

fn message(result: Result<Replay>) -> String {
    result.map(|replay| epochs(&replay)).unwrap_err().to_string()
}

fn imported(folder: &Path) -> Result<Replay> {
    Checkpoints::in_folder(folder)?.into_replay()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn numbers_in_names_are_the_epochs_in_natural_order() {
    for names in [
        ["model_epoch_007.safetensors", "model_epoch_10.safetensors", "model_epoch_2.safetensors"],
        ["ckpt-7.safetensors", "ckpt-10.safetensors", "ckpt-2.safetensors"],
        ["resnet18 é 7.safetensors", "resnet18 é 10.safetensors", "resnet18 é 2.safetensors"],
        ["7.SAFETENSORS", "10.SAFETENSORS", "2.SAFETENSORS"],
        ["checkpoint-7/model.safetensors", "checkpoint-10/model.safetensors", "checkpoint-2/model.safetensors"],
        ["epoch'7\"/a.safetensors", "epoch'10\"/a.safetensors", "epoch'2\"/a.safetensors"],
    ] {
        let folder = tempfile::tempdir().unwrap();
        names.iter().zip([7.0, 10.0, 2.0]).for_each(|(name, epoch)| drop(marked(folder.path().join(name), epoch)));
        fs::write(folder.path().join("notes.txt"), "12").unwrap();
        fs::create_dir(folder.path().join("logs")).unwrap();
        let replay = imported(folder.path()).unwrap();
        assert_eq!(epochs(&replay), [2, 7, 10], "{names:?}");
        assert_eq!([2, 7, 10].map(|epoch| mark(&replay, epoch)), [2.0, 7.0, 10.0], "{names:?}");
    }
}

#[test]
fn what_the_trainer_writes_beside_its_checkpoints_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    for step in [500, 1000] {
        let inner = folder.path().join(format!("checkpoint-{step}"));
        marked(inner.join("model.safetensors"), step as f32);
        for other in ["optimizer.pt", "scheduler.pt", "rng_state.pth", "training_args.bin"] {
            fs::write(inner.join(other), "none of ours").unwrap();
        }
    }
    marked(folder.path().join("model.safetensors"), 1.0);
    assert_eq!(epochs(&imported(folder.path()).unwrap()), [500, 1000]);
}

#[test]
fn names_that_do_not_say_the_epochs_are_errors_and_can_be_numbered_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["epoch=1-step=30", "epoch=2-step=60"].map(|name| folder.path().join(format!("{name}.safetensors")));
    paths.iter().zip([1.0, 2.0]).for_each(|(path, value)| drop(marked(path.clone(), value)));
    let found = || Checkpoints::in_folder(folder.path()).unwrap();
    let error = message(found().into_replay());
    assert!(error.contains("2 that differ") && error.contains("number_after") && error.contains("epochs`"), "{error}");
    assert_eq!(epochs(&found().number_after("step=").into_replay().unwrap()), [30, 60]);
    let replay = found().epochs([9, 4]).into_replay().unwrap();
    assert_eq!((epochs(&replay), mark(&replay, 9), mark(&replay, 4)), (vec![4, 9], 1.0, 2.0));
    assert_eq!(found().epochs([9, 4]).list().unwrap()[0], (4, paths[1].clone()));
    assert!(message(found().epochs([1]).into_replay()).contains("of 2 checkpoints"));
    assert!(message(found().epochs([3, 3]).into_replay()).contains("3 of both"));
    let best = marked(folder.path().join("best.safetensors"), 3.0);
    assert!(message(imported(folder.path())).contains("\"best\""));
    assert_eq!(epochs(&Checkpoints::files([&best]).unwrap().epochs([17]).into_replay().unwrap()), [17]);
    assert!(message(Checkpoints::files([&best]).unwrap().into_replay()).contains("a number in each name"));
}

#[test]
fn none_two_kinds_or_several_in_a_folder_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    assert!(message(imported(folder.path())).contains("is none"));
    assert!(matches!(imported(&folder.path().join("nowhere")), Err(Error::Io { .. })));
    marked(folder.path().join("epoch1/a.safetensors"), 1.0);
    marked(folder.path().join("epoch2.safetensors"), 1.0);
    assert!(message(imported(folder.path())).contains("both, such as \"epoch2\" and \"epoch1\""));
    fs::remove_file(folder.path().join("epoch2.safetensors")).unwrap();
    marked(folder.path().join("epoch1/b.safetensors"), 1.0);
    assert!(message(imported(folder.path())).contains(r#"one of ["a", "b"]"#));
    let empty = tempfile::tempdir().unwrap();
    assert!(Checkpoints::files([empty.path()]).is_err());
    assert_eq!(Checkpoints::files::<PathBuf>([]).unwrap().list().unwrap(), []);
    assert!(Checkpoints::files::<PathBuf>([]).unwrap().into_replay().is_err(), "nothing was recorded");
}

/// One array of every type, as the format and as this crate call it.
fn every_type() -> Vec<(Array<'static>, Values<'static>)> {
    macro_rules! array {
        ($($name:literal $kind:ident $of:ty: [$($value:expr),*];)*) => {
            vec![$((
                ($name, Kind::$kind, vec![2, 2], [$($value),*].iter().flat_map(|value: &$of| value.to_le_bytes()).collect()),
                Values::from(vec![$($value),*] as Vec<$of>),
            )),*]
        };
    }
    let mut all = array! {
        "a.f32" F32 f32: [f32::from_bits(0x7fa0_1234), -0.0, 1e-45, f32::INFINITY];
        "a.f64" F64 f64: [f64::from_bits(0x7ff4_0000_0000_1234), -0.0, f64::MAX, 1e-320];
        "a.f16" F16 f16: [f16::from_bits(0x7d01), f16::NEG_ZERO, f16::MAX, f16::from_bits(1)];
        "a.bf16" BF16 bf16: [bf16::from_bits(0x7fa1), bf16::NEG_ZERO, bf16::MAX, bf16::from_bits(1)];
        "a.i8" I8 i8: [i8::MIN, -1, 0, i8::MAX];
        "a.i16" I16 i16: [i16::MIN, -1, 0, i16::MAX];
        "a.i32" I32 i32: [i32::MIN, -1, 0, i32::MAX];
        "a.i64" I64 i64: [i64::MIN, -1, (1 << 53) + 1, i64::MAX];
        "a.u8" U8 u8: [0, 1, 254, u8::MAX];
        "a.u16" U16 u16: [0, 1, 2, u16::MAX];
        "a.u32" U32 u32: [0, 1, 2, u32::MAX];
        "a.u64" U64 u64: [0, 1, (1 << 53) + 1, u64::MAX];
    };
    all.push((("a.bool", Kind::BOOL, vec![2, 2], vec![1, 0, 0, 1]), vec![true, false, false, true].into()));
    all.push((("a.none", Kind::F16, vec![3, 0], vec![]), Vec::<f16>::new().into()));
    all.push((("a.one", Kind::I64, vec![], 7_i64.to_le_bytes().to_vec()), vec![7_i64].into()));
    all
}

#[test]
fn every_type_is_kept_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let (arrays, expected): (Vec<_>, Vec<_>) = every_type().into_iter().unzip();
    for epoch in 0..3 {
        write(&folder.path().join(format!("{epoch}.safetensors")), &arrays);
    }
    let path = folder.path().join("run.replay");
    let replay = Checkpoints::in_folder(folder.path()).unwrap().write(&path).unwrap();
    assert!(replay.check_integrity().unwrap().is_empty());
    for epoch in 0..3 {
        for ((name, _, shape, _), expected) in arrays.iter().zip(&expected) {
            let found = replay.parameter(epoch, "a", name.strip_prefix("a.").unwrap()).unwrap();
            assert!(found.values().same_bits(expected) && found.shape() == *shape, "{name}");
        }
    }
    assert!(Replay::open(&path).unwrap().is_finished());
}

#[test]
fn types_that_recordings_do_not_keep_are_errors_with_file_and_array_and_can_be_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("1.safetensors");
    write(&path, &[floats("layer.bias", 1.0), ("layer.scale", Kind::F8_E4M3, vec![2], vec![1, 2])]);
    let error = message(imported(folder.path()));
    assert!(error.contains("\"layer.scale\"") && error.contains("1.safetensors is F8_E4M3"), "{error}");
    let found = Checkpoints::in_folder(folder.path()).unwrap().filter(|name| name != "layer.scale");
    assert_eq!(epochs(&found.into_replay().unwrap()), [1]);
    let found = Checkpoints::in_folder(folder.path()).unwrap().filter(|_| false);
    assert!(message(found.into_replay()).contains("the number of arrays"));
}

#[test]
fn layers_and_names_are_what_is_around_the_last_separator() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["a.b.weight", "a/b/kernel", "bias", "_orig_mod.a.b.bias", "x y/é\n"];
    write(&folder.path().join("1.safetensors"), &names.map(|name| floats(name, 1.0)));
    let replay = imported(folder.path()).unwrap();
    for (layer, name) in [("a.b", "weight"), ("a/b", "kernel"), ("", "bias"), ("_orig_mod.a.b", "bias"), ("x y", "é\n")]
    {
        assert!(replay.weights(1).unwrap().get(layer, name).is_some(), "{layer}/{name}");
    }
    let strip = |name: &str| name.trim_start_matches("_orig_mod.").to_owned();
    let replay = Checkpoints::in_folder(folder.path()).unwrap().rename(strip).into_replay().unwrap();
    assert!(replay.weights(1).unwrap().get("a.b", "bias").is_some());
    let error = message(Checkpoints::in_folder(folder.path()).unwrap().rename(|_| "same.name".into()).into_replay());
    assert!(error.contains("called otherwise than") && error.contains("1.safetensors"), "{error}");
    let error = message(Checkpoints::in_folder(folder.path()).unwrap().rename(|_| "layer.".into()).into_replay());
    assert!(error.contains("\"layer.\""), "{error}");
    write(&folder.path().join("1.safetensors"), &["a.b", "a/b"].map(|name| floats(name, 1.0)));
    assert!(message(imported(folder.path())).contains("called otherwise than"), "no collisions in silence");
}

#[test]
fn orientation_is_recorded_where_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let matrix = ("a.weight", Kind::F32, vec![1, 2], vec![0; 8]);
    write(&folder.path().join("1.safetensors"), &[matrix, floats("a.bias", 1.0)]);
    let oriented = Checkpoints::in_folder(folder.path()).unwrap().orientation(Orientation::OutputsInputs);
    let replay = oriented.into_replay().unwrap();
    let orientation = |name| replay.parameter(1, "a", name).unwrap().orientation();
    assert_eq!([orientation("weight"), orientation("bias")], [Some(Orientation::OutputsInputs), None]);
    let plain = imported(folder.path()).unwrap();
    assert_eq!(plain.parameter(1, "a", "weight").unwrap().orientation(), None);
}

fn index(folder: &Path, map: &[(&str, &str)]) {
    let map: Vec<_> = map.iter().map(|(name, file)| format!("{name:?}: {file:?}")).collect();
    let text = format!("{{\"metadata\": {{}}, \"weight_map\": {{{}}}}}", map.join(", "));
    fs::write(folder.join("model.safetensors.index.json"), text).unwrap();
}

#[test]
fn a_checkpoint_in_several_files_is_joined_by_its_index() {
    let folder = tempfile::tempdir().unwrap();
    for step in [10, 20] {
        let inner = folder.path().join(format!("checkpoint-{step}"));
        fs::create_dir(&inner).unwrap();
        let parts = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
        write(&inner.join(parts[0]), &[floats("a.bias", step as f32)]);
        write(&inner.join(parts[1]), &[floats("b.bias", 1.0), floats("c.bias", 2.0)]);
        index(&inner, &[("a.bias", parts[0]), ("b.bias", parts[1]), ("c.bias", parts[1])]);
    }
    let replay = imported(folder.path()).unwrap();
    assert_eq!((epochs(&replay), replay.weights(10).unwrap().len()), (vec![10, 20], 3));
    let inner = folder.path().join("checkpoint-20");
    let by_hand = Checkpoints::files([inner.join("model.safetensors.index.json")]).unwrap().epochs([1]);
    assert_eq!(by_hand.into_replay().unwrap().weights(1).unwrap().len(), 3);

    index(&inner, &[("a.bias", "model-00001-of-00002.safetensors"), ("z.bias", "model-00002-of-00002.safetensors")]);
    let error = message(imported(folder.path()));
    assert!(error.contains("\"z.bias\"") && error.contains("missing"), "{error}");
    for file in ["../checkpoint-10/model-00001-of-00002.safetensors", "/etc/passwd", "..", ""] {
        index(&inner, &[("a.bias", file)]);
        assert!(message(imported(folder.path())).contains("index.json"), "{file}");
    }
    index(&inner, &[("a.bias", "model-00003-of-00003.safetensors")]);
    assert!(message(imported(folder.path())).contains("without the index"), "a part that the index does not list");
    fs::remove_file(inner.join("model.safetensors.index.json")).unwrap();
    let error = message(imported(folder.path()));
    assert!(error.contains("without the index"), "{error}");
}

#[test]
fn checkpoints_that_differ_are_errors_with_file_and_array() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run.replay");
    marked(folder.path().join("epoch_1.safetensors"), 1.0);
    let second = folder.path().join("epoch_2.safetensors");
    let other_shape = ("layer.bias", Kind::F32, vec![1], vec![0; 4]);
    let other_type = ("layer.bias", Kind::I32, vec![2], vec![0; 8]);
    for arrays in [vec![other_shape], vec![other_type], vec![floats("layer.bias", 1.0), floats("more.bias", 1.0)]] {
        write(&second, &arrays);
        let error = message(Checkpoints::in_folder(folder.path()).unwrap().write(&out));
        assert!(error.contains("epoch_2.safetensors") && error.contains("bias\""), "{error}");
        assert!(!out.exists());
    }
    write(&second, &[floats("other.bias", 1.0)]);
    write(&folder.path().join("epoch_1.safetensors"), &[floats("other.bias", 1.0), floats("layer.bias", 2.0)]);
    let error = message(imported(folder.path()));
    assert!(error.contains("\"layer.bias\" in") && error.contains("epoch_2.safetensors is missing"), "{error}");
    write(&second, &[floats("layer.bias", 1.0), floats("other.bias", 1.0)]);
    assert_eq!(epochs(&imported(folder.path()).unwrap()), [1, 2], "another order is no difference");
}

#[test]
fn a_bad_file_in_the_middle_is_named_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    let path = out.path().join("run.replay");
    let files: Vec<_> = (0..5).map(|epoch| marked(folder.path().join(format!("{epoch}.safetensors")), 1.0)).collect();
    let whole = fs::read(&files[2]).unwrap();
    let write = || Checkpoints::in_folder(folder.path()).unwrap().overwrite(true).write(&path);
    let header =
        |text: &str, more: usize| [&(text.len() as u64).to_le_bytes(), text.as_bytes(), &vec![0; more]].concat();
    let array = |shape: &str, from: u64, to: u64| {
        format!("\"layer.bias\":{{\"dtype\":\"F32\",\"shape\":{shape},\"data_offsets\":[{from},{to}]}}")
    };
    let bad: Vec<Vec<u8>> = vec![
        vec![],
        vec![1, 2, 3],
        whole[..whole.len() - 1].to_vec(),
        [whole.clone(), vec![0]].concat(),
        [u64::MAX.to_le_bytes().to_vec(), vec![0; 50]].concat(),
        [99_000_000_u64.to_le_bytes().to_vec(), vec![0; 50]].concat(),
        header("{", 0),
        header("{}", 8),
        header("[]", 0),
        header(&format!("{{{}}}", array("[18446744073709551615,18446744073709551615]", 0, 8)), 8),
        header(&format!("{{{}}}", array("[1000000000000]", 0, 8)), 8),
        header(&format!("{{{}}}", array("[2]", 4, 12)), 12),
        header(&format!("{{{},{}}}", array("[2]", 0, 8), array("[2]", 4, 12).replace("layer", "other")), 12),
        header(&format!("{{{}}}", array("[2]", 8, 0)), 8),
        header(&format!("{{{}}}", array("[-2]", 0, 8)), 8),
        b"PK\x03\x04 not a zip".to_vec(),
    ];
    for (i, bytes) in bad.iter().enumerate() {
        fs::write(&files[2], bytes).unwrap();
        let error = message(write());
        assert!(error.contains("2.safetensors"), "{i}: {error}");
        assert_eq!(names(out.path()), Vec::<String>::new(), "{i}");
    }
    fs::remove_file(&files[2]).unwrap();
    fs::create_dir(&files[2]).unwrap();
    assert!(write().is_err());
    fs::remove_dir(&files[2]).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere.safetensors", &files[2]).unwrap();
        assert!(message(write()).contains("reading") && names(out.path()).is_empty());
        fs::remove_file(&files[2]).unwrap();
        std::os::unix::fs::symlink("1.safetensors", &files[2]).unwrap();
        assert_eq!(write().unwrap().epochs().len(), 5, "a link is the file that it points to");
        fs::remove_file(&files[2]).unwrap();
    }
    fs::write(&files[2], whole).unwrap();
    assert_eq!(write().unwrap().epochs().len(), 5);
    assert_eq!(names(out.path()), ["run.replay"]);
}

#[test]
fn a_recording_is_replaced_only_where_that_was_said_and_only_by_a_whole_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let second = {
        marked(folder.path().join("epoch1.safetensors"), 1.0);
        marked(folder.path().join("epoch2.safetensors"), 1.0)
    };
    let found = || Checkpoints::in_folder(folder.path()).unwrap();
    let mut before = Replay::options().create(&path).unwrap();
    before.record(&Weights::from_iter([Parameter::new("x", "y", [1], vec![1.0_f32])]), Metrics::new()).unwrap();
    assert!(matches!(found().overwrite(true).write(&path), Err(Error::Locked { .. })), "it is being recorded");
    before.finish().unwrap();
    let old = fs::read(&path).unwrap();
    assert!(matches!(found().write(&path), Err(Error::Io { .. })));
    fs::write(&second, "bad").unwrap();
    assert!(found().overwrite(true).write(&path).is_err());
    assert_eq!(fs::read(&path).unwrap(), old);
    marked(second, 2.0);
    assert_eq!(epochs(&found().overwrite(true).write(&path).unwrap()), [1, 2]);
    assert_eq!(epochs(&found().overwrite(true).write(&path).unwrap()), [1, 2], "twice");
    assert_eq!(names(folder.path()), ["epoch1.safetensors", "epoch2.safetensors", "run.replay"]);
    let foreign = folder.path().join("notes.txt");
    fs::write(&foreign, "not a recording").unwrap();
    assert!(matches!(found().overwrite(true).write(&foreign), Err(Error::NotARecording { .. })));
}

#[test]
fn thousands_of_checkpoints_are_counted_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    for epoch in 0..2_000 {
        marked(folder.path().join(format!("e{epoch}.safetensors")), epoch as f32);
    }
    let seen = Arc::new(Mutex::new(Vec::new()));
    let found = Checkpoints::in_folder(folder.path()).unwrap();
    let replay = found.progress(|done, all| seen.lock().unwrap().push((done, all))).into_replay().unwrap();
    assert!(seen.lock().unwrap().iter().copied().eq((1..=2_000).map(|done| (done, 2_000))));
    assert!(replay.epochs().eq(0..2_000) && mark(&replay, 1_999) == 1_999.0);
}

#[test]
fn epochs_that_files_state_are_compared_with_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let stating = |name: &str, note: &[(&str, &str)]| {
        let note = note.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        let (_, kind, shape, bytes) = floats("layer.bias", 1.0);
        let view = TensorView::new(kind, shape, &bytes).unwrap();
        serialize_to_file([("layer.bias", view)], Some(note), &folder.path().join(name)).unwrap();
    };
    stating("a.safetensors", &[("epoch", "3")]);
    stating("b.safetensors", &[("epoch", "8")]);
    assert_eq!(epochs(&imported(folder.path()).unwrap()), [3, 8], "names without numbers");
    stating("b.safetensors", &[]);
    assert!(message(imported(folder.path())).contains("\"a\""));
    ["a", "b"].iter().for_each(|name| fs::remove_file(folder.path().join(format!("{name}.safetensors"))).unwrap());
    stating("e1.safetensors", &[("epoch", "1")]);
    stating("e2.safetensors", &[("epoch", "1")]);
    let error = message(imported(folder.path()));
    assert!(error.contains("epoch 1 in the file and 2 in its name") && error.contains("e2.safetensors"), "{error}");
    assert_eq!(
        epochs(&Checkpoints::in_folder(folder.path()).unwrap().number_after("e").into_replay().unwrap()),
        [1, 2]
    );
    stating("e2.safetensors", &[("epoch", "2"), ("run", "seed=1"), ("step", "20")]);
    assert!(message(imported(folder.path())).contains("at its step 20"));
}

#[cfg(feature = "safetensors")]
#[test]
fn what_was_exported_is_imported_bit_for_bit_with_its_epochs_and_names() {
    let folder = tempfile::tempdir().unwrap();
    let mut replay = Replay::options().in_memory();
    for epoch in [0, 3, 12] {
        let arrays = every_type().into_iter().map(|((name, _, shape, _), values)| {
            let layer = if name == "a.u8" { "" } else { "hidden.1" };
            Parameter::new(layer, name.strip_prefix("a.").unwrap(), shape, values)
        });
        replay.record_at(epoch, &arrays.collect::<Weights>(), Metrics::new()).unwrap();
    }
    training_replay::export::Safetensors::of(&replay).named("seed=1").write(folder.path()).unwrap();
    let inner = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let back = imported(&inner).unwrap();
    assert_eq!(epochs(&back), [0, 3, 12]);
    for epoch in [0, 3, 12] {
        let (before, after) = (replay.weights(epoch).unwrap(), back.weights(epoch).unwrap());
        assert_eq!(before.len(), after.len());
        for parameter in before.iter() {
            let found = after.require(parameter.layer(), parameter.name(), parameter.shape()).unwrap();
            assert!(found.values().same_bits(parameter.values()), "{}/{}", parameter.layer(), parameter.name());
        }
    }
}
