//! Indicators: when a window opens and closes, who is hurt, and when somebody is paged.

use serde_json::{Value, json};

use crate::stage::{
    Replay, burst, every_second, of_tenant, overlay, replay_trace, scenario, seconds, service, time,
};

/// An indicator evaluated every second, with `more` fields.
fn indicator(of: &Value, measure: &str, more: &Value) -> Value {
    let mut indicator = json!({ "of": of, "measure": measure, "every": "1s" });
    overlay(&mut indicator, more);
    json!({ "it": indicator })
}

/// The windows of the only indicator, in seconds.
fn windows(replay: &Replay) -> Vec<(f64, Option<f64>)> {
    let indicator = &replay.outcome.platform.indicators()[0];
    indicator.windows().iter().map(|it| (seconds(it.from), it.to.map(seconds))).collect()
}

/// When which tenant was hurt by the only indicator, in seconds.
fn spells(replay: &Replay) -> Vec<(u32, f64, f64)> {
    let spells = replay.outcome.platform.indicators()[0].spells().settled().iter();
    spells.map(|it| (it.tenant, seconds(it.from), seconds(it.to))).collect()
}

/// A worker of 10 s: one unit of two waits from 5 to 15, and one of 18 from 18 to 25.
fn queueing(more: &Value) -> Replay {
    let stations = json!({ "worker": service("10s", &json!({})) });
    let workloads = json!({
        "w": burst(5, 2, "worker", &json!({})), "x": burst(18, 1, "worker", &json!({}))
    });
    let mut scenario = scenario(&stations, &workloads);
    let mut fields = json!({ "above": 0 });
    overlay(&mut fields, more);
    scenario["indicators"] = indicator(&json!("worker"), "queue_depth", &fields);
    Replay::of(&scenario)
}

#[test]
fn a_window_goes_from_the_first_bad_evaluation_to_the_first_good_one() {
    // Bad at 6 to 15 and at 19 to 25.
    let replay = queueing(&json!({}));
    assert_eq!(windows(&replay), [(6.0, Some(16.0)), (19.0, Some(26.0))]);
    assert_eq!(replay.second("it.first"), Some(6.0));
    assert_eq!(replay.second("it.last"), Some(26.0));
    assert_eq!(replay.count("it.windows"), Some(2.0));
    assert_eq!(replay.count("it.minutes"), Some(17.0 / 60.0));
    assert_eq!(replay.count("it.tenants"), Some(1.0));
    assert_eq!(replay.count("it.tenant_minutes"), Some(17.0 / 60.0));
    assert_eq!(replay.second("all.span"), Some(20.0));
}

#[test]
fn what_does_not_last_is_no_window() {
    // Bad for 9 s and for 6 s at its evaluations.
    let replay = queueing(&json!({ "for": "9s", "alert": { "priority": "low" } }));
    assert_eq!(windows(&replay), [(6.0, Some(16.0))]);
    assert_eq!(replay.second("it.alert.first"), Some(15.0));
    assert_eq!(spells(&replay), [(0, 6.0, 16.0)]);
    let never = queueing(&json!({ "for": "10s" }));
    assert_eq!((windows(&never), spells(&never)), (vec![], vec![]));
}

#[test]
fn a_window_closes_when_it_has_been_good_for_long_enough() {
    // Good at 16, 17 and 18: 2 s.
    let closed = windows(&queueing(&json!({ "clear_after": "2s" })));
    assert_eq!(closed, [(6.0, Some(16.0)), (19.0, Some(26.0))]);
    let open = queueing(&json!({ "clear_after": "3s" }));
    assert_eq!(windows(&open), [(6.0, Some(26.0))]);
    // Nobody is hurt in between, though the window stays open.
    assert_eq!(spells(&open), [(0, 6.0, 16.0), (0, 19.0, 26.0)]);
}

