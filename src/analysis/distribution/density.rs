//! Kernel density estimates: the outlines of violins.

#[cfg(feature = "serde")]
use crate::serial;
use crate::{
    Error, Result,
    math::{elementary, stats},
};

/// More points than anybody can look at.
const MAX_POINTS: usize = 1_000_000;

/// From so many bandwidths away a value adds less than 3e-18 of what it adds beside itself, which `f64` does not show.
const REACH: f64 = 9.0;

/// A kernel density estimate of numbers, with a Gaussian kernel: `scipy.stats.gaussian_kde` with its defaults.
///
/// With `n` values `v`: `density(x) = sum over v of exp(-((x - v) / h)² / 2) / (n h sqrt(2 pi))`, where the bandwidth
/// is `h = n^(-1/5) std`, by the rule of Scott, "Multivariate Density Estimation" (1992), and `std` the deviation of
/// the sample, with the divisor `n - 1`.
///
/// ```
/// use training_replay::analysis::Distribution;
///
/// let density = Distribution::of(&[-1.0, 0.0, 1.0]).density(101)?.expect("values that differ");
/// let peak = density.density.iter().copied().fold(0.0, f64::max);
/// assert_eq!(density.density[50], peak); // in the middle, at 0
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Density {
    /// The points at which the density is given.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub x: Vec<f64>,
    /// The density at each point; its integral over the whole axis is 1.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub density: Vec<f64>,
    /// The standard deviation of the kernel.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
    pub bandwidth: f64,
}

impl Density {
    /// Estimates the density of values at these points; `None` for fewer than two values, or values that are all equal.
    ///
    /// Values that are NaN or infinite are left out.
    ///
    /// ```
    /// use training_replay::analysis::Density;
    ///
    /// let density = Density::at(&[0.0, 1.0, 2.0], &[1.0, 50.0])?.expect("values that differ");
    /// assert!(density.density[0] > 0.3 && density.density[1] == 0.0);
    /// assert_eq!(Density::at(&[3.0, 3.0, f64::NAN], &[1.0])?, None);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for more than a million points, or one that is not a finite number.
    pub fn at(values: &[f64], x: &[f64]) -> Result<Option<Self>> {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        Self::of_sorted(&sorted, x)
    }

    /// The same of finite values in increasing order, without a copy.
    pub(crate) fn of_sorted(sorted: &[f64], x: &[f64]) -> Result<Option<Self>> {
        if x.len() > MAX_POINTS {
            return Err(Error::invalid("the number of places", format!("at most {MAX_POINTS}"), x.len()));
        }
        if let Some(place) = x.iter().find(|place| !place.is_finite()) {
            return Err(Error::invalid("a place of a density", "a finite number", place));
        }
        Ok(bandwidth(sorted).map(|bandwidth| Self::of(sorted, bandwidth, x.to_vec())))
    }

    /// That of sorted values on so many points in equal steps, two bandwidths beyond both ends.
    pub(crate) fn spread(sorted: &[f64], points: usize) -> Result<Option<Self>> {
        if !(2..=MAX_POINTS).contains(&points) {
            let expected = format!("from 2 to {MAX_POINTS}");
            return Err(Error::invalid("the number of points of a density", expected, points));
        }
        let Some(bandwidth) = bandwidth(sorted) else { return Ok(None) };
        let (low, high) = (sorted[0] - 2.0 * bandwidth, sorted[sorted.len() - 1] + 2.0 * bandwidth);
        Ok(Some(Self::of(sorted, bandwidth, stats::linspace(low, high, points).collect())))
    }

    fn of(sorted: &[f64], bandwidth: f64, x: Vec<f64>) -> Self {
        let scale = 1.0 / (sorted.len() as f64 * bandwidth * std::f64::consts::TAU.sqrt());
        let density = x.iter().map(|&x| scale * weight_near(sorted, x, bandwidth)).collect();
        Self { x, density, bandwidth }
    }
}

/// By Scott's rule; `None` where values do not differ, or by more than `f64` can tell.
fn bandwidth(sorted: &[f64]) -> Option<f64> {
    let count = sorted.len() as f64;
    let mean = stats::mean(sorted.iter().copied());
    let variance = sorted.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count - 1.0);
    let bandwidth = elementary::pow(count, -0.2) * variance.sqrt();
    (sorted.first() < sorted.last() && bandwidth > 0.0 && bandwidth.is_finite()).then_some(bandwidth)
}

/// The sum of the kernels of all values that reach a place.
fn weight_near(sorted: &[f64], x: f64, bandwidth: f64) -> f64 {
    let first = sorted.partition_point(|&value| value < x - REACH * bandwidth);
    let count = sorted[first..].partition_point(|&value| value <= x + REACH * bandwidth);
    let (mut sum, mut some) = (0.0, [0.0; 64]);
    for near in sorted[first..][..count].chunks(some.len()) {
        let weights = &mut some[..near.len()];
        for (weight, value) in weights.iter_mut().zip(near) {
            let away = (x - value) / bandwidth;
            *weight = -0.5 * (away * away);
        }
        elementary::exp_of_all(weights);
        sum = weights.iter().fold(sum, |sum, weight| sum + weight);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `k = scipy.stats.gaussian_kde([.25, -1.5, 0, 3, .75, 0, -.25, 1.25, 8]); k([-2, 0, .5, 4, 20])`
    /// `k.factor * np.std(v, ddof=1)`
    #[test]
    fn densities_are_scipys() {
        let values = [0.25, -1.5, 0.0, 3.0, 0.75, 0.0, -0.25, 1.25, 8.0];
        let density = Density::at(&values, &[-2.0, 0.0, 0.5, 4.0, 20.0]).unwrap().unwrap();
        let expected =
            [0.08994127756400862, 0.1631350572597801, 0.16364013286949658, 0.04456034411658772, 6.282577391310804e-12];
        for (found, expected) in density.density.iter().zip(expected) {
            assert!((found - expected).abs() <= 1e-14, "{found}, by scipy {expected}");
        }
        assert!((density.bandwidth - 1.8055334361264817).abs() < 1e-14, "{}", density.bandwidth);
    }

    #[test]
    fn a_density_adds_up_to_1() {
        let values: Vec<f64> = (0..500).map(|i| f64::from(i * i % 97)).collect();
        let x: Vec<f64> = (0..4_000).map(|i| -100.0 + 0.1 * f64::from(i)).collect();
        let density = Density::at(&values, &x).unwrap().unwrap();
        assert!((density.density.iter().sum::<f64>() * 0.1 - 1.0).abs() < 1e-9);
    }

    #[test]
    fn values_that_do_not_differ_have_no_density() {
        for values in [&[][..], &[1.0], &[2.0, 2.0, 2.0], &[f64::NAN, 1.0], &[f64::MIN, f64::MAX]] {
            assert!(Density::at(values, &[0.0]).unwrap().is_none(), "{values:?}");
        }
        assert!(Density::at(&[0.0, 1.0], &[f64::NAN]).is_err());
        assert!(Density::spread(&[0.0, 1.0], 1).is_err());
    }
}
