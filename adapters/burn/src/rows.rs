//! Some samples on a device: a row for each, and the shape that a row stands for.

use burn_core::tensor::{DType, Device, Tensor, TensorData};
use training_replay::{Error, Matrix, Result, to_row_major};

use crate::error::{invalid, shape};

/// Where numbers are computed, and in which type of floats.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub device: Device,
    pub floats: DType,
}

/// A row of numbers for each sample, and the shape of one. Of this crate alone: it is public only in a private trait.
#[derive(Clone, Debug)]
pub struct Rows {
    pub(crate) tensor: Tensor<2>,
    pub(crate) shape: Vec<usize>,
    /// The type of floats that the module takes, where the rows have not been through it.
    pub(crate) floats: Option<DType>,
}

impl Rows {
    /// Numbers of a data set, or of a hidden layer, as `f32` until it is clear that the module takes floats.
    pub(crate) fn from_matrix(inputs: &Matrix, shape: Vec<usize>, place: &Place) -> Self {
        let data = TensorData::new(to_row_major(inputs), [inputs.nrows(), inputs.ncols()]);
        Self { tensor: Tensor::from_data(data, (&place.device, DType::F32)), shape, floats: Some(place.floats) }
    }

    /// What a layer returned: the first dimension is that of the samples.
    pub(crate) fn from_tensor<const D: usize>(tensor: Tensor<D>, samples: usize) -> Result<Self> {
        let dims = tensor.dims();
        match dims.split_first() {
            Some((&first, rest)) if first == samples => {
                let width = rest.iter().product();
                Ok(Self { tensor: tensor.reshape([samples, width]), shape: rest.to_vec(), floats: None })
            }
            _ => {
                let expected = format!("{samples} in its first dimension, the number of samples");
                Err(invalid("the shape of what a layer returned", expected, format!("{dims:?}")))
            }
        }
    }

    pub(crate) fn samples(&self) -> usize {
        let [samples, _] = self.tensor.dims();
        samples
    }

    /// The dimensions of a tensor of `D` of them: the samples and their shape, or a row for each.
    fn dims<const D: usize>(&self) -> Result<[usize; D]> {
        let [samples, width] = self.tensor.dims();
        let whole = [&[samples], self.shape.as_slice()].concat();
        let (rows, vector) = (vec![samples, width], vec![samples]);
        let dims = match D {
            1 if width == 1 => vector,
            2 if whole.len() != 2 => rows,
            _ => whole,
        };
        let found = dims.clone();
        dims.try_into().map_err(|_| {
            invalid(
                "the inputs of the layer",
                format!("of {D} dimensions, with that of the samples"),
                format!("{found:?}"),
            )
        })
    }

    /// As floats: in the module's type where they come from outside.
    pub(crate) fn into_floats<const D: usize>(self) -> Result<Tensor<D>> {
        let dims = self.dims()?;
        let tensor = self.tensor.reshape(dims);
        Ok(match self.floats {
            Some(floats) => tensor.cast(floats),
            None => tensor,
        })
    }

    /// As integers, which every number must be.
    pub(crate) fn into_integers<const D: usize>(self) -> Result<Tensor<D, burn_core::tensor::Int>> {
        let (dims, device) = (self.dims::<D>()?, self.tensor.device());
        let values = host(self.tensor)?;
        let integers = values.into_iter().map(integer).collect::<Result<Vec<i32>>>()?;
        Ok(Tensor::from_data(TensorData::new(integers, dims), &device))
    }

    /// Reads the rows from the device.
    pub(crate) fn into_matrix(self) -> Result<Matrix> {
        let [samples, width] = self.tensor.dims();
        Ok(Matrix::from_row_slice(samples, width, &host(self.tensor)?))
    }
}

fn host(tensor: Tensor<2>) -> Result<Vec<f32>> {
    tensor.try_into_data_as::<f32>().map_err(Error::model)?.try_into_vec::<f32>().map_err(Error::model)
}

/// An `f32` holds every integer up to 2^24 in size.
fn integer(value: f32) -> Result<i32> {
    const LARGEST: f32 = 16_777_216.0;
    if value.fract() == 0.0 && value.abs() <= LARGEST {
        Ok(value as i32)
    } else {
        Err(invalid("an input of a layer that takes integers", "a whole number from -2^24 to 2^24", value))
    }
}

/// Fails unless rows of a shape have the width that the matrix has.
pub(crate) fn expect_width(what: String, inputs: &Matrix, of: &[usize]) -> Result<()> {
    let width = of.iter().try_fold(1_usize, |width, &length| width.checked_mul(length));
    if width == Some(inputs.ncols()) {
        return Ok(());
    }
    let expected = width.unwrap_or(usize::MAX);
    Err(shape(format!("{what}, of shape {of:?}"), [inputs.nrows(), expected], [inputs.nrows(), inputs.ncols()]))
}
