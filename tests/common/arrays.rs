//! A model that is parameters and nothing else, and what its recordings must give back.

use std::path::{Path, PathBuf};

use training_replay::{Base, Metrics, Model, Parameter, Replay, ReplayOptions, Result, Values, Weights, datasets};

/// Name, shape and values of each parameter.
#[derive(Clone, Debug)]
pub struct Arrays(pub Vec<(String, Vec<usize>, Values<'static>)>);

impl Model for Arrays {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        let parameter = |(name, shape, values): &(String, Vec<usize>, Values<'static>)| {
            Parameter::new("layer", name.clone(), shape.clone(), values.clone())
        };
        Ok(self.0.iter().map(parameter).collect())
    }
}

/// Six parameters that are the number of their epoch.
pub fn counted(epoch: u64) -> Arrays {
    Arrays(vec![("kernel".into(), vec![2, 3], Values::from(vec![epoch as f32; 6]))])
}

/// A recording of so many epochs whose recorder was dropped without `finish`.
pub fn leave_behind(path: &Path, epochs: u64) {
    let mut replay = Replay::options().create(path).unwrap();
    for epoch in 0..epochs {
        replay.record(&counted(epoch), Metrics::new()).unwrap();
    }
}

pub fn same_bits(found: &Weights, recorded: &impl Model) -> bool {
    let recorded = recorded.parameters().unwrap();
    found.len() == recorded.len()
        && found.iter().zip(&recorded).all(|(found, recorded)| {
            (found.layer(), found.name(), found.shape()) == (recorded.layer(), recorded.name(), recorded.shape())
                && found.values().same_bits(recorded.values())
        })
}

/// The settings of recordings that must keep the same promises, and what they are called.
pub fn settings() -> Vec<(&'static str, ReplayOptions)> {
    vec![
        ("plain", Replay::options()),
        #[cfg(feature = "compression")]
        ("compressed", Replay::options().compress(true)),
    ]
}

/// Those of a name.
pub fn setting(name: &str) -> ReplayOptions {
    let named = settings().into_iter().find(|(of, _)| *of == name);
    named.unwrap_or_else(|| panic!("no settings are called {name}")).1
}

/// An array that stays as it is, which recordings of some parameters leave out.
pub fn frozen() -> (String, Vec<usize>, Values<'static>) {
    ("frozen".into(), vec![2], Values::from(vec![0.5_f32, -0.0]))
}

/// The kinds of recordings that must lose as little as any other, by their names: also with shared data, of some parameters, or all
/// of that at once.
pub fn kinds() -> Vec<&'static str> {
    let plain = settings().into_iter().map(|(name, _)| name);
    plain.chain(["shared", "partial", "together"]).collect()
}

/// The settings of a kind of recording of [`frozen`] and others at this path, with data.
pub fn of_kind(kind: &str, path: &Path) -> ReplayOptions {
    let options = Replay::options().dataset(&datasets::parabola(2, 1));
    let shared = |options: ReplayOptions| options.share_data(path.with_file_name("test.dataset"));
    let partial = |options: ReplayOptions| options.without_parameters(["*/frozen"]);
    match kind {
        "shared" => shared(options),
        "partial" => partial(options),
        "together" => together(shared(partial(options))),
        name => setting(name).dataset(&datasets::parabola(2, 1)),
    }
}

#[cfg(feature = "compression")]
fn together(options: ReplayOptions) -> ReplayOptions {
    options.compress(true)
}

#[cfg(not(feature = "compression"))]
fn together(options: ReplayOptions) -> ReplayOptions {
    options
}

/// The recording with what it leaves out, if it leaves any out.
pub fn completed(replay: Replay) -> Replay {
    if replay.recorded_weights().left_out().len() == 0 {
        return replay;
    }
    Base::of(&Arrays(vec![frozen()])).unwrap().complete(replay).unwrap()
}

/// Where a test has its recording.
pub fn file(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("run.replay")
}
