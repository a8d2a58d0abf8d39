//! `hindsight replay`: from scenarios to verdicts.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use indicatif::ProgressBar;
use rayon::prelude::*;

use super::guard::{Advice, Guard};
use super::scenarios::{self, Found};
use super::series::Series;
use super::stops::{self, Effect};
use super::tried::Tried;
use super::{Failure, Status, ending, output, work};
use crate::experiment::seeds::robustness;
use crate::report::explain::ledger::Ledger;
use crate::report::export::table;
use crate::report::json::{self, Document};
use crate::report::text::{self, Look, summary};
use crate::report::{Report, html, markdown};
use crate::simulation;

/// Replay scenarios and compare what happens with what is documented
///
/// The report says which documented facts the simulation shows, what happened when (what people did,
/// what emerged from it, what the status page said), and what it cost customers. Without --with, --set
/// and --seed it is the incident as it was.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  hindsight replay scenarios
      all scenarios of a folder, with a summary at the end
  hindsight replay FILE --with cache-layer --with retry-budget
      the same incident with two mitigations, applied in this order
  hindsight replay FILE --set platform.stations.api.service.replicas=8
      with one parameter changed
  hindsight replay FILE --seeds 200
      also: in what share of 200 other random courses each fact holds
  hindsight replay FILE --format html -o report.html
      a page with charts to zoom into; it opens anywhere, without a network
  hindsight replay FILE --format md -o folder/
      for a pull request: report.md with a picture of each indicator beside it
  hindsight replay FILE --format json -o report.json
      for programs; the layout is documented and has a version
  hindsight replay scenarios --series series.csv
      also: every time series as one tidy table, for spreadsheets, pandas and DuckDB

Exit status: 0 fine, 1 a documented fact missed or a threshold crossed under --strict, 2 wrong usage
or a wrong scenario, 3 a limit of the scenario stopped a replay (its report is complete up to there).")]
pub(super) struct Replay {
    /// Scenario files, or folders of them
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    tried: Tried,
    /// Also run the N seeds that follow, and say how often each fact holds
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    seeds: Option<u32>,
    /// Exit with status 1 if a documented fact is missed or a threshold crossed
    #[arg(long)]
    strict: bool,
    /// For whom or what; by default as the name of the output file says
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Write the report to a file, whole or not at all; with --format md also to a folder
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How many cores to use; all by default, and never of influence on the result
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    #[command(flatten)]
    series: Series,
    #[command(flatten)]
    guard: Guard,
}

/// Whom a report is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, on a terminal
    Text,
    /// For programs
    Json,
    /// For people, as a page in Markdown; with pictures if -o names a folder
    Md,
    /// For people, as a page for a browser, in one file that needs no network
    Html,
}

/// What is kept of one replay.
struct Told {
    part: Part,
    line: summary::Line,
    series: Option<table::Part>,
    /// The limit that stopped it before its end.
    cut_short_by: Option<&'static str>,
    /// The limits that stopped it with other seeds.
    uncounted_by: Vec<&'static str>,
    /// Whether it shows what is documented, and crosses no threshold.
    is_accepted: bool,
}

/// One replay in the format that was asked for.
enum Part {
    Text(String),
    Json(Box<json::Replay>),
    Md(markdown::Page),
    Html(html::Article),
}

impl Replay {
    pub(super) fn run(&self) -> Result<Status, Failure> {
        let format = ending::format(self.format, self.output.as_deref())?;
        self.guard.stand(Advice::MANY)?;
        let changes = self.tried.changes();
        let found = scenarios::read(&self.paths, &changes)?;
        self.series.check(&found)?;
        let look = output::look(self.output.as_deref());
        let bar = work::bar(found.len() as u64 * (1 + u64::from(self.seeds.unwrap_or(0))));
        let tell = |found: (usize, &Found)| self.tell(found, (format, look), &bar);
        let mut told: Vec<Told> = work::threads(self.threads)?
            .install(|| found.par_iter().enumerate().map(tell).collect());
        bar.finish_and_clear();
        let mut status = Status::Fine;
        for (Found { file, .. }, told) in found.iter().zip(&told) {
            let cut_short = stops::status(file, told.cut_short_by, Effect::CutShort, stops::by_set);
            let uncounted = told.uncounted_by.iter().copied();
            let uncounted = stops::status(file, uncounted, Effect::Uncounted, stops::by_set);
            let facts = if self.strict && !told.is_accepted { Status::No } else { Status::Fine };
            status = status.max(cut_short).max(uncounted).max(facts);
        }
        let series: Vec<_> = told.iter_mut().filter_map(|told| told.series.take()).collect();
        self.series.deliver(&series)?;
        self.deliver(told, format, look)?;
        Ok(status)
    }

    fn tell(
        &self,
        (place, found): (usize, &Found),
        (format, look): (Format, Look),
        bar: &ProgressBar,
    ) -> Told {
        let scenario = &found.scenario;
        let outcome = simulation::run(scenario, scenario.seed());
        bar.inc(1);
        let robustness = self.seeds.map(|count| robustness(scenario, count, &|| bar.inc(1)));
        let report = Report::new(scenario, &outcome, robustness);
        let is_accepted = report.missed().chain(report.crossed()).next().is_none();
        let robustness = report.robustness.as_ref();
        let uncounted_by = robustness.map(|it| it.stopped.clone()).unwrap_or_default();
        let cut_short_by = report.stopped();
        let part = match format {
            Format::Text => Part::Text(text::replay(&report, look)),
            Format::Json => Part::Json(Box::new(json::Replay::new(&report))),
            Format::Md => Part::Md(markdown::Page::new(&report, place)),
            Format::Html => {
                let ledger = Ledger::new(scenario, &found.value(), Some(&outcome));
                // Where the file lies is the machine's own matter, and no page is to depend on that.
                let name = found.file.file_name().unwrap_or_default().to_string_lossy();
                Part::Html(html::Article::new(&report, &ledger, (place, &name)))
            }
        };
        let series = self.series.of(&report);
        let line = summary::Line::new(&report);
        Told { part, line, series, cut_short_by, uncounted_by, is_accepted }
    }

    fn deliver(&self, told: Vec<Told>, format: Format, look: Look) -> Result<(), Failure> {
        let (mut texts, mut replays, mut pages, mut articles) = (vec![], vec![], vec![], vec![]);
        let (parts, lines): (Vec<Part>, Vec<summary::Line>) =
            told.into_iter().map(|told| (told.part, told.line)).unzip();
        for part in parts {
            match part {
                Part::Text(text) => texts.push(text),
                Part::Json(replay) => replays.push(*replay),
                Part::Md(page) => pages.push(page),
                Part::Html(article) => articles.push(article),
            }
        }
        let file = self.output.as_deref();
        match format {
            Format::Text => {
                if lines.len() > 1 {
                    texts.push(summary::table(&lines, look));
                }
                output::deliver(&texts.join(&look.rule()), file)
            }
            Format::Json => output::deliver(&Document::new(replays).to_text(), file),
            Format::Md => output::deliver_pages(&pages, file),
            Format::Html => output::deliver(&html::page(&articles), file),
        }
    }
}
