//! What all jobs have in common.

use std::{error::Error, path::Path, time::Instant};

use training_replay::{Dataset, Matrix, Metrics, Model, Replay};

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A job that was looked up by its name: none of that name, or made, or failed at that.
pub type Made = Option<Result<Box<dyn Job>>>;

/// Something to be done again and again, as fast as it can.
pub trait Job {
    /// Done before every measurement, and not measured.
    fn prepare(&mut self) -> Result<()> {
        Ok(())
    }

    fn run(&mut self) -> Result<()>;

    /// Records what the job starts from and what it arrives at, for the peers to start from and to arrive at the same.
    fn export(&mut self, _path: &Path) -> Result<()> {
        Err("this job has nothing to export".into())
    }

    /// How many things a run makes, if the time is that of each of them.
    fn made(&self) -> usize {
        1
    }

    /// Nanoseconds per run, or for each thing that it makes.
    fn measure(&mut self, times: u32) -> Result<u64> {
        self.prepare()?;
        let start = Instant::now();
        for _ in 0..times {
            self.run()?;
        }
        Ok(u64::try_from(start.elapsed().as_nanos() / u128::from(times.max(1)) / self.made() as u128)?)
    }
}

/// Makes a job of what may have failed.
pub fn boxed<J: Job + 'static>(job: Result<J>) -> Result<Box<dyn Job>> {
    job.map(|job| Box::new(job) as Box<dyn Job>)
}

/// Records a forward pass: the model, its inputs, and its outputs as targets.
pub fn export_pass<M: Model>(path: &Path, model: &M, inputs: &Matrix, outputs: &Matrix) -> Result<()> {
    let data = Dataset::new(inputs.clone(), outputs.clone())?;
    let mut replay = Replay::options().dataset(&data).overwrite(true).create(path)?;
    replay.record(model, Metrics::new())?;
    Ok(replay.finish()?)
}
