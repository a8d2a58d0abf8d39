//! Arrivals from a CSV file.

use std::path::Path as FilePath;

use super::clock::Clock;
use super::compile::Names;
use crate::units::{Instant, LocalTime, Span};

/// More rows than this are refused.
const ROWS_MAX: usize = 50_000_000;

/// Reads the arrivals of a workload, in order of time; rows of one moment keep their order.
///
/// # Errors
///
/// Fails with a message that names the line: a column that is missing or unknown, a time that cannot
/// be read or lies outside the clock, a tenant that has no name in the scenario.
pub(super) fn read(
    file: &FilePath,
    clock: &Clock,
    names: &Names,
) -> Result<Vec<(Instant, Option<u32>)>, String> {
    let shown = file.display();
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(file)
        .map_err(|error| format!("cannot read {shown}: {error}"))?;
    let headers = reader.headers().map_err(|error| format!("{shown}: {error}"))?.clone();
    if let Some(unknown) = headers.iter().find(|it| !["at", "after", "tenant"].contains(it)) {
        return Err(format!(
            "{shown}: must have the columns at or after, and tenant, found {unknown:?}"
        ));
    }
    let column = |name: &str| headers.iter().position(|header| header == name);
    let (at, after, tenant) = (column("at"), column("after"), column("tenant"));
    if at.is_some() == after.is_some() {
        return Err(format!("{shown}: must have either the column `at` or the column `after`"));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| format!("{shown}: {error}"))?;
        let line = record.position().map_or(0, csv::Position::line);
        let field = |column: Option<usize>| column.and_then(|column| record.get(column));
        let row = row(field(at), field(after), field(tenant), clock, names);
        rows.push(row.map_err(|message| format!("{shown}, line {line}: {message}"))?);
        if rows.len() > ROWS_MAX {
            return Err(format!("{shown}: must have at most {ROWS_MAX} rows"));
        }
    }
    rows.sort_by_key(|(instant, _)| *instant);
    Ok(rows)
}

fn row(
    at: Option<&str>,
    after: Option<&str>,
    tenant: Option<&str>,
    clock: &Clock,
    names: &Names,
) -> Result<(Instant, Option<u32>), String> {
    let instant = match (at, after) {
        (Some(at), _) => at.parse::<LocalTime>().map(|at| clock.instant(at))?,
        (None, Some(after)) => Some(clock.observed_from() + after.parse::<Span>()?),
        (None, None) => None,
    };
    let instant = instant
        .filter(|instant| *instant < clock.end())
        .ok_or("must lie between the start of the clock and its end")?;
    let tenant = match tenant.filter(|name| !name.is_empty()) {
        None => None,
        Some(name) => {
            let number = names.tenants.get(name);
            Some(*number.ok_or_else(|| format!("there is no named tenant {name:?}"))?)
        }
    };
    Ok((instant, tenant))
}
