//! A confusion matrix: how many samples of each class are taken for which.

use super::{Aspect, Axis, ColorRole, Mark, Panel};
use crate::{
    analysis::ConfusionMatrix,
    notation::{counted, grouped},
};

/// Of matrices of more classes, counts of zero off the diagonal are not written.
const FEW: usize = 4;

/// The side of the square of a class whose samples are all predicted alike, where cells are 1 apart.
const WHOLE: f64 = 0.94;

impl Panel {
    /// Creates a plot of a confusion matrix: a row for each true class, the first above, a column for each predicted one.
    ///
    /// Each cell has its count, and a square of the color of the predicted class whose area is the share of the row. Samples
    /// without a prediction, because an output is NaN, are in a note.
    ///
    /// ```
    /// use training_replay::{Matrix, analysis::ConfusionMatrix, plot::{ColorRole, Mark, Panel}};
    ///
    /// let outputs = Matrix::from_column_slice(5, 1, &[0.1, 0.2, 0.8, 0.9, 0.7]);
    /// let targets = Matrix::from_column_slice(5, 1, &[0.0, 0.0, 0.0, 1.0, 1.0]);
    /// let panel = Panel::confusion(&ConfusionMatrix::of(&outputs, &targets, 0.5)?);
    /// let words = panel.marks.iter().filter_map(|mark| match mark {
    ///     Mark::Text { text, at, .. } => Some((text.as_str(), *at)),
    ///     _ => None,
    /// });
    /// // Of class 0, above, two are right and one is taken for class 1.
    /// assert_eq!(words.collect::<Vec<_>>()[..2], [("2", [0.0, 1.0]), ("1", [1.0, 1.0])]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn confusion(confusion: &ConfusionMatrix) -> Self {
        let count = confusion.counts.len();
        let names: Vec<String> =
            (0..count).map(|class| confusion.class_names.get(class).cloned().unwrap_or(class.to_string())).collect();
        let y = Axis::of_names("true", names.iter().rev().cloned().collect());
        let mut panel = Self::new("Confusion matrix", Axis::of_names("predicted", names), y).aspect(Aspect::Square);
        for (class, row) in confusion.counts.iter().enumerate() {
            panel.add_row((count - 1 - class) as f64, class, row);
        }
        let undecided = confusion.undecided.iter().fold(0, |sum: u64, &count| sum.saturating_add(count));
        if undecided > 0 {
            let have = if undecided == 1 { "has" } else { "have" };
            let undecided = counted(undecided, "sample");
            panel.notes.push(format!("{undecided} {have} no prediction: their outputs are NaN"));
        }
        panel
    }

    fn add_row(&mut self, y: f64, class: usize, row: &[u64]) {
        let all = row.iter().map(|&count| count as f64).sum::<f64>();
        let size = (10.0 / row.len() as f64).clamp(0.5, 1.0);
        for (predicted, &count) in row.iter().enumerate() {
            let x = predicted as f64;
            if count > 0 {
                let half = WHOLE / 2.0 * (count as f64 / all).sqrt();
                let color = ColorRole::Region(predicted);
                self.marks.push(Mark::bar([x - half, y - half], [x + half, y + half], color));
            }
            if count > 0 || row.len() <= FEW || predicted == class {
                let mut text = Mark::text(grouped(count), [x, y], ColorRole::Text);
                if let Mark::Text { size: of, .. } = &mut text {
                    *of = size;
                }
                self.marks.push(text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Matrix;

    /// `confusion_matrix([0, 0, 0, 1, 2, 2], [0, 0, 1, 1, 0, 2])` is `[[2, 1, 0], [0, 1, 0], [1, 0, 1]]`.
    #[test]
    fn squares_have_the_area_of_the_share_of_their_row() {
        let one_hot = |classes: [usize; 6]| Matrix::from_fn(6, 3, |i, j| f32::from(u8::from(classes[i] == j)));
        let found = ConfusionMatrix::of(&one_hot([0, 0, 1, 1, 0, 2]), &one_hot([0, 0, 0, 1, 2, 2]), 0.5).unwrap();
        let panel = Panel::confusion(&found);
        let areas: Vec<(f64, f64)> = panel
            .in_color(ColorRole::Region(0))
            .map(|mark| {
                let [from, .., to, _] = mark.points() else { panic!("a square") };
                (f64::midpoint(from[1], to[1]), (to[0] - from[0]) * (to[1] - from[1]) / (WHOLE * WHOLE))
            })
            .collect();
        assert_eq!(areas.len(), 2);
        assert!((areas[0].0 - 2.0).abs() < 1e-12 && (areas[0].1 - 2.0 / 3.0).abs() < 1e-12, "{areas:?}");
        assert!(areas[1].0.abs() < 1e-12 && (areas[1].1 - 0.5).abs() < 1e-12, "{areas:?}");
        assert_eq!(panel.y.names(), ["2", "1", "0"], "the first class above");
    }

    #[test]
    fn samples_without_a_prediction_are_in_a_note() {
        let nan = Matrix::from_element(2, 1, f32::NAN);
        let panel = Panel::confusion(&ConfusionMatrix::of(&nan, &Matrix::zeros(2, 1), 0.5).unwrap());
        assert_eq!(panel.notes, ["2 samples have no prediction: their outputs are NaN"]);
        assert!(panel.marks.iter().all(|mark| matches!(mark, Mark::Text { .. })), "no square of nothing");
    }
}
