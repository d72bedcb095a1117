//! Whether a model lists what it was given, and gradients of what it lists.

use std::collections::HashMap;

use crate::{Error, Model, Parameter, Result, Weights};

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

/// Fails unless a model that was given recorded weights has them: one that forgets a parameter would answer every question
/// with another value in its place.
pub(crate) fn expect_restored<M: Model + ?Sized>(model: &M, weights: &Weights) -> Result<()> {
    let parameters = model.parameters()?;
    let mut others = None;
    weights.iter().enumerate().try_for_each(|(index, recorded)| {
        let name = (recorded.layer(), recorded.name());
        let here = parameters.get(index).filter(|parameter| (parameter.layer(), parameter.name()) == name);
        let found = here.or_else(|| others.get_or_insert_with(|| by_name(&parameters)).get(&name).copied());
        expect_same_values(found, recorded)
    })
}

/// The parameters by layer and name.
fn by_name<'a>(parameters: &'a [Parameter<'_>]) -> HashMap<(&'a str, &'a str), &'a Parameter<'a>> {
    parameters.iter().map(|parameter| ((parameter.layer(), parameter.name()), parameter)).collect()
}

fn expect_same_values(found: Option<&Parameter<'_>>, recorded: &Parameter<'_>) -> Result<()> {
    let differs = |found: String| {
        let what = format!("parameter {} of the model that `Forward::with_weights` returned", recorded.label());
        Err(Error::invalid(what, "what was recorded of it and is given to `with_weights`", found))
    };
    let Some(found) = found else { return differs("none that `Model::parameters` lists".into()) };
    if found.shape() != recorded.shape() || found.values().len() != recorded.values().len() {
        return differs(format!("of shape {:?}, not {:?}", found.shape(), recorded.shape()));
    }
    match found.values().first_difference(recorded.values()) {
        Some((index, found, recorded)) => differs(format!("{found} at index {index}, where {recorded} was recorded")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
