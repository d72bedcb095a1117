//! The loss over a plane in the space of the weights, as filled contours.

use super::{
    Aspect, Axis, ColorRole, Mark, Panel,
    clip::{Point, between, cut},
    histograms::are,
    shades::Shades,
};
use crate::{
    Error, Result,
    analysis::{LossSurface, space::contour::Contour},
    notation::grouped,
};

/// A corner of a cell, and where its loss lies on the scale of the bands.
type Corner = (Point, f64);

/// A plane that is so many times as long as it is wide has no equal units.
const LONG: f64 = 3.0;

impl Panel {
    /// Creates a plot of the loss over a plane: filled between lines of equal loss at up to six round values, which the legend names.
    ///
    /// Units are equal along both axes unless one side is more than three times as long as the other. Where the loss spans a factor of ten or more, the values are parted by logarithms. Cells with a corner at which the loss is NaN or
    /// infinite have colors of their own, which no loss has. [`weight_path`](Self::weight_path) draws the path of a run over it.
    ///
    /// ```
    /// use training_replay::{Dense, Loss, Sequential, Weights, analysis::{Grid, LossSurface, WeightPlane}, datasets};
    /// use training_replay::plot::{ColorRole, Panel};
    ///
    /// let (model, data) = (Sequential::builder(2).layer(Dense::new(1)).build(1)?, datasets::moons(50, 0.1, 7));
    /// let plane = WeightPlane::random(&Weights::of(&model)?, 7)?;
    /// let surface = LossSurface::of(&model, &plane, &Grid::default().points(21), &data, Loss::MeanSquaredError)?;
    /// let panel = Panel::loss_surface(&surface)?;
    /// assert!(panel.in_color(ColorRole::Shade(0)).count() > 0 && panel.legend[0].0.starts_with("below "));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] if the fields of the surface do not fit together.
    pub fn loss_surface(surface: &LossSurface) -> Result<Self> {
        let (expected, found) = ((surface.y.len(), surface.x.len()), surface.losses.shape());
        if found != expected {
            return Err(Error::shape("the losses of a surface", [expected.0, expected.1], [found.0, found.1]));
        }
        let ends = |axis: &[f32]| axis.first().map_or(0.0, |&x| x.into())..=axis.last().map_or(1.0, |&x| x.into());
        let (x, y) = (Axis::new("direction 1", ends(&surface.x)), Axis::new("direction 2", ends(&surface.y)));
        let aspect = if is_long(&x, &y) { Aspect::Free } else { Aspect::Equal };
        let mut panel = Self::new("Loss", x, y).aspect(aspect);
        let shades = Shades::of(surface.losses.iter().copied());
        let surface = Surface { surface, shades };
        panel.marks.extend(surface.areas().into_iter().map(|(color, corners)| Mark::Area { corners, color }));
        panel.legend.extend(surface.shades.legend());
        panel.add_no_numbers(surface.surface);
        for &edge in surface.shades.edges() {
            panel.add_lines(&surface.lines(edge), ColorRole::Grid, 0.8)?;
        }
        Ok(panel)
    }

    fn add_no_numbers(&mut self, surface: &LossSurface) {
        let count = |is: fn(f64) -> bool| surface.losses.iter().filter(|loss| is(**loss)).count() as u64;
        let all = surface.losses.len() as u64;
        for (name, color, count) in [("NaN", NAN, count(f64::is_nan)), ("infinite", INFINITE, count(f64::is_infinite))]
        {
            if count > 0 {
                self.legend.push((name.to_owned(), color));
                self.notes.push(format!("{} of {} {name}", grouped(count), are(all, "point")));
            }
        }
    }
}

/// Whether equal units would make a strip, which shows little.
fn is_long(x: &Axis, y: &Axis) -> bool {
    let [wide, high] = [x.high - x.low, y.high - y.low];
    !(wide < LONG * high && high < LONG * wide)
}

/// The colors of cells without a loss: no shade is as dark or as grey.
const NAN: ColorRole = ColorRole::Grid;
const INFINITE: ColorRole = ColorRole::Text;

/// What a cell is filled with where it is all of one color.
#[derive(Clone, Copy, PartialEq)]
enum Fill {
    Color(ColorRole),
    Bands,
}

struct Surface<'a> {
    surface: &'a LossSurface,
    shades: Shades,
}

