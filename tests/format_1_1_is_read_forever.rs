//! Files of format 1.1 are read by every version from now on: the golden ones in `tests/data` were written once, by the
//! ignored test, and are never written again. They hold what 1.0 has not: every type, orientations, a checksum for each array,
//! classes by index, data sets beside the training set, a probe, a loss of the model's own, notes on a run that went on, and
//! notes that are numbers, truth values and lists.

mod common;

use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

use common::{
    bytes::{Record, records},
    python,
};
use training_replay::{
    Activation, Dataset, Dense, Forward, Loss, Matrix, Metrics, Model, Moment, NoteValue, Orientation, Parameter,
    Replay, ReplayOptions, Result, Sequential, Values, Weights,
    half::{bf16, f16},
};

const FINISHED: &str = "format_1_1_finished.replay";
const TYPES: &str = "format_1_1_types.replay";
const NOTES: &str = "format_1_1_notes.replay";

fn place_of(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// A built-in network that puts out logits, with two data sets of labels and a probe, gone on with twice.
mod finished {
    use super::*;

    pub const EPOCHS: [u64; 4] = [0, 1, 3, 4];

    /// The training set, or the validation set of one sample more: two features, three classes by index.
    pub fn data(samples: usize) -> Dataset {
        let inputs = Matrix::from_fn(samples, 2, |row, column| (row * 2 + column) as f32 / 4.0 - 1.0);
        let labels: Vec<u32> = (0..samples as u32).map(|i| (i * 2 + 1) % 3).collect();
        let data = Dataset::from_class_labels(inputs, &labels, 1, 3).unwrap();
        data.with_class_names(["red", "gr\u{fc}n", "blue, \"3\""])
            .unwrap()
            .with_feature_names(["x", "y, \"2\""])
            .unwrap()
    }

    /// Every weight is a multiple of 1/8, and the network adds and multiplies alone: its outputs are exact everywhere.
    pub fn model(moment: u64) -> Sequential {
        let hidden = Dense::new(3).name("hidden").activation(Activation::Relu);
        let model = Sequential::builder(2).layer(hidden).layer(Dense::new(3).name("output")).logits();
        let model = model.build(0).unwrap();
        let moved = Weights::of(&model).unwrap().into_iter().zip(0..).map(|(p, number)| {
            let value = |i: usize| (moment * 5 + number * 3 + i as u64) as f32 / 8.0 - 1.0;
            let values: Vec<f32> = (0..p.values().len()).map(value).collect();
            Parameter::new(p.layer().to_owned(), p.name().to_owned(), p.shape(), values)
        });
        model.with_weights(&moved.collect()).unwrap()
    }

    pub fn probe() -> Matrix {
        Matrix::from_row_slice(2, 2, &[0.5, -1.0, 0.25, 2.0])
    }

    pub fn record(path: &Path) -> Result<()> {
        let options = Replay::options().dataset(&data(3)).named_dataset("validation \u{2713}", &data(4));
        let options = options.loss(Loss::CategoricalCrossEntropy).probe(&probe()).probe_every(3);
        let mut replay = options.metadata("seed", "7").create(path)?;
        replay.record(&model(0), Metrics::new())?;
        replay.record_at((1, 2), &model(1), [("loss", 0.5)])?;
        replay.record(&model(4), [("loss", f64::NAN), ("val_loss", -0.0)])?;
        drop(replay);
        let mut replay = Replay::options().metadata("learning rate", "0.1, then 0.01").append(path)?;
        replay.record_at(3, &model(12), [("loss", 0.25)])?;
        replay.finish()?;
        let mut replay = Replay::options().metadata("note", "").append(path)?;
        replay.record(&model(16), [("late", 6.5)])?;
        replay.finish()
    }

    pub fn expect(replay: &Replay) {
        assert!(replay.is_finished() && replay.damage().is_empty() && replay.torn_bytes() == 0);
        assert_eq!(replay.check_integrity().unwrap(), []);
        assert_eq!(replay.loss(), Some(Loss::CategoricalCrossEntropy));
        let notes = [("seed", "7"), ("learning rate", "0.1, then 0.01"), ("note", "")];
        assert_eq!(replay.metadata().collect::<Vec<_>>(), notes);
        assert_eq!(replay.dataset().unwrap(), &data(3));
        let run = replay.run().unwrap();
        assert_eq!(run.dataset_names().collect::<Vec<_>>(), ["training", "validation \u{2713}"]);
        assert_eq!(run.on("validation \u{2713}").unwrap().dataset().unwrap(), &data(4));
        assert!(replay.epochs().eq(EPOCHS));
        assert!(replay.steps().iter().eq([Moment::from((1, 2))]));
        assert_eq!(replay.at((1, 2)).unwrap().model(), &model(1));
        assert_eq!(replay.probe().inputs(), Some(&probe()));
        for epoch in EPOCHS {
            assert_eq!(replay.at(epoch).unwrap().model(), &model(4 * epoch));
            let outputs = replay.probe().outputs(epoch).unwrap();
            // Every third, and, for it was not said again, every epoch of those who went on.
            let expected = (epoch != 1).then(|| model(4 * epoch).predict(&probe()).unwrap());
            assert_eq!(outputs, expected, "at epoch {epoch}");
            let kernel = replay.parameter(epoch, "output", "kernel").unwrap();
            assert_eq!(Some(&kernel), Weights::of(&model(4 * epoch)).unwrap().get("output", "kernel"));
            assert_eq!(kernel.orientation(), Some(Orientation::InputsOutputs));
        }
        assert!(replay.metrics(1).unwrap().get("loss").unwrap().is_nan());
        assert_eq!(replay.metrics(1).unwrap().get("val_loss").map(f64::to_bits), Some((-0.0_f64).to_bits()));
        assert_eq!(replay.curve("late").unwrap(), [(4, 6.5)]);
    }
}

/// A foreign model of every type with a loss of its own and labels at two positions, killed in its third epoch.
mod types {
    use super::*;

    pub struct Foreign(pub u8);

    impl Model for Foreign {
        fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
            let epoch = self.0;
            let values: Vec<Values<'static>> = vec![
                vec![f32::from_bits(0x7fa0_1234), -0.0, f32::MIN_POSITIVE / 2.0, epoch.into()].into(),
                vec![f64::from_bits(0x7ff4_0000_0000_1234), -0.0, 1e-320, epoch.into()].into(),
                vec![f16::from_bits(0x7d01), f16::NEG_ZERO, f16::MAX, epoch.into()].into(),
                vec![bf16::from_bits(0x7fa1), bf16::NEG_ZERO, bf16::MAX, epoch.into()].into(),
                vec![i8::MIN, -1, i8::MAX, epoch as i8].into(),
                vec![i16::MIN, -1, i16::MAX, epoch.into()].into(),
                vec![i32::MIN, -1, i32::MAX, epoch.into()].into(),
                vec![i64::MIN, (1 << 53) + 1, i64::MAX, epoch.into()].into(),
                vec![0_u8, 1, u8::MAX, epoch].into(),
                vec![0_u16, 1, u16::MAX, epoch.into()].into(),
                vec![0_u32, 1, u32::MAX, epoch.into()].into(),
                vec![0_u64, (1 << 53) + 1, u64::MAX, epoch.into()].into(),
                vec![true, false, true, epoch == 1].into(),
            ];
            let named = |(number, values): (usize, Values<'static>)| {
                let parameter = Parameter::new(format!("layer {number}"), values.dtype().to_string(), [2, 2], values);
                match number % 3 {
                    0 => parameter.oriented(Orientation::InputsOutputs),
                    1 => parameter.oriented(Orientation::OutputsInputs),
                    _ => parameter,
                }
            };
            let more = [
                Parameter::new("\u{65e5}\u{672c}", "nothing", [3, 0], Vec::<bf16>::new()),
                Parameter::new("", "a number", [], vec![i64::from(epoch)]),
            ];
            Ok(values.into_iter().enumerate().map(named).chain(more).collect())
        }
    }

    impl Forward for Foreign {
        fn layers(&self) -> Vec<String> {
            Vec::new()
        }

        fn with_weights(&self, _: &Weights) -> Result<Self> {
            Ok(Self(self.0))
        }

        fn forward(&self, inputs: &Matrix, _: Range<usize>) -> Result<Matrix> {
            Ok(inputs.clone())
        }
    }

    pub fn data() -> Dataset {
        let inputs = Matrix::from_row_slice(2, 3, &[0.0, 1.0, -2.0, 0.5, f32::MAX, 4.0]);
        Dataset::from_class_labels(inputs, &[4, 0, 2, 2], 2, 5).unwrap()
    }

    pub fn record(path: &Path) -> Result<()> {
        let mut replay = Replay::options().dataset(&data()).own_loss("Huber, \u{3b4} = 1").create(path)?;
        for epoch in 0..3 {
            replay.record(&Foreign(epoch), [("loss", 1.0 / (f64::from(epoch) + 3.0))])?;
        }
        let length = fs::metadata(path).unwrap().len();
        fs::File::options().write(true).open(path).unwrap().set_len(length - 100).unwrap();
        Ok(())
    }

    pub fn expect(replay: &Replay) {
        assert!(!replay.is_finished() && replay.damage().is_empty() && replay.torn_bytes() > 0);
        assert!(replay.epochs().eq([0, 1]) && replay.description().is_none());
        assert_eq!(replay.loss(), Some(Loss::Own));
        assert_eq!(replay.dataset().unwrap(), &data());
        assert_eq!(replay.dataset().unwrap().targets().labels().unwrap().of_sample(1), Some(&[2, 2][..]));
        for epoch in 0..2 {
            let weights = replay.weights(u64::from(epoch)).unwrap();
            assert!(common::arrays::same_bits(&weights, &Foreign(epoch)));
            for parameter in Foreign(epoch).parameters().unwrap() {
                let alone = replay.parameter(u64::from(epoch), parameter.layer(), parameter.name()).unwrap();
                assert!(alone.values().same_bits(parameter.values()), "{}", parameter.layer());
                assert_eq!(alone.orientation(), parameter.orientation());
            }
        }
    }
}

