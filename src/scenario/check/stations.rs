//! Job engines, routing and assistants: what their fields must be to one another.

use std::collections::BTreeSet;

use super::Findings;
use super::platform::{Checker, check_distribution, check_undotted};
use crate::platform::parts::servers;
use crate::scenario::compile::second_of_day;
use crate::scenario::file::platform::{Call, Mode, Service, Station};
use crate::scenario::file::stations::{
    AgentGroup, Assistant, JobType, Jobs, OnRateLimited, Routing, WorkflowStep,
};
use crate::scenario::path::Path;
use crate::units::{Share, Span};

/// More workers than this at one engine are refused.
const WORKERS_MAX: u32 = 20_000;
/// More agents or conversations than this at one station are refused.
const PLACES_MAX: u32 = 10_000_000;

impl Checker<'_> {
    /// Checks that a call leads to a station, and names what that kind of station wants named.
    pub(super) fn check_callee(&self, call: &Call, path: &Path, findings: &mut Findings) {
        let Some(station) = self.running.stations.get(&call.to) else {
            let known = self.running.stations.keys().map(String::as_str);
            return findings.add_unknown(path.key("to"), "station", &call.to, known);
        };
        let types: Option<Vec<&String>> = match station {
            Station::Jobs(it) => Some(it.types.keys().collect()),
            Station::Service(_) | Station::Routing(_) | Station::Assistant(_) => None,
        };
        let skills: Option<Vec<&String>> = match station {
            Station::Routing(it) => Some(it.skills.keys().collect()),
            Station::Service(_) | Station::Jobs(_) | Station::Assistant(_) => None,
        };
        let fields = [("job", &call.job, types), ("skill", &call.skill, skills)];
        for (field, name, known) in fields {
            match (name, known) {
                (Some(_), None) => {
                    let kind = if field == "job" { "a job engine" } else { "routing" };
                    let message = format!(
                        "goes with {kind}, and {:?} is {}: leave it out",
                        call.to,
                        station.kind().name()
                    );
                    findings.add(path.key(field), message);
                }
                (None, Some(known)) => {
                    let known: Vec<&str> = known.into_iter().map(String::as_str).collect();
                    let message =
                        format!("must name the `{field}` at {:?}: {}", call.to, known.join(", "));
                    findings.add(path.clone(), message);
                }
                (Some(name), Some(known)) if !known.contains(&name) => {
                    let known = known.into_iter().map(String::as_str);
                    findings.add_unknown(path.key(field), field, name, known);
                }
                (Some(_), Some(_)) | (None, None) => {}
            }
        }
    }

    /// Checks the calls that instances make before they are ready, which are no organization's.
    pub(super) fn check_ready_calls(&self, it: &Service, path: &Path, findings: &mut Findings) {
        for (name, call) in &it.ready_calls {
            let path = path.key(name);
            if call.mode != Mode::Wait || call.share < Share::ALL {
                let message = "is always made and waited for: mode and share have no place";
                findings.add(path.clone(), message);
            }
            if let Some(routing) = self.routing_behind(&call.to) {
                let message = format!(
                    "leads to the routing {routing:?}: what an instance calls is no organization's, and has no agent"
                );
                findings.add(path.key("to"), message);
            }
        }
    }

    /// The first routing that calls to a station lead to, at once or over others.
    fn routing_behind<'b>(&'b self, station: &'b str) -> Option<&'b str> {
        let mut known = BTreeSet::from([station]);
        let mut next = vec![station];
        while let Some(name) = next.pop() {
            let Some(station) = self.running.stations.get(name) else { continue };
            if matches!(station, Station::Routing(_)) {
                return Some(name);
            }
            let callees = station.calls().into_iter().map(|it| it.call.to.as_str());
            next.extend(callees.filter(|name| known.insert(name)));
        }
        None
    }
}

pub(super) fn check_jobs(it: &Jobs, path: &Path, findings: &mut Findings) {
    if it.workers > WORKERS_MAX {
        let message = format!("must be at most {WORKERS_MAX}, found {}", it.workers);
        findings.add(path.key("workers"), message);
    }
    if it.throughput.is_some_and(|rate| rate.as_per_second() <= 0.0) {
        findings.add(path.key("throughput"), "must be more than none; leave it out for no limit");
    }
    let servers = servers::Config { lane_max: it.lane_max.clone() };
    findings.add_fields(&path.key("lane_max"), servers.problems());
    let is_fair = it.order == crate::platform::parts::queue::Order::Fair;
    if it.lanes.is_some() && !is_fair && it.lane_max.is_none() {
        let message = "have no effect: add `\"order\": \"fair\"` or a `lane_max`";
        findings.add(path.key("lanes"), message);
    }
    if it.lanes.is_none() && (is_fair || it.lane_max.is_some()) {
        let field = if is_fair { "order" } else { "lane_max" };
        let message =
            "needs `lanes`: add `\"lanes\": \"type\"`, `\"tenant\"` or `\"conversation\"`";
        findings.add(path.key(field), message);
    }
    if it.types.is_empty() {
        findings.add(path.key("types"), "must name at least one type of jobs");
    }
    check_undotted(it.types.keys(), &path.key("types"), findings);
    for (name, job) in &it.types {
        check_job_type(job, &path.key("types").key(name), findings);
    }
    if let Some(reports) = &it.reports {
        check_distribution(&reports.delay, &path.key("reports").key("delay"), findings);
    }
}

