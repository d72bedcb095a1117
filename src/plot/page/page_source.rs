//! Where the numbers of a page come from.

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
