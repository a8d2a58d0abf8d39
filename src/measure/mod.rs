//! What is measured: counts of spans, and the only percentile in the crate.

pub mod histogram;
