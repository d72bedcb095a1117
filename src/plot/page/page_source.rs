//! Where the numbers of a page come from.

use super::{core::Core, run_data::RunData};
use crate::Result;

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
