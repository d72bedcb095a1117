//! Which layer a feature space is of, and how it is looked at.

use crate::analysis::Plane;

/// Which layer a feature space is of, and the plane to look at it on, if it has more than two units. A name alone is a
/// view of a layer of two units.
///
/// ```
/// use training_replay::analysis::{Plane, View};
///
/// let plane = Plane::of_axes(10, 0, 7)?;
/// let view = View::of("hidden").on(&plane);
/// assert_eq!((view.layer(), view.plane()), ("hidden", Some(&plane)));
/// assert_eq!(View::from("hidden").plane(), None);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View<'a> {
    layer: &'a str,
    plane: Option<&'a Plane>,
}

impl<'a> View<'a> {
    /// Of the layer of this name.
    pub fn of(layer: &'a str) -> Self {
        Self { layer, plane: None }
    }

    /// On this plane in the space of the layer's units.
    #[must_use]
    pub fn on(self, plane: &'a Plane) -> Self {
        Self { plane: Some(plane), ..self }
    }

    /// The layer's name.
    pub fn layer(&self) -> &'a str {
        self.layer
    }

    /// The plane, if there is one.
    pub fn plane(&self) -> Option<&'a Plane> {
        self.plane
    }
}

impl<'a, S: AsRef<str> + ?Sized> From<&'a S> for View<'a> {
    fn from(layer: &'a S) -> Self {
        Self::of(layer.as_ref())
    }
}
