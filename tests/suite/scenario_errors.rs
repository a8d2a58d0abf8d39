//! Wrong scenarios and wrong patches: exit status 2, the place and the remedy, and never a panic.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::{SHORT, hindsight, short_text, short_value, stderr, stdout, text, write};

/// Replays a wrong file and gives what standard error says of it.
pub(crate) fn refused(file: &Path) -> String {
    let mut all = Vec::new();
    for command in ["replay", "validate", "check"] {
        let assert = hindsight(&[command, text(file)]).assert().code(2);
        assert_eq!(stdout(&assert), "", "{command}");
        let said = stderr(&assert);
        assert!(!said.contains("panicked"), "{said}");
        all.push(said);
    }
    assert_eq!(all[0], all[2], "replay and check say the same");
    all.swap_remove(1)
}

/// The scenario with `value` at `pointer`; null removes what is there.
fn with(pointer: &str, value: &Value) -> Value {
    set(short_value(), pointer, value)
}

pub(crate) fn set(mut scenario: Value, pointer: &str, value: &Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer begins with a slash");
    let parent = scenario.pointer_mut(parent).and_then(Value::as_object_mut);
    let parent = parent.expect("the parent is an object");
    if value.is_null() {
        parent.shift_remove(key);
    } else {
        parent.insert(key.to_owned(), value.clone());
    }
    scenario
}

#[test]
fn a_text_that_is_no_json_is_shown_where_it_stops_being_json() {
    let folder = tempdir().unwrap();
    let cases = [
        ("", "1:1"),
        ("{", "1:"),
        ("{\n  \"id\": 1,\n  \"id\": 2\n}", "3:3"),
        ("[1, 2", "1:"),
        ("{ \"seed\": 1e999 }", "1:11"),
        ("\u{feff}nonsense", "1:"),
    ];
    for (wrong, place) in cases {
        let file = write(&folder, "wrong.json", wrong);
        let said = refused(&file);
        assert!(
            said.contains(&format!("wrong.json:{place}")) || wrong.is_empty(),
            "{wrong}: {said}"
        );
    }
    let file = folder.path().join("bytes.json");
    std::fs::write(&file, [0xff, 0xfe, 0x00]).unwrap();
    refused(&file);
}

#[test]
fn a_wrong_field_is_named_with_its_place_and_what_is_right() {
    let folder = tempdir().unwrap();
    let front = "/platform/stations/front/service";
    let cases: [(String, Value, &[&str]); 16] = [
        ("/seed".into(), json!(-1), &["seed:"]),
        ("/seed".into(), Value::Null, &["seed"]),
        ("/limit".into(), json!({}), &["limit:", "did you mean `limits`?"]),
        ("/clock/zone".into(), json!("New York"), &["clock.zone:", "America/New_York"]),
        ("/clock/end".into(), json!("2026-03-02T09:00"), &["clock.end:", "later than start"]),
        ("/clock/warm_up".into(), json!("15"), &["clock.warm_up:", "duration with its unit"]),
        ("/tenants/count".into(), json!(0), &["tenants.count:", "from 1 to"]),
        (format!("{front}/replicas"), json!("two"), &["platform.stations.front.service.replicas:"]),
        (
            format!("{front}/failure_share"),
            json!(1.5),
            &["failure_share:", "at least 0 and at most 1"],
        ),
        (format!("{front}/release"), json!("front-3"), &["front-3", "did you mean `front-1`?"]),
        (format!("{front}/calls/store/to"), json!("stroe"), &["stroe", "did you mean `store`?"]),
        ("/workloads/visits/arrivals/poisson/rate".into(), json!(30), &["poisson.rate:"]),
        ("/timeline/crash/at".into(), json!("2026-03-02T12:00"), &["timeline.crash.at:"]),
        ("/indicators/failing-visits/every".into(), json!("7s"), &["every:", "multiple of"]),
        (
            "/documented/T2/metric".into(),
            json!("failing-visit.alert.first"),
            &["documented.T2.metric:", "did you mean `failing-visits.alert.first`?"],
        ),
        (
            "/documented/T10/expect".into(),
            json!({ "equals": "5m" }),
            &["documented.T10.expect.equals:", "a number"],
        ),
    ];
    for (pointer, value, parts) in cases {
        let wrong = format!("{:#}", with(&pointer, &value));
        let said = refused(&write(&folder, "wrong.json", &wrong));
        for part in parts {
            assert!(said.contains(part), "{pointer}: no {part:?} in\n{said}");
        }
        let (_, place) = said.split_once("wrong.json:").expect("the place is shown");
        let place: Vec<&str> = place.split([':', '\n']).take(2).collect();
        assert!(place.iter().all(|number| number.parse::<u32>().is_ok()), "{pointer}: {said}");
    }
}

