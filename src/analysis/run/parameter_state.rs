//! The state of one parameter at one epoch: enough to see whether it changes.

use crate::{Dtype, Model, Parameter, Result, model::visitor};

/// The state of one parameter of floating-point numbers: a checksum of its values, by which a later state is the same or another.
///
/// ```
/// use training_replay::{Parameter, Weights, analysis::EpochSummary};
///
/// let of = |value: f32| {
///     let arrays = [Parameter::new("h", "bias", [1], vec![value]), Parameter::new("h", "place", [1], vec![7_i64])];
///     EpochSummary::of_weights(0, &Weights::from_iter(arrays))
/// };
/// let [bias] = &of(0.5)?.parameters[..] else { panic!("integers are no weights") };
/// assert_eq!((bias.name.as_str(), bias.is_finite), ("bias", true));
/// assert_eq!(of(0.5)?, of(0.5)?);
/// assert_ne!(of(0.5)?.parameters, of(0.500_000_06)?.parameters); // the next number
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ParameterState {
    /// The layer's name.
    pub layer: String,
    /// Its name within the layer.
    pub name: String,
    /// The type of its values.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serial::in_words"))]
    pub dtype: Dtype,
    /// A checksum of 64 bits of all its values. Those of arrays that differ in 8 bytes or fewer, one behind the other, always
    /// differ; others are the same by a chance of 1 in 2^64.
    pub checksum: u64,
    /// Whether no value is NaN or infinite.
    pub is_finite: bool,
}

/// The states of all parameters of a model.
#[derive(Debug, Default)]
pub(crate) struct ParameterStates {
    pub(super) states: Vec<ParameterState>,
    /// The first with values that are not finite, and their number.
    pub(super) not_finite: Option<(String, String, usize)>,
}

impl ParameterStates {
    pub(crate) fn of(model: &(impl Model + ?Sized)) -> Result<Self> {
        let mut states = Self::default();
        visitor::parameters(model, |parameter| {
            states.add(&parameter);
            Ok(())
        })?;
        Ok(states)
    }

    #[cfg(feature = "page")]
    pub(crate) fn of_all(parameters: &[Parameter<'_>]) -> Self {
        let mut states = Self::default();
        parameters.iter().for_each(|parameter| states.add(parameter));
        states
    }

    fn add(&mut self, parameter: &Parameter<'_>) {
        let (values, dtype) = (parameter.values(), parameter.values().dtype());
        if !dtype.is_float() || values.is_empty() {
            return;
        }
        let (layer, name) = (parameter.layer().to_owned(), parameter.name().to_owned());
        let odd = values.not_finite();
        if odd > 0 && self.not_finite.is_none() {
            self.not_finite = Some((layer.clone(), name.clone(), odd));
        }
        self.states.push(ParameterState { layer, name, dtype, checksum: values.checksum(), is_finite: odd == 0 });
    }
}
