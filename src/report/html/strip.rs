//! The strip: what was done, what emerged, who was paged, what the status page said and when there was
//! impact, each in a lane of its own over the same time as the charts.

use crate::platform::indicator::Indicator;
use crate::report::Report;
use crate::report::chart::frame::Frame;
use crate::report::html::figure::{percent, time_axis};
use crate::report::html::sections::Section;
use crate::report::markup::escaped;
use crate::report::timeline::{Entry, Kind, timeline};
use crate::report::words::{Words, span};

/// For how wide a strip labels are arranged; the script does it again for the width that it has.
const WIDTH: f64 = 940.0;
const LETTER: f64 = 6.4;
const ROWS_MAX: usize = 6;

/// What the marks before the lanes of indicators mean; all others stand beside the name of their lane.
const LEGEND: &str =
    "■ customers are hurt, ▨ a sign for engineers only; each mark leads to its line in words";

/// One moment of a lane.
struct Mark {
    at: f64,
    until: Option<f64>,
    label: String,
    title: String,
    /// The number of its entry in the list of what happened.
    entry: usize,
}

pub(super) fn strip(report: &Report, frame: &Frame, id: &str) -> Section {
    let entries = timeline(report);
    let zone = &report.scenario.file.clock.zone;
    let mut html = vec![toolbar(frame)];
    let lanes = [
        ("done", "done by people", "▶"),
        ("emerged", "emerged", "●"),
        ("alerts", "alerts", "▲"),
        ("said", "status page", "◆"),
    ];
    for (class, name, sign) in lanes {
        let its = entries.iter().enumerate().filter(|(_, entry)| lane_of(entry) == Some(class));
        let marks: Vec<Mark> = its.map(|(number, it)| mark(report, frame, number, it)).collect();
        html.push(lane(class, name, sign, &marks, (frame, id)));
    }
    let indicators = report.outcome.platform.indicators();
    let by_harm =
        |is_harm: bool| indicators.iter().filter(move |it| it.config().is_impact == is_harm);
    html.extend(by_harm(true).chain(by_harm(false)).map(|it| bars(report, frame, it)));
    html.push(time_axis(frame, zone));
    Section::new("strip", "What happened when", LEGEND, html.concat())
}

pub(super) fn toolbar(frame: &Frame) -> String {
    let mut views = vec![("Whole replay", [0.0, frame.seconds])];
    views.extend(frame.focus.map(|focus| ("Until the status page's last word", focus)));
    if let (Some(first), Some(last)) = (frame.impact.first(), frame.impact.last()) {
        let margin = (last[1] - first[0]) * 0.08;
        let impact = [(first[0] - margin).max(0.0), (last[1] + margin).min(frame.seconds)];
        // A view that is nearly the whole is none of its own.
        views.extend((impact[1] - impact[0] < frame.seconds * 0.9).then_some(("Impact", impact)));
    }
    let button = |(name, [from, to]): (&str, [f64; 2])| {
        format!("<button type=\"button\" data-view=\"{from:.0},{to:.0}\">{name}</button>\n")
    };
    let buttons: String = views.into_iter().map(button).collect();
    format!(
        "<div class=\"tools\" role=\"group\" aria-label=\"Time shown\">\n{buttons}\
         <output class=\"range\"></output><span class=\"hint\">drag across any chart to zoom, double click for the whole</span>\n</div>\n"
    )
}

/// The lane that an entry belongs to; beginnings and ends of windows have bars of their own.
fn lane_of(entry: &Entry) -> Option<&'static str> {
    match (entry.kind, entry.what.as_str()) {
        (Kind::Scripted, _) => Some("done"),
        (Kind::StatusPage, _) => Some("said"),
        (Kind::Emerged, "alerted" | "taken_up") => Some("alerts"),
        (Kind::Emerged, "impact_began" | "impact_ended" | "began" | "ended") => None,
        (Kind::Emerged, _) => Some("emerged"),
    }
}

