//! The parameters of a snapshot as they come, held against those that were recorded: each once, in any order.

use std::collections::HashMap;

use super::tensor::TensorSpec;
use crate::{
    Error, Parameter, Result,
    model::matching::{self, Name},
};

/// Which of the recorded parameters a snapshot has had so far.
pub(crate) struct Expected<'a> {
    parameters: &'a [TensorSpec],
    taken: Vec<bool>,
    /// The one that comes next if they come in the recorded order.
    next: usize,
    /// Made for the first one that does not.
    by_name: Option<HashMap<Name<'a>, usize>>,
    /// Those that were not recorded, or came before.
    odd: Vec<(String, String)>,
}

impl<'a> Expected<'a> {
    pub(super) fn new(parameters: &'a [TensorSpec]) -> Self {
        Self { parameters, taken: vec![false; parameters.len()], next: 0, by_name: None, odd: Vec::new() }
    }

    /// Returns the index of a parameter, none if it is to be passed over: what is wrong with it is known at the end.
    ///
    /// Fails unless it is as it was recorded, with other values perhaps.
    pub(crate) fn take(&mut self, parameter: &Parameter<'_>) -> Result<Option<usize>> {
        self.take_checked(parameter, |parameter| parameter.check())
    }

    /// The same of a parameter whose values come later.
    pub(super) fn take_array(&mut self, parameter: &Parameter<'_>) -> Result<Option<usize>> {
        self.take_checked(parameter, |_| Ok(()))
    }

    fn take_checked(
        &mut self,
        parameter: &Parameter<'_>,
        check: impl FnOnce(&Parameter<'_>) -> Result<()>,
    ) -> Result<Option<usize>> {
        let Some(index) = self.index_of((parameter.layer(), parameter.name())) else {
            self.odd.push((parameter.layer().into(), parameter.name().into()));
            return Ok(None);
        };
        let spec = &self.parameters[index];
        check(parameter)?;
        if !spec.describes(parameter) {
            let expected = format!("{} as recorded before", spec.label());
            return Err(Error::invalid("a parameter of the model", expected, TensorSpec::of_array(parameter)?.label()));
        }
        (self.taken[index], self.next) = (true, index + 1);
        Ok(Some(index))
    }

    /// Fails unless all have come, each once, and no others.
    pub(crate) fn finish(self) -> Result<()> {
        if self.odd.is_empty() && self.taken.iter().all(|&taken| taken) {
            return Ok(());
        }
        let known: Vec<Name<'_>> = self.parameters.iter().map(|spec| (spec.layer(), spec.name())).collect();
        let taken = known.iter().zip(&self.taken).filter(|(_, taken)| **taken).map(|(&name, _)| name);
        let odd = self.odd.iter().map(|(layer, name)| (layer.as_str(), name.as_str()));
        let expected = "of the names that were recorded; `Replay::options().rename` maps others to them";
        matching::places(
            &known,
            &taken.chain(odd).collect::<Vec<_>>(),
            "the list of the model's parameters",
            expected,
        )?;
        Ok(())
    }

    /// The index of a recorded parameter that has not come yet.
    fn index_of(&mut self, name: Name<'_>) -> Option<usize> {
        let named = |spec: &TensorSpec| (spec.layer(), spec.name()) == name;
        let index = if self.parameters.get(self.next).is_some_and(named) {
            self.next
        } else {
            let parameters = self.parameters;
            let entries = || parameters.iter().enumerate().map(|(index, spec)| ((spec.layer(), spec.name()), index));
            let by_name: &HashMap<Name<'_>, usize> = self.by_name.get_or_insert_with(|| entries().collect());
            *by_name.get(&name)?
        };
        (!self.taken[index]).then_some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> Vec<Parameter<'static>> {
        vec![
            Parameter::new("hidden", "kernel", [2, 3], vec![0.0_f32; 6]),
            Parameter::new("hidden", "bias", [3], vec![0.0_f64; 3]),
        ]
    }

    /// The indices of the parameters that came, or what is wrong with them.
    fn taken(parameters_that_come: &[Parameter<'_>]) -> Result<Vec<usize>> {
        let known: Vec<TensorSpec> = parameters().iter().map(|it| TensorSpec::of(it).unwrap()).collect();
        let mut expected = Expected::new(&known);
        let indices = parameters_that_come.iter().map(|it| expected.take(it)).collect::<Result<Vec<_>>>()?;
        expected.finish()?;
        Ok(indices.into_iter().flatten().collect())
    }

    #[test]
    fn parameters_come_in_any_order_each_once() {
        assert_eq!(taken(&parameters()).unwrap(), [0, 1]);
        assert_eq!(taken(&parameters().into_iter().rev().collect::<Vec<_>>()).unwrap(), [1, 0]);
        let twice = [parameters(), parameters()].concat();
        assert!(taken(&twice).unwrap_err().to_string().contains("hidden/kernel twice"));
    }

    #[test]
    fn an_error_names_the_parameter_that_differs() {
        let mut other = parameters();
        other[1] = Parameter::new("hidden", "bias", [3], vec![0.0_f32; 3]);
        let message = taken(&other).unwrap_err().to_string();
        assert!(message.contains("hidden/bias [3] f32") && message.contains("hidden/bias [3] f64"), "{message}");
        let message = taken(&parameters()[..1]).unwrap_err().to_string();
        assert!(message.contains(r#"without ["hidden/bias"]"#) && message.contains("rename"), "{message}");
        other[1] = Parameter::new("hidden", "beta", [3], vec![0.0_f32; 3]);
        let message = taken(&other).unwrap_err().to_string();
        assert!(message.contains(r#"without ["hidden/bias"] and with the new ["hidden/beta"]"#), "{message}");
    }
}
