//! What one sample is behind each layer: its shape and type, learned by a run of a single sample.

use candle_core::{DType, Tensor};
use training_replay::Result;

use crate::{
    Replayed,
    error::{at, invalid, shape},
    live::Live,
};

/// One sample, somewhere in a network.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place {
    pub(crate) shape: Vec<usize>,
    pub(crate) dtype: DType,
}

impl Place {
    /// That of a sample of some outputs.
    fn of(outputs: &Tensor) -> Self {
        Self { shape: outputs.dims().iter().skip(1).copied().collect(), dtype: outputs.dtype() }
    }

    /// How many values it has.
    pub(crate) fn width(&self) -> usize {
        self.shape.iter().product()
    }
}

impl<N> Replayed<N> {
    /// That before the first layer, and behind each of them.
    pub(crate) fn places<'l>(&self, live: &'l Live<N>) -> Result<&'l [Place]> {
        if let Some(places) = live.places.get() {
            return Ok(places);
        }
        let places = self.learn_places(live)?;
        Ok(live.places.get_or_init(|| places))
    }

    /// Runs a sample of zeros.
    fn learn_places(&self, live: &Live<N>) -> Result<Vec<Place>> {
        let input = Place { shape: self.input_shape.clone(), dtype: self.input_dtype(live)? };
        let dims: Vec<usize> = [1].into_iter().chain(input.shape.iter().copied()).collect();
        let mut values = Tensor::zeros(dims, input.dtype, &live.device).map_err(at("a sample of zeros"))?;
        let mut places = vec![input];
        for layer in &self.layers {
            values = layer.outputs(&live.network, &values)?.detach();
            expect_samples_first(&layer.name, &values, 1)?;
            places.push(Place::of(&values));
        }
        Ok(places)
    }

    fn input_dtype(&self, live: &Live<N>) -> Result<DType> {
        self.inputs_as.or(live.dtype).ok_or_else(|| {
            let expected = "the same for all its weights, or said by `inputs_as`";
            invalid(
                "the type that the network takes its inputs in",
                expected,
                "not known: its weights are of several types",
            )
        })
    }
}

/// Fails unless outputs are those of so many samples.
pub(crate) fn expect_samples_first(layer: &str, outputs: &Tensor, samples: usize) -> Result<()> {
    let dims = outputs.dims();
    if dims.first() == Some(&samples) {
        return Ok(());
    }
    let expected: Vec<usize> = [samples].into_iter().chain(dims.iter().skip(1).copied()).collect();
    Err(shape(format!("outputs of layer {layer:?}, samples first"), &expected, dims))
}
