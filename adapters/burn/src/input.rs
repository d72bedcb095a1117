//! What a layer may take: tensors of any number of dimensions, of floats or of integers.

use burn_core::tensor::{Int, Tensor};
use training_replay::Result;

use crate::rows::Rows;

/// What the function of a layer takes: a `Tensor` of floats or of integers, whose first dimension is that of the samples.
///
/// The numbers of a data set become integers where a layer takes them, exactly: one that is none is an error. The trait is
/// implemented here for all tensors that there are, and by nobody else.
pub trait Input: Sized + sealed::Sealed {}

pub(crate) mod sealed {
    use super::{Result, Rows};

    pub trait Sealed: Sized {
        fn from_rows(rows: Rows) -> Result<Self>;
    }
}

impl<const D: usize> Input for Tensor<D> {}

impl<const D: usize> sealed::Sealed for Tensor<D> {
    fn from_rows(rows: Rows) -> Result<Self> {
        rows.into_floats()
    }
}

impl<const D: usize> Input for Tensor<D, Int> {}

impl<const D: usize> sealed::Sealed for Tensor<D, Int> {
    fn from_rows(rows: Rows) -> Result<Self> {
        rows.into_integers()
    }
}
