//! What is measured: counts of spans, levels over time, the only percentile in the crate, and the only confidence
//! interval.

pub mod gauge;
pub mod histogram;
pub mod interval;
