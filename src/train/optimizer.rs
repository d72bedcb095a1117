//! Rules by which gradients change weights, and their numbers.

use std::ops::RangeBounds;

use super::Framework;
use crate::{Error, Result};

/// A rule by which gradients change weights; the constructors give Keras' defaults.
///
/// A learning rate that falls over the steps is set on the trainer: [`Trainer::decay`](crate::train::Trainer::decay).
///
/// With learning rate `lr` and gradient `g` at step `t = 1, 2, ...`, by Keras 3 (`keras/src/optimizers`):
///
/// | optimizer | update of a weight `w` |
/// |---|---|
/// | SGD | `v = momentum v - lr g`; `w += v`, with Nesterov's momentum `w += momentum v - lr g` |
/// | RMSprop | `a = rho a + (1 - rho) g²`; `w -= lr g / sqrt(a + epsilon)` |
/// | Adam | `m = beta1 m + (1 - beta1) g`; `v = beta2 v + (1 - beta2) g²`; `w -= lr sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon)` |
///
/// In these, others part from it, and can be had by name:
///
/// | optimizer | [`keras2`](Self::keras2) (2.2: `keras/optimizers.py`) | [`pytorch`](Self::pytorch) (2: `torch.optim`) |
/// |---|---|---|
/// | SGD | the same | the rate is that of this step for all of the momentum: `b = momentum b + g`; `w -= lr b`, with Nesterov's `w -= lr (momentum b + g)`. The same as long as the rate does not change |
/// | RMSprop | `w -= lr g / (sqrt(a) + epsilon)` | the same as Keras 2; `rho`, there `alpha`, is 0.99, `epsilon` 1e-8 |
/// | Adam | the same | `w -= lr / (1 - beta1^t) m / (sqrt(v / (1 - beta2^t)) + epsilon)`; `epsilon` is 1e-8 |
///
/// Keras writes Nesterov's momentum (1983) at the point that Sutskever et al. (2013) call the one ahead, as PyTorch does: all three
/// take the same gradients at the same points.
///
/// As text it is written as `adam(learning_rate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-7)`, and read from that, from
/// `adam`, and from Keras' and PyTorch's spellings such as `Adam(lr=0.001, eps=1e-8, pytorch)`. What is left out has the
/// framework's default, the learning rate too.
///
/// ```
/// use training_replay::{Optimizer, train::Framework};
///
/// let adam = Optimizer::adam(0.001);
/// assert_eq!(adam.to_string(), "adam(learning_rate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-7)");
/// assert_eq!("adam".parse::<Optimizer>()?, adam);
/// assert_eq!("SGD(lr=0.1, momentum=0.9, nesterov=True)".parse::<Optimizer>()?, Optimizer::nesterov(0.1, 0.9));
/// assert_eq!("RMSprop(pytorch)".parse::<Optimizer>()?, Optimizer::rmsprop(0.01).pytorch());
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Optimizer {
    /// Stochastic gradient descent.
    Sgd {
        /// Keras' default is 0.01, PyTorch's 0.001.
        learning_rate: f32,
        /// From 0, plain descent, to below 1.
        momentum: f32,
        /// Whether the momentum is Nesterov's.
        nesterov: bool,
        /// Whose rule it is.
        framework: Framework,
    },
    /// Gradients over a running root of their mean square (Hinton, 2012).
    RmsProp {
        /// Keras' default is 0.001, PyTorch's 0.01.
        learning_rate: f32,
        /// How much of the mean square is kept at each step: 0.9 in Keras, 0.99 in PyTorch, where it is called `alpha`.
        rho: f32,
        /// Keeps the quotient finite: 1e-7 in Keras, 1e-8 in PyTorch.
        epsilon: f32,
        /// Whose rule it is.
        framework: Framework,
    },
    /// Running means of gradients over those of their squares (Kingma and Ba, 2014).
    Adam {
        /// Keras' and PyTorch's default is 0.001.
        learning_rate: f32,
        /// How much of the mean is kept at each step.
        beta1: f32,
        /// How much of the mean square is kept at each step.
        beta2: f32,
        /// Keeps the quotient finite: 1e-7 in Keras, 1e-8 in PyTorch.
        epsilon: f32,
        /// Whose rule it is.
        framework: Framework,
    },
}

