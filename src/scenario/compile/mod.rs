//! From a checked file to what runs: names become ids, local times moments, distributions samplers.
//!
//! Everything here relies on the checks before it; what they rule out is a bug.

mod arrivals;
mod story;

use std::collections::BTreeMap;

pub use arrivals::second_of_day;
pub use story::{Setting, base, indicators, order, threshold, timeline};

use super::clock::Clock;
use super::file::platform::{
    Call, Mode, OnCrash, OnFailure, Registry, Selection, Service, Station,
};
use super::file::workload::Workload;
use super::file::{Tenants, Weights};
use crate::engine::random::name_hash;
use crate::engine::sample::{Distribution, Sampler};
use crate::platform::parts::{pull_back_off, servers};
use crate::platform::recorder::TargetId;
use crate::platform::registry::{self, ImageId};
use crate::platform::stations::{fleet, service};
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
    /// The calls: `workload`, or `station.call`.
    pub calls: Vec<String>,
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
        let mut calls: Vec<String> = workloads.keys().cloned().collect();
        for (name, Station::Service(service)) in stations {
            calls.extend(service.calls.keys().map(|call| format!("{name}.{call}")));
        }
        let images = registry.as_ref().map(|registry| registry.images.keys().cloned().collect());
        Self {
            stations: stations.keys().cloned().collect(),
            calls,
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
    }

    /// The station of a name.
    #[must_use]
    pub fn station(&self, name: &str) -> Option<StationId> {
        place(&self.stations, name).map(StationId)
    }

    /// The station, call or workload of a name, as something that is measured.
    #[must_use]
    pub fn target(&self, name: &str) -> Option<TargetId> {
        let call = || place(&self.calls, name).map(|call| self.call_target(CallId(call)));
        place(&self.stations, name).map(TargetId).or_else(call)
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
    pub fn stations(&self, running: &Running) -> Vec<service::Config> {
        let compile = |(name, Station::Service(it)): (&String, &Station)| self.service(name, it);
        running.stations.iter().map(compile).collect()
    }

    /// The calls, in the order of ids.
    #[must_use]
    pub fn calls(&self, running: &Running) -> Vec<call::Config> {
        let mut calls: Vec<call::Config> = Vec::new();
        for (name, workload) in &running.workloads {
            calls.push(self.call(name, None, &workload.call));
        }
        for (station, Station::Service(service)) in &running.stations {
            for (name, call) in &service.calls {
                let from = self.names.station(station);
                calls.push(self.call(&format!("{station}.{name}"), from, call));
            }
        }
        calls
    }

    /// The workloads, in the order of ids.
    #[must_use]
    pub fn workloads(&self, running: &Running) -> Vec<workload::Config> {
        let ids = (0..).map(WorkloadId);
        ids.zip(&running.workloads).map(|(id, (name, it))| self.workload(id, name, it)).collect()
    }

    fn service(&self, name: &str, it: &Service) -> service::Config {
        let mut calls: Vec<service::OutgoingCall> =
            it.calls.iter().map(|(call, config)| self.outgoing(name, call, config)).collect();
        calls.sort_by_key(|call| call.step);
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
            servers: servers::Config { tenant_max: it.tenant_max.clone() },
            drop_expired: it.drop_expired,
            is_requeued_on_crash: it.on_crash == OnCrash::Requeue,
            calls,
            autoscaler: it.autoscaler.clone(),
            fleet: fleet::Config {
                release: it.release.as_deref().map(|image| self.names.image(image)),
                fallback: fallback.map(|it| (self.names.image(&it.release), it.after_failed_pulls)),
                start_up: it.start_up.as_ref().map(Sampler::new),
            },
        }
    }

    fn outgoing(&self, station: &str, call: &str, config: &Call) -> service::OutgoingCall {
        let name = format!("{station}.{call}");
        let id = CallId(place(&self.names.calls, &name).expect("calls are listed"));
        service::OutgoingCall {
            call: id,
            place: name_hash(&name),
            target: self.names.call_target(id),
            step: config.step,
            share: config.share,
            is_awaited: config.mode == Mode::Wait,
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
        workload::Tenants { cumulative }
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
