//! A plane in the space of the weights.

use super::{
    filter_normalized,
    flat::{Filled, Flat},
};
use crate::{Error, Result, Weights, analysis::Caveat};

/// Two directions are along one line if the sine of the angle between them is below this.
const ALONG: f64 = 1e-6;

/// A plane in the space of the weights of a model: an origin `o` and two directions `a` and `b`, so that `(x, y)` are the weights
/// `o + x a + y b`.
///
/// The directions need be neither of length 1 nor at right angles. They are of the floating-point parameters; others have the values
/// of the origin everywhere. [`WeightPath::plane`](crate::analysis::WeightPath::plane) returns that of a run.
///
/// ```
/// use training_replay::{Parameter, Weights, analysis::WeightPlane};
///
/// let weights = |kernel: [f32; 3]| Weights::from_iter([Parameter::new("line", "kernel", [3, 1], kernel.to_vec())]);
/// let plane = WeightPlane::of(&weights([1.0, 1.0, 1.0]), [&weights([2.0, 0.0, 0.0]), &weights([0.0, 1.0, 0.0])])?;
/// assert_eq!(plane.weights(0.5, 3.0), weights([2.0, 4.0, 1.0]));
/// assert_eq!(plane.project(&weights([2.0, 4.0, 7.0]))?, [0.5, 3.0]);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct WeightPlane {
    flat: Flat,
    origin: Vec<f64>,
    directions: [Vec<f64>; 2],
}

impl WeightPlane {
    /// Creates the plane of an origin and two directions.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for directions that have other parameters than the origin, for values that are NaN or infinite, a direction
    /// of length 0, and two along one line.
    pub fn of(origin: &Weights, directions: [&Weights; 2]) -> Result<Self> {
        let flat = Flat::of(origin.clone())?;
        let vector = flat.vector(origin, "of the origin")?;
        let [first, second] = directions;
        let first = flat.vector(first, "of the first direction")?;
        let second = flat.vector(second, "of the second direction")?;
        Self::of_vectors(flat, vector, [first, second])
    }

