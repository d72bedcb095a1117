//! Draws a panel on a drawing area of plotters.

use plotters::{
    coord::{Shift, cartesian::Cartesian2d, types::RangedCoordf64},
    drawing::DrawingArea,
    prelude::DrawingBackend,
    style::{
        ShapeStyle,
        text_anchor::{HPos, VPos},
    },
};

use super::{
    Style,
    layout::{self, Layout, NOTE},
    marks,
    pen::Pen,
    scale::Scale,
};
use crate::Result;
use crate::plot::panel::{AxisKind, ColorRole, Mark, Panel};

impl Panel {
    /// Draws the panel on an area of the caller's, all over it, and returns the plot between its axes, for more to be drawn
    /// there in their units; along a logarithmic axis those are the logarithms to the base of ten. The area is that of
    /// [`plotters`], which this crate passes on: whatever plotters draws on, and whatever else is on it.
    ///
    /// Words are drawn by the area, with its fonts: letters that these have not are its matter. A [`Figure`](crate::plot::Figure)
    /// that is saved as PNG has its own fonts, and checks.
    ///
    /// Characters that XML cannot hold, most control characters, are drawn as U+FFFD, `�`, in every picture.
    ///
    /// ```
    /// use training_replay::plot::{Axis, Panel, Style, plotters::prelude::*};
    ///
    /// let mut svg = String::new();
    /// let root = SVGBackend::with_string(&mut svg, (800, 400)).into_drawing_area();
    /// let (left, right) = root.split_horizontally(400);
    /// let panel = Panel::new("On the right", Axis::new("x", 0.0..=1.0), Axis::new("y", 0.0..=1.0));
    /// let plot = panel.draw(&right, &Style::default())?;
    /// plot.draw(&Circle::new((0.5, 0.5), 10, RED)).expect("a string takes everything"); // in the middle of the plot
    /// left.draw(&Circle::new((200, 200), 50, RED)).expect("a string takes everything");
    /// # drop((root, left, right, plot));
    /// assert!(svg.contains("On the right") && svg.matches("<circle").count() == 2);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Drawing`](crate::Error::Drawing) if the area refuses to be drawn on, and
    /// [`Error::Invalid`](crate::Error::Invalid) if it has no room for a plot, or for the width of a line, a radius or a size
    /// of words that is not from 0 to 1,000.
    pub fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, style: &Style) -> Result<PlotArea<DB>> {
        self.draw_with(&Pen { area, style, groups: &() }, true)
    }

    /// The same with its legend or without.
    pub(crate) fn draw_with<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>, has_legend: bool) -> Result<PlotArea<DB>> {
        let plot = Plot { panel: self, pen, at: Layout::of(self, pen, has_legend)? };
        plot.draw_head()?;
        plot.draw_rules()?;
        // Words on the tints of regions and levels have colors of their own below them.
        let clear = !self.marks.iter().any(|mark| matches!(mark.color(), ColorRole::Region(_) | ColorRole::Shade(_)));
        self.marks.iter().try_for_each(|mark| plot.draw_mark(mark, clear))?;
        plot.draw_axes()?;
        Ok(plot.between())
    }
}

/// The plot between the axes of a [`Panel`], in their units.
pub type PlotArea<DB> = DrawingArea<DB, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// A panel on its area.
struct Plot<'a, DB: DrawingBackend> {
    panel: &'a Panel,
    pen: &'a Pen<'a, DB>,
    at: Layout<'a>,
}

