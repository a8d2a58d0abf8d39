//! The platform as a listing: workloads, then station below station, each with the calls that it makes.

use super::hanging;
use crate::report::explain::wiring::{Call, Station, Wiring, Workload};
use crate::report::text::style::{BOLD, DIM, EMERGED, Look, PLAIN, SCRIPTED, columns};

/// How far a station is indented for each call above it.
const STEP: usize = 4;
/// Deeper stations are indented no further.
const STEPS_MAX: usize = 6;
/// What stands before a call's goal: the line and a space.
const ARROW: usize = 4;

pub(super) fn section(wiring: &Wiring, look: Look) -> String {
    let counts = [
        (wiring.workloads.len(), "workload"),
        (wiring.stations.len(), "station"),
        (wiring.calls.len(), "call"),
    ];
    let counts =
        counts.map(|(count, name)| format!("{count} {name}{}", if count == 1 { "" } else { "s" }));
    let mut text = vec![look.heading("WIRING", &counts.join(", ")), workloads(wiring, look)];
    for it in &wiring.stations {
        let indent = 2 + STEP * it.depth.unwrap_or(1).min(STEPS_MAX);
        text.push(station(it, indent, look));
        text.push(calls(wiring, it, indent + 2, look));
    }
    text.concat()
}

/// Each workload with its call on one line, aligned.
fn workloads(wiring: &Wiring, look: Look) -> String {
    let call = |it: &Workload| {
        wiring.calls.iter().find(|call| call.is_of_workload && call.from == it.name)
    };
    let its: Vec<(&Workload, &Call)> =
        wiring.workloads.iter().filter_map(|it| Some((it, call(it)?))).collect();
    let names = widest(its.iter().map(|(it, _)| it.name.as_str()));
    let arrivals = widest(its.iter().map(|(it, _)| it.arrivals.as_str()));
    let goals = widest(its.iter().map(|(_, call)| call.to.as_str()));
    let mut text = Vec::new();
    for (it, call) in its {
        let mark = look.paint(SCRIPTED, "▷");
        let name = look.paint(BOLD, &padded(&it.name, names));
        text.push(format!("  {mark} {name}  {}  ", padded(&it.arrivals, arrivals)));
        text.push(goal(call, goals, 4 + names + 2 + arrivals + 2, look));
    }
    text.concat()
}

fn station(it: &Station, indent: usize, look: Look) -> String {
    let unused = if it.depth.is_none() { "; no work reaches it" } else { "" };
    let mut traits = vec![it.kind, &it.capacity];
    traits.extend(it.traits.iter().map(String::as_str));
    let described = format!("{}{unused}", traits.join(", "));
    let hang = indent + 2 + columns(&it.name) + 2;
    let described = hanging(look, PLAIN, &described, hang);
    let (mark, name) = (look.paint(EMERGED, "■"), look.paint(BOLD, &it.name));
    format!("{}{mark} {name}  {described}\n", " ".repeat(indent))
}

/// The calls that a station makes, aligned.
fn calls(wiring: &Wiring, from: &Station, indent: usize, look: Look) -> String {
    let own = |call: &Call| {
        let own = call.name.strip_prefix(&from.name).and_then(|rest| rest.strip_prefix('.'));
        own.unwrap_or(&call.name).to_owned()
    };
    let is_its = |call: &&Call| call.from == from.name && !call.is_of_workload;
    let its: Vec<(String, &Call)> =
        wiring.calls.iter().filter(is_its).map(|call| (own(call), call)).collect();
    let names = widest(its.iter().map(|(own, _)| own.as_str()));
    let goals = widest(its.iter().map(|(_, call)| call.to.as_str()));
    let mut text = Vec::new();
    for (own, call) in its {
        text.push(format!("{}{} ", " ".repeat(indent), padded(&own, names)));
        text.push(goal(call, goals, indent + names + 1, look));
    }
    text.concat()
}

/// Where a call leads and under which policy, after so many columns; the end of its line.
fn goal(call: &Call, goals: usize, before: usize, look: Look) -> String {
    let line = look.paint(EMERGED, if call.is_awaited { "──▶" } else { "╌╌▶" });
    if call.policy.is_empty() {
        return format!("{line} {}\n", call.to);
    }
    let policy = hanging(look, DIM, &call.policy.join(", "), before + ARROW + goals + 2);
    format!("{line} {}  {policy}\n", padded(&call.to, goals))
}

fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(columns).max().unwrap_or(0)
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}
