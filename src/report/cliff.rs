//! What a search came to as words for people and numbers for programs.

use serde::Serialize;

use super::comparison::SCHEMA_VERSION;
use super::decimal::{Decimal, fixed};
use super::layout;
use super::words::span;
use crate::experiment::ramp::{BothWays, Course};
use crate::experiment::search::{Cliff, Decision, Probe, Search};
use crate::experiment::vary::Range;
use crate::scenario::Scenario;
use crate::simulation::MODEL_VERSION;
use crate::units::Span;

/// A search with all that tells what it is about.
#[derive(Clone, Copy, Debug)]
pub struct Searched<'a> {
    /// The scenario.
    pub baseline: &'a Scenario,
    /// The field.
    pub path: &'a str,
    /// Its values.
    pub range: &'a Range,
    /// The condition, as it was asked for.
    pub until: &'a str,
    /// The value that stands in the scenario, if one does.
    pub today: Option<&'a str>,
    /// What was found.
    pub search: &'a Search,
}

/// A ramp with all that tells what it is about.
#[derive(Clone, Copy, Debug)]
pub struct Ramped<'a> {
    /// The scenario.
    pub baseline: &'a Scenario,
    /// The field.
    pub path: &'a str,
    /// What happened.
    pub both_ways: &'a BothWays,
}

#[derive(Debug, Serialize)]
struct Document<'a> {
    schema_version: u32,
    model_version: u32,
    scenario: &'a str,
    path: &'a str,
    until: &'a str,
    seed: u64,
    today: Option<&'a str>,
    cliffs: Vec<Found>,
    probes: Vec<Looked<'a>>,
}

#[derive(Debug, Serialize)]
struct Found {
    above: String,
    below: String,
    holds: &'static str,
    /// How far it lies above today's value, in parts of that; less than nothing below it.
    distance: Option<Decimal>,
}

#[derive(Debug, Serialize)]
struct Looked<'a> {
    value: &'a str,
    holds: usize,
    seeds: usize,
    stopped: usize,
    decision: &'static str,
}

#[derive(Debug, Serialize)]
struct RampDocument<'a> {
    schema_version: u32,
    model_version: u32,
    scenario: &'a str,
    path: &'a str,
    seed: u64,
    seeds: usize,
    stopped: usize,
    metastable: usize,
    falls_over: Vec<Option<&'a str>>,
    comes_back: Vec<Option<&'a str>>,
    values: Vec<Stage<'a>>,
}

#[derive(Debug, Serialize)]
struct Stage<'a> {
    value: &'a str,
    bad_on_the_way_up: usize,
    bad_on_the_way_down: usize,
}

fn looked(it: &Probe) -> Looked<'_> {
    let Probe { value, holds, seeds, stopped, decision, share: _ } = it;
    Looked {
        value,
        holds: *holds,
        seeds: *seeds,
        stopped: stopped.len(),
        decision: word(*decision),
    }
}

/// A decision as one word.
#[must_use]
pub fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Holds => "holds",
        Decision::Fails => "fails",
        Decision::Open => "open",
    }
}

