//! Time-outs and retries: when attempts begin, and what becomes of those that were given up.

use hindsight::platform::parts::outcome::Failure;
use serde_json::{Value, json};

use crate::stage::{Replay, burst, every_second, scenario, service};

fn on_worker(worker: &Value, workload: &Value) -> Replay {
    Replay::of(&scenario(&json!({ "worker": worker }), &json!({ "w": workload })))
}

#[test]
fn an_attempt_that_is_given_up_goes_on_in_vain() {
    let worker = service("10s", &json!({}));
    let replay = on_worker(&worker, &burst(0, 1, "worker", &json!({ "timeout": "4s" })));
    assert_eq!(replay.failed("w"), [4]);
    assert_eq!(replay.failures("w", Failure::TimedOut), 1);
    assert_eq!(replay.times("worker", |bin| bin.in_vain), [10]);
    let attempts = replay.attempts("worker");
    assert_eq!((attempts.done, attempts.in_vain, attempts.failures()), (0, 1, 0));
}

#[test]
fn an_answer_at_the_instant_of_the_time_out_comes_too_late() {
    let worker = service("4s", &json!({}));
    let replay = on_worker(&worker, &burst(0, 1, "worker", &json!({ "timeout": "4s" })));
    assert_eq!((replay.failed("w"), replay.attempts("worker").in_vain), (vec![4], 1));
}

#[test]
fn retries_back_off_up_to_their_cap() {
    // Each attempt is given up after 2 s; the delays are 1, 2, then 3 for 4 and for 8:
    // 0 -> 2, 3 -> 5, 7 -> 9, 12 -> 14, 17 -> 19.
    let worker = service("100s", &json!({ "concurrency": 10 }));
    let retries = json!({ "max": 4, "base": "1s", "factor": 2, "cap": "3s" });
    let call = json!({ "timeout": "2s", "retries": retries });
    let replay = on_worker(&worker, &burst(0, 1, "worker", &call));
    assert_eq!(replay.begun("worker"), [0, 3, 7, 12, 17]);
    assert_eq!(replay.times("w", |bin| bin.retries), [3, 7, 12, 17]);
    assert_eq!(replay.failed("w"), [19]);
    assert_eq!(replay.units("w").begun, 1);
}

#[test]
fn what_was_rate_limited_backs_off_in_its_own_way() {
    // Two tokens for ever. The attempts of 0 and 3 are given up 2 s later, and the delays are 1 and 2.
    // That of 7 is refused: the third retry waits 5 * 3 * 3 = 45, the fourth 60, for 135 exceed the cap.
    let worker = service("100s", &json!({ "concurrency": 10 }));
    let rate_limited = json!({ "base": "5s", "factor": 3, "cap": "60s" });
    let retries = json!({ "max": 4, "base": "1s", "rate_limited": rate_limited });
    let rate_limit = json!({ "rate": "0/s", "burst": 2 });
    let call = json!({ "timeout": "2s", "retries": retries, "rate_limit": rate_limit });
    let replay = on_worker(&worker, &burst(0, 1, "worker", &call));
    assert_eq!(replay.begun("worker"), [0, 3]);
    assert_eq!(replay.times("w", |bin| bin.retries), [3, 7, 52, 112]);
    assert_eq!(replay.failed("w"), [112]);
    assert_eq!(replay.failures("w", Failure::RateLimited), 1);
}

#[test]
fn a_retry_that_succeeds_makes_its_unit_done() {
    // The queue has no room at 0; the retry at 12 finds the slot free since 10.
    let worker = service("10s", &json!({ "queue": { "bound": 0 } }));
    let call = json!({ "retries": { "max": 1, "base": "12s" } });
    let replay = on_worker(&worker, &burst(0, 2, "worker", &call));
    assert_eq!(replay.begun("worker"), [0, 0, 12]);
    assert_eq!(replay.done("w"), [10, 22]);
    // A unit's latency counts from its beginning: (10 + 22) / 2.
    assert!((replay.latency("w") - 16.0).abs() < 1e-9);
}

#[test]
fn an_outcome_that_is_not_listed_is_not_retried() {
    let worker = service("1s", &json!({ "failure_share": 1 }));
    let retries = |on: &str| json!({ "retries": { "max": 1, "base": "1s", "on": [on] } });
    let replay = on_worker(&worker, &burst(0, 1, "worker", &retries("timed_out")));
    assert_eq!((replay.begun("worker"), replay.failed("w")), (vec![0], vec![1]));
    let replay = on_worker(&worker, &burst(0, 1, "worker", &retries("errored")));
    assert_eq!((replay.begun("worker"), replay.failed("w")), (vec![0, 2], vec![3]));
}

#[test]
fn a_budget_lets_retries_in_as_first_attempts_earn_them() {
    // It starts with the one token that it can hold, and each unit earns half of one. Unit 0 finds 1
    // and takes it; 1 finds 0.5; 2 finds 1; 3 finds 0.5; 4 finds 1; 5 finds 0.5.
    let worker = service("10ms", &json!({ "failure_share": 1 }));
    let budget = json!({ "ratio": 0.5, "burst": 1 });
    let call = json!({ "retries": { "max": 1, "base": "100ms", "budget": budget } });
    let replay = on_worker(&worker, &every_second(0, 6, "worker", &call));
    assert_eq!(replay.times("w", |bin| bin.retries), [0, 2, 4]);
    assert_eq!(replay.failures("w", Failure::Errored), 6);
}

#[test]
fn a_retry_waits_behind_the_attempt_that_was_given_up() {
    // The first attempt works from 0 to 10, given up at 4. The second, of 5, waits until 10, given up
    // at 9, and works until 20: both in vain.
    let worker = service("10s", &json!({}));
    let call = json!({ "timeout": "4s", "retries": { "max": 1, "base": "1s" } });
    let replay = on_worker(&worker, &burst(0, 1, "worker", &call));
    assert_eq!(replay.failed("w"), [9]);
    assert_eq!(replay.times("worker", |bin| bin.in_vain), [10, 20]);
}

#[test]
fn expired_work_is_dropped_when_its_turn_comes() {
    // As above, but the second attempt is dropped at 10.
    let worker = service("10s", &json!({ "drop_expired": true }));
    let call = json!({ "timeout": "4s", "retries": { "max": 1, "base": "1s" } });
    let replay = on_worker(&worker, &burst(0, 1, "worker", &call));
    assert_eq!(replay.times("worker", |bin| bin.in_vain), [10]);
    assert_eq!(replay.failed("worker"), [10]);
    assert_eq!(replay.attempts("worker").failed[Failure::Dropped as usize], 1);
}

#[test]
fn work_that_arrives_expired_is_dropped_at_once() {
    // Given up at 2, it arrives at 5 and finds a free slot.
    let worker = service("10s", &json!({ "drop_expired": true }));
    let call = json!({ "timeout": "2s", "latency": { "constant": "5s" } });
    let replay = on_worker(&worker, &burst(0, 1, "worker", &call));
    assert_eq!(replay.failed("worker"), [5]);
    assert_eq!(replay.attempts("worker").in_vain, 0);
}
