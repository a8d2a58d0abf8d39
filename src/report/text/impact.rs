//! What it cost customers, and the status page's own account beside it.

use super::Report;
use super::style::{BOLD, DIM, Look, PLAIN};
use super::table::{Cell, Column, Table};
use crate::report::account::impact::{Account, Row, compared, rows};

pub(super) fn section(report: &Report, look: Look) -> Option<String> {
    let rows = rows(report);
    if rows.is_empty() {
        return None;
    }
    let mut table = Table::new(vec![
        Column::left(""),
        Column::left("from, to"),
        Column::right("minutes"),
        Column::right("tenants hurt"),
        Column::right("tenant-minutes"),
    ]);
    for row in rows {
        table.add(cells(row));
    }
    let mut text = vec![look.heading("IMPACT", "what customers feel"), table.render(look)];
    if let Some(compared) = compared(report) {
        text.push(format!("  {}\n", look.hanging(PLAIN, &compared, 2)));
    }
    Some(text.concat())
}

fn cells(row: Row) -> Vec<Cell> {
    let style = match row.account {
        Account::Indicator => PLAIN,
        Account::Together => BOLD,
        Account::StatusPage => DIM,
    };
    let cells = [
        Cell::new(row.name),
        Cell::lines(row.windows),
        Cell::new(row.minutes),
        Cell::new(row.tenants),
        Cell::new(row.tenant_minutes),
    ];
    cells.map(|cell| cell.styled(style)).to_vec()
}
