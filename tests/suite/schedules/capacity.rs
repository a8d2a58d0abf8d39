//! Capacity that changes: slow-down, replicas, roll-outs and the autoscaler.

use hindsight::platform::log::Emerged;
use hindsight::platform::work::StationId;
use serde_json::{Value, json};

use crate::stage::{Replay, burst, every_second, overlay, scenario, service, time};

/// A scenario of a worker and one workload, with a timeline.
fn on_worker(worker: &Value, workload: &Value, timeline: &Value) -> Replay {
    let mut scenario = scenario(&json!({ "worker": worker }), &json!({ "w": workload }));
    scenario["timeline"] = timeline.clone();
    Replay::of(&scenario)
}

/// Sets fields of the worker at a second.
fn set(at: u64, worker: &Value) -> Value {
    let set = json!({ "stations": { "worker": { "service": worker } } });
    json!({ "at": time(at), "note": "", "set": set })
}

fn replicas(replay: &Replay) -> Vec<(usize, u32)> {
    replay.steps("worker", |bin| &bin.up)
}

#[test]
fn service_is_as_slow_as_the_slots_are_busy_when_it_starts() {
    // From 1 at an idle station to 3 at a full one. At 0 half of the slots become busy: 20 s; at 1 all
    // of them: 30 s. The first is not slowed further.
    let slowdown = json!({ "knee": 0, "factor_at_full": 3 });
    let worker = service("10s", &json!({ "replicas": 2, "slowdown": slowdown }));
    let replay = on_worker(&worker, &every_second(0, 2, "worker", &json!({})), &json!({}));
    assert_eq!(replay.done("w"), [20, 31]);
}

#[test]
fn replicas_that_are_set_start_up_first() {
    let worker = service("10s", &json!({ "start_up": { "constant": "5s" } }));
    let timeline = json!({ "more": set(10, &json!({ "replicas": 3 })) });
    let replay = on_worker(&worker, &burst(0, 5, "worker", &json!({})), &timeline);
    assert_eq!(replicas(&replay), [(0, 1), (15, 3)]);
    // One at a time until 15, when two more come.
    assert_eq!(replay.done("w"), [10, 20, 25, 25, 30]);
}

#[test]
fn replicas_that_are_taken_away_finish_their_work() {
    let worker = service("20s", &json!({ "replicas": 3 }));
    let timeline = json!({ "fewer": set(10, &json!({ "replicas": 1 })) });
    // Those taken away take nothing of what waits.
    let replay = on_worker(&worker, &burst(0, 5, "worker", &json!({})), &timeline);
    assert_eq!(replicas(&replay), [(0, 3), (10, 1)]);
    assert_eq!(replay.done("w"), [20, 20, 20, 40, 60]);
    // From 10 to 20 the one that stays is busy, and so is no more than there is.
    assert_eq!(replay.series("worker").bins[15].busy.last, 1);
}

#[test]
fn without_an_instance_work_waits_for_one() {
    let worker = service("10s", &json!({ "replicas": 0 }));
    let timeline = json!({ "on": set(5, &json!({ "replicas": 1 })) });
    let replay = on_worker(&worker, &burst(1, 1, "worker", &json!({})), &timeline);
    assert_eq!(replicas(&replay), [(0, 0), (5, 1)]);
    assert_eq!(replay.done("w"), [15]);
}

#[test]
fn a_redeployment_replaces_instances_as_new_ones_come_up() {
    // Both old ones work until the new ones are up at 15, and finish what they have in hand.
    let worker = service("20s", &json!({ "replicas": 2, "start_up": { "constant": "10s" } }));
    let timeline = json!({ "deploy": { "at": time(5), "note": "", "redeploy": "worker" } });
    let replay = on_worker(&worker, &burst(0, 4, "worker", &json!({})), &timeline);
    assert_eq!(replicas(&replay), [(0, 2)]);
    assert_eq!(replay.series("worker").bins.iter().map(|bin| bin.up.max).max(), Some(2));
    assert_eq!(replay.log(Emerged::InstanceUp(StationId(0))), [(15.0, 2)]);
    // The new ones are free at 15.
    assert_eq!(replay.done("w"), [20, 20, 35, 35]);
}

