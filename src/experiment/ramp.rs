//! A load raised in steps and lowered again: where the platform falls over, and where it comes back.
//!
//! A platform that stays bad under a load that it bore on the way up is in a metastable state: the trigger is
//! gone and the impact stays. Bronson, Aghayev, Charapko and Zhu, "Metastable failures in distributed systems",
//! 2021. <https://doi.org/10.1145/3458336.3465286>

use rayon::iter::Either;
use rayon::prelude::*;
use serde_json::{Map, Value, json};

use super::vary::Range;
use crate::platform::indicator::Indicator;
use crate::scenario::path::{Path, Step};
use crate::scenario::problem::Problem;
use crate::scenario::refusal::SO_IT_IS;
use crate::scenario::{Changes, Loaded, Refusal, Scenario, patch};
use crate::simulation::{self, Outcome};
use crate::units::{Instant, Span};

/// What is left out of a scenario whose timeline is replaced: what belongs to its own.
const OF_TIMELINE: [&str; 7] = [
    "timeline",
    "status_page",
    "documented",
    "thresholds",
    "metrics",
    "mitigations",
    "assumptions",
];

/// The option that asks for a ramp.
const BOTH_WAYS: &str = "--both-ways";

/// What is ramped, and how.
#[derive(Clone, Copy, Debug)]
pub struct Ramp<'a> {
    /// The file.
    pub loaded: &'a Loaded,
    /// What is changed before, and the first seed.
    pub changes: &'a Changes,
    /// The field, one that can be set while the platform runs.
    pub path: &'a Path,
    /// Between which values.
    pub range: &'a Range,
    /// How many values, both ends among them.
    pub steps: usize,
    /// How long each is held.
    pub dwell: Span,
    /// With how many seeds.
    pub seeds: usize,
}

/// Whether the platform is bad at the end of each stage, with one seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// By value, on the way up.
    pub up: Vec<bool>,
    /// By value, on the way down; the highest value has one stage for both.
    pub down: Vec<bool>,
}

/// What a ramp came to.
#[derive(Clone, Debug, PartialEq)]
pub struct BothWays {
    /// The values, from the lowest.
    pub values: Vec<String>,
    /// What happened with each seed.
    pub courses: Vec<Course>,
    /// The limits that stopped further seeds, one for each, by the names of their fields.
    pub stopped: Vec<&'static str>,
}

impl Course {
    /// The place of the lowest value at which it is bad on the way up.
    #[must_use]
    pub fn falls_over(&self) -> Option<usize> {
        self.up.iter().position(|is_bad| *is_bad)
    }

    /// The place of the highest value on the way down from which on it stays good.
    #[must_use]
    pub fn comes_back(&self) -> Option<usize> {
        let bad_from = self.down.iter().position(|is_bad| *is_bad);
        bad_from.unwrap_or(self.down.len()).checked_sub(1)
    }

    /// Whether it is bad on the way down under a load that it bore on the way up.
    #[must_use]
    pub fn is_metastable(&self) -> bool {
        self.up.iter().zip(&self.down).any(|(up, down)| !up && *down)
    }
}

impl BothWays {
    /// In how many seeds the impact stays after the load has gone back to what was borne before.
    #[must_use]
    pub fn metastable(&self) -> usize {
        self.courses.iter().filter(|it| it.is_metastable()).count()
    }
}

