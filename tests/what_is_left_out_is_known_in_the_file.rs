//! What a file says of the parameters that are left out: read by an older reader, of any bytes, and in the golden file.

mod common;

use std::path::{Path, PathBuf};

use common::{
    bytes::{MODEL, header, records, reseal},
    hostile,
    scale::{report, scaled},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use training_replay::{
    Activation, Base, Dense, Error, Loss, Matrix, Metrics, Orientation, Parameter, Replay, Sequential, Weights,
    analysis::VerifyOptions, datasets, half::bf16,
};

fn written(replay: &Replay) -> Vec<u8> {
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes).unwrap();
    bytes
}

fn network() -> Sequential {
    let layers = [Dense::new(3).name("body").activation(Activation::Tanh), Dense::new(1).name("head")];
    Sequential::builder(2).layers(layers).build(1).unwrap()
}

fn head() -> Replay {
    let data = datasets::moons(20, 0.1, 1);
    let options = Replay::options().dataset(&data).loss(Loss::MeanSquaredError).only_parameters(["head/*"]);
    let mut replay = options.metadata("seed", 7).in_memory();
    for _ in 0..2 {
        replay.record(&network(), [("loss", 0.5)]).unwrap();
    }
    replay
}

/// How long the list of what is left out is, by the tables of `docs/format.md`.
fn length(replay: &Replay) -> usize {
    let descriptor =
        |layer: &str, name: &str, shape: &[u64]| 8 + layer.len() + 8 + name.len() + 2 + 8 + 8 * shape.len();
    let of = replay.recorded_weights().left_out();
    8 + of.map(|it| 8 + descriptor(it.layer(), it.name(), it.shape()) + 1 + 4).sum::<usize>()
}

/// The file with another meta of its first record.
fn with_meta(file: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let first = &records(file)[0];
    let mut meta = file[first.meta.clone()].to_vec();
    change(&mut meta);
    [&file[..64], &header(&file[..64], MODEL, &meta, 0), &file[first.bytes.end..]].concat()
}

/// A reader of before this field ignores what lies behind those that it knows.
#[test]
fn an_older_reader_has_the_recorded_parameters_and_refuses_to_make_a_network_of_them() {
    let replay = head();
    let file = with_meta(&written(&replay), |meta| meta.truncate(meta.len() - length(&replay)));
    let older = Replay::from_bytes(file).unwrap();
    assert_eq!(older.recorded_weights().left_out().len(), 0);
    assert_eq!(older.weights(1).unwrap().len(), 2);
    let refused = [
        older.at(1).map(drop),
        older.run().unwrap().verify(&VerifyOptions::default()).map(drop),
        older.run_with(&network()).map(|snapshot| snapshot.outputs()).map(drop),
    ];
    for refused in refused {
        let message = refused.unwrap_err().to_string();
        assert!(message.contains("body/kernel is none of the weights"), "{message}");
    }
}

#[test]
fn any_bytes_in_place_of_what_is_left_out_are_answered_or_refused() {
    let replay = head();
    let (file, length, base) = (written(&replay), length(&replay), Base::of(&network()).unwrap());
    let mutations = scaled(1_000, 100_000);
    let (mut opened, mut completed) = (0, 0);
    for seed in 0..mutations {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mutated = with_meta(&file, |meta| {
            let start = meta.len() - length;
            for _ in 0..rng.random_range(1..4) {
                let at = start + rng.random_range(0..length);
                match rng.random_range(0..4) {
                    0 => meta[at] = rng.random(),
                    1 => meta[at] ^= 1 << rng.random_range(0..8),
                    2 => meta.truncate(at + 1),
                    _ => {
                        let edge = [0, 1, 2, 1 << 16, 1 << 24, 1 << 40, 1 << 63, u64::MAX][rng.random_range(0..8)];
                        let end = meta.len().min(at + 8);
                        meta[at..end].copy_from_slice(&edge.to_le_bytes()[..end - at]);
                    }
                }
                if meta.len() < start + length {
                    break;
                }
            }
        });
        match Replay::from_bytes(mutated) {
            Err(Error::Corrupted { .. }) => {}
            Err(other) => panic!("seed {seed}: {other}"),
            Ok(replay) => {
                opened += 1;
                hostile::ask(&replay);
                hostile::run(&replay);
                if let Ok(whole) = base.complete(replay) {
                    completed += 1;
                    hostile::ask(&whole);
                    let at_0 = whole.at(0);
                    assert!(at_0.is_err() || at_0.unwrap().model() == &network(), "seed {seed}");
                }
            }
        }
    }
    report(format_args!("{mutations} lists of what is left out: {opened} opened, {completed} completed, 0 panics"));
    assert!(opened > 0 && completed < opened);
}

