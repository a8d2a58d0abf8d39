//! An explanation as a page in Markdown, with the wiring as a Mermaid diagram.

use super::Explanation;
use super::ledger::{Fact, Ledger, Parameter, plain};
use super::mermaid::flowchart;
use super::ripple::Ripple;
use crate::report::markup::{code, head, row};
use crate::report::words::span;

/// A page that ends in a line break.
#[must_use]
pub fn page(it: &Explanation) -> String {
    let mut text = vec![format!("# {}\n\nSource: {}\n", cell(&it.title), cell(&it.ledger.source))];
    text.extend(it.summary.as_ref().map(|summary| format!("\n{}\n", cell(summary))));
    if !it.applied.is_empty() {
        text.push(format!("\nWith changes: {}\n", cell(&it.applied.join(", "))));
    }
    text.push(facts(&it.ledger));
    text.push(inputs(it));
    text.push(parameters(&it.ledger));
    text.push("\n## Mitigations\n\n".to_owned());
    text.extend(
        it.ledger
            .mitigations
            .iter()
            .map(|it| format!("- {}: {}\n", code(&it.name), cell(&it.note))),
    );
    text.push("\n## Left out\n\n".to_owned());
    text.extend(it.ledger.leaves_out.iter().map(|it| format!("- {it}\n")));
    text.push(format!("\n## Wiring\n\n```mermaid\n{}```\n", flowchart(&it.wiring)));
    text.extend(it.ripple.as_ref().map(|ripple| rippled(ripple, it)));
    text.concat()
}

fn facts(ledger: &Ledger) -> String {
    let facts = &ledger.facts;
    let roles = [
        (&facts.validated, "validated"),
        (&facts.by_construction, "by construction"),
        (&facts.calibrated, "calibrated"),
    ];
    let counts = roles.map(|(facts, role)| format!("{} {role}", facts.len())).join(", ");
    let mut text = vec![format!("\n## Facts\n\n{counts}\n\n")];
    text.push(head(&["id", "documented", "role", "expected", "simulated", "holds"]));
    for (facts, role) in roles {
        text.extend(facts.iter().map(|fact| fact_row(fact, role)));
    }
    text.concat()
}

fn fact_row(fact: &Fact, role: &str) -> String {
    let served = fact.served_by.iter().map(|path| format!(", by {}", code(path)));
    let served = served.collect::<Vec<_>>().concat();
    let holds = fact.holds.map_or("", |holds| if holds { "yes" } else { "no" });
    let simulated = fact.simulated.as_deref().unwrap_or_default();
    let [id, said, expected, simulated] =
        [&fact.id, &fact.fact, &fact.expected, simulated].map(cell);
    row(&[&id, &said, &format!("{role}{served}"), &expected, &simulated, holds])
}

fn inputs(it: &Explanation) -> String {
    let mut text = vec!["\n## Input\n\n".to_owned(), head(&["when", "action", "note"])];
    for input in &it.ledger.inputs {
        let when = match (input.at, &input.after) {
            (Some(at), _) => at.told(it.day),
            (None, Some(after)) => format!("{} after alert of {}", span(after.delay), after.alert),
            (None, None) => String::new(),
        };
        text.push(row(&[&when, &input.name, &input.note].map(|it| cell(it))));
    }
    if let Some(page) = &it.ledger.status_page {
        text.push(format!("\nStatus page: {}\n", page.told(it.day)));
    }
    text.concat()
}

fn parameters(ledger: &Ledger) -> String {
    let its = &ledger.assumptions;
    let bases = [
        (&its.calibrated, "calibrated"),
        (&its.assumed, "assumed"),
        (&its.documented, "documented"),
    ];
    let mut text = vec!["\n## Parameters\n\n".to_owned()];
    text.push(head(&["parameter", "value", "basis", "range", "why"]));
    for (parameters, basis) in bases {
        text.extend(parameters.iter().map(|it| parameter(it, basis)));
    }
    text.concat()
}

fn parameter(it: &Parameter, basis: &str) -> String {
    let value = it.value.as_ref().map(plain).unwrap_or_default();
    let range = it.range.as_ref().map(plain).unwrap_or_default();
    let fact = it.fact.as_ref().map(|fact| format!(", serves {fact}")).unwrap_or_default();
    let [value, basis, range, why] =
        [&value, &format!("{basis}{fact}"), &range, &it.why].map(|it| cell(it));
    row(&[code(&it.path), value, basis, range, why])
}

fn rippled(ripple: &Ripple, it: &Explanation) -> String {
    let mut text = vec!["\n## Ripple\n\n".to_owned()];
    text.push(head(&["bad from", "station", "sign", "by way of", "well again"]));
    for bad in &ripple.bad {
        for (index, spell) in bad.episodes.iter().enumerate() {
            let ways = bad.ways.iter().map(|way| way.text.clone());
            let done = bad.done_before.iter().map(|done| format!("right after {}", done.action));
            let ways: Vec<String> = ways.chain(done).collect();
            let ways = if index == 0 { ways.join("; ") } else { String::new() };
            let to = spell.to.map_or("not before the end".to_owned(), |to| to.told(it.day));
            let from = spell.from.told(it.day);
            text.push(row(&[&from, &bad.station, &spell.text, &ways, &to].map(|it| cell(it))));
        }
    }
    if !ripple.well.is_empty() {
        text.push(format!("\nWell throughout: {}\n", ripple.well.join(", ")));
    }
    text.concat()
}

/// A text on one line, in which nothing ends a cell or becomes a tag; names with `_` stay as they are.
fn cell(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.replace('|', "\\|").replace('<', "&lt;")
}
