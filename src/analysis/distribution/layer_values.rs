//! What every layer computes from the data: activations, or the inputs of the activation functions.

use crate::{Forward, Matrix, Parameter, Result, Weights, model::checked};

/// The values of one layer's units, `(samples, units)`.
///
/// ```
/// use training_replay::{Activation, Dense, Matrix, Sequential, analysis::LayerValues};
///
/// let model = Sequential::builder(2).layer(Dense::new(3).name("hidden").activation(Activation::Relu)).build(1)?;
/// let z = LayerValues::pre_activations(&model, &Matrix::from_element(5, 2, 1.0))?;
/// let a = LayerValues::activations(&model, &Matrix::from_element(5, 2, 1.0))?;
/// assert_eq!((z[0].layer.as_str(), z[0].values.shape()), ("hidden", (5, 3)));
/// assert_eq!(z[0].values.map(|z| z.max(0.0)), a[0].values);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LayerValues {
    /// The layer's name.
    pub layer: String,
    /// The values, `(samples, units)`.
    pub values: Matrix,
}

impl LayerValues {
    /// Computes the outputs of every layer, in forward order.
    ///
    /// ```
    /// use training_replay::{Dense, Matrix, Sequential, analysis::LayerValues};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(3)).layer(Dense::new(1)).build(1)?;
    /// let values = LayerValues::activations(&model, &Matrix::zeros(5, 2))?;
    /// assert_eq!(values.iter().map(|layer| layer.values.shape()).collect::<Vec<_>>(), [(5, 3), (5, 1)]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Shapes
    ///
    /// `inputs`: `(samples, features)`.
    ///
    /// # Errors
    ///
    /// As [`Forward::forward`].
    pub fn activations(model: &dyn Forward, inputs: &Matrix) -> Result<Vec<Self>> {
        let mut values = inputs.clone();
        let layers = checked::layer_names(model)?.into_iter().enumerate();
        let layers = layers.map(|(i, layer)| {
            values = checked::layers(model, &values, i..i + 1)?;
            Ok(Self { layer, values: values.clone() })
        });
        layers.collect()
    }

    /// Computes the outputs of every layer before its activation function ("z-values"), in forward order.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Matrix, Sequential, analysis::LayerValues};
    ///
    /// let model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(1)?;
    /// let z = LayerValues::pre_activations(&model, &Matrix::zeros(5, 2))?;
    /// assert!(z[0].values.iter().all(|&z| z == 0.0)); // of zeros, with a bias of zero; the sigmoid makes 0.5 of it
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Shapes
    ///
    /// `inputs`: `(samples, features)`.
    ///
    /// # Errors
    ///
    /// As [`Forward::pre_activation`].
    pub fn pre_activations(model: &dyn Forward, inputs: &Matrix) -> Result<Vec<Self>> {
        let mut before = inputs.clone();
        let layers = checked::layer_names(model)?.into_iter().enumerate();
        let layers = layers.map(|(i, layer)| {
            let values = checked::pre_activation(model, &before, i)?;
            before = checked::layers(model, &before, i..i + 1)?;
            Ok(Self { layer, values })
        });
        layers.collect()
    }

    /// The values as if they were a parameter of each layer, called `name`; column by column, which is all the same to
    /// whoever asks how they are distributed.
    pub(crate) fn into_weights(name: &'static str, values: Vec<Self>) -> Weights {
        let parameter = |Self { layer, values }: Self| {
            let (samples, units) = values.shape();
            Parameter::new(layer, name, [samples, units], Vec::from(values.data))
        };
        values.into_iter().map(parameter).collect()
    }
}
