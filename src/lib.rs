//! `hindsight` turns a post-mortem into a program.

pub mod engine;
pub mod measure;
pub mod platform;
pub mod scenario;
pub mod simulation;
pub mod units;
