//! Scores whose zeros are the boundaries between the classes.

use std::{borrow::Cow, ops::Range};

use super::{contour::Contour, grid::Patches};
use crate::analysis::{Grid, Plane, Polyline};
use crate::{
    Error, Forward, Matrix, OutputKind, Result,
    data::labels::TargetKind,
    loss::softmax_columns,
    math::{
        functions::{self, Function},
        matrix,
    },
    model::{
        checked,
        decision::{Decision, Rule, logit},
    },
};

/// How far apart two ways to compute a probability may be.
const SAME: f32 = 1e-5;

/// How far scores that grow evenly may stray from that, relative to the largest: some roundings.
const EVEN: f32 = 8.0 * f32::EPSILON;

/// Finds the lines between the classes on the points of a grid, through some layers up to the last one.
pub(crate) struct Boundary<'a> {
    model: &'a dyn Forward,
    /// The plane that the grid lies on; `None` if it lies in the space that the layers are fed from.
    plane: Option<Plane>,
    embedded: Matrix,
    /// All but the last.
    layers: Range<usize>,
    /// The last, if there is one.
    last: Range<usize>,
    rule: Rule,
    /// What the outputs are, and where the classes part.
    decision: Decision,
    /// Whether the last layer's outputs are seen to be the probabilities of its pre-activations.
    linked: bool,
    /// Whether logits, these or the outputs, grow evenly along both axes.
    even: bool,
    hidden: Matrix,
    outputs: Matrix,
    logits: Matrix,
}

impl<'a> Boundary<'a> {
    /// On points within the limits of a grid, which is where the model is looked at to see what its outputs are.
    pub(crate) fn new(model: &'a dyn Forward, layers: Range<usize>, rule: Rule, grid: &Grid) -> Result<Self> {
        Self::on(model, layers, None, rule, grid)
    }

    /// The same on a plane.
    pub(crate) fn on(
        model: &'a dyn Forward,
        layers: Range<usize>,
        plane: Option<Plane>,
        rule: Rule,
        grid: &Grid,
    ) -> Result<Self> {
        let empty = || Matrix::zeros(0, 0);
        let cut = layers.end.saturating_sub(1).max(layers.start);
        let (layers, last) = (layers.start..cut, cut..layers.end);
        let (hidden, outputs, logits) = (empty(), empty(), empty());
        let (linked, even, embedded) = (false, false, empty());
        let decision = Decision::known(OutputKind::Values, TargetKind::Numbers);
        let mut boundary =
            Self { model, plane, embedded, layers, last, rule, decision, linked, even, hidden, outputs, logits };
        boundary.look_at(grid)?;
        Ok(boundary)
    }

    /// Whether there is a single line to look for, and that is straight, so that a few points determine it.
    ///
    /// It is seen on a sample of points, which could miss a bend between them behind further layers.
    pub(crate) fn is_straight(&self) -> bool {
        let of_logits = self.linked || self.decision.kind == OutputKind::Logits;
        of_logits && self.even && self.layers.is_empty() && self.outputs.ncols() < 3
    }

    /// What was decided about the outputs.
    pub(crate) fn decision(&self) -> Decision {
        self.decision
    }

    /// Finds the lines on the points of these axes.
    ///
    /// `visit`, if there is one, is called with the outputs at some of the points after the other, the index of the
    /// first of them, and the number of points in all.
    pub(crate) fn lines<V>(&mut self, x: &[f32], y: &[f32], mut visit: Option<V>) -> Result<Vec<Polyline>>
    where
        V: FnMut(usize, usize, &Matrix) -> Result<()>,
    {
        let mut contours = Vec::new();
        let mut patches = Patches::of(x, y);
        let count = patches.count();
        while let Some((start, points)) = patches.next() {
            let wanted = visit.is_some() || !self.linked;
            self.run(points, wanted)?;
            if let Some(visit) = &mut visit {
                visit(start, count, &self.outputs)?;
            }
            let Some(threshold) = self.threshold() else { continue };
            let margins = Margins::new(if self.linked { &self.logits } else { &self.outputs }, threshold);
            contours.resize_with(margins.count(), || Contour::new(x, y));
            for (class, contour) in contours.iter_mut().enumerate() {
                contour.extend(&margins.of(class));
            }
        }
        Ok(contours.into_iter().flat_map(Contour::into_lines).collect())
    }

