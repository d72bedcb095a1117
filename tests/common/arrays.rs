//! A model that is parameters and nothing else, and what its recordings must give back.

use std::path::{Path, PathBuf};

use training_replay::{Metrics, Model, Parameter, Replay, ReplayOptions, Result, Values, Weights};

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

/// Where a test has its recording.
pub fn file(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("run.replay")
}
