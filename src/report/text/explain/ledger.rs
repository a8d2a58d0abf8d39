//! What a scenario rests on: facts by role, inputs, assumptions by basis, mitigations, and what is left out.

use jiff::civil::Date;
use serde_json::Value;

use super::hanging;
use crate::report::explain::Explanation;
use crate::report::explain::ledger::{Fact, Input, Ledger, Parameter, plain};
use crate::report::text::style::{BAD, BOLD, DIM, GOOD, Look, PLAIN, columns};
use crate::report::text::table::{Cell, Column, Table};
use crate::report::words::span;

/// Longer values are told by their fields alone.
const VALUE_MAX: usize = 160;
/// Columns before what is said of a parameter.
const HANG: usize = 6;

pub(super) fn sections(it: &Explanation, look: Look) -> Vec<String> {
    let ledger = &it.ledger;
    let sections = [
        facts(ledger, look),
        inputs(ledger, it.day, look),
        assumptions(ledger, look),
        mitigations(ledger, look),
        Some(left_out(ledger, look)),
    ];
    sections.into_iter().flatten().collect()
}

fn facts(ledger: &Ledger, look: Look) -> Option<String> {
    let facts = &ledger.facts;
    let roles = [
        (&facts.validated, "validated", "evidence for the model: nothing was fitted to them"),
        (&facts.by_construction, "by construction", "they hold whatever the free parameters are"),
        (&facts.calibrated, "calibrated", "a parameter was chosen so that they hold"),
    ];
    let all: usize = roles.iter().map(|(facts, _, _)| facts.len()).sum();
    if all == 0 {
        return None;
    }
    let counts = roles.map(|(facts, role, _)| format!("{} {role}", facts.len()));
    let mut text = vec![look.heading("FACTS", &format!("{all} documented: {}", counts.join(", ")))];
    for (facts, role, meaning) in roles.iter().filter(|(facts, _, _)| !facts.is_empty()) {
        text.push(format!("\n  {}  {}\n", look.paint(BOLD, role), look.paint(DIM, meaning)));
        let mut table = Table::new(vec![
            Column::left(""),
            Column::left(""),
            Column::left(""),
            Column::left("").at_most(24),
        ]);
        facts.iter().for_each(|fact| table.add(row(fact)));
        text.push(table.render(look));
    }
    Some(text.concat())
}

fn row(fact: &Fact) -> Vec<Cell> {
    let (mark, style) = match fact.holds {
        None => ("·", PLAIN),
        Some(true) => ("✓", GOOD),
        Some(false) => ("✗", BAD),
    };
    let mut told = vec![fact.fact.clone()];
    told.extend(fact.served_by.iter().map(|path| format!("served by {path}")));
    let mut expected = vec![fact.expected.clone()];
    expected.extend(fact.simulated.as_ref().map(|found| format!("simulated {found}")));
    vec![
        Cell::new(mark).styled(style),
        Cell::new(&fact.id).styled(style),
        Cell::lines(told),
        Cell::lines(expected),
    ]
}

fn inputs(ledger: &Ledger, day: Date, look: Look) -> Option<String> {
    if ledger.inputs.is_empty() && ledger.status_page.is_none() {
        return None;
    }
    let mut text = vec![look.heading("INPUT", "what was done, and what the status page said")];
    let mut table =
        Table::new(vec![Column::left(""), Column::left(""), Column::left(""), Column::left("")]);
    for it in &ledger.inputs {
        let basis = it.basis.map_or(String::new(), |basis| format!("time {basis}"));
        let basis = Cell::new(basis).styled(DIM);
        table.add(vec![Cell::new(when(it, day)), Cell::new(&it.name), Cell::new(&it.note), basis]);
    }
    text.push(table.render(look));
    if let Some(page) = &ledger.status_page {
        let told = format!("status page: {}", page.told(day));
        text.push(format!("  {}\n", look.hanging(DIM, &told, 2)));
    }
    Some(text.concat())
}

fn when(it: &Input, day: Date) -> String {
    match (it.at, &it.after) {
        (Some(at), _) => at.told(day),
        (None, Some(after)) => format!("{} after alert of {}", span(after.delay), after.alert),
        (None, None) => String::new(),
    }
}

fn assumptions(ledger: &Ledger, look: Look) -> Option<String> {
    let its = &ledger.assumptions;
    let bases = [
        (&its.calibrated, "calibrated", "chosen so that a fact holds"),
        (&its.assumed, "assumed", "nothing states them; the reason stands beside"),
        (&its.documented, "documented", "a source states them"),
    ];
    if bases.iter().all(|(parameters, _, _)| parameters.is_empty()) {
        return None;
    }
    let counts = bases.map(|(parameters, basis, _)| format!("{} {basis}", parameters.len()));
    let mut text = vec![look.heading("PARAMETERS", &format!("of them {}", counts.join(", ")))];
    for (parameters, basis, meaning) in bases.iter().filter(|(them, _, _)| !them.is_empty()) {
        text.push(format!("\n  {}  {}\n", look.paint(BOLD, basis), look.paint(DIM, meaning)));
        parameters.iter().for_each(|it| text.push(parameter(it, look)));
    }
    Some(text.concat())
}

fn parameter(it: &Parameter, look: Look) -> String {
    let value = it.value.as_ref().map_or("taken away by a change".to_owned(), shown);
    let range = match it.range.as_ref().and_then(|range| range.as_array()).map(Vec::as_slice) {
        Some([from, to]) => format!("; {} to {} might do as well", plain(from), plain(to)),
        Some(_) | None => String::new(),
    };
    let fact = it.fact.as_ref().map(|fact| format!("; serves {fact}")).unwrap_or_default();
    let value = hanging(look, PLAIN, &format!("{value}{range}{fact}"), HANG);
    let path = look.paint(BOLD, &it.path);
    let why = hanging(look, DIM, &it.why, HANG);
    let hang = " ".repeat(HANG);
    format!("    {path}\n{hang}{value}\n{hang}{why}\n")
}

/// A value in words, without the note that may stand in it: that is told elsewhere.
fn shown(value: &Value) -> String {
    let mut value = value.clone();
    value.as_object_mut().and_then(|fields| fields.shift_remove("note"));
    let text = plain(&value);
    match value.as_object() {
        Some(fields) if columns(&text) > VALUE_MAX => {
            let names: Vec<&str> = fields.keys().map(String::as_str).collect();
            format!("with {}", names.join(", "))
        }
        Some(_) | None => text,
    }
}

fn mitigations(ledger: &Ledger, look: Look) -> Option<String> {
    if ledger.mitigations.is_empty() {
        return None;
    }
    let mut table = Table::new(vec![Column::left(""), Column::left("")]);
    for it in &ledger.mitigations {
        let name = if it.is_applied { format!("{} (applied)", it.name) } else { it.name.clone() };
        table.add(vec![Cell::new(name), Cell::new(&it.note)]);
    }
    let heading = look.heading("MITIGATIONS", "what might have been otherwise: replay them --with");
    Some(heading + &table.render(look))
}

fn left_out(ledger: &Ledger, look: Look) -> String {
    let mut text = vec![look.heading("LEFT OUT", "what no replay knows of")];
    for it in &ledger.leaves_out {
        text.push(format!("  - {}\n", look.hanging(PLAIN, it, 4)));
    }
    text.concat()
}
