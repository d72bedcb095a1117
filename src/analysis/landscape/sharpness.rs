//! How sharp the loss is around the weights: the ends of the spectrum of its Hessian, and its trace.

use nalgebra::DMatrix;

use super::{
    SharpnessOptions,
    curvature::Curvature,
    lanczos::{self, Ritz, dot},
};
#[cfg(feature = "serde")]
use crate::serial;
use crate::{
    Dataset, Error, Forward, Loss, Result,
    analysis::space::eigen,
    math::random::{self, Purpose},
};

/// As many weights have a whole Hessian at most: 8 MB of it.
const MAX_EXACT: usize = 1_024;

/// As many values of the vectors of a search are in memory at most: 1 GB.
const MAX_VALUES: usize = 1 << 27;

/// The sharpness of the mean loss of a model over a data set: the largest and the smallest eigenvalue of its Hessian with respect to
/// the weights, and its trace.
///
/// The Hessian is of the parameters that the model gives gradients of, and never in memory: its products with vectors are central
/// differences of two gradients. Both eigenvalues are the ends of the spectrum, largest and smallest **with their signs**, and not in
/// magnitude: by the method of Lanczos, which finds both at once, so that a negative eigenvalue that is the larger one in
/// magnitude hides nothing. Each is then computed again from its eigenvector by differences of fourth order. What is left over is its residual:
/// look at it, or ask [`has_converged`](Self::has_converged).
///
/// The trace is Hutchinson's estimate (1990): the mean of `vᵀ H v` over vectors of random signs, with its standard error.
///
/// Of piecewise linear activations, such as rectifiers, the second derivatives leave out their kinks; differences of gradients count those
/// that lie within a step.
///
/// Sources: Keskar, Mudigere, Nocedal, Smelyanskiy and Tang (2017) on sharpness; Yao, Gholami, Keutzer and Mahoney, "PyHessian" (2020),
/// whose top eigenvalue is the one that is largest in magnitude; Cohen, Kaur, Li, Kolter and Talwalkar (2021) on its growth to
/// 2 / learning rate.
///
/// ```
/// use training_replay::{Dataset, Dense, Loss, Sequential, analysis::{Sharpness, SharpnessOptions}};
///
/// // The loss is (2 w + b)²: its Hessian is [[8, 4], [4, 2]].
/// let model = Sequential::builder(1).layer(Dense::new(1)).build(1)?;
/// let data = Dataset::from_rows(&[[2.0]], &[[0.0]])?;
/// let sharpness = Sharpness::of(&model, &data, Loss::MeanSquaredError, &SharpnessOptions::default())?;
/// assert!((sharpness.largest - 10.0).abs() < 1e-3 && sharpness.smallest.abs() < 1e-3);
/// assert!(sharpness.has_converged() && sharpness.parameters == 2);
/// let exact = Sharpness::of(&model, &data, Loss::MeanSquaredError, &SharpnessOptions::default().exact())?;
/// assert!((exact.trace - 10.0).abs() < 1e-3 && exact.trace_error == 0.0);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Sharpness {
    /// The largest eigenvalue, with its sign.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub largest: f64,
    /// How far the product of the Hessian with the eigenvector is from the eigenvalue times it, which is of length 1: an eigenvalue
    /// of the Hessian is no farther away, but for the rounding of gradients.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub largest_residual: f64,
    /// The smallest eigenvalue, with its sign: below 0 where the loss also curves downwards. The search ends by the largest
    /// one, and need not have come as far with this one.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub smallest: f64,
    /// As [`largest_residual`](Self::largest_residual).
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub smallest_residual: f64,
    /// The trace, the sum of all eigenvalues, estimated or exact; NaN without [`probes`](SharpnessOptions::probes).
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub trace: f64,
    /// The standard error of its estimate: 0 where it is exact, NaN of fewer than two probes.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub trace_error: f64,
    /// All eigenvalues, the largest first, of an [exact](SharpnessOptions::exact) search; none of another.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub eigenvalues: Vec<f64>,
    /// The number of weights that have gradients.
    pub parameters: usize,
    /// The number of products with the Hessian in the search for the eigenvalues.
    pub iterations: usize,
    /// The residual that was asked for, as a share of the eigenvalue that is largest in magnitude.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub tolerance: f64,
}

