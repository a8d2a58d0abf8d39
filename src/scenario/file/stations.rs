//! Job engines, routing and assistants as they stand in a scenario file, and what all stations share.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::platform::{Call, Service, Station};
use super::workload::Weekday;
use super::{all, one};
use crate::engine::sample::Distribution;
use crate::platform::measures::Kind;
use crate::platform::parts::{queue, retry, servers};
use crate::units::{Rate, Share, Span};

/// A shared job engine: jobs of several types that wait until they are due, then for a worker.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Jobs {
    /// How many runs go on at a time.
    pub workers: u32,
    /// How many runs start per unit of time at most, over all workers; any number without it.
    #[serde(default)]
    pub throughput: Option<Rate>,
    /// Which job that is due goes next.
    #[serde(default = "by_due_time")]
    pub order: queue::Order,
    /// The most jobs that wait after they are due; what finds the queue full is rejected.
    #[serde(default)]
    pub bound: Option<u32>,
    /// What has a lane of its own, for `order` `fair` and `lane_max`; one lane for all without it.
    #[serde(default)]
    pub lanes: Option<Lanes>,
    /// How many workers one lane may take.
    #[serde(default)]
    pub lane_max: Option<servers::LaneMax>,
    /// The types of jobs; a call to the engine names one as its `job`.
    pub types: BTreeMap<String, JobType>,
    /// Which customers report a missed job, and how long they take; the same for all types.
    #[serde(default)]
    pub reports: Option<Reports>,
}

/// What has a lane of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lanes {
    /// Each type of jobs.
    Type,
    /// Each tenant.
    Tenant,
    /// Each conversation, spread by its number over 65536 lanes.
    Conversation,
}

/// A type of jobs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JobType {
    /// How long after it was asked for a job is due; at once without it.
    #[serde(default)]
    pub delay: Option<Distribution>,
    /// How long after it is due a job must be done; any time later without it.
    #[serde(default)]
    pub deadline: Option<Span>,
    /// What becomes of a job that missed its deadline.
    #[serde(default)]
    pub when_missed: WhenMissed,
    /// What a missed deadline means to the customer, for the reader.
    #[serde(default)]
    pub means: Option<String>,
    /// How long a run takes, without the calls that it makes.
    pub run_time: Distribution,
    /// The share of runs that fail by themselves.
    #[serde(default)]
    pub failure_share: Share,
    /// What each run calls, after its own time.
    #[serde(default)]
    pub calls: BTreeMap<String, Call>,
    /// Whether and when a failed run is made again.
    #[serde(default)]
    pub retries: Option<retry::Config>,
}

/// What becomes of a job that missed its deadline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenMissed {
    /// It is done all the same, late.
    #[default]
    Late,
    /// It is never done.
    Never,
}

/// Which customers report a missed job, and how long they take.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reports {
    /// The share of missed jobs that are reported.
    #[serde(default = "all")]
    pub share: Share,
    /// How long after the miss.
    pub delay: Distribution,
}

/// Routing: the work-items of each organization wait, by skill, for an agent of theirs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Routing {
    /// What items need, such as a channel; each organization has a queue for each. A call to routing
    /// names one as its `skill`.
    pub skills: BTreeMap<String, Skill>,
    /// Who takes the items.
    pub agents: BTreeMap<String, AgentGroup>,
    /// What follows when the record that an item refers to is missing.
    #[serde(default)]
    pub on_missing_record: OnMissingRecord,
    /// What assigning an item calls; when one fails, the item goes back to its place.
    #[serde(default)]
    pub calls: BTreeMap<String, Call>,
    /// How long an item then waits before it is tried again.
    #[serde(default = "five_seconds")]
    pub retry_after: Span,
}

/// What items need and some agents have.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Skill {
    /// How long a customer waits before giving up; for ever without it.
    #[serde(default)]
    pub patience: Option<Distribution>,
    /// How long an agent is busy with an item.
    pub handle_time: Distribution,
}

/// Agents with the same skills and shifts, spread over the organizations by weight.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentGroup {
    /// How many there would be if every organization had some.
    pub count: u32,
    /// How many each organization that has some has at least.
    #[serde(default = "one")]
    pub tenant_min: u32,
    /// The share of organizations that have such agents, chosen by chance.
    #[serde(default = "all")]
    pub tenants_share: Share,
    /// How many items one agent can have in hand.
    #[serde(default = "one")]
    pub capacity: u32,
    /// The skills that they have; all without it.
    #[serde(default)]
    pub skills: Option<Vec<String>>,
    /// When they work; always without it.
    #[serde(default)]
    pub shift: Option<Shift>,
}

/// When agents work; who is busy at the end of a shift finishes the item in hand.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// The days on which it begins; every day without it.
    #[serde(default)]
    pub days: Option<Vec<Weekday>>,
    /// The time of day at which it begins, such as `"08:00"`.
    pub from: String,
    /// The time of day at which it ends; on the next day if that is not later than `from`.
    pub to: String,
}

/// What follows when the record that an item refers to is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnMissingRecord {
    /// Routing stays on it, silently: nothing of that queue is assigned any more.
    Block,
    /// Routing passes over it to the next item.
    #[default]
    Skip,
    /// Routing takes it out of the queue, where it is counted and waits for its record.
    SetAside,
}

