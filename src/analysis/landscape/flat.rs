//! The floating-point parameters of a model as one vector.

use std::{
    borrow::Cow,
    collections::HashSet,
    ops::{Deref, DerefMut},
};

use half::{bf16, f16};

use crate::{Error, Parameter, Result, Values, Weights, analysis::Caveat};

/// Where each value of a vector stands among the parameters of a model: one parameter behind the other, each row by row, and only
/// those of floating-point numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Flat {
    /// Some weights of the model, for their names, shapes and types, and for what is no floating-point number.
    template: Weights,
    len: usize,
}

impl Flat {
    /// Fails for shapes that do not fit their values, a name that is there twice, and no floating-point values at all.
    pub(super) fn of(template: Weights) -> Result<Self> {
        template.iter().try_for_each(Parameter::check)?;
        let mut seen = HashSet::new();
        if let Some(twice) = template.iter().find(|parameter| !seen.insert((parameter.layer(), parameter.name()))) {
            let what = format!("parameter {}", twice.label());
            return Err(Error::invalid(what, "the only one of its name", "there twice"));
        }
        let len =
            template.iter().filter(|parameter| is_float(parameter)).map(|parameter| parameter.values().len()).sum();
        if len == 0 {
            let expected = "1 or more, for a vector in the space of the weights";
            return Err(Error::invalid("the number of floating-point weights", expected, 0));
        }
        Ok(Self { template, len })
    }

    /// The number of values.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The parameters of floating-point numbers, in the order of the vector.
    pub(super) fn floats(&self) -> impl Iterator<Item = &Parameter<'static>> {
        self.template.iter().filter(|parameter| is_float(parameter))
    }

    /// That the others are left out, if there are any.
    pub(super) fn caveat(&self) -> Option<Caveat> {
        let others = self.template.iter().filter(|parameter| !is_float(parameter));
        let others: Vec<String> =
            others.map(|parameter| format!("{} ({})", parameter.label(), parameter.values().dtype())).collect();
        let what = || format!("{}, which hold no floating-point numbers,", others.join(", "));
        (!others.is_empty()).then(|| Caveat::left_out(what(), "floating-point numbers in their place"))
    }

    /// Writes the values of weights of the same model into a vector.
    ///
    /// Fails as [`expect`](Self::expect), and for a value that is NaN or infinite.
    pub(super) fn write(&self, weights: &Weights, whose: &str, vector: &mut [f64]) -> Result<()> {
        let mut rest = vector;
        for parameter in self.paired(weights, whose)? {
            let (own, others) = std::mem::take(&mut rest).split_at_mut(parameter.values().len());
            own.copy_from_slice(&parameter.values().to_f64());
            if let Some(at) = own.iter().position(|value| !value.is_finite()) {
                let what = format!("value {at} of parameter {} {whose}", parameter.label());
                let expected = "a finite number; epochs before it diverged can be chosen by `Run::epochs`";
                return Err(Error::invalid(what, expected, own[at]));
            }
            rest = others;
        }
        Ok(())
    }

    /// Returns the values of weights of the same model as a vector.
    pub(super) fn vector(&self, weights: &Weights, whose: &str) -> Result<Vec<f64>> {
        let mut vector = vec![0.0; self.len];
        self.write(weights, whose, &mut vector)?;
        Ok(vector)
    }

    /// Fails unless the floating-point parameters of other weights have the same names and shapes.
    pub(super) fn expect(&self, weights: &Weights, whose: &str) -> Result<()> {
        self.paired(weights, whose).map(drop)
    }

    /// Those of other weights in the order of the vector.
    fn paired<'w>(&self, weights: &'w Weights, whose: &str) -> Result<Vec<&'w Parameter<'static>>> {
        let mut others = weights.iter().filter(|parameter| is_float(parameter));
        let in_order = self.floats().map(|own| others.next().filter(|other| is_same(own, other)));
        if let Some(found) = in_order.collect::<Option<Vec<_>>>().filter(|_| others.next().is_none()) {
            return Ok(found);
        }
        let found = self.floats().map(|own| match weights.get(own.layer(), own.name()) {
            Some(other) if is_same(own, other) => Ok(other),
            other => Err(unlike(own, other, whose)),
        });
        let found = found.collect::<Result<Vec<_>>>()?;
        let is_new = |other: &&Parameter<'_>| is_float(other) && !self.floats().any(|own| is_same(own, other));
        match weights.iter().find(is_new) {
            None if weights.iter().filter(|other| is_float(other)).count() == found.len() => Ok(found),
            None => Err(Error::invalid(
                format!("the list of parameters {whose}"),
                "each of them once",
                "with one of them twice",
            )),
            Some(new) => {
                let what = format!("parameter {} {whose}", new.label());
                Err(Error::invalid(what, "one of the parameters of the others, by layer and name", "none of them"))
            }
        }
    }

    /// Sets the floating-point values of weights to those that a function has of their places, rounded to the type of the
    /// parameter; the others are the template's. Weights that were filled before keep their memory.
    pub(super) fn fill(&self, filled: &mut Filled, value: impl Fn(usize) -> f64) {
        if !filled.is_whole && !self.is_like(&filled.weights) {
            filled.weights.clone_from(&self.template);
        }
        filled.is_whole = true;
        let mut start = 0;
        for parameter in filled.weights.iter_mut().filter(|parameter| is_float(parameter)) {
            let values = parameter.values_mut();
            let length = values.len();
            set(values, |index| value(start + index));
            start += length;
        }
    }

    /// Whether weights are the template but for their values.
    fn is_like(&self, weights: &Weights) -> bool {
        let is_like = |(one, other): (&Parameter<'_>, &Parameter<'_>)| {
            is_same(one, other) && one.values().dtype() == other.values().dtype()
        };
        weights.len() == self.template.len() && weights.iter().zip(self.template.iter()).all(is_like)
    }

    /// Returns a vector as weights, in double precision.
    pub(super) fn weights(&self, vector: &[f64]) -> Weights {
        let mut rest = vector;
        let parameter = |own: &Parameter<'static>| {
            let (values, others) = rest.split_at(own.values().len());
            rest = others;
            let double = Parameter::new(own.layer().to_owned(), own.name().to_owned(), own.shape(), values.to_vec());
            own.orientation().into_iter().fold(double, Parameter::oriented)
        };
        self.floats().map(parameter).collect()
    }
}

