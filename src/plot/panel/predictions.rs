//! Predictions of numbers against what is true.

use std::ops::RangeInclusive;

use super::{
    Aspect, Axis, ColorRole, Mark, Panel,
    planes::{note_unseen_points, wider},
};
use crate::{Matrix, Result, math::matrix};

impl Panel {
    /// Creates a plot of what is predicted against what is true, `(samples, outputs)` both: dots of one color for each output, and
    /// the diagonal on which they would be equal.
    ///
    /// Several outputs are named in the legend, by their numbers where there are no `names`.
    ///
    /// ```
    /// use training_replay::{Matrix, plot::{Aspect, ColorRole, Panel}};
    ///
    /// let (outputs, targets) = (Matrix::from_column_slice(3, 1, &[0.5, 1.0, 2.5]), Matrix::from_column_slice(3, 1, &[0.0, 1.0, 3.0]));
    /// let panel = Panel::predicted_against_true(&outputs, &targets, &["height"])?;
    /// assert_eq!(panel.in_color(ColorRole::Series(0)).next().unwrap().points(), [[0.0, 0.5], [1.0, 1.0], [3.0, 2.5]]);
    /// assert_eq!((panel.aspect, panel.x.high), (Aspect::Equal, panel.y.high));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Shape`](crate::Error::Shape) if the two differ in shape.
    pub fn predicted_against_true<S: AsRef<str>>(outputs: &Matrix, targets: &Matrix, names: &[S]) -> Result<Self> {
        let both = outputs.iter().chain(targets.iter()).map(|&value| value.into());
        Self::predictions_between(outputs, targets, names, wider(both))
    }

    /// The same on given axes.
    pub(crate) fn predictions_between<S: AsRef<str>>(
        outputs: &Matrix,
        targets: &Matrix,
        names: &[S],
        range: RangeInclusive<f64>,
    ) -> Result<Self> {
        matrix::expect_shape("the model's outputs", outputs, targets.shape())?;
        let (low, high) = (*range.start(), *range.end());
        let (x, y) = (Axis::new("true", range.clone()), Axis::new("predicted", range));
        let mut panel = Self::new("Predicted against true", x, y).aspect(Aspect::Equal);
        for (output, (predicted, of)) in matrix::columns(outputs).zip(matrix::columns(targets)).enumerate() {
            let points = of.iter().zip(predicted).map(|(&of, &predicted)| [of.into(), predicted.into()]);
            panel.marks.push(Mark::dots(points, ColorRole::Series(output)));
            if outputs.ncols() > 1 {
                let name =
                    names.get(output).map_or_else(|| format!("output {output}"), |name| name.as_ref().to_owned());
                panel.legend.push((name, ColorRole::Series(output)));
            }
        }
        let points: Vec<_> = panel.marks.iter().flat_map(Mark::points).copied().collect();
        note_unseen_points(&mut panel, points.into_iter(), "prediction");
        // Above the dots: good predictions would hide it.
        Ok(panel.mark(Mark::line([[low, low], [high, high]], ColorRole::Text).wide(1.0).dashed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_named_and_predictions_that_are_not_finite_counted() {
        let targets = Matrix::from_row_slice(2, 2, &[0.0, 1.0, 2.0, 3.0]);
        let outputs = Matrix::from_row_slice(2, 2, &[0.0, f32::NAN, 2.5, 3.0]);
        let panel = Panel::predicted_against_true(&outputs, &targets, &["width"]).unwrap();
        let names: Vec<&str> = panel.legend.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["width", "output 1"]);
        assert_eq!(panel.notes, ["1 of 4 predictions are not drawn: their values are not finite"]);
        let diagonal = panel.marks[2].points();
        assert!(diagonal.iter().all(|point| point[0] == point[1]) && diagonal[0][0] == panel.x.low);
        assert!(Panel::predicted_against_true(&outputs, &Matrix::zeros(1, 2), &[""]).is_err());
    }
}
