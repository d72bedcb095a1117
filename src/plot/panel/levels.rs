//! An output that is a number, by its levels: as lines over a plane, and as the colors of samples.

use super::{ColorRole, Mark, Panel};
use crate::{
    Dataset, Error, Matrix, Result,
    analysis::{DecisionBoundary, FeatureSpace, Polyline},
    math::{matrix, stats},
};

/// How many levels there are at most, and colors for them.
const LEVELS: usize = 7;

impl Panel {
    /// Creates a plot of an output over two inputs, or on a plane in the space of more: its lines at up to seven round levels,
    /// and the samples in the color of the level that is nearest to their target.
    ///
    /// The `samples`, `(samples, 2)`, are the data as they lie there, as for [`Panel::decision_boundary`].
    ///
    /// ```
    /// use training_replay::{Dataset, Dense, Matrix, Sequential, analysis::{DecisionBoundary, Grid, View}, plot::{ColorRole, Panel}};
    ///
    /// let x = Matrix::from_fn(100, 2, |i, j| if j == 0 { (i % 10) as f32 } else { (i / 10) as f32 });
    /// let data = Dataset::new(x.clone(), Matrix::from_fn(100, 1, |i, _| x[(i, 0)] + x[(i, 1)]))?;
    /// let model = Sequential::builder(2).layer(Dense::new(1)).build(42)?;
    /// let map = DecisionBoundary::of(&model, View::inputs(), &Grid::covering(&data, 0.1))?;
    /// let panel = Panel::levels(&map, data.inputs(), &data, 0)?;
    /// assert_eq!(panel.legend[1], ("5".to_owned(), ColorRole::Level(2))); // of 0, 5, 10, 15
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there is no such output, [`Error::Shape`] if the map or the samples do not fit the data.
    pub fn levels(map: &DecisionBoundary, samples: &Matrix, data: &Dataset, output: usize) -> Result<Self> {
        let mut bare = map.clone();
        (bare.threshold, bare.boundary) = (None, Vec::new());
        let panel = Self::map_with(&bare, |panel| panel.add_values(samples, data, output))?;
        panel.titled("Levels").level_lines(map, data, output, |line| Ok(line.clone()))
    }

    /// A layer's feature space, its samples in the colors of the levels of an output.
    pub(crate) fn space_of_values(space: &FeatureSpace, data: &Dataset, output: usize) -> Result<Self> {
        Self::space_with(space, |panel| panel.add_values(&space.samples, data, output))
    }

    /// Draws the lines of an output over everything, each where it is shown.
    pub(crate) fn level_lines(
        mut self,
        map: &DecisionBoundary,
        data: &Dataset,
        output: usize,
        shown: impl Fn(&Polyline) -> Result<Polyline>,
    ) -> Result<Self> {
        let levels = Levels::of_output(data, output)?;
        for (i, lines) in levels.lines(map, output)?.iter().enumerate() {
            let lines: Vec<Polyline> = lines.iter().map(&shown).collect::<Result<_>>()?;
            self.add_lines(&lines, levels.color(i), 1.8)?;
            let longest = lines.iter().max_by_key(|line| line.nrows());
            self.marks.extend(longest.map(|line| Mark::text(levels.name(i), place(line, i), ColorRole::Text)));
        }
        Ok(self)
    }

    /// Without the names of lines, which hide samples where these lie close; the legend has them.
    pub(crate) fn without_words(mut self) -> Self {
        self.marks.retain(|mark| !matches!(mark, Mark::Text { .. }));
        self
    }

    /// The samples, each in the color of the level that is nearest to its target.
    fn add_values(&mut self, samples: &Matrix, data: &Dataset, output: usize) -> Result<()> {
        matrix::expect_shape("the samples of a picture", samples, (data.samples(), 2))?;
        let targets = targets(data, output)?;
        let levels = Levels::of(targets);
        let mut of_levels = vec![Vec::new(); levels.values.len()];
        let places = samples.row_iter().map(|row| [f64::from(row[0]), f64::from(row[1])]);
        places.zip(targets).for_each(|(point, &target)| of_levels[levels.nearest(target.into())].push(point));
        for (i, points) in of_levels.into_iter().enumerate() {
            self.marks.push(Mark::dots(points, levels.color(i)));
            self.legend.push((levels.name(i), levels.color(i)));
        }
        Ok(())
    }
}

fn targets(data: &Dataset, output: usize) -> Result<&[f32]> {
    let unknown = || Error::invalid("the output that is shown", format!("below {}", data.outputs()), output);
    matrix::column(data.targets().numbers()?, output).ok_or_else(unknown)
}

/// A number times a power of ten, rounded once.
pub(super) fn scaled(number: f64, exponent: i32) -> f64 {
    let power = (0..exponent.unsigned_abs()).fold(1.0, |power, _| power * 10.0);
    if exponent < 0 { number / power } else { number * power }
}

/// A point about half way along the line of a level: those of neighbors, which run side by side, are apart.
fn place(line: &Polyline, level: usize) -> [f64; 2] {
    let row = line.row(line.nrows() * [8, 5, 11][level % 3] / 16);
    [row[0].into(), row[1].into()]
}

/// Round numbers between the smallest and the largest of some values.
#[derive(Debug, PartialEq)]
pub(crate) struct Levels {
    values: Vec<f64>,
    /// How many digits they have behind the point.
    digits: usize,
}

impl Levels {
    /// Those of an output, by its targets.
    pub(crate) fn of_output(data: &Dataset, output: usize) -> Result<Self> {
        Ok(Self::of(targets(data, output)?))
    }

