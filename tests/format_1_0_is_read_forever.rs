//! Files of format 1.0 are read by every version from now on: the golden ones in `tests/data` were written once, and
//! are never written again. What later versions write is refused by name, or read as far as it is known.

mod common;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use common::{
    bytes::{EPOCH, Record, header, records, reseal, resequenced},
    python,
    scale::{report, scaled},
};
use training_replay::{
    Activation, Dataset, Dense, Description, Error, Forward, Initializer, Loss, Matrix, Metrics, Model, Moment,
    Parameter, Replay, Result, Sequential, Weights,
};

fn data_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

fn golden(name: &str) -> Vec<u8> {
    fs::read(data_folder().join(name)).unwrap()
}

const FINISHED: &str = "format_1_0_finished.replay";
const UNFINISHED: &str = "format_1_0_unfinished.replay";

/// A built-in network with all that a recording may hold, twice finished.
mod finished {
    use super::*;

    pub const EPOCHS: [u64; 5] = [0, 1, 2, 5, 6];
    pub const STEPS: [(u64, u32); 2] = [(2, 1), (2, 3)];

    pub fn data() -> Dataset {
        let inputs = Matrix::from_row_slice(3, 2, &[-1.0, 0.25, 0.0, 0.5, 1.0, -0.75]);
        Dataset::new(inputs, Matrix::from_row_slice(3, 2, &[1.0, 0.0, 0.0, 1.0, 0.0, 1.0])).unwrap()
    }

    /// The network `moment` quarters into its run: every weight is a multiple of 1/8.
    pub fn model(moment: u64) -> Sequential {
        let model = Sequential::builder(2)
            .layer(Dense::new(3).name("hidden").activation(Activation::Elu { alpha: 0.5 }))
            .layer(Dense::new(2).name("output").without_bias().kernel_initializer(Initializer::Constant(0.5)))
            .layer(Activation::Softmax)
            .build(0)
            .unwrap();
        let moved = Weights::of(&model).unwrap().into_iter().zip(0..).map(|(p, number)| {
            let value = |i: usize| (moment * 10 + number * 3 + i as u64) as f32 / 8.0 - 2.0;
            let values: Vec<f32> = (0..p.values().len()).map(value).collect();
            Parameter::new(p.layer().to_owned(), p.name().to_owned(), p.shape(), values)
        });
        model.with_weights(&moved.collect()).unwrap()
    }

    pub fn metrics(epoch: u64) -> Metrics {
        match epoch {
            0 => Metrics::new(),
            1 => Metrics::from([("loss", 0.75), ("accuracy", 2.0 / 3.0)]),
            2 => Metrics::from([("loss", f64::NAN), ("accuracy", f64::NEG_INFINITY)]),
            5 => Metrics::from([("Verlust \u{2265} 0", -0.0), ("loss", 1e-300)]),
            _ => Metrics::from([("late", 6.5)]),
        }
    }

    pub fn record(path: &Path) -> Result<()> {
        let options = Replay::options().dataset(&data()).loss(Loss::CategoricalCrossEntropy);
        let mut replay = options.metadata("seed", "42").metadata("note", "gr\u{f6}\u{df}er").create(path)?;
        for epoch in 0..2 {
            replay.record(&model(4 * epoch), metrics(epoch))?;
        }
        replay.record_at((2, 1), &model(5), [("loss", 0.5)])?;
        replay.record_at((2, 3), &model(6), Metrics::new())?;
        replay.record(&model(8), metrics(2))?;
        replay.record_at(5, &model(20), metrics(5))?;
        replay.finish()?;
        let mut replay = Replay::append(path)?;
        replay.record(&model(24), metrics(6))?;
        replay.finish()
    }

