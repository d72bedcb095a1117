//! Categorical cross-entropy of classes by index: every position by itself, and never through a one-hot matrix.
//!
//! Values lie column by column: those of a position are the columns of its classes, one behind another.

use super::kernels::{Basis, add, clip, is_clipped, largest_of_rows, others_of_rows};
use crate::{
    ClassLabels, Matrix,
    math::functions::{self, Function},
};

/// The loss of every position, sample by sample, of outputs or logits that were checked.
pub(super) fn losses_into(predictions: &Matrix, labels: &ClassLabels, basis: Basis, losses: &mut [f32]) {
    let (rows, positions) = (predictions.nrows(), labels.positions());
    if rows == 0 {
        return;
    }
    let mut of_position = vec![0.0; rows];
    for (position, columns) in predictions.as_slice().chunks(rows * labels.classes()).enumerate() {
        let label = |row| labels.at(row, position);
        match basis {
            Basis::Outputs => of_outputs(columns, label, &mut of_position),
            Basis::Logits => of_logits(columns, label, &mut of_position),
        }
        let places = losses[position..].iter_mut().step_by(positions);
        places.zip(&of_position).for_each(|(place, loss)| *place = *loss);
    }
}

/// `-ln(p / sum p)` of each row's own class.
fn of_outputs(columns: &[f32], label: impl Fn(usize) -> usize, losses: &mut [f32]) {
    let rows = losses.len();
    let mut totals = vec![0.0; rows];
    columns.chunks(rows).for_each(|p| add(&mut totals, p));
    for (row, (loss, total)) in losses.iter_mut().zip(&totals).enumerate() {
        *loss = clip(columns[label(row) * rows + row] / total);
    }
    functions::apply(Function::Ln, losses);
    // A sum that is NaN has made its row NaN; less than nothing is no loss.
    losses.iter_mut().for_each(|loss| *loss = 0.0 - *loss);
}

/// `ln sum exp z - z` of each row's own class.
fn of_logits(columns: &[f32], label: impl Fn(usize) -> usize, losses: &mut [f32]) {
    let rows = losses.len();
    let largest = largest_of_rows(columns, rows, rows);
    let mut log_totals = others_of_rows(columns, &largest);
    functions::apply(Function::Ln1p, &mut log_totals);
    for (row, loss) in losses.iter_mut().enumerate() {
        *loss = log_totals[row] - (columns[label(row) * rows + row] - largest[row]);
    }
}

/// Replaces the probabilities of logits by the gradient of the mean loss over all positions with respect to the logits:
/// `(p - y) / positions` of all samples.
pub(super) fn differentiate_linked(outputs: &mut Matrix, labels: &ClassLabels) {
    let scale = 1.0 / labels.indices().len() as f32;
    for sample in 0..labels.samples() {
        for position in 0..labels.positions() {
            outputs[(sample, position * labels.classes() + labels.at(sample, position))] -= 1.0;
        }
    }
    outputs.as_mut_slice().iter_mut().for_each(|p| *p *= scale);
}

