//! The weights of a model at one epoch: all its parameters, in the order it lists them.

use super::{
    Source, matching,
    visitor::{self, Taker},
};
use crate::{Error, Model, Parameter, Result};

/// All parameters of a model at one epoch, in the order the model listed them.
///
/// ```
/// use training_replay::{Parameter, Weights};
///
/// let weights = Weights::from_iter([
///     Parameter::new("output", "kernel", [2, 1], vec![1.0_f32, -1.0]),
///     Parameter::new("output", "bias", [1], vec![0.5_f32]),
/// ]);
/// let names: Vec<_> = weights.iter().map(|parameter| parameter.name()).collect();
/// assert_eq!(names, ["kernel", "bias"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weights {
    parameters: Vec<Parameter<'static>>,
}

impl Weights {
    /// Copies the model's parameters as they are now.
    ///
    /// ```
    /// use training_replay::{Dense, Sequential, Weights};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(3)).build(1)?;
    /// assert_eq!(Weights::of(&model)?.len(), 2); // kernel and bias
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Whatever [`Model::visit`] returns.
    pub fn of<M: Model + ?Sized>(model: &M) -> Result<Self> {
        let mut parameters = Vec::new();
        visitor::parameters(model, |parameter| {
            parameters.push(parameter.into_owned());
            Ok(())
        })?;
        Ok(Self { parameters })
    }

    /// Copies the parameters that `visit` hands over, into the memory of these where they are such parameters already.
    pub(crate) fn copy(&mut self, visit: impl FnOnce(&mut dyn Taker) -> Result<()>) -> Result<()> {
        let mut copying = Copying { parameters: &mut self.parameters, count: 0 };
        visit(&mut copying)?;
        let count = copying.count;
        self.parameters.truncate(count);
        Ok(())
    }

    /// Returns the parameters in the order the model listed them.
    ///
    /// ```
    /// use training_replay::{Dense, Sequential, Weights};
    ///
    /// let weights = Weights::of(&Sequential::builder(2).layer(Dense::new(3)).build(1)?)?;
    /// let count: usize = weights.iter().map(|parameter| parameter.values().len()).sum();
    /// assert_eq!(count, 2 * 3 + 3);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Parameter<'static>> {
        self.parameters.iter()
    }

    /// Returns the parameter `name` of `layer`, if there is one.
    ///
    /// ```
    /// use training_replay::{Parameter, Weights};
    ///
    /// let weights = Weights::from_iter([Parameter::new("hidden", "bias", [2], vec![0.5_f32, 1.5])]);
    /// assert!(weights.get("hidden", "bias").is_some());
    /// assert!(weights.get("hidden", "kernel").is_none());
    /// ```
    pub fn get(&self, layer: &str, name: &str) -> Option<&Parameter<'static>> {
        // Lengths first: they are compared at once, and names are not.
        let lengths = |parameter: &Parameter<'_>| (parameter.layer().len(), parameter.name().len());
        let is_named = |parameter: &&Parameter<'_>| {
            lengths(parameter) == (layer.len(), name.len()) && parameter.layer() == layer && parameter.name() == name
        };
        self.iter().find(is_named)
    }

    /// Returns the number of parameters: arrays, not values.
    pub fn len(&self) -> usize {
        self.parameters.len()
    }

    /// Returns whether there are no parameters.
    ///
    /// ```
    /// assert!(training_replay::Weights::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.parameters.is_empty()
    }

    /// Returns the parameter `name` of `layer` with exactly this shape, as a model's
    /// [`with_weights`](crate::Forward::with_weights) wants it.
    ///
    /// ```
    /// use training_replay::{Parameter, Weights};
    ///
    /// let weights = Weights::from_iter([Parameter::new("hidden", "bias", [2], vec![0.5_f32, 1.5])]);
    /// assert_eq!(weights.require("hidden", "bias", &[2])?.values().to_f32(), [0.5, 1.5].as_slice());
    /// let message = weights.require("hidden", "kernel", &[2, 2]).unwrap_err().to_string();
    /// assert_eq!(message, r#"parameter hidden/kernel is none of the weights; it must be one of ["hidden/bias"]"#);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there is no such parameter, [`Error::Shape`] if it has another shape.
    pub fn require(&self, layer: &str, name: &str, shape: &[usize]) -> Result<&Parameter<'static>> {
        let parameter = self.get(layer, name).ok_or_else(|| {
            let known: Vec<_> = self.iter().map(Parameter::label).collect();
            Error::invalid(format!("parameter {layer}/{name}"), format!("one of {known:?}"), "none of the weights")
        })?;
        if parameter.shape() != shape {
            return Err(Error::shape(parameter.label(), shape, parameter.shape()));
        }
        parameter.check()?;
        Ok(parameter)
    }

    /// Takes the parameter `name` of `layer` out of the weights, with its values, which must have exactly this shape.
    ///
    /// ```
    /// use training_replay::{Parameter, Weights};
    ///
    /// let mut weights = Weights::from_iter([Parameter::new("hidden", "bias", [2], vec![0.5_f32, 1.5])]);
    /// assert_eq!(weights.take("hidden", "bias", &[2])?.into_values().into_f32(), [0.5, 1.5]); // no value was copied
    /// assert!(weights.is_empty());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`require`](Self::require); then it stays where it is.
    pub fn take(&mut self, layer: &str, name: &str, shape: &[usize]) -> Result<Parameter<'static>> {
        self.require(layer, name, shape)?;
        let named = |parameter: &Parameter<'_>| parameter.layer() == layer && parameter.name() == name;
        let index = self.parameters.iter().position(named).unwrap_or_default();
        Ok(self.parameters.remove(index))
    }

    /// Subtracts earlier weights value by value, in double precision: what training has changed since then.
    ///
    /// Parameters are matched by layer and name, and come in the order that they have here.
    ///
    /// ```
    /// use training_replay::{Parameter, Weights};
    ///
    /// let weights = |value: f32| Weights::from_iter([Parameter::new("output", "bias", [1], vec![value])]);
    /// let update = weights(0.75).minus(&weights(0.5))?;
    /// assert_eq!(update.require("output", "bias", &[1])?.values().to_f64(), [0.25].as_slice());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] or [`Error::Shape`] if the two are not weights of the same model.
    pub fn minus(&self, earlier: &Self) -> Result<Self> {
        let pairs = self.paired(earlier)?;
        Ok(pairs.into_iter().map(|(later, earlier)| later.minus(earlier)).collect())
    }

    /// The parameters, whose values may be changed.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Parameter<'static>> {
        self.parameters.iter_mut()
    }

    /// As [`paired`].
    pub(crate) fn paired<'a>(&'a self, other: &'a Self) -> Result<Vec<Pair<'a>>> {
        paired(&self.parameters, &other.parameters)
    }
}

