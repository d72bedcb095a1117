//! What is recorded in the background is what would have been recorded at once.

mod common;

use std::{cell::RefCell, fs, rc::Rc};

use common::arrays::{counted, file, settings};
use training_replay::{
    Activation, BackgroundRecorder, Dense, Error, Loss, Metrics, Model, Moment, Optimizer, Parameter, Replay,
    ReplayOptions, Result, Sequential, Trainer, Values, Weights, datasets, half::bf16,
};

fn network() -> Sequential {
    let hidden = Dense::new(3).name("hidden").activation(Activation::Tanh);
    let output = Dense::new(1).name("output").activation(Activation::Sigmoid);
    Sequential::builder(2).layer(hidden).layer(output).build(5).unwrap()
}

/// A run of four epochs of three steps each, every one of which is handed to `record`, its state too.
fn train(mut record: impl FnMut(Moment, &dyn Model, Metrics) -> Result<()>) {
    let data = datasets::moons(30, 0.1, 3);
    let (mut model, mut trainer) =
        (network(), Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.01)).batch_size(10));
    record(0.into(), &trainer.training(&model), Metrics::new()).unwrap();
    for epoch in 1..=4 {
        let metrics = trainer
            .epoch_with(&mut model, &data, |step| {
                record((epoch, step.number()).into(), &step.training(), step.metrics())
            })
            .unwrap();
        record(epoch.into(), &trainer.training(&model), metrics).unwrap();
    }
}

/// Everything that a recording holds, but for its file.
fn contents(replay: &Replay) -> Vec<(Moment, Weights, Metrics, String, String)> {
    let moments = replay.epochs().map(Moment::from).chain(replay.steps().iter());
    let of = |at: Moment| {
        let state = replay.training().state(at).map(|state| format!("{:?} {:?}", state.description(), state.arrays()));
        let probe = replay.probe().at(at).unwrap();
        (at, replay.weights(at).unwrap(), replay.metrics(at).unwrap(), format!("{state:?}"), format!("{probe:?}"))
    };
    moments.map(of).collect()
}

#[test]
fn a_run_is_recorded_as_it_is_at_once() {
    let data = datasets::moons(30, 0.1, 3);
    let chosen: [fn(ReplayOptions) -> ReplayOptions; 4] = [
        |options| options,
        |options| options.every(2),
        |options| options.every_step(2).probe_every(3),
        |options| options.epochs([0, 3]).rename(|layer, name| (layer.to_owned(), name.to_owned())),
    ];
    for (setting, options) in settings() {
        for (place, choose) in chosen.iter().enumerate() {
            let options = choose(options.clone().dataset(&data).loss(Loss::BinaryCrossEntropy).metadata("seed", 7));
            let (mut expected, folder) = (options.clone().in_memory(), tempfile::tempdir().unwrap());
            train(|at, model, metrics| expected.record_at(at, model, metrics).map(drop));
            expected.finish().unwrap();
            let mut recorder = BackgroundRecorder::new(options.create(file(&folder)).unwrap(), 2).unwrap();
            train(|at, model, metrics| recorder.record_at(at, model, metrics).map(drop));
            recorder.finish().unwrap();
            let found = Replay::open(file(&folder)).unwrap();
            assert_eq!(contents(&found), contents(&expected), "{setting}, choice {place}");
            assert!(found.is_finished() && found.dataset().unwrap() == &data);
            let mut bytes = Vec::new();
            expected.write_to(&mut bytes).unwrap();
            assert_eq!(fs::metadata(file(&folder)).unwrap().len(), bytes.len() as u64);
        }
    }
}

