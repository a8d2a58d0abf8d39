//! What moved between two replays of one scenario: facts, numbers, the course of events, and words.
//!
//! Replays are compared as the JSON that they are written as, so that two files can be compared as well as
//! a file and a run.

use std::str::FromStr as _;

use jiff::civil::DateTime;
use serde_json::{Map, Value};

use super::leaves::{Leaf, changes};
use crate::scenario::path::Step;

/// The fields of a replay that are more than words, beside those that are compared in their own way.
const BEHAVIOUR: [&str; 4] = ["seed", "applied", "stopped", "impact"];

/// What moved from one replay to another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moves {
    /// Their fingerprints, if they are not the same.
    pub fingerprints: Option<[String; 2]>,
    /// How many events each had.
    pub events: [u64; 2],
    /// Documented facts whose verdict moved, lost ones first.
    pub facts: Vec<Fact>,
    /// Thresholds that were crossed or are kept again, crossed ones first.
    pub thresholds: Vec<Fact>,
    /// Numbers that moved, the farthest first.
    pub metrics: Vec<Metric>,
    /// The first line of the timeline that differs.
    pub timeline: Option<[Option<String>; 2]>,
    /// Everything else that reads otherwise: titles, texts, what was documented.
    pub words: Vec<Leaf>,
}

/// A documented fact, or a threshold, whose verdict moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Its id.
    pub id: String,
    /// Whether it held, and holds; nothing where there is no such fact.
    pub holds: [Option<bool>; 2],
    /// What was simulated.
    pub simulated: [Value; 2],
    /// What it has to be, as it stands in the replay that has the fact.
    pub expect: String,
}

/// A number that moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Its name.
    pub name: String,
    /// Its value in each replay; null if there was none.
    pub values: [Value; 2],
    /// By how much.
    pub by: Distance,
}

/// How far a number moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distance {
    /// By so many per cent of what it was.
    PerCent(f64),
    /// From nothing to something.
    FromZero,
    /// A moment, by so many seconds.
    Seconds(f64),
    /// There was none before.
    Came,
    /// There is none now.
    Went,
}

impl Distance {
    /// For the order of what is told: an hour weighs as much as the whole of a number, and what came or
    /// went more than what moved.
    fn weight(self) -> f64 {
        match self {
            Self::PerCent(per_cent) => per_cent.abs() / 100.0,
            Self::Seconds(seconds) => seconds.abs() / 3600.0,
            Self::FromZero => 1e6,
            Self::Came | Self::Went => 1e9,
        }
    }
}

impl Moves {
    /// What moved from the replay `old` to the replay `new`.
    #[must_use]
    pub fn between(old: &Value, new: &Value) -> Self {
        let fingerprints = [old, new].map(|it| text(&it["fingerprint"]));
        let moved = [old, new].map(without_told_apart);
        Self {
            events: [old, new].map(|it| it["events"].as_u64().unwrap_or(0)),
            facts: facts(&old["documented"], &new["documented"]),
            thresholds: facts(&old["thresholds"], &new["thresholds"]),
            metrics: metrics(&old["metrics"], &new["metrics"]),
            timeline: timeline(&old["timeline"], &new["timeline"]),
            words: changes(&moved[0], &moved[1]),
            fingerprints: (fingerprints[0] != fingerprints[1]).then_some(fingerprints),
        }
    }

    /// Whether nothing moved at all.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self { events: self.events, ..Self::default() } && self.events[0] == self.events[1]
    }

    /// Whether what happened is the same, and only how it is told differs.
    #[must_use]
    pub fn is_wording(&self) -> bool {
        let is_behaviour = |leaf: &Leaf| match leaf.path.steps().first() {
            Some(Step::Key(key)) => BEHAVIOUR.contains(&key.as_str()),
            Some(Step::Index(_)) | None => true,
        };
        self.fingerprints.is_none()
            && !self.words.iter().any(is_behaviour)
            && self.metrics.is_empty()
            && self.facts.is_empty()
            && self.thresholds.is_empty()
    }
}

/// A replay without what is compared in its own way.
fn without_told_apart(replay: &Value) -> Value {
    let mut rest = replay.clone();
    if let Some(fields) = rest.as_object_mut() {
        for field in ["fingerprint", "events", "metrics", "timeline"] {
            fields.remove(field);
        }
        for list in ["documented", "thresholds"] {
            let Some(judged) = fields.get_mut(list).and_then(Value::as_array_mut) else { continue };
            for fields in judged.iter_mut().filter_map(Value::as_object_mut) {
                fields.remove("simulated");
                fields.remove("holds");
            }
        }
    }
    rest
}

