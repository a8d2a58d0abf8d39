//! Laws that every run keeps, whatever it models.

use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::cases;
use super::platforms::any_platform;
use super::scenarios::any_scenario;
use crate::stage::{Replay, time};
use hindsight::report::Report;
use hindsight::report::json::{Document, Replay as Told};
use hindsight::report::text::{self, Look};
use hindsight::scenario::Changes;
use hindsight::simulation;

/// Asserts Little's law, without its limit: the area under the number in flight is the time that all who
/// were there spent there.
///
/// Of those who were done the time is known; each other spent there between nothing and the whole run.
fn assert_little(name: &str, replay: &Replay) -> Result<(), TestCaseError> {
    let series = replay.series(name);
    let area: f64 = series.bins.iter().map(|bin| bin.in_flight.area).sum();
    let known = series.latencies.sum();
    let others: u32 = series.bins.iter().map(|bin| bin.failed + bin.in_vain).sum();
    let left = series.bins.last().map_or(0, |bin| bin.in_flight.last);
    let run = series.resolution.as_nanos_f64() * series.bins.len() as f64;
    let (least, most) = (known as f64, known as f64 + f64::from(others + left) * run);
    // Areas are kept as floating-point numbers, bin by bin.
    let slack = 1.0 + least * 1e-9;
    prop_assert!(
        area >= least - slack && area <= most + slack,
        "{}: {} ns were spent there, but between {} and {} by those who were",
        name,
        area,
        least,
        most
    );
    Ok(())
}

/// Asserts that what begins ends or is left, bin by bin, at a station, a call or a workload.
fn assert_conserved(name: &str, replay: &Replay) -> Result<(), TestCaseError> {
    let mut inside = 0_i64;
    for (second, bin) in replay.series(name).bins.iter().enumerate() {
        inside += i64::from(bin.begun);
        inside -= i64::from(bin.done) + i64::from(bin.failed) + i64::from(bin.in_vain);
        prop_assert_eq!(inside, i64::from(bin.in_flight.last), "{} at {}", name, second);
        prop_assert!(bin.in_flight.min <= bin.in_flight.last, "{} at {}", name, second);
        prop_assert!(bin.in_flight.last <= bin.in_flight.max, "{} at {}", name, second);
    }
    Ok(())
}

/// Asserts that the log and the windows of indicators go forward in time and lie within the run.
fn assert_time_goes_on(replay: &Replay) -> Result<(), TestCaseError> {
    let ended = replay.outcome.run.ended;
    let log = replay.outcome.platform.log().entries();
    prop_assert!(log.is_sorted_by_key(|entry| entry.at), "the log goes back");
    prop_assert!(log.iter().all(|entry| entry.at <= ended), "the log outlasts the run");
    for indicator in replay.outcome.platform.indicators() {
        let mut reached = hindsight::units::Instant::START;
        for window in indicator.windows() {
            let to = window.to.unwrap_or(ended);
            prop_assert!(
                reached <= window.from && window.from <= to && to <= ended,
                "{:?}",
                window
            );
            reached = to;
        }
    }
    Ok(())
}

/// Everything that is told of a replay, as people and programs read it.
fn told(replay: &Replay) -> [String; 2] {
    let report = Report::new(&replay.scenario, &replay.outcome, None);
    let look = Look { width: 100, is_coloured: false };
    [text::replay(&report, look), Document::new(vec![Told::new(&report)]).to_text()]
}

/// The same JSON with the keys of all objects in reverse.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().rev().map(|(key, value)| (key.clone(), reversed(value)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(reversed).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// Asserts all of it; that no unit vanishes the engine asserts itself at the end of each run.
fn assert_laws(scenario: &Value) -> Result<(), TestCaseError> {
    let replay = Replay::of(scenario);
    assert_time_goes_on(&replay)?;
    let names = &replay.scenario.names;
    for name in names.stations.iter().chain(&names.calls) {
        assert_conserved(name, &replay)?;
        assert_little(name, &replay)?;
    }
    let first = told(&replay);
    let again = simulation::run(&replay.scenario, replay.scenario.seed());
    prop_assert_eq!(told(&Replay { scenario: replay.scenario, outcome: again }), first.clone());
    prop_assert_eq!(told(&Replay::of(&reversed(scenario))), first, "the order in the file");
    Ok(())
}

/// Applies a JSON Merge Patch, RFC 7396, as its section 2 tells it.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(fields) = patch else { return *target = patch.clone() };
    if !target.is_object() {
        *target = json!({});
    }
    let target = target.as_object_mut().expect("it was made one");
    for (name, value) in fields {
        if value.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name).or_insert(Value::Null), value);
        }
    }
}

const EDITS: usize = 5;

/// Patches that change something in every scenario.
fn edits(scenario: &Value) -> [Value; EDITS] {
    let is_enabled = scenario["workloads"]["w0"]["enabled"] != false;
    [
        json!({ "workloads": { "w0": { "enabled": !is_enabled } } }),
        json!({ "platform": { "registry": { "pull_time": { "constant": "5s" } } } }),
        json!({ "on_call": { "people": 2 } }),
        json!({ "clock": { "end": time(130) } }),
        json!({ "indicators": { "any": { "above": 1 } }, "limits": { "events": 90_000 } }),
    ]
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn hold_for_stations_of_all_kinds(scenario in any_platform()) {
        assert_laws(&scenario)?;
    }

    #[test]
    fn hold_for_services_with_all_policies(scenario in any_scenario()) {
        assert_laws(&scenario)?;
    }

    #[test]
    fn mitigations_are_the_edits_that_they_describe(
        mut scenario in any_platform(),
        chosen in prop::sample::subsequence((0..EDITS).collect::<Vec<usize>>(), 1..=EDITS),
    ) {
        let edits = edits(&scenario);
        let mut edited = scenario.clone();
        scenario["mitigations"] = json!({});
        for edit in &chosen {
            let mitigation = json!({ "note": "", "patch": edits[*edit] });
            scenario["mitigations"][format!("m{edit}")] = mitigation;
            merge(&mut edited, &edits[*edit]);
        }
        let with = chosen.iter().map(|edit| format!("m{edit}")).collect();
        let changes = Changes { with, ..Changes::default() };
        let patched = Replay::changed(&scenario, PathBuf::new(), &changes);
        prop_assert_eq!(patched.outcome.run, Replay::of(&edited).outcome.run);
    }
}
