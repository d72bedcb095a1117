//! Cutting polygons and lines.

/// A point of a plot, `[x, y]`, in the units of its axes.
pub type Point = [f64; 2];

/// What is left of a polygon where the values at its corners, linear in between, are not negative; `between` makes a corner a
/// share of the way from one to another.
pub(crate) fn cut<T: Clone>(corners: &[T], values: &[f64], mut between: impl FnMut(&T, &T, f64) -> T) -> Vec<T> {
    let mut kept = Vec::with_capacity(corners.len() + 1);
    for (i, (from, &value)) in corners.iter().zip(values).enumerate() {
        let next = (i + 1) % corners.len();
        if value >= 0.0 {
            kept.push(from.clone());
        }
        if (value >= 0.0) != (values[next] >= 0.0) {
            kept.push(between(from, &corners[next], value / (value - values[next])));
        }
    }
    kept
}

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
        let mut kept = corners.to_vec();
        if !kept.iter().all(|point| point.iter().all(|x| x.is_finite())) {
            return Vec::new();
        }
        for axis in 0..2 {
            for (limit, sign) in [(self.low[axis], 1.0), (self.high[axis], -1.0)] {
                let values: Vec<f64> = kept.iter().map(|point| sign * (point[axis] - limit)).collect();
                if values.iter().any(|&value| value < 0.0) {
                    kept = cut(&kept, &values, |&from, &to, share| between(from, to, share));
                }
            }
        }
        kept
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

    /// The part of a segment that is inside, by Liang and Barsky.
    fn cut_segment(&self, from: Point, to: Point) -> Option<(Point, Point)> {
        let (mut start, mut end) = (0.0_f64, 1.0_f64);
        for axis in 0..2 {
            let way = to[axis] - from[axis];
            let (low, high) = (self.low[axis] - from[axis], self.high[axis] - from[axis]);
            if way == 0.0 {
                (start, end) = if low <= 0.0 && high >= 0.0 { (start, end) } else { (1.0, 0.0) };
                continue;
            }
            let (enter, leave) = if way > 0.0 { (low / way, high / way) } else { (high / way, low / way) };
            (start, end) = (start.max(enter), end.min(leave));
        }
        let inside = start <= end && from.iter().chain(&to).all(|x| x.is_finite());
        let start = if start == 0.0 { from } else { between(from, to, start) };
        let end = if end == 1.0 { to } else { between(from, to, end) };
        inside.then_some((start, end))
    }
}

pub(crate) fn between(from: Point, to: Point, share: f64) -> Point {
    [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [Point; 4] = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
    const UNIT: Frame = Frame { low: [0.0, 0.0], high: [1.0, 1.0] };

    fn cut(corners: &[Point], values: &[f64]) -> Vec<Point> {
        super::cut(corners, values, |&from, &to, share| between(from, to, share))
    }

    fn area(polygon: &[Point]) -> f64 {
        let next = polygon.iter().cycle().skip(1);
        polygon.iter().zip(next).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum::<f64>() / 2.0
    }

    #[test]
    fn a_polygon_is_cut_where_its_values_change_sign() {
        assert_eq!(cut(&SQUARE, &[1.0, -1.0, -1.0, 1.0]), [[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0]]);
        assert_eq!(cut(&SQUARE, &[1.0; 4]), SQUARE);
        assert!(cut(&SQUARE, &[-1.0; 4]).is_empty());
        assert!((area(&cut(&SQUARE, &[3.0, -1.0, 3.0, 3.0])) - (1.0 - 0.25 * 0.25 / 2.0)).abs() < 1e-12);
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
