//! What refuses attempts: circuit breaker, rate limit and concurrency cap.

use hindsight::platform::log::Emerged;
use hindsight::platform::parts::outcome::Failure;
use hindsight::platform::work::CallId;
use serde_json::{Value, json};

use crate::stage::{Replay, every_second, scenario, service, time, traced};

/// Opens from two attempts of which half failed, refuses for 5 s, lets one probe through.
fn breaker() -> Value {
    json!({ "failure_share": 0.5, "count_min": 2, "window": "10s", "open_for": "5s" })
}

fn failing(service_time: &str) -> Value {
    json!({ "worker": service(service_time, &json!({ "concurrency": 10, "failure_share": 1 })) })
}

#[test]
fn a_breaker_opens_refuses_probes_and_closes() {
    // Units 0 and 1 fail 100 ms later: open from 1.1 to 6.1. The worker is repaired at 6; unit 7 is
    // the probe, and its success at 7.1 closes the breaker.
    let workload = every_second(0, 10, "worker", &json!({ "breaker": breaker() }));
    let mut scenario = scenario(&failing("100ms"), &json!({ "w": workload }));
    let set = json!({ "stations": { "worker": { "service": { "failure_share": 0 } } } });
    scenario["timeline"] = json!({ "repair": { "at": time(6), "note": "", "set": set } });
    let replay = Replay::of(&scenario);
    assert_eq!(replay.begun("worker"), [0, 1, 7, 8, 9]);
    assert_eq!(replay.failed("w"), [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(replay.failures("w", Failure::Rejected), 5);
    assert_eq!(replay.log(Emerged::BreakerOpened(CallId(0))), [(1.1, 1)]);
    assert_eq!(replay.log(Emerged::BreakerClosed(CallId(0))), [(7.1, 1)]);
}

#[test]
fn a_failed_probe_opens_the_breaker_again() {
    // As above without the repair: the probe of 7 fails at 7.1, so that the next is that of 13.
    let workload = every_second(0, 15, "worker", &json!({ "breaker": breaker() }));
    let replay = Replay::of(&scenario(&failing("100ms"), &json!({ "w": workload })));
    assert_eq!(replay.begun("worker"), [0, 1, 7, 13]);
}

#[test]
fn a_half_open_breaker_refuses_while_its_probe_is_out() {
    // Units 0 and 1 fail at 2.5 and 3.5, which opens it until 8.5; 2 and 3 were let through before. The
    // probe of 9 fails at 11.5, and 10 and 11 are refused meanwhile; the next probe is that of 17.
    let workload = every_second(0, 18, "worker", &json!({ "breaker": breaker() }));
    let replay = Replay::of(&scenario(&failing("2500ms"), &json!({ "w": workload })));
    assert_eq!(replay.begun("worker"), [0, 1, 2, 3, 9, 17]);
}

#[test]
fn what_a_breaker_refuses_takes_no_token_and_what_is_limited_no_probe() {
    // Three tokens for ever. Units 0 and 1 take two; 2 to 6 are refused by the breaker; 7, the probe,
    // takes the third and fails: open from 7.1 to 12.1. From 13 on there is a probe, but no token.
    let rate_limit = json!({ "rate": "0/s", "burst": 3 });
    let call = json!({ "breaker": breaker(), "rate_limit": rate_limit });
    let workload = every_second(0, 15, "worker", &call);
    let replay = Replay::of(&scenario(&failing("100ms"), &json!({ "w": workload })));
    assert_eq!(replay.begun("worker"), [0, 1, 7]);
    assert_eq!(replay.failures("w", Failure::Rejected), 10);
    assert_eq!(replay.failures("w", Failure::RateLimited), 2);
}

#[test]
fn a_rate_limit_lets_its_rate_through() {
    // Half a token a second, and one at most: every other unit.
    let rate_limit = json!({ "rate": "30/min", "burst": 1 });
    let workload = every_second(0, 8, "worker", &json!({ "rate_limit": rate_limit }));
    let stations = json!({ "worker": service("100ms", &json!({})) });
    let replay = Replay::of(&scenario(&stations, &json!({ "w": workload })));
    assert_eq!(replay.begun("worker"), [0, 2, 4, 6]);
    assert_eq!(replay.failed("w"), [1, 3, 5, 7]);
    assert_eq!(replay.failures("w", Failure::RateLimited), 4);
}

/// One unit a second of these tenants on a worker that takes `service_time`; gives the seconds in
/// which attempts began.
fn let_through(tenants: &str, service_time: &str, call: &Value) -> Vec<usize> {
    let stations = json!({ "worker": service(service_time, &json!({ "concurrency": 10 })) });
    traced(&stations, "worker", call, tenants).begun("worker")
}

#[test]
fn a_tenant_has_a_rate_limit_of_its_own() {
    // Five in all, two for each: a's third and c's third are refused.
    let per_tenant = json!({ "rate": "0/s", "burst": 2 });
    let limit = json!({ "rate": "0/s", "burst": 5, "per_tenant": per_tenant });
    let begun = let_through("aaabccc", "100ms", &json!({ "rate_limit": limit }));
    assert_eq!(begun, [0, 1, 3, 4, 5]);
}

#[test]
fn a_tenant_borrows_tokens_down_to_the_reserve() {
    // Five in all, of which one stays in reserve: `a` takes its own two and borrows two. The fifth is
    // not for a, but for b, and then there is none.
    let per_tenant = json!({ "rate": "0/s", "burst": 2, "borrow": 0.2 });
    let limit = json!({ "rate": "0/s", "burst": 5, "per_tenant": per_tenant });
    let begun = let_through("aaaaabb", "100ms", &json!({ "rate_limit": limit }));
    assert_eq!(begun, [0, 1, 2, 3, 5]);
}

#[test]
fn a_concurrency_cap_counts_what_is_under_way() {
    // Two at a time, 9.5 s each: room again at 9.5 and 10.5.
    let call = json!({ "concurrency": { "max": 2 } });
    assert_eq!(let_through("aaaaaaaaaaaaa", "9500ms", &call), [0, 1, 10, 11]);
}

#[test]
fn what_was_given_up_is_no_longer_under_way() {
    // One at a time, given up after 3.5 s though it takes 60.
    let call = json!({ "concurrency": { "max": 1 }, "timeout": "3500ms" });
    assert_eq!(let_through("aaaaaaaaa", "60s", &call), [0, 4, 8]);
}

#[test]
fn a_tenant_has_a_concurrency_cap_of_its_own() {
    // Two in all, one for each: a's second is refused, then c, as two are under way.
    let call = json!({ "concurrency": { "max": 2, "per_tenant": { "max": 1 } } });
    assert_eq!(let_through("aabc", "60s", &call), [0, 2]);
}

#[test]
fn a_tenant_borrows_concurrency_down_to_the_reserve() {
    // Four in all, two in reserve. `a` borrows one; its third would leave less than the reserve. b and c
    // have one each of their own, which makes four.
    let per_tenant = json!({ "max": 1, "borrow": 0.5 });
    let call = json!({ "concurrency": { "max": 4, "per_tenant": per_tenant } });
    assert_eq!(let_through("aaabcb", "60s", &call), [0, 1, 3, 4]);
}

#[test]
fn a_cap_that_is_set_while_it_runs_counts_what_began_before() {
    // Units 0 to 4 are under way as the cap of one comes at 5. The last of them ends at 13.5.
    let workload = every_second(0, 16, "worker", &json!({}));
    let worker = service("9500ms", &json!({ "concurrency": 10 }));
    let mut scenario = scenario(&json!({ "worker": worker }), &json!({ "w": workload }));
    let set = json!({ "workloads": { "w": { "call": { "concurrency": { "max": 1 } } } } });
    scenario["timeline"] = json!({ "cap": { "at": time(5), "note": "", "set": set } });
    let replay = Replay::of(&scenario);
    assert_eq!(replay.begun("worker"), [0, 1, 2, 3, 4, 14]);
}

#[test]
fn a_cap_that_is_taken_away_and_set_again_counts_what_began_between() {
    // Two at a time: 0 and 1. From 3 on there is no cap, and 3 to 5 begin; as one of one comes at 6, five are under way,
    // of which the last ends at 14.5.
    let workload = every_second(0, 17, "worker", &json!({ "concurrency": { "max": 2 } }));
    let worker = service("9500ms", &json!({ "concurrency": 10 }));
    let mut scenario = scenario(&json!({ "worker": worker }), &json!({ "w": workload }));
    let set = |at: u64, cap: &Value| {
        let set = json!({ "workloads": { "w": { "call": { "concurrency": cap } } } });
        json!({ "at": time(at), "note": "", "set": set })
    };
    let cap = json!({ "max": 1 });
    scenario["timeline"] = json!({ "off": set(3, &Value::Null), "on": set(6, &cap) });
    let replay = Replay::of(&scenario);
    assert_eq!(replay.begun("worker"), [0, 1, 3, 4, 5, 15]);
}

#[test]
fn a_breaker_stays_open_as_the_rate_limit_beside_it_goes() {
    // Units 0 and 1 fail and take the two tokens: open from 1.1 to 6.1. At 3 the limit goes, so that 7 is a probe, and
    // after its failure 13.
    let call = json!({ "breaker": breaker(), "rate_limit": { "rate": "0/s", "burst": 2 } });
    let workload = every_second(0, 15, "worker", &call);
    let mut scenario = scenario(&failing("100ms"), &json!({ "w": workload }));
    let set = json!({ "workloads": { "w": { "call": { "rate_limit": null } } } });
    scenario["timeline"] = json!({ "unlimited": { "at": time(3), "note": "", "set": set } });
    let replay = Replay::of(&scenario);
    assert_eq!(replay.begun("worker"), [0, 1, 7, 13]);
    assert_eq!(replay.failures("w", Failure::RateLimited), 0);
}