impl Optimizer {
    /// Returns plain stochastic gradient descent, without momentum.
    ///
    /// ```
    /// use training_replay::Optimizer;
    ///
    /// assert_eq!(Optimizer::sgd(0.01).to_string(), "sgd(learning_rate 0.01)");
    /// ```
    pub fn sgd(learning_rate: f32) -> Self {
        Self::momentum(learning_rate, 0.0)
    }

    /// Returns stochastic gradient descent with momentum.
    ///
    /// ```
    /// use training_replay::Optimizer;
    ///
    /// assert_eq!(Optimizer::momentum(0.01, 0.9).to_string(), "sgd(learning_rate 0.01, momentum 0.9)");
    /// ```
    pub fn momentum(learning_rate: f32, momentum: f32) -> Self {
        Self::Sgd { learning_rate, momentum, nesterov: false, framework: Framework::Keras3 }
    }

    /// Returns stochastic gradient descent with Nesterov's momentum.
    ///
    /// ```
    /// use training_replay::Optimizer;
    ///
    /// assert_eq!(Optimizer::nesterov(0.01, 0.9).to_string(), "sgd(learning_rate 0.01, momentum 0.9, nesterov)");
    /// ```
    pub fn nesterov(learning_rate: f32, momentum: f32) -> Self {
        Self::Sgd { learning_rate, momentum, nesterov: true, framework: Framework::Keras3 }
    }

    /// Returns RMSprop with `rho` 0.9 and `epsilon` 1e-7, which Keras 3 has under the root.
    ///
    /// ```
    /// use training_replay::Optimizer;
    ///
    /// assert_eq!(Optimizer::rmsprop(0.001).to_string(), "rmsprop(learning_rate 0.001, rho 0.9, epsilon 1e-7)");
    /// assert_ne!(Optimizer::rmsprop(0.001), Optimizer::rmsprop(0.001).keras2());
    /// ```
    pub fn rmsprop(learning_rate: f32) -> Self {
        Self::RmsProp { learning_rate, rho: 0.9, epsilon: 1e-7, framework: Framework::Keras3 }
    }

