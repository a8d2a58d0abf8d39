//! Crashes: what becomes of the work in hand and of the work that waits.

use hindsight::platform::parts::outcome::Failure;
use serde_json::{Value, json};

use crate::stage::{Replay, burst, every_second, of_tenant, scenario, service, time};

/// A scenario in which instances of `worker` crash at a second.
fn crashing(at: u64, instances: &Value, worker: &Value, workloads: &Value) -> Value {
    let mut scenario = scenario(&json!({ "worker": worker }), workloads);
    let crash = json!({ "station": "worker", "instances": instances });
    scenario["timeline"] = json!({ "crash": { "at": time(at), "note": "", "crash": crash } });
    scenario
}

#[test]
fn work_in_hand_fails_with_its_instance_and_what_waits_goes_on() {
    // Units at 0 and 1, each for 10 s. The crash at 4 fails the first; its replacement starts at once
    // and takes the second, from 4 to 14.
    let worker = service("10s", &json!({}));
    let workloads = json!({ "w": every_second(0, 2, "worker", &json!({})) });
    let replay = Replay::of(&crashing(4, &Value::Null, &worker, &workloads));
    assert_eq!(replay.failed("w"), [4]);
    assert_eq!(replay.failures("w", Failure::Errored), 1);
    assert_eq!(replay.done("w"), [14]);
}

#[test]
fn work_in_hand_goes_back_to_the_head_of_the_queue() {
    // The first of two units starts again at 4 and is done at 14, before the second, done at 24.
    let worker = service("10s", &json!({ "on_crash": "requeue" }));
    let workloads = json!({
        "first": burst(0, 1, "worker", &json!({})), "second": burst(1, 1, "worker", &json!({}))
    });
    let replay = Replay::of(&crashing(4, &Value::Null, &worker, &workloads));
    assert_eq!([replay.done("first"), replay.done("second")], [[14], [24]]);
    assert_eq!(replay.attempts("worker").begun, 2, "it stays the same attempt");
}

#[test]
fn work_that_went_back_to_the_queue_can_still_be_given_up() {
    // It starts again at 4, and would be done at 14; the caller waits until 6.
    let worker = service("10s", &json!({ "on_crash": "requeue" }));
    let workloads = json!({ "w": burst(0, 1, "worker", &json!({ "timeout": "6s" })) });
    let replay = Replay::of(&crashing(4, &Value::Null, &worker, &workloads));
    assert_eq!((replay.failed("w"), replay.failures("w", Failure::TimedOut)), (vec![6], 1));
    assert_eq!(replay.times("worker", |bin| bin.in_vain), [14]);
}

#[test]
fn work_whose_service_ends_as_its_instance_crashes_fails_once() {
    // Service from 0 to 4, the crash at 4: what is done by the timeline comes first.
    let workloads = json!({ "w": burst(0, 1, "worker", &json!({})) });
    let replay = Replay::of(&crashing(4, &Value::Null, &service("4s", &json!({})), &workloads));
    assert_eq!((replay.failed("w"), replay.done("w")), (vec![4], vec![]));
}

#[test]
fn a_queue_in_memory_is_lost_with_all_its_instances() {
    // Three units at 0: one in hand fails as errored, the two that wait are dropped. Start-up takes
    // 10 s: a unit at 6 finds nobody and is rejected, one at 15 is served from 15 to 25.
    let queue = json!({ "durable": false });
    let start_up = json!({ "constant": "10s" });
    let worker = service("10s", &json!({ "queue": queue, "start_up": start_up }));
    let workloads = json!({
        "early": burst(0, 3, "worker", &json!({})),
        "between": burst(6, 1, "worker", &json!({})),
        "late": burst(15, 1, "worker", &json!({}))
    });
    let replay = Replay::of(&crashing(4, &Value::Null, &worker, &workloads));
    assert_eq!(replay.failures("early", Failure::Errored), 1);
    assert_eq!(replay.failures("early", Failure::Dropped), 2);
    assert_eq!(replay.failures("between", Failure::Rejected), 1);
    assert_eq!(replay.done("late"), [25]);
}

#[test]
fn a_queue_in_memory_is_lost_in_part_with_some_of_its_instances() {
    // Half of the instances take half of what waits with them, each of 1000 requests by its own draw:
    // 500 with a standard deviation of sqrt(1000 / 4) = 16.
    let queue = json!({ "durable": false });
    let worker = service("1000s", &json!({ "replicas": 2, "queue": queue }));
    let workloads = json!({ "w": burst(0, 1002, "worker", &json!({})) });
    let replay = Replay::of(&crashing(4, &json!(1), &worker, &workloads));
    assert_eq!(replay.failures("w", Failure::Errored), 1);
    let lost = replay.failures("w", Failure::Dropped);
    assert!(lost.abs_diff(500) < 64, "{lost}");
}

