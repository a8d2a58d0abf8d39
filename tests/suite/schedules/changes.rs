//! The timeline: what is set takes effect at its instant, or some time after an alert.

use serde_json::{Value, json};

use crate::stage::{Replay, burst, every_second, overlay, replay_trace, scenario, service, time};

fn set(at: u64, workload: &Value) -> Value {
    json!({ "at": time(at), "note": "", "set": { "workloads": { "w": workload } } })
}

/// An indicator that alerts in the second after something waits for the worker.
fn alarmed_by_the_queue() -> Value {
    json!({
        "of": "worker", "measure": "queue_depth", "above": 0, "every": "1s",
        "alert": { "priority": "high" }
    })
}

fn wide() -> Value {
    json!({ "worker": service("10s", &json!({ "concurrency": 100 })) })
}

#[test]
fn a_time_out_applies_to_attempts_from_then_on() {
    // 5 s for the units of 0 to 3, 2 s for those of 4 and 5.
    let workload = every_second(0, 6, "worker", &json!({ "timeout": "5s" }));
    let mut scenario = scenario(&wide(), &json!({ "w": workload }));
    scenario["timeline"] = json!({ "shorter": set(4, &json!({ "call": { "timeout": "2s" } })) });
    assert_eq!(Replay::of(&scenario).failed("w"), [5, 6, 6, 7, 7, 8]);
}

#[test]
fn what_waits_takes_as_long_as_the_service_is_set_up_when_its_turn_comes() {
    // Three come at 0 and one at 5, when 10 s become 2 s: the one in hand takes its 10 s all the same.
    let stations = json!({ "worker": service("10s", &json!({})) });
    let workloads = json!({
        "w": burst(0, 3, "worker", &json!({})), "later": burst(5, 1, "worker", &json!({}))
    });
    let mut scenario = scenario(&stations, &workloads);
    let faster = json!({ "service_time": { "constant": "2s" } });
    scenario["timeline"] = json!({ "faster": {
        "at": time(5), "note": "", "set": { "stations": { "worker": { "service": faster } } }
    } });
    let replay = Replay::of(&scenario);
    assert_eq!((replay.done("w"), replay.done("later")), (vec![10, 12, 14], vec![16]));
}

#[test]
fn what_came_at_the_instant_of_a_change_and_before_it_takes_as_long_as_all_that_waits() {
    // One of two waits from 5 on; the alert of 6 makes 10 s 2 s at 7, when one that was sent at 5 has just come.
    let stations = json!({ "worker": service("10s", &json!({})) });
    let slow = json!({ "latency": { "constant": "2s" } });
    let workloads = json!({
        "w": burst(5, 2, "worker", &json!({})), "later": burst(5, 1, "worker", &slow)
    });
    let mut scenario = scenario(&stations, &workloads);
    scenario["indicators"] = json!({ "queue": alarmed_by_the_queue() });
    let faster = json!({ "service_time": { "constant": "2s" } });
    scenario["timeline"] = json!({ "faster": {
        "after": { "alert": "queue", "delay": "1s" }, "note": "",
        "set": { "stations": { "worker": { "service": faster } } }
    } });
    let replay = Replay::of(&scenario);
    assert_eq!((replay.done("w"), replay.done("later")), (vec![15, 17], vec![19]));
}

#[test]
fn a_workload_that_is_switched_off_brings_nothing() {
    let mut workload = burst(0, 1, "worker", &json!({}));
    overlay(&mut workload, &json!({ "arrivals": { "poisson": { "rate": "20/s" } } }));
    let mut scenario = scenario(&wide(), &json!({ "w": workload }));
    scenario["clock"]["end"] = json!(time(20));
    let replay = Replay::of(&scenario);
    scenario["timeline"] = json!({
        "off": set(5, &json!({ "enabled": false })), "on": set(10, &json!({ "enabled": true }))
    });
    let switched = Replay::of(&scenario);
    let begun = |replay: &Replay| -> Vec<u32> {
        replay.series("w").bins.iter().map(|bin| bin.begun).collect()
    };
    assert_eq!(begun(&switched)[..5], begun(&replay)[..5]);
    assert_eq!(begun(&switched)[5..10], [0; 5]);
    // The draws go on where they stood: what came from 5 on comes from 10 on.
    let shifted = begun(&replay)[5..15].to_vec();
    assert_eq!(begun(&switched)[10..20], shifted);
}

