//! What the page holds beside its arrays: the schema of its JSON, which `web/data.js` reads.
//!
//! Arrays of an epoch's values hold those of all epochs, one epoch behind the other. Places are 16 bits from one end of
//! their axis to the other, and 65,535 where a value is no number.

use serde::Serialize;

use super::arrays::Array;

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct PageData<'a> {
    pub(crate) title: &'a str,
    pub(crate) runs: &'a [RunData],
}

/// One run.
#[derive(Debug, Serialize)]
pub(crate) struct RunData {
    pub(crate) name: String,
    /// The recorded epochs, in order.
    pub(crate) epochs: Vec<u64>,
    /// The number of samples that the page shows.
    pub(crate) samples: usize,
    /// The number of samples in the data set.
    pub(crate) of: usize,
    /// The rows of the shown samples in the data set: `u32`.
    pub(crate) indices: Array,
    pub(crate) class_names: Vec<String>,
    /// The class of each sample: `u8`.
    pub(crate) classes: Array,
    /// The class that is predicted for each sample at each epoch, 255 for none: `u8`.
    pub(crate) predicted: Array,
    /// Of each sample at each epoch the probability of class 1, or of the sample's own class where there are more than two:
    /// `u16` from 0 to 1.
    pub(crate) probability: Array,
    /// What those are.
    pub(crate) output: OutputData,
    /// The loss of each sample at each epoch: 0, or `u16` from 1 on along the logarithm between the ends of `loss_range`.
    pub(crate) losses: Array,
    /// The smallest loss above 0, and the largest.
    pub(crate) loss_range: [f64; 2],
    pub(crate) loss_name: String,
    /// The space of the inputs, where there are two or more.
    pub(crate) input: Option<PlaneData>,
    /// The space of a hidden layer, where there is one of two units or more.
    pub(crate) hidden: Option<PlaneData>,
    pub(crate) curves: Vec<CurveData>,
    /// The other metrics that were logged, of which one at a time can be chosen.
    pub(crate) logged: Vec<CurveData>,
    pub(crate) milestones: Vec<MilestoneData>,
    /// What was assumed or left out, in sentences.
    pub(crate) notes: Vec<String>,
    /// Of weights, z-values, activations and, if the model gives them, gradients.
    pub(crate) violins: Vec<ViolinData>,
}

/// What the outputs are.
#[derive(Debug, Serialize)]
pub(crate) struct OutputData {
    /// What they are called: `probability` or `output`.
    pub(crate) word: &'static str,
    /// The ends of their axis; what is beyond is counted at the ends.
    pub(crate) axis: [f64; 2],
    /// What the lowest and the highest number of the array stand for.
    pub(crate) ends: [f64; 2],
    /// Where a single output changes its class.
    pub(crate) threshold: Option<f64>,
}

/// A space of two dimensions, or a plane in one of more.
#[derive(Debug, Serialize)]
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
    pub(crate) grid: Option<GridData>,
    pub(crate) boundary: BoundaryData,
}

/// A grid, bent or straight, with what speaks for each class at its points.
#[derive(Debug, Serialize)]
pub(crate) struct GridData {
    /// The number of points along a side.
    pub(crate) size: usize,
    /// Every so many rows and columns are drawn as a line.
    pub(crate) every: usize,
    /// The places of the points, x of all and then y of all, x fastest: `u16`.
    pub(crate) points: Array,
    /// Whether the points stay where they are.
    pub(crate) still: bool,
    /// In sixteenths, `i16`: of a single output by how much class 1 is ahead of class 0; of more outputs, class by class, how
    /// far each is behind the predicted one. The smallest `i16` where an output is NaN.
    pub(crate) scores: Array,
}

/// The lines between the classes.
#[derive(Debug, Serialize)]
pub(crate) struct BoundaryData {
    /// The first line of each epoch, and the number of all lines: `u32`.
    pub(crate) lines: Array,
    /// The first point of each line, and the number of all points: `u32`.
    pub(crate) starts: Array,
    /// The places of the points, x of all and then y of all: `u16`.
    pub(crate) points: Array,
}

/// A number over the epochs.
#[derive(Debug, Serialize)]
pub(crate) struct CurveData {
    pub(crate) name: String,
    /// One for each epoch; none where nothing was logged, or no number.
    pub(crate) values: Vec<Option<f64>>,
}

/// A milestone.
#[derive(Debug, Serialize)]
pub(crate) struct MilestoneData {
    pub(crate) epoch: u64,
    /// The last epoch, of one that lasts and ends.
    pub(crate) until: Option<u64>,
    pub(crate) kind: &'static str,
    pub(crate) subject: String,
    pub(crate) text: String,
}

/// The violins of a quantity, one row for each.
#[derive(Debug, Serialize)]
pub(crate) struct ViolinData {
    pub(crate) quantity: &'static str,
    /// The names of the rows.
    pub(crate) rows: Vec<String>,
    /// The limits of the axis.
    pub(crate) range: [f64; 2],
    /// The widths of each row at 32 heights from its smallest to its largest value, of 255: `u8`.
    pub(crate) density: Array,
    /// The smallest and the largest value of each row: `f32`.
    pub(crate) ends: Array,
    /// The median of each row: `f32`.
    pub(crate) median: Array,
}
