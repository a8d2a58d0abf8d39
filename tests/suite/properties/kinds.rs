//! Properties of every run of stations of all kinds, wired at random.
//!
//! That nothing is lost is asserted by the engine at the end of each run.

use proptest::prelude::*;
use serde_json::Value;

use super::cases;
use super::platforms::any_platform;
use crate::stage::Replay;

/// The stations of a scenario: the name, the kind and the fields of each.
fn stations(scenario: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let stations = scenario["platform"]["stations"].as_object().expect("stations are an object");
    stations.iter().flat_map(|(name, station)| {
        let kinds = station.as_object().expect("a station is an object").iter();
        kinds.map(move |(kind, fields)| (name.as_str(), kind.as_str(), fields))
    })
}

/// The most that may wait at a station.
fn bound(kind: &str, fields: &Value) -> Option<u64> {
    match kind {
        // Work that a crash takes out of hand goes back whatever the bound.
        "service" if fields["on_crash"] == "requeue" => None,
        "jobs" => fields["bound"].as_u64(),
        _ => fields["queue"]["bound"].as_u64(),
    }
}

/// Asserts that queues keep to their bounds, and stations to their capacity.
fn assert_bounds(scenario: &Value, replay: &Replay) -> Result<(), TestCaseError> {
    for (name, kind, fields) in stations(scenario) {
        let bound = bound(kind, fields);
        for (second, bin) in replay.series(name).bins.iter().enumerate() {
            if let Some(bound) = bound {
                prop_assert!(u64::from(bin.waiting.max) <= bound, "{} at {}", name, second);
            }
            // Agents finish what they have in hand as their shift ends.
            if kind != "routing" {
                prop_assert!(bin.busy.max <= bin.slots.max, "{} at {}", name, second);
            }
            prop_assert!(bin.waiting.max <= bin.in_flight.max, "{} at {}", name, second);
        }
    }
    Ok(())
}

/// Asserts what the levels of routing are to one another, and that nothing is assigned from a blocked queue.
fn assert_routing(scenario: &Value, replay: &Replay) -> Result<(), TestCaseError> {
    for (name, ..) in stations(scenario).filter(|(_, kind, _)| *kind == "routing") {
        for (second, bin) in replay.series(name).bins.iter().enumerate() {
            prop_assert_eq!(bin.assigned_from_blocked, 0, "{} at {}", name, second);
            prop_assert!(bin.blocked_queues <= bin.affected_queues, "{} at {}", name, second);
            prop_assert!(bin.affected_queues <= 6, "three tenants of two skills");
            prop_assert!(bin.affected_queues <= bin.missing_records, "{} at {}", name, second);
            prop_assert!(bin.set_aside <= bin.missing_records, "{} at {}", name, second);
            prop_assert!(bin.missing_records <= bin.waiting.last, "{} at {}", name, second);
        }
    }
    Ok(())
}

/// Asserts that a closed population has no more units in flight than clients.
fn assert_populations(scenario: &Value, replay: &Replay) -> Result<(), TestCaseError> {
    for (name, workload) in scenario["workloads"].as_object().expect("workloads are an object") {
        let Some(clients) = workload["arrivals"]["closed"]["clients"].as_u64() else { continue };
        for (second, bin) in replay.series(name).bins.iter().enumerate() {
            prop_assert!(u64::from(bin.in_flight.max) <= clients, "{} at {}", name, second);
        }
    }
    Ok(())
}

/// Asserts that types of jobs together have what their engine has, and settle each job once.
fn assert_types(scenario: &Value, replay: &Replay) -> Result<(), TestCaseError> {
    for (name, ..) in stations(scenario).filter(|(_, kind, _)| *kind == "jobs") {
        let (of_engine, of_types) = (
            replay.series(name),
            ["j0", "j1"].map(|kind| replay.series(&format!("{name}.{kind}"))),
        );
        for (second, bin) in of_engine.bins.iter().enumerate() {
            let waiting = of_types.iter().map(|it| it.bins[second].waiting.last).sum::<u32>();
            prop_assert_eq!(waiting, bin.waiting.last, "{} at {}", name, second);
            let lag = of_types.iter().map(|it| it.bins[second].oldest_wait).max();
            prop_assert_eq!(lag, Some(bin.oldest_wait), "{} at {}", name, second);
        }
        for of_type in &of_types {
            let begun: u32 = of_type.bins.iter().map(|bin| bin.begun).sum();
            let ended: u32 = of_type.bins.iter().map(|bin| bin.done + bin.failed).sum();
            let left = of_type.bins.last().map_or(0, |bin| bin.in_flight.last);
            prop_assert_eq!(begun, ended + left, "{}", name);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn stations_of_all_kinds_keep_to_their_limits(scenario in any_platform()) {
        let replay = Replay::of(&scenario);
        assert_bounds(&scenario, &replay)?;
        assert_routing(&scenario, &replay)?;
        assert_populations(&scenario, &replay)?;
        assert_types(&scenario, &replay)?;
    }
}
