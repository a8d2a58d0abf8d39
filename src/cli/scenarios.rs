//! Which scenarios the arguments name, and reading them all before anything runs.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Failure;
use crate::golden;
use crate::scenario::{Changes, Loaded, Scenario, folder};

/// A scenario file that was asked for.
#[derive(Debug)]
pub(super) struct Found {
    /// The file, as the user would write it.
    pub(super) file: PathBuf,
    /// What stands in it, as JSON.
    pub(super) loaded: Loaded,
    /// The scenario, with the changes applied.
    pub(super) scenario: Scenario,
}

impl Found {
    /// The scenario as it is written, with the changes applied.
    pub(super) fn value(&self) -> Value {
        // Worked out when it is asked for, since the file is parsed again for it.
        let value = self.loaded.value(&self.scenario.changes);
        value.expect("the scenario was made with the same changes")
    }
}

/// The scenario files that the arguments name: files as they are, of folders all scenarios by name. What a
/// pattern of the shell finds beside scenarios is passed over, as it is in folders.
pub(super) fn files(arguments: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    let mut beside = None;
    for argument in arguments {
        if argument.is_dir() {
            files.extend(in_folder(argument)?);
        } else if let Some(refusal) = no_scenario(argument) {
            beside.get_or_insert(refusal);
        } else {
            files.push(argument.clone());
        }
    }
    match beside {
        Some(refusal) if files.is_empty() => Err(refusal),
        _ => Ok(files),
    }
}

/// Refuses a folder, or a file that stands beside scenarios, where one scenario is wanted.
pub(super) fn one_file(file: &Path) -> Result<(), Failure> {
    if file.is_dir() {
        let folder = file.display();
        return Err(Failure::Message(format!(
            "{folder} is a folder: name one scenario; `hindsight list {folder}` shows them"
        )));
    }
    no_scenario(file).map_or(Ok(()), Err)
}

/// Why a file that stands beside scenarios is none, if it is one of those.
fn no_scenario(file: &Path) -> Option<Failure> {
    let kind = folder::beside_scenarios(file).filter(|_| file.is_file())?;
    let scenario = golden::scenario_of(file).filter(|it| it.is_file());
    let which = scenario.map_or_else(|| "a scenario".to_owned(), |it| it.display().to_string());
    let file = file.display();
    let told = format!("{file} is {kind} by its name, no scenario; help: name {which}");
    Some(Failure::Message(told))
}

fn in_folder(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error| Failure::Message(format!("cannot read {}: {error}", path.display()));
    let files = folder::scenarios(path).map_err(unreadable)?;
    if files.is_empty() {
        let folder = path.display();
        return Err(Failure::Message(format!(
            "there is no scenario in {folder}: a scenario is a file named *.json; `hindsight new my-incident -o {folder}/my-incident.json` writes a first one"
        )));
    }
    Ok(files)
}

/// The scenarios that the arguments name, with the changes applied, or everything that is wrong with any.
pub(super) fn read(arguments: &[PathBuf], changes: &Changes) -> Result<Vec<Found>, Failure> {
    let (mut found, mut refused) = (Vec::new(), Vec::new());
    for file in files(arguments)? {
        let read = |loaded: Loaded| {
            let scenario = loaded.scenario(changes)?;
            Ok(Found { file: file.clone(), loaded, scenario })
        };
        match Loaded::read(&file).and_then(read) {
            Ok(it) => found.push(it),
            Err(refusal) => refused.push(refusal),
        }
    }
    if refused.is_empty() { Ok(found) } else { Err(Failure::Refused(refused)) }
}
