//! What every layer makes of the data: activations, or what goes into the activation functions.

use crate::{Forward, Matrix, Result, model};

/// The values of one layer's units, `(samples, units)`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LayerValues {
    /// The layer's name.
    pub layer: String,
    /// One row for each sample, one column for each unit.
    pub values: Matrix,
}

impl LayerValues {
    /// The outputs of every layer, in forward order.
    ///
    /// # Errors
    ///
    /// As [`Forward::forward`].
    pub fn activations(model: &dyn Forward, inputs: &Matrix) -> Result<Vec<Self>> {
        let mut values = inputs.clone();
        let layers = model.layers().into_iter().enumerate();
        let layers = layers.map(|(i, layer)| {
            values = model::run(model, &values, i..i + 1)?;
            Ok(Self { layer, values: values.clone() })
        });
        layers.collect()
    }

    /// The outputs of every layer before its activation function ("z-values"), in forward order.
    ///
    /// # Errors
    ///
    /// As [`Forward::pre_activation`].
    pub fn pre_activations(model: &dyn Forward, inputs: &Matrix) -> Result<Vec<Self>> {
        let mut before = inputs.clone();
        let layers = model.layers().into_iter().enumerate();
        let layers = layers.map(|(i, layer)| {
            let values = model::run_pre_activation(model, &before, i)?;
            before = model::run(model, &before, i..i + 1)?;
            Ok(Self { layer, values })
        });
        layers.collect()
    }
}
