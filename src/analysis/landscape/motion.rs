//! How a run moves through the space of its weights: how fast, around which corners, how far.

use crate::math::elementary;

/// The motion of one run, of weights that come epoch by epoch.
#[derive(Debug, Default)]
pub(super) struct Motion {
    pub(super) epochs: Vec<u64>,
    pub(super) speeds: Vec<Option<f64>>,
    pub(super) turnings: Vec<Option<f64>>,
    pub(super) distances: Vec<f64>,
    start: Vec<f64>,
    previous: Vec<f64>,
    /// From the epoch before the previous one to that.
    step: Vec<f64>,
}

impl Motion {
    /// Takes the weights of a further epoch.
    pub(super) fn push(&mut self, epoch: u64, weights: &[f64]) {
        let Some(&before) = self.epochs.last() else {
            (self.start, self.previous) = (weights.to_vec(), weights.to_vec());
            return self.add(epoch, None, 0.0);
        };
        let step: Vec<f64> = differences(weights, &self.previous).collect();
        if let Some(turning) = self.turnings.last_mut().filter(|_| !self.step.is_empty()) {
            *turning = angle(&self.step, &step);
        }
        let (length, distance) = (norm(step.iter().copied()), norm(differences(weights, &self.start)));
        self.previous.copy_from_slice(weights);
        self.step = step;
        self.add(epoch, Some(length / (epoch - before) as f64), distance);
    }

    /// Gives back the memory of a run that is at its end.
    pub(super) fn end(&mut self) {
        (self.start, self.previous, self.step) = Default::default();
    }

    fn add(&mut self, epoch: u64, speed: Option<f64>, distance: f64) {
        self.epochs.push(epoch);
        self.speeds.push(speed);
        self.turnings.push(None); // until the next epoch is known
        self.distances.push(distance);
    }
}

fn differences<'a>(one: &'a [f64], other: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
    one.iter().zip(other).map(|(one, other)| one - other)
}

fn norm(values: impl Iterator<Item = f64>) -> f64 {
    values.map(|value| value * value).sum::<f64>().sqrt()
}

/// The angle between two vectors in radians, from 0 to pi; none where one of them is zero.
///
/// By Kahan's formula `2 atan2(|u - v|, |u + v|)` of vectors of length 1, since the inverse cosine of their product loses half of the
/// digits where they are nearly parallel ("How Futile are Mindless Assessments of Roundoff in Floating-Point Computation?", 2006).
fn angle(one: &[f64], other: &[f64]) -> Option<f64> {
    let (own, others) = (norm(one.iter().copied()), norm(other.iter().copied()));
    if own == 0.0 || others == 0.0 {
        return None;
    }
    let pairs = || one.iter().zip(other).map(|(one, other)| (one / own, other / others));
    let (apart, together) = (norm(pairs().map(|(u, v)| u - v)), norm(pairs().map(|(u, v)| u + v)));
    Some(2.0 * elementary::angle_of_quarter(apart, together))
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;

    fn motion(points: &[(u64, [f64; 2])]) -> Motion {
        let mut motion = Motion::default();
        points.iter().for_each(|(epoch, point)| motion.push(*epoch, point));
        motion
    }

    #[test]
    fn around_a_square_every_corner_is_a_quarter_turn_and_the_way_back_a_half() {
        let path = [[0.0, 0.0], [3.0, 0.0], [3.0, 3.0], [0.0, 3.0], [3.0, 3.0]];
        let motion = motion(&[0, 1, 3, 4, 10].into_iter().zip(path).collect::<Vec<_>>());
        assert_eq!(motion.speeds, [None, Some(3.0), Some(1.5), Some(3.0), Some(0.5)]);
        assert_eq!((motion.turnings[0], motion.turnings[4]), (None, None));
        let found = motion.turnings.iter().flatten();
        assert!(found.zip([PI / 2.0, PI / 2.0, PI]).all(|(turning, expected)| (turning - expected).abs() < 1e-15));
        assert_eq!(motion.distances, [0.0, 3.0, 18.0_f64.sqrt(), 3.0, 18.0_f64.sqrt()]);
    }

    #[test]
    fn where_nothing_moves_there_is_no_corner() {
        let motion = motion(&[(0, [1.0, 1.0]), (1, [2.0, 1.0]), (2, [2.0, 1.0]), (3, [3.0, 1.0]), (4, [4.0, 1.0])]);
        assert_eq!(motion.turnings, [None, None, None, Some(0.0), None]);
        assert_eq!(motion.speeds, [None, Some(1.0), Some(0.0), Some(1.0), Some(1.0)]);
    }

    #[test]
    fn angles_of_nearly_parallel_steps_keep_their_digits() {
        for small in [1e-3, 1e-8, 1e-12] {
            let found = angle(&[1.0, 0.0], &[1.0, small]).unwrap();
            assert!((found / small - 1.0).abs() < 1e-6, "{found} for {small}");
        }
    }
}
