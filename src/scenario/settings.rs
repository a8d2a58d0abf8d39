//! What the timeline's `set` patches make of the running platform, worked out before the run.
//!
//! Patches with a time build on one another in its order; one that follows an alert may come before or
//! after any of them. So for the patches that touch the same components every order in which they may come
//! is worked out and checked, and the run finds the configuration that belongs to the order it took.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::Value;

use super::check::{Findings, RunningPaths, check_running};
use super::clock::Clock;
use super::compile::{Names, Running, Setting, Settings, order};
use super::file::File;
use super::file::story::Action;
use super::path::{Path, Step};
use super::problem::Problem;
use super::{patch, shape};
use crate::platform::timeline::ActionId;

/// More orders than this of actions that touch the same components are refused.
const ORDERS_MAX: usize = 2_000;

/// What can be set while the platform runs: `*` stands for any name, `**` for anything below.
const CHANGEABLE: [&[&str]; 35] = [
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
    &["stations", "*", "jobs", "workers"],
    &["stations", "*", "jobs", "throughput"],
    &["stations", "*", "jobs", "bound"],
    &["stations", "*", "jobs", "types", "*", "run_time", "**"],
    &["stations", "*", "jobs", "types", "*", "failure_share"],
    &["stations", "*", "jobs", "types", "*", "retries", "**"],
    &["stations", "*", "routing", "on_missing_record"],
    &["stations", "*", "routing", "retry_after"],
    &["stations", "*", "routing", "skills", "*", "**"],
    &["stations", "*", "routing", "agents", "*", "count"],
    &["stations", "*", "routing", "agents", "*", "capacity"],
    &["stations", "*", "assistant", "capacity"],
    &["stations", "*", "assistant", "steps", "*", "wait", "**"],
    &["stations", "*", "assistant", "settled_share"],
    &["stations", "*", "assistant", "asks_for_agent_share"],
    &["stations", "*", "assistant", "loops_max"],
    &["stations", "*", "assistant", "on_rate_limited", "**"],
    &["registry", "lifecycle", "**"],
    &["registry", "pull_time", "**"],
    &["registry", "back_off", "**"],
    &["workloads", "*", "enabled"],
    &["workloads", "*", "priority"],
    &["workloads", "*", "arrivals", "poisson", "**"],
];
/// Where calls stand.
const CALLS: [&[&str]; 7] = [
    &["stations", "*", "service", "calls", "*"],
    &["stations", "*", "service", "ready_calls", "*"],
    &["stations", "*", "jobs", "types", "*", "calls", "*"],
    &["stations", "*", "routing", "calls", "*"],
    &["stations", "*", "assistant", "steps", "*", "call"],
    &["stations", "*", "assistant", "transfer"],
    &["workloads", "*", "call"],
];
/// What can be set of a call.
const CHANGEABLE_OF_CALLS: [&str; 9] = [
    "share",
    "on_failure",
    "latency",
    "timeout",
    "retries",
    "breaker",
    "rate_limit",
    "concurrency",
    "caches",
];

/// What each action of the timeline sets, in the order of names; `parts` is what runs at first.
///
/// # Errors
///
/// Refuses patches on what cannot change, patches that leave a wrong configuration behind in any order
/// that they may come in, and more orders than can be worked out.
pub(super) fn settings(
    file: &File,
    parts: &Value,
    names: &Names,
    clock: &Clock,
) -> Result<Settings, Vec<Problem>> {
    let mut findings = Findings::default();
    let mut settings = Settings {
        of: file.timeline.iter().map(|_| Vec::new()).collect(),
        rivals: file.timeline.iter().map(|_| Vec::new()).collect(),
    };
    for (name, action) in &file.timeline {
        if let Some(set) = &action.set {
            let path = Path::root().key("timeline").key(name).key("set");
            check_changeable(set, &path, &mut findings);
        }
    }
    let order = order(file, clock);
    for rivals in rivals(file) {
        let timed: Vec<ActionId> = order.iter().copied().filter(|it| rivals.contains(it)).collect();
        let is_timed = |id: &ActionId| action(file, *id).1.at.is_some();
        let (timed, alerted) = timed.into_iter().partition(is_timed);
        for id in &rivals {
            settings.rivals[usize::from(id.0)].clone_from(&rivals);
        }
        let mut walk = Walk {
            file,
            names,
            clock,
            timed,
            alerted,
            orders: 0,
            settings: &mut settings.of,
            findings: &mut findings,
        };
        walk.go_on(parts, &mut Vec::new());
    }
    if findings.0.is_empty() { Ok(settings) } else { Err(findings.0) }
}

