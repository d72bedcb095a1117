//! The limits of a plot, and what of polygons and lines is between them.

use crate::plot::panel::clip::{Point, between, cut};

/// The limits of a plot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frame {
    pub(crate) low: Point,
    pub(crate) high: Point,
}

impl Frame {
    pub(crate) fn holds(&self, point: Point) -> bool {
        (0..2).all(|axis| (self.low[axis]..=self.high[axis]).contains(&point[axis]))
    }

    /// The part of a polygon that is inside.
    pub(crate) fn cut_polygon(&self, corners: &[Point]) -> Vec<Point> {
        if !corners.iter().all(is_finite) {
            return Vec::new();
        }
        let mut kept: Vec<Point> = corners.iter().map(within_reach).collect();
        for (axis, limit, sign) in self.sides() {
            let inside = |point: &Point| sign * (point[axis] - limit);
            let values: Vec<f64> = kept.iter().map(inside).collect();
            if values.iter().any(|&value| value < 0.0) {
                kept = cut(&kept, &values, |&from, &to, _| {
                    if inside(&from) >= 0.0 { meeting(from, to, axis, limit) } else { meeting(to, from, axis, limit) }
                });
            }
        }
        kept
    }

    /// The axis of each side, its place there, and 1 where what is larger is inside, or -1.
    fn sides(&self) -> [(usize, f64, f64); 4] {
        [(0, self.low[0], 1.0), (0, self.high[0], -1.0), (1, self.low[1], 1.0), (1, self.high[1], -1.0)]
    }

    /// The parts of a line that are inside.
    pub(crate) fn cut_line(&self, points: &[Point]) -> Vec<Vec<Point>> {
        let mut parts: Vec<Vec<Point>> = Vec::new();
        for pair in points.windows(2) {
            let Some((from, to)) = self.cut_segment(pair[0], pair[1]) else { continue };
            match parts.last_mut() {
                Some(part) if part.last() == Some(&from) => part.push(to),
                _ => parts.push(vec![from, to]),
            }
        }
        parts
    }

    /// The part of a segment that is inside.
    fn cut_segment(&self, from: Point, to: Point) -> Option<(Point, Point)> {
        if !(is_finite(&from) && is_finite(&to)) {
            return None;
        }
        let [mut from, mut to] = [within_reach(&from), within_reach(&to)];
        for (axis, limit, sign) in self.sides() {
            let is_inside = |point: Point| sign * (point[axis] - limit) >= 0.0;
            match (is_inside(from), is_inside(to)) {
                (true, true) => {}
                (true, false) => to = meeting(from, to, axis, limit),
                (false, true) => from = meeting(to, from, axis, limit),
                (false, false) => return None,
            }
        }
        Some((from, to))
    }
}

/// So far from zero the distance of two places is a number still.
const FARTHEST: f64 = 1e300;

fn is_finite(point: &Point) -> bool {
    point.iter().all(|x| x.is_finite())
}

fn within_reach(point: &Point) -> Point {
    point.map(|x| x.clamp(-FARTHEST, FARTHEST))
}

/// Where the way from a point inside to one outside meets a side. Reckoned from inside, it is exact however far the other one is:
/// from 1e20 on there would be no digits left for a place near 1.
fn meeting(inside: Point, outside: Point, axis: usize, limit: f64) -> Point {
    let mut at = between(inside, outside, (limit - inside[axis]) / (outside[axis] - inside[axis]));
    at[axis] = limit;
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [Point; 4] = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
    const UNIT: Frame = Frame { low: [0.0, 0.0], high: [1.0, 1.0] };

    fn area(polygon: &[Point]) -> f64 {
        let next = polygon.iter().cycle().skip(1);
        polygon.iter().zip(next).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum::<f64>() / 2.0
    }

    #[test]
    fn of_a_polygon_the_part_inside_is_left() {
        let wide: Vec<Point> = SQUARE.map(|[x, y]| [4.0 * x - 2.0, y / 2.0]).to_vec();
        assert!((area(&UNIT.cut_polygon(&wide)) - 0.5).abs() < 1e-12);
        assert!(UNIT.cut_polygon(&SQUARE.map(|[x, y]| [x + 2.0, y])).is_empty());
        assert!(UNIT.cut_polygon(&[[0.0, 0.0], [f64::NAN, 0.0], [1.0, 1.0]]).is_empty());
    }

    #[test]
    fn of_a_line_the_parts_inside_are_left() {
        let zigzag = [[-1.0, 0.5], [0.5, 0.5], [0.5, 2.0], [0.75, 2.0], [0.75, 0.0]];
        let parts = UNIT.cut_line(&zigzag);
        assert_eq!(parts, [vec![[0.0, 0.5], [0.5, 0.5], [0.5, 1.0]], vec![[0.75, 1.0], [0.75, 0.0]]]);
        let nearly_inside = UNIT.cut_line(&[[0.5, 0.5], [0.5, 1.1]]);
        assert!((nearly_inside[0][1][1] - 1.0).abs() < 1e-12 && nearly_inside[0][0] == [0.5, 0.5]);
        assert!(UNIT.cut_line(&[[0.0, 0.0], [f64::NAN, 1.0]]).is_empty());
        assert!(UNIT.cut_line(&[[2.0, 0.0], [2.0, 1.0]]).is_empty());
    }
}
