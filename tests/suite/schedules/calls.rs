//! Calls of a station: in sequence, in parallel, waited for or handed on.

use hindsight::platform::parts::outcome::Failure;
use serde_json::{Value, json};

use crate::stage::{Replay, burst, scenario, service};

/// One unit at 0 on a front of 1 s that makes `calls`, to `five` of 5 s and `seven` of 7 s.
fn calling(calls: &Value, more: &Value) -> Replay {
    let mut front = service("1s", &json!({ "calls": calls }));
    crate::stage::overlay(&mut front["service"], more);
    let stations = json!({
        "front": front, "five": service("5s", &json!({})), "seven": service("7s", &json!({}))
    });
    Replay::of(&scenario(&stations, &json!({ "w": burst(0, 1, "front", &json!({})) })))
}

#[test]
fn steps_follow_one_another() {
    // 1 + 7 + 5: the steps decide, not the names.
    let calls = json!({ "a": { "to": "five", "step": 2 }, "b": { "to": "seven", "step": 1 } });
    let replay = calling(&calls, &json!({}));
    assert_eq!(replay.begun("front.b"), [1]);
    assert_eq!(replay.begun("front.a"), [8]);
    assert_eq!(replay.done("w"), [13]);
}

#[test]
fn calls_of_one_step_run_side_by_side() {
    // 1 + max(5, 7).
    let replay = calling(&json!({ "a": { "to": "five" }, "b": { "to": "seven" } }), &json!({}));
    assert_eq!(replay.begun("front.a"), replay.begun("front.b"));
    assert_eq!(replay.done("w"), [8]);
}

#[test]
fn a_request_fails_with_the_first_call_that_fails() {
    // The call to five is given up at 1 + 2; the other goes on until 8 for nobody.
    let calls = json!({ "a": { "to": "five", "timeout": "2s" }, "b": { "to": "seven" } });
    let replay = calling(&calls, &json!({}));
    assert_eq!(replay.failed("w"), [3]);
    assert_eq!(replay.failures("w", Failure::DependencyFailed), 1);
    assert_eq!(replay.done("front.b"), [8]);
}

#[test]
fn calls_that_fail_at_one_instant_fail_the_request_once() {
    let calls = json!({
        "a": { "to": "five", "timeout": "2s" }, "b": { "to": "seven", "timeout": "2s" }
    });
    let replay = calling(&calls, &json!({}));
    assert_eq!(replay.failed("w"), [3]);
    assert_eq!(replay.attempts("front").ended(), 1);
}

#[test]
fn a_call_that_succeeds_as_another_fails_changes_nothing() {
    // Five answers at 6, when the call to seven is given up: whichever comes first, the request fails.
    for (a, b) in [("five", "seven"), ("seven", "five")] {
        let call = |to: &str| match to {
            "five" => json!({ "to": to }),
            _ => json!({ "to": to, "timeout": "5s" }),
        };
        let replay = calling(&json!({ "a": call(a), "b": call(b) }), &json!({}));
        assert_eq!((replay.failed("w"), replay.done("w")), (vec![6], vec![]));
    }
}

#[test]
fn an_ignored_failure_lets_the_request_go_on() {
    // Given up at 3, then the second step until 8.
    let calls = json!({
        "a": { "to": "seven", "timeout": "2s", "on_failure": "ignore" },
        "b": { "to": "five", "step": 2 }
    });
    let replay = calling(&calls, &json!({}));
    assert_eq!(replay.failed("front.a"), [3]);
    assert_eq!(replay.done("w"), [8]);
}

/// Two units at 0 on a front of 1 s whose call lets one through for ever; the first is done at 6, and
/// the second is refused at 7.
fn limited(on_failure: &str, more: &Value) -> Replay {
    let call = json!({
        "to": "five", "on_failure": on_failure, "rate_limit": { "rate": "0/s", "burst": 1 }
    });
    let front = service("1s", &json!({ "calls": { "a": call } }));
    let stations = json!({ "front": front, "five": service("5s", &json!({})) });
    Replay::of(&scenario(&stations, &json!({ "w": burst(0, 2, "front", more) })))
}

#[test]
fn a_reason_that_is_passed_on_stays_what_it_was() {
    let replay = limited("pass_on", &json!({}));
    assert_eq!((replay.done("w"), replay.failed("w")), (vec![6], vec![7]));
    assert_eq!(replay.failures("w", Failure::RateLimited), 1);
    let replay = limited("fail", &json!({}));
    assert_eq!((replay.done("w"), replay.failed("w")), (vec![6], vec![7]));
    assert_eq!(replay.failures("w", Failure::DependencyFailed), 1);
}

