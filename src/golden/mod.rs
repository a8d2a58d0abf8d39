//! Golden files: the report of a scenario as it was last approved, beside the scenario.
//!
//! A replay is deterministic, so it is compared byte for byte. What was approved stands first, and in an
//! envelope behind it what it came from, so that a difference explains itself:
//!
//! ```text
//! {
//!   "results": { … },          the replay, as in the document of replays
//!   "envelope": {
//!     "schema_version": 1,     of the replay's layout
//!     "model_version": 2,      of the model
//!     "checkpoints": [ … ],    the fingerprint at some moments: where in time events differ
//!     "scenario": { … }        the scenario that was replayed
//!   }
//! }
//! ```

pub mod annotations;
pub mod course;
pub mod explanation;
pub mod judged;
pub mod junit;
pub mod leaves;
pub mod markdown;
pub mod moves;
pub mod text;
pub mod tolerance;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::report::Report;
use crate::report::amount::local;
use crate::report::json::{Replay, SCHEMA_VERSION};
use crate::report::layout;
use crate::simulation::MODEL_VERSION;
use crate::simulation::checkpoints;

/// In a golden file what is nested deeper stands on one line: a fact, a metric, a checkpoint.
const DEPTH_MAX: usize = 3;
/// In a golden file the scenario's fields stand so far to the right.
const INDENT: usize = 4;

/// A report with what it came from, to be written as a golden file.
#[derive(Debug)]
pub struct Golden {
    /// What was simulated.
    pub results: Replay,
    /// What it came from.
    pub envelope: Envelope,
}

/// What a report came from.
#[derive(Clone, Debug, Deserialize)]
pub struct Envelope {
    /// The version of the report's layout.
    pub schema_version: u32,
    /// The version of the model.
    pub model_version: u32,
    /// The fingerprint at some moments of the run, in the order of time.
    pub checkpoints: Vec<Checkpoint>,
    /// The scenario, as it stands in its file but for comments.
    pub scenario: Value,
}

/// A golden file as it is written.
#[derive(Serialize)]
struct File<'a> {
    results: &'a Replay,
    envelope: Written<'a>,
}

/// An envelope as it is written.
#[derive(Serialize)]
struct Written<'a> {
    schema_version: u32,
    model_version: u32,
    checkpoints: &'a [Checkpoint],
    scenario: &'a RawValue,
}

/// How a run stands at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The moment, a local time.
    pub at: String,
    /// How many events happened before it.
    pub events: u64,
    /// The fingerprint over them.
    pub fingerprint: String,
}

/// A golden file that was read.
#[derive(Clone, Debug, Deserialize)]
pub struct Approved {
    /// What was simulated.
    pub results: Value,
    /// What it came from.
    pub envelope: Envelope,
}

impl Golden {
    /// The report of a replay of this scenario, with its checkpoints.
    #[must_use]
    pub fn new(report: &Report, course: &[checkpoints::Checkpoint], resolved: Value) -> Self {
        let checkpoint = |it: &checkpoints::Checkpoint| Checkpoint {
            at: local(it.at, report.scenario),
            events: it.events,
            fingerprint: it.fingerprint.to_string(),
        };
        let envelope = Envelope {
            schema_version: SCHEMA_VERSION,
            model_version: MODEL_VERSION,
            checkpoints: course.iter().map(checkpoint).collect(),
            scenario: resolved,
        };
        Self { results: Replay::new(report), envelope }
    }

    /// The file as text, which ends in a line break.
    ///
    /// # Panics
    ///
    /// Panics if JSON is none, which is not so.
    #[must_use]
    pub fn to_text(&self) -> String {
        // The scenario is laid out by what fits on a line, everything else by how deep it is nested.
        let scenario = RawValue::from_string(layout::filled(
            &self.envelope.scenario,
            INDENT,
            INDENT + "\"scenario\": ".len(),
        ));
        let envelope = Written {
            schema_version: self.envelope.schema_version,
            model_version: self.envelope.model_version,
            checkpoints: &self.envelope.checkpoints,
            scenario: &scenario.expect("a value is written as JSON"),
        };
        layout::to_text(&File { results: &self.results, envelope }, DEPTH_MAX)
    }
}

impl Approved {
    /// Reads what stands in a golden file.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it, if it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| format!("is no golden file: {error}"))
    }
}

/// The golden file of a scenario: `x.golden.json` beside `x.json`.
#[must_use]
pub fn path(scenario: &Path) -> PathBuf {
    scenario.with_extension("golden.json")
}

/// The scenario of a golden file: `x.json` beside `x.golden.json`; nothing for other files.
#[must_use]
pub fn scenario_of(golden: &Path) -> Option<PathBuf> {
    let name = golden.file_name()?.to_str()?.strip_suffix(".golden.json")?;
    Some(golden.with_file_name(format!("{name}.json")))
}

/// Whether this is the name of a golden file whose scenario is not there.
#[must_use]
pub fn is_unreferenced(golden: &Path) -> bool {
    scenario_of(golden).is_some_and(|scenario| !scenario.is_file())
}

/// The golden files of a folder that no scenario there refers to, by name.
///
/// # Errors
///
/// Fails if the folder cannot be read.
pub fn unreferenced(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if is_unreferenced(&path) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The text of a golden file, if there is one.
///
/// # Errors
///
/// Fails if the file is there and cannot be read.
pub fn read(golden: &Path) -> io::Result<Option<String>> {
    match fs::read(golden) {
        // What is no UTF-8 differs from every report, and shall be told as that.
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A scenario as a golden file keeps it: what its fields hold, without the hint for editors.
#[must_use]
pub fn resolved(scenario: &Value) -> Value {
    let mut value = scenario.clone();
    if let Some(fields) = value.as_object_mut() {
        fields.shift_remove("$schema");
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_golden_file_stands_beside_the_scenario() {
        let scenario = Path::new("scenarios/2026-03-02-chat.v2.json");
        let golden = path(scenario);
        assert_eq!(golden, Path::new("scenarios/2026-03-02-chat.v2.golden.json"));
        assert_eq!(scenario_of(&golden).as_deref(), Some(scenario));
        assert_eq!(scenario_of(scenario), None);
    }
}
