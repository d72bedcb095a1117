//! How sharpness is searched.

use crate::{Error, Result};

/// How the curvature of a loss is searched: how far, from which seed, and how steps are chosen.
///
/// ```
/// use training_replay::analysis::SharpnessOptions;
///
/// let options = SharpnessOptions::default().iterations(100).tolerance(1e-4).probes(50).seed(7);
/// assert_ne!(options, SharpnessOptions::default());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SharpnessOptions {
    pub(super) iterations: usize,
    pub(super) tolerance: f64,
    pub(super) probes: usize,
    pub(super) seed: u64,
    pub(super) exact: bool,
    pub(super) step: Option<f64>,
}

impl Default for SharpnessOptions {
    fn default() -> Self {
        Self { iterations: 50, tolerance: 1e-3, probes: 20, seed: 0, exact: false, step: None }
    }
}

impl SharpnessOptions {
    /// Sets after how many products with the Hessian the search for its eigenvalues ends at the latest; 50 without it. As many vectors of
    /// the length of all weights are in memory.
    #[must_use]
    pub fn iterations(self, iterations: usize) -> Self {
        Self { iterations, ..self }
    }

    /// Sets the residual at which the largest eigenvalue counts as found, as a share of the one that is largest in magnitude; 0.001
    /// without it, as in PyHessian.
    #[must_use]
    pub fn tolerance(self, tolerance: f64) -> Self {
        Self { tolerance, ..self }
    }

    /// Sets by how many random vectors the trace is estimated; 20 without it, none for no estimate.
    #[must_use]
    pub fn probes(self, probes: usize) -> Self {
        Self { probes, ..self }
    }

    /// Sets the seed of the first vector and of the random ones; 0 without it.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Computes the whole Hessian, column by column, and all of its eigenvalues: of 1,024 weights at most.
    #[must_use]
    pub fn exact(self) -> Self {
        Self { exact: true, ..self }
    }

    /// Sets the length of the steps by which gradients are compared, as a share of the root mean square of the weights.
    ///
    /// Without it it is 0.01; 0.002 if all weights are of double precision, and 0.1 if some are of half. A larger step sees more of what is
    /// not quadratic, a smaller one more of what is rounded.
    #[must_use]
    pub fn step(self, share: f64) -> Self {
        Self { step: Some(share), ..self }
    }

    /// Fails for what nobody can search by.
    pub(super) fn check(&self) -> Result<()> {
        if self.iterations == 0 {
            return Err(Error::invalid("the number of iterations", "1 or more", 0));
        }
        if !(self.tolerance > 0.0 && self.tolerance < 1.0) {
            return Err(Error::invalid("the tolerance of an eigenvalue", "between 0 and 1", self.tolerance));
        }
        match self.step {
            Some(step) if !(step > 0.0 && step.is_finite()) => {
                Err(Error::invalid("the step between gradients", "above 0, and finite", step))
            }
            _ => Ok(()),
        }
    }
}
