//! The registry: pulls that fail and back off, fallback images, and the policy that deletes them.

use hindsight::platform::log::Emerged;
use hindsight::platform::registry::ImageId;
use hindsight::platform::work::StationId;
use serde_json::{Value, json};

use crate::stage::{Replay, burst, overlay, scenario, service, time};

/// A worker of the image `v1`, whose instances pull for 3 s and start for 2 s; a minute's unit keeps
/// nobody waiting. The images are from the first days of December, pushed a minute after midnight.
fn registered(worker: &Value, registry: &Value, timeline: &Value) -> Value {
    let mut fields = json!({ "release": "v1", "start_up": { "constant": "2s" } });
    overlay(&mut fields, worker);
    let stations = json!({ "worker": service("1s", &fields) });
    let mut scenario = scenario(&stations, &json!({ "w": burst(0, 1, "worker", &json!({})) }));
    scenario["clock"]["end"] = json!(time(1000));
    let image = |pushed: &str| json!({ "repository": "worker", "pushed": pushed });
    let mut it = json!({
        "pull_time": { "constant": "3s" },
        "images": {
            "v1": image("2024-12-01T00:01"), "v2": image("2024-12-02T00:01"),
            "v3": image("2024-12-03T00:01"), "not-yet": image("2026-01-01T00:00")
        }
    });
    overlay(&mut it, registry);
    scenario["platform"]["registry"] = it;
    scenario["timeline"] = timeline.clone();
    scenario
}

fn crash(at: u64) -> Value {
    json!({ "crash": { "at": time(at), "note": "", "crash": { "station": "worker" } } })
}

#[test]
fn an_instance_pulls_and_starts_up_before_it_works() {
    let replay = Replay::of(&registered(&json!({}), &json!({}), &crash(10)));
    assert_eq!(replay.times("worker", |bin| bin.pulls), [10]);
    assert_eq!(replay.steps("worker", |bin| &bin.up), [(0, 1), (10, 0), (15, 1)]);
}

#[test]
fn pulls_of_a_missing_image_back_off_to_five_minutes() {
    // Delays of 10, 20, 40, 80, 160, 300 and 300 s.
    let worker = json!({ "release": "not-yet" });
    let replay = Replay::of(&registered(&worker, &json!({}), &crash(10)));
    let pulls = [10, 20, 40, 80, 160, 320, 620, 920];
    assert_eq!(replay.times("worker", |bin| bin.pulls_failed), pulls);
    assert_eq!(replay.times("worker", |bin| bin.pulls), pulls);
    assert!(replay.series("worker").bins[5].is_image_missing);
    let failed = Emerged::PullFailed(StationId(0), ImageId(0));
    assert_eq!(replay.log(failed), [(10.0, 8)]);
}

#[test]
fn an_image_can_be_pulled_once_it_was_pushed() {
    // Pushed at 60: the pull of 40 fails, that of 80 succeeds.
    let mut scenario = registered(&json!({ "release": "not-yet" }), &json!({}), &crash(10));
    scenario["platform"]["registry"]["images"]["not-yet"]["pushed"] = json!(time(60));
    let replay = Replay::of(&scenario);
    assert_eq!(replay.times("worker", |bin| bin.pulls_failed), [10, 20, 40]);
    assert_eq!(replay.steps("worker", |bin| &bin.up), [(0, 1), (10, 0), (85, 1)]);
}

#[test]
fn an_instance_falls_back_after_its_failed_pulls() {
    // Failed at 10, 20 and 40; at 80 it pulls the other image.
    let fallback = json!({ "release": "v1", "after_failed_pulls": 3 });
    let worker = json!({ "release": "not-yet", "fallback": fallback });
    let replay = Replay::of(&registered(&worker, &json!({}), &crash(10)));
    assert_eq!(replay.times("worker", |bin| bin.pulls_failed), [10, 20, 40]);
    assert_eq!(replay.times("worker", |bin| bin.pulls), [10, 20, 40, 80]);
    assert_eq!(replay.steps("worker", |bin| &bin.up), [(0, 1), (10, 0), (85, 1)]);
}

#[test]
fn a_release_is_rolled_out_one_for_one() {
    // Pulled at 10 by both, up at 15, when the old ones go.
    let set = json!({ "stations": { "worker": { "service": { "release": "v2" } } } });
    let timeline = json!({ "deploy": { "at": time(10), "note": "", "set": set } });
    let worker = json!({ "replicas": 2 });
    let replay = Replay::of(&registered(&worker, &json!({}), &timeline));
    assert_eq!(replay.times("worker", |bin| bin.pulls), [10, 10]);
    assert_eq!(replay.steps("worker", |bin| &bin.up), [(0, 2)]);
    assert_eq!(replay.log(Emerged::InstanceUp(StationId(0))), [(15.0, 2)]);
}

