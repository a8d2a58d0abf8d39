//! How trouble spread: which station went bad when, by which sign, and by which ways it may have come.

use jiff::civil::Date;

use super::hanging;
use crate::report::explain::ripple::{Ripple, Spell, Spoilt};
use crate::report::text::style::{BAD, BOLD, DIM, Look, PLAIN, WARNING};
use crate::report::words::span;

/// Columns before what is said of a station: indent, time.
const HANG: usize = 12;

pub(super) fn section(ripple: &Ripple, day: Date, look: Look) -> String {
    let beside = match ripple.bad.len() {
        0 => "no station left its usual state".to_owned(),
        bad => {
            let all = bad + ripple.well.len();
            let order = if bad > 1 { ", in this order" } else { "" };
            format!("{bad} of {all} station{} went bad{order}", if all == 1 { "" } else { "s" })
        }
    };
    let mut text = vec![look.heading("RIPPLE", &beside)];
    let usual = format!(
        "each compared with itself from {} to {}, in windows of {}, whatever the indicators say; numbers are those of the worst window",
        ripple.usual_from.told(day),
        ripple.usual_to.told(day),
        span(ripple.window)
    );
    text.push(format!("  {}\n", look.hanging(DIM, &usual, 2)));
    if let Some(limit) = ripple.stopped {
        let told = format!("the limit on `{limit}` stopped the replay: complete up to there");
        text.push(format!("  {} {}\n", look.paint(WARNING, "!"), look.hanging(WARNING, &told, 4)));
    }
    for it in &ripple.bad {
        text.push(station(it, day, look));
    }
    if !ripple.bad.is_empty() && !ripple.well.is_empty() {
        let well = format!("well throughout: {}", ripple.well.join(", "));
        text.push(format!("\n  {}\n", look.hanging(PLAIN, &well, 2)));
    }
    text.concat()
}

fn station(it: &Spoilt, day: Date, look: Look) -> String {
    let mut text = vec!["\n".to_owned()];
    let gap = " ".repeat(HANG);
    for (index, spell) in it.episodes.iter().enumerate() {
        let from = format!("{:<8}  ", spell.from.told(day));
        if index > 0 {
            let told = format!("again: {}; {}", spell.text, end(spell, day));
            text.push(format!("  {from}{}\n", hanging(look, DIM, &told, HANG)));
            continue;
        }
        let name = look.paint(BOLD, &it.station);
        text.push(format!("  {from}{name}\n{gap}{}\n", hanging(look, BAD, &spell.text, HANG)));
        for line in ways(it, day) {
            text.push(format!("{gap}← {}\n", hanging(look, PLAIN, &line, HANG + 2)));
        }
        text.push(format!("{gap}{}\n", look.paint(DIM, &end(spell, day))));
    }
    text.concat()
}

fn end(spell: &Spell, day: Date) -> String {
    match spell.to {
        Some(to) => format!("well again at {}", to.told(day)),
        None => "bad to the end".to_owned(),
    }
}

fn ways(it: &Spoilt, day: Date) -> Vec<String> {
    let mut lines: Vec<String> = it.ways.iter().map(|way| way.text.clone()).collect();
    let done = it.done_before.iter();
    lines.extend(done.map(|done| format!("right after {} at {}", done.action, done.at.told(day))));
    if lines.is_empty() {
        lines.push("the series show no way by which it came".to_owned());
    }
    lines
}
