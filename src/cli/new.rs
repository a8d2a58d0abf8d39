//! `hindsight new`: a commented start for one's own incident.

use std::path::PathBuf;

use clap::Args;

use super::{Failure, Status, output};
use crate::scenario::folder;

const TEMPLATE: &str = include_str!("template.jsonc");

/// Write a commented first scenario, ready to replay and to be made your own
///
/// It validates and replays as it is: a small invented incident with a workload, two services, a call
/// with retries, a timeline, indicators, documented facts, mitigations and assumptions.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  hindsight new 2026-03-02-slow-database -o scenarios/2026-03-02-slow-database.json
  hindsight new first-try | less")]
pub(super) struct New {
    /// The incident's short name, by convention its date and its subject
    #[arg(value_parser = id)]
    id: String,
    /// Write it to a new file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl New {
    pub(super) fn run(&self) -> Result<Status, Failure> {
        if let Some(file) = &self.output
            && file.is_file()
        {
            return Err(Failure::Message(format!(
                "{} is there already: remove it first, or choose another name",
                file.display()
            )));
        }
        if let Some(file) = &self.output
            && let Some(kind) = folder::beside_scenarios(file)
        {
            return Err(Failure::Message(format!(
                "{} is the name of {kind}, which no command takes for a scenario; help: write it to {}.json",
                file.display(),
                self.id
            )));
        }
        output::deliver(&TEMPLATE.replace("@ID@", &self.id), self.output.as_deref())?;
        Ok(Status::Fine)
    }
}

/// The id of a scenario becomes part of reports and of file names.
fn id(text: &str) -> Result<String, String> {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (1..=80).contains(&text.len()) && text.chars().all(is_fine) {
        Ok(text.to_owned())
    } else {
        Err("use letters, digits, - and _ only, at most 80, such as 2026-03-02-slow-database"
            .into())
    }
}
