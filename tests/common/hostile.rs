//! What anyone may do to a file, and what must hold all the same. The fuzz targets in `fuzz/` run this very file.

use std::{collections::BTreeMap, fs, path::Path};

use training_replay::{
    Base, Dataset, Error, Loss, Metrics, Moment, Optimizer, Parent, Replay, Result, Sequential, SharedData, Trainer,
    Weights, analysis::VerifyOptions, datasets,
};

use super::bytes::{Record, records, renumber, reseal};

/// Asks a recording everything that can be asked of it without running its model. Answers or errors, never a panic.
pub fn ask(replay: &Replay) {
    assert!(replay.probe().inputs().is_none_or(|inputs| !inputs.is_empty()));
    let _ = (format!("{replay:?}"), replay.is_finished(), replay.torn_bytes(), replay.loss(), replay.path());
    assert!(replay.metadata().len() < usize::MAX && replay.damage().len() < usize::MAX);
    assert_eq!(replay.metadata().typed().count(), replay.metadata().len());
    for epoch in replay.epochs().chain([0, 7, u64::MAX]) {
        drop((replay.weights(epoch), replay.metrics(epoch), replay.probe().outputs(epoch)));
    }
    for step in replay.steps().iter().chain([(0, 0), (1, 1), (u64::MAX, u32::MAX)].map(Moment::from)) {
        drop((replay.weights(step), replay.metrics(step), replay.probe().outputs(step)));
    }
    replay.metric_names().for_each(|name| assert!(replay.curve(name).is_some()));
    replay.steps().metric_names().for_each(|name| assert!(replay.steps().curve(name).is_some()));
    let states = replay.training();
    states.moments().chain([0.into(), (1, 2).into()]).for_each(|moment| drop(states.state(moment)));
    assert!(states.parent().is_none_or(|parent| parent.is(replay).is_ok() || !replay.damage().is_empty()));
    let left_out = replay.recorded_weights().left_out();
    left_out.for_each(|it| drop(replay.parameter(0, it.layer(), it.name())));
    drop((replay.dataset().is_ok(), replay.check_integrity(), replay.write_to(std::io::sink())));
    drop(SharedData::of(replay).map(|shared| (shared.places(), shared.path(), shared.write_whole_to(std::io::sink()))));
}

/// The whole property, for fuzzers: whatever the bytes, asking answers or is an error, and appending leaves every epoch
/// as it was.
pub fn survives(bytes: &[u8]) {
    let Ok(replay) = Replay::from_bytes(bytes) else { return };
    ask(&replay);
    if let Ok(whole) = Base::of(&network()).and_then(|base| base.complete(replay)) {
        ask(&whole);
    }
    append(bytes, &std::env::temp_dir().join(format!("fuzz-{}.replay", std::process::id())));
}

/// The property of a file of data, whatever its bytes: what refers to it answers with the recorded data or an error, and all that
/// needs none; true if it has the data.
pub fn survives_as_data(recording: &[u8], bytes: &[u8], path: &Path) -> bool {
    fs::write(path, bytes).unwrap();
    let replay = Replay::from_bytes(recording).unwrap();
    ask(&replay);
    assert!(replay.epochs().all(|epoch| replay.weights(epoch).is_ok()));
    let listed = replay.check_integrity().unwrap();
    assert!(listed.iter().all(|damage| damage.path.is_some()), "of the recording itself nothing is damaged");
    match replay.dataset() {
        Ok(found) => assert_eq!(found, &data()),
        Err(error) => assert!(!matches!(error, Error::Missing { .. }) && !listed.is_empty(), "{error}"),
    }
    replay.dataset().is_ok()
}

/// A recording, and the bytes of the file at this path that it refers to for its data.
pub fn sharing(path: &Path) -> [Vec<u8>; 2] {
    drop(fs::remove_file(path));
    let recording = recording(Replay::options().share_data(path), 0.01);
    [recording, fs::read(path).unwrap()]
}

/// Runs the recorded model, if there is one that can be restored.
pub fn run(replay: &Replay) {
    let Some(last) = replay.epochs().last() else { return };
    let Ok(snapshot) = replay.at(last) else { return };
    drop((snapshot.outputs(), snapshot.evaluate(Loss::MeanSquaredError), snapshot.activations()));
    drop(snapshot.gradients(Loss::MeanSquaredError));
    drop(replay.run().and_then(|run| run.epochs([last]).verify(&VerifyOptions::default().train_again())));
    if let (Ok(Ok(mut fork)), Ok(data)) = (replay.run().map(|run| run.fork(last)), replay.dataset()) {
        drop(fork.trainer.epoch(&mut fork.model, data));
    }
}

