//! A scenario as its reader wants it: what it rests on ([`ledger`]), how its platform is wired
//! ([`wiring`]) and, after a replay, how trouble spread through it ([`ripple`]).
//!
//! As JSON it is a stable interface with a version: the fields are those of [`Explanation`], under the same
//! names and in the same order; new ones may come without a new version. Local times are those of the
//! scenario's zone, with seconds. Numbers are integers or fixed decimals: shares from 0 to 1, times in
//! seconds, rates per second. What stands in the scenario file is given as it stands there.
//!
//! [`mermaid`] and [`dot`] draw the wiring alone, [`markdown`] tells everything for a page.

pub mod dot;
mod kinds;
pub mod ledger;
pub mod markdown;
pub mod mermaid;
pub mod ripple;
pub mod wiring;

use jiff::civil::{Date, DateTime};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::layout;
use crate::scenario::Scenario;
use crate::simulation::{MODEL_VERSION, Outcome};
use crate::units::LocalTime;
use ledger::Ledger;
use ripple::Ripple;
use wiring::Wiring;

/// The version of the layout as JSON.
pub const SCHEMA_VERSION: u32 = 1;

/// A scenario, explained.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// The version of this layout.
    pub schema_version: u32,
    /// The version of the model.
    pub model_version: u32,
    /// The scenario's id.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// What happened and why, if the scenario says so.
    pub summary: Option<String>,
    /// The seed of every draw.
    pub seed: u64,
    /// What was tried out: names of mitigations, then assignments `PATH=VALUE`.
    pub applied: Vec<String>,
    /// What the scenario rests on.
    pub ledger: Ledger,
    /// The platform as a diagram.
    pub wiring: Wiring,
    /// How trouble spread in a replay; null without one.
    pub ripple: Option<Ripple>,
    /// The first day, whose date goes without saying.
    #[serde(skip)]
    pub day: Date,
}

/// A local time of the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// When it is.
    pub local: DateTime,
    /// Whether its source names no seconds.
    pub is_minute: bool,
}

impl Explanation {
    /// Explains a scenario, whose text with all changes is `value`, and an outcome of it.
    #[must_use]
    pub fn new(scenario: &Scenario, value: &Value, outcome: Option<&Outcome>) -> Self {
        let file = &scenario.file;
        let wiring = Wiring::new(scenario);
        let ripple = outcome.map(|outcome| Ripple::new(scenario, outcome, &wiring));
        let changes = &scenario.changes;
        Self {
            schema_version: SCHEMA_VERSION,
            model_version: MODEL_VERSION,
            scenario: file.id.clone(),
            title: file.title.clone(),
            summary: file.summary.clone(),
            seed: scenario.seed(),
            applied: changes.with.iter().chain(&changes.set).cloned().collect(),
            ledger: Ledger::new(scenario, value, outcome),
            wiring,
            ripple,
            day: file.clock.start.civil().date(),
        }
    }

    /// The explanation as JSON text that ends in a line break.
    #[must_use]
    pub fn to_json(&self) -> String {
        layout::to_text(self, 4)
    }
}

impl Time {
    /// The time in words: `10:29`, or `Thu 10:29:04` on one of the six days after `day`, or with its date.
    #[must_use]
    pub fn told(self, day: Date) -> String {
        let clock = if self.is_minute { "%H:%M" } else { "%H:%M:%S" };
        let date = match self.local.date().duration_since(day).as_hours() / 24 {
            0 => "",
            1..=6 => "%a ",
            _ => "%m-%d ",
        };
        self.local.strftime(&format!("{date}{clock}")).to_string()
    }
}

impl From<LocalTime> for Time {
    fn from(time: LocalTime) -> Self {
        Self { local: time.civil(), is_minute: time.is_minute() }
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.local.strftime("%Y-%m-%dT%H:%M:%S"))
    }
}
