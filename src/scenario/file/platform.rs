//! Stations, calls and the image registry as they stand in a scenario file.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::stations::{Assistant, Jobs, Routing};
use super::{all, one};
use crate::engine::sample::Distribution;
use crate::platform::parts::{
    autoscaler, breaker, cache, concurrency, pull_back_off, queue, retry, servers, slowdown,
    throttle,
};
use crate::units::{LocalTime, Share, Span};

/// What serves the work.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// The services, by name.
    pub stations: BTreeMap<String, Station>,
    /// Where instances pull their images from.
    #[serde(default)]
    pub registry: Option<Registry>,
}

/// Something with capacity and a queue.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Station {
    /// Instances that serve requests and call other stations.
    Service(Box<Service>),
    /// The shared job engine.
    Jobs(Box<Jobs>),
    /// What brings work-items to the agents of organizations.
    Routing(Box<Routing>),
    /// What handles conversations until an agent takes over.
    Assistant(Box<Assistant>),
}

/// Instances that serve requests and call other stations.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// How many instances are wanted; an autoscaler goes on from here.
    pub replicas: u32,
    /// How many requests one instance works on at a time; a request that waits for another
    /// station's answer keeps its slot.
    pub concurrency: u32,
    /// How long a request takes here, without the calls that it makes.
    pub service_time: Distribution,
    /// How service slows down when most slots are busy.
    #[serde(default)]
    pub slowdown: Option<slowdown::Config>,
    /// The share of requests that fail by themselves.
    #[serde(default)]
    pub failure_share: Share,
    /// Where requests wait for a slot.
    #[serde(default)]
    pub queue: queue::Config,
    /// How many slots one tenant may take.
    #[serde(default)]
    pub tenant_max: Option<servers::LaneMax>,
    /// Whether a request whose caller has given up is dropped when its turn comes.
    #[serde(default)]
    pub drop_expired: bool,
    /// What happens to the work in hand when its instance crashes.
    #[serde(default)]
    pub on_crash: OnCrash,
    /// What each request calls, after its own service time.
    #[serde(default)]
    pub calls: BTreeMap<String, Call>,
    /// What an instance calls, one after the other, before it is ready; if one fails, it starts anew.
    #[serde(default)]
    pub ready_calls: BTreeMap<String, Call>,
    /// What changes the number of instances.
    #[serde(default)]
    pub autoscaler: Option<autoscaler::Config>,
    /// How long an instance takes from its image to its first request.
    #[serde(default)]
    pub start_up: Option<Distribution>,
    /// The image that instances start from; without one nothing is pulled.
    #[serde(default)]
    pub release: Option<String>,
    /// The image to start from when the release cannot be pulled.
    #[serde(default)]
    pub fallback: Option<Fallback>,
}

impl Service {
    /// The most instances that it is set up to have, by itself or by its autoscaler.
    #[must_use]
    pub fn replicas_max(&self) -> u32 {
        self.autoscaler.as_ref().map_or(0, |it| it.max).max(self.replicas)
    }
}

/// What happens to the work in hand when its instance crashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnCrash {
    /// It fails, and its caller is told.
    #[default]
    Fail,
    /// It goes back to the head of the queue, as an unacknowledged message does.
    Requeue,
}

/// The image to start from when the release cannot be pulled.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fallback {
    /// The image.
    pub release: String,
    /// After how many failed pulls of one instance.
    pub after_failed_pulls: u32,
}

/// The edge from a workload or a station to a station, with its policy.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The station that is called.
    pub to: String,
    /// The type of job that is asked for, where `to` is a job engine.
    #[serde(default)]
    pub job: Option<String>,
    /// The skill that an item needs, where `to` is routing.
    #[serde(default)]
    pub skill: Option<String>,
    /// Whether the caller's slot stays taken until the answer.
    #[serde(default)]
    pub mode: Mode,
    /// Calls of one step are made in parallel, steps one after the other.
    #[serde(default = "one")]
    pub step: u32,
    /// With what probability the call is made.
    #[serde(default = "all")]
    pub share: Share,
    /// What a failed call does to the request that made it.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// How long request and answer are on their way, together.
    #[serde(default)]
    pub latency: Option<Distribution>,
    /// After how long the caller gives up an attempt; the attempt itself goes on.
    #[serde(default)]
    pub timeout: Option<Span>,
    /// Whether and when a failed attempt is made again.
    #[serde(default)]
    pub retries: Option<retry::Config>,
    /// What stops calling a station that fails.
    #[serde(default)]
    pub breaker: Option<breaker::Config>,
    /// How many attempts may begin in a span of time.
    #[serde(default)]
    pub rate_limit: Option<throttle::Config>,
    /// How many attempts may be under way at a time.
    #[serde(default)]
    pub concurrency: Option<concurrency::Config>,
    /// Layers that answer in the callee's place, asked in the order of their names.
    #[serde(default)]
    pub caches: BTreeMap<String, cache::Config>,
}

/// Whether a caller waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The caller's slot stays taken until the answer.
    #[default]
    Wait,
    /// The caller goes on at once; the outcome does not concern it.
    HandOn,
}

/// What a failed call does to the request that made it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// The request fails too, because of a dependency.
    #[default]
    Fail,
    /// The request fails too, for the same reason as the call: what was rate-limited stays rate-limited.
    PassOn,
    /// The request goes on without the answer.
    Ignore,
}

/// Where instances pull their images from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// The images that were ever pushed, by name.
    pub images: BTreeMap<String, Image>,
    /// What deletes images.
    #[serde(default)]
    pub lifecycle: Option<Lifecycle>,
    /// How long a pull takes that succeeds.
    pub pull_time: Distribution,
    /// When a failed pull is tried again.
    #[serde(default)]
    pub back_off: pull_back_off::Config,
}

/// A container image.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// The repository that it belongs to: rules by count look at one repository at a time.
    pub repository: String,
    /// When it was pushed.
    pub pushed: LocalTime,
    /// The tags that point to it now.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// A policy that deletes images.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lifecycle {
    /// When it runs first; runs before the replay begins have happened.
    pub first_run: LocalTime,
    /// How often it runs from then on.
    pub every: Span,
    /// Whether an image that a station's release or fallback names, or an instance runs, is kept.
    #[serde(default)]
    pub protect_in_use: bool,
    /// What is deleted: an image goes when any rule says so.
    pub rules: BTreeMap<String, LifecycleRule>,
}

/// One rule of a lifecycle policy.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LifecycleRule {
    /// Which images it looks at.
    pub selects: Selection,
    /// Images older than this are deleted.
    #[serde(default)]
    pub age_max: Option<Span>,
    /// All but this many of the newest of a repository are deleted.
    #[serde(default)]
    pub count_max: Option<u32>,
}

/// Which images a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// Images that no tag points to.
    Untagged,
    /// Images with a tag.
    Tagged,
    /// Every image.
    Any,
}
