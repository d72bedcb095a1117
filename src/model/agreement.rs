//! Whether a model lists what it was given, and gradients of what it lists.

use std::collections::HashMap;

use super::visitor;
use crate::{Dtype, Error, Model, Parameter, Result, Weights};

/// Fails unless each gradient is of a parameter that the model lists, each once and of its shape.
pub(super) fn expect_gradients(parameters: &[Parameter<'_>], gradients: &Weights) -> Result<()> {
    if gradients.is_empty() && !parameters.is_empty() {
        return Err(Error::invalid("the number of gradients", "1 for each parameter that is trained", 0));
    }
    let mut shapes = by_name(parameters);
    gradients.iter().try_for_each(|gradient| {
        let what = || format!("the gradient of {}", gradient.label());
        let parameter = shapes.remove(&(gradient.layer(), gradient.name())).ok_or_else(|| {
            Error::invalid(what(), "of a parameter that the model lists, and the only one of it", "of another one")
        })?;
        if gradient.shape() != parameter.shape() {
            return Err(Error::shape(what(), parameter.shape(), gradient.shape()));
        }
        gradient.check()
    })
}

/// What recorded weights were, while a model takes them for its own: enough to see whether it has them.
pub(crate) struct Seals(Vec<Seal>);

/// What a parameter was.
struct Seal {
    layer: String,
    name: String,
    shape: Vec<usize>,
    dtype: Dtype,
    /// Of its bytes in memory.
    checksum: u32,
}

impl Seals {
    /// Takes those of weights, whose checksums may be known.
    pub(crate) fn of(weights: &Weights, checksums: Option<&[u32]>) -> Self {
        let known = |index: usize| checksums.and_then(|checksums| checksums.get(index).copied());
        let seal = |(index, parameter): (usize, &Parameter<'_>)| Seal {
            layer: parameter.layer().into(),
            name: parameter.name().into(),
            shape: parameter.shape().into(),
            dtype: parameter.values().dtype(),
            checksum: known(index).unwrap_or_else(|| crc32fast::hash(parameter.values().bytes())),
        };
        Self(weights.iter().enumerate().map(seal).collect())
    }

    /// Fails unless a model that was given the weights has them: one that forgets a parameter would answer every question
    /// with another value in its place. `recorded` gives one of them again, to say where it differs.
    pub(crate) fn expect_restored<M: Model + ?Sized>(
        self,
        model: &M,
        recorded: impl Fn(&str, &str) -> Result<Parameter<'static>>,
    ) -> Result<()> {
        let mut seals: HashMap<_, _> = self.0.into_iter().map(|it| ((it.layer.clone(), it.name.clone()), it)).collect();
        visitor::parameters(model, |parameter| {
            match seals.remove(&(parameter.layer().to_owned(), parameter.name().to_owned())) {
                Some(seal) => seal.expect(&parameter, &recorded),
                None => Ok(()),
            }
        })?;
        match seals.into_values().min_by(|one, other| (&one.layer, &one.name).cmp(&(&other.layer, &other.name))) {
            Some(seal) => Err(seal.differs("none that `Model::parameters` lists".into())),
            None => Ok(()),
        }
    }
}

impl Seal {
    fn expect(self, found: &Parameter<'_>, recorded: impl Fn(&str, &str) -> Result<Parameter<'static>>) -> Result<()> {
        found.check()?;
        let values = found.values();
        if found.shape() == self.shape
            && values.dtype() == self.dtype
            && crc32fast::hash(values.bytes()) == self.checksum
        {
            return Ok(());
        }
        // Another type perhaps, another NaN, or rows and columns exchanged.
        let recorded = recorded(&self.layer, &self.name)?;
        let recorded = recorded.oriented_as(found)?;
        if found.shape() != recorded.shape() {
            return Err(self.differs(format!("of shape {:?}, not {:?}", found.shape(), self.shape)));
        }
        match values.first_difference(recorded.values()) {
            Some((index, found, recorded)) => {
                Err(self.differs(format!("{found} at index {index}, where {recorded} was recorded")))
            }
            None => Ok(()),
        }
    }

    fn differs(&self, found: String) -> Error {
        let what = format!("parameter {}/{} of the model that was restored", self.layer, self.name);
        Error::invalid(what, "what was recorded of it and is given to `Forward::with_weights`", found)
    }
}

/// The parameters by layer and name.
fn by_name<'a>(parameters: &'a [Parameter<'_>]) -> HashMap<(&'a str, &'a str), &'a Parameter<'a>> {
    parameters.iter().map(|parameter| ((parameter.layer(), parameter.name()), parameter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expect_restored(model: &Weights, recorded: &Weights) -> Result<()> {
        let again = |layer: &str, name: &str| Ok(recorded.get(layer, name).cloned().unwrap());
        Seals::of(recorded, None).expect_restored(model, again)
    }

    fn weights(values: &[(&'static str, f32)]) -> Weights {
        values.iter().map(|&(name, value)| Parameter::new("layer", name, [1], vec![value])).collect()
    }

    #[test]
    fn a_restored_model_has_every_recorded_parameter_in_any_order() {
        let recorded = weights(&[("kernel", 0.5), ("bias", -1.5)]);
        let restored = |values: &[(&'static str, f32)]| expect_restored(&weights(values), &recorded);
        assert!(restored(&[("bias", -1.5), ("more", 9.0), ("kernel", 0.5)]).is_ok());
        let message = restored(&[("kernel", 0.5), ("bias", 0.0)]).unwrap_err().to_string();
        assert!(
            message.contains("layer/bias") && message.contains("0 at index 0, where -1.5 was recorded"),
            "{message}"
        );
        let message = restored(&[("kernel", 0.5)]).unwrap_err().to_string();
        assert!(message.contains("layer/bias") && message.contains("none that `Model::parameters` lists"), "{message}");
        assert!(restored(&[("kernel", f32::NAN), ("bias", -1.5)]).is_err());
    }

    #[test]
    fn a_restored_model_may_hold_what_was_recorded_in_another_precision() {
        let of = |values: crate::Values<'static>| Weights::from_iter([Parameter::new("a", "b", [2], values)]);
        let (double, single) = (of(vec![0.1_f64, f64::NAN].into()), of(vec![0.1_f32, f32::NAN].into()));
        assert!(expect_restored(&single, &double).is_ok(), "rounded");
        assert!(expect_restored(&double, &single).is_err(), "0.1 is no f32");
        assert!(expect_restored(&of(vec![0.100_000_02_f32, f32::NAN].into()), &double).is_err());
    }

    #[test]
    fn gradients_are_those_of_parameters_each_once_and_of_its_shape() {
        let parameters = weights(&[("kernel", 0.5), ("bias", 0.25)]);
        let parameters: Vec<Parameter<'_>> = parameters.iter().map(Parameter::borrowed).collect();
        let expect = |gradients: &Weights| expect_gradients(&parameters, gradients).map_err(|error| error.to_string());
        assert_eq!(expect(&weights(&[("bias", 1.0)])), Ok(()), "the kernel may not be trained");
        assert!(expect(&weights(&[("bias", 1.0), ("bias", 1.0)])).unwrap_err().contains("layer/bias"));
        assert!(expect(&weights(&[("scale", 1.0)])).unwrap_err().contains("the gradient of layer/scale"));
        assert!(expect(&Weights::default()).unwrap_err().contains("the number of gradients is 0"));
        for (shape, values) in [(vec![2], 2), (vec![], 1), (vec![1], 2)] {
            let wrong = Weights::from_iter([Parameter::new("layer", "kernel", shape, vec![0.0_f32; values])]);
            assert!(expect(&wrong).unwrap_err().contains("layer/kernel"));
        }
    }
}
