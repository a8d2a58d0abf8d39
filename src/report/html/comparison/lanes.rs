//! When customers were hurt: a lane for each variant, by all indicators of harm together and by each.

use crate::platform::indicator::Indicator;
use crate::report::Report;
use crate::report::account::impact::harmful;
use crate::report::chart::frame::merged;
use crate::report::chart::variants::Runs;
use crate::report::html::figure::{Lines, percent, time_axis};
use crate::report::html::sections::Section;
use crate::report::markup::escaped;
use crate::report::words::{Words, span};
use crate::units::Span;

/// Lanes look as those of the strip do.
pub(super) const CLASS: &str = "strip";

pub(super) fn lanes(runs: &Runs) -> Section {
    let zone = &runs.reports[0].scenario.file.clock.zone;
    let together = |_: &&Indicator| true;
    let mut html = vec![group(runs, together), time_axis(runs.frame, zone)];
    let names: Vec<&String> = harmful(&runs.reports[0]).map(|it| &it.config().name).collect();
    if names.len() > 1 {
        html.push("<details><summary>By each indicator</summary>\n".to_owned());
        for name in names {
            html.push(format!("<h3>{}</h3>\n", escaped(name)));
            html.push(group(runs, |it: &&Indicator| it.config().name == *name));
            html.push(time_axis(runs.frame, zone));
        }
        html.push("</details>\n".to_owned());
    }
    let beside = "with the first seed, by any indicator of harm; ▲ the first alert";
    Section::new(CLASS, "When customers were hurt", beside, html.concat())
}

/// A lane for each variant, of the indicators that count.
fn group(runs: &Runs, is_counted: impl Fn(&&Indicator) -> bool) -> String {
    let lane = |(number, (report, name)): (usize, (&Report, &String))| {
        lane(runs, report, (number, name), &is_counted)
    };
    runs.reports.iter().zip(runs.names).enumerate().map(lane).collect()
}

fn lane(
    runs: &Runs,
    report: &Report,
    (number, name): (usize, &str),
    is_counted: impl Fn(&&Indicator) -> bool,
) -> String {
    let its: Vec<&Indicator> = harmful(report).filter(&is_counted).collect();
    let windows = its.iter().flat_map(|it| it.windows());
    let windows = merged(windows.map(|it| runs.frame.window(report, *it)).collect());
    let seconds: f64 = windows.iter().map(|[from, to]| to - from).sum();
    let lasted = if windows.is_empty() { "never".to_owned() } else { told(seconds) };
    let bars: String = windows.iter().map(|it| bar(runs, name, *it)).collect();
    let none = if bars.is_empty() { "<span class=\"none\">never</span>" } else { "" };
    let swatch = Lines::Variants.swatch(number);
    let shown = escaped(name);
    format!(
        "<div class=\"lane impact\" data-of=\"{number}\"><div class=\"name\" title=\"{shown}: {lasted}\">{swatch}{shown}</div><div class=\"area\">{none}{bars}{}<div class=\"cursor\"></div></div></div>\n",
        alert(runs, report, name, &is_counted)
    )
}

fn bar(runs: &Runs, name: &str, [from, to]: [f64; 2]) -> String {
    let words = Words::new(runs.reports[0].scenario);
    let lasted = told(to - from);
    let [begins, ends] = [from, to].map(|it| words.moment(runs.frame.instant(it)));
    let title =
        escaped(&format!("{name}: customers are hurt for {lasted}, from {begins} to {ends}"));
    let (left, width) = (percent(from, runs.frame), percent(to - from, runs.frame));
    format!(
        "<div class=\"bar\" role=\"img\" data-from=\"{from}\" data-to=\"{to}\" style=\"left:{left};width:{width}\" title=\"{title}\" aria-label=\"{title}\"><span>{lasted}</span></div>\n"
    )
}

/// The first alert of the run, whichever indicator raised it; in a lane of one indicator its own.
fn alert(
    runs: &Runs,
    report: &Report,
    name: &str,
    is_counted: impl Fn(&&Indicator) -> bool,
) -> String {
    let all = report.outcome.platform.indicators().iter();
    let alerts = all.filter(is_counted).filter_map(|it| Some((it.alerted()?, &it.config().name)));
    let Some((at, of)) = alerts.min() else { return String::new() };
    let second = runs.frame.second(at);
    let at = Words::new(report.scenario).moment(at);
    let title = escaped(&format!("{name}: alert of {of} at {at}"));
    let left = percent(second, runs.frame);
    format!(
        "<i class=\"paged\" role=\"img\" data-t=\"{second}\" style=\"left:{left}\" title=\"{title}\" aria-label=\"{title}\"></i>\n"
    )
}

fn told(seconds: f64) -> String {
    span(Span::from_nanos_f64(seconds * 1e9))
}
