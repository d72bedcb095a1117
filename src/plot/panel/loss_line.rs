//! The loss along straight lines between two sets of weights.

use super::{Axis, ColorRole, Mark, Panel, planes::wider};
use crate::{analysis::LossLine, notation::short};

impl Panel {
    /// Creates a plot of the loss along lines between two sets of weights, each named in the legend with its barrier.
    ///
    /// The thin dashed line is the linear interpolation of the losses at both ends, which the barrier is measured from.
    ///
    /// ```
    /// use training_replay::{Dataset, Dense, Loss, Parameter, Sequential, Weights, analysis::LossLine};
    /// use training_replay::plot::{ColorRole, Panel};
    ///
    /// let weights = |kernel: f32| Weights::from_iter([Parameter::new("output", "kernel", [1, 1], vec![kernel])]);
    /// let model = Sequential::builder(1).layer(Dense::new(1).name("output").without_bias()).build(1)?;
    /// let data = Dataset::from_rows(&[[1.0]], &[[3.0]])?;
    /// let line = LossLine::of(&model, [&weights(1.0), &weights(3.0)], 3, &data, Loss::MeanSquaredError)?;
    /// let panel = Panel::loss_lines(&[("from 1 to 3", &line)]);
    /// let loss = panel.in_color(ColorRole::Series(0)).next().expect("the line");
    /// assert_eq!(loss.points(), [[0.0, 4.0], [0.5, 1.0], [1.0, 0.0]]);
    /// assert_eq!(panel.legend[0].0, "from 1 to 3: barrier 0");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn loss_lines<S: AsRef<str>>(lines: &[(S, &LossLine)]) -> Self {
        let losses = lines.iter().flat_map(|(_, line)| line.losses.iter().copied());
        let (x, y) = (Axis::new("share of the way", 0.0..=1.0), Axis::new("loss", wider(losses)));
        let mut panel = Self::new("Loss between two sets of weights", x, y);
        for (index, (name, line)) in lines.iter().enumerate() {
            let color = ColorRole::Series(index);
            let points: Vec<_> = line.at.iter().zip(&line.losses).map(|(&at, &loss)| [at, loss]).collect();
            let ends = [points.first().copied(), points.last().copied()];
            let straight = Mark::line(ends.into_iter().flatten(), color).wide(1.0).dashed();
            panel = panel.mark(Mark::line(points, color)).mark(straight).note_no_numbers(&line.losses);
            panel.legend.push((format!("{}: barrier {}", name.as_ref(), short(line.barrier)), color));
        }
        panel
    }
}
