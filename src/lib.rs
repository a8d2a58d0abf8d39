//! `hindsight` turns a post-mortem into a program.

pub mod platform;
pub mod units;