#[test]
fn epochs_are_counted_as_at_once_also_with_some_left_out_and_in_a_run_that_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let options = || Replay::options().every(3);
    let mut recorder = BackgroundRecorder::new(options().create(file(&folder)).unwrap(), 2).unwrap();
    let numbers: Vec<u64> = (0..8).map(|epoch| recorder.record(&counted(epoch), Metrics::new()).unwrap()).collect();
    assert_eq!(numbers, (0..8).collect::<Vec<_>>());
    let mut replay = recorder.into_replay().unwrap();
    assert_eq!(replay.record(&counted(8), Metrics::new()).unwrap(), 8);
    assert!(replay.record_at((9, 3), &counted(9), Metrics::new()).unwrap());
    drop(replay); // killed within epoch 9

    let mut recorder = BackgroundRecorder::new(options().append(file(&folder)).unwrap(), 2).unwrap();
    assert_eq!(recorder.acknowledged(), Some((9, 3).into()));
    assert!(!recorder.record_at((9, 2), &counted(9), Metrics::new()).unwrap(), "it was recorded before");
    assert_eq!(recorder.record(&counted(9), Metrics::new()).unwrap(), 9);
    recorder.finish().unwrap();
    assert_eq!(Replay::open(file(&folder)).unwrap().epochs().collect::<Vec<_>>(), [0, 3, 6, 9]);
}

/// A model of one thread that changes as soon as it was recorded, and gives every type of values.
struct Restless(Rc<RefCell<u8>>);

fn restless(n: u8) -> [Values<'static>; 6] {
    [
        vec![f32::from(n), f32::NAN, -0.0].into(),
        vec![f64::from(n) / 3.0].into(),
        vec![bf16::from_f32(f32::from(n)); 4].into(),
        vec![i64::from(n), i64::MIN].into(),
        vec![n.is_multiple_of(2), true].into(),
        Values::from(Vec::<u16>::new()),
    ]
}

impl Model for Restless {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        let n = *self.0.borrow();
        *self.0.borrow_mut() += 1;
        let parameter =
            |(i, values): (usize, Values<'static>)| Parameter::new("layer", i.to_string(), [values.len()], values);
        Ok(restless(n).into_iter().enumerate().map(parameter).collect())
    }
}

#[test]
fn what_is_recorded_is_the_model_as_it_was_in_every_type() {
    let mut recorder = BackgroundRecorder::new(Replay::options().in_memory(), 3).unwrap();
    let model = Restless(Rc::default());
    for epoch in 0..20 {
        assert_eq!(recorder.record(&model, Metrics::new()).unwrap(), epoch);
    }
    let replay = recorder.into_replay().unwrap();
    for epoch in 0..20 {
        let weights = replay.weights(epoch).unwrap();
        for (found, expected) in weights.iter().zip(restless(epoch as u8)) {
            assert!(found.values().same_bits(&expected), "epoch {epoch}: {found:?}");
        }
    }
}

/// A model that is sound, fails, or is another one.
#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Sound,
    Fails,
    IsAnother,
    Misshapen,
}

impl Model for Mood {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        let parameter =
            |name: &'static str, length| Ok(vec![Parameter::new("layer", name, [length], vec![1.0_f32; 2])]);
        match self {
            Self::Sound => parameter("kernel", 2),
            Self::Fails => Err(Error::model("the device is gone")),
            Self::IsAnother => parameter("weight", 2),
            Self::Misshapen => parameter("kernel", 3),
        }
    }
}

#[test]
fn a_model_that_fails_is_an_error_at_once_and_costs_no_memory() {
    let mut recorder = BackgroundRecorder::new(Replay::options().in_memory(), 2).unwrap();
    recorder.record(&Mood::Sound, Metrics::new()).unwrap();
    for _ in 0..20 {
        let message = recorder.record(&Mood::Fails, Metrics::new()).unwrap_err().to_string();
        assert_eq!(message, "the model failed: the device is gone");
    }
    assert_eq!(recorder.record(&Mood::Sound, Metrics::new()).unwrap(), 1);
    recorder.finish().unwrap();
}

#[test]
fn a_snapshot_that_is_not_the_models_is_named_by_the_next_call_and_those_behind_it_are_written() {
    for (mood, what) in [(Mood::IsAnother, "layer/weight"), (Mood::Misshapen, "expected shape [3]")] {
        let mut recorder = BackgroundRecorder::new(Replay::options().in_memory(), 2).unwrap();
        recorder.record(&Mood::Sound, Metrics::new()).unwrap();
        recorder.record(&mood, Metrics::new()).unwrap();
        let error = recorder.flush().unwrap_err();
        assert!(matches!(&error, Error::InBackground { waits: false, .. }), "{error}");
        let message = error.to_string();
        assert!(
            message.starts_with("epoch 1 was handed over and is not recorded: ") && message.contains(what),
            "{message}"
        );
        recorder.flush().unwrap();
        assert_eq!(recorder.record(&Mood::Sound, Metrics::new()).unwrap(), 2);
        assert_eq!(recorder.into_replay().unwrap().epochs().collect::<Vec<_>>(), [0, 2]);
    }
}

