//! `hindsight check`: each scenario's report against its golden file, byte for byte.

use std::path::{Path, PathBuf};

use clap::Args;
use rayon::prelude::*;

use super::guard::Guard;
use super::scenarios::{self, Found};
use super::{Failure, Status, output, work};
use crate::golden::{self, Comparison, Difference};
use crate::report::Report;
use crate::report::json::{Document, Replay};
use crate::report::whole_file;
use crate::scenario::{Changes, Scenario};
use crate::simulation;

/// Of a long line so many characters are shown, from a little before the difference.
const SHOWN_MAX: usize = 90;
const SHOWN_BEFORE: usize = 30;

/// Compare replays with their golden files, for continuous integration
///
/// The golden file of x.json is x.golden.json beside it: the JSON report of the scenario as it stands,
/// at its own seed. A replay is deterministic, so every byte counts: a difference is a changed behaviour
/// or a changed wording, and the fingerprint tells which.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  hindsight check scenarios            exit with status 1 if any report differs from its golden file
  hindsight check scenarios --bless    accept the reports as they are now; review them in `git diff`

Exit status: 0 all the same, 1 one differs or has no golden file, 2 a wrong scenario, 3 a limit of
the scenario stopped a replay.")]
pub(super) struct Check {
    /// Scenario files, or folders of them
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// Write the golden files that are missing or differ
    #[arg(long)]
    bless: bool,
    #[command(flatten)]
    guard: Guard,
}

/// The report of one scenario.
struct Replayed {
    text: String,
    is_stopped: bool,
}

impl Check {
    pub(super) fn run(&self) -> Result<Status, Failure> {
        self.guard.stand()?;
        let found = scenarios::read(&self.paths, &Changes::default())?;
        let bar = work::bar(found.len() as u64);
        let replay = |found: &Found| {
            let replayed = replay(&found.scenario);
            bar.inc(1);
            replayed
        };
        let replayed: Vec<Replayed> =
            work::threads(None)?.install(|| found.par_iter().map(replay).collect());
        bar.finish_and_clear();
        let mut worst = Status::Fine;
        for (found, replayed) in found.iter().zip(&replayed) {
            worst = worst.max(self.judge(&found.file, &replayed.text)?);
            if replayed.is_stopped {
                output::warn_stopped(&found.file);
                worst = Status::Stopped;
            }
        }
        Ok(worst)
    }

    fn judge(&self, file: &Path, report: &str) -> Result<Status, Failure> {
        let golden = golden::path(file);
        let unreadable =
            |error| Failure::Message(format!("cannot read {}: {error}", golden.display()));
        let comparison = golden::compare(&golden, report).map_err(unreadable)?;
        let is_blessed = self.bless && comparison != Comparison::Same;
        if is_blessed {
            let unwritten = |error| Failure::Message(whole_file::complaint(&golden, &error));
            golden::bless(&golden, report).map_err(unwritten)?;
        }
        output::print(&told(file, &golden, &comparison, is_blessed))?;
        let is_fine = is_blessed || comparison == Comparison::Same;
        Ok(if is_fine { Status::Fine } else { Status::No })
    }
}

fn replay(scenario: &Scenario) -> Replayed {
    let outcome = simulation::run(scenario, scenario.seed());
    let report = Report::new(scenario, &outcome, None);
    Replayed {
        text: Document::new(vec![Replay::new(&report)]).to_text(),
        is_stopped: report.stopped().is_some(),
    }
}

fn told(file: &Path, golden: &Path, comparison: &Comparison, is_blessed: bool) -> String {
    let (file, golden) = (file.display(), golden.display());
    let remedy = if is_blessed {
        "  accepted\n".to_owned()
    } else {
        format!("  to accept it: hindsight check {file} --bless\n")
    };
    match comparison {
        Comparison::Same => format!("same     {file}\n"),
        Comparison::Missing => format!("missing  {file}\n  there is no {golden}\n{remedy}"),
        Comparison::Different(it) => {
            format!("differs  {file}\n  line {} of {golden}\n{}{remedy}", it.line, difference(it))
        }
    }
}

fn difference(it: &Difference) -> String {
    let [golden, report] = around(it);
    let cause = match &it.fingerprints {
        Some([old, new]) if old == new => "the same events, told otherwise".to_owned(),
        Some([old, new]) => format!("other events: fingerprint {old} became {new}"),
        None => "the golden file has no fingerprint: is it one?".to_owned(),
    };
    format!("    golden  {golden}\n    now     {report}\n  {cause}\n")
}

/// Both lines from a little before their first difference.
fn around(it: &Difference) -> [String; 2] {
    let letters = [&it.golden, &it.report]
        .map(|line| line.as_ref().map(|line| line.chars().collect::<Vec<char>>()));
    let [golden, report] = &letters;
    let both = golden.iter().flatten().zip(report.iter().flatten());
    let from = both.take_while(|(a, b)| a == b).count().saturating_sub(SHOWN_BEFORE);
    letters.map(|line| {
        let Some(line) = line else { return "(ends before)".to_owned() };
        let shown: String = line.iter().skip(from).take(SHOWN_MAX).collect();
        let before = if from > 0 { "…" } else { "" };
        let after = if line.len() > from + SHOWN_MAX { "…" } else { "" };
        // Control characters would be seen as nothing, or do something.
        format!("{before}{}{after}", shown.escape_debug().to_string().replace("\\\"", "\""))
    })
}
