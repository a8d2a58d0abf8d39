//! The platform as a listing: workloads, then station below station, each with the calls that it makes.

use crate::report::explain::wiring::{Call, Station, Wiring};
use crate::report::text::style::{BOLD, DIM, EMERGED, Look, PLAIN, SCRIPTED, columns};

/// How far a station is indented for each call above it.
const STEP: usize = 4;
/// Deeper stations are indented no further.
const STEPS_MAX: usize = 6;

pub(super) fn section(wiring: &Wiring, look: Look) -> String {
    let counts = [
        (wiring.workloads.len(), "workload"),
        (wiring.stations.len(), "station"),
        (wiring.calls.len(), "call"),
    ];
    let counts =
        counts.map(|(count, name)| format!("{count} {name}{}", if count == 1 { "" } else { "s" }));
    let mut text = vec![look.heading("WIRING", &counts.join(", "))];
    for it in &wiring.workloads {
        let arrivals = format!("  {}", it.arrivals);
        text.push(node(0, ("▷", SCRIPTED), &it.name, &arrivals, look));
        text.push(calls(wiring, &it.name, true, 0, look));
    }
    for it in &wiring.stations {
        let steps = it.depth.unwrap_or(1).min(STEPS_MAX);
        text.push(node(steps, ("■", EMERGED), &it.name, &described(it), look));
        text.push(calls(wiring, &it.name, false, steps, look));
    }
    text.concat()
}

fn described(it: &Station) -> String {
    let unused = if it.depth.is_none() { "; no work reaches it" } else { "" };
    let traits: String = it.traits.iter().map(|it| format!(", {it}")).collect();
    format!("  {}, {}{traits}{unused}", it.kind, it.capacity)
}

fn node(
    steps: usize,
    (mark, style): (&str, anstyle::Style),
    name: &str,
    described: &str,
    look: Look,
) -> String {
    let indent = 2 + steps * STEP;
    let hang = indent + 2 + columns(name) + 2;
    let described = look.hanging(PLAIN, described.trim_start(), hang);
    let (mark, name) = (look.paint(style, mark), look.paint(BOLD, name));
    format!("{}{mark} {name}  {described}\n", " ".repeat(indent))
}

/// The calls that a workload or a station makes, aligned.
fn calls(wiring: &Wiring, from: &str, is_workload: bool, steps: usize, look: Look) -> String {
    let is_its = |call: &&Call| call.from == from && call.is_of_workload == is_workload;
    let its: Vec<&Call> = wiring.calls.iter().filter(is_its).collect();
    let own = |call: &Call| {
        let own = call.name.strip_prefix(from).and_then(|rest| rest.strip_prefix('.'));
        own.filter(|_| !is_workload).unwrap_or_default().to_owned()
    };
    let wide = its.iter().map(|call| columns(&own(call))).max().unwrap_or(0);
    let far = its.iter().map(|call| columns(&call.to)).max().unwrap_or(0);
    let mut text = String::new();
    for call in its {
        let line = if call.is_awaited { "──▶" } else { "╌╌▶" };
        let gap = usize::from(wide > 0);
        let indent = " ".repeat(2 + steps * STEP + 2);
        let own = own(call);
        let own = format!("{own}{}", " ".repeat(wide - columns(&own) + gap));
        let to = format!("{}{}", call.to, " ".repeat(far - columns(&call.to)));
        let hang = columns(&indent) + columns(&own) + 4 + far + 2;
        let policy = look.hanging(DIM, &call.policy.join(", "), hang);
        let told = format!("{indent}{own}{} {to}  {policy}", look.paint(EMERGED, line));
        text.push_str(told.trim_end());
        text.push('\n');
    }
    text
}