#[test]
fn all_problems_of_all_files_are_told_at_once() {
    let folder = tempdir().unwrap();
    let mut wrong = with("/tenants/count", &json!(0));
    wrong["seed"] = json!("seven");
    wrong["clock"]["zonne"] = json!("UTC");
    write(&folder, "a.json", &format!("{wrong:#}"));
    write(&folder, "b.json", "{");
    write(&folder, "c.json", &short_text());
    let assert = hindsight(&["replay", text(folder.path())]).assert().code(2);
    let said = stderr(&assert);
    for part in ["seed:", "did you mean `zone`?", "a.json:", "b.json:"] {
        assert!(said.contains(part), "no {part:?} in\n{said}");
    }
    assert!(!said.contains("c.json:"));
    let assert = hindsight(&["validate", text(folder.path())]).assert().code(2);
    assert!(stdout(&assert).starts_with("ok  "), "what is right is said, too");
}

#[test]
fn several_errors_of_meaning_are_told_together() {
    let folder = tempdir().unwrap();
    let mut wrong = with("/documented/T2/metric", &json!("nothing"));
    wrong["workloads"]["visits"]["call"]["to"] = json!("back");
    wrong["timeline"]["crash"]["crash"]["station"] = json!("frnt");
    let said = refused(&write(&folder, "wrong.json", &format!("{wrong:#}")));
    for part in ["nothing", "\"back\"", "did you mean `front`?"] {
        assert!(said.contains(part), "no {part:?} in\n{said}");
    }
    assert_eq!(said.matches("error:").count(), 3, "{said}");
}

#[test]
fn a_wrong_mitigation_is_shown_where_its_patch_stands() {
    let folder = tempdir().unwrap();
    let patch = json!({ "note": "wrong", "patch": { "platform": { "stations": { "front": {
        "service": { "replicas": "many" }
    } } } } });
    let wrong = format!("{:#}", with("/mitigations/wrong", &patch));
    let line = wrong.lines().position(|line| line.contains("many")).unwrap() + 1;
    let file = write(&folder, "wrong.json", &wrong);
    for arguments in [&["validate", text(&file)][..], &["replay", text(&file), "--with", "wrong"]] {
        let assert = hindsight(arguments).assert().code(2);
        let said = stderr(&assert);
        assert!(said.contains(&format!("wrong.json:{line}:")), "{said}");
        assert!(said.contains("platform.stations.front.service.replicas:"), "{said}");
    }
    hindsight(&["replay", text(&file)]).assert().success();
}

#[test]
fn a_wrong_assignment_is_quoted() {
    let cases = [
        ("seed", "must be PATH=VALUE"),
        ("seed=", "--set seed="),
        ("=1", "path"),
        ("platform.stations.frnt.service.replicas=3", "frnt"),
        ("platform.stations.front.service.replicas=-3", "replicas"),
        ("platform.stations.front.service.replicsa=3", "did you mean `replicas`?"),
        ("tenants.count={\"a\"", "--set tenants.count={\"a\""),
    ];
    for (set, part) in cases {
        let assert = hindsight(&["replay", SHORT, "--set", set]).assert().code(2);
        let said = stderr(&assert);
        assert!(said.contains(part), "{set}: no {part:?} in\n{said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn an_unknown_mitigation_has_its_nearest_name() {
    let assert = hindsight(&["replay", SHORT, "--with", "keep-image"]).assert().code(2);
    assert!(stderr(&assert).contains("did you mean `keep-images`?"));
}
