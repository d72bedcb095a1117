//! Outputs over a single input, with what is true.

use std::ops::RangeInclusive;

use super::{
    Axis, ColorRole, Mark, Panel,
    planes::{note_unseen_points, wider},
};
use crate::{Dataset, Error, Matrix, Result, math::matrix};

impl Panel {
    /// Creates a plot of outputs over a single input: a line for each, and what is true as dots of its color.
    ///
    /// The `outputs`, `(places, outputs)`, are those of a model at the places `x`. Several outputs are named in the legend, by their
    /// numbers where there are no `names`.
    ///
    /// ```
    /// use training_replay::{Dataset, Dense, Forward, Matrix, Sequential, plot::{ColorRole, Mark, Panel}};
    ///
    /// let x = Matrix::from_fn(21, 1, |i, _| i as f32 / 10.0 - 1.0);
    /// let data = Dataset::new(x.clone(), x.map(f32::sin))?;
    /// let model = Sequential::builder(1).layer(Dense::new(1)).build(1)?;
    /// let panel = Panel::fit(x.as_slice(), &model.forward(&x, 0..1)?, &data, &["sine"])?;
    /// let marks: Vec<&Mark> = panel.in_color(ColorRole::Series(0)).collect();
    /// assert_eq!(marks[0].points()[20], [1.0, f64::from(1_f32.sin())]); // a sample
    /// assert!(matches!(marks[1], Mark::Line { .. }));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] if the outputs are of another number of places, or of others than the targets, and [`Error::Invalid`] if
    /// the data have more than one input.
    pub fn fit<S: AsRef<str>>(x: &[f32], outputs: &Matrix, data: &Dataset, names: &[S]) -> Result<Self> {
        let values = outputs.iter().chain(data.targets().numbers()?.iter()).map(|&value| value.into());
        Self::fit_between(x, outputs, data, names, wider(values))
    }

    /// The same on a given vertical axis.
    pub(crate) fn fit_between<S: AsRef<str>>(
        x: &[f32],
        outputs: &Matrix,
        data: &Dataset,
        names: &[S],
        range: RangeInclusive<f64>,
    ) -> Result<Self> {
        matrix::expect_shape("the outputs of a fit", outputs, (x.len(), data.outputs()))?;
        if data.features() != 1 {
            return Err(Error::invalid("the number of inputs of a fit", "1", data.features()));
        }
        let inputs = data.inputs().as_slice();
        let across = wider(x.iter().chain(inputs).map(|&value| value.into()));
        let label = data.feature_names().first().cloned().unwrap_or_else(|| "x".into());
        let mut panel = Self::new("Fit", Axis::new(label, across), Axis::new("output", range));
        for (output, targets) in matrix::columns(data.targets().numbers()?).enumerate() {
            panel.marks.push(Mark::dots(pairs(inputs, targets), ColorRole::Series(output)));
            if data.outputs() > 1 {
                let name =
                    names.get(output).map_or_else(|| format!("output {output}"), |name| name.as_ref().to_owned());
                panel.legend.push((name, ColorRole::Series(output)));
            }
        }
        let samples: Vec<_> = panel.marks.iter().flat_map(Mark::points).copied().collect();
        note_unseen_points(&mut panel, samples.into_iter(), "sample");
        for (output, values) in matrix::columns(outputs).enumerate() {
            panel.marks.push(Mark::line(pairs(x, values), ColorRole::Series(output)));
        }
        Ok(panel)
    }
}

fn pairs<'v>(x: &'v [f32], y: &'v [f32]) -> impl Iterator<Item = [f64; 2]> + 'v {
    x.iter().zip(y).map(|(&x, &y)| [x.into(), y.into()])
}
