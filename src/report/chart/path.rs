//! Lines and grids as the path data of SVG: seconds across, [`HEIGHT`] down.

use super::frame::Frame;
use super::{Chart, HEIGHT, Line, MARGIN};
use crate::report::decimal::fixed;

/// A line through its points; where there is no value, a gap. Beside it the points that stand alone, as dots.
pub(in crate::report) fn line(chart: &Chart, line: &Line, frame: &Frame) -> (String, String) {
    let (mut path, mut dots) = (String::new(), String::new());
    let mut last: Option<(f64, f64)> = None;
    for (place, (at, value)) in frame.at.iter().zip(&line.values).enumerate() {
        let Some(value) = value else {
            last = None;
            continue;
        };
        let (x, y) = ((at * 10.0).round() / 10.0, chart.height(*value).round());
        let goes_on = line.values.get(place + 1).is_some_and(Option::is_some);
        match last {
            // A length of nothing with round ends is a dot.
            None if !goes_on => dots.extend(["M", &number(x), " ", &number(y), "h0"]),
            None => path.extend(["M", &number(x), " ", &number(y)]),
            Some((x0, y0)) if (y - y0).abs() < 0.5 => {
                path.extend(["h", &number(x - x0)]);
            }
            Some((x0, y0)) => path.push_str(&pair(x - x0, y - y0)),
        }
        last = Some((x, y));
    }
    (path, dots)
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

/// The view box of a plot: the whole time across, the axis of values with its margins down.
pub(in crate::report) fn view_box(frame: &Frame) -> String {
    let (top, height) = (number(-MARGIN), number(HEIGHT + 2.0 * MARGIN));
    format!("0 {top} {} {height}", number(frame.seconds.max(1.0)))
}

/// Spans of time as filled boxes over the whole height.
pub(in crate::report) fn bands(spans: &[[f64; 2]]) -> String {
    boxes(spans, -MARGIN, HEIGHT + MARGIN)
}

/// Spans of time as bars at the bottom.
pub(in crate::report) fn bars(spans: &[[f64; 2]]) -> String {
    boxes(spans, HEIGHT - 1.5 * MARGIN, HEIGHT + MARGIN)
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
    format!("M{} {}V{}", number(at), number(-MARGIN), number(HEIGHT + MARGIN))
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
