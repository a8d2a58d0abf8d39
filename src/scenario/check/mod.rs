//! What the fields of a scenario must be to one another; every problem is found, not only the first.

mod claims;
mod cycles;
mod mitigations;
mod platform;
mod sizes;
mod stations;
mod story;

pub use platform::{Paths as RunningPaths, check_running};

use std::collections::BTreeMap;

use serde_json::Value;

use super::clock::Clock;
use super::compile::Names;
use super::file::{File, Limits};
use super::names::did_you_mean;
use super::path::{Path, Step};
use super::problem::Problem;
use crate::units::Span;

/// More bins than this would be a series that nobody can read.
const BINS_MAX: u64 = 1_000_000;
/// Looking for the name that was meant takes a while, and nobody reads more suggestions than this.
pub(super) const SUGGESTED_MAX: usize = 100;
/// More tenants than this are refused.
const TENANTS_MAX: u32 = 1_000_000;

/// The problems found so far.
#[derive(Debug, Default)]
pub struct Findings(pub Vec<Problem>);

impl Findings {
    /// Adds a problem with the value at `path`.
    pub fn add(&mut self, path: Path, message: impl Into<String>) {
        self.0.push(Problem::new(path, message));
    }

    /// Adds the problems that a part found with its own fields.
    pub fn add_fields(&mut self, path: &Path, problems: Vec<(&'static str, String)>) {
        for (field, message) in problems {
            self.add(field.split('.').fold(path.clone(), |path, field| path.key(field)), message);
        }
    }

    /// Adds the problem that nothing has the name at `path`.
    pub fn add_unknown<'a>(
        &mut self,
        path: Path,
        kind: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) {
        let known: Vec<&str> = known.into_iter().collect();
        let mut problem = Problem::new(path, format!("there is no {kind} {name:?}"));
        let is_shown = self.0.len() < SUGGESTED_MAX;
        let near = if is_shown { did_you_mean(name, known.iter().copied()) } else { None };
        problem = match near {
            Some(near) => problem.with_help(format!("did you mean `{near}`?")),
            None if known.is_empty() => {
                problem.with_help(format!("this scenario has no {kind}: add one, or name none"))
            }
            None if known.len() <= 20 => {
                problem.with_help(format!("there is {}", known.join(", ")))
            }
            None => problem.with_help(format!("name one of the {} that there are", known.len())),
        };
        self.0.push(problem);
    }
}

/// The clock of a file.
///
/// # Errors
///
/// Gives everything that is wrong with it.
pub fn check_clock(file: &File) -> Result<Clock, Vec<Problem>> {
    let path = Path::root().key("clock");
    let mut findings = Findings::default();
    let resolution = file.clock.resolution;
    if resolution < Span::from_nanos(1_000_000) {
        findings.add(path.key("resolution"), "must be at least 1ms");
    }
    match Clock::new(&file.clock) {
        Err((field, message)) => findings.add(path.key(field), message),
        Ok(_) if file.clock.end <= file.clock.start => {
            findings
                .add(path.key("end"), format!("must be later than start, {}", file.clock.start));
        }
        Ok(clock) if findings.0.is_empty() => {
            if clock.end().since(clock.observed_from()) < resolution {
                let message = format!("must not be longer than the clock, found {resolution}");
                findings.add(path.key("resolution"), message);
            } else if clock.end().as_nanos() / resolution.as_nanos() > BINS_MAX {
                let message = format!(
                    "gives more than {BINS_MAX} points between the start of the warm-up and the end: take a longer one"
                );
                findings.add(path.key("resolution"), message);
            } else if !file.clock.warm_up.as_nanos().is_multiple_of(resolution.as_nanos()) {
                let message = format!("must be a multiple of the resolution, {resolution}");
                findings.add(path.key("warm_up"), message);
            } else {
                return Ok(clock);
            }
        }
        Ok(_) => {}
    }
    Err(findings.0)
}

/// Everything that is wrong with a file whose shape and clock are right; `values` are the file as it stands
/// and with its patches, of which one may take away what an assumption is about.
#[must_use]
pub fn check(file: &File, values: [&Value; 2], names: &Names, clock: &Clock) -> Vec<Problem> {
    let mut findings = Findings::default();
    check_names(file, &mut findings);
    check_limits(file, &mut findings);
    sizes::check(file, names, clock, &mut findings);
    story::check(file, names, clock, &mut findings);
    claims::check(file, values, clock, &mut findings);
    mitigations::check(file, values[0], &mut findings);
    findings.0
}

