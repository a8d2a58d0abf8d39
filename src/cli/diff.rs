//! `hindsight diff`: what moved between two reports.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value};

use super::{Failure, Status, output};
use crate::golden::leaves::changes;
use crate::golden::moves::{Moves, replays};
use crate::golden::text;

/// Compare two JSON reports: which facts and numbers moved, and by how much
///
/// Each file is a report that `replay --format json` wrote, or a golden file. Replays are paired by their
/// scenario; of golden files the scenarios are compared as well.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  hindsight replay FILE --format json -o before.json
  hindsight replay FILE --with cache-layer --format json -o after.json
  hindsight diff before.json after.json

Exit status: 0 nothing moved, 1 something did, 2 wrong usage.")]
pub(super) struct Diff {
    /// The report to compare with
    #[arg(value_name = "A.json")]
    old: PathBuf,
    /// The report to compare
    #[arg(value_name = "B.json")]
    new: PathBuf,
}

impl Diff {
    pub(super) fn run(&self) -> Result<Status, Failure> {
        let [old, new] = [&self.old, &self.new].map(|file| read(file));
        let (old, new) = (old?, new?);
        let (before, after) = (listed(&self.old, &old)?, listed(&self.new, &new)?);
        let mut lines = Vec::new();
        let envelopes = [&old, &new].map(|it| &it["envelope"]["scenario"]);
        if envelopes.iter().all(|it| it.is_object()) {
            let leaves = changes(envelopes[0], envelopes[1]);
            if !leaves.is_empty() {
                lines.push("changed in the scenario".to_owned());
                lines.extend(text::leaves(&leaves, usize::MAX, &[]));
            }
        }
        for replay in &before {
            let id = &replay["scenario"];
            match after.iter().find(|it| &it["scenario"] == id) {
                Some(other) => lines.extend(told(id, [replay, other])),
                None => lines.push(format!("{id} is only in {}", self.old.display())),
            }
        }
        for replay in &after {
            let id = &replay["scenario"];
            if !before.iter().any(|it| &it["scenario"] == id) {
                lines.push(format!("{id} is only in {}", self.new.display()));
            }
        }
        if lines.is_empty() {
            output::print("nothing moved\n")?;
            return Ok(Status::Fine);
        }
        output::print(&(lines.join("\n") + "\n"))?;
        Ok(Status::No)
    }
}

/// What moved in one scenario, a line each.
fn told(id: &Value, replays: [&Map<String, Value>; 2]) -> Vec<String> {
    let [old, new] = replays.map(|it| Value::Object(it.clone()));
    let moves = Moves::between(&old, &new);
    if moves.is_nothing() {
        return Vec::new();
    }
    let course = match &moves.fingerprints {
        Some([old, new]) => format!("other events: fingerprint {old} became {new}"),
        None if moves.is_wording() => "the same events, told otherwise".to_owned(),
        None => "the same events, measured or judged otherwise".to_owned(),
    };
    let mut lines = vec![id.as_str().unwrap_or_default().to_owned(), format!("  {course}")];
    lines.extend(text::moved(&moves, usize::MAX, ""));
    lines
}

fn read(file: &Path) -> Result<Value, Failure> {
    let name = file.display();
    let bytes =
        fs::read(file).map_err(|error| Failure::Message(format!("cannot read {name}: {error}")))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Failure::Message(format!("{name} is no JSON: {error}")))
}

fn listed<'a>(file: &Path, report: &'a Value) -> Result<Vec<&'a Map<String, Value>>, Failure> {
    replays(report).map_err(|odd| Failure::Message(format!("{} {odd}", file.display())))
}
