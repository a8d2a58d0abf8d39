//! `hindsight` turns a post-mortem into a program.

pub mod cli;
pub mod engine;
pub mod experiment;
pub mod golden;
pub mod measure;
pub mod platform;
pub mod report;
pub mod scenario;
pub mod simulation;
pub mod units;
