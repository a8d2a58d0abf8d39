//! A sweep on more than one machine: its plan, its parts in a folder, and the whole from them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use indicatif::ProgressBar;
use rayon::prelude::*;

use super::many::{Many, refused};
use super::stops::{self, Effect};
use super::{Failure, Status, output};
use crate::experiment::plan::{Head, PLAN_VERSION, Plan, ids};
use crate::experiment::sweep::{Record, Sweep, Swept};
use crate::report::words::several;
use crate::scenario::{Changes, Loaded};
use crate::simulation::MODEL_VERSION;

/// The copy of the plan in the folder of its parts.
const PLAN: &str = "plan.jsonl";
/// A plan is cut into about so many parts, if it has as many runs.
const PARTS: usize = 256;

/// One of several shards: every N-th part, beginning with the I-th.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shard {
    /// Which, from 1.
    number: usize,
    /// Of how many.
    of: usize,
}

impl FromStr for Shard {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text
            .split_once('/')
            .and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Self { number, of }),
            _ => Err(format!("must be I/N with I from 1 to N, such as 1/8, found {text:?}")),
        }
    }
}

/// Writes the plan of a sweep.
pub(super) fn plan(
    loaded: &Loaded,
    file: &Path,
    sweep: Sweep,
    part: Option<usize>,
    plan: &Path,
) -> Result<Status, Failure> {
    let inputs = loaded.inputs(&sweep.changes).map_err(refused)?;
    let ids = ids(&sweep, &inputs);
    let head = Head {
        plan_version: PLAN_VERSION,
        model_version: MODEL_VERSION,
        file: file.display().to_string(),
        with: sweep.changes.with.clone(),
        set: sweep.changes.set.clone(),
        vary: sweep.paths.clone(),
        metrics: sweep.metrics.clone(),
        seeds: sweep.seeds.len(),
        runs: ids.len(),
        part: part.unwrap_or_else(|| ids.len().div_ceil(PARTS)),
        scenario: loaded.text().to_owned(),
    };
    let made = Plan::new(head, sweep, ids);
    output::deliver(&made.to_text(), Some(plan))?;
    output::note(&format!(
        "{} in {}; hindsight sweep --run {} --shard 1/N --resume -o FOLDER runs a shard",
        several(made.ids.len(), "run"),
        several(made.parts(), "part"),
        plan.display()
    ));
    Ok(Status::Fine)
}

/// Runs a shard of a plan: each part becomes a file in `folder`, whole or not at all.
pub(super) fn run(
    file: &Path,
    shard: Shard,
    is_resumed: bool,
    folder: &Path,
    many: &Many,
) -> Result<Status, Failure> {
    let (plan, loaded) = read_plan(file)?;
    fs::create_dir_all(folder).map_err(|error| cannot("make", folder, &error))?;
    keep_plan(&plan, folder)?;
    let mut parts: Vec<usize> = (shard.number - 1..plan.parts()).step_by(shard.of).collect();
    let mut there = 0;
    for part in parts.clone() {
        let file = part_file(folder, part);
        let Ok(text) = fs::read_to_string(&file) else { continue };
        if !is_resumed {
            return Err(Failure::Message(format!(
                "{} is there already; help: --resume leaves out what is there",
                file.display()
            )));
        }
        plan.parse_part(&text).map_err(|message| wrong(&file, &message))?;
        parts.retain(|it| *it != part);
        there += 1;
    }
    let runs = parts.iter().map(|part| plan.runs_of(*part).len()).sum();
    let make = |part: &usize, bar: &ProgressBar| {
        let records = plan.sweep.run(&loaded, plan.runs_of(*part), &|| bar.inc(1));
        let text = plan.part_text(*part, &records);
        output::deliver(&text, Some(&part_file(folder, *part)))?;
        Ok(records.iter().filter_map(Record::stopped_by).map(str::to_owned).collect())
    };
    let made: Vec<BTreeSet<String>> = many.work(runs, |bar| {
        parts.par_iter().map(|part| make(part, bar)).collect::<Result<_, _>>()
    })??;
    output::note(&format!(
        "{} of {} made, {there} were there; hindsight sweep --merge {} puts all together",
        parts.len(),
        several(plan.parts(), "part"),
        folder.display()
    ));
    // Of what is made now: run again, a shard that is whole is fine, and a merge tells of all.
    let stopped_by = made.iter().flatten().map(String::as_str);
    Ok(stops::status(file, stopped_by, Effect::Uncounted, stops::in_plan))
}

/// Puts the parts in a folder together.
pub(super) fn merge(folder: &Path) -> Result<(Loaded, Swept), Failure> {
    let (plan, loaded) = read_plan(&folder.join(PLAN))?;
    let entries = fs::read_dir(folder).map_err(|error| cannot("read", folder, &error))?;
    let is_part = |file: &PathBuf| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".jsonl") && !name.starts_with('.') && name != PLAN
    };
    let mut files: Vec<PathBuf> =
        entries.filter_map(Result::ok).map(|it| it.path()).filter(is_part).collect();
    files.sort();
    let mut parts = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).map_err(|error| cannot("read", &file, &error))?;
        let runs = plan.parse_part(&text).map_err(|message| wrong(&file, &message))?;
        parts.push((file.display().to_string(), runs));
    }
    let records = plan.merge(parts).map_err(Failure::Message)?;
    Ok((loaded, Swept { sweep: plan.sweep, records }))
}

/// Reads a plan and its scenario, which must still be what the plan was made from.
fn read_plan(file: &Path) -> Result<(Plan, Loaded), Failure> {
    let text = fs::read_to_string(file).map_err(|error| cannot("read", file, &error))?;
    let plan = Plan::parse(&text).map_err(|message| wrong(file, &message))?;
    if plan.head.model_version != MODEL_VERSION {
        return Err(wrong(
            file,
            &format!(
                "is of model version {}, this program of {MODEL_VERSION}; help: make the plan again, or run it with the program that made it",
                plan.head.model_version
            ),
        ));
    }
    let scenario = Path::new(&plan.head.file);
    let directory = scenario.parent().unwrap_or(Path::new("")).to_owned();
    let loaded = Loaded::parse(&plan.head.file, plan.head.scenario.as_bytes(), directory)
        .map_err(refused)?;
    let changes: &Changes = &plan.sweep.changes;
    let inputs = loaded.inputs(changes).map_err(refused)?;
    if ids(&plan.sweep, &inputs) != plan.ids {
        return Err(wrong(
            file,
            "its runs have other ids than they should: it was changed, or a trace of its scenario was; help: make the plan again",
        ));
    }
    Ok((plan, loaded))
}

/// Puts a copy of the plan beside its parts, or makes sure that it is there.
fn keep_plan(plan: &Plan, folder: &Path) -> Result<(), Failure> {
    let file = folder.join(PLAN);
    let text = plan.to_text();
    match fs::read_to_string(&file) {
        Ok(there) if there == text => Ok(()),
        Ok(_) => Err(wrong(&file, "is another plan; help: give each plan a folder of its own")),
        Err(_) => output::deliver(&text, Some(&file)),
    }
}

fn part_file(folder: &Path, part: usize) -> PathBuf {
    folder.join(format!("part-{:06}.jsonl", part + 1))
}

fn cannot(what: &str, file: &Path, error: &std::io::Error) -> Failure {
    Failure::Message(format!("cannot {what} {}: {error}", file.display()))
}

fn wrong(file: &Path, message: &str) -> Failure {
    Failure::Message(format!("{}: {message}", file.display()))
}
