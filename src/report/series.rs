//! The time series of a replay: one for each measure of each station, type of jobs, call and workload.
//!
//! Charts and exports read from here, so that they show the same under the same names.

use super::words::measure_name;
use super::{Report, words};
use crate::platform::indicator::{Indicator, Threshold};
use crate::platform::measures::{Dimension, Kind, Measure, Stretch};
use crate::units::Instant;

/// The percentiles at which latencies are read.
const PERCENTILES: [f64; 3] = [50.0, 95.0, 99.0];

/// The series of one measure at one place.
#[derive(Clone, Debug)]
pub struct Series<'a> {
    /// The station: of a call its caller, of a workload nothing.
    pub station: &'a str,
    /// The type of jobs, the call or the workload; of a station as a whole nothing.
    pub class: &'a str,
    /// What kind of thing it is about.
    pub kind: Kind,
    /// What is measured.
    pub measure: Measure,
    /// Of a latency, which percentile.
    pub percentile: Option<f64>,
    stretch: Stretch<'a>,
    first: usize,
    begins: Instant,
}

/// One point of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The end of the span that it is about: what it says is known then.
    pub at: Instant,
    /// Its value: seconds, events per second or a number; nothing where there was nothing to measure.
    pub value: Option<f64>,
}

impl Series<'_> {
    /// Its name in tables: the measure's, with its percentile, as `latency_p95`.
    #[must_use]
    pub fn name(&self) -> String {
        let name = words::name(self.measure);
        self.percentile.map_or(name.clone(), |percentile| format!("{name}_p{percentile}"))
    }

    /// Its name for people, as `p95 latency`.
    #[must_use]
    pub fn title(&self) -> String {
        measure_name(self.measure, self.percentile)
    }

    /// The unit of its values: `seconds`, `per_second` or `number`.
    #[must_use]
    pub fn unit(&self) -> &'static str {
        match self.measure.dimension() {
            Dimension::Time => "seconds",
            Dimension::Rate => "per_second",
            Dimension::Number => "number",
        }
    }

    /// Its points, each over so many bins; the last may be about fewer.
    ///
    /// Levels that matter at the moment (queue, in flight, replicas, oldest wait) are those at the end of
    /// the span.
    pub fn points(&self, bins: usize) -> impl Iterator<Item = Point> {
        self.parts(bins).map(|(at, part)| {
            let value = part.value(self.measure, self.percentile.unwrap_or(0.0));
            Point { at, value: self.in_unit(value) }
        })
    }

    /// How many events the measure counts over each span, with the spans' ends.
    pub fn totals(&self, bins: usize) -> impl Iterator<Item = (Instant, f64)> {
        self.parts(bins).map(|(at, part)| (at, part.total(self.measure)))
    }

    /// When its first span begins.
    #[must_use]
    pub fn begins(&self) -> Instant {
        self.begins
    }

    /// Its value over the bins from `first` to before `end`, counted from the start of the run.
    ///
    /// Of what waits and what is in flight that is the largest number, since a peak between two points
    /// would be missed otherwise; of instances the last.
    #[must_use]
    pub fn over(&self, first: usize, end: usize) -> Option<f64> {
        let all = self.stretch.bins.len();
        let [first, end] = [first, end].map(|bin| bin.saturating_sub(self.first).min(all));
        let part = self.stretch.part(first..end.max(first));
        let percentile = self.percentile.unwrap_or(0.0);
        let is_peak = is_level(self.measure) && self.measure != Measure::Replicas;
        self.in_unit(if is_peak {
            part.extreme(self.measure, percentile, true)
        } else {
            part.value(self.measure, percentile)
        })
    }

    /// Parts of so many bins each, with the moments at which they end; the last may have fewer.
    fn parts(&self, bins: usize) -> impl Iterator<Item = (Instant, Stretch<'_>)> {
        let (all, bins) = (self.stretch.bins.len(), bins.max(1));
        (0..all).step_by(bins).map(move |first| {
            let end = (first + bins).min(all);
            (self.begins + self.stretch.resolution * end as u64, self.stretch.part(first..end))
        })
    }

    fn in_unit(&self, value: Option<f64>) -> Option<f64> {
        match self.measure.dimension() {
            Dimension::Time => value.map(|nanos| nanos / 1e9),
            Dimension::Rate | Dimension::Number => value,
        }
    }
}

/// Every series of the observed time, in the order of stations, calls and types of jobs.
#[must_use]
pub fn all<'a>(report: &Report<'a>) -> Vec<Series<'a>> {
    let Report { scenario, outcome, .. } = report;
    let (scenario, recorder) = (*scenario, outcome.platform.recorder());
    let first = scenario.clock.bin(scenario.clock.observed_from());
    let begins = scenario.clock.bin_begins(first);
    let mut found = Vec::new();
    for name in scenario.names.measured() {
        let (Some(kind), Some(target)) = (scenario.names.kind(name), scenario.names.target(name))
        else {
            continue;
        };
        let (station, class) = match kind {
            Kind::Call if scenario.names.workloads.iter().any(|it| it == name) => ("", name),
            Kind::Call | Kind::JobType => name.split_once('.').unwrap_or((name, "")),
            Kind::Service | Kind::Jobs | Kind::Routing | Kind::Assistant => (name, ""),
        };
        let stretch = recorder.stretch(target, first, recorder.bins());
        for measure in Measure::ALL.into_iter().filter(|measure| measure.is_of(kind)) {
            let percentiles = if measure == Measure::Latency {
                PERCENTILES.map(Some).to_vec()
            } else {
                vec![None]
            };
            found.extend(percentiles.into_iter().map(|percentile| Series {
                station,
                class,
                kind,
                measure,
                percentile,
                stretch,
                first,
                begins,
            }));
        }
    }
    found
}

/// The worst of the places that an indicator watches, over the bins from `first` to before `end`: of levels
/// the worst moment, of all else the value of the whole; times in nanoseconds.
#[must_use]
pub fn worst_of(report: &Report, indicator: &Indicator, first: usize, end: usize) -> Option<f64> {
    let config = indicator.config();
    let is_max = matches!(config.threshold, Threshold::Above(_));
    let recorder = report.outcome.platform.recorder();
    let of_target = |target: &_| {
        let stretch = recorder.stretch(*target, first, end);
        if is_level(config.measure) {
            stretch.extreme(config.measure, config.percentile, is_max)
        } else {
            stretch.value(config.measure, config.percentile)
        }
    };
    let values = config.targets.iter().filter_map(of_target);
    if is_max { values.reduce(f64::max) } else { values.reduce(f64::min) }
}

/// Whether a measure has a value at each moment, of which the worst may be asked for.
fn is_level(measure: Measure) -> bool {
    matches!(
        measure,
        Measure::QueueDepth
            | Measure::InFlight
            | Measure::Replicas
            | Measure::OldestWait
            | Measure::ImageMissing
    )
}
