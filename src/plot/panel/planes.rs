//! The two pictures of a plane: a layer's feature space, and the decision boundary among the inputs.

use std::ops::RangeInclusive;

use super::{Axis, ColorRole, Mark, Panel};
use super::{
    clip::Point,
    histograms::are,
    regions::{Cells, Scores},
};
use crate::{
    Dataset, Matrix, OutputKind, Result,
    analysis::{DecisionBoundary, FeatureSpace, Polyline},
    data::labels::check_threshold,
    math::{matrix, stats},
    notation::{counted, grouped},
};

impl Panel {
    /// Creates a plot of a layer's feature space: the region where each class is predicted, the bent grid, the samples, and the
    /// boundary.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Sequential, analysis::{FeatureSpace, Grid}, datasets};
    /// use training_replay::plot::{ColorRole, Figure, Panel};
    ///
    /// let data = datasets::parabola(100, 13);
    /// let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// let model = Sequential::builder(2).layers(layers).build(42)?;
    /// let space = FeatureSpace::of(&model, "hidden", &data, &Grid::default())?;
    /// let panel = Panel::feature_space(&space, &data)?.name_classes(&["negative", "positive"]);
    /// assert_eq!(panel.in_color(ColorRole::Class(1)).next().unwrap().points().len(), 100);
    /// let png = Figure::of(panel).to_png()?;
    /// # assert!(!png.is_empty());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if the targets name no classes, [`Error::Shape`](crate::Error::Shape) if the
    /// space is of other samples, or its fields do not fit together.
    pub fn feature_space(space: &FeatureSpace, data: &Dataset) -> Result<Self> {
        Self::space_with(space, |panel| panel.add_samples(&space.samples, data))
    }

    /// The same with samples of any kind.
    pub(super) fn space_with(space: &FeatureSpace, samples: impl FnOnce(&mut Self) -> Result<()>) -> Result<Self> {
        let limits = |axis| limits([&space.samples, &space.region], axis);
        let (x, y) = (Axis::new("unit 0", limits(0)), Axis::new("unit 1", limits(1)));
        let mut panel = Self::new("Feature space", x, y);
        let side = space.region.nrows().isqrt();
        matrix::expect_shape("the grid of a feature space", &space.region, (side * side, 2))?;
        let at = |i: usize| [space.region[(i, 0)].into(), space.region[(i, 1)].into()];
        panel.add_regions([side, side], at, &space.outputs, (space.kind, space.threshold))?;
        panel.add_lines(&space.lines, ColorRole::Grid, 0.8)?;
        samples(&mut panel)?;
        panel.add_lines(&space.boundary, ColorRole::Boundary, 2.2)?;
        Ok(panel)
    }

    /// Creates a plot of the decision boundary among two inputs, or on a plane in the space of more: regions, samples and
    /// boundary.
    ///
    /// The `samples`, `(samples, 2)`, are the data as they lie there: [`Dataset::inputs`], or what
    /// [`Plane::project`](crate::analysis::Plane::project) makes of them.
    ///
    /// ```
    /// use training_replay::{Dense, Sequential, analysis::{DecisionBoundary, Grid, View}, datasets, plot::Panel};
    ///
    /// let data = datasets::moons(100, 0.1, 7);
    /// let model = Sequential::builder(2).layer(Dense::new(1)).build(42)?;
    /// let map = DecisionBoundary::of(&model, View::inputs(), &Grid::covering(&data, 0.1))?;
    /// let panel = Panel::decision_boundary(&map, data.inputs(), &data)?;
    /// assert_eq!(panel.x.label, "x1");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`feature_space`](Self::feature_space).
    pub fn decision_boundary(map: &DecisionBoundary, samples: &Matrix, data: &Dataset) -> Result<Self> {
        Self::map_with(map, |panel| panel.add_samples(samples, data))
    }

