//! What a minute is worth where that is known, and where no minute has a worth of its own.

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::cliffs::{answered, outage};
use crate::{SHORT, hindsight, stderr, stdout, text, write};

/// What `minutes` prints of the outage with some arguments, each run of spaces as one.
fn told(scenario: &Value, more: &[&str]) -> String {
    let folder = tempdir().expect("a temporary folder can be made");
    let file = write(&folder, "outage.json", &scenario.to_string());
    let told = hindsight(&[&["minutes", text(&file)], more].concat()).assert().success();
    stdout(&told).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_minute_is_worth_what_it_is_in_a_plain_outage() {
    // Harm lasts from the break to the fix, so that each minute of either is worth a minute.
    let found = answered(&outage(), &["minutes", "--by=-1m..1m/5", "--seeds", "4"]);
    let actions = found["actions"].as_array().unwrap();
    let names: Vec<&Value> = actions.iter().map(|it| &it["actions"]).collect();
    assert_eq!(names, [&json!(["break"]), &json!(["fix"])], "talking does nothing");
    for (action, expected) in actions.iter().zip([-1.0, 1.0]) {
        let worth = &action["worths"][0];
        assert_eq!(worth["metric"], "all.minutes");
        for told in [worth, &worth["earlier"], &worth["later"]] {
            let told = told["worth_of_a_minute"]["mean"].as_f64().unwrap();
            assert!((told - expected).abs() < 0.05, "{action}");
        }
        let shifts: Vec<&Value> =
            action["moved"].as_array().unwrap().iter().map(|it| &it["minutes"]).collect();
        assert_eq!(shifts, [&json!(-1), &json!(-0.5), &json!(0.5), &json!(1)]);
    }
}

#[test]
fn a_minute_beyond_the_end_of_an_effect_is_worth_nothing() {
    // The fix comes two minutes after the break; before the break it mends nothing, and harm lasts to the end.
    let fix = ["minutes", "--shift", "fix", "--by=-5m..5m/11", "--seeds", "3"];
    let found = answered(&outage(), &fix);
    let worth = &found["actions"][0]["worths"][0];
    assert_eq!(worth["worth_of_a_minute"], Value::Null, "no line fits both sides: {worth}");
    let [earlier, later] = ["earlier", "later"].map(|side| &worth[side]);
    assert_eq!(
        [&earlier["is_straight"], &earlier["straight_minutes"], &later["is_straight"]],
        [&json!(false), &json!(2), &json!(true)]
    );
    for side in [earlier, later] {
        let minute = side["worth_of_a_minute"]["mean"].as_f64().unwrap();
        assert!((minute - 1.0).abs() < 0.05, "{side}");
    }
    let told = told(&outage(), &fix[1..]);
    assert!(told.contains("each minute earlier, up to 2 min: 1 min"), "{told}");
    assert!(told.contains("less; beyond it is not straight each minute later: 1 min"), "{told}");
}

#[test]
fn a_step_is_told_as_one() {
    // A minute earlier ends the harm a minute earlier; three minutes earlier it mends nothing.
    let told = told(&outage(), &["--shift", "fix", "--by=-3m..-1m/2", "--seeds", "3"]);
    assert!(told.contains("fix earlier: not straight"), "{told}");
}

#[test]
fn shifts_that_are_none_are_refused_with_the_reason_and_an_example() {
    let cases = [
        ("--by=15m", "must say at how many places, after a stroke"),
        ("--by=15m/3", "must have two ends with .. in between"),
        ("--by=-15m..15m/1", "must have from 2 to 1000 places, not 1"),
        ("--by=-15..15m/3", "must be a duration with its unit"),
        ("--by=15m..-15m/3", "must begin with the lower end"),
    ];
    for (by, why) in cases {
        let told = stderr(&hindsight(&["minutes", SHORT, by]).assert().code(2));
        assert!(told.contains(why), "{by}: {told}");
        assert!(told.contains("as in --by=-15m..15m/7"), "{by}: {told}");
    }
}

#[test]
fn one_seed_is_said_to_give_no_interval() {
    let told = told(&outage(), &["--shift", "fix", "--by=-1m..1m/3", "--seeds", "1"]);
    assert!(told.contains("with one seed, 1; one seed gives no intervals, more do"), "{told}");
    assert!(told.contains("each minute later: 1 min more (one seed, no interval)"), "{told}");
    assert!(told.contains("? one seed") && !told.contains("can be told from none"), "{told}");
}

#[test]
fn every_number_that_was_asked_for_is_told() {
    let metrics = ["--metric", "w.failed", "--metric", "failing.minutes"];
    let arguments = ["--shift", "fix", "--by=-1m..1m/3", "--seeds", "2"];
    let told = told(&outage(), &[&arguments[..], &metrics].concat());
    for part in [
        " and failing.minutes is ",
        "fix, w.failed each minute later: 1,",
        "fix, failing.minutes each",
    ] {
        assert!(told.contains(part), "no {part:?} in {told}");
    }
}

#[test]
fn places_that_cannot_be_are_marked_and_told_below() {
    let mut alerted = outage();
    alerted["indicators"]["failing"]["alert"] = json!({ "priority": "high" });
    alerted["timeline"]["fix"] = json!({
        "after": { "alert": "failing", "delay": "90s" }, "note": "Nothing fails any more.",
        "set": { "stations": { "s": { "service": { "failure_share": 0 } } } }
    });
    let arguments = ["--shift", "fix", "--by=-3m..1m/5", "--seeds", "2"];
    let shown = told(&alerted, &arguments);
    assert!(shown.contains("−3 min – – ✗ refused −2 min – – ✗ refused −1 min"), "{shown}");
    let reason = "✗ refused by −3 min, −2 min: fix follows its alert after 1m30s and cannot";
    assert_eq!(shown.matches("follows its alert").count(), 1, "{shown}");
    assert!(shown.contains(reason), "{shown}");
    // What the scenario itself refuses is told by the option that asked for it.
    let shown = told(&outage(), &["--shift", "fix", "--by=-3m..7m/2", "--seeds", "2"]);
    assert!(shown.contains("asked for by --shift fix by 7m"), "{shown}");
    assert!(!shown.contains("--set"), "{shown}");
}
