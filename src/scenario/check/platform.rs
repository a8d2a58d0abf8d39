//! Stations, calls, workloads and the registry: what they must be to one another.

use std::collections::BTreeSet;

use super::Findings;
use super::stations::{check_assistant, check_jobs, check_routing};
use crate::engine::sample::Distribution;
use crate::platform::parts::servers;
use crate::scenario::clock::Clock;
use crate::scenario::compile::{Names, Running, second_of_day};
use crate::scenario::file::platform::{Call, Mode, OnFailure, Registry, Service, Station};
use crate::scenario::file::workload::{Arrivals, Poisson, Workload};
use crate::scenario::path::Path;
use crate::scenario::problem::Problem;
use crate::units::{LocalTime, Share, Span};

/// More slots than this at one station are refused.
const SLOTS_MAX: u64 = 10_000_000;
/// More instances than this at one station are refused: each one that comes up looks at all of them.
const REPLICAS_MAX: u32 = 5_000;
/// A backlog larger than this would not fit into memory.
const BACKLOG_MAX: u64 = 100_000_000;
/// More clients than this would not fit into memory.
const CLIENTS_MAX: u32 = 10_000_000;
/// More stations, calls and types of jobs than this are refused: names are looked up one after the other.
const PARTS_MAX: usize = 10_000;

/// What is wrong with factors of which none lets anything through.
const ALL_ZERO: &str = "must not all be 0, or nothing ever comes: `\"enabled\": false` says so";

/// Where the parts of a running platform stand in the file.
#[derive(Clone, Debug)]
pub struct Paths {
    /// The stations.
    pub stations: Path,
    /// The registry.
    pub registry: Path,
    /// The workloads.
    pub workloads: Path,
}

/// Checks everything that can change while the platform runs.
pub fn check_running(
    running: &Running,
    names: &Names,
    clock: &Clock,
    paths: &Paths,
    findings: &mut Findings,
) {
    if running.stations.is_empty() {
        findings.add(paths.stations.clone(), "must name at least one station");
    }
    if names.targets() > PARTS_MAX {
        let message =
            format!("stations, calls and types of jobs must be at most {PARTS_MAX} together");
        return findings.add(paths.stations.clone(), message);
    }
    let checker = Checker { running, names, clock };
    for (name, station) in &running.stations {
        let path = paths.stations.key(name);
        let of_kind = path.key(station.tag());
        match station {
            Station::Service(it) => checker.check_service(it, &of_kind, findings),
            Station::Jobs(it) => check_jobs(it, &of_kind, findings),
            Station::Routing(it) => check_routing(it, &of_kind, findings),
            Station::Assistant(it) => check_assistant(it, &of_kind, findings),
        }
        for call in station.calls() {
            let path = call.path.iter().fold(path.clone(), |path, key| path.key(*key));
            checker.check_call(call.call, &path, findings);
        }
    }
    for (name, workload) in &running.workloads {
        let path = paths.workloads.key(name);
        checker.check_workload(workload, &path, findings);
    }
    if let Some(registry) = &running.registry {
        checker.check_registry(registry, &paths.registry, findings);
    }
    super::cycles::check(running, paths, findings);
}

pub(super) struct Checker<'a> {
    pub(super) running: &'a Running,
    names: &'a Names,
    clock: &'a Clock,
}

