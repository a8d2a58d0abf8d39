//! The bounds that a replay has to keep, each with its value beside its limit.

use crate::report::Report;
use crate::report::words::{Form, Words};

/// A threshold in words.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// The number that it is about.
    pub metric: String,
    /// How that must be.
    pub limit: String,
    /// What it is.
    pub simulated: String,
    /// Whether it is kept.
    pub is_kept: bool,
}

impl Row {
    /// Whether the threshold is kept, as a mark.
    #[must_use]
    pub fn mark(&self) -> &'static str {
        if self.is_kept { "✓" } else { "✗" }
    }
}

/// How many are kept.
#[must_use]
pub fn kept(rows: &[Row]) -> String {
    format!("{} of {} are kept", rows.iter().filter(|row| row.is_kept).count(), rows.len())
}

/// Every threshold of a replay, by name.
///
/// # Panics
///
/// Panics if the report is of another scenario.
#[must_use]
pub fn rows(report: &Report) -> Vec<Row> {
    let words = Words::new(report.scenario);
    let row = |verdict: &crate::simulation::Verdict| {
        let it = &report.scenario.file.thresholds[&verdict.id];
        let form = Form::of(&it.metric, &report.scenario.file);
        Row {
            name: verdict.id.clone(),
            metric: it.metric.clone(),
            limit: words.expectation(&it.expect, form),
            simulated: verdict.simulated.map_or("none".to_owned(), |it| words.number(it, form)),
            is_kept: verdict.holds,
        }
    };
    report.thresholds.iter().map(row).collect()
}