    pub fn expect(replay: &Replay) {
        assert!(replay.is_finished());
        assert_eq!((replay.damage(), replay.torn_bytes()), (&[][..], 0));
        assert_eq!(replay.check_integrity().unwrap(), []);
        assert_eq!(replay.loss(), Some(Loss::CategoricalCrossEntropy));
        assert_eq!(replay.metadata().collect::<Vec<_>>(), [("seed", "42"), ("note", "gr\u{f6}\u{df}er")]);
        assert_eq!(replay.dataset().unwrap(), &data());
        assert!(replay.epochs().eq(EPOCHS));
        assert!(replay.steps().iter().eq(STEPS.map(Moment::from)));
        for epoch in EPOCHS {
            assert_eq!(replay.at(epoch).unwrap().model(), &model(4 * epoch));
            assert_eq!(bits(&replay.metrics(epoch).unwrap()), bits(&metrics(epoch)));
        }
        assert_eq!(replay.at((2, 1)).unwrap().model(), &model(5));
        assert_eq!(replay.at((2, 3)).unwrap().model(), &model(6));
        assert_eq!(replay.steps().curve("loss").unwrap(), [((2, 1).into(), 0.5)]);
        assert_eq!(replay.curve("late").unwrap(), [(6, 6.5)]);
        let names: Vec<_> = replay.metric_names().collect();
        assert_eq!(names, ["loss", "accuracy", "Verlust \u{2265} 0", "late"]);
    }
}

/// A foreign model of mixed precision without data, whose recorder was killed in its third epoch.
mod unfinished {
    use super::*;

    pub struct Foreign(pub u64);

    impl Model for Foreign {
        fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
            let epoch = self.0 as f64;
            let double: Vec<f64> =
                vec![epoch + 0.1, f64::MIN_POSITIVE / 4.0, -0.0, f64::from_bits(0x7ff8_dead_beef_0001)];
            let single: Vec<f32> = (0..20).map(|i| epoch as f32 + i as f32 / 32.0).collect();
            Ok(vec![
                Parameter::new("encoder", "kernel", [2, 2], double),
                Parameter::new("encoder", "", [20], single),
                Parameter::new("", "temperature", [], vec![f32::from_bits(0x7fc0_1234)]),
                Parameter::new("decoder", "nothing", [0, 3], Vec::<f64>::new()),
                Parameter::new("decoder", "cube", [2, 1, 2], vec![1.0_f32, f32::INFINITY, epoch as f32, 4.0]),
            ])
        }

        fn description(&self) -> Option<Description> {
            Some(Description::new("elsewhere::Net/3", [0, 255, 1]))
        }
    }

    pub fn record(path: &Path) -> Result<()> {
        let mut replay = Replay::options().create(path)?;
        for epoch in 0..3 {
            replay.record(&Foreign(epoch), [("loss", 1.0 / (epoch as f64 + 3.0))])?;
        }
        let length = fs::metadata(path).unwrap().len();
        fs::File::options().write(true).open(path).unwrap().set_len(length - 100).unwrap();
        Ok(())
    }

    pub fn expect(replay: &Replay) {
        assert!(!replay.is_finished() && replay.damage().is_empty());
        assert_eq!(replay.torn_bytes(), 348);
        assert_eq!(replay.description(), Foreign(0).description().as_ref());
        assert!(replay.epochs().eq([0, 1]));
        assert!(replay.loss().is_none() && matches!(replay.dataset(), Err(Error::Missing { .. })));
        assert_eq!(replay.curve("loss").unwrap(), [(0, 1.0 / 3.0), (1, 0.25)]);
        for epoch in 0..2 {
            assert!(common::arrays::same_bits(&replay.weights(epoch).unwrap(), &Foreign(epoch)));
        }
    }
}

/// By name, because their order is that of the whole recording.
fn bits(metrics: &Metrics) -> BTreeMap<&str, u64> {
    metrics.iter().map(|(name, value)| (name, value.to_bits())).collect()
}

#[test]
fn a_finished_recording_of_format_1_0_is_read() {
    finished::expect(&Replay::open(data_folder().join(FINISHED)).unwrap());
}

#[test]
fn an_unfinished_recording_of_format_1_0_is_read() {
    unfinished::expect(&Replay::open(data_folder().join(UNFINISHED)).unwrap());
}

