//! Limits that protect the machine: time and memory, and an interruption; one message and nothing left behind.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::tempdir;

use super::cases::folder;
use crate::{hindsight, stderr, stdout, text};

/// A replay that takes long and much memory, as its limits are raised.
fn endless(folder: &Path) -> Vec<String> {
    let file = super::cases::folder().join("running/a-queue-without-end.json");
    let mut arguments = vec!["replay".to_owned(), text(&file).to_owned()];
    for limit in ["events", "events_at_one_instant", "in_flight"] {
        arguments.extend(["--set".to_owned(), format!("limits.{limit}=1000000000000")]);
    }
    arguments.extend(["-o".to_owned(), text(&folder.join("report.txt")).to_owned()]);
    arguments
}

fn assert_stopped(more: &[&str], said: &str) {
    let folder = tempdir().expect("a temporary directory can be made");
    let arguments = endless(folder.path());
    let arguments: Vec<&str> =
        arguments.iter().map(String::as_str).chain(more.iter().copied()).collect();
    let begun = Instant::now();
    let assert = hindsight(&arguments).assert().code(3);
    assert!(begun.elapsed() < Duration::from_secs(30));
    assert_eq!(stdout(&assert), "");
    let message = stderr(&assert);
    assert_eq!(message.matches("error:").count(), 1, "{message}");
    for part in [said, "nothing was written", "help:"] {
        assert!(message.contains(part), "no {part:?} in {message}");
    }
    assert_eq!(folder.path().read_dir().expect("it is there").count(), 0, "nothing is left behind");
}

#[test]
fn a_replay_that_takes_too_long_is_given_up() {
    assert_stopped(&["--time-max", "300ms"], "took longer than 300ms");
    // Reading is counted, too.
    assert_stopped(&["--time-max", "0s"], "took longer than 0s");
}

#[test]
#[cfg(target_os = "linux")]
fn a_replay_that_takes_too_much_memory_is_given_up() {
    assert_stopped(&["--memory-max", "60MB"], "took more memory than 60.0MB");
}

#[test]
fn every_command_that_runs_has_both_limits() {
    let short = crate::SHORT;
    let vary = ["--vary", "platform.stations.front.service.replicas=1..2"];
    let commands: [(&str, &[&str]); 9] = [
        ("replay", &[]),
        ("check", &[]),
        ("explain", &[]),
        ("validate", &[]),
        ("compare", &[]),
        ("rank", &[]),
        ("minutes", &[]),
        ("search", &vary),
        ("sweep", &["--vary", "platform.stations.front.service.replicas=1,2"]),
    ];
    for (command, more) in commands {
        let run = [&[command, short], more].concat();
        hindsight(&[&run[..], &["--time-max", "0s"]].concat()).assert().code(3);
        let run = [&run[..], &["--memory-max", "lots"]].concat();
        let assert = hindsight(&run).assert().code(2);
        assert!(stderr(&assert).contains("512MB"), "{command}");
    }
}

#[test]
#[cfg(unix)]
fn an_interruption_leaves_nothing_behind() {
    let scratch = tempdir().expect("a temporary directory can be made");
    let mut process: Child = Command::new(env!("CARGO_BIN_EXE_hindsight"))
        .args(endless(scratch.path()))
        .current_dir(folder())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it can be run");
    sleep(Duration::from_millis(500));
    let interrupted = Command::new("kill").args(["-INT", &process.id().to_string()]).status();
    assert!(interrupted.expect("there is a kill").success());
    let ended = process.wait().expect("it ends");
    assert_eq!(ended.code(), Some(130));
    assert_eq!(
        scratch.path().read_dir().expect("it is there").count(),
        0,
        "nothing is left behind"
    );
}
