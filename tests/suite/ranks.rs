//! Rankings of mitigations whose shares are known.

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::stage::{burst, scenario, service};
use crate::{SHORT, hindsight, stderr, stdout, text, write};

fn mitigation(field: &str, value: u64) -> Value {
    json!({
        "note": "One more.",
        "patch": { "platform": { "stations": { "s": { "service": { (field): value } } } } }
    })
}

/// Five units come at once to a station that has room for two: one in a slot, one in its queue.
///
/// With twice the instances, twice the slots of each, or one more place in the queue one more is served; with
/// both of the first two there are four slots and nobody is rejected.
fn crowded() -> Value {
    let stations = json!({ "s": service("10s", &json!({ "queue": { "bound": 1 } })) });
    let mut crowded = scenario(&stations, &json!({ "w": burst(10, 5, "s", &json!({})) }));
    crowded["mitigations"] = json!({
        "instances": mitigation("replicas", 2),
        "queue": { "note": "Two may wait.", "patch": { "platform": { "stations": { "s": { "service": { "queue": { "bound": 2 } } } } } } },
        "slots": mitigation("concurrency", 2)
    });
    crowded["assumptions"] = json!({
        "platform.stations.s.service.queue.bound": { "basis": "assumed", "why": "A guess.", "range": [1, 3] },
        "workloads.w.arrivals.backlog.count": { "basis": "assumed", "why": "A guess.", "range": [2, 5] },
        "platform.stations.s": { "basis": "assumed", "why": "Several values.", "range": [1, 2] }
    });
    crowded
}

fn ranked(scenario: &Value, more: &[&str]) -> Value {
    let folder = tempdir().expect("a temporary folder can be made");
    let file = write(&folder, "crowded.json", &scenario.to_string());
    let arguments =
        ["rank", text(&file), "--metric", "w.failed", "--seeds", "2", "--format", "json"];
    let assert = hindsight(&[&arguments[..], more].concat()).assert().success();
    serde_json::from_str(&stdout(&assert)).expect("it is JSON")
}

#[test]
fn shares_are_the_known_ones_and_add_up() {
    // Avoided: 1 by each alone, 2 with the queue and one other, 3 by the other two, 3 by all. So the queue adds 1
    // first, 1 second, 0 last: 2/3; the other two 1 first, 1 or 2 second, 1 last: 7/6 each.
    let ranking = ranked(&crowded(), &[]);
    let shares: Vec<(String, Value)> = ranking["ranking"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["mitigation"].as_str().unwrap().to_owned(), it["share"].clone()))
        .collect();
    let expected =
        [("instances", json!(1.166_667)), ("slots", json!(1.166_666)), ("queue", json!(0.666_667))];
    assert_eq!(shares, expected.map(|(name, share)| (name.to_owned(), share)));
    assert_eq!(ranking["avoided"]["mean"], 3, "the shares add up to it, as printed");
    let pairs: Vec<(&Value, &Value)> = ranking["pairs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (&it["mitigations"], &it["more_together"]["mean"]))
        .collect();
    let expected = [
        (json!(["instances", "queue"]), json!(-0.5)),
        (json!(["instances", "slots"]), json!(0.5)),
        (json!(["queue", "slots"]), json!(-0.5)),
    ];
    assert_eq!(pairs, expected.iter().map(|it| (&it.0, &it.1)).collect::<Vec<_>>());
    assert_eq!(ranking["prevented_by"], json!([["instances", "slots"]]));
    let alone = &ranking["ranking"][2];
    assert_eq!([&alone["alone"]["mean"], &alone["beside_all_others"]["mean"]], [1, 0]);
}

#[test]
fn the_shares_of_sampled_orders_add_up_too() {
    let ranking = ranked(&crowded(), &["--orders", "4", "--assumption-seeds", "0"]);
    let shares = ranking["ranking"].as_array().unwrap();
    let sum: f64 = shares.iter().map(|it| it["share"].as_f64().unwrap()).sum();
    assert!((sum - 3.0).abs() < 1e-9, "{shares:?}");
    assert_eq!(ranking["orders_sampled"], 4);
    assert_eq!(ranking["prevented_by"], json!([["instances", "slots"]]), "found by leaving out");
}

