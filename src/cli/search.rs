//! `hindsight search`: the value at which the incident stops happening.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::many::{Many, counted, has_effect, per_cent, refused};
use super::output::Format;
use super::stops::{self, Effect};
use super::{Failure, Status};
use crate::experiment::condition::Condition;
use crate::experiment::ramp::Ramp;
use crate::experiment::search::{Probe, Question, search};
use crate::experiment::vary::{Axis, Range, Values};
use crate::report::cliff::{Ramped, Searched};
use crate::report::text;
use crate::scenario::check::lookup;
use crate::scenario::facts;
use crate::scenario::patch::text_of;
use crate::scenario::path::Path;
use crate::scenario::{Changes, Loaded, Scenario};
use crate::units::Span;

/// Find the value of one field at which a condition begins or ceases to hold
///
/// The range is narrowed down by halves; at each value seeds are added until it is clear whether the condition
/// holds in most of them. Told is the cliff, between which two values it lies, and how far that is from
/// today's value.
///
/// With --both-ways the field is raised in steps while the platform runs, and lowered again: told is where the
/// platform falls over, where it comes back, and whether it is metastable, which is to stay bad under a load
/// that it bore before.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  hindsight search FILE --vary platform.stations.api.service.replicas=1..20
      with how many replicas nobody is harmed any more
  hindsight search FILE --vary workloads.calls.arrivals.poisson.rate=10/s..90/s --until 'all.minutes<=5'
      up to which load there are at most five minutes of harm
  hindsight search FILE --vary timeline.roll-back.at=2026-03-02T09:50..2026-03-02T10:30 --until C3
      until when a roll-back could have come for a documented fact to hold
  hindsight search FILE --vary workloads.calls.arrivals.poisson.rate=10/s..90/s --both-ways --dwell 5m
      where it falls over, and where it comes back

A condition is METRIC<=VALUE, <, >=, > or =, with one of `metrics` in the JSON report and a value in its
unit; METRIC=none, where nothing of the kind happens; or the id of a documented fact, which holds.

Exit status: 0 fine, 1 there is no cliff between the two ends, 2 wrong usage or a wrong scenario, 3 a limit of
the scenario stopped a replay (nothing is decided at its value).")]
pub(super) struct Searching {
    /// A scenario file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The field and its values: numbers, durations, rates or local times
    #[arg(long, value_name = "PATH=LO..HI")]
    vary: String,
    /// What is to hold
    #[arg(long, value_name = "CONDITION", default_value = "all.minutes<=0")]
    until: String,
    /// Narrow the cliff down to this part of the range; whole numbers always to neighbours
    #[arg(long, value_name = "PERCENT", default_value = "1%", value_parser = within)]
    within: f64,
    /// Never run more seeds than this for one value
    #[arg(long, value_name = "N", default_value_t = 60,
        value_parser = clap::value_parser!(u32).range(5..=1_000_000))]
    seeds_max: u32,
    /// Raise the field in steps while the platform runs, and lower it again
    #[arg(long, conflicts_with_all = ["until", "within", "seeds_max"])]
    both_ways: bool,
    /// With --both-ways: how many values to hold
    #[arg(long, value_name = "N", default_value_t = 10, requires = "both_ways",
        value_parser = clap::value_parser!(u32).range(2..=500))]
    steps: u32,
    /// With --both-ways: how long to hold each
    #[arg(long, value_name = "DURATION", default_value = "10m", requires = "both_ways")]
    dwell: Span,
    /// With --both-ways: with how many seeds
    #[arg(long, value_name = "N", default_value_t = 10, requires = "both_ways",
        value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    seeds: u32,
    /// Apply a mitigation of the scenario in every run; may be repeated
    #[arg(long, value_name = "MITIGATION")]
    with: Vec<String>,
    /// Change one field of the scenario in every run; may be repeated
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Begin with another seed than the scenario's
    #[arg(long, value_name = "SEED")]
    seed: Option<u64>,
    /// For people or for programs; by default as the name of the output file says
    #[arg(long, value_enum)]
    format: Option<Format>,
    #[command(flatten)]
    many: Many,
}

/// A part of the range, of which there is no more than the whole.
fn within(text: &str) -> Result<f64, String> {
    per_cent(text).and_then(|it| {
        if it < 1.0 {
            return Ok(it);
        }
        Err(format!("{text:?} is all of the range, in which nothing is narrowed down: write 1%"))
    })
}

/// What every way of searching begins with.
struct Asked {
    loaded: Loaded,
    changes: Changes,
    baseline: Scenario,
    path: String,
    range: Range,
    format: Format,
}

