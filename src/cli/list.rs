//! `hindsight list`: the scenarios of a folder and what can be tried on them.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::output::Format;
use super::{Failure, Status, output, scenarios};
use crate::report::text::catalogue;
use crate::scenario::Loaded;
use crate::scenario::file::File;

/// List scenarios and their mitigations
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  hindsight list
  hindsight list my-incidents --format json")]
pub(super) struct List {
    /// A folder of scenarios, or a scenario file
    #[arg(default_value = "scenarios", value_name = "DIR")]
    path: PathBuf,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// The list for programs.
#[derive(Serialize)]
struct Listed<'a> {
    schema_version: u32,
    scenarios: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    file: String,
    id: &'a str,
    title: &'a str,
    source: &'a str,
    zone: &'a str,
    start: String,
    end: String,
    documented: usize,
    mitigations: Vec<Mitigation<'a>>,
}

#[derive(Serialize)]
struct Mitigation<'a> {
    name: &'a str,
    note: &'a str,
}

impl List {
    pub(super) fn run(&self) -> Result<Status, Failure> {
        let (mut listed, mut refused) = (Vec::new(), Vec::new());
        for path in scenarios::files(std::slice::from_ref(&self.path))? {
            match Loaded::read(&path).and_then(|loaded| loaded.file()) {
                Ok(file) => listed.push((path, file)),
                Err(refusal) => refused.push(refusal),
            }
        }
        let text = match self.format {
            Format::Text => {
                let files: Vec<&File> = listed.iter().map(|(_, file)| file).collect();
                catalogue::list(&files, output::look(None))
            }
            Format::Json => json(&listed),
        };
        output::print(&text)?;
        if refused.is_empty() { Ok(Status::Fine) } else { Err(Failure::Refused(refused)) }
    }
}

fn json(listed: &[(PathBuf, File)]) -> String {
    let scenarios = listed.iter().map(|(path, file)| entry(path, file)).collect();
    let listed = Listed { schema_version: 1, scenarios };
    let value = serde_json::to_value(&listed).expect("a list has only texts as keys");
    format!("{value:#}\n")
}

fn entry<'a>(path: &Path, file: &'a File) -> Entry<'a> {
    let mitigations = file.mitigations.iter();
    Entry {
        file: path.display().to_string(),
        id: &file.id,
        title: &file.title,
        source: &file.source,
        zone: &file.clock.zone,
        start: file.clock.start.to_string(),
        end: file.clock.end.to_string(),
        documented: file.documented.len(),
        mitigations: mitigations.map(|(name, it)| Mitigation { name, note: &it.note }).collect(),
    }
}
