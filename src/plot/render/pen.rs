//! What panels are drawn with: lines, areas, round marks and words, in the colors and sizes of a style.

use plotters::{
    coord::Shift,
    drawing::DrawingArea,
    element::{Circle, PathElement, Polygon, Rectangle},
    prelude::DrawingBackend,
    style::{
        Color, RGBColor, ShapeStyle, TextStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};

use super::{Style, failed, style};
use crate::plot::panel::ColorRole;
use crate::{Result, notation::allowed};

/// A place in an area, in pixels.
pub(crate) type Pixel = (i32, i32);

/// Where parts of a picture begin and end, for formats that have groups.
pub(crate) trait Groups {
    /// What is drawn from now on belongs to a part of this kind, with this title.
    fn open(&self, kind: &str, title: &str);
    /// The part that was opened last ends.
    fn close(&self);
}

/// Pixels have no groups.
impl Groups for () {
    fn open(&self, _: &str, _: &str) {}
    fn close(&self) {}
}

/// What panels are drawn with.
pub(crate) struct Pen<'a, DB: DrawingBackend> {
    pub(crate) area: &'a DrawingArea<DB, Shift>,
    pub(crate) style: &'a Style,
    pub(crate) groups: &'a dyn Groups,
}

impl<DB: DrawingBackend> Pen<'_, DB> {
    pub(crate) fn width(&self) -> i32 {
        self.area.dim_in_pixel().0 as i32
    }

    pub(crate) fn height(&self) -> i32 {
        self.area.dim_in_pixel().1 as i32
    }

    /// Draws what belongs together.
    pub(crate) fn group(&self, kind: &str, title: &str, draw: impl FnOnce() -> Result<()>) -> Result<()> {
        self.groups.open(kind, title);
        let drawn = draw();
        self.groups.close();
        drawn
    }

    pub(crate) fn line(&self, points: Vec<Pixel>, stroke: ShapeStyle) -> Result<()> {
        self.area.draw(&PathElement::new(points, stroke)).map_err(failed)
    }

    /// A line that is broken into dashes, and gaps as long as these; longer ones, where there would be too many.
    pub(crate) fn dashed_line(&self, points: &[Pixel], stroke: ShapeStyle) -> Result<()> {
        let dash = f64::from(self.style.lines(0.45)).max(2.0 * f64::from(stroke.stroke_width)).max(1.0);
        let dash = dash.max(length(points) / (2 * MAX_DASHES) as f64);
        dashes(points, dash).into_iter().try_for_each(|dash| self.line(dash, stroke))
    }

    pub(crate) fn fill(&self, corners: Vec<Pixel>, color: RGBColor) -> Result<()> {
        if corners.len() < 3 {
            return Ok(());
        }
        self.area.draw(&Polygon::new(corners, color.filled())).map_err(failed)
    }

    pub(crate) fn rectangle(&self, from: Pixel, to: Pixel, color: RGBColor) -> Result<()> {
        self.area.draw(&Rectangle::new([from, to], color.filled())).map_err(failed)
    }

    pub(crate) fn disc(&self, at: Pixel, radius: i32, color: RGBColor) -> Result<()> {
        self.area.draw(&Circle::new(at, radius, color.filled())).map_err(failed)
    }

    pub(crate) fn ring(&self, at: Pixel, radius: i32, stroke: ShapeStyle) -> Result<()> {
        self.area.draw(&Circle::new(at, radius, stroke)).map_err(failed)
    }

    /// A dot: round, and in another form for classes that share its color.
    pub(crate) fn dot(&self, at: Pixel, radius: i32, role: ColorRole) -> Result<()> {
        let color = self.style.color(role);
        let (x, y) = at;
        match self.turn(role) % 3 {
            0 => self.disc(at, radius, color),
            1 => self.rectangle((x - radius, y - radius), (x + radius, y + radius), color),
            _ => {
                let (reach, high) = (radius * 6 / 5, radius * 13 / 10);
                self.fill(vec![(x, y - high), (x + reach, y + radius), (x - reach, y + radius)], color)
            }
        }
    }

    /// How many times the colors of a list were all used before this one.
    pub(crate) fn turn(&self, role: ColorRole) -> usize {
        let theme = &self.style.theme;
        match role {
            ColorRole::Class(class) => class / theme.classes.len().max(1),
            ColorRole::Series(series) => series / theme.series.len().max(1),
            _ => 0,
        }
    }

    /// Stripes over a rectangle, which tell it from others without its color.
    pub(crate) fn hatch(&self, (left, top): Pixel, (right, bottom): Pixel) -> Result<()> {
        let stroke = self.style.stroke(self.style.background(), 1.0);
        let (width, height) = (right - left, bottom - top);
        let step = self.style.lines(0.34).max(2);
        for start in (step / 2..width + height).step_by(step as usize) {
            let [from, to] = [(start - height).max(0), start.min(width)];
            self.line(vec![(left + from, bottom - (start - from)), (left + to, bottom - (start - to))], stroke)?;
        }
        Ok(())
    }

    /// Writes text of at most so many pixels, cut off behind the last character that has room.
    pub(crate) fn write(&self, text: &str, at: Pixel, size: f64, anchor: (HPos, VPos), room: i32) -> Result<()> {
        self.write_as(&self.font(size, anchor), text, at, room)
    }

    /// The same in a color.
    pub(crate) fn write_in(
        &self,
        role: ColorRole,
        text: &str,
        at: Pixel,
        size: f64,
        anchor: (HPos, VPos),
    ) -> Result<()> {
        let color = self.style.color(role);
        self.write_as(&self.font(size, anchor).color(&color), text, at, self.width())
    }

    /// The same along a vertical axis.
    pub(crate) fn write_upwards(&self, text: &str, at: Pixel) -> Result<()> {
        let room = 2 * at.1.min(self.height() - at.1);
        self.write_as(&self.style.text_style(1.0, Pos::new(HPos::Center, VPos::Top), true), text, at, room)
    }

    /// A name of at most so many pixels that ends below a place.
    pub(crate) fn write_name_upwards(&self, name: &str, at: Pixel, room: i32) -> Result<()> {
        self.write_as(&self.style.text_style(0.92, Pos::new(HPos::Right, VPos::Center), true), name, at, room)
    }

    fn write_as(&self, font: &TextStyle<'_>, text: &str, at: Pixel, room: i32) -> Result<()> {
        let words = self.fitted(text, font, room)?;
        if words.is_empty() { Ok(()) } else { self.area.draw_text(&words, font, at).map_err(failed) }
    }

    /// As much of a text as has room, and dots where something is missing.
    fn fitted(&self, text: &str, font: &TextStyle<'_>, room: i32) -> Result<String> {
        // At most one character for each pixel, however long a name is.
        let all: Vec<char> = text.chars().map(allowed).take(room.max(1) as usize).collect();
        let mut kept = all.len();
        let mut words: String = all.iter().collect();
        loop {
            let length = self.measured(&words, font)?;
            if length <= room || kept <= 1 {
                return Ok(words);
            }
            // As many as that length promises, and at least one less.
            kept = (kept * room.max(1) as usize / length as usize).clamp(1, kept - 1);
            words = all[..kept].iter().chain(&['…']).collect();
        }
    }

    /// How many pixels words take along their line.
    pub(crate) fn length(&self, text: &str, size: f64) -> Result<i32> {
        self.measured(text, &self.font(size, (HPos::Left, VPos::Top)))
    }

    /// Of very many words, the first ones.
    fn measured(&self, text: &str, font: &TextStyle<'_>) -> Result<i32> {
        let end = text.char_indices().nth(1_000).map_or(text.len(), |(end, _)| end);
        Ok(self.area.estimate_text_size(&text[..end], font).map_err(failed)?.0 as i32)
    }

    /// A text in lines of at most so many pixels, broken at spaces; at most so many lines, the last one cut off.
    pub(crate) fn wrapped(&self, text: &str, size: f64, room: i32, most: usize) -> Result<Vec<String>> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            let longer = lines.last().map(|line| format!("{line} {word}"));
            let fits = longer.as_ref().map_or(Ok(0), |line| self.length(line, size)).map(|length| length <= room)?;
            match longer {
                Some(longer) if fits || lines.len() == most => {
                    lines.last_mut().into_iter().for_each(|last| last.clone_from(&longer));
                }
                _ => lines.push(word.to_owned()),
            }
        }
        Ok(lines)
    }

    fn font(&self, size: f64, (h, v): (HPos, VPos)) -> TextStyle<'static> {
        self.style.text_style(size, Pos::new(h, v), false)
    }

    /// The middle of a pixel of the picture, where a line of one pixel is sharp.
    pub(crate) fn snapped(&self, pixel: i32) -> i32 {
        let finer = self.style.finer as i32;
        pixel.div_euclid(finer) * finer + finer / 2
    }

    pub(crate) fn stroke(&self, role: ColorRole, width: f64) -> ShapeStyle {
        self.style.stroke(self.style.color(role), width)
    }

    /// Pale, behind everything.
    pub(crate) fn rule(&self) -> ShapeStyle {
        self.style.stroke(style::color(self.style.theme.rule), 1.0)
    }
}

