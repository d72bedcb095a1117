//! One array: its descriptor (names, type, order, shape) and its values.
//!
//! The descriptor lies in a record's meta and the values in a record's data, so that a reader knows from the metas alone
//! what it would have to read. Shapes come from a file and may be absurd: every product is checked, and no memory is
//! taken for values that the file has no bytes for. `docs/format.md` has the bytes, under "Tensor descriptor".

use serde::{Deserialize, Serialize};

use super::{endian::little_endian, header::MAX_DATA, reader::RecordReader, writer::RecordWriter};
use crate::{ClassLabels, Dtype, Error, Matrix, Orientation, Parameter, Result, Values, codec, math::matrix};

/// The most parameters (arrays, not values) a model may have.
pub(super) const MAX_PARAMETERS: usize = 1 << 16;

/// The most dimensions an array may have.
const MAX_DIMENSIONS: usize = 8;

/// How many values of a matrix are compared at once.
const SOME: usize = 1 << 14;

/// Which index changes fastest in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
enum Order {
    /// The last one, as in C and numpy.
    Row,
    /// The first one, as in Fortran and nalgebra.
    Column,
}

/// The numbers of types in files are explicit, and none is ever given another meaning.
mod dtype_id {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use crate::Dtype;

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
    pub(super) fn serialize<S: Serializer>(dtype: &Dtype, serializer: S) -> Result<S::Ok, S::Error> {
        let id: u8 = match dtype {
            Dtype::F32 => 0,
            Dtype::F64 => 1,
            Dtype::F16 => 2,
            Dtype::Bf16 => 3,
            Dtype::I8 => 4,
            Dtype::I16 => 5,
            Dtype::I32 => 6,
            Dtype::I64 => 7,
            Dtype::U8 => 8,
            Dtype::U16 => 9,
            Dtype::U32 => 10,
            Dtype::U64 => 11,
            Dtype::Bool => 12,
        };
        id.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Dtype, D::Error> {
        let id = u8::deserialize(deserializer)?;
        let known = Dtype::ALL.get(usize::from(id)).copied();
        known.ok_or_else(|| D::Error::custom(format!("value type {id} is not known to this version")))
    }
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
    #[serde(with = "dtype_id")]
    dtype: Dtype,
    order: Order,
    shape: Vec<u64>,
    /// What rows and columns stand for, if that is known: it lies elsewhere in the manifest.
    #[serde(skip)]
    pub(super) orientation: Option<Orientation>,
    /// Of labels the number of classes: it lies behind the descriptor.
    #[serde(skip)]
    pub(super) classes: Option<u64>,
}

impl TensorSpec {
    /// Describes a parameter; fails if its shape does not fit its values, or is beyond the limits of the format.
    pub(crate) fn of(parameter: &Parameter<'_>) -> Result<Self> {
        parameter.check()?;
        Self::of_array(parameter)
    }

