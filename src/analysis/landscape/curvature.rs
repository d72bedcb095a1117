//! Products of the Hessian of a mean loss with vectors, by differences of gradients.

use super::flat::{Filled, Flat};
use crate::{Dataset, Dtype, Error, Forward, Loss, Result, Weights, model::checked};

/// The steps of the differences, as shares of the root mean square of the weights, of double precision and less.
///
/// The rounding of gradients is divided by the step; what the differences of fourth order leave out grows with its fourth power.
/// Together they are below 2e-5 for the article's network (`tests/sharpness_is_the_hessians.rs`). Where weights are of double
/// precision, what computes with them need not be, and so their step is not much smaller.
const STEP: f64 = 0.01;
const STEP_OF_DOUBLE: f64 = 0.002;
/// Halves have three digits.
const STEP_OF_HALF: f64 = 0.1;

/// The Hessian of the mean loss of a model over a data set, with respect to the parameters that it gives gradients of.
pub(super) struct Curvature<'q, M> {
    model: &'q M,
    data: &'q Dataset,
    loss: Loss,
    flat: Flat,
    origin: Vec<f64>,
    /// The places of the vector that have gradients.
    trained: Vec<usize>,
    /// The length of a displacement.
    step: f64,
    memory: Filled,
}

impl<'q, M: Forward> Curvature<'q, M> {
    /// Fails for a model without gradients, and for weights and gradients that are NaN or infinite.
    pub(super) fn of(model: &'q M, data: &'q Dataset, loss: Loss, step: Option<f64>) -> Result<Self> {
        let weights = Weights::of(model)?;
        let (flat, gradients) = (Flat::of(weights.clone())?, checked::gradients(model, data, loss)?);
        let origin = flat.vector(&weights, "of the model")?;
        let mut trained = Vec::new();
        let mut start = 0;
        for parameter in flat.floats() {
            let end = start + parameter.values().len();
            if gradients.get(parameter.layer(), parameter.name()).is_some() {
                trained.extend(start..end);
            }
            start = end;
        }
        if trained.is_empty() {
            return Err(Error::invalid("the number of weights with a gradient", "1 or more", 0));
        }
        let mean = trained.iter().map(|&at| origin[at] * origin[at]).sum::<f64>() / trained.len() as f64;
        let share = step.unwrap_or_else(|| share_of(&flat));
        // Of zeros alone there is no scale but 1.
        let step = share * if mean > 0.0 { mean.sqrt() } else { 1.0 };
        Ok(Self { model, data, loss, flat, origin, trained, step, memory: Filled::default() })
    }

    /// The number of weights that have gradients.
    pub(super) fn len(&self) -> usize {
        self.trained.len()
    }

    /// The product with a vector by central differences, whose error is that of second order in the step.
    pub(super) fn times(&mut self, vector: &[f64]) -> Result<Vec<f64>> {
        self.difference(vector, self.step)
    }

    /// The same of fourth order: Richardson's extrapolation of two steps, each twice as often asked.
    pub(super) fn times_finely(&mut self, vector: &[f64]) -> Result<Vec<f64>> {
        let coarse = self.difference(vector, 2.0 * self.step)?;
        let mut fine = self.difference(vector, self.step)?;
        fine.iter_mut().zip(coarse).for_each(|(fine, coarse)| *fine += (*fine - coarse) / 3.0);
        Ok(fine)
    }

    /// `(g(w + s v) - g(w - s v)) / 2 s`, where `s v` is of this length.
    fn difference(&mut self, vector: &[f64], length: f64) -> Result<Vec<f64>> {
        let norm = vector.iter().map(|value| value * value).sum::<f64>().sqrt();
        if norm == 0.0 {
            return Ok(vec![0.0; vector.len()]);
        }
        let scale = length / norm;
        let mut ahead = self.gradient(vector, scale)?;
        let behind = self.gradient(vector, -scale)?;
        ahead.iter_mut().zip(behind).for_each(|(ahead, behind)| *ahead = (*ahead - behind) / (2.0 * scale));
        Ok(ahead)
    }

    /// The gradient at `w + s v`.
    fn gradient(&mut self, vector: &[f64], scale: f64) -> Result<Vec<f64>> {
        let mut moved = self.origin.clone();
        self.trained.iter().zip(vector).for_each(|(&at, value)| moved[at] += scale * value);
        self.flat.fill(&mut self.memory, |at| moved[at]);
        let gradients = checked::gradients(&self.model.restore(&mut self.memory)?, self.data, self.loss)?;
        let mut found = Vec::with_capacity(self.trained.len());
        for parameter in self.flat.floats() {
            if let Some(gradient) = gradients.get(parameter.layer(), parameter.name()) {
                found.extend_from_slice(&gradient.values().to_f64());
            }
        }
        if found.len() != self.trained.len() {
            let expected = format!("{}, as with the weights that are asked about", self.trained.len());
            return Err(Error::invalid("the number of values of the gradients", expected, found.len()));
        }
        match found.iter().find(|value| !value.is_finite()) {
            None => Ok(found),
            Some(stray) => {
                let expected = "a finite number, for the curvature; `Run::epochs` can choose epochs before it diverged";
                Err(Error::invalid("a value of the gradients", expected, stray))
            }
        }
    }
}

/// The step for the coarsest type among the parameters.
fn share_of(flat: &Flat) -> f64 {
    let share = |dtype: Dtype| match dtype {
        Dtype::F64 => STEP_OF_DOUBLE,
        Dtype::F16 | Dtype::Bf16 => STEP_OF_HALF,
        _ => STEP,
    };
    flat.floats().map(|parameter| share(parameter.values().dtype())).fold(0.0, f64::max)
}
