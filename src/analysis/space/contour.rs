//! Where a score on a grid is zero: marching squares with linear interpolation, joined to polylines.
//!
//! A mask of classes would need a pixel's resolution for a smooth line. The score knows how far from zero each point
//! is, so that a coarse grid gives points that lie on the line to second order of the spacing.

use std::collections::HashMap;

use crate::analysis::Polyline;

/// An edge of the grid that the line crosses: the index of its lower left point, and whether it runs upwards.
type Edge = (usize, bool);

/// Looks for the lines on which scores change from "above zero" to "not above zero", row by row of the grid.
///
/// Cells with a NaN at a corner are left out; lines end there.
pub(crate) struct Contour<'a> {
    x: &'a [f32],
    y: &'a [f32],
    /// The last row of scores; none before the first.
    below: Vec<f32>,
    /// How many rows there were.
    rows: usize,
    links: Links,
}

impl<'a> Contour<'a> {
    pub(crate) fn new(x: &'a [f32], y: &'a [f32]) -> Self {
        Self { x, y, below: Vec::new(), rows: 0, links: Links::default() }
    }

    /// Takes in the scores of the next rows of the grid, x fastest.
    pub(crate) fn extend(&mut self, scores: &[f32]) {
        for above in scores.chunks_exact(self.x.len()) {
            if self.rows > 0 {
                self.take_cells(above);
            }
            self.rows += 1;
            self.below.clear();
            self.below.extend_from_slice(above);
        }
    }

    /// The lines, once all rows were taken in.
    pub(crate) fn into_lines(self) -> Vec<Polyline> {
        self.links
            .into_chains()
            .iter()
            .map(|points| Polyline::from_row_slice(points.len(), 2, points.as_flattened()))
            .collect()
    }

    /// Looks at the cells between the last row and this one, many at a time where no line can run.
    fn take_cells(&mut self, above: &[f32]) {
        /// Cells that are passed over together.
        const MANY: usize = 64;
        for start in (0..above.len() - 1).step_by(MANY) {
            let points = start..(start + MANY + 1).min(above.len());
            if changes(&self.below[points.clone()], &above[points.clone()]) {
                (start..points.end - 1).for_each(|column| self.take_cell(column, above));
            }
        }
    }

    /// Links the edges of one cell that the line enters and leaves by.
    fn take_cell(&mut self, column: usize, above: &[f32]) {
        // Counter-clockwise from the lower left.
        let scores = [self.below[column], self.below[column + 1], above[column + 1], above[column]];
        if scores.iter().any(|score| score.is_nan()) {
            return;
        }
        let inside = scores.map(|score| score > 0.0);
        let mut crossed = (0..4).filter(|&edge| inside[edge] != inside[(edge + 1) % 4]);
        let mut next = || crossed.next().map(|edge| self.link(column, edge, &scores));
        match [next(), next(), next(), next()] {
            [Some(a), Some(b), None, None] => self.links.join(a, b),
            [Some(a), Some(b), Some(c), Some(d)] if joins_first(&scores, inside[0]) => {
                self.links.join(a, b);
                self.links.join(c, d);
            }
            [Some(a), Some(b), Some(c), Some(d)] => {
                self.links.join(b, c);
                self.links.join(d, a);
            }
            _ => {}
        }
    }

    /// The index among the links of a cell's edge, which is the one behind the corner of that number.
    fn link(&mut self, column: usize, edge: usize, scores: &[f32; 4]) -> usize {
        let width = self.x.len();
        let cell = (self.rows - 1) * width + column;
        // From the lower left end to the upper right one, so that the neighbor finds the same point.
        let (name, from, to) = match edge {
            0 => ((cell, false), 0, 1),
            1 => ((cell + 1, true), 1, 2),
            2 => ((cell + width, false), 3, 2),
            _ => ((cell, true), 0, 3),
        };
        let (x, y) = (&self.x[column..], &self.y[self.rows - 1..]);
        let corners = [[x[0], y[0]], [x[1], y[0]], [x[1], y[1]], [x[0], y[1]]];
        self.links.position(name, || zero_between(corners[from], corners[to], scores[from], scores[to]))
    }
}

