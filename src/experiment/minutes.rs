//! What a minute is worth: the actions of a timeline moved to and fro, and the impact at each place.

use std::collections::BTreeMap;

use serde_json::Value;

use super::paired::{Paired, Replications};
use super::worth::{Place, Worth};
use crate::scenario::file::File;
use crate::scenario::file::story::Action;
use crate::scenario::path::Path;
use crate::scenario::{Changes, Loaded, Refusal, Scenario};
use crate::units::Span;

/// By how much actions are moved, in nanoseconds; to earlier ones where it is less than zero.
pub type Shift = i64;

const NANOS_PER_MINUTE: f64 = 60e9;

/// Actions that are moved together, and what the impact is at each place.
#[derive(Clone, Debug)]
pub struct Curve {
    /// Their names.
    pub actions: Vec<String>,
    /// By how much they were moved, and the variant that came of it or why there is none.
    pub places: Vec<(Shift, Result<usize, String>)>,
    /// What a minute is worth in each of the numbers.
    pub worths: Vec<Worth>,
}

/// The worth of the minutes of a timeline.
#[derive(Debug)]
pub struct Minutes {
    /// The runs; the first variant is the scenario as it is.
    pub replications: Replications,
    /// A curve for each group of actions.
    pub curves: Vec<Curve>,
}

impl Minutes {
    /// How a number differs from the scenario as it is, where the actions of a curve stand at one of its places.
    #[must_use]
    pub fn paired(&self, variant: usize, metric: usize) -> Option<Paired> {
        self.replications.paired(variant, metric)
    }
}

/// The actions of a file that do something, those of one moment together, in the order of their first name.
#[must_use]
pub fn groups(file: &File) -> Vec<Vec<String>> {
    let mut groups: Vec<Vec<String>> = Vec::new();
    let mut by_time: BTreeMap<String, usize> = BTreeMap::new();
    for (name, action) in file.timeline.iter().filter(|(_, action)| does_something(action)) {
        let place = match action.at.map(|at| at.to_string()) {
            Some(at) => *by_time.entry(at).or_insert(groups.len()),
            None => groups.len(),
        };
        if place == groups.len() {
            groups.push(Vec::new());
        }
        groups[place].push(name.clone());
    }
    groups
}

fn does_something(it: &Action) -> bool {
    let Action { set, crash, redeploy, purge, clean_up, repair, at: _, after: _, note: _ } = it;
    let is_there = [
        set.is_some(),
        crash.is_some(),
        redeploy.is_some(),
        purge.is_some(),
        clean_up.is_some(),
        repair.is_some(),
    ];
    is_there.contains(&true)
}

/// The shifts from `low` to `high` in equal steps, without the one of none at all.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "a step between two whole numbers")]
pub fn shifts(low: Shift, high: Shift, steps: usize) -> Vec<Shift> {
    let at = |step: usize| {
        let share = step as f64 / (steps.max(2) - 1) as f64;
        (low as f64 + (high as f64 - low as f64) * share).round() as Shift
    };
    (0..steps).map(at).filter(|it| *it != 0).collect()
}

/// The assignments that move actions by a shift, in a scenario as it stands in `value`.
///
/// # Errors
///
/// Says which action cannot be moved: to before the alert that it follows, or because there is none of that
/// name.
pub fn assignments(value: &Value, actions: &[String], shift: Shift) -> Result<Vec<String>, String> {
    actions.iter().map(|name| assignment(value, name, shift)).collect()
}

fn assignment(value: &Value, name: &str, shift: Shift) -> Result<String, String> {
    let action = &value["timeline"][name];
    let path = Path::root().key("timeline").key(name);
    if let Some(at) = action["at"].as_str() {
        let at: jiff::civil::DateTime = at.parse().map_err(|_| format!("{name} has no time"))?;
        let at = at.saturating_add(jiff::SignedDuration::from_nanos(shift));
        return Ok(format!("{}={}", path.key("at"), at.strftime("%Y-%m-%dT%H:%M:%S%.f")));
    }
    let Some(delay) = action["after"]["delay"].as_str() else {
        return Err(format!("there is no action {name:?} with a time"));
    };
    let delay: Span = delay.parse()?;
    let moved = i128::from(delay.as_nanos()) + i128::from(shift);
    let moved = u64::try_from(moved).map_err(|_| {
        format!("{name} follows its alert after {delay} and cannot come so much earlier")
    })?;
    Ok(format!("{}={}", path.key("after").key("delay"), Span::from_nanos(moved)))
}

