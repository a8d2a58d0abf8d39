//! From a checked file to what runs: names become ids, local times moments, distributions samplers.
//!
//! Everything here relies on the checks before it; what they rule out is a bug.

mod arrivals;
mod stations;
mod story;

use std::collections::BTreeMap;

pub use arrivals::{PROFILE_STEP, second_of_day};
pub use story::{Setting, Settings, base, indicators, on_call, order, threshold, timeline};

use super::clock::Clock;
use super::file::platform::{Call, OnCrash, OnFailure, Registry, Selection, Service, Station};
use super::file::workload::Workload;
use super::file::{Tenants, Weights};
use crate::engine::random::name_hash;
use crate::engine::sample::{Distribution, Sampler};
use crate::platform::measures::Kind;
use crate::platform::parts::{pull_back_off, servers};
use crate::platform::recorder::TargetId;
use crate::platform::registry::{self, ImageId};
use crate::platform::stations::{self as running_stations, fleet, service};
use crate::platform::work::{CallId, StationId, WorkloadId};
use crate::platform::{call, workload};
use crate::units::Span;

/// The parts of a file that can change while the platform runs.
#[derive(Clone, Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Running {
    /// The stations, by name.
    pub stations: BTreeMap<String, Station>,
    /// Where images are pulled from.
    #[serde(default)]
    pub registry: Option<Registry>,
    /// The workloads, by name.
    pub workloads: BTreeMap<String, Workload>,
}

/// What ids stand for, and what does not change while the platform runs.
#[derive(Clone, Debug)]
pub struct Names {
    /// The stations, in the order of ids.
    pub stations: Vec<String>,
    /// What kind each of them is.
    pub kinds: Vec<Kind>,
    /// The calls: `workload`, or `station.call`.
    pub calls: Vec<String>,
    /// The types of jobs, as `station.type`.
    pub job_types: Vec<String>,
    /// Skills, groups of agents and steps of workflows, with their stations.
    pub parts: Vec<String>,
    /// The workloads.
    pub workloads: Vec<String>,
    /// The images.
    pub images: Vec<String>,
    /// The indicators.
    pub indicators: Vec<String>,
    /// The actions of the timeline.
    pub actions: Vec<String>,
    /// The numbers of the named tenants.
    pub tenants: BTreeMap<String, u32>,
    /// The weight of each tenant.
    pub weights: Vec<f64>,
}

impl Running {
    /// The calls with their names and callers, in the order of ids: workloads' first.
    #[must_use]
    pub fn calls(&self) -> Vec<(String, Option<&String>, &Call)> {
        let workloads = self.workloads.iter();
        let mut calls: Vec<_> =
            workloads.map(|(name, it)| (name.clone(), None, &it.call)).collect();
        for (name, station) in &self.stations {
            for it in station.calls() {
                calls.push((format!("{name}.{}", it.name), Some(name), it.call));
            }
        }
        calls
    }
}

impl Names {
    /// The names in a file's order of ids.
    #[must_use]
    pub fn new(running: &Running, tenants: &Tenants) -> Self {
        Self {
            tenants: tenants.named.iter().map(|(name, it)| (name.clone(), it.rank - 1)).collect(),
            weights: weights(tenants),
            ..Self::of(running)
        }
    }

    fn of(running: &Running) -> Self {
        let Running { stations, registry, workloads } = running;
        let calls = running.calls().into_iter().map(|(name, ..)| name).collect();
        let mut job_types = Vec::new();
        for (name, station) in stations {
            job_types.extend(station.job_types().map(|kind| format!("{name}.{kind}")));
        }
        let of_station = |(name, station): (&String, &Station)| -> Vec<String> {
            station.parts().iter().map(|part| format!("{name}.{part}")).collect()
        };
        let parts = stations.iter().flat_map(of_station).collect();
        let images = registry.as_ref().map(|registry| registry.images.keys().cloned().collect());
        Self {
            stations: stations.keys().cloned().collect(),
            kinds: stations.values().map(Station::kind).collect(),
            calls,
            job_types,
            parts,
            workloads: workloads.keys().cloned().collect(),
            images: images.unwrap_or_default(),
            indicators: Vec::new(),
            actions: Vec::new(),
            tenants: BTreeMap::new(),
            weights: Vec::new(),
        }
    }

    /// Whether these are the names of what runs.
    #[must_use]
    pub fn are_of(&self, running: &Running) -> bool {
        let other = Self::of(running);
        (self.stations == other.stations && self.calls == other.calls)
            && (self.workloads == other.workloads && self.images == other.images)
            && (self.kinds == other.kinds && self.job_types == other.job_types)
            && self.parts == other.parts
    }