/// Whether the points of two rows lie on both sides of zero. Without branches, for vectors.
fn changes(below: &[f32], above: &[f32]) -> bool {
    let inside = |row: &[f32]| row.iter().map(|&score| u32::from(score > 0.0)).sum::<u32>() as usize;
    let count = inside(below) + inside(above);
    count > 0 && count < below.len() + above.len()
}

/// In a saddle, whether the center is on the side of the first corner, so that the lines cut off the second and the
/// fourth.
fn joins_first(scores: &[f32; 4], first: bool) -> bool {
    let center: f64 = scores.iter().map(|&score| f64::from(score)).sum();
    (center > 0.0) == first
}

/// The point between two others where the score, taken to be linear, is zero.
fn zero_between(from: [f32; 2], to: [f32; 2], from_score: f32, to_score: f32) -> [f32; 2] {
    let (from_score, to_score) = (finite(from_score), finite(to_score));
    let share = from_score / (from_score - to_score);
    let between = |a: f32, b: f32| (f64::from(a) + share * (f64::from(b) - f64::from(a))) as f32;
    [between(from[0], to[0]), between(from[1], to[1])]
}

/// Infinite scores pull a crossing as far as the largest finite ones.
fn finite(score: f32) -> f64 {
    f64::from(score.clamp(f32::MIN, f32::MAX))
}

/// A polyline whose points all lie on the line between its ends becomes that line.
///
/// "On" means within `tolerance` of the distance between the ends, or what `f32` resolves where they lie.
pub(crate) fn straighten(line: Polyline, tolerance: f32) -> Polyline {
    let last = line.nrows() - 1;
    let (start, chord) = (line.row(0), line.row(last) - line.row(0));
    let length = chord.norm();
    let allowed = (tolerance * length).max(4.0 * f32::EPSILON * line.amax());
    let distance = |row: usize| {
        let along = line.row(row) - start;
        (along[0] * chord[1] - along[1] * chord[0]).abs() / length
    };
    if length > 0.0 && (1..last).all(|row| distance(row) <= allowed) { line.select_rows(&[0, last]) } else { line }
}

/// Which crossed edges follow one another: each has one or two neighbors.
#[derive(Default)]
struct Links {
    /// In the order they were found, for results that do not depend on hashes.
    crossings: Vec<Crossing>,
    indices: HashMap<Edge, usize>,
}

struct Crossing {
    point: [f32; 2],
    neighbors: [Option<usize>; 2],
}

impl Links {
    /// The index of an edge, whose point is computed when it is new.
    fn position(&mut self, edge: Edge, point: impl Fn() -> [f32; 2]) -> usize {
        *self.indices.entry(edge).or_insert_with(|| {
            self.crossings.push(Crossing { point: point(), neighbors: [None; 2] });
            self.crossings.len() - 1
        })
    }

    fn join(&mut self, a: usize, b: usize) {
        for (from, to) in [(a, b), (b, a)] {
            let neighbors = &mut self.crossings[from].neighbors;
            let free = usize::from(neighbors[0].is_some());
            neighbors[free] = Some(to);
        }
    }

    /// The points of every chain from end to end, then of every closed one, its first point repeated at the end.
    fn into_chains(self) -> Vec<Vec<[f32; 2]>> {
        let count = self.crossings.len();
        let mut visited = vec![false; count];
        let ends = (0..count).filter(|&i| self.crossings[i].neighbors[1].is_none());
        let mut chains = Vec::new();
        for start in ends.chain(0..count) {
            if !visited[start] {
                chains.push(self.walk(start, &mut visited));
            }
        }
        chains
    }

