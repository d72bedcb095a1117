//! The contract between training and replaying: three small traits.
//!
//! Nothing here knows how a model is trained, stored or looked at: whatever implements the traits can be.

pub(crate) mod agreement;
mod backward;
pub(crate) mod checked;
pub(crate) mod decision;
mod description;
mod dtype;
mod element;
mod forward;
pub(crate) mod matching;
pub(crate) mod output_kind;
mod parameter;
mod pieces;
mod pointer;
mod probed;
pub(crate) mod sample_gradients;
mod scalar;
mod source;
mod training;
pub mod units;
pub(crate) mod values;
mod values_memory;
pub(crate) mod visitor;
pub(crate) mod weights;
mod wrapped;

pub use backward::Backward;
pub use description::Description;
pub use dtype::Dtype;
pub use element::Element;
pub use forward::Forward;
pub use output_kind::OutputKind;
pub use parameter::{Orientation, Parameter};
pub use pieces::Pieces;
pub use probed::Probed;
pub(crate) use source::Source;
pub use training::Training;
pub use values::Values;
pub use visitor::Visitor;
pub use weights::Weights;

use crate::{Matrix, Result};

/// A model whose parameters can be recorded.
///
/// [`Model`] lists the parameters, which is enough to record. [`Forward`] puts recorded weights back and runs
/// some of the layers, which is enough to replay. [`Backward`] adds gradients. The networks of
/// [`nn`](crate::nn) implement all three; a network of one's own implements as many as it needs.
///
/// ```
/// use training_replay::{Model, Parameter, Result, Weights};
///
/// struct Line {
///     slope: Vec<f64>,
///     offset: Vec<f64>,
/// }
///
/// impl Model for Line {
///     fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
///         Ok(vec![
///             Parameter::new("line", "kernel", [2, 1], &self.slope),
///             Parameter::new("line", "bias", [1], &self.offset),
///         ])
///     }
/// }
///
/// # fn main() -> Result<()> {
/// let line = Line { slope: vec![1.0, 2.0], offset: vec![0.5] };
/// let weights = Weights::of(&line)?;
/// assert_eq!(weights.get("line", "bias").unwrap().shape(), [1]);
/// # Ok(())
/// # }
/// ```
pub trait Model {
    /// Returns all parameters, the same ones at every epoch. They are matched by layer and name, and recorded in the order of
    /// the first epoch.
    ///
    /// # Errors
    ///
    /// Whatever the model's framework fails with, by [`Error::model`](crate::Error::model): it may have to copy from a
    /// device.
    fn parameters(&self) -> Result<Vec<Parameter<'_>>>;

    /// Hands over all parameters, one at a time, which is how they are recorded; by default those of
    /// [`parameters`](Self::parameters).
    ///
    /// A model whose values must be copied, from a device say, does it here one array at a time, or
    /// [in pieces](Visitor::in_pieces): then recording takes the memory of the largest array, or of a piece, and not of all. They may
    /// come in any order. An error of the visitor is returned as it is. What is not [wanted](Visitor::wants) need not be copied: a
    /// recording of [some parameters](crate::ReplayOptions::only_parameters) asks for these alone.
    ///
    /// ```
    /// use std::cell::Cell;
    /// use training_replay::{Metrics, Model, Parameter, Replay, Result, Visitor, Weights};
    ///
    /// struct OnDevice {
    ///     copies: Cell<usize>,
    /// }
    ///
    /// impl Model for OnDevice {
    ///     fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
    ///         Ok(Weights::of(self)?.into_iter().collect()) // copies of all that `visit` hands over
    ///     }
    ///
    ///     fn visit(&self, visitor: &mut Visitor<'_>) -> Result<()> {
    ///         for layer in ["body", "head"] {
    ///             if visitor.wants(layer, "kernel") {
    ///                 self.copies.set(self.copies.get() + 1);
    ///                 visitor.take(Parameter::new(layer, "kernel", [2, 2], vec![0.5_f32; 4]))?;
    ///             }
    ///         }
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let model = OnDevice { copies: Cell::new(0) };
    /// let mut replay = Replay::options().only_parameters(["head/*"]).in_memory();
    /// for _ in 0..2 {
    ///     replay.record(&model, Metrics::new())?; // then it is known what the others are
    /// }
    /// model.copies.set(0);
    /// replay.record(&model, Metrics::new())?;
    /// assert_eq!(model.copies.get(), 1); // of the head alone
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`parameters`](Self::parameters), and whatever the visitor returns.
    fn visit(&self, visitor: &mut Visitor<'_>) -> Result<()> {
        self.parameters()?.into_iter().try_for_each(|parameter| visitor.take(parameter))
    }

    /// Returns what the model can be rebuilt from later, which is recorded once; nothing by default. The built-in
    /// networks give one, so that their recordings open without any code of the user's.
    ///
    /// ```
    /// use training_replay::{Dense, Model, Sequential};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// assert_eq!(model.description().unwrap().kind(), "training_replay::Sequential/1");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    fn description(&self) -> Option<Description> {
        None
    }

    /// Returns the model as one that runs, if it is one. A model that implements [`Forward`] returns `Some(self)` here, so
    /// that a recording can hold what it makes of a few inputs, and [`Run::verify`](crate::Run::verify) can prove later that
    /// it runs the same model.
    ///
    /// ```
    /// use training_replay::{Dense, Model, Sequential};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// assert!(model.as_forward().is_some());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    fn as_forward(&self) -> Option<&dyn Forward> {
        None
    }

    /// Returns what the model makes of the inputs of a recording's probe, a row for each; `None` if it cannot be run. By
    /// default the outputs of [`as_forward`](Self::as_forward).
    ///
    /// [`Probed`] hands over outputs that were computed elsewhere.
    ///
    /// ```
    /// use training_replay::{Dense, Matrix, Model, Sequential, Weights};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let inputs = Matrix::from_element(4, 2, 0.5);
    /// assert_eq!(model.probe_outputs(&inputs)?, Some(model.predict(&inputs)?));
    /// assert_eq!(Weights::of(&model)?.probe_outputs(&inputs)?, None);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Forward::forward`].
    fn probe_outputs(&self, inputs: &Matrix) -> Result<Option<Matrix>> {
        self.as_forward().map(|model| model.forward(inputs, 0..model.layers().len())).transpose()
    }

    /// Returns the state of the model's training, if that is to be recorded with it: [`Training`] adds one to a model.
    ///
    /// ```
    /// use training_replay::{Dense, Model, Sequential, Training, Weights};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// assert!(model.training_state().is_none());
    /// assert!(Training::new(&model, Weights::default()).training_state().is_some());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    fn training_state(&self) -> Option<&dyn Model> {
        None
    }
}