impl Searched<'_> {
    /// The ends of a cliff as values.
    #[must_use]
    pub fn ends(&self, cliff: &Cliff) -> [String; 2] {
        [self.range.at(cliff.low), self.range.at(cliff.high)]
    }

    /// How far the middle of a cliff lies above today's value, in parts of that; none where there is no such
    /// value, or it is zero or a moment.
    #[must_use]
    pub fn distance(&self, cliff: &Cliff) -> Option<f64> {
        let today = self.range.number(self.today?)?;
        let [low, high] = self.ends(cliff).map(|it| self.range.number(&it));
        let middle = f64::midpoint(low?, high?);
        (today.abs() > 0.0).then(|| middle / today - 1.0)
    }

    /// Where a cliff lies as seen from today's value, in words; none where no value stands there today.
    #[must_use]
    pub fn from_today(&self, cliff: &Cliff) -> Option<String> {
        let today = self.range.share_of(self.today?)?;
        let [low, high] = self.ends(cliff).map(|it| self.range.share_of(&it).unwrap_or_default());
        if (low..=high).contains(&today) {
            return Some("there".to_owned());
        }
        let side = if f64::midpoint(low, high) < today { "below" } else { "above" };
        if let Some(part) = self.distance(cliff) {
            return Some(format!("{} {side} it", per_cent(part.abs())));
        }
        let seconds = (f64::midpoint(low, high) - today).abs() * self.range.width();
        let side = if side == "below" { "before" } else { "after" };
        Some(format!("{} {side} it", span(Span::from_nanos_f64(seconds * 1e9))))
    }

    /// The cliff nearest to today's value, or the lowest where nothing stands today.
    #[must_use]
    pub fn nearest(&self) -> Option<&Cliff> {
        let today = self.today.and_then(|it| self.range.share_of(it)).unwrap_or(0.0);
        let away = |it: &Cliff| (f64::midpoint(it.low, it.high) - today).abs();
        self.search.cliffs.iter().min_by(|a, b| away(a).total_cmp(&away(b)))
    }

    /// The search as JSON, which ends in a line break: a stable interface, with a version.
    #[must_use]
    pub fn json(&self) -> String {
        let found = |cliff: &Cliff| {
            let [above, below] = self.ends(cliff);
            let holds = if cliff.holds_below { "below" } else { "above" };
            Found { above, below, holds, distance: self.distance(cliff).map(Decimal) }
        };
        let document = Document {
            schema_version: SCHEMA_VERSION,
            model_version: MODEL_VERSION,
            scenario: &self.baseline.file.id,
            path: self.path,
            until: self.until,
            seed: self.baseline.seed(),
            today: self.today,
            cliffs: self.search.cliffs.iter().map(found).collect(),
            probes: self.search.probes.iter().map(looked).collect(),
        };
        layout::to_text(&document, 4)
    }
}

impl Ramped<'_> {
    /// Values at which something happens, one for each seed.
    #[must_use]
    pub fn values(&self, of: fn(&Course) -> Option<usize>) -> Vec<Option<&str>> {
        let value = |it: &Course| of(it).map(|place| self.both_ways.values[place].as_str());
        self.both_ways.courses.iter().map(value).collect()
    }

    /// In how many seeds it is bad at each value, on the way up and on the way down.
    #[must_use]
    pub fn bad(&self, place: usize) -> [usize; 2] {
        let courses = self.both_ways.courses.iter();
        let [mut up, mut down] = [0, 0];
        for course in courses {
            up += usize::from(course.up[place]);
            down += usize::from(course.down[place]);
        }
        [up, down]
    }

    /// The ramp as JSON, which ends in a line break: a stable interface, with a version.
    #[must_use]
    pub fn json(&self) -> String {
        let it = self.both_ways;
        let stage = |(place, value): (usize, &'_ String)| (value.clone(), self.bad(place));
        let stages: Vec<(String, [usize; 2])> = it.values.iter().enumerate().map(stage).collect();
        let document = RampDocument {
            schema_version: SCHEMA_VERSION,
            model_version: MODEL_VERSION,
            scenario: &self.baseline.file.id,
            path: self.path,
            seed: self.baseline.seed(),
            seeds: it.courses.len(),
            stopped: it.stopped.len(),
            metastable: it.metastable(),
            falls_over: self.values(Course::falls_over),
            comes_back: self.values(Course::comes_back),
            values: stages
                .iter()
                .map(|(value, [up, down])| Stage {
                    value,
                    bad_on_the_way_up: *up,
                    bad_on_the_way_down: *down,
                })
                .collect(),
        };
        layout::to_text(&document, 4)
    }
}

/// A part as people write it: `12.5 %`.
#[must_use]
pub fn per_cent(part: f64) -> String {
    format!("{} %", fixed(part * 100.0, 1).unwrap_or_default())
}
