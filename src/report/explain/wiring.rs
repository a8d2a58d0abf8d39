//! The platform as a diagram: workloads, stations, and the calls between them with their policies in short.
//!
//! The one place of an explanation that knows the kinds of stations.

use serde::Serialize;

use super::kinds;
use crate::engine::sample::Distribution;
use crate::platform::call;
use crate::platform::parts::cache::Scope;
use crate::platform::parts::retry::Jitter;
use crate::platform::parts::{autoscaler, queue, retry};
use crate::report::decimal::fixed;
use crate::report::words::{count, rate, span};
use crate::scenario::Scenario;
use crate::scenario::file::File;
use crate::scenario::file::platform::{self as file, Mode, Service};
use crate::scenario::file::workload::Arrivals;
use crate::units::{Quantity, Share};

/// The platform as a diagram.
#[derive(Debug, Serialize)]
pub struct Wiring {
    /// What brings work in.
    pub workloads: Vec<Workload>,
    /// What serves it, the nearest to the workloads first.
    pub stations: Vec<Station>,
    /// What carries it, workloads' calls first.
    pub calls: Vec<Call>,
}

/// Something that brings work in.
#[derive(Debug, Serialize)]
pub struct Workload {
    /// Its name.
    pub name: String,
    /// When its units come, in short.
    pub arrivals: String,
}

/// Something with capacity and a queue.
#[derive(Debug, Serialize)]
pub struct Station {
    /// Its name.
    pub name: String,
    /// Which kind it is of, as in the scenario.
    pub kind: &'static str,
    /// What it can serve, in short.
    pub capacity: String,
    /// What else matters of it, in short.
    pub traits: Vec<String>,
    /// How many calls lie between it and the workloads on the longest way, from 1; null if no work
    /// reaches it.
    pub depth: Option<usize>,
}

/// An edge from a workload or a station to a station.
#[derive(Debug, Serialize)]
pub struct Call {
    /// `workload`, or `station.call`.
    pub name: String,
    /// The workload or station that makes it.
    pub from: String,
    /// Whether that is a workload.
    pub is_of_workload: bool,
    /// The station that is called.
    pub to: String,
    /// Whether the caller waits for the answer.
    pub is_awaited: bool,
    /// Its policy, in short; one text each.
    pub policy: Vec<String>,
}

impl Wiring {
    /// The wiring of a scenario as it begins, before its timeline changes anything.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let (file, names) = (&scenario.file, &scenario.names);
        let calls: Vec<Call> =
            scenario.platform.calls.iter().map(|it| call(it, scenario)).collect();
        let workloads = file.workloads.iter().map(|(name, it)| Workload {
            name: name.clone(),
            arrivals: arrivals(&it.arrivals, it.enabled),
        });
        let depths = depths(&names.stations, &calls);
        let stations = file.platform.stations.iter().zip(depths);
        let mut stations: Vec<Station> =
            stations.map(|((name, it), depth)| station(name, it, depth)).collect();
        stations.sort_by_key(|it| (it.depth.is_none(), it.depth));
        Self { workloads: workloads.collect(), stations, calls }
    }
}

fn station(name: &str, station: &file::Station, depth: Option<usize>) -> Station {
    let (kind, capacity, traits) = match station {
        file::Station::Service(it) => {
            ("service", format!("{} × {} slots", it.replicas, it.concurrency), service(it))
        }
        file::Station::Jobs(it) => {
            ("jobs", format!("{} workers", count(f64::from(it.workers))), kinds::jobs(it))
        }
        file::Station::Routing(it) => {
            let skills = it.skills.len();
            let plural = if skills == 1 { "" } else { "s" };
            ("routing", format!("{skills} skill{plural}"), kinds::routing(it))
        }
        file::Station::Assistant(it) => {
            let capacity = format!("{} conversations", count(f64::from(it.capacity)));
            ("assistant", capacity, kinds::assistant(it))
        }
    };
    Station { name: name.to_owned(), kind, capacity, traits, depth }
}

fn service(it: &Service) -> Vec<String> {
    let mut traits = vec![format!("{} each", time(&it.service_time)), waiting(&it.queue)];
    traits.extend(it.tenant_max.as_ref().map(|max| format!("{} slots a tenant", max.max)));
    if it.drop_expired {
        traits.push("drops what its caller gave up".to_owned());
    }
    traits.extend(it.autoscaler.as_ref().map(scaling));
    traits.extend(it.release.as_ref().map(|image| format!("image {image}")));
    traits
}

