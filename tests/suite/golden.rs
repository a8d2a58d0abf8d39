//! Golden files: missing, accepted, the same, and different in wording or in events.

use std::fs;

use tempfile::tempdir;

use crate::{hindsight, short_text, stdout, text, write};

#[test]
fn a_golden_file_is_missed_accepted_and_compared() {
    let folder = tempdir().unwrap();
    let scenario = write(&folder, "a.json", &short_text());
    let golden = folder.path().join("a.golden.json");
    let scenario = text(&scenario);

    let assert = hindsight(&["check", scenario]).assert().code(1);
    assert!(stdout(&assert).starts_with("missing"), "{}", stdout(&assert));
    assert!(stdout(&assert).contains(&format!("hindsight check {scenario} --bless")));
    assert!(!golden.exists());

    hindsight(&["check", scenario, "--bless"]).assert().success();
    let report = stdout(&hindsight(&["replay", scenario, "--format", "json"]).assert().success());
    assert_eq!(fs::read_to_string(&golden).unwrap(), report);

    let assert = hindsight(&["check", text(folder.path())]).assert().success();
    assert_eq!(stdout(&assert), format!("same     {scenario}\n"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_difference_is_shown_and_its_cause_told() {
    let cases = [
        ("for tests", "for testing", "the same events, told otherwise", "for testing"),
        ("\"seed\": 7", "\"seed\": 8", "other events: fingerprint", "\"seed\": 8"),
    ];
    for (old, new, cause, shown) in cases {
        let folder = tempdir().unwrap();
        let scenario = write(&folder, "a.json", &short_text());
        hindsight(&["check", text(&scenario), "--bless"]).assert().success();
        write(&folder, "a.json", &short_text().replace(old, new));
        let assert = hindsight(&["check", text(&scenario)]).assert().code(1);
        for part in ["differs", "a.golden.json", cause, shown, "--bless"] {
            assert!(stdout(&assert).contains(part), "no {part:?} in {}", stdout(&assert));
        }
        hindsight(&["check", text(&scenario), "--bless"]).assert().success();
        hindsight(&["check", text(&scenario)]).assert().success();
    }
}

#[test]
fn one_scenario_that_differs_does_not_hide_the_others() {
    let folder = tempdir().unwrap();
    for name in ["a.json", "b.json", "c.json"] {
        write(&folder, name, &short_text());
    }
    hindsight(&["check", text(folder.path()), "--bless"]).assert().success();
    write(&folder, "b.golden.json", "{}\n");
    let told = stdout(&hindsight(&["check", text(folder.path())]).assert().code(1));
    let kinds: Vec<&str> = told
        .lines()
        .filter(|line| !line.starts_with(' '))
        .filter_map(|it| it.split(' ').next())
        .collect();
    assert_eq!(kinds, ["same", "differs", "same"], "{told}");
    assert!(told.contains("the golden file has no fingerprint"));
}
