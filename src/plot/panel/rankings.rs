//! Curves over the thresholds of a class: the receiver operating characteristic, precision and recall.

use super::{Aspect, Axis, ColorRole, Mark, Panel, Point};
use crate::{
    analysis::{PrecisionRecallCurve, RocCurve},
    notation::decimal,
};

impl Panel {
    /// Creates a plot of curves of the receiver operating characteristic, each named in the legend with the area under it.
    ///
    /// The dashed diagonal is what guessing reaches.
    ///
    /// ```
    /// use training_replay::{analysis::RocCurve, plot::{ColorRole, Panel}};
    ///
    /// let curve = RocCurve::of(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?;
    /// let panel = Panel::roc(&[("epoch 5", &curve)]);
    /// let line = panel.in_color(ColorRole::Series(0)).next().expect("the curve").points();
    /// assert_eq!((line[0], line[line.len() - 1]), ([0.0, 0.0], [1.0, 1.0]));
    /// assert_eq!(panel.legend[0].0, "epoch 5: 0.7500");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn roc<S: AsRef<str>>(curves: &[(S, &RocCurve)]) -> Self {
        let mut panel = unit_square("ROC", "false positive rate", "true positive rate");
        panel.marks.push(diagonal());
        for (index, (name, curve)) in curves.iter().enumerate() {
            let rates = curve.false_positive_rates.iter().zip(&curve.true_positive_rates);
            panel.add_curve(index, name.as_ref(), curve.area, corners(rates.map(|(&x, &y)| [x, y])));
        }
        panel
    }

    /// Creates a plot of curves of precision and recall, each named in the legend with the average precision.
    ///
    /// Each step is drawn as the average precision counts it.
    ///
    /// ```
    /// use training_replay::{analysis::PrecisionRecallCurve, plot::{ColorRole, Panel}};
    ///
    /// let curve = PrecisionRecallCurve::of(&[0.9, 0.8, 0.1], &[true, false, true])?;
    /// let panel = Panel::precision_recall(&[("class 1", &curve)]);
    /// let line = panel.in_color(ColorRole::Series(0)).next().expect("the curve").points();
    /// assert_eq!(line, [[0.0, 1.0], [0.5, 1.0], [0.5, 2.0 / 3.0], [1.0, 2.0 / 3.0]]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn precision_recall<S: AsRef<str>>(curves: &[(S, &PrecisionRecallCurve)]) -> Self {
        let mut panel = unit_square("Precision and recall", "recall", "precision");
        for (index, (name, curve)) in curves.iter().enumerate() {
            panel.add_curve(index, name.as_ref(), curve.average_precision, corners(steps(curve).into_iter()));
        }
        panel
    }

    fn add_curve(&mut self, index: usize, name: &str, area: f64, points: Vec<Point>) {
        self.legend.push((format!("{name}: {}", decimal(area)), ColorRole::Series(index)));
        self.marks.push(Mark::line(points, ColorRole::Series(index)));
    }
}

/// A plot of shares against shares.
pub(super) fn unit_square(title: &str, x: &str, y: &str) -> Panel {
    Panel::new(title, Axis::new(x, 0.0..=1.0), Axis::new(y, 0.0..=1.0)).aspect(Aspect::Equal)
}

/// The line on which both shares are equal.
pub(super) fn diagonal() -> Mark {
    Mark::line([[0.0, 0.0], [1.0, 1.0]], ColorRole::Text).wide(1.0).dashed()
}

/// Where the recall rises, at the precision of the threshold that it rises at.
fn steps(curve: &PrecisionRecallCurve) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::new();
    for (recalls, &precision) in curve.recall.windows(2).zip(curve.precision.iter().skip(1)) {
        if recalls[1] > recalls[0] {
            points.extend([[recalls[0], precision], [recalls[1], precision]]);
        }
    }
    points
}

/// The points where a line turns: of a million samples few do.
fn corners(points: impl Iterator<Item = Point>) -> Vec<Point> {
    let mut corners: Vec<Point> = Vec::new();
    for point in points {
        if let [.., before, last] = corners[..] {
            let goes_on = |axis: usize| before[axis] == last[axis] && last[axis] == point[axis];
            if goes_on(0) || goes_on(1) {
                corners.pop();
            }
        }
        corners.push(point);
    }
    corners
}
