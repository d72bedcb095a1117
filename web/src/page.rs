//! What a page shows of recordings.

use training_replay::{
    Replay, Result,
    plot::{Page, PageSource, RunPlots},
};

use crate::{
    reply::Reply,
    request::{Shown, at_most},
};

/// A page of several runs, as a file of its own.
pub(crate) fn html<'a>(title: String, runs: Vec<Shown>, replay: impl Fn(u32) -> Result<&'a Replay>) -> Result<Reply> {
    let empty = Page::new(title).source(PageSource::Arrays); // A module cannot carry itself.
    let page = runs.into_iter().try_fold(empty, |page, shown| add(page, replay(shown.handle)?, shown))?;
    Ok(Reply::default().file(page.to_html()?.into_bytes()))
}

fn add(mut page: Page, replay: &Replay, shown: Shown) -> Result<Page> {
    let mut run = replay.run()?;
    if let Some(threshold) = shown.threshold {
        run = run.threshold(threshold);
    }
    let mut options = RunPlots::options().log_losses(shown.log_losses.unwrap_or(false));
    if let Some(layer) = shown.layer {
        options = options.layer(layer);
    }
    if let Some(samples) = shown.samples {
        page = page.max_samples(at_most("`samples`", samples)?);
    }
    page.run(shown.name, &options.of(run)?)?;
    Ok(page)
}
