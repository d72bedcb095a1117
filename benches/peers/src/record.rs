//! Recording one more epoch.

use std::{
    fs::create_dir_all,
    path::{Path, PathBuf},
};

use training_replay::{Durability, Metrics, Model, Parameter, Replay, Sequential};

use crate::{
    job::{Job, Made, Result, boxed},
    train::Course,
};

pub fn make(name: &str, folder: &Path) -> Made {
    let path = folder.join(format!("{name}.replay"));
    Some(match name {
        "record_1k" => boxed(Recording::new(path, Flat(vec![0.5; 1_000]), Metrics::new())),
        "record_10M" => boxed(Recording::new(path, Flat(vec![0.5; 10_000_000]), Metrics::new())),
        "record" => boxed(Recording::article(path)),
        _ => return None,
    })
}

struct Flat(Vec<f32>);

impl Model for Flat {
    fn parameters(&self) -> training_replay::Result<Vec<Parameter<'_>>> {
        Ok(vec![Parameter::new("layer", "kernel", [self.0.len()], &self.0)])
    }
}

struct Recording<M> {
    path: PathBuf,
    model: M,
    metrics: Metrics,
    replay: Option<Replay>,
}

impl<M: Model> Recording<M> {
    fn new(path: PathBuf, model: M, metrics: Metrics) -> Result<Self> {
        path.parent().map_or(Ok(()), create_dir_all)?;
        Ok(Self { path, model, metrics, replay: None })
    }
}

impl Recording<Sequential> {
    fn article(path: PathBuf) -> Result<Self> {
        Self::new(path, Course::small()?.model, Metrics::from([("loss", 0.5), ("accuracy", 0.9)]))
    }
}

impl<M: Model> Job for Recording<M> {
    /// A new recording with one epoch.
    fn prepare(&mut self) -> Result<()> {
        self.replay = None;
        let options = Replay::options().durability(Durability::Never).overwrite(true);
        let mut replay = options.create(&self.path)?;
        replay.record(&self.model, self.metrics.clone())?;
        self.replay = Some(replay);
        Ok(())
    }

    fn run(&mut self) -> Result<()> {
        let replay = self.replay.as_mut().ok_or("not prepared")?;
        replay.record(&self.model, self.metrics.clone())?;
        Ok(())
    }
}
