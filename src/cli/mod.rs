//! The command line: one file for each subcommand; the only module that prints.
//!
//! Results go to standard output, everything else to standard error. The exit status is 0 if all is
//! fine, 1 if the answer is no, 2 for wrong usage or a wrong scenario, 3 if a limit stopped a replay, 130
//! if the user did.

mod bench;
mod check;
mod compare;
mod completions;
mod diff;
mod ending;
mod explain;
mod export;
mod guard;
mod list;
mod many;
mod minutes;
mod new;
mod output;
mod rank;
mod replay;
mod scenarios;
mod schema;
mod search;
mod series;
mod shards;
mod stops;
mod sweep;
mod tried;
mod validate;
mod work;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::scenario::Refusal;

/// Replay post-mortems: what happened, what it cost, and what each mitigation would have changed.
///
/// A scenario file describes a platform, the load on it, what engineers did and when, and what is
/// documented to have happened. hindsight runs it through a deterministic simulation: the same file and
/// seed give the same bytes, on every machine.
#[derive(Debug, Parser)]
#[command(
    name = "hindsight",
    version,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_long_help = "\
Begin with:
  hindsight list                                  the scenarios and what can be tried on them
  hindsight replay scenarios                      replay them all
  hindsight replay FILE --with MITIGATION         what a mitigation would have changed
  hindsight explain FILE                          what it rests on, its wiring, how trouble spread
  hindsight new my-incident -o my-incident.json   describe an incident of your own

Exit status:
  0  fine
  1  the answer is no: a documented fact missed under --strict, a golden file that differs
  2  wrong usage or a wrong scenario
  3  a limit: of the scenario (`limits`), then the report is complete up to there; or of time or memory
     (--time-max, --memory-max), then there is none
  130  interrupted; no file is half written"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Replay(replay::Replay),
    Check(check::Check),
    Diff(diff::Diff),
    Compare(compare::Compare),
    Sweep(sweep::Sweeping),
    Rank(rank::Rank),
    Search(search::Searching),
    Minutes(minutes::Worth),
    Explain(explain::Explain),
    Export(export::Export),
    Bench(bench::Bench),
    Validate(validate::Validate),
    List(list::List),
    New(new::New),
    Schema(schema::Schema),
    Completions(completions::Completions),
}

/// What a command came to; the worse of two is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    Fine = 0,
    No = 1,
    Wrong = 2,
    Stopped = 3,
}

/// Why a command could not do its work.
#[derive(Debug)]
enum Failure {
    /// Scenarios that cannot run, with all their problems.
    Refused(Vec<Refusal>),
    /// What is wrong and what to do about it.
    Message(String),
    /// Which limit was reached, so that there is nothing to tell.
    Stopped(String),
}

/// Runs the command that the arguments of this process ask for.
#[must_use]
pub fn run() -> ExitCode {
    guard::stand_against_interruption();
    let status = match Arguments::parse().command.run() {
        Ok(status) => status,
        Err(Failure::Message(message)) => {
            output::error(&message);
            Status::Wrong
        }
        Err(Failure::Stopped(message)) => {
            output::error(&message);
            Status::Stopped
        }
        Err(Failure::Refused(refusals)) => {
            output::refusals(&refusals);
            Status::Wrong
        }
    };
    ExitCode::from(status as u8)
}

impl Command {
    fn run(&self) -> Result<Status, Failure> {
        match self {
            Self::Replay(command) => command.run(),
            Self::Check(command) => command.run(),
            Self::Diff(command) => command.run(),
            Self::Compare(command) => command.run(),
            Self::Sweep(command) => command.run(),
            Self::Rank(command) => command.run(),
            Self::Search(command) => command.run(),
            Self::Minutes(command) => command.run(),
            Self::Explain(command) => command.run(),
            Self::Export(command) => command.run(),
            Self::Bench(command) => command.run(),
            Self::Validate(command) => command.run(),
            Self::List(command) => command.run(),
            Self::New(command) => command.run(),
            Self::Schema(schema::Schema {}) => schema::Schema::run(),
            Self::Completions(command) => command.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_are_well_defined() {
        Arguments::command().debug_assert();
    }
}
