//! Caches in front of a callee: what they answer, when they are cold, and how they fill again.

use serde_json::{Value, json};

use crate::stage::{Replay, burst, every_second, scenario, service, time};

/// A front that takes no time and calls the back through `caches`, with a unit at each second of `at`.
fn fronted(call: &Value, at: &[u64], timeline: &Value) -> Replay {
    let mut call = call.clone();
    call["to"] = json!("back");
    let front = service("0s", &json!({ "calls": { "back": call } }));
    let back = service("100ms", &json!({ "failure_share": 0 }));
    let workloads: Vec<(String, Value)> =
        at.iter().map(|at| (format!("at-{at}"), burst(*at, 1, "front", &json!({})))).collect();
    let workloads = Value::Object(workloads.into_iter().collect());
    let mut scenario = scenario(&json!({ "front": front, "back": back }), &workloads);
    scenario["timeline"] = timeline.clone();
    Replay::of(&scenario)
}

/// Sets fields of the front at a second.
fn set_front(at: u64, front: &Value) -> Value {
    let set = json!({ "stations": { "front": { "service": front } } });
    json!({ "at": time(at), "note": "", "set": set })
}

/// Sets fields of the front's call at a second.
fn set(at: u64, call: &Value) -> Value {
    set_front(at, &json!({ "calls": { "back": call } }))
}

#[test]
fn a_cache_answers_its_share_in_no_time() {
    for (share, calls, latency) in [(1, 0, 0.0), (0, 3, 0.1)] {
        let caches = json!({ "caches": { "only": { "hit_share": share } } });
        let replay = fronted(&caches, &[1, 2, 3], &json!({}));
        assert_eq!(replay.attempts("back").begun, calls);
        assert_eq!(replay.units("front.back").done, 3);
        assert!((replay.latency("front.back") - latency).abs() < 1e-9);
    }
}

#[test]
fn a_cache_that_nothing_fills_expires_and_fills_again() {
    // Filled last as the run began, it holds until 10. The units of 11, 12 and 13 miss, as the first
    // answer comes at 13.5; the last comes at 15.5, so that it holds until 25.5.
    let cache = json!({ "hit_share": 1, "ttl": "10s" });
    let call = json!({ "caches": { "only": cache } });
    let stations = json!({ "worker": service("2500ms", &json!({ "concurrency": 10 })) });
    let workloads = json!({ "w": every_second(1, 27, "worker", &call) });
    let replay = Replay::of(&scenario(&stations, &workloads));
    assert_eq!(replay.begun("worker"), [11, 12, 13, 26, 27]);
    assert_eq!(replay.units("w").done, 27);
}

#[test]
fn an_instance_comes_up_with_a_cold_cache_of_its_own() {
    // The front's instance is replaced at 20: a unit of that instant misses, and at 30, after the
    // warm-up, one hits again. A shared cache does not notice.
    for (scope, missed) in [("instance", vec![20]), ("shared", vec![])] {
        let cache = json!({ "hit_share": 1, "scope": scope, "warm_up": "10s" });
        let crash = json!({ "at": time(20), "note": "", "crash": { "station": "front" } });
        let call = json!({ "caches": { "only": cache } });
        let replay = fronted(&call, &[19, 20, 30, 40], &json!({ "crash": crash }));
        assert_eq!(replay.begun("back"), missed, "{scope}");
    }
}

#[test]
fn an_instance_that_finishes_its_work_keeps_its_cache() {
    // The front's instance of 5 is cold, and warms over 1000 s. Its request of 6 takes 10 s; another
    // instance has replaced it at 8, but the request's call at 16 is still its own: 0.011 warm.
    let cache = json!({ "hit_share": 1, "scope": "instance", "warm_up": "1000s" });
    let timeline = json!({
        "crash": { "at": time(5), "note": "", "crash": { "station": "front" } },
        "deploy": { "at": time(8), "note": "", "redeploy": "front" },
        "slow": set_front(4, &json!({ "service_time": { "constant": "10s" } }))
    });
    let replay = fronted(&json!({ "caches": { "only": cache } }), &[6], &timeline);
    assert_eq!(replay.begun("back"), [16]);
}

#[test]
fn a_layer_is_filled_by_the_layer_behind_it() {
    // The edge expires at 10. At 15 the layer behind it answers, and so fills it again: at 20, with no
    // layer behind, it still answers. At 26 it has expired.
    let edge = json!({ "hit_share": 1, "ttl": "10s" });
    let call = json!({ "caches": { "a-edge": edge, "b-middle": { "hit_share": 1 } } });
    let off = set(17, &json!({ "caches": { "b-middle": { "hit_share": 0 } } }));
    let replay = fronted(&call, &[5, 15, 20, 26], &json!({ "off": off }));
    assert_eq!(replay.begun("back"), [26]);
}

#[test]
fn a_layer_that_is_added_while_it_runs_begins_cold() {
    let add = set(10, &json!({ "caches": { "new": { "hit_share": 1 } } }));
    let replay = fronted(&json!({}), &[1, 11, 13], &json!({ "add": add }));
    assert_eq!(replay.begun("back"), [1, 11]);
}

#[test]
fn answers_from_a_cache_earn_no_retries() {
    // The back always fails. The unit of 1 takes the only token for its retry; those of 6 to 9 are
    // answered by the cache; that of 11 earns half a token, which is none.
    let budget = json!({ "ratio": 0.5, "burst": 1 });
    let retries = json!({ "max": 1, "base": "10ms", "on": ["timed_out"], "budget": budget });
    let call = json!({
        "timeout": "50ms", "retries": retries, "caches": { "only": { "hit_share": 0 } }
    });
    let hit = |share| json!({ "caches": { "only": { "hit_share": share } } });
    let timeline = json!({ "on": set(5, &hit(1)), "off": set(10, &hit(0)) });
    let replay = fronted(&call, &[1, 6, 7, 8, 9, 11], &timeline);
    assert_eq!(replay.begun("back"), [1, 1, 11]);
}
