//! The bounds that a replay has to keep, as a table.

use super::Report;
use super::style::{BAD, GOOD, Look};
use super::table::{Cell, Column, Table};
use crate::report::account::thresholds::{kept, rows};

pub(super) fn section(report: &Report, look: Look) -> Option<String> {
    let rows = rows(report);
    if rows.is_empty() {
        return None;
    }
    let mut table = Table::new(vec![
        Column::left(""),
        Column::left(""),
        Column::left("of"),
        Column::left("limit").at_most(22),
        Column::left("simulated"),
    ]);
    for row in &rows {
        let style = if row.is_kept { GOOD } else { BAD };
        table.add(vec![
            Cell::new(row.mark()).styled(style),
            Cell::new(&row.name).styled(style),
            Cell::new(&row.metric),
            Cell::new(&row.limit),
            Cell::new(&row.simulated).styled(style),
        ]);
    }
    Some(look.heading("THRESHOLDS", &kept(&rows)) + &table.render(look))
}
