//! The regions where each class is predicted, as polygons.

use std::collections::HashSet;

use super::clip::{Point, between, cut};
use crate::{
    Matrix, OutputKind,
    data::labels,
    math::functions::{self, Function},
    model::decision::logit,
};

/// The score of each class at each point. The class with the largest is predicted.
pub(crate) struct Scores {
    /// One row for each point, one column for each class.
    scores: Matrix,
    predicted: Vec<Option<usize>>,
}

impl Scores {
    /// Of probabilities their logarithms, which change evenly where a network's last layer does: what is between two points
    /// of a grid is then where it belongs.
    pub(crate) fn of(outputs: &Matrix, kind: OutputKind, threshold: f32) -> Self {
        let predicted = labels::classes(outputs, threshold);
        if outputs.ncols() == 1 && kind != OutputKind::Probabilities {
            let score = |i: usize, class: usize| if class == 1 { outputs[i] - threshold } else { 0.0 };
            return Self { scores: Matrix::from_fn(outputs.nrows(), 2, score), predicted };
        }
        // 1 - p of a single output is no finer than this; both classes are to saturate alike.
        let least = if outputs.ncols() == 1 { f32::EPSILON / 2.0 } else { f32::MIN_POSITIVE };
        let mut scores = match outputs.ncols() {
            1 => Matrix::from_fn(outputs.nrows(), 2, |i, class| if class == 1 { outputs[i] } else { 1.0 - outputs[i] }),
            _ => outputs.clone(),
        };
        if kind == OutputKind::Probabilities {
            scores.apply(|p| *p = p.max(least));
            functions::apply(Function::Ln, scores.as_mut_slice());
        }
        if outputs.ncols() == 1 && threshold != 0.5 {
            scores.column_mut(1).add_scalar_mut(-logit(threshold).clamp(-f32::MAX, f32::MAX));
        }
        Self { scores, predicted }
    }

    /// The predicted class; none where an output is NaN.
    pub(crate) fn predicted(&self, point: usize) -> Option<usize> {
        self.predicted[point]
    }

    /// The score of every class at a point.
    pub(crate) fn at(&self, point: usize) -> Vec<f64> {
        self.scores.row(point).iter().map(|&score| score.into()).collect()
    }
}

/// Points of a grid, x fastest, wherever they are now, with the scores there.
pub(crate) struct Cells<'a, P> {
    columns: usize,
    rows: usize,
    point: P,
    scores: &'a Scores,
}

impl<'a, P: Fn(usize) -> Point> Cells<'a, P> {
    pub(crate) fn new(columns: usize, rows: usize, point: P, scores: &'a Scores) -> Self {
        Self { columns, rows, point, scores }
    }

