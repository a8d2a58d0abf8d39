//! A chart as a picture of its own: an SVG file without script or style sheet, on a ground of its own, so that
//! it can be read on light and dark pages.

use std::fmt::Write as _;

use super::frame::Frame;
use super::{Chart, path};
use crate::report::markup::escaped;

const WIDTH: f64 = 900.0;
const LEFT: f64 = 70.0;
const TOP: f64 = 64.0;
const PLOT: [f64; 2] = [810.0, 150.0];
const FOOT: f64 = 46.0;
/// Told apart by whoever sees no red and green (Okabe and Ito,
/// <https://jfly.uni-koeln.de/color/>).
const LINES: [&str; 3] = ["#0072b2", "#e69f00", "#009e73"];
const BAD: &str = "#d55e00";
const TEXT: &str = "#4a5563";
const GROUND: &str = "#ffffff";
const FONT: &str = "font-family=\"system-ui,sans-serif\"";

/// The chart as SVG, which ends in a line break.
pub(in crate::report) fn picture(chart: &Chart, frame: &Frame, zone: &str) -> String {
    let height = TOP + PLOT[1] + FOOT;
    let title = escaped(&format!("{} – {}", chart.title, chart.note));
    let told = escaped(&chart.told(frame));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         width=\"{WIDTH}\" height=\"{height}\" role=\"img\" {FONT} font-size=\"12\" fill=\"{TEXT}\">\n\
         <title>{title}</title>\n<desc>{told}</desc>\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" rx=\"6\" fill=\"{GROUND}\"/>\n"
    );
    head(&mut svg, chart);
    plot(&mut svg, chart, frame);
    axes(&mut svg, chart, frame, zone);
    svg.push_str("</svg>\n");
    svg
}

fn head(svg: &mut String, chart: &Chart) {
    let title = escaped(&chart.title);
    let beside = escaped(&format!("{}; {}", chart.note, chart.extreme));
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"18\" font-size=\"15\" font-weight=\"600\">{title}</text>"
    );
    let _ = writeln!(svg, "<text x=\"{LEFT}\" y=\"36\">{beside}</text>");
    let mut legend = vec![(BAD, "impact".to_owned(), "opacity=\"0.25\" stroke-width=\"9\"")];
    legend.extend(chart.limit.iter().map(|it| (BAD, it.text.clone(), "stroke-dasharray=\"5 4\"")));
    legend.extend(
        chart.alert.iter().map(|(_, text)| (BAD, format!("▲ {text}"), "stroke-width=\"2\"")),
    );
    let mut x = LEFT;
    for (colour, text, style) in legend {
        let (to, words) = (x + 18.0, x + 23.0);
        let _ = writeln!(
            svg,
            "<path d=\"M{x} 51H{to}\" stroke=\"{colour}\" {style}/><text x=\"{words}\" y=\"55\">{}</text>",
            escaped(&text)
        );
        x = words + 7.0 * text.chars().count() as f64 + 16.0;
    }
}

fn plot(svg: &mut String, chart: &Chart, frame: &Frame) {
    let [width, height] = PLOT;
    let view_box = path::view_box(frame);
    let _ = writeln!(
        svg,
        "<svg x=\"{LEFT}\" y=\"{TOP}\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"{view_box}\" preserveAspectRatio=\"none\" fill=\"none\">"
    );
    let mut draw = |data: String, style: &str| {
        if !data.is_empty() {
            let _ =
                writeln!(svg, "<path d=\"{data}\" {style} vector-effect=\"non-scaling-stroke\"/>");
        }
    };
    draw(path::bands(&frame.impact), &format!("fill=\"{BAD}\" fill-opacity=\"0.12\""));
    draw(path::grid(chart, frame), &format!("stroke=\"{TEXT}\" stroke-opacity=\"0.25\""));
    draw(path::bars(&chart.bad), &format!("fill=\"{BAD}\""));
    let dashed = format!("stroke=\"{BAD}\" stroke-dasharray=\"5 4\"");
    draw(path::limit(chart, frame).unwrap_or_default(), &dashed);
    for (line, colour) in chart.lines.iter().zip(LINES.iter().cycle()) {
        let style =
            format!("stroke=\"{colour}\" stroke-linejoin=\"round\" stroke-linecap=\"round\"");
        let (path, dots) = path::line(chart, line, frame);
        draw(path, &format!("{style} stroke-width=\"1.75\""));
        draw(dots, &format!("{style} stroke-width=\"5\""));
    }
    if let Some((at, _)) = &chart.alert {
        draw(path::moment(*at), &format!("stroke=\"{BAD}\" stroke-width=\"2\""));
    }
    svg.push_str("</svg>\n");
}

fn axes(svg: &mut String, chart: &Chart, frame: &Frame, zone: &str) {
    let [width, height] = PLOT;
    for (at, label) in &chart.axis.ticks {
        let y = path::number(TOP + chart.share(at / chart.axis.factor) * height + 4.0);
        let x = LEFT - 8.0;
        let _ = writeln!(svg, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"end\">{label}</text>");
    }
    let x = |second: f64| path::number(LEFT + second / frame.seconds.max(1.0) * width);
    let bottom = TOP + height;
    if let Some((at, _)) = &chart.alert {
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"{BAD}\">▲</text>",
            x(*at),
            TOP + 2.0
        );
    }
    for tick in frame.ticks() {
        let _ = writeln!(
            svg,
            "<path d=\"M{0} {bottom}v5\" stroke=\"{TEXT}\"/><text x=\"{0}\" y=\"{1}\" text-anchor=\"middle\">{2}</text>",
            x(tick.at),
            bottom + 18.0,
            escaped(&tick.label)
        );
    }
    let (middle, unit) = (TOP + height / 2.0, escaped(chart.axis.unit));
    let _ = writeln!(
        svg,
        "<text transform=\"translate(16 {middle}) rotate(-90)\" text-anchor=\"middle\">{unit}</text>"
    );
    let (end, foot) = (LEFT + width, bottom + 37.0);
    let zone = escaped(&format!("local time, {zone}"));
    let _ = writeln!(svg, "<text x=\"{end}\" y=\"{foot}\" text-anchor=\"end\">{zone}</text>");
}
