//! The data of an EPOCH record: the arrays of a snapshot, each at its place and with a checksum of its own.
//!
//! Where each array lies the manifest says, so that they may come in any order, one at a time, and one of them is read
//! without the others. `docs/format.md` has the bytes, under "EPOCH".

use std::{
    ops::Range,
    sync::{Mutex, PoisonError},
};

use crc32fast::Hasher;

use super::{
    block::up,
    checksums::Checksums,
    expected::Expected,
    manifest::Manifest,
    reader::{CACHED, RecordReader},
    tensor::TensorSpec,
    writer::RecordWriter,
};
use crate::{
    Parameter, Result, Values, Weights,
    math::parallel,
    model::{Source, visitor::Taker},
};

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

    fn note(&mut self, index: usize, checksum: u32) {
        if let Some(checksums) = &mut self.checksums {
            checksums.set(self.writer.meta(), index, checksum);
        }
    }

    /// Ends the snapshot; an error unless every parameter was there.
    pub(crate) fn finish(self) -> Result<()> {
        self.expected.finish()
    }
}

/// Writes each parameter; one that is none of the recorded ones is an error once all are known.
impl Taker for WeightsWriter<'_, '_> {
    fn take(&mut self, parameter: Parameter<'_>) -> Result<()> {
        let Some(index) = self.expected.take(&parameter)? else { return Ok(()) };
        let checksum = write_values(self.writer, self.places[index], parameter.values())?;
        self.note(index, checksum);
        Ok(())
    }

