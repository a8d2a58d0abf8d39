//! `hindsight bench`: how fast replays are on this machine.

#![expect(clippy::disallowed_types, reason = "it measures the run from outside")]

use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use serde::{Deserialize, Serialize};

use super::guard::{self, Guard};
use super::output::Format;
use super::{Failure, Status, output, scenarios, work};
use crate::report::text::speed::{self, Speed};
use crate::scenario::{Changes, Loaded};
use crate::simulation;

/// The workloads that come with the program, by name.
const WORKLOADS: [(&str, &str); 3] = [
    ("m-m-1", include_str!("../../benches/scenarios/m-m-1.json")),
    ("m-m-8", include_str!("../../benches/scenarios/m-m-8.json")),
    ("storm", include_str!("../../benches/scenarios/storm.json")),
];

/// Scenarios that are measured as well where nothing else is asked for.
const FOLDER: &str = "scenarios";

/// How often a process looks at how much memory it has.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// Measure how fast replays are on this machine
///
/// Three workloads of the literature come with the program: one server and a million customers, eight
/// servers and a million customers, and a storm of retries. They and the scenarios that are named are
/// each replayed several times, one after the other on one core, in a process of their own. The run of
/// median length counts, without the report; reading includes all checks.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  hindsight bench                       the workloads, and the scenarios of the folder `scenarios`
  hindsight bench my-incident.json      the workloads and one's own
  hindsight bench --runs 21             on a machine that is busy with other things")]
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
    /// Measure one workload or scenario file in this process
    #[arg(long, hide = true, value_name = "WORKLOAD|FILE", conflicts_with = "paths")]
    alone: Option<PathBuf>,
    #[command(flatten)]
    guard: Guard,
}

/// What one process measured.
#[derive(Debug, Serialize, Deserialize)]
struct Measured {
    scenario: String,
    events: u64,
    seconds: Vec<f64>,
    seconds_of_reading: Vec<f64>,
    peak_memory: u64,
}

/// The report for programs.
#[derive(Serialize)]
struct Document {
    schema_version: u32,
    runs: u16,
    speeds: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    scenario: String,
    events: u64,
    seconds: f64,
    events_per_second: f64,
    nanoseconds_per_event: f64,
    peak_memory_bytes: u64,
    seconds_of_reading: f64,
}

impl Bench {
    pub(super) fn run(&self) -> Result<Status, Failure> {
        self.guard.stand()?;
        if let Some(subject) = &self.alone {
            let measured = measure(subject, self.runs)?;
            let text = serde_json::to_string(&measured).expect("names and numbers");
            output::print(&text)?;
            return Ok(Status::Fine);
        }
        let subjects = self.subjects()?;
        let bar = work::bar(subjects.len() as u64);
        let mut speeds = Vec::new();
        for subject in &subjects {
            speeds.push(speed_of(self.measure_alone(subject)?));
            bar.inc(1);
        }
        bar.finish_and_clear();
        let text = match self.format {
            Format::Text => speed::table(&speeds, output::look(None)),
            Format::Json => self.json(&speeds),
        };
        output::print(&text)?;
        Ok(Status::Fine)
    }

    /// The workloads by name, then the files; all of which can be read.
    fn subjects(&self) -> Result<Vec<PathBuf>, Failure> {
        let default = [PathBuf::from(FOLDER)];
        let paths =
            if self.paths.is_empty() && default[0].is_dir() { &default[..] } else { &self.paths };
        let found = scenarios::read(paths, &Changes::default())?;
        let workloads = WORKLOADS.iter().map(|(name, _)| PathBuf::from(name));
        Ok(workloads.chain(found.into_iter().map(|found| found.file)).collect())
    }

    /// Has a process of its own measure a workload or a file, so that its memory is its own.
    fn measure_alone(&self, subject: &Path) -> Result<Measured, Failure> {
        let failed = |why: &dyn std::fmt::Display| {
            Failure::Message(format!("cannot measure {}: {why}", subject.display()))
        };
        let program = std::env::current_exe().map_err(|error| failed(&error))?;
        let output = process::Command::new(program)
            .arg("bench")
            .arg("--alone")
            .arg(subject)
            .args(["--runs", &self.runs.to_string()])
            .stdin(process::Stdio::null())
            .output()
            .map_err(|error| failed(&error))?;
        if !output.status.success() {
            return Err(failed(&String::from_utf8_lossy(&output.stderr).trim()));
        }
        serde_json::from_slice(&output.stdout).map_err(|error| failed(&error))
    }

    fn json(&self, speeds: &[Speed]) -> String {
        let entry = |speed: &Speed| Entry {
            scenario: speed.scenario.clone(),
            events: speed.events,
            seconds: speed.seconds,
            events_per_second: speed.events_per_second(),
            nanoseconds_per_event: speed.nanos_per_event(),
            peak_memory_bytes: speed.peak_memory,
            seconds_of_reading: speed.seconds_of_reading,
        };
        let speeds = speeds.iter().map(entry).collect();
        let document = Document { schema_version: 1, runs: self.runs, speeds };
        let value = serde_json::to_value(&document).expect("a document has only texts as keys");
        format!("{value:#}\n")
    }
}

/// Reads and replays a workload or a file some times over.
fn measure(subject: &Path, runs: u16) -> Result<Measured, Failure> {
    let refused = |refusal| Failure::Refused(vec![refusal]);
    guard::begin_beside("memory", || {
        loop {
            look_at_memory();
            thread::sleep(LOOK_EVERY);
        }
    })?;
    let mut measured = Measured {
        scenario: String::new(),
        events: 0,
        seconds: Vec::new(),
        seconds_of_reading: Vec::new(),
        peak_memory: 0,
    };
    for _ in 0..runs {
        let begun = Instant::now();
        let scenario = load(subject)
            .and_then(|loaded| loaded.scenario(&Changes::default()))
            .map_err(refused)?;
        measured.seconds_of_reading.push(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        let outcome = simulation::run(&scenario, scenario.seed());
        measured.seconds.push(begun.elapsed().as_secs_f64());
        measured.events = outcome.run.events;
        measured.scenario.clone_from(&scenario.file.id);
    }
    measured.peak_memory = look_at_memory();
    Ok(measured)
}

fn load(subject: &Path) -> Result<Loaded, crate::scenario::Refusal> {
    let workload = WORKLOADS.iter().find(|(name, _)| subject == Path::new(name));
    match workload {
        Some((name, text)) => Loaded::parse(name, text.as_bytes(), PathBuf::new()),
        None => Loaded::read(subject),
    }
}

fn speed_of(measured: Measured) -> Speed {
    Speed {
        scenario: measured.scenario,
        events: measured.events,
        seconds: median(measured.seconds),
        seconds_of_reading: median(measured.seconds_of_reading),
        peak_memory: measured.peak_memory,
    }
}

/// The middle of some numbers; of an even count the lower of the two.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[(numbers.len() - 1) / 2]
}

/// The most memory that the process has had, as far as anybody looked.
static PEAK_MEMORY: AtomicU64 = AtomicU64::new(0);

fn look_at_memory() -> u64 {
    let taken = guard::memory_taken();
    PEAK_MEMORY.fetch_max(taken, Ordering::Relaxed).max(taken)
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
