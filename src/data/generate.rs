//! Data sets to learn on, drawn from a seed. The same seed gives the same bits on every machine and in every release.
//!
//! Every one is shuffled, inputs and targets alike.
//!
//! The functions return no `Result`, because with numbers written in the source there is nothing to handle. A number of
//! points, samples or dimensions that is too small for a data set counts as the smallest that is not, one that would
//! make more than [`MAX_VALUES`] input values as the largest that does not, and a noise or factor that is not a finite
//! number of 0 or more counts as 0, one above 1e30 as 1e30.
//!
//! ```
//! use training_replay::datasets;
//!
//! let data = datasets::parabola(1_000, 13);
//! assert_eq!(data.inputs().shape(), (2_000, 2));
//! let positive = data.targets().numbers()?.iter().filter(|&&y| y == 1.0).count();
//! assert_eq!(positive, 1_000);
//! # Ok::<(), training_replay::Error>(())
//! ```

use rand::{RngExt, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use crate::{
    Dataset, Matrix,
    math::{
        elementary, matrix,
        random::{self, Purpose},
        stats::linspace,
    },
};

/// The largest number of input values that a generated data set has: 2^26, a quarter of a gigabyte of them.
pub const MAX_VALUES: usize = 1 << 26;

/// The largest noise or factor, of which many deviations still fit an `f32`.
const LARGEST_AMOUNT: f64 = 1e30;

/// Generates two parabolas, one above the other, of `points` samples each: the data of the article.
///
/// `x1` runs from -1 to 1 in equal steps; `x2 = x1²` is negative (0), `x2 = x1² - 0.5` positive (1).
///
/// ```
/// use training_replay::datasets;
///
/// let data = datasets::parabola(1_000, 13);
/// let lower = |x: &[f32], y: f32| (x[1] - (x[0] * x[0] - if y == 1.0 { 0.5 } else { 0.0 })).abs();
/// let targets = data.targets().numbers()?;
/// let off = (0..2_000).map(|i| lower(&[data.inputs()[(i, 0)], data.inputs()[(i, 1)]], targets[i]));
/// assert!(off.fold(0.0, f32::max) < 1e-6);
/// # Ok::<(), training_replay::Error>(())
/// ```
pub fn parabola(points: usize, seed: u64) -> Dataset {
    let points = points.clamp(1, MAX_VALUES / 4);
    let curve = |offset: f64| linspace(-1.0, 1.0, points).map(move |x| [x, x * x + offset]);
    two_classes(curve(0.0), curve(-0.5), &mut random::rng(seed, Purpose::Data))
}

/// Generates two interleaving half circles: scikit-learn's `make_moons`.
///
/// The upper one is negative (0), the lower one positive (1).
/// `noise` is the standard deviation of the normal noise on every coordinate.
///
/// ```
/// use training_replay::datasets;
///
/// let data = datasets::moons(200, 0.05, 7);
/// assert_eq!((data.inputs().shape(), data.targets().numbers()?.sum()), ((200, 2), 100.0));
/// # Ok::<(), training_replay::Error>(())
/// ```
pub fn moons(samples: usize, noise: f64, seed: u64) -> Dataset {
    let (upper, lower) = halves(samples);
    let half_circle = |points: usize| linspace(0.0, 0.5, points).map(elementary::cos_sin_of_turn);
    let (upper, lower) = (half_circle(upper), half_circle(lower).map(|[x, y]| [1.0 - x, 0.5 - y]));
    noisy(upper, lower, noise, seed)
}

/// Generates two circles around one center: scikit-learn's `make_circles`.
///
/// The outer one, of radius 1, is negative (0), the inner one, of radius `factor`, positive (1).
/// `noise` is the standard deviation of the normal noise on every coordinate.
///
/// ```
/// use training_replay::datasets;
///
/// let data = datasets::circles(200, 0.0, 0.5, 7);
/// assert!(data.inputs().row_iter().all(|x| x.norm() < 1.000_001));
/// ```
pub fn circles(samples: usize, noise: f64, factor: f64, seed: u64) -> Dataset {
    let (outer, inner) = halves(samples);
    let circle = |points: usize, radius: f64| {
        let turns = (0..points).map(move |i| i as f64 / points as f64);
        turns.map(move |turn| elementary::cos_sin_of_turn(turn).map(|x| radius * x))
    };
    noisy(circle(outer, 1.0), circle(inner, amount(factor)), noise, seed)
}

/// Generates `points` drawn uniformly from a ball in so many dimensions: deepreplay's ball.
///
/// They are scaled to a standard deviation of 1 over all coordinates, and positive (1) where the absolute sum of the
/// coordinates is above half the radius.
///
/// ```
/// use training_replay::datasets;
///
/// assert_eq!(datasets::ball(10, 1_000, 13).inputs().shape(), (1_000, 10));
/// ```
pub fn ball(dimensions: usize, points: usize, seed: u64) -> Dataset {
    let dimensions = dimensions.clamp(1, MAX_VALUES);
    let points = points.clamp(1, MAX_VALUES / dimensions);
    let rng = &mut random::rng(seed, Purpose::Data);
    let mut radius = (dimensions as f64).sqrt();
    let mut rows: Vec<Vec<f64>> = (0..points).map(|_| in_ball(dimensions, radius, rng)).collect();
    let scale = 1.0 / deviation(&rows);
    if scale.is_finite() {
        radius *= scale;
        rows.iter_mut().flatten().for_each(|x| *x *= scale);
    }
    let class = |x: &Vec<f64>| f32::from(u8::from(x.iter().sum::<f64>().abs() > radius / 2.0));
    let labels = rows.iter().map(class).collect();
    shuffled(rows.into_iter().flatten(), dimensions, labels, rng)
}

/// Generates the corners of a hypercube, 2^dimensions samples of at most 21 dimensions: deepreplay's hypercube.
///
/// Every coordinate is -1 or 1; a corner is positive (1) where at least half of them are 1.
///
/// ```
/// use training_replay::datasets;
///
/// assert_eq!(datasets::hypercube(10, 13).inputs().shape(), (1_024, 10));
/// ```
pub fn hypercube(dimensions: usize, seed: u64) -> Dataset {
    let dimensions = dimensions.clamp(1, 21);
    let corners = 0..1_u32 << dimensions;
    let coordinate = move |corner: u32, axis: usize| if corner >> axis & 1 == 1 { 1.0 } else { -1.0 };
    let values = corners.clone().flat_map(move |corner| (0..dimensions).map(move |axis| coordinate(corner, axis)));
    let class = |corner: u32| f32::from(u8::from(2 * corner.count_ones() as usize >= dimensions));
    shuffled(values, dimensions, corners.map(class).collect(), &mut random::rng(seed, Purpose::Data))
}

/// Splits so many samples into two classes, the second one larger by one if need be, none empty.
fn halves(samples: usize) -> (usize, usize) {
    let samples = samples.clamp(2, MAX_VALUES / 2);
    (samples / 2, samples - samples / 2)
}

/// The number itself if it is a finite one of 0 or more, else 0; at most what leaves coordinates finite in `f32`.
fn amount(value: f64) -> f64 {
    if value.is_finite() { value.clamp(0.0, LARGEST_AMOUNT) } else { 0.0 }
}

fn noisy(
    negative: impl Iterator<Item = [f64; 2]>,
    positive: impl Iterator<Item = [f64; 2]>,
    noise: f64,
    seed: u64,
) -> Dataset {
    let mut rng = random::rng(seed, Purpose::Data);
    let noise = amount(noise);
    let mut blur = |points: &mut dyn Iterator<Item = [f64; 2]>| -> Vec<[f64; 2]> {
        points.map(|point| point.map(|x| x + noise * random::normal(&mut rng))).collect()
    };
    let (mut negative, mut positive) = (negative, positive);
    let (negative, positive) = (blur(&mut negative), blur(&mut positive));
    two_classes(negative.into_iter(), positive.into_iter(), &mut rng)
}

fn two_classes(
    negative: impl Iterator<Item = [f64; 2]>,
    positive: impl Iterator<Item = [f64; 2]>,
    rng: &mut ChaCha8Rng,
) -> Dataset {
    let mut labels = Vec::new();
    let labeled = negative.map(|x| (x, 0.0)).chain(positive.map(|x| (x, 1.0)));
    let points: Vec<[f64; 2]> = labeled.map(|(x, y)| (labels.push(y), x).1).collect();
    shuffled(points.into_iter().flatten(), 2, labels, rng)
}

/// Rows of `width` values and their labels, both in the same drawn order.
fn shuffled(values: impl Iterator<Item = f64>, width: usize, labels: Vec<f32>, rng: &mut ChaCha8Rng) -> Dataset {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.shuffle(rng);
    let ordered = Matrix::from_row_iterator(labels.len(), width, values.map(|x| x as f32));
    let mut inputs = Matrix::zeros(labels.len(), width);
    matrix::gather_rows(&ordered, &order, &mut inputs);
    let targets = Matrix::from_fn(labels.len(), 1, |row, _| labels[order[row]]);
    Dataset::generated(inputs, targets)
}

/// A point drawn uniformly from the ball: a normal direction, and the radius's power that fills the volume evenly.
fn in_ball(dimensions: usize, radius: f64, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let direction: Vec<f64> = (0..dimensions).map(|_| random::normal(rng)).collect();
    let length = direction.iter().map(|x| x * x).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
    let distance = radius * elementary::pow(rng.random(), 1.0 / dimensions as f64);
    direction.into_iter().map(|x| x * distance / length).collect()
}

fn deviation(rows: &[Vec<f64>]) -> f64 {
    let count = rows.iter().map(Vec::len).sum::<usize>() as f64;
    let mean = rows.iter().flatten().sum::<f64>() / count;
    (rows.iter().flatten().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parabolas_are_the_articles() {
        let data = parabola(1_000, 13);
        for (x, y) in data.inputs().row_iter().zip(data.targets().numbers().unwrap()) {
            let curve = x[0] * x[0] - if *y == 1.0 { 0.5 } else { 0.0 };
            assert!((x[1] - curve).abs() < 1e-6, "{x} {y}");
        }
        let mut x1: Vec<f32> = data.inputs().column(0).iter().copied().collect();
        x1.sort_by(f32::total_cmp);
        assert_eq!((x1[0], x1[1999]), (-1.0, 1.0));
        assert!(x1.windows(3).all(|w| w[2] - w[0] < 0.00201), "equal steps of 2 / 999, every one twice");
    }

    #[test]
    fn samples_are_shuffled_and_stay_beside_their_targets() {
        let (one, other) = (parabola(50, 1), parabola(50, 2));
        assert_ne!(one, other);
        assert_eq!(one, parabola(50, 1));
        assert_ne!(one.targets().numbers().unwrap().rows(0, 50).sum(), 0.0, "the classes are mixed");
    }

    #[test]
    fn moons_and_circles_lie_where_scikit_learn_puts_them() {
        for (x, &y) in moons(101, 0.0, 3).inputs().row_iter().zip(moons(101, 0.0, 3).targets().numbers().unwrap()) {
            let center = if y == 1.0 { [1.0, 0.5] } else { [0.0, 0.0] };
            assert!(((x[0] - center[0]).hypot(x[1] - center[1]) - 1.0).abs() < 1e-6);
            assert!(if y == 1.0 { x[1] <= 0.5 + 1e-6 } else { x[1] >= -1e-6 });
        }
        let data = circles(100, 0.0, 0.3, 3);
        for (x, &y) in data.inputs().row_iter().zip(data.targets().numbers().unwrap()) {
            let radius = if y == 1.0 { 0.3 } else { 1.0 };
            assert!((x[0].hypot(x[1]) - radius).abs() < 1e-6);
        }
    }

    #[test]
    fn noise_has_the_deviation_asked_for() {
        let data = circles(20_000, 0.1, 0.0, 4);
        let inner: Vec<f32> = (0..20_000)
            .filter(|&i| data.targets().numbers().unwrap()[i] == 1.0)
            .map(|i| data.inputs()[(i, 0)])
            .collect();
        let variance = inner.iter().map(|x| x * x).sum::<f32>() / inner.len() as f32;
        assert!((variance.sqrt() - 0.1).abs() < 0.003, "{variance}"); // four standard errors
    }

    #[test]
    fn the_ball_has_deviation_1_and_classes_by_the_sum_of_coordinates() {
        let data = ball(10, 2_000, 13);
        assert!((data.inputs().variance() - 1.0).abs() < 1e-3);
        let sums = |class: f32| {
            let rows =
                data.inputs().row_iter().zip(data.targets().numbers().unwrap()).filter(move |(_, y)| **y == class);
            rows.map(|(x, _)| x.sum().abs()).collect::<Vec<_>>()
        };
        let inner = sums(0.0).into_iter().fold(0.0, f32::max);
        assert!(sums(1.0).into_iter().all(|sum| sum >= inner));
        let positive = data.targets().numbers().unwrap().mean();
        assert!((0.5..0.7).contains(&positive), "{positive}"); // deepreplay's own draw: 0.612
    }

    #[test]
    fn the_hypercube_has_every_corner_once() {
        let data = hypercube(4, 13);
        let corners: std::collections::HashSet<String> = data.inputs().row_iter().map(|x| format!("{x:?}")).collect();
        assert_eq!((corners.len(), data.samples()), (16, 16));
        assert_eq!(data.targets().numbers().unwrap().sum(), 11.0); // C(4, 2) + C(4, 3) + C(4, 4)
    }

    #[test]
    fn absurd_arguments_make_a_small_or_a_bounded_data_set() {
        assert_eq!(parabola(0, 1).samples(), 2);
        assert_eq!(moons(0, f64::NAN, 1).samples(), 2);
        assert_eq!(circles(1, -1.0, f64::INFINITY, 1).samples(), 2);
        assert!(moons(1_000, f64::MAX, 1).inputs().iter().all(|x| x.is_finite()));
        assert!(circles(10, 0.0, 1e300, 1).inputs().iter().all(|x| x.is_finite()));
        assert_eq!(ball(0, 0, 1).inputs().shape(), (1, 1));
        assert_eq!(hypercube(0, 1).samples(), 2);
    }
}
