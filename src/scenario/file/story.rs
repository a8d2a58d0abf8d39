//! What was done, what is watched and what is documented, as it stands in a scenario file.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{one, yes};
use crate::engine::sample::Distribution;
use crate::platform::measures::Measure;
use crate::units::{LocalTime, Quantity, Rate, Share, Span};

/// Something that engineers or a deployment did, at a time or some time after an alert.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// When it was done.
    #[serde(default)]
    pub at: Option<LocalTime>,
    /// The alert that it follows.
    #[serde(default)]
    pub after: Option<After>,
    /// What was done and why, for the reader.
    pub note: String,
    /// A patch on the configuration of the running platform: `stations`, `registry`, `workloads`.
    #[serde(default)]
    pub set: Option<Value>,
    /// Instances that crash.
    #[serde(default)]
    pub crash: Option<Crash>,
    /// The station whose instances are all replaced.
    #[serde(default)]
    pub redeploy: Option<String>,
    /// The station whose waiting work is thrown away.
    #[serde(default)]
    pub purge: Option<String>,
    /// Records of work-items that are deleted.
    #[serde(default)]
    pub clean_up: Option<CleanUp>,
    /// Missing records of work-items that are restored.
    #[serde(default)]
    pub repair: Option<Repair>,
}

/// A clean-up of the records that the work-items of routing refer to.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CleanUp {
    /// The routing whose records they are.
    pub station: String,
    /// The age from which records are deleted.
    pub older_than: Span,
    /// Whether records are kept that an item refers to.
    #[serde(default)]
    pub check_references: bool,
}

/// A repair of the records that are missing when it begins, the oldest first.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repair {
    /// The routing whose records they are.
    pub station: String,
    /// How many records are restored per unit of time.
    pub rate: Rate,
}

/// The people on call: who is free takes up the most urgent alert, and is busy with it for a while.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OnCall {
    /// How many there are.
    pub people: u32,
    /// How long somebody is busy with an alert.
    pub handling: Distribution,
    /// Alerts that mean nothing and keep people busy all the same.
    #[serde(default)]
    pub noise: Option<Noise>,
}

/// Alerts that mean nothing.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Noise {
    /// How many come, at random.
    pub rate: Rate,
    /// How urgent they claim to be.
    pub priority: Priority,
    /// How long it takes to see that one means nothing.
    pub handling: Distribution,
}

/// A delay after the first alert of an indicator.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// The indicator whose alert it is.
    pub alert: String,
    /// How long after it.
    pub delay: Span,
}

/// Instances that crash.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Crash {
    /// Whose instances.
    pub station: String,
    /// How many, the oldest first; all without it.
    #[serde(default)]
    pub instances: Option<u32>,
}

/// What the public status page said.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusPage {
    /// How long the page says it lasted.
    #[serde(default)]
    pub public_minutes: Option<u32>,
    /// Its updates, in order.
    pub updates: Vec<Update>,
}

/// One update of the status page.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Update {
    /// When it was posted, in the clock's zone.
    pub at: LocalTime,
    /// What it said.
    pub state: PageState,
}

/// The state of an incident on a status page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum PageState {
    Investigating,
    Identified,
    Monitoring,
    Resolved,
}

/// The names of stations, workloads or calls: one as text, several as a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Targets(pub Vec<String>);

/// What "bad" means: a measure, a threshold, and how long it must be crossed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// What is watched: a station, a workload, or a call as `station.call`; or several of them.
    pub of: Targets,
    /// What is measured.
    pub measure: Measure,
    /// Which percentile of the latency, from 0 to 100.
    #[serde(default)]
    pub percentile: Option<f64>,
    /// Bad is more than this.
    #[serde(default)]
    pub above: Option<Quantity>,
    /// Bad is less than this.
    #[serde(default)]
    pub below: Option<Quantity>,
    /// Over how much time the measure is taken; one evaluation's by default.
    #[serde(default)]
    pub window: Option<Span>,
    /// How often it is evaluated.
    pub every: Span,
    /// How long it must be bad before it counts.
    #[serde(default, rename = "for")]
    pub held: Span,
    /// How long it must be good before it is over.
    #[serde(default)]
    pub clear_after: Span,
    /// In how many of the watched places at least.
    #[serde(default = "one")]
    pub at_least: u32,
    /// Over which share of tenants it must be bad, each judged by its own work.
    #[serde(default)]
    pub tenants: Option<TenantShare>,
    /// With fewer operations than this in the window nothing is said.
    #[serde(default = "one")]
    pub count_min: u32,
    /// Who is paged.
    #[serde(default)]
    pub alert: Option<Alert>,
    /// Whether this is harm to customers, or a sign for engineers only.
    #[serde(default = "yes")]
    pub impact: bool,
    /// What it tells.
    #[serde(default)]
    pub note: Option<String>,
}