    /// The same with samples of any kind.
    pub(super) fn map_with(map: &DecisionBoundary, samples: impl FnOnce(&mut Self) -> Result<()>) -> Result<Self> {
        let ends = |axis: &[f32]| axis.first().map_or(0.0, |&x| x.into())..=axis.last().map_or(1.0, |&x| x.into());
        let (x, y) = (Axis::new("x1", ends(&map.x)), Axis::new("x2", ends(&map.y)));
        let mut panel = Self::new("Decision boundary", x, y);
        panel.add_map(map)?;
        samples(&mut panel)?;
        panel.add_lines(&map.boundary, ColorRole::Boundary, 2.2)?;
        Ok(panel)
    }

    /// Creates a plot of samples alone, `(samples, 2)`: [`Dataset::inputs`], or wherever something puts them.
    ///
    /// ```
    /// use training_replay::{datasets, plot::{ColorRole, Panel}};
    ///
    /// let data = datasets::circles(100, 0.05, 0.5, 7);
    /// let panel = Panel::samples(data.inputs(), &data)?.titled("Two circles");
    /// assert_eq!(panel.in_color(ColorRole::Class(0)).next().unwrap().points().len(), 50);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`feature_space`](Self::feature_space).
    pub fn samples(samples: &Matrix, data: &Dataset) -> Result<Self> {
        let limits = |axis| limits([samples, samples], axis);
        let mut panel = Self::new("Samples", Axis::new("x1", limits(0)), Axis::new("x2", limits(1)));
        panel.add_samples(samples, data)?;
        Ok(panel)
    }

