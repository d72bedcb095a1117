//! How alike two layers are, whatever the order and the turn of their units.

use nalgebra::{DMatrix, SVD};

#[cfg(feature = "serde")]
use crate::serial;
use crate::{
    Error, Matrix, Result,
    analysis::Caveat,
    math::{matrix, products::transposed_product},
};

/// The time for singular values grows with the cube of it.
const MOST: usize = 4_096;

/// How alike the values of two layers are over the same samples: of one layer at two epochs, of two layers, of two runs.
///
/// Neither measure changes if the units of a layer are put in another order, turned or scaled by one factor.
///
/// ```
/// use training_replay::{Matrix, analysis::LayerSimilarity};
///
/// let one = Matrix::from_row_slice(4, 2, &[0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 3.0]);
/// let turned = Matrix::from_fn(4, 2, |sample, unit| if unit == 0 { -2.0 * one[(sample, 1)] } else { 2.0 * one[(sample, 0)] });
/// let same = LayerSimilarity::of(&one, &turned)?;
/// assert!((same.cka - 1.0).abs() < 1e-12 && same.procrustes_distance < 1e-6);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct LayerSimilarity {
    /// The linear centered kernel alignment, from 0 to 1 for layers that are alike: Kornblith, Norouzi, Lee and Hinton, "Similarity of
    /// Neural Network Representations Revisited" (2019). NaN where the values of a layer do not differ from sample to sample.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub cka: f64,
    /// The squared distance that is left when one layer is turned onto the other as well as can be, both centered and of norm 1: from 0 for
    /// layers that are alike to 2. It is the orthogonal Procrustes distance of Ding, Denain and Steinhardt, "Grounding
    /// Representation Similarity Through Statistical Testing" (2021). NaN likewise.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub procrustes_distance: f64,
}

impl LayerSimilarity {
    /// Compares the values of two layers, `(samples, units)`, over the same samples.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] if they are not of as many samples; [`Error::Invalid`] for a value that is NaN or infinite, and where both
    /// the samples and the units of a layer are more than 4,096: some samples say as much.
    pub fn of(one: &Matrix, other: &Matrix) -> Result<Self> {
        if one.nrows() != other.nrows() {
            let (expected, found) = ([one.nrows(), other.ncols()], [other.nrows(), other.ncols()]);
            return Err(Error::shape("the values of the other layer", expected, found));
        }
        let (one, other) = (Centered::of(WHAT, one)?, Centered::of(WHAT, other)?);
        let (across, scale) = (one.across(&other), one.values.norm() * other.values.norm());
        Ok(Self { cka: one.cka_of(&across, &other), procrustes_distance: procrustes_distance(across, scale)? })
    }
}

const WHAT: &str = "the values of a layer";

/// The values of a layer less their means, and the norm of the products of its units with each other.
pub(super) struct Centered {
    values: DMatrix<f64>,
    norm: f64,
}

impl Centered {
    pub(super) fn of(what: &str, values: &Matrix) -> Result<Self> {
        let values = reduced(what, values)?;
        let norm = transposed_product(&values, &values).norm();
        Ok(Self { values, norm })
    }

    /// The linear centered kernel alignment with another layer.
    pub(super) fn cka(&self, other: &Self) -> f64 {
        self.cka_of(&self.across(other), other)
    }

    fn across(&self, other: &Self) -> DMatrix<f64> {
        transposed_product(&self.values, &other.values)
    }

    fn cka_of(&self, across: &DMatrix<f64>, other: &Self) -> f64 {
        across.norm_squared() / (self.norm * other.norm)
    }
}

/// How alike the values of a layer are, epoch by epoch, to those of one epoch.
///
/// [`Run::layer_change`](crate::Run::layer_change) makes one of a recording.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct LayerChange {
    /// The layer's name.
    pub layer: String,
    /// The epoch that all others are compared with.
    pub reference: u64,
    /// The epochs, in the order that they were chosen in.
    pub epochs: Vec<u64>,
    /// How alike each of them is to it.
    pub similarities: Vec<LayerSimilarity>,
    /// The epochs that could not be read.
    pub caveats: Vec<Caveat>,
}

impl LayerChange {
    /// Returns the epoch from which on the layer is as alike as that, by linear centered kernel alignment, at every epoch to the last
    /// of them; `None` if it is not at the last.
    ///
    /// With the last epoch of a run as reference, it is where the layer stops changing.
    pub fn settled_at(&self, cka: f64) -> Option<u64> {
        let is_unlike = |found: &LayerSimilarity| found.cka < cka || found.cka.is_nan();
        let last_unlike = self.similarities.iter().rposition(is_unlike);
        self.epochs.get(last_unlike.map_or(0, |last| last + 1)).copied()
    }
}

/// The values less the mean of each unit; of more units than samples as many others as there are samples, whose products from sample
/// to sample are the same.
fn reduced(what: &str, values: &Matrix) -> Result<DMatrix<f64>> {
    matrix::expect_finite(what, values)?;
    let (samples, units) = values.shape();
    if samples.min(units) > MOST {
        let what = "the smaller of samples and units of a layer";
        return Err(Error::invalid(what, format!("at most {MOST}"), samples.min(units)));
    }
    let mut centered = values.map(f64::from);
    for mut unit in centered.column_iter_mut() {
        let mean = unit.mean();
        unit.add_scalar_mut(-mean);
    }
    Ok(if units > samples { centered.transpose().qr().r().transpose() } else { centered })
}

/// What is left between two layers of norm 1 when one is turned onto the other, by what they have in common.
fn procrustes_distance(across: DMatrix<f64>, scale: f64) -> Result<f64> {
    if scale <= 0.0 || across.is_empty() {
        return Ok(f64::NAN);
    }
    let steps = 100 * across.nrows().max(across.ncols()); // a few for each value is what it takes
    let singular = SVD::try_new(across / scale, false, false, f64::EPSILON, steps);
    let expected = "ones whose singular values converge in a hundred steps for each dimension";
    let singular = singular.ok_or_else(|| Error::invalid("the products of two layers", expected, "others"))?;
    Ok((2.0 - 2.0 * singular.singular_values.sum()).max(0.0))
}
