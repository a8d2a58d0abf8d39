//! The same ranking with each assumption moved to either end of the range in which it might as well lie: which
//! assumption would overturn it.
//!
//! Each is ranked by two orders, that of the ranking itself and its reverse, so that every mitigation comes
//! both early and late; what it is compared with is ranked by the same two.

use std::collections::BTreeSet;

use serde_json::Value;

use super::rank::{Game, Missing, PARTS, Values};
use super::shapley::{self, sets};
use super::vary::Range;
use crate::scenario::check::lookup;
use crate::scenario::patch::{leaves, text_of};
use crate::scenario::path::Path;
use crate::scenario::{Loaded, Refusal};

/// Shares that are nearer to one another than this part of what all avoid are as good as equal.
const ALIKE: f64 = 0.05;

/// An end of the range of an assumption.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    /// The assumption, by its place in the scenario.
    pub assumption: String,
    /// The field that is moved: that place, or the one value there that lies in the range.
    pub field: String,
    /// What stands there.
    pub from: Option<String>,
    /// Where it is moved to.
    pub to: String,
}

/// The assumptions of a scenario that have a range.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ends {
    /// Both ends of each that can be moved, but not one where it stands already.
    pub ends: Vec<End>,
    /// Those where no single value lies in the range.
    pub unclear: Vec<String>,
}

/// The ranking with an assumption moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// What was moved.
    pub end: End,
    /// What came of it.
    pub found: Found,
}

/// What the ranking becomes when an assumption is moved.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// The order stays, or only mitigations that are as good as equal change places.
    Same,
    /// Another mitigation comes first.
    OtherFirst(usize),
    /// The first stays; these two, the better one before, change places.
    OtherOrder([usize; 2]),
    /// There is nothing to rank: the mitigations avoid nothing.
    Nothing,
    /// A limit stopped a replay, by the name of its field.
    Stopped(&'static str),
    /// The scenario cannot be so, or says nothing of the metric.
    Impossible(String),
}

impl Found {
    /// The limit that stopped a replay, by the name of its field.
    #[must_use]
    pub fn stopped_by(&self) -> Option<&'static str> {
        if let Self::Stopped(limit) = self { Some(limit) } else { None }
    }
}

/// The ends of all ranges of a scenario's assumptions.
#[must_use]
pub fn ends(scenario: &Value) -> Ends {
    let mut found = Ends::default();
    let assumptions = scenario["assumptions"].as_object().into_iter().flatten();
    for (place, assumption) in assumptions {
        let Some([low, high]) = assumption["range"].as_array().map(Vec::as_slice) else { continue };
        match field(scenario, place, &text_of(low), &text_of(high)) {
            Some((field, from)) => {
                let to = [low, high].map(text_of).into_iter();
                let to = to.filter(|it| from.as_ref() != Some(it));
                found.ends.extend(to.map(|to| End {
                    assumption: place.clone(),
                    field: field.clone(),
                    from: from.clone(),
                    to,
                }));
            }
            None => found.unclear.push(place.clone()),
        }
    }
    found
}

/// The field that an assumption is about, and what stands there.
fn field(scenario: &Value, place: &str, low: &str, high: &str) -> Option<(String, Option<String>)> {
    let path: Path = place.parse().ok()?;
    let range = Range::new(low, high).ok()?;
    let Some(value) = lookup(scenario, &path) else { return Some((place.to_owned(), None)) };
    let is_in_range = |text: &str| range.share_of(text).is_some_and(|it| (0.0..=1.0).contains(&it));
    let candidates: Vec<(Path, String)> = leaves(value)
        .into_iter()
        .map(|(leaf, value)| (leaf, text_of(value)))
        .filter(|(_, text)| is_in_range(text))
        .collect();
    let [(leaf, text)] = candidates.as_slice() else { return None };
    Some((path.join(leaf).to_string(), Some(text.clone())))
}

/// How many runs [`moved`] takes for each end, and as many once.
#[must_use]
pub fn runs_each(order: &[usize], seeds: usize) -> usize {
    sets(&both(order)).len() * seeds
}

fn both(order: &[usize]) -> [Vec<usize>; 2] {
    [order.to_vec(), order.iter().rev().copied().collect()]
}

/// Ranks with each assumption moved; calls `on_run` after each run.
///
/// # Errors
///
/// Refuses a set of mitigations that leaves something behind that cannot be, where nothing is moved.
pub fn moved(
    game: &Game,
    order: &[usize],
    ends: &[End],
    seeds: usize,
    on_run: &(dyn Fn() + Sync),
) -> Result<Vec<Moved>, Refusal> {
    let reference = shares(game, game.loaded, order, seeds, on_run)?;
    let found = |end: &End| {
        let assigned = [format!("{}={}", end.field, end.to)];
        let changed = game
            .loaded
            .with_values(&assigned)
            .map_err(|it| it.asked_by(&assigned, "the range of the assumption"));
        let shares = changed.and_then(|it| shares(game, &it, order, seeds, on_run));
        match (&reference, shares) {
            (Ok(reference), Ok(Ok(shares))) => judged(order, reference, &shares),
            (Err(missing), _) => without(*missing),
            (_, Ok(Err(missing))) => without(missing),
            (_, Err(refusal)) => Found::Impossible(refusal.first()),
        }
    };
    Ok(ends.iter().map(|end| Moved { end: end.clone(), found: found(end) }).collect())
}

