//! `hindsight minutes`: what acting a minute earlier is worth.

use std::path::PathBuf;

use clap::Args;

use super::many::{Many, metrics, refused};
use super::output::Format;
use super::stops::{self, Effect};
use super::{Failure, Status};
use crate::experiment::minutes::{Shift, groups, minutes, shifts};
use crate::report::{self, text};
use crate::scenario::names::did_you_mean;
use crate::scenario::{Changes, Scenario};
use crate::units::Span;

/// Actions are moved to so many places at most.
const STEPS_MAX: usize = 1000;
/// Joins actions that are moved together.
const AND: char = '+';

/// Tell what acting a minute earlier is worth
///
/// Each action of the timeline, or the delay with which it follows an alert, is moved to and fro while all
/// others stay; actions of one moment move together. Told is the impact at each place, paired by seed with
/// the incident as it was, and by how much it grows with each minute, as far as that is a straight line:
/// where an effect sets in late or levels off, no minute has a worth of its own.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  hindsight minutes FILE
      every action of the timeline, by up to a quarter of an hour
  hindsight minutes FILE --shift roll-back+redeploy --by=-30m..0m/7 --seeds 20
      two actions together, only to earlier, every five minutes
  hindsight minutes FILE --with missing-image-alert --shift roll-back
      an action that follows an alert, which reacts so much faster or slower

Exit status: 0 fine, 2 wrong usage or a wrong scenario, 3 a limit of the scenario stopped a replay
(its pair does not count).")]
pub(super) struct Worth {
    /// A scenario file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Move this action, or several at once as A+B; may be repeated; by default every action that does something
    #[arg(long, value_name = "ACTION")]
    shift: Vec<String>,
    /// Between which durations to move it, earlier ones with a minus, and at how many places
    #[arg(
        long,
        value_name = "LO..HI/STEPS",
        default_value = "-15m..15m/7",
        allow_hyphen_values = true
    )]
    by: By,
    /// With how many seeds to replay each place
    #[arg(long, value_name = "N", default_value_t = 10,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    seeds: u32,
    /// Tell this number instead of `all.minutes`: one of `metrics` in the JSON report; may be repeated
    #[arg(long, value_name = "NAME")]
    metric: Vec<String>,
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

/// By how much actions are moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct By(Vec<Shift>);

impl std::str::FromStr for By {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| {
            format!("{why}; help: write LO..HI/STEPS, as in --by=-15m..15m/7, found {text:?}")
        };
        let (ends, steps) = text
            .rsplit_once('/')
            .ok_or_else(|| wrong("must say at how many places, after a stroke"))?;
        let (low, high) =
            ends.split_once("..").ok_or_else(|| wrong("must have two ends with .. in between"))?;
        let steps: usize =
            steps.parse().ok().filter(|it| (2..=STEPS_MAX).contains(it)).ok_or_else(|| {
                wrong(&format!("must have from 2 to {STEPS_MAX} places, not {steps}"))
            })?;
        let end = |text: &str| signed(text).map_err(|told| wrong(&told));
        let (low, high) = (end(low)?, end(high)?);
        if low >= high {
            return Err(wrong("must begin with the lower end"));
        }
        Ok(Self(shifts(low, high, steps)))
    }
}

fn signed(text: &str) -> Result<Shift, String> {
    let (sign, span) = text.strip_prefix('-').map_or((1, text), |span| (-1, span));
    let span: Span = span.parse()?;
    Ok(sign * span.as_nanos().cast_signed())
}

impl Worth {
    pub(super) fn run(&self) -> Result<Status, Failure> {
        let format = self.many.format(self.format)?;
        let loaded = self.many.read(&self.file)?;
        let changes = Changes { with: self.with.clone(), set: self.set.clone(), seed: self.seed };
        let baseline = loaded.scenario(&changes).map_err(refused)?;
        let metrics = metrics(&self.metric, &baseline)?;
        let groups = self.groups(&baseline)?;
        let effort = (metrics, self.seeds as usize);
        let minutes = self
            .many
            .work(0, |bar| {
                let on_more = |runs: usize| bar.inc_length(runs as u64);
                let what = (groups.as_slice(), self.by.0.as_slice());
                minutes((&loaded, &changes), what, effort, &|| bar.inc(1), &on_more)
            })?
            .map_err(refused)?;
        self.many.deliver(&match format {
            Format::Text => {
                let told = self.metric.len().max(1);
                text::minutes::minutes(&minutes, told, &baseline, self.many.look())
            }
            Format::Json => report::minutes::json(&minutes, &baseline),
        })?;
        let stopped_by = minutes.replications.all_stopped_by();
        Ok(stops::status(&self.file, stopped_by, Effect::Uncounted, stops::by_set))
    }

    fn groups(&self, baseline: &Scenario) -> Result<Vec<Vec<String>>, Failure> {
        let timeline = &baseline.file.timeline;
        if self.shift.is_empty() {
            let groups = groups(&baseline.file);
            if groups.is_empty() {
                return Err(Failure::Message(format!(
                    "{}: no action of the timeline does anything; help: describe what engineers did under `timeline`",
                    self.file.display()
                )));
            }
            return Ok(groups);
        }
        let known = |name: &str| {
            if timeline.contains_key(name) {
                return Ok(name.to_owned());
            }
            let names = timeline.keys().map(String::as_str);
            let help = match did_you_mean(name, names.clone()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("there is {}", names.collect::<Vec<_>>().join(", ")),
            };
            Err(Failure::Message(format!("there is no action {name:?}; help: {help}")))
        };
        self.shift.iter().map(|text| text.split(AND).map(known).collect()).collect()
    }
}
