//! What protects the machine: whoever runs out of time or memory, or is interrupted, ends with one message.
//!
//! A run never looks at a clock, so that its bytes are the same everywhere. So a thread beside it looks at
//! the time and at the memory that the process has, and ends the whole process: no report, and nothing
//! half written.

#![expect(clippy::disallowed_types, reason = "it guards the machine beside the run, not within it")]

use std::fs;
use std::iter;
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;

use super::{Failure, Status, output};
use crate::report::whole_file;
use crate::units::{Bytes, Span};

/// A look takes ten microseconds, and between two of them a run takes some ten megabytes at most.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// As much as a shell reports of a program that was interrupted.
const INTERRUPTED: i32 = 130;
/// What may be taken where nothing tells how much there is.
const MEMORY_DEFAULT: u64 = 4 << 30;

/// Limits that protect the machine, unlike those of the scenario, which belong to the model
#[derive(Debug, Args)]
pub(super) struct Guard {
    /// Give up after so long, reading included, without a report
    #[arg(long, value_name = "DURATION", default_value = "1h")]
    time_max: Span,
    /// Give up above so much memory, without a report; by default three quarters of what is free
    #[arg(long, value_name = "SIZE")]
    memory_max: Option<Bytes>,
}

/// What whoever runs out of time or memory is told besides which limit that was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Advice {
    /// What is there at the end.
    written: &'static str,
    /// What needs less time.
    less_time: &'static str,
    /// What needs less memory.
    less_memory: &'static str,
}

const NOTHING: &str = "nothing was written";
const THREADS: &str = "fewer --threads need less";

impl Advice {
    /// For replays with many seeds or values, on threads.
    pub(super) const MANY: Self = Self {
        written: NOTHING,
        less_time: "a shorter clock or fewer seeds need less",
        less_memory: THREADS,
    };
    /// For one replay.
    pub(super) const ONE: Self = Self {
        written: NOTHING,
        less_time: "a shorter clock needs less",
        less_memory: "a shorter clock or a coarser resolution needs less",
    };
    /// For what is done with every scenario that is named, once.
    pub(super) const EACH: Self = Self {
        written: NOTHING,
        less_time: "fewer scenarios at a time need less",
        less_memory: "fewer scenarios at a time need less",
    };
    /// For measuring runs one after the other.
    pub(super) const RUNS: Self = Self {
        written: NOTHING,
        less_time: "fewer --runs need less",
        less_memory: "a shorter clock or a coarser resolution needs less",
    };
    /// For parts that are made on threads and written before the end.
    pub(super) const PARTS: Self = Self {
        written: "the parts that were made stay",
        less_time: "--resume goes on from there",
        less_memory: THREADS,
    };
    /// For putting parts together.
    pub(super) const MERGE: Self = Self {
        written: NOTHING,
        less_time: "a plan of fewer runs needs less",
        less_memory: "a plan of fewer runs needs less",
    };
}

impl Guard {
    /// The options with which another process of this program has the same limits.
    pub(super) fn arguments(&self) -> Vec<String> {
        let memory = self.memory_max.map(|it| format!("--memory-max={}B", it.get()));
        iter::once(format!("--time-max={}", self.time_max)).chain(memory).collect()
    }

    /// Begins to look at time and memory, until the process ends.
    pub(super) fn stand(&self, advice: Advice) -> Result<(), Failure> {
        let begun = Instant::now();
        let time_max = Duration::from_nanos(self.time_max.as_nanos());
        let memory_max = self.memory_max.unwrap_or_else(three_quarters_of_what_is_free);
        let time_told = self.time_max;
        let Advice { written, less_time, less_memory } = advice;
        let look = move || {
            loop {
                if begun.elapsed() >= time_max {
                    give_up(&format!(
                        "took longer than {time_told} and was stopped; {written}; help: \
                         --time-max raises that limit, and {less_time}"
                    ));
                }
                if memory_taken() > memory_max.get() {
                    give_up(&format!(
                        "took more memory than {memory_max} and was stopped; {written}; \
                         help: --memory-max raises that limit, and {less_memory}"
                    ));
                }
                thread::sleep(LOOK_EVERY.min(time_max.saturating_sub(begun.elapsed())));
            }
        };
        begin_beside("guard", look)
    }
}

/// Begins something that goes on beside the run until the process ends.
pub(super) fn begin_beside(
    name: &str,
    look: impl FnOnce() + Send + 'static,
) -> Result<(), Failure> {
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(look);
    spawned.map(|_| ()).map_err(|error| Failure::Message(format!("cannot start a thread: {error}")))
}

/// How much memory the process has now, in bytes.
pub(super) fn memory_taken() -> u64 {
    memory_stats::memory_stats().map_or(0, |it| it.physical_mem as u64)
}

/// Lets an interruption end the process without leaving anything half written.
pub(super) fn stand_against_interruption() {
    let handler = || {
        let _quiet = whole_file::nothing_being_written();
        process::exit(INTERRUPTED);
    };
    // Without a handler an interruption ends the process all the same.
    let _ = ctrlc::set_handler(handler);
}

fn give_up(message: &str) {
    let _quiet = whole_file::nothing_being_written();
    output::error(message);
    process::exit(Status::Stopped as i32);
}

fn three_quarters_of_what_is_free() -> Bytes {
    let free = [of_machine(), of_group()].into_iter().flatten().min();
    Bytes::new(free.unwrap_or(MEMORY_DEFAULT) / 4 * 3)
}

/// What the machine has to give, where Linux says so.
fn of_machine() -> Option<u64> {
    let told = fs::read_to_string("/proc/meminfo").ok()?;
    let line = told.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// What the control group that a container runs in has left, in either version of such groups.
fn of_group() -> Option<u64> {
    let number = |file: &str| fs::read_to_string(file).ok()?.trim().parse::<u64>().ok();
    let files = [
        ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
        (
            "/sys/fs/cgroup/memory/memory.limit_in_bytes",
            "/sys/fs/cgroup/memory/memory.usage_in_bytes",
        ),
    ];
    files.into_iter().find_map(|(most, taken)| number(most)?.checked_sub(number(taken)?))
}