#[test]
fn a_list_that_cannot_be_is_refused_and_the_reason_said() {
    let replay = head();
    let (file, length) = (written(&replay), length(&replay));
    let refused = |change: &dyn Fn(&mut [u8])| {
        let file = with_meta(&file, |meta| {
            let start = meta.len() - length;
            change(&mut meta[start..]);
        });
        Replay::from_bytes(file).unwrap_err().to_string()
    };
    // The first: 8 of the count, 8 of its place, 8 and 4 of "body", 8 and 6 of "kernel", type, order, shape, orientation.
    assert!(refused(&|list| list[8] = 3).contains("no places among all"), "not before the second");
    assert!(refused(&|list| list[8..16].fill(0xff)).contains("no places among all"));
    let name = |list: &mut [u8]| list[24..28].copy_from_slice(b"head");
    assert!(refused(&name).contains("head/kernel twice"));
    assert!(refused(&|list| list[43] = 1).contains("beyond the limits"), "column by column");
    assert!(refused(&|list| list[42] = 13).contains("13 is not known"));
    assert!(refused(&|list| list[52..60].fill(0xff)).contains("beyond the limits"), "of 2^64 rows");
}

/// Decided in November 2026: arrays of five types, two of them recorded.
const NAME: &str = "format_1_1_some_parameters.replay";

fn place() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(NAME)
}

fn of_epoch(epoch: u8) -> Weights {
    let kernel = |i: u8| Parameter::new(format!("block.{i}"), "weight", [2, 3], vec![f32::from(i); 6]);
    Weights::from_iter([
        kernel(0).oriented(Orientation::OutputsInputs),
        Parameter::new("block.0", "lora_A", [1, 3], vec![bf16::from_f32(f32::from(epoch)); 3]),
        Parameter::new("block.0", "scale", [], vec![f64::NAN]),
        kernel(1),
        Parameter::new("block.1", "lora_A", [3], vec![-1_i16, 0, i16::from(epoch)]),
        Parameter::new("\u{e9}", "mask", [2, 0], Vec::<bool>::new()),
    ])
}

#[test]
#[ignore = "writes the golden file; it was run once"]
fn write_the_golden_file() {
    let mut replay = Replay::options().only_parameters(["*lora*"]).metadata("rank", 1).create(place()).unwrap();
    for epoch in 0..3 {
        replay.record(&of_epoch(epoch), [("loss", 0.5)]).unwrap();
    }
    replay.finish().unwrap();
}

#[test]
fn the_golden_file_is_read_forever() {
    let replay = Replay::open(place()).unwrap();
    assert!(replay.is_finished() && replay.damage().is_empty());
    let known: Vec<_> =
        replay.recorded_weights().left_out().map(|it| (it.place(), it.layer(), it.name(), it.checksum())).collect();
    let crc = |bytes: &[u8]| crc32fast::hash(bytes);
    let of_values = |value: f32| crc(&value.to_le_bytes().repeat(6));
    let expected = [
        (0, "block.0", "weight", of_values(0.0)),
        (2, "block.0", "scale", crc(&f64::NAN.to_le_bytes())),
        (3, "block.1", "weight", of_values(1.0)),
        (5, "\u{e9}", "mask", 0),
    ];
    assert_eq!(known, expected);
    let orientations: Vec<_> = replay.recorded_weights().left_out().map(|it| it.orientation()).collect();
    assert_eq!(orientations, [Some(Orientation::OutputsInputs), None, None, None]);
    let replay = Base::of(&of_epoch(9)).unwrap().complete(replay).unwrap();
    for epoch in 0..3 {
        let (found, expected) = (replay.weights(u64::from(epoch)).unwrap(), of_epoch(epoch));
        for (found, expected) in found.iter().zip(expected.iter()) {
            assert_eq!(
                (found.layer(), found.name(), found.shape()),
                (expected.layer(), expected.name(), expected.shape())
            );
            assert!(found.orientation() == expected.orientation() && found.values().same_bits(expected.values()));
        }
        assert_eq!(found.len(), expected.len());
    }
}

