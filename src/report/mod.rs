//! From an outcome to something that is read: [`json`] for programs, [`text`] for people, [`html`] for a
//! browser, [`markdown`] for a pull request, [`export`] for tools that people already have, and [`explain`]
//! for whoever wants to know what a scenario rests on.
//!
//! All tell the same: verdicts on the documented facts, impact, and one [`timeline`]. Nothing in
//! them depends on the machine, its zone or its language, or on how long the run took.

pub mod account;
pub mod amount;
mod chart;
pub mod cliff;
pub mod comparison;
pub mod contested;
pub mod decimal;
pub mod events;
pub mod explain;
pub mod export;
pub mod html;
pub mod json;
pub(crate) mod layout;
pub mod markdown;
pub(crate) mod markup;
pub mod minutes;
pub mod ranking;
pub mod series;
pub mod sweep;
pub mod text;
pub mod timeline;
pub mod whole_file;
pub(crate) mod words;

use crate::experiment::seeds::Robustness;
use crate::scenario::Scenario;
use crate::simulation::{Outcome, Verdict, thresholds, verdicts};

/// What a replay came to: a scenario, its outcome and the verdicts.
#[derive(Debug)]
pub struct Report<'a> {
    /// What was replayed, with the patches applied.
    pub scenario: &'a Scenario,
    /// How it went.
    pub outcome: &'a Outcome,
    /// The documented facts, by id, numbers within ids by size.
    pub verdicts: Vec<Verdict>,
    /// The thresholds, by name.
    pub thresholds: Vec<Verdict>,
    /// How the facts fare with other seeds, if that was asked.
    pub robustness: Option<Robustness>,
}

impl<'a> Report<'a> {
    /// The report of an outcome of this scenario.
    #[must_use]
    pub fn new(
        scenario: &'a Scenario,
        outcome: &'a Outcome,
        robustness: Option<Robustness>,
    ) -> Self {
        let mut verdicts = verdicts(scenario, outcome);
        verdicts.sort_by_cached_key(|verdict| natural_key(&verdict.id));
        let thresholds = thresholds(scenario, outcome);
        Self { scenario, outcome, verdicts, thresholds, robustness }
    }

    /// The limit that stopped the run before its end, by its name in the scenario file.
    #[must_use]
    pub fn stopped(&self) -> Option<&'static str> {
        self.outcome.run.stop.limit()
    }

    /// The documented facts that the replay does not show.
    pub fn missed(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts.iter().filter(|verdict| !verdict.holds)
    }

    /// The thresholds that the replay crosses.
    pub fn crossed(&self) -> impl Iterator<Item = &Verdict> {
        self.thresholds.iter().filter(|verdict| !verdict.holds)
    }

    /// What was tried out: names of mitigations, then assignments.
    #[must_use]
    pub fn applied(&self) -> Vec<String> {
        let changes = &self.scenario.changes;
        changes.with.iter().chain(&changes.set).cloned().collect()
    }
}

/// Orders `C2` before `C10`: runs of digits by their number, everything else as text.
fn natural_key(id: &str) -> Vec<(u64, String)> {
    let mut parts: Vec<(u64, String)> = Vec::new();
    for letter in id.chars() {
        let digit = letter.to_digit(10).map(u64::from);
        match (parts.last_mut(), digit) {
            (Some((number, text)), Some(digit)) if text.is_empty() => {
                *number = number.saturating_mul(10).saturating_add(digit);
            }
            (_, Some(digit)) => parts.push((digit, String::new())),
            (Some((0, text)), None) if !text.is_empty() => text.push(letter),
            (_, None) => parts.push((0, letter.to_string())),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_within_ids_are_ordered_by_size() {
        let mut ids = ["C10.2", "C2", "S1", "C10.10", "C1"];
        ids.sort_by_cached_key(|id| natural_key(id));
        assert_eq!(ids, ["C1", "C2", "C10.2", "C10.10", "S1"]);
    }
}