fn without(missing: Missing) -> Found {
    match missing {
        Missing::Stopped(limit) => Found::Stopped(limit),
        Missing::NoValue => Found::Impossible("the metric has no value in a replay".to_owned()),
    }
}

/// The shares of mitigations in the metric's unit, by two orders, or why a run has no value.
fn shares(
    game: &Game,
    loaded: &Loaded,
    order: &[usize],
    seeds: usize,
    on_run: &(dyn Fn() + Sync),
) -> Result<Result<Vec<f64>, Missing>, Refusal> {
    let game = Game { loaded, ..*game };
    let orders = both(order);
    let runs: BTreeSet<_> = (0..seeds)
        .flat_map(|seed| sets(&orders).into_iter().map(move |mask| (seed, mask)))
        .collect();
    let mut values = Values::default();
    game.play(&runs, &mut values, on_run)?;
    if let Some(missing) = values.missing() {
        return Ok(Err(missing));
    }
    let players = game.mitigations.len();
    let of_seed = |seed: usize| {
        let value = |mask| values.of(seed, mask).unwrap_or_default();
        shapley::sampled(players, &orders, &|mask| value(0) - value(mask))
    };
    let all: Vec<_> = (0..seeds).map(of_seed).collect();
    let mean = |player| all.iter().map(|it| it.share(player)).sum::<f64>() / seeds as f64 / PARTS;
    Ok(Ok((0..players).map(mean).collect()))
}

/// What became of a ranking.
fn judged(order: &[usize], before: &[f64], after: &[f64]) -> Found {
    let avoided = |shares: &[f64]| shares.iter().sum::<f64>().abs();
    let alike = [before, after].map(|shares| avoided(shares) * ALIKE);
    if avoided(after) <= 0.0 {
        return Found::Nothing;
    }
    let leads = |one: usize, other: usize| before[one] - before[other] >= -alike[0];
    let is_overtaken = |one: usize, other: usize| after[other] - after[one] > alike[1];
    let Some((first, others)) = order.split_first() else { return Found::Same };
    let best = others.iter().copied().max_by(|a, b| after[*a].total_cmp(&after[*b]));
    if let Some(best) = best.filter(|best| leads(*first, *best) && is_overtaken(*first, *best)) {
        return Found::OtherFirst(best);
    }
    let pairs = others
        .iter()
        .enumerate()
        .flat_map(|(at, one)| others[at + 1..].iter().map(move |other| [*one, *other]));
    let is_turned = |[one, other]: &[usize; 2]| {
        before[*one] - before[*other] > alike[0] && is_overtaken(*one, *other)
    };
    pairs.into_iter().find(is_turned).map_or(Found::Same, Found::OtherOrder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_assumption_is_about_the_one_value_in_its_range() {
        let scenario = json!({
            "a": { "replicas": 4, "time": { "log_normal": { "median": "40s", "p95": "75s" } } },
            "b": { "min": 3, "max": 5 },
            "assumptions": {
                "a.replicas": { "range": [2, 6] },
                "a.time": { "range": ["20s", "60s"] },
                "b": { "range": [2, 6] },
                "c.left_to_its_default": { "range": [0, 1] },
                "a.replicas_at_its_end": { "why": "no range" },
                "b.max": { "range": [5, 9] },
            }
        });
        let found = ends(&scenario);
        let told: Vec<String> =
            found.ends.iter().map(|it| format!("{} {:?} {}", it.field, it.from, it.to)).collect();
        assert_eq!(
            told,
            [
                "a.replicas Some(\"4\") 2",
                "a.replicas Some(\"4\") 6",
                "a.time.log_normal.median Some(\"40s\") 20s",
                "a.time.log_normal.median Some(\"40s\") 60s",
                "c.left_to_its_default None 0",
                "c.left_to_its_default None 1",
                "b.max Some(\"5\") 9",
            ]
        );
        assert_eq!(found.unclear, ["b"]);
    }

    #[test]
    fn an_order_is_overturned_by_more_than_chance() {
        let order = [0, 1, 2];
        let before = [10.0, 6.0, 4.0];
        let cases = [
            ([10.0, 6.0, 4.0], Found::Same),
            ([8.0, 8.5, 3.5], Found::Same),
            ([7.0, 9.0, 4.0], Found::OtherFirst(1)),
            ([4.0, 6.0, 10.0], Found::OtherFirst(2)),
            ([10.0, 3.0, 7.0], Found::OtherOrder([1, 2])),
            ([0.0, 0.0, 0.0], Found::Nothing),
        ];
        for (after, expected) in cases {
            assert_eq!(judged(&order, &before, &after), expected, "{after:?}");
        }
    }
}
