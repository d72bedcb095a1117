//! A recording may be as long and as large as the disk: opening it looks at headers, and an epoch is read where it is.

mod common;

use std::{
    fs::{self, File},
    io::{Seek, SeekFrom, Write},
    path::Path,
    time::Instant,
};

use common::{
    arrays::{Arrays, counted, file, leave_behind, same_bits},
    bytes::{header, records, resequenced},
    scale::{is_release, report},
};
use training_replay::{Durability, Metrics, Replay, Values};

#[test]
fn a_hundred_thousand_epochs_open_and_any_of_them_reads() {
    let folder = tempfile::tempdir().unwrap();
    leave_behind(&file(&folder), 100_000);
    let began = Instant::now();
    let replay = Replay::open(file(&folder)).unwrap();
    report(format_args!("100,000 epochs opened in {:?}", began.elapsed()));
    assert!(replay.epochs().eq(0..100_000));
    for epoch in [0, 1, 31_415, 99_998, 99_999] {
        assert!(same_bits(&replay.weights(epoch).unwrap(), &counted(epoch)));
    }
}

/// Puts a record of a later version, which this one skips, before the last epoch: five GiB of a hole.
fn insert_hole(path: &Path) {
    let bytes = fs::read(path).unwrap();
    let last = records(&bytes).pop().unwrap();
    let before = &bytes[..last.bytes.start];
    let hole = header(before, 0x80ff, b"five GiB of nothing", 5 << 30);
    let mut file = File::create(path).unwrap();
    file.write_all(before).unwrap();
    file.write_all(&hole).unwrap();
    file.seek(SeekFrom::Current(5 << 30)).unwrap();
    file.write_all(&resequenced(&bytes[last.bytes], last.sequence + 1)).unwrap();
}

#[test]
fn a_file_beyond_4_gib_is_gone_on_with_and_read() {
    let folder = tempfile::tempdir().unwrap();
    leave_behind(&file(&folder), 3);
    insert_hole(&file(&folder));
    let mut replay = Replay::append(file(&folder)).unwrap();
    for epoch in 3..6 {
        assert_eq!(replay.record(&counted(epoch), [("loss", epoch as f64)]).unwrap(), epoch);
    }
    replay.finish().unwrap();
    assert!(fs::metadata(file(&folder)).unwrap().len() > 5 << 30);
    let replay = Replay::open(file(&folder)).unwrap();
    assert!(replay.is_finished() && replay.damage().is_empty());
    assert!(replay.epochs().eq(0..6) && replay.check_integrity().unwrap().is_empty());
    for epoch in 0..6 {
        assert!(same_bits(&replay.weights(epoch).unwrap(), &counted(epoch)));
    }
}

fn uniform(parameters: usize, value: f32) -> Arrays {
    Arrays(vec![("kernel".into(), vec![parameters], Values::from(vec![value; parameters]))])
}

/// Records epochs on the disk, and reads some of them from the file.
fn record_and_read(parameters: usize, epochs: u64, read: &[u64]) {
    let folder = tempfile::tempdir().unwrap();
    let mut replay = Replay::options().durability(Durability::Never).create(file(&folder)).unwrap();
    for epoch in 0..epochs {
        replay.record(&uniform(parameters, epoch as f32), Metrics::new()).unwrap();
    }
    replay.finish().unwrap();
    let length = fs::metadata(file(&folder)).unwrap().len();
    let began = Instant::now();
    let replay = Replay::open(file(&folder)).unwrap();
    let opened = began.elapsed();
    for &epoch in read {
        assert!(same_bits(&replay.weights(epoch).unwrap(), &uniform(parameters, epoch as f32)), "epoch {epoch}");
    }
    let each = began.elapsed().saturating_sub(opened) / read.len() as u32;
    report(format_args!(
        "{epochs} epochs, {length} bytes: opened in {opened:?}, an epoch read and compared in {each:?}"
    ));
}

#[test]
fn real_files_beyond_4_gib_are_written_and_read() {
    if !is_release() {
        return report("SKIPPED: 9 GB on the disk and in memory are for releases (RELEASE_TESTS=1)");
    }
    record_and_read(2_000_000, 600, &[0, 299, 540, 599]);
    record_and_read(1_100_000_000, 1, &[0]); // one array of more than 4 GiB
}