    fn walk(&self, start: usize, visited: &mut [bool]) -> Vec<[f32; 2]> {
        let mut chain = Vec::new();
        let mut next = Some(start);
        while let Some(at) = next {
            visited[at] = true;
            let Crossing { point, neighbors } = &self.crossings[at];
            chain.push(*point);
            next = neighbors.iter().flatten().copied().find(|&neighbor| !visited[neighbor]);
        }
        let first = &self.crossings[start];
        let closed = chain.len() > 2 && first.neighbors[1].is_some();
        chain.extend(closed.then_some(first.point));
        chain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(n: usize, score: impl Fn(f32, f32) -> f32) -> Vec<Polyline> {
        let axis: Vec<f32> = (0..n).map(|i| -1.0 + 2.0 * i as f32 / (n - 1) as f32).collect();
        let scores: Vec<f32> =
            axis.iter().flat_map(|&y| axis.iter().map(move |&x| (x, y))).map(|(x, y)| score(x, y)).collect();
        let mut contour = Contour::new(&axis, &axis);
        contour.extend(&scores);
        contour.into_lines()
    }

    #[test]
    fn a_linear_score_gives_its_line_exactly_whatever_the_resolution() {
        for n in [2, 3, 10, 101] {
            let lines = field(n, |x, y| 2.0 * x - y + 0.3);
            assert_eq!(lines.len(), 1, "{n}");
            assert!(lines[0].row_iter().all(|p| (2.0 * p[0] - p[1] + 0.3).abs() < 1e-6), "{n}");
            let line = straighten(lines[0].clone(), 1e-5);
            assert_eq!(line.nrows(), 2);
            let mut ends: Vec<f32> = line.column(1).iter().copied().collect();
            ends.sort_by(f32::total_cmp);
            assert!((ends[0] + 1.0).abs() < 1e-6 && (ends[1] - 1.0).abs() < 1e-6, "from edge to edge: {ends:?}");
        }
    }

    #[test]
    fn a_circle_is_one_closed_line_of_second_order_accuracy() {
        for n in [20, 40, 80] {
            let lines = field(n, |x, y| 0.5 - x * x - y * y);
            assert_eq!(lines.len(), 1);
            let line = &lines[0];
            assert_eq!(line.row(0), line.row(line.nrows() - 1), "closed");
            let spacing = 2.0 / (n - 1) as f32;
            let off = line.row_iter().map(|p| (p.norm() - 0.5_f32.sqrt()).abs()).fold(0.0, f32::max);
            assert!(off < 0.3 * spacing * spacing, "{n}: {off}");
            let step = (1..line.nrows()).map(|i| (line.row(i) - line.row(i - 1)).norm()).fold(0.0, f32::max);
            assert!(step < 1.5 * spacing, "{n}: neighbors follow one another, {step}");
        }
    }

    #[test]
    fn separate_parts_are_separate_lines_and_saddles_do_not_tangle_them() {
        let lines = field(41, |x, y| x * y - 0.01);
        assert_eq!(lines.len(), 2, "both branches of a hyperbola");
        let lines = field(2, |x, y| x * y); // one cell, a saddle
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.nrows() == 2));
    }

    /// One cell, above zero at the lower left and upper right corner, and in the middle or not.
    #[test]
    fn in_a_saddle_the_middle_decides_which_corners_are_cut_off() {
        for (middle, cut) in [(0.3, 1.0), (-0.3, -1.0)] {
            let lines = field(2, |x, y| x * y + middle);
            for line in &lines {
                let center = line.row_mean();
                assert!(-center[0] * center[1] * cut > 0.1, "{middle}: a line around {center}");
            }
        }
    }

    #[test]
    fn no_change_of_sign_gives_no_line_and_zero_is_not_above_zero() {
        assert!(field(10, |_, _| 1.0).is_empty());
        assert!(field(10, |_, _| 0.0).is_empty());
        assert!(field(10, |_, _| f32::NAN).is_empty());
    }

    #[test]
    fn a_line_ends_at_nan_and_infinite_scores_stay_on_the_grid() {
        let lines = field(11, |x, y| if y > 0.05 { f32::NAN } else { x - 0.5 });
        assert_eq!(lines.len(), 1);
        assert!(lines[0].column(1).iter().all(|&y| y <= 0.05));
        let lines = field(11, |x, _| if x > 0.0 { f32::INFINITY } else { f32::NEG_INFINITY });
        assert!(lines[0].iter().all(|value| value.abs() <= 1.0));
    }
}
