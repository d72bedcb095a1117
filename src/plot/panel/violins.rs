//! How the values of layers are distributed: a violin for each.

use super::{Axis, ColorRole, Mark, Panel};
use super::{clip::Point, histograms::are, planes::wider};
use crate::{
    Result,
    analysis::{Density, Distribution, LayerDistribution},
    math::stats,
    notation::grouped,
};

/// The number of heights at which a violin has a width.
const HEIGHTS: usize = 96;

/// The density of fewer values would show a shape that they do not have.
const FEW: usize = 10;

/// Half of the width that the widest violin takes, where neighbors are 1 apart.
const WIDEST: f64 = 0.42;

impl Panel {
    /// Creates a violin for each layer: the density of its values, mirrored, from the smallest to the largest.
    ///
    /// A line joins the quartiles, and a dot is at the median. Where all values are the same there is a dot alone, and where they
    /// are fewer than ten, a dot for each. A note counts values that are not finite.
    ///
    /// ```
    /// use training_replay::{Dense, Sequential, Weights, analysis::{LayerDistribution, LayerFilter}, plot::{ColorRole, Panel}};
    ///
    /// let layers = [Dense::new(20).name("h1"), Dense::new(1).name("o")];
    /// let model = Sequential::builder(10).layers(layers).build(1)?;
    /// let rows = LayerDistribution::of_weights(&Weights::of(&model)?, &LayerFilter::default())?;
    /// let panel = Panel::violins("weights", &rows)?;
    /// assert_eq!(panel.x.names(), ["h1 kernel", "h1 bias", "o kernel", "o bias"]);
    /// assert_eq!(panel.in_color(ColorRole::Band(0)).count(), 2); // biases begin as zeros
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Distribution::density`].
    pub fn violins(label: &str, rows: &[LayerDistribution]) -> Result<Self> {
        let ends = rows.iter().flat_map(|row| [row.distribution.min, row.distribution.max]);
        let pairs: Vec<_> = rows.iter().map(|row| (row.layer.as_str(), row.name.as_str())).collect();
        let (x, y) = (Axis::of_names("", names(&pairs)), Axis::new(label, wider(ends)));
        let mut panel = Self::new("", x, y);
        for (at, row) in rows.iter().enumerate() {
            panel.add_violin(at as f64, &row.distribution)?;
            panel.note_not_finite(&row.distribution, &panel.x.names()[at].clone());
        }
        Ok(panel)
    }

    fn note_not_finite(&mut self, values: &Distribution, name: &str) {
        let all = (values.count + values.not_finite) as u64;
        if values.not_finite > 0 {
            let are = are(all, "value");
            self.notes.push(format!("{} of {are} not finite: {name}", grouped(values.not_finite as u64)));
        }
    }

    fn add_violin(&mut self, at: f64, values: &Distribution) -> Result<()> {
        if values.count < FEW {
            let points = values.values().iter().map(|&value| [at, value]).collect();
            self.marks.push(Mark::Dots { points, color: ColorRole::Series(0), radius: 1.8 });
            return Ok(());
        }
        if let Some(corners) = outline(at, values)? {
            let around: Vec<Point> = corners.iter().chain(corners.first()).copied().collect();
            self.marks.push(Mark::Area { corners, color: ColorRole::Band(0) });
            self.marks.push(Mark::line(around, ColorRole::Series(0)).wide(1.0));
        }
        let quartiles = vec![[at, values.quantile(0.25)?], [at, values.quantile(0.75)?]];
        self.marks.push(Mark::line(quartiles, ColorRole::Series(0)).wide(3.5));
        self.marks.push(Mark::Dots { points: vec![[at, values.median()]], color: ColorRole::Marker, radius: 1.6 });
        Ok(())
    }
}

/// Up along the right side from the smallest value to the largest, and down along the left.
fn outline(at: f64, values: &Distribution) -> Result<Option<Vec<Point>>> {
    let heights: Vec<f64> = stats::linspace(values.min, values.max, HEIGHTS).collect();
    let Some(density) = Density::of_sorted(values.values(), &heights)? else { return Ok(None) };
    let peak = density.density.iter().copied().fold(0.0, f64::max);
    let inside: Vec<(f64, f64)> = density.x.into_iter().zip(density.density).collect();
    let side = |sign: f64| inside.iter().map(move |(x, density)| [at + sign * WIDEST * density / peak, *x]);
    Ok(Some(side(1.0).chain(side(-1.0).rev()).collect()))
}

/// The names of rows of layers: a layer's alone, where each has one row.
pub(crate) fn names(rows: &[(&str, &str)]) -> Vec<String> {
    let once = rows.iter().all(|(layer, _)| rows.iter().filter(|(other, _)| other == layer).count() == 1);
    let name = |(layer, name): &(&str, &str)| if once { (*layer).to_owned() } else { format!("{layer} {name}") };
    rows.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(values: &[f32]) -> Panel {
        Panel::violins("weights", &[LayerDistribution::new("h", "kernel", Distribution::of(values))]).unwrap()
    }

    #[test]
    fn an_outline_ends_at_the_smallest_and_the_largest_value() {
        let values: Vec<f32> = (0..40).map(|i| (i as f32 * 0.7).sin() * 3.0 + 0.1).collect();
        let panel = panel(&values);
        let outline = panel.in_color(ColorRole::Band(0)).next().unwrap().points();
        let (low, high) = stats::finite_range(values.iter().map(|&value| value.into())).unwrap();
        let heights = outline.iter().map(|point| point[1]);
        assert_eq!(heights.clone().fold(f64::MAX, f64::min), low);
        assert_eq!(heights.fold(f64::MIN, f64::max), high);
    }

    #[test]
    fn fewer_than_ten_values_are_a_dot_each() {
        let few = panel(&[0.5, -1.0, 0.5, f32::NAN]);
        assert_eq!(few.in_color(ColorRole::Series(0)).next().unwrap().points(), [[0.0, -1.0], [0.0, 0.5], [0.0, 0.5]]);
        assert_eq!((few.marks.len(), &few.notes[..]), (1, &["1 of 4 values are not finite: h".to_owned()][..]));
        let ten: Vec<f32> = (0..10_u8).map(f32::from).collect();
        assert_eq!(panel(&ten[..9]).in_color(ColorRole::Band(0)).count(), 0);
        assert_eq!(panel(&ten).in_color(ColorRole::Band(0)).count(), 1);
        assert!(panel(&[f32::NAN]).marks[0].points().is_empty());
    }
}
