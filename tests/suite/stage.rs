//! What scenarios are played on: one in a few lines, and its replay to look at.

use std::path::PathBuf;

use hindsight::measure::gauge::Level;
use hindsight::platform::log::Emerged;
use hindsight::platform::measures::Stretch;
use hindsight::platform::parts::outcome::Failure;
use hindsight::platform::recorder::Bin;
use hindsight::platform::work::{CallId, Tally};
use hindsight::scenario::{Changes, Loaded, Scenario};
use hindsight::simulation::{self, Outcome};
use hindsight::units::Instant;
use serde_json::{Map, Value, json};

/// A scenario of ten minutes with the tenants `a`, `b` and `c`, of equal weight.
pub(crate) fn scenario(stations: &Value, workloads: &Value) -> Value {
    json!({
        "id": "schedule", "title": "A schedule worked out by hand", "source": "none", "seed": 1,
        "clock": {
            "zone": "UTC", "start": time(0), "end": time(600), "resolution": "1s"
        },
        "tenants": {
            "count": 3, "weights": "equal",
            "named": { "a": { "rank": 1 }, "b": { "rank": 2 }, "c": { "rank": 3 } }
        },
        "platform": { "stations": stations },
        "workloads": workloads
    })
}

/// A service of one slot that takes so long for each request, with `more` fields.
pub(crate) fn service(service_time: &str, more: &Value) -> Value {
    let mut service = json!({
        "replicas": 1, "concurrency": 1, "service_time": { "constant": service_time }
    });
    overlay(&mut service, more);
    json!({ "service": service })
}

/// Tenant `a`'s units, `count` of them `at` a second, on a call to `to` with `more` fields.
pub(crate) fn burst(at: u64, count: u64, to: &str, more: &Value) -> Value {
    let mut call = json!({ "to": to });
    overlay(&mut call, more);
    json!({
        "call": call, "tenants": ["a"],
        "arrivals": { "backlog": { "at": time(at), "count": count } }
    })
}

/// As [`burst`], with one unit a second from `at` on.
pub(crate) fn every_second(at: u64, count: u64, to: &str, more: &Value) -> Value {
    let mut workload = burst(at, count, to, more);
    workload["arrivals"]["backlog"]["rate"] = json!("1/s");
    workload
}

/// The replay of one unit a second on a call to `to`, of these tenants by their one-letter names.
pub(crate) fn traced(stations: &Value, to: &str, more: &Value, tenants: &str) -> Replay {
    let rows = tenants.chars().enumerate().map(|(second, tenant)| (second as u64, tenant));
    let mut workload = burst(0, 1, to, more);
    overlay(
        &mut workload,
        &json!({ "tenants": null, "arrivals": { "trace": { "file": "t.csv" } } }),
    );
    replay_trace(&scenario(stations, &json!({ "w": workload })), &rows.collect::<Vec<_>>())
}

/// The replay of a scenario whose trace `t.csv` has these seconds and tenants.
pub(crate) fn replay_trace(scenario: &Value, rows: &[(u64, char)]) -> Replay {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let lines = rows.iter().map(|(second, tenant)| format!("{second}s,{tenant}\n"));
    let text: String = std::iter::once("after,tenant\n".to_owned()).chain(lines).collect();
    std::fs::write(directory.path().join("t.csv"), text).expect("a file can be written");
    Replay::in_directory(scenario, directory.path().to_owned())
}

/// The same workload of another tenant.
pub(crate) fn of_tenant(tenant: &str, mut workload: Value) -> Value {
    workload["tenants"] = json!([tenant]);
    workload
}

/// The local time so many seconds after midnight.
pub(crate) fn time(second: u64) -> String {
    let (hours, minutes) = (second / 3600, second / 60 % 60);
    format!("2025-01-01T{hours:02}:{minutes:02}:{:02}", second % 60)
}

/// Sets `more` fields of an object.
pub(crate) fn overlay(value: &mut Value, more: &Value) {
    let fields = value.as_object_mut().expect("fields are set on an object");
    fields.extend(more.as_object().cloned().unwrap_or_else(Map::new));
}

/// A scenario with its traces in `directory` and with changes, ready to run.
pub(crate) fn compiled(scenario: &Value, directory: PathBuf, changes: &Changes) -> Scenario {
    let text = scenario.to_string();
    let loaded = Loaded::parse("schedule.json", text.as_bytes(), directory);
    let loaded = loaded.unwrap_or_else(|refusal| panic!("{}", refusal.render(false)));
    let scenario = loaded.scenario(changes);
    scenario.unwrap_or_else(|refusal| panic!("{}", refusal.render(false)))
}