#[test]
fn moments_out_of_order_and_steps_that_cannot_be_are_errors_at_once() {
    let mut recorder = BackgroundRecorder::new(Replay::options().in_memory(), 2).unwrap();
    assert!(recorder.record_at(5, &counted(5), Metrics::new()).unwrap());
    let cases: [(Moment, &str); 4] = [
        (5.into(), "later than epoch 5"),
        (3.into(), "later than epoch 5"),
        ((0, 1).into(), "epoch 0 is before training"),
        ((6, 0).into(), "1 or more"),
    ];
    for (moment, what) in cases {
        let message = recorder.record_at(moment, &counted(1), Metrics::new()).unwrap_err().to_string();
        assert!(message.contains(what), "{message}");
    }
    assert_eq!(recorder.record(&counted(6), Metrics::new()).unwrap(), 6);
}

#[test]
fn no_copies_and_a_recording_that_is_read_are_refused() {
    for copies in [0, usize::MAX] {
        let message = BackgroundRecorder::new(Replay::options().in_memory(), copies).unwrap_err().to_string();
        assert!(message.starts_with("the number of copies is "), "{message}");
    }
    let mut replay = Replay::options().in_memory();
    replay.record(&counted(0), Metrics::new()).unwrap();
    replay.finish().unwrap();
    let message = BackgroundRecorder::new(replay, 2).unwrap_err().to_string();
    assert!(message.contains("opened to read"), "{message}");
}

#[test]
fn a_recorder_that_is_dropped_writes_what_was_handed_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut recorder = BackgroundRecorder::new(Replay::options().create(file(&folder)).unwrap(), 4).unwrap();
    for epoch in 0..50 {
        recorder.record(&counted(epoch), Metrics::new()).unwrap();
    }
    drop(recorder);
    let replay = Replay::open(file(&folder)).unwrap();
    assert_eq!((replay.epochs().len(), replay.is_finished()), (50, false));
}

#[test]
fn a_recorder_that_is_finished_says_so_like_any_other() {
    let mut recorder = BackgroundRecorder::new(Replay::options().in_memory(), 2).unwrap();
    let message = recorder.finish().unwrap_err().to_string();
    assert!(message.contains("1 or more to finish"), "{message}");
    assert_eq!(recorder.record(&counted(0), Metrics::new()).unwrap(), 0, "at once, as the thread has ended");
    assert_eq!(recorder.acknowledged(), Some(0.into()));
    recorder.flush().unwrap();
    recorder.finish().unwrap();
    recorder.flush().unwrap();
    assert_eq!(recorder.acknowledged(), Some(0.into()));
    for message in [recorder.record(&counted(1), Metrics::new()).map(drop), recorder.finish()].map(Result::unwrap_err) {
        assert!(message.to_string().contains("opened to read"), "{message}");
    }
    assert_eq!(recorder.into_replay().unwrap().epochs().len(), 1);
}

#[cfg(unix)]
#[test]
fn a_file_that_vanishes_is_an_error_and_what_waits_can_be_saved() {
    let folder = tempfile::tempdir().unwrap();
    let mut recorder = BackgroundRecorder::new(Replay::options().create(file(&folder)).unwrap(), 2).unwrap();
    recorder.record(&counted(0), Metrics::new()).unwrap();
    recorder.flush().unwrap();
    fs::rename(file(&folder), folder.path().join("elsewhere")).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(20)); // its name is looked up every 10 ms
    recorder.record(&counted(1), Metrics::new()).unwrap();
    let message = recorder.flush().unwrap_err().to_string();
    assert!(message.contains("was removed, renamed or replaced"), "{message}");
    fs::rename(folder.path().join("elsewhere"), file(&folder)).unwrap();
    drop(recorder.flush()); // the same error again, or none
    recorder.flush().unwrap();
    recorder.finish().unwrap();
    assert_eq!(Replay::open(file(&folder)).unwrap().epochs().len(), 2);
}
