//! A view: which space is looked at, and on which plane.

use crate::{
    Error, Forward, Matrix, Result,
    analysis::Plane,
    math::matrix,
    model::{checked, decision::Rule},
};

/// A space in which a network represents its samples, that of the inputs or of a layer's units, and a plane in it.
///
/// A space of two dimensions needs no plane. The name of a layer is a view of its units.
///
/// ```
/// use training_replay::analysis::{Plane, View};
///
/// let plane = Plane::of_axes(10, 0, 7)?;
/// let view = View::of("hidden").on(&plane);
/// assert_eq!((view.layer(), view.plane()), (Some("hidden"), Some(&plane)));
/// assert_eq!(View::from("hidden"), View::of("hidden"));
/// assert_eq!(View::inputs().layer(), None);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View<'a> {
    layer: Option<&'a str>,
    plane: Option<&'a Plane>,
    rule: Rule,
}

impl<'a> View<'a> {
    /// Creates a view of the inputs of the network.
    pub fn inputs() -> Self {
        Self { layer: None, plane: None, rule: Rule::default() }
    }

    /// Creates a view of the units of the layer of this name.
    pub fn of(layer: &'a str) -> Self {
        Self { layer: Some(layer), plane: None, rule: Rule::default() }
    }

    /// Sets the plane to look at the space on.
    #[must_use]
    pub fn on(self, plane: &'a Plane) -> Self {
        Self { plane: Some(plane), ..self }
    }

    /// Sets where a single output changes from class 0 to class 1: a probability where the outputs are probabilities or
    /// logits, else a value. Without it the [`OutputKind`](crate::OutputKind) says.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Sequential, analysis::{DecisionBoundary, Grid, View}};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Tanh)).build(1)?;
    /// let lines = |view: View<'_>| Ok(DecisionBoundary::of(&model, view, &Grid::default())?.boundary.len());
    /// assert_eq!(lines(View::inputs())?, 0); // nothing says where values part classes
    /// assert_eq!(lines(View::inputs().threshold(0.0))?, 1);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn threshold(self, threshold: f32) -> Self {
        Self { rule: Rule { threshold: Some(threshold), ..self.rule }, ..self }
    }

    /// Sets what decides about the outputs where the view does not say it.
    pub(crate) fn deciding(self, rule: Rule) -> Self {
        let threshold = self.rule.threshold.or(rule.threshold);
        let rule = Rule { threshold, targets: self.rule.targets.or(rule.targets), loss: self.rule.loss.or(rule.loss) };
        Self { rule, ..self }
    }

    /// What decides about the outputs.
    pub(crate) fn rule(&self) -> Rule {
        self.rule
    }

    /// Returns the layer's name, or `None` for the inputs.
    pub fn layer(&self) -> Option<&'a str> {
        self.layer
    }

    /// Returns the plane, if there is one.
    pub fn plane(&self) -> Option<&'a Plane> {
        self.plane
    }

    /// How errors call the dimensions of the space.
    pub(crate) fn dimensions(&self) -> String {
        self.layer.map_or("the number of inputs".into(), |layer| format!("the number of units of layer {layer:?}"))
    }

    /// Fails where the dimensions that are looked at are those of units that a layer's outputs were reduced to, as a sample shows:
    /// the rest of the network cannot be asked about them.
    pub(crate) fn expect_own_outputs(&self, model: &dyn Forward, inputs: &Matrix) -> Result<()> {
        let Some(layer) = self.depth(model)?.checked_sub(1).filter(|_| inputs.nrows() > 0) else { return Ok(()) };
        let outputs = checked::layers(model, &matrix::first_rows(inputs, 1), 0..layer + 1)?;
        let (width, seen) = (outputs.ncols(), self.plane.map_or(2, Plane::dimensions));
        let units = checked::units(model, layer, outputs)?.ncols();
        if units == width || seen == width {
            return Ok(());
        }
        let what = format!("{}, seen for a boundary", self.dimensions());
        let expected =
            format!("{width}, its own outputs: nothing leads back to them from the {units} of `Forward::units`");
        Err(Error::invalid(what, expected, seen))
    }

    /// How many layers of a model lead to the space.
    pub(crate) fn depth(&self, model: &dyn Forward) -> Result<usize> {
        self.layer.map_or(Ok(0), |layer| Ok(checked::layer_index(model, layer)? + 1))
    }
}

impl<'a, S: AsRef<str> + ?Sized> From<&'a S> for View<'a> {
    fn from(layer: &'a S) -> Self {
        Self::of(layer.as_ref())
    }
}