/// The action with an id, and its name.
fn action(file: &File, id: ActionId) -> (&String, &Action) {
    file.timeline.iter().nth(usize::from(id.0)).expect("ids are places in the timeline")
}

/// The actions that set something, in groups of those that touch the same components.
fn rivals(file: &File) -> Vec<Vec<ActionId>> {
    let mut groups: Vec<(BTreeSet<Vec<Step>>, Vec<ActionId>)> = Vec::new();
    for (id, action) in (0..).map(ActionId).zip(file.timeline.values()) {
        let Some(set) = &action.set else { continue };
        let leaves = patch::leaves(set).into_iter();
        let mut components: BTreeSet<Vec<Step>> =
            leaves.map(|(leaf, _)| leaf.steps().iter().take(2).cloned().collect()).collect();
        let mut members = vec![id];
        groups.retain(|(theirs, others)| {
            let is_apart = theirs.is_disjoint(&components);
            if !is_apart {
                components.extend(theirs.iter().cloned());
                members.extend(others);
            }
            is_apart
        });
        members.sort_unstable();
        groups.push((components, members));
    }
    groups.into_iter().map(|(_, members)| members).collect()
}

/// A walk through every order in which actions that touch the same components may come.
struct Walk<'a> {
    file: &'a File,
    names: &'a Names,
    clock: &'a Clock,
    /// Those with a time, in its order, and those that follow an alert.
    timed: Vec<ActionId>,
    alerted: Vec<ActionId>,
    orders: usize,
    settings: &'a mut [Vec<Setting>],
    findings: &'a mut Findings,
}

impl Walk<'_> {
    /// Works out what may come next, once those in `done` have been done in that order.
    fn go_on(&mut self, running: &Value, done: &mut Vec<ActionId>) {
        let next_timed = self.timed.iter().find(|id| !done.contains(id));
        let next_alerted = self.alerted.iter().filter(|id| !done.contains(id));
        let next: Vec<ActionId> = next_timed.into_iter().chain(next_alerted).copied().collect();
        for id in next {
            let (name, action) = action(self.file, id);
            let Some(set) = &action.set else { continue };
            let path = Path::root().key("timeline").key(name).key("set");
            self.orders += 1;
            if self.orders > ORDERS_MAX {
                if self.orders == ORDERS_MAX + 1 {
                    let message = format!(
                        "touches what others set that follow alerts too: they may come in more than {ORDERS_MAX} orders"
                    );
                    self.findings.add(path, message);
                }
                return;
            }
            let mut patched = running.clone();
            patch::merge(&mut patched, set);
            match parse(&patched, self.names, self.clock, &path) {
                Ok(after) => {
                    let setting = Setting { done: done.clone(), after, patch: set.clone() };
                    self.settings[usize::from(id.0)].push(setting);
                    done.push(id);
                    self.go_on(&patched, done);
                    done.pop();
                }
                Err(problems) => {
                    let known = &self.findings.0;
                    let is_new = |problem: &Problem| {
                        !known
                            .iter()
                            .any(|it| it.path == problem.path && it.message == problem.message)
                    };
                    let problems: Vec<Problem> = problems.into_iter().filter(is_new).collect();
                    self.findings.0.extend(problems);
                }
            }
        }
    }
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
        let message = "must not add or remove a station, call, workload, type of jobs, skill, group of agents, step or image while the platform runs";
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
        let is_changeable = CHANGEABLE.iter().any(|pattern| is_match(pattern, leaf.steps()));
        if !is_changeable && !is_policy(leaf.steps()) {
            let problem = Problem::new(path.join(&leaf), "cannot change while the platform runs");
            let help = "what can: of services replicas, service_time, failure_share, release, autoscaler, start_up, a queue's bound; of jobs workers, throughput, bound, run_time, retries; of routing on_missing_record, skills, agents' count and capacity; of assistants capacity, loops_max, on_rate_limited, shares; the policies of calls; arrivals, enabled and priority of workloads; lifecycle and pulls of the registry";
            findings.0.push(problem.with_help(help));
        }
    }
}

/// Whether a path leads to the policy of a call.
fn is_policy(steps: &[Step]) -> bool {
    CALLS.iter().any(|call| {
        let policy = steps.get(call.len());
        is_match(call, &steps[..call.len().min(steps.len())])
            && policy.is_some_and(|step| match step {
                Step::Key(key) => CHANGEABLE_OF_CALLS.contains(&key.as_str()),
                Step::Index(_) => false,
            })
    })
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