/// Weights that the same [`Flat::fill`] fills again and again, and which know whether anybody may have changed more than their
/// values since: a model may take its arrays out. To compare all names for each of 10,000 small models takes as long as some of them.
#[derive(Default)]
pub(crate) struct Filled {
    weights: Weights,
    is_whole: bool,
}

impl Filled {
    pub(super) fn into_weights(self) -> Weights {
        self.weights
    }
}

impl Deref for Filled {
    type Target = Weights;

    fn deref(&self) -> &Weights {
        &self.weights
    }
}

impl DerefMut for Filled {
    fn deref_mut(&mut self) -> &mut Weights {
        self.is_whole = false;
        &mut self.weights
    }
}

fn is_float(parameter: &Parameter<'_>) -> bool {
    parameter.values().dtype().is_float()
}

fn is_same(one: &Parameter<'_>, other: &Parameter<'_>) -> bool {
    (one.layer(), one.name(), one.shape()) == (other.layer(), other.name(), other.shape())
        && one.values().len() == other.values().len()
        && is_float(one) == is_float(other)
}

/// What is wrong with a parameter that should be like another one.
fn unlike(own: &Parameter<'_>, other: Option<&Parameter<'_>>, whose: &str) -> Error {
    let of = |parameter: &Parameter<'_>| format!("{} of shape {:?}", parameter.values().dtype(), parameter.shape());
    let what = format!("parameter {} {whose}", own.label());
    let found = other.map_or_else(|| "not there".to_owned(), of);
    Error::invalid(what, format!("{}, as that of the others", of(own)), found)
}

