//! What the timeline's `set` patches make of the running platform, worked out before the run.
//!
//! Patches with a time build on one another in its order. One that follows an alert may come at any
//! time, so nothing else may set what it sets: the configuration that it meets is then known.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::Value;

use super::check::{Findings, RunningPaths, check_running};
use super::clock::Clock;
use super::compile::{Names, Running, Setting, order};
use super::file::File;
use super::path::{Path, Step};
use super::problem::Problem;
use super::{patch, shape};

/// What can be set while the platform runs: `*` stands for any name, `**` for anything below.
const CHANGEABLE: [&[&str]; 24] = [
    &["stations", "*", "service", "replicas"],
    &["stations", "*", "service", "service_time", "**"],
    &["stations", "*", "service", "slowdown", "**"],
    &["stations", "*", "service", "failure_share"],
    &["stations", "*", "service", "queue", "bound"],
    &["stations", "*", "service", "queue", "wait_max"],
    &["stations", "*", "service", "drop_expired"],
    &["stations", "*", "service", "on_crash"],
    &["stations", "*", "service", "autoscaler", "**"],
    &["stations", "*", "service", "start_up", "**"],
    &["stations", "*", "service", "release"],
    &["stations", "*", "service", "fallback", "**"],
    &["stations", "*", "service", "calls", "*", "share"],
    &["stations", "*", "service", "calls", "*", "on_failure"],
    &["stations", "*", "service", "calls", "*", "latency", "**"],
    &["stations", "*", "service", "calls", "*", "timeout"],
    &["stations", "*", "service", "calls", "*", "retries", "**"],
    &["stations", "*", "service", "calls", "*", "breaker", "**"],
    &["stations", "*", "service", "calls", "*", "rate_limit", "**"],
    &["stations", "*", "service", "calls", "*", "concurrency", "**"],
    &["stations", "*", "service", "calls", "*", "caches", "**"],
    &["registry", "lifecycle", "**"],
    &["registry", "pull_time", "**"],
    &["registry", "back_off", "**"],
];
/// Of a workload, everything but where its units go and whose they are.
const CHANGEABLE_OF_WORKLOADS: [&[&str]; 8] = [
    &["workloads", "*", "enabled"],
    &["workloads", "*", "priority"],
    &["workloads", "*", "arrivals", "poisson", "**"],
    &["workloads", "*", "call", "timeout"],
    &["workloads", "*", "call", "retries", "**"],
    &["workloads", "*", "call", "breaker", "**"],
    &["workloads", "*", "call", "rate_limit", "**"],
    &["workloads", "*", "call", "concurrency", "**"],
];

/// What each action of the timeline sets, in the order of names; `parts` is what runs at first.
///
/// # Errors
///
/// Refuses patches on what cannot change, patches that leave a wrong configuration behind, and patches
/// of which it cannot be known what they will meet.
pub(super) fn settings(
    file: &File,
    parts: &Value,
    names: &Names,
    clock: &Clock,
) -> Result<Vec<Option<Setting>>, Vec<Problem>> {
    let mut findings = Findings::default();
    let mut settings: Vec<Option<Setting>> = file.timeline.iter().map(|_| None).collect();
    let mut running = parts.clone();
    check_overlaps(file, &mut findings);
    for id in order(file, clock) {
        let index = usize::from(id.0);
        let Some((name, action)) = file.timeline.iter().nth(index) else { continue };
        let Some(set) = &action.set else { continue };
        let path = Path::root().key("timeline").key(name).key("set");
        check_changeable(set, &path, &mut findings);
        let mut patched = if action.at.is_some() { running.clone() } else { parts.clone() };
        patch::merge(&mut patched, set);
        match parse(&patched, names, clock, &path) {
            Ok(after) => {
                if action.at.is_some() {
                    running = patched;
                }
                settings[index] = Some(Setting { after, patch: set.clone() });
            }
            Err(problems) => findings.0.extend(problems),
        }
    }
    if findings.0.is_empty() { Ok(settings) } else { Err(findings.0) }
}

fn parse(
    value: &Value,
    names: &Names,
    clock: &Clock,
    path: &Path,
) -> Result<Running, Vec<Problem>> {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    let schema = SCHEMA.get_or_init(shape::schema_of::<Running>);
    let below = |problem: Problem| Problem { path: path.join(&problem.path), ..problem };
    let running: Running = shape::parse(schema, value)
        .map_err(|problems| problems.into_iter().map(below).collect::<Vec<_>>())?;
    let mut findings = Findings::default();
    if !names.are_of(&running) {
        let message =
            "must not add or remove a station, call, workload or image while the platform runs";
        findings.add(path.clone(), message);
        return Err(findings.0);
    }
    let paths = RunningPaths {
        stations: path.key("stations"),
        registry: path.key("registry"),
        workloads: path.key("workloads"),
    };
    check_running(&running, names, clock, &paths, &mut findings);
    if findings.0.is_empty() { Ok(running) } else { Err(findings.0) }
}

fn check_changeable(set: &Value, path: &Path, findings: &mut Findings) {
    for (leaf, _) in patch::leaves(set) {
        let mut patterns = CHANGEABLE.iter().chain(&CHANGEABLE_OF_WORKLOADS);
        if !patterns.any(|pattern| is_match(pattern, leaf.steps())) {
            let problem = Problem::new(path.join(&leaf), "cannot change while the platform runs");
            let help = "what can: replicas, service_time, failure_share, release, autoscaler, start_up, a queue's bound, the policies of calls; arrivals, enabled and policies of workloads; lifecycle and pulls of the registry";
            findings.0.push(problem.with_help(help));
        }
    }
}

fn is_match(pattern: &[&str], steps: &[Step]) -> bool {
    match (pattern.split_first(), steps.split_first()) {
        (Some((&"**", _)), _) | (None, None) => true,
        (Some((first, pattern)), Some((Step::Key(key), steps))) => {
            (*first == "*" || first == key) && is_match(pattern, steps)
        }
        _ => false,
    }
}

/// Refuses an alert-driven patch on a component that another patch sets too.
fn check_overlaps(file: &File, findings: &mut Findings) {
    let components = |set: &Value| -> BTreeSet<Vec<Step>> {
        let leaves = patch::leaves(set).into_iter();
        leaves.map(|(leaf, _)| leaf.steps().iter().take(2).cloned().collect()).collect()
    };
    for (name, action) in &file.timeline {
        let (Some(set), None) = (&action.set, action.at) else { continue };
        let mine = components(set);
        for (other, its) in file.timeline.iter().filter(|(other, _)| *other != name) {
            let Some(its) = &its.set else { continue };
            if let Some(shared) = mine.intersection(&components(its)).next() {
                let shared = Path::from(shared.clone());
                let path = Path::root().key("timeline").key(name).key("set").join(&shared);
                let message = format!(
                    "is set by {other:?} too, and since this action follows an alert, which of them comes first cannot be known"
                );
                findings.add(path, message);
            }
        }
    }
}