    /// Creates the plane of two random directions through some weights, filter-normalized as in Li, Xu, Taylor, Studer and
    /// Goldstein, "Visualizing the Loss Landscape of Neural Nets" (2018), section 4.
    ///
    /// They are drawn from the normal distribution; then the slice of each unit, in every parameter of two dimensions or more, gets
    /// the length that the unit's weights have. Of parameters of one dimension or none, biases and those of normalizations, the
    /// directions are 0. A unit's slice is along the last dimension, and along the first where the
    /// [`orientation`](crate::Parameter::orientation) says so, or where nothing does and the parameter is called `weight`, as PyTorch
    /// calls it. The same seed gives the same directions, on every machine.
    ///
    /// ```
    /// use training_replay::{Dense, Sequential, Weights, analysis::WeightPlane};
    ///
    /// let weights = Weights::of(&Sequential::builder(3).layer(Dense::new(2).name("output")).build(1)?)?;
    /// let [direction, _] = WeightPlane::random(&weights, 7)?.directions();
    /// let lengths = |weights: &Weights| -> training_replay::Result<Vec<f64>> {
    ///     let kernel = weights.require("output", "kernel", &[3, 2])?.to_f64_matrix()?;
    ///     Ok(kernel.column_iter().map(|unit| unit.norm()).collect())
    /// };
    /// for (drawn, own) in lengths(&direction)?.iter().zip(lengths(&weights)?) {
    ///     assert!((drawn - own).abs() < 1e-12);
    /// }
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`of`](Self::of): no parameter may be of two dimensions, or all of those 0.
    pub fn random(origin: &Weights, seed: u64) -> Result<Self> {
        let flat = Flat::of(origin.clone())?;
        let vector = flat.vector(origin, "of the origin")?;
        let directions = filter_normalized::directions(&flat, &vector, seed);
        Self::of_vectors(flat, vector, directions)
    }

    /// Creates the plane through three points: the weights of three epochs, say.
    ///
    /// The first one is the origin, the second one lies to its right, the third one above. Both directions are of length 1 and at right
    /// angles.
    ///
    /// ```
    /// use training_replay::{Parameter, Weights, analysis::WeightPlane};
    ///
    /// let weights = |bias: [f32; 3]| Weights::from_iter([Parameter::new("a", "bias", [3], bias.to_vec())]);
    /// let corners = [weights([1.0, 1.0, 1.0]), weights([4.0, 1.0, 1.0]), weights([5.0, 1.0, 3.0])];
    /// let plane = WeightPlane::through(corners.each_ref())?;
    /// assert_eq!(plane.project(&corners[1])?, [3.0, 0.0]);
    /// assert_eq!(plane.project(&corners[2])?, [4.0, 2.0]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`of`](Self::of), for the directions from the first point to the two others.
    pub fn through(points: [&Weights; 3]) -> Result<Self> {
        let flat = Flat::of(points[0].clone())?;
        let origin = flat.vector(points[0], "of the first point")?;
        let from_origin = |point: &Weights, whose: &str| {
            let mut vector = flat.vector(point, whose)?;
            vector.iter_mut().zip(&origin).for_each(|(value, origin)| *value -= origin);
            Ok(vector)
        };
        let mut right = from_origin(points[1], "of the second point")?;
        let mut above = from_origin(points[2], "of the third point")?;
        expect_two([&right, &above])?;
        scale(&mut right);
        // Twice is enough: the second time removes what rounding has left.
        for _ in 0..2 {
            let share = dot(&above, &right);
            above.iter_mut().zip(&right).for_each(|(value, right)| *value -= share * right);
        }
        scale(&mut above);
        Self::of_vectors(flat, origin, [right, above])
    }

    pub(super) fn of_vectors(flat: Flat, origin: Vec<f64>, directions: [Vec<f64>; 2]) -> Result<Self> {
        expect_two([&directions[0], &directions[1]])?;
        Ok(Self { flat, origin, directions })
    }

    /// Returns the weights at a point of the plane, rounded to the types that the parameters of the origin have.
    ///
    /// ```
    /// # use training_replay::{Dense, Sequential, Weights, analysis::WeightPlane};
    /// # let weights = Weights::of(&Sequential::builder(3).layer(Dense::new(2)).build(1)?)?;
    /// assert_eq!(WeightPlane::random(&weights, 7)?.weights(0.0, 0.0), weights);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn weights(&self, x: f64, y: f64) -> Weights {
        let mut filled = Filled::default();
        self.fill(&mut filled, x, y);
        filled.into_weights()
    }

    /// Returns the two directions, in double precision.
    ///
    /// ```
    /// # use training_replay::{Parameter, Weights, analysis::WeightPlane};
    /// # let weights = |bias: [f64; 2]| Weights::from_iter([Parameter::new("a", "bias", [2], bias.to_vec())]);
    /// let plane = WeightPlane::of(&weights([5.0, 5.0]), [&weights([1.0, 2.0]), &weights([0.0, 3.0])])?;
    /// assert_eq!(plane.directions(), [weights([1.0, 2.0]), weights([0.0, 3.0])]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn directions(&self) -> [Weights; 2] {
        self.directions.each_ref().map(|direction| self.flat.weights(direction))
    }

    /// Returns the point of the plane that is nearest to some weights.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for weights with other parameters, and values that are NaN or infinite.
    pub fn project(&self, weights: &Weights) -> Result<[f64; 2]> {
        let mut apart = self.flat.vector(weights, "of the point")?;
        apart.iter_mut().zip(&self.origin).for_each(|(value, origin)| *value -= origin);
        // By the second direction's part at right angles to the first, as a system of equations would lose half of the digits.
        let [first, second] = &self.directions;
        let square = dot(first, first);
        let slant = dot(first, second) / square;
        let upright: Vec<f64> = second.iter().zip(first).map(|(second, first)| second - slant * first).collect();
        let y = dot(&apart, &upright) / dot(&upright, &upright);
        Ok([dot(&apart, first) / square - slant * y, y])
    }

    /// What surfaces over it leave out.
    pub(super) fn caveat(&self) -> Option<Caveat> {
        self.flat.caveat()
    }

    /// Fails unless weights have the same floating-point parameters.
    pub(crate) fn expect(&self, weights: &Weights, whose: &str) -> Result<()> {
        self.flat.expect(weights, whose)
    }

    /// As [`weights`](Self::weights), in memory that is there already.
    pub(super) fn fill(&self, filled: &mut Filled, x: f64, y: f64) {
        let [first, second] = &self.directions;
        self.flat.fill(filled, |at| self.origin[at] + x * first[at] + y * second[at]);
    }
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