#[test]
fn a_durable_queue_waits_for_the_next_instance() {
    // Three units at 0; the crash at 4 fails the one in hand; up again at 14, the others are served
    // from 14 to 24 and from 24 to 34, a unit of 6 from 34 to 44.
    let start_up = json!({ "constant": "10s" });
    let worker = service("10s", &json!({ "start_up": start_up }));
    let workloads = json!({
        "early": burst(0, 3, "worker", &json!({})), "between": burst(6, 1, "worker", &json!({}))
    });
    let replay = Replay::of(&crashing(4, &Value::Null, &worker, &workloads));
    assert_eq!(replay.failed("early"), [4]);
    assert_eq!(replay.done("early"), [24, 34]);
    assert_eq!(replay.done("between"), [44]);
    let up = replay.steps("worker", |bin| &bin.up);
    assert_eq!(up, [(0, 1), (4, 0), (14, 1)]);
}

#[test]
fn the_oldest_instances_crash_first() {
    // Three instances take work in turn: unit 0 is on instance 0, unit 1 on instance 1, unit 2, which
    // comes at 2, on instance 2: a crash of two instances fails units 0 and 1.
    let worker = service("10s", &json!({ "replicas": 3 }));
    let workloads = json!({ "w": every_second(0, 3, "worker", &json!({})) });
    let replay = Replay::of(&crashing(5, &json!(2), &worker, &workloads));
    assert_eq!((replay.failed("w"), replay.done("w")), (vec![5, 5], vec![12]));
}

#[test]
fn a_crash_makes_room_for_the_tenant_whose_work_it_took() {
    // Three slots, one for each tenant at most. From 0 on `a` is on instance 0 and `b` on instance 1;
    // more of b waits since 1 and of a since 2, for want of room of their own, which the change at 3 shows
    // once more: a's lane, behind b's, has to be opened again.
    // The crash of instance 0 at 5 fails a's unit: its next one has room, b's until 100 has none.
    let tenant_max = json!({ "max": 1 });
    let worker = service("100s", &json!({ "replicas": 3, "tenant_max": tenant_max }));
    let unit = |tenant, at| of_tenant(tenant, burst(at, 1, "worker", &json!({})));
    let workloads = json!({
        "a1": unit("a", 0), "a2": unit("a", 2), "b1": unit("b", 0), "b2": unit("b", 1)
    });
    let mut scenario = crashing(5, &json!(1), &worker, &workloads);
    let set = json!({ "stations": { "worker": { "service": { "failure_share": 0 } } } });
    scenario["timeline"]["change"] = json!({ "at": time(3), "note": "", "set": set });
    let replay = Replay::of(&scenario);
    assert_eq!(replay.failed("a1"), [5]);
    assert_eq!(replay.done("a2"), [105]);
    assert_eq!([replay.done("b1"), replay.done("b2")], [[100], [200]]);
}

#[test]
fn requeued_work_waits_no_longer_than_the_queue_lets_it() {
    // In hand from 0; the crash at 4 puts it back, where it waits for an instance that takes 100 s to
    // start. After 20 s of waiting, at 24, it is abandoned.
    let worker = service(
        "10s",
        &json!({
            "on_crash": "requeue", "queue": { "wait_max": "20s" },
            "start_up": { "constant": "100s" }
        }),
    );
    let workloads = json!({ "w": burst(0, 1, "worker", &json!({})) });
    let replay = Replay::of(&crashing(4, &Value::Null, &worker, &workloads));
    assert_eq!(replay.failed("w"), [24]);
    assert_eq!(replay.failures("w", Failure::Abandoned), 1);
}

#[test]
fn a_request_waits_for_nothing_after_its_crash() {
    // The front's request waits from 1 on for the back, which answers at 11. The front crashes at 5:
    // the request fails then, and the answer finds nobody.
    let front = service("1s", &json!({ "calls": { "back": { "to": "back" } } }));
    let stations = json!({ "front": front, "back": service("10s", &json!({})) });
    let mut scenario = scenario(&stations, &json!({ "w": burst(0, 1, "front", &json!({})) }));
    let crash = json!({ "station": "front" });
    scenario["timeline"] = json!({ "crash": { "at": time(5), "note": "", "crash": crash } });
    let replay = Replay::of(&scenario);
    assert_eq!(replay.failed("w"), [5]);
    assert_eq!(replay.done("front.back"), [11]);
}
