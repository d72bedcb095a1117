//! How alike layers are, or epochs, as a heat map.

use super::{Aspect, Axis, ColorRole, Mark, Panel, shades::Shades};
use crate::analysis::SimilarityMatrix;

/// Similarities are between 0 and 1, and most of them near 1.
const EDGES: [f64; 6] = [0.2, 0.4, 0.6, 0.8, 0.9, 0.95];

/// Cells of more rows or columns have no room for numbers.
const WRITTEN: usize = 10;

impl Panel {
    /// Creates a heat map of similarities: a row for each layer of one side, the first above, a column for each of the other.
    ///
    /// The shades are the same in every picture; of up to ten rows and columns, each cell has its number. NaN, of a layer that is
    /// constant, has a color of its own.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Sequential, datasets};
    /// use training_replay::{analysis::{LayerValues, SimilarityMatrix}, plot::{ColorRole, Panel}};
    ///
    /// let data = datasets::moons(100, 0.1, 7);
    /// let layers = [Dense::new(8).activation(Activation::Tanh), Dense::new(4).activation(Activation::Tanh), Dense::new(1)];
    /// let model = Sequential::builder(2).layers(layers).build(1)?;
    /// let layers = LayerValues::activations(&model, data.inputs())?;
    /// let panel = Panel::similarities(&SimilarityMatrix::of_layers(&layers, &layers)?);
    /// assert_eq!(panel.x.names().len(), 3);
    /// assert!(panel.in_color(ColorRole::Shade(6)).count() >= 3); // each layer is as itself
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn similarities(similarities: &SimilarityMatrix) -> Self {
        let SimilarityMatrix { rows, columns, cka, .. } = similarities;
        let y = Axis::of_names("", rows.iter().rev().cloned().collect());
        let x = Axis::of_names("", columns.clone());
        let mut panel = Self::new("Similarity (CKA)", x, y).aspect(Aspect::Square);
        let shades = Shades::at(&EDGES);
        panel.legend.extend(shades.legend());
        let is_written = rows.len().max(columns.len()) <= WRITTEN;
        let size = (5.0 / rows.len().max(columns.len()) as f64).clamp(0.5, 1.0);
        for (row, column) in (0..cka.nrows()).flat_map(|row| (0..cka.ncols()).map(move |column| (row, column))) {
            let (value, at) = (cka[(row, column)], [column as f64, (cka.nrows() - 1 - row) as f64]);
            let color = if value.is_nan() { ColorRole::Grid } else { shades.color(shades.band(value)) };
            let corner = |half: f64| at.map(|middle| middle + half);
            panel.marks.push(Mark::bar(corner(-0.5), corner(0.5), color));
            let text = if value.is_nan() { "NaN".to_owned() } else { format!("{value:.2}") };
            panel.marks.extend(is_written.then(|| Mark::text(text, at, ColorRole::Text).sized(size)));
        }
        if cka.iter().any(|value| value.is_nan()) {
            panel.legend.push(("NaN".to_owned(), ColorRole::Grid));
        }
        panel
    }
}
