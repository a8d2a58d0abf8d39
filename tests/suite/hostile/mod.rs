//! Hostile input: whatever a file holds, it is refused at once with its place and a remedy, or a limit
//! ends its run; never a panic, never a hang, never more memory than a text editor takes.

#![expect(clippy::disallowed_types, reason = "how long a process takes is what is tested")]

mod cases;
mod machine;
mod made;
mod running;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rayon::prelude::*;

/// The seconds that a refusal may keep the processor busy.
const PROCESSOR_TIME: u32 = 1;
/// How long it may take on a machine that is busy with other tests besides.
const TIME_MAX: Duration = Duration::from_secs(5);
/// The address space of a process that refuses a file, in kilobytes; what is resident is less.
const ADDRESS_SPACE: u32 = 256 << 10;

/// A file that must be refused.
pub(crate) struct Bad {
    /// Its class.
    pub(crate) class: String,
    /// Its name in the class.
    pub(crate) name: String,
    /// What stands in the files that there are, the scenario's first.
    pub(crate) files: Vec<(&'static str, Vec<u8>)>,
    /// The command, and what follows the file.
    pub(crate) command: String,
    pub(crate) arguments: Vec<String>,
    /// What the message holds: a place, or the words that matter.
    pub(crate) says: String,
}

/// How a process ended.
struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
    took: Duration,
}

/// Runs the binary in a small address space, and until it has had its time.
fn run(command: &str, file: &Path, arguments: &[String]) -> Ended {
    let begun = Instant::now();
    let limited =
        format!("ulimit -v {ADDRESS_SPACE}; ulimit -t {PROCESSOR_TIME}; exec \"$0\" \"$@\"");
    let mut process = Command::new("sh");
    process.args(["-c", &limited, env!("CARGO_BIN_EXE_hindsight"), command]).arg(file);
    // One arena: each further one reserves a quarter of the address space and never uses it.
    let output = process.args(arguments).env("MALLOC_ARENA_MAX", "1").output();
    let output = output.expect("a shell can be run");
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        took: begun.elapsed(),
    }
}

/// Writes the files of a case and gives the scenario's.
fn write(folder: &Path, bad: &Bad) -> PathBuf {
    for (name, bytes) in &bad.files {
        std::fs::write(folder.join(name), bytes).expect("the folder was just made");
    }
    folder.join(bad.files[0].0)
}

/// Everything that is wrong with how a case is refused.
fn faults(bad: &Bad) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary directory can be made");
    let file = write(folder.path(), bad);
    let ended = run(&bad.command, &file, &bad.arguments);
    let mut faults = Vec::new();
    let mut demand = |is_met: bool, what: &str| {
        if !is_met {
            faults.push(what.to_owned());
        }
    };
    let said = &ended.stderr;
    demand(ended.code == Some(2), &format!("exit status {:?}", ended.code));
    demand(ended.stdout.is_empty(), "something on standard output");
    demand(!said.contains("panicked") && !said.contains("RUST_BACKTRACE"), "a panic");
    demand(said.contains(&bad.says), &format!("no {:?}", bad.says));
    let is_placed = !bad.arguments.is_empty() || said.contains("scenario.json");
    demand(is_placed, "no place");
    let lines = format!("\n{said}");
    let mut messages = lines.split("\nerror: ").skip(1).peekable();
    let is_remedied = messages.peek().is_some() && messages.all(|it| it.contains("help"));
    demand(is_remedied, "no remedy");
    let is_obeyed =
        |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
    demand(!said.contains(is_obeyed), "a control character");
    demand(ended.took <= TIME_MAX, &format!("took {:?}", ended.took));
    if faults.is_empty() {
        faults
    } else {
        vec![format!("{}\n{}", faults.join(", "), ended.stderr)]
    }
}

/// Asserts that each is refused as it must be, and tells how many there were.
fn assert_refused(all: &[Bad]) {
    let judged: Vec<Vec<String>> = all.par_iter().map(faults).collect();
    let mut classes: Vec<&str> = all.iter().map(|bad| bad.class.as_str()).collect();
    classes.dedup();
    let (mut told, mut refused, mut panics) = (String::new(), 0, 0);
    for (bad, faults) in all.iter().zip(&judged) {
        refused += usize::from(faults.is_empty());
        panics += faults.iter().filter(|it| it.contains("a panic")).count();
        for fault in faults {
            let _ = writeln!(told, "{}/{}: {fault}", bad.class, bad.name);
        }
    }
    tell(&format!(
        "{} bad files in {} classes: {refused} refused, {panics} panics",
        all.len(),
        classes.len()
    ));
    assert!(told.is_empty(), "{told}");
}

#[expect(clippy::print_stdout, reason = "shown with --nocapture, for whoever wants the count")]
fn tell(line: &str) {
    println!("{line}");
}

#[test]
fn every_bad_file_is_refused_at_once_with_its_place_and_a_remedy() {
    let mut all = cases::all();
    all.extend(made::all());
    assert!(all.len() >= 160, "only {} bad files are left", all.len());
    assert_refused(&all);
}
