//! One array: its descriptor (names, type, order, shape) and its values.
//!
//! The descriptor lies in a record's meta and the values in a record's data, so that a reader knows from the metas alone
//! what it would have to read. Shapes come from a file and may be absurd: every product is checked, and no memory is
//! taken for values that the file has no bytes for. `docs/format.md` has the bytes, under "Tensor descriptor".

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{block::up, header::MAX_DATA, reader::RecordReader, writer::RecordWriter};
use crate::{Error, Matrix, Parameter, Result, Values, Weights, codec, math::matrix};

/// The most dimensions an array may have.
const MAX_DIMENSIONS: usize = 8;

/// The type of the values; the numbers in files are explicit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
enum Dtype {
    F32,
    F64,
}

impl Dtype {
    /// Returns the type of these values.
    fn of(values: &Values<'_>) -> Self {
        match values {
            Values::F32(_) => Self::F32,
            Values::F64(_) => Self::F64,
        }
    }

    /// Returns the size of one value.
    fn bytes(self) -> u64 {
        match self {
            Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    /// Returns values of this type to be read into.
    fn no_values(self) -> Values<'static> {
        match self {
            Self::F32 => Values::F32(Cow::Owned(Vec::new())),
            Self::F64 => Values::F64(Cow::Owned(Vec::new())),
        }
    }
}

impl From<Dtype> for u8 {
    fn from(dtype: Dtype) -> Self {
        match dtype {
            Dtype::F32 => 0,
            Dtype::F64 => 1,
        }
    }
}

impl TryFrom<u8> for Dtype {
    type Error = String;

    fn try_from(id: u8) -> Result<Self, String> {
        match id {
            0 => Ok(Self::F32),
            1 => Ok(Self::F64),
            _ => Err(format!("value type {id} is not known to this version")),
        }
    }
}

/// Which index changes fastest in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
enum Order {
    /// The last one, as in C and numpy.
    Row,
    /// The first one, as in Fortran and nalgebra.
    Column,
}

impl From<Order> for u8 {
    fn from(order: Order) -> Self {
        match order {
            Order::Row => 0,
            Order::Column => 1,
        }
    }
}

impl TryFrom<u8> for Order {
    type Error = String;

    fn try_from(id: u8) -> Result<Self, String> {
        match id {
            0 => Ok(Self::Row),
            1 => Ok(Self::Column),
            _ => Err(format!("memory order {id} is not known to this version")),
        }
    }
}

/// The descriptor of an array: what is known of it without its values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TensorSpec {
    layer: String,
    name: String,
    dtype: Dtype,
    order: Order,
    shape: Vec<u64>,
}

impl TensorSpec {
    /// Describes a parameter; fails if its shape does not fit its values, or is beyond the limits of the format.
    pub(super) fn of(parameter: &Parameter<'_>) -> Result<Self> {
        parameter.check()?;
        let spec = Self {
            layer: parameter.layer().into(),
            name: parameter.name().into(),
            dtype: Dtype::of(parameter.values()),
            order: Order::Row,
            shape: parameter.shape().iter().map(|&length| length as u64).collect(),
        };
        match spec.bytes() {
            Some(_) => Ok(spec),
            None => Err(Error::invalid(
                format!("the shape of {}", spec.label()),
                format!("of at most {MAX_DIMENSIONS} dimensions and {MAX_DATA} bytes"),
                format!("{:?}", spec.shape),
            )),
        }
    }

    /// Returns the layer of a parameter; of a matrix the data set that it belongs to, and none of the training set.
    pub(crate) fn layer(&self) -> &str {
        &self.layer
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Gives the array another name, in memory.
    pub(super) fn rename(&mut self, (layer, name): (String, String)) {
        (self.layer, self.name) = (layer, name);
    }

    /// Returns the meta of a DATA record.
    pub(crate) fn encode(&self) -> Result<Vec<u8>> {
        codec::encode(self)
            .map_err(|reason| Error::invalid("the size of the descriptor of the data", codec::AT_MOST, reason))
    }

    /// Returns the descriptor in the meta of a DATA record, or why there is none.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, String> {
        codec::decode_prefix(bytes)
    }

    /// Returns whether the parameter is the one this was made of, with other values perhaps.
    pub(super) fn describes(&self, parameter: &Parameter<'_>) -> bool {
        self.layer == parameter.layer()
            && self.name == parameter.name()
            && self.dtype == Dtype::of(parameter.values())
            && self.shape.iter().copied().eq(parameter.shape().iter().map(|&length| length as u64))
    }

