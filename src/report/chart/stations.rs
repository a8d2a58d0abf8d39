//! A few charts of each station: load, queue, errors, instances and how busy they are.

use super::axis::Axis;
use super::frame::Frame;
use super::indicators::native;
use super::{Chart, Line};
use crate::platform::measures::{Kind, Measure};
use crate::report::Report;
use crate::report::series::{Series, all};
use crate::report::words::{Form, Words};

/// What each chart of a station is called and shows, as far as the station has it.
const CHARTS: [(&str, &[Measure]); 5] = [
    ("load", &[Measure::ArrivalRate, Measure::DoneRate]),
    ("queue", &[Measure::QueueDepth]),
    ("errors", &[Measure::ErrorShare, Measure::InVainShare, Measure::FailedPullShare]),
    ("instances", &[Measure::Replicas]),
    ("slots in use", &[Measure::BusyShare]),
];

/// A station and its charts.
#[derive(Clone, Debug)]
pub(in crate::report) struct Station {
    /// Its name.
    pub(in crate::report) name: String,
    /// What kind it is of.
    pub(in crate::report) kind: &'static str,
    /// Its charts; what never was and what never changed is told in `quiet` instead.
    pub(in crate::report) charts: Vec<Chart>,
    /// What no chart shows, in words.
    pub(in crate::report) quiet: Vec<String>,
}

/// Every station of the scenario, in the order of names.
pub(in crate::report) fn stations(report: &Report, frame: &Frame) -> Vec<Station> {
    let series = all(report);
    let of = |name: &String| {
        let its: Vec<&Series> =
            series.iter().filter(|it| it.station == name && it.class.is_empty()).collect();
        its.first().map(|first| station(report, frame, name, (first.kind, &its)))
    };
    report.scenario.names.stations.iter().filter_map(of).collect()
}

fn station(
    report: &Report,
    frame: &Frame,
    name: &str,
    (kind, series): (Kind, &[&Series]),
) -> Station {
    let mut station =
        Station { name: name.to_owned(), kind: kind.name(), charts: Vec::new(), quiet: Vec::new() };
    for (title, measures) in CHARTS {
        let lines: Vec<(Measure, Line)> =
            series.iter().filter_map(|it| Some((it.measure, line(frame, measures, it)?))).collect();
        let Some((measure, _)) = lines.first() else { continue };
        let measure = *measure;
        let lines: Vec<Line> = lines.into_iter().map(|(_, line)| line).filter(is_alive).collect();
        if lines.is_empty() {
            station.quiet.push(format!("no {title} at any time"));
        } else if let Some(level) = constant(measure, &lines) {
            station.quiet.push(format!("{level} {title} throughout"));
        } else {
            station.charts.push(chart(report, frame, (title, measure), lines));
        }
    }
    station
}

/// The line of a series, if it is one of these measures.
fn line(frame: &Frame, measures: &[Measure], series: &Series) -> Option<Line> {
    let is_asked = measures.contains(&series.measure);
    is_asked.then(|| Line {
        name: series.title(),
        values: frame.edges.windows(2).map(|ends| series.over(ends[0], ends[1])).collect(),
    })
}

fn is_alive(line: &Line) -> bool {
    line.highest().is_some_and(|(_, value)| value > 0.0)
}

/// The number of instances, if it never changes.
fn constant(measure: Measure, lines: &[Line]) -> Option<String> {
    let [line] = lines else { return None };
    let ((_, highest), (_, lowest)) = (line.highest()?, line.lowest()?);
    (measure == Measure::Replicas && highest <= lowest)
        .then(|| Axis::new(measure, highest).told(highest))
}

pub(super) fn chart(
    report: &Report,
    frame: &Frame,
    (title, measure): (&str, Measure),
    lines: Vec<Line>,
) -> Chart {
    let peaks = || lines.iter().filter_map(|line| Some((line, line.highest()?)));
    let top = peaks().reduce(|best, next| if next.1.1 > best.1.1 { next } else { best });
    let highest = top.map_or(0.0, |(_, (_, value))| value);
    let words = Words::new(report.scenario);
    let extreme = top.map_or(String::new(), |(line, (at, value))| {
        let told = words.number(native(measure, value), Form::of_measure(measure));
        let of = if lines.len() > 1 { format!(" ({})", line.name) } else { String::new() };
        format!("highest {told}{of} at {}", words.moment(frame.instant(frame.at[at])))
    });
    Chart {
        title: title.to_owned(),
        note: String::new(),
        axis: Axis::new(measure, highest),
        limit: None,
        bad: Vec::new(),
        alert: None,
        extreme,
        lines,
    }
}