impl<DB: DrawingBackend> Plot<'_, DB> {
    fn between(&self) -> PlotArea<DB> {
        let (x, y) = (&self.at.x, &self.at.y);
        let inner = self.pen.area.clone().shrink((x.from, y.to), (x.to - x.from, y.from - y.to));
        let (across, down) = inner.get_pixel_range();
        inner.apply_coord_spec(Cartesian2d::new(x.low..x.high, y.low..y.high, (across, down.end..down.start)))
    }

    /// The title, and below it notes and the legend.
    fn draw_head(&self) -> Result<()> {
        let (pen, center) = (self.pen, i32::midpoint(self.at.x.from, self.at.x.to));
        let room = 2 * center.min(pen.width() - center);
        if !self.panel.title.is_empty() {
            pen.write(&self.panel.title, (center, self.at.top), 1.12, (HPos::Center, VPos::Top), room)?;
        }
        let middle = pen.width() / 2;
        for (i, note) in self.at.notes.iter().enumerate() {
            let top = self.at.note_top(pen, i);
            pen.write(note, (middle, top), NOTE, (HPos::Center, VPos::Top), pen.width())?;
        }
        self.at.legend.draw(pen, center, self.at.legend_top(pen))
    }

    /// Pale lines at the ticks.
    fn draw_rules(&self) -> Result<()> {
        let (pen, x, y) = (self.pen, &self.at.x, &self.at.y);
        let rule = pen.rule();
        // Names along both axes are those of cells, with what is written in their middles: the lines run between them.
        let is_matrix = !self.panel.x.names().is_empty() && !self.panel.y.names().is_empty();
        let beside = if is_matrix { 0.5 } else { 0.0 };
        let upright = x.ticks.marks.iter().filter(|_| is_matrix || self.panel.x.names().is_empty());
        for (value, _) in upright {
            let at = pen.snapped(x.at(*value + beside));
            pen.line(vec![(at, y.from), (at, y.to)], rule)?;
        }
        for (value, _) in &y.ticks.marks {
            let at = pen.snapped(y.at(*value + beside));
            pen.line(vec![(x.from, at), (x.to, at)], rule)?;
        }
        Ok(())
    }

    fn draw_mark(&self, mark: &Mark, clear: bool) -> Result<()> {
        let y = self.at.right.as_ref().filter(|_| mark.is_on_the_right()).unwrap_or(&self.at.y);
        let (kind, title) = (mark.kind(), self.title_of(mark.color()));
        self.pen.group(kind, title, || marks::draw(self.pen, &self.at.x, y, mark, clear))
    }

    /// What the legend calls a color.
    fn title_of(&self, color: ColorRole) -> &str {
        let entry = self.panel.legend.iter().find(|(_, other)| *other == color);
        entry.map_or("", |(name, _)| name)
    }

    /// The lines of the axes with their words.
    fn draw_axes(&self) -> Result<()> {
        if self.panel.x.kind == AxisKind::Blank && self.panel.y.kind == AxisKind::Blank {
            return Ok(());
        }
        let stroke = self.pen.stroke(ColorRole::Text, 1.0);
        let (left, right, bottom, top) = (self.at.x.from, self.at.x.to, self.at.y.from, self.at.y.to);
        let mut axis = vec![(left, top), (left, bottom), (right, bottom)];
        axis.extend(self.at.right.is_some().then_some((right, top)));
        self.pen.line(axis, stroke)?;
        self.draw_x_axis(stroke)?;
        self.draw_y_axis(&self.at.y, &self.panel.y.label, left, -1, stroke)?;
        match (&self.at.right, &self.panel.right) {
            (Some(scale), Some(axis)) => self.draw_y_axis(scale, &axis.label, right, 1, stroke),
            _ => Ok(()),
        }
    }

    fn draw_x_axis(&self, stroke: ShapeStyle) -> Result<()> {
        let (pen, x, bottom) = (self.pen, &self.at.x, self.at.y.from);
        let (tick, room) = (pen.style.lines(0.25), (x.to - x.from) / x.ticks.marks.len().max(1) as i32);
        let every = if self.at.names.is_some() { self.every(room) } else { 1 };
        for (i, (value, text)) in x.ticks.marks.iter().enumerate() {
            let at = pen.snapped(x.at(*value));
            pen.line(vec![(at, bottom), (at, bottom + tick)], stroke)?;
            match self.at.names {
                Some(length) if i % every == 0 => pen.write_name_upwards(text, (at, bottom + 2 * tick), length)?,
                Some(_) => {}
                None => pen.write(text, (at, bottom + 2 * tick), 0.92, (HPos::Center, VPos::Top), room)?,
            }
        }
        let upwards = self.at.names.map_or(0, |length| (length - pen.style.lines(0.92)).max(0));
        let below = bottom + pen.style.lines(2.9) + upwards;
        let (center, room) = (i32::midpoint(x.from, x.to), x.to - x.from + 2 * pen.style.lines(2.0));
        pen.write(&x.ticks.beside(&self.panel.x.label), (center, below), 1.0, (HPos::Center, VPos::Bottom), room)
    }

    /// Of names that are so many pixels apart, every which one has room for its height.
    fn every(&self, apart: i32) -> usize {
        (self.pen.style.lines(1.05) / apart.max(1) + 1).max(1) as usize
    }

    /// With ticks to the left, -1, or to the right, 1.
    fn draw_y_axis(&self, scale: &Scale, label: &str, x: i32, side: i32, stroke: ShapeStyle) -> Result<()> {
        let pen = self.pen;
        let tick = pen.style.lines(0.25) * side;
        let anchor = if side < 0 { HPos::Right } else { HPos::Left };
        let (mut widest, room) = (0, layout::beside(pen));
        let apart = (scale.from - scale.to) / scale.ticks.marks.len().max(1) as i32;
        for (i, (value, text)) in scale.ticks.marks.iter().enumerate() {
            let y = pen.snapped(scale.at(*value));
            pen.line(vec![(x, y), (x + tick, y)], stroke)?;
            if i % self.every(apart) != 0 {
                continue;
            }
            pen.write(text, (x + 2 * tick, y), 0.92, (anchor, VPos::Center), room)?;
            widest = widest.max(pen.length(text, 0.92)?.min(room));
        }
        let away = widest + pen.style.lines(0.7);
        let at = if side < 0 { x - away - pen.style.lines(1.0) } else { x + away };
        pen.write_upwards(&scale.ticks.beside(label), (at, i32::midpoint(scale.from, scale.to)))
    }
}