#[test]
fn what_is_evaluated_seldom_is_dated_seldom() {
    let replay = queueing(&json!({ "every": "4s" }));
    assert_eq!(windows(&replay), [(8.0, Some(16.0)), (20.0, Some(28.0))]);
}

#[test]
fn a_window_that_is_open_at_the_end_has_none() {
    let stations = json!({ "worker": service("1000s", &json!({})) });
    let workloads = json!({ "w": burst(5, 2, "worker", &json!({})) });
    let mut scenario = scenario(&stations, &workloads);
    scenario["indicators"] = indicator(&json!("worker"), "queue_depth", &json!({ "above": 0 }));
    let replay = Replay::of(&scenario);
    assert_eq!(windows(&replay), [(6.0, None)]);
    assert_eq!(replay.second("it.last"), Some(600.0));
}

/// One unit a second on a worker that fails from 5 on.
fn failing(more: &Value) -> Replay {
    let stations = json!({ "worker": service("100ms", &json!({})) });
    let workloads = json!({ "w": every_second(0, 20, "worker", &json!({})) });
    let mut scenario = scenario(&stations, &workloads);
    let set = json!({ "stations": { "worker": { "service": { "failure_share": 1 } } } });
    scenario["timeline"] = json!({ "break": { "at": time(5), "note": "", "set": set } });
    scenario["indicators"] = indicator(&json!("w"), "error_share", more);
    Replay::of(&scenario)
}

#[test]
fn a_measure_is_taken_over_its_window() {
    // Over 4 s: at 7 two of four failed, at 8 three. At 23 the last one leaves the window.
    let replay = failing(&json!({ "above": 0.5, "window": "4s" }));
    assert_eq!(windows(&replay), [(8.0, Some(24.0))]);
    // Over one evaluation's second.
    assert_eq!(windows(&failing(&json!({ "above": 0.5 }))), [(6.0, Some(21.0))]);
}

#[test]
fn of_too_few_operations_nothing_is_said() {
    // Four in 4 s; fewer from 21 on.
    let of = |count_min| json!({ "above": 0.5, "window": "4s", "count_min": count_min });
    assert_eq!(windows(&failing(&of(4))), [(8.0, Some(21.0))]);
    assert_eq!(windows(&failing(&of(5))), []);
}

#[test]
fn below_a_bound_is_bad_too() {
    let stations = json!({ "worker": service("100ms", &json!({})) });
    let workloads = json!({ "w": every_second(0, 600, "worker", &json!({})) });
    let mut scenario = scenario(&stations, &workloads);
    scenario["indicators"] = indicator(&json!("w"), "done_rate", &json!({ "below": "1/s" }));
    let off = json!({ "workloads": { "w": { "call": { "rate_limit": {
        "rate": "0/s", "burst": 1
    } } } } });
    scenario["timeline"] = json!({ "off": { "at": time(50), "note": "", "set": off } });
    // The limit's only token lets the unit of 50 through.
    assert_eq!(windows(&Replay::of(&scenario)), [(52.0, None)]);
}

#[test]
fn several_places_are_bad_when_enough_of_them_are() {
    // In the one work waits from 5 to 15, in the other from 10 to 20.
    let worker = service("10s", &json!({}));
    let stations = json!({ "one": worker, "other": worker });
    let workloads = json!({
        "w": burst(5, 2, "one", &json!({})), "x": burst(10, 2, "other", &json!({}))
    });
    let mut scenario = scenario(&stations, &workloads);
    for (at_least, window) in [(1, (6.0, Some(21.0))), (2, (11.0, Some(16.0)))] {
        let fields = json!({ "above": 0, "at_least": at_least });
        scenario["indicators"] = indicator(&json!(["one", "other"]), "queue_depth", &fields);
        assert_eq!(windows(&Replay::of(&scenario)), [window], "{at_least}");
    }
}

