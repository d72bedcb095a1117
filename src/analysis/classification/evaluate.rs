//! Loss and accuracy of a model on data.

use crate::{Dataset, Forward, Loss, Matrix, Metrics, Result, data::labels, loss, math::matrix, model::checked};

/// Computes `loss` and `accuracy` of a model over a whole data set: over validation data during training, say.
///
/// `loss` is the mean over the samples. `accuracy` is the share of samples whose class is predicted correctly. It is
/// computed only where every target row names a class: 0 or 1 for a single output, which then stands for class 1
/// above 0.5; one-hot for several, of which the largest wins. Keras computes other things under that name for other
/// targets, and for one-hot targets with binary cross-entropy.
///
/// ```
/// use training_replay::{Dense, Loss, Sequential, analysis::evaluate, datasets};
///
/// let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
/// let metrics = evaluate(&model, &datasets::moons(100, 0.1, 7), Loss::MeanSquaredError)?;
/// assert!(metrics.get("loss").is_some() && metrics.get("accuracy").is_some());
/// # Ok::<(), training_replay::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Shape`](crate::Error::Shape) if model and data do not fit each other,
/// [`Error::Invalid`](crate::Error::Invalid) if the targets are none of the loss, and whatever error the model
/// returns.
pub fn evaluate(model: &dyn Forward, data: &Dataset, loss: Loss) -> Result<Metrics> {
    let mut metrics = Metrics::from([("loss", loss::mean(&checked::losses(model, data, loss)?))]);
    if labels::are_classes(data.targets()) {
        metrics.insert("accuracy", accuracy(&checked::outputs(model, data.inputs())?, data)?);
    }
    Ok(metrics)
}

/// The share of samples whose class these outputs predict, where every target row names one.
pub(crate) fn accuracy(outputs: &Matrix, data: &Dataset) -> Result<f64> {
    matrix::expect_shape("the model's outputs", outputs, data.targets().shape())?;
    Ok(labels::correct(outputs, data.targets()) as f64 / data.samples() as f64)
}
