//! The data of an EPOCH record: the arrays of a snapshot, each at its place and with a checksum of its own.
//!
//! Where each array lies the manifest says, so that they may come in any order, one at a time, and one of them is read
//! without the others. `docs/format.md` has the bytes, under "EPOCH".

use super::{
    block::up, checksums::Checksums, expected::Expected, manifest::Manifest, reader::RecordReader, tensor::TensorSpec,
    writer::RecordWriter,
};
use crate::{Parameter, Result, Values, Weights};

/// Takes the parameters of a snapshot, one at a time and in any order, and writes each to its place.
pub(crate) struct WeightsWriter<'w, 'r> {
    writer: &'w mut RecordWriter<'r>,
    places: &'w [u64],
    expected: Expected<'w>,
    checksums: Option<Checksums>,
}

impl<'w, 'r> WeightsWriter<'w, 'r> {
    /// Begins a snapshot. The meta of its record ends in `checksums`, if the file has them.
    pub(crate) fn new(writer: &'w mut RecordWriter<'r>, manifest: &'w Manifest, checksums: Option<Checksums>) -> Self {
        writer.expect(manifest.data_len());
        Self { writer, places: manifest.places(), expected: manifest.expected(), checksums }
    }

    /// Writes a parameter; one that is none of the recorded ones is an error once all are known.
    pub(crate) fn take(&mut self, parameter: &Parameter<'_>) -> Result<()> {
        let Some(index) = self.expected.take(parameter)? else { return Ok(()) };
        let checksum = write_values(self.writer, self.places[index], parameter.values())?;
        if let Some(checksums) = &mut self.checksums {
            checksums.set(self.writer.meta(), index, checksum);
        }
        Ok(())
    }

    /// Ends the snapshot; an error unless every parameter was there.
    pub(crate) fn finish(self) -> Result<()> {
        self.expected.finish()
    }
}

fn write_values(writer: &mut RecordWriter<'_>, at: u64, values: &Values<'_>) -> Result<u32> {
    match values {
        Values::Bool(values) => writer.array(at, bytemuck::cast_slice::<bool, u8>(values)),
        Values::F32(values) => writer.array(at, values),
        Values::F64(values) => writer.array(at, values),
        Values::F16(values) => writer.array(at, values),
        Values::Bf16(values) => writer.array(at, values),
        Values::I8(values) => writer.array(at, values),
        Values::I16(values) => writer.array(at, values),
        Values::I32(values) => writer.array(at, values),
        Values::I64(values) => writer.array(at, values),
        Values::U8(values) => writer.array(at, values),
        Values::U16(values) => writer.array(at, values),
        Values::U32(values) => writer.array(at, values),
        Values::U64(values) => writer.array(at, values),
    }
}

/// Reads the parameters back, if the checksum agrees, in the memory of `weights` where they are such parameters already.
///
/// On an error none are left: nothing that was read before the checksum was compared is handed out.
pub(crate) fn read_weights(mut reader: RecordReader<'_>, manifest: &Manifest, weights: &mut Weights) -> Result<()> {
    let mut old = std::mem::take(weights).into_iter();
    let mut parameters = Vec::with_capacity(manifest.parameters().len());
    let mut read = 0;
    for spec in manifest.parameters() {
        reader.align(read)?;
        parameters.push(read_parameter(&mut reader, spec, old.next())?);
        read = up(read) + spec.bytes().unwrap_or(0);
    }
    reader.finish()?;
    *weights = parameters.into_iter().collect();
    Ok(())
}

/// Reads one of the parameters alone from its own bytes.
pub(crate) fn read_alone(mut reader: RecordReader<'_>, spec: &TensorSpec) -> Result<Parameter<'static>> {
    let parameter = read_parameter(&mut reader, spec, None)?;
    reader.finish()?;
    Ok(parameter)
}

/// Reads one of the parameters, the one at `index`, out of all of them: where it has no checksum of its own.
pub(crate) fn read_among(
    mut reader: RecordReader<'_>,
    manifest: &Manifest,
    index: usize,
) -> Result<Parameter<'static>> {
    reader.skip(manifest.places()[index])?;
    read_alone(reader, &manifest.parameters()[index])
}

fn read_parameter(
    reader: &mut RecordReader<'_>,
    spec: &TensorSpec,
    old: Option<Parameter<'static>>,
) -> Result<Parameter<'static>> {
    let (new, count) =
        spec.no_values().ok_or_else(|| reader.corrupted("it has more values than this machine can address"))?;
    let mut parameter = old.filter(|old| spec.describes(old)).unwrap_or(new);
    read_values(reader, count, parameter.values_mut())?;
    Ok(parameter)
}

fn read_values(reader: &mut RecordReader<'_>, count: usize, values: &mut Values<'_>) -> Result<()> {
    match values {
        Values::Bool(values) => read_truths(reader, count, values.to_mut()),
        Values::F32(values) => reader.values(count, values.to_mut()),
        Values::F64(values) => reader.values(count, values.to_mut()),
        Values::F16(values) => reader.values(count, values.to_mut()),
        Values::Bf16(values) => reader.values(count, values.to_mut()),
        Values::I8(values) => reader.values(count, values.to_mut()),
        Values::I16(values) => reader.values(count, values.to_mut()),
        Values::I32(values) => reader.values(count, values.to_mut()),
        Values::I64(values) => reader.values(count, values.to_mut()),
        Values::U8(values) => reader.values(count, values.to_mut()),
        Values::U16(values) => reader.values(count, values.to_mut()),
        Values::U32(values) => reader.values(count, values.to_mut()),
        Values::U64(values) => reader.values(count, values.to_mut()),
    }
}

fn read_truths(reader: &mut RecordReader<'_>, count: usize, truths: &mut Vec<bool>) -> Result<()> {
    let mut bytes = Vec::new();
    reader.values::<u8>(count, &mut bytes)?;
    if bytes.iter().any(|&byte| byte > 1) {
        return Err(reader.corrupted("a truth value of it is neither 0 nor 1"));
    }
    truths.clear();
    truths.extend(bytes.iter().map(|&byte| byte == 1));
    Ok(())
}
