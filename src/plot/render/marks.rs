//! The marks of a panel, in pixels.

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, VPos};

use super::{
    frame::Frame,
    pen::{Pen, Pixel},
    scale::Scale,
};
use crate::plot::panel::{Anchor, ColorRole, Mark, clip::Point};
use crate::{Error, Result};

/// The largest width of a line and radius of a dot: more than any picture is wide.
const MAX_SIZE: f64 = 1_000.0;

/// The radius of a sample's dot, and of the ring around it, in lines of text.
const DOT: f64 = 0.135;
const RING: f64 = 0.3;

/// Draws a mark between two axes; words on `clear` ground.
pub(crate) fn draw<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    x: &Scale,
    y: &Scale,
    mark: &Mark,
    clear: bool,
) -> Result<()> {
    let between = Between { pen, x, y };
    let color = mark.color();
    match mark {
        Mark::Area { corners, .. } => between.area(corners, color),
        Mark::Line { points, width, dashed, .. } => between.line(points, color, *width, *dashed),
        Mark::Dots { points, radius, .. } => between.dots(points, color, *radius),
        Mark::Rings { points, .. } => {
            let (stroke, radius) = (pen.stroke(color, 1.2), pen.style.lines(RING));
            between.inside(points).try_for_each(|at| pen.ring(at, radius, stroke))
        }
        Mark::Text { .. } => between.text(mark, clear),
    }
}

/// Two axes with what is drawn between them.
struct Between<'a, 'p, DB: DrawingBackend> {
    pen: &'a Pen<'p, DB>,
    x: &'a Scale,
    y: &'a Scale,
}

impl<DB: DrawingBackend> Between<'_, '_, DB> {
    /// The limits, in the space of the scales.
    fn frame(&self) -> Frame {
        Frame { low: [self.x.low, self.y.low], high: [self.x.high, self.y.high] }
    }

    fn place(&self, point: &Point) -> Point {
        [self.x.place(point[0]), self.y.place(point[1])]
    }

    fn pixel(&self, place: &Point) -> Pixel {
        (self.x.pixel(place[0]), self.y.pixel(place[1]))
    }

    fn inside<'s>(&'s self, points: &'s [Point]) -> impl Iterator<Item = Pixel> + 's {
        let places = points.iter().map(|point| self.place(point)).filter(|place| self.frame().holds(*place));
        places.map(|place| self.pixel(&place))
    }

    /// Bars stand on zero, which is below every logarithmic axis.
    fn area(&self, corners: &[Point], color: ColorRole) -> Result<()> {
        let below = self.y.low - self.y.span();
        let above_zero = |[x, y]: Point| [x, if y == f64::NEG_INFINITY { below } else { y }];
        let places: Vec<Point> = corners.iter().map(|corner| above_zero(self.place(corner))).collect();
        let corners: Vec<Pixel> = self.frame().cut_polygon(&places).iter().map(|place| self.pixel(place)).collect();
        let ends = (color == ColorRole::Misclassified).then(|| ends(&corners)).flatten();
        self.pen.fill(corners, self.pen.style.color(color))?;
        ends.map_or(Ok(()), |(from, to)| self.pen.hatch(from, to))
    }

    /// A point without neighbors is a dot, and what is no number is marked at the edge.
    fn line(&self, points: &[Point], color: ColorRole, width: f64, dashed: bool) -> Result<()> {
        let stroke = self.pen.stroke(color, checked("the width of a line", width)?);
        let places: Vec<Point> = points.iter().map(|point| self.place(point)).collect();
        let places = if color == ColorRole::Marker { self.standing(places) } else { places };
        let again = self.pen.turn(color) > 0;
        for part in self.frame().cut_line(&places) {
            let pixels: Vec<Pixel> = part.iter().map(|place| self.pixel(place)).collect();
            if pixels.iter().all(|at| *at == pixels[0]) {
                self.pen.disc(pixels[0], self.radius(1.0 + width / 3.0), self.pen.style.color(color))?;
            }
            if dashed || again { self.pen.dashed_line(&pixels, stroke)? } else { self.pen.line(pixels, stroke)? }
        }
        let alone = alone(&places).filter(|place| self.frame().holds(*place));
        let radius = self.radius(1.0 + width / 3.0);
        alone
            .map(|place| self.pixel(&place))
            .try_for_each(|at| self.pen.disc(at, radius, self.pen.style.color(color)))?;
        if matches!(color, ColorRole::Series(_)) { self.no_numbers(&places, color) } else { Ok(()) }
    }

    /// An upright line from zero begins at the lower end of a logarithmic axis.
    fn standing(&self, places: Vec<Point>) -> Vec<Point> {
        places.into_iter().map(|[x, y]| [x, if y == f64::NEG_INFINITY { self.y.low } else { y }]).collect()
    }

    /// A cross for NaN at the upper edge, triangles at the edges for what is infinite.
    fn no_numbers(&self, places: &[Point], color: ColorRole) -> Result<()> {
        let known =
            places.iter().filter(|place| (self.x.low..=self.x.high).contains(&place[0]) && !place[1].is_finite());
        known.map(|place| (self.x.pixel(place[0]), place[1])).try_for_each(|(x, value)| self.no_number(x, value, color))
    }

