//! Scenarios at a glance: what happened when, and what can be tried.

use super::style::{BOLD, DIM, Look, PLAIN};
use super::table::{Cell, Column, Table};
use crate::scenario::file::{Clock, File};

/// The list of scenarios, which ends in a line break.
#[must_use]
pub fn list(files: &[&File], look: Look) -> String {
    files.iter().map(|file| entry(file, look)).collect::<Vec<_>>().join("\n")
}

fn entry(file: &File, look: Look) -> String {
    let mut text = vec![format!("{}\n", look.paint(BOLD, &file.id))];
    text.push(format!("  {}\n", look.hanging(PLAIN, &file.title, 2)));
    let facts = match file.documented.len() {
        1 => "1 documented fact".to_owned(),
        count => format!("{count} documented facts"),
    };
    let clock = format!("{}, {}; {facts}", span(&file.clock), file.clock.zone);
    text.push(format!("  {}\n", look.hanging(DIM, &clock, 2)));
    let mut table = Table::new(vec![Column::left(""), Column::left("")]);
    for (name, mitigation) in &file.mitigations {
        table.add(vec![Cell::new(format!("--with {name}")), Cell::new(&mitigation.note)]);
    }
    text.push(table.render(look));
    text.concat()
}

/// From when to when, the second date only if it is another.
fn span(clock: &Clock) -> String {
    let [start, end] = [clock.start.civil(), clock.end.civil()];
    let to = if start.date() == end.date() { "%H:%M" } else { "%Y-%m-%d %H:%M" };
    format!("{} to {}", start.strftime("%Y-%m-%d %H:%M"), end.strftime(to))
}
