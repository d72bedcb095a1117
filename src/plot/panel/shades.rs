//! A number by the shade of the ground: between which round values it is.

use super::{
    ColorRole,
    levels::{Levels, scaled},
};
use crate::math::elementary;

/// How many shades a theme has.
const SHADES: usize = 7;

/// Numbers that reach over so many times the smallest one are parted by their logarithms.
const DECADE: f64 = 10.0;

/// Round values, and the bands that they part: one below the first, one above the last.
#[derive(Debug, PartialEq)]
pub(super) struct Shades {
    edges: Vec<f64>,
    names: Vec<String>,
    is_logarithmic: bool,
    /// The smallest number that has a logarithm.
    least: f64,
}

impl Shades {
    /// Those of some numbers, of which the finite ones count: at most as many bands as a theme has shades.
    pub(super) fn of(values: impl Iterator<Item = f64>) -> Self {
        let (mut low, mut high, mut least) = (f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY);
        for value in values.filter(|value| value.is_finite()) {
            (low, high) = (low.min(value), high.max(value));
            least = if value > 0.0 { least.min(value) } else { least };
        }
        if low >= 0.0 && high / DECADE >= least {
            return Self::logarithmic(least, high);
        }
        let (low, high) = if low > high { (0.0, 1.0) } else { (low, high) };
        let levels = Levels::between(low, high, SHADES - 1);
        let names = (0..levels.count()).map(|i| levels.name(i)).collect();
        Self { edges: levels.values().to_vec(), names, is_logarithmic: false, least: 0.0 }
    }

    /// Those at these values.
    pub(super) fn at(edges: &[f64]) -> Self {
        let names = edges.iter().map(|&edge| name(edge)).collect();
        Self { edges: edges.to_vec(), names, is_logarithmic: false, least: 0.0 }
    }

    fn logarithmic(least: f64, high: f64) -> Self {
        let inside = |digits: &[f64], step: usize| -> Vec<f64> {
            let powers = (-400..=400).filter(|power| power % step as i32 == 0);
            let edges = powers.flat_map(|power| digits.iter().map(move |&digit| scaled(digit, power)));
            edges.filter(|edge| *edge > least && *edge < high && edge.is_finite()).collect()
        };
        let finer = [(&[1.0, 2.0, 5.0][..], 1), (&[1.0, 3.0], 1)].into_iter();
        let coarser = [1, 2, 3, 5, 10, 20, 50, 100, 200].into_iter().map(|step| (&[1.0][..], step));
        let found = finer.chain(coarser).map(|(digits, step)| inside(digits, step));
        let edges = found.into_iter().find(|edges| edges.len() < SHADES).unwrap_or_default();
        let names = edges.iter().map(|&edge| name(edge)).collect();
        Self { edges, names, is_logarithmic: true, least }
    }

    /// The values between the bands.
    pub(super) fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// Where a number lies on the scale of the bands, which it changes evenly along; NaN of NaN.
    pub(super) fn place(&self, value: f64) -> f64 {
        if self.is_logarithmic && !value.is_nan() { elementary::ln(value.max(self.least)) } else { value }
    }

    /// The band of a number: that above the last value that is not above it.
    pub(super) fn band(&self, value: f64) -> usize {
        self.edges.partition_point(|&edge| edge <= value)
    }

    /// The colors of the bands, spread over all that there are.
    pub(super) fn color(&self, band: usize) -> ColorRole {
        let last = self.edges.len().max(1);
        ColorRole::Shade((band * (SHADES - 1) + last / 2) / last)
    }

    /// What a legend says of each band, from the lowest.
    pub(super) fn legend(&self) -> impl Iterator<Item = (String, ColorRole)> {
        (0..=self.edges.len()).map(|band| {
            let name = match (band.checked_sub(1).and_then(|below| self.names.get(below)), self.names.get(band)) {
                (None, Some(above)) => format!("below {above}"),
                (Some(below), Some(above)) => format!("{below} to {above}"),
                (Some(below), None) => format!("{below} and more"),
                (None, None) => "all alike".to_owned(),
            };
            (name, self.color(band))
        })
    }
}

/// A round number as short as it is.
fn name(value: f64) -> String {
    if (1e-4..1e6).contains(&value) { format!("{value}") } else { format!("{value:e}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(values: &[f64]) -> Vec<String> {
        Shades::of(values.iter().copied()).legend().map(|(name, _)| name).collect()
    }

    #[test]
    fn bands_are_parted_by_round_numbers_and_by_powers_where_numbers_span_decades() {
        assert_eq!(names(&[0.31, 0.74])[..2], ["below 0.4", "0.4 to 0.5"]);
        assert_eq!(names(&[0.03, 0.9]), ["below 0.05", "0.05 to 0.1", "0.1 to 0.2", "0.2 to 0.5", "0.5 and more"]);
        let wide = names(&[2e-9, 3e4]);
        assert_eq!((wide[0].as_str(), wide[1].as_str()), ("below 1e-6", "1e-6 to 0.001"));
        assert_eq!(names(&[0.0, 0.02, 50.0])[0], "below 0.1", "a loss of zero is in the lowest band");
        assert_eq!(names(&[-1.0, 0.001, 1.0])[0], "below -1.0", "negative numbers have no logarithms");
        for values in [[1e-308, 1e308], [5e-324, 1.0], [0.0, 0.0], [-1e308, 1e308], [3.0, 3.0], [f64::NAN, f64::NAN]] {
            let shades = Shades::of(values.into_iter());
            assert!(shades.edges.len() < SHADES && !shades.edges.is_empty(), "{values:?}: {:?}", shades.edges);
        }
    }

    #[test]
    fn colors_reach_from_the_lowest_to_the_highest() {
        let shades = Shades::at(&[0.5, 0.9]);
        let colors: Vec<ColorRole> = (0..3).map(|band| shades.color(band)).collect();
        assert_eq!(colors, [0, 3, 6].map(ColorRole::Shade));
        assert_eq!([0.1, 0.5, 0.7, 0.9, 1.0].map(|value| shades.band(value)), [0, 1, 1, 2, 2]);
    }
}
