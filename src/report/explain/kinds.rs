//! Job engines, routing and assistants as the wiring tells them.

use super::wiring::{percent, time, waiting};
use crate::platform::parts::queue;
use crate::report::words::{count, rate, span};
use crate::scenario::file::stations::{
    AgentGroup, Assistant, JobType, Jobs, Lanes, OnMissingRecord, OnRateLimited, Routing,
    WorkflowStep,
};
use crate::scenario::file::workload::Weekday;

pub(super) fn jobs(it: &Jobs) -> Vec<String> {
    let mut traits = Vec::new();
    traits.extend(it.throughput.map(|throughput| format!("starts {}", rate(throughput))));
    traits.push(waiting(&queue::Config {
        order: it.order,
        bound: it.bound,
        ..queue::Config::default()
    }));
    traits.extend(it.lanes.map(|lanes| {
        let of = match lanes {
            Lanes::Type => "type",
            Lanes::Tenant => "tenant",
            Lanes::Conversation => "conversation",
        };
        format!("a lane for each {of}")
    }));
    traits.extend(it.types.iter().map(|(name, job)| format!("{name}: {}", job_type(job))));
    traits
}

fn job_type(it: &JobType) -> String {
    let mut told = vec![format!("{} each", time(&it.run_time))];
    told.extend(it.delay.as_ref().map(|delay| format!("due after {}", time(delay))));
    told.extend(it.deadline.map(|deadline| format!("missed {} later", span(deadline))));
    told.extend(it.retries.as_ref().map(|retries| format!("{} more runs", retries.max)));
    told.join(", ")
}

pub(super) fn routing(it: &Routing) -> Vec<String> {
    let mut traits: Vec<String> =
        it.agents.iter().map(|(name, group)| format!("{name}: {}", agents(group))).collect();
    for (name, skill) in &it.skills {
        let patience = skill.patience.as_ref();
        let patience = patience.map(|it| format!(", patience {}", time(it))).unwrap_or_default();
        traits.push(format!("{name}: {} each{patience}", time(&skill.handle_time)));
    }
    let missing = match it.on_missing_record {
        OnMissingRecord::Block => "stays on an item without its record",
        OnMissingRecord::Skip => "passes over an item without its record",
        OnMissingRecord::SetAside => "sets an item without its record aside",
    };
    traits.push(missing.to_owned());
    traits
}

fn agents(it: &AgentGroup) -> String {
    let hours = it.shift.as_ref().map(|it| {
        let day = |day: &Weekday| format!("{day:?}")[..3].to_owned();
        let days = it.days.as_ref().map(|days| days.iter().map(day).collect::<Vec<_>>().join(" "));
        format!(", {} to {} on {}", it.from, it.to, days.unwrap_or("every day".to_owned()))
    });
    let skills = it.skills.as_ref().map(|skills| format!(", for {}", skills.join(" and ")));
    format!(
        "{} agents with {} at a time{}{}",
        count(f64::from(it.count)),
        it.capacity,
        hours.unwrap_or_default(),
        skills.unwrap_or_default()
    )
}

pub(super) fn assistant(it: &Assistant) -> Vec<String> {
    let step = |(name, step): (&String, &WorkflowStep)| match step {
        WorkflowStep::Call(_) => name.clone(),
        WorkflowStep::Wait(wait) => format!("{name} (waits {})", time(wait)),
    };
    let steps: Vec<String> = it.steps.iter().map(step).collect();
    let rounds = it.loops_max.map_or("any number".to_owned(), |max| count(f64::from(max)));
    let refused = match &it.on_rate_limited {
        OnRateLimited::Again => "goes round again at once".to_owned(),
        OnRateLimited::BackOff(it) => format!("goes round again after {} and more", span(it.base)),
        OnRateLimited::GiveUp => "gives up".to_owned(),
    };
    vec![
        format!("rounds of {}", steps.join(", ")),
        format!("{} of them settle the matter", percent(it.settled_share.get())),
        format!(
            "after {} of the others the customer wants an agent",
            percent(it.asks_for_agent_share.get())
        ),
        format!("up to {rounds} rounds"),
        format!("if a transfer is rate-limited it {refused}"),
    ]
}