    fn no_number(&self, x: i32, value: f64, role: ColorRole) -> Result<()> {
        let (pen, reach) = (self.pen, self.pen.style.lines(0.3));
        let (bottom, top) = (self.y.from, self.y.to);
        let color = pen.style.color(role);
        if value == f64::INFINITY {
            return pen.fill(vec![(x, top), (x + reach, top + 2 * reach), (x - reach, top + 2 * reach)], color);
        }
        if value == f64::NEG_INFINITY {
            return pen
                .fill(vec![(x, bottom), (x + reach, bottom - 2 * reach), (x - reach, bottom - 2 * reach)], color);
        }
        let (stroke, middle) = (pen.stroke(role, 2.0), top + 2 * reach);
        pen.line(vec![(x - reach, middle - reach), (x + reach, middle + reach)], stroke)?;
        pen.line(vec![(x - reach, middle + reach), (x + reach, middle - reach)], stroke)
    }

    fn dots(&self, points: &[Point], color: ColorRole, radius: f64) -> Result<()> {
        let radius = self.radius(checked("the radius of dots", radius)?);
        self.inside(points).try_for_each(|at| self.pen.dot(at, radius, color))
    }

    fn radius(&self, radius: f64) -> i32 {
        (radius * self.pen.style.text * DOT).round().max(1.0) as i32
    }

    /// On ground that is cleared for them where that is said, so that they are read above lines and dots.
    fn text(&self, mark: &Mark, clear: bool) -> Result<()> {
        let Mark::Text { text, at, color, size, anchor } = mark else { return Ok(()) };
        let (color, size, anchor) = (*color, checked("the size of words", *size)?, *anchor);
        let h = match anchor {
            Anchor::Left => HPos::Left,
            Anchor::Center => HPos::Center,
            Anchor::Right => HPos::Right,
        };
        self.inside(&[*at]).try_for_each(|(x, y)| {
            let (left, right) = self.ends_of(text, x, size, anchor)?;
            // What would begin or end outside of the picture is moved into it.
            let moved = (self.pen.width() - right).min(0).max(-left);
            if clear {
                let half = self.pen.style.lines(0.45 * size);
                let (from, to) = ((left + moved, y - half), (right + moved, y + half));
                self.pen.rectangle(from, to, self.pen.style.background())?;
            }
            self.pen.write_in(color, text, (x + moved, y), 0.92 * size, (h, VPos::Center))
        })
    }

    /// The pixels where words begin and end.
    fn ends_of(&self, text: &str, x: i32, size: f64, anchor: Anchor) -> Result<(i32, i32)> {
        let length = self.pen.length(text, 0.92 * size)?;
        let left = match anchor {
            Anchor::Left => x,
            Anchor::Center => x - length / 2,
            Anchor::Right => x - length,
        };
        Ok((left, left + length))
    }
}

/// The finite points of a line that have no finite neighbor.
fn alone(places: &[Point]) -> impl Iterator<Item = Point> {
    let is_there = |i: usize| places.get(i).is_some_and(|place| place.iter().all(|x| x.is_finite()));
    let alone = (0..places.len()).filter(move |&i| is_there(i) && !is_there(i + 1) && (i == 0 || !is_there(i - 1)));
    alone.map(|i| places[i])
}

/// The upper left and the lower right corner around a polygon.
fn ends(corners: &[Pixel]) -> Option<(Pixel, Pixel)> {
    let (first, others) = corners.split_first()?;
    let wider = |(from, to): (Pixel, Pixel), at: &Pixel| {
        ((from.0.min(at.0), from.1.min(at.1)), (to.0.max(at.0), to.1.max(at.1)))
    };
    Some(others.iter().fold((*first, *first), wider))
}

/// A small one of a mark, beside its name in a legend; without a mark, a patch of its color.
pub(crate) fn draw_sample<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    like: Option<&Mark>,
    role: ColorRole,
    (x, y): Pixel,
) -> Result<()> {
    let half = pen.style.lines(0.32);
    match like {
        Some(Mark::Dots { .. }) => pen.dot((x, y), pen.style.lines(0.26), role),
        Some(Mark::Rings { .. }) => pen.ring((x, y), pen.style.lines(RING), pen.stroke(role, 1.2)),
        Some(Mark::Line { dashed, .. }) => {
            // The first of several lines need not be as wide as the others: a legend is about colors.
            let stroke = pen.stroke(role, 2.0);
            let ends = [(x - half, y), (x + pen.style.lines(0.5), y)];
            if *dashed || pen.turn(role) > 0 { pen.dashed_line(&ends, stroke) } else { pen.line(ends.to_vec(), stroke) }
        }
        _ => {
            let (from, to) = ((x - half, y - half), (x + half, y + half));
            pen.rectangle(from, to, pen.style.color(role))?;
            match role {
                ColorRole::Misclassified => pen.hatch(from, to),
                // The lowest ones are next to the background.
                ColorRole::Shade(_) => {
                    let around = [from, (to.0, from.1), to, (from.0, to.1), from];
                    pen.line(around.to_vec(), pen.stroke(ColorRole::Grid, 0.8))
                }
                _ => Ok(()),
            }
        }
    }
}

/// What a caller has set, if it is a size that something on a picture can have.
fn checked(what: &str, size: f64) -> Result<f64> {
    let is_size = (0.0..=MAX_SIZE).contains(&size);
    is_size.then_some(size).ok_or_else(|| Error::invalid(what, format!("from 0 to {MAX_SIZE}"), size))
}
