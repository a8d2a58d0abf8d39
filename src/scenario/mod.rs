//! From a JSON file to a checked scenario, in which every error carries the path and the place of its field.
//!
//! Reading order: [`document`] (text and places), [`shape`] (types, by the JSON Schema), [`mod@file`] (what
//! stands in a file), [`patch`] (what changes it), [`check`] (relations), [`compile`] (ids and moments).

pub mod check;
pub mod clock;
pub mod compile;
pub mod contested;
pub mod document;
pub mod facts;
pub mod file;
pub mod folder;
mod inputs;
mod load;
pub mod names;
pub mod patch;
pub mod path;
pub mod problem;
pub mod refusal;
mod remedy;
mod settings;
pub mod shape;
pub mod source;
mod syntax;
mod trace;

pub use load::{Changes, Loaded, Scenario, schema};
pub use refusal::Refusal;
