//! What the page holds of a run beside its arrays: the schema of its JSON, which `web/data.js` reads.
//!
//! Arrays of an epoch's values hold those of all epochs, one epoch behind the other. Places are 16 bits from one end of
//! their axis to the other, and 65,535 where a value is no number.

use serde::Serialize;

use super::{
    arrays::{Array, Arrays},
    notes::Notes,
    plane_data::PlaneData,
};

/// One run.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RunData {
    pub(crate) name: String,
    /// The recorded epochs, in order.
    pub(crate) epochs: Vec<u64>,
    /// The number of samples that the page shows.
    pub(crate) samples: usize,
    /// The number of samples in the data set.
    pub(crate) of: usize,
    /// The names of the classes: of several labels a sample, those without and those with the one that is shown. Empty where the
    /// targets are numbers.
    pub(crate) class_names: Vec<String>,
    pub(crate) loss_name: String,
    #[serde(flatten)]
    pub(crate) panels: PanelData,
    /// What the curves are called together, and the words at the left axis and at the right one.
    pub(crate) curves_title: String,
    pub(crate) curve_labels: [String; 2],
    /// The left axis, where the pictures have another one than that of all values, and what that leaves out.
    pub(crate) curve_ends: Option<[f64; 2]>,
    pub(crate) curve_notes: Vec<String>,
    pub(crate) curves: Vec<CurveData>,
    /// The other metrics that were logged, of which one at a time can be chosen.
    pub(crate) logged: Vec<CurveData>,
    pub(crate) milestones: Vec<MilestoneData>,
    /// What was assumed or left out, in sentences.
    pub(crate) notes: Vec<String>,
    /// Whatever else is shown of it.
    pub(crate) pictures: Vec<PictureData>,
    /// The hidden layers that could be looked into, and how many units each has.
    pub(crate) layers: Vec<(String, usize)>,
    /// The one that is.
    pub(crate) layer: Option<String>,
    /// The two units of it that are along the axes, if they were chosen.
    pub(crate) units: Option<[usize; 2]>,
    /// The bytes of all arrays that are named.
    #[serde(skip)]
    pub(crate) arrays: Arrays,
    /// Why the arrays of epochs cannot be computed where they are shown, if that was tried.
    pub(crate) why_not_live: Option<String>,
    /// What they are computed from, if they can be.
    #[serde(skip)]
    pub(crate) live: Option<Vec<u8>>,
    /// Whether they are, whatever that takes.
    #[serde(skip)]
    pub(crate) is_live: bool,
}

/// What the panels show of each epoch.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PanelData {
    /// The rows of the shown samples in the data set: `u32`.
    pub(crate) indices: Array,
    /// By what a sample is known in other runs, the checksums of its inputs: `u32`.
    pub(crate) keys: Array,
    /// What is known of the samples' classes, or of their labels.
    #[serde(flatten)]
    pub(crate) classes: Option<ClassData>,
    /// What is known of numbers.
    pub(crate) numbers: Option<NumberData>,
    /// The loss of each sample at each epoch, `u16`: 0, or from 1 to 65,533 along the logarithm between the ends of `loss_range`;
    /// 65,534 where it is infinite and 65,535 where it is NaN. It lies within the bins that the loss is counted in.
    pub(crate) losses: Array,
    /// The smallest loss above 0, and the largest.
    pub(crate) loss_range: [f64; 2],
    /// How the losses are spread.
    pub(crate) loss_histogram: LossData,
    /// The space of the inputs, where there are two or more.
    pub(crate) input: Option<PlaneData>,
    /// The space of a hidden layer, where there is one of two units or more.
    pub(crate) hidden: Option<PlaneData>,
    /// Of weights, z-values, activations and, if the model gives them, gradients.
    pub(crate) violins: Vec<ViolinData>,
    /// The diagram of a network of few and narrow dense layers.
    pub(crate) network: Option<NetworkData>,
}

/// What a run of a model that classifies holds of each sample.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ClassData {
    /// The class of each sample: `u8`.
    pub(crate) classes: Array,
    /// The class that is predicted for each sample at each epoch, 255 for none: `u8`.
    pub(crate) predicted: Array,
    /// The probabilities, of several labels those of the one that is shown.
    #[serde(flatten)]
    pub(crate) own: PartData,
    /// Those of each of several labels.
    pub(crate) labels: Vec<PartData>,
    /// The number of the label that is shown.
    pub(crate) shown: usize,
}

