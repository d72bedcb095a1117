//! How each array of a compressed snapshot is stored: the end of the meta of a COMPRESSED EPOCH record.
//!
//! An array is there as it is, compressed by itself, or as a difference to an earlier record, or it has the bits that an earlier
//! record holds. The checksum of its values is there in any case, so that a wrong earlier record is noticed. `docs/format.md`
//! has the bytes, under "COMPRESSED EPOCH".

use super::{blocks, tensor::TensorSpec};
use crate::Moment;

/// The most records that any snapshot is read from, itself included.
pub(crate) const MOST_RECORDS: usize = 8;

/// The length of a reference, and of what is said of an array.
const ITEM: usize = 24;

/// How an array is stored. The order is that of the numbers in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// As it is in memory.
    Raw,
    /// Compressed by itself.
    Alone,
    /// As the compressed difference to what a record before it holds.
    Difference,
    /// Not at all: a record before it holds the same bits.
    Same,
}

impl Way {
    const ALL: [Self; 4] = [Self::Raw, Self::Alone, Self::Difference, Self::Same];

    /// Whether an earlier record is needed.
    pub(crate) fn refers(self) -> bool {
        matches!(self, Self::Difference | Self::Same)
    }
}

/// An earlier record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) sequence: u64,
    pub(crate) moment: Moment,
}

/// One array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StoredArray {
    pub(crate) way: Way,
    /// The index of the earlier record; 0 where none is needed.
    pub(crate) reference: usize,
    /// Of its values, as an EPOCH record would hold them.
    pub(crate) checksum: u32,
    /// Where its bytes lie in the data.
    pub(crate) place: u64,
    pub(crate) length: u64,
}

/// How all arrays are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ArrayTable {
    pub(crate) references: Vec<Reference>,
    /// In the order of the parameters.
    pub(crate) arrays: Vec<StoredArray>,
}

/// The place of what is said of arrays in a meta.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TablePlace(usize);

impl TablePlace {
    /// Writes the earlier records to the end of a meta, and makes room for so many arrays.
    pub(super) fn reserve(references: &[Reference], arrays: usize, meta: &mut Vec<u8>) -> Self {
        meta.extend((references.len() as u64).to_le_bytes());
        for Reference { sequence, moment } in references {
            meta.extend(sequence.to_le_bytes());
            meta.extend(moment.epoch().to_le_bytes());
            meta.extend(u64::from(moment.step().unwrap_or(0)).to_le_bytes());
        }
        meta.extend((arrays as u64).to_le_bytes());
        let at = meta.len();
        meta.resize(at + ITEM * arrays, 0);
        Self(at)
    }

    /// Puts what is known of an array into its place.
    pub(super) fn set(self, meta: &mut [u8], index: usize, array: &StoredArray) {
        let item = &mut meta[self.0 + ITEM * index..][..ITEM];
        item[..2].copy_from_slice(&[array.way as u8, array.reference as u8]);
        item[4..8].copy_from_slice(&array.checksum.to_le_bytes());
        item[8..16].copy_from_slice(&array.place.to_le_bytes());
        item[16..].copy_from_slice(&array.length.to_le_bytes());
    }
}

impl ArrayTable {
    /// Returns what lies behind the metrics and the probe in the meta of a record with so many bytes of data, or why it cannot
    /// be.
    pub(crate) fn decode(mut bytes: &[u8], specs: &[TensorSpec], data_len: u64) -> Result<Self, String> {
        let references = items(&mut bytes)?.iter().map(reference).collect::<Option<Vec<_>>>();
        let references = references.ok_or("a step that it refers to is beyond those that there are")?;
        if references.len() >= MOST_RECORDS {
            return Err(format!("it refers to {} records", references.len()));
        }
        let arrays = items(&mut bytes)?.iter().map(array).collect::<Option<Vec<_>>>();
        let arrays = arrays.ok_or("an array of it is stored in a way that this version does not know")?;
        if arrays.len() != specs.len() {
            return Err(format!("it has {} arrays and not {}", arrays.len(), specs.len()));
        }
        let can_be = |(array, spec): (&StoredArray, &TensorSpec)| array.can_be_of(spec, data_len, references.len());
        match arrays.iter().zip(specs).position(|pair| !can_be(pair)) {
            Some(index) => Err(format!("its array {} cannot be stored as it says", specs[index].label())),
            None => Ok(Self { references, arrays }),
        }
    }

    /// The earlier record that an array refers to, if it does.
    pub(crate) fn reference(&self, array: &StoredArray) -> Option<Reference> {
        self.references.get(array.reference).copied().filter(|_| array.way.refers())
    }
}

