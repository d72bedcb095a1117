//! What the scripts of a page show of a recording.

use training_replay::{
    Replay, Result,
    plot::{Page, RunPlots},
};

use crate::{
    reply::Reply,
    request::{Shown, at_most},
};

/// The samples that are shown where it is not said how many: as many as those of a page that carries its arrays.
const SAMPLES: usize = 2_000;

/// The head of a page with one run, and behind it the bytes of its arrays: those of [`Page::to_data`].
pub(crate) fn run(replay: &Replay, shown: Shown) -> Result<Reply> {
    let mut run = replay.run()?;
    if let Some(threshold) = shown.threshold {
        run = run.threshold(threshold);
    }
    let mut options = RunPlots::options().log_losses(shown.log_losses.unwrap_or(false));
    if let Some(layer) = shown.layer {
        options = options.layer(layer);
    }
    let mut page = Page::new("").max_samples(at_most("`samples`", shown.samples.unwrap_or(SAMPLES))?);
    let (head, arrays) = page.run(shown.name, &options.of(run)?)?.to_data()?;
    Ok(Reply::default().with("head", head.len())?.file([head.as_bytes(), arrays].concat()))
}
