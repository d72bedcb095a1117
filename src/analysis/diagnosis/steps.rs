//! How far the kernels of each layer move from epoch to epoch.

use crate::{Result, Weights};

/// How far the kernels of a layer moved from an epoch to the next, over their size before; infinite where they were finite and
/// are no more.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) layer: String,
    /// The epoch that they came to.
    pub(crate) epoch: u64,
    pub(crate) ratio: f64,
}

/// The sums of squares of a layer.
struct Squares<'a> {
    layer: &'a str,
    change: f64,
    size: f64,
}

/// The steps of all layers between two epochs: `||W - V|| / ||V||` over all arrays of two or more dimensions. A layer whose
/// kernels were 0 is left out: any step is infinite beside nothing.
pub(crate) fn steps(earlier: &Weights, later: &Weights, epoch: u64) -> Result<Vec<Step>> {
    let mut layers: Vec<Squares<'_>> = Vec::new();
    for (later, earlier) in later.paired(earlier)? {
        if later.shape().len() < 2 || !later.values().dtype().is_float() {
            continue;
        }
        let change: f64 = later.differences(earlier).iter().map(|d| d * d).sum();
        let size: f64 = earlier.values().to_f64().iter().map(|v| v * v).sum();
        match layers.iter_mut().find(|squares| squares.layer == later.layer()) {
            Some(squares) => (squares.change, squares.size) = (squares.change + change, squares.size + size),
            None => layers.push(Squares { layer: later.layer(), change, size }),
        }
    }
    let step = |squares: Squares<'_>| {
        let ratio = (squares.change / squares.size).sqrt();
        let ratio = if ratio.is_nan() { f64::INFINITY } else { ratio };
        (squares.size > 0.0 && squares.size.is_finite()).then(|| Step { layer: squares.layer.to_owned(), epoch, ratio })
    };
    Ok(layers.into_iter().filter_map(step).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Parameter;

    fn weights(kernel: [f32; 2], bias: f32) -> Weights {
        let kernel = Parameter::new("h", "kernel", [1, 2], kernel.to_vec());
        Weights::from_iter([kernel, Parameter::new("h", "bias", [1], vec![bias])])
    }

    #[test]
    fn a_step_is_the_change_of_the_kernels_over_their_size() {
        let found = steps(&weights([3.0, 4.0], 0.0), &weights([3.0, 5.0], 9.0), 7).unwrap();
        assert_eq!(found, [Step { layer: "h".into(), epoch: 7, ratio: 0.2 }]);
        assert_eq!(steps(&weights([0.0; 2], 0.0), &weights([3.0, 5.0], 9.0), 7).unwrap(), []);
        let found = steps(&weights([3.0, 4.0], 0.0), &weights([f32::NAN, 5.0], 9.0), 7).unwrap();
        assert_eq!(found[0].ratio, f64::INFINITY);
    }
}
