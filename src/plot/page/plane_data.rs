//! What the page holds of a plane beside its arrays: the schema of its JSON, which `web/space_data.js` reads.

use serde::Serialize;

use super::{arrays::Array, notes::Notes};

/// A space of two dimensions, or a plane in one of more.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PlaneData {
    pub(crate) title: String,
    pub(crate) x_label: String,
    pub(crate) y_label: String,
    /// The limits of the horizontal axis.
    pub(crate) x: [f64; 2],
    /// The limits of the vertical axis.
    pub(crate) y: [f64; 2],
    /// The places of the samples, x of all and then y of all: `u16`.
    pub(crate) points: Array,
    /// Whether the points stay where they are: then they are those of every epoch.
    pub(crate) still: bool,
    /// What the places of samples, boundary and bent grid are between at each epoch, x and then y, where that is not the axes:
    /// an epoch that is a speck on them, or lies beyond. Empty where none has a scale of its own.
    pub(crate) scales: Vec<Option<[[f64; 2]; 2]>>,
    #[serde(flatten)]
    pub(crate) notes: Notes,
    pub(crate) grid: Option<GridData>,
    pub(crate) boundary: BoundaryData,
}

/// A grid, bent or straight, with what speaks for each class at its points.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct GridData {
    /// The number of points along a side.
    pub(crate) size: usize,
    /// Every so many rows and columns are drawn as a line.
    pub(crate) every: usize,
    /// The places of the points, x of all and then y of all, x fastest: `u16`.
    pub(crate) points: Array,
    /// Whether the points stay where they are.
    pub(crate) still: bool,
    /// The upper halves of `f32`, as `u16`: of a single output by how much class 1 is ahead of class 0; of more outputs, class by
    /// class, how far each is behind the predicted one. NaN where an output is NaN. None where numbers are predicted.
    pub(crate) scores: Option<Array>,
}

/// The lines between the classes, or those of levels.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BoundaryData {
    /// The level of each line, of numbers: `u8`.
    pub(crate) levels: Option<Array>,
    /// The first line of each epoch, and the number of all lines: `u32`.
    pub(crate) lines: Array,
    /// The first point of each line, and the number of all points: `u32`.
    pub(crate) starts: Array,
    /// The places of the points, x of all and then y of all: `u16`.
    pub(crate) points: Array,
}
