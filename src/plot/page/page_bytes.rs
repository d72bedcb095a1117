//! The bytes of a page, which its arrays and recordings are parts of.

use std::collections::HashMap;

/// The bytes of a page. What several runs hold alike, such as their samples, stands there once.
#[derive(Debug, Default)]
pub(crate) struct PageBytes<'a> {
    pub(crate) bytes: Vec<u8>,
    places: HashMap<&'a [u8], usize>,
}

impl<'a> PageBytes<'a> {
    /// Where a part begins: where it has stood before, or at the end.
    pub(crate) fn place(&mut self, part: &'a [u8]) -> usize {
        let end = self.bytes.len();
        let place = *self.places.entry(part).or_insert(end);
        if place == end {
            self.bytes.extend(part);
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::PageBytes;

    #[test]
    fn what_is_there_already_is_not_added_again() {
        let mut page = PageBytes::default();
        let places = [&[1, 2][..], &[], &[3], &[1, 2], &[2], &[]].map(|part| page.place(part));
        assert_eq!((places, page.bytes.as_slice()), ([0, 2, 2, 0, 3, 2], &[1, 2, 3, 2][..]));
    }
}
