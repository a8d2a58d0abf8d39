//! The platform under replay.

pub mod parts;