/// Runs a scenario as it is and with each group of actions at each shift, with `seeds` seeds; calls `on_run`
/// after each run and `on_more` with their number before.
///
/// # Errors
///
/// Refuses changes that cannot be applied.
pub fn minutes(
    (loaded, changes): (&Loaded, &Changes),
    (groups, shifts): (&[Vec<String>], &[Shift]),
    (metrics, seeds): (Vec<String>, usize),
    on_run: &(dyn Fn() + Sync),
    on_more: &(dyn Fn(usize) + Sync),
) -> Result<Minutes, Refusal> {
    let value = loaded.value(changes)?;
    let mut scenarios = vec![loaded.scenario(changes)?];
    let mut curves = Vec::new();
    for actions in groups {
        let mut places = Vec::new();
        for shift in shifts {
            let by = (actions.as_slice(), *shift);
            let moved = assignments(&value, actions, *shift)
                .and_then(|set| scenario(loaded, changes, by, &set));
            places.push((
                *shift,
                moved.map(|moved| {
                    scenarios.push(moved);
                    scenarios.len() - 1
                }),
            ));
        }
        curves.push(Curve { actions: actions.clone(), places, worths: Vec::new() });
    }
    on_more(scenarios.len() * seeds);
    let mut replications = Replications::of(metrics);
    replications.add(&scenarios.iter().collect::<Vec<&Scenario>>(), seeds, on_run);
    for curve in &mut curves {
        let metrics = 0..replications.metrics().len();
        curve.worths = metrics
            .map(|metric| Worth::of(&differences(&curve.places, &replications, metric)))
            .collect();
    }
    Ok(Minutes { replications, curves })
}

fn scenario(
    loaded: &Loaded,
    changes: &Changes,
    (actions, shift): (&[String], Shift),
    moved: &[String],
) -> Result<Scenario, String> {
    let set = [changes.set.as_slice(), moved].concat();
    let sign = if shift < 0 { "-" } else { "" };
    let by = Span::from_nanos(shift.unsigned_abs());
    let option = format!("--shift {} by {sign}{by}", actions.join("+"));
    let told = |refusal: Refusal| refusal.asked_by(moved, &option).first();
    loaded.scenario(&Changes { set, ..changes.clone() }).map_err(told)
}

/// By how much a number differs at each place that could be replayed.
fn differences(
    places: &[(Shift, Result<usize, String>)],
    replications: &Replications,
    metric: usize,
) -> Vec<Place> {
    let of_seed = |seed: usize, variant: usize| {
        Some(replications.value(seed, variant, metric)? - replications.value(seed, 0, metric)?)
    };
    let moved = places.iter().filter_map(|(shift, place)| Some((shift, *place.as_ref().ok()?)));
    moved
        .map(|(shift, variant)| {
            let seeds = 0..replications.seeds();
            let differences = seeds.map(|seed| of_seed(seed, variant)).collect();
            (*shift as f64 / NANOS_PER_MINUTE, differences)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const MINUTE: Shift = 60_000_000_000;

    #[test]
    fn actions_move_in_local_time_or_in_their_delay() {
        let value = json!({ "timeline": {
            "a": { "at": "2026-01-01T00:02" },
            "b": { "after": { "alert": "x", "delay": "3m" } },
        }});
        let both = ["a".to_owned(), "b".to_owned()];
        let moved = assignments(&value, &both, -3 * MINUTE).unwrap();
        assert_eq!(moved, ["timeline.a.at=2025-12-31T23:59:00", "timeline.b.after.delay=0s"]);
        let told = assignments(&value, &both, -4 * MINUTE).unwrap_err();
        assert!(told.contains("b follows its alert after 3m"), "{told}");
        assert!(assignments(&value, &["c".to_owned()], MINUTE).unwrap_err().contains("\"c\""));
    }

    #[test]
    fn shifts_are_evenly_apart_and_none_is_nothing() {
        assert_eq!(shifts(-2, 2, 5), [-2, -1, 1, 2]);
        assert_eq!(shifts(0, 10, 3), [5, 10]);
    }
}
