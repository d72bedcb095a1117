//! `training-replay watch`: follows a recording while it is written.

use std::{
    io::ErrorKind,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use clap::Args;
use serde_json::{Map, Value, json};
use training_replay::{Error, Metrics, Moment, Replay};

use crate::{
    damage,
    identity::identity,
    numbers::{decimal, number},
    out::{Out, complain, versioned},
    recording::{self, moments},
    trouble::{Answer, Status, Trouble},
    words::{counted, shown},
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay watch run.replay
  training-replay watch --wait run.replay              # a run that has not begun
  training-replay watch --patience 60 run.replay       # a run that may have been killed
  training-replay watch --json run.replay | jq .metrics.loss

Exits with 0 when the run is finished, with 2 when it is not: interrupted, or the file is gone or replaced.";

/// How often the recording is looked at.
const INTERVAL: Duration = Duration::from_millis(50);

/// Follows a recording while it is written: every metric of every epoch, until the run is finished
#[derive(Args, Debug)]
pub struct Watch {
    /// The recording
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Show what is recorded within the epochs, too
    #[arg(long)]
    steps: bool,
    /// Wait for a file that is not there yet
    #[arg(long)]
    wait: bool,
    /// Give up after so many seconds without anything new
    #[arg(long, value_name = "SECONDS")]
    patience: Option<f64>,
    /// Write a JSON document for each epoch, each on a line
    #[arg(long)]
    json: bool,
}

/// What is known of the file while it is followed.
struct Followed<'w> {
    watch: &'w Watch,
    replay: Replay,
    identity: (u64, u64),
    shown: Option<Moment>,
    interrupted: Arc<AtomicBool>,
    news: Instant,
}

impl Watch {
    pub fn run(&self) -> Answer<Status> {
        recording::expect_file(&self.file)?;
        let interrupted = interruption()?;
        let replay = self.open(&interrupted)?;
        let identity = identity(&self.file.metadata().map_err(Trouble::io(&self.file))?);
        let mut followed = Followed { watch: self, replay, identity, shown: None, interrupted, news: Instant::now() };
        followed.follow()
    }

    /// The recording, as soon as it has begun.
    fn open(&self, interrupted: &AtomicBool) -> Answer<Replay> {
        let began = Instant::now();
        loop {
            match Replay::open(&self.file) {
                Err(Error::NotStarted { .. }) if self.is_patient(began) => {}
                Err(Error::Io { source, .. })
                    if self.wait && self.is_patient(began) && source.kind() == ErrorKind::NotFound => {}
                opened => return opened.map_err(Trouble::with(&self.file)),
            }
            if interrupted.load(Ordering::Relaxed) {
                return Err(Trouble::of(&self.file, "interrupted before anything was recorded"));
            }
            thread::sleep(INTERVAL);
        }
    }

    fn is_patient(&self, since: Instant) -> bool {
        self.patience.is_none_or(|seconds| since.elapsed().as_secs_f64() < seconds)
    }
}

impl Followed<'_> {
    fn follow(&mut self) -> Answer<Status> {
        let mut out = Out::new();
        loop {
            let finished = self.replay.is_finished();
            self.show(&mut out)?;
            if finished {
                return self.end(&mut out);
            }
            self.expect_more()?;
            thread::sleep(INTERVAL);
            self.replay.refresh().map_err(Trouble::with(&self.watch.file))?;
        }
    }

    /// What came since.
    fn show(&mut self, out: &mut Out) -> Answer<()> {
        let new: Vec<Moment> = moments(&self.replay).into_iter().filter(|moment| Some(*moment) > self.shown).collect();
        for &moment in &new {
            if moment.step().is_none() || self.watch.steps {
                self.line(out, moment)?;
            }
            self.shown = Some(moment);
        }
        if !new.is_empty() {
            self.news = Instant::now();
            out.flush()?;
        }
        Ok(())
    }

    fn line(&self, out: &mut Out, moment: Moment) -> Answer<()> {
        let metrics = self.replay.metrics(moment).map_err(Trouble::with(&self.watch.file))?;
        if self.watch.json {
            out.line(versioned("watch", document(moment, &metrics)))
        } else {
            let values = metrics.iter().map(|(name, value)| format!("  {} {}", shown(name), decimal(value)));
            out.line(format!("{moment}{}", values.collect::<String>()))
        }
    }

    fn end(&self, out: &mut Out) -> Answer<Status> {
        if !self.watch.json {
            out.line(format!("finished after {}", self.count()))?;
        }
        for damage in self.replay.damage().iter().map(damage::line) {
            // No document of an epoch.
            if self.watch.json { complain(&Trouble::of(&self.watch.file, damage)) } else { out.line(damage)? }
        }
        out.flush()?;
        Ok(Status::Held)
    }

    /// Fails when nothing more is to be expected.
    fn expect_more(&self) -> Answer<()> {
        let path = &self.watch.file;
        if self.interrupted.load(Ordering::Relaxed) {
            return Err(Trouble::of(path, format!("interrupted after {}; the run is not finished", self.count())));
        }
        let file = path.metadata().map_err(|error| match error.kind() {
            ErrorKind::NotFound => Trouble::of(path, format!("the file is gone, after {}", self.count())),
            _ => Trouble::io(path)(error),
        })?;
        if identity(&file) != self.identity {
            return Err(Trouble::of(path, format!("it was replaced by another file, after {}", self.count())));
        }
        if !self.watch.is_patient(self.news) {
            let what = format!("nothing new came after {}: has its recorder been stopped?", self.count());
            return Err(Trouble::of(path, what));
        }
        Ok(())
    }

    fn count(&self) -> String {
        counted(self.replay.epochs().len() as u64, "epoch")
    }
}

fn document(moment: Moment, metrics: &Metrics) -> Value {
    let metrics: Map<String, Value> = metrics.iter().map(|(name, value)| (name.to_owned(), number(value))).collect();
    json!({ "epoch": moment.epoch(), "step": moment.step(), "metrics": metrics })
}

/// Becomes true when somebody presses Ctrl-C, or asks the process to end.
fn interruption() -> Answer<Arc<AtomicBool>> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))
        .map_err(|error| Trouble::usage(format!("Ctrl-C cannot be waited for: {error}")))?;
    Ok(interrupted)
}