#[test]
fn the_files_first_record_is_that_of_the_format_page() {
    let bytes = std::fs::read(place()).unwrap();
    let mut sealed = bytes.clone();
    reseal(&mut sealed);
    assert!(sealed == bytes, "every checksum agrees");
    let replay = Replay::from_bytes(bytes.clone()).unwrap();
    let meta = &bytes[records(&bytes)[0].meta.clone()];
    let list = &meta[meta.len() - length(&replay)..];
    assert_eq!(list[..8], 4_u64.to_le_bytes());
    let number = |value: u64| value.to_le_bytes().to_vec();
    let text = |text: &str| [number(text.len() as u64), text.as_bytes().to_vec()].concat();
    let crc = crc32fast::hash(&[0; 24]).to_le_bytes().to_vec();
    let first = [number(0), text("block.0"), text("weight"), vec![0, 0], number(2), number(2), number(3), vec![2], crc];
    assert!(list[8..].starts_with(&first.concat()));
}

/// Exports need no base for what is recorded, and say what they do without.
#[test]
fn exports_without_the_base_hold_what_is_recorded_and_say_so() {
    use training_replay::export::{Table, Tables};
    let export = |replay: &Replay, table: Table| {
        let mut text = Vec::new();
        let exported = Tables::of_replay(replay).unwrap().named("a").write_csv_to(table, &mut text).unwrap();
        (String::from_utf8(text).unwrap(), exported.to_string())
    };
    let without = head();
    let (rows, said) = export(&without, Table::Layers);
    assert!(rows.contains("head") && !rows.contains("body"), "{rows}");
    assert!(
        said.contains(r#"["body/kernel", "body/bias"], which were not recorded"#) && said.contains("Base::complete")
    );
    assert!(export(&without, Table::Metrics).0.contains("loss,0.5"));
    assert_eq!(export(&without, Table::Samples).0.lines().count(), 1, "the names of the columns");
    let with = Base::of(&network()).unwrap().complete(head()).unwrap();
    let mut full = Replay::options().dataset(with.dataset().unwrap()).loss(Loss::MeanSquaredError).metadata("seed", 7);
    full = full.metadata("of", "all");
    let mut full = full.in_memory();
    for _ in 0..2 {
        full.record(&network(), [("loss", 0.5)]).unwrap();
    }
    for table in [Table::Layers, Table::Samples, Table::Epochs, Table::Milestones, Table::Activations] {
        assert_eq!(export(&with, table), export(&full, table), "{table}");
    }
}

#[cfg(feature = "safetensors")]
#[test]
fn files_of_weights_hold_the_adapters_alone_or_all_over_the_base() {
    use training_replay::export::Safetensors;
    let folder = tempfile::tempdir().unwrap();
    let names = |replay: &Replay| {
        let path = folder.path().join("epoch.safetensors");
        Safetensors::of(replay).named("a").write_epoch(1, &path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let (_, metadata) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
        let left_out = metadata.metadata().clone().unwrap().get("left_out").cloned();
        let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let mut names: Vec<String> = tensors.names().into_iter().map(|name| name.to_string()).collect();
        names.sort_unstable();
        (names.join(" "), left_out)
    };
    assert_eq!(names(&head()), ("head.bias head.kernel".into(), Some("2".into())));
    let exported = Safetensors::of(&head()).named("a").write(folder.path()).unwrap();
    assert!(exported.to_string().contains("body/kernel"), "{exported}");
    let whole = Base::of(&network()).unwrap().complete(head()).unwrap();
    assert_eq!(names(&whole), ("body.bias body.kernel head.bias head.kernel".into(), None));
}

#[cfg(feature = "plot")]
#[test]
fn pages_without_the_base_are_an_error_that_names_what_is_missing() {
    use training_replay::plot::{Page, RunPlots};
    let page = |replay: &Replay| {
        let plots = RunPlots::of(replay.run()?)?;
        Page::new("a run").run("a", &plots)?.to_html()
    };
    let message = page(&head()).map(drop).unwrap_err().to_string();
    assert!(message.contains("body/kernel") && message.contains("Base::of"), "{message}");
    let whole = Base::of(&network()).unwrap().complete(head()).unwrap();
    assert!(page(&whole).is_ok());
}

#[test]
fn a_probe_proves_that_the_base_is_the_one_that_was_trained_over() {
    let inputs = Matrix::from_row_slice(2, 2, &[0.5, -0.5, 1.0, 2.0]);
    let mut replay = Replay::options().probe(&inputs).only_parameters(["head/*"]).in_memory();
    replay.record(&network(), Metrics::new()).unwrap();
    let whole = Base::of(&network()).unwrap().complete(replay).unwrap();
    let verified = whole.run().unwrap().verify(&VerifyOptions::default()).unwrap();
    assert!(verified.holds() && verified.probes.len() == 1, "{verified}");
}