    /// Where a single score changes its class; `None` where nothing parts classes.
    fn threshold(&self) -> Option<f32> {
        let threshold = self.decision.threshold?;
        Some(if self.linked { logit(threshold) } else { threshold })
    }

    /// Leaves the outputs of some points, if they are wanted, and the logits, if they are some.
    fn run(&mut self, points: &Matrix, outputs: bool) -> Result<()> {
        let points = match &self.plane {
            None => points,
            Some(plane) => {
                plane.embed_into(points, &mut self.embedded)?;
                &self.embedded
            }
        };
        let hidden = if self.layers.is_empty() {
            points
        } else {
            checked::layers_into(self.model, points, self.layers.clone(), &mut self.hidden)?;
            &self.hidden
        };
        if outputs {
            checked::layers_into(self.model, hidden, self.last.clone(), &mut self.outputs)?;
            expect_outputs(&self.outputs)?;
            if self.decision.assumed_probabilities() {
                self.rule.decide(self.model, &self.outputs)?;
            }
        }
        if self.linked {
            checked::pre_activation_into(self.model, hidden, self.last.start, &mut self.logits)
        } else {
            Ok(())
        }
    }

    /// Finds out on a few points whether the outputs are the sigmoids or the softmax of the last layer's
    /// pre-activations, and how those grow.
    ///
    /// Those are what a boundary is interpolated on best: those of a last dense layer are linear in its inputs, where
    /// probabilities bend. It is seen on points, so that a model of any kind need not say what its last activation is.
    fn look_at(&mut self, grid: &Grid) -> Result<()> {
        let (x, y) = grid.sample_axes();
        let points = Matrix::from_fn(x.len() * y.len(), 2, |i, axis| [x[i % x.len()], y[i / x.len()]][axis]);
        self.run(&points, true)?;
        if !self.last.is_empty() {
            let points = if self.plane.is_some() { &self.embedded } else { &points };
            let hidden = if self.layers.is_empty() { points } else { &self.hidden };
            let known = checked::z_values_into(self.model, hidden, self.last.start, &mut self.logits)?;
            let linked = || are_probabilities(&self.outputs, &self.logits);
            self.linked = known && self.logits.shape() == self.outputs.shape() && linked();
        }
        let scores = if self.linked { &self.logits } else { &self.outputs };
        self.even = matrix::columns(scores).all(|scores| is_even(scores, x.len()));
        self.decide()
    }

    /// Decides what the outputs are: those that are seen to be probabilities need not be assumed to be.
    fn decide(&mut self) -> Result<()> {
        let kind = self.model.output_kind().or(self.linked.then_some(OutputKind::Probabilities));
        self.decision = self.rule.decide_as(kind, self.model, &self.outputs)?;
        self.linked &= self.decision.kind == OutputKind::Probabilities;
        Ok(())
    }
}

fn expect_outputs(outputs: &Matrix) -> Result<()> {
    match outputs.ncols() {
        0 => Err(Error::invalid("the number of outputs", "1 or more to separate classes", 0)),
        _ => Ok(()),
    }
}

/// Whether these are the sigmoids or the softmax of those.
fn are_probabilities(outputs: &Matrix, logits: &Matrix) -> bool {
    let (mut sigmoids, mut shares) = (logits.clone(), logits.clone());
    functions::apply(Function::Sigmoid, sigmoids.as_mut_slice());
    softmax_columns(shares.as_mut_slice(), logits.nrows(), logits.nrows());
    let are = |probabilities: Matrix| (probabilities - outputs).amax() <= SAME;
    // Of a single value the softmax is always 1, and says nothing about it.
    are(sigmoids) || (outputs.ncols() > 1 && are(shares))
}

/// Whether scores on a grid, so many to a row, grow by the same steps everywhere, but for rounding.
fn is_even(scores: &[f32], width: usize) -> bool {
    let (last, end) = (width - 1, scores.len() - width);
    let steps = (scores[last] - scores[0], scores[end] - scores[0]);
    let largest = scores.iter().fold(0.0_f32, |largest, score| largest.max(score.abs()));
    let share = |i: usize, of: usize| i as f32 / of as f32;
    (0..scores.len()).all(|i| {
        let expected = scores[0] + steps.0 * share(i % width, last) + steps.1 * share(i / width, end / width);
        (scores[i] - expected).abs() <= EVEN * largest
    })
}

