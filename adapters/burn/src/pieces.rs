//! A tensor on a device, whose values are copied from there some at a time.

use burn_core::tensor::{Element as Scalar, Tensor, kind::Basic};
use training_replay::{Element, Error, Parameter, Pieces, Result, Values, Visitor};

use crate::{
    path::ModulePath,
    values::{of_dtype, vector},
};

/// How many bytes are copied from a device at a time: as many as a recorder asks for at once.
const PIECE: usize = 4 << 20;

/// Hands over a tensor's values in row-major order; those of a large one in pieces, of which one is in main memory at a time.
///
/// burn copies what a device has into memory of its own, a vector for each copy, and has no way to copy it to a given place. So a
/// piece is cut out of the tensor first, which copies nothing where the tensor lies in the order of its indices, and then copied
/// from its device alone. One that does not lie so, as the weight of a `Linear` in columns, is put in order on its device once.
pub(crate) fn hand_over<const D: usize, K: Basic>(
    visitor: &mut Visitor<'_>,
    path: &ModulePath,
    tensor: Tensor<D, K>,
) -> Result<()> {
    of_dtype!(tensor.dtype(), &path.label(), Typed => of_type::<Typed, D, K>(visitor, path, tensor))
}

fn of_type<T: Element + Scalar, const D: usize, K: Basic>(
    visitor: &mut Visitor<'_>,
    path: &ModulePath,
    tensor: Tensor<D, K>,
) -> Result<()>
where
    Vec<T>: Into<Values<'static>>,
{
    let shape = tensor.dims();
    if shape.iter().product::<usize>() * size_of::<T>() <= PIECE {
        let parameter = Parameter::new(path.layer(), path.name(), shape, copied::<T, D, K>(tensor, path)?);
        let orientation = path.orientation(D).into_iter();
        return visitor.take(orientation.fold(parameter, Parameter::oriented));
    }
    let flat: Tensor<1, K> = tensor.flatten(0, D - 1);
    let array = visitor.in_pieces(path.layer(), path.name(), shape);
    let array = path.orientation(D).into_iter().fold(array, Pieces::oriented);
    array.fill(|start, place: &mut [T]| copy(&flat, start, place, path))
}

/// Copies values from an index on, some at a time: whoever copies a model into memory of its own asks for all at once.
fn copy<T: Scalar, K: Basic>(flat: &Tensor<1, K>, start: usize, place: &mut [T], path: &ModulePath) -> Result<()> {
    let some = PIECE / size_of::<T>();
    place.chunks_mut(some).zip((start..).step_by(some)).try_for_each(|(piece, start)| {
        let cut = flat.clone().slice(start..start + piece.len());
        piece.copy_from_slice(&copied::<T, 1, K>(cut, path)?);
        Ok(())
    })
}

/// The values of a tensor, from its device.
fn copied<T: Scalar, const D: usize, K: Basic>(tensor: Tensor<D, K>, path: &ModulePath) -> Result<Vec<T>> {
    let data = tensor.try_into_data().map_err(|error| Error::model(format!("tensor {}: {error}", path.label())))?;
    vector(data)
}