    /// Describes a parameter whose values come later.
    pub(crate) fn of_array(parameter: &Parameter<'_>) -> Result<Self> {
        let spec = Self {
            layer: parameter.layer().into(),
            name: parameter.name().into(),
            dtype: parameter.values().dtype(),
            order: Order::Row,
            shape: parameter.shape().iter().map(|&length| length as u64).collect(),
            orientation: parameter.orientation(),
            classes: None,
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

    /// Returns the type of its values.
    pub(crate) fn dtype(&self) -> Dtype {
        self.dtype
    }

    pub(crate) fn lengths(&self) -> &[u64] {
        &self.shape
    }

    pub(crate) fn orientation(&self) -> Option<Orientation> {
        self.orientation
    }

    /// Gives the array another name, in memory.
    pub(super) fn rename(&mut self, (layer, name): (String, String)) {
        (self.layer, self.name) = (layer, name);
    }

    /// Returns the meta of a DATA record.
    pub(crate) fn encode(&self) -> Result<Vec<u8>> {
        let encoded = self.classes.map_or_else(|| codec::encode(self), |classes| codec::encode(&(self, classes)));
        encoded.map_err(|reason| Error::invalid("the size of the descriptor of the data", codec::AT_MOST, reason))
    }

    /// Returns the descriptor in the meta of a DATA record, or why there is none.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, String> {
        let spec: Self = codec::decode_prefix(bytes)?;
        if spec.dtype != Dtype::U32 {
            return Ok(spec);
        }
        let mut behind = codec::behind(&spec, bytes)?;
        Ok(Self { classes: Some(codec::take_next(&mut behind)?), ..spec })
    }

    /// Returns whether these are the targets of samples as classes by index.
    pub(crate) fn is_of_labels(&self) -> bool {
        self.classes.is_some()
    }

    /// Returns whether the parameter is the one this was made of, with other values perhaps.
    pub(super) fn describes(&self, parameter: &Parameter<'_>) -> bool {
        self.layer == parameter.layer()
            && self.name == parameter.name()
            && self.dtype == parameter.values().dtype()
            && self.orientation.is_none_or(|known| parameter.orientation().is_none_or(|given| given == known))
            && self.shape.iter().copied().eq(parameter.shape().iter().map(|&length| length as u64))
    }

    /// Returns `layer/name [shape] type`, as errors call it.
    pub(super) fn label(&self) -> String {
        let orientation = match self.orientation {
            Some(Orientation::InputsOutputs) => " of (inputs, outputs)",
            Some(Orientation::OutputsInputs) => " of (outputs, inputs)",
            None => "",
        };
        format!("{}/{} {:?} {}{orientation}", self.layer, self.name, self.shape, self.dtype)
    }

    /// Returns whether this can be a parameter's: row-major, and within the limits of the format.
    pub(super) fn is_parameter(&self) -> bool {
        self.order == Order::Row && self.bytes().is_some()
    }

    /// Returns the length of the values in bytes, if it is within the limits of the format.
    pub(super) fn bytes(&self) -> Option<u64> {
        let within = self.shape.len() <= MAX_DIMENSIONS;
        let count = self.shape.iter().try_fold(1_u64, |product, &length| product.checked_mul(length))?;
        count.checked_mul(self.dtype.bytes() as u64).filter(|&bytes| within && bytes <= MAX_DATA)
    }

    /// Returns a parameter of this kind without values yet, and how many it shall have, if this machine can address them.
    pub(super) fn no_values(&self) -> Option<(Parameter<'static>, usize)> {
        let (count, shape) = self.count().zip(self.shape())?;
        let parameter = Parameter::new(self.layer.clone(), self.name.clone(), shape, Values::none_of(self.dtype));
        Some((self.orientation.into_iter().fold(parameter, Parameter::oriented), count))
    }

    /// Returns the number of values, if this machine can address them.
    pub(super) fn count(&self) -> Option<usize> {
        usize::try_from(self.bytes()? / self.dtype.bytes() as u64).ok()
    }

    /// Returns the shape, if this machine can address it.
    fn shape(&self) -> Option<Vec<usize>> {
        self.shape.iter().map(|&length| usize::try_from(length).ok()).collect()
    }
}

/// The numbers of orientations in files; 0 where none is known.
pub(super) fn orientation_id(orientation: Orientation) -> u8 {
    match orientation {
        Orientation::InputsOutputs => 1,
        Orientation::OutputsInputs => 2,
    }
}

/// What rows and columns stand for; none for the number of a later version.
pub(super) fn orientation_of(id: u8) -> Option<Orientation> {
    match id {
        1 => Some(Orientation::InputsOutputs),
        2 => Some(Orientation::OutputsInputs),
        _ => None,
    }
}

/// Describes a matrix of a data set, in the order it has in memory.
pub(crate) fn matrix_spec(set: &str, name: &str, matrix: &Matrix) -> TensorSpec {
    TensorSpec {
        layer: set.into(),
        name: name.into(),
        dtype: Dtype::F32,
        order: Order::Column,
        shape: vec![matrix.nrows() as u64, matrix.ncols() as u64],
        orientation: None,
        classes: None,
    }
}

/// Describes the labels of a data set.
pub(crate) fn labels_spec(set: &str, name: &str, labels: &ClassLabels) -> TensorSpec {
    TensorSpec {
        layer: set.into(),
        name: name.into(),
        dtype: Dtype::U32,
        order: Order::Row,
        shape: vec![labels.samples() as u64, labels.positions() as u64],
        orientation: None,
        classes: Some(labels.classes() as u64),
    }
}

/// Returns the checksum that the record of a matrix has, if it is written as this descriptor says.
pub(crate) fn matrix_checksum(spec: &TensorSpec, matrix: &Matrix) -> u32 {
    match spec.order {
        Order::Column => crc32fast::hash(&little_endian(matrix.as_slice())),
        Order::Row => crc32fast::hash(&little_endian(matrix.transpose().as_slice())),
    }
}

/// The same of labels.
pub(crate) fn labels_checksum(labels: &ClassLabels) -> u32 {
    crc32fast::hash(&little_endian(labels.indices()))
}

/// Writes labels, sample by sample.
pub(crate) fn write_labels(writer: &mut RecordWriter<'_>, labels: &ClassLabels) -> Result<()> {
    writer.array(0, labels.indices()).map(drop)
}

/// Reads labels back, if the checksum agrees and they are some.
pub(crate) fn read_labels(mut reader: RecordReader<'_>, spec: &TensorSpec) -> Result<ClassLabels> {
    let shape = spec.shape().and_then(|shape| <[usize; 2]>::try_from(shape).ok());
    let classes = spec.classes.and_then(|classes| usize::try_from(classes).ok());
    let known = spec.count().zip(shape).zip(classes).filter(|_| spec.order == Order::Row);
    let ((count, [_, positions]), classes) = known.ok_or_else(|| reader.corrupted("it is no list of labels"))?;
    let mut indices: Vec<u32> = Vec::new();
    reader.values(count, &mut indices)?;
    let labels = ClassLabels::new(indices, positions, classes).map_err(|unfit| reader.corrupted(&unfit.to_string()));
    reader.finish()?;
    labels
}

/// Writes a matrix as it lies in memory.
pub(crate) fn write_matrix(writer: &mut RecordWriter<'_>, matrix: &Matrix) -> Result<()> {
    writer.array(0, matrix.as_slice()).map(drop)
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

/// Returns where a matrix differs from a recorded one, in words, if it does and the checksum agrees; never holds more than
/// some of the values at once.
pub(crate) fn matrix_difference(
    mut reader: RecordReader<'_>,
    spec: &TensorSpec,
    matrix: &Matrix,
) -> Result<Option<String>> {
    let (name, rows, columns) = (&spec.name, matrix.nrows(), matrix.ncols());
    if spec.shape != [rows as u64, columns as u64] || spec.dtype != Dtype::F32 {
        return Ok(Some(format!(
            "the {name} are of shape {:?}, the recorded ones of {:?}",
            [rows, columns],
            spec.shape
        )));
    }
    let place = |index: usize| match spec.order {
        Order::Column => (index % rows, index / rows),
        Order::Row => (index / columns, index % columns),
    };
    let (mut some, mut difference) = (Vec::new(), None);
    for start in (0..matrix.len()).step_by(SOME) {
        reader.values(SOME.min(matrix.len() - start), &mut some)?;
        let differs = |(index, value): (usize, &f32)| (matrix[place(index)] != *value).then(|| (place(index), *value));
        difference = difference.or_else(|| (start..).zip(&some).find_map(differs));
    }
    reader.finish()?;
    Ok(difference.map(|((row, column), recorded)| {
        format!("{name}, row {row}, column {column}, is {}, recorded is {recorded}", matrix[(row, column)])
    }))
}
