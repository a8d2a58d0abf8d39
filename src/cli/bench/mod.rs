//! `hindsight bench`: how fast replays are on this machine.

#![expect(clippy::disallowed_types, reason = "it measures the run from outside")]

mod alone;

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::guard::{Advice, Guard};
use super::output::Format;
use super::scenarios::Found;
use super::stops::{self, Effect};
use super::{Failure, Status, output, scenarios, work};
use crate::report::text::speed::{self, Speed};
use crate::scenario::Changes;
use alone::{Measured, Subject};

/// The workloads that come with the program, by name.
const WORKLOADS: [(&str, &str); 3] = [
    ("m-m-1", include_str!("../../../benches/scenarios/m-m-1.json")),
    ("m-m-8", include_str!("../../../benches/scenarios/m-m-8.json")),
    ("storm", include_str!("../../../benches/scenarios/storm.json")),
];

/// Scenarios that are measured as well where nothing else is asked for.
const FOLDER: &str = "scenarios";

/// Measure how fast replays are on this machine
///
/// Three workloads of the literature come with the program: one server and a million customers, eight
/// servers and a million customers, and a storm of retries. They and the scenarios that are named are
/// replayed one after the other on one core, each replay in a process of its own, and all of them again
/// for every further run, so that a busy moment of the machine falls on all alike. Told are the median
/// time of the replay, without the report; the most memory that any run had; and the median time of
/// reading the scenario with all checks.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  hindsight bench                       the workloads, and the scenarios of the folder `scenarios`
  hindsight bench my-incident.json      the workloads and one's own
  hindsight bench --runs 21             on a machine that is busy with other things

Exit status: 0 fine, 2 wrong usage or a wrong scenario, 3 a limit of a scenario stopped its replay (which is
marked, since it is not comparable with a whole one), or a limit of time or memory all of them.")]
pub(super) struct Bench {
    /// Scenario files, or folders of them; the folder `scenarios` by default, if there is one
    #[arg(value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// How many times each is replayed
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    runs: u16,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Measure one replay in this process: of the scenario of this name that standard input holds, after its
    /// size, as long as that stays open
    #[arg(long, hide = true, value_name = "NAME", conflicts_with = "paths")]
    alone: Option<PathBuf>,
    #[command(flatten)]
    guard: Guard,
}

/// The report for programs.
#[derive(Serialize)]
struct Document {
    schema_version: u32,
    version: &'static str,
    runs: u16,
    speeds: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    scenario: String,
    file: Option<String>,
    events: u64,
    stopped_by: Option<String>,
    seconds: f64,
    events_per_second: f64,
    nanoseconds_per_event: f64,
    peak_memory_bytes: u64,
    seconds_of_reading: f64,
}

impl Bench {
    pub(super) fn run(&self) -> Result<Status, Failure> {
        self.guard.stand(Advice::RUNS)?;
        if let Some(name) = &self.alone {
            let measured = alone::measure(name)?;
            output::print(&serde_json::to_string(&measured).expect("names and numbers"))?;
            return Ok(Status::Fine);
        }
        let speeds = self.speeds(&self.files()?)?;
        let text = match self.format {
            Format::Text => speed::table(&speeds, output::look(None)),
            Format::Json => self.json(&speeds),
        };
        output::print(&text)?;
        Ok(status_of(&speeds))
    }

    /// The scenario files, all of which can be read.
    fn files(&self) -> Result<Vec<Subject>, Failure> {
        let default = [PathBuf::from(FOLDER)];
        let paths =
            if self.paths.is_empty() && default[0].is_dir() { &default[..] } else { &self.paths };
        let found = scenarios::read(paths, &Changes::default())?;
        let subject = |it: Found| Subject { text: it.loaded.text().to_owned(), name: it.file };
        Ok(found.into_iter().map(subject).collect())
    }

    /// How fast the workloads and the files are, over runs of all of them in turn.
    fn speeds(&self, files: &[Subject]) -> Result<Vec<Speed>, Failure> {
        let workload =
            |(name, text): (&str, &str)| Subject { name: name.into(), text: text.into() };
        let workloads = WORKLOADS.map(workload);
        let bar = work::bar(u64::from(self.runs) * (workloads.len() + files.len()) as u64);
        let mut measured = vec![Vec::new(); workloads.len() + files.len()];
        for _ in 0..self.runs {
            for (runs, subject) in measured.iter_mut().zip(workloads.iter().chain(files)) {
                let run = subject.measured(&self.guard);
                runs.push(run.inspect_err(|_| bar.finish_and_clear())?);
                bar.inc(1);
            }
        }
        bar.finish_and_clear();
        let of_files = files.iter().map(|it| Some(it.name.display().to_string()));
        let names = workloads.iter().map(|_| None).chain(of_files);
        Ok(names.zip(&measured).map(|(file, runs)| speed_of(file, runs)).collect())
    }

    fn json(&self, speeds: &[Speed]) -> String {
        let entry = |speed: &Speed| Entry {
            scenario: speed.scenario.clone(),
            file: speed.file.clone(),
            events: speed.events,
            stopped_by: speed.stopped_by.clone(),
            seconds: speed.seconds,
            events_per_second: speed.events_per_second(),
            nanoseconds_per_event: speed.nanos_per_event(),
            peak_memory_bytes: speed.peak_memory,
            seconds_of_reading: speed.seconds_of_reading,
        };
        let speeds = speeds.iter().map(entry).collect();
        let version = env!("CARGO_PKG_VERSION");
        let document = Document { schema_version: 1, version, runs: self.runs, speeds };
        let value = serde_json::to_value(&document).expect("a document has only texts as keys");
        format!("{value:#}\n")
    }
}

/// What runs of one scenario come to; those of the workloads have no file.
fn speed_of(file: Option<String>, runs: &[Measured]) -> Speed {
    let [first, ..] = runs else { unreachable!("each is replayed at least once") };
    Speed {
        scenario: first.scenario.clone(),
        file,
        events: first.events,
        stopped_by: first.stopped_by.clone(),
        seconds: median(runs.iter().map(|it| it.seconds).collect()),
        seconds_of_reading: median(runs.iter().map(|it| it.seconds_of_reading).collect()),
        peak_memory: runs.iter().map(|it| it.peak_memory).max().unwrap_or_default(),
    }
}

/// The status, with what is to be said of limits that stopped something.
fn status_of(speeds: &[Speed]) -> Status {
    let status = |speed: &Speed| {
        let file = Path::new(speed.file.as_ref().unwrap_or(&speed.scenario));
        stops::status(file, speed.stopped_by.as_deref(), Effect::NotComparable, stops::in_file)
    };
    speeds.iter().map(status).max().unwrap_or(Status::Fine)
}

/// The middle of some numbers; of an even count the lower of the two.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[(numbers.len() - 1) / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        for (numbers, expected) in
            [(vec![3.0], 3.0), (vec![9.0, 1.0, 2.0], 2.0), (vec![4.0, 1.0], 1.0)]
        {
            assert!((median(numbers) - expected).abs() < f64::EPSILON);
        }
    }
}