pub(super) fn check_routing(it: &Routing, path: &Path, findings: &mut Findings) {
    if it.skills.is_empty() {
        findings.add(path.key("skills"), "must name at least one skill");
    }
    for (name, skill) in &it.skills {
        let path = path.key("skills").key(name);
        check_distribution(&skill.handle_time, &path.key("handle_time"), findings);
        if let Some(patience) = &skill.patience {
            check_distribution(patience, &path.key("patience"), findings);
        }
    }
    check_undotted(it.calls.keys(), &path.key("calls"), findings);
    if it.retry_after.is_zero() {
        findings.add(path.key("retry_after"), "must be longer than no time at all");
    }
    for (name, group) in &it.agents {
        check_agents(group, it, &path.key("agents").key(name), findings);
    }
}

pub(super) fn check_assistant(it: &Assistant, path: &Path, findings: &mut Findings) {
    check_places(it.capacity, path.key("capacity"), findings);
    findings.add_fields(&path.key("queue"), it.queue.problems());
    let steps = path.key("steps");
    check_undotted(it.steps.keys(), &steps, findings);
    for (name, step) in &it.steps {
        let path = steps.key(name);
        if name == "transfer" {
            findings.add(path.clone(), "is the name of the transfer");
        }
        match step {
            WorkflowStep::Call(call) if call.step != 1 => {
                let message = "steps are made in the order of their names";
                findings.add(path.key("call").key("step"), message);
            }
            WorkflowStep::Call(_) => {}
            WorkflowStep::Wait(wait) => {
                check_distribution(wait, &path.key("wait"), findings);
            }
        }
    }
    let transfer = path.key("transfer");
    let is_plain =
        it.transfer.mode == Mode::Wait && it.transfer.step == 1 && it.transfer.share >= Share::ALL;
    if !is_plain {
        findings.add(transfer, "is always made and waited for: mode, step and share have no place");
    }
    if it.loops_max == Some(0) {
        findings.add(path.key("loops_max"), "must be at least 1; leave it out for no limit");
    }
    if let OnRateLimited::BackOff(it) = &it.on_rate_limited {
        let path = path.key("on_rate_limited").key("back_off");
        if !(1.0..f64::INFINITY).contains(&it.factor) {
            findings.add(path.key("factor"), format!("must be at least 1, found {}", it.factor));
        }
        if it.cap.is_some_and(|cap| cap < it.base) {
            findings.add(path.key("cap"), format!("must be at least base, {}", it.base));
        }
    }
}

fn check_job_type(job: &JobType, path: &Path, findings: &mut Findings) {
    check_distribution(&job.run_time, &path.key("run_time"), findings);
    if let Some(delay) = &job.delay {
        check_distribution(delay, &path.key("delay"), findings);
    }
    if let Some(retries) = &job.retries {
        findings.add_fields(&path.key("retries"), retries.problems());
        if retries.budget.is_some() {
            findings.add(path.key("retries").key("budget"), "belongs to calls: jobs have none");
        }
    }
    if job.deadline.is_some_and(Span::is_zero) {
        findings.add(path.key("deadline"), "must be longer than no time at all");
    }
    check_undotted(job.calls.keys(), &path.key("calls"), findings);
}

fn check_agents(group: &AgentGroup, routing: &Routing, path: &Path, findings: &mut Findings) {
    check_places(group.count, path.key("count"), findings);
    if u64::from(group.count.max(group.tenant_min)) * u64::from(group.capacity)
        > u64::from(PLACES_MAX)
    {
        let message = format!("times capacity must be at most {PLACES_MAX}");
        findings.add(path.key("count"), message);
    }
    for (index, skill) in group.skills.iter().flatten().enumerate() {
        if !routing.skills.contains_key(skill) {
            let known = routing.skills.keys().map(String::as_str);
            findings.add_unknown(path.key("skills").index(index), "skill", skill, known);
        }
    }
    let Some(shift) = &group.shift else { return };
    if shift.days.as_ref().is_some_and(Vec::is_empty) {
        findings.add(
            path.key("shift").key("days"),
            "must name at least one day, or be left out for all",
        );
    }
    for (field, time) in [("from", &shift.from), ("to", &shift.to)] {
        if second_of_day(time).is_none() {
            let message = format!("must be a time of day such as \"09:30\", found {time:?}");
            findings.add(path.key("shift").key(field), message);
        }
    }
}

fn check_places(count: u32, path: Path, findings: &mut Findings) {
    if count > PLACES_MAX {
        findings.add(path, format!("must be at most {PLACES_MAX}, found {count}"));
    }
}