/// An assistant: the automatic part of a conversation, round by round.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assistant {
    /// How many conversations it holds at a time, those included that wait for their customer.
    pub capacity: u32,
    /// Where further conversations wait.
    #[serde(default)]
    pub queue: queue::Config,
    /// What a round does, in the order of names.
    pub steps: BTreeMap<String, WorkflowStep>,
    /// The call that hands a conversation to an agent.
    pub transfer: Call,
    /// The share of rounds that settle the matter without an agent.
    #[serde(default)]
    pub settled_share: Share,
    /// The share of the other rounds after which the customer asks for an agent.
    #[serde(default)]
    pub asks_for_agent_share: Share,
    /// After how many rounds a conversation is handed to an agent in any case, and given up if that is
    /// refused; any number without it.
    #[serde(default)]
    pub loops_max: Option<u32>,
    /// What follows when a rate limit refuses the transfer.
    pub on_rate_limited: OnRateLimited,
}

/// A step of an assistant's round.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "a file has few steps")]
pub enum WorkflowStep {
    /// A call to another station.
    Call(Call),
    /// Waiting for the customer.
    Wait(Distribution),
}

/// What follows when a rate limit refuses a transfer.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnRateLimited {
    /// The next round begins at once.
    Again,
    /// The next round begins after a pause that grows.
    BackOff(BackOff),
    /// The conversation is given up, and left for an agent to find.
    GiveUp,
}

/// A pause that grows.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BackOff {
    /// The first pause.
    pub base: Span,
    /// By how much each further refusal multiplies it; at least 1.
    #[serde(default = "two")]
    #[schemars(range(min = 1.0))]
    pub factor: f64,
    /// The longest pause; unlimited when not given.
    #[serde(default)]
    pub cap: Option<Span>,
}

fn by_due_time() -> queue::Order {
    queue::Order::Due
}

fn five_seconds() -> Span {
    Span::from_secs(5)
}

fn two() -> f64 {
    2.0
}

/// A call that a station makes.
#[derive(Clone, Debug)]
pub struct StationCall<'a> {
    /// Its name after the station's and a dot.
    pub name: String,
    /// Where it stands below the station.
    pub path: Vec<&'a str>,
    /// The call.
    pub call: &'a Call,
}

impl Station {
    /// What kind it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Service(_) => Kind::Service,
            Self::Jobs(_) => Kind::Jobs,
            Self::Routing(_) => Kind::Routing,
            Self::Assistant(_) => Kind::Assistant,
        }
    }

    /// The key under which its kind stands in a file.
    #[must_use]
    pub fn tag(&self) -> &'static str {
        match self {
            Self::Service(_) => "service",
            Self::Jobs(_) => "jobs",
            Self::Routing(_) => "routing",
            Self::Assistant(_) => "assistant",
        }
    }

    /// The service, if it is one.
    #[must_use]
    pub fn service(&self) -> Option<&Service> {
        match self {
            Self::Service(service) => Some(service),
            Self::Jobs(_) | Self::Routing(_) | Self::Assistant(_) => None,
        }
    }

    /// The names of its types of jobs.
    pub fn job_types(&self) -> impl Iterator<Item = &String> {
        let types = match self {
            Self::Jobs(jobs) => Some(&jobs.types),
            Self::Service(_) | Self::Routing(_) | Self::Assistant(_) => None,
        };
        types.into_iter().flat_map(|types| types.keys())
    }

    /// The names of its skills, groups of agents and steps.
    #[must_use]
    pub fn parts(&self) -> Vec<&String> {
        match self {
            Self::Service(_) | Self::Jobs(_) => Vec::new(),
            Self::Routing(it) => it.skills.keys().chain(it.agents.keys()).collect(),
            Self::Assistant(it) => it.steps.keys().collect(),
        }
    }

    /// The calls that it makes, in the order of ids.
    #[must_use]
    pub fn calls(&self) -> Vec<StationCall<'_>> {
        match self {
            Self::Service(it) => {
                let ready = named(&it.ready_calls, "ready.", &["service", "ready_calls"]);
                named(&it.calls, "", &["service", "calls"]).chain(ready).collect()
            }
            Self::Jobs(it) => {
                let mut calls = Vec::new();
                for (name, job) in &it.types {
                    let path = ["jobs", "types", name.as_str(), "calls"];
                    calls.extend(named(&job.calls, &format!("{name}."), &path));
                }
                calls
            }
            Self::Routing(it) => named(&it.calls, "", &["routing", "calls"]).collect(),
            Self::Assistant(it) => {
                let mut calls = Vec::new();
                for (name, step) in &it.steps {
                    if let WorkflowStep::Call(call) = step {
                        let path = vec!["assistant", "steps", name.as_str(), "call"];
                        calls.push(StationCall { name: name.clone(), path, call });
                    }
                }
                let path = vec!["assistant", "transfer"];
                calls.push(StationCall { name: "transfer".to_owned(), path, call: &it.transfer });
                calls
            }
        }
    }
}

fn named<'a>(
    calls: &'a BTreeMap<String, Call>,
    prefix: &str,
    path: &[&'a str],
) -> impl Iterator<Item = StationCall<'a>> {
    calls.iter().map(move |(name, call)| StationCall {
        name: format!("{prefix}{name}"),
        path: path.iter().copied().chain([name.as_str()]).collect(),
        call,
    })
}