pub(super) fn waiting(it: &queue::Config) -> String {
    let order = match it.order {
        queue::Order::Fifo => "",
        queue::Order::Lifo => "last in first out ",
        queue::Order::Fair => "fair ",
        queue::Order::Priority => "priority ",
        queue::Order::Due => "due-time ",
    };
    let bound = it
        .bound
        .map_or("unbounded".to_owned(), |bound| format!("up to {}", count(f64::from(bound))));
    let wait = it.wait_max.map(|wait| format!(", waits up to {}", span(wait))).unwrap_or_default();
    format!("{order}queue {bound}{wait}")
}

fn scaling(it: &autoscaler::Config) -> String {
    let target = match it.target {
        Quantity::Number(number) => percent(number),
        Quantity::Rate(it) => rate(it),
        Quantity::Span(it) => span(it),
        Quantity::Time(it) => it.to_string(),
    };
    let measure = match it.measure {
        autoscaler::Measure::Busy => "busy slots",
        autoscaler::Measure::InFlight => "work in flight",
        autoscaler::Measure::Arrivals => "arrivals",
    };
    format!("scales {} to {} for {target} {measure}", it.min, it.max)
}

fn arrivals(it: &Arrivals, is_enabled: bool) -> String {
    let told = match it {
        Arrivals::Poisson(it) => {
            let mut told = vec![rate(it.rate)];
            let factors = [
                (!it.daily.is_empty(), "by time of day"),
                (!it.weekly.is_empty(), "by weekday"),
                (!it.piecewise.is_empty(), "changing"),
                (!it.bursts.is_empty(), "with bursts"),
            ];
            told.extend(
                factors.iter().filter(|(is_set, _)| *is_set).map(|(_, it)| (*it).to_owned()),
            );
            told.join(", ")
        }
        Arrivals::Backlog(it) => format!("backlog of {}", count(it.count as f64)),
        Arrivals::Trace(it) => format!("as in {}", it.file),
        Arrivals::Closed(it) => {
            format!("{} clients, thinking {}", count(f64::from(it.clients)), time(&it.think))
        }
    };
    if is_enabled { told } else { format!("{told}, off at first") }
}

fn call(it: &call::Config, scenario: &Scenario) -> Call {
    let stations = &scenario.names.stations;
    let from = it.from.map_or(&it.name, |from| &stations[from.index()]);
    let written = written(it, from, &scenario.file);
    Call {
        name: it.name.clone(),
        from: from.clone(),
        is_of_workload: it.from.is_none(),
        to: stations[it.to.index()].clone(),
        is_awaited: written.is_none_or(|call| call.mode == Mode::Wait),
        policy: policy(it, written),
    }
}

/// The call as it stands in the file, for what is compiled into its caller.
fn written<'a>(it: &call::Config, from: &str, file: &'a File) -> Option<&'a file::Call> {
    if it.from.is_none() {
        return file.workloads.get(&it.name).map(|workload| &workload.call);
    }
    let name = it.name.strip_prefix(from)?.strip_prefix('.')?;
    let calls = file.platform.stations.get(from)?.calls();
    calls.into_iter().find(|call| call.name == name).map(|it| it.call)
}

fn policy(it: &call::Config, written: Option<&file::Call>) -> Vec<String> {
    let mut told = Vec::new();
    if let Some(written) = written {
        told.extend(written.job.as_ref().map(|job| format!("job {job}")));
        told.extend(written.skill.as_ref().map(|skill| format!("skill {skill}")));
        if written.share < Share::ALL {
            told.push(format!("for {}", percent(written.share.get())));
        }
        if written.mode == Mode::HandOn {
            told.push("hand on".to_owned());
        }
        if written.step > 1 {
            told.push(format!("step {}", written.step));
        }
        told.extend(written.latency.as_ref().map(|latency| format!("latency {}", time(latency))));
    }
    told.extend(it.timeout.map(|timeout| format!("timeout {}", span(timeout))));
    told.extend(it.retries.as_ref().filter(|retries| retries.max > 0).map(again));
    told.extend(
        it.breaker.as_ref().map(|it| format!("breaker at {}", percent(it.failure_share.get()))),
    );
    if let Some(limit) = &it.rate_limit {
        told.push(format!("limit {}", rate(limit.rate)));
        let tenant = limit.per_tenant.as_ref().map(|it| (it.rate, "tenant"));
        let conversation = limit.per_conversation.as_ref().map(|it| (it.rate, "conversation"));
        for (limit, of) in [tenant, conversation].into_iter().flatten() {
            told.push(format!("{} a {of}", rate(limit)));
        }
    }
    told.extend(it.concurrency.as_ref().map(|cap| format!("at most {} under way", cap.max)));
    told.extend(it.caches.iter().map(|cache| {
        let scope = match cache.scope {
            Scope::Instance => "own",
            Scope::Shared => "shared",
        };
        let warm_up = cache.warm_up;
        let after =
            if warm_up.is_zero() { String::new() } else { format!(" after {}", span(warm_up)) };
        format!("{scope} cache {}{after}", percent(cache.hit_share.get()))
    }));
    if it.is_failure_ignored {
        told.push("failure ignored".to_owned());
    }
    told
}