/// Copies parameters over those that came in their places before.
struct Copying<'w> {
    parameters: &'w mut Vec<Parameter<'static>>,
    count: usize,
}

impl Taker for Copying<'_> {
    fn take(&mut self, parameter: Parameter<'_>) -> Result<()> {
        match self.parameters.get_mut(self.count) {
            None => self.parameters.push(parameter.into_owned()),
            Some(old) => {
                if !old.copy(&parameter) {
                    *old = parameter.into_owned();
                }
            }
        }
        self.count += 1;
        Ok(())
    }

    fn take_from(&mut self, array: Parameter<'static>, source: &mut Source<'_>) -> Result<()> {
        let is_like = |old: &Parameter<'_>| old.is_like(&array) && old.values().len() == source.count();
        match self.parameters.get_mut(self.count).filter(|old| is_like(old)) {
            Some(old) => {
                source.fill(old.values_mut())?;
                self.count += 1;
                Ok(())
            }
            None => {
                let whole = source.whole(array)?;
                self.take(whole)
            }
        }
    }
}

/// A parameter, and that of the same layer and name of another model.
pub(crate) type Pair<'a> = (&'a Parameter<'a>, &'a Parameter<'a>);

/// Returns each parameter with that of the same layer and name among others, in whatever order those are.
///
/// Fails unless the others have the same names and shapes.
pub(crate) fn paired<'a>(all: &'a [Parameter<'a>], others: &'a [Parameter<'a>]) -> Result<Vec<Pair<'a>>> {
    let names = |parameters: &'a [Parameter<'a>]| parameters.iter().map(|p| (p.layer(), p.name())).collect::<Vec<_>>();
    let (known, given) = (names(all), names(others));
    let pairs: Vec<_> = if known == given {
        all.iter().zip(others).collect()
    } else {
        let places = matching::places(&known, &given, "the list of parameters", "of the names that the other has")?;
        all.iter().zip(places.iter().map(|&place| &others[place])).collect()
    };
    pairs.into_iter().map(|(one, other)| same_shape(one, other).map(|()| (one, other))).collect()
}

fn same_shape(one: &Parameter<'_>, other: &Parameter<'_>) -> Result<()> {
    if one.shape() == other.shape() && one.values().len() == other.values().len() {
        Ok(())
    } else {
        Err(Error::shape(one.label(), one.shape(), other.shape()))
    }
}

/// Weights on their own are enough to record: to thin out or to mend a recording, say.
///
/// ```
/// use training_replay::{Dense, Metrics, Replay, Sequential};
///
/// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
/// let mut long = Replay::options().in_memory();
/// for _ in 0..=20 {
///     long.record(&model, Metrics::new())?;
/// }
/// let mut options = Replay::options();
/// if let Some(description) = long.description() {
///     options = options.description(description); // so that it opens by itself, too
/// }
/// let mut short = options.in_memory();
/// for epoch in long.epochs().step_by(10) {
///     short.record_at(epoch, &long.weights(epoch)?, long.metrics(epoch)?)?;
/// }
/// assert_eq!(short.epochs().collect::<Vec<_>>(), [0, 10, 20]);
/// assert_eq!(short.at(20)?.model(), &model);
/// # Ok::<(), training_replay::Error>(())
/// ```
impl Model for Weights {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(self.iter().map(Parameter::borrowed).collect())
    }
}

impl FromIterator<Parameter<'static>> for Weights {
    fn from_iter<I: IntoIterator<Item = Parameter<'static>>>(parameters: I) -> Self {
        Self { parameters: parameters.into_iter().collect() }
    }
}

impl IntoIterator for Weights {
    type Item = Parameter<'static>;
    type IntoIter = std::vec::IntoIter<Parameter<'static>>;

    fn into_iter(self) -> Self::IntoIter {
        self.parameters.into_iter()
    }
}
