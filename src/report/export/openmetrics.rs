//! A replay as OpenMetrics text with timestamps, of which `promtool tsdb create-blocks-from openmetrics` makes
//! blocks that a Prometheus server reads like any others.
//!
//! Counts are counters from the start of observation, whatever else is measured is a gauge; a gauge is `NaN`
//! where there was nothing to measure, so that nobody takes an old value for the present one.
//! <https://github.com/OpenObservability/OpenMetrics/blob/main/specification/OpenMetrics.md>

use std::fmt::Write as _;

use crate::platform::measures::{Dimension, Kind, Measure};
use crate::report::decimal::fixed;
use crate::report::series::{self, Series};
use crate::report::{Report, words};
use crate::scenario::clock::Clock;
use crate::simulation::watch::Watch;
use crate::units::Instant;

/// What all names of metrics begin with.
const PREFIX: &str = "hindsight";

/// The metric of what indicators read, by which alerting rules judge.
pub(super) const INDICATOR_VALUE: &str = "hindsight_indicator_value";

/// So many decimal places have the values: enough that no bound is crossed by rounding.
pub(super) const PLACES: u32 = 12;

/// What the series of one family are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    Station,
    Job,
    Call,
    Workload,
}

const SCOPES: [Scope; 4] = [Scope::Station, Scope::Job, Scope::Call, Scope::Workload];

/// The replay as OpenMetrics text; each point is over so many bins, indicators are stamped when they were
/// evaluated.
#[must_use]
pub fn text(report: &Report, watch: &Watch, bins: usize) -> String {
    let all = series::all(report);
    let mut page = Page::new(report);
    for scope in SCOPES {
        for measure in Measure::ALL {
            let of_family = |it: &&Series| it.measure == measure && scope_of(it) == scope;
            page.family(scope, measure, &all.iter().filter(of_family).collect::<Vec<_>>(), bins);
        }
    }
    page.indicators(report, watch);
    page.text.push_str("# EOF\n");
    page.text
}

struct Page<'a> {
    clock: &'a Clock,
    scenario: &'a str,
    text: String,
}

impl<'a> Page<'a> {
    fn new(report: &Report<'a>) -> Self {
        let scenario = &report.scenario.file.id;
        Self { clock: &report.scenario.clock, scenario, text: String::new() }
    }

    fn family(&mut self, scope: Scope, measure: Measure, all: &[&Series], bins: usize) {
        if all.is_empty() {
            return;
        }
        let name = metric(scope, measure);
        let counted = counted(measure);
        let kind = if counted.is_some() { "counter" } else { "gauge" };
        let words = match counted {
            Some(counted) => format!("how many were counted: {}", counted.replace('_', " ")),
            None => words::measure_name(measure, None),
        };
        self.header(&name, kind, unit(measure), &format!("of {}: {words}", scope.words()));
        for series in all {
            let labels = self.labels(&labels(series));
            if counted.is_some() {
                let mut sum = 0.0;
                let sample = format!("{name}_total");
                self.sample(&sample, &labels, Some(sum), series.begins());
                for (at, total) in series.totals(bins) {
                    sum += total;
                    self.sample(&sample, &labels, Some(sum), at);
                }
            } else {
                for point in series.points(bins) {
                    self.sample(&name, &labels, point.value, point.at);
                }
            }
        }
    }

    fn indicators(&mut self, report: &Report, watch: &Watch) {
        let indicators = report.outcome.platform.indicators();
        if indicators.is_empty() {
            return;
        }
        let help = "what an indicator read of a place when it was evaluated, seconds or per second";
        self.header(INDICATOR_VALUE, "gauge", "", help);
        for (index, indicator) in indicators.iter().enumerate() {
            let name = indicator.config().name.as_str();
            for (place, of) in report.scenario.file.indicators[name].of.0.iter().enumerate() {
                let labels = self.labels(&[("indicator", name), ("of", of)]);
                for it in watch.evaluations(index) {
                    let value = it.readings[place].map(|value| scaled(value, indicator));
                    self.sample(INDICATOR_VALUE, &labels, value, it.at);
                }
            }
        }
        let bad = "hindsight_indicator_bad";
        self.header(bad, "gauge", "", "whether an indicator was bad when it was evaluated: 1 or 0");
        for (index, indicator) in indicators.iter().enumerate() {
            let labels = self.labels(&[("indicator", &indicator.config().name)]);
            for it in watch.evaluations(index) {
                self.sample(bad, &labels, Some(f64::from(u8::from(it.is_bad))), it.at);
            }
        }
    }

