//! Types of the crate that are written as what they are made of, in the bytes that are kept of a run's plots.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A grid, as its limits and how many lines and points it has.
pub(crate) mod grid {
    use super::{Deserialize, Deserializer, Serialize, Serializer};
    use crate::analysis::Grid;

    pub(crate) fn serialize<S: Serializer>(grid: &Grid, to: S) -> Result<S::Ok, S::Error> {
        (grid.x(), grid.y(), grid.resolution()).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Grid, D::Error> {
        let (x, y, [lines, points]) = Deserialize::deserialize(from)?;
        Ok(Grid::new(x, y).lines(lines).points(points))
    }
}

/// A plane, if there is one, as its origin and its two axes, one behind the other.
pub(crate) mod plane {
    use super::{Deserialize, Deserializer, Error, Serialize, Serializer};
    use crate::{Matrix, analysis::Plane};

    #[expect(clippy::ref_option, reason = "serde gives references")]
    pub(crate) fn serialize<S: Serializer>(plane: &Option<Plane>, to: S) -> Result<S::Ok, S::Error> {
        plane.as_ref().map(|plane| (plane.origin(), plane.axes().as_slice())).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Plane>, D::Error> {
        let parts: Option<(Vec<f32>, Vec<f32>)> = Deserialize::deserialize(from)?;
        let Some((origin, axes)) = parts else { return Ok(None) };
        if axes.len() != 2 * origin.len() {
            return Err(Error::invalid_length(axes.len(), &"two axes as long as the origin"));
        }
        let axes = Matrix::from_vec(origin.len(), 2, axes);
        Plane::new(origin, axes).map(Some).map_err(Error::custom)
    }
}

/// A loss, as its name.
pub(crate) mod loss {
    use super::{Deserialize, Deserializer, Error, Serialize, Serializer};
    use crate::Loss;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives references")]
    pub(crate) fn serialize<S: Serializer>(loss: &Loss, to: S) -> Result<S::Ok, S::Error> {
        loss.name().serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Loss, D::Error> {
        String::deserialize(from)?.parse().map_err(Error::custom)
    }
}
