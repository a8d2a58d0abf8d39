//! Workloads as they stand in a scenario file.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::platform::Call;
use super::yes;
use crate::engine::sample::Distribution;
use crate::units::{Factor, LocalTime, Rate, Span};

/// Something that brings work in; the work that descends from it is a class of its own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Where its units go, and under which policy.
    pub call: Call,
    /// When they come.
    pub arrivals: Arrivals,
    /// Whether any come at all.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The named tenants whose work it is; without them, every tenant's by weight.
    #[serde(default)]
    pub tenants: Option<Vec<String>>,
    /// How important it is where a queue orders by priority: higher goes first.
    #[serde(default)]
    pub priority: i32,
    /// How long after its arrival a unit is due, where a queue orders by due time.
    #[serde(default)]
    pub due: Span,
    /// Whether all units are part of one conversation; else each begins one of its own.
    #[serde(default)]
    pub one_conversation: bool,
}

/// When units arrive.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Arrivals {
    /// At random, at a rate that may change with time.
    Poisson(Poisson),
    /// A known number, at once or at an even rate.
    Backlog(Backlog),
    /// One unit for each row of a CSV file.
    Trace(Trace),
    /// From a number of clients, each of which thinks, sends a unit, and waits until it has ended.
    Closed(Closed),
}

/// Random arrivals: the rate times every factor that applies.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Poisson {
    /// The rate that the factors refer to.
    pub rate: Rate,
    /// Factors by time of day, such as `"09:00": 0.8`, joined by straight lines round the clock.
    #[serde(default)]
    pub daily: BTreeMap<String, f64>,
    /// Factors by day of the week, such as `"sunday": 0.3`; a day that is not named has 1.
    #[serde(default)]
    pub weekly: BTreeMap<Weekday, f64>,
    /// Factors by local date and time, joined by straight lines; the first holds before it, the
    /// last after it.
    #[serde(default)]
    pub piecewise: BTreeMap<String, f64>,
    /// Spans of time with a factor of their own, by name.
    #[serde(default)]
    pub bursts: BTreeMap<String, Burst>,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// A span of time with a factor of its own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Burst {
    /// When it begins.
    pub at: LocalTime,
    /// How long it lasts.
    pub lasts: Span,
    /// What the rate is multiplied by.
    pub factor: Factor,
}

/// A known number of units.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Backlog {
    /// When it is released.
    pub at: LocalTime,
    /// How many units there are.
    pub count: u64,
    /// How many are released per unit of time; all at once without it.
    #[serde(default)]
    pub rate: Option<Rate>,
}

/// A closed population of clients; a job that is repeated is a client that thinks for its period.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Closed {
    /// How many clients there are.
    pub clients: u32,
    /// How long each thinks between the end of one unit and the start of the next.
    pub think: Distribution,
}

/// Arrivals from a CSV file with the columns `at` (local date and time) or `after` (a duration
/// since the start of the clock), and optionally `tenant`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trace {
    /// The file, relative to the scenario's.
    pub file: String,
}