    fn take_from(&mut self, array: Parameter<'static>, source: &mut Source<'_>) -> Result<()> {
        let Some(index) = self.expected.take_array(&array)? else { return Ok(()) };
        let checksum = self.writer.array_from(self.places[index], source, array.values().dtype().bytes())?;
        self.note(index, checksum);
        Ok(())
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

/// Of a snapshot of more bytes than these, threads read a share each: most of the time takes the new memory, which the system
/// clears page by page, and which several threads get sooner.
const LARGE: u64 = 1 << 24;

/// Reads the parameters back, if the checksum agrees, in the memory of `weights` where they are such parameters already.
///
/// On an error none are left: nothing that was read before the checksum was compared is handed out.
pub(crate) fn read_weights(reader: RecordReader<'_>, manifest: &Manifest, weights: &mut Weights) -> Result<()> {
    let read = in_shares(&reader, manifest, std::mem::take(weights), |share| share.read(&reader, manifest))?;
    *weights = read.into_iter().flatten().collect();
    Ok(())
}

/// Reads what [`read_weights`] does and keeps nothing: fails unless the checksum agrees.
pub(crate) fn check_weights(reader: RecordReader<'_>, manifest: &Manifest) -> Result<()> {
    let pass = |share: &Share| Ok(((), reader.part(share.bytes.clone()).pass()?));
    in_shares(&reader, manifest, Weights::default(), pass).map(drop)
}

/// Hands over the parameters piece by piece, with their index and where in its values the piece begins, several shares at a time.
///
/// Each piece before the checksum of all is compared: after an error nothing of it may be used.
pub(crate) fn visit_weights(
    reader: RecordReader<'_>,
    manifest: &Manifest,
    each: impl Fn(usize, usize, &Values<'_>) -> Result<()> + Sync,
) -> Result<()> {
    let visit = |share: &Share| {
        let pieces = |reader: &mut RecordReader<'_>, spec: &TensorSpec, index| {
            visit_values(reader, spec, |start, values| each(index, start, values))
        };
        Ok(((), share.each_array(&reader, manifest, pieces)?))
    };
    in_shares(&reader, manifest, Weights::default(), visit).map(drop)
}

/// Reads all data, several shares at a time where that is worth it: what `read` makes of each, if the checksum of all agrees.
fn in_shares<R: Send>(
    reader: &RecordReader<'_>,
    manifest: &Manifest,
    old: Weights,
    read: impl Fn(&Share) -> Result<(R, Hasher)> + Sync,
) -> Result<Vec<R>> {
    let threads = if manifest.data_len() > LARGE { parallel::unshared() } else { 1 };
    let shares = shares(manifest, threads, old);
    let read = parallel::map_with(&shares, Some(threads), || (), |(), share| read(share))?;
    let mut checksum = Hasher::new();
    read.iter().for_each(|(_, of_share)| checksum.combine(of_share));
    reader.expect_checksum(checksum)?;
    Ok(read.into_iter().map(|(made, _)| made).collect())
}

/// Parameters that one thread reads.
struct Share {
    indices: Range<usize>,
    /// Where they lie in the data; the last share has all that is left.
    bytes: Range<u64>,
    /// Parameters whose memory they may have.
    old: Mutex<Vec<Parameter<'static>>>,
}

/// Shares of about as many bytes for so many threads, or fewer: an array is read by one.
fn shares(manifest: &Manifest, threads: usize, old: Weights) -> Vec<Share> {
    let (places, count, mut old) = (manifest.places(), manifest.parameters().len(), old.into_iter());
    let begins_behind = |share: usize| {
        let bytes = u128::from(manifest.data_len()) * share as u128 / threads as u128;
        places.partition_point(|&place| u128::from(place) < bytes)
    };
    let mut bounds: Vec<usize> = (1..threads).map(begins_behind).filter(|&bound| 0 < bound && bound < count).collect();
    bounds.dedup();
    let ends = bounds.iter().copied().chain([count]);
    let share = |(start, end): (usize, usize)| Share {
        indices: start..end,
        bytes: places.get(start).copied().unwrap_or(0)..places.get(end).copied().unwrap_or(u64::MAX),
        old: Mutex::new(old.by_ref().take(end - start).collect()),
    };
    [0].into_iter().chain(bounds.iter().copied()).zip(ends).map(share).collect()
}

impl Share {
    /// Reads the parameters, and the checksum of all bytes of the share.
    fn read(&self, all: &RecordReader<'_>, manifest: &Manifest) -> Result<(Vec<Parameter<'static>>, Hasher)> {
        let mut old = std::mem::take(&mut *self.old.lock().unwrap_or_else(PoisonError::into_inner)).into_iter();
        let mut parameters = Vec::with_capacity(self.indices.len());
        let checksum = self.each_array(all, manifest, |reader, spec, _| {
            parameters.push(read_parameter(reader, spec, old.next())?);
            Ok(())
        })?;
        Ok((parameters, checksum))
    }

    /// Has the arrays read in their order, with what each is and its index; the checksum of all bytes of the share.
    fn each_array(
        &self,
        all: &RecordReader<'_>,
        manifest: &Manifest,
        mut each: impl FnMut(&mut RecordReader<'_>, &TensorSpec, usize) -> Result<()>,
    ) -> Result<Hasher> {
        let (mut reader, mut read) = (all.part(self.bytes.clone()), self.bytes.start);
        for index in self.indices.clone() {
            let spec = &manifest.parameters()[index];
            reader.align(read)?;
            each(&mut reader, spec, index)?;
            read = up(read) + spec.bytes().unwrap_or(0);
        }
        reader.pass()
    }
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

/// Hands over the values of one of the parameters, as many at a time as stay in a cache, and where the first of them is.
fn visit_values(
    reader: &mut RecordReader<'_>,
    spec: &TensorSpec,
    mut each: impl FnMut(usize, &Values<'_>) -> Result<()>,
) -> Result<()> {
    let (mut piece, count) = no_values(reader, spec)?;
    let most = CACHED / spec.dtype().bytes();
    for start in (0..count).step_by(most) {
        read_values(reader, most.min(count - start), piece.values_mut())?;
        each(start, piece.values())?;
    }
    Ok(())
}

/// A parameter without its values yet, and how many they are.
fn no_values(reader: &RecordReader<'_>, spec: &TensorSpec) -> Result<(Parameter<'static>, usize)> {
    spec.no_values().ok_or_else(|| reader.corrupted("it has more values than this machine can address"))
}

fn read_parameter(
    reader: &mut RecordReader<'_>,
    spec: &TensorSpec,
    old: Option<Parameter<'static>>,
) -> Result<Parameter<'static>> {
    let (new, count) = no_values(reader, spec)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Parameters of these many values, each of 4 bytes.
    fn manifest(counts: &[usize]) -> Manifest {
        let parameter =
            |(i, &count): (usize, &usize)| Parameter::new("layer", i.to_string(), [count], vec![0.0; count]);
        let specs = counts.iter().enumerate().map(parameter).map(|parameter| TensorSpec::of(&parameter));
        Manifest::new(specs.collect::<Result<_>>().unwrap(), None).unwrap()
    }

    #[test]
    fn shares_are_all_parameters_once_and_all_bytes_once() {
        let many: Vec<usize> = (0..100).map(|i| i * 37 % 101).collect();
        for counts in [&[][..], &[7], &[0, 0, 0], &[1, 1_000, 1, 1], &[40, 40, 40, 40], &many] {
            let manifest = manifest(counts);
            for threads in [1, 2, 3, 4, 99, 1_000] {
                let shares = shares(&manifest, threads, Weights::default());
                let indices: Vec<usize> = shares.iter().flat_map(|share| share.indices.clone()).collect();
                assert!(indices.into_iter().eq(0..counts.len()) && shares.len() <= threads, "{counts:?} for {threads}");
                let bounds: Vec<u64> = shares.iter().flat_map(|share| [share.bytes.start, share.bytes.end]).collect();
                assert_eq!((bounds[0], bounds[bounds.len() - 1]), (0, u64::MAX));
                assert!(bounds[1..bounds.len() - 1].chunks(2).all(|pair| pair[0] == pair[1]), "{bounds:?}");
            }
        }
    }

    #[test]
    fn shares_have_about_as_many_bytes() {
        let shares = shares(&manifest(&[1_600; 10]), 3, Weights::default());
        assert_eq!(shares.iter().map(|share| share.indices.len()).collect::<Vec<_>>(), [4, 3, 3]);
    }
}
