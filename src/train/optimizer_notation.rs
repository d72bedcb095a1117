//! Optimizers as text and back.

use std::{fmt, str::FromStr};

use super::{Framework, Optimizer};
use crate::{
    Error, Result,
    notation::{self, Notation},
};

impl fmt::Display for Optimizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut arguments = vec![("learning_rate", self.learning_rate())];
        match *self {
            Self::Sgd { momentum, nesterov, .. } if momentum != 0.0 || nesterov => {
                arguments.push(("momentum", momentum));
            }
            Self::Sgd { .. } => {}
            Self::RmsProp { rho, epsilon, .. } => arguments.extend([("rho", rho), ("epsilon", epsilon)]),
            Self::Adam { beta1, beta2, epsilon, .. } => {
                arguments.extend([("beta1", beta1), ("beta2", beta2), ("epsilon", epsilon)]);
            }
        }
        let flags = [
            ("nesterov", matches!(self, Self::Sgd { nesterov: true, .. })),
            ("keras2", self.framework() == Framework::Keras2),
            ("pytorch", self.framework() == Framework::PyTorch),
        ];
        f.pad(&notation::write(self.name(), &arguments, &flags))
    }
}

impl FromStr for Optimizer {
    type Err = Error;

    /// Reads what [`Display`](fmt::Display) writes, and Keras' and PyTorch's names for the same.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for an unknown name, with the known ones, and for arguments that are not this optimizer's.
    fn from_str(text: &str) -> Result<Self> {
        let mut text = Notation::read("the optimizer", text)?;
        let by = [("keras3", Framework::Keras3), ("keras2", Framework::Keras2), ("pytorch", Framework::PyTorch)];
        let mut framework = Framework::Keras3;
        for (name, whose) in by {
            if text.flag(name)? {
                framework = whose;
            }
        }
        let mut optimizer = default_of(&text, framework)?;
        optimizer.take_numbers(&mut text)?;
        text.finish()?;
        Ok(optimizer)
    }
}

/// The optimizer of this name with all defaults of the framework.
fn default_of(text: &Notation<'_>, framework: Framework) -> Result<Optimizer> {
    let is_pytorch = framework == Framework::PyTorch;
    let keras = match text.one_of(&["sgd", "rmsprop", "adam"])? {
        0 => Optimizer::sgd(if is_pytorch { 0.001 } else { 0.01 }),
        1 => Optimizer::rmsprop(if is_pytorch { 0.01 } else { 0.001 }),
        _ => Optimizer::adam(0.001),
    };
    Ok(if is_pytorch { keras.pytorch() } else { keras.by(framework) })
}

impl Optimizer {
    /// Replaces the numbers that the text names.
    fn take_numbers(&mut self, text: &mut Notation<'_>) -> Result<()> {
        match self {
            Self::Sgd { learning_rate, momentum, nesterov, .. } => {
                text.number(&["learning_rate", "lr"], learning_rate)?;
                text.number(&["momentum"], momentum)?;
                *nesterov = text.flag("nesterov")?;
            }
            Self::RmsProp { learning_rate, rho, epsilon, .. } => {
                text.number(&["learning_rate", "lr"], learning_rate)?;
                text.number(&["rho", "alpha"], rho)?;
                text.number(&["epsilon", "eps"], epsilon)?;
            }
            Self::Adam { learning_rate, beta1, beta2, epsilon, .. } => {
                text.number(&["learning_rate", "lr"], learning_rate)?;
                text.number(&["beta1"], beta1)?;
                text.number(&["beta2"], beta2)?;
                text.number(&["epsilon", "eps"], epsilon)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_optimizer_is_read_from_what_it_writes() {
        let all = [
            Optimizer::sgd(0.01),
            Optimizer::momentum(1e-12, 0.9),
            Optimizer::nesterov(1e12, 0.0),
            Optimizer::rmsprop(f32::MIN_POSITIVE),
            Optimizer::adam(1.0 / 3.0),
        ];
        for optimizer in all.into_iter().flat_map(|optimizer| [optimizer, optimizer.keras2(), optimizer.pytorch()]) {
            assert_eq!(optimizer.to_string().parse::<Optimizer>().unwrap(), optimizer, "{optimizer}");
        }
    }

    #[test]
    fn names_and_spellings_of_keras_and_pytorch_are_read_with_their_defaults() {
        let read = |text: &str| text.parse::<Optimizer>().unwrap();
        assert_eq!(read("sgd"), Optimizer::sgd(0.01));
        assert_eq!(read("SGD(pytorch)"), Optimizer::sgd(0.001).pytorch());
        assert_eq!(read("RMSprop"), Optimizer::rmsprop(0.001));
        assert_eq!(read("rmsprop(keras2)"), Optimizer::rmsprop(0.001).keras2());
        assert_eq!(read("rmsprop(lr=0.5, alpha=0.9, eps=1e-7, pytorch)").to_string(), RMS_PROP_IN_FULL);
        assert_eq!(read(" Adam( beta_1 = 0.9 ,beta_2=0.999 ) "), Optimizer::adam(0.001));
        assert_eq!(read("sgd(nesterov=False, momentum 0.5)"), Optimizer::momentum(0.01, 0.5));
    }

    const RMS_PROP_IN_FULL: &str = "rmsprop(learning_rate 0.5, rho 0.9, epsilon 1e-7, pytorch)";

    #[test]
    fn a_text_that_is_no_optimizer_is_an_error_that_says_what_would_be() {
        let refused = |text: &str| text.parse::<Optimizer>().unwrap_err().to_string();
        assert_eq!(refused("adamw"), "the optimizer is \"adamw\"; it must be one of sgd, rmsprop, adam");
        let expected = "an argument of \"adam\" is \"momentum 0.9\"; it must be one that it has, and once";
        assert_eq!(refused("adam(momentum 0.9)"), expected);
        assert!(refused("sgd(lr 0.1, lr 0.2)").contains("once"));
        assert!(refused("sgd(lr fast)").contains("a number"));
        for text in ["", "()", "sgd(", "sgd)", "sgd()x", "sgd(,)", "sgd(lr)", "sgd(nesterov=maybe)"] {
            assert!(text.parse::<Optimizer>().is_err(), "{text:?}");
        }
    }
}