/// More dashes than one can tell apart. Up and down a million times, a curve is billions of places long.
const MAX_DASHES: usize = 10_000;

fn length(points: &[Pixel]) -> f64 {
    let way = |from: i32, to: i32| f64::from(to) - f64::from(from);
    let ways = points.windows(2).map(|pair| [way(pair[0].0, pair[1].0), way(pair[0].1, pair[1].1)]);
    ways.map(|[x, y]| (x * x + y * y).sqrt()).sum()
}

/// The parts of a line that are drawn when it is broken into pieces of this length.
fn dashes(points: &[Pixel], length: f64) -> Vec<Vec<Pixel>> {
    let mut parts: Vec<Vec<Pixel>> = Vec::new();
    let mut left = length;
    let mut is_drawn = true;
    for pair in points.windows(2) {
        let way = [f64::from(pair[1].0 - pair[0].0), f64::from(pair[1].1 - pair[0].1)];
        let whole = (way[0] * way[0] + way[1] * way[1]).sqrt();
        let at = |done: f64| -> Pixel {
            let share = if whole > 0.0 { done / whole } else { 0.0 };
            (pair[0].0 + (way[0] * share).round() as i32, pair[0].1 + (way[1] * share).round() as i32)
        };
        let mut done = 0.0;
        while done < whole {
            let to = (done + left).min(whole);
            match parts.last_mut() {
                Some(part) if is_drawn && part.last() == Some(&at(done)) => part.push(at(to)),
                _ if is_drawn => parts.push(vec![at(done), at(to)]),
                _ => {}
            }
            left -= to - done;
            done = to;
            if left < 1e-6 {
                (left, is_drawn) = (length, !is_drawn);
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_go_around_corners() {
        let parts = dashes(&[(0, 0), (10, 0), (10, 20)], 8.0);
        assert_eq!(parts, [vec![(0, 0), (8, 0)], vec![(10, 6), (10, 14)]]);
        assert!(dashes(&[(3, 3), (3, 3)], 5.0).is_empty());
    }
}