#[test]
fn a_recording_of_format_1_0_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy");
    fs::write(&path, golden(UNFINISHED)).unwrap();
    let mut replay = Replay::append(&path).unwrap();
    assert_eq!(replay.record(&unfinished::Foreign(2), Metrics::new()).unwrap(), 2);
    replay.finish().unwrap();
    let replay = Replay::open(&path).unwrap();
    assert!(common::arrays::same_bits(&replay.weights(2).unwrap(), &unfinished::Foreign(2)));
}

/// What a record holds but for checksums, salt and padding.
fn contents(bytes: &[u8]) -> Vec<([u64; 4], [&[u8]; 2])> {
    let content = |record: Record| {
        let (meta, data) = (&bytes[record.meta.clone()], &bytes[record.data.clone()]);
        ([record.kind.into(), record.sequence, record.epoch, record.step.into()], [meta, data])
    };
    records(bytes).into_iter().map(content).collect()
}

/// The bytes that this version writes.
fn written(record: fn(&Path) -> Result<()>) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    record(&path).unwrap();
    fs::read(&path).unwrap()
}

#[test]
fn this_version_writes_what_the_first_one_did_and_appends_fields() {
    for (name, record) in [(FINISHED, finished::record as fn(&Path) -> Result<()>), (UNFINISHED, unfinished::record)] {
        let (golden, written) = (golden(name), written(record));
        assert_eq!((&written[..10], &written[10..12]), (&golden[..10], [1, 0].as_slice()), "format 1.1");
        let (old, new) = (contents(&golden), contents(&written));
        assert_eq!(old.len(), new.len());
        for ((header, [meta, data]), (own_header, [own_meta, own_data])) in old.iter().zip(&new) {
            assert_eq!((header, data), (own_header, own_data), "{name}");
            assert!(own_meta.starts_with(meta), "{name}: the meta of the record {header:?}");
        }
    }
}

#[test]
fn what_is_appended_to_a_recording_of_format_1_0_is_of_format_1_0() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.replay");
    fs::write(&path, golden(FINISHED)).unwrap();
    let mut replay = Replay::append(&path).unwrap();
    assert_eq!(replay.probe().inputs(), None);
    replay.record(&finished::model(28), [("loss", 0.5)]).unwrap();
    assert_eq!(replay.probe().outputs(7).unwrap(), None);
    replay.finish().unwrap();
    let (old, new) = (golden(FINISHED), fs::read(&path).unwrap());
    assert!(new.starts_with(&old), "minor version 0 as well");
    let [meta, _] = contents(&new)[contents(&old).len()].1;
    assert_eq!(meta.len(), 8 + (8 + 4 + 8), "the metrics and nothing behind them");
    let options = Replay::options().probe(&Matrix::zeros(1, 2));
    let message = options.append(&path).unwrap_err().to_string();
    assert!(message.contains("the inputs of the probe") && message.contains("none were recorded"), "{message}");
}

/// The file as a later minor version might have written it: fields behind those of every meta, a loss that is not
/// known yet, a record to skip behind each.
fn as_of_minor_version_7(bytes: &[u8]) -> Vec<u8> {
    let mut later = bytes[..64].to_vec();
    later[10] = 7;
    for record in records(bytes) {
        let mut meta = bytes[record.meta.clone()].to_vec();
        if !meta.is_empty() {
            meta.extend([0; 18]); // what format 1.1 appends: nothing of it is there
            meta.extend([9; 70]);
        }
        let data = &bytes[record.data.clone()];
        let mut start = header(&later, record.kind, &meta, data.len() as u64);
        start[40..48].copy_from_slice(&record.epoch.to_le_bytes());
        start[56..60].copy_from_slice(&bytes[record.bytes.start + 56..][..4]);
        later.extend(start);
        later.extend(data);
        later.resize(later.len().next_multiple_of(64), 0);
        later.extend(header(&later, 0x8003, b"later", 0));
    }
    reseal(&mut later);
    later
}

