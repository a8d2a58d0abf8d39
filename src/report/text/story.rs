//! The one timeline: what was done, what emerged and what was said, told apart by their marks.

use jiff::civil::Date;

use super::Report;
use super::style::{BAD, DIM, EMERGED, Look, PLAIN, SCRIPTED, STATUS_PAGE};
use crate::platform::log::Emerged;
use crate::report::timeline::{Entry, Kind, timeline};
use crate::report::words::{Words, span};

/// Columns before the text of an entry: indent, time, mark.
const HANG: usize = 14;

pub(super) fn section(report: &Report, look: Look) -> String {
    let words = Words::new(report.scenario);
    let zone = &report.scenario.file.clock.zone;
    let mut text = vec![look.heading("TIMELINE", &format!("{}, {zone}", day(words.day())))];
    let legend = [Kind::Scripted, Kind::Emerged, Kind::StatusPage].map(|kind| {
        let (mark, style, meaning) = appearance(kind);
        format!("{} {meaning}", look.paint(style, mark))
    });
    text.push(format!("  {}\n\n", legend.join("   ")));
    let mut today = words.day();
    for entry in timeline(report) {
        if entry.at.date() != today {
            today = entry.at.date();
            text.push(format!("  {}\n", look.paint(DIM, &day(today))));
        }
        text.push(line(&entry, look));
    }
    text.push(ending(report, words, look));
    for (name, cause) in not_done(report) {
        let line = look.hanging(DIM, &format!("not done: {name}, {cause}"), HANG);
        text.push(format!("            {}{line}\n", look.paint(DIM, "- ")));
    }
    text.concat()
}

fn appearance(kind: Kind) -> (&'static str, anstyle::Style, &'static str) {
    match kind {
        Kind::Scripted => ("▶", SCRIPTED, "done by people and deployments"),
        Kind::Emerged => ("●", EMERGED, "emerged in the simulation"),
        Kind::StatusPage => ("◇", STATUS_PAGE, "said by the status page"),
    }
}

fn line(entry: &Entry, look: Look) -> String {
    let (mark, colour, _) = appearance(entry.kind);
    let time = entry.at.strftime(if entry.is_minute { "%H:%M   " } else { "%H:%M:%S" });
    let style = match entry.kind {
        Kind::Scripted | Kind::StatusPage => colour,
        Kind::Emerged if entry.what.starts_with("impact") => BAD,
        Kind::Emerged => PLAIN,
    };
    let said = look.hanging(style, &entry.text, HANG);
    format!("  {time}  {} {said}\n", look.paint(colour, mark))
}

/// The last line: what is still bad when the replay ends.
fn ending(report: &Report, words: Words, look: Look) -> String {
    let indicators = report.outcome.platform.indicators();
    let is_open = |it: &&crate::platform::indicator::Indicator| {
        it.windows().last().is_some_and(|window| window.to.is_none())
    };
    let open: Vec<&str> =
        indicators.iter().filter(is_open).map(|it| it.config().name.as_str()).collect();
    let ended = words.moment(report.outcome.run.ended);
    let ended = ended.rsplit(' ').next().unwrap_or_default();
    let end = match report.stopped() {
        Some(limit) => format!("the limit on {limit} stops the replay"),
        None => "the replay ends".to_owned(),
    };
    let open =
        if open.is_empty() { String::new() } else { format!("; still bad: {}", open.join(", ")) };
    let told = look.hanging(DIM, &format!("{end}{open}"), HANG);
    format!("  {ended}  {} {told}\n", look.paint(DIM, "■"))
}

/// Actions that were never done, and why.
fn not_done<'a>(report: &Report<'a>) -> Vec<(&'a str, String)> {
    let log = report.outcome.platform.log().entries();
    let actions = (0..).zip(&report.scenario.file.timeline);
    actions
        .filter(|(id, _)| !log.iter().any(|entry| entry.what == Emerged::Acted(*id)))
        .map(|(_, (name, action))| {
            let cause = match &action.after {
                Some(after) => {
                    let indicators = report.outcome.platform.indicators();
                    let its = indicators.iter().find(|it| it.config().name == after.alert);
                    if its.is_some_and(|it| it.alerted().is_some()) {
                        let delay = span(after.delay);
                        format!(
                            "the replay ends less than {delay} after the alert of {}",
                            after.alert
                        )
                    } else {
                        format!("there is no alert of {}", after.alert)
                    }
                }
                None => "the replay ends before".to_owned(),
            };
            (name.as_str(), cause)
        })
        .collect()
}

fn day(date: Date) -> String {
    date.strftime("%A %-d %B %Y").to_string()
}
