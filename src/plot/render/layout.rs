//! Where the parts of a panel are: head, plot, axes.

use plotters::prelude::DrawingBackend;

use super::{legend::Legend, pen::Pen, scale::Scale};
use crate::plot::panel::{Aspect, Axis, AxisKind, Panel};
use crate::{Error, Result};

/// The size of notes, and the height of one of their lines, in lines of text.
pub(crate) const NOTE: f64 = 0.85;
const NOTE_LINE: f64 = 1.15;

/// The height of a title, in lines of text.
pub(crate) const TITLE: f64 = 1.6;

/// Where the parts of a panel are.
pub(crate) struct Layout<'p> {
    /// Where the title begins.
    pub(crate) top: i32,
    pub(crate) notes: Vec<String>,
    pub(crate) legend: Legend<'p>,
    pub(crate) x: Scale,
    pub(crate) y: Scale,
    pub(crate) right: Option<Scale>,
    /// How long the names along the horizontal axis may be where they are written upwards, in pixels.
    pub(crate) names: Option<i32>,
}

impl<'p> Layout<'p> {
    /// Leaves room for what stands around the plot.
    pub(crate) fn of<DB: DrawingBackend>(panel: &'p Panel, pen: &Pen<'_, DB>, has_legend: bool) -> Result<Self> {
        let style = pen.style;
        let notes = notes(panel, pen)?;
        let shown: &[&Panel] = if has_legend { &[panel] } else { &[] };
        let legend = Legend::of(shown, pen)?;
        let title = if panel.title.is_empty() { 0.0 } else { TITLE };
        let head = style.lines(title + notes.len() as f64 * NOTE_LINE + legend.height());
        let edges = Edges::around(panel, pen, head)?;
        let edges = edges.in_proportion(panel, pen);
        edges.expect_room(pen)?;
        let top = edges.top - head - style.lines(0.55);
        let (x, y, right) = edges.scales(panel, pen)?;
        Ok(Self { top, notes, legend, x, y, right, names: edges.names })
    }

    /// Where the legend begins.
    pub(crate) fn legend_top<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>) -> i32 {
        self.y.to - pen.style.lines(0.55) - pen.style.lines(self.legend.height())
    }

    /// Where a note begins.
    pub(crate) fn note_top<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>, note: usize) -> i32 {
        self.legend_top(pen) - pen.style.lines((self.notes.len() - note) as f64 * NOTE_LINE)
    }
}

/// The notes in lines: at most four in all, so that the plot has its room. Of more the last line says how many have none.
fn notes<DB: DrawingBackend>(panel: &Panel, pen: &Pen<'_, DB>) -> Result<Vec<String>> {
    let room = pen.width() - pen.style.lines(1.0);
    let tall = (f64::from(pen.height()) / pen.style.text / 6.0).clamp(1.0, 4.0) as usize;
    let [most, left_out] =
        [if panel.notes.len() > 1 { 1 } else { tall.min(2) }, panel.notes.len().saturating_sub(tall)];
    let lines = panel.notes.iter().take(tall).map(|note| pen.wrapped(note, NOTE, room, most));
    let mut lines = lines.collect::<Result<Vec<_>>>()?.concat();
    // In front, where it is not cut.
    lines
        .last_mut()
        .filter(|_| left_out > 0)
        .into_iter()
        .for_each(|last| last.insert_str(0, &format!("(+{left_out}) ")));
    Ok(lines)
}

/// The edges of the plot, in pixels.
struct Edges {
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
    /// The length of names that are written upwards.
    names: Option<i32>,
}

impl Edges {
    fn around<DB: DrawingBackend>(panel: &Panel, pen: &Pen<'_, DB>, head: i32) -> Result<Self> {
        let style = pen.style;
        let below = match (&panel.x.kind, panel.x.label.is_empty()) {
            (AxisKind::Blank, true) => 0.8,
            (_, true) => 2.2,
            (_, false) => 3.5,
        };
        let (top, bottom) = (style.lines(0.9) + head, pen.height() - style.lines(below));
        let takes = |axis: &Axis| -> Result<i32> {
            let scale = upright(axis, pen, bottom, top);
            let has_label = !axis.label.is_empty() || scale.ticks.offset.is_some();
            Ok(style.lines(if has_label { 2.4 } else { 1.0 }) + widest(pen, &scale)?.min(beside(pen)))
        };
        let left = takes(&panel.y)?;
        let right = panel.right.as_ref().map_or(Ok(style.lines(1.0)), takes)?;
        Self { left, right: pen.width() - right, top, bottom, names: None }.above_names(panel, pen)
    }

