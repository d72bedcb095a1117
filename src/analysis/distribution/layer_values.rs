//! What every layer computes from the data: activations, or the inputs of the activation functions.

#[cfg(feature = "serde")]
use crate::serial;
use std::borrow::Cow;

use crate::{Error, Forward, Matrix, Parameter, Result, Weights, model::checked};

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
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct LayerValues {
    /// The layer's name.
    pub layer: String,
    /// The values, `(samples, units)`.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serial::plain"))]
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
        LayerPass::activations(model, inputs)?.collect()
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
        LayerPass::pre_activations(model, inputs)?.collect()
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

/// A model's layers on the same data, one after the other: the values of no more than three are there at once.
pub(crate) struct LayerPass<'a> {
    model: &'a dyn Forward,
    pub(crate) names: Vec<String>,
    /// The index of the layer that comes next.
    next: usize,
    /// What goes into that layer; for z-values, what went into the one before.
    inputs: Cow<'a, Matrix>,
    /// Where z-values are asked for, those of the layer before.
    z_values: Option<Matrix>,
}

impl<'a> LayerPass<'a> {
    pub(crate) fn activations(model: &'a dyn Forward, inputs: &'a Matrix) -> Result<Self> {
        let (names, inputs) = (checked::layer_names(model)?, Cow::Borrowed(inputs));
        Ok(Self { model, names, next: 0, inputs, z_values: None })
    }

    pub(crate) fn pre_activations(model: &'a dyn Forward, inputs: &'a Matrix) -> Result<Self> {
        Ok(Self { z_values: Some(Matrix::zeros(0, 0)), ..Self::activations(model, inputs)? })
    }

    /// The name and the values of the next layer, if there is one.
    pub(crate) fn next(&mut self) -> Result<Option<(&str, &Matrix)>> {
        let (model, layer) = (self.model, self.next);
        let Some(name) = self.names.get(layer) else { return Ok(None) };
        self.next += 1;
        let values = match &mut self.z_values {
            None => {
                self.inputs = Cow::Owned(checked::layers(model, &self.inputs, layer..layer + 1)?);
                &*self.inputs
            }
            Some(z_values) => {
                if let Some(before) = layer.checked_sub(1) {
                    self.inputs = Cow::Owned(checked::layers(model, &self.inputs, before..layer)?);
                }
                checked::pre_activation_into(model, &self.inputs, layer, z_values)?;
                z_values
            }
        };
        Ok(Some((name, values)))
    }

    /// The same as if they were a parameter of the layer; column by column, as [`LayerValues::into_weights`].
    pub(crate) fn next_parameter(&mut self) -> Result<Option<Parameter<'_>>> {
        let name = if self.z_values.is_some() { "pre_activation" } else { "activation" };
        let next = self.next()?;
        Ok(next.map(|(layer, values)| Parameter::new(layer, name, [values.nrows(), values.ncols()], values.as_slice())))
    }

    /// Fails unless the layers are called like those of the same model with other weights.
    pub(crate) fn expect_names_of(&self, other: &Self) -> Result<()> {
        if self.names == other.names {
            return Ok(());
        }
        let expected = format!("{:?}, as with other weights", other.names);
        Err(Error::invalid("the list of layers", expected, format!("{:?}", self.names)))
    }

    fn collect(mut self) -> Result<Vec<LayerValues>> {
        let mut all = Vec::with_capacity(self.names.len());
        while let Some((layer, values)) = self.next()? {
            all.push(LayerValues { layer: layer.to_owned(), values: values.clone() });
        }
        Ok(all)
    }
}
