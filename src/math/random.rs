//! Seeded random numbers, an independent stream for each purpose.
//!
//! All of it comes from ChaCha with 8 rounds, whose *stream* number separates the purposes: another layer, or another
//! data set, does not change the shuffles.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::elementary;

/// What random numbers are drawn for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    /// The points of a data set, and their order.
    Data,
    /// Which samples of a data set are in which part.
    Split,
    /// The directions of a plane through weights.
    Directions,
    /// Which samples stand for all of them.
    Sample,
    /// Where the search for the eigenvalues of a Hessian begins.
    Curvature,
    /// The signs by which the trace of a Hessian is estimated.
    Probes,
    /// What is added to the inputs of a data set.
    Noise,
    /// The initial weights of the layer with this index.
    Weights(usize),
    /// The order of the samples in this epoch of training, counted from 0.
    Shuffle(u64),
    /// What the layer with this index drops in this epoch of training, counted from 0.
    Dropout { layer: usize, epoch: u64 },
    /// The projection of the gradients of this epoch.
    Projection(u64),
}

/// The generator of one purpose.
pub(crate) fn rng(seed: u64, purpose: Purpose) -> ChaCha8Rng {
    const FAMILY: u64 = 1 << 62;
    // Networks have at most 2^12 layers, which leaves this many bits to count epochs.
    const EPOCHS: u64 = 1 << 50;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(match purpose {
        Purpose::Data => 0,
        Purpose::Split => 1,
        Purpose::Directions => 2,
        Purpose::Sample => 8,
        Purpose::Curvature => 3,
        Purpose::Probes => 4,
        Purpose::Noise => 9,
        Purpose::Projection(epoch) => (FAMILY / 2) | (epoch % (FAMILY / 2)),
        Purpose::Weights(layer) => FAMILY | layer as u64,
        Purpose::Shuffle(epoch) => (2 * FAMILY) | epoch,
        Purpose::Dropout { layer, epoch } => (3 * FAMILY) | (layer as u64 * EPOCHS) | (epoch % EPOCHS),
    });
    rng
}

/// A number from the standard normal distribution, by the transformation of Box and Muller (1958).
pub(crate) fn normal(rng: &mut ChaCha8Rng) -> f64 {
    // 1 - [0, 1) is never 0, whose logarithm is infinite.
    let radius = (-2.0 * elementary::ln(1.0 - rng.random::<f64>())).sqrt();
    let [cos, _] = elementary::cos_sin_of_turn(rng.random());
    radius * cos
}

/// 1 or -1, each as likely.
pub(crate) fn sign(rng: &mut ChaCha8Rng) -> f64 {
    if rng.random() { 1.0 } else { -1.0 }
}

/// A number from the uniform distribution on `[-1, 1)`.
pub(crate) fn symmetric(rng: &mut ChaCha8Rng) -> f64 {
    2.0 * rng.random::<f64>() - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_draws_its_own_numbers_and_the_same_ones_again() {
        let first = |purpose| rng(7, purpose).random::<u64>();
        assert_eq!(first(Purpose::Data), first(Purpose::Data));
        let pairs = [0, 1, 4095].into_iter().flat_map(|layer| [0, 1, (1 << 50) - 1].map(|epoch| (layer, epoch)));
        let purposes: Vec<Purpose> = pairs
            .map(|(layer, epoch)| Purpose::Dropout { layer, epoch })
            .chain([
                Purpose::Data,
                Purpose::Split,
                Purpose::Noise,
                Purpose::Directions,
                Purpose::Sample,
                Purpose::Curvature,
                Purpose::Probes,
                Purpose::Weights(0),
                Purpose::Weights(1),
                Purpose::Shuffle(0),
                Purpose::Shuffle(1),
                Purpose::Projection(0),
                Purpose::Projection(1),
            ])
            .collect();
        let drawn: std::collections::HashSet<u64> = purposes.iter().copied().map(first).collect();
        assert_eq!(drawn.len(), purposes.len());
    }

    /// Old seeds give the old runs.
    #[test]
    fn every_stream_stays_as_it_was() {
        let first = |purpose| rng(7, purpose).random::<u64>();
        let purposes =
            [Purpose::Data, Purpose::Weights(3), Purpose::Shuffle(3), Purpose::Dropout { layer: 3, epoch: 3 }];
        assert_eq!(
            purposes.map(first),
            [2910824217569608635, 4505236524594882835, 16568885247223500487, 7176925365461483468]
        );
    }

    #[test]
    fn normal_numbers_have_mean_0_and_deviation_1() {
        let mut rng = rng(1, Purpose::Data);
        let n = 100_000;
        let draws: Vec<f64> = (0..n).map(|_| normal(&mut rng)).collect();
        let mean = draws.iter().sum::<f64>() / f64::from(n);
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / f64::from(n);
        // Four standard errors of the mean and of the variance.
        assert!(mean.abs() < 4.0 / f64::from(n).sqrt(), "{mean}");
        assert!((variance - 1.0).abs() < 4.0 * (2.0 / f64::from(n)).sqrt(), "{variance}");
    }
}
