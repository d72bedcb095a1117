//! How far predicted probabilities are from what happens, as a picture.

use super::{
    ColorRole, Mark, Panel,
    rankings::{diagonal, unit_square},
};
use crate::{analysis::Calibration, notation::decimal};

impl Panel {
    /// Creates a reliability diagram: for each bin that has samples a bar as high as the share of them for which it happened, and
    /// a dot at their mean probability, joined by a line.
    ///
    /// On the dashed diagonal, probabilities are what happens: dots below it are too sure. The title has the expected
    /// calibration error.
    ///
    /// ```
    /// use training_replay::{analysis::Calibration, plot::{ColorRole, Panel}};
    ///
    /// let calibration = Calibration::of(&[0.9, 0.8, 0.7, 0.2], &[true, true, false, false], 2)?;
    /// let panel = Panel::reliability(&calibration);
    /// assert_eq!(panel.in_color(ColorRole::Band(0)).count(), 2); // a bar for each bin
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn reliability(calibration: &Calibration) -> Self {
        let title = format!("Reliability, calibration error {}", decimal(calibration.expected_error));
        let mut panel = unit_square(&title, "predicted probability", "share that happened");
        let width = 1.0 / calibration.bins.len() as f64;
        let filled = calibration.bins.iter().enumerate().filter(|(_, bin)| bin.samples > 0);
        for (index, bin) in filled.clone() {
            let low = index as f64 * width;
            panel.marks.push(Mark::bar([low, 0.0], [low + width, bin.share], ColorRole::Band(0)));
        }
        panel.marks.push(diagonal());
        let points: Vec<_> = filled.map(|(_, bin)| [bin.mean_probability, bin.share]).collect();
        panel.marks.push(Mark::line(points.iter().copied(), ColorRole::Series(0)));
        panel.marks.push(Mark::dots(points, ColorRole::Series(0)));
        panel
    }
}
