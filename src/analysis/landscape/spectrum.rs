//! The singular values of kernels and of activations.

use nalgebra::{DMatrix, SVD};

#[cfg(feature = "serde")]
use crate::serial;
use crate::{
    Error, Forward, Matrix, Model, Parameter, Result,
    analysis::{LayerValues, space::eigen},
    math::{elementary, products::add_products_of_columns},
};

/// A matrix of more values takes minutes.
const MAX_VALUES: usize = 1 << 26;

/// The singular values of a matrix of a layer, and what they say of its rank.
///
/// ```
/// use training_replay::{Parameter, analysis::Spectrum};
///
/// let kernel = Parameter::new("hidden", "kernel", [2, 3], vec![3.0_f32, 0.0, 0.0, 0.0, 4.0, 0.0]);
/// let spectrum = Spectrum::of(&kernel)?;
/// assert_eq!(spectrum.singular_values, [4.0, 3.0]);
/// assert_eq!(spectrum.stable_rank(), 25.0 / 16.0);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Spectrum {
    /// The layer's name.
    pub layer: String,
    /// The parameter's name, or `activations`.
    pub name: String,
    /// The singular values, the largest first: as many as the shorter side of the matrix is long.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub singular_values: Vec<f64>,
}

impl Spectrum {
    /// Computes the singular values of a parameter of two dimensions, in double precision.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if it has other dimensions, a value that is NaN or infinite, or more than 67 million values, and
    /// [`Error::Shape`] if its values are not of its shape.
    pub fn of(parameter: &Parameter<'_>) -> Result<Self> {
        parameter.check()?;
        let label = parameter.label();
        if parameter.shape().len() != 2 {
            let what = format!("the number of dimensions of parameter {label}");
            return Err(Error::invalid(what, "2, to have singular values", parameter.shape().len()));
        }
        expect_few(&label, parameter.values().len())?;
        let matrix = parameter.to_f64_matrix()?;
        if let Some(stray) = matrix.iter().find(|value| !value.is_finite()) {
            let what = format!("a value of parameter {label}");
            return Err(Error::invalid(what, "a finite number, for singular values", stray));
        }
        let singular_values = singular_values(&label, matrix)?;
        Ok(Self { layer: parameter.layer().into(), name: parameter.name().into(), singular_values })
    }

    /// Computes the singular values of every parameter of two dimensions that holds floating-point numbers: of the kernels. Biases
    /// and kernels of more dimensions are passed over.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential};
    /// use training_replay::analysis::Spectrum;
    ///
    /// # let model = Sequential::builder(4).layer(Dense::new(3)).layer(Dense::new(1)).build(1)?;
    /// # let mut replay = Replay::options().in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let spectra = replay.run()?.map(|snapshot| Spectrum::of_kernels(snapshot.model()))?; // epoch by epoch
    /// let lengths: Vec<usize> = spectra[0].iter().map(|spectrum| spectrum.singular_values.len()).collect();
    /// assert_eq!(lengths, [3, 1]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`of`](Self::of) and [`Model::parameters`].
    pub fn of_kernels(model: &(impl Model + ?Sized)) -> Result<Vec<Self>> {
        let is_kernel =
            |parameter: &Parameter<'_>| parameter.shape().len() == 2 && parameter.values().dtype().is_float();
        let parameters = model.parameters()?;
        parameters.iter().filter(|parameter| is_kernel(parameter)).map(Self::of).collect()
    }

    /// Computes the singular values of the activations of every layer, `(samples, units)`, as they are and not centered.
    ///
    /// They are the roots of the eigenvalues of the products of the units with each other, so that those below 1e-8 of the largest
    /// are rounding.
    ///
    /// # Errors
    ///
    /// As [`LayerValues::activations`], and [`Error::Invalid`] for one that is NaN or infinite, and for a layer of more than 8,192
    /// units.
    pub fn of_activations(model: &dyn Forward, inputs: &Matrix) -> Result<Vec<Self>> {
        LayerValues::activations(model, inputs)?.into_iter().map(Self::of_values).collect()
    }

