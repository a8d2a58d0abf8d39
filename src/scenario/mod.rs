//! Scenario files: reading them, checking them, and naming the place of every mistake.

pub mod document;
pub mod names;
pub mod patch;
pub mod path;
pub mod problem;
pub mod shape;
pub mod source;
mod syntax;
