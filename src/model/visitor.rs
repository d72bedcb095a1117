//! Who is handed the parameters of a model, one at a time.

use std::fmt;

use super::Source;
use crate::{Error, Model, Parameter, Result};

/// Whether a parameter is wanted, by its layer and name.
pub(crate) type Wanted<'a> = dyn Fn(&str, &str) -> bool + 'a;

/// Who is handed the parameters of a model: [`Model::visit`] gives it one after the other, in any order.
///
/// A recording that is made of some parameters [wants](Self::wants) only these. What lies on a device is handed over
/// [in pieces](Self::in_pieces), which are copied straight into the buffer of whoever takes them.
///
/// ```
/// use training_replay::{Model, Parameter, Result, Visitor};
///
/// struct Line(Vec<f32>);
///
/// impl Model for Line {
///     fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
///         Ok(vec![Parameter::new("line", "kernel", [2, 1], &self.0)])
///     }
/// }
///
/// let mut names = Vec::new();
/// let mut take = |parameter: Parameter<'_>| {
///     names.push(format!("{}/{}", parameter.layer(), parameter.name()));
///     Ok(())
/// };
/// Line(vec![1.0, 2.0]).visit(&mut Visitor::new(&mut take))?;
/// assert_eq!(names, ["line/kernel"]);
/// # Ok::<(), training_replay::Error>(())
/// ```
pub struct Visitor<'v> {
    wanted: Option<&'v Wanted<'v>>,
    taker: &'v mut dyn Taker,
    has_failed: bool,
}

impl<'v> Visitor<'v> {
    /// One that hands all parameters on to a function.
    pub fn new<F: FnMut(Parameter<'_>) -> Result<()>>(each: &'v mut F) -> Self {
        Self::of(None, each)
    }

    pub(crate) fn of(wanted: Option<&'v Wanted<'v>>, taker: &'v mut dyn Taker) -> Self {
        Self { wanted, taker, has_failed: false }
    }

    /// Returns whether a parameter is wanted. One that is not need not be copied, nor handed over; it is passed over if it is.
    pub fn wants(&self, layer: &str, name: &str) -> bool {
        self.wanted.is_none_or(|wanted| wanted(layer, name))
    }

    /// Takes a parameter with its values.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with it, or failed when it was recorded: [`Model::visit`] ends with it.
    pub fn take(&mut self, parameter: Parameter<'_>) -> Result<()> {
        self.pass_on(|taker| taker.take(parameter))
    }

    /// Takes an array without values, which the source has.
    pub(super) fn take_from(&mut self, array: Parameter<'static>, source: &mut Source<'_>) -> Result<()> {
        self.pass_on(|taker| taker.take_from(array, source))
    }

    /// Goes on unless it has failed before: a model must end with the error that it is given.
    fn pass_on(&mut self, take: impl FnOnce(&mut dyn Taker) -> Result<()>) -> Result<()> {
        let taken = if self.has_failed { Err(ignored()) } else { take(self.taker) };
        self.has_failed |= taken.is_err();
        taken
    }
}

impl fmt::Debug for Visitor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visitor").field("wants_all", &self.wanted.is_none()).finish_non_exhaustive()
    }
}

/// What is done with the parameters of a model.
pub(crate) trait Taker {
    /// Takes a parameter.
    fn take(&mut self, parameter: Parameter<'_>) -> Result<()>;

    /// Takes one whose values a source has; by default all of them at once.
    fn take_from(&mut self, array: Parameter<'static>, source: &mut Source<'_>) -> Result<()> {
        let whole = source.whole(array)?;
        self.take(whole)
    }
}

impl<F: FnMut(Parameter<'_>) -> Result<()>> Taker for F {
    fn take(&mut self, parameter: Parameter<'_>) -> Result<()> {
        self(parameter)
    }
}

/// Hands over the parameters of a model one at a time, with a check that it does not go on after an error, nor hide it.
pub(crate) fn parameters<M: Model + ?Sized>(
    model: &M,
    mut each: impl FnMut(Parameter<'_>) -> Result<()>,
) -> Result<()> {
    visit(model, None, &mut each)
}

/// The same of those that are wanted, and perhaps of others; of all where nothing is said.
pub(crate) fn visit<M: Model + ?Sized>(model: &M, wanted: Option<&Wanted<'_>>, taker: &mut dyn Taker) -> Result<()> {
    let mut visitor = Visitor::of(wanted, taker);
    model.visit(&mut visitor)?;
    if visitor.has_failed { Err(ignored()) } else { Ok(()) }
}

fn ignored() -> Error {
    let expected = "to end with the error that it is given for a parameter";
    Error::invalid("the model's `visit`", expected, "going on in spite of one")
}