    /// The lines of an output at each level.
    pub(crate) fn lines(&self, map: &DecisionBoundary, output: usize) -> Result<Vec<Vec<Polyline>>> {
        self.values.iter().map(|&level| map.level_lines(output, level as f32)).collect()
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.values.len()
    }

    /// As many as there is a color for.
    fn of(values: &[f32]) -> Self {
        let (low, high) = stats::finite_range(values.iter().map(|&value| value.into())).unwrap_or((0.0, 1.0));
        Self::between(low, high, LEVELS)
    }

    /// So many at most, in the smallest step of 1, 2, 2.5 or 5 times a power of ten that gives no more.
    pub(super) fn between(low: f64, high: f64, most: usize) -> Self {
        let least = high / most as f64 - low / most as f64;
        let exponents = (-300..=300)
            .flat_map(|exponent| [(1.0, 0), (2.0, 0), (2.5, 1), (5.0, 0)].map(|(m, more)| (m, more, exponent)));
        let steps =
            exponents.map(|(times, more, exponent)| (scaled(times, exponent), (more - exponent).clamp(0, 20) as usize));
        let count = |step: f64| (high / step).floor() - (low / step).ceil() + 1.0;
        let mut steps = steps.skip_while(|(step, _)| *step < least / 2.0);
        let found = steps.find(|(step, _)| count(*step) <= most as f64);
        let Some((step, digits)) = found.filter(|(step, _)| low < high && count(*step) >= 1.0) else {
            return Self { values: vec![low], digits: 3 };
        };
        let first = (low / step).ceil();
        Self { values: (0..count(step) as usize).map(|i| (first + i as f64) * step).collect(), digits }
    }

    /// The values, from the lowest.
    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    pub(crate) fn nearest(&self, value: f64) -> usize {
        let away = |i: &usize| (self.values[*i] - value).abs();
        (0..self.values.len()).min_by(|a, b| away(a).total_cmp(&away(b))).unwrap_or(0)
    }

    /// Spread over all colors.
    pub(crate) fn color(&self, i: usize) -> ColorRole {
        let last = self.values.len().saturating_sub(1).max(1);
        ColorRole::Level((i * (LEVELS - 1) + last / 2) / last)
    }

    pub(crate) fn name(&self, i: usize) -> String {
        let value = self.values[i] + 0.0;
        if value.abs() < 1e6 && self.digits < 6 { format!("{value:.*}", self.digits) } else { format!("{value:e}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Dense, Forward, Parameter, Sequential, Weights,
        analysis::{Grid, View},
    };

    fn names(low: f32, high: f32) -> Vec<String> {
        let levels = Levels::of(&[low, high, f32::NAN]);
        (0..levels.values.len()).map(|i| levels.name(i)).collect()
    }

    #[test]
    fn levels_are_round_and_at_most_seven() {
        assert_eq!(names(-1.0, 1.0), ["-1.0", "-0.5", "0.0", "0.5", "1.0"]);
        assert_eq!(names(0.13, 0.71), ["0.2", "0.3", "0.4", "0.5", "0.6", "0.7"]);
        assert_eq!(names(3.0, 3.0), ["3.000"]);
        assert_eq!(names(-1e9, 1e9), ["-1e9", "-5e8", "0", "5e8", "1e9"]);
        for (low, high) in [(1e-30, 2e-30), (-7.3, 91.0), (1e30, 3e38), (0.999, 1.001), (-1e-3, 250.0)] {
            let found = names(low, high);
            assert!((2..=LEVELS).contains(&found.len()), "{low} to {high}: {found:?}");
        }
    }

    #[test]
    fn colors_reach_from_the_lowest_to_the_highest() {
        let levels = Levels::of(&[-1.0, 1.0]);
        let colors: Vec<ColorRole> = (0..5).map(|i| levels.color(i)).collect();
        assert_eq!(colors, [0, 2, 3, 5, 6].map(ColorRole::Level));
        assert_eq!((levels.nearest(-0.2), levels.nearest(9.0)), (2, 4));
    }

    /// x + y over a square: the line of a level runs where the sum is that level.
    #[test]
    fn lines_run_where_the_output_has_their_level() {
        let x = Matrix::from_fn(100, 2, |i, j| if j == 0 { (i % 10) as f32 } else { (i / 10) as f32 });
        let data = Dataset::new(x.clone(), Matrix::from_fn(100, 1, |i, _| x[(i, 0)] + x[(i, 1)])).unwrap();
        let model = Sequential::builder(2).layer(Dense::new(1).name("sum").without_bias()).build(1).unwrap();
        let kernel = Parameter::new("sum", "kernel", [2, 1], vec![1.0_f32, 1.0]);
        let model = model.with_weights(&Weights::from_iter([kernel])).unwrap();
        let map = DecisionBoundary::of(&model, View::inputs(), &Grid::covering(&data, 0.1)).unwrap();
        let panel = Panel::levels(&map, data.inputs(), &data, 0).unwrap();
        for (name, color) in &panel.legend {
            let level: f64 = name.parse().unwrap();
            for mark in panel.in_color(*color) {
                let on_line = |point: &[f64; 2]| (point[0] + point[1] - level).abs() < 1e-4;
                let near = |point: &[f64; 2]| (point[0] + point[1] - level).abs() <= 3.0;
                let is_right = if matches!(mark, Mark::Line { .. }) {
                    mark.points().iter().all(on_line)
                } else {
                    mark.points().iter().all(near)
                };
                assert!(is_right, "{name}");
            }
        }
        assert!(Panel::levels(&map, data.inputs(), &data, 1).is_err());
    }
}
