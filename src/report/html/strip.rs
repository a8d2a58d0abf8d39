//! The strip: what was done, what emerged, who was paged, what the status page said and when there was
//! impact, each in a lane of its own over the same time as the charts.

use crate::platform::indicator::Indicator;
use crate::report::Report;
use crate::report::chart::frame::Frame;
use crate::report::html::figure::{percent, time_axis};
use crate::report::markup::escaped;
use crate::report::timeline::{Entry, Kind, timeline};
use crate::report::words::{Words, span};

/// For how wide a strip labels are arranged; the script does it again for the width that it has.
const WIDTH: f64 = 940.0;
const LETTER: f64 = 6.4;
const ROWS_MAX: usize = 6;

/// One moment of a lane.
struct Mark {
    at: f64,
    until: Option<f64>,
    label: String,
    title: String,
    /// The number of its entry in the list of what happened.
    entry: usize,
}

pub(super) fn strip(report: &Report, frame: &Frame, id: &str) -> String {
    let entries = timeline(report);
    let zone = &report.scenario.file.clock.zone;
    let mut html = vec![format!(
        "<section class=\"strip\">\n<h2>What happened when</h2>\n{}",
        toolbar(frame)
    )];
    let lanes: [(&str, &str, &str, fn(&Entry) -> bool); 4] = [
        ("done", "done by people", "▶", |it| it.kind == Kind::Scripted),
        ("emerged", "emerged", "●", |it| it.kind == Kind::Emerged && !is_page(it) && !is_window(it)),
        ("alerts", "alerts", "▲", is_page),
        ("said", "status page", "◆", |it| it.kind == Kind::StatusPage),
    ];
    for (class, name, sign, belongs) in lanes {
        let its = entries.iter().enumerate().filter(|(_, entry)| belongs(entry));
        let marks: Vec<Mark> = its.map(|(number, it)| mark(report, frame, number, it)).collect();
        html.push(lane(class, name, sign, &marks, (frame, id)));
    }
    let indicators = report.outcome.platform.indicators();
    let by_harm = |is_harm: bool| indicators.iter().filter(move |it| it.config().is_impact == is_harm);
    html.extend(by_harm(true).chain(by_harm(false)).map(|it| bars(report, frame, it)));
    html.push(time_axis(frame, zone));
    html.push("</section>\n".to_owned());
    html.concat()
}

fn toolbar(frame: &Frame) -> String {
    let mut views = vec![("Whole replay", [0.0, frame.seconds])];
    views.extend(frame.focus.map(|focus| ("Until the status page's last word", focus)));
    if let (Some(first), Some(last)) = (frame.impact.first(), frame.impact.last()) {
        let margin = (last[1] - first[0]) * 0.08;
        let impact = [(first[0] - margin).max(0.0), (last[1] + margin).min(frame.seconds)];
        views.push(("Impact", impact));
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

fn is_page(entry: &Entry) -> bool {
    entry.what == "alerted" || entry.what == "taken_up"
}

/// Whether it begins or ends a window, which has a bar of its own.
fn is_window(entry: &Entry) -> bool {
    matches!(entry.what.as_str(), "impact_began" | "impact_ended" | "began" | "ended")
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
fn lane(class: &str, name: &str, sign: &str, marks: &[Mark], (frame, id): (&Frame, &str)) -> String {
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
        "<div class=\"lane {class}\"><div class=\"name\">{name}</div><div class=\"area\" style=\"--rows:{rows}\">{none}{}<div class=\"cursor\"></div></div></div>\n",
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
        let [from, to] = frame.window(*window);
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
    let (class, kind) = if is_harm { ("impact", "impact") } else { ("sign", "sign") };
    let shown = escaped(name);
    format!(
        "<div class=\"lane {class}\"><div class=\"name\" title=\"{shown}\"><small>{kind}</small> {shown}</div><div class=\"area\">{none}{bars}<div class=\"cursor\"></div></div></div>\n"
    )
}
