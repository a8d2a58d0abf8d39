//! Queues and slots: whose turn it is, who is turned away, and what a tenant may take.

use hindsight::platform::parts::outcome::Failure;
use serde_json::{Value, json};

use crate::stage::{Replay, burst, of_tenant, overlay, scenario, service, time};

/// A worker of 10 s with these fields; `first` keeps it busy from 0 to 10.
fn queueing(worker: &Value, workloads: &Value) -> Replay {
    let mut all = json!({ "first": burst(0, 1, "worker", &json!({})) });
    overlay(&mut all, workloads);
    Replay::of(&scenario(&json!({ "worker": service("10s", worker) }), &all))
}

/// One unit at a second with `more` fields of its workload.
fn unit(at: u64, more: &Value) -> Value {
    let mut workload = burst(at, 1, "worker", &json!({}));
    overlay(&mut workload, more);
    workload
}

/// When the units of p, q and r are done under an order.
fn done_under(order: &str, workloads: &Value) -> [Vec<usize>; 3] {
    let replay = queueing(&json!({ "queue": { "order": order } }), workloads);
    ["p", "q", "r"].map(|name| replay.done(name))
}

#[test]
fn first_in_first_out_and_last_in_first_out() {
    let none = json!({});
    let workloads = json!({ "p": unit(1, &none), "q": unit(2, &none), "r": unit(3, &none) });
    assert_eq!(done_under("fifo", &workloads), [[20], [30], [40]]);
    assert_eq!(done_under("lifo", &workloads), [[40], [30], [20]]);
}

#[test]
fn the_highest_priority_goes_first_and_among_equals_what_came_first() {
    let of = |priority| json!({ "priority": priority });
    let workloads = json!({ "p": unit(1, &of(-1)), "q": unit(2, &of(5)), "r": unit(3, &of(5)) });
    assert_eq!(done_under("priority", &workloads), [[40], [20], [30]]);
}

#[test]
fn the_earliest_due_time_goes_first() {
    // Due at 61, 12 and 33.
    let due = |span| json!({ "due": span });
    let workloads =
        json!({ "p": unit(1, &due("60s")), "q": unit(2, &due("10s")), "r": unit(3, &due("30s")) });
    assert_eq!(done_under("due", &workloads), [[40], [20], [30]]);
}

#[test]
fn tenants_take_turns() {
    // Two units of a since 1, one of b since 2, one of c since 3.
    let of = |tenant| json!({ "tenants": [tenant] });
    let workloads = json!({
        "p": burst(1, 2, "worker", &json!({})), "q": unit(2, &of("b")), "r": unit(3, &of("c"))
    });
    assert_eq!(done_under("fair", &workloads), [vec![20, 50], vec![30], vec![40]]);
}

#[test]
fn what_finds_the_queue_full_is_rejected() {
    let none = json!({});
    let workloads = json!({ "p": unit(1, &none), "q": unit(2, &none), "r": unit(10, &none) });
    let replay = queueing(&json!({ "queue": { "bound": 1 } }), &workloads);
    assert_eq!(replay.failed("q"), [2]);
    assert_eq!(replay.failures("q", Failure::Rejected), 1);
    assert_eq!([replay.done("p"), replay.done("r")], [[20], [30]]);
    assert_eq!(replay.series("worker").bins.iter().map(|bin| bin.waiting.max).max(), Some(1));
}

#[test]
fn a_slot_that_is_free_needs_no_place_in_the_queue() {
    let workloads = json!({ "p": unit(1, &json!({})), "q": unit(10, &json!({})) });
    let replay = queueing(&json!({ "queue": { "bound": 0 } }), &workloads);
    assert_eq!(replay.failed("p"), [1]);
    assert_eq!(replay.done("q"), [20]);
}

#[test]
fn what_waits_too_long_is_abandoned() {
    // p waits from 1 on and leaves at 6; q waits from 6 to 10.
    let workloads = json!({ "p": unit(1, &json!({})), "q": unit(6, &json!({})) });
    let replay = queueing(&json!({ "queue": { "wait_max": "5s" } }), &workloads);
    assert_eq!(replay.failed("p"), [6]);
    assert_eq!(replay.failures("p", Failure::Abandoned), 1);
    assert_eq!(replay.done("q"), [20]);
}

#[test]
fn a_purge_throws_away_what_waits() {
    let workloads = json!({
        "first": burst(0, 1, "worker", &json!({})), "p": burst(1, 2, "worker", &json!({}))
    });
    let mut scenario = scenario(&json!({ "worker": service("10s", &json!({})) }), &workloads);
    scenario["timeline"] = json!({ "purge": { "at": time(5), "note": "", "purge": "worker" } });
    let replay = Replay::of(&scenario);
    assert_eq!(replay.done("first"), [10]);
    assert_eq!((replay.failed("p"), replay.failures("p", Failure::Dropped)), (vec![5, 5], 2));
}

/// Two slots, of which a tenant takes one, or borrows the other.
fn capped(borrow: bool, more: &Value) -> Value {
    let mut worker = json!({ "replicas": 2, "tenant_max": { "max": 1, "borrow": borrow } });
    overlay(&mut worker, more);
    worker
}

#[test]
fn a_tenant_at_its_cap_waits_though_a_slot_is_free() {
    // `a` has the slots from 0 and 10; b takes the other at 2.
    let workloads = json!({ "p": unit(1, &json!({})), "q": of_tenant("b", unit(2, &json!({}))) });
    let replay = queueing(&capped(false, &json!({})), &workloads);
    assert_eq!(replay.done("first"), [10]);
    assert_eq!([replay.done("p"), replay.done("q")], [[20], [12]]);
}

#[test]
fn a_queue_full_of_capped_work_turns_nobody_away_who_finds_a_slot() {
    // a's second unit fills the queue; b needs no place in it, and b's second finds neither.
    let workloads = json!({
        "p": unit(1, &json!({})), "q": of_tenant("b", unit(2, &json!({}))),
        "r": of_tenant("b", unit(3, &json!({})))
    });
    let replay = queueing(&capped(false, &json!({ "queue": { "bound": 1 } })), &workloads);
    assert_eq!(replay.done("q"), [12]);
    assert_eq!(replay.failed("r"), [3]);
}

#[test]
fn a_tenant_borrows_what_nobody_below_its_cap_waits_for() {
    // `a` takes its own slot at 0 and borrows the other at 3. From 4 and 5 on another of a and one of b
    // wait: at 10 it is b's turn, as `a` still has one; at 13 it is a's.
    let workloads = json!({
        "o": unit(3, &json!({})), "p": unit(4, &json!({})),
        "q": of_tenant("b", unit(5, &json!({})))
    });
    let replay = queueing(&capped(true, &json!({})), &workloads);
    let done = ["first", "o", "p", "q"].map(|name| replay.done(name));
    assert_eq!(done, [[10], [13], [23], [20]]);
}
