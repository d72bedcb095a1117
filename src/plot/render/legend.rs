//! The legend of a panel, in as many rows as it takes.

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, VPos};

use super::{marks, pen::Pen};
use crate::Result;
use crate::plot::panel::{ColorRole, Mark, Panel};

/// The size of its words.
const SIZE: f64 = 0.92;

/// The height of a row, in lines of text.
pub(crate) const ROW: f64 = 1.4;

/// A legend, laid out.
pub(crate) struct Legend<'p> {
    rows: Vec<Vec<Entry<'p>>>,
    /// How many entries have no room.
    left_out: usize,
}

/// A name, with the mark that it explains.
struct Entry<'p> {
    name: &'p str,
    color: ColorRole,
    width: i32,
    like: Option<&'p Mark>,
}

/// The sizes of a legend's parts, in pixels.
#[derive(Clone, Copy)]
struct Sizes {
    /// From the left end of a mark to its name.
    symbol: i32,
    /// Between an entry and the next.
    gap: i32,
}

impl<'p> Legend<'p> {
    /// Of one panel or of several, across the area, in rows that take a third of its height at most.
    ///
    /// Where names have no room they are cut, and where not even their beginnings have, the last row says how many are left
    /// out.
    pub(crate) fn of<DB: DrawingBackend>(panels: &[&'p Panel], pen: &Pen<'_, DB>) -> Result<Self> {
        let room = pen.width() - pen.style.lines(1.0);
        let most = (f64::from(pen.height()) / pen.style.text / 5.0).max(1.0) as usize;
        let [symbol, gap, more] = [1.1, 1.0, 3.0].map(|lines| pen.style.lines(lines));
        let sizes = Sizes { symbol, gap };
        let mut entries = entries(panels, pen)?;
        let count = entries.len();
        let share = (room * most as i32 / count.max(1) as i32 - symbol - gap).max(pen.style.lines(6.0));
        for longest in [room - symbol, share] {
            entries.iter_mut().for_each(|entry| entry.width = entry.width.min(longest).max(0));
            let counts = sizes.rows(&entries, room);
            if counts.len() <= most {
                return Ok(Self { rows: split(entries, &counts), left_out: 0 });
            }
        }
        let mut counts = sizes.rows(&entries, room - more);
        counts.truncate(most);
        entries.truncate(counts.iter().sum());
        let left_out = count - entries.len();
        Ok(Self { rows: split(entries, &counts), left_out })
    }

    /// Its height, in lines of text.
    pub(crate) fn height(&self) -> f64 {
        self.rows.len() as f64 * ROW
    }

    /// Draws it below a height, about the middle of a width.
    pub(crate) fn draw<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>, middle: i32, top: i32) -> Result<()> {
        for (i, row) in self.rows.iter().enumerate() {
            let more = if i + 1 == self.rows.len() { self.left_out } else { 0 };
            draw_row(pen, row, more, (middle, top + pen.style.lines(i as f64 * ROW)))?;
        }
        Ok(())
    }
}

impl Sizes {
    /// How many entries each row of so many pixels holds.
    fn rows(self, entries: &[Entry<'_>], room: i32) -> Vec<usize> {
        let (mut rows, mut left): (Vec<usize>, i32) = (Vec::new(), 0);
        for entry in entries {
            let takes = self.symbol + entry.width;
            match rows.last_mut() {
                Some(count) if left >= takes => *count += 1,
                _ => {
                    rows.push(1);
                    left = room;
                }
            }
            left -= takes + self.gap;
        }
        rows
    }
}

fn split<'p>(entries: Vec<Entry<'p>>, counts: &[usize]) -> Vec<Vec<Entry<'p>>> {
    let mut entries = entries.into_iter();
    counts.iter().map(|&count| entries.by_ref().take(count).collect()).collect()
}

/// The entries of all panels: each once, and a class once, whatever it is called where its samples are bars.
fn entries<'p, DB: DrawingBackend>(panels: &[&'p Panel], pen: &Pen<'_, DB>) -> Result<Vec<Entry<'p>>> {
    let mut found: Vec<Entry<'p>> = Vec::new();
    for panel in panels {
        for (name, color) in &panel.legend {
            let (name, color) = (name.as_str(), *color);
            let is_same = |other: &Entry<'_>| {
                other.color == color && (other.name == name || matches!(color, ColorRole::Class(_)))
            };
            if panels.len() > 1 && found.iter().any(is_same) {
                continue;
            }
            let (width, like) = (pen.length(name, SIZE)? + 1, panel.in_color(color).next());
            found.push(Entry { name, color, width, like });
        }
    }
    Ok(found)
}

/// Draws a row, with the number of entries that are left out behind it.
fn draw_row<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    entries: &[Entry<'_>],
    left_out: usize,
    (middle, top): (i32, i32),
) -> Result<()> {
    let [symbol, gap, height] = [1.1, 1.0, 0.5].map(|lines| pen.style.lines(lines));
    let more = if left_out == 0 { String::new() } else { format!("+{left_out}") };
    let widths = entries.iter().map(|entry| symbol + entry.width + gap);
    let whole = widths.sum::<i32>() - gap + if left_out == 0 { 0 } else { gap + pen.length(&more, SIZE)? };
    let mut x = (middle - whole / 2).min(pen.width() - whole - height).max(height).min((pen.width() - whole).max(0));
    for entry in entries {
        marks::draw_sample(pen, entry.like, entry.color, (x + pen.style.lines(0.4), top + height))?;
        let words = (x + symbol, top + height);
        pen.write(entry.name, words, SIZE, (HPos::Left, VPos::Center), entry.width + 2)?;
        x += symbol + entry.width + gap;
    }
    pen.write(&more, (x, top + height), SIZE, (HPos::Left, VPos::Center), pen.width())
}
