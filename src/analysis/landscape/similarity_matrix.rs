//! How alike many layers are, each to each.

use nalgebra::DMatrix;

use super::layer_similarity::Centered;
#[cfg(feature = "serde")]
use crate::serial;
use crate::{
    Error, Matrix, Result,
    analysis::{Caveat, LayerValues},
};

/// The time grows with the square of it.
const MOST: usize = 1_024;

/// How alike some layers are to others, each to each, by linear centered kernel alignment over the same samples: the layers of a model
/// to one another, to those of another model, or one layer at many epochs.
///
/// [`Run::layer_similarities`](crate::Run::layer_similarities) compares the epochs of a recording, and
/// `Panel::similarities` draws it, behind the feature `plot`.
///
/// ```
/// use training_replay::{Activation, Dense, Sequential, analysis::{LayerValues, SimilarityMatrix}, datasets};
///
/// let data = datasets::moons(100, 0.1, 7);
/// let layers = [Dense::new(8).activation(Activation::Tanh), Dense::new(1)];
/// let model = |seed| Sequential::builder(2).layers(layers.clone()).build(seed);
/// let [one, other] = [model(1)?, model(2)?].map(|model| LayerValues::activations(&model, data.inputs()));
/// let found = SimilarityMatrix::of_layers(&one?, &other?)?;
/// assert_eq!((found.cka.shape(), found.rows[1].as_str()), ((2, 2), "dense_2"));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SimilarityMatrix {
    /// What the rows are: the names of layers, or epochs.
    pub rows: Vec<String>,
    /// What the columns are.
    pub columns: Vec<String>,
    /// The similarities, [`LayerSimilarity::cka`](crate::analysis::LayerSimilarity::cka), `(rows, columns)`. NaN where the values of a
    /// layer do not differ from sample to sample.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub cka: DMatrix<f64>,
    /// The epochs that could not be read.
    pub caveats: Vec<Caveat>,
}

impl SimilarityMatrix {
    /// Compares each of some layers with each of others: values, `(samples, units)`, with a name.
    ///
    /// ```
    /// use training_replay::{Matrix, analysis::SimilarityMatrix};
    ///
    /// let [up, bent] = [|at: usize| at as f32, |at| (at * at) as f32].map(|value| Matrix::from_fn(8, 1, |at, _| value(at)));
    /// let found = SimilarityMatrix::of(&[("up", &up)], &[("up", &up), ("bent", &bent)])?;
    /// assert!((found.cka[(0, 0)] - 1.0).abs() < 1e-12 && (found.cka[(0, 1)] - 49.0 / 53.0).abs() < 1e-12);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`LayerSimilarity::of`](crate::analysis::LayerSimilarity::of), with the names of the layers, and [`Error::Invalid`] for more
    /// than 1,024 rows or columns.
    pub fn of<S: AsRef<str>, T: AsRef<str>>(rows: &[(S, &Matrix)], columns: &[(T, &Matrix)]) -> Result<Self> {
        let rows: Vec<_> = rows.iter().map(|(name, values)| (name.as_ref(), *values)).collect();
        let columns: Vec<_> = columns.iter().map(|(name, values)| (name.as_ref(), *values)).collect();
        Self::expect_few(rows.len().max(columns.len()))?;
        let samples = rows.iter().chain(&columns).map(|(_, values)| values.nrows());
        if let (Some(least), Some(most)) = (samples.clone().min(), samples.max())
            && least < most
        {
            let what = "the number of samples of layers to be compared";
            return Err(Error::invalid(what, format!("the same of all, {most}"), least));
        }
        let one = centered(&rows)?;
        let is_same = |(row, column): (&(&str, &Matrix), &(&str, &Matrix))| std::ptr::eq(row.1, column.1);
        let cka = if rows.len() == columns.len() && rows.iter().zip(&columns).all(is_same) {
            symmetric(&one)
        } else {
            let other = centered(&columns)?;
            DMatrix::from_fn(one.len(), other.len(), |row, column| one[row].cka(&other[column]))
        };
        let [rows, columns] = [rows, columns].map(|layers| layers.iter().map(|(name, _)| (*name).to_owned()).collect());
        Ok(Self { rows, columns, cka, caveats: Vec::new() })
    }

    /// Compares each of some layers with each of others: those of a model, or of two.
    ///
    /// # Errors
    ///
    /// As [`of`](Self::of).
    pub fn of_layers(rows: &[LayerValues], columns: &[LayerValues]) -> Result<Self> {
        let [rows, columns] =
            [rows, columns].map(|layers| layers.iter().map(|layer| (&layer.layer, &layer.values)).collect::<Vec<_>>());
        Self::of(&rows, &columns)
    }

    /// Fails for more than are compared with each other.
    pub(crate) fn expect_few(count: usize) -> Result<()> {
        if count <= MOST {
            return Ok(());
        }
        let expected = format!("at most {MOST}; `Run::epochs` chooses some");
        Err(Error::invalid("the number of layers to be compared with each other", expected, count))
    }
}

fn centered(layers: &[(&str, &Matrix)]) -> Result<Vec<Centered>> {
    layers.iter().map(|(name, values)| Centered::of(&format!("the values of layer {name}"), values)).collect()
}

/// Each with each of the same: half of them are those of the others.
fn symmetric(layers: &[Centered]) -> DMatrix<f64> {
    let mut cka = DMatrix::zeros(layers.len(), layers.len());
    for row in 0..layers.len() {
        for column in 0..=row {
            cka[(row, column)] = layers[row].cka(&layers[column]);
            cka[(column, row)] = cka[(row, column)];
        }
    }
    cka
}
