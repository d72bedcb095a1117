//! The curves of a run: what was recomputed, what was logged beside it, and any other metric.

use super::{
    axes::{Axes, Ends, Reach},
    run_plots::RunPlots,
};
use crate::plot::{AxisKind, Mark, Panel};
use crate::{Error, Forward, Result, math::elementary};

/// A name with epochs and values.
type Series = (String, Vec<(u64, f64)>);

/// The radius of the dot at the end of a curve.
const END: f64 = 2.2;

impl<M: Forward> RunPlots<'_, M> {
    /// Returns the curves of loss and accuracy over all samples, with a line at an epoch.
    ///
    /// Both are recomputed at every epoch. Beside them is what was logged as `val_loss` and `val_accuracy`. The accuracy has an
    /// axis of its own on the right, from 0 to 1; where the targets name no classes there is none.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets, plot::RunPlots};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// use training_replay::plot::ColorRole;
    ///
    /// let curves = RunPlots::of(replay.run()?)?.curves(0);
    /// assert_eq!(curves.in_color(ColorRole::Marker).next().unwrap().points()[0], [0.0, 0.0]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn curves(&self, epoch: u64) -> Panel {
        self.whole_curves().marker(epoch as f64)
    }

    /// Returns the curves up to an epoch, each with a dot at its end, on the axes of the whole run: for an animation.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets, plot::RunPlots};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # for seed in 0..5 {
    /// #     replay.record(&Sequential::builder(2).layers(layers.clone()).build(seed)?, Metrics::new())?;
    /// # }
    /// use training_replay::plot::ColorRole;
    ///
    /// let curves = RunPlots::of(replay.run()?)?.curves_until(2);
    /// let loss = curves.in_color(ColorRole::Series(0)).next().unwrap();
    /// assert_eq!((loss.points().len(), curves.x.high), (3, 4.0)); // of five
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn curves_until(&self, epoch: u64) -> Panel {
        let mut panel = self.whole_curves();
        let mut marks = std::mem::take(&mut panel.marks);
        let ends: Vec<Mark> = marks.iter_mut().filter_map(|mark| cut_at(mark, epoch as f64, &panel)).collect();
        panel.marks = marks.into_iter().chain(ends).collect();
        panel
    }

    /// Returns the curves of metrics that were logged, by their names, with a line at an epoch.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Replay, Sequential, datasets, plot::RunPlots};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// replay.record(&model, [("val/box_loss", 1.25), ("metrics/mAP50-95(B)", 0.5)])?;
    /// let plots = RunPlots::of(replay.run()?)?;
    /// assert_eq!(plots.metrics(0, &["metrics/mAP50-95(B)"])?.legend[0].0, "metrics/mAP50-95(B)");
    /// let unknown = plots.metrics(0, &["val/box"]).unwrap_err().to_string();
    /// assert_eq!(unknown, r#"the name of a metric is "val/box"; it must be one of ["val/box_loss", "metrics/mAP50-95(B)"]"#);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a name that no epoch has logged; it lists those that there are.
    pub fn metrics(&self, epoch: u64, names: &[&str]) -> Result<Panel> {
        let series = names.iter().map(|name| self.logged(name).ok_or_else(|| self.unknown(name)));
        let series: Vec<Series> = series.collect::<Result<_>>()?;
        let label = if let [one] = names { *one } else { "" };
        Ok(self.on_left(label, &series).marker(epoch as f64))
    }

    fn unknown(&self, name: &str) -> Error {
        let known: Vec<&str> = self.run.replay().metric_names().collect();
        Error::invalid("the name of a metric", format!("one of {known:?}"), format!("{name:?}"))
    }

    /// What was logged at the chosen epochs.
    fn logged(&self, name: &str) -> Option<Series> {
        let mut points = self.run.replay().curve(name)?;
        points.retain(|(epoch, _)| self.epochs().binary_search(epoch).is_ok());
        Some((name.to_owned(), points))
    }

    fn whole_curves(&self) -> Panel {
        let limits = &self.limits;
        let beside = |own: Series, name: &str| [own].into_iter().chain(self.logged(name)).collect::<Vec<_>>();
        let word = self.loss_word();
        let losses = beside((word.clone(), limits.losses.clone()), "val_loss");
        let panel = self.on_loss_axis(self.on_left(&word, &losses));
        if !self.has_accuracy() {
            return panel.titled(format!("{} over all samples", self.own_loss().unwrap_or_else(|| "Loss".into())));
        }
        let accuracies = beside(("accuracy".into(), limits.accuracies.clone()), "val_accuracy");
        let mut panel = panel.right_curves("accuracy", &borrowed(&accuracies));
        if let Some(right) = &mut panel.right {
            (right.low, right.high) = (0.0, 1.0);
        }
        panel.titled(format!("{} and accuracy over all samples", self.own_loss().unwrap_or_else(|| "Loss".into())))
    }

    /// Whether there is something to be right about.
    pub(crate) fn has_accuracy(&self) -> bool {
        let is_known = self.limits.accuracies.iter().any(|(_, accuracy)| !accuracy.is_nan());
        is_known || !self.settings.task.has_no_classes()
    }

    /// Curves on the axis on the left, and what that leaves out.
    fn on_left(&self, label: &str, series: &[Series]) -> Panel {
        let at = |epoch: &u64| -> Ends {
            let at = |points: &[(u64, f64)]| points.iter().find(|point| point.0 == *epoch).map(|point| point.1);
            let finite = series.iter().filter_map(|(_, points)| at(points)).filter(|value| value.is_finite());
            finite.map(|value| (value, value)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
        };
        let ends: Vec<Ends> = self.epochs().iter().map(at).collect();
        let axes = if self.settings.axes.axes == Axes::Robust { Axes::Robust } else { Axes::Run };
        let reach = Reach::over(axes, self.epochs(), &ends);
        let mut panel = Panel::curves(label, &borrowed(series));
        if let Some(note) = reach.note.filter(|_| self.settings.axes.curves.is_none() && !self.settings.axes.log_losses)
        {
            let kept = |points: &[(u64, f64)]| -> Vec<(u64, f64)> {
                points.iter().copied().filter(|(epoch, _)| !reach.left_out.contains(epoch)).collect()
            };
            let kept: Vec<Series> = series.iter().map(|(name, points)| (name.clone(), kept(points))).collect();
            let near = Panel::curves(label, &borrowed(&kept)).y;
            (panel.y.low, panel.y.high) = (near.low, near.high);
            panel.notes.push(note);
        }
        panel
    }

    /// As it was set.
    fn on_loss_axis(&self, panel: Panel) -> Panel {
        let options = &self.settings.axes;
        let mut panel = if options.log_losses { panel.log_y() } else { panel };
        if let Some(range) = &options.curves {
            (panel.y.low, panel.y.high) = (*range.start(), *range.end());
            panel.notes.extend(note_beyond(&panel));
        }
        panel
    }
}

