//! The documented facts beside what was simulated, and by how much the missed ones are missed.

use crate::report::Report;
use crate::report::decimal::fixed;
use crate::report::words::{Form, Words, span};
use crate::scenario::clock::Clock;
use crate::scenario::compile::base;
use crate::scenario::file::story::{Documented, Expect, Role};
use crate::simulation::Verdict;
use crate::units::{Instant, Quantity, Span};

/// A fact in words.
#[derive(Clone, Debug)]
pub(in crate::report) struct Row {
    pub(in crate::report) id: String,
    pub(in crate::report) fact: String,
    pub(in crate::report) role: &'static str,
    pub(in crate::report) expected: String,
    pub(in crate::report) simulated: String,
    pub(in crate::report) holds: bool,
    /// By how much it is missed, if it is.
    pub(in crate::report) missed: Option<String>,
}

impl Row {
    /// Whether the fact holds, as a mark.
    pub(in crate::report) fn mark(&self) -> &'static str {
        if self.holds { "✓" } else { "✗" }
    }
}

/// How many facts hold, in all and by role.
pub(in crate::report) fn held(report: &Report) -> String {
    let all = report.verdicts.len();
    let held = all - report.missed().count();
    let roles: Vec<String> = [Role::Validated, Role::ByConstruction, Role::Calibrated]
        .into_iter()
        .filter_map(|role| of_role(report, role))
        .collect();
    format!("{held} of {all} hold: {}", roles.join(", "))
}

/// Every fact, in the order of the verdicts.
pub(in crate::report) fn rows(report: &Report) -> Vec<Row> {
    report.verdicts.iter().map(|verdict| row(report, verdict)).collect()
}

fn of_role(report: &Report, role: Role) -> Option<String> {
    let documented = &report.scenario.file.documented;
    let its = report.verdicts.iter().filter(|verdict| documented[&verdict.id].role == role);
    let (held, all) =
        its.fold((0, 0), |(held, all), verdict| (held + u32::from(verdict.holds), all + 1));
    (all > 0).then(|| format!("{held} of {all} {}", name(role)))
}

fn name(role: Role) -> &'static str {
    match role {
        Role::Calibrated => "calibrated",
        Role::ByConstruction => "by construction",
        Role::Validated => "validated",
    }
}

fn row(report: &Report, verdict: &Verdict) -> Row {
    let it = &report.scenario.file.documented[&verdict.id];
    let (words, form) = (Words::new(report.scenario), form(report, it));
    Row {
        id: verdict.id.clone(),
        fact: it.fact.clone(),
        role: name(it.role),
        expected: words.expectation(&it.expect, form),
        simulated: verdict.simulated.map_or("none".to_owned(), |it| words.number(it, form)),
        holds: verdict.holds,
        missed: (!verdict.holds).then(|| missed(report, verdict)),
    }
}

fn form(report: &Report, it: &Documented) -> Form {
    Form::of(&it.metric, &report.scenario.file)
}

/// What was expected and what was found, and how far apart they are.
fn missed(report: &Report, verdict: &Verdict) -> String {
    let it = &report.scenario.file.documented[&verdict.id];
    let (words, form) = (Words::new(report.scenario), form(report, it));
    let expected = words.expectation(&it.expect, form);
    let metric = &it.metric;
    let Some(value) = verdict.simulated else {
        return format!("expected {expected}, but {metric} has no value: it did not happen");
    };
    let (lowest, highest) = bounds(&it.expect, &report.scenario.clock);
    let is_high = value >= highest;
    let off = if is_high { value - highest } else { lowest - value };
    let direction = match (form, is_high) {
        (Form::Moment, true) => "too late",
        (Form::Moment, false) => "too early",
        (_, true) => "too much",
        (_, false) => "too little",
    };
    let off = match form {
        Form::Moment => span(Span::from_nanos_f64(off)),
        Form::Share => format!("{} points", fixed(off * 100.0, 2).unwrap_or_default()),
        Form::Count | Form::Factor | Form::Minutes | Form::Span | Form::Rate => {
            words.number(off, form)
        }
    };
    let found = words.number(value, form);
    format!("expected {expected}, found {found}, {off} {direction} ({metric})")
}

/// Between which numbers a fact holds.
fn bounds(expect: &Expect, clock: &Clock) -> (f64, f64) {
    let nanos = |instant: Option<Instant>| {
        instant.map_or(f64::NAN, |instant| instant.since(Instant::START).as_nanos_f64())
    };
    let lower = |quantity: Quantity| match quantity {
        Quantity::Time(time) => nanos(clock.instant(time)),
        Quantity::Number(_) | Quantity::Span(_) | Quantity::Rate(_) => {
            base(quantity).unwrap_or(f64::NAN)
        }
    };
    let upper = |quantity: Quantity| match quantity {
        Quantity::Time(time) => nanos(clock.end_of(time)),
        Quantity::Number(_) | Quantity::Span(_) | Quantity::Rate(_) => lower(quantity),
    };
    match expect {
        Expect::At(at) => {
            let within = at.within.as_nanos_f64();
            let cause = at.not_before.map_or(0.0, |cause| nanos(clock.instant(cause)));
            let earliest = (nanos(clock.instant(at.time)) - within).max(cause);
            (earliest, nanos(clock.end_of(at.time)) + within)
        }
        Expect::Between(it) => (lower(it.from), upper(it.to)),
        Expect::Equals(it) => (lower(*it), upper(*it)),
        Expect::AtMost(it) => (f64::NEG_INFINITY, upper(*it)),
        Expect::AtLeast(it) => (lower(*it), f64::INFINITY),
    }
}