/// A share of tenants.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantShare {
    /// More than this share of the tenants that count.
    pub share: Share,
    /// A tenant with fewer operations than this in the window does not count.
    #[serde(default = "one")]
    pub count_min: u32,
}

/// A page to the people on call.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alert {
    /// How urgent it is.
    pub priority: Priority,
}

/// How urgent an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Priority {
    Low,
    Medium,
    High,
}

/// A number taken over a fixed span of time.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// What is measured: a station, a workload, or a call as `station.call`.
    pub of: String,
    /// What is measured there.
    pub measure: Measure,
    /// Which percentile of the latency, from 0 to 100.
    #[serde(default)]
    pub percentile: Option<f64>,
    /// How the values of the span become one.
    pub statistic: Statistic,
    /// For `first_time` and `last_time`: when the measure is more than this.
    #[serde(default)]
    pub above: Option<Quantity>,
    /// For `first_time` and `last_time`: when the measure is less than this.
    #[serde(default)]
    pub below: Option<Quantity>,
    /// Where the span begins; the start of the clock by default.
    #[serde(default)]
    pub from: Option<LocalTime>,
    /// Where the span ends; the end of the clock by default.
    #[serde(default)]
    pub to: Option<LocalTime>,
    /// What to compare with: the metric is then the first value divided by that one.
    #[serde(default)]
    pub against: Option<Against>,
    /// What it tells.
    #[serde(default)]
    pub note: Option<String>,
}

/// What to compare with: another span, another place, another measure; what is left out is the same.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Against {
    /// Where the span begins.
    #[serde(default)]
    pub from: Option<LocalTime>,
    /// Where the span ends.
    #[serde(default)]
    pub to: Option<LocalTime>,
    /// What is measured.
    #[serde(default)]
    pub of: Option<String>,
    /// What is measured there.
    #[serde(default)]
    pub measure: Option<Measure>,
}

/// How the values of a span become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    /// The whole span's value: a time average, a share of all, a percentile over all.
    Overall,
    /// The largest value at the scenario's resolution.
    Max,
    /// The smallest value at the scenario's resolution.
    Min,
    /// The value at the end of the span.
    Last,
    /// The number of events in the span.
    Total,
    /// When the measure first crosses the threshold.
    FirstTime,
    /// When the measure last crosses the threshold.
    LastTime,
}

/// A fact from a source, and what the replay must show for it to hold.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Documented {
    /// What is documented.
    pub fact: String,
    /// The number that shows it: a metric of this file, or one of an indicator such as
    /// `chat-backlog.alert.first`, `chat-backlog.minutes` or `all.last`.
    pub metric: String,
    /// How the number must be.
    pub expect: Expect,
    /// Whether a parameter was chosen to meet it.
    pub role: Role,
}

/// How a number must be for a fact to hold.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// A moment, give or take.
    At(At),
    /// Within these bounds, both included.
    Between(Between),
    /// Exactly this.
    Equals(Quantity),
    /// This or less.
    AtMost(Quantity),
    /// This or more.
    AtLeast(Quantity),
}

/// A moment, give or take; a time without seconds means the whole minute.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct At {
    /// The documented time.
    pub time: LocalTime,
    /// How far from the ends of that minute the moment may lie.
    pub within: Span,
    /// The cause, which no effect comes before.
    #[serde(default)]
    pub not_before: Option<LocalTime>,
}

/// Bounds, both included; an upper time without seconds means the whole minute.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Between {
    /// The lower bound.
    pub from: Quantity,
    /// The upper bound.
    pub to: Quantity,
}

/// What a fact says about the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A parameter was chosen so that it holds.
    Calibrated,
    /// It holds whatever the free parameters are.
    ByConstruction,
    /// Neither: it is evidence for the model.
    Validated,
}

impl<'de> Deserialize<'de> for Targets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore;
        impl<'de> Visitor<'de> for OneOrMore {
            type Value = Targets;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name or a list of names")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Targets, E> {
                Ok(Targets(vec![text.to_owned()]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Targets, A::Error> {
                let mut all = Vec::new();
                while let Some(name) = names.next_element()? {
                    all.push(name);
                }
                Ok(Targets(all))
            }
        }
        deserializer.deserialize_any(OneOrMore)
    }
}

impl JsonSchema for Targets {
    fn schema_name() -> Cow<'static, str> {
        "Targets".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "array"], "items": { "type": "string" },
            "description": "A name, or a list of names."
        })
    }
}