impl Checker<'_> {
    fn check_service(&self, service: &Service, path: &Path, findings: &mut Findings) {
        if service.concurrency == 0 {
            findings.add(path.key("concurrency"), "must be at least 1, found 0");
        }
        let replicas_max = service.replicas_max();
        if replicas_max > REPLICAS_MAX {
            let message =
                format!("must be at most {REPLICAS_MAX}, found {replicas_max} with the autoscaler");
            let problem = Problem::new(path.key("replicas"), message);
            let help = "let one instance stand for several: fewer replicas, and more concurrency";
            findings.0.push(problem.with_help(help));
        } else if u64::from(replicas_max) * u64::from(service.concurrency) > SLOTS_MAX {
            let message = format!("replicas times concurrency must be at most {SLOTS_MAX}");
            findings.add(path.key("replicas"), message);
        }
        check_distribution(&service.service_time, &path.key("service_time"), findings);
        if let Some(start_up) = &service.start_up {
            check_distribution(start_up, &path.key("start_up"), findings);
        }
        findings.add_fields(&path.key("queue"), service.queue.problems());
        if let Some(it) = &service.slowdown {
            findings.add_fields(&path.key("slowdown"), it.problems());
        }
        let servers = servers::Config { lane_max: service.tenant_max.clone() };
        findings.add_fields(&path.key("tenant_max"), servers.problems());
        if let Some(it) = &service.autoscaler {
            findings.add_fields(&path.key("autoscaler"), it.problems());
        }
        self.check_images(service, path, findings);
        check_undotted(service.calls.keys(), &path.key("calls"), findings);
        check_undotted(service.ready_calls.keys(), &path.key("ready_calls"), findings);
        self.check_ready_calls(service, &path.key("ready_calls"), findings);
    }

    fn check_images(&self, service: &Service, path: &Path, findings: &mut Findings) {
        let mut check = |image: &str, path: Path| {
            if !self.names.images.iter().any(|it| it == image) {
                let known = self.names.images.iter().map(String::as_str);
                findings.add_unknown(path, "image", image, known);
            }
        };
        if let Some(release) = &service.release {
            check(release, path.key("release"));
        }
        let Some(fallback) = &service.fallback else { return };
        check(&fallback.release, path.key("fallback").key("release"));
        if service.release.is_none() {
            findings.add(path.key("fallback"), "needs a `release` to fall back from");
        }
        if fallback.after_failed_pulls == 0 {
            findings
                .add(path.key("fallback").key("after_failed_pulls"), "must be at least 1, found 0");
        }
    }

    fn check_call(&self, call: &Call, path: &Path, findings: &mut Findings) {
        self.check_callee(call, path, findings);
        if call.timeout == Some(Span::ZERO) {
            findings.add(path.key("timeout"), "must be longer than no time at all");
        }
        if let Some(latency) = &call.latency {
            check_distribution(latency, &path.key("latency"), findings);
        }
        if let Some(it) = &call.retries {
            findings.add_fields(&path.key("retries"), it.problems());
            if let Some(budget) = &it.budget {
                findings.add_fields(&path.key("retries").key("budget"), budget.problems());
            }
        }
        if let Some(it) = &call.breaker {
            findings.add_fields(&path.key("breaker"), it.problems());
        }
        if let Some(it) = &call.rate_limit {
            findings.add_fields(&path.key("rate_limit"), it.problems());
        }
        if let Some(it) = &call.concurrency {
            findings.add_fields(&path.key("concurrency"), it.problems());
        }
        for (name, cache) in &call.caches {
            findings.add_fields(&path.key("caches").key(name), cache.problems());
        }
    }

    fn check_workload(&self, workload: &Workload, path: &Path, findings: &mut Findings) {
        let call = &workload.call;
        self.check_call(call, &path.key("call"), findings);
        let is_fixed = call.step == 1
            && call.mode == Mode::Wait
            && call.on_failure == OnFailure::Fail
            && call.share >= Share::ALL;
        if !is_fixed {
            let message = "step, mode, share and on_failure say how a station makes a call: a workload has none of them";
            findings.add(path.key("call"), message);
        }
        let tenants = path.key("tenants");
        if workload.tenants.as_ref().is_some_and(Vec::is_empty) {
            findings.add(tenants.clone(), "must name at least one tenant, or be left out for all");
        }
        let mut known = BTreeSet::new();
        for (index, name) in workload.tenants.iter().flatten().enumerate() {
            if !known.insert(name) {
                let message = format!("must name each tenant once, found {name:?} again");
                findings.add(tenants.index(index), message);
            }
            if !self.names.tenants.contains_key(name) {
                let known = self.names.tenants.keys().map(String::as_str);
                findings.add_unknown(tenants.index(index), "named tenant", name, known);
            }
        }
        let path = path.key("arrivals");
        match &workload.arrivals {
            Arrivals::Poisson(it) => self.check_poisson(it, &path.key("poisson"), findings),
            Arrivals::Backlog(it) => {
                let path = path.key("backlog");
                self.check_time(it.at, path.key("at"), findings);
                if it.count > BACKLOG_MAX {
                    findings.add(path.key("count"), format!("must be at most {BACKLOG_MAX}"));
                }
                if it.rate.is_some_and(|rate| rate.as_per_second() <= 0.0) {
                    let help = "must be more than none; leave it out to release all at once";
                    findings.add(path.key("rate"), help);
                }
            }
            Arrivals::Trace(_) => {}
            Arrivals::Closed(it) => {
                let path = path.key("closed");
                check_distribution(&it.think, &path.key("think"), findings);
                if it.clients > CLIENTS_MAX {
                    findings.add(path.key("clients"), format!("must be at most {CLIENTS_MAX}"));
                }
            }
        }
    }

    fn check_poisson(&self, poisson: &Poisson, path: &Path, findings: &mut Findings) {
        let check_factor = |factor: f64, path: Path, findings: &mut Findings| {
            if !(0.0..=1e6).contains(&factor) {
                findings.add(path, format!("must be a factor from 0 to a million, found {factor}"));
            }
        };
        for (time, factor) in &poisson.daily {
            let path = path.key("daily").key(time);
            if second_of_day(time).is_none() {
                findings.add(
                    path.clone(),
                    format!("must be a time of day such as \"09:30\", found {time:?}"),
                );
            }
            check_factor(*factor, path, findings);
        }
        for (day, factor) in &poisson.weekly {
            let name = format!("{day:?}").to_lowercase();
            check_factor(*factor, path.key("weekly").key(name), findings);
        }
        let mut moments = BTreeSet::new();
        for (time, factor) in &poisson.piecewise {
            let path = path.key("piecewise").key(time);
            match time.parse::<LocalTime>() {
                Ok(local) if !moments.insert(local.civil()) => {
                    findings.add(path.clone(), "must be another moment than those before it");
                }
                Err(message) => findings.add(path.clone(), message),
                Ok(local) if self.clock.moment(local).is_none() => {
                    findings.add(path.clone(), "lies too far from the clock");
                }
                Ok(_) => {}
            }
            check_factor(*factor, path, findings);
        }
        for (name, burst) in &poisson.bursts {
            let path = path.key("bursts").key(name);
            self.check_time(burst.at, path.key("at"), findings);
            if burst.lasts.is_zero() {
                findings.add(path.key("lasts"), "must be longer than no time at all");
            }
            check_factor(burst.factor.get(), path.key("factor"), findings);
        }
        let points = [("daily", &poisson.daily), ("piecewise", &poisson.piecewise)];
        for (field, factors) in points {
            if !factors.is_empty() && factors.values().all(|factor| *factor <= 0.0) {
                findings.add(path.key(field), ALL_ZERO);
            }
        }
        if poisson.weekly.len() == 7 && poisson.weekly.values().all(|factor| *factor <= 0.0) {
            findings.add(path.key("weekly"), ALL_ZERO);
        }
    }

    fn check_time(&self, time: LocalTime, path: Path, findings: &mut Findings) {
        check_time(time, self.clock, path, findings);
    }

    fn check_registry(&self, registry: &Registry, path: &Path, findings: &mut Findings) {
        check_distribution(&registry.pull_time, &path.key("pull_time"), findings);
        findings.add_fields(&path.key("back_off"), registry.back_off.problems());
        for (name, image) in &registry.images {
            if self.clock.moment(image.pushed).is_none() {
                let path = path.key("images").key(name).key("pushed");
                findings.add(path, "lies too far from the clock");
            }
        }
        let Some(lifecycle) = &registry.lifecycle else { return };
        let path = path.key("lifecycle");
        if lifecycle.every < Span::from_secs(60) {
            findings
                .add(path.key("every"), format!("must be at least 1m, found {}", lifecycle.every));
        } else if self
            .clock
            .moment(lifecycle.first_run)
            .is_none_or(|first| first.unsigned_abs() / lifecycle.every.as_nanos() > 1_000_000)
        {
            findings.add(path.key("first_run"), "lies too far from the clock");
        }
        for (name, rule) in &lifecycle.rules {
            if rule.age_max.is_none() && rule.count_max.is_none() {
                let path = path.key("rules").key(name);
                findings.add(path, "must have age_max or count_max, or it deletes nothing");
            }
        }
    }
}

