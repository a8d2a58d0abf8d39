//! The report made to be read.
pub mod summary;
use super::Report;
use super::words::{Form, Words};
/// How a text may look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Columns.
    pub width: usize,
    /// Whether colours are welcome.
    pub is_coloured: bool,
}
/// The report of one replay.
#[must_use]
pub fn replay(report: &Report, _look: Look) -> String {
    let words = Words::new(report.scenario);
    let mut text = format!("{}\n", report.scenario.file.title);
    for entry in super::timeline::timeline(report) {
        text += &format!("{} {:?} {}\n", entry.at.strftime("%H:%M:%S"), entry.kind, entry.text);
    }
    for verdict in &report.verdicts {
        let it = &report.scenario.file.documented[&verdict.id];
        let form = Form::of(&it.metric, &report.scenario.file);
        text += &format!("{} {} | {} | {:?}\n", verdict.holds, verdict.id, words.expectation(&it.expect, form), verdict.simulated.map(|v| words.number(v, form)));
    }
    text
}