#[test]
fn an_assumption_that_overturns_the_ranking_is_named() {
    let ranking = ranked(&crowded(), &[]);
    let told: Vec<[&Value; 4]> = ranking["assumptions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| ["field", "to", "overturns", "finding"].map(|field| &it[field]))
        .collect();
    // A queue of three leaves one rejected, which either of the others prevents; two units are all served.
    let bound = json!("platform.stations.s.service.queue.bound");
    let count = json!("workloads.w.arrivals.backlog.count");
    let nothing = json!("the mitigations avoid nothing");
    assert!(told.contains(&[&count, &json!("2"), &json!(false), &nothing]), "{told:?}");
    assert!(told.iter().any(|it| *it[0] == bound && *it[1] == json!("3")), "{told:?}");
    let unclear = &ranking["assumptions_without_one_value_in_range"];
    assert_eq!(*unclear, json!(["platform.stations.s"]));
}

#[test]
fn what_cannot_be_ranked_is_refused() {
    let folder = tempdir().unwrap();
    let file = write(&folder, "crowded.json", &crowded().to_string());
    let told = |more: &[&str]| {
        stderr(&hindsight(&[&["rank", text(&file)], more].concat()).assert().code(2))
    };
    assert!(told(&["--metric", "w.faild"]).contains("did you mean `w.failed`?"));
    assert!(told(&["--metric", "w.failed", "--among", "slot"]).contains("did you mean `slots`?"));
    let mut bare = crowded();
    bare["mitigations"] = json!({});
    let bare = write(&folder, "bare.json", &bare.to_string());
    let told = stderr(&hindsight(&["rank", text(&bare), "--metric", "w.failed"]).assert().code(2));
    assert!(told.contains("has no mitigation to rank; help:"), "{told}");
}

/// What `rank` prints of a scenario, each run of spaces as one.
fn told(scenario: &Value, more: &[&str]) -> String {
    let folder = tempdir().expect("a temporary folder can be made");
    let file = write(&folder, "crowded.json", &scenario.to_string());
    let arguments = ["rank", text(&file), "--metric", "w.failed"];
    let assert = hindsight(&[&arguments[..], more].concat()).assert().success();
    stdout(&assert).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_field_that_two_mitigations_set_is_told() {
    let mut both = crowded();
    both["mitigations"]["more-slots"] = mitigation("concurrency", 3);
    let shown = told(&both, &["--seeds", "1", "--assumption-seeds", "0"]);
    let slots =
        "platform.stations.s.service.concurrency is set by more-slots and slots: 2 of slots stands";
    assert!(shown.contains(slots), "{shown}");
    let ranking = ranked(&both, &["--assumption-seeds", "0"]);
    assert_eq!(ranking["contested"][0]["mitigations"], json!(["more-slots", "slots"]));
    assert_eq!(ranked(&crowded(), &["--assumption-seeds", "0"])["contested"], json!([]));
}

#[test]
fn one_seed_and_one_mitigation_are_not_several() {
    let shown = told(&crowded(), &["--among", "slots", "--seeds", "1", "--assumption-seeds", "0"]);
    assert!(shown.contains("with the one there is: "), "{shown}");
    assert!(
        shown.contains("all 2 sets of them, with 1 seed from 1 on; one seed gives no"),
        "{shown}"
    );
}

#[test]
fn without_a_range_nothing_can_be_overturned_and_that_is_said() {
    let mut sure = crowded();
    sure["assumptions"] = json!({
        "platform.stations.s.service.queue.bound": { "basis": "assumed", "why": "A guess." }
    });
    let shown = told(&sure, &["--seeds", "1"]);
    assert!(
        shown.contains("OVERTURN IT no assumption has a range to be moved in; one is"),
        "{shown}"
    );
    let shown = told(&sure, &["--seeds", "1", "--assumption-seeds", "0"]);
    assert!(!shown.contains("OVERTURN"), "nobody asked: {shown}");
    let shown = told(&crowded(), &["--seeds", "1"]);
    assert!(shown.contains("moves of assumptions to the ends"), "{shown}");
}

#[test]
fn why_nothing_can_be_ranked_is_told_apart() {
    let folder = tempdir().unwrap();
    let mut odd = crowded();
    // Nobody comes any more after eight minutes, so that there is no share of failures.
    odd["metrics"] = json!({ "late": {
        "of": "w", "measure": "error_share", "statistic": "overall",
        "from": "2025-01-01T00:08:00", "to": "2025-01-01T00:09:00"
    } });
    let file = write(&folder, "crowded.json", &odd.to_string());
    let rank = ["rank", text(&file), "--seeds", "1", "--assumption-seeds", "0"];
    let limit = ["--metric", "w.failed", "--set", "limits.events=3"];
    let told = stderr(&hindsight(&[&rank[..], &limit].concat()).assert().code(3));
    assert!(told.contains("limits.events stopped a replay: nothing"), "{told}");
    assert!(told.contains("--set limits.events=N"), "{told}");
    assert!(!told.contains("no value"), "{told}");
    let told = stderr(&hindsight(&[&rank[..], &["--metric", "late"]].concat()).assert().code(2));
    assert!(told.contains("late has no value in some replay: nothing"), "{told}");
}

#[test]
fn seeds_that_a_limit_stops_do_not_count_and_are_told() {
    // With the mitigation more visits succeed: only two of the six seeds take no more events than that.
    let limit = ["--seeds", "6", "--assumption-seeds", "0", "--set", "limits.events=197500"];
    let rank = [&["rank", SHORT, "--among", "keep-images"], &limit[..]].concat();
    let assert = hindsight(&rank).assert().code(3);
    let told = stdout(&assert).split_whitespace().collect::<Vec<_>>().join(" ");
    let expected =
        "with 2 of 6 seeds from 7 on; the others have no value in some replay; intervals";
    assert!(told.contains(expected), "{told}");
    assert!(stderr(&assert).contains("limits.events stopped replays"), "{}", stderr(&assert));
    let json = [&rank[..], &["--format", "json"]].concat();
    let document: Value =
        serde_json::from_str(&stdout(&hindsight(&json).assert().code(3))).unwrap();
    assert_eq!((&document["seeds"], &document["seeds_asked_for"]), (&2.into(), &6.into()));
}