/// The first unit of each tenant is done, every later one is rate-limited: units of a, b and c at 0,
/// of a at 5 and of b at 7; bad is more than 0.4 over 10 s.
fn by_tenant(tenants: &Value) -> Replay {
    let per_tenant = json!({ "rate": "0/s", "burst": 1 });
    let limit = json!({ "rate": "0/s", "burst": 100, "per_tenant": per_tenant });
    let mut workload = burst(0, 1, "worker", &json!({ "rate_limit": limit }));
    let trace = json!({ "tenants": null, "arrivals": { "trace": { "file": "t.csv" } } });
    overlay(&mut workload, &trace);
    let worker = service("100ms", &json!({ "concurrency": 3 }));
    let mut scenario = scenario(&json!({ "worker": worker }), &json!({ "w": workload }));
    let fields = json!({ "above": 0.4, "window": "10s", "tenants": tenants });
    scenario["indicators"] = indicator(&json!("w"), "error_share", &fields);
    replay_trace(&scenario, &[(0, 'a'), (0, 'b'), (0, 'c'), (5, 'a'), (7, 'b')])
}

#[test]
fn a_broad_window_needs_a_share_of_the_tenants() {
    // At 6 one of three tenants is bad, at 8 two; from 11 on c does not count, from 16 on a; at 18
    // there is nobody left.
    let replay = by_tenant(&json!({ "share": 0.3 }));
    assert_eq!(windows(&replay), [(6.0, Some(18.0))]);
    let replay = by_tenant(&json!({ "share": 0.5 }));
    assert_eq!(windows(&replay), [(8.0, Some(18.0))]);
    assert_eq!(replay.count("it.tenants"), Some(2.0));
    // Two tenants at the evaluations of 8 to 15, one at those of 16 and 17.
    assert_eq!(replay.count("it.tenant_minutes"), Some(18.0 / 60.0));
    assert_eq!(spells(&replay), [(0, 8.0, 16.0), (1, 8.0, 18.0)]);
}

#[test]
fn a_tenant_with_few_operations_does_not_count() {
    // With two: a from 6 to 10, b from 8 to 10; then both have one in the window.
    let replay = by_tenant(&json!({ "share": 0.5, "count_min": 2 }));
    assert_eq!(windows(&replay), [(6.0, Some(11.0))]);
}

#[test]
fn missing_records_hurt_those_whose_items_refer_to_them() {
    // Two items of a are 25 s old when records of 20 s are deleted, one of b is younger; those of a come
    // back at 41 and 42.
    let skills = json!({ "s": { "handle_time": { "constant": "1s" } } });
    for (on_missing_record, measure) in [
        ("block", "blocked_queues"),
        ("block", "affected_queues"),
        ("skip", "missing_records"),
        ("set_aside", "missing_records"),
        ("set_aside", "set_aside"),
    ] {
        let routing =
            json!({ "skills": skills, "agents": {}, "on_missing_record": on_missing_record });
        let skill = json!({ "skill": "s" });
        let workloads = json!({
            "w": burst(5, 2, "routing", &skill),
            "x": of_tenant("b", burst(20, 1, "routing", &skill))
        });
        let mut scenario = scenario(&json!({ "routing": { "routing": routing } }), &workloads);
        scenario["timeline"] = json!({
            "clean-up": {
                "at": time(30), "note": "", "clean_up": { "station": "routing", "older_than": "20s" }
            },
            "repair": {
                "at": time(40), "note": "", "repair": { "station": "routing", "rate": "1/s" }
            }
        });
        scenario["indicators"] = indicator(&json!("routing"), measure, &json!({ "above": 0 }));
        let replay = Replay::of(&scenario);
        // A queue is free as soon as its first item has its record.
        let end = if measure == "blocked_queues" { 42.0 } else { 43.0 };
        assert_eq!(windows(&replay), [(31.0, Some(end))], "{measure}");
        assert_eq!(replay.count("it.tenants"), Some(1.0), "{measure}");
        assert_eq!(replay.count("it.tenant_minutes"), Some((end - 31.0) / 60.0), "{measure}");
    }
}