    /// Higher where names along the horizontal axis have no room side by side: they are written upwards then.
    fn above_names<DB: DrawingBackend>(self, panel: &Panel, pen: &Pen<'_, DB>) -> Result<Self> {
        let (width, height) = (self.right - self.left, self.bottom - self.top);
        let wide = if panel.aspect == Aspect::Square { width.min(height) } else { width };
        let Some(each) = wide.checked_div(panel.x.names().len() as i32) else { return Ok(self) };
        let longest = widest(pen, &Scale::new(&panel.x, 2, self.left, self.right))?;
        let names = longest.min(pen.height() * 3 / 10);
        let more = (names - pen.style.lines(0.92)).max(0);
        if longest + pen.style.lines(0.4) <= each || height - more < pen.style.lines(5.0) {
            return Ok(self);
        }
        Ok(Self { bottom: self.bottom - more, names: Some(names), ..self })
    }

    /// Smaller where the panel has proportions, in the middle of the room there is.
    fn in_proportion<DB: DrawingBackend>(self, panel: &Panel, pen: &Pen<'_, DB>) -> Self {
        let (width, height) = (f64::from(self.right - self.left), f64::from(self.bottom - self.top));
        let ratio = match panel.aspect {
            Aspect::Free => return self,
            Aspect::Square => 1.0,
            Aspect::Equal => {
                let span = |axis: &Axis| Scale::new(axis, 2, 0, 1).span();
                span(&panel.x) / span(&panel.y)
            }
        };
        let (wide, high) = (width.min(height * ratio), height.min(width / ratio));
        let least = f64::from(pen.style.lines(3.0));
        if !(wide >= least.min(width) && high >= least.min(height)) {
            return self; // A sliver would show nothing.
        }
        let [x, y] = [(width - wide) / 2.0, (height - high) / 2.0].map(|free| free.round() as i32);
        Self { left: self.left + x, right: self.right - x, top: self.top + y, bottom: self.bottom - y, ..self }
    }

    fn expect_room<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>) -> Result<()> {
        if self.left < self.right && self.top < self.bottom {
            return Ok(());
        }
        let expected = "large enough for a plot between title and axes";
        let [width, height] = [pen.width(), pen.height()].map(|pixels| pixels / pen.style.finer as i32);
        Err(Error::invalid("the area of a panel", expected, format!("{width} x {height} pixels")))
    }

    fn scales<DB: DrawingBackend>(&self, panel: &Panel, pen: &Pen<'_, DB>) -> Result<(Scale, Scale, Option<Scale>)> {
        let [left, right, bottom, top] = [self.left, self.right, self.bottom, self.top].map(|edge| pen.snapped(edge));
        let y = upright(&panel.y, pen, bottom, top);
        let beside = panel.right.as_ref().map(|axis| upright(axis, pen, bottom, top));
        Ok((across(&panel.x, pen, left, right)?, y, beside))
    }
}

/// How wide words along an upright axis are at most: a longer name is cut, rather than that nothing is left for the plot.
pub(crate) fn beside<DB: DrawingBackend>(pen: &Pen<'_, DB>) -> i32 {
    (pen.width() / 3).max(pen.style.lines(4.0))
}

fn upright<DB: DrawingBackend>(axis: &Axis, pen: &Pen<'_, DB>, bottom: i32, top: i32) -> Scale {
    let most = ((bottom - top).max(0) / pen.style.lines(2.2).max(1)) as usize;
    Scale::new(axis, most, bottom, top)
}

/// With as many ticks as have room for their words; names are all there, and cut.
fn across<DB: DrawingBackend>(axis: &Axis, pen: &Pen<'_, DB>, from: i32, to: i32) -> Result<Scale> {
    let mut most = ((to - from).max(0) / pen.style.lines(2.6).max(1)) as usize;
    loop {
        let scale = Scale::new(axis, most, from, to);
        let count = scale.ticks.marks.len() as i32;
        let takes = widest(pen, &scale)? + pen.style.lines(0.9);
        if !axis.names().is_empty() || count * takes <= to - from {
            return Ok(scale);
        }
        if most <= 2 {
            return Ok(scale.without_ticks_beyond(((to - from) / takes.max(1)) as usize));
        }
        most -= 1;
    }
}

/// Of the words along an axis.
fn widest<DB: DrawingBackend>(pen: &Pen<'_, DB>, scale: &Scale) -> Result<i32> {
    let lengths = scale.ticks.marks.iter().map(|(_, text)| pen.length(text, 0.92)).collect::<Result<Vec<_>>>()?;
    Ok(lengths.into_iter().max().unwrap_or(0))
}
