//! The writer of compressed snapshots: each array as what is smallest beside the snapshots before.
//!
//! It holds two of them: the last one, to which most arrays are differences, and one further back, from which the next chain of
//! differences begins when one is as long as it may be. A snapshot becomes one of them when its record is there to stay, and so
//! a write that failed leaves no trace.

use std::{fmt, sync::Arc};

use super::{
    array_bytes::bytes_of,
    array_table::{MOST_RECORDS, Reference, StoredArray, TablePlace, Way},
    block::up,
    blocks::{Parts, VALUES},
    expected::Expected,
    manifest::Manifest,
    packing::Packer,
    writer::RecordWriter,
};
use crate::{Error, Parameter, Result, model::visitor::Taker};

/// From the last snapshot a key frame takes at most so many records that hold arrays which never change.
const MOST_ROOTS: usize = 3;

/// Of a larger array two samples of so many values say which way is smaller.
const SAMPLE: usize = 1 << 12;

/// The values of an array, and the record that holds them.
#[derive(Clone)]
struct Held {
    bytes: Arc<Vec<u8>>,
    checksum: u32,
    holder: Reference,
    /// The records that it is read from.
    needs: Vec<u64>,
}

/// What the arrays of a snapshot are held against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Base {
    Last,
    Anchor,
    /// Nothing, but what has not changed for long.
    #[default]
    Key,
}

/// Compresses the snapshots of a recording, one after the other.
pub(crate) struct Compressor {
    packer: Packer,
    parts: Parts,
    /// In the order of the parameters; empty before the first snapshot.
    last: Vec<Held>,
    anchor: Vec<Held>,
    /// The snapshot that is being written.
    next: Vec<Option<Held>>,
    base: Base,
    this: Reference,
    references: Vec<Reference>,
    table: TablePlace,
    /// Where the next array goes in the data.
    place: u64,
    packed: Vec<u8>,
    other: Vec<u8>,
    /// Memory of arrays that nothing refers to any more.
    spare: Vec<Option<Vec<u8>>>,
}

impl Compressor {
    /// One without a snapshot before: the next one is a key frame. Fails in a build without the feature.
    pub(crate) fn new() -> Result<Self> {
        let failed =
            |source| Error::io("compressing a snapshot, for which the feature `compression` is needed", source);
        Ok(Self {
            packer: Packer::new().map_err(failed)?,
            parts: Parts::default(),
            last: Vec::new(),
            anchor: Vec::new(),
            next: Vec::new(),
            base: Base::default(),
            this: Reference { sequence: 0, moment: 0.into() },
            references: Vec::new(),
            table: TablePlace::default(),
            place: 0,
            packed: Vec::new(),
            other: Vec::new(),
            spare: Vec::new(),
        })
    }

    /// Begins a snapshot whose record will be `this`: chooses what it is held against, and makes room in its meta.
    pub(crate) fn begin(&mut self, manifest: &Manifest, this: Reference, meta: &mut Vec<u8>) {
        let count = manifest.parameters().len();
        self.base = self.choose(count);
        self.references = match self.base {
            Base::Last => distinct(self.last.iter()),
            Base::Anchor => distinct(self.anchor.iter()),
            Base::Key => {
                let mut roots = distinct(self.last.iter().filter(|held| held.needs.len() == 1));
                roots.truncate(MOST_ROOTS);
                roots
            }
        };
        self.table = TablePlace::reserve(&self.references, count, meta);
        self.next.clear();
        self.next.resize_with(count, || None);
        (self.this, self.place) = (this, 0);
    }

    /// The snapshot was recorded: the next ones may refer to it.
    pub(crate) fn keep(&mut self) {
        let next: Vec<Held> = self.next.drain(..).flatten().collect();
        let mut old = vec![std::mem::replace(&mut self.last, next)];
        if self.base != Base::Last {
            old.push(std::mem::replace(&mut self.anchor, self.last.clone()));
        }
        self.spare.resize_with(self.last.len(), || None);
        for (spare, held) in old.into_iter().flat_map(|held| held.into_iter().enumerate()) {
            self.spare[spare] = Arc::try_unwrap(held.bytes).ok().or_else(|| self.spare[spare].take());
        }
    }

    fn choose(&self, count: usize) -> Base {
        let has_room = |held: &[Held]| {
            let mut needs: Vec<u64> = held.iter().flat_map(|held| held.needs.iter().copied()).collect();
            needs.sort_unstable();
            needs.dedup();
            held.len() == count && needs.len() < MOST_RECORDS
        };
        match () {
            () if has_room(&self.last) => Base::Last,
            () if has_room(&self.anchor) => Base::Anchor,
            () => Base::Key,
        }
    }

    /// Writes an array.
    fn write(&mut self, writer: &mut RecordWriter<'_>, index: usize, width: usize, bytes: &[u8]) -> Result<()> {
        let base = match self.base {
            Base::Last | Base::Key => self.last.get(index),
            Base::Anchor => self.anchor.get(index),
        };
        let base = base.filter(|held| held.bytes.len() == bytes.len()).cloned();
        let (held, stored) = match base {
            Some(held) if self.may_stay(&held) && held.bytes.as_slice() == bytes => {
                let stored = self.stored(Way::Same, &held, 0);
                (held, stored)
            }
            base => self.put(writer, (index, width), bytes, base.filter(|_| self.base != Base::Key))?,
        };
        self.table.set(writer.meta(), index, &stored);
        self.next[index] = Some(held);
        Ok(())
    }

    /// Whether an array may refer to the record that holds its values.
    fn may_stay(&self, held: &Held) -> bool {
        (self.base != Base::Key || held.needs.len() == 1) && self.references.contains(&held.holder)
    }