impl Ramp<'_> {
    /// The scenario with the ramp instead of its own timeline, and the values.
    ///
    /// # Errors
    ///
    /// Refuses a field that cannot be set while the platform runs, and values that cannot be.
    pub fn scenario(&self) -> Result<(Scenario, Vec<String>), Refusal> {
        let value = self.loaded.value(self.changes)?;
        let clock = self.loaded.scenario(self.changes)?.clock;
        let last = self.steps.max(2) - 1;
        let mut values: Vec<String> =
            (0..=last).map(|step| self.range.at(step as f64 / last as f64)).collect();
        // There are not more whole numbers than there are.
        values.dedup();
        let last = values.len() - 1;
        let mut set = self.changes.set.clone();
        let there = OF_TIMELINE.iter().filter(|part| value.get(**part).is_some());
        set.extend(there.map(|part| format!("{part}=null")));
        let local = |stage: usize| {
            let at = clock.observed_from() + Span::from_nanos(self.dwell.as_nanos() * stage as u64);
            clock.local(at).strftime("%Y-%m-%dT%H:%M:%S%.f").to_string()
        };
        let actions: Map<String, Value> = stages(&values)
            .enumerate()
            .map(|(stage, value)| {
                let note = format!("{}={value}", self.path);
                let action = json!({ "at": local(stage), "note": note, "set": self.patch(value) });
                (format!("ramp-{stage:06}"), action)
            })
            .collect();
        set.push(format!("timeline={}", Value::Object(actions)));
        set.push(format!("clock.end={}", local(2 * last + 1)));
        set.push(format!("{}={}", self.path, values[0]));
        let changes = Changes { set: set.clone(), ..self.changes.clone() };
        let scenario = self
            .loaded
            .scenario(&changes)
            .map_err(|refusal| self.asked(refusal, &set[self.changes.set.len()..]))?;
        Ok((scenario, values))
    }

    /// A refusal by the options that asked for the ramp instead of by its assignments, and by the field
    /// instead of by the action that sets it.
    fn asked(&self, refusal: Refusal, set: &[String]) -> Refusal {
        let [ramp @ .., end, first] = set else { return refusal };
        let dwell = format!("--steps {} --dwell {}", self.steps, self.dwell);
        let refusal = refusal
            .asked_by(std::slice::from_ref(first), &format!("--vary {first}"))
            .asked_by(std::slice::from_ref(end), &dwell)
            .asked_by(ramp, BOTH_WAYS);
        let timeline = Path::root().key("timeline");
        refusal.map(|problem| {
            let is_action = problem.path.below(&timeline).is_some();
            let path = if is_action { self.path.clone() } else { problem.path };
            let help = problem.help.map(|help| match help.split_once(SO_IT_IS) {
                Some((remedy, _)) => format!("{remedy}{SO_IT_IS}{BOTH_WAYS}"),
                None => help,
            });
            Problem { path, help, ..problem }
        })
    }

    /// A patch on the running platform that sets the field; what stands below `platform` is its top level.
    fn patch(&self, value: &str) -> Value {
        let steps = self.path.steps();
        let is_platform = matches!(steps.first(), Some(Step::Key(key)) if key == "platform");
        let steps = &steps[usize::from(is_platform)..];
        let leaf = patch::assignment(&format!("x={value}")).map_or(Value::Null, |it| it.1);
        steps.iter().rev().fold(leaf, |inner, step| match step {
            Step::Key(key) => json!({ key: inner }),
            Step::Index(index) => json!({ index.to_string(): inner }),
        })
    }

    /// Runs the ramp; calls `on_run` after each seed.
    ///
    /// # Errors
    ///
    /// As [`Self::scenario`].
    pub fn run(&self, on_run: &(dyn Fn() + Sync)) -> Result<BothWays, Refusal> {
        let (scenario, values) = self.scenario()?;
        let course = |place: usize| {
            let outcome = simulation::run(&scenario, scenario.seed().wrapping_add(place as u64));
            on_run();
            let stopped_by = outcome.run.stop.limit();
            stopped_by.map_or_else(|| Ok(self.course(&scenario, &outcome, values.len())), Err)
        };
        let (courses, stopped) =
            (0..self.seeds).into_par_iter().map(course).partition_map(|it| match it {
                Ok(course) => Either::Left(course),
                Err(limit) => Either::Right(limit),
            });
        Ok(BothWays { values, courses, stopped })
    }

    fn course(&self, scenario: &Scenario, outcome: &Outcome, values: usize) -> Course {
        let start = scenario.clock.observed_from();
        let is_bad = |stage: usize| {
            let dwell = self.dwell.as_nanos();
            let end = start + Span::from_nanos(dwell * (stage as u64 + 1));
            // What a step stirs up has three quarters of its time to settle.
            let from = start + Span::from_nanos(dwell * (stage as u64 + 1) - dwell / 4);
            outcome.platform.indicators().iter().any(|it| is_open(it, from, end))
        };
        let stages: Vec<bool> = (0..2 * values - 1).map(is_bad).collect();
        let up = stages[..values].to_vec();
        let down = stages[values - 1..].iter().rev().copied().collect();
        Course { up, down }
    }
}

/// The values in the order in which they are held: up, and down again.
fn stages(values: &[String]) -> impl Iterator<Item = &String> {
    values.iter().chain(values.iter().rev().skip(1))
}

/// Whether an indicator of harm is open at some moment from `from` until `end`.
fn is_open(indicator: &Indicator, from: Instant, end: Instant) -> bool {
    indicator.config().is_impact
        && indicator.windows().iter().any(|it| it.from < end && it.to.is_none_or(|to| to > from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(up: [u8; 4], down: [u8; 4]) -> Course {
        Course { up: up.map(|it| it > 0).into(), down: down.map(|it| it > 0).into() }
    }

    #[test]
    fn hysteresis_is_to_be_bad_where_it_was_good() {
        let same = course([0, 0, 0, 1], [0, 0, 0, 1]);
        assert_eq!((same.falls_over(), same.comes_back()), (Some(3), Some(2)));
        assert!(!same.is_metastable());
        let late = course([0, 0, 0, 1], [0, 1, 1, 1]);
        assert_eq!((late.falls_over(), late.comes_back()), (Some(3), Some(0)));
        assert!(late.is_metastable());
        let never = course([0, 0, 1, 1], [1, 1, 1, 1]);
        assert_eq!((never.falls_over(), never.comes_back()), (Some(2), None));
        let fine = course([0; 4], [0; 4]);
        assert_eq!((fine.falls_over(), fine.comes_back()), (None, Some(3)));
    }
}