/// Replaces every value, rounded to the nearest of its type.
fn set(values: &mut Values<'static>, value: impl Fn(usize) -> f64) {
    fn all<T: Copy>(values: &mut Cow<'_, [T]>, value: impl Fn(usize) -> T) {
        values.to_mut().iter_mut().enumerate().for_each(|(index, own)| *own = value(index));
    }
    match values {
        Values::F32(own) => all(own, |index| value(index) as f32),
        Values::F64(own) => all(own, value),
        Values::F16(own) => all(own, |index| f16::from_f64(value(index))),
        Values::Bf16(own) => all(own, |index| bf16::from_f64(value(index))),
        _ => {} // no floating-point numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(names: &[&'static str]) -> Weights {
        names.iter().map(|&name| Parameter::new("a", name, [2], vec![1.0_f32, 2.0])).collect()
    }

    #[test]
    fn what_differs_from_the_others_is_named() {
        let flat = Flat::of(weights(&["kernel", "bias"])).unwrap();
        let message = |other: &Weights| flat.vector(other, "of run \"b\"").unwrap_err().to_string();
        assert!(flat.vector(&weights(&["bias", "kernel"]), "").is_ok(), "in any order");
        assert_eq!(
            message(&weights(&["kernel"])),
            "parameter a/bias of run \"b\" is not there; it must be f32 of shape [2], as that of the others"
        );
        assert!(message(&weights(&["kernel", "bias", "scale"])).contains("a/scale of run \"b\" is none of them"));
        assert!(message(&weights(&["kernel", "bias", "bias"])).contains("twice"));
        let mut other = weights(&["kernel"]).into_iter().collect::<Vec<_>>();
        other.push(Parameter::new("a", "bias", [1, 2], vec![1.0_f32, 2.0]));
        assert!(message(&Weights::from_iter(other)).contains("is f32 of shape [1, 2]"));
    }

    #[test]
    fn what_is_no_number_is_named_with_its_place() {
        let flat = Flat::of(weights(&["kernel"])).unwrap();
        let other = Weights::from_iter([Parameter::new("a", "kernel", [2], vec![1.0_f32, f32::NAN])]);
        let message = flat.vector(&other, "at epoch 3").unwrap_err().to_string();
        assert!(
            message.starts_with("value 1 of parameter a/kernel at epoch 3 is NaN; it must be a finite number"),
            "{message}"
        );
    }

    #[test]
    fn every_floating_point_type_is_filled_and_no_other() {
        let template = Weights::from_iter([
            Parameter::new("a", "single", [1], vec![1.0_f32]),
            Parameter::new("a", "count", [1], vec![7_i64]),
            Parameter::new("a", "double", [1], vec![1.0_f64]),
            Parameter::new("a", "half", [1], vec![f16::from_f32(1.0)]),
            Parameter::new("a", "brain", [1], vec![bf16::from_f32(1.0)]),
        ]);
        let flat = Flat::of(template).unwrap();
        let mut filled = Filled::default();
        flat.fill(&mut filled, |_| 9.0);
        flat.fill(&mut filled, |index| index as f64 + 0.25);
        let values: Vec<f64> = filled.iter().map(|parameter| parameter.values().to_f64()[0]).collect();
        assert_eq!(values, [0.25, 7.0, 1.25, 2.25, 3.25]);
        assert_eq!(
            flat.caveat().unwrap().to_string(),
            "a/count (i64), which hold no floating-point numbers, were left out: floating-point numbers in their place would give them"
        );
        let expected = filled.clone();
        filled.take("a", "count", &[1]).unwrap();
        flat.fill(&mut filled, |index| index as f64 + 0.25);
        assert_eq!(filled.into_weights(), expected, "whatever a model has taken is there again");
    }

    #[test]
    fn weights_without_floating_point_numbers_are_no_vector() {
        assert!(Flat::of(Weights::default()).is_err());
        assert!(Flat::of(Weights::from_iter([Parameter::new("a", "mask", [1], vec![true])])).is_err());
        assert!(Flat::of(weights(&["bias", "bias"])).is_err());
    }
}
