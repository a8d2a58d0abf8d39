//! Every series as one tidy long table: one value a row, with its time, its place and its unit.

use crate::report::decimal::fixed;
use crate::report::{Report, series};
use crate::units::Instant;

/// The columns, from left to right.
pub const COLUMNS: [&str; 7] = ["scenario", "time", "station", "class", "measure", "unit", "value"];

/// So many decimal places have the values.
const PLACES: u32 = 9;

/// The series of one replay.
#[derive(Clone, Debug)]
pub struct Part {
    scenario: String,
    times: Vec<Time>,
    columns: Vec<Column>,
}

/// The end of the span that a point is about.
#[derive(Clone, Debug)]
struct Time {
    text: String,
    micros: i64,
}

#[derive(Clone, Debug)]
struct Column {
    station: String,
    class: String,
    measure: String,
    unit: &'static str,
    values: Vec<Option<f64>>,
}

/// One value with all that tells what it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row<'a> {
    /// The scenario's id.
    pub scenario: &'a str,
    /// The end of the span that it is about, as RFC 3339 writes it, in the scenario's zone.
    pub time: &'a str,
    /// The same in microseconds since 1970, in UTC.
    pub micros: i64,
    /// The station: of a call its caller, of a workload nothing.
    pub station: &'a str,
    /// The type of jobs, the call or the workload; of a station as a whole nothing.
    pub class: &'a str,
    /// What was measured.
    pub measure: &'a str,
    /// The unit of the value.
    pub unit: &'a str,
    /// The value.
    pub value: f64,
}

impl Part {
    /// The series of a replay, each point over so many bins.
    #[must_use]
    pub fn new(report: &Report, bins: usize) -> Self {
        let clock = &report.scenario.clock;
        let time = |at: Instant| Time {
            text: clock.rfc_3339(at),
            micros: clock.timestamp(at).as_microsecond(),
        };
        let all = series::all(report);
        let times = all.first().map(|it| it.points(bins).map(|point| time(point.at)).collect());
        let column = |it: &series::Series| Column {
            station: it.station.to_owned(),
            class: it.class.to_owned(),
            measure: it.name(),
            unit: it.unit(),
            values: it.points(bins).map(|point| point.value).collect(),
        };
        Self {
            scenario: report.scenario.file.id.clone(),
            times: times.unwrap_or_default(),
            columns: all.iter().map(column).collect(),
        }
    }

    /// Its rows, series by series; where there was nothing to measure there is none.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.columns.iter().flat_map(move |column| {
            self.times.iter().zip(&column.values).filter_map(move |(time, value)| {
                Some(Row {
                    scenario: &self.scenario,
                    time: &time.text,
                    micros: time.micros,
                    station: &column.station,
                    class: &column.class,
                    measure: &column.measure,
                    unit: column.unit,
                    value: (*value)?,
                })
            })
        })
    }
}

/// The table of several replays as CSV (RFC 4180, but with `\n` at the end of lines).
///
/// # Panics
///
/// Panics if memory does not take the rows.
#[must_use]
pub fn csv(parts: &[Part]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let holds = "memory takes every row";
    writer.write_record(COLUMNS).expect(holds);
    for row in parts.iter().flat_map(Part::rows) {
        let Some(value) = fixed(row.value, PLACES) else { continue };
        let fields =
            [row.scenario, row.time, row.station, row.class, row.measure, row.unit, &value];
        writer.write_record(fields).expect(holds);
    }
    writer.into_inner().expect(holds)
}
