//! The names of everything that a replay counts, their units, and whether a number is as documented.

use super::clock::Clock;
use super::compile::base;
use super::file::File;
use super::file::story::{Expect, Statistic};
use crate::platform::measures::{Dimension, Measure};
use crate::units::{Instant, Quantity};

/// Stands for all indicators of impact together.
pub const ALL: &str = "all";

/// For how long at least one of them is bad.
pub const ALL_MINUTES: &str = "all.minutes";

/// What is counted of each workload, after its name and a dot.
pub const WORKLOAD_TOTALS: [&str; 4] = ["begun", "done", "failed", "in_flight"];
/// What is counted of each station, after its name and a dot.
pub const STATION_TOTALS: [&str; 4] = ["begun", "done", "failed", "in_vain"];

/// The unit of a counted number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A count, a share or a factor.
    Number,
    /// A length of time, in nanoseconds.
    Time,
    /// Events per second.
    Rate,
    /// A moment, in nanoseconds since the start of the run.
    Moment,
}

impl Unit {
    /// Whether a quantity can be compared with numbers of this unit.
    #[must_use]
    pub fn fits(self, quantity: Quantity) -> bool {
        match quantity {
            Quantity::Number(_) => self == Self::Number,
            Quantity::Span(_) => self == Self::Time,
            Quantity::Rate(_) => self == Self::Rate,
            Quantity::Time(_) => self == Self::Moment,
        }
    }

    /// The unit as it is named in messages.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Time => "a duration such as \"5m\"",
            Self::Rate => "a rate such as \"10/s\"",
            Self::Moment => "a local date and time",
        }
    }
}

/// What is counted of an indicator, after its name and a dot; the first needs an alert.
const OF_INDICATOR: [(&str, Unit); 7] = [
    ("alert.first", Unit::Moment),
    ("first", Unit::Moment),
    ("last", Unit::Moment),
    ("windows", Unit::Number),
    ("minutes", Unit::Number),
    ("tenants", Unit::Number),
    ("tenant_minutes", Unit::Number),
];

/// What is counted of all indicators of impact together, after `all.`.
const OF_ALL: [(&str, Unit); 4] = [
    ("first", Unit::Moment),
    ("last", Unit::Moment),
    ("minutes", Unit::Number),
    ("span", Unit::Time),
];

/// Everything that a replay of a file counts, with its unit, in the order of reports.
#[must_use]
pub fn units(file: &File) -> Vec<(String, Unit)> {
    let mut units = Vec::new();
    for (name, metric) in &file.metrics {
        let unit = match (metric.statistic, metric.measure.dimension()) {
            (Statistic::FirstTime | Statistic::LastTime, _) => Unit::Moment,
            (Statistic::Total, _) => Unit::Number,
            _ if metric.against.is_some() => Unit::Number,
            (_, Dimension::Number) => Unit::Number,
            (_, Dimension::Time) => Unit::Time,
            (_, Dimension::Rate) => Unit::Rate,
        };
        units.push((name.clone(), unit));
    }
    units.extend(OF_ALL.map(|(field, unit)| (format!("{ALL}.{field}"), unit)));
    for (name, indicator) in &file.indicators {
        let fields = OF_INDICATOR.iter().skip(usize::from(indicator.alert.is_none()));
        units.extend(fields.map(|(field, unit)| (format!("{name}.{field}"), *unit)));
    }
    let totals = |name: &String, fields: [&str; 4]| {
        fields.map(|field| (format!("{name}.{field}"), Unit::Number))
    };
    units.extend(file.workloads.keys().flat_map(|name| totals(name, WORKLOAD_TOTALS)));
    let stations = file.platform.stations.keys();
    units.extend(stations.flat_map(|name| totals(name, STATION_TOTALS)));
    units
}

/// The name of a measure as files write it.
#[must_use]
pub fn name_of(measure: Measure) -> String {
    let name = serde_json::to_value(measure).ok();
    name.and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The unit of something that is counted, if it is.
#[must_use]
pub fn unit_of(name: &str, file: &File) -> Option<Unit> {
    units(file).into_iter().find(|(known, _)| known == name).map(|(_, unit)| unit)
}

/// Whether a number is as documented; a number that does not exist never is.
#[must_use]
pub fn holds(expect: &Expect, value: Option<f64>, clock: &Clock) -> bool {
    let Some(value) = value else { return false };
    match expect {
        Expect::At(at) => {
            let earliest = nanos(clock.instant(at.time)) - at.within.as_nanos_f64();
            let earliest =
                at.not_before.map_or(earliest, |cause| earliest.max(nanos(clock.instant(cause))));
            let end = nanos(clock.end_of(at.time)) + at.within.as_nanos_f64();
            (earliest..end).contains(&value)
        }
        Expect::Between(between) => {
            value >= lower(between.from, clock) && is_at_most(value, between.to, clock)
        }
        Expect::Equals(quantity) => {
            value >= lower(*quantity, clock) && is_at_most(value, *quantity, clock)
        }
        Expect::AtMost(quantity) => is_at_most(value, *quantity, clock),
        Expect::AtLeast(quantity) => value >= lower(*quantity, clock),
    }
}

fn lower(quantity: Quantity, clock: &Clock) -> f64 {
    match quantity {
        Quantity::Time(time) => nanos(clock.instant(time)),
        Quantity::Number(_) | Quantity::Span(_) | Quantity::Rate(_) => {
            base(quantity).unwrap_or(f64::NAN)
        }
    }
}

fn is_at_most(value: f64, quantity: Quantity, clock: &Clock) -> bool {
    match quantity {
        Quantity::Time(time) => value < nanos(clock.end_of(time)),
        Quantity::Number(_) | Quantity::Span(_) | Quantity::Rate(_) => {
            base(quantity).is_some_and(|bound| value <= bound)
        }
    }
}

fn nanos(instant: Option<Instant>) -> f64 {
    instant.map_or(f64::NAN, |instant| instant.since(Instant::START).as_nanos_f64())
}
