//! The path of a run through the space of its weights.

use std::sync::Arc;

use nalgebra::DMatrix;

use super::{
    WeightPlane,
    motion::Motion,
    products::Products,
    weight_rows::{At, Read, WeightRows},
};
#[cfg(feature = "serde")]
use crate::serial;
use crate::{
    Error, Matrix, Result, Weights,
    analysis::{Caveat, Grid},
};

/// The time for the eigenvectors grows with the cube of the epochs.
const MAX_EPOCHS: usize = 2_048;

/// The shorter side of a grid around a path is at least this share of the longer one.
const NARROWEST: f64 = 0.25;

/// The path of a run through the space of its weights: where each epoch lies on the principal directions of all of them, how fast
/// the weights move, and how sharply they turn.
///
/// All floating-point parameters of an epoch, one behind the other, are one vector. The directions are the principal components of
/// the vectors of all epochs about their mean, ten at most, and none whose share of the variance is below 1e-12. Each one points
/// so that the first epoch lies on its negative side (the first one that is not at 0, a millionth of the largest coordinate): a run
/// begins at the lower left of the plane of the first two.
///
/// They are found by the products of the epochs with each other, so that of a wide model the weights of few epochs are in memory at a
/// time: some blocks of 128 MB, or of two epochs. The weights are read again for each pair of blocks.
///
/// ```
/// use training_replay::{Metrics, Parameter, Replay, Weights};
///
/// let mut replay = Replay::options().in_memory();
/// for at in [0.0, 1.0, 3.0_f32] {
///     let kernel = Parameter::new("line", "kernel", [2, 1], vec![3.0 * at, 4.0 * at]);
///     replay.record(&Weights::from_iter([kernel]), Metrics::new())?;
/// }
/// let path = replay.recorded_weights().weight_path()?;
/// assert_eq!(path.explained_variance_ratio, [1.0]); // it is straight
/// assert_eq!(path.speeds, [None, Some(5.0), Some(10.0)]);
/// assert_eq!(path.turnings, [None, Some(0.0), None]);
/// assert_eq!(path.distances, [0.0, 5.0, 15.0]);
/// assert!((path.coordinates[(2, 0)] - path.coordinates[(0, 0)] - 15.0).abs() < 1e-9);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct WeightPath {
    /// The epochs, in the order of time.
    pub epochs: Vec<u64>,
    /// The share of the variance of all epochs, those of the other runs in its plane among them, along each direction, the largest
    /// first; nothing where the weights do not differ.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub explained_variance_ratio: Vec<f64>,
    /// Where each epoch lies from the mean of all, `(epochs, directions)`.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub coordinates: DMatrix<f64>,
    /// The length of the step from the epoch before, divided by the number of epochs between them; none at the first one.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub speeds: Vec<Option<f64>>,
    /// The angle between the step that leads to the epoch and the one that leads on, in radians from 0 to pi; none at the first
    /// and the last epoch, and where one of the two steps is zero.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub turnings: Vec<Option<f64>>,
    /// How far the weights are from those of the first epoch.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub distances: Vec<f64>,
    /// The parameters that hold no floating-point numbers, and the epochs that could not be read.
    pub caveats: Vec<Caveat>,
    #[cfg_attr(feature = "serde", serde(skip))]
    plane: Option<Arc<WeightPlane>>,
}

impl WeightPath {
    /// Finds the path of weights that a function reads, epoch by epoch, into memory that is there already; it is asked for the same
    /// epochs again where not all of them have room.
    ///
    /// [`Run::weight_path`](crate::Run::weight_path) does so for a recording.
    ///
    /// ```
    /// use training_replay::{Parameter, Weights, analysis::WeightPath};
    ///
    /// let path = WeightPath::of([0, 10, 20], |epoch, weights| {
    ///     let bias = Parameter::new("a", "bias", [2], vec![epoch as f64, 1.0]);
    ///     *weights = Weights::from_iter([bias]);
    ///     Ok(())
    /// })?;
    /// assert_eq!(path.speeds, [None, Some(1.0), Some(1.0)]); // an epoch
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Whatever `read` returns, but that damaged epochs are passed over and listed; [`Error::Invalid`] for no epochs, more than 2,048,
    /// epochs that are not in increasing order, other parameters than at the first epoch, weights without floating-point numbers,
    /// and a value that is NaN, infinite, or more than about 1e150 from its first one.
    pub fn of(
        epochs: impl IntoIterator<Item = u64>,
        mut read: impl FnMut(u64, &mut Weights) -> Result<()>,
    ) -> Result<Self> {
        let runs = [epochs.into_iter().collect()];
        let found = Self::of_runs(&[], &runs, &mut |_, epoch, weights| read(epoch, weights))?;
        found.into_iter().next().ok_or_else(no_epochs)
    }

