//! Any bytes as a scenario file.

#![no_main]

#[path = "../../tests/suite/fuzz/read.rs"]
mod read;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| read::read(bytes));
