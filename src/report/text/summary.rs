//! One line for each of several replays.

use super::style::{BAD, GOOD, Look, WARNING};
use super::table::{Cell, Column, Table};
use crate::report::Report;
use crate::report::decimal::fixed;
use crate::report::words::count;
use crate::scenario::facts::ALL;

/// What the summary says of one replay.
#[derive(Clone, Debug)]
pub struct Line {
    scenario: String,
    facts: usize,
    missed: Vec<String>,
    minutes: f64,
    public_minutes: Option<u32>,
    all_hold: Option<f64>,
    is_stopped: bool,
}

impl Line {
    /// The line of a replay.
    #[must_use]
    pub fn new(report: &Report) -> Self {
        let file = &report.scenario.file;
        let minutes = report.outcome.counts.of(&format!("{ALL}.minutes"));
        Self {
            scenario: file.id.clone(),
            facts: report.verdicts.len(),
            missed: report.missed().map(|verdict| verdict.id.clone()).collect(),
            minutes: minutes.and_then(|(value, _)| value).unwrap_or(0.0),
            public_minutes: file.status_page.as_ref().and_then(|page| page.public_minutes),
            all_hold: report.robustness.as_ref().map(|it| it.all_hold),
            is_stopped: report.stopped().is_some(),
        }
    }
}

/// The table of several replays, which ends in a line break.
#[must_use]
pub fn table(lines: &[Line], look: Look) -> String {
    let has_seeds = lines.iter().any(|line| line.all_hold.is_some());
    let mut columns = vec![
        Column::left(""),
        Column::left("scenario"),
        Column::left("facts that hold"),
        Column::right("minutes of impact"),
        Column::right("by the status page"),
    ];
    if has_seeds {
        columns.push(Column::right("all hold, other seeds"));
    }
    let mut table = Table::new(columns);
    for line in lines {
        table.add(row(line, has_seeds));
    }
    let fine = lines.iter().filter(|line| line.missed.is_empty() && !line.is_stopped).count();
    let beside = format!("{fine} of {} replays show all that was documented", lines.len());
    look.heading("SUMMARY", &beside) + &table.render(look)
}

fn row(line: &Line, has_seeds: bool) -> Vec<Cell> {
    let (mark, style) = match (line.is_stopped, line.missed.is_empty()) {
        (true, _) => ("!", WARNING),
        (false, true) => ("✓", GOOD),
        (false, false) => ("✗", BAD),
    };
    let held = line.facts - line.missed.len();
    let missed = line.missed.join(", ");
    let missed = if missed.is_empty() { missed } else { format!(", not {missed}") };
    let stopped = if line.is_stopped { ", stopped by a limit" } else { "" };
    let facts = format!("{held} of {}{missed}{stopped}", line.facts);
    let public = line.public_minutes.map_or("–".to_owned(), |minutes| minutes.to_string());
    let mut cells = vec![
        Cell::new(mark).styled(style),
        Cell::new(&line.scenario),
        Cell::new(facts),
        Cell::new(count(line.minutes)),
        Cell::new(public),
    ];
    if has_seeds {
        let share = line.all_hold.and_then(|share| fixed(share * 100.0, 1));
        cells.push(Cell::new(share.map_or(String::new(), |share| format!("{share} %"))));
    }
    cells
}
