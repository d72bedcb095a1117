//! Where each class is told, as polygons.

use super::shape::{Point, between, cut};
use crate::{Matrix, classes};

/// What speaks for each class, point by point: the largest score tells.
pub(super) struct Scores {
    /// One row for each point, one column for each class.
    scores: Matrix,
    told: Vec<Option<usize>>,
}

impl Scores {
    /// Of probabilities their logarithms, which change evenly where a network's last layer does: what is between two points
    /// of a grid is then where it belongs.
    pub(super) fn of(outputs: &Matrix) -> Self {
        let probabilities = outputs.iter().all(|p| (0.0..=1.0).contains(p) || p.is_nan());
        let score = |p: f32| if probabilities { p.max(f32::MIN_POSITIVE).ln() } else { p };
        let scores = match outputs.ncols() {
            1 => Matrix::from_fn(outputs.nrows(), 2, |i, class| {
                score(if class == 1 { outputs[i] } else { 1.0 - outputs[i] })
            }),
            _ => outputs.map(score),
        };
        Self { scores, told: classes::classes(outputs, 0.5) }
    }

    /// The class that is told; none where an output is NaN.
    pub(super) fn told(&self, point: usize) -> Option<usize> {
        self.told[point]
    }

    /// That of every class at a point.
    pub(super) fn at(&self, point: usize) -> Vec<f64> {
        self.scores.row(point).iter().map(|&score| score.into()).collect()
    }
}

/// Points of a grid, x fastest, wherever they are now, with the class that is told at each.
pub(super) struct Cells<'a, P> {
    columns: usize,
    rows: usize,
    point: P,
    scores: &'a Scores,
}

impl<'a, P: Fn(usize) -> Point> Cells<'a, P> {
    pub(super) fn new(columns: usize, rows: usize, point: P, scores: &'a Scores) -> Self {
        Self { columns, rows, point, scores }
    }

    /// Polygons that cover the grid, each with its class. Neighbours of one class in a row are one polygon; where classes
    /// meet within a cell, it is cut between them.
    pub(super) fn regions(&self) -> Vec<(usize, Vec<Point>)> {
        let mut regions = Vec::new();
        for row in 1..self.rows {
            let mut column = 1;
            while column < self.columns {
                let length = self.stretch(row, column);
                match self.common_class(row, column) {
                    Some(class) => regions.push((class, self.outline(row, column, length))),
                    None => self.cut_cell(row, column, &mut regions),
                }
                column += length;
            }
        }
        regions.retain(|(_, corners)| corners.len() > 2 && corners.iter().flatten().all(|x| x.is_finite()));
        regions
    }

    /// The corners of the cell whose last one this is, in turn.
    fn corners(&self, row: usize, column: usize) -> [usize; 4] {
        let last = row * self.columns + column;
        let first = last - self.columns - 1;
        [first, first + 1, last, last - 1]
    }

    /// The class that all corners of a cell agree on.
    fn common_class(&self, row: usize, column: usize) -> Option<usize> {
        let [first, others @ ..] = self.corners(row, column).map(|corner| self.scores.told(corner));
        first.filter(|_| others.iter().all(|&other| other == first))
    }

    /// How many cells in a row agree with this one.
    fn stretch(&self, row: usize, column: usize) -> usize {
        let Some(class) = self.common_class(row, column) else { return 1 };
        (column..self.columns).take_while(|&next| self.common_class(row, next) == Some(class)).count()
    }

    /// Around so many cells of a row.
    fn outline(&self, row: usize, column: usize, length: usize) -> Vec<Point> {
        let below = (row - 1) * self.columns + column - 1;
        let above = below + self.columns;
        let there = below..=below + length;
        there.chain((above..=above + length).rev()).map(&self.point).collect()
    }

    /// Parts a cell among the classes of its corners: as two triangles, within which scores are linear.
    fn cut_cell(&self, row: usize, column: usize, regions: &mut Vec<(usize, Vec<Point>)>) {
        let corners = self.corners(row, column);
        let Some(told) = corners.iter().map(|&corner| self.scores.told(corner)).collect::<Option<Vec<usize>>>() else {
            return; // An output is NaN.
        };
        let mut classes = told;
        classes.sort_unstable();
        classes.dedup();
        let vertex = |corner: usize| Vertex { at: (self.point)(corner), scores: self.scores.at(corner) };
        let [a, b, c, d] = corners.map(vertex);
        for triangle in [[&a, &b, &c], [&a, &c, &d]].map(|triangle| triangle.map(Clone::clone)) {
            regions.extend(classes.iter().map(|&class| (class, part(&triangle, class, &classes))));
        }
    }
}

/// A point with what speaks for each class there.
#[derive(Clone)]
struct Vertex {
    at: Point,
    scores: Vec<f64>,
}

impl Vertex {
    fn between(&self, other: &Self, share: f64) -> Self {
        let scores = self.scores.iter().zip(&other.scores).map(|(from, to)| from + (to - from) * share);
        Self { at: between(self.at, other.at, share), scores: scores.collect() }
    }
}

/// The part of a triangle where this class tells rather than any other of these.
fn part(triangle: &[Vertex], class: usize, classes: &[usize]) -> Vec<Point> {
    let mut corners = triangle.to_vec();
    for &other in classes.iter().filter(|&&other| other != class) {
        let margins: Vec<f64> = corners.iter().map(|corner| corner.scores[class] - corner.scores[other]).collect();
        corners = cut(&corners, &margins, Vertex::between);
    }
    corners.into_iter().map(|corner| corner.at).collect()
}