/// The probabilities of the classes, or of one label.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PartData {
    /// Of each sample at each epoch the probability of its own class, or of class 1 where there is a single output: `u16` between
    /// the `ends` of `output`, within the bin that it is counted in.
    pub(crate) probability: Array,
    /// What those are.
    pub(crate) output: OutputData,
    /// How they are spread.
    pub(crate) probabilities: ProbabilityData,
}

/// What a run of a model of numbers holds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NumberData {
    /// The names of the outputs.
    pub(crate) names: Vec<String>,
    /// The number of the output that is shown where one is.
    pub(crate) shown: usize,
    /// What is true of each sample, output by output: `f32`.
    pub(crate) targets: Array,
    /// What is predicted at each epoch, output by output: `bits`.
    pub(crate) predicted: Array,
    pub(crate) predictions: PredictionData,
    /// How the residuals of the output that is shown are spread.
    pub(crate) residuals: ResidualData,
    /// The outputs over a single input.
    pub(crate) fit: Option<FitData>,
    pub(crate) levels: LevelData,
}

/// Predictions against what is true.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PredictionData {
    #[serde(flatten)]
    pub(crate) words: WordData,
    /// The limits of both axes.
    pub(crate) ends: [f64; 2],
}

/// The words of a panel.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct WordData {
    pub(crate) title: String,
    pub(crate) x_label: String,
    pub(crate) y_label: String,
    #[serde(flatten)]
    pub(crate) notes: Notes,
}

/// The histogram of the residuals, over all samples of the data set.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ResidualData {
    #[serde(flatten)]
    pub(crate) words: WordData,
    /// The ends of the axis; what is beyond is in no bin.
    pub(crate) ends: [f64; 2],
    pub(crate) bins: usize,
    /// The samples in each bin, at each epoch: `u32`.
    pub(crate) correct: Array,
    /// The highest bar of all epochs.
    pub(crate) peak: u64,
}

/// The outputs over a single input.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FitData {
    #[serde(flatten)]
    pub(crate) words: WordData,
    /// The limits of the axis of the input.
    pub(crate) ends: [f64; 2],
    /// The first place and the last one, between which the others lie at equal distances.
    pub(crate) between: [f64; 2],
    /// The number of places.
    pub(crate) places: usize,
    /// The outputs at these places at each epoch, output by output: `bits`.
    pub(crate) outputs: Array,
    /// The input of each sample: `f32`.
    pub(crate) inputs: Array,
}

/// The levels of the output that is shown.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LevelData {
    pub(crate) names: Vec<String>,
    /// Which of the colors of levels each has.
    pub(crate) colors: Vec<usize>,
    /// The level that is nearest to each sample's target: `u8`.
    pub(crate) samples: Array,
}

/// What the outputs are.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OutputData {
    /// What they are called: `probability` or `output`.
    pub(crate) word: &'static str,
    /// The ends of their axis; what is beyond is counted at the ends.
    pub(crate) axis: [f64; 2],
    /// What the lowest and the highest number of the array stand for.
    pub(crate) ends: [f64; 2],
    /// Where a single output changes its class.
    pub(crate) threshold: Option<f64>,
    /// Whether it can be changed: of several the largest is the class, and each of several labels has its own.
    pub(crate) is_free: bool,
}

/// The histograms of the classes' samples by their probabilities, which are counts over all samples of the data set.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ProbabilityData {
    pub(crate) title: String,
    /// What the histogram of each class is called.
    pub(crate) titles: Vec<String>,
    #[serde(flatten)]
    pub(crate) notes: Notes,
    pub(crate) x_label: String,
    pub(crate) y_label: String,
    /// The number of bins of equal width along the axis of the outputs.
    pub(crate) bins: usize,
    /// The correct samples at each epoch, class by class and bin by bin: `u32`.
    pub(crate) correct: Array,
    /// The misclassified ones.
    pub(crate) misclassified: Array,
    /// Those for which no class is predicted, class by class: `u32`.
    pub(crate) undecided: Array,
    /// The highest bar of a class, and that of all classes on top of each other, of all epochs.
    pub(crate) peak: u64,
    pub(crate) stacked_peak: u64,
}