    fn of_values(LayerValues { layer, values }: LayerValues) -> Result<Self> {
        let label = format!("{layer}/activations");
        expect_few(&label, values.ncols().saturating_mul(values.ncols()))?;
        if let Some(stray) = values.iter().find(|value| !value.is_finite()) {
            let what = format!("an activation of layer {layer}");
            return Err(Error::invalid(what, "a finite number, for singular values", stray));
        }
        let (values, units) = (values.map(f64::from), values.ncols());
        let mut products = DMatrix::zeros(units, units);
        add_products_of_columns(&values, &mut products);
        let roots = eigen::all(products)?.values.into_iter().map(|value| value.max(0.0).sqrt());
        Ok(Self { layer, name: "activations".into(), singular_values: roots.take(values.nrows().min(units)).collect() })
    }

    /// Returns the largest singular value, by which the layer stretches at most: the spectral norm; 0 of an empty matrix.
    pub fn spectral_norm(&self) -> f64 {
        self.singular_values.first().copied().unwrap_or(0.0)
    }

    /// Returns the stable rank, the sum of the squares of the singular values over the square of the largest; NaN of zeros.
    ///
    /// It is never more than the rank, and hardly changes by small singular values: Rudelson and Vershynin, "Sampling from large
    /// matrices" (2007).
    pub fn stable_rank(&self) -> f64 {
        let largest = self.spectral_norm();
        // As shares, which neither overflow nor vanish.
        self.singular_values.iter().map(|value| (value / largest) * (value / largest)).sum()
    }

    /// Returns the effective rank, the exponential of the entropy of the singular values as shares of their sum; NaN of zeros.
    ///
    /// It is between 1 and their number, which it is where all are equal: Roy and Vetterli, "The effective rank" (2007).
    ///
    /// ```
    /// use training_replay::{Parameter, analysis::Spectrum};
    ///
    /// let identity = Parameter::new("a", "kernel", [2, 2], vec![1.0_f32, 0.0, 0.0, 1.0]);
    /// assert!((Spectrum::of(&identity)?.effective_rank() - 2.0).abs() < 1e-12);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn effective_rank(&self) -> f64 {
        let largest = self.spectral_norm();
        let shares = || self.singular_values.iter().map(move |value| value / largest);
        let sum: f64 = shares().sum();
        let of = |share: f64| if share > 0.0 { -share * elementary::ln(share) } else { share };
        elementary::exp(shares().map(|value| of(value / sum)).sum())
    }
}

fn singular_values(label: &str, matrix: DMatrix<f64>) -> Result<Vec<f64>> {
    if matrix.is_empty() {
        return Ok(Vec::new());
    }
    // Scaled, so that the squares on the way neither overflow nor vanish.
    let largest = matrix.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    if largest == 0.0 {
        return Ok(vec![0.0; matrix.nrows().min(matrix.ncols())]);
    }
    let steps = 100 * matrix.nrows().max(matrix.ncols()); // a few for each value is what it takes
    let found = SVD::try_new(matrix / largest, false, false, f64::EPSILON, steps);
    let expected = "a matrix whose singular values converge in a hundred steps for each dimension";
    let found =
        found.ok_or_else(|| Error::invalid(format!("parameter {label}"), expected, "one whose values do not"))?;
    let mut values: Vec<f64> = found.singular_values.iter().map(|value| value * largest).collect();
    values.sort_by(|one, other| other.total_cmp(one));
    Ok(values)
}

/// Fails for a matrix whose singular values nobody would wait for.
fn expect_few(label: &str, values: usize) -> Result<()> {
    if values <= MAX_VALUES {
        return Ok(());
    }
    let what = format!("the number of values of {label}, to be decomposed,");
    Err(Error::invalid(what, format!("at most {MAX_VALUES}"), values))
}