impl StoredArray {
    /// Whether this can be how such an array is stored. What is compressed has so many bytes for each block at least that
    /// nothing is allocated for values that the file does not have.
    fn can_be_of(&self, spec: &TensorSpec, data_len: u64, references: usize) -> bool {
        let values = spec.bytes().unwrap_or(u64::MAX);
        let within = self.place.checked_add(self.length).is_some_and(|end| end <= data_len);
        let refers = !self.way.refers() || self.reference < references;
        let long_enough = match self.way {
            Way::Raw => self.length == values,
            Way::Same => self.length == 0,
            Way::Alone | Way::Difference => self.length >= blocks::least(values, spec.dtype().bytes()),
        };
        within && refers && long_enough && self.length <= values
    }
}

/// The items of a list.
fn items<'a>(bytes: &mut &'a [u8]) -> Result<&'a [[u8; ITEM]], String> {
    let cut = || "it is shorter than its arrays";
    let (count, rest) = bytes.split_first_chunk().ok_or_else(cut)?;
    let count = usize::try_from(u64::from_le_bytes(*count)).ok().filter(|&count| count <= rest.len() / ITEM);
    let (items, rest) = rest.split_at(ITEM * count.ok_or_else(cut)?);
    *bytes = rest;
    Ok(items.as_chunks().0)
}

fn u64_at(item: &[u8; ITEM], at: usize) -> u64 {
    item[at..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// None for a step beyond those that there are.
fn reference(item: &[u8; ITEM]) -> Option<Reference> {
    let step = u32::try_from(u64_at(item, 16)).ok()?;
    Some(Reference { sequence: u64_at(item, 0), moment: Moment::of_numbers(u64_at(item, 8), step) })
}

fn array(item: &[u8; ITEM]) -> Option<StoredArray> {
    let way = *Way::ALL.get(usize::from(item[0]))?;
    let checksum = (u64_at(item, 0) >> 32) as u32;
    Some(StoredArray { way, reference: item[1].into(), checksum, place: u64_at(item, 8), length: u64_at(item, 16) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Parameter;

    fn specs() -> Vec<TensorSpec> {
        let parameter = |name: &'static str| Parameter::new("layer", name, [100], vec![0.5_f32; 100]);
        ["a", "b", "c", "d"].map(|name| TensorSpec::of(&parameter(name)).unwrap()).to_vec()
    }

    fn table() -> ArrayTable {
        let array = |way, reference, checksum, place, length| StoredArray { way, reference, checksum, place, length };
        ArrayTable {
            references: vec![
                Reference { sequence: 1 << 40, moment: 7.into() },
                Reference { sequence: 3, moment: (u64::MAX, u32::MAX).into() },
            ],
            arrays: vec![
                array(Way::Raw, 0, u32::MAX, 0, 400),
                array(Way::Alone, 0, 1, 448, 399),
                array(Way::Difference, 1, 2, 896, 25),
                array(Way::Same, 0, 3, 0, 0),
            ],
        }
    }

    fn encoded(table: &ArrayTable) -> Vec<u8> {
        let mut meta = Vec::new();
        let place = TablePlace::reserve(&table.references, table.arrays.len(), &mut meta);
        table.arrays.iter().enumerate().for_each(|(index, array)| place.set(&mut meta, index, array));
        meta
    }

    #[test]
    fn tables_come_back() {
        let bytes = encoded(&table());
        assert_eq!(ArrayTable::decode(&bytes, &specs(), 1_000), Ok(table()));
        let longer = [bytes.as_slice(), &[9; 5]].concat();
        assert_eq!(
            ArrayTable::decode(&longer, &specs(), 1_000),
            Ok(table()),
            "a later minor version may append fields"
        );
    }

    #[test]
    fn tables_cut_anywhere_or_of_other_arrays_are_none() {
        let bytes = encoded(&table());
        for length in 0..bytes.len() {
            assert!(ArrayTable::decode(&bytes[..length], &specs(), 1_000).is_err(), "cut at {length}");
        }
        assert!(ArrayTable::decode(&bytes, &specs()[..3], 1_000).unwrap_err().contains("4 arrays and not 3"));
        let huge = [&u64::MAX.to_le_bytes()[..], &bytes[8..]].concat();
        assert!(ArrayTable::decode(&huge, &specs(), 1_000).is_err());
    }

    #[test]
    fn arrays_that_cannot_be_stored_so_are_refused_by_name() {
        let changed: [fn(&mut ArrayTable); 8] = [
            |table| table.arrays[0].length = 399,
            |table| table.arrays[1].length = 401,
            |table| table.arrays[1].length = 24,
            |table| table.arrays[1].place = 900,
            |table| table.arrays[1].place = u64::MAX,
            |table| table.arrays[2].reference = 2,
            |table| table.arrays[3].length = 1,
            |table| table.references = vec![table.references[0]; MOST_RECORDS],
        ];
        for change in changed {
            let mut table = table();
            change(&mut table);
            assert!(ArrayTable::decode(&encoded(&table), &specs(), 1_000).is_err(), "{table:?}");
        }
        let mut unknown = encoded(&table());
        let first = unknown.len() - 4 * ITEM;
        unknown[first] = 4;
        assert!(ArrayTable::decode(&unknown, &specs(), 1_000).unwrap_err().contains("does not know"));
    }
}