impl Sharpness {
    /// Searches the Hessian of a model's mean loss over a data set.
    ///
    /// It takes two gradients over all of the data for each [iteration](SharpnessOptions::iterations) and
    /// [probe](SharpnessOptions::probes), and eight more.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a model without gradients, weights or gradients that are NaN or infinite, options that nobody can search
    /// by, more than 1,024 weights with [`exact`](SharpnessOptions::exact), and more than 134 million values of all vectors
    /// of the search.
    pub fn of<M: Forward>(model: &M, data: &Dataset, loss: Loss, options: &SharpnessOptions) -> Result<Self> {
        options.check()?;
        let mut hessian = Curvature::of(model, data, loss, options.step)?;
        let parameters = hessian.len();
        let found = if options.exact { whole(&mut hessian)? } else { ends(&mut hessian, options)? };
        let (trace, trace_error) = match found.trace {
            Some(trace) => (trace, 0.0),
            None => estimate(&mut hessian, options)?,
        };
        let Found { largest, smallest, eigenvalues, iterations, .. } = found;
        let mut refine = |end: &Ritz| -> Result<(f64, f64)> {
            let image = hessian.times_finely(&end.vector)?;
            let value = dot(&end.vector, &image);
            let off = image.iter().zip(&end.vector).map(|(image, own)| image - value * own);
            Ok((value, off.map(|off| off * off).sum::<f64>().sqrt()))
        };
        let ((largest, largest_residual), (smallest, smallest_residual)) = (refine(&largest)?, refine(&smallest)?);
        Ok(Self {
            largest,
            largest_residual,
            smallest,
            smallest_residual,
            trace,
            trace_error,
            eigenvalues,
            parameters,
            iterations,
            tolerance: options.tolerance,
        })
    }

    /// Returns whether the residual of the largest eigenvalue is below the tolerance that was asked for, as a share of the eigenvalue that
    /// is largest in magnitude.
    pub fn has_converged(&self) -> bool {
        self.largest_residual <= self.tolerance * self.dominant().abs()
    }

    /// Returns the one of both ends that is larger in magnitude, with its sign: what power iteration finds, and PyHessian reports.
    pub fn dominant(&self) -> f64 {
        if self.smallest.abs() > self.largest.abs() { self.smallest } else { self.largest }
    }
}

/// What a search has found.
struct Found {
    largest: Ritz,
    smallest: Ritz,
    trace: Option<f64>,
    eigenvalues: Vec<f64>,
    iterations: usize,
}

fn ends<M: Forward>(hessian: &mut Curvature<'_, M>, options: &SharpnessOptions) -> Result<Found> {
    let (length, iterations) = (hessian.len(), options.iterations.min(hessian.len()));
    if length.saturating_mul(iterations) > MAX_VALUES {
        let expected = format!("{} at most for {length} weights, so that all vectors have room", MAX_VALUES / length);
        return Err(Error::invalid("the number of iterations", expected, iterations));
    }
    let mut rng = random::rng(options.seed, Purpose::Curvature);
    let start = (0..length).map(|_| random::normal(&mut rng)).collect();
    let found = lanczos::ends(|vector| hessian.times(vector), start, iterations, options.tolerance)?;
    let (largest, smallest) = (found.largest, found.smallest);
    Ok(Found { largest, smallest, trace: None, eigenvalues: Vec::new(), iterations: found.iterations })
}

/// All columns, made symmetric.
fn whole<M: Forward>(hessian: &mut Curvature<'_, M>) -> Result<Found> {
    let length = hessian.len();
    if length > MAX_EXACT {
        let expected = format!("at most {MAX_EXACT}; without `SharpnessOptions::exact` any number");
        return Err(Error::invalid("the number of weights of a whole Hessian", expected, length));
    }
    let mut matrix = DMatrix::zeros(length, length);
    let mut unit = vec![0.0; length];
    for column in 0..length {
        unit[column] = 1.0;
        matrix.column_mut(column).copy_from_slice(&hessian.times_finely(&unit)?);
        unit[column] = 0.0;
    }
    let trace = matrix.trace();
    let found = eigen::all(0.5 * (&matrix + matrix.transpose()))?;
    let ritz = |at: usize| Ritz { vector: found.vectors.column(at).as_slice().to_vec() };
    let (largest, smallest) = (ritz(0), ritz(length - 1));
    Ok(Found { largest, smallest, trace: Some(trace), eigenvalues: found.values, iterations: length })
}

/// Hutchinson's estimate of the trace, and its standard error.
fn estimate<M: Forward>(hessian: &mut Curvature<'_, M>, options: &SharpnessOptions) -> Result<(f64, f64)> {
    let mut rng = random::rng(options.seed, Purpose::Probes);
    let mut products = Vec::with_capacity(options.probes.min(MAX_EXACT));
    for _ in 0..options.probes {
        let signs: Vec<f64> = (0..hessian.len()).map(|_| random::sign(&mut rng)).collect();
        products.push(dot(&signs, &hessian.times(&signs)?));
    }
    let count = products.len() as f64;
    let mean = products.iter().sum::<f64>() / count;
    let squares: f64 = products.iter().map(|product| (product - mean) * (product - mean)).sum();
    let error = if products.len() < 2 { f64::NAN } else { (squares / (count - 1.0) / count).sqrt() };
    Ok((mean, error))
}