impl Surface<'_> {
    /// Polygons that cover the grid, each with its color. Neighbors of one color in a row are one polygon.
    fn areas(&self) -> Vec<(ColorRole, Vec<Point>)> {
        let (rows, columns) = self.surface.losses.shape();
        let mut areas = Vec::new();
        for row in 1..rows {
            let mut column = 1;
            while column < columns {
                let fill = self.fill(row, column);
                let alike = |&next: &usize| next == column || self.fill(row, next) == fill;
                let end = match fill {
                    Fill::Color(color) => {
                        let end = (column..columns).take_while(alike).last().unwrap_or(column);
                        let [first, ..] = self.corners(row, column);
                        let [_, _, last, _] = self.corners(row, end);
                        let (from, to) = (first.0, last.0);
                        areas.push((color, vec![from, [to[0], from[1]], to, [from[0], to[1]]]));
                        end
                    }
                    Fill::Bands => {
                        self.cut_cell(self.corners(row, column), &mut areas);
                        column
                    }
                };
                column = end + 1;
            }
        }
        areas
    }

    /// The corners of the cell whose last one this is, in turn.
    fn corners(&self, row: usize, column: usize) -> [Corner; 4] {
        [(row - 1, column - 1), (row - 1, column), (row, column), (row, column - 1)].map(|(row, column)| {
            let at = [self.surface.x[column].into(), self.surface.y[row].into()];
            (at, self.shades.place(self.surface.losses[(row, column)]))
        })
    }

    fn fill(&self, row: usize, column: usize) -> Fill {
        let losses = [(row - 1, column - 1), (row - 1, column), (row, column), (row, column - 1)]
            .map(|at| self.surface.losses[at]);
        if losses.iter().any(|loss| loss.is_nan()) {
            return Fill::Color(NAN);
        }
        if losses.iter().any(|loss| loss.is_infinite()) {
            return Fill::Color(INFINITE);
        }
        let [first, others @ ..] = losses.map(|loss| self.shades.band(loss));
        if others.iter().all(|&other| other == first) { Fill::Color(self.shades.color(first)) } else { Fill::Bands }
    }

    /// Parts a cell among the bands: along the lines between them, and as four triangles around its middle where two opposite corners
    /// are above both others.
    fn cut_cell(&self, corners: [Corner; 4], areas: &mut Vec<(ColorRole, Vec<Point>)>) {
        let [a, b, c, d] = corners.map(|(_, value)| value);
        let is_saddle = a.min(c) > b.max(d) || a.max(c) < b.min(d);
        if !is_saddle {
            return self.cut_polygon(&corners, areas);
        }
        let middle = (between(corners[0].0, corners[2].0, 0.5), 0.25 * (a + b + c + d));
        for i in 0..4 {
            self.cut_polygon(&[corners[i], corners[(i + 1) % 4], middle], areas);
        }
    }

    fn cut_polygon(&self, corners: &[Corner], areas: &mut Vec<(ColorRole, Vec<Point>)>) {
        let edges: Vec<f64> = self.shades.edges().iter().map(|&edge| self.shades.place(edge)).collect();
        for band in 0..=edges.len() {
            let mut kept = corners.to_vec();
            if let Some(&low) = band.checked_sub(1).and_then(|below| edges.get(below)) {
                kept = cut_where(&kept, |value| value - low);
            }
            if let Some(&high) = edges.get(band) {
                kept = cut_where(&kept, |value| high - value);
            }
            if kept.len() > 2 {
                areas.push((self.shades.color(band), kept.into_iter().map(|(at, _)| at).collect()));
            }
        }
    }

    /// The lines where the loss has a value, on the scale of the bands.
    fn lines(&self, edge: f64) -> Vec<crate::analysis::Polyline> {
        let mut contour = Contour::new(&self.surface.x, &self.surface.y);
        let edge = self.shades.place(edge);
        for row in self.surface.losses.row_iter() {
            let is_there = |loss: &f64| if loss.is_finite() { self.shades.place(*loss) - edge } else { f64::NAN };
            let scores: Vec<f32> = row.iter().map(|loss| is_there(loss) as f32).collect();
            contour.extend(&scores);
        }
        contour.into_lines()
    }
}

/// The part of a polygon where a number that changes evenly along its sides is not negative.
fn cut_where(corners: &[Corner], number: impl Fn(f64) -> f64) -> Vec<Corner> {
    let numbers: Vec<f64> = corners.iter().map(|&(_, value)| number(value)).collect();
    cut(corners, &numbers, |&(from, a), &(to, b), share| (between(from, to, share), a + (b - a) * share))
}