fn mark(report: &Report, frame: &Frame, number: usize, entry: &Entry) -> Mark {
    let clock = &report.scenario.clock;
    let until = entry.until.and_then(|until| clock.moment_of(until));
    let what = entry.what.replace(['_', '-'], " ");
    let label = match (&entry.of, entry.what.as_str()) {
        (Some(of), "alerted") => of.clone(),
        (Some(of), "taken_up") => format!("taken up: {of}"),
        (Some(of), "scaled_up") => format!("{of} scales up"),
        (Some(of), "scaled_down") => format!("{of} scales down"),
        (Some(of), "instance_up") => format!("{of} +{}", entry.count.unwrap_or(1)),
        (Some(of), "pull_failed") => format!("{of}: pulls fail"),
        (Some(of), _) => format!("{of} {what}"),
        (None, _) => what,
    };
    let words = Words::new(report.scenario);
    Mark {
        at: frame.moment(entry.moment),
        until: until.map(|until| frame.moment(until)),
        label,
        title: format!("{} {}", words.civil(entry.at, entry.is_minute), entry.text),
        entry: number + 1,
    }
}

/// A lane of moments, whose labels keep out of each other's way in rows.
fn lane(
    class: &str,
    name: &str,
    sign: &str,
    marks: &[Mark],
    (frame, id): (&Frame, &str),
) -> String {
    let mut ends = [f64::NEG_INFINITY; ROWS_MAX];
    let mut html = Vec::new();
    let mut rows = 1;
    for mark in marks {
        let x = mark.at / frame.seconds * WIDTH;
        let width = mark.label.chars().count() as f64 * LETTER + 26.0;
        let is_left = x + width > WIDTH;
        let begins = if is_left { x - width } else { x };
        let row = ends.iter().position(|end| *end <= begins).unwrap_or(ROWS_MAX - 1);
        ends[row] = begins + width;
        rows = rows.max(row + 1);
        let side = if is_left { " flip" } else { "" };
        let Mark { at, label, title, entry, until } = mark;
        let (place, label, title) = (percent(*at, frame), escaped(label), escaped(title));
        if let Some(until) = until {
            let width = percent(until - at, frame);
            html.push(format!(
                "<i class=\"lasts\" data-from=\"{at}\" data-to=\"{until}\" data-row=\"{row}\" style=\"left:{place};width:{width};--row:{row}\"></i>"
            ));
        }
        html.push(format!(
            "<a class=\"moment{side}\" href=\"#{id}-e{entry}\" data-t=\"{at}\" style=\"left:{place};--row:{row}\" title=\"{title}\" aria-label=\"{title}\"><b>{sign}</b><span>{label}</span></a>\n"
        ));
    }
    let none = if marks.is_empty() { "<span class=\"none\">none</span>" } else { "" };
    format!(
        "<div class=\"lane {class}\"><div class=\"name\"><b>{sign}</b> {name}</div><div class=\"area\" style=\"--rows:{rows}\">{none}{}<div class=\"cursor\"></div></div></div>\n",
        html.concat()
    )
}

/// The lane of one indicator: a bar for each of its windows.
fn bars(report: &Report, frame: &Frame, indicator: &Indicator) -> String {
    let name = &indicator.config().name;
    let is_harm = indicator.config().is_impact;
    if indicator.windows().is_empty() && !is_harm {
        return String::new();
    }
    let words = Words::new(report.scenario);
    let bar = |window: &crate::platform::indicator::Window| {
        let [from, to] = frame.window(report, *window);
        let lasted = span(frame.instant(to).since(frame.instant(from)));
        let begins = words.moment(window.from);
        let ends = window.to.map_or("the end, still bad".to_owned(), |to| words.moment(to));
        let title = escaped(&format!("{name}: bad for {lasted}, from {begins} to {ends}"));
        let (left, width) = (percent(from, frame), percent(to - from, frame));
        format!(
            "<div class=\"bar\" role=\"img\" data-from=\"{from}\" data-to=\"{to}\" style=\"left:{left};width:{width}\" title=\"{title}\" aria-label=\"{title}\"><span>{lasted}</span></div>\n"
        )
    };
    let bars: String = indicator.windows().iter().map(bar).collect();
    let none = if bars.is_empty() { "<span class=\"none\">never</span>" } else { "" };
    let (class, sign) = if is_harm { ("impact", "■") } else { ("sign", "▨") };
    let shown = escaped(name);
    format!(
        "<div class=\"lane {class}\"><div class=\"name\" title=\"{shown}\"><b>{sign}</b> {shown}</div><div class=\"area\">{none}{bars}<div class=\"cursor\"></div></div></div>\n"
    )
}