    /// The paths of several runs in one plane, which have names if they are several.
    pub(crate) fn of_runs(names: &[&str], runs: &[Vec<u64>], read: &mut Read<'_>) -> Result<Vec<Self>> {
        let each =
            |(run, epochs): (usize, &Vec<u64>)| epochs.iter().map(|&epoch| At { run, epoch }).collect::<Vec<_>>();
        let epochs: Vec<At> = runs.iter().enumerate().flat_map(each).collect();
        check(&epochs)?;
        if let Some(empty) = runs.iter().position(Vec::is_empty) {
            let what = names.get(empty).map_or_else(String::new, |name| format!(" of run {name:?}"));
            return Err(Error::invalid(format!("the number of epochs{what} on a path"), "1 or more", 0));
        }
        let (count, mut read) = (epochs.len(), |run, epoch, weights: &mut Weights| read(run, epoch, weights));
        Self::of_rows(WeightRows::new(names, epochs, &mut read), runs.len(), count)
    }

    fn of_rows(mut rows: WeightRows<'_>, runs: usize, count: usize) -> Result<Vec<Self>> {
        let mut motions: Vec<Motion> = (0..runs).map(|_| Motion::default()).collect();
        let mut products = Products::new(count);
        while let Some(block) = rows.next_block()? {
            for (i, at) in block.at.iter().enumerate() {
                motions[..at.run].iter_mut().for_each(Motion::end);
                motions[at.run].push(at.epoch, block.column(i));
            }
            products.add(block, &mut rows)?;
        }
        if let Some(run) = motions.iter().position(|motion| motion.epochs.is_empty()) {
            let reason = rows.skipped.into_iter().find(|(at, _)| at.run == run);
            return Err(reason.map_or_else(no_epochs, |(_, error)| error));
        }
        let components = products.components()?;
        let caveats: Vec<Vec<Caveat>> = (0..runs).map(|run| rows.caveats(run)).collect();
        let plane = products.plane(&components, rows)?.map(Arc::new);
        let mut start = 0;
        let path = |(motion, caveats): (Motion, Vec<Caveat>)| {
            let coordinates = components.coordinates.rows(start, motion.epochs.len()).into_owned();
            start += motion.epochs.len();
            let (Motion { epochs, speeds, turnings, distances, .. }, plane) = (motion, plane.clone());
            let explained_variance_ratio = components.shares.clone();
            Self { epochs, explained_variance_ratio, coordinates, speeds, turnings, distances, caveats, plane }
        };
        Ok(motions.into_iter().zip(caveats).map(path).collect())
    }

    /// Returns the plane of the first two directions through the mean of all epochs, to see the loss on it:
    /// [`Run::loss_surface`](crate::Run::loss_surface).
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the path has fewer than two directions: of one or two epochs, and of a straight line.
    pub fn plane(&self) -> Result<&WeightPlane> {
        self.plane.as_deref().ok_or_else(|| {
            let expected = "2 or more, to span a plane; `WeightPlane::random` and `WeightPlane::of` give others";
            Error::invalid("the number of directions of the path", expected, self.explained_variance_ratio.len())
        })
    }