/// Every snapshot of a recording: its weights as bits, and what it logged; `None` where they cannot be read.
fn snapshots(replay: &Replay) -> BTreeMap<Moment, [Option<String>; 4]> {
    let shown = |result: Result<String>| result.ok();
    let snapshot = |moment: Moment| {
        let weights = shown(recorded(replay, moment).map(|weights| format!("{weights:?}")));
        let probe = shown(replay.probe().outputs(moment).map(|outputs| format!("{outputs:?}")));
        let state = shown(replay.training().state(moment).map(|state| format!("{state:?}")));
        (moment, [weights, shown(replay.metrics(moment).map(|metrics| format!("{metrics:?}"))), probe, state])
    };
    replay.epochs().map(Moment::from).chain(replay.steps().iter()).map(snapshot).collect()
}

/// Appends to the file, if it can be opened to be, and fails unless every epoch and step that was there is still the
/// same, and what was acknowledged is there; true if anything was.
pub fn append(bytes: &[u8], path: &Path) -> bool {
    let Ok(before) = Replay::from_bytes(bytes) else { return false };
    fs::write(path, bytes).unwrap();
    let acknowledged = append_again(&before, path);
    let (old, new) = (snapshots(&before), snapshots(&Replay::open(path).unwrap()));
    for (moment, snapshot) in &old {
        assert_eq!(new.get(moment), Some(snapshot), "{moment} is another one now");
    }
    assert_eq!(new.len(), old.len() + acknowledged);
    acknowledged > 0
}

/// The recorded weights of a moment, whatever is left out.
fn recorded(replay: &Replay, moment: Moment) -> Result<Weights> {
    let mut weights = Weights::default();
    replay.recorded_weights().read_into(moment, &mut weights)?;
    Ok(weights)
}

/// Records the last readable epoch once more, and a step of the next one; how many of the two were acknowledged.
fn append_again(before: &Replay, path: &Path) -> usize {
    let Some(weights) = before.epochs().filter_map(|epoch| recorded(before, epoch.into()).ok()).last() else {
        return 0;
    };
    let Ok(mut replay) = Replay::append(path) else { return 0 };
    let Ok(epoch) = replay.record(&weights, [("again", 1.0)]) else { return 0 };
    1 + usize::from(matches!(replay.record_at((epoch.saturating_add(1), 1), &weights, Metrics::new()), Ok(true)))
}

/// The settings of the recordings to begin with.
fn settings() -> [training_replay::ReplayOptions; 2] {
    #[cfg(feature = "compression")]
    let compressed = Replay::options().compress(true);
    #[cfg(not(feature = "compression"))]
    let compressed = Replay::options();
    [Replay::options(), compressed]
}

/// Files with all kinds of records, to begin with: plain, compressed, one that refers to a file of data that is there, one of some
/// parameters, all of that at once, and the file of data.
pub fn recordings() -> Vec<Vec<u8>> {
    let [plain, compressed] = settings();
    let file = std::env::temp_dir().join("training-replay-hostile.dataset");
    let shared = plain.clone().share_data(&file);
    let some = plain.clone().without_parameters(["hidden/*"]); // at a rate of 0 all is frozen
    let together = compressed.clone().share_data(&file).without_parameters(["hidden/*"]);
    let all = [(plain, 0.01), (compressed, 0.01), (shared, 0.01), (some, 0.0), (together, 0.0)];
    let recorded = all.map(|(options, rate)| recording(options, rate));
    recorded.into_iter().chain([fs::read(file).unwrap()]).collect()
}

fn data() -> Dataset {
    datasets::parabola(3, 1)
}

fn network() -> Sequential {
    Sequential::builder(2)
        .layer(training_replay::Dense::new(3).name("hidden").activation(training_replay::Activation::Tanh))
        .layer(training_replay::BatchNormalization::new())
        .layer(training_replay::Dropout::new(0.25))
        .layer(training_replay::Dense::new(1).activation(training_replay::Activation::Sigmoid))
        .build(1)
        .unwrap()
}