/// Notes of every type, from the beginning and from when the run was gone on with.
mod notes {
    use super::*;

    fn values() -> [(&'static str, NoteValue); 12] {
        [
            ("why", "gr\u{fc}\u{df}e".into()),
            ("nesterov", true.into()),
            ("seed", u64::MAX.into()),
            ("offset", i64::MIN.into()),
            ("learning rate", 0.05_f32.into()),
            ("decay", 1e-7.into()),
            ("missing", f64::from_bits(0x7ff4_0000_0000_1234).into()),
            ("names", ["a", "", "\u{2713} \"b\""].into()),
            ("shuffled", [true, false].into()),
            ("units", [64_u64, 32].into()),
            ("momenta", [0.9_f32, f32::from_bits(0x7fa0_1234), -0.0].into()),
            ("betas", [0.9, 0.999].into()),
        ]
    }

    fn noted(values: impl IntoIterator<Item = (&'static str, NoteValue)>) -> ReplayOptions {
        values.into_iter().fold(Replay::options(), |options, (key, value)| options.metadata(key, value))
    }

    fn later() -> [(&'static str, NoteValue); 3] {
        [("learning rate", 0.01.into()), ("why", "".into()), ("rates", Vec::<f64>::new().into())]
    }

    fn model() -> Weights {
        Weights::from_iter([Parameter::new("a", "b", [1], vec![0.5_f32])])
    }

    pub fn record(path: &Path) -> Result<()> {
        let mut replay = noted(values()).create(path)?;
        replay.record(&model(), Metrics::new())?;
        replay.finish()?;
        let mut replay = noted(later()).append(path)?;
        replay.record(&model(), Metrics::new())?;
        replay.finish()
    }

    pub fn expect(replay: &Replay) {
        assert!(replay.is_finished() && replay.damage().is_empty() && replay.torn_bytes() == 0);
        assert!(
            replay.metadata().typed().eq(values().into_iter().chain(later())),
            "{:?}",
            replay.metadata().typed().collect::<Vec<_>>()
        );
        assert_eq!(replay.metadata().get("learning rate"), Some(0.01.into()));
        let texts: Vec<_> = replay.metadata().map(|(_, text)| text).collect();
        assert_eq!(texts[4..8], ["0.05", "1e-7", "NaN", "[\"a\", \"\", \"\u{2713} \\\"b\\\"\"]"]);
    }
}

/// Each is written once: one that is there already is left as it is, and that all are is a failure.
#[test]
#[ignore = "writes files that are never written again"]
fn write_the_golden_files() {
    let missing: Vec<_> = FILES.into_iter().filter(|(name, _)| !place_of(name).exists()).collect();
    assert!(!missing.is_empty(), "all are there");
    missing.into_iter().for_each(|(name, record)| record(&place_of(name)).unwrap());
}

type Recorder = fn(&Path) -> Result<()>;
const FILES: [(&str, Recorder); 3] = [(FINISHED, finished::record), (TYPES, types::record), (NOTES, notes::record)];

#[test]
fn a_finished_recording_of_format_1_1_is_read() {
    finished::expect(&Replay::open(place_of(FINISHED)).unwrap());
}

#[test]
fn an_unfinished_recording_of_every_type_of_format_1_1_is_read() {
    types::expect(&Replay::open(place_of(TYPES)).unwrap());
}

#[test]
fn notes_of_every_type_of_format_1_1_are_read() {
    notes::expect(&Replay::open(place_of(NOTES)).unwrap());
}

#[test]
fn the_name_of_the_models_own_loss_is_read() {
    let replay = Replay::open(place_of(TYPES)).unwrap();
    assert_eq!(replay.run_with(&types::Foreign(0)).loss_name(), Some("Huber, \u{3b4} = 1"));
}

#[test]
fn a_recording_of_format_1_1_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy");
    fs::copy(place_of(TYPES), &path).unwrap();
    let mut replay = Replay::append(&path).unwrap();
    assert_eq!(replay.record(&types::Foreign(2), Metrics::new()).unwrap(), 2);
    replay.finish().unwrap();
    assert!(common::arrays::same_bits(&Replay::open(&path).unwrap().weights(2).unwrap(), &types::Foreign(2)));
}

/// What a record holds but for checksums, salt and padding.
fn contents(bytes: &[u8]) -> Vec<([u64; 4], [&[u8]; 2])> {
    let content = |record: Record| {
        let (meta, data) = (&bytes[record.meta.clone()], &bytes[record.data.clone()]);
        ([record.kind.into(), record.sequence, record.epoch, record.step.into()], [meta, data])
    };
    records(bytes).into_iter().map(content).collect()
}

#[test]
fn this_version_writes_what_the_first_of_format_1_1_did_and_appends_fields() {
    let folder = tempfile::tempdir().unwrap();
    for (name, record) in FILES {
        let path = folder.path().join(name);
        record(&path).unwrap();
        let (golden, written) = (fs::read(place_of(name)).unwrap(), fs::read(&path).unwrap());
        let (old, new) = (contents(&golden), contents(&written));
        assert!(old.len() == new.len() && old.len() > 3, "{name}");
        for ((header, [meta, data]), (own_header, [own_meta, own_data])) in old.iter().zip(&new) {
            assert_eq!((header, data), (own_header, own_data), "{name}");
            assert!(own_meta.starts_with(meta), "{name}: the meta of the record {header:?}");
        }
    }
}

#[test]
fn a_reader_of_some_pages_of_python_reads_the_same_bit_for_bit() {
    python::agrees(&[place_of(FINISHED), place_of(TYPES), place_of(NOTES)]);
}
