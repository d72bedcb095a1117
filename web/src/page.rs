//! What a page shows of recordings.

use training_replay::{
    Error, Replay, Result,
    plot::{Page, PageSource, RunPlots},
};

use crate::request::{Shown, at_most};

/// A page that no run was added to, and where the numbers of its runs come from: with a module, gzipped, it computes what it shows.
pub(crate) fn empty(title: String, module: &[u8]) -> Result<(Page, PageSource)> {
    let page = Page::new(title);
    match module {
        [] => Ok((page, PageSource::Arrays)), // A module does not carry itself.
        _ => Ok((page.module(module.to_vec())?, PageSource::Recordings)),
    }
}

/// The page of a run alone as it was asked for last: it is made once, until something is changed.
#[derive(Debug, Default)]
pub(crate) struct LastPage(Option<(Shown, PageSource, Page)>);

impl LastPage {
    /// That of a recording which is as it was when it was asked for last, or was forgotten then.
    pub(crate) fn of(&mut self, replay: &Replay, shown: Shown, source: PageSource) -> Result<Page> {
        let last = self.0.take().filter(|(as_shown, from, _)| (as_shown, *from) == (&shown, source));
        let page = last.map_or_else(|| of_one(replay, &shown, source), |(.., page)| Ok(page))?;
        self.0 = Some((shown, source, page.clone()));
        Ok(page)
    }

    /// The recording goes on.
    pub(crate) fn forget(&mut self) {
        self.0 = None;
    }
}

fn of_one(replay: &Replay, shown: &Shown, source: PageSource) -> Result<Page> {
    let mut run = replay.run()?;
    if let Some(most) = shown.epochs {
        run = run.epochs(some(replay.epochs().collect(), at_most("`epochs`", most)?));
    }
    if let Some(threshold) = shown.threshold {
        run = run.threshold(threshold);
    }
    let mut options = RunPlots::options().log_losses(shown.log_losses.unwrap_or(false));
    if let Some(layer) = &shown.layer {
        options = options.layer(layer);
    }
    let mut page = Page::new("").source(source);
    if let Some(samples) = shown.samples {
        page = page.max_samples(at_most("`samples`", samples)?);
    }
    page.run(&shown.name, &options.of(run).map_err(of_recordings)?)?;
    Ok(page)
}

/// Nothing is given here that a recording lacks.
fn of_recordings(error: Error) -> Error {
    match error {
        Error::Missing { missing, .. } if ["loss", "data set"].contains(&missing.as_str()) => {
            Error::Missing { missing, hint: "what is shown here has it recorded".into() }
        }
        other => other,
    }
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
