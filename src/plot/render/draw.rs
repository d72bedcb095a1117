//! Draws a panel on a drawing area of plotters.

use plotters::{
    coord::{Shift, cartesian::Cartesian2d, types::RangedCoordf64},
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{Circle, PathElement, Polygon, Rectangle},
    prelude::DrawingBackend,
    style::{
        Color, ShapeStyle, TextStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};

use super::{Style, scale::Scale, text};
use crate::plot::panel::{
    Axis, ColorRole, Mark, Panel,
    clip::{Frame, Point},
};
use crate::{Error, Result};

/// The largest width of a line and radius of a dot: more than any picture is wide.
const MAX_SIZE: f64 = 1_000.0;

/// A place in an area, in pixels.
type Pixel = (i32, i32);

impl Panel {
    /// Draws the panel on an area of the caller's, all over it, and returns the plot between its axes, for more to be drawn
    /// there in their units. The area is that of [`plotters`], which this crate passes on: whatever plotters draws on, and
    /// whatever else is on it.
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
    /// [`Error::Drawing`] if the area refuses to be drawn on, and [`Error::Invalid`] if it has no room for a plot, or for the
    /// width of a line or a radius that is not from 0 to 1,000.
    pub fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, style: &Style) -> Result<PlotArea<DB>> {
        let plot = Plot::new(self, area, style)?;
        plot.draw_head()?;
        plot.draw_rules()?;
        self.marks.iter().try_for_each(|mark| plot.draw_mark(mark))?;
        plot.draw_axes()?;
        Ok(plot.between())
    }
}

/// The plot between the axes of a [`Panel`], in their units.
pub type PlotArea<DB> = DrawingArea<DB, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// What the error of a drawing area becomes.
pub(crate) fn failed<E: std::error::Error + Send + Sync>(error: DrawingAreaErrorKind<E>) -> Error {
    Error::Drawing { reason: error.to_string() }
}

/// A panel on its area, with the place of its axes.
struct Plot<'a, DB: DrawingBackend> {
    panel: &'a Panel,
    area: &'a DrawingArea<DB, Shift>,
    style: &'a Style,
    x: Scale,
    y: Scale,
    right: Option<Scale>,
}

impl<'a, DB: DrawingBackend> Plot<'a, DB> {
    /// Leaves room for what stands around the plot.
    fn new(panel: &'a Panel, area: &'a DrawingArea<DB, Shift>, style: &'a Style) -> Result<Self> {
        let (width, height) = area.dim_in_pixel();
        let (width, height) = (width as i32, height as i32);
        let top = style.lines(0.9) + head(panel, style);
        let bottom = height - style.lines(if panel.x.label.is_empty() { 2.2 } else { 3.5 });
        let most = |pixels: i32, lines: f64| (pixels.max(0) / style.lines(lines).max(1)) as usize;
        let upright = |axis: &Axis| Scale::new(axis, most(bottom - top, 2.6)).on(bottom, top);
        let (y, right) = (upright(&panel.y), panel.right.as_ref().map(upright));
        let mut plot = Self { panel, area, style, x: Scale::new(&panel.x, 2), y, right };
        let room = |label: &str| style.lines(if label.is_empty() { 1.0 } else { 2.4 });
        let from = room(&panel.y.label) + plot.widest(&plot.y)?;
        let to = match (&plot.right, &panel.right) {
            (Some(scale), Some(axis)) => width - room(&axis.label) - plot.widest(scale)?,
            _ => width - style.lines(1.0),
        };
        plot.x = Scale::new(&panel.x, most(to - from, 4.5)).on(from, to);
        if from < to && top < bottom {
            Ok(plot)
        } else {
            let expected = "large enough for a plot between title and axes";
            let [width, height] = [width, height].map(|pixels| pixels / style.finer as i32);
            Err(Error::invalid("the area of a panel", expected, format!("{width} x {height} pixels")))
        }
    }