#[test]
fn a_file_of_a_newer_minor_version_is_read_and_not_appended_to() {
    let folder = tempfile::tempdir().unwrap();
    let later = as_of_minor_version_7(&written(finished::record));
    let replay = Replay::from_bytes(later.clone()).unwrap();
    finished::expect(&replay);
    let outputs = replay.at(6).unwrap().model().predict(replay.probe().inputs().unwrap()).unwrap();
    assert_eq!(replay.probe().outputs(6).unwrap(), Some(outputs), "the fields of 1.1 are read too");
    let path = folder.path().join("later.replay");
    fs::write(&path, &later).unwrap();
    let message = Replay::append(&path).unwrap_err().to_string();
    assert!(message.ends_with("later.replay is 1.7; it must be at most 1.2 to append; it can be read"), "{message}");
    assert!(fs::read(&path).unwrap() == later, "and it was not touched");
}

#[test]
fn a_loss_that_is_not_known_yet_is_none() {
    let mut later = golden(FINISHED);
    later[10] = 7;
    let meta = records(&later)[0].meta.clone();
    let parameters_end = find(&later[meta.clone()], &[2, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
    later[meta.start + parameters_end + 9] = 200;
    reseal(&mut later);
    let replay = Replay::from_bytes(later).unwrap();
    assert_eq!(replay.loss(), None);
    assert!(replay.epochs().eq(finished::EPOCHS));
}

/// Where these bytes begin: two DATA records, then the loss that is there and is number 1.
fn find(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes.windows(wanted.len()).position(|window| window == wanted).unwrap()
}

#[test]
fn a_file_of_a_newer_major_version_is_refused_by_name() {
    let mut later = golden(FINISHED);
    later[8] = 2;
    reseal(&mut later);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("later.replay");
    fs::write(&path, &later).unwrap();
    let in_memory = "<memory>".into();
    for (opened, named) in
        [(Replay::open(&path), &path), (Replay::append(&path), &path), (Replay::from_bytes(later), &in_memory)]
    {
        let error = opened.unwrap_err();
        assert!(matches!(&error, Error::UnsupportedVersion { path, found: 2, supported: 1 } if path == named));
        let expected = format!("{} has file format 2, newer than the newest supported, 1", named.display());
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_record_of_a_later_version_that_may_not_be_skipped_is_refused() {
    let mut later = golden(FINISHED);
    later.extend(header(&later, 77, b"", 0));
    let message = Replay::from_bytes(later).unwrap_err().to_string();
    assert!(message.contains("a newer one may have written it"), "{message}");
}

#[test]
fn a_reader_of_some_pages_of_python_reads_the_same_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let now = folder.path().join("now.replay");
    finished::record(&now).unwrap();
    assert!(Replay::open(&now).unwrap().probe().outputs(6).unwrap().is_some(), "with a probe");
    python::agrees(&[data_folder().join(FINISHED), data_folder().join(UNFINISHED), now]);
}

#[test]
fn a_reader_of_some_pages_of_python_agrees_on_what_is_damaged_torn_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    let mut write = |bytes: Vec<u8>| {
        paths.push(folder.path().join(paths.len().to_string()));
        fs::write(paths.last().unwrap(), bytes).unwrap();
    };
    for whole in [golden(FINISHED), golden(UNFINISHED), written(finished::record), written(unfinished::record)] {
        for bit in (0..8 * whole.len()).step_by(scaled(101, 7)) {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            write(flipped);
        }
        (0..whole.len()).step_by(scaled(61, 7)).for_each(|length| write(whole[..length].to_vec()));
        write([whole.clone(), header(&whole, 77, b"", 0)].concat());
        write(resealed_twice(&whole));
    }
    write(as_of_minor_version_7(&written(finished::record)));
    let count = paths.len();
    if python::agrees(&paths) {
        report(format_args!("{count} damaged files: the Python reader finds the same"));
    }
}

/// The file with its last epoch once more behind itself.
fn resealed_twice(whole: &[u8]) -> Vec<u8> {
    let records = records(whole);
    let last = records.iter().rfind(|record| record.kind == EPOCH).unwrap();
    let sequence = records.last().unwrap().sequence + 1;
    let end = records.last().unwrap().bytes.end;
    [&whole[..end], &resequenced(&whole[last.bytes.clone()], sequence)].concat()
}