    fn header(&mut self, name: &str, kind: &str, unit: &str, help: &str) {
        let _ = writeln!(self.text, "# TYPE {name} {kind}");
        if !unit.is_empty() {
            let _ = writeln!(self.text, "# UNIT {name} {unit}");
        }
        let _ = writeln!(self.text, "# HELP {name} {}", escaped(help));
    }

    fn labels(&self, pairs: &[(&str, &str)]) -> String {
        let scenario = std::iter::once(("scenario", self.scenario));
        label_set(scenario.chain(pairs.iter().copied()))
    }

    fn sample(&mut self, name: &str, labels: &str, value: Option<f64>, at: Instant) {
        let value = value.and_then(|value| fixed(value, PLACES));
        let value = value.as_deref().unwrap_or("NaN");
        let micros = self.clock.timestamp(at).as_microsecond();
        let time = fixed(micros as f64 / 1e6, 3).unwrap_or_default();
        let _ = writeln!(self.text, "{name}{labels} {value} {time}");
    }
}

impl Scope {
    fn words(self) -> &'static str {
        match self {
            Self::Station => "a station",
            Self::Job => "a type of jobs",
            Self::Call => "a call of a station",
            Self::Workload => "a workload",
        }
    }

    /// What stands between the prefix and the measure.
    fn infix(self) -> &'static str {
        match self {
            Self::Station => "",
            Self::Job => "_job",
            Self::Call => "_call",
            Self::Workload => "_workload",
        }
    }
}

/// Labels as OpenMetrics and PromQL write them: `{a="b",c="d"}`.
pub(super) fn label_set<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let pairs: Vec<String> =
        pairs.map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    format!("{{{}}}", pairs.join(","))
}

/// What an indicator read, in seconds where it is a time.
pub(super) fn scaled(value: f64, indicator: &crate::platform::indicator::Indicator) -> f64 {
    let config = indicator.config();
    let is_time = config.tenants.is_none() && config.measure.dimension() == Dimension::Time;
    if is_time { value / 1e9 } else { value }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn scope_of(series: &Series) -> Scope {
    match series.kind {
        Kind::Call if series.station.is_empty() => Scope::Workload,
        Kind::Call => Scope::Call,
        Kind::JobType => Scope::Job,
        Kind::Service | Kind::Jobs | Kind::Routing | Kind::Assistant => Scope::Station,
    }
}

fn labels<'a>(series: &Series<'a>) -> Vec<(&'static str, &'a str)> {
    let quantile = match series.percentile {
        None => None,
        Some(percentile) if percentile < 60.0 => Some(("quantile", "0.5")),
        Some(percentile) if percentile < 97.0 => Some(("quantile", "0.95")),
        Some(_) => Some(("quantile", "0.99")),
    };
    let place = match scope_of(series) {
        Scope::Station => vec![("station", series.station)],
        Scope::Job => vec![("station", series.station), ("job_type", series.class)],
        Scope::Call => vec![("station", series.station), ("call", series.class)],
        Scope::Workload => vec![("workload", series.class)],
    };
    place.into_iter().chain(quantile).collect()
}

/// The name of a family; that of its unit ends it, as the format demands.
fn metric(scope: Scope, measure: Measure) -> String {
    let name = match counted(measure) {
        Some(counted) => counted.to_owned(),
        None => words::name(measure).trim_end_matches("_share").to_owned(),
    };
    let unit = unit(measure);
    let apart = if unit.is_empty() { "" } else { "_" };
    format!("{PREFIX}{}_{name}{apart}{unit}", scope.infix())
}

fn unit(measure: Measure) -> &'static str {
    match (measure.dimension(), words::name(measure).ends_with("_share")) {
        (Dimension::Time, _) => "seconds",
        (Dimension::Number, true) => "ratio",
        (Dimension::Rate | Dimension::Number, _) => "",
    }
}

/// What a measure of events per second counts.
fn counted(measure: Measure) -> Option<&'static str> {
    match measure {
        Measure::ArrivalRate => Some("begun"),
        Measure::DoneRate => Some("done"),
        Measure::FailureRate => Some("failed"),
        Measure::RetryRate => Some("retries"),
        Measure::ReportRate => Some("reports"),
        Measure::LoopRate => Some("loops"),
        Measure::AssignedFromBlockedRate => Some("assigned_from_blocked"),
        Measure::ErrorShare
        | Measure::AttemptErrorShare
        | Measure::InVainShare
        | Measure::Latency
        | Measure::MeanLatency
        | Measure::QueueDepth
        | Measure::InFlight
        | Measure::BusyShare
        | Measure::Replicas
        | Measure::OldestWait
        | Measure::FailedPullShare
        | Measure::ImageMissing
        | Measure::Lag
        | Measure::BlockedQueues
        | Measure::AffectedQueues
        | Measure::MissingRecords
        | Measure::SetAside => None,
    }
}
