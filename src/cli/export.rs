//! `hindsight export`: a replay for tools that people already have.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::guard::{Advice, Guard};
use super::scenarios::one_file;
use super::stops::{self, Effect};
use super::tried::Tried;
use super::{Failure, Status, output};
use crate::engine::Observer;
use crate::platform::Platform;
use crate::report::Report;
use crate::report::export::{self, openmetrics, rules, trace};
use crate::scenario::{Loaded, Scenario};
use crate::simulation::spans::Tracer;
use crate::simulation::watch::Watch;
use crate::simulation::{self, Outcome};
use crate::units::Span;

/// What the exit status of every export says.
macro_rules! exit_status {
    () => {
        "\
Exit status: 0 fine, 2 wrong usage or a wrong scenario, 3 a limit of the scenario stopped the replay
(the export is complete up to there)."
    };
}

/// Export a replay for tools that you already have: Prometheus, Perfetto
///
/// A table for spreadsheets, pandas and DuckDB is what `hindsight replay FILE --series OUT.csv` writes.
#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Openmetrics(OpenMetrics),
    Rules(Rules),
    Trace(Trace),
}

/// Write every series as OpenMetrics text with timestamps, for Prometheus
///
/// Counts (begun, done, failed, retries ...) are counters, levels and percentiles are gauges, and
/// `hindsight_indicator_value` is what each indicator read when it was evaluated. Times are the
/// scenario's own, in the past: a server needs a retention that reaches back to them.
#[derive(Debug, Args)]
#[command(after_long_help = concat!(
    "\
Examples:
  hindsight export openmetrics FILE -o replay.om
  promtool tsdb create-blocks-from openmetrics replay.om data/
      makes blocks of it, which `prometheus --storage.tsdb.path=data --storage.tsdb.retention.time=20y`
      serves: try your own rules and dashboards on the incident

",
    exit_status!()
))]
struct OpenMetrics {
    #[command(flatten)]
    replay: Replayed,
    /// How far apart points are; by default the scenario's resolution, or more if a series had more
    /// than 5,000 points
    #[arg(long, value_name = "DURATION")]
    step: Option<Span>,
}

/// Write the scenario's indicators as alerting rules for Prometheus
///
/// Each rule judges `hindsight_indicator_value` as the indicator does: beyond the same bound, for as long,
/// evaluated as often. With --tests it is instead a file for `promtool test rules`: the values of this
/// replay, and when each rule has to fire and to be silent for them.
#[derive(Debug, Args)]
#[command(after_long_help = concat!(
    "\
Examples:
  hindsight export rules FILE -o incident.rules.yml
  hindsight export rules FILE --tests incident.rules.yml -o incident.test.yml
  promtool test rules incident.test.yml
      shows that the rules fire when the simulated alerts did; edit the rules and see what becomes of it

",
    exit_status!()
))]
struct Rules {
    #[command(flatten)]
    replay: Replayed,
    /// Write unit tests of the rules that stand in this file, by its path from the tests
    #[arg(long, value_name = "RULES")]
    tests: Option<String>,
}

/// Write a trace in Chrome's JSON format, which Perfetto shows
///
/// What was done, what emerged and what the status page said stand on tracks of their own, with the windows of
/// every indicator; each station has counters; and of each workload a sample of units is shown with every
/// attempt, where it was, how long it waited and how it ended. Times count from the start of observation.
#[derive(Debug, Args)]
#[command(after_long_help = concat!(
    "\
Examples:
  hindsight export trace FILE -o trace.json
      then open trace.json at https://ui.perfetto.dev; it stays on your machine
  hindsight export trace FILE --sample 5000 --with retry-budget -o trace.json
      more units, and with a mitigation

",
    exit_status!()
))]
struct Trace {
    #[command(flatten)]
    replay: Replayed,
    /// How many units of work to show, shared among workloads
    #[arg(long, value_name = "N", default_value = "1000",
        value_parser = clap::value_parser!(u32).range(0..=100_000))]
    sample: u32,
    /// How far apart values of counters are; by default the scenario's resolution, or more if a counter
    /// had more than 5,000
    #[arg(long, value_name = "DURATION")]
    step: Option<Span>,
}

/// What is replayed, and where the export goes.
#[derive(Debug, Args)]
struct Replayed {
    /// A scenario file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    tried: Tried,
    /// Write the export to a file, whole or not at all
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    guard: Guard,
}

impl Export {
    pub(super) fn run(&self) -> Result<Status, Failure> {
        match &self.what {
            What::Openmetrics(it) => it.run(),
            What::Rules(it) => it.run(),
            What::Trace(it) => it.run(),
        }
    }
}

impl OpenMetrics {
    fn run(&self) -> Result<Status, Failure> {
        let scenario = self.replay.read()?;
        let bins = export::bins(&scenario, self.step).map_err(Failure::Message)?;
        let mut watch = watch(&scenario);
        let outcome = run(&scenario, &mut watch);
        let report = Report::new(&scenario, &outcome, None);
        self.replay.deliver(&openmetrics::text(&report, &watch, bins), &report)
    }
}

impl Rules {
    fn run(&self) -> Result<Status, Failure> {
        let scenario = self.replay.read()?;
        let mut watch = watch(&scenario);
        let outcome = run(&scenario, &mut watch);
        let report = Report::new(&scenario, &outcome, None);
        let text = match &self.tests {
            Some(file) => rules::tests(&report, &watch, file),
            None => rules::rules(&report),
        };
        self.replay.deliver(&text, &report)
    }
}

impl Trace {
    fn run(&self) -> Result<Status, Failure> {
        let scenario = self.replay.read()?;
        let bins = export::bins(&scenario, self.step).map_err(Failure::Message)?;
        let mut tracer = Tracer::new(&scenario.platform, self.sample as usize);
        let outcome = run(&scenario, &mut tracer);
        let report = Report::new(&scenario, &outcome, None);
        self.replay.deliver(&trace::json(&report, &tracer, bins), &report)
    }
}

impl Replayed {
    fn read(&self) -> Result<Scenario, Failure> {
        self.guard.stand(Advice::ONE)?;
        one_file(&self.file)?;
        let changes = self.tried.changes();
        Loaded::read(&self.file)
            .and_then(|loaded| loaded.scenario(&changes))
            .map_err(|refusal| Failure::Refused(vec![refusal]))
    }

    fn deliver(&self, text: &str, report: &Report) -> Result<Status, Failure> {
        output::deliver(text, self.output.as_deref().map(Path::new))?;
        Ok(stops::status(&self.file, report.stopped(), Effect::CutShort, stops::by_set))
    }
}

fn watch(scenario: &Scenario) -> Watch {
    Watch::new(scenario.clock.observed_from(), scenario.names.indicators.len())
}

fn run(scenario: &Scenario, observer: &mut dyn Observer<Platform>) -> Outcome {
    simulation::observed(scenario, scenario.seed(), observer)
}