#[test]
fn old_instances_stay_until_theirs_is_replaced() {
    // Four new ones that take 10, 20 or 40 s to start: whenever one is up, one old one goes, so that
    // there are always four; each of the new ones comes up once.
    let start_up = json!({ "empirical": { "values": ["10s", "20s", "40s"] } });
    let worker = service("1s", &json!({ "replicas": 4, "start_up": start_up }));
    let timeline = json!({ "deploy": { "at": time(5), "note": "", "redeploy": "worker" } });
    let replay = on_worker(&worker, &burst(0, 1, "worker", &json!({})), &timeline);
    assert_eq!(replicas(&replay), [(0, 4)]);
    let log = replay.log(Emerged::InstanceUp(StationId(0)));
    assert_eq!(log.iter().map(|(_, count)| count).sum::<u32>(), 4);
}

/// An autoscaler that looks at what is in flight every 10 s.
fn autoscaler(more: &Value) -> Value {
    let mut autoscaler =
        json!({ "measure": "in_flight", "target": 1, "every": "10s", "min": 1, "max": 10 });
    overlay(&mut autoscaler, more);
    autoscaler
}

#[test]
fn an_autoscaler_steps_cools_down_and_stays_in_its_bounds() {
    // Four units of 100 s at 0; half of the slots are to be busy. What is in flight by slots:
    //  10: 4 of 1; wished 8, two at most: 3, up at 15. Two units start at 15.
    //  20: 40 of 5 + 15 is 2; wished 12, cooling down until 25.
    //  30: 40 of 30; wished 8, at most 6, two at most: 5, up at 35. The last unit starts at 35.
    //  40: cooling down until 45.
    //  50: 40 of 50 is 0.8; wished 8, at most 6: 6, up at 55.
    //  60 to 110: 40 of 60, wished 8, is the most there may be; the units end at 100, 115 and 135.
    // 110: 30 of 60 is the target.
    // 120: 5 * 3 + 5 * 1 of 60 is a third; wished 4, three at most: 4 at once.
    // 130: 10 of 40 is a quarter; wished 2, cooling down until 150, as at 140.
    // 150: nothing in flight; one at least, three at most: 1.
    let autoscaler = autoscaler(&json!({
        "target": 0.5, "max": 6, "step_up_max": 2, "step_down_max": 3,
        "cool_down_up": "15s", "cool_down_down": "30s"
    }));
    let start_up = json!({ "constant": "5s" });
    let worker = service("100s", &json!({ "autoscaler": autoscaler, "start_up": start_up }));
    let replay = on_worker(&worker, &burst(0, 4, "worker", &json!({})), &json!({}));
    assert_eq!(replicas(&replay), [(0, 1), (15, 3), (35, 5), (55, 6), (120, 4), (150, 1)]);
    assert_eq!(replay.done("w"), [100, 115, 115, 135]);
}

#[test]
fn an_autoscaler_that_is_set_while_it_runs_begins_then() {
    // Four units since 15, the autoscaler since 20: at 30 four were in flight for one slot all the time
    // that it looked.
    let worker = service("1000s", &json!({}));
    let timeline = json!({ "on": set(20, &json!({ "autoscaler": autoscaler(&json!({})) })) });
    let replay = on_worker(&worker, &burst(15, 4, "worker", &json!({})), &timeline);
    assert_eq!(replicas(&replay), [(0, 1), (30, 4)]);
}

#[test]
fn an_autoscaler_that_is_switched_off_and_on_again_looks_no_more_often() {
    // One more each 10 s, at 20 and 30; off at 33, on again at 36: at 46 and 56, not at 40.
    let scaler = autoscaler(&json!({ "step_up_max": 1, "max": 5 }));
    let worker = service("1000s", &json!({ "autoscaler": scaler }));
    let timeline = json!({
        "off": set(33, &json!({ "autoscaler": null })),
        "on": set(36, &json!({ "autoscaler": scaler }))
    });
    let replay = on_worker(&worker, &burst(15, 10, "worker", &json!({})), &timeline);
    assert_eq!(replicas(&replay), [(0, 1), (20, 2), (30, 3), (46, 4), (56, 5)]);
}