#[test]
fn a_caller_waits_longer_after_a_rate_limit_that_it_is_told_of() {
    // Told of it, the second unit comes back 20 s after 7 and is refused again at 28; taking it for an
    // error, 2 s after 7, refused at 10.
    let rate_limited = json!({ "base": "20s" });
    let retries = json!({ "max": 1, "base": "2s", "rate_limited": rate_limited });
    let replay = limited("pass_on", &json!({ "retries": retries }));
    assert_eq!((replay.begun("front"), replay.failed("w")), (vec![0, 0, 27], vec![28]));
    let replay = limited("fail", &json!({ "retries": retries }));
    assert_eq!((replay.begun("front"), replay.failed("w")), (vec![0, 0, 9], vec![10]));
}

#[test]
fn work_that_is_handed_on_frees_its_slot_at_once() {
    // Both units are served by the front one after the other, at 1 and 2; the back works from 1 on.
    let front = service("1s", &json!({ "calls": { "a": { "to": "five", "mode": "hand_on" } } }));
    let stations = json!({ "front": front, "five": service("5s", &json!({})) });
    let workloads = json!({ "w": burst(0, 2, "front", &json!({})) });
    let replay = Replay::of(&scenario(&stations, &workloads));
    assert_eq!(replay.done("w"), [1, 2]);
    assert_eq!(replay.begun("five"), [1, 2]);
    assert_eq!(replay.done("front.a"), [6, 11]);
}

#[test]
fn work_that_waits_for_an_answer_keeps_its_slot() {
    // The second unit gets the slot at 6, calls at 7 and has its answer at 12.
    let front = service("1s", &json!({ "calls": { "a": { "to": "five" } } }));
    let stations = json!({ "front": front, "five": service("5s", &json!({})) });
    let workloads = json!({ "w": burst(0, 2, "front", &json!({})) });
    let replay = Replay::of(&scenario(&stations, &workloads));
    assert_eq!(replay.done("w"), [6, 12]);
    assert_eq!(replay.begun("five"), [1, 7]);
}

#[test]
fn a_call_with_no_share_is_never_made() {
    let calls = json!({ "a": { "to": "five", "share": 0 }, "b": { "to": "seven", "step": 2 } });
    let replay = calling(&calls, &json!({}));
    assert_eq!(replay.units("front.a").begun, 0);
    assert_eq!(replay.done("w"), [8]);
}

#[test]
fn a_request_that_fails_by_itself_makes_no_calls() {
    let calls = json!({ "a": { "to": "five" } });
    let replay = calling(&calls, &json!({ "failure_share": 1 }));
    assert_eq!(replay.failed("w"), [1]);
    assert_eq!(replay.failures("w", Failure::Errored), 1);
    assert_eq!(replay.units("front.a").begun, 0);
}

#[test]
fn latency_comes_before_the_service() {
    // On its way from 1 to 4, served until 9.
    let calls = json!({ "a": { "to": "five", "latency": { "constant": "3s" } } });
    let replay = calling(&calls, &json!({}));
    assert_eq!(replay.begun("five"), [4], "what is on its way is no load of the station");
    assert_eq!(replay.done("w"), [9]);
    // At the station it takes 5 s from its arrival, on the call 8 s.
    assert!((replay.latency("five") - 5.0).abs() < 1e-9);
    assert!((replay.latency("front.a") - 8.0).abs() < 1e-9);
}

#[test]
fn what_is_on_its_way_is_no_load_of_the_station() {
    // Sent at 1, there from 4 to 6.
    let worker = json!({ "worker": service("2s", &json!({})) });
    let latent = burst(1, 1, "worker", &json!({ "latency": { "constant": "3s" } }));
    let replay = Replay::of(&scenario(&worker, &json!({ "w": latent })));
    assert_eq!((replay.begun("w"), replay.begun("worker")), (vec![1], vec![4]));
    assert_eq!(replay.steps("w", |bin| &bin.in_flight), [(0, 0), (1, 1), (6, 0)]);
    assert_eq!(replay.steps("worker", |bin| &bin.in_flight), [(0, 0), (4, 1), (6, 0)]);
}
