//! What a page shows of recordings.

use training_replay::{
    Replay, Result,
    plot::{Page, PageSource, RunPlots},
};

use crate::{
    reply::Reply,
    request::{Shown, at_most},
};

/// A page of several runs, as a file of its own. With a module, gzipped, it computes what it shows.
pub(crate) fn html<'a>(
    title: String,
    runs: Vec<Shown>,
    module: &[u8],
    replay: impl Fn(u32) -> Result<&'a Replay>,
) -> Result<Reply> {
    let page = Page::new(title);
    let empty = match module {
        [] => page.source(PageSource::Arrays), // A module does not carry itself.
        _ => page.source(PageSource::Recordings).module(module.to_vec())?,
    };
    let page = runs.into_iter().try_fold(empty, |page, shown| add(page, replay(shown.handle)?, shown))?;
    Ok(Reply::default().file(page.to_html()?.into_bytes()))
}

fn add(mut page: Page, replay: &Replay, shown: Shown) -> Result<Page> {
    let mut run = replay.run()?;
    if let Some(most) = shown.epochs {
        run = run.epochs(some(replay.epochs().collect(), at_most("`epochs`", most)?));
    }
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

/// At most so many of these epochs, as evenly as their places allow, with the first and the last.
fn some(epochs: Vec<u64>, most: usize) -> Vec<u64> {
    let (last, gaps) = (epochs.len().saturating_sub(1), most.max(2) - 1);
    if last <= gaps { epochs } else { (0..=gaps).map(|place| epochs[place * last / gaps]).collect() }
}

#[cfg(test)]
mod tests {
    use super::some;

    #[test]
    fn epochs_that_are_too_many_are_left_out_evenly_and_the_ends_stay() {
        let of = |count: u64, most| some((0..count).collect(), most);
        assert_eq!(of(11, 3), [0, 5, 10]);
        assert_eq!(of(10, 4), [0, 3, 6, 9]);
        assert_eq!((of(0, 5), of(1, 5), of(5, 5)), (vec![], vec![0], vec![0, 1, 2, 3, 4]));
        assert_eq!((of(9, 0), of(9, 1)), (vec![0, 8], vec![0, 8]), "two are the fewest");
        let some = of(10_007, 300);
        assert!(some.len() == 300 && some.is_sorted_by(|a, b| a < b) && some[299] == 10_006);
    }
}