    /// The station of a name.
    #[must_use]
    pub fn station(&self, name: &str) -> Option<StationId> {
        place(&self.stations, name).map(StationId)
    }

    /// The station, call, workload or type of jobs of a name, as something that is measured.
    ///
    /// # Panics
    ///
    /// Panics if there are more stations and calls than ids, which a checked scenario rules out.
    #[must_use]
    pub fn target(&self, name: &str) -> Option<TargetId> {
        let call = || place(&self.calls, name).map(|call| self.call_target(CallId(call)));
        let job_type = || {
            let first = u16::try_from(self.stations.len() + self.calls.len()).expect("checked");
            place(&self.job_types, name).map(|index| TargetId(first + index))
        };
        place(&self.stations, name).map(TargetId).or_else(call).or_else(job_type)
    }

    /// How many places there are where something is measured.
    #[must_use]
    pub fn targets(&self) -> usize {
        self.stations.len() + self.calls.len() + self.job_types.len()
    }

    /// What kind of thing is measured under a name.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<Kind> {
        if let Some(station) = self.station(name) {
            return self.kinds.get(station.index()).copied();
        }
        if self.calls.iter().any(|call| call == name) {
            return Some(Kind::Call);
        }
        self.job_types.iter().any(|kind| kind == name).then_some(Kind::JobType)
    }

    /// Everything that is measured.
    pub fn measured(&self) -> impl Iterator<Item = &str> {
        let all = self.stations.iter().chain(&self.calls).chain(&self.job_types);
        all.map(String::as_str)
    }

    /// Where a call's units are measured; a workload's units are its call's.
    ///
    /// # Panics
    ///
    /// Panics if there are more stations than ids, which a checked scenario rules out.
    #[must_use]
    pub fn call_target(&self, call: CallId) -> TargetId {
        TargetId(u16::try_from(self.stations.len()).expect("checked") + call.0)
    }

    fn image(&self, name: &str) -> ImageId {
        ImageId(place(&self.images, name).expect("checked: the image exists"))
    }
}

/// The place of a name in a list.
pub(super) fn place(names: &[String], name: &str) -> Option<u16> {
    names.iter().position(|it| it == name).and_then(|index| u16::try_from(index).ok())
}

/// Everything of a file that runs, compiled.
#[derive(Debug)]
pub struct Compiler<'a> {
    /// What names stand for.
    pub names: &'a Names,
    /// What local times are.
    pub clock: &'a Clock,
    /// The rows of each workload that follows a trace.
    pub traces: &'a BTreeMap<String, Vec<(crate::units::Instant, Option<u32>)>>,
}