fn recording(options: training_replay::ReplayOptions, rate: f32) -> Vec<u8> {
    let (data, model) = (data(), network());
    let options = options.dataset(&data).loss(Loss::BinaryCrossEntropy).metadata("seed", "1");
    let options = options.metadata("rate", 0.05_f32).metadata("betas", [0.9, 0.999]).metadata("names", ["a", ""]);
    let options = options.metadata("decay", true).metadata("units", [64, -1]);
    let parent = {
        let mut parent = Replay::options().in_memory();
        parent.record(&model, Metrics::new()).unwrap();
        Parent::of(&parent, 0).unwrap()
    };
    let mut replay = options.parent(&parent).in_memory();
    let (mut model, mut trainer) = (model, Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(rate)).batch_size(3));
    replay.record_at(0, &model, Metrics::new()).unwrap();
    for epoch in 1..4 {
        let step = |step: training_replay::train::Step<'_>| match step.number() {
            1 => replay.record_at((epoch, 1), &step.training(), [("loss", epoch as f64)]).map(drop),
            _ => Ok(()),
        };
        trainer.epoch_with(&mut model, &data, step).unwrap();
        replay.record(&trainer.training(&model), [("loss", 0.5), ("accuracy", 0.5)]).unwrap();
    }
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes).unwrap();
    bytes
}

/// Numbers at which something may tip over.
const EDGES: [u64; 20] = [
    0,
    1,
    2,
    8,
    63,
    64,
    65,
    255,
    4_096,
    4_097,
    1 << 16,
    1 << 24,
    (1 << 24) + 1,
    (1 << 31) - 1,
    1 << 32,
    1 << 40,
    (1 << 40) + 1,
    (1 << 63) - 1,
    1 << 63,
    u64::MAX,
];

/// Fields of a record's header: place and width.
const FIELDS: [(usize, usize); 8] = [(4, 2), (8, 8), (16, 8), (24, 8), (32, 8), (40, 8), (48, 4), (56, 4)];

/// The file after what the instructions do to it, any bytes: records changed, moved, doubled and dropped, lengths and
/// numbers at their edges; in the end all checksums agree, so that nothing is hidden behind one that does not.
pub fn mutated(mut file: Vec<u8>, instructions: &[u8]) -> Vec<u8> {
    for instruction in instructions.chunks_exact(6) {
        let [what, record, a, b, c, d] = [0, 1, 2, 3, 4, 5].map(|i| usize::from(instruction[i]));
        let (place, edge) = (a << 8 | b, EDGES[c % EDGES.len()].wrapping_sub(d as u64 % 3));
        let records = records(&file);
        match (what % 12, records.get(record % records.len().max(1))) {
            (0 | 1, Some(record)) => {
                let (at, width) = FIELDS[place % FIELDS.len()];
                put(&mut file, record.bytes.start + at, &edge.to_le_bytes()[..width]);
            }
            (2 | 3, Some(record)) => put(&mut file, within(&record.meta, place), &edge.to_le_bytes()),
            (4, Some(record)) => put(&mut file, within(&record.meta, place), &[c as u8]),
            (5, Some(record)) => put(&mut file, within(&record.data, place), &[c as u8, d as u8]),
            (6, Some(record)) => drop(file.drain(record.bytes.clone())),
            (7, Some(record)) => file.extend_from_within(record.bytes.clone()),
            (8, Some(record)) => move_to_the_end(&mut file, record),
            (9, _) => file.resize(file.len().saturating_sub(place % 300), 0),
            (10, _) => file.extend(std::iter::repeat_n(c as u8, place % 300)),
            (11, _) => renumber(&mut file),
            _ => put(&mut file, place, &[c as u8]),
        }
    }
    reseal(&mut file);
    file
}

/// Overwrites what lies within the file.
fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    let place = file.get_mut(at..).unwrap_or_default();
    let length = place.len().min(bytes.len());
    place[..length].copy_from_slice(&bytes[..length]);
}

fn within(range: &std::ops::Range<usize>, place: usize) -> usize {
    range.start + place % range.len().max(1)
}

fn move_to_the_end(file: &mut Vec<u8>, record: &Record) {
    let moved: Vec<u8> = file.drain(record.bytes.clone()).collect();
    file.extend(moved);
}