/// How far each row is from changing its class: a single value from the threshold, each of several from the best of
/// the others.
struct Margins<'a> {
    values: &'a Matrix,
    threshold: f32,
    /// One for each row, if there are several values.
    leaders: Vec<Leader>,
}

/// The largest value of a row, whose it is, and the second largest. All are NaN where one is.
struct Leader {
    class: usize,
    best: f32,
    second: f32,
}

impl<'a> Margins<'a> {
    fn new(values: &'a Matrix, threshold: f32) -> Self {
        let several = values.ncols() > 1;
        let leaders = several.then(|| values.row_iter().map(|row| Leader::of(row.iter().copied())).collect());
        Self { leaders: leaders.unwrap_or_default(), values, threshold }
    }

    /// How many lines there are to draw: one for two classes, an outline for each of more.
    fn count(&self) -> usize {
        if self.values.ncols() < 3 { 1 } else { self.values.ncols() }
    }

    /// Above zero where the class is predicted, zero where it ties.
    fn of(&self, class: usize) -> Cow<'_, [f32]> {
        let values = matrix::column(self.values, class).unwrap_or_default();
        match self.leaders[..] {
            [] if self.threshold == 0.0 => Cow::Borrowed(values),
            [] => values.iter().map(|value| value - self.threshold).collect(),
            _ => values.iter().zip(&self.leaders).map(|(value, leader)| value - leader.rival(class)).collect(),
        }
    }
}

impl Leader {
    fn of(values: impl Iterator<Item = f32>) -> Self {
        let mut leader = Self { class: 0, best: f32::NEG_INFINITY, second: f32::NEG_INFINITY };
        for (class, value) in values.enumerate() {
            if value.is_nan() {
                return Self { class, best: value, second: value };
            }
            if value > leader.best {
                leader = Self { class, best: value, second: leader.best };
            } else {
                leader.second = leader.second.max(value);
            }
        }
        leader
    }

    /// The best value of another class than this.
    fn rival(&self, class: usize) -> f32 {
        if class == self.class { self.second } else { self.best }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn margins(values: &Matrix, threshold: f32) -> Vec<Vec<f32>> {
        let margins = Margins::new(values, threshold);
        (0..margins.count()).map(|class| margins.of(class).into_owned()).collect()
    }

    /// On 4 x 3 points.
    #[test]
    fn scores_that_bend_anywhere_or_are_not_finite_do_not_grow_evenly() {
        let scores = |score: fn(f32, f32) -> f32| -> Vec<f32> {
            (0..12_u8).map(|i| score(f32::from(i % 4), f32::from(i / 4))).collect()
        };
        assert!(is_even(&scores(|x, y| 0.3 * x - 0.7 * y + 0.1), 4), "but for rounding");
        assert!(is_even(&scores(|_, _| 0.0), 4));
        assert!(!is_even(&scores(|x, y| x * y), 4));
        assert!(!is_even(&scores(|x, _| (x - 2.0).max(0.0)), 4));
        assert!(!is_even(&scores(|x, y| if (x, y) == (1.0, 1.0) { f32::NAN } else { x }), 4));
        assert!(!is_even(&scores(|x, _| 1.0 / x), 4));
    }

    #[test]
    fn margins_are_zero_where_two_classes_tie() {
        let values = Matrix::from_row_slice(2, 3, &[0.5, 0.25, 0.25, 0.125, 0.5, 0.5]);
        assert_eq!(margins(&values, 0.5), [[0.25, -0.375], [-0.25, 0.0], [-0.25, 0.0]]);
        assert_eq!(margins(&values.columns(0, 2).into_owned(), 0.5), [[0.25, -0.375]]);
        assert_eq!(margins(&values.columns(0, 1).into_owned(), 0.5), [[0.0, -0.375]]);
    }

    #[test]
    fn a_row_with_a_nan_has_no_margin_to_any_class() {
        let values = Matrix::from_row_slice(1, 3, &[0.5, f32::NAN, 0.25]);
        assert!(margins(&values, 0.5).iter().all(|margin| margin[0].is_nan()));
        assert!(margins(&Matrix::from_element(1, 1, f32::NAN), 0.5)[0][0].is_nan());
    }
}