impl Searching {
    pub(super) fn run(&self) -> Result<Status, Failure> {
        let format = self.many.format(self.format)?;
        let loaded = self.many.read(&self.file)?;
        let changes = Changes { with: self.with.clone(), set: self.set.clone(), seed: self.seed };
        let baseline = loaded.scenario(&changes).map_err(refused)?;
        let (path, range) = self.range()?;
        let asked = Asked { loaded, changes, baseline, path, range, format };
        if self.both_ways { self.ramp(&asked) } else { self.search(&asked) }
    }

    fn range(&self) -> Result<(String, Range), Failure> {
        let wrong = |message: &str| {
            let help = "write it as in --vary platform.stations.api.service.replicas=1..20";
            Failure::Message(format!("--vary {}: {message}; help: {help}", self.vary))
        };
        let axis = Axis::parse(&self.vary).map_err(|message| wrong(&message))?;
        has_effect(&axis.path)?;
        match axis.values {
            Values::Between(range) => Ok((axis.path, range)),
            Values::Listed(_) => Err(wrong("must be PATH=LO..HI, without steps")),
        }
    }

    fn search(&self, asked: &Asked) -> Result<Status, Failure> {
        let Asked { loaded, changes, baseline, path, range, format } = asked;
        let condition = Condition::parse(&self.until, baseline)
            .map_err(|message| Failure::Message(format!("--until {}: {message}", self.until)))?;
        counted(&condition.metric, baseline)?;
        let question = Question {
            loaded,
            changes,
            path,
            range,
            condition: &condition,
            within: self.within,
            seeds_max: self.seeds_max as usize,
        };
        let on_probe = |bar: &indicatif::ProgressBar, it: &Probe| {
            bar.inc(it.seeds as u64);
            bar.set_message(it.value.clone());
        };
        let search = self
            .many
            .work(0, |bar| search(question, &|probe| on_probe(bar, probe)))?
            .map_err(refused)?;
        let today = today(&loaded.value(changes).map_err(refused)?, path);
        let searched = Searched {
            baseline,
            path,
            range,
            until: &self.until,
            today: today.as_deref(),
            search: &search,
        };
        self.many.deliver(&match format {
            Format::Text => text::cliff::search(&searched, self.many.look()),
            Format::Json => searched.json(),
        })?;
        let found = if search.cliffs.is_empty() { Status::No } else { Status::Fine };
        Ok(found.max(self.stops(search.stopped(), path)))
    }

    fn stops(&self, stopped_by: impl IntoIterator<Item = &'static str>, path: &str) -> Status {
        let varied = [path.to_owned()];
        let remedy = stops::by_set_or_vary(&varied);
        stops::status(&self.file, stopped_by, Effect::Uncounted, remedy)
    }

    /// Refuses a ramp that takes no time, or more than can be counted.
    fn check_dwell(&self) -> Result<(), Failure> {
        let dwell = self.dwell;
        let why = if dwell.is_zero() {
            "no value is held for any time"
        } else if dwell.as_nanos().checked_mul(2 * u64::from(self.steps)).is_none() {
            "with so many steps the ramp takes longer than can be counted"
        } else {
            return Ok(());
        };
        Err(Failure::Message(format!(
            "--dwell {dwell}: {why}; help: hold each value as long as the platform needs to settle, as in --dwell 10m"
        )))
    }

    fn ramp(&self, asked: &Asked) -> Result<Status, Failure> {
        let Asked { loaded, changes, baseline, path, range, format } = asked;
        counted(facts::ALL_MINUTES, baseline)?;
        self.check_dwell()?;
        let place: Path = path.parse().map_err(Failure::Message)?;
        let ramp = Ramp {
            loaded,
            changes,
            path: &place,
            range,
            steps: self.steps as usize,
            dwell: self.dwell,
            seeds: self.seeds as usize,
        };
        let runs = self.seeds as usize;
        let both_ways = self.many.work(runs, |bar| ramp.run(&|| bar.inc(1)))?.map_err(refused)?;
        let ramped = Ramped { baseline, path, both_ways: &both_ways };
        self.many.deliver(&match format {
            Format::Text => text::cliff::ramp(&ramped, self.many.look()),
            Format::Json => ramped.json(),
        })?;
        Ok(self.stops(both_ways.stopped, path))
    }
}

/// What stands at a path today, if that is one value.
fn today(scenario: &Value, path: &str) -> Option<String> {
    let value = lookup(scenario, &path.parse().ok()?)?;
    (!value.is_object() && !value.is_array()).then(|| text_of(value))
}
