//! A number of a layer over the epochs.

use crate::analysis::Caveat;
#[cfg(feature = "serde")]
use crate::serial;

/// A number of one layer over the epochs, such as the deviation of its weights.
///
/// ```
/// use training_replay::{Dense, Metrics, Replay, Sequential, analysis::{LayerFilter, Quantity}};
///
/// let mut replay = Replay::options().in_memory();
/// for seed in [1, 2, 3] {
///     replay.record(&Sequential::builder(2).layer(Dense::new(1).name("output")).build(seed)?, Metrics::new())?;
/// }
/// let curves = replay.run()?.statistic(Quantity::weights(), &LayerFilter::default(), |row| row.std)?;
/// assert_eq!((curves[0].layer.as_str(), curves[0].name.as_str()), ("output", "kernel"));
/// assert_eq!(curves[0].points.len(), 3);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct LayerCurve {
    /// The layer's name.
    pub layer: String,
    /// What the number is of, as [`LayerDistribution::name`](crate::analysis::LayerDistribution::name).
    pub name: String,
    /// Epochs and numbers.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub points: Vec<(u64, f64)>,
    /// The epochs that could not be read.
    pub caveats: Vec<Caveat>,
}

impl LayerCurve {
    /// Joins the rows of epochs to one curve for each layer and name, in the order they first appear.
    pub(crate) fn join(
        epochs: impl IntoIterator<Item = (u64, Vec<(String, String, f64)>)>,
        caveats: &[Caveat],
    ) -> Vec<Self> {
        let mut curves: Vec<Self> = Vec::new();
        for (epoch, rows) in epochs {
            for (i, (layer, name, value)) in rows.into_iter().enumerate() {
                let is_it = |curve: &Self| curve.layer == layer && curve.name == name;
                // At every epoch the same rows, as a rule.
                let index = if curves.get(i).is_some_and(is_it) { Some(i) } else { curves.iter().position(is_it) };
                match index {
                    Some(index) => curves[index].points.push((epoch, value)),
                    None => curves.push(Self { layer, name, points: vec![(epoch, value)], caveats: caveats.to_vec() }),
                }
            }
        }
        curves
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_follow_their_layer_whatever_other_layers_an_epoch_has() {
        let row = |layer: &str, value| (layer.to_string(), "kernel".to_string(), value);
        let epochs = [(0, vec![row("a", 1.0)]), (1, vec![row("b", 5.0), row("a", 2.0)]), (3, vec![row("a", 3.0)])];
        let curves = LayerCurve::join(epochs, &[]);
        assert_eq!(curves[0].points, [(0, 1.0), (1, 2.0), (3, 3.0)]);
        assert_eq!((curves[1].layer.as_str(), curves[1].points.as_slice()), ("b", &[(1, 5.0)][..]));
    }
}