    /// Writes an array that is not there yet, in the smallest way.
    fn put(
        &mut self,
        writer: &mut RecordWriter<'_>,
        (index, width): (usize, usize),
        bytes: &[u8],
        base: Option<Held>,
    ) -> Result<(Held, StoredArray)> {
        let way = self.smallest(width, base.as_ref().map(|held| held.bytes.as_slice()), bytes)?;
        let stored = if way == Way::Raw { bytes } else { &self.packed };
        writer.array(self.place, stored)?;
        let length = stored.len();
        let mut copy = self.spare.get_mut(index).and_then(Option::take).unwrap_or_default();
        copy.clear();
        copy.extend_from_slice(bytes);
        let (this, mut needs, holder) = (self.this, vec![self.this.sequence], self.this);
        let before = base.filter(|_| way == Way::Difference);
        needs.extend(before.iter().flat_map(|held| held.needs.iter().copied()));
        let held = Held { bytes: Arc::new(copy), checksum: crc32fast::hash(bytes), holder, needs };
        let of = Held { holder: before.map_or(this, |held| held.holder), ..held.clone() };
        let stored = self.stored(way, &of, length as u64);
        self.place = up(self.place + stored.length);
        Ok((held, stored))
    }

    /// What is said of an array whose values the holder has, or are a difference to. One that needs no other is of this record,
    /// which is no reference, and says 0.
    fn stored(&self, way: Way, held: &Held, length: u64) -> StoredArray {
        let reference = self.references.iter().position(|known| *known == held.holder).unwrap_or_default();
        let place = if length == 0 { 0 } else { self.place };
        StoredArray { way, reference, checksum: held.checksum, place, length }
    }

    /// Packs an array in the smallest way; what is packed is not shorter where it is to be written as it is.
    fn smallest(&mut self, width: usize, base: Option<&[u8]>, bytes: &[u8]) -> Result<Way> {
        let base = match base {
            Some(base) if bytes.len() > VALUES * width => self.differs_little(width, base, bytes)?.then_some(base),
            base => base,
        };
        self.pack(width, base, bytes)?;
        let mut way = if base.is_some() { Way::Difference } else { Way::Alone };
        if base.is_some() && bytes.len() <= VALUES * width {
            std::mem::swap(&mut self.packed, &mut self.other);
            self.pack(width, None, bytes)?;
            way = Way::Alone;
            if self.other.len() <= self.packed.len() {
                std::mem::swap(&mut self.packed, &mut self.other);
                way = Way::Difference;
            }
        }
        Ok(if self.packed.len() < bytes.len() { way } else { Way::Raw })
    }

    /// Whether the difference is shorter than the array by itself, as far as samples of it say.
    fn differs_little(&mut self, width: usize, base: &[u8], bytes: &[u8]) -> Result<bool> {
        let values = bytes.len() / width;
        let mut lengths = [0, 0];
        for start in [0, values / 2] {
            let sample = start * width..(start + SAMPLE).min(values) * width;
            for (length, base) in lengths.iter_mut().zip([Some(&base[sample.clone()]), None]) {
                self.pack(width, base, &bytes[sample.clone()])?;
                *length += self.packed.len();
            }
        }
        Ok(lengths[0] <= lengths[1])
    }

    /// Packs an array, block by block.
    fn pack(&mut self, width: usize, base: Option<&[u8]>, bytes: &[u8]) -> Result<()> {
        self.packed.clear();
        for (at, block) in bytes.chunks(VALUES * width).enumerate() {
            let others = base.map(|base| &base[at * VALUES * width..][..block.len()]);
            let packed = self.parts.encode((width, others), block, (&mut self.packer, &mut self.packed));
            packed.map_err(|source| Error::io("compressing a snapshot", source))?;
        }
        Ok(())
    }
}

/// The records that hold these arrays, each once.
fn distinct<'a>(held: impl Iterator<Item = &'a Held>) -> Vec<Reference> {
    let mut references = Vec::new();
    for holder in held.map(|held| held.holder) {
        if !references.contains(&holder) {
            references.push(holder);
        }
    }
    references.sort_unstable_by_key(|reference| reference.sequence);
    references
}

impl fmt::Debug for Compressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compressor").field("base", &self.base).field("this", &self.this).finish_non_exhaustive()
    }
}

/// Takes the parameters of a snapshot, one at a time and in any order, and writes each as the compressor has it.
pub(crate) struct CompressedWriter<'w, 'r> {
    writer: &'w mut RecordWriter<'r>,
    compressor: &'w mut Compressor,
    expected: Expected<'w>,
}

impl<'w, 'r> CompressedWriter<'w, 'r> {
    /// Goes on with the snapshot that the compressor has begun.
    pub(crate) fn new(
        writer: &'w mut RecordWriter<'r>,
        manifest: &'w Manifest,
        compressor: &'w mut Compressor,
    ) -> Self {
        Self { writer, compressor, expected: manifest.expected() }
    }

    /// Ends the snapshot; an error unless every parameter was there.
    pub(crate) fn finish(self) -> Result<()> {
        self.expected.finish()
    }
}

/// Writes each parameter; one that is none of the recorded ones is an error once all are known.
impl Taker for CompressedWriter<'_, '_> {
    fn take(&mut self, parameter: Parameter<'_>) -> Result<()> {
        let Some(index) = self.expected.take(&parameter)? else { return Ok(()) };
        let values = parameter.values();
        self.compressor.write(self.writer, index, values.dtype().bytes(), &bytes_of(values))
    }
}
