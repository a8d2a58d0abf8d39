//! Golden files: missing, accepted, the same, and what a difference says of itself.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

use crate::{hindsight, short_text, short_value, stderr, stdout, text, write};

/// A folder with the short scenario as `a.json` and its golden file.
fn approved() -> (TempDir, PathBuf) {
    let folder = tempdir().expect("a temporary folder can be made");
    let scenario = write(&folder, "a.json", &short_text());
    hindsight(&["check", text(&scenario), "--bless"]).assert().success();
    (folder, scenario)
}

/// The approved golden file with a change.
fn change_golden(folder: &TempDir, change: impl FnOnce(&mut Value)) {
    let golden = fs::read_to_string(folder.path().join("a.golden.json"));
    let golden = golden.expect("it was accepted");
    let mut golden: Value = serde_json::from_str(&golden).expect("it is JSON");
    change(&mut golden);
    write(folder, "a.golden.json", &golden.to_string());
}

fn assert_told(told: &str, parts: &[&str]) {
    for part in parts {
        assert!(told.contains(part), "no {part:?} in {told}");
    }
}

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
    let report: Value = serde_json::from_str(&report).unwrap();
    let golden: Value = serde_json::from_str(&fs::read_to_string(&golden).unwrap()).unwrap();
    assert_eq!(golden["results"], report["replays"][0]);
    assert_eq!(golden["envelope"]["model_version"], report["model_version"]);
    let mut resolved = short_value();
    resolved.as_object_mut().unwrap().remove("$schema");
    assert_eq!(golden["envelope"]["scenario"], resolved);

    let assert = hindsight(&["check", text(folder.path())]).assert().success();
    assert_eq!(stdout(&assert), format!("same      {scenario}\n"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

/// The store is called 1.2 times for each of 30 visits a second and takes 20 ms for each call, so that one
/// slot of 20 is busy most of the time and a second one is rarely needed.
#[test]
fn a_changed_parameter_is_named_with_its_line_its_station_and_the_minute() {
    let (folder, scenario) = approved();
    let changed = short_text().replace("\"concurrency\": 20", "\"concurrency\": 1");
    let line = 1 + changed.lines().position(|line| line.contains("\"concurrency\": 1,")).unwrap();
    write(&folder, "a.json", &changed);
    let told = stdout(&hindsight(&["check", text(&scenario)]).assert().code(1));
    let place = format!("platform.stations.store.service.concurrency: 20 → 1  (line {line})");
    // The second request that comes while the first is served finds no slot: within a second of the start.
    let parts = ["differs", &place, "other events from 09:59:00.", "is the first that differs"];
    assert_told(&told, &parts);
    assert!(told.contains("golden  09:59:00.") && told.contains("now     09:59:00."), "{told}");
    assert_told(&told, &["moved, the worst first", " %)", "--bless"]);
    hindsight(&["check", text(&scenario), "--bless"]).assert().success();
    hindsight(&["check", text(&scenario)]).assert().success();
}

#[test]
fn a_change_from_some_minute_on_is_told_with_that_minute() {
    let (folder, scenario) = approved();
    write(&folder, "a.json", &short_text().replace("\"delay\": \"90s\"", "\"delay\": \"150s\""));
    let told = stdout(&hindsight(&["check", text(&scenario)]).assert().code(1));
    // The alert goes out at 10:02:20, and 90 seconds later the approved run goes back to the stable image.
    let parts = [
        "timeline.stable-image.after.delay: \"90s\" → \"150s\"",
        "other events from 10:03:50.000000 on",
        "golden  10:03:50.000000  timeline: stable-image",
        "all.minutes: 2.42 → 3.",
    ];
    assert_told(&told, &parts);
}

#[test]
fn a_change_of_wording_alone_is_told_as_that() {
    let (folder, scenario) = approved();
    write(&folder, "a.json", &short_text().replace("for tests", "for testing"));
    let told = stdout(&hindsight(&["check", text(&scenario)]).assert().code(1));
    assert_told(&told, &["the same events, told otherwise: only words differ", "for testing"]);
    assert!(!told.contains("other events"), "{told}");
}

#[test]
fn the_same_replay_of_another_model_is_told_as_that() {
    let (folder, scenario) = approved();
    change_golden(&folder, |golden| golden["envelope"]["model_version"] = json!(0));
    let told = stdout(&hindsight(&["check", text(&scenario)]).assert().code(1));
    assert_told(&told, &["another model: version 0 became ", "nothing else differs"]);
    assert!(!told.contains("layout"), "{told}");
}

#[test]
fn another_judgement_of_the_same_events_is_told_as_that() {
    let (folder, scenario) = approved();
    write(&folder, "a.json", &short_text().replace("\"to\": \"5m\"", "\"to\": \"130s\""));
    let told = stdout(&hindsight(&["check", text(&scenario)]).assert().code(1));
    let parts = ["measured or judged otherwise", "fact T3 ✗ held, and does no more: 145 → 145"];
    assert_told(&told, &parts);
}

#[test]
fn another_program_is_told_with_the_stretch_in_which_events_differ() {
    let (folder, scenario) = approved();
    let mut at = Vec::new();
    change_golden(&folder, |golden| {
        golden["results"]["fingerprint"] = json!("0000000000000000");
        golden["results"]["metrics"]["visits.begun"]["value"] = json!(19_000);
        let checkpoints = golden["envelope"]["checkpoints"].as_array_mut().unwrap();
        for checkpoint in &mut checkpoints[20..] {
            checkpoint["fingerprint"] = json!("1111111111111111");
        }
        at.extend([19, 20].map(|it| checkpoints[it]["at"].as_str().unwrap().to_owned()));
    });
    let told = stdout(&hindsight(&["check", text(&scenario)]).assert().code(1));
    let between = format!("between {} and {}", at[0], at[1]);
    let parts = ["the program was changed, or a trace", &between, "visits.begun: 19,000 → "];
    assert_told(&told, &parts);
    // Of the events there, the first is told: it comes at the first of the two moments or a little later.
    let moment = at[0].split_once('T').unwrap().1;
    assert!(told.contains(&format!("    {}", &moment[..5])), "{told}");
}

#[test]
fn another_program_and_another_scenario_are_both_told() {
    let (folder, scenario) = approved();
    change_golden(&folder, |golden| golden["results"]["fingerprint"] = json!("0000000000000000"));
    write(&folder, "a.json", &short_text().replace("\"concurrency\": 20", "\"concurrency\": 1"));
    let told = stdout(&hindsight(&["check", text(&scenario)]).assert().code(1));
    assert_told(&told, &["concurrency: 20 → 1", "runs the approved scenario otherwise"]);
}

#[test]
fn an_approved_scenario_that_runs_no_more_is_told() {
    let (folder, scenario) = approved();
    change_golden(&folder, |golden| {
        golden["results"]["fingerprint"] = json!("0000000000000000");
        golden["envelope"]["scenario"]["odd"] = json!(1);
    });
    let told = stdout(&hindsight(&["check", text(&scenario)]).assert().code(1));
    assert_told(&told, &["cannot be run any more", "unknown field"]);
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
    assert_told(&told, &["is no golden file: missing field `results`"]);
}

#[test]
fn a_golden_file_without_its_scenario_is_told() {
    let (folder, scenario) = approved();
    fs::rename(&scenario, folder.path().join("b.json")).unwrap();
    let told = stdout(&hindsight(&["check", text(folder.path())]).assert().code(1));
    assert_told(&told, &["missing   ", "orphan    ", "a.golden.json", "there is no "]);
    // Accepting writes the missing one and leaves the orphan to whoever reads this.
    hindsight(&["check", text(folder.path()), "--bless"]).assert().code(1);
    assert!(folder.path().join("b.golden.json").exists());
    assert!(folder.path().join("a.golden.json").exists());
}

#[test]
fn a_platform_that_does_no_work_never_passes() {
    let folder = tempdir().unwrap();
    let mut dead = short_value();
    dead["platform"]["stations"]["front"]["service"]["failure_share"] = json!(1);
    let scenario = write(&folder, "a.json", &dead.to_string());
    let told = stdout(&hindsight(&["check", text(&scenario), "--bless"]).assert().code(1));
    assert_told(&told, &["dead      ", "no unit of work was done"]);
    assert!(!folder.path().join("a.golden.json").exists(), "nothing to accept");
}

#[test]
fn golden_files_are_not_accepted_in_continuous_integration_unawares() {
    let folder = tempdir().unwrap();
    let scenario = write(&folder, "a.json", &short_text());
    let bless = ["check", text(&scenario), "--bless"];
    let assert = hindsight(&bless).env("CI", "true").assert().code(2);
    assert_told(&stderr(&assert), &["continuous integration", "--force"]);
    assert!(!folder.path().join("a.golden.json").exists());
    hindsight(&bless).arg("--force").env("CI", "true").assert().success();
    hindsight(&["check", text(&scenario)]).env("CI", "true").assert().success();
}

#[test]
fn numbers_may_move_as_far_as_is_tolerated_and_facts_may_not() {
    let (folder, scenario) = approved();
    write(&folder, "a.json", &short_text().replace("\"seed\": 7", "\"seed\": 10"));
    let check = |tolerances: &[&str]| {
        let tolerances = tolerances.iter().flat_map(|it| ["--tolerance", it]);
        hindsight(&["check", text(&scenario)]).args(tolerances).assert()
    };
    assert_told(
        &stdout(&check(&["*=±90%", "all.first=±1m", "all.last=±1m"]).code(1)),
        &["differs"],
    );
    let moments: Vec<String> = ["all", "failing-visits", "front-queue"]
        .iter()
        .flat_map(|it| ["first", "last", "alert.first"].map(|end| format!("{it}.{end}=±2m")))
        .filter(|it| !it.starts_with("all.alert") && !it.starts_with("front-queue.alert"))
        .collect();
    let moments: Vec<&str> = moments.iter().map(String::as_str).collect();
    let generous = [&["*=±90%", "visits.in_flight=±9"], moments.as_slice()].concat();
    assert_told(&stdout(&check(&generous).success()), &["tolerated ", "moved, the worst first"]);
    check(&[&generous[1..], &["*=±0.001%"]].concat()).code(1);

    let assert = check(&["visit.begun=±1%"]).code(2);
    assert_told(&stderr(&assert), &["there is no metric \"visit.begun\""]);
    assert_told(&stderr(&check(&["visits.begun=1%"]).code(2)), &["METRIC=±5%"]);

    let lost = short_text().replace("\"seed\": 7", "\"seed\": 8").replace("\"5m\"", "\"130s\"");
    write(&folder, "a.json", &lost);
    assert_told(&stdout(&check(&generous).code(1)), &["fact T3 ✗ held, and does no more"]);
}
