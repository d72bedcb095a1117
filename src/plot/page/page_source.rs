//! Where the numbers of a page come from.

use super::{core::Core, live_run, run, run_data::RunData};
use crate::{Forward, Result, plot::run::RunPlots};

/// Where the numbers that a [`Page`](crate::plot::Page) shows come from.
///
/// ```
/// use training_replay::plot::{Page, PageSource};
///
/// let page = Page::new("Arrays, whatever they take").source(PageSource::Arrays);
/// assert!(page.to_html()?.starts_with("<!doctype html>"));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PageSource {
    /// Recordings where the page is smaller by them, and arrays elsewhere.
    #[default]
    Smallest,
    /// Arrays of all numbers, which were computed when the page was made.
    Arrays,
    /// The recordings and this crate as WebAssembly, which computes in the browser what is shown: of built-in networks alone, for
    /// of other models only their author has the forward pass.
    Recordings,
}

impl PageSource {
    /// Where they can come from, as there is something that computes or not. What has to compute may be handed on later.
    pub(super) fn possible(self, has_core: bool) -> Self {
        if self == Self::Smallest && !has_core { Self::Arrays } else { self }
    }
}

/// A run of which so many samples are shown at most, with what its numbers can come from.
pub(super) fn run<M: Forward>(
    name: String,
    plots: &RunPlots<'_, M>,
    most: usize,
    source: PageSource,
) -> Result<RunData> {
    let compared = if source == PageSource::Arrays { 0 } else { live_run::COMPARED };
    let made = run::run(name, plots, most, compared)?;
    let live = match source {
        PageSource::Arrays => None,
        PageSource::Recordings => Some(Ok(live_run::bytes_of(plots, most, &made)?)),
        PageSource::Smallest => Some(live_run::smaller_bytes_of(plots, most, &made)),
    };
    let mut run = made.run;
    match live.transpose() {
        Ok(live) => run.live = live,
        // The page holds arrays, and says why.
        Err(error) => run.why_not_live = Some(error.to_string()),
    }
    if source == PageSource::Recordings {
        (run.is_live, run.arrays) = (true, run.arrays.without_epochs());
    }
    Ok(run)
}

/// Which of the runs are computed where they are shown: those for which that was asked, and others if they take less room so, with
/// what computes them.
pub(super) fn live_runs(runs: &[RunData], core: Option<&Core>) -> Result<Vec<bool>> {
    let is_there = runs.iter().any(|run| run.is_live);
    let core = if is_there { 0 } else { core.map_or(usize::MAX, Core::len) };
    // What arrays take before they are deflated is the most that can be saved.
    let most: usize = runs.iter().map(|run| run.arrays.size_of_epochs()).sum();
    let saved_by = |run: &RunData| if most > core { run.saved_bytes() } else { Ok(0) };
    let saved = runs.iter().map(saved_by).collect::<Result<Vec<_>>>()?;
    let is_less = saved.iter().sum::<usize>() > core;
    Ok(runs.iter().zip(saved).map(|(run, saved)| run.is_live || is_less && saved > 0).collect())
}
