//! `hindsight validate`: everything that is wrong with scenarios and their mitigations.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::guard::{Advice, Guard};
use super::{Failure, Status, output, scenarios};
use crate::scenario::file::File;
use crate::scenario::patch;
use crate::scenario::path::Path;
use crate::scenario::{Changes, Loaded, Refusal};

/// Say everything that is wrong with scenarios, without replaying them
///
/// Each scenario is checked as it stands, with each of its mitigations alone, and with all of them
/// together unless two set the same field.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Example:
  hindsight validate scenarios

Exit status: 0 all can be replayed, 2 one cannot; every problem is shown with its place.")]
pub(super) struct Validate {
    /// Scenario files, or folders of them
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    guard: Guard,
}

impl Validate {
    pub(super) fn run(&self) -> Result<Status, Failure> {
        self.guard.stand(Advice::EACH)?;
        let mut refused = Vec::new();
        for file in scenarios::files(&self.paths)? {
            match Loaded::read(&file).map_err(|refusal| vec![refusal]).and_then(|it| validate(&it))
            {
                Ok(told) => output::print(&format!("ok  {}: {told}\n", file.display()))?,
                Err(refusals) => refused.extend(refusals),
            }
        }
        if refused.is_empty() { Ok(Status::Fine) } else { Err(Failure::Refused(refused)) }
    }
}

/// What a scenario holds, or everything that is wrong with it.
fn validate(loaded: &Loaded) -> Result<String, Vec<Refusal>> {
    let scenario = loaded.scenario(&Changes::default()).map_err(|refusal| vec![refusal])?;
    let names: Vec<&String> = scenario.file.mitigations.keys().collect();
    let mut refusals: Vec<Refusal> =
        names.iter().filter_map(|name| with(loaded, &[*name]).err()).collect();
    let conflict = conflict(&scenario.file);
    if refusals.is_empty() && names.len() > 1 && conflict.is_none() {
        refusals.extend(with(loaded, &names).err());
    }
    if refusals.is_empty() { Ok(told(&scenario.file, conflict)) } else { Err(refusals) }
}

fn with(loaded: &Loaded, names: &[&String]) -> Result<(), Refusal> {
    let with = names.iter().copied().cloned().collect();
    loaded.check(&Changes { with, ..Changes::default() })
}

/// Two mitigations that set the same field otherwise, so that they are alternatives.
fn conflict(file: &File) -> Option<[&str; 2]> {
    let leaves: Vec<(&str, Vec<(Path, &Value)>)> = file
        .mitigations
        .iter()
        .map(|(name, mitigation)| (name.as_str(), patch::leaves(&mitigation.patch)))
        .collect();
    let differ = |(a, a_value): &(Path, &Value), (b, b_value): &(Path, &Value)| {
        (a == b && a_value != b_value) || (a != b && (a.below(b).is_some() || b.below(a).is_some()))
    };
    leaves.iter().enumerate().find_map(|(index, (name, mine))| {
        let others = leaves[..index].iter();
        let mut others =
            others.filter(|(_, its)| mine.iter().any(|a| its.iter().any(|b| differ(a, b))));
        others.next().map(|(other, _)| [*other, *name])
    })
}

fn told(file: &File, conflict: Option<[&str; 2]>) -> String {
    let counts = [
        (file.platform.stations.len(), "station"),
        (file.workloads.len(), "workload"),
        (file.timeline.len(), "action"),
        (file.indicators.len(), "indicator"),
        (file.documented.len(), "documented fact"),
        (file.mitigations.len(), "mitigation"),
    ];
    let counted =
        counts.map(|(count, name)| format!("{count} {name}{}", if count == 1 { "" } else { "s" }));
    let alternatives = conflict
        .map(|[a, b]| format!("; {a} and {b} are alternatives, all together was not tried"))
        .unwrap_or_default();
    format!("{}{alternatives}", counted.join(", "))
}
