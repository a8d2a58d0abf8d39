//! What commands that replay one scenario many times have in common.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use indicatif::ProgressBar;

use super::guard::{Advice, Guard};
use super::scenarios::one_file;
use super::{Failure, ending, output, work};
use crate::experiment::compare::impact_metrics;
use crate::report::text::Look;
use crate::scenario::facts;
use crate::scenario::names::did_you_mean;
use crate::scenario::{Loaded, Refusal, Scenario};

/// Where the result goes, and what it may take of the machine
#[derive(Debug, Args)]
pub(super) struct Many {
    /// Write the result to a file, whole or not at all
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// How many cores to use; all by default, and never of influence on the result
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    #[command(flatten)]
    pub(super) guard: Guard,
}

impl Many {
    /// Reads a scenario file, while time and memory are being watched.
    pub(super) fn read(&self, file: &Path) -> Result<Loaded, Failure> {
        self.guard.stand(Advice::MANY)?;
        one_file(file)?;
        Loaded::read(file).map_err(refused)
    }

    /// Does something on the threads that were asked for, with a bar for so many runs.
    pub(super) fn work<T: Send>(
        &self,
        runs: usize,
        work: impl FnOnce(&ProgressBar) -> T + Send,
    ) -> Result<T, Failure> {
        let bar = work::bar(runs as u64);
        let done = work::threads(self.threads)?.install(|| work(&bar));
        bar.finish_and_clear();
        Ok(done)
    }

    /// As what the result is written: as asked for, or else as the ending of its file says.
    pub(super) fn format<F: ValueEnum>(&self, asked: Option<F>) -> Result<F, Failure> {
        ending::format(asked, self.output.as_deref())
    }

    /// How a text may look where the result goes.
    pub(super) fn look(&self) -> Look {
        output::look(self.output.as_deref())
    }

    /// Writes a result to where it was asked for.
    pub(super) fn deliver(&self, text: &str) -> Result<(), Failure> {
        output::deliver(text, self.output.as_deref())
    }
}

/// The numbers that were asked for, each of which the scenario counts, or else those of its impact.
pub(super) fn metrics(asked: &[String], baseline: &Scenario) -> Result<Vec<String>, Failure> {
    asked.iter().try_for_each(|name| counted(name, baseline))?;
    Ok(if asked.is_empty() { impact_metrics(baseline) } else { asked.to_vec() })
}

/// Refuses a number that a scenario does not count.
pub(super) fn counted(name: &str, baseline: &Scenario) -> Result<(), Failure> {
    let known: Vec<String> =
        facts::units(&baseline.file).into_iter().map(|(name, _)| name).collect();
    if known.iter().any(|it| it == name) {
        let measures_harm = baseline.file.indicators.values().any(|it| it.impact);
        if name.split('.').next() == Some(facts::ALL) && !measures_harm {
            return Err(Failure::Message(format!(
                "{name} is always the same: no indicator of the scenario measures harm; help: describe one under `indicators`, or name another number"
            )));
        }
        return Ok(());
    }
    let near = did_you_mean(name, known.iter().map(String::as_str));
    let near = near.map_or_else(
        || "`hindsight replay FILE --format json` lists them under `metrics`".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Err(Failure::Message(format!("there is no metric {name:?}; help: {near}")))
}

/// Refuses to vary what changes nothing: seeds have options of their own, and mitigations are applied before.
pub(super) fn has_effect(path: &str) -> Result<(), Failure> {
    let help = match path.split(['.', '[']).next() {
        Some("seed") => "--seed says where seeds begin, and --seeds how many there are",
        Some("mitigations") => "vary the field that the mitigation sets, without --with",
        _ => return Ok(()),
    };
    Err(Failure::Message(format!("--vary {path} changes nothing; help: {help}")))
}

pub(super) fn refused(refusal: Refusal) -> Failure {
    Failure::Refused(vec![refusal])
}

/// A share as people write it: `5%`.
pub(super) fn per_cent(text: &str) -> Result<f64, String> {
    let example = "write 5% for a twentieth";
    let number = text.strip_suffix('%').ok_or_else(|| {
        format!("{text:?} has no %, so that it might be a part or a number: {example}")
    })?;
    match number.trim().parse::<f64>() {
        Ok(it) if it.is_finite() && it > 0.0 => Ok(it / 100.0),
        Ok(_) => Err(format!("{text:?} is not above zero, and so never reached: {example}")),
        Err(_) => Err(format!("{text:?} has no number before its %: {example}")),
    }
}
