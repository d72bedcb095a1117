//! Frames of an animation of the article's run: all panels of every tenth epoch, or of every one, written as a GIF.

use std::{
    hint::black_box,
    path::{Path, PathBuf},
};

use training_replay::{
    Replay, Sequential,
    plot::{Animation, Figure, RunPlots},
};

use crate::{
    job::{Job, Made, Result, boxed},
    replay::{EPOCHS, LOSS, recorded},
};

/// Of these epochs a frame is drawn on both sides.
const EVERY: usize = 10;
const SIZE: (u32, u32) = (1_440, 720);

pub fn make(name: &str, folder: &Path) -> Made {
    let make = |every, threads| {
        let path = folder.join(format!("{name}.gif"));
        open(folder).and_then(|replay| Ok(Frames { replay, plots: plots(replay)?, every, threads, path }))
    };
    Some(match name {
        "frames" => boxed(make(EVERY, Some(1))),
        "frames_cores" => boxed(make(EVERY, None)),
        "frames_all" => boxed(make(1, Some(1))),
        "frames_all_cores" => boxed(make(1, None)),
        "frames_before" => boxed(open(folder).map(Before)),
        _ => return None,
    })
}

/// The run, which is there until the process ends: the plots borrow it.
fn open(folder: &Path) -> Result<&'static Replay> {
    let path = folder.join("article.replay");
    recorded(&path)?;
    Ok(Box::leak(Box::new(Replay::open(&path)?)))
}

fn plots(replay: &'static Replay) -> Result<RunPlots<'static, Sequential>> {
    Ok(RunPlots::options().loss(LOSS).of(replay.run().unwrap().threads(1))?)
}

struct Frames {
    replay: &'static Replay,
    plots: RunPlots<'static, Sequential>,
    every: usize,
    threads: Option<usize>,
    path: PathBuf,
}

impl Frames {
    fn figure(&self, epoch: u64) -> training_replay::Result<Figure> {
        Ok(self.plots.figure(epoch)?.size(SIZE.0, SIZE.1))
    }
}

impl Job for Frames {
    fn run(&mut self) -> Result<()> {
        let animation = Animation::of(self.plots.epochs()).every(self.every);
        let animation = match self.threads {
            Some(threads) => animation.threads(threads),
            None => animation,
        };
        Ok(animation.save(&self.path, |epoch| self.figure(epoch))?)
    }

    fn made(&self) -> usize {
        self.plots.epochs().len().div_ceil(self.every)
    }

    /// The run with loss and accuracy over all samples, as the curves show them; the epochs that are drawn have the number
    /// of their frame besides, and a picture each beside the recording.
    fn export(&mut self, path: &Path) -> Result<()> {
        let mut replay = Replay::options().dataset(self.replay.dataset()?).overwrite(true).create(path)?;
        for epoch in 0..EPOCHS {
            let mut metrics = training_replay::Metrics::from(self.replay.at(epoch)?.evaluate(LOSS)?);
            if epoch.is_multiple_of(self.every as u64) {
                let frame = epoch / self.every as u64;
                metrics.insert("frame", frame as f64);
                self.figure(epoch)?.save(path.with_extension(format!("{frame}.png")))?;
            }
            replay.record(&self.replay.weights(epoch)?, metrics)?;
        }
        Ok(replay.finish()?)
    }
}

/// What goes before the first frame: the limits of the axes and the curves, out of all epochs.
struct Before(&'static Replay);

impl Job for Before {
    fn run(&mut self) -> Result<()> {
        black_box(plots(self.0)?);
        Ok(())
    }
}
