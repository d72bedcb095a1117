//! Any bytes as a recording: they are answered or refused, and appending leaves every epoch as it was.
#![no_main]

#[path = "../../tests/common/bytes.rs"]
#[allow(dead_code)]
mod bytes;
#[path = "../../tests/common/hostile.rs"]
#[allow(dead_code)]
mod hostile;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| hostile::survives(data));