/// The histogram of the losses, over all samples of the data set.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LossData {
    pub(crate) title: String,
    pub(crate) x_label: String,
    pub(crate) y_label: String,
    /// In bins of equal width.
    pub(crate) linear: LossBinData,
    /// In bins of equal ratio, the lowest of which holds what is below.
    pub(crate) logarithmic: LossBinData,
    /// How many losses are NaN, and how many infinite, at each epoch: `u32`.
    pub(crate) no_losses: Array,
}

/// The counts of losses along an axis.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LossBinData {
    /// The ends of the axis. What is beyond is in no bin of equal width; below a logarithmic one it is in the lowest bin.
    pub(crate) ends: [f64; 2],
    pub(crate) bins: usize,
    #[serde(flatten)]
    pub(crate) notes: Notes,
    /// All samples at each epoch, or the correct ones of a model that classifies, bin by bin: `u32`.
    pub(crate) correct: Array,
    /// The misclassified ones, of a model that classifies.
    pub(crate) misclassified: Option<Array>,
    /// The highest bar of all epochs.
    pub(crate) peak: u64,
}

/// A number over the epochs.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CurveData {
    pub(crate) name: String,
    /// One for each epoch; none where nothing was logged.
    pub(crate) values: Vec<Option<Reading>>,
}

/// A number that may be none.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Reading {
    Number(f64),
    /// `NaN`, `Infinity` or `-Infinity`, which JSON has no numbers for.
    Word(&'static str),
}

impl From<f64> for Reading {
    fn from(value: f64) -> Self {
        match value {
            value if value.is_nan() => Self::Word("NaN"),
            f64::INFINITY => Self::Word("Infinity"),
            f64::NEG_INFINITY => Self::Word("-Infinity"),
            value => Self::Number(value),
        }
    }
}

/// A milestone.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MilestoneData {
    pub(crate) epoch: u64,
    /// The last epoch, of one that lasts and ends.
    pub(crate) until: Option<u64>,
    pub(crate) kind: &'static str,
    pub(crate) subject: String,
    pub(crate) text: String,
    /// Whether it is a finding of a diagnosis.
    pub(crate) is_finding: bool,
}

/// The violins of a quantity, one row for each.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ViolinData {
    pub(crate) quantity: &'static str,
    /// The names of the rows.
    pub(crate) rows: Vec<String>,
    /// The limits of the axis, and what it leaves out.
    pub(crate) range: [f64; 2],
    pub(crate) notes: Vec<String>,
    /// The widths of each row at 32 heights from its smallest to its largest value, of 255: `u8`.
    pub(crate) density: Array,
    /// The smallest and the largest value of each row: `f32`.
    pub(crate) ends: Array,
    /// The median of each row: `f32`.
    pub(crate) median: Array,
}

/// A network of dense layers.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NetworkData {
    /// The names of the inputs.
    pub(crate) inputs: Vec<String>,
    pub(crate) layers: Vec<NetworkLayer>,
    /// Of each epoch, layer by layer, the kernel input by input and then the biases: `bits`.
    pub(crate) weights: Array,
    /// The gradients of the mean loss over all samples, in the same order.
    pub(crate) gradients: Option<Array>,
    /// The sizes of the largest weight and of the largest bias of all epochs; 0 where none is a number.
    pub(crate) largest: [f32; 2],
}

/// A layer of a diagram.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NetworkLayer {
    pub(crate) name: String,
    pub(crate) units: usize,
    pub(crate) has_biases: bool,
    /// Where it changes anything.
    pub(crate) activation: Option<String>,
}

/// A picture, as `web/picture.js` reads it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PictureData {
    pub(crate) title: String,
    pub(crate) notes: Vec<String>,
    pub(crate) size: (u32, u32),
    /// Left, top, right and bottom of the plot, in pixels of the size.
    pub(crate) frame: [f64; 4],
    /// The texts of SVGs, for both themes: `u8`.
    pub(crate) light: Array,
    pub(crate) dark: Array,
    /// What follows the slider: `nothing`, `line` or `ring`.
    pub(crate) follows: &'static str,
    /// Epochs, and where their points are, in pixels of the size; none where it is not between the axes.
    pub(crate) places: Vec<(u64, Option<[f64; 2]>)>,
}