    /// Names the classes in the legend, in place of "class 0", "class 1" ...
    ///
    /// ```
    /// use training_replay::{datasets, plot::Panel};
    ///
    /// let data = datasets::moons(100, 0.1, 7);
    /// let panel = Panel::samples(data.inputs(), &data)?.name_classes(&["upper", "lower"]);
    /// assert_eq!(panel.legend[1].0, "lower");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn name_classes<S: AsRef<str>>(mut self, names: &[S]) -> Self {
        for (entry, color) in &mut self.legend {
            if let ColorRole::Class(class) = *color
                && let Some(name) = names.get(class)
            {
                name.as_ref().clone_into(entry);
            }
        }
        self
    }

    /// Adds the region where each class is predicted, below everything else.
    ///
    /// For the space of a layer behind more than two inputs, of which no grid can be bent: the regions there come from
    /// [`DecisionBoundary::of`] that layer.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Sequential, datasets};
    /// use training_replay::{analysis::{DecisionBoundary, FeatureSpace, Grid}, plot::{Mark, Panel}};
    ///
    /// let data = datasets::ball(10, 100, 13);
    /// let layers = [Dense::new(2).name("hidden"), Dense::new(1).activation(Activation::Sigmoid)];
    /// let model = Sequential::builder(10).layers(layers).build(42)?;
    /// let space = FeatureSpace::of(&model, "hidden", &data, &Grid::default())?;
    /// let map = DecisionBoundary::of(&model, "hidden", &Grid::covering_points(&space.samples, 0.1))?;
    /// let panel = Panel::feature_space(&space, &data)?.regions(&map)?;
    /// assert!(matches!(panel.marks[0], Mark::Area { .. }));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Shape`](crate::Error::Shape) if the fields of the map do not fit together.
    pub fn regions(mut self, map: &DecisionBoundary) -> Result<Self> {
        let above = std::mem::take(&mut self.marks);
        self.add_map(map)?;
        self.marks.extend(above);
        Ok(self)
    }

    /// Without the regions that there are.
    pub(crate) fn without_regions(mut self) -> Self {
        self.marks.retain(|mark| !matches!(mark, Mark::Area { color: ColorRole::Region(_), .. }));
        self
    }

    /// Without the boundary that there is: where regions reach farther, so does the one between them.
    pub(crate) fn without_boundary(mut self) -> Self {
        self.marks.retain(|mark| mark.color() != ColorRole::Boundary);
        self
    }

    /// Draws a ring around some of the points, `(points, 2)`, by their rows: around the misclassified samples, for example.
    ///
    /// The rings lie below the dots, whose colors are still seen. Rows that there are not are left out.
    ///
    /// ```
    /// use training_replay::{datasets, plot::{ColorRole, Panel}};
    ///
    /// let data = datasets::moons(100, 0.1, 7);
    /// let panel = Panel::samples(data.inputs(), &data)?.highlight(data.inputs(), &[3, 14]);
    /// assert_eq!(panel.in_color(ColorRole::Misclassified).next().unwrap().points().len(), 2);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn highlight(mut self, points: &Matrix, which: &[usize]) -> Self {
        let known = which.iter().filter(|&&i| i < points.nrows() && points.ncols() == 2);
        let points = known.map(|&i| [points[(i, 0)].into(), points[(i, 1)].into()]).collect();
        let dots = self.marks.iter().position(|mark| matches!(mark, Mark::Dots { .. })).unwrap_or(self.marks.len());
        self.marks.insert(dots, Mark::Rings { points, color: ColorRole::Misclassified });
        self
    }

    /// Draws rings around the misclassified samples, and says what they are where there are some.
    pub(crate) fn ring_misclassified(self, samples: &Matrix, misclassified: &[usize]) -> Self {
        if misclassified.is_empty() {
            return self;
        }
        self.highlight(samples, misclassified).legend("misclassified", ColorRole::Misclassified)
    }

    /// Says how many samples are not seen, and why.
    pub(crate) fn note_unseen(&mut self, samples: &Matrix) {
        note_unseen_points(self, points(samples), "sample");
    }

    fn add_map(&mut self, map: &DecisionBoundary) -> Result<()> {
        let width = map.x.len().max(1);
        let at = |i: usize| [map.x[i % width].into(), map.y[i / width].into()];
        self.add_regions([map.x.len(), map.y.len()], at, &map.outputs, (map.kind, map.threshold))
    }

    /// The regions among the points of a grid; of no points where no grid was bent.
    fn add_regions(
        &mut self,
        [columns, rows]: [usize; 2],
        at: impl Fn(usize) -> Point,
        outputs: &Matrix,
        (kind, threshold): (OutputKind, Option<f32>),
    ) -> Result<()> {
        let points = columns.saturating_mul(rows);
        matrix::expect_shape("the outputs on the grid", outputs, (points, outputs.ncols().max(points.min(1))))?;
        let Some(threshold) = threshold.filter(|_| points > 0) else { return Ok(()) };
        check_threshold(threshold)?;
        let scores = Scores::of(outputs, kind, threshold);
        let regions = Cells::new(columns, rows, at, &scores).regions();
        self.marks.extend(
            regions.into_iter().map(|(class, corners)| Mark::Area { corners, color: ColorRole::Region(class) }),
        );
        Ok(())
    }

    pub(super) fn add_lines(&mut self, lines: &[Polyline], color: ColorRole, width: f64) -> Result<()> {
        lines.iter().try_for_each(|line| matrix::expect_columns("a line of a picture", line, 2))?;
        let line =
            |line: &Polyline| Mark::Line { points: points(line).collect(), color, width, dashed: false, right: false };
        self.marks.extend(lines.iter().map(line));
        Ok(())
    }

    fn add_samples(&mut self, samples: &Matrix, data: &Dataset) -> Result<()> {
        let names = (0..data.outputs().max(2)).map(|class| data.class_name(class)).collect();
        self.add_classes(samples, &data.classes()?, names)
    }

    /// The samples, `(samples, 2)`, each of the class of this number among those with these names.
    pub(super) fn add_classes(&mut self, samples: &Matrix, classes: &[usize], names: Vec<String>) -> Result<()> {
        matrix::expect_shape("the samples of a picture", samples, (classes.len(), 2))?;
        let mut of_classes = vec![Vec::new(); names.len()];
        points(samples).zip(classes).for_each(|(point, &class)| of_classes[class].push(point));
        let mut classes: Vec<usize> = (0..of_classes.len()).collect();
        self.legend.extend(names.into_iter().enumerate().map(|(class, name)| (name, ColorRole::Class(class))));
        // A few samples would vanish below many.
        classes.sort_by_key(|&class| std::cmp::Reverse(of_classes[class].len()));
        let dots = |class: usize| Mark::dots(std::mem::take(&mut of_classes[class]), ColorRole::Class(class));
        self.marks.extend(classes.into_iter().map(dots));
        Ok(())
    }
}

