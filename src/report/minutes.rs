//! The worth of a timeline's minutes as numbers for programs.

use serde::Serialize;

use super::comparison::SCHEMA_VERSION;
use super::decimal::Decimal;
use super::layout;
use crate::experiment::minutes::{Curve, Minutes, Shift};
use crate::experiment::worth::{Side, Worth};
use crate::measure::interval::Interval;
use crate::scenario::Scenario;
use crate::scenario::facts::{self, Unit};
use crate::simulation::MODEL_VERSION;

const NANOS_PER_MINUTE: f64 = 60e9;

#[derive(Debug, Serialize)]
struct Document<'a> {
    schema_version: u32,
    model_version: u32,
    scenario: &'a str,
    seed: u64,
    seeds: usize,
    actions: Vec<Action<'a>>,
}

#[derive(Debug, Serialize)]
struct Action<'a> {
    actions: &'a [String],
    worths: Vec<Told<'a>>,
    moved: Vec<Place<'a>>,
}

#[derive(Debug, Serialize)]
struct Told<'a> {
    metric: &'a str,
    /// By how much it grows with each minute later, where that is one straight line.
    worth_of_a_minute: Option<Estimate>,
    earlier: Option<OneSide>,
    later: Option<OneSide>,
}

#[derive(Debug, Serialize)]
struct OneSide {
    is_straight: bool,
    straight_minutes: Decimal,
    worth_of_a_minute: Option<Estimate>,
}

#[derive(Debug, Serialize)]
struct Estimate {
    mean: Decimal,
    interval: Option<[Decimal; 2]>,
}

#[derive(Debug, Serialize)]
struct Place<'a> {
    minutes: Decimal,
    why_not: Option<&'a str>,
    metrics: Vec<Changed<'a>>,
}

#[derive(Debug, Serialize)]
struct Changed<'a> {
    metric: &'a str,
    difference: Estimate,
    is_distinguishable: bool,
    variance_reduction: Option<Decimal>,
}

/// A shift in minutes.
#[must_use]
pub fn in_minutes(shift: Shift) -> f64 {
    shift as f64 / NANOS_PER_MINUTE
}

/// The minutes of a timeline as JSON, which ends in a line break: a stable interface, with a version.
#[must_use]
pub fn json(it: &Minutes, baseline: &Scenario) -> String {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        model_version: MODEL_VERSION,
        scenario: &baseline.file.id,
        seed: baseline.seed(),
        seeds: it.replications.seeds(),
        actions: it.curves.iter().map(|curve| action(it, curve, baseline)).collect(),
    };
    layout::to_text(&document, 4)
}

/// What numbers of a metric are divided by: times are told in seconds.
fn scale(metric: &str, baseline: &Scenario) -> f64 {
    match facts::unit_of(metric, &baseline.file) {
        Some(Unit::Time | Unit::Moment) => 1e9,
        Some(Unit::Number | Unit::Rate) | None => 1.0,
    }
}

fn estimate(it: &Interval, scale: f64) -> Estimate {
    let ends = it.half_width.map(|half| [it.mean - half, it.mean + half]);
    Estimate {
        mean: Decimal(it.mean / scale),
        interval: ends.map(|it| it.map(|it| Decimal(it / scale))),
    }
}

fn told<'a>((metric, worth): (&'a String, &Worth), baseline: &Scenario) -> Told<'a> {
    let scale = scale(metric, baseline);
    let side = |it: Side| OneSide {
        is_straight: it.is_straight(),
        straight_minutes: Decimal(if it.is_bent() { 0.0 } else { it.reach }),
        worth_of_a_minute: (!it.is_bent()).then(|| estimate(&it.worth, scale)),
    };
    Told {
        metric,
        worth_of_a_minute: worth.whole.map(|it| estimate(&it, scale)),
        earlier: worth.earlier.map(side),
        later: worth.later.map(side),
    }
}

fn action<'a>(it: &'a Minutes, curve: &'a Curve, baseline: &Scenario) -> Action<'a> {
    let metrics = it.replications.metrics();
    let metric = |variant: usize, (place, name): (usize, &'a String)| {
        let paired = it.paired(variant, place)?;
        Some(Changed {
            metric: name,
            difference: estimate(&paired.difference, scale(name, baseline)),
            is_distinguishable: paired.is_distinguishable(),
            variance_reduction: paired.variance_reduction.map(Decimal),
        })
    };
    let place = |(shift, variant): &'a (Shift, Result<usize, String>)| Place {
        minutes: Decimal(in_minutes(*shift)),
        why_not: variant.as_ref().err().map(String::as_str),
        metrics: variant.as_ref().map_or_else(
            |_| Vec::new(),
            |variant| metrics.iter().enumerate().filter_map(|it| metric(*variant, it)).collect(),
        ),
    };
    Action {
        actions: &curve.actions,
        worths: metrics.iter().zip(&curve.worths).map(|it| told(it, baseline)).collect(),
        moved: curve.places.iter().map(place).collect(),
    }
}
