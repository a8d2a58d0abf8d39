//! A comparison of variants made to be read: a table for each number, and where each benefit arises.

use super::style::{BAD, BOLD, GOOD, Look, PLAIN, WARNING};
use super::table::{Cell, Column, Table};
use crate::experiment::compare::Comparison;
use crate::report::comparison::{self, Effect, Row};

/// The comparison, which ends in a line break.
#[must_use]
pub fn comparison(it: &Comparison, look: Look) -> String {
    let file = &it.baseline.file;
    let mut parts = vec![
        format!("{}\n\n", look.hanging(BOLD, &file.title, 0)),
        format!("  {}\n", look.hanging(PLAIN, &comparison::beside(it), 2)),
    ];
    parts.extend(comparison::tables(it).iter().map(|table| section(table, look)));
    let left_out = comparison::left_out(it);
    parts.extend(left_out.map(|told| format!("\n  {}\n", look.hanging(WARNING, &told, 2))));
    parts.push("\n".to_owned() + &look.heading("WHERE IT ARISES", "with the first seed"));
    for (place, variant) in it.variants.iter().enumerate() {
        let told = comparison::origin(it, place);
        parts.push(format!(
            "  {}\n    {}\n",
            look.paint(BOLD, &variant.name),
            look.hanging(PLAIN, &told, 4)
        ));
        let contests = comparison::contests(it, place);
        parts.extend(contests.iter().map(|it| format!("    {}\n", look.hanging(WARNING, it, 4))));
        let stopped = comparison::stopped(it, place);
        parts.extend(stopped.map(|told| format!("    {}\n", look.paint(BAD, &told))));
    }
    parts.concat()
}

fn section(it: &comparison::Table, look: Look) -> String {
    let mut table = Table::new(vec![
        Column::left(""),
        Column::right("mean"),
        Column::right("difference"),
        Column::right("change"),
        Column::left("told apart"),
        Column::right("noise less"),
    ]);
    for row in &it.rows {
        table.add(cells(row));
    }
    let beside = format!("baseline {}", it.baseline);
    "\n".to_owned() + &look.heading(&it.metric, &beside) + &table.render(look)
}

fn cells(row: &Row) -> Vec<Cell> {
    let (told, style) = match row.told_apart {
        Effect::Less => ("✓ less", GOOD),
        Effect::More => ("✗ more", BAD),
        Effect::None => ("– no", PLAIN),
    };
    vec![
        Cell::new(&row.variant),
        Cell::new(&row.mean),
        Cell::new(&row.difference).styled(style),
        Cell::new(&row.change),
        Cell::new(told).styled(style),
        Cell::new(&row.reduction),
    ]
}
