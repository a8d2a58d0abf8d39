//! The report made to be read: the verdict first, then what happened, what it cost and how sure it is.
//!
//! One file a section, in the order of reading. Colour only repeats what a mark or a word says.

pub mod catalogue;
pub mod cliff;
pub mod comparison;
pub mod explain;
mod facts;
mod headline;
mod impact;
pub mod minutes;
mod outlook;
pub mod ranking;
mod series;
pub mod speed;
mod story;
mod style;
pub mod summary;
pub mod sweep;
mod table;
mod thresholds;

use super::Report;

pub use style::Look;

/// The report of one replay, which ends in a line break.
#[must_use]
pub fn replay(report: &Report, look: Look) -> String {
    let sections = [
        Some(headline::section(report, look)),
        Some(story::section(report, look)),
        facts::section(report, look),
        thresholds::section(report, look),
        impact::section(report, look),
        series::section(report, look),
        outlook::robustness(report, look),
        outlook::mitigations(report, look),
    ];
    sections.into_iter().flatten().collect::<Vec<_>>().join("\n")
}