/// Gives a vector the length 1.
fn scale(vector: &mut [f64]) {
    let length = dot(vector, vector).sqrt();
    vector.iter_mut().for_each(|value| *value /= length);
}

/// Fails unless two directions span a plane.
fn expect_two(directions: [&[f64]; 2]) -> Result<()> {
    let lengths = directions.map(|direction| dot(direction, direction).sqrt());
    for (name, length) in ["first", "second"].iter().zip(lengths) {
        if !(length > 0.0 && length.is_finite()) {
            let what = format!("the length of the {name} direction in the space of the weights");
            return Err(Error::invalid(what, "more than 0, and less than about 1e150", length));
        }
    }
    let [first, second] = directions;
    let pairs = || first.iter().zip(second).map(|(first, second)| (first / lengths[0], second / lengths[1]));
    let apart =
        |sign: f64| pairs().map(|(first, second)| (first - sign * second) * (first - sign * second)).sum::<f64>();
    // Of vectors of length 1 the sine is half the product of their difference and their sum.
    if (apart(1.0) * apart(-1.0)).sqrt() < 2.0 * ALONG {
        let expected = "along two lines, to span a plane in the space of the weights";
        return Err(Error::invalid("the pair of directions", expected, "along one"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Parameter;

    fn weights(kernel: &[f64]) -> Weights {
        Weights::from_iter([Parameter::new("a", "kernel", [kernel.len()], kernel.to_vec())])
    }

    #[test]
    fn points_that_span_no_plane_are_refused() {
        let plane = |points: [[f64; 3]; 3]| WeightPlane::through(points.map(|point| weights(&point)).each_ref());
        let message = |points| plane(points).unwrap_err().to_string();
        let zero = [0.0; 3];
        assert!(message([zero, zero, [1.0, 0.0, 0.0]]).contains("first direction"));
        assert!(message([zero, [1.0, 0.0, 0.0], zero]).contains("second direction"));
        assert!(message([zero, [1.0, 2.0, 3.0], [-2.0, -4.0, -6.0]]).contains("along one"));
        assert!(
            message([zero, [1.0, 2.0, 3.0], [0.0, f64::NAN, 0.0]])
                .contains("value 1 of parameter a/kernel of the third")
        );
        assert!(message([zero, [1.0, 2.0, 3.0], [1e200, 0.0, 0.0]]).contains("second direction"));
        assert!(plane([zero, [1.0, 2.0, 3.0], [1.0, 2.0, 3.001]]).is_ok());
    }

    #[test]
    fn a_point_of_slanted_directions_is_found_again() {
        let plane =
            WeightPlane::of(&weights(&[1.0, 2.0, 3.0]), [&weights(&[1.0, 1.0, 0.0]), &weights(&[1.0, 1.01, 0.5])]);
        let plane = plane.unwrap();
        let [x, y] = plane.project(&plane.weights(0.75, -2.5)).unwrap();
        assert!((x - 0.75).abs() < 1e-12 && (y + 2.5).abs() < 1e-12, "{x} {y}");
    }
    /// The same seed gives the same directions for good.
    #[test]
    fn random_directions_stay_as_they_were() {
        let kernel = Parameter::new("a", "kernel", [2, 3], vec![3.0_f32, 0.0, 1.0, 4.0, 0.0, 1.0]);
        let bias = Parameter::new("a", "bias", [3], vec![1.0_f32; 3]);
        let plane = WeightPlane::random(&Weights::from_iter([kernel, bias]), 7).unwrap();
        let sum = |sum: u64, value: &f64| sum.rotate_left(5).wrapping_add(value.to_bits());
        let found = plane.directions.each_ref().map(|direction| direction.iter().fold(0, sum));
        assert_eq!(found, [0x95f7_9b35_d000_8b25, 0xad01_0900_e3d8_7ba8], "{found:#x?}");
        assert_ne!(plane, WeightPlane::random(&plane.weights(0.0, 0.0), 8).unwrap());
    }
}