/// How many points of the curves on the left have no place on their axis.
fn note_beyond(panel: &Panel) -> Option<String> {
    let curves = panel.marks.iter().filter(|mark| !mark.is_on_the_right()).flat_map(Mark::points);
    let limits = panel.y.low..=panel.y.high;
    let beyond = curves.filter(|point| point[1].is_finite() && !limits.contains(&point[1])).count();
    let lie = if beyond == 1 { "value lies" } else { "values lie" };
    (beyond > 0).then(|| format!("{beyond} {lie} outside this axis"))
}

fn borrowed(series: &[Series]) -> Vec<(&str, &[(u64, f64)])> {
    series.iter().map(|(name, points)| (name.as_str(), points.as_slice())).collect()
}

/// Leaves of a curve what is up to an epoch, and returns the dot at its end.
fn cut_at(mark: &mut Mark, epoch: f64, panel: &Panel) -> Option<Mark> {
    let Mark::Line { points, color, right, .. } = mark else { return None };
    points.retain(|point| point[0] <= epoch);
    let [x, value] = points.iter().rev().find(|point| point[1].is_finite())?;
    let y = if *right { on_the_left(*value, panel)? } else { *value };
    Some(Mark::Dots { points: vec![[*x, y]], color: *color, radius: END })
}

/// The place on the left axis that is as high as a value on the right one.
fn on_the_left(value: f64, panel: &Panel) -> Option<f64> {
    let right = panel.right.as_ref()?;
    let share = (value - right.low) / (right.high - right.low);
    let (low, high) = (panel.y.low, panel.y.high);
    let place = match panel.y.kind {
        AxisKind::Logarithmic => low * elementary::pow(high / low, share),
        _ => low + share * (high - low),
    };
    // Rounded, the upper end would be beyond it, and not drawn.
    Some(if (0.0..=1.0).contains(&share) { place.max(low).min(high) } else { place })
}
