//! Any bytes as changes of a platform, which is then run.

#![no_main]

#[path = "../../tests/suite/fuzz/edits.rs"]
mod edits;
#[path = "../../tests/suite/fuzz/run.rs"]
mod run;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| run::run(bytes));
