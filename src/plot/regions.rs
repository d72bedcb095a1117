//! Where each class is told, as polygons.

use super::shape::{Point, cut};
use crate::{Matrix, classes};

/// By how much outputs tell one class rather than the others, point by point: above 0 for the class that is told.
pub(super) struct Margins {
    /// One column for a single output, for class 1; else one for each class.
    scores: Matrix,
    told: Vec<Option<usize>>,
}

impl Margins {
    /// Of probabilities by their logarithms, which change evenly where a network's last layer does: what is between two
    /// points of a grid is then where it belongs.
    pub(super) fn of(outputs: &Matrix) -> Self {
        let probabilities = outputs.iter().all(|p| (0.0..=1.0).contains(p) || p.is_nan());
        let ln = |p: f32| p.max(f32::MIN_POSITIVE).ln();
        let scores = match (outputs.ncols(), probabilities) {
            (1, true) => outputs.map(|p| ln(p) - ln(1.0 - p)),
            (1, false) => outputs.map(|p| p - 0.5),
            (_, true) => outputs.map(ln),
            (_, false) => outputs.clone(),
        };
        Self { scores, told: classes::classes(outputs, 0.5) }
    }

    /// By how much this class is told rather than any other.
    pub(super) fn of_class(&self, point: usize, class: usize) -> f64 {
        let score = |column: usize| f64::from(self.scores[(point, column)]);
        if self.scores.ncols() == 1 {
            return if class == 1 { score(0) } else { -score(0) };
        }
        let others = (0..self.scores.ncols()).filter(|&other| other != class).map(score);
        score(class) - others.fold(f64::NEG_INFINITY, f64::max)
    }

    /// The class that is told; none where an output is NaN.
    pub(super) fn told(&self, point: usize) -> Option<usize> {
        self.told[point]
    }
}

/// Points of a grid, x fastest, wherever they are now, with the class that is told at each.
pub(super) struct Cells<'a, P> {
    columns: usize,
    rows: usize,
    point: P,
    margins: &'a Margins,
}

impl<'a, P: Fn(usize) -> Point> Cells<'a, P> {
    pub(super) fn new(columns: usize, rows: usize, point: P, margins: &'a Margins) -> Self {
        Self { columns, rows, point, margins }
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
        let [first, others @ ..] = self.corners(row, column).map(|corner| self.margins.told(corner));
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

    /// Parts a cell among the classes of its corners.
    fn cut_cell(&self, row: usize, column: usize, regions: &mut Vec<(usize, Vec<Point>)>) {
        let corners = self.corners(row, column);
        let mut classes: Vec<usize> = corners.iter().filter_map(|&corner| self.margins.told(corner)).collect();
        classes.sort_unstable();
        classes.dedup();
        let points = corners.map(&self.point);
        for class in classes {
            let margins = corners.map(|corner| self.margins.of_class(corner, class));
            if margins.iter().all(|margin| !margin.is_nan()) {
                regions.push((class, cut(&points, &margins)));
            }
        }
    }
}
