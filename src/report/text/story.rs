//! The one timeline: what was done, what emerged and what was said, told apart by their marks.

use super::Report;
use super::style::{BAD, DIM, EMERGED, Look, PLAIN, SCRIPTED, STATUS_PAGE};
use crate::report::account::story::{self, day, not_done};
use crate::report::timeline::{Entry, Kind, timeline};
use crate::report::words::Words;

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
    let (mark, meaning) = story::mark(kind);
    let style = match kind {
        Kind::Scripted => SCRIPTED,
        Kind::Emerged => EMERGED,
        Kind::StatusPage => STATUS_PAGE,
    };
    (mark, style, meaning)
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

fn ending(report: &Report, words: Words, look: Look) -> String {
    let ended = words.moment(report.outcome.run.ended);
    let ended = ended.rsplit(' ').next().unwrap_or_default();
    let told = look.hanging(DIM, &story::ending(report), HANG);
    format!("  {ended}  {} {told}\n", look.paint(DIM, "■"))
}
