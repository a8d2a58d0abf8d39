//! The bounds that a replay has to keep, each with its value beside its limit.

use super::Report;
use super::style::{BAD, GOOD, Look};
use super::table::{Cell, Column, Table};
use crate::report::words::{Form, Words};

pub(super) fn section(report: &Report, look: Look) -> Option<String> {
    if report.thresholds.is_empty() {
        return None;
    }
    let all = report.thresholds.len();
    let kept = all - report.crossed().count();
    let mut table = Table::new(vec![
        Column::left(""),
        Column::left(""),
        Column::left("of"),
        Column::left("limit").at_most(22),
        Column::left("simulated"),
    ]);
    let words = Words::new(report.scenario);
    for verdict in &report.thresholds {
        let it = &report.scenario.file.thresholds[&verdict.id];
        let form = Form::of(&it.metric, &report.scenario.file);
        let (mark, style) = if verdict.holds { ("✓", GOOD) } else { ("✗", BAD) };
        let simulated = verdict.simulated.map_or("none".to_owned(), |it| words.number(it, form));
        table.add(vec![
            Cell::new(mark).styled(style),
            Cell::new(&verdict.id).styled(style),
            Cell::new(&it.metric),
            Cell::new(words.expectation(&it.expect, form)),
            Cell::new(simulated).styled(style),
        ]);
    }
    let beside = format!("{kept} of {all} are kept");
    Some(look.heading("THRESHOLDS", &beside) + &table.render(look))
}
