//! Reading a scenario, applying patches to it, and compiling what came out.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path as FilePath, PathBuf};
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::check::platform_paths as paths;
use super::check::{Findings, check, check_clock, check_running};
use super::clock::Clock;
use super::compile::{Compiler, Names, Running, Settings, indicators, on_call, timeline};
use super::document::{BYTES_MAX, Document, Unreadable};
use super::file::workload::Arrivals;
use super::file::{File, Limits};
use super::names::did_you_mean;
use super::path::{Path, Step};
use super::problem::Problem;
use super::refusal::{Refusal, SO_IT_IS, asked_for, with_cause};
use super::remedy::remedied;
use super::{patch, settings, shape, trace};
use crate::platform;
use crate::units::Instant;

/// A scenario file that holds JSON.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub(super) document: Document,
    pub(super) directory: PathBuf,
}

/// What is tried out on a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Names of mitigations, in the order in which they are applied.
    pub with: Vec<String>,
    /// Assignments `PATH=VALUE`, applied after the mitigations.
    pub set: Vec<String>,
    /// Another seed than the scenario's.
    pub seed: Option<u64>,
}

/// A scenario that can run: read, patched, checked and compiled.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What stands in the file, with the patches applied.
    pub file: File,
    /// What its local times are.
    pub clock: Clock,
    /// What ids stand for.
    pub names: Names,
    /// What runs.
    pub platform: platform::Config,
    /// When to stop a run that gets out of hand.
    pub limits: Limits,
    /// What was applied to it.
    pub changes: Changes,
}

/// The rows of each workload that follows a trace.
type Traces = BTreeMap<String, Vec<(Instant, Option<u32>)>>;

/// A scenario in which nothing is wrong, before it is compiled.
pub(super) struct Checked {
    pub(super) file: File,
    clock: Clock,
    names: Names,
    running: Running,
    traces: Traces,
    settings: Settings,
}

impl Changes {
    /// Whether nothing of the scenario is changed.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.with.is_empty() && self.set.is_empty()
    }
}

/// The JSON Schema of scenario files.
#[must_use]
pub fn schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(shape::schema_of::<File>)
}

impl Loaded {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Refuses what cannot be read or is no JSON.
    pub fn read(file: &FilePath) -> Result<Self, Refusal> {
        let name = file.display().to_string();
        let bytes = read_at_most(file, BYTES_MAX as u64 + 1)
            .map_err(|error| Refusal::NoFile { file: name.clone(), reason: error.to_string() })?;
        let directory = file.parent().unwrap_or(FilePath::new("")).to_owned();
        Self::parse(&name, &bytes, directory)
    }

    /// Reads the bytes of a file that stands in `directory`.
    ///
    /// # Errors
    ///
    /// Refuses what is no JSON.
    pub fn parse(name: &str, bytes: &[u8], directory: PathBuf) -> Result<Self, Refusal> {
        match Document::parse(name, bytes) {
            Ok(document) => Ok(Self { document, directory }),
            Err(Unreadable { source, problems }) => {
                Err(Refusal::Wrong { source_text: source, problems })
            }
        }
    }

    /// The scenario as it stands in the file, without any patch.
    ///
    /// # Errors
    ///
    /// Refuses a file of the wrong shape.
    pub fn file(&self) -> Result<File, Refusal> {
        shape::parse(schema(), &self.document.value).map_err(|problems| self.refuse(problems))
    }

    /// The scenario with `changes` applied, ready to run.
    ///
    /// # Errors
    ///
    /// Refuses it with every problem that was found.
    pub fn scenario(&self, changes: &Changes) -> Result<Scenario, Refusal> {
        let Checked { file, clock, names, running, traces, settings } = self.checked(changes)?;
        let compiler = Compiler { names: &names, clock: &clock, traces: &traces };
        let platform = self::platform(&file, &running, &compiler, &settings);
        let limits = file.limits;
        Ok(Scenario { file, clock, platform, limits, changes: changes.clone(), names })
    }

    /// Checks the scenario with `changes` applied, which takes less than making it ready to run.
    ///
    /// # Errors
    ///
    /// Refuses it with every problem that was found.
    pub fn check(&self, changes: &Changes) -> Result<(), Refusal> {
        self.checked(changes).map(|_| ())
    }

    pub(super) fn checked(&self, changes: &Changes) -> Result<Checked, Refusal> {
        // What nothing is tried out on is read once.
        let value = if changes.is_nothing() {
            self.document.value.clone()
        } else {
            let base = self.file()?;
            self.patched(&base, changes).map_err(|problems| self.refuse(problems))?
        };
        self.check_patched(&value).map_err(|problems| {
            let locate = |problem| self.locate(problem, changes);
            self.refuse(problems.into_iter().map(locate).collect())
        })
    }

    pub(super) fn refuse(&self, problems: Vec<Problem>) -> Refusal {
        let problems = problems.into_iter().map(remedied).collect();
        Refusal::Wrong { source_text: Box::new(self.document.source.clone()), problems }
    }

    pub(super) fn patched(&self, base: &File, changes: &Changes) -> Result<Value, Vec<Problem>> {
        let mut value = self.document.value.clone();
        let mut problems = Vec::new();
        for (index, name) in changes.with.iter().enumerate() {
            if changes.with[..index].contains(name) {
                let path = Path::root().key("mitigations").key(name);
                let problem = Problem::new(path, "is applied twice").at_key();
                problems.push(problem.with_help(format!("write --with {name} once")));
            }
            match base.mitigations.get(name) {
                Some(mitigation) => patch::merge(&mut value, &mitigation.patch),
                None => problems.push(unknown_mitigation(name, base)),
            }
        }
        problems.extend(assign(&mut value, &changes.set));
        if problems.is_empty() { Ok(value) } else { Err(problems) }
    }

