//! The kinds of station, one file each.

pub mod fleet;
pub mod service;
