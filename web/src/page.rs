//! What a page shows of recordings.

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
pub(crate) fn data(replay: &Replay, shown: Shown) -> Result<Reply> {
    let page = add(Page::new(""), replay, shown)?;
    let (head, arrays) = page.to_data()?;
    Ok(Reply::default().with("head", head.len())?.file([head.as_bytes(), arrays].concat()))
}

/// A page of several runs, as a file of its own.
pub(crate) fn html<'a>(title: String, runs: Vec<Shown>, replay: impl Fn(u32) -> Result<&'a Replay>) -> Result<Reply> {
    let page = runs.into_iter().try_fold(Page::new(title), |page, shown| add(page, replay(shown.handle)?, shown))?;
    Ok(Reply::default().file(page.to_html()?.into_bytes()))
}

fn add(page: Page, replay: &Replay, shown: Shown) -> Result<Page> {
    let mut run = replay.run()?;
    if let Some(threshold) = shown.threshold {
        run = run.threshold(threshold);
    }
    let mut options = RunPlots::options().log_losses(shown.log_losses.unwrap_or(false));
    if let Some(layer) = shown.layer {
        options = options.layer(layer);
    }
    let mut page = page.max_samples(at_most("`samples`", shown.samples.unwrap_or(SAMPLES))?);
    page.run(shown.name, &options.of(run)?)?;
    Ok(page)
}
