//! The loss of the best prediction that does not look at the inputs.

use super::gap::{Gap, Known};
use crate::{
    Loss, Targets,
    math::{elementary, matrix, stats},
};

/// The smallest mean loss of a prediction that is the same for every sample: the mean of the targets.
///
/// Of the mean squared error the variance of the targets, `mean over k of mean (y - mean y)²`; of binary cross-entropy the
/// entropy of their means, `mean over k of -m ln m - (1 - m) ln(1 - m)`; of the categorical one that of the shares of
/// the classes, `-sum over k of m ln m`. Fails for a model's own loss.
pub(super) fn constant_loss(loss: Loss, targets: Targets<'_>) -> Known<f64> {
    let means = means(targets);
    match loss {
        Loss::BinaryCrossEntropy => {
            let entropies = means.iter().map(|&m| entropy(m) + entropy(1.0 - m));
            Ok(entropies.sum::<f64>() / means.len() as f64)
        }
        Loss::CategoricalCrossEntropy => Ok(means.iter().map(|&m| entropy(m)).sum()),
        Loss::MeanSquaredError => variance(targets),
        Loss::Own => Err(Gap::new("the best constant prediction is not known of a model's own loss")),
    }
}

/// The loss of a model that knows nothing: `ln 2` of binary, `ln k` of categorical cross-entropy of k classes, and of numbers, of
/// which there is no such prediction, that of the best constant one.
pub(super) fn unknowing_loss(loss: Loss, targets: Targets<'_>) -> Known<f64> {
    match loss {
        Loss::BinaryCrossEntropy => Ok(std::f64::consts::LN_2),
        Loss::CategoricalCrossEntropy => Ok(elementary::ln(targets.width() as f64)),
        Loss::MeanSquaredError | Loss::Own => constant_loss(loss, targets),
    }
}

/// `-m ln m`, 0 at 0.
fn entropy(m: f64) -> f64 {
    if m > 0.0 { -m * elementary::ln(m) } else { 0.0 }
}

/// The mean of each output; of labels the share of each class over all positions.
fn means(targets: Targets<'_>) -> Vec<f64> {
    match targets {
        Targets::Numbers(numbers) => {
            matrix::columns(numbers).map(|column| matrix::sum_f64(column) / column.len() as f64).collect()
        }
        Targets::Labels(labels) => {
            let mut counts = vec![0.0; labels.classes()];
            labels.indices().iter().for_each(|&label| counts[label as usize] += 1.0 / labels.indices().len() as f64);
            counts
        }
    }
}

fn variance(targets: Targets<'_>) -> Known<f64> {
    let numbers = targets.numbers()?;
    let variances = matrix::columns(numbers).map(|column| {
        let deviation = stats::deviation(column.iter().map(|&y| f64::from(y)));
        deviation * deviation
    });
    Ok(variances.sum::<f64>() / numbers.ncols() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClassLabels, Matrix};

    /// By hand: of two outputs with means 1/2 and 1/4; `scipy.stats.entropy` of scipy 1.17 for the shares 1/2, 1/4, 1/4.
    #[test]
    fn it_is_the_loss_of_the_mean_of_the_targets() {
        let targets = Matrix::from_row_slice(4, 2, &[1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
        let found = constant_loss(Loss::MeanSquaredError, (&targets).into()).unwrap();
        assert!((found - f64::midpoint(0.25, 0.1875)).abs() < 1e-12, "{found}");
        let found = constant_loss(Loss::BinaryCrossEntropy, (&targets).into()).unwrap();
        assert!((found - f64::midpoint(std::f64::consts::LN_2, 0.5623351446188083)).abs() < 1e-12, "{found}");
        let labels = ClassLabels::new([0, 1, 0, 2], 1, 3).unwrap();
        let found = constant_loss(Loss::CategoricalCrossEntropy, (&labels).into()).unwrap();
        assert!((found - 1.0397207708399179).abs() < 1e-12, "{found}");
        assert!(constant_loss(Loss::Own, (&targets).into()).is_err());
        let found = unknowing_loss(Loss::CategoricalCrossEntropy, (&labels).into()).unwrap();
        assert!((found - 1.0986122886681098).abs() < 1e-12, "{found}"); // `np.log(3)`
        assert_eq!(unknowing_loss(Loss::BinaryCrossEntropy, (&targets).into()), Ok(std::f64::consts::LN_2));
    }
}
