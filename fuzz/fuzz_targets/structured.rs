//! Bytes as instructions what to do to a recording of each kind, or to the file that one refers to for its data, after which all
//! checksums are made to agree: behind them, where chance alone does not get, the same must hold as for any bytes.
#![no_main]

#[path = "../../tests/common/bytes.rs"]
#[allow(dead_code)]
mod bytes;
#[path = "../../tests/common/hostile.rs"]
#[allow(dead_code)]
mod hostile;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|instructions: &[u8]| {
    for recording in hostile::recordings() {
        hostile::survives(&hostile::mutated(recording, instructions));
    }
    let path = std::env::temp_dir().join(format!("fuzz-{}.dataset", std::process::id()));
    let [recording, data] = hostile::sharing(&path);
    hostile::survives_as_data(&recording, &hostile::mutated(data, instructions), &path);
});
