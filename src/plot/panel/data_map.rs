//! A map of the data by how their training went.

use super::{Axis, ColorRole, Mark, Panel, Point};
use crate::{
    analysis::{DataMap, SampleDynamics},
    notation::counted,
};

/// How often samples are predicted as what they are is shown in as many steps.
const STEPS: usize = 5;

impl Panel {
    /// Creates a map of the data: a dot for each sample at its variability and confidence, colored by the share of the epochs at which its
    /// class is predicted.
    ///
    /// Easy samples are above on the left, hard ones below on the left, and where the model is undecided is on the right (Swayamdipta et
    /// al., 2020). A sample without a number for its place is not drawn, and a note counts those.
    ///
    /// ```
    /// use training_replay::{Dataset, Matrix, analysis::SampleHistory, plot::{ColorRole, Panel}};
    ///
    /// let data = Dataset::new(Matrix::zeros(3, 2), Matrix::from_column_slice(3, 1, &[1.0, 1.0, 0.0]))?;
    /// let mut history = SampleHistory::new(&data);
    /// for (epoch, outputs) in [[0.75, 0.25, 1.0], [0.75, 0.75, 1.0]].iter().enumerate() {
    ///     history.push(epoch as u64, &Matrix::from_column_slice(3, 1, outputs), &[0.0; 3])?;
    /// }
    /// let panel = Panel::data_map(&history.data_map()?);
    /// let always = panel.in_color(ColorRole::Grid).next().expect("the first sample");
    /// assert_eq!(always.points(), [[0.0, 0.75]]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn data_map(map: &DataMap) -> Self {
        let spreads = map.samples.iter().map(|sample| sample.variability).filter(|spread| spread.is_finite());
        let across = Axis::new("variability", 0.0..=1.05 * spreads.fold(0.1, f64::max));
        let mut panel = Self::new("Data map", across, Axis::new("confidence", -0.03..=1.03));
        for (step, (name, color)) in steps().into_iter().enumerate() {
            let own = map.samples.iter().filter(|sample| step_of(sample) == Some(step));
            let points: Vec<Point> = own.map(|sample| [sample.variability, sample.confidence]).collect();
            if !points.is_empty() {
                panel.marks.push(Mark::Dots { points, color, radius: 0.8 });
                panel.legend.push((name.into(), color));
            }
        }
        let left = map.samples.iter().filter(|sample| step_of(sample).is_none()).count();
        if left > 0 {
            panel.notes.push(format!("{} without a number", counted(left as u64, "sample")));
        }
        panel
    }
}

/// Never, sometimes and always: the ends alone, and what lies between in equal steps.
fn steps() -> [(&'static str, ColorRole); STEPS] {
    [
        ("never correct", ColorRole::Misclassified),
        ("up to 1/3 of the epochs", ColorRole::Level(5)),
        ("up to 2/3", ColorRole::Level(3)),
        ("more", ColorRole::Level(1)),
        ("always", ColorRole::Grid),
    ]
}

/// The step of a sample; none where its place is no number.
fn step_of(sample: &SampleDynamics) -> Option<usize> {
    let SampleDynamics { confidence, variability, correctness, .. } = *sample;
    if !(confidence.is_finite() && variability.is_finite() && correctness.is_finite()) {
        return None;
    }
    Some(match correctness {
        0.0 => 0,
        1.0 => STEPS - 1,
        share => 1 + ((3.0 * share).ceil() as usize).clamp(1, 3) - 1,
    })
}