    /// Returns each epoch with its place on the plane of the first two directions.
    ///
    /// ```
    /// use training_replay::{Parameter, Weights, analysis::WeightPath};
    ///
    /// let path = WeightPath::of(0..=8, |epoch, weights| {
    ///     let bias = Parameter::new("a", "bias", [2], vec![epoch as f64, (epoch % 2) as f64]);
    ///     *weights = Weights::from_iter([bias]);
    ///     Ok(())
    /// })?;
    /// let points = path.points()?;
    /// assert_eq!((points.len(), points[8].0), (9, 8));
    /// assert!(points[0].1[0] < points[8].1[0]); // a run begins on the left
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`plane`](Self::plane).
    pub fn points(&self) -> Result<Vec<(u64, [f64; 2])>> {
        self.plane()?;
        Ok(self.epochs.iter().copied().zip(self.coordinates.row_iter().map(|at| [at[0], at[1]])).collect())
    }

    /// Returns a grid around the path on the plane of its first two directions, larger by `margin` times its extent on every side,
    /// and no narrower than a quarter of its length.
    ///
    /// ```
    /// use training_replay::{Parameter, Weights, analysis::WeightPath};
    ///
    /// let path = WeightPath::of(0..=8, |epoch, weights| {
    ///     let bias = Parameter::new("a", "bias", [2], vec![epoch as f64, (epoch % 2) as f64]);
    ///     *weights = Weights::from_iter([bias]);
    ///     Ok(())
    /// })?;
    /// let grid = path.grid(0.25).points(50);
    /// assert!(*grid.x().start() < -5.9 && *grid.x().end() > 5.9); // 8 long, and 2 more on either side
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn grid(&self, margin: f32) -> Grid {
        Self::grid_of(std::slice::from_ref(self), margin)
    }

    /// Returns a grid around the paths of several runs in one plane, as [`grid`](Self::grid).
    ///
    /// ```
    /// # use training_replay::{Parameter, Weights, analysis::WeightPath};
    /// # let path = WeightPath::of(0..=8, |epoch, weights| {
    /// #     *weights = Weights::from_iter([Parameter::new("a", "bias", [2], vec![epoch as f64, (epoch % 2) as f64])]);
    /// #     Ok(())
    /// # })?;
    /// assert_eq!(WeightPath::grid_of(&[path.clone(), path.clone()], 0.1), path.grid(0.1));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn grid_of(paths: &[Self], margin: f32) -> Grid {
        let limits = |axis: usize| {
            let all = paths.iter().filter(|path| axis < path.coordinates.ncols());
            let all = all.flat_map(|path| path.coordinates.column(axis).iter().copied().collect::<Vec<f64>>());
            crate::math::stats::finite_range(all).unwrap_or((0.0, 0.0))
        };
        let sides = [limits(0), limits(1)];
        let least = NARROWEST * sides.iter().map(|(low, high)| high - low).fold(0.0, f64::max);
        let ends = sides.map(|(low, high)| {
            let (middle, half) = (0.5 * (low + high), 0.5 * (high - low).max(least));
            [(middle - half) as f32, (middle + half) as f32]
        });
        let corners = Matrix::from_columns(&ends.map(|ends| nalgebra::DVector::from_row_slice(&ends)));
        Grid::covering_points(&corners, margin)
    }
}

fn no_epochs() -> Error {
    Error::invalid("the number of epochs on a path", "1 or more", 0)
}

/// Fails for no epochs, too many, and those of a run that are not in the order of time.
fn check(epochs: &[At]) -> Result<()> {
    if epochs.is_empty() {
        return Err(no_epochs());
    }
    if epochs.len() > MAX_EPOCHS {
        let expected = format!("{MAX_EPOCHS} or fewer; `Run::epochs` chooses some");
        return Err(Error::invalid("the number of epochs on a path", expected, epochs.len()));
    }
    match epochs.windows(2).find(|pair| pair[0].run == pair[1].run && pair[0].epoch >= pair[1].epoch) {
        None => Ok(()),
        Some(pair) => {
            let expected = format!("later than epoch {}, which is before it", pair[0].epoch);
            Err(Error::invalid("an epoch on a path", expected, pair[1].epoch))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Parameter;

    fn weights(epoch: u64) -> Weights {
        let value = |i: u64| ((7 * epoch * epoch + 3 * i * epoch + 5 * i * i) % 23) as f64 / 8.0;
        Weights::from_iter([Parameter::new("a", "kernel", [9], (0..9).map(value).collect::<Vec<_>>())])
    }

    /// The path in blocks of so many values, and how often an epoch was read.
    fn path(epochs: u64, values: usize) -> (WeightPath, usize) {
        let mut reads = 0;
        let mut read = |_: usize, epoch: u64, memory: &mut Weights| {
            reads += 1;
            if epoch == 4 {
                return Err(Error::corrupted("run.replay", "epoch 4", 0, "a test"));
            }
            *memory = weights(epoch);
            Ok(())
        };
        let at = (0..epochs).map(|epoch| At { run: 0, epoch }).collect();
        let rows = WeightRows::new(&[], at, &mut read).in_blocks_of(values);
        let mut paths = WeightPath::of_rows(rows, 1, epochs as usize).unwrap();
        (paths.swap_remove(0), reads)
    }

    #[test]
    fn a_path_is_the_same_in_blocks_of_any_size() {
        let (whole, _) = path(12, 1 << 20);
        assert_eq!((whole.epochs.len(), whole.caveats.len(), whole.explained_variance_ratio.len()), (11, 1, 9));
        for values in [1, 27, 45, 99] {
            let (parts, _) = path(12, values);
            assert!((&parts.coordinates - &whole.coordinates).amax() < 1e-12, "{values}");
            let [one, other] = [&parts, &whole].map(|path| path.plane().unwrap().weights(1.0, 2.0));
            assert!(one.minus(&other).unwrap().iter().all(|off| off.values().to_f64().iter().all(|x| x.abs() < 1e-12)));
            assert_eq!(
                (&parts.speeds, &parts.turnings, &parts.epochs),
                (&whole.speeds, &whole.turnings, &whole.epochs)
            );
        }
    }

    #[test]
    fn what_has_room_at_once_is_read_once() {
        assert_eq!(path(12, 1 << 20).1, 12);
    }
}
