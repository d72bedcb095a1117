//! What the page holds beside its arrays, and where these are: the schema of its JSON, which `web/data.js` reads.

use serde::Serialize;

use super::{arrays, page_bytes::PageBytes, run_data::RunData};
use crate::Result;

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct PageData<'a> {
    pub(crate) title: &'a str,
    /// What the author says of epochs, in their order.
    pub(crate) captions: Vec<(&'a u64, &'a str)>,
    pub(crate) runs: &'a [RunData],
    /// Where the arrays of each run are.
    pub(crate) places: Vec<PlaceData>,
}

/// Where the arrays of a run are among the bytes of the page.
#[derive(Debug, Serialize)]
pub(crate) struct PlaceData {
    /// The first byte of each, by its number; none of those that are computed where they are shown.
    pub(crate) arrays: Vec<Option<usize>>,
    /// The first byte of what they are computed from, and how many bytes that is.
    pub(crate) live: Option<[usize; 2]>,
}

impl RunData {
    /// Adds its bytes to those of a page.
    pub(crate) fn write<'a>(&'a self, page: &mut PageBytes<'a>, is_live: bool) -> PlaceData {
        let arrays = self.arrays.write(page, !is_live);
        let live = self.live.as_ref().filter(|_| is_live).map(|live| [page.place(live), live.len()]);
        PlaceData { arrays, live }
    }

    /// How much smaller the file is by computing what is shown of epochs; 0 where it is not.
    pub(crate) fn saved_bytes(&self) -> Result<usize> {
        let Some(live) = &self.live else { return Ok(0) };
        // Of a small page it need not be known: deflating takes as long as all the rest.
        if self.arrays.size_of_epochs() <= live.len() {
            return Ok(0);
        }
        Ok(self.arrays.deflated_size_of_epochs()?.saturating_sub(arrays::deflated(live)?.len()))
    }
}