fn again(it: &retry::Config) -> String {
    let retries = if it.max == 1 { "retry" } else { "retries" };
    let jitter = match it.jitter {
        Jitter::None => "",
        Jitter::Full => " with full jitter",
        Jitter::Equal => " with equal jitter",
    };
    let budget = it.budget.as_ref();
    let budget = budget.map(|it| format!(", budget {}", percent(it.ratio.get())));
    format!("{} {retries} from {}{jitter}{}", it.max, span(it.base), budget.unwrap_or_default())
}

pub(super) fn time(it: &Distribution) -> String {
    match it {
        Distribution::Constant(it) => span(*it),
        Distribution::Uniform { min, max } => format!("{} to {}", span(*min), span(*max)),
        Distribution::Exponential { mean } | Distribution::Erlang { mean, .. } => {
            format!("mean {}", span(*mean))
        }
        Distribution::LogNormal { median, .. } => format!("median {}", span(*median)),
        Distribution::Pareto { min, .. } => format!("{} or more", span(*min)),
        Distribution::Empirical { values } => format!("one of {} times", values.len()),
    }
}

pub(super) fn percent(share: f64) -> String {
    format!("{} %", fixed(share * 100.0, 2).unwrap_or_default())
}

/// How many calls lie between the workloads and each station, on the longest way that does not turn
/// in a circle.
fn depths(stations: &[String], calls: &[Call]) -> Vec<Option<usize>> {
    let place = |name: &String| stations.iter().position(|it| it == name);
    let edges: Vec<(Option<usize>, usize)> = calls
        .iter()
        .filter_map(|call| {
            let from = if call.is_of_workload { None } else { Some(place(&call.from)?) };
            Some((from, place(&call.to)?))
        })
        .collect();
    let mut depths = vec![None; stations.len()];
    let mut path = vec![false; stations.len()];
    for (from, to) in &edges {
        if from.is_none() {
            descend(*to, 1, &edges, (&mut depths, &mut path));
        }
    }
    depths
}

fn descend(
    station: usize,
    depth: usize,
    edges: &[(Option<usize>, usize)],
    (depths, path): (&mut [Option<usize>], &mut [bool]),
) {
    if path[station] || depths[station].is_some_and(|known| known >= depth) {
        return;
    }
    depths[station] = Some(depth);
    path[station] = true;
    for (_, to) in edges.iter().filter(|(from, _)| *from == Some(station)) {
        descend(*to, depth + 1, edges, (&mut *depths, &mut *path));
    }
    path[station] = false;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(name: &str, from: &str, to: &str) -> Call {
        Call {
            name: name.into(),
            from: from.into(),
            is_of_workload: !name.contains('.'),
            to: to.into(),
            is_awaited: true,
            policy: Vec::new(),
        }
    }

    #[test]
    fn stations_lie_as_deep_as_the_longest_way_to_them() {
        let stations = ["back", "front", "idle", "middle"].map(str::to_owned);
        let calls = [
            edge("a", "a", "front"),
            edge("b", "b", "back"),
            edge("front.m", "front", "middle"),
            edge("middle.b", "middle", "back"),
            edge("back.f", "back", "front"), // A circle.
        ];
        for calls in [&calls[..], &calls[..4]] {
            assert_eq!(depths(&stations, calls), [Some(3), Some(1), None, Some(2)]);
        }
    }
}