fn facts(old: &Value, new: &Value) -> Vec<Fact> {
    let pairs = paired(old, new, |fact| text(&fact["id"]));
    let mut moved: Vec<Fact> = pairs
        .into_iter()
        .map(|(id, facts)| Fact {
            id,
            holds: facts.map(|fact| fact["holds"].as_bool()),
            simulated: facts.map(|fact| fact["simulated"].clone()),
            expect: facts
                .into_iter()
                .rev()
                .find(|it| !it.is_null())
                .map_or(String::new(), |it| it["expect"].to_string()),
        })
        .filter(|fact| fact.holds[0] != fact.holds[1])
        .collect();
    // Lost, then gone, then new, then won.
    moved.sort_by_key(|fact| match fact.holds {
        [_, Some(false)] => 0,
        [_, None] => 1,
        [None, Some(true)] => 2,
        [Some(_), Some(true)] => 3,
    });
    moved
}

fn metrics(old: &Value, new: &Value) -> Vec<Metric> {
    let names = |it: &Value| -> Vec<String> {
        it.as_object().map(|fields| fields.keys().cloned().collect()).unwrap_or_default()
    };
    let mut all = names(old);
    all.extend(names(new).into_iter().filter(|name| old.get(name).is_none()));
    let mut moved: Vec<Metric> = all
        .into_iter()
        .filter_map(|name| {
            let values = [old, new].map(|it| it[&name]["value"].clone());
            let by = distance(&values[0], &values[1])?;
            Some(Metric { name, values, by })
        })
        .collect();
    moved.sort_by(|a, b| b.by.weight().total_cmp(&a.by.weight()));
    moved
}

/// How far a value moved, if it did.
fn distance(old: &Value, new: &Value) -> Option<Distance> {
    if old == new {
        return None;
    }
    let moment = |value: &Value| DateTime::from_str(value.as_str()?).ok();
    match (old, new) {
        (Value::Null, _) => Some(Distance::Came),
        (_, Value::Null) => Some(Distance::Went),
        _ => Some(match (old.as_f64(), new.as_f64(), moment(old), moment(new)) {
            (Some(old), Some(new), ..) if old.abs() > 0.0 => {
                Distance::PerCent((new - old) / old.abs() * 100.0)
            }
            (_, _, Some(old), Some(new)) => {
                Distance::Seconds(new.duration_since(old).as_secs_f64())
            }
            _ => Distance::FromZero,
        }),
    }
}

fn timeline(old: &Value, new: &Value) -> Option<[Option<String>; 2]> {
    let empty = Vec::new();
    let [old, new] = [old, new].map(|it| it.as_array().unwrap_or(&empty));
    let line = |entry: &Value| format!("{}  {}", text(&entry["at"]), text(&entry["text"]));
    let at = (0..old.len().max(new.len())).find(|at| old.get(*at) != new.get(*at))?;
    Some([old, new].map(|it| it.get(at).map(line)))
}

/// The elements of two lists with the same id, in the order of the first and then of the second.
fn paired<'a>(
    old: &'a Value,
    new: &'a Value,
    id: fn(&Value) -> String,
) -> Vec<(String, [&'a Value; 2])> {
    const NONE: &Value = &Value::Null;
    let all = |list: &'a Value| list.as_array().into_iter().flatten();
    let find = |list: &'a Value, name: &str| all(list).find(|it| id(it) == name).unwrap_or(NONE);
    let added = all(new).filter(|it| find(old, &id(it)).is_null());
    let names = all(old).chain(added).map(id);
    names.map(|name| (name.clone(), [find(old, &name), find(new, &name)])).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The replays of a report as programs read it: of all replays of a command, or of a golden file.
///
/// # Errors
///
/// Says what a report looks like, if this is none.
pub fn replays(report: &Value) -> Result<Vec<&Map<String, Value>>, &'static str> {
    const ODD: &str =
        "is no report: `hindsight replay FILE --format json -o REPORT.json` writes one";
    let all: Vec<&Value> = match (report.get("replays"), report.get("results")) {
        (Some(Value::Array(replays)), _) => replays.iter().collect(),
        (None, Some(results)) => vec![results],
        _ => return Err(ODD),
    };
    let is_replay = |it: &&Map<String, Value>| {
        ["scenario", "fingerprint", "metrics", "documented"].iter().all(|key| it.contains_key(*key))
    };
    let replays: Vec<_> = all.iter().filter_map(|it| it.as_object()).filter(is_replay).collect();
    if replays.len() == all.len() && !all.is_empty() { Ok(replays) } else { Err(ODD) }
}