/// Checks that a time lies between the start of the warm-up and the end.
pub(super) fn check_time(time: LocalTime, clock: &Clock, path: Path, findings: &mut Findings) {
    if clock.is_skipped(time) || clock.instant(time).is_none_or(|instant| instant >= clock.end()) {
        let message = format!("must lie between the start of the clock and its end, found {time}");
        let help = if clock.is_skipped(time) {
            "clocks go forward then, and that time never comes: take one after the change"
        } else {
            "correct the time, or let the clock begin earlier or end later"
        };
        findings.0.push(Problem::new(path, message).with_help(help));
    }
}

pub(super) fn check_distribution(
    distribution: &Distribution,
    path: &Path,
    findings: &mut Findings,
) {
    let kind = match distribution {
        Distribution::Constant(_) => "constant",
        Distribution::Uniform { .. } => "uniform",
        Distribution::Exponential { .. } => "exponential",
        Distribution::Erlang { .. } => "erlang",
        Distribution::LogNormal { .. } => "log_normal",
        Distribution::Pareto { .. } => "pareto",
        Distribution::Empirical { .. } => "empirical",
    };
    findings.add_fields(&path.key(kind), distribution.problems());
}

/// Checks that names may stand between dots.
pub(super) fn check_undotted<'a>(
    names: impl IntoIterator<Item = &'a String>,
    path: &Path,
    findings: &mut Findings,
) {
    for name in names {
        if name.is_empty() || name.contains('.') {
            let message = format!("must have a name without a dot in it, found {name:?}");
            let problem = Problem::new(path.key(name), message).at_key();
            findings.0.push(problem.with_help("write - instead"));
        }
    }
}