/// Replaces probabilities by the gradient of the mean loss with respect to them. With `s = sum p` of a position it is `1 / s`
/// for every class, less `1 / p` for its own, and nothing where that is clipped.
pub(super) fn differentiate(outputs: &mut Matrix, labels: &ClassLabels) {
    let (rows, count) = (outputs.nrows(), labels.indices().len() as f32);
    for (position, columns) in outputs.as_mut_slice().chunks_mut((rows * labels.classes()).max(1)).enumerate() {
        let mut totals = vec![0.0; rows];
        columns.chunks(rows).for_each(|p| add(&mut totals, p));
        for (row, total) in totals.into_iter().enumerate() {
            let own = labels.at(row, position) * rows + row;
            let p = columns[own];
            let free = !is_clipped(p / total);
            let mass = if free { 1.0 } else { 0.0 };
            columns[row..].iter_mut().step_by(rows).for_each(|p| *p = mass / (total * count));
            if free {
                columns[own] = (mass - total / p) / (total * count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Loss;

    const LOSS: Loss = Loss::CategoricalCrossEntropy;

    /// Two samples of three positions of four classes.
    fn logits() -> Matrix {
        let value = |k: usize| ((k * k * 5 + 3 * k) % 17) as f32 / 4.0 - 2.0;
        Matrix::from_fn(2, 12, |row, column| value(row * 12 + column))
    }

    fn labels() -> ClassLabels {
        ClassLabels::new([3, 0, 2, 1, 1, 0], 3, 4).unwrap()
    }

    fn close(found: &[f32], expected: &[f64]) -> bool {
        found.len() == expected.len()
            && found.iter().zip(expected).all(|(f, e)| (f64::from(*f) - e).abs() < 2e-6 * e.abs().max(1.0))
    }

    /// By numpy 2.4 and scipy 1.17: `k = np.arange(24); z = ((k*k*5 + 3*k) % 17 / 4 - 2).reshape(2, 3, 4)`
    /// `y = np.array([[3, 0, 2], [1, 1, 0]])`
    /// `-np.take_along_axis(scipy.special.log_softmax(z, -1), y[..., None], -1)[..., 0]`
    #[test]
    fn every_position_has_the_loss_that_scipy_gives_it() {
        let expected = [
            2.2454218229642855,
            1.9328148080891754,
            2.249605779705071,
            3.7647572543194325,
            2.9717219799380277,
            2.516999725429153,
        ];
        let losses = LOSS.per_position_from_logits(&logits(), &labels()).unwrap();
        assert!(close(&losses, &expected), "{losses:?}");
        let means = LOSS.per_sample_from_logits(&logits(), &labels()).unwrap();
        let expected: Vec<f64> = expected.chunks(3).map(|three| three.iter().sum::<f64>() / 3.0).collect();
        assert!(close(&means, &expected), "{means:?}");
    }

    /// A single position is the case that the one-hot form has too.
    #[test]
    fn one_position_is_to_the_bit_what_the_one_hot_targets_give() {
        let z = Matrix::from_fn(50, 7, |row, column| ((row * 7 + column) as f32).sin() * 40.0);
        let labels = ClassLabels::new((0..50).map(|row| row * row % 7).collect::<Vec<u32>>(), 1, 7).unwrap();
        let dense = crate::Targets::from(&labels).to_matrix().unwrap().into_owned();
        let mut p = z.clone();
        LOSS.link(&mut p, (&dense).into());
        assert_eq!(LOSS.per_sample_from_logits(&z, &labels).unwrap(), LOSS.per_sample_from_logits(&z, &dense).unwrap());
        assert_eq!(LOSS.per_sample(&p, &labels).unwrap(), LOSS.per_sample(&p, &dense).unwrap());
        assert_eq!(LOSS.gradient_from_logits(&z, &labels).unwrap(), LOSS.gradient_from_logits(&z, &dense).unwrap());
        assert_eq!(LOSS.gradient(&p, &labels).unwrap(), LOSS.gradient(&p, &dense).unwrap());
    }

    #[test]
    fn gradients_of_several_positions_agree_with_finite_differences() {
        let (z, labels) = (logits(), labels());
        let p = z.map(|z| 0.1 + z.abs());
        let (of_logits, of_outputs) =
            (LOSS.gradient_from_logits(&z, &labels).unwrap(), LOSS.gradient(&p, &labels).unwrap());
        let mean = |losses: Vec<f32>| losses.iter().map(|&loss| f64::from(loss)).sum::<f64>() / losses.len() as f64;
        for i in 0..z.len() {
            let moved = |from: &Matrix, step: f32| {
                let mut moved = from.clone();
                moved[i] += step;
                moved
            };
            let slope = |from: &Matrix, f: &dyn Fn(&Matrix) -> Vec<f32>| {
                (mean(f(&moved(from, 1e-2))) - mean(f(&moved(from, -1e-2)))) / 2e-2
            };
            let numeric = slope(&z, &|z| LOSS.per_position_from_logits(z, &labels).unwrap());
            assert!((f64::from(of_logits[i]) - numeric).abs() < 1e-4, "{i}: {} {numeric}", of_logits[i]);
            let numeric = slope(&p, &|p| LOSS.per_position(p, &labels).unwrap());
            assert!((f64::from(of_outputs[i]) - numeric).abs() < 2e-2 * numeric.abs().max(0.1), "{i}: {numeric}");
        }
    }

    #[test]
    fn what_saturates_diverges_or_is_nothing_has_the_loss_of_its_position_alone() {
        let labels = ClassLabels::new([1, 0], 2, 2).unwrap();
        let of =
            |values: &[f32]| LOSS.per_position_from_logits(&Matrix::from_row_slice(1, 4, values), &labels).unwrap();
        assert_eq!(of(&[1000.0, 0.0, 1000.0, 0.0]), [1000.0, 0.0]);
        let diverged = of(&[0.0, f32::NAN, 0.0, 0.0]);
        assert!(diverged[0].is_nan() && (diverged[1] - std::f32::consts::LN_2).abs() < 1e-7, "{diverged:?}");
        let none = ClassLabels::new([], 2, 2).unwrap();
        assert!(LOSS.per_sample(&Matrix::zeros(0, 4), &none).unwrap().is_empty());
        assert_eq!(LOSS.gradient(&Matrix::zeros(0, 4), &none).unwrap().len(), 0);
    }
}