    fn between(&self) -> PlotArea<DB> {
        let size = (self.x.to - self.x.from, self.y.from - self.y.to);
        let inner = self.area.clone().shrink((self.x.from, self.y.to), size);
        let (across, down) = inner.get_pixel_range();
        let (x, y) = (self.x.low..self.x.high, self.y.low..self.y.high);
        inner.apply_coord_spec(Cartesian2d::new(x, y, (across, down.end..down.start)))
    }

    /// Of the words along an axis.
    fn widest(&self, scale: &Scale) -> Result<i32> {
        let font = self.style.text_style(0.92, Pos::new(HPos::Left, VPos::Top), false);
        let mut widest = 0;
        for (_, text) in &scale.ticks {
            widest = widest.max(self.length(text, &font)?);
        }
        Ok(widest)
    }

    /// The title, and the legend below it.
    fn draw_head(&self) -> Result<()> {
        let (from, to) = (self.x.from, self.x.to);
        let center = i32::midpoint(from, to);
        let top = self.style.lines(0.35);
        let mut below = top;
        if !self.panel.title.is_empty() {
            let room = 2 * center.min(self.area_width() - center);
            self.write(&self.panel.title, (center, top), 1.12, (HPos::Center, VPos::Top), room)?;
            below += self.style.lines(1.6);
        }
        self.draw_legend(below)
    }

    fn area_width(&self) -> i32 {
        self.area.dim_in_pixel().0 as i32
    }

    /// A patch and a name for each, in the middle of the plot's width.
    fn draw_legend(&self, top: i32) -> Result<()> {
        let count = self.panel.legend.len() as i32;
        if count == 0 {
            return Ok(());
        }
        let font = self.style.text_style(0.92, Pos::new(HPos::Left, VPos::Top), false);
        let (patch, gap) = (self.style.lines(1.1), self.style.lines(1.0));
        let mut widths = Vec::new();
        for (name, _) in &self.panel.legend {
            widths.push(self.length(name, &font)?);
        }
        let room = self.area_width() - self.style.lines(1.0) - count * (patch + gap);
        let equal = if widths.iter().sum::<i32>() > room { (room / count).max(0) } else { i32::MAX };
        let widths: Vec<i32> = widths.into_iter().map(|width| width.min(equal)).collect();
        let whole = widths.iter().sum::<i32>() + count * patch + (count - 1) * gap;
        let mut x = ((self.x.from + self.x.to - whole) / 2).clamp(0, (self.area_width() - whole).max(0));
        for ((name, color), width) in self.panel.legend.iter().zip(widths) {
            let middle = top + self.style.lines(0.5);
            let half = self.style.lines(0.3);
            self.paint_rectangle((x, middle - half), (x + 2 * half, middle + half), *color)?;
            self.write(name, (x + patch, middle), 0.92, (HPos::Left, VPos::Center), width + 2)?;
            x += patch + width + gap;
        }
        Ok(())
    }

    /// Pale lines at the ticks.
    fn draw_rules(&self) -> Result<()> {
        let rule = self.style.stroke(crate::plot::render::style::color(self.style.theme.rule), 1.0);
        let upright = self.x.ticks.iter().filter(|_| self.panel.x.names().is_empty());
        for (value, _) in upright {
            let x = self.x.at(*value);
            self.path(vec![(x, self.y.from), (x, self.y.to)], rule)?;
        }
        for (value, _) in &self.y.ticks {
            let y = self.y.at(*value);
            self.path(vec![(self.x.from, y), (self.x.to, y)], rule)?;
        }
        Ok(())
    }

