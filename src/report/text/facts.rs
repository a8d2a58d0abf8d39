//! The documented facts beside what was simulated, and by how much the missed ones are missed.

use super::Report;
use super::style::{BAD, GOOD, Look};
use super::table::{Cell, Column, Table};
use crate::report::account::facts::{Row, held, rows};

pub(super) fn section(report: &Report, look: Look) -> Option<String> {
    if report.verdicts.is_empty() {
        return None;
    }
    let mut table = Table::new(vec![
        Column::left(""),
        Column::left(""),
        Column::left("documented"),
        Column::left("role"),
        Column::left("expected").at_most(22),
        Column::left("simulated"),
    ]);
    let rows = rows(report);
    for row in &rows {
        table.add(cells(row));
    }
    let mut text = vec![look.heading("FACTS", &held(report)), table.render(look)];
    for row in &rows {
        if let Some(missed) = &row.missed {
            let told = format!("{}: {missed}", row.id);
            text.push(format!("  {} {}\n", look.paint(BAD, "✗"), look.hanging(BAD, &told, 4)));
        }
    }
    Some(text.concat())
}

fn cells(row: &Row) -> Vec<Cell> {
    let style = if row.holds { GOOD } else { BAD };
    vec![
        Cell::new(row.mark()).styled(style),
        Cell::new(&row.id).styled(style),
        Cell::new(&row.fact),
        Cell::new(row.role),
        Cell::new(&row.expected),
        Cell::new(&row.simulated).styled(style),
    ]
}