/// Says how many of these points are not seen, and why.
pub(super) fn note_unseen_points(panel: &mut Panel, points: impl Iterator<Item = Point>, noun: &str) {
    let (x, y) = (panel.x.low..=panel.x.high, panel.y.low..=panel.y.high);
    let (mut all, mut broken, mut outside) = (0, 0, 0);
    for point in points {
        let is_finite = point.iter().all(|x| x.is_finite());
        all += 1;
        broken += u64::from(!is_finite);
        outside += u64::from(is_finite && !(x.contains(&point[0]) && y.contains(&point[1])));
    }
    if broken > 0 {
        let are = are(all, noun);
        panel.notes.push(format!("{} of {are} not drawn: their values are not finite", grouped(broken)));
    }
    if outside > 0 {
        let lie = if outside == 1 { "lies" } else { "lie" };
        panel.notes.push(format!("{} {lie} outside these axes", counted(outside, noun)));
    }
}

/// The rows of a matrix of two columns.
pub(crate) fn points(rows: &Matrix) -> impl Iterator<Item = Point> {
    rows.row_iter().map(|row| [f64::from(row[0]), f64::from(row[1])])
}

/// The range of the finite values of some points along an axis, and a little more.
fn limits(points: [&Matrix; 2], axis: usize) -> RangeInclusive<f64> {
    let columns = points.into_iter().filter_map(|points| matrix::column(points, axis));
    wider(columns.flatten().map(|&x| f64::from(x)))
}

/// The range of the finite values and a fiftieth of it on either side; some range around them if they are all equal.
pub(crate) fn wider(values: impl Iterator<Item = f64>) -> RangeInclusive<f64> {
    stats::finite_range(values).map_or(0.0..=1.0, |(low, high)| stats::widened(low, high, 0.02, 0.5))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twenty of class 0 among many of class 1, and one without a place.
    fn rare() -> (Dataset, Matrix) {
        let mut samples = Matrix::from_fn(1_000, 2, |i, j| ((i * (j + 2)) as f32 * 0.37).sin());
        let classes: Vec<usize> = (0..1_000).map(|i| usize::from(i % 50 != 0)).collect();
        let data = Dataset::from_labels(samples.clone(), &classes).unwrap();
        samples[(7, 0)] = f32::NAN;
        (data, samples)
    }

    #[test]
    fn the_rarest_class_is_drawn_last_and_the_legend_stays_in_their_order() {
        let (data, samples) = rare();
        let panel = Panel::samples(&samples, &data).unwrap();
        let colors: Vec<ColorRole> = panel.marks.iter().map(Mark::color).collect();
        assert_eq!(colors, [ColorRole::Class(1), ColorRole::Class(0)]);
        assert_eq!(panel.legend.iter().map(|(_, color)| *color).collect::<Vec<_>>(), [0, 1].map(ColorRole::Class));
    }

    #[test]
    fn rings_lie_below_the_dots_and_are_named_where_there_are_some() {
        let (data, samples) = rare();
        let plain = || Panel::samples(&samples, &data).unwrap();
        let panel = plain().ring_misclassified(&samples, &[3, 50]);
        assert!(matches!(panel.marks[0], Mark::Rings { .. }) && panel.marks[0].points().len() == 2);
        assert_eq!(panel.legend[2], ("misclassified".to_owned(), ColorRole::Misclassified));
        assert_eq!(plain().ring_misclassified(&samples, &[]).marks.len(), plain().marks.len());
    }

    #[test]
    fn samples_that_are_not_seen_are_counted() {
        let (data, samples) = rare();
        let mut panel = Panel::samples(&samples, &data).unwrap();
        panel.note_unseen(&samples);
        assert_eq!(panel.notes, ["1 of 1,000 samples are not drawn: their values are not finite"]);
        let right = samples.column(0).iter().filter(|&&x| x > 0.0).count();
        let mut panel = Panel::samples(&samples, &data).unwrap().within(-2.0..=0.0, -2.0..=2.0);
        panel.note_unseen(&samples);
        assert_eq!(panel.notes[1], format!("{right} samples lie outside these axes"));
    }
}
