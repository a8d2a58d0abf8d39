//! A sweep as a table: one row for each run and number, or one line of JSON for each run.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::amount::{Amount, amount};
use super::decimal::fixed;
use crate::experiment::sweep::Swept;
use crate::scenario::Scenario;
use crate::scenario::facts::{self, Unit};

/// So many decimal places have the values.
const PLACES: u32 = 9;

/// One number of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'a> {
    /// Which point, from 1.
    pub point: usize,
    /// The values of the fields there.
    pub values: &'a [String],
    /// The seed.
    pub seed: u64,
    /// How the run ended.
    pub status: &'static str,
    /// What was counted.
    pub metric: &'a str,
    /// The unit of its value.
    pub unit: &'static str,
    /// The value; of moments in seconds since the start of the clock.
    pub value: Option<f64>,
}

/// The names of the columns: the fields that take several values stand under their own.
#[must_use]
pub fn columns(swept: &Swept) -> Vec<&str> {
    let paths = swept.sweep.paths.iter().map(String::as_str);
    let after = ["seed", "status", "metric", "unit", "value"];
    std::iter::once("point").chain(paths).chain(after).collect()
}

/// The rows of a sweep, run by run.
pub fn rows<'a>(swept: &'a Swept, baseline: &'a Scenario) -> impl Iterator<Item = Row<'a>> {
    let start = baseline.clock.observed_from().as_nanos() as f64;
    let units: Vec<Option<Unit>> =
        swept.sweep.metrics.iter().map(|it| facts::unit_of(it, &baseline.file)).collect();
    swept.records.iter().enumerate().flat_map(move |(run, record)| {
        let (values, seed) = swept.sweep.of(run);
        let of_metric = |(place, metric): (usize, &'a String)| {
            let (unit, scale, origin) = match units[place] {
                Some(Unit::Time) => ("seconds", 1e9, 0.0),
                Some(Unit::Moment) => ("seconds since start", 1e9, start),
                Some(Unit::Rate) => ("per second", 1.0, 0.0),
                Some(Unit::Number) if metric.ends_with("minutes") => ("minutes", 1.0, 0.0),
                Some(Unit::Number) | None => ("", 1.0, 0.0),
            };
            Row {
                point: run / swept.sweep.seeds.len() + 1,
                values,
                seed,
                status: record.status.name(),
                metric,
                unit,
                value: record.values[place].map(|value| (value - origin) / scale),
            }
        };
        swept.sweep.metrics.iter().enumerate().map(of_metric).collect::<Vec<Row>>()
    })
}

/// The table as CSV (RFC 4180, but with `\n` at the end of lines).
///
/// # Panics
///
/// Panics if memory does not take the rows.
#[must_use]
pub fn csv(swept: &Swept, baseline: &Scenario) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let holds = "memory takes every row";
    writer.write_record(columns(swept)).expect(holds);
    for row in rows(swept, baseline) {
        let (point, seed) = (row.point.to_string(), row.seed.to_string());
        let value = row.value.and_then(|it| fixed(it, PLACES)).unwrap_or_default();
        let before = std::iter::once(point.as_str()).chain(row.values.iter().map(String::as_str));
        let after = [seed.as_str(), row.status, row.metric, row.unit, &value];
        writer.write_record(before.chain(after)).expect(holds);
    }
    String::from_utf8(writer.into_inner().expect(holds)).expect("every field is text")
}

/// One run as a line of JSON.
#[derive(Debug, Serialize)]
struct Line<'a> {
    point: usize,
    values: Map<String, Value>,
    seed: u64,
    status: &'static str,
    why: Option<&'a str>,
    metrics: Amounts<'a>,
}

/// Numbers by their names, in order.
#[derive(Debug)]
struct Amounts<'a>(Vec<(&'a str, Option<Amount>)>);

impl Serialize for Amounts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, amount)| (name, amount)))
    }
}

/// The sweep as JSON Lines: one run a line.
///
/// # Panics
///
/// Panics if a number cannot be written, which is an error in this crate.
#[must_use]
pub fn lines(swept: &Swept, baseline: &Scenario) -> String {
    let sweep = &swept.sweep;
    let line = |(run, record): (usize, &crate::experiment::sweep::Record)| {
        let (values, seed) = sweep.of(run);
        let named = sweep.paths.iter().cloned().zip(values.iter().map(|it| value(it)));
        let amount_of = |(metric, value): (&'_ String, &Option<f64>)| {
            let unit = facts::unit_of(metric, &baseline.file)?;
            value.map(|value| amount(value, unit, baseline))
        };
        let amounts = sweep.metrics.iter().zip(&record.values);
        let line = Line {
            point: run / sweep.seeds.len() + 1,
            values: named.collect(),
            seed,
            status: record.status.name(),
            why: record.why.as_deref(),
            metrics: Amounts(amounts.map(|it| (it.0.as_str(), amount_of(it))).collect()),
        };
        serde_json::to_string(&line).expect("every number is a fixed decimal") + "\n"
    };
    swept.records.iter().enumerate().map(line).collect()
}

/// A value as it is assigned: JSON if it is that, else text.
fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}
