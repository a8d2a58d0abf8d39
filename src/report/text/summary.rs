//! One line for each of several replays.
use super::Look;
use crate::report::Report;
/// A line.
#[derive(Debug)]
pub struct Line;
impl Line {
    /// New.
    #[must_use]
    pub fn new(_report: &Report) -> Self { Self }
}
/// The table.
#[must_use]
pub fn table(_lines: &[Line], _look: Look) -> String { String::new() }
