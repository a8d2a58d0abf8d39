//! What the timeline's `set` patches make of the running platform, worked out before the run.
//!
//! Patches with a time build on one another in its order; one that follows an alert may come before or
//! after any of them. So for the patches that touch the same components every order in which they may come
//! is worked out and checked, and the run finds the configuration that belongs to the order it took.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::check::{Findings, RunningPaths, check_running, lookup};
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
/// More actions than this that touch the same components are refused.
const DEPTH_MAX: usize = 500;

/// Each order takes as long as reading the platform: so many fields of it in all orders together.
const FIELDS_MAX: usize = 2_000_000;

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

/// What each action of the timeline sets, in the order of names; `parts` is what runs at first, and
/// `running` the same as it was read.
///
/// # Errors
///
/// Refuses patches on what cannot change, patches that leave a wrong configuration behind in any order
/// that they may come in, and more orders than can be worked out.
pub(super) fn settings(
    file: &File,
    (parts, running): (&Value, &Running),
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
    let mut setting = file.timeline.iter().filter(|(_, it)| it.set.is_some());
    // Each of them is at least one step of the walk.
    if let Some((name, _)) = setting.nth(ORDERS_MAX) {
        let path = Path::root().key("timeline").key(name).key("set");
        findings.0.push(too_many_orders(path));
        return Err(findings.0);
    }
    let groups = rivals(file);
    check_orders(file, &groups, fields(parts), &mut findings);
    if !findings.0.is_empty() {
        return Err(findings.0);
    }
    for rivals in groups {
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
            settings: &mut settings.of,
            findings: &mut findings,
        };
        walk.go_on((parts, running), 0, &mut Vec::new());
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
        let mut components = components(set);
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

/// The components that a patch touches, such as a station.
fn components(set: &Value) -> BTreeSet<Vec<Step>> {
    let leaves = patch::leaves(set).into_iter();
    leaves.map(|(leaf, _)| leaf.steps().iter().take(2).cloned().collect()).collect()
}

/// Refuses more orders than can be worked out, before any is.
fn check_orders(file: &File, groups: &[Vec<ActionId>], fields: usize, findings: &mut Findings) {
    let mut sum: usize = 0;
    for group in groups {
        let is_timed = |id: &&ActionId| action(file, **id).1.at.is_some();
        let timed = group.iter().filter(is_timed).count();
        sum = sum.saturating_add(orders(timed, group.len() - timed));
        let Some(last) = group.last() else { continue };
        let path = Path::root().key("timeline").key(action(file, *last).0).key("set");
        if sum > ORDERS_MAX || group.len() > DEPTH_MAX {
            return findings.0.push(too_many_orders(path));
        }
        if sum.saturating_mul(fields) > FIELDS_MAX {
            let message = format!(
                "is one of {sum} patches on a platform of {fields} fields: both times one another must be at most {FIELDS_MAX}"
            );
            let help = "set what changes at one time in one action, or describe a smaller platform";
            return findings.0.push(Problem::new(path, message).with_help(help));
        }
    }
}

fn too_many_orders(path: Path) -> Problem {
    let message = format!(
        "touches what others set that follow alerts too: they may come in more than {ORDERS_MAX} orders"
    );
    let help =
        "let fewer actions follow alerts, or set what touches the same station in one of them";
    Problem::new(path, message).with_help(help)
}

/// How many steps a walk has through every order of so many actions in a fixed order, and of others.
fn orders(timed: usize, alerted: usize) -> usize {
    // Of more than these there are too many orders in any case.
    let alerted = alerted.min(12);
    let mut steps = vec![0_usize; alerted + 1];
    for of_timed in 0..=timed {
        for of_alerted in 0..=alerted {
            let first_timed = if of_timed > 0 { steps[of_alerted].saturating_add(1) } else { 0 };
            let rest = if of_alerted > 0 { steps[of_alerted - 1].saturating_add(1) } else { 0 };
            steps[of_alerted] = first_timed.saturating_add(rest.saturating_mul(of_alerted));
        }
    }
    steps[alerted]
}

/// How many values stand in a value.
fn fields(value: &Value) -> usize {
    match value {
        Value::Object(fields) => 1 + fields.values().map(self::fields).sum::<usize>(),
        Value::Array(elements) => 1 + elements.iter().map(fields).sum::<usize>(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 1,
    }
}

/// A walk through every order in which actions that touch the same components may come.
struct Walk<'a> {
    file: &'a File,
    names: &'a Names,
    clock: &'a Clock,
    /// Those with a time, in its order, and those that follow an alert.
    timed: Vec<ActionId>,
    alerted: Vec<ActionId>,
    settings: &'a mut [Vec<Setting>],
    findings: &'a mut Findings,
}

impl Walk<'_> {
    /// Works out what may come next, once those in `done` have been done in that order, of which so many
    /// have a time.
    fn go_on(
        &mut self,
        (parts, running): (&Value, &Running),
        timed: usize,
        done: &mut Vec<ActionId>,
    ) {
        let next_timed = self.timed.get(timed);
        let next_alerted = self.alerted.iter().filter(|id| !done.contains(id));
        let next: Vec<ActionId> = next_timed.into_iter().chain(next_alerted).copied().collect();
        for id in next {
            let (name, action) = action(self.file, id);
            let Some(set) = &action.set else { continue };
            let path = Path::root().key("timeline").key(name).key("set");
            let mut patched = parts.clone();
            patch::merge(&mut patched, set);
            let touched = touched(&patched, set);
            match parse(&touched, running, (self.names, self.clock), &path) {
                Ok(after) => {
                    done.push(id);
                    let timed = timed + usize::from(action.at.is_some());
                    self.go_on((&patched, &after), timed, done);
                    done.pop();
                    let setting = Setting { done: done.clone(), after, patch: set.clone() };
                    self.settings[usize::from(id.0)].push(setting);
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

/// Of all parts those that a patch touches.
fn touched(parts: &Value, set: &Value) -> Value {
    let mut touched = json!({ "stations": {}, "workloads": {} });
    for component in components(set) {
        let at = Path::from(component);
        let Some(value) = lookup(parts, &at) else { continue };
        match at.steps() {
            [Step::Key(kind), Step::Key(name)] if kind != "registry" => {
                touched[kind][name] = value.clone();
            }
            [Step::Key(kind), ..] => touched[kind] = parts[kind].clone(),
            _ => {}
        }
    }
    touched
}

/// What runs once the components in `touched` are as they stand there, and all others as before.
fn parse(
    touched: &Value,
    before: &Running,
    (names, clock): (&Names, &Clock),
    path: &Path,
) -> Result<Running, Vec<Problem>> {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    let schema = SCHEMA.get_or_init(shape::schema_of::<Running>);
    let below = |problem: Problem| Problem { path: path.join(&problem.path), ..problem };
    let changed: Running = shape::parse(schema, touched)
        .map_err(|problems| problems.into_iter().map(below).collect::<Vec<_>>())?;
    let mut running = before.clone();
    running.stations.extend(changed.stations);
    running.workloads.extend(changed.workloads);
    if changed.registry.is_some() {
        running.registry = changed.registry;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_counted_before_they_are_walked() {
        // Timed ones have one order; of others each may come first: 3 first, 6 second, 6 third.
        let cases = [(0, 0, 0), (3, 0, 3), (0, 1, 1), (0, 3, 15), (1, 1, 4), (2, 1, 8)];
        for (timed, alerted, steps) in cases {
            assert_eq!(orders(timed, alerted), steps, "{timed} with a time and {alerted} without");
        }
        assert!(orders(0, 10) > ORDERS_MAX);
        assert!(orders(3, 100) > ORDERS_MAX);
    }
}