impl Compiler<'_> {
    /// The stations, in the order of ids.
    #[must_use]
    pub fn stations(&self, running: &Running) -> Vec<running_stations::Config> {
        let stations = running.stations.iter();
        stations.map(|(name, station)| self.station(name, station, running)).collect()
    }

    /// The calls, in the order of ids.
    #[must_use]
    pub fn calls(&self, running: &Running) -> Vec<call::Config> {
        let compile = |(name, from, call): (String, Option<&String>, &Call)| {
            let station = from.and_then(|from| running.stations.get(from));
            let config = self.call(&name, from.and_then(|from| self.names.station(from)), call);
            // An assistant tells a rate limit that refuses a transfer from other failures.
            let is_transfer = matches!(station, Some(Station::Assistant(it)) if std::ptr::eq(&raw const it.transfer, call));
            call::Config {
                is_reason_passed_on: config.is_reason_passed_on || is_transfer,
                ..config
            }
        };
        running.calls().into_iter().map(compile).collect()
    }

    /// The workloads, in the order of ids.
    #[must_use]
    pub fn workloads(&self, running: &Running) -> Vec<workload::Config> {
        let ids = (0..).map(WorkloadId);
        ids.zip(&running.workloads).map(|(id, (name, it))| self.workload(id, name, it)).collect()
    }

    fn service(&self, name: &str, it: &Service) -> service::Config {
        let fallback = it.fallback.as_ref();
        service::Config {
            name: name.to_owned(),
            place: name_hash(name),
            target: self.names.target(name).expect("a station is a target"),
            replicas: it.replicas,
            concurrency: it.concurrency,
            service_time: Sampler::new(&it.service_time),
            slowdown: it.slowdown.clone(),
            failure_share: it.failure_share,
            queue: it.queue.clone(),
            servers: servers::Config { lane_max: it.tenant_max.clone() },
            drop_expired: it.drop_expired,
            is_requeued_on_crash: it.on_crash == OnCrash::Requeue,
            calls: self.outgoing_calls(name, &it.calls),
            autoscaler: it.autoscaler.clone(),
            fleet: fleet::Config {
                release: it.release.as_deref().map(|image| self.names.image(image)),
                fallback: fallback.map(|it| (self.names.image(&it.release), it.after_failed_pulls)),
                start_up: it.start_up.as_ref().map(Sampler::new),
                ready_calls: self.outgoing_calls(&format!("{name}.ready"), &it.ready_calls),
            },
        }
    }

    fn call(&self, name: &str, from: Option<StationId>, it: &Call) -> call::Config {
        let id = CallId(place(&self.names.calls, name).expect("calls are listed"));
        call::Config {
            name: name.to_owned(),
            place: name_hash(name),
            from,
            to: self.names.station(&it.to).expect("checked: the station exists"),
            target: self.names.call_target(id),
            station_target: self.names.target(&it.to).expect("checked: the station exists"),
            is_failure_ignored: it.on_failure == OnFailure::Ignore,
            is_reason_passed_on: it.on_failure == OnFailure::PassOn,
            latency: it.latency.as_ref().map(Sampler::new),
            timeout: it.timeout,
            retries: it.retries.clone(),
            breaker: it.breaker.clone(),
            rate_limit: it.rate_limit.clone(),
            concurrency: it.concurrency.clone(),
            caches: it.caches.values().cloned().collect(),
        }
    }

    fn workload(&self, id: WorkloadId, name: &str, it: &Workload) -> workload::Config {
        let call = CallId(id.0);
        workload::Config {
            name: name.to_owned(),
            call,
            target: self.names.call_target(call),
            arrivals: self.arrivals(name, &it.arrivals),
            is_enabled: it.enabled,
            tenants: self.tenants(it.tenants.as_deref()),
            priority: it.priority,
            due: it.due,
            place: name_hash(name),
            is_one_conversation: it.one_conversation,
        }
    }

    /// The tenants of a workload with the cumulative shares of their weights.
    fn tenants(&self, named: Option<&[String]>) -> workload::Tenants {
        let numbers: Vec<u32> = match named {
            Some(names) => names.iter().map(|name| self.names.tenants[name]).collect(),
            None => (0..u32::try_from(self.names.weights.len()).expect("checked")).collect(),
        };
        let weight = |number: u32| self.names.weights[number as usize];
        let whole: f64 = numbers.iter().map(|number| weight(*number)).sum();
        let mut sum = 0.0;
        let mut cumulative = Vec::with_capacity(numbers.len());
        for number in numbers {
            sum += weight(number) / whole;
            cumulative.push((sum, number));
        }
        workload::Tenants::new(cumulative)
    }

    /// The registry; a platform without one has an empty registry that nobody asks.
    ///
    /// # Panics
    ///
    /// Panics if an image's time lies outside the calendar, which a checked scenario rules out.
    #[must_use]
    pub fn registry(&self, registry: Option<&Registry>) -> registry::Config {
        let Some(it) = registry else {
            return registry::Config {
                images: Vec::new(),
                lifecycle: None,
                pull_time: Sampler::new(&Distribution::Constant(Span::ZERO)),
                back_off: pull_back_off::Config::default(),
            };
        };
        let moment = |local| self.clock.moment(local).expect("checked: inside the calendar");
        let image = |(name, image): (&String, &super::file::platform::Image)| registry::Image {
            name: name.clone(),
            repository: image.repository.clone(),
            pushed: moment(image.pushed),
            is_tagged: !image.tags.is_empty(),
        };
        registry::Config {
            images: it.images.iter().map(image).collect(),
            lifecycle: it.lifecycle.as_ref().map(|lifecycle| registry::Lifecycle {
                first_run: moment(lifecycle.first_run),
                every: lifecycle.every,
                protect_in_use: lifecycle.protect_in_use,
                rules: lifecycle.rules.values().map(rule).collect(),
            }),
            pull_time: Sampler::new(&it.pull_time),
            back_off: it.back_off.clone(),
        }
    }
}

fn rule(rule: &super::file::platform::LifecycleRule) -> registry::Rule {
    registry::Rule {
        selects_tagged: rule.selects != Selection::Untagged,
        selects_untagged: rule.selects != Selection::Tagged,
        age_max: rule.age_max,
        count_max: rule.count_max,
    }
}

/// The weight of each tenant, the largest first.
fn weights(tenants: &Tenants) -> Vec<f64> {
    let weight = |rank: u32| match tenants.weights {
        Weights::Equal => 1.0,
        Weights::Zipf(exponent) => libm::pow(f64::from(rank), -exponent),
    };
    (1..=tenants.count).map(weight).collect()
}
