//! How sure the verdict is, and what to try next.

use super::Report;
use super::style::{BAD, BOLD, DIM, GOOD, Look, PLAIN};
use super::table::{Cell, Column, Table};
use crate::report::account::outlook;

/// In what share of other seeds the facts hold, if that was asked.
pub(super) fn robustness(report: &Report, look: Look) -> Option<String> {
    let mut text = vec![look.heading("ROBUSTNESS", &outlook::seeds(report)?)];
    let mut table = Table::new(vec![
        Column::left(""),
        Column::right("holds for"),
        Column::left("simulated: mean and 95 % confidence interval"),
    ]);
    for (index, row) in outlook::robustness(report).into_iter().enumerate() {
        let style = if index == 0 { BOLD } else { PLAIN };
        table.add(vec![
            Cell::new(row.name).styled(style),
            Cell::new(row.holds).styled(if row.is_sure { GOOD } else { BAD }),
            Cell::new(row.simulated),
        ]);
    }
    text.push(table.render(look));
    if let Some(stopped) = outlook::stopped(report) {
        text.push(format!("  {} {}\n", look.paint(BAD, "!"), look.hanging(PLAIN, &stopped, 4)));
    }
    Some(text.concat())
}

/// The mitigations that were not applied, and what each would do.
pub(super) fn mitigations(report: &Report, look: Look) -> Option<String> {
    let mut table = Table::new(vec![Column::left(""), Column::left("")]);
    let mut is_any = false;
    for (name, note) in outlook::mitigations(report) {
        is_any = true;
        table.add(vec![Cell::new(name).styled(BOLD), Cell::new(note)]);
    }
    let command = look.paint(DIM, "hindsight replay FILE --with NAME");
    is_any.then(|| look.heading("WHAT TO TRY NEXT", &command) + &table.render(look))
}
