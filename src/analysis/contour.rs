//! Where a score on a grid is zero: marching squares with linear interpolation, joined to polylines.
//!
//! A mask of classes would need a pixel's resolution for a smooth line. The score knows how far from zero each point
//! is, so that a coarse grid gives points that lie on the line to second order of the spacing.

use std::collections::HashMap;

use super::Polyline;

/// An edge of the grid that the line crosses: the index of its lower left point, and whether it runs upwards.
type Edge = (usize, bool);

/// The lines on which the scores, x fastest, change from "above zero" to "not above zero".
///
/// Cells with a NaN at a corner are left out; lines end there.
pub(super) fn zero_lines(x: &[f32], y: &[f32], scores: &[f32]) -> Vec<Polyline> {
    let field = Field { x, y, scores };
    let mut links = Links::default();
    for cell in field.cells() {
        field.crossings(cell, &mut links);
    }
    links.into_chains().iter().map(|chain| field.polyline(chain)).collect()
}

/// A polyline whose points all lie on the line between its ends becomes that line.
///
/// "On" means within `tolerance` of the distance between the ends, or what `f32` resolves where they lie.
pub(super) fn straighten(line: Polyline, tolerance: f32) -> Polyline {
    let last = line.nrows() - 1;
    let (start, chord) = (line.row(0), line.row(last) - line.row(0));
    let length = chord.norm();
    let allowed = (tolerance * length).max(4.0 * f32::EPSILON * line.amax());
    let distance = |row: usize| {
        let along = line.row(row) - start;
        (along[0] * chord[1] - along[1] * chord[0]).abs() / length
    };
    match length > 0.0 && (1..last).all(|row| distance(row) <= allowed) {
        true => line.select_rows(&[0, last]),
        false => line,
    }
}

struct Field<'a> {
    x: &'a [f32],
    y: &'a [f32],
    scores: &'a [f32],
}

impl Field<'_> {
    /// The lower left points of all cells.
    fn cells(&self) -> impl Iterator<Item = usize> + use<> {
        let (width, height) = (self.x.len(), self.y.len());
        (0..height - 1).flat_map(move |row| (0..width - 1).map(move |column| row * width + column))
    }

    /// Links the edges of one cell that the line enters and leaves by.
    fn crossings(&self, cell: usize, links: &mut Links) {
        let width = self.x.len();
        let corners = [cell, cell + 1, cell + 1 + width, cell + width];
        let scores = corners.map(|corner| self.scores[corner]);
        if scores.iter().any(|score| score.is_nan()) {
            return;
        }
        let inside = scores.map(|score| score > 0.0);
        // In the corners' order: the edge behind each corner, counter-clockwise.
        let edges = [(cell, false), (cell + 1, true), (cell + width, false), (cell, true)];
        let crossed: Vec<Edge> = (0..4).filter(|&i| inside[i] != inside[(i + 1) % 4]).map(|i| edges[i]).collect();
        match crossed[..] {
            [a, b] => links.add(a, b),
            [a, b, c, d] if self.joins_first(&scores, inside[0]) => {
                links.add(a, b);
                links.add(c, d);
            }
            [a, b, c, d] => {
                links.add(b, c);
                links.add(d, a);
            }
            _ => {}
        }
    }

    /// In a saddle, whether the centre is on the side of the first corner, so that the lines cut off the second and
    /// the fourth.
    fn joins_first(&self, scores: &[f32; 4], first: bool) -> bool {
        let centre: f64 = scores.iter().map(|&score| f64::from(score)).sum();
        (centre > 0.0) == first
    }

    fn polyline(&self, chain: &[Edge]) -> Polyline {
        let points: Vec<f32> = chain.iter().flat_map(|&edge| self.zero_on(edge)).collect();
        Polyline::from_row_slice(chain.len(), 2, &points)
    }

    /// The point of an edge where the score, taken to be linear along it, is zero.
    fn zero_on(&self, (point, upwards): Edge) -> [f32; 2] {
        let width = self.x.len();
        let other = if upwards { point + width } else { point + 1 };
        let (from, to) = (finite(self.scores[point]), finite(self.scores[other]));
        let share = from / (from - to);
        let between = |a: f32, b: f32| (f64::from(a) + share * (f64::from(b) - f64::from(a))) as f32;
        let at = |point: usize| (self.x[point % width], self.y[point / width]);
        let ((x0, y0), (x1, y1)) = (at(point), at(other));
        [between(x0, x1), between(y0, y1)]
    }
}

/// Infinite scores pull a crossing as far as the largest finite ones.
fn finite(score: f32) -> f64 {
    f64::from(score.clamp(f32::MIN, f32::MAX))
}

/// Which crossed edges follow one another: each has one or two neighbours.
#[derive(Default)]
struct Links {
    /// In the order they were found, for results that do not depend on hashes.
    edges: Vec<(Edge, [Option<usize>; 2])>,
    index: HashMap<Edge, usize>,
}

impl Links {
    fn add(&mut self, a: Edge, b: Edge) {
        let (a, b) = (self.position(a), self.position(b));
        for (from, to) in [(a, b), (b, a)] {
            let neighbours = &mut self.edges[from].1;
            let free = usize::from(neighbours[0].is_some());
            neighbours[free] = Some(to);
        }
    }

    fn position(&mut self, edge: Edge) -> usize {
        *self.index.entry(edge).or_insert_with(|| {
            self.edges.push((edge, [None; 2]));
            self.edges.len() - 1
        })
    }

    /// Every chain from end to end, then every closed one, its first edge repeated at the end.
    fn into_chains(self) -> Vec<Vec<Edge>> {
        let mut visited = vec![false; self.edges.len()];
        let ends = (0..self.edges.len()).filter(|&i| self.edges[i].1[1].is_none());
        let mut chains = Vec::new();
        for start in ends.chain(0..self.edges.len()) {
            if !visited[start] {
                chains.push(self.walk(start, &mut visited));
            }
        }
        chains
    }

    fn walk(&self, start: usize, visited: &mut [bool]) -> Vec<Edge> {
        let mut chain = Vec::new();
        let mut next = Some(start);
        while let Some(at) = next {
            visited[at] = true;
            let (edge, neighbours) = self.edges[at];
            chain.push(edge);
            next = neighbours.into_iter().flatten().find(|&neighbour| !visited[neighbour]);
        }
        let closed = chain.len() > 2 && self.edges[start].1[1].is_some();
        chain.extend(closed.then(|| self.edges[start].0));
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
        zero_lines(&axis, &axis, &scores)
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
            assert!(step < 1.5 * spacing, "{n}: neighbours follow one another, {step}");
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
                let centre = line.row_mean();
                assert!(-centre[0] * centre[1] * cut > 0.1, "{middle}: a line around {centre}");
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
