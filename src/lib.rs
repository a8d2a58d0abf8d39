//! `hindsight` turns a post-mortem into a program.

pub mod scenario;
pub mod units;
