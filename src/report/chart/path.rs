//! Lines and grids as the path data of SVG: seconds across, [`HEIGHT`] down.

use super::frame::Frame;
use super::{Chart, HEIGHT, Line};
use crate::report::decimal::fixed;

/// A line through its points; where there is no value, a gap.
pub(in crate::report) fn line(chart: &Chart, line: &Line, frame: &Frame) -> String {
    let mut path = String::new();
    let mut last: Option<(f64, f64)> = None;
    let mut is_alone = false;
    for (at, value) in frame.at.iter().zip(&line.values) {
        let Some(value) = value else {
            if is_alone {
                path.push_str("h0");
            }
            (last, is_alone) = (None, false);
            continue;
        };
        let (x, y) = ((at * 10.0).round() / 10.0, chart.height(*value).round());
        match last {
            None => path.push_str(&format!("M{} {}", number(x), number(y))),
            Some((x0, y0)) if (y - y0).abs() < 0.5 => path.push_str(&format!("h{}", number(x - x0))),
            Some((x0, y0)) => path.push_str(&pair(x - x0, y - y0)),
        }
        is_alone = last.is_none();
        last = Some((x, y));
    }
    if is_alone {
        // A lone point has no length; a round end makes it a dot.
        path.push_str("h0");
    }
    path
}

/// The lines across a chart at the labels of its axis of values.
pub(in crate::report) fn grid(chart: &Chart, frame: &Frame) -> String {
    let across = number(frame.seconds);
    let heights = chart.axis.ticks.iter().map(|(at, _)| {
        let y = number(chart.height(at / chart.axis.factor).round());
        format!("M0 {y}h{across}")
    });
    heights.collect()
}

/// Spans of time as filled boxes from `top` to `bottom`.
pub(in crate::report) fn boxes(spans: &[[f64; 2]], top: f64, bottom: f64) -> String {
    let one = |[from, to]: &[f64; 2]| {
        let (width, height) = (number(to - from), number(bottom - top));
        format!("M{} {}h{width}v{height}h-{width}z", number(*from), number(top))
    };
    spans.iter().map(one).collect()
}

/// A line across at the chart's limit.
pub(in crate::report) fn limit(chart: &Chart, frame: &Frame) -> Option<String> {
    let limit = chart.limit.as_ref()?;
    Some(format!("M0 {}h{}", number(chart.height(limit.value).round()), number(frame.seconds)))
}

/// A line down at a moment.
pub(in crate::report) fn moment(at: f64) -> String {
    format!("M{} 0v{}", number(at), number(HEIGHT))
}

fn pair(dx: f64, dy: f64) -> String {
    let dy = number(dy);
    let space = if dy.starts_with('-') { "" } else { " " };
    format!("l{}{space}{dy}", number(dx))
}

/// A coordinate.
pub(in crate::report) fn number(value: f64) -> String {
    fixed(value, 1).unwrap_or_default()
}
