//! What the script reads: the report as `--format json` gives it, and the values of the charts.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::report::chart::Chart;
use crate::report::chart::frame::{Frame, TICKS_MAX};
use crate::report::markup::script;

/// The charts of an article, for the script.
#[derive(Serialize)]
struct Data<'a> {
    seconds: f64,
    /// The local time at the beginning, in seconds since the civil date 1970-01-01.
    origin: i64,
    /// From when on clocks are set forward by how many seconds.
    shifts: &'a [(f64, i64)],
    ticks_max: usize,
    /// When each point is known, in seconds.
    at: &'a [f64],
    charts: Vec<Values<'a>>,
}

#[derive(Serialize)]
struct Values<'a> {
    title: &'a str,
    unit: &'static str,
    lines: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    /// In the unit of the chart; null where there was nothing to measure.
    values: Vec<Option<Box<RawValue>>>,
}

/// The scripts of an article: its report as programs read it, and its charts.
pub(super) fn data<'a>(
    report: &impl Serialize,
    frame: &Frame,
    (id, charts): (&str, impl Iterator<Item = &'a Chart>),
) -> String {
    let data = Data {
        seconds: frame.seconds,
        origin: frame.origin,
        shifts: &frame.shifts,
        ticks_max: TICKS_MAX,
        at: &frame.at,
        charts: charts.map(values).collect(),
    };
    format!(
        "<script type=\"application/json\" id=\"{id}-report\">{}</script>\n\
         <script type=\"application/json\" id=\"{id}-charts\">{}</script>\n",
        script(report),
        script(&data)
    )
}

fn values(chart: &Chart) -> Values<'_> {
    let value = |value: &Option<f64>| {
        let told = value.map(|value| chart.axis.told(value))?;
        RawValue::from_string(told).ok()
    };
    let line = |line: &'_ crate::report::chart::Line| line.values.iter().map(value).collect();
    let lines = chart.lines.iter().map(|it| Line { name: &it.name, values: line(it) });
    Values { title: &chart.title, unit: chart.axis.unit, lines: lines.collect() }
}
