//! Whose definition is followed where frameworks differ.

use std::fmt;

/// Whose update rule an [`Optimizer`](crate::Optimizer) follows; the rules are its table.
///
/// Keras 3 is the default throughout this crate: what is not said to be another's is Keras 3's. The
/// [promises](crate::promises#whose-definition) list everything in which frameworks differ.
///
/// ```
/// use training_replay::{Optimizer, train::Framework};
///
/// assert_eq!(Optimizer::adam(0.001).framework(), Framework::Keras3);
/// assert_eq!(Optimizer::adam(0.001).pytorch().framework(), Framework::PyTorch);
/// assert_eq!(Framework::Keras2.to_string(), "Keras 2");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Framework {
    /// Keras 3, as of 3.15: `keras/src/optimizers`.
    #[default]
    Keras3,
    /// Keras 2, as of 2.2, that of 2018: `keras/optimizers.py`.
    Keras2,
    /// PyTorch 2: `torch.optim`.
    PyTorch,
}

impl fmt::Display for Framework {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Keras3 => "Keras 3",
            Self::Keras2 => "Keras 2",
            Self::PyTorch => "PyTorch",
        })
    }
}
