//! Arrivals from a CSV file.

use std::fs;
use std::path::Path as FilePath;

use super::clock::Clock;
use super::compile::Names;
use crate::units::{Instant, LocalTime, Span};

/// More rows than this are refused: they would be most of what a run may handle.
const ROWS_MAX: usize = 1_000_000;
/// Larger files are refused before they are read.
const BYTES_MAX: u64 = 64 << 20;

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
    let bytes = read_whole(file).map_err(|reason| format!("cannot read {shown}: {reason}"))?;
    if bytes.split(|byte| *byte == b'\n').count() > ROWS_MAX + 2 {
        return Err(format!("{shown}: must have at most {ROWS_MAX} rows, found more"));
    }
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes.as_slice());
    let headers = reader.headers().map_err(|error| format!("{shown}: {error}"))?.clone();
    if let Some(unknown) = headers.iter().find(|it| !["at", "after", "tenant"].contains(it)) {
        return Err(format!(
            "{shown}: must have the columns at or after, and tenant, found {unknown:?}"
        ));
    }
    if let Some(twice) =
        (1..headers.len()).find(|at| headers.iter().take(*at).any(|it| it == &headers[*at]))
    {
        return Err(format!(
            "{shown}: must have each column once, found {:?} twice",
            &headers[twice]
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
    }
    if rows.is_empty() {
        return Err(format!("{shown}: must have at least one row below its columns"));
    }
    rows.sort_by_key(|(instant, _)| *instant);
    Ok(rows)
}

/// The bytes of a file of a size that can be; a folder, a pipe or a device is none.
fn read_whole(file: &FilePath) -> Result<Vec<u8>, String> {
    let metadata = fs::metadata(file).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("must be a file with the columns at or after, and tenant".to_owned());
    }
    if metadata.len() > BYTES_MAX {
        return Err(format!("must be at most {BYTES_MAX} bytes, found {}", metadata.len()));
    }
    fs::read(file).map_err(|error| error.to_string())
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
            Some(*number.ok_or_else(|| {
                let start: String = name.chars().take(80).collect();
                format!("there is no tenant {start:?} under tenants.named")
            })?)
        }
    };
    Ok((instant, tenant))
}
