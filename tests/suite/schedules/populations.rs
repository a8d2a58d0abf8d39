//! Closed populations, instances that are not ready before their calls, people on call, and what follows
//! their alerts.

use hindsight::platform::log::Emerged;
use hindsight::platform::work::StationId;
use serde_json::{Value, json};

use crate::stage::{Replay, burst, overlay, scenario, service, time};

/// So many clients of a worker, who think so long.
fn clients(count: u32, think: &str) -> Value {
    json!({
        "call": { "to": "worker" },
        "arrivals": { "closed": { "clients": count, "think": { "constant": think } } }
    })
}

/// The replay of a closed population at a worker of 5 s with `more` fields.
fn population(population: &Value, more: &Value, timeline: &Value) -> Replay {
    let stations = json!({ "worker": service("5s", more) });
    let mut scenario = scenario(&stations, &json!({ "w": population }));
    scenario["timeline"] = timeline.clone();
    Replay::of(&scenario)
}

/// What lies between one bin and the next.
fn gaps(bins: &[usize]) -> Vec<usize> {
    bins.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[test]
fn a_client_sends_its_next_unit_when_it_has_thought() {
    // Somewhere in its first 10 s, and from then on every 5 + 10 s.
    let replay = population(&clients(1, "10s"), &json!({}), &json!({}));
    let begun = replay.begun("w");
    assert!(begun[0] < 10);
    assert_eq!(gaps(&begun), vec![15; begun.len() - 1]);
    assert_eq!(begun.len(), 1 + (599 - begun[0]) / 15);
}

#[test]
fn clients_wait_for_one_another_and_never_send_more_than_one_unit_each() {
    // Three without any thought at one slot: one is done every 5 s, and the others wait.
    let replay = population(&clients(3, "0s"), &json!({}), &json!({}));
    assert_eq!(replay.done("w"), (1..120).map(|turn| 5 * turn).collect::<Vec<_>>());
    assert_eq!(replay.steps("w", |bin| &bin.in_flight), [(0, 3)]);
    assert_eq!(replay.steps("worker", |bin| &bin.waiting), [(0, 2)]);
}

#[test]
fn a_client_whose_unit_failed_thinks_and_goes_on() {
    let failing = json!({ "failure_share": 1 });
    let replay = population(&clients(1, "0s"), &failing, &json!({}));
    assert_eq!(replay.failed("w"), (1..120).map(|turn| 5 * turn).collect::<Vec<_>>());
}

#[test]
fn a_client_whose_caller_gave_up_does_not_wait_for_the_answer() {
    // Given up after 2 s each time; the first is served from 0 to 5 in vain, the others wait.
    let mut impatient = clients(1, "0s");
    impatient["call"]["timeout"] = json!("2s");
    let replay = population(&impatient, &json!({}), &json!({}));
    assert_eq!(replay.failed("w"), (1..300).map(|turn| 2 * turn).collect::<Vec<_>>());
    assert_eq!(replay.steps("w", |bin| &bin.in_flight), [(0, 1)]);
}

#[test]
fn clients_of_a_workload_that_is_disabled_hold_their_units_back() {
    // The unit of 15 ends at 20, when the workload is off; the next comes as it is on again at 102.
    let switch = |at: u64, enabled: bool| {
        let set = json!({ "workloads": { "w": { "enabled": enabled } } });
        json!({ "at": time(at), "note": "", "set": set })
    };
    let timeline = json!({ "off": switch(17, false), "on": switch(102, true), "off-again": switch(104, false) });
    let replay = population(&clients(1, "0s"), &json!({}), &timeline);
    assert_eq!(replay.begun("w"), [0, 5, 10, 15, 102]);
    assert_eq!(replay.done("w"), [5, 10, 15, 20, 107]);
    // From the start: all of them as it is switched on.
    let mut off = clients(3, "10s");
    off["enabled"] = json!(false);
    let replay = population(&off, &json!({}), &json!({ "on": switch(102, true) }));
    assert_eq!(replay.begun("w")[..3], [102, 102, 102]);
}

/// A worker that crashes at 10 and takes 2 s to start up, then makes these calls to a station of 3 s that
/// fails until 20 if `fails`.
fn starting(ready_calls: &Value, fails: bool) -> Replay {
    let worker = json!({ "start_up": { "constant": "2s" }, "ready_calls": ready_calls });
    let auth = json!({ "concurrency": 9, "failure_share": u32::from(fails) });
    let stations = json!({ "auth": service("3s", &auth), "worker": service("1s", &worker) });
    let workloads = json!({ "w": burst(11, 1, "worker", &json!({})) });
    let mut scenario = scenario(&stations, &workloads);
    let set = json!({ "stations": { "auth": { "service": { "failure_share": 0 } } } });
    scenario["timeline"] = json!({
        "crash": { "at": time(10), "note": "", "crash": { "station": "worker" } },
        "mend": { "at": time(20), "note": "", "set": set }
    });
    Replay::of(&scenario)
}

#[test]
fn an_instance_is_not_ready_before_its_calls_were_answered() {
    // Started at 12; one call until 15, a second until 18. The request of 11 waits.
    let up = |replay: &Replay| replay.log(Emerged::InstanceUp(StationId(1)));
    let one = starting(&json!({ "a": { "to": "auth" } }), false);
    assert_eq!((up(&one), one.done("w")), (vec![(15.0, 1)], vec![16]));
    let two = starting(&json!({ "a": { "to": "auth" }, "b": { "to": "auth" } }), false);
    assert_eq!((up(&two), two.done("w")), (vec![(18.0, 1)], vec![19]));
    assert_eq!([two.begun("worker.ready.a"), two.begun("worker.ready.b")], [[12], [15]]);
    assert_eq!(two.steps("worker", |bin| &bin.up), [(0, 1), (10, 0), (18, 1)]);
}

#[test]
fn an_instance_whose_call_failed_starts_anew_under_back_off() {
    // Fails at 15. Ten seconds later it starts up anew, for 2 s, and calls from 27 to 30.
    let replay = starting(&json!({ "a": { "to": "auth" } }), true);
    assert_eq!(replay.log(Emerged::InstanceUp(StationId(1))), [(30.0, 1)]);
    assert_eq!((replay.begun("worker.ready.a"), replay.done("w")), (vec![12, 27], vec![31]));
    // Given up after a second each: at 13, then after 10 s at 26, 20 s at 49, 40 s at 92 and so on.
    let impatient = starting(&json!({ "a": { "to": "auth", "timeout": "1s" } }), false);
    assert_eq!(impatient.begun("worker.ready.a"), [12, 25, 48, 91, 174, 337]);
    assert_eq!(impatient.log(Emerged::InstanceUp(StationId(1))), []);
    // A failure that is ignored holds up nothing.
    let ignored = json!({ "a": { "to": "auth", "on_failure": "ignore" } });
    assert_eq!(starting(&ignored, true).log(Emerged::InstanceUp(StationId(1))), [(15.0, 1)]);
}

#[test]
fn an_instance_that_needs_itself_never_comes_up() {
    // Auth asks the worker, whose only instance waits for auth. The call is given up every 5 s.
    let worker = json!({ "ready_calls": { "a": { "to": "auth", "timeout": "5s" } } });
    let auth = json!({ "concurrency": 9, "calls": { "back": { "to": "worker" } } });
    let stations = json!({ "auth": service("1s", &auth), "worker": service("1s", &worker) });
    let mut scenario = scenario(&stations, &json!({ "w": burst(0, 1, "auth", &json!({})) }));
    scenario["timeline"] = json!({
        "crash": { "at": time(10), "note": "", "crash": { "station": "worker" } }
    });
    let replay = Replay::of(&scenario);
    assert_eq!(replay.done("w"), [2]);
    assert_eq!(replay.begun("worker.ready.a")[..3], [10, 25, 50]);
    assert_eq!(replay.steps("worker", |bin| &bin.up), [(0, 1), (10, 0)]);
}

/// Three stations whose instances go at 10, 20 and 30, which pages at 11, 21 and 31 with these
/// priorities, and `more` fields beside; after each alert the station of that name has two instances.
fn paged(priorities: [&str; 3], on_call: &Value) -> Value {
    let stations = ["a", "b", "c"].map(|name| (name.to_owned(), service("1s", &json!({}))));
    let mut scenario = scenario(
        &Value::Object(stations.into_iter().collect()),
        &json!({ "w": burst(0, 0, "a", &json!({})) }),
    );
    for (number, (name, priority)) in (1..).zip(["a", "b", "c"].iter().zip(priorities)) {
        let down = format!("{name}-down");
        scenario["indicators"][&down] = json!({
            "of": name, "measure": "replicas", "below": 1, "every": "1s",
            "alert": { "priority": priority }
        });
        let replicas = |count: u32| {
            let mut stations = json!({});
            stations[name] = json!({ "service": { "replicas": count } });
            json!({ "stations": stations })
        };
        scenario["timeline"][format!("{name}-goes")] =
            json!({ "at": time(10 * number), "note": "", "set": replicas(0) });
        scenario["timeline"][format!("{name}-reaction")] = json!({
            "after": { "alert": down, "delay": "5s" }, "note": "", "set": replicas(2)
        });
    }
    overlay(&mut scenario, on_call);
    scenario
}

/// By station: when its alert was taken up, and how many instances it had from when on.
type Reactions = ([Vec<f64>; 3], [Vec<(usize, u32)>; 3]);

/// When the alerts of the three were taken up, and when they had instances again.
fn reactions(scenario: &Value) -> Reactions {
    let replay = Replay::of(scenario);
    let taken = |id: u16| replay.log(Emerged::TakenUp(id)).into_iter().map(|(at, _)| at).collect();
    let up = |name: &str| replay.steps(name, |bin| &bin.up);
    ([0, 1, 2].map(taken), ["a", "b", "c"].map(up))
}

#[test]
fn without_anybody_on_call_what_follows_an_alert_follows_at_once() {
    let (taken, up) = reactions(&paged(["low", "low", "low"], &json!({})));
    assert_eq!(taken, [[0.0; 0]; 3]);
    let back = |from: usize| vec![(0, 1), (from, 0), (from + 6, 2)];
    assert_eq!(up, [back(10), back(20), back(30)]);
}

#[test]
fn one_person_takes_up_the_most_urgent_alert_first() {
    // Busy with a's from 11 to 71, then with c's, which is more urgent than b's, to 131.
    let on_call = json!({ "on_call": { "people": 1, "handling": { "constant": "60s" } } });
    let (taken, up) = reactions(&paged(["low", "medium", "high"], &on_call));
    assert_eq!(taken, [[11.0], [131.0], [71.0]]);
    assert_eq!(up.map(|steps| steps[2]), [(16, 2), (136, 2), (76, 2)]);
    // Of equals the oldest; and two people take up two.
    let (taken, _) = reactions(&paged(["high", "high", "high"], &on_call));
    assert_eq!(taken, [[11.0], [71.0], [131.0]]);
    let two = json!({ "on_call": { "people": 2, "handling": { "constant": "60s" } } });
    let (taken, _) = reactions(&paged(["low", "medium", "high"], &two));
    assert_eq!(taken, [[11.0], [21.0], [71.0]]);
}

#[test]
fn noise_delays_a_reaction_or_drowns_it() {
    // A hundred a second keep the one person busy for 10 s each, one after the other, nearly from the start.
    let noise = json!({ "rate": "100/s", "priority": "medium", "handling": { "constant": "10s" } });
    let on_call = json!({ "on_call": {
        "people": 1, "handling": { "constant": "60s" }, "noise": noise
    } });
    let (taken, _) = reactions(&paged(["low", "high", "high"], &on_call));
    // b's of 21 at 30 and a bit, c's of 31 after that; a's is never the most urgent.
    assert_eq!(taken[0], [0.0; 0]);
    assert!((30.0..31.0).contains(&taken[1][0]), "{taken:?}");
    assert!((taken[2][0] - taken[1][0] - 60.0).abs() < 1e-6, "{taken:?}");
}

/// A worker of 10 s that loses its instance at 30. An alert of 31 leads to three instances after a delay,
/// and at 100 the service time is one second and the number of instances is set, too, if given.
fn both_set(delay: &str, replicas: Option<u32>) -> Replay {
    let workloads = json!({ "w": burst(200, 3, "worker", &json!({})) });
    let mut scenario = scenario(&json!({ "worker": service("10s", &json!({})) }), &workloads);
    scenario["indicators"] = json!({ "gone": {
        "of": "worker", "measure": "replicas", "below": 1, "every": "1s", "alert": { "priority": "low" }
    } });
    let set = |service: Value| json!({ "stations": { "worker": { "service": service } } });
    let mut timed = json!({ "service_time": { "constant": "1s" } });
    if let Some(replicas) = replicas {
        timed["replicas"] = json!(replicas);
    }
    scenario["timeline"] = json!({
        "go": { "at": time(30), "note": "", "set": set(json!({ "replicas": 0 })) },
        "timed": { "at": time(100), "note": "", "set": set(timed) },
        "alerted": {
            "after": { "alert": "gone", "delay": delay }, "note": "", "set": set(json!({ "replicas": 3 }))
        }
    });
    Replay::of(&scenario)
}

#[test]
fn what_follows_an_alert_and_what_has_a_time_add_up_in_either_order() {
    // At 200 there are three instances of one second whatever came first.
    for (delay, back) in [("9s", 40), ("69s", 100), ("99s", 130)] {
        let replay = both_set(delay, None);
        assert_eq!(replay.steps("worker", |bin| &bin.up), [(0, 1), (30, 0), (back, 3)], "{delay}");
        assert_eq!(replay.done("w"), [201, 201, 201], "{delay}");
    }
}

#[test]
fn of_two_that_set_one_field_the_later_holds() {
    let up = |delay| both_set(delay, Some(1)).steps("worker", |bin| &bin.up);
    assert_eq!(up("9s"), [(0, 1), (30, 0), (40, 3), (100, 1)]);
    assert_eq!(up("99s"), [(0, 1), (30, 0), (100, 1), (130, 3)]);
    assert_eq!(both_set("9s", Some(1)).done("w"), [201, 202, 203]);
}
