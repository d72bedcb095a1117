//! Points, and cutting polygons where values change sign.

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

pub(crate) fn between(from: Point, to: Point, share: f64) -> Point {
    [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [Point; 4] = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];

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
}
