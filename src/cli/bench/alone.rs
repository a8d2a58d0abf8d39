//! One replay, measured in a process of its own: what it takes of memory is its own, and no replay before it
//! has warmed anything up.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::WORKLOADS;
use crate::cli::guard::{self, Guard};
use crate::cli::{Failure, Status};
use crate::scenario::{Changes, Loaded, Refusal};
use crate::simulation;

/// How often a process looks at how much memory it has.
const LOOK_EVERY: Duration = Duration::from_millis(1);

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

/// Has a process of its own measure a workload or a file, which may take as much as this one.
pub(super) fn measured(subject: &Path, guard: &Guard) -> Result<Measured, Failure> {
    let failed = |why: &dyn std::fmt::Display| {
        Failure::Message(format!("cannot measure {}: {why}", subject.display()))
    };
    let program = std::env::current_exe().map_err(|error| failed(&error))?;
    let mut process = Command::new(program)
        .arg("bench")
        .args(guard.arguments())
        .arg("--alone")
        .arg(subject)
        // Open as long as this process is there: `end_with_its_parent` waits for its end.
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(&error))?;
    let held = process.stdin.take();
    let output = process.wait_with_output().map_err(|error| failed(&error))?;
    drop(held);
    if output.status.success() {
        return serde_json::from_slice(&output.stdout).map_err(|error| failed(&error));
    }
    let told = String::from_utf8_lossy(&output.stderr);
    let told = told.trim().trim_start_matches("error: ");
    if output.status.code() == Some(Status::Stopped as i32) {
        return Err(Failure::Stopped(format!("{}: {told}", subject.display())));
    }
    Err(failed(&told))
}

/// Reads and replays a workload or a file, in this process.
pub(super) fn measure(subject: &Path) -> Result<Measured, Failure> {
    guard::begin_beside("parent", end_with_its_parent)?;
    guard::begin_beside("memory", || {
        loop {
            look_at_memory();
            thread::sleep(LOOK_EVERY);
        }
    })?;
    let begun = Instant::now();
    let scenario = load(subject)
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

/// Ends this process when whoever holds the other end of its standard input is gone, however that ended: no
/// replay goes on for nobody.
fn end_with_its_parent() {
    let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
    process::exit(Status::Stopped as i32);
}

fn load(subject: &Path) -> Result<Loaded, Refusal> {
    let workload = WORKLOADS.iter().find(|(name, _)| subject == Path::new(name));
    match workload {
        Some((name, text)) => Loaded::parse(name, text.as_bytes(), PathBuf::new()),
        None => Loaded::read(subject),
    }
}

/// The most memory that the process has had, as far as anybody looked.
static PEAK_MEMORY: AtomicU64 = AtomicU64::new(0);

fn look_at_memory() -> u64 {
    let taken = guard::memory_taken();
    PEAK_MEMORY.fetch_max(taken, Ordering::Relaxed).max(taken)
}