/// A scenario that was run.
pub(crate) struct Replay {
    pub(crate) scenario: Scenario,
    pub(crate) outcome: Outcome,
}

impl Replay {
    pub(crate) fn of(scenario: &Value) -> Self {
        Self::in_directory(scenario, PathBuf::new())
    }

    /// The replay of a scenario whose traces stand in `directory`.
    pub(crate) fn in_directory(scenario: &Value, directory: PathBuf) -> Self {
        Self::changed(scenario, directory, &Changes::default())
    }

    /// The replay of a scenario with mitigations and other changes.
    pub(crate) fn changed(scenario: &Value, directory: PathBuf, changes: &Changes) -> Self {
        let scenario = compiled(scenario, directory, changes);
        let outcome = simulation::run(&scenario, scenario.seed());
        Self { scenario, outcome }
    }

    /// The series of a station, a call or a workload.
    pub(crate) fn series(&self, name: &str) -> Stretch<'_> {
        let target = self.scenario.names.target(name).expect("the target exists");
        let recorder = self.outcome.platform.recorder();
        recorder.stretch(target, 0, recorder.bins())
    }

    /// The bins in which something happened, each as often as it did.
    pub(crate) fn times(&self, name: &str, count: fn(&Bin) -> u32) -> Vec<usize> {
        let bins = self.series(name).bins.iter().enumerate();
        bins.flat_map(|(number, bin)| (0..count(bin)).map(move |_| number)).collect()
    }

    /// When attempts at a station, or units on a call, began.
    pub(crate) fn begun(&self, name: &str) -> Vec<usize> {
        self.times(name, |bin| bin.begun)
    }

    /// When they were done.
    pub(crate) fn done(&self, name: &str) -> Vec<usize> {
        self.times(name, |bin| bin.done)
    }

    /// When they failed.
    pub(crate) fn failed(&self, name: &str) -> Vec<usize> {
        self.times(name, |bin| bin.failed)
    }

    /// The bins at whose end a level is another than a bin before, with its new value.
    pub(crate) fn steps(&self, name: &str, level: fn(&Bin) -> &Level) -> Vec<(usize, u32)> {
        let mut steps: Vec<(usize, u32)> = Vec::new();
        for (number, bin) in self.series(name).bins.iter().enumerate() {
            let value = level(bin).last;
            if steps.last().is_none_or(|(_, last)| *last != value) {
                steps.push((number, value));
            }
        }
        steps
    }

    /// The units on a call or of a workload.
    pub(crate) fn units(&self, name: &str) -> Tally {
        let index = self.scenario.names.calls.iter().position(|it| it == name);
        let call = u16::try_from(index.expect("the call exists")).expect("ids have 16 bits");
        self.outcome.platform.work().unit_tally(CallId(call))
    }

    /// The attempts at a station.
    pub(crate) fn attempts(&self, station: &str) -> Tally {
        let station = self.scenario.names.station(station).expect("the station exists");
        self.outcome.platform.work().attempt_tally(station)
    }

    /// How many units failed for a reason.
    pub(crate) fn failures(&self, name: &str, failure: Failure) -> u64 {
        self.units(name).failed[failure as usize]
    }

    /// The number that is counted under a name.
    pub(crate) fn count(&self, name: &str) -> Option<f64> {
        self.outcome.counts.of(name).expect("the number is counted").0
    }

    /// The second that is counted under a name.
    pub(crate) fn second(&self, name: &str) -> Option<f64> {
        self.count(name).map(|nanos| nanos / 1e9)
    }

    /// When something emerged for the first time in a row, and how often in that row.
    pub(crate) fn log(&self, what: Emerged) -> Vec<(f64, u32)> {
        let entries = self.outcome.platform.log().entries().iter();
        entries.filter(|it| it.what == what).map(|it| (seconds(it.at), it.count)).collect()
    }

    /// The mean latency of what was done, in seconds.
    pub(crate) fn latency(&self, name: &str) -> f64 {
        self.series(name).latencies.merged().mean().expect("something was done").as_secs_f64()
    }
}

/// Seconds since the first moment of the run.
pub(crate) fn seconds(instant: Instant) -> f64 {
    instant.since(Instant::START).as_secs_f64()
}