    /// Returns Adam with `beta1` 0.9, `beta2` 0.999 and `epsilon` 1e-7.
    ///
    /// ```
    /// use training_replay::Optimizer;
    ///
    /// assert_eq!("adam".parse::<Optimizer>()?, Optimizer::adam(0.001));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn adam(learning_rate: f32) -> Self {
        Self::Adam { learning_rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, framework: Framework::Keras3 }
    }

    /// Returns the same by the rule of Keras 2, as of 2.2: RMSprop has its `epsilon` beside the root. The numbers stay.
    ///
    /// ```
    /// use training_replay::Optimizer;
    ///
    /// let text = "rmsprop(learning_rate 0.001, rho 0.9, epsilon 1e-7, keras2)";
    /// assert_eq!(Optimizer::rmsprop(0.001).keras2().to_string(), text);
    /// ```
    #[must_use]
    pub fn keras2(self) -> Self {
        self.by(Framework::Keras2)
    }

    /// Returns the same by the rule of PyTorch, and with PyTorch's defaults: an `epsilon` of 1e-8, and a `rho` of 0.99.
    /// Learning rate, momentum and betas stay.
    ///
    /// ```
    /// use training_replay::Optimizer;
    ///
    /// let text = "rmsprop(learning_rate 0.01, rho 0.99, epsilon 1e-8, pytorch)";
    /// assert_eq!(Optimizer::rmsprop(0.01).pytorch().to_string(), text);
    /// ```
    #[must_use]
    pub fn pytorch(self) -> Self {
        let mut by = self.by(Framework::PyTorch);
        match &mut by {
            Self::Sgd { .. } => {}
            Self::RmsProp { rho, epsilon, .. } => (*rho, *epsilon) = (0.99, 1e-8),
            Self::Adam { epsilon, .. } => *epsilon = 1e-8,
        }
        by
    }

    pub(super) fn by(mut self, whose: Framework) -> Self {
        match &mut self {
            Self::Sgd { framework, .. } | Self::RmsProp { framework, .. } | Self::Adam { framework, .. } => {
                *framework = whose;
            }
        }
        self
    }

    /// Returns whose rule it is.
    pub fn framework(self) -> Framework {
        match self {
            Self::Sgd { framework, .. } | Self::RmsProp { framework, .. } | Self::Adam { framework, .. } => framework,
        }
    }

    /// Returns Keras' name: `sgd`, `rmsprop` or `adam`.
    ///
    /// ```
    /// use training_replay::Optimizer;
    ///
    /// assert_eq!(Optimizer::nesterov(0.1, 0.9).name(), "sgd");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Sgd { .. } => "sgd",
            Self::RmsProp { .. } => "rmsprop",
            Self::Adam { .. } => "adam",
        }
    }

    /// Returns the learning rate of the first step.
    pub fn learning_rate(self) -> f32 {
        match self {
            Self::Sgd { learning_rate, .. }
            | Self::RmsProp { learning_rate, .. }
            | Self::Adam { learning_rate, .. } => learning_rate,
        }
    }

    /// Returns the same optimizer with another learning rate.
    ///
    /// ```
    /// use training_replay::Optimizer;
    ///
    /// assert_eq!(Optimizer::adam(0.001).with_learning_rate(0.01), Optimizer::adam(0.01));
    /// ```
    #[must_use]
    pub fn with_learning_rate(mut self, rate: f32) -> Self {
        match &mut self {
            Self::Sgd { learning_rate, .. }
            | Self::RmsProp { learning_rate, .. }
            | Self::Adam { learning_rate, .. } => {
                *learning_rate = rate;
            }
        }
        self
    }

    /// Fails unless every number is in its range.
    pub(super) fn check(self) -> Result<()> {
        expect("learning rate", self.learning_rate(), 0.0..=f32::MAX, "0 or more")?;
        match self {
            Self::Sgd { momentum, .. } => share("momentum", momentum),
            Self::RmsProp { rho, epsilon, .. } => share("rho", rho).and(positive(epsilon)),
            Self::Adam { beta1, beta2, epsilon, .. } => {
                share("beta1", beta1).and(share("beta2", beta2)).and(positive(epsilon))
            }
        }
    }
}

fn expect(what: &str, value: f32, range: impl RangeBounds<f32>, expected: &str) -> Result<()> {
    if range.contains(&value) {
        Ok(())
    } else {
        Err(Error::invalid(format!("the optimizer's {what}"), expected, value))
    }
}

fn share(what: &str, value: f32) -> Result<()> {
    expect(what, value, 0.0..1.0, "from 0 to below 1")
}

fn positive(epsilon: f32) -> Result<()> {
    expect("epsilon", epsilon, f32::MIN_POSITIVE..=f32::MAX, "above 0, or a unit that is never active divides 0 by 0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_out_of_range_are_refused_by_name() {
        let message = Optimizer::sgd(f32::NAN).check().unwrap_err().to_string();
        assert_eq!(message, "the optimizer's learning rate is NaN; it must be 0 or more");
        assert!(Optimizer::momentum(0.1, 1.0).check().is_err());
        assert!("rmsprop(rho -0.1)".parse::<Optimizer>().unwrap().check().is_err());
        assert!("adam(epsilon 0)".parse::<Optimizer>().unwrap().check().is_err());
        assert!(Optimizer::adam(0.001).check().is_ok());
    }
}
