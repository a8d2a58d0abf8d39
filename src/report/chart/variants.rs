//! Charts of several runs over one time, with a line for each variant of a scenario.

use super::axis::Axis;
use super::frame::Frame;
use super::stations::{self, Station};
use super::{Chart, Line, indicators};
use crate::platform::indicator::Indicator;
use crate::platform::measures::{Kind, Measure};
use crate::report::Report;
use crate::report::account::impact::harmful;
use crate::report::series::{Series, all};
use crate::scenario::Scenario;
use crate::units::Instant;

/// A measure, and which percentile of it.
type Measured = (Measure, Option<f64>);

/// What is shown of each workload, and what it is called.
const OF_WORKLOADS: [(&str, Measured); 2] =
    [("errors", (Measure::ErrorShare, None)), ("p95 latency", (Measure::Latency, Some(95.0)))];
/// What is shown of each station.
const OF_STATIONS: [(&str, Measured); 1] = [("queue", (Measure::QueueDepth, None))];

/// Runs that are charted together, each under a name; the first is the baseline.
#[derive(Clone, Copy, Debug)]
pub(in crate::report) struct Runs<'a> {
    pub(in crate::report) reports: &'a [Report<'a>],
    pub(in crate::report) names: &'a [String],
    pub(in crate::report) frame: &'a Frame,
}

impl Runs<'_> {
    /// A chart of each indicator of harm that the baseline has.
    pub(in crate::report) fn indicators(&self) -> Vec<Chart> {
        harmful(&self.reports[0]).map(|it| self.indicator(it)).collect()
    }

    /// What happens to each workload and waits at each station, as far as it is not the same in all runs.
    pub(in crate::report) fn places(&self) -> Vec<Station> {
        let series: Vec<Vec<Series>> = self.reports.iter().map(all).collect();
        let names = &self.reports[0].scenario.names;
        let workloads = names.workloads.iter().map(|name| ("", name, &OF_WORKLOADS[..]));
        let stations = names.stations.iter().map(|name| (name.as_str(), name, &OF_STATIONS[..]));
        let place = |(station, name, charts): (&str, &String, &[(&'static str, Measured)])| {
            let class = if station.is_empty() { name } else { "" };
            let is_here = |it: &&Series| it.station == station && it.class == class;
            let first = series[0].iter().find(is_here)?;
            let its: Vec<Vec<&Series>> =
                series.iter().map(|of| of.iter().filter(is_here).collect()).collect();
            let kind = if first.kind == Kind::Call { "workload" } else { first.kind.name() };
            Some(self.place(name, kind, &its, charts))
        };
        workloads.chain(stations).filter_map(place).collect()
    }

    fn indicator(&self, indicator: &Indicator) -> Chart {
        let (name, measure) = (&indicator.config().name, indicator.config().measure);
        let of_baseline = indicators::chart(&self.reports[0], self.frame, indicator);
        let lines = self.lines(|_, report| {
            let mut all = report.outcome.platform.indicators().iter();
            // A patch may make another indicator of it, whose values would be of another kind.
            let its = all.find(|it| it.config().name == *name && it.config().measure == measure)?;
            Some(indicators::line(report, self.frame, its).values)
        });
        let bound = of_baseline.limit.as_ref().map_or(0.0, |limit| limit.value);
        Chart {
            axis: Axis::new(measure, highest(&lines).max(bound)),
            extreme: format!("baseline: {}", of_baseline.extreme),
            bad: Vec::new(),
            alert: None,
            lines,
            ..of_baseline
        }
    }

    fn place(
        &self,
        name: &str,
        kind: &'static str,
        series: &[Vec<&Series>],
        charts: &[(&'static str, Measured)],
    ) -> Station {
        let mut place =
            Station { name: name.to_owned(), kind, charts: Vec::new(), quiet: Vec::new() };
        for (title, measured) in charts {
            let is_it = |it: &&&Series| (it.measure, it.percentile) == *measured;
            if !series.iter().flatten().any(|it| is_it(&it)) {
                continue;
            }
            let lines = self.lines(|number, _| {
                let its = series[number].iter().find(is_it)?;
                let ends = self.frame.edges.windows(2);
                Some(ends.map(|ends| its.over(ends[0], ends[1])).collect())
            });
            if highest(&lines) <= 0.0 {
                place.quiet.push(format!("no {title} at any time"));
            } else if lines.iter().all(|line| line.values == lines[0].values) {
                place.quiet.push(format!("the same {title} in all runs"));
            } else {
                let about = (*title, measured.0);
                place.charts.push(stations::chart(&self.reports[0], self.frame, about, lines));
            }
        }
        place
    }

    /// A line for each run, by its number; one without points where there are no such values.
    fn lines(&self, values: impl Fn(usize, &Report) -> Option<Vec<Option<f64>>>) -> Vec<Line> {
        let line = |(number, (report, name)): (usize, (&Report, &String))| {
            // Bins of another length, or from another moment on, are none of this time.
            let is_of_this_time = is_one_time(self.reports[0].scenario, report.scenario);
            let values = is_of_this_time.then(|| values(number, report)).flatten();
            let values = values.unwrap_or_else(|| vec![None; self.frame.at.len()]);
            Line { name: name.clone(), values }
        };
        self.reports.iter().zip(self.names).enumerate().map(line).collect()
    }
}

/// Whether bins of two scenarios begin and end at the same moments.
fn is_one_time(one: &Scenario, other: &Scenario) -> bool {
    let of = |it: &Scenario| {
        let clock = &it.clock;
        (clock.local(Instant::START), clock.observed_from(), clock.resolution())
    };
    of(one) == of(other)
}

fn highest(lines: &[Line]) -> f64 {
    lines.iter().filter_map(Line::highest).map(|(_, value)| value).fold(0.0, f64::max)
}
