//! What `hindsight` promises, one module a promise; goldens and errors as the built binary gives them.

mod answers;
mod bench;
mod cli;
mod cliffs;
mod compare;
mod compare_html;
mod determinism;
mod explain;
mod exports;
mod fuzz;
mod golden;
mod hostile;
mod html;
mod incidents;
mod kind_errors;
mod markdown;
mod minutes;
#[cfg(unix)]
mod output;
mod pairing;
mod properties;
mod ranks;
mod readme;
mod regression;
mod scenario_errors;
mod schedules;
mod series;
mod stage;
mod sweeps;
mod theory;
mod tidy;

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use serde_json::Value;

/// The binary under test, called from the root of the crate.
fn hindsight(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hindsight"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("NO_COLOR").args(arguments);
    command.env_remove("CI").env_remove("GITHUB_ACTIONS");
    command
}

/// A scenario of a few simulated minutes.
const SHORT: &str = "tests/scenarios/short-outage.json";

fn short_text() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(SHORT);
    std::fs::read_to_string(file).expect("the scenario is in the repository")
}

fn short_value() -> Value {
    serde_json::from_str(&short_text()).expect("the scenario has no comments")
}

/// Writes a file into a folder and gives its path.
fn write(folder: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).expect("the folder was just made");
    path
}

fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).expect("output is UTF-8")
}

fn stderr(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).expect("output is UTF-8")
}

/// A path as an argument.
fn text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}
