//! `hindsight check`: each scenario's report against its golden file, byte for byte.

use std::env;
use std::path::{Path, PathBuf};

use clap::Args;
use rayon::prelude::*;

use super::guard::{Advice, Guard};
use super::scenarios::{self, Found};
use super::stops::{self, Effect};
use super::{Failure, Status, output, work};
use crate::golden::judged::{Judged, Replayed, Verdict};
use crate::golden::tolerance::{self, Tolerance};
use crate::golden::{self, Golden, annotations, junit, markdown, text};
use crate::report::Report;
use crate::report::account::thresholds;
use crate::scenario::Changes;
use crate::simulation::checkpoints;

/// Compare replays with their golden files, for continuous integration
///
/// The golden file of x.json is x.golden.json beside it: the JSON report of the scenario as it stands,
/// at its own seed, and what it came from. A replay is deterministic, so every byte counts. A difference
/// explains itself: which field of the scenario was changed, from which event on the runs differ, which
/// facts and numbers moved, the worst first. Thresholds of a scenario have to be kept as well.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  hindsight check scenarios
      exit with status 1 if any report differs from its golden file
  hindsight check scenarios --bless
      accept the reports as they are now; review them in `git diff`
  hindsight check scenarios --tolerance '*=±1%' --tolerance chat.begun=±0
      accept numbers that moved by no more than this; facts have to stay as they are
  hindsight check scenarios --junit check.xml --summary \"$GITHUB_STEP_SUMMARY\"
      for the pages of a CI system; on GitHub, differences are annotated as well

Exit status: 0 all as approved, 1 one differs, has no golden file or crosses a threshold, 2 a wrong
scenario or wrong usage, 3 a limit of the scenario stopped a replay.")]
pub(super) struct Check {
    /// Scenario files, or folders of them
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// Write the golden files that are missing or differ; refused where CI=true, but with --force
    #[arg(long)]
    bless: bool,
    /// With --bless: write golden files even in continuous integration
    #[arg(long, requires = "bless")]
    force: bool,
    /// Let a number differ by so much (±5%, ±30s, ±3; METRIC may be *); may be repeated
    ///
    /// With any tolerance only numbers and facts are judged, and no longer every byte: a number that no
    /// tolerance names has to be the same, and facts have to hold or not as they did.
    #[arg(long, value_name = "METRIC=±X%", conflicts_with = "bless")]
    tolerance: Vec<Tolerance>,
    /// Write the results as `JUnit` XML, whole or not at all
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write a summary as Markdown of at most a megabyte, whole or not at all
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
    #[command(flatten)]
    guard: Guard,
}

/// What came of one scenario: the judgement, the names of its numbers, and the golden file that it would make.
struct Checked {
    judged: Judged,
    metrics: Vec<String>,
    text: String,
}

impl Check {
    pub(super) fn run(&self) -> Result<Status, Failure> {
        if self.bless && !self.force && is_set("CI") {
            return Err(Failure::Message(
                "golden files are not accepted in continuous integration (CI is set): run --bless where somebody reads what changed, or add --force".to_owned(),
            ));
        }
        self.guard.stand(Advice::EACH)?;
        let found = scenarios::read(&self.paths, &Changes::default())?;
        let bar = work::bar(found.len() as u64);
        let check = |found: &Found| {
            let judged = self.check(found);
            bar.inc(1);
            judged
        };
        let checked: Vec<Result<Checked, Failure>> =
            work::threads(None)?.install(|| found.par_iter().map(check).collect());
        bar.finish_and_clear();
        let (mut all, mut known) = (Vec::new(), Vec::new());
        for checked in checked {
            let Checked { mut judged, metrics, text } = checked?;
            // One after the other, and by this thread: whoever ends it ends it between two files or in one.
            if self.bless && judged.is_to_bless() {
                output::deliver(&text, Some(Path::new(&judged.golden)))?;
                judged.is_blessed = true;
            }
            all.push(judged);
            known.extend(metrics);
        }
        if let Some(name) = tolerance::unknown(&self.tolerance, &known).first() {
            return Err(Failure::Message(format!(
                "there is no metric {name:?} to tolerate in these scenarios: `hindsight replay FILE --format json` lists them under `metrics`"
            )));
        }
        all.extend(orphans(&self.paths)?);
        self.tell(&all)
    }

    /// Replays a scenario and compares it with its golden file.
    fn check(&self, found: &Found) -> Result<Checked, Failure> {
        let Found { file, loaded, scenario } = found;
        let golden = golden::path(file);
        let unreadable =
            |error| Failure::Message(format!("cannot read {}: {error}", golden.display()));
        let approved = golden::read(&golden).map_err(unreadable)?;
        let (outcome, course) = checkpoints::run(scenario, scenario.seed());
        let report = Report::new(scenario, &outcome, None);
        let new = Golden::new(&report, &course, golden::resolved(&found.value()));
        let text = new.to_text();
        let replayed = Replayed { file, loaded, scenario, golden: &new, text: &text };
        let verdict = replayed.verdict(&outcome, approved.as_deref(), &self.tolerance);
        let thresholds = thresholds::rows(&report);
        let judged = Judged {
            file: file.display().to_string(),
            golden: golden.display().to_string(),
            lines: replayed.lines(&verdict, &thresholds),
            verdict,
            thresholds,
            is_blessed: false,
            stopped_by: report.stopped(),
        };
        let metrics = new.results.metrics.into_iter().map(|(name, _)| name).collect();
        Ok(Checked { judged, metrics, text })
    }

    fn tell(&self, all: &[Judged]) -> Result<Status, Failure> {
        let told: String = all.iter().map(text::judged).collect();
        output::print(&told)?;
        if is_set("GITHUB_ACTIONS") {
            output::print(&annotations::commands(all))?;
        }
        if let Some(file) = &self.junit {
            output::deliver(&junit::document(all), Some(file))?;
        }
        if let Some(file) = &self.summary {
            output::deliver(&markdown::summary(all), Some(file))?;
        }
        let mut status = Status::Fine;
        for judged in all {
            let file = Path::new(&judged.file);
            let stopped = stops::status(file, judged.stopped_by, Effect::CutShort, stops::in_file);
            let compared = if judged.is_fine() { Status::Fine } else { Status::No };
            status = status.max(stopped).max(compared);
        }
        Ok(status)
    }
}

/// Whether a variable of the environment says yes.
fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !["", "0", "false"].map(Into::into).contains(&value))
}

/// The golden files among what is named, and in the folders that are, whose scenario is not there.
fn orphans(paths: &[PathBuf]) -> Result<Vec<Judged>, Failure> {
    let mut orphans = Vec::new();
    for path in paths {
        let unreadable =
            |error| Failure::Message(format!("cannot read {}: {error}", path.display()));
        if path.is_dir() {
            orphans.extend(golden::unreferenced(path).map_err(unreadable)?);
        } else if golden::is_unreferenced(path) {
            orphans.push(path.clone());
        }
    }
    Ok(orphans.iter().map(|golden| orphan(golden)).collect())
}

fn orphan(golden: &Path) -> Judged {
    let scenario = golden::scenario_of(golden).unwrap_or_default();
    Judged {
        file: scenario.display().to_string(),
        golden: golden.display().to_string(),
        verdict: Verdict::Unreferenced,
        thresholds: Vec::new(),
        lines: Vec::new(),
        is_blessed: false,
        stopped_by: None,
    }
}
