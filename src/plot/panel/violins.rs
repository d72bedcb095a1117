//! How the values of layers are distributed: a violin for each.

use super::{Axis, ColorRole, Mark, Panel};
use super::{clip::Point, planes::wider};
use crate::{
    Result,
    analysis::{Distribution, LayerDistribution},
};

/// The number of heights at which a violin has a width.
const HEIGHTS: usize = 96;

/// Half of the width that the widest violin takes, where neighbors are 1 apart.
const WIDEST: f64 = 0.42;

impl Panel {
    /// Creates a violin for each layer: the density of its values, mirrored, from the smallest to the largest.
    ///
    /// A line joins the quartiles, and a dot is at the median. Where all values are the same there is a dot alone.
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
        }
        Ok(panel)
    }

    fn add_violin(&mut self, at: f64, values: &Distribution) -> Result<()> {
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

/// Up along the right side and down along the left.
fn outline(at: f64, values: &Distribution) -> Result<Option<Vec<Point>>> {
    let Some(density) = values.density(HEIGHTS)? else { return Ok(None) };
    let inside = density.x.iter().zip(&density.density).filter(|(x, _)| (values.min..=values.max).contains(*x));
    let inside: Vec<(f64, f64)> = inside.map(|(&x, &density)| (x, density)).collect();
    let peak = inside.iter().map(|(_, density)| *density).fold(0.0, f64::max);
    let side = |sign: f64| inside.iter().map(move |(x, density)| [at + sign * WIDEST * density / peak, *x]);
    Ok(Some(side(1.0).chain(side(-1.0).rev()).collect()))
}

/// The names of rows of layers: a layer's alone, where each has one row.
pub(crate) fn names(rows: &[(&str, &str)]) -> Vec<String> {
    let once = rows.iter().all(|(layer, _)| rows.iter().filter(|(other, _)| other == layer).count() == 1);
    let name = |(layer, name): &(&str, &str)| if once { (*layer).to_owned() } else { format!("{layer} {name}") };
    rows.iter().map(name).collect()
}