    fn draw_mark(&self, mark: &Mark) -> Result<()> {
        let frame = |scale: &Scale| Frame { low: [self.x.low, scale.low], high: [self.x.high, scale.high] };
        let y = match (mark, &self.right) {
            (Mark::Line { right: true, .. }, Some(scale)) => scale,
            _ => &self.y,
        };
        let (frame, pixel) = (frame(y), |point: &Point| (self.x.at(point[0]), y.at(point[1])));
        let color = mark.color();
        let inside = || mark.points().iter().filter(|&&point| frame.holds(point)).map(pixel);
        match mark {
            Mark::Area { corners, .. } => {
                let corners: Vec<Pixel> = frame.cut_polygon(corners).iter().map(pixel).collect();
                self.fill(corners, color)
            }
            Mark::Line { points, width, .. } => {
                let width = checked("the width of a line", *width)?;
                let stroke = self.style.stroke(self.style.color(color), width);
                let parts = frame.cut_line(points);
                parts.iter().try_for_each(|part| self.path(part.iter().map(pixel).collect(), stroke))
            }
            Mark::Dots { radius, .. } => {
                let radius = checked("the radius of dots", *radius)?;
                let radius = (radius * self.style.text * 0.135).round().max(1.0) as i32;
                inside().try_for_each(|at| self.dot(at, radius, color))
            }
            Mark::Text { text, at, size, .. } => {
                self.write(text, pixel(at), *size, (HPos::Center, VPos::Center), self.area_width())
            }
            Mark::Rings { .. } => {
                let (stroke, radius) = (self.style.stroke(self.style.color(color), 1.2), self.style.lines(0.3));
                inside().try_for_each(|at| self.area.draw(&Circle::new(at, radius, stroke)).map_err(failed))
            }
        }
    }

    /// A dot for the first eight classes, a square and a triangle for those that share their colors.
    fn dot(&self, at: Pixel, radius: i32, color: ColorRole) -> Result<()> {
        let fill = self.style.color(color).filled();
        let turn = match color {
            ColorRole::Class(class) => class / self.style.theme.classes.len().max(1) % 3,
            _ => 0,
        };
        let (x, y) = at;
        match turn {
            0 => self.area.draw(&Circle::new(at, radius, fill)).map_err(failed),
            1 => self.paint_rectangle((x - radius, y - radius), (x + radius, y + radius), color),
            _ => {
                self.fill(vec![(x, y - radius - 1), (x + radius + 1, y + radius), (x - radius - 1, y + radius)], color)
            }
        }
    }

    /// The lines of the axes with their words.
    fn draw_axes(&self) -> Result<()> {
        let stroke = self.style.stroke(self.style.color(ColorRole::Text), 1.0);
        let (left, right, bottom, top) = (self.x.from, self.x.to, self.y.from, self.y.to);
        let mut axis = vec![(left, top), (left, bottom), (right, bottom)];
        axis.extend(self.right.is_some().then_some((right, top)));
        self.path(axis, stroke)?;
        self.draw_x_ticks(stroke)?;
        self.draw_y_ticks(&self.y, left, -1, stroke)?;
        let height = self.area.dim_in_pixel().1 as i32;
        let (center, middle) = (i32::midpoint(left, right), i32::midpoint(bottom, top));
        self.write(
            &self.panel.x.label,
            (center, height - self.style.lines(0.6)),
            1.0,
            (HPos::Center, VPos::Bottom),
            right - left + 2 * self.style.lines(2.0),
        )?;
        self.write_upwards(&self.panel.y.label, (self.style.lines(0.5), middle))?;
        if let (Some(scale), Some(axis)) = (&self.right, &self.panel.right) {
            self.draw_y_ticks(scale, right, 1, stroke)?;
            self.write_upwards(&axis.label, (self.area_width() - self.style.lines(1.5), middle))?;
        }
        Ok(())
    }

    fn draw_x_ticks(&self, stroke: ShapeStyle) -> Result<()> {
        let (bottom, tick) = (self.y.from, self.style.lines(0.25));
        let room = (self.x.to - self.x.from) / self.x.ticks.len().max(1) as i32;
        for (value, text) in &self.x.ticks {
            let x = self.x.at(*value);
            self.path(vec![(x, bottom), (x, bottom + tick)], stroke)?;
            self.write(text, (x, bottom + 2 * tick), 0.92, (HPos::Center, VPos::Top), room)?;
        }
        Ok(())
    }

    /// With ticks to the left, -1, or to the right, 1.
    fn draw_y_ticks(&self, scale: &Scale, x: i32, side: i32, stroke: ShapeStyle) -> Result<()> {
        let tick = self.style.lines(0.25) * side;
        let anchor = if side < 0 { HPos::Right } else { HPos::Left };
        for (value, text) in &scale.ticks {
            let y = scale.at(*value);
            self.path(vec![(x, y), (x + tick, y)], stroke)?;
            self.write(text, (x + 2 * tick, y), 0.92, (anchor, VPos::Center), self.area_width())?;
        }
        Ok(())
    }