    /// Polygons that cover the grid, each with its class. Neighbors of one class in a row are one polygon; where classes
    /// meet within a cell, it is cut between them.
    pub(crate) fn regions(&self) -> Vec<(usize, Vec<Point>)> {
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
        let [first, others @ ..] = self.corners(row, column).map(|corner| self.scores.predicted(corner));
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

    /// Parts a cell among the classes: as two triangles, within which scores are linear. A class may win in the middle of a
    /// cell and at none of its corners.
    fn cut_cell(&self, row: usize, column: usize, regions: &mut Vec<(usize, Vec<Point>)>) {
        let corners = self.corners(row, column);
        if corners.iter().any(|&corner| self.scores.predicted(corner).is_none()) {
            return; // An output is NaN.
        }
        let corners = corners.map(|corner| ((self.point)(corner), self.scores.at(corner)));
        for triangle in [[0, 1, 2], [0, 2, 3]].map(|three| three.map(|i: usize| &corners[i])) {
            let classes = contenders(&triangle.map(|(_, scores)| scores.as_slice()));
            regions.extend(classes.iter().map(|&class| (class, part(triangle, class, &classes))));
        }
    }
}

/// The classes that no other one is ahead of at all corners: only they can be predicted somewhere between.
///
/// Of classes that are level at all of them the first one is, as everywhere.
fn contenders(corners: &[&[f64]; 3]) -> Vec<usize> {
    let holds = |class: usize, other: usize| corners.iter().any(|scores| scores[class] >= scores[other]);
    let best =
        corners.map(|scores| (1..scores.len()).fold(0, |best, i| if scores[i] > scores[best] { i } else { best }));
    // Nearly all are behind one of these three; whoever is behind another one only, is so behind one that is left.
    let mut left: Vec<usize> =
        (0..corners[0].len()).filter(|&class| best.iter().all(|&best| holds(class, best))).collect();
    let place = |class: usize| corners.map(|scores| scores[class]);
    let mut seen = HashSet::new();
    left.retain(|&class| seen.insert(place(class).map(|score| (score + 0.0).to_bits())));
    left.iter().copied().filter(|&class| left.iter().all(|&other| holds(class, other))).collect()
}

/// A corner of a part: where it is, and its place among all points that were made of a triangle.
#[derive(Clone)]
struct Corner {
    at: Point,
    place: usize,
}

/// The part of a triangle, of points and scores, where this class is predicted rather than any other of these.
fn part(triangle: [&(Point, Vec<f64>); 3], class: usize, classes: &[usize]) -> Vec<Point> {
    let mut corners: Vec<Corner> = (0..3).map(|place| Corner { at: triangle[place].0, place }).collect();
    // Points after the first three, each between two before it: of thousands of classes the scores of two are needed there.
    let mut made: Vec<(usize, usize, f64)> = Vec::new();
    for &other in classes.iter().filter(|&&other| other != class) {
        let [own, others] = [class, other].map(|class| scores_at(triangle, &made, class));
        let margins: Vec<f64> = corners.iter().map(|corner| own[corner.place] - others[corner.place]).collect();
        if margins.iter().all(|&margin| margin >= 0.0) {
            continue;
        }
        corners = cut(&corners, &margins, |from, to, share| {
            made.push((from.place, to.place, share));
            Corner { at: between(from.at, to.at, share), place: 2 + made.len() }
        });
        if corners.len() < 3 {
            return Vec::new(); // They enclose nothing.
        }
    }
    corners.into_iter().map(|corner| corner.at).collect()
}

/// The scores of a class at the corners of a triangle, and at the points that were made of them.
fn scores_at(triangle: [&(Point, Vec<f64>); 3], made: &[(usize, usize, f64)], class: usize) -> Vec<f64> {
    let mut all = Vec::with_capacity(3 + made.len());
    all.extend(triangle.iter().map(|(_, scores)| scores[class]));
    made.iter().for_each(|&(from, to, share)| all.push(all[from] + (all[to] - all[from]) * share));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const CORNERS: [Point; 4] = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]];

    fn area(polygon: &[Point]) -> f64 {
        let next = polygon.iter().cycle().skip(1);
        (polygon.iter().zip(next).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum::<f64>() / 2.0).abs()
    }

    /// The area of each class in a cell whose corners, x first, have these outputs.
    fn areas<const N: usize>(outputs: [[f32; N]; 4]) -> Vec<f64> {
        let outputs = Matrix::from_row_slice(4, N, outputs.as_flattened());
        let kind = if N == 1 { OutputKind::Probabilities } else { OutputKind::Logits };
        let scores = Scores::of(&outputs, kind, 0.5);
        let mut areas = vec![0.0; N.max(2)];
        let regions = Cells::new(2, 2, |i| CORNERS[i], &scores).regions();
        regions.iter().for_each(|(class, corners)| areas[*class] += area(corners));
        areas
    }

    #[test]
    fn a_cell_is_parted_where_the_logits_are_equal() {
        let sigmoid = |z: f32| 1.0 / (1.0 + (-z).exp());
        let outputs = [[sigmoid(-1.0)], [sigmoid(3.0)], [sigmoid(-1.0)], [sigmoid(3.0)]];
        let areas = areas(outputs);
        assert!((areas[0] - 0.25).abs() < 1e-6 && (areas[1] - 0.75).abs() < 1e-6, "{areas:?}");
        assert_eq!(super::tests::areas([[0.1]; 4]), [1.0, 0.0]);
    }

    #[test]
    fn both_classes_saturate_alike() {
        // Logits of about -20 and 20: the sigmoid of the second is 1, that of the first is not 0.
        for negative in [0.0, 2e-9] {
            let areas = areas([[negative], [1.0], [negative], [1.0]]);
            assert!((areas[0] - 0.5).abs() < 1e-6 && (areas[1] - 0.5).abs() < 1e-6, "{areas:?}");
        }
    }

    /// Scores 4 x, 4 (1 - x) and 3: the third wins for x from 1/4 to 3/4.
    #[test]
    fn a_class_that_wins_in_the_middle_alone_has_its_part() {
        let (left, right) = ([0.0, 4.0, 3.0], [4.0, 0.0, 3.0]);
        let areas = areas([left, right, left, right]);
        for (area, expected) in areas.iter().zip([0.25, 0.25, 0.5]) {
            assert!((area - expected).abs() < 1e-6, "{areas:?}");
        }
    }

    /// As before training, when biases are zero and all classes meet where a layer of two units is zero.
    #[test]
    fn thousands_of_classes_that_meet_in_a_cell_share_it_among_them() {
        const CLASSES: usize = 3_000;
        let way = |class: usize| (class as f32 * 2.399963).sin_cos();
        let score = |at: Point, class| (at[0] - 0.4) as f32 * way(class).0 + (at[1] - 0.7) as f32 * way(class).1;
        let outputs = Matrix::from_fn(4, CLASSES, |i, class| score(CORNERS[i], class));
        let scores = Scores::of(&outputs, OutputKind::Logits, 0.5);
        let regions = Cells::new(2, 2, |i| CORNERS[i], &scores).regions();
        let all: f64 = regions.iter().map(|(_, corners)| area(corners)).sum();
        assert!((all - 1.0).abs() < 1e-6, "{all}");
        assert!(regions.len() > CLASSES / 2, "{}", regions.len());
    }

    #[test]
    fn of_classes_that_are_level_the_first_one_has_the_part() {
        let (left, right) = ([1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0]);
        let areas = areas([left, right, left, right]);
        assert!((areas[0] - 0.5).abs() < 1e-6 && (areas[1] - 0.5).abs() < 1e-6, "{areas:?}");
        assert_eq!(areas[2..], [0.0, 0.0]);
    }

    #[test]
    fn a_cell_with_an_output_that_is_nan_has_no_color() {
        assert_eq!(areas([[0.1], [f32::NAN], [0.1], [0.9]]), [0.0, 0.0]);
    }
}
