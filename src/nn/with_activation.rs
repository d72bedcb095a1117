//! Another activation for a layer of a network that is there: what may be changed about one that is trained.

use std::sync::Arc;

use super::{Activation, Layer, Sequential};
use crate::{Error, Result};

impl Sequential {
    /// Returns the network with another activation at the end of a layer, and the same weights: for a fork of a run.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Sequential};
    ///
    /// let layers = [Dense::new(3).name("hidden").activation(Activation::Relu), Dense::new(1).name("output")];
    /// let model = Sequential::builder(2).layers(layers).build(42)?;
    /// let smooth = model.clone().with_activation("hidden", Activation::Softplus)?;
    /// assert_eq!(smooth.architecture().iter().next().map(|layer| layer.activation()), Some(Activation::Softplus));
    /// assert!(model.with_activation("hiden", Activation::Softplus).is_err());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if no layer has this name, the layer has no activation of its own, such as dropout, or
    /// [`build`](crate::Architecture::build) refuses the activation there.
    pub fn with_activation(mut self, layer: &str, activation: Activation) -> Result<Self> {
        let names: Vec<String> = self.architecture.iter().map(|layer| layer.name().to_owned()).collect();
        let unknown = || Error::invalid("the name of the layer", format!("one of {names:?}"), format!("{layer:?}"));
        let place = names.iter().position(|name| name == layer).ok_or_else(unknown)?;
        let own = Arc::make_mut(&mut self.architecture).layer_mut(place);
        *own = match own.clone() {
            Layer::Dense(dense) => Layer::Dense(dense.activation(activation)),
            Layer::Activation { name, .. } => Layer::Activation { name, activation },
            other => {
                let found = format!("a layer of {}", other.stem());
                return Err(Error::invalid(format!("layer {layer:?}"), "one with an activation of its own", found));
            }
        };
        self.architecture = Arc::new(Arc::unwrap_or_clone(self.architecture).checked()?);
        Ok(self)
    }
}
