//! `hindsight explain`: what a scenario rests on, how it is wired, and how trouble spread.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::guard::{Advice, Guard};
use super::scenarios::one_file;
use super::stops::{self, Effect};
use super::tried::Tried;
use super::{Failure, Status, ending, output};
use crate::report::explain::{Explanation, dot, markdown, mermaid};
use crate::report::text;
use crate::scenario::Loaded;
use crate::simulation;

/// Explain a scenario: what it rests on, how it is wired, and how trouble spread through it
///
/// First what is documented and what a parameter was fitted to, what was put in, what is assumed and why.
/// Then the platform: workloads, stations, and the calls between them with their policies. Then, after
/// one replay, in which order stations left their own usual state, and by way of which calls and shared
/// queues: read from the time series alone, not from the scenario's indicators.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  hindsight explain FILE
      everything, for people
  hindsight explain FILE --no-replay
      only what stands in the file
  hindsight explain FILE --with cache-layer
      how trouble spreads with a mitigation
  hindsight explain FILE --format mermaid -o wiring.mmd
      the wiring as a diagram for a page or a wiki
  hindsight explain FILE --format dot | dot -Tsvg -o wiring.svg
      the same for Graphviz

Exit status: 0 fine, 2 wrong usage or a wrong scenario, 3 a limit of the scenario stopped the replay
(the explanation is complete up to there).")]
pub(super) struct Explain {
    /// A scenario file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    tried: Tried,
    /// Do not replay: say nothing of what the simulation shows
    #[arg(long)]
    no_replay: bool,
    /// For whom or what; by default as the name of the output file says; mermaid and dot are the wiring alone
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Write the explanation to a file, whole or not at all
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    guard: Guard,
}

/// Whom or what an explanation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, on a terminal
    Text,
    /// For people, as a page in Markdown
    Md,
    /// The wiring as a Mermaid flowchart
    Mermaid,
    /// The wiring as a Graphviz digraph
    Dot,
    /// For programs
    Json,
}

impl Explain {
    pub(super) fn run(&self) -> Result<Status, Failure> {
        let format = ending::format(self.format, self.output.as_deref())?;
        self.guard.stand(Advice::ONE)?;
        one_file(&self.file)?;
        let changes = self.tried.changes();
        let refused = |refusal| Failure::Refused(vec![refusal]);
        let loaded = Loaded::read(&self.file).map_err(refused)?;
        let scenario = loaded.scenario(&changes).map_err(refused)?;
        let value = loaded.value(&changes).map_err(refused)?;
        let is_replayed = match format {
            Format::Text | Format::Md | Format::Json => !self.no_replay,
            Format::Mermaid | Format::Dot => false,
        };
        let outcome = is_replayed.then(|| simulation::run(&scenario, scenario.seed()));
        let explanation = Explanation::new(&scenario, &value, outcome.as_ref());
        output::deliver(&self.told(&explanation, format), self.output.as_deref())?;
        let stopped_by = outcome.and_then(|outcome| outcome.run.stop.limit());
        Ok(stops::status(&self.file, stopped_by, Effect::CutShort, stops::by_set))
    }

    fn told(&self, it: &Explanation, format: Format) -> String {
        match format {
            Format::Text => text::explain::explain(it, output::look(self.output.as_deref())),
            Format::Md => markdown::page(it),
            Format::Mermaid => mermaid::flowchart(&it.wiring),
            Format::Dot => dot::digraph(&it.scenario, &it.wiring),
            Format::Json => it.to_json(),
        }
    }
}
