//! One replay, measured in a process of its own: what it takes of memory is its own, and no replay before it
//! has warmed anything up.
//!
//! The process that waits sends the scenario down a pipe, so that every run is of the text that was checked,
//! and holds the pipe open as long as it waits.

use std::ffi::OsString;
use std::io::{self, BufRead as _, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::cli::guard::{self, Guard};
use crate::cli::{Failure, Status};
use crate::scenario::{Changes, Loaded};
use crate::simulation;

/// How often a process looks at how much memory it has.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// What is to be measured.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    /// What it is called in messages: its file, or a workload's name.
    pub(super) name: PathBuf,
    /// What stands in it.
    pub(super) text: String,
}

/// What one process measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Measured {
    /// The scenario's id.
    pub(super) scenario: String,
    pub(super) events: u64,
    /// The limit of the scenario that stopped it before its end.
    pub(super) stopped_by: Option<String>,
    pub(super) seconds: f64,
    pub(super) seconds_of_reading: f64,
    /// In bytes.
    pub(super) peak_memory: u64,
}

impl Subject {
    /// Has a process of its own measure it, which may take as much as this one.
    pub(super) fn measured(&self, guard: &Guard) -> Result<Measured, Failure> {
        let failed = |why: &dyn std::fmt::Display| {
            Failure::Message(format!("cannot measure {}: {why}", self.name.display()))
        };
        let mut alone = OsString::from("--alone=");
        alone.push(&self.name);
        let mut process = Command::new(std::env::current_exe().map_err(|error| failed(&error))?)
            .arg("bench")
            .args(guard.arguments())
            .arg(alone)
            // What it says on standard error becomes part of a message, without colours.
            .env_remove("CLICOLOR_FORCE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| failed(&error))?;
        let mut held = process.stdin.take();
        if let Some(pipe) = &mut held {
            // A process that does not listen says why in the end.
            let _ = write!(pipe, "{}\n{}", self.text.len(), self.text).and_then(|()| pipe.flush());
        }
        let output = process.wait_with_output().map_err(|error| failed(&error))?;
        drop(held);
        if output.status.success() {
            return serde_json::from_slice(&output.stdout).map_err(|error| failed(&error));
        }
        let told = String::from_utf8_lossy(&output.stderr);
        let told = told.trim().trim_start_matches("error: ");
        if output.status.code() == Some(Status::Stopped as i32) {
            return Err(Failure::Stopped(format!("{}: {told}", self.name.display())));
        }
        let said = if told.is_empty() { String::new() } else { format!(", saying: {told}") };
        Err(failed(&format!(
            "its process ended with {}{said}; help: if the machine ran out of memory, a shorter clock needs less",
            output.status
        )))
    }
}

/// Reads and replays the scenario that standard input holds, in this process.
pub(super) fn measure(name: &Path) -> Result<Measured, Failure> {
    guard::begin_beside("memory", || {
        loop {
            look_at_memory();
            thread::sleep(LOOK_EVERY);
        }
    })?;
    let size = announced().map_err(|error| {
        Failure::Message(format!("standard input does not hold a size and a scenario: {error}"))
    })?;
    let begun = Instant::now();
    let mut text = vec![0; size];
    let read = io::stdin().lock().read_exact(&mut text);
    read.map_err(|error| Failure::Message(format!("standard input ends early: {error}")))?;
    guard::begin_beside("parent", end_with_its_parent)?;
    let directory = name.parent().unwrap_or(Path::new("")).to_owned();
    let scenario = Loaded::parse(&name.display().to_string(), &text, directory)
        .and_then(|loaded| loaded.scenario(&Changes::default()))
        .map_err(|refusal| Failure::Refused(vec![refusal]))?;
    let seconds_of_reading = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    let outcome = simulation::run(&scenario, scenario.seed());
    let seconds = begun.elapsed().as_secs_f64();
    Ok(Measured {
        scenario: scenario.file.id.clone(),
        events: outcome.run.events,
        stopped_by: outcome.run.stop.limit().map(str::to_owned),
        seconds,
        seconds_of_reading,
        peak_memory: look_at_memory(),
    })
}

/// How many bytes of a scenario follow on standard input.
fn announced() -> io::Result<usize> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    line.trim_end().parse().map_err(io::Error::other)
}

/// Ends this process when whoever holds the other end of its standard input is gone, however that ended: no
/// replay goes on for nobody.
fn end_with_its_parent() {
    let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
    process::exit(Status::Stopped as i32);
}

/// The most memory that the process has had, as far as anybody looked.
static PEAK_MEMORY: AtomicU64 = AtomicU64::new(0);

fn look_at_memory() -> u64 {
    let taken = guard::memory_taken();
    PEAK_MEMORY.fetch_max(taken, Ordering::Relaxed).max(taken)
}
