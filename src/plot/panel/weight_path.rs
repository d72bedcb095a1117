//! The path of a run through the space of its weights, over the loss on its plane.

use super::{ColorRole, Mark, Panel, Point, planes::note_unseen_points};
use crate::{
    Result,
    analysis::WeightPath,
    notation::{counted, percent},
};

/// So many epochs have a dot at most.
const DOTS: u64 = 12;

/// How far words are from the point that they name, as a share of the axis.
const BESIDE: f64 = 0.06;

/// What of the path is so near to a point, as a share of the axis, would lie below words beside it.
const NEAR: f64 = 0.08;

impl Panel {
    /// Draws the path of a run over the loss on its plane: a line with an edge, dots at round epochs, a ring at the first one, and the
    /// numbers of the first and the last.
    ///
    /// The axes say how much of the variance of the path lies along them. It is on the plane that
    /// [`WeightPath::plane`] returns; on another one it would be in the wrong place.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    /// use training_replay::plot::{ColorRole, Figure, Panel};
    ///
    /// # let data = datasets::moons(100, 0.1, 7);
    /// # let layers = [Dense::new(4).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let mut model = Sequential::builder(2).layers(layers).build(1)?;
    /// # let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.1));
    /// # let mut replay = Replay::options().dataset(&data).in_memory();
    /// # for _ in 0..10 {
    /// #     let metrics = trainer.epoch(&mut model, &data)?;
    /// #     replay.record(&model, metrics)?;
    /// # }
    /// let run = replay.run()?;
    /// let path = run.weight_path()?;
    /// let surface = run.loss_surface(path.plane()?, &path.grid(0.2).points(30), Loss::BinaryCrossEntropy)?;
    /// let panel = Panel::loss_surface(&surface)?.weight_path("a run", &path)?;
    /// assert_eq!(panel.in_color(ColorRole::Series(0)).next().expect("the path").points().len(), 10);
    /// let svg = Figure::of(panel).to_svg()?;
    /// # assert!(svg.contains("a run"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`WeightPath::plane`].
    pub fn weight_path(self, name: &str, path: &WeightPath) -> Result<Self> {
        self.weight_path_until(name, path, u64::MAX)
    }

    /// Draws the same up to an epoch: a frame of an animation, over a surface that stays.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
    /// use training_replay::plot::{Animation, Figure, Panel};
    ///
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let data = datasets::moons(100, 0.1, 7);
    /// # let layers = [Dense::new(4).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let mut model = Sequential::builder(2).layers(layers).build(1)?;
    /// # let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.1));
    /// # let mut replay = Replay::options().dataset(&data).in_memory();
    /// # for _ in 0..4 {
    /// #     let metrics = trainer.epoch(&mut model, &data)?;
    /// #     replay.record(&model, metrics)?;
    /// # }
    /// let run = replay.run()?;
    /// let path = run.weight_path()?;
    /// let surface = run.loss_surface(path.plane()?, &path.grid(0.2).points(20), Loss::BinaryCrossEntropy)?;
    /// let ground = Panel::loss_surface(&surface)?;
    /// Animation::of(&path.epochs).save(folder.path().join("path.gif"), |epoch| {
    ///     let panel = ground.clone().weight_path_until("a run", &path, epoch)?;
    ///     Ok(Figure::of(panel.titled(format!("Loss, epoch {epoch}"))).size(400, 320))
    /// })?;
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`weight_path`](Self::weight_path).
    pub fn weight_path_until(mut self, name: &str, path: &WeightPath, epoch: u64) -> Result<Self> {
        let shown: Vec<(u64, Point)> = path.points()?.into_iter().take_while(|point| point.0 <= epoch).collect();
        for (axis, number, share) in [(&mut self.x, 1, 0), (&mut self.y, 2, 1)] {
            axis.label =
                format!("direction {number}: {} of the variance", percent(path.explained_variance_ratio[share]));
        }
        let color = ColorRole::Series(self.legend.iter().filter(|(_, color)| is_series(*color)).count());
        self.legend.push((name.to_owned(), color));
        let points: Vec<Point> = shown.iter().map(|point| point.1).collect();
        note_unseen_points(&mut self, points.iter().copied(), "epoch");
        let (Some(&start), Some(&end)) = (points.first(), points.last()) else { return Ok(self) };
        let dotted = self.dotted(path, &points);
        let [wide, narrow] = [4.5, 2.0];
        self.marks.push(Mark::line(points.iter().copied(), ColorRole::Ground).wide(wide));
        self.marks.push(Mark::line(points.iter().copied(), color).wide(narrow));
        self.marks.extend([dots(&dotted, ColorRole::Ground, 1.05), dots(&dotted, color, 0.8)]);
        for (at, inner) in [(start, ColorRole::Ground), (end, color)] {
            self.marks.extend([dots(&[at], ColorRole::Ground, 1.75), dots(&[at], color, 1.5), dots(&[at], inner, 0.9)]);
        }
        let (first, last) = (self.is_free_below(&points, start), self.is_free_below(&points, end));
        let near = |axis: usize, ends: f64| (start[axis] - end[axis]).abs() < 2.0 * NEAR * ends;
        let are_near = near(0, self.x.high - self.x.low) && near(1, self.y.high - self.y.low);
        self.name(path.epochs[0], start, first);
        self.name(path.epochs[points.len() - 1], end, if are_near { !first } else { last });
        Ok(self)
    }

    /// The points that have a dot: at round numbers of epochs, which a note says.
    fn dotted(&mut self, path: &WeightPath, points: &[Point]) -> Vec<Point> {
        let (Some(&first), Some(&last)) = (path.epochs.first(), path.epochs.last()) else { return Vec::new() };
        let powers = std::iter::successors(Some(1_u64), |power| power.checked_mul(10));
        let steps = powers.flat_map(|power| [1, 2, 5].map(|times| power.saturating_mul(times)));
        let step = steps.into_iter().find(|step| (last - first) / step <= DOTS).unwrap_or(u64::MAX);
        let note = format!("dots are {} apart", counted(step, "epoch"));
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
        let is_round = |(_, epoch): &(&Point, &u64)| epoch.is_multiple_of(step);
        points.iter().zip(&path.epochs).filter(is_round).map(|(&point, _)| point).collect()
    }

    /// Whether most of what of a path is near to a point is above it.
    fn is_free_below(&self, points: &[Point], [x, y]: Point) -> bool {
        let near = NEAR * (self.x.high - self.x.low);
        points.iter().filter(|at| (at[0] - x).abs() < near).map(|at| at[1] - y).sum::<f64>() > 0.0
    }

    /// Writes the number of an epoch below its point or above it, within the axes; once, where paths begin and end at the same.
    fn name(&mut self, epoch: u64, [x, y]: Point, below: bool) {
        let name = format!("epoch {epoch}");
        if self.marks.iter().any(|mark| matches!(mark, Mark::Text { text, .. } if *text == name)) {
            return;
        }
        let away = BESIDE * (self.y.high - self.y.low);
        let (low, high) = (self.y.low + 0.5 * away, self.y.high - 0.5 * away);
        let height = if below { y - away } else { y + away };
        // Beyond an edge they stand on the other side.
        let height = if height < low || height > high { 2.0 * y - height } else { height };
        self.marks.push(Mark::text(name, [x, height], ColorRole::Text));
    }
}

fn dots(points: &[Point], color: ColorRole, radius: f64) -> Mark {
    Mark::Dots { points: points.to_vec(), color, radius }
}

fn is_series(color: ColorRole) -> bool {
    matches!(color, ColorRole::Series(_))
}
