//! Properties of every run: scenarios made at random from all policies, each run for two minutes.
//!
//! That nothing is lost is asserted by the engine at the end of each run, so that it is tested by
//! whatever runs here.

mod isolation;
mod kinds;
mod laws;
mod platforms;
mod scenarios;

use proptest::prelude::*;
use serde_json::json;

use crate::stage::Replay;
use scenarios::any_scenario;

/// The units of each workload that began, second by second.
fn arrivals(replay: &Replay) -> Vec<Vec<u32>> {
    let begun = |name: &String| replay.series(name).bins.iter().map(|bin| bin.begun).collect();
    replay.scenario.names.workloads.iter().map(begun).collect()
}

/// So many cases of a property, or as many as `PROPTEST_CASES` says.
fn cases(count: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok());
    ProptestConfig::with_cases(asked.unwrap_or(count))
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn what_is_done_to_the_platform_moves_no_arrival(
        mut scenario in any_scenario(),
        replicas in 0..5,
    ) {
        // Workloads that the timeline switches on and off would differ by that alone.
        scenario["timeline"] = json!({});
        let before = arrivals(&Replay::of(&scenario));
        let service = &mut scenario["platform"]["stations"]["s0"]["service"];
        service["replicas"] = json!(replicas);
        service["failure_share"] = json!(0.5);
        service["calls"] = json!({});
        prop_assert_eq!(arrivals(&Replay::of(&scenario)), before);
    }

    #[test]
    fn observing_more_changes_nothing(mut scenario in any_scenario()) {
        let before = Replay::of(&scenario).outcome.run;
        let alert = json!({ "priority": "high" });
        scenario["indicators"] = json!({
            "queue": {
                "of": "s0", "measure": "queue_depth", "above": 1, "every": "5s", "alert": alert
            },
            "slow": {
                "of": "w0", "measure": "latency", "percentile": 90, "above": "1s", "every": "1s",
                "window": "30s", "tenants": { "share": 0.2 }
            }
        });
        scenario["metrics"] =
            json!({ "busy": { "of": "s0", "measure": "busy_share", "statistic": "max" } });
        prop_assert_eq!(Replay::of(&scenario).outcome.run, before);
    }

    #[test]
    fn bounds_hold_at_every_moment(scenario in any_scenario()) {
        let replay = Replay::of(&scenario);
        for (name, station) in scenario["platform"]["stations"].as_object().expect("stations") {
            let service = &station["service"];
            let bound = service["queue"]["bound"].as_u64();
            for (second, bin) in replay.series(name).bins.iter().enumerate() {
                // Work that a crash takes out of hand goes back whatever the bound.
                if let Some(bound) = bound.filter(|_| service["on_crash"] != "requeue") {
                    prop_assert!(u64::from(bin.waiting.max) <= bound, "{} at {}", name, second);
                }
                prop_assert!(bin.busy.max <= bin.slots.max, "{} at {}", name, second);
                prop_assert!(bin.waiting.max <= bin.in_flight.max, "{} at {}", name, second);
            }
        }
    }

    #[test]
    fn no_work_waits_while_its_tenant_has_room(scenario in any_scenario()) {
        let replay = Replay::of(&scenario);
        for (name, station) in scenario["platform"]["stations"].as_object().expect("stations") {
            if !station["service"]["tenant_max"].is_null() {
                continue;
            }
            for (second, bin) in replay.series(name).bins.iter().enumerate() {
                let is_idle = bin.busy.last < bin.slots.last;
                prop_assert!(!(is_idle && bin.waiting.last > 0), "{} at {}", name, second);
            }
        }
    }
}
