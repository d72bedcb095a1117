//! A second opinion on the file format: records found, built and resealed by the tables of `docs/format.md` alone.

use std::ops::Range;

pub const MODEL: u16 = 1;
pub const EPOCH: u16 = 3;
pub const TRAINING_STATE: u16 = 32_770;

/// A record in the bytes of a file.
#[derive(Clone, Debug)]
pub struct Record {
    pub bytes: Range<usize>,
    pub meta: Range<usize>,
    pub data: Range<usize>,
    pub kind: u16,
    pub sequence: u64,
    pub epoch: u64,
    pub step: u32,
}

/// The records of a file, up to the first that does not fit.
pub fn records(bytes: &[u8]) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    while let Some(record) = record(bytes, records.last().map_or(64, |record| record.bytes.end)) {
        records.push(record);
    }
    records
}

fn record(bytes: &[u8], at: usize) -> Option<Record> {
    let header = bytes.get(at..at + 64)?;
    let number = |at: usize| u64::from_le_bytes(header[at..at + 8].try_into().unwrap());
    let length = |at: usize| usize::try_from(number(at)).ok().filter(|&length| length <= bytes.len());
    let meta = at + 64..at + 64 + length(24)?;
    let data = up(meta.end)..up(meta.end) + length(32)?;
    let end = up(data.end);
    let whole = header.starts_with(b"TREC") && end <= bytes.len();
    let kind = u16::from_le_bytes([header[4], header[5]]);
    let step = u32::from_le_bytes(header[56..60].try_into().unwrap());
    whole.then_some(Record { bytes: at..end, meta, data, kind, sequence: number(16), epoch: number(40), step })
}

/// Makes every checksum agree with what it is of.
pub fn reseal(bytes: &mut [u8]) {
    if bytes.len() >= 64 {
        seal(bytes, 0);
    }
    for record in records(bytes) {
        reseal_record(bytes, &record);
    }
}

fn reseal_record(bytes: &mut [u8], record: &Record) {
    let at = record.bytes.start;
    for (place, range) in [(at + 48, &record.meta), (at + 52, &record.data)] {
        let crc = crc32fast::hash(&bytes[range.clone()]);
        bytes[place..place + 4].copy_from_slice(&crc.to_le_bytes());
    }
    seal(bytes, at);
}

/// A record of any kind, as the next one of these bytes; of the data only the length and not the bytes.
pub fn header(file: &[u8], kind: u16, meta: &[u8], data_len: u64) -> Vec<u8> {
    let sequence = records(file).last().map_or(0, |record| record.sequence + 1);
    let mut header = vec![0; up(64 + meta.len())];
    header[..4].copy_from_slice(b"TREC");
    header[4..6].copy_from_slice(&kind.to_le_bytes());
    header[8..16].copy_from_slice(&file[16..24]);
    header[16..24].copy_from_slice(&sequence.to_le_bytes());
    header[24..32].copy_from_slice(&(meta.len() as u64).to_le_bytes());
    header[32..40].copy_from_slice(&data_len.to_le_bytes());
    header[48..52].copy_from_slice(&crc32fast::hash(meta).to_le_bytes());
    header[64..64 + meta.len()].copy_from_slice(meta);
    seal(&mut header, 0);
    header
}

/// The checksum of the 60 bytes before it.
fn seal(bytes: &mut [u8], at: usize) {
    let crc = crc32fast::hash(&bytes[at..at + 60]);
    bytes[at + 60..at + 64].copy_from_slice(&crc.to_le_bytes());
}

fn up(n: usize) -> usize {
    n.next_multiple_of(64)
}

/// A record under another sequence number.
pub fn resequenced(record: &[u8], sequence: u64) -> Vec<u8> {
    let mut record = record.to_vec();
    record[16..24].copy_from_slice(&sequence.to_le_bytes());
    seal(&mut record, 0);
    record
}

/// Numbers the records 0, 1, 2, ... as they lie.
pub fn renumber(bytes: &mut [u8]) {
    for (record, sequence) in records(bytes).iter().zip(0_u64..) {
        bytes[record.bytes.start + 16..][..8].copy_from_slice(&sequence.to_le_bytes());
    }
}