    /// Returns `layer/name [shape] type`, as errors call it.
    pub(super) fn label(&self) -> String {
        let bits = 8 * self.dtype.bytes();
        format!("{}/{} {:?} f{bits}", self.layer, self.name, self.shape)
    }

    /// Returns whether this can be a parameter's: row-major, and within the limits of the format.
    pub(super) fn is_parameter(&self) -> bool {
        self.order == Order::Row && self.bytes().is_some()
    }

    /// Returns the length of the values in bytes, if it is within the limits of the format.
    pub(super) fn bytes(&self) -> Option<u64> {
        let within = self.shape.len() <= MAX_DIMENSIONS;
        let count = self.shape.iter().try_fold(1_u64, |product, &length| product.checked_mul(length))?;
        count.checked_mul(self.dtype.bytes()).filter(|&bytes| within && bytes <= MAX_DATA)
    }

    /// Returns the number of values, if this machine can address them.
    fn count(&self) -> Option<usize> {
        usize::try_from(self.bytes()? / self.dtype.bytes()).ok()
    }

    /// Returns the shape, if this machine can address it.
    fn shape(&self) -> Option<Vec<usize>> {
        self.shape.iter().map(|&length| usize::try_from(length).ok()).collect()
    }
}

/// Writes every parameter, each at a multiple of 64 bytes, where `numpy.memmap` can take it from.
pub(crate) fn write_weights(writer: &mut RecordWriter<'_>, parameters: &[Parameter<'_>]) -> Result<()> {
    for parameter in parameters {
        writer.align()?;
        match parameter.values() {
            Values::F32(values) => writer.values(values)?,
            Values::F64(values) => writer.values(values)?,
        }
    }
    Ok(())
}

/// Reads the parameters back, if the checksum agrees, in the memory of `weights` where they are such parameters already.
///
/// On an error none are left: nothing that was read before the checksum was compared is handed out.
pub(crate) fn read_weights(mut reader: RecordReader<'_>, specs: &[TensorSpec], weights: &mut Weights) -> Result<()> {
    let mut old = std::mem::take(weights).into_iter();
    let mut parameters = Vec::with_capacity(specs.len());
    let mut read = 0;
    for spec in specs {
        reader.align(read)?;
        let too_large = || reader.corrupted("it has more values than this machine can address");
        let (count, shape) = spec.count().zip(spec.shape()).ok_or_else(too_large)?;
        let mut parameter = match old.next().filter(|old| spec.describes(old)) {
            Some(old) => old,
            None => Parameter::new(spec.layer.clone(), spec.name.clone(), shape, spec.dtype.no_values()),
        };
        match parameter.values_mut() {
            Values::F32(values) => reader.values(count, values.to_mut())?,
            Values::F64(values) => reader.values(count, values.to_mut())?,
        }
        parameters.push(parameter);
        read = up(read) + spec.bytes().unwrap_or(0);
    }
    reader.finish()?;
    *weights = parameters.into_iter().collect();
    Ok(())
}

/// Describes a matrix of a data set, in the order it has in memory.
pub(crate) fn matrix_spec(set: &str, name: &str, matrix: &Matrix) -> TensorSpec {
    TensorSpec {
        layer: set.into(),
        name: name.into(),
        dtype: Dtype::F32,
        order: Order::Column,
        shape: vec![matrix.nrows() as u64, matrix.ncols() as u64],
    }
}

/// Writes a matrix as it lies in memory.
pub(crate) fn write_matrix(writer: &mut RecordWriter<'_>, matrix: &Matrix) -> Result<()> {
    writer.values(matrix.as_slice())
}

/// Reads a matrix back, if the checksum agrees and it is one.
pub(crate) fn read_matrix(mut reader: RecordReader<'_>, spec: &TensorSpec) -> Result<Matrix> {
    let shape = spec.shape().and_then(|shape| <[usize; 2]>::try_from(shape).ok());
    let (count, [rows, columns]) = spec.count().zip(shape).ok_or_else(|| reader.corrupted("it is no matrix"))?;
    if spec.dtype != Dtype::F32 {
        return Err(reader.corrupted("its values are not f32"));
    }
    let mut values = Vec::new();
    reader.values(count, &mut values)?;
    reader.finish()?;
    Ok(match spec.order {
        Order::Column => Matrix::from_vec(rows, columns, values),
        Order::Row => matrix::from_row_major(rows, columns, &values),
    })
}
