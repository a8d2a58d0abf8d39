//! How sure the verdict is, and what to try next.

use super::Report;
use super::style::{BAD, BOLD, DIM, GOOD, Look, PLAIN};
use super::table::{Cell, Column, Table};
use crate::report::decimal::fixed;
use crate::report::words::{Form, Words};

/// In what share of other seeds the facts hold, if that was asked.
pub(super) fn robustness(report: &Report, look: Look) -> Option<String> {
    let it = report.robustness.as_ref()?;
    let per_cent = |share: f64| format!("{} %", fixed(share * 100.0, 1).unwrap_or_default());
    let seeds =
        format!("the {} seeds that follow: other random courses of the same events", it.seeds);
    let mut text = vec![look.heading("ROBUSTNESS", &seeds)];
    let mut table = Table::new(vec![
        Column::left(""),
        Column::right("holds for"),
        Column::left("simulated: mean and 95 % confidence interval"),
    ]);
    let held = |share: f64| Cell::new(per_cent(share)).styled(if share < 1.0 { BAD } else { GOOD });
    table.add(vec![Cell::new("all facts").styled(BOLD), held(it.all_hold), Cell::new("")]);
    let words = Words::new(report.scenario);
    let all = (it.seeds - it.stopped) as usize;
    for verdict in &report.verdicts {
        let fact = &it.facts[&verdict.id];
        let metric = &report.scenario.file.documented[&verdict.id].metric;
        let form = Form::of(metric, &report.scenario.file);
        let simulated = match fact.simulated {
            None => "none".to_owned(),
            Some(it) if it.count == all => words.interval(&it, form),
            Some(it) => {
                format!(
                    "{}, in the {} runs in which it happened",
                    words.interval(&it, form),
                    it.count
                )
            }
        };
        table.add(vec![Cell::new(&verdict.id), held(fact.holds), Cell::new(simulated)]);
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
