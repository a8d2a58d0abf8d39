//! A scenario as it stands in its file: names, local times and units, before anything is resolved.
//!
//! Doc comments here are what editors show: they become the descriptions of the JSON Schema.
//! Defaults live here and nowhere else.

pub mod platform;
pub mod stations;
pub mod story;
pub mod threshold;
pub mod workload;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::units::{LocalTime, Quantity, Share, Span};
use platform::Platform;
use story::{Action, Documented, Indicator, Metric, OnCall, StatusPage};
use threshold::Threshold;
use workload::Workload;

/// One incident: what the platform was, what load it had, what engineers did and when, and what is
/// documented to have happened.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Where the JSON Schema stands, for editors.
    #[serde(rename = "$schema", default)]
    pub schema: Option<String>,
    /// A short name without spaces, by convention the date and the subject.
    pub id: String,
    /// One line that says what happened.
    pub title: String,
    /// Where the incident is documented.
    pub source: String,
    /// What happened and why, in a few sentences for someone who never read the post-mortem.
    #[serde(default)]
    pub summary: Option<String>,
    /// The seed of every random draw.
    pub seed: u64,
    /// When the replay begins and ends.
    pub clock: Clock,
    /// Whose work it is.
    pub tenants: Tenants,
    /// What serves the work.
    pub platform: Platform,
    /// What brings work in.
    pub workloads: BTreeMap<String, Workload>,
    /// What engineers and deployments did.
    #[serde(default)]
    pub timeline: BTreeMap<String, Action>,
    /// What the public status page said.
    #[serde(default)]
    pub status_page: Option<StatusPage>,
    /// Who is paged, and what else keeps them busy; without it, what follows an alert follows at once.
    #[serde(default)]
    pub on_call: Option<OnCall>,
    /// What "bad" means, and who is paged for it.
    #[serde(default)]
    pub indicators: BTreeMap<String, Indicator>,
    /// Numbers taken over fixed spans of time, for facts that no indicator tells.
    #[serde(default)]
    pub metrics: BTreeMap<String, Metric>,
    /// What is documented to have happened; nothing here influences the run.
    #[serde(default)]
    pub documented: BTreeMap<String, Documented>,
    /// What a replay has to keep to be accepted; nothing here influences the run.
    #[serde(default)]
    pub thresholds: BTreeMap<String, Threshold>,
    /// What might have been otherwise, as patches on this scenario.
    #[serde(default)]
    pub mitigations: BTreeMap<String, Mitigation>,
    /// Where each parameter comes from, by its path.
    #[serde(default)]
    pub assumptions: BTreeMap<String, Assumption>,
    /// When to stop a run that gets out of hand.
    #[serde(default)]
    pub limits: Limits,
}

/// When the replay begins and ends.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// The time zone of every local time in the file, such as `America/New_York`.
    pub zone: String,
    /// How long the platform runs before `start`, unobserved, to fill its queues and caches.
    #[serde(default)]
    pub warm_up: Span,
    /// The first observed moment.
    pub start: LocalTime,
    /// The moment at which the replay ends.
    pub end: LocalTime,
    /// How fine the time series are; windows and evaluations are multiples of it.
    #[serde(default = "ten_seconds")]
    pub resolution: Span,
}

/// The customers of the platform.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tenants {
    /// How many there are.
    pub count: u32,
    /// How the work is spread over them.
    pub weights: Weights,
    /// Tenants that other parts of the file refer to.
    #[serde(default)]
    pub named: BTreeMap<String, NamedTenant>,
}

/// How work is spread over tenants.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weights {
    /// Every tenant brings as much as any other.
    Equal,
    /// The tenant of rank k brings work in proportion to 1/k to this power.
    Zipf(f64),
}

/// A tenant that has a name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedTenant {
    /// Its place by size, 1 for the largest.
    pub rank: u32,
}

/// Something that would have changed the incident.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mitigation {
    /// What it is and why it would help.
    pub note: String,
    /// A JSON Merge Patch (RFC 7396) on this scenario.
    pub patch: Value,
}

/// Where a parameter's value comes from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assumption {
    /// Whether a source gives the value, a reason does, or a fact was fitted.
    pub basis: Basis,
    /// The source or the reason.
    pub why: String,
    /// The fact that a calibrated value was chosen to meet.
    #[serde(default)]
    pub fact: Option<String>,
    /// Between which values it might as well lie.
    #[serde(default)]
    pub range: Option<[Quantity; 2]>,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A source states it.
    Documented,
    /// Nothing states it; a reason stands beside it.
    Assumed,
    /// It was chosen so that a fact holds.
    Calibrated,
}

/// When to stop a run that gets out of hand; the report is then complete up to there, and says so.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Events in all; each counts once more for every 262,144 things in flight or planned, since it then
    /// takes longer.
    pub events: u64,
    /// Events at one instant, beyond which a loop without delay is suspected.
    pub events_at_one_instant: u64,
    /// Units, attempts and alerts that have begun and not ended, at one time.
    pub in_flight: u64,
    /// What is kept for the report: points of time series, one for each bin and place, and lines of the log.
    pub output: u64,
}

impl Default for Limits {
    fn default() -> Self {
        // Each is reached within two seconds by a release build, which handles some five million events a
        // second. What is in flight takes 0.3 kB apiece and a point 0.25 kB, so that a stopped run stays
        // below a gigabyte. Whoever means a longer run says so in the scenario.
        Self {
            events: 8_000_000,
            events_at_one_instant: 1_000_000,
            in_flight: 1_000_000,
            output: 1_000_000,
        }
    }
}

impl Limits {
    /// The limit with the name of its field.
    ///
    /// # Panics
    ///
    /// Panics if no field has that name.
    #[must_use]
    pub fn of(&self, field: &str) -> u64 {
        match field {
            "events" => self.events,
            "events_at_one_instant" => self.events_at_one_instant,
            "in_flight" => self.in_flight,
            "output" => self.output,
            other => unreachable!("{other} is no limit"),
        }
    }
}

fn ten_seconds() -> Span {
    Span::from_secs(10)
}

pub(crate) fn yes() -> bool {
    true
}

pub(crate) fn all() -> Share {
    Share::ALL
}

pub(crate) fn one() -> u32 {
    1
}
