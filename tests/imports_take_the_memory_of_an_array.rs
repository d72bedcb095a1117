//! However large checkpoints are, one array of them is in memory.
#![cfg(feature = "import")]

use std::{fs, path::Path, time::Instant};

use peak_alloc::PeakAlloc;
use safetensors::{Dtype, SafeTensors, serialize_to_file, tensor::TensorView};
use training_replay::import::Checkpoints;

#[global_allocator]
static PEAK: PeakAlloc = PeakAlloc;

const MB: usize = 1 << 20;

/// Checkpoints of arrays that have so many bytes each.
fn write(folder: &Path, checkpoints: usize, arrays: usize, bytes: usize) {
    let values: Vec<u8> = (0..bytes / 4).flat_map(|i| ((i as f32).sin()).to_le_bytes()).collect();
    for epoch in 0..checkpoints {
        let view = |i| (format!("layer{i}.weight"), TensorView::new(Dtype::F32, vec![bytes / 4], &values).unwrap());
        serialize_to_file((0..arrays).map(view), None, &folder.join(format!("epoch-{epoch}.safetensors"))).unwrap();
    }
}

fn peak_of(import: impl FnOnce()) -> usize {
    let before = PEAK.current_usage();
    PEAK.reset_peak_usage();
    import();
    PEAK.peak_usage() - before
}

/// One after the other: what is measured is of the whole process.
#[test]
fn one_array_is_in_memory_at_a_time_and_a_header_that_claims_much_takes_nothing() {
    one_array_at_a_time();
    a_header_that_claims_much();
}

fn one_array_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 3, 20, 2 * MB);
    let import = || {
        let replay = Checkpoints::in_folder(folder.path()).unwrap().write(folder.path().join("run.replay")).unwrap();
        assert_eq!(replay.epochs().len(), 3);
    };
    let peak = peak_of(import);
    println!("{:.1} MB of 40 in a checkpoint", peak as f64 / MB as f64);
    assert!(peak < 6 * MB, "{peak}");
}

fn a_header_that_claims_much() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("1.safetensors");
    fs::write(&path, [99_999_999_u64.to_le_bytes().to_vec(), vec![b' '; 100]].concat()).unwrap();
    assert!(peak_of(|| assert!(Checkpoints::files([&path]).unwrap().into_replay().is_err())) < MB);
}

/// `cargo test --release --features import --test imports_take_the_memory_of_an_array -- --ignored --nocapture`
#[test]
#[ignore = "measures, and writes 1.6 GB into the folder for temporary files"]
fn a_folder_of_400_mb_beside_copies_and_the_crate_of_the_format() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 4, 25, 4 * MB);
    let file = |epoch: usize| folder.path().join(format!("epoch-{epoch}.safetensors"));
    for _ in 0..3 {
        let start = Instant::now();
        for epoch in 0..4 {
            fs::copy(file(epoch), folder.path().join(format!("copy{epoch}"))).unwrap();
        }
        let copied = start.elapsed();
        let start = Instant::now();
        for epoch in 0..4 {
            let bytes = fs::read(file(epoch)).unwrap();
            let tensors = SafeTensors::deserialize(&bytes).unwrap();
            serialize_to_file(tensors.tensors(), None, &folder.path().join(format!("saved{epoch}"))).unwrap();
        }
        let saved = start.elapsed();
        let start = Instant::now();
        let found = Checkpoints::in_folder(folder.path()).unwrap().overwrite(true);
        found.write(folder.path().join("run.replay")).unwrap();
        println!("copied in {copied:?}, loaded and saved in {saved:?}, imported and synced in {:?}", start.elapsed());
    }
}