/// A limit of none would stop every run before its first event.
fn check_limits(file: &File, findings: &mut Findings) {
    let path = Path::root().key("limits");
    let Limits { events, events_at_one_instant, in_flight, output } = file.limits;
    let limits = [
        ("events", events),
        ("events_at_one_instant", events_at_one_instant),
        ("in_flight", in_flight),
        ("output", output),
    ];
    for (field, limit) in limits {
        if limit == 0 {
            findings.add(path.key(field), "must be at least 1, found 0");
        }
    }
}

/// Names become parts of other names, of file names and of reports.
fn check_names(file: &File, findings: &mut Findings) {
    let root = Path::root();
    check_name(&file.id, root.key("id"), findings);
    let mut names_in = |path: &Path, names: &mut dyn Iterator<Item = &String>| {
        for name in names {
            check_name(name, path.key(name), findings);
        }
    };
    names_in(&root.key("workloads"), &mut file.workloads.keys());
    names_in(&root.key("timeline"), &mut file.timeline.keys());
    names_in(&root.key("indicators"), &mut file.indicators.keys());
    names_in(&root.key("metrics"), &mut file.metrics.keys());
    names_in(&root.key("thresholds"), &mut file.thresholds.keys());
    names_in(&root.key("mitigations"), &mut file.mitigations.keys());
    names_in(&root.key("tenants").key("named"), &mut file.tenants.named.keys());
    let stations = root.key("platform").key("stations");
    names_in(&stations, &mut file.platform.stations.keys());
    for id in file.documented.keys() {
        if id.is_empty() || id.chars().any(|c| c.is_control() || c.is_whitespace()) {
            findings.add(root.key("documented").key(id), "must be named without spaces");
        }
    }
    check_unique(file, findings);
}

/// Stations, workloads, indicators and metrics are spoken of by their names alone.
fn check_unique(file: &File, findings: &mut Findings) {
    let root = Path::root();
    let mut known: BTreeMap<&str, &str> = BTreeMap::from([(super::facts::ALL, "all indicators")]);
    let stations = root.key("platform").key("stations");
    let kinds: [(Path, Vec<&String>, &str); 4] = [
        (stations, file.platform.stations.keys().collect(), "a station"),
        (root.key("workloads"), file.workloads.keys().collect(), "a workload"),
        (root.key("indicators"), file.indicators.keys().collect(), "an indicator"),
        (root.key("metrics"), file.metrics.keys().collect(), "a metric"),
    ];
    for (path, names, kind) in kinds {
        for name in names {
            if let Some(other) = known.insert(name, kind) {
                let message = format!("is the name of {other} too: names must tell which is meant");
                let problem = Problem::new(path.key(name), message).at_key();
                findings.0.push(problem.with_help("give it a name of its own"));
            }
        }
    }
}

fn check_name(name: &str, path: Path, findings: &mut Findings) {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.len() > 80 || !name.chars().all(is_fine) {
        let message =
            format!("must be named with letters, digits, - and _ only, at most 80, found {name:?}");
        findings.0.push(Problem::new(path, message).at_key());
    }
}

/// Checks the tenants, which weights and names are made from.
pub fn check_tenants(file: &File, findings: &mut Findings) {
    let path = Path::root().key("tenants");
    let count = file.tenants.count;
    if !(1..=TENANTS_MAX).contains(&count) {
        findings.add(path.key("count"), format!("must be from 1 to {TENANTS_MAX}, found {count}"));
    }
    if let super::file::Weights::Zipf(exponent) = file.tenants.weights
        && !(0.0..=10.0).contains(&exponent)
    {
        let message = format!("must be an exponent from 0 to 10, found {exponent}");
        findings.add(path.key("weights").key("zipf"), message);
    }
    let mut ranks = BTreeMap::new();
    for (name, tenant) in &file.tenants.named {
        let rank = path.key("named").key(name).key("rank");
        if !(1..=count).contains(&tenant.rank) {
            findings.add(rank.clone(), format!("must be from 1 to {count}, found {}", tenant.rank));
        }
        if let Some(other) = ranks.insert(tenant.rank, name) {
            findings.add(rank, format!("is the rank of {other:?} already"));
        }
    }
}

/// Where the running parts of a platform stand in a scenario file.
#[must_use]
pub fn platform_paths() -> RunningPaths {
    let root = Path::root();
    RunningPaths {
        stations: root.key("platform").key("stations"),
        registry: root.key("platform").key("registry"),
        workloads: root.key("workloads"),
    }
}

/// The value at a path.
#[must_use]
pub fn lookup<'a>(value: &'a Value, path: &Path) -> Option<&'a Value> {
    path.steps().iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get(key),
        Step::Index(index) => value.get(index),
    })
}
