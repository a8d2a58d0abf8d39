//! The lanes of a job engine: what a type, a tenant or a conversation may take from the others.

use serde_json::{Value, json};

use crate::stage::{Replay, burst, of_tenant, overlay, scenario};

/// An engine of two workers whose types `mail` and `text` take 10 s, with `more` fields.
fn engine(more: &Value) -> Value {
    let kind = json!({ "run_time": { "constant": "10s" } });
    let mut engine = json!({ "workers": 2, "types": { "mail": kind, "text": kind } });
    overlay(&mut engine, more);
    json!({ "engine": { "jobs": engine } })
}

/// Jobs of a type, `count` of them at a second.
fn jobs(at: u64, count: u64, job: &str) -> Value {
    burst(at, count, "engine", &json!({ "job": job }))
}

/// When the jobs of p, q and r are done.
fn done(more: &Value, workloads: &Value) -> [Vec<usize>; 3] {
    let replay = Replay::of(&scenario(&engine(more), workloads));
    ["p", "q", "r"].map(|name| replay.done(name))
}

#[test]
fn a_type_at_its_cap_waits_though_a_worker_is_free() {
    // Mail has one of the two workers, at 0, 10 and 20; text takes the other at 2.
    let workloads =
        json!({ "p": jobs(0, 2, "mail"), "q": jobs(1, 1, "mail"), "r": jobs(2, 1, "text") });
    let capped = json!({ "lanes": "type", "lane_max": { "max": 1 } });
    assert_eq!(done(&capped, &workloads), [vec![10, 20], vec![30], vec![12]]);
}

#[test]
fn a_type_borrows_a_worker_that_no_other_waits_for() {
    // Mail borrows the second worker at 0. At 10 both are free: text has one of its own, though q was
    // due before it, and q the other.
    let workloads =
        json!({ "p": jobs(0, 2, "mail"), "q": jobs(1, 2, "mail"), "r": jobs(2, 1, "text") });
    let borrowing = json!({ "lanes": "type", "lane_max": { "max": 1, "borrow": true } });
    assert_eq!(done(&borrowing, &workloads), [vec![10, 10], vec![20, 30], vec![20]]);
}

#[test]
fn a_tenant_has_a_lane_of_its_own() {
    let workloads = json!({
        "p": jobs(0, 2, "mail"), "q": of_tenant("b", jobs(1, 1, "mail")), "r": jobs(2, 1, "text")
    });
    let capped = json!({ "lanes": "tenant", "lane_max": { "max": 1 } });
    assert_eq!(done(&capped, &workloads), [[10, 20].to_vec(), vec![11], vec![30]]);
}

#[test]
fn types_take_turns() {
    // One worker. Mail has waited since 0, text since 1: one of each in turn.
    let workloads =
        json!({ "p": jobs(0, 3, "mail"), "q": jobs(1, 2, "text"), "r": jobs(2, 1, "mail") });
    let fair = json!({ "workers": 1, "order": "fair", "lanes": "type" });
    assert_eq!(done(&fair, &workloads), [vec![10, 20, 40], vec![30, 50], vec![60]]);
}

#[test]
fn a_conversation_that_floods_the_engine_does_not_hold_up_others() {
    let mut flood = jobs(0, 5, "mail");
    flood["one_conversation"] = json!(true);
    let workloads = json!({ "p": flood, "q": jobs(1, 1, "mail"), "r": jobs(2, 1, "mail") });
    // One worker: the flood at 0 and 10, then each of the others before its third.
    let fair = json!({ "workers": 1, "order": "fair", "lanes": "conversation" });
    assert_eq!(done(&fair, &workloads), [vec![10, 20, 50, 60, 70], vec![30], vec![40]]);
    // By due time, all of the flood comes before them.
    let by_due = json!({ "workers": 1 });
    assert_eq!(done(&by_due, &workloads), [vec![10, 20, 30, 40, 50], vec![60], vec![70]]);
    // Two workers, one for each conversation: the others share the second.
    let capped = json!({ "lanes": "conversation", "lane_max": { "max": 1 } });
    assert_eq!(done(&capped, &workloads), [vec![10, 20, 30, 40, 50], vec![11], vec![21]]);
}

#[test]
fn units_that_are_not_of_one_conversation_have_a_lane_each() {
    // p's three jobs are of three conversations, and may take both workers.
    let workloads =
        json!({ "p": jobs(0, 3, "mail"), "q": jobs(1, 1, "mail"), "r": jobs(2, 1, "mail") });
    let capped = json!({ "lanes": "conversation", "lane_max": { "max": 1 } });
    assert_eq!(done(&capped, &workloads), [vec![10, 10, 20], vec![20], vec![30]]);
}
