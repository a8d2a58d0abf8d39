//! What is measured: counts of spans, the only percentile in the crate, and the only confidence interval.

pub mod histogram;
pub mod interval;