    /// Points a problem to the patch that brought it in, if one did.
    fn locate(&self, problem: Problem, changes: &Changes) -> Problem {
        let touches =
            |leaf: &Path| leaf.below(&problem.path).is_some() || problem.path.below(leaf).is_some();
        for text in changes.set.iter().rev() {
            if patch::assignment(text).is_ok_and(|(path, _)| touches(&path)) {
                return asked_for(problem, text);
            }
        }
        for name in changes.with.iter().rev() {
            let at = Path::root().key("mitigations").key(name).key("patch");
            let Some(patch) = super::check::lookup(&self.document.value, &at) else { continue };
            let leaves = patch::leaves(patch);
            if let Some((leaf, _)) = leaves.iter().find(|(leaf, _)| touches(leaf)) {
                let origin = at.join(leaf);
                return Problem { origin: Some(origin), ..problem };
            }
        }
        if changes.is_nothing() {
            return problem;
        }
        let what = changes.with.iter().chain(&changes.set).map(String::as_str);
        with_cause(problem, &format!("{SO_IT_IS}{}", what.collect::<Vec<_>>().join(", ")))
    }

    fn check_patched(&self, value: &Value) -> Result<Checked, Vec<Problem>> {
        let file: File = shape::parse(schema(), value)?;
        let clock = check_clock(&file)?;
        let running = Running {
            stations: file.platform.stations.clone(),
            registry: file.platform.registry.clone(),
            workloads: file.workloads.clone(),
        };
        let mut findings = Findings::default();
        super::check::check_tenants(&file, &mut findings);
        if !findings.0.is_empty() {
            return Err(findings.0);
        }
        let mut names = Names::new(&running, &file.tenants);
        names.indicators = file.indicators.keys().cloned().collect();
        names.actions = file.timeline.keys().cloned().collect();
        check_running(&running, &names, &clock, &paths(), &mut findings);
        findings.0.extend(check(&file, [&self.document.value, value], &names, &clock));
        let traces = self.traces(&file, &clock, &names, &mut findings);
        if !findings.0.is_empty() {
            return Err(findings.0);
        }
        let parts = json!({
            "stations": value["platform"]["stations"],
            "registry": value["platform"].get("registry"),
            "workloads": value["workloads"],
        });
        let settings = settings::settings(&file, (&parts, &running), &names, &clock)?;
        Ok(Checked { file, clock, names, running, traces, settings })
    }

    fn traces(&self, file: &File, clock: &Clock, names: &Names, findings: &mut Findings) -> Traces {
        let mut traces = Traces::new();
        for (name, workload) in &file.workloads {
            let Arrivals::Trace(it) = &workload.arrivals else { continue };
            match trace::read(&self.directory.join(&it.file), clock, names) {
                Ok(rows) => {
                    traces.insert(name.clone(), rows);
                }
                Err(message) => {
                    let path = Path::root().key("workloads").key(name).key("arrivals");
                    findings.add(path.key("trace").key("file"), message);
                }
            }
        }
        traces
    }
}

impl Scenario {
    /// The seed of its runs.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.changes.seed.unwrap_or(self.file.seed)
    }
}

fn platform(
    file: &File,
    running: &Running,
    compiler: &Compiler,
    settings: &Settings,
) -> platform::Config {
    let Compiler { names, clock, .. } = compiler;
    platform::Config {
        observed_from: clock.observed_from(),
        end: clock.end(),
        resolution: clock.resolution(),
        tenants: file.tenants.count,
        stations: compiler.stations(running),
        calls: compiler.calls(running),
        workloads: compiler.workloads(running),
        registry: compiler.registry(running.registry.as_ref()),
        targets: names.targets(),
        on_call: on_call(file),
        indicators: indicators(file, names, clock),
        timeline: timeline(file, compiler, settings),
    }
}

/// Carries out assignments `PATH=VALUE`; what cannot be is returned.
pub(super) fn assign(value: &mut Value, set: &[String]) -> Vec<Problem> {
    let one = |text: &String| {
        let applied = patch::assignment(text)
            .map_err(|message| {
                let help = "write it as in --set platform.stations.api.service.replicas=8";
                Problem::new(Path::root(), message).with_help(help)
            })
            .and_then(|(path, assigned)| {
                add_default(value, &path);
                patch::apply_assignment(value, &path, assigned)
            });
        applied.err().map(|problem| asked_for(problem, text))
    };
    set.iter().filter_map(one).collect()
}

/// Writes out what a file leaves to its default, where an assignment sets a part of it.
fn add_default(value: &mut Value, path: &Path) {
    let Some(Step::Key(key)) = path.steps().first() else { return };
    let own = &schema()["properties"][key];
    let shape = shape::referred(schema(), own).unwrap_or(own);
    let is_optional = shape["type"] == "object" && shape.get("required").is_none();
    if let Some(fields) = value.as_object_mut()
        && path.steps().len() > 1
        && is_optional
    {
        fields.entry(key.as_str()).or_insert_with(|| json!({}));
    }
}

/// The first bytes of a file, and no more of one without end.
fn read_at_most(file: &FilePath, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(file)?.take(bytes_max).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unknown_mitigation(name: &str, base: &File) -> Problem {
    let message = format!("there is no mitigation {name:?}");
    let problem = Problem::new(Path::root().key("mitigations"), message).at_key();
    let known: Vec<&str> = base.mitigations.keys().map(String::as_str).collect();
    match did_you_mean(name, known.iter().copied()) {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
        None if known.is_empty() => {
            problem.with_help("this scenario has no mitigation: leave --with out")
        }
        None => problem.with_help(format!("there is {}", known.join(", "))),
    }
}
