//! A sweep made to be read: a line for each point.

use super::style::{BAD, BOLD, GOOD, Look, PLAIN};
use super::table::{Cell, Column, Table};
use crate::experiment::sweep::{AtPoint, Swept};
use crate::report::words::{Form, Words, several, with_seeds};
use crate::scenario::Scenario;

/// More numbers than this are for programs.
const METRICS_MAX: usize = 4;
/// More reasons than this are for programs.
const REASONS_MAX: usize = 5;

/// The points of a sweep with the mean of each number; ends in a line break.
#[must_use]
pub fn sweep(swept: &Swept, baseline: &Scenario, look: Look) -> String {
    let points = swept.points();
    let told = told(swept, &points);
    let sweep = &swept.sweep;
    let beside = format!(
        "{}: {} {}{}",
        baseline.file.id,
        several(sweep.points.len(), "point"),
        with_seeds(sweep.seeds.len(), sweep.seeds[0]),
        if sweep.seeds.len() > 1 { "; means and their intervals of 95 %" } else { "" }
    );
    let mut parts = vec![
        format!("{}\n\n", look.hanging(BOLD, &baseline.file.title, 0)),
        format!("  {}\n\n", look.hanging(PLAIN, &beside, 2)),
        table(swept, &points, &told, baseline).render(look),
    ];
    for (why, count) in reasons(swept) {
        let told = format!("✗ {}: {why}", several(count, "run"));
        parts.push(format!("\n  {}\n", look.hanging(BAD, &told, 2)));
    }
    let left = sweep.metrics.len() - told.len();
    if left > 0 {
        let are = if left == 1 { "number is" } else { "numbers are" };
        let note = format!(
            "{left} more {are} zero everywhere or for programs: --format csv, --metric NAME"
        );
        parts.push(format!("\n  {}\n", look.hanging(PLAIN, &note, 2)));
    }
    parts.concat()
}

/// Why runs did not finish, each reason with how many it stopped, in the order in which they are met.
fn reasons(swept: &Swept) -> Vec<(&str, usize)> {
    let mut reasons: Vec<(&str, usize)> = Vec::new();
    for why in swept.records.iter().filter_map(|it| it.why.as_deref()) {
        match reasons.iter_mut().find(|it| it.0 == why) {
            Some((_, count)) => *count += 1,
            None => reasons.push((why, 1)),
        }
    }
    reasons.truncate(REASONS_MAX);
    reasons
}

/// Which numbers are shown: the first ones that are anything but zero somewhere.
fn told(swept: &Swept, points: &[AtPoint]) -> Vec<usize> {
    let is_something = |place: &usize| {
        let mut values = points.iter().filter_map(|it| it.values[*place]);
        values.any(|it| it.mean.abs() > 0.0)
    };
    let mut told: Vec<usize> = (0..swept.sweep.metrics.len()).filter(is_something).collect();
    if told.is_empty() {
        told.push(0);
    }
    told.truncate(METRICS_MAX);
    told
}

fn table(swept: &Swept, points: &[AtPoint], told: &[usize], baseline: &Scenario) -> Table {
    let sweep = &swept.sweep;
    let words = Words::new(baseline);
    let axes = sweep.paths.iter().map(|path| Column::right(short(path, &sweep.paths)));
    let metrics = told.iter().map(|place| Column::right(sweep.metrics[*place].as_str()));
    let mut table = Table::new(axes.chain(metrics).chain([Column::left("")]).collect());
    let least = if told.contains(&0) { swept.least() } else { Vec::new() };
    let mark = if least.len() > 1 { "ties for least" } else { "least" };
    for (place, (point, at)) in sweep.points.iter().zip(points).enumerate() {
        let mut cells: Vec<Cell> = point.iter().map(Cell::new).collect();
        for metric in told {
            let form = Form::of(&sweep.metrics[*metric], &baseline.file);
            let value = at.values[*metric].map(|it| words.interval(&it, form));
            cells.push(Cell::new(value.unwrap_or_else(|| "–".to_owned())));
        }
        let failed: Vec<String> =
            at.failed.iter().map(|(how, count)| format!("✗ {count} {how}")).collect();
        cells.push(match (failed.is_empty(), least.contains(&place)) {
            (false, _) => Cell::new(failed.join(", ")).styled(BAD),
            (true, true) => Cell::new(format!("{mark} {}", sweep.metrics[0])).styled(GOOD),
            (true, false) => Cell::new(""),
        });
        table.add(cells);
    }
    table
}

/// As much of a path's end as tells it from the others.
fn short<'a>(path: &'a str, all: &[String]) -> &'a str {
    let starts = path.match_indices('.').map(|(at, _)| at + 1).rev();
    let is_unique = |end: &&str| all.iter().filter(|it| it.ends_with(*end)).count() == 1;
    starts.map(|at| &path[at..]).find(is_unique).unwrap_or(path)
}
