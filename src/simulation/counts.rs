//! Everything that a replay counts, as numbers with a unit.

use crate::platform::Platform;
use crate::platform::indicator::{Indicator, Threshold, Window};
use crate::platform::measures::Stretch;
use crate::platform::work::{CallId, StationId, Tally};
use crate::scenario::Scenario;
use crate::scenario::compile::threshold;
use crate::scenario::facts::{self, Unit};
use crate::scenario::file::story::{Metric, Statistic};
use crate::units::{Instant, Span};

/// Named numbers; one that does not exist (no such event, no operation) has no value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    counts: Vec<(String, Option<f64>, Unit)>,
}

impl Counts {
    /// Counts what a scenario asks for on the platform after its run.
    #[must_use]
    pub fn new(scenario: &Scenario, platform: &Platform) -> Self {
        let counter = Counter { scenario, platform };
        let units = facts::units(&scenario.file);
        let count = |(name, unit): (String, Unit)| {
            let value = counter.count(&name);
            (name, value, unit)
        };
        Self { counts: units.into_iter().map(count).collect() }
    }

    /// The value and the unit of a name, if it is counted.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<(Option<f64>, Unit)> {
        self.counts.iter().find(|(known, ..)| known == name).map(|(_, value, unit)| (*value, *unit))
    }

    /// All names, values and units.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<f64>, Unit)> {
        self.counts.iter().map(|(name, value, unit)| (name.as_str(), *value, *unit))
    }
}

struct Counter<'a> {
    scenario: &'a Scenario,
    platform: &'a Platform,
}

impl Counter<'_> {
    fn count(&self, name: &str) -> Option<f64> {
        if let Some(metric) = self.scenario.file.metrics.get(name) {
            return self.metric(metric);
        }
        let (owner, field) = name.split_once('.')?;
        if owner == facts::ALL {
            return self.of_all(field);
        }
        let is_named = |indicator: &&Indicator| indicator.config().name == owner;
        if let Some(indicator) = self.platform.indicators().iter().find(is_named) {
            return self.of_indicator(indicator, field);
        }
        let names = &self.scenario.names;
        if let Some(index) = names.workloads.iter().position(|it| it == owner) {
            let call = CallId(u16::try_from(index).ok()?);
            let in_flight = self.platform.work().units_in_flight(call);
            return Some(of_tally(&self.platform.work().unit_tally(call), in_flight, field));
        }
        let index = names.stations.iter().position(|it| it == owner)?;
        let station = StationId(u16::try_from(index).ok()?);
        Some(of_tally(&self.platform.work().attempt_tally(station), 0, field))
    }

    fn of_all(&self, field: &str) -> Option<f64> {
        let indicators = self.platform.indicators().iter().filter(|it| it.config().is_impact);
        let windows: Vec<Window> =
            indicators.flat_map(|indicator| indicator.windows().iter().copied()).collect();
        let first = windows.iter().map(|window| window.from).min();
        let last = windows.iter().map(|window| self.end_of(*window)).max();
        match field {
            "first" => first.map(nanos),
            "last" => last.map(nanos),
            "minutes" => Some(minutes(self.union(windows))),
            _ => first
                .zip(last)
                .map_or(Some(0.0), |(first, last)| Some(last.since(first).as_nanos_f64())),
        }
    }

    fn of_indicator(&self, indicator: &Indicator, field: &str) -> Option<f64> {
        let windows = indicator.windows();
        match field {
            "alert.first" => indicator.alerted().map(nanos),
            "first" => windows.first().map(|window| nanos(window.from)),
            "last" => windows.last().map(|window| nanos(self.end_of(*window))),
            "windows" => Some(windows.len() as f64),
            "minutes" => Some(minutes(self.union(windows.to_vec()))),
            "tenants" => Some(indicator.tenants_hurt() as f64),
            _ => Some(minutes(indicator.tenant_time())),
        }
    }

    /// How long at least one of the windows was open.
    fn union(&self, mut windows: Vec<Window>) -> Span {
        windows.sort_by_key(|window| window.from);
        let (mut sum, mut reached) = (Span::ZERO, Instant::START);
        for window in windows {
            let end = self.end_of(window);
            sum = sum + end.since(window.from.max(reached));
            reached = reached.max(end);
        }
        sum
    }

    fn end_of(&self, window: Window) -> Instant {
        window.to.unwrap_or_else(|| self.platform.ended())
    }

    fn metric(&self, metric: &Metric) -> Option<f64> {
        let clock = &self.scenario.clock;
        let from = metric.from.and_then(|from| clock.instant(from));
        let to = metric.to.and_then(|to| clock.instant(to));
        let from = from.unwrap_or_else(|| clock.observed_from());
        let to = to.unwrap_or_else(|| clock.end());
        let value = self.statistic(metric, from, to);
        let Some(against) = &metric.against else { return value };
        let other = Metric {
            of: against.of.clone().unwrap_or_else(|| metric.of.clone()),
            measure: against.measure.unwrap_or(metric.measure),
            ..metric.clone()
        };
        let from = against.from.map_or(Some(from), |from| clock.instant(from))?;
        let to = against.to.map_or(Some(to), |to| clock.instant(to))?;
        let other = self.statistic(&other, from, to)?;
        (other > 0.0).then_some(value? / other)
    }

    fn statistic(&self, metric: &Metric, from: Instant, to: Instant) -> Option<f64> {
        let clock = &self.scenario.clock;
        let target = self.scenario.names.target(&metric.of)?;
        let (first, end) = (clock.bin(from), clock.bin(to));
        let stretch = self.platform.recorder().stretch(target, first, end);
        let percentile = metric.percentile.unwrap_or(50.0);
        match metric.statistic {
            Statistic::Overall => stretch.overall(metric.measure, percentile),
            Statistic::Max => stretch.extreme(metric.measure, percentile, true),
            Statistic::Min => stretch.extreme(metric.measure, percentile, false),
            Statistic::Last => stretch.value(metric.measure, percentile),
            Statistic::Total => Some(stretch.total(metric.measure)),
            Statistic::FirstTime | Statistic::LastTime => {
                let bound = threshold(metric.above, metric.below)?;
                crossing(metric, &stretch, bound).map(|bin| nanos(clock.bin_begins(first + bin)))
            }
        }
    }
}

/// The first or last bin in which a measure crosses a bound.
fn crossing(metric: &Metric, stretch: &Stretch<'_>, bound: Threshold) -> Option<usize> {
    let is_crossed = |bin: &usize| {
        let value =
            stretch.part(*bin..bin + 1).value(metric.measure, metric.percentile.unwrap_or(50.0));
        value.is_some_and(|value| bound.is_crossed(value))
    };
    let mut bins = 0..stretch.bins.len();
    if metric.statistic == Statistic::FirstTime {
        bins.find(is_crossed)
    } else {
        bins.rfind(is_crossed)
    }
}

fn of_tally(tally: &Tally, in_flight: u64, field: &str) -> f64 {
    let count = match field {
        "begun" => tally.begun,
        "done" => tally.done,
        "failed" => tally.failures(),
        "in_vain" => tally.in_vain,
        _ => in_flight,
    };
    count as f64
}

fn nanos(instant: Instant) -> f64 {
    instant.since(Instant::START).as_nanos_f64()
}

fn minutes(span: Span) -> f64 {
    span.as_secs_f64() / 60.0
}
