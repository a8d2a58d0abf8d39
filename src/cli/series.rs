//! `--series`: the time series of replays as one table in a file.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Failure;
use super::output;
use super::scenarios::Found;
use crate::report::Report;
use crate::report::export::{self, table};
use crate::units::Span;

/// Time series of the replays, as one table
#[derive(Debug, Args)]
pub(super) struct Series {
    /// Also write every time series to a table, one value a row: OUT.csv, or OUT.parquet if the program
    /// was built with that
    #[arg(long, value_name = "OUT")]
    series: Option<PathBuf>,
    /// How far apart its points are; by default the scenario's resolution, or more if a series had more
    /// than 5,000 points
    #[arg(long, value_name = "DURATION", requires = "series")]
    series_step: Option<Span>,
}

/// As what the table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Csv,
    Parquet,
}

impl Series {
    /// Whether all that is asked for can be had, before anything runs.
    pub(super) fn check(&self, found: &[Found]) -> Result<(), Failure> {
        let Some(file) = &self.series else { return Ok(()) };
        if kind(file)? == Kind::Parquet && !cfg!(feature = "parquet") {
            let file = file.display();
            return Err(Failure::Message(format!(
                "cannot write {file}: this program was built without Parquet; help: name a file \
                 that ends in .csv, or build with `cargo build --release --features parquet`"
            )));
        }
        for found in found {
            export::bins(&found.scenario, self.series_step).map_err(Failure::Message)?;
        }
        Ok(())
    }

    /// The part of one replay, if a table was asked for.
    pub(super) fn of(&self, report: &Report) -> Option<table::Part> {
        self.series.as_ref()?;
        let bins = export::bins(report.scenario, self.series_step).ok()?;
        Some(table::Part::new(report, bins))
    }

    /// Writes the table, whole or not at all, if one was asked for.
    pub(super) fn deliver(&self, parts: &[table::Part]) -> Result<(), Failure> {
        let Some(file) = &self.series else { return Ok(()) };
        let bytes = match kind(file)? {
            Kind::Csv => table::csv(parts),
            Kind::Parquet => parquet(parts)?,
        };
        output::deliver_bytes(&bytes, file)
    }
}

fn kind(file: &Path) -> Result<Kind, Failure> {
    let extension = file.extension().map(|it| it.to_string_lossy().to_ascii_lowercase());
    match extension.as_deref() {
        Some("csv") => Ok(Kind::Csv),
        Some("parquet") => Ok(Kind::Parquet),
        Some(_) | None => Err(Failure::Message(format!(
            "cannot tell as what to write {}; help: name a file that ends in .csv or .parquet",
            file.display()
        ))),
    }
}

#[cfg(feature = "parquet")]
fn parquet(parts: &[table::Part]) -> Result<Vec<u8>, Failure> {
    export::parquet::bytes(parts)
        .map_err(|error| Failure::Message(format!("cannot write the series as Parquet: {error}")))
}

#[cfg(not(feature = "parquet"))]
fn parquet(_: &[table::Part]) -> Result<Vec<u8>, Failure> {
    unreachable!("refused before the run")
}
