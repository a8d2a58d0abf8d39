//! The chart of each indicator, with where bad begins, when it was bad and when it paged.

use super::axis::Axis;
use super::frame::Frame;
use super::{Chart, Limit, Line};
use crate::platform::indicator::{Indicator, Threshold};
use crate::platform::measures::{Dimension, Measure};
use crate::report::Report;
use crate::report::series::worst_of;
use crate::report::words::{Form, Words, measure_name};

/// One chart for each indicator, in their order.
pub(in crate::report) fn charts(report: &Report, frame: &Frame) -> Vec<Chart> {
    let indicators = report.outcome.platform.indicators().iter();
    indicators.map(|indicator| chart(report, frame, indicator)).collect()
}

pub(super) fn chart(report: &Report, frame: &Frame, indicator: &Indicator) -> Chart {
    let config = indicator.config();
    let file = &report.scenario.file.indicators[&config.name];
    let words = Words::new(report.scenario);
    let base = |value: f64| base(config.measure, value);
    let (Threshold::Above(bound) | Threshold::Below(bound)) = config.threshold;
    let line = line(report, frame, indicator);
    let form = Form::of_measure(config.measure);
    let side = match config.threshold {
        Threshold::Above(_) => "above",
        Threshold::Below(_) => "below",
    };
    let highest = line.highest().map_or(0.0, |(_, value)| value);
    // Where nearly everything lies far below the bound, the bound stays visible at the top.
    let axis = Axis::new(config.measure, highest.max(base(bound)));
    Chart {
        title: config.name.clone(),
        note: words.condition(file),
        limit: Some(Limit {
            value: base(bound),
            text: format!("bad {side} {}", words.number(bound, form)),
        }),
        bad: indicator.windows().iter().map(|window| frame.window(report, *window)).collect(),
        alert: indicator
            .alerted()
            .map(|at| (frame.second(at), format!("alert at {}", words.moment(at)))),
        extreme: extreme(report, frame, &line, indicator),
        axis,
        lines: vec![line],
    }
}

/// What an indicator reads.
pub(super) fn line(report: &Report, frame: &Frame, indicator: &Indicator) -> Line {
    let config = indicator.config();
    let value = |ends: &[usize]| {
        let worst = worst_of(report, indicator, ends[0], ends[1])?;
        Some(base(config.measure, worst))
    };
    let percentile = report.scenario.file.indicators[&config.name].percentile;
    Line {
        name: measure_name(config.measure, percentile),
        values: frame.edges.windows(2).map(value).collect(),
    }
}

/// The worst value and when it was.
fn extreme(report: &Report, frame: &Frame, line: &Line, indicator: &Indicator) -> String {
    let measure = indicator.config().measure;
    let (name, worst) = match indicator.config().threshold {
        Threshold::Above(_) => ("highest", line.highest()),
        Threshold::Below(_) => ("lowest", line.lowest()),
    };
    let words = Words::new(report.scenario);
    worst.map_or("nothing to measure".to_owned(), |(at, value)| {
        let told = words.number(native(measure, value), Form::of_measure(measure));
        format!("{name} {told} at {}", words.moment(frame.instant(frame.at[at])))
    })
}

/// A value of the platform's as charts have it: seconds instead of nanoseconds.
pub(in crate::report) fn base(measure: Measure, value: f64) -> f64 {
    match measure.dimension() {
        Dimension::Time => value / 1e9,
        Dimension::Rate | Dimension::Number => value,
    }
}

/// The other way round.
pub(in crate::report) fn native(measure: Measure, value: f64) -> f64 {
    match measure.dimension() {
        Dimension::Time => value * 1e9,
        Dimension::Rate | Dimension::Number => value,
    }
}