#[test]
fn a_release_that_cannot_be_pulled_leaves_the_old_instances() {
    let set = json!({ "stations": { "worker": { "service": { "release": "not-yet" } } } });
    let timeline = json!({ "deploy": { "at": time(10), "note": "", "set": set } });
    let replay = Replay::of(&registered(&json!({ "replicas": 2 }), &json!({}), &timeline));
    assert_eq!(replay.steps("worker", |bin| &bin.up), [(0, 2)]);
    let failed = replay.times("worker", |bin| bin.pulls_failed);
    assert_eq!(failed[..6], [10, 10, 20, 20, 40, 40]);
}

/// A policy with one rule for any image, which runs each minute from a second on.
fn lifecycle(first_run: u64, protect_in_use: bool, rule: &Value) -> Value {
    let mut rule = rule.clone();
    rule["selects"] = json!("any");
    json!({ "lifecycle": {
        "first_run": time(first_run), "every": "1m", "protect_in_use": protect_in_use,
        "rules": { "only": rule }
    } })
}

fn deleted(scenario: &Value) -> Vec<(u16, f64)> {
    let replay = Replay::of(scenario);
    // Of the images in the order of names, `not-yet` is the first.
    let log = |image| replay.log(Emerged::ImageDeleted(ImageId(image)));
    (0..4).flat_map(|image| log(image).into_iter().map(move |(at, _)| (image, at))).collect()
}

#[test]
fn the_policy_deletes_what_is_older_than_its_age() {
    // v1 is 31 days old at 60: not more than that, as it is at 120.
    let rule = json!({ "age_max": "31d" });
    let at = |protect| registered(&json!({}), &lifecycle(0, protect, &rule), &json!({}));
    assert_eq!(deleted(&at(false)), [(1, 120.0)]);
    assert_eq!(deleted(&at(true)), [], "in use");
    let replay = Replay::of(&at(false));
    let missing = replay.series("worker").bins.iter().position(|bin| bin.is_image_missing);
    assert_eq!(missing, Some(120), "no effect before its cause");
}

#[test]
fn the_policy_keeps_the_newest() {
    let rule = json!({ "count_max": 1 });
    let at = |protect| registered(&json!({}), &lifecycle(60, protect, &rule), &json!({}));
    assert_eq!(deleted(&at(false)), [(1, 60.0), (2, 60.0)]);
    assert_eq!(deleted(&at(true)), [(2, 60.0)]);
}

#[test]
fn an_image_that_an_instance_runs_is_in_use_after_another_was_released() {
    // From 30 on v3 is the release, but v1 runs until v3 has come up at 35; the first run after that is
    // the one of 60.
    let set = json!({ "stations": { "worker": { "service": { "release": "v3" } } } });
    let timeline = json!({ "deploy": { "at": time(30), "note": "", "set": set } });
    let lifecycle = lifecycle(0, true, &json!({ "count_max": 1 }));
    let scenario = registered(&json!({}), &lifecycle, &timeline);
    assert_eq!(deleted(&scenario), [(1, 60.0), (2, 0.0)]);
}

#[test]
fn runs_before_the_replay_have_happened() {
    let rule = json!({ "selects": "any", "count_max": 2 });
    let lifecycle = json!({ "lifecycle": {
        "first_run": "2024-12-31T12:00", "every": "1d", "rules": { "only": rule }
    } });
    let scenario = registered(&json!({}), &lifecycle, &json!({}));
    assert_eq!(deleted(&scenario), [], "not during the run");
    assert!(Replay::of(&scenario).series("worker").bins[0].is_image_missing);
}

#[test]
fn a_policy_that_is_set_while_it_runs_runs_from_then_on() {
    // Set at 100, due at 0 and then every minute: at 120. Taken away and set again it does not run
    // between.
    let policy = lifecycle(0, false, &json!({ "count_max": 2 }));
    let act = |at, registry: &Value| json!({ "at": time(at), "note": "", "set": { "registry": registry } });
    let late = json!({ "on": act(100, &policy) });
    assert_eq!(deleted(&registered(&json!({}), &json!({}), &late)), [(1, 120.0)]);
    let keep = lifecycle(0, false, &json!({ "count_max": 9 }));
    let pause = json!({
        "a-off": act(50, &json!({ "lifecycle": null })), "b-on": act(130, &policy)
    });
    assert_eq!(deleted(&registered(&json!({}), &keep, &pause)), [(1, 180.0)]);
}