#[test]
fn rows_of_a_trace_that_fall_into_a_pause_never_come() {
    let mut workload = burst(0, 1, "worker", &json!({}));
    let trace = json!({ "tenants": null, "arrivals": { "trace": { "file": "t.csv" } } });
    overlay(&mut workload, &trace);
    let mut scenario = scenario(&wide(), &json!({ "w": workload }));
    scenario["timeline"] = json!({
        "off": set(3, &json!({ "enabled": false })), "on": set(6, &json!({ "enabled": true }))
    });
    let rows: Vec<(u64, char)> = (0..9).map(|second| (second, 'a')).collect();
    assert_eq!(replay_trace(&scenario, &rows).begun("w"), [0, 1, 2, 6, 7, 8]);
}

#[test]
fn actions_of_one_instant_build_on_one_another_by_name() {
    // b sets what a set before: 2 s, not 1.
    let workload = burst(6, 1, "worker", &json!({ "timeout": "5s" }));
    let mut scenario = scenario(&wide(), &json!({ "w": workload }));
    let timeout = |span: &str| set(5, &json!({ "call": { "timeout": span } }));
    scenario["timeline"] = json!({ "a": timeout("1s"), "b": timeout("2s") });
    assert_eq!(Replay::of(&scenario).failed("w"), [8]);
}

#[test]
fn an_action_follows_the_first_alert_by_its_delay() {
    // One unit of two waits from 5 on, which the evaluation of 6 sees; alarmed after 3 s, at 9. The
    // second replica comes at 14 and takes the one that waits; the next alert changes nothing more.
    let stations = json!({ "worker": service("20s", &json!({})) });
    let workloads = json!({
        "w": burst(5, 2, "worker", &json!({})), "later": burst(100, 3, "worker", &json!({}))
    });
    let mut scenario = scenario(&stations, &workloads);
    scenario["indicators"] = json!({ "queue": alarmed_by_the_queue() });
    scenario["indicators"]["queue"]["for"] = json!("3s");
    let set = json!({ "stations": { "worker": { "service": { "replicas": 2 } } } });
    scenario["timeline"] = json!({ "scale": { "after": { "alert": "queue", "delay": "5s" }, "note": "", "set": set } });
    let replay = Replay::of(&scenario);
    assert_eq!(replay.second("queue.alert.first"), Some(9.0));
    assert_eq!(replay.steps("worker", |bin| &bin.up), [(0, 1), (14, 2)]);
    assert_eq!(replay.done("w"), [25, 34]);
    assert_eq!(replay.done("later"), [120, 120, 140]);
}

#[test]
fn an_action_follows_no_later_alert() {
    // What waits since 5 is purged at 7, one second after the alert of 6; what waits since 100 is not,
    // though there is an alert at 101.
    let stations = json!({ "worker": service("10s", &json!({})) });
    let workloads = json!({
        "w": burst(5, 2, "worker", &json!({})), "later": burst(100, 2, "worker", &json!({}))
    });
    let mut scenario = scenario(&stations, &workloads);
    scenario["indicators"] = json!({ "queue": alarmed_by_the_queue() });
    scenario["timeline"] = json!({ "purge": {
        "after": { "alert": "queue", "delay": "1s" }, "note": "", "purge": "worker"
    } });
    let replay = Replay::of(&scenario);
    assert_eq!((replay.done("w"), replay.failed("w")), (vec![15], vec![7]));
    assert_eq!(replay.done("later"), [110, 120]);
    assert_eq!(replay.count("queue.windows"), Some(2.0));
}
