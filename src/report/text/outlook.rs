//! How sure the verdict is, and what to try next.

use super::Report;
use super::style::{BAD, BOLD, DIM, GOOD, Look, PLAIN};
use super::table::{Cell, Column, Table};
use crate::report::decimal::fixed;
use crate::report::natural_key;

/// In what share of other seeds the facts hold, if that was asked.
pub(super) fn robustness(report: &Report, look: Look) -> Option<String> {
    let it = report.robustness.as_ref()?;
    let per_cent = |share: f64| format!("{} %", fixed(share * 100.0, 1).unwrap_or_default());
    let seeds =
        format!("the {} seeds that follow: other random courses of the same events", it.seeds);
    let mut text = vec![look.heading("ROBUSTNESS", &seeds)];
    let mut table = Table::new(vec![Column::left(""), Column::right("")]);
    let style = |share: f64| if share < 1.0 { BAD } else { GOOD };
    table.add(vec![
        Cell::new("all facts together").styled(BOLD),
        Cell::new(per_cent(it.all_hold)).styled(style(it.all_hold)),
    ]);
    let mut missed: Vec<(&String, f64)> =
        it.facts.iter().map(|(id, share)| (id, *share)).filter(|(_, share)| *share < 1.0).collect();
    missed.sort_by_cached_key(|(id, _)| natural_key(id));
    for (id, share) in &missed {
        table.add(vec![Cell::new(*id), Cell::new(per_cent(*share)).styled(BAD)]);
    }
    let always = it.facts.len() - missed.len();
    if !missed.is_empty() && always > 0 {
        let others =
            if always == 1 { "the other fact".into() } else { format!("the {always} others") };
        table.add(vec![Cell::new(others), Cell::new("100 %").styled(GOOD)]);
    }
    text.push(table.render(look));
    if it.stopped > 0 {
        let stopped = format!(
            "{} of the runs were stopped by a limit; no fact counts as held in them",
            it.stopped
        );
        text.push(format!("  {} {}\n", look.paint(BAD, "!"), look.hanging(PLAIN, &stopped, 4)));
    }
    Some(text.concat())
}

/// The mitigations that were not applied, and what each would do.
pub(super) fn mitigations(report: &Report, look: Look) -> Option<String> {
    let applied = &report.scenario.changes.with;
    let mut table = Table::new(vec![Column::left(""), Column::left("")]);
    let mut is_any = false;
    for (name, mitigation) in &report.scenario.file.mitigations {
        if !applied.contains(name) {
            is_any = true;
            table.add(vec![Cell::new(name).styled(BOLD), Cell::new(&mitigation.note)]);
        }
    }
    let command = look.paint(DIM, "hindsight replay FILE --with NAME");
    is_any.then(|| look.heading("WHAT TO TRY NEXT", &command) + &table.render(look))
}