    fn write(&self, text: &str, at: Pixel, size: f64, (h, v): (HPos, VPos), room: i32) -> Result<()> {
        self.write_in(&self.style.text_style(size, Pos::new(h, v), false), text, at, room)
    }

    fn write_upwards(&self, text: &str, at: Pixel) -> Result<()> {
        let room = 2 * at.1.min(self.area.dim_in_pixel().1 as i32 - at.1);
        self.write_in(&self.style.text_style(1.0, Pos::new(HPos::Center, VPos::Top), true), text, at, room)
    }

    fn write_in(&self, font: &TextStyle<'_>, text: &str, at: Pixel, room: i32) -> Result<()> {
        write(self.area, font, text, at, room)
    }

    fn length(&self, text: &str, font: &TextStyle<'_>) -> Result<i32> {
        length(self.area, text, font)
    }

    fn path(&self, points: Vec<Pixel>, stroke: ShapeStyle) -> Result<()> {
        self.area.draw(&PathElement::new(points, stroke)).map_err(failed)
    }

    fn fill(&self, corners: Vec<Pixel>, color: ColorRole) -> Result<()> {
        if corners.len() < 3 {
            return Ok(());
        }
        self.area.draw(&Polygon::new(corners, self.style.color(color).filled())).map_err(failed)
    }

    fn paint_rectangle(&self, from: Pixel, to: Pixel, color: ColorRole) -> Result<()> {
        self.area.draw(&Rectangle::new([from, to], self.style.color(color).filled())).map_err(failed)
    }
}

/// What a caller has set, if it is a size that something on a picture can have.
fn checked(what: &str, size: f64) -> Result<f64> {
    let is_size = (0.0..=MAX_SIZE).contains(&size);
    is_size.then_some(size).ok_or_else(|| Error::invalid(what, format!("from 0 to {MAX_SIZE}"), size))
}

/// The words above a figure, in the middle of their area.
pub(crate) fn title<DB: DrawingBackend>(text: &str, area: &DrawingArea<DB, Shift>, style: &Style) -> Result<()> {
    let (width, height) = area.dim_in_pixel();
    let font = style.text_style(1.35, Pos::new(HPos::Center, VPos::Center), false);
    write(area, &font, text, (width as i32 / 2, height as i32 / 2), width as i32)
}

/// Writes text of at most so many pixels, cut off behind the last character that has room.
fn write<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    font: &TextStyle<'_>,
    text: &str,
    at: Pixel,
    room: i32,
) -> Result<()> {
    // At most one character for each pixel, however long a name is.
    let all: Vec<char> = text.chars().map(text::allowed).take(room.max(1) as usize).collect();
    let mut kept = all.len();
    let mut words: String = all.iter().collect();
    loop {
        let length = length(area, &words, font)?;
        if length <= room || kept <= 1 {
            return area.draw_text(&words, font, at).map_err(failed);
        }
        // As many as that length promises, and at least one less.
        kept = (kept * room.max(1) as usize / length as usize).clamp(1, kept - 1);
        words = all[..kept].iter().chain(&['…']).collect();
    }
}

/// How many pixels words take along their line; of very many, the first ones.
fn length<DB: DrawingBackend>(area: &DrawingArea<DB, Shift>, text: &str, font: &TextStyle<'_>) -> Result<i32> {
    let end = text.char_indices().nth(1_000).map_or(text.len(), |(end, _)| end);
    Ok(area.estimate_text_size(&text[..end], font).map_err(failed)?.0 as i32)
}

/// The height of the title and the legend.
fn head(panel: &Panel, style: &Style) -> i32 {
    let title = if panel.title.is_empty() { 0.0 } else { 1.6 };
    let legend = if panel.legend.is_empty() { 0.0 } else { 1.4 };
    style.lines(title + legend)
}
