//! A scenario explained to people: what it rests on, how it is wired, how trouble spread.

mod ledger;
mod ripple;
mod wiring;

use anstyle::Style;

use super::style::{BOLD, DIM, Look, PLAIN};
use crate::report::explain::Explanation;

/// An explanation, which ends in a line break.
#[must_use]
pub fn explain(it: &Explanation, look: Look) -> String {
    let mut sections = vec![headline(it, look)];
    sections.extend(ledger::sections(it, look));
    sections.push(wiring::section(&it.wiring, look));
    sections.extend(it.ripple.as_ref().map(|ripple| ripple::section(ripple, it.day, look)));
    sections.join("\n")
}

/// A text in lines, none of which begins with the sign of a percentage.
fn hanging(look: Look, style: Style, text: &str, hang: usize) -> String {
    look.hanging(style, &text.replace(" %", "\u{a0}%"), hang).replace('\u{a0}', " ")
}

fn headline(it: &Explanation, look: Look) -> String {
    let mut text = vec![format!("{}\n\n", look.hanging(BOLD, &it.title, 0))];
    let applied = if it.applied.is_empty() { "none".to_owned() } else { it.applied.join(", ") };
    let facts = [
        ("scenario", &it.scenario),
        ("source", &it.ledger.source),
        ("changes", &applied),
        ("seed", &it.seed.to_string()),
    ];
    for (label, value) in facts {
        let label = format!("  {label:<9}");
        text.push(format!("{}{}\n", look.paint(DIM, &label), look.hanging(PLAIN, value, 11)));
    }
    if let Some(summary) = &it.summary {
        text.push(format!("\n{}\n", look.hanging(PLAIN, summary, 0)));
    }
    text.concat()
}
