//! What a batch normalization has for every unit, and what it keeps from the way forward to the way back.

use super::{
    kind::{Arrays, Trainable},
    normalization::{Affine, Moments},
};
use crate::{Parameter, Result, math::matrix};

/// Four values for every unit.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::nn) struct BatchNormalizationWeights {
    pub(super) affine: Affine,
    pub(super) moving_mean: Vec<f32>,
    pub(super) moving_variance: Vec<f32>,
}

impl BatchNormalizationWeights {
    /// Gamma and variance of this value, beta and mean zero.
    pub(super) fn filled(units: usize, value: f32) -> Result<Self> {
        matrix::expect_room(4, units)?;
        let (moving_mean, moving_variance) = (vec![0.0; units], vec![value; units]);
        Ok(Self { affine: Affine::filled(units, value), moving_mean, moving_variance })
    }

    /// The moving statistics of one unit.
    pub(super) fn moving(&self, unit: usize) -> Moments {
        Moments { mean: self.moving_mean[unit].into(), variance: self.moving_variance[unit].into() }
    }

    /// Moves the moving statistics towards those of a batch, of whose variances this many times is taken.
    pub(super) fn follow(&mut self, batch: &[Moments], momentum: f64, times: f64) {
        let step =
            |moving: &mut f32, batch| *moving = (momentum * f64::from(*moving) + (1.0 - momentum) * batch) as f32;
        self.moving_mean.iter_mut().zip(batch).for_each(|(moving, batch)| step(moving, batch.mean));
        self.moving_variance.iter_mut().zip(batch).for_each(|(moving, batch)| step(moving, batch.variance * times));
    }
}

impl Arrays for BatchNormalizationWeights {
    fn count(&self) -> usize {
        4
    }

    /// The moving statistics are not trained.
    fn list_trainable(&self, arrays: &mut Vec<Trainable>) {
        self.affine.list_trainable(arrays);
    }

    fn list<'a>(&'a self, layer: &'a str, parameters: &mut Vec<Parameter<'a>>) {
        self.affine.list(layer, parameters);
        let named = [("moving_mean", &self.moving_mean), ("moving_variance", &self.moving_variance)];
        parameters.extend(named.map(|(name, values)| Parameter::new(layer, name, [values.len()], values)));
    }
}

/// The statistics that the way forward went by, and the gradients.
#[derive(Clone, Debug)]
pub(in crate::nn) struct BatchNormalizationPass {
    /// Whether the statistics are those of the batch, which its inputs move, rather than the moving ones, which they do
    /// not.
    pub(super) is_training: bool,
    /// Of every unit.
    pub(super) moments: Vec<Moments>,
    /// Of the batch.
    pub(super) samples: usize,
    pub(super) gradients: Affine,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By numpy in float64: `.75 + .25 * x.var(ddof=1)` of `x = [1, 2, 4, -3]`, which PyTorch's `running_var` follows from 1.
    #[test]
    fn an_unbiased_moving_variance_follows_one_that_is_divided_by_one_sample_less() {
        let mut weights = BatchNormalizationWeights::filled(1, 1.0).unwrap();
        weights.follow(&[Moments::of(&[1.0, 2.0, 4.0, -3.0])], 0.75, 4.0 / 3.0);
        assert_eq!((weights.moving_mean[0], weights.moving_variance[0]), (0.25, 2.916_666_7));
    }
}
