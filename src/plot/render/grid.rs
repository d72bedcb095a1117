//! Where the panels of a figure are.

use std::ops::{Range, RangeInclusive};

use crate::{Error, Result};

/// One or several rows or columns of a grid, counted from 0.
///
/// ```
/// use training_replay::plot::Span;
///
/// assert_eq!(Span::from(2), Span::from(2..3));
/// assert_eq!(Span::from(0..=1), Span::from(0..2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    first: usize,
    end: usize,
}

impl From<usize> for Span {
    fn from(one: usize) -> Self {
        Self { first: one, end: one.saturating_add(1) }
    }
}

impl From<Range<usize>> for Span {
    fn from(several: Range<usize>) -> Self {
        Self { first: several.start, end: several.end }
    }
}

impl From<RangeInclusive<usize>> for Span {
    fn from(several: RangeInclusive<usize>) -> Self {
        Self { first: *several.start(), end: several.end().saturating_add(1) }
    }
}

/// The places of panels, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Grid {
    /// How high each row is, beside the others.
    heights: Vec<f64>,
    columns: usize,
    places: Vec<Place>,
}

/// The rows of a panel, and its columns of so many.
#[derive(Clone, Debug, PartialEq)]
struct Place {
    rows: Span,
    columns: Span,
    of: usize,
}

/// Pixels of a panel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cell {
    /// The upper left one.
    pub(crate) corner: (u32, u32),
    /// Width and height.
    pub(crate) size: (u32, u32),
}

impl Grid {
    pub(crate) fn new(rows: usize, columns: usize) -> Self {
        Self { heights: vec![1.0; rows.min(MAX_LINES)], columns: columns.min(MAX_LINES), places: Vec::new() }
    }

    pub(crate) fn place(&mut self, rows: Span, columns: Span) {
        self.places.push(Place { rows, columns, of: self.columns });
    }

    /// A row below all others, with so many panels side by side.
    pub(crate) fn add_row(&mut self, height: f64, panels: usize) {
        let row = Span::from(self.heights.len());
        self.heights.push(if height > 0.0 && height.is_finite() { height } else { 1.0 });
        self.places.extend((0..panels).map(|column| Place { rows: row, columns: column.into(), of: panels }));
    }

    /// The pixels of every panel.
    ///
    /// Fails for a place outside the grid, or one that is taken.
    pub(crate) fn cells(&self, (width, height): (u32, u32)) -> Result<Vec<Cell>> {
        self.places.iter().try_for_each(|place| self.expect_inside(place))?;
        self.expect_apart()?;
        let whole: f64 = self.heights.iter().sum();
        let y = |row: usize| (self.heights[..row].iter().sum::<f64>() / whole * f64::from(height)).round() as u32;
        let cell = |place: &Place| {
            let x = |column: usize| (u64::from(width) * column as u64 / place.of as u64) as u32;
            let (left, right) = (x(place.columns.first), x(place.columns.end));
            let (top, bottom) = (y(place.rows.first), y(place.rows.end));
            Cell { corner: (left, top), size: (right - left, bottom - top) }
        };
        Ok(self.places.iter().map(cell).collect())
    }

    fn expect_inside(&self, place: &Place) -> Result<()> {
        for (what, span, of) in [("rows", place.rows, self.heights.len()), ("columns", place.columns, place.of)] {
            if span.first >= span.end || span.end > of {
                let expected = format!("one or more of the {of} from 0 on");
                let found = format!("{}..{}", span.first, span.end);
                return Err(Error::invalid(format!("the {what} of a panel in a figure"), expected, found));
            }
        }
        Ok(())
    }

    fn expect_apart(&self) -> Result<()> {
        for (i, one) in self.places.iter().enumerate() {
            if let Some(other) = self.places[..i].iter().position(|other| one.meets(other)) {
                let expected = format!("apart from panel {other}, which is there");
                let Place { rows, columns, .. } = one;
                let found = format!("rows {}..{}, columns {}..{}", rows.first, rows.end, columns.first, columns.end);
                return Err(Error::invalid(format!("the place of panel {i} of a figure"), expected, found));
            }
        }
        Ok(())
    }
}

impl Place {
    /// Whether two places have something in common; those of rows with other columns by their shares of the width.
    fn meets(&self, other: &Self) -> bool {
        let rows = self.rows.first < other.rows.end && other.rows.first < self.rows.end;
        let [one, two] = [self, other].map(|place| (place.columns, place.of as u128));
        let before = |a: usize, of_a: u128, b: usize, of_b: u128| (a as u128) * of_b < (b as u128) * of_a;
        rows && before(one.0.first, one.1, two.0.end, two.1) && before(two.0.first, two.1, one.0.end, one.1)
    }
}

/// More rows or columns than any picture has pixels.
const MAX_LINES: usize = 16_384;
