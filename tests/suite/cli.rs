//! The command line: exit status, what goes where, and every subcommand once.

use std::fs;
use std::io::Read as _;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::tempdir;

use crate::{SHORT, hindsight, short_text, short_value, stderr, stdout, text, write};

#[test]
fn a_replay_tells_its_story_on_standard_output_alone() {
    let assert = hindsight(&["replay", SHORT]).assert().success();
    let told = stdout(&assert);
    let in_order = [
        "An invented outage of a few minutes, for tests\n\n✓ shows what was documented: 3 of 3 facts hold",
        "TIMELINE  Monday 2 March 2026, America/New_York",
        "10:02:00  ▶ All instances crash.",
        "● front: 2 instances crash",
        "● front: instances cannot start, image front-2 is not in the registry",
        "● alert of failing-visits, priority high",
        "10:03     ◇ status page: investigating",
        "▶ Engineers go back to the stable image. (1m30s after the alert of failing-visits)",
        "■ the replay ends",
        "FACTS  3 of 3 hold",
        "T2",
        "T3",
        "T10",
        "IMPACT",
        "as the page states",
        "The status page says 2m; simulated impact lasts",
        "INDICATORS",
        "▁",
        "!",
        "WHAT TO TRY NEXT  hindsight replay FILE --with NAME",
        "keep-images",
    ];
    let mut rest = told.as_str();
    for part in in_order {
        let (_, after) = rest.split_once(part).unwrap_or_else(|| panic!("no {part:?} in\n{rest}"));
        rest = after;
    }
    assert!(!told.contains('\u{1b}'), "no colours where nobody sees them");
    assert!(told.lines().all(|line| line.chars().count() <= 100 && !line.ends_with(' ')));
    assert_eq!(stderr(&assert), "");
}

#[test]
fn the_document_has_its_fields_in_their_order() {
    let assert =
        hindsight(&["replay", SHORT, "--format", "json", "--seeds", "3"]).assert().success();
    let document: Value = serde_json::from_str(&stdout(&assert)).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&document), ["schema_version", "model_version", "replays"]);
    let replay = &document["replays"][0];
    assert_eq!(
        keys(replay).join(" "),
        "scenario title seed applied fingerprint events stopped documented impact public_minutes \
         public_first_to_last_minutes metrics timeline robustness"
    );
    let fact = &replay["documented"][0];
    assert_eq!(keys(fact).join(" "), "id fact role metric expect simulated holds");
    assert_eq!(fact["expect"]["at"]["within"], "30s");
    assert_eq!(
        keys(&replay["impact"][0]).join(" "),
        "indicator windows minutes tenants tenant_minutes"
    );
    assert_eq!(replay["public_minutes"], 2);
    assert_eq!(replay["metrics"]["failed-at-the-worst"]["unit"], "number");
    assert_eq!(replay["metrics"]["all.span"]["unit"], "seconds");
    assert_eq!(replay["timeline"][0]["at"], "2026-03-02T10:02:00");
    assert_eq!(replay["robustness"]["seeds"], 3);
    let moments: Vec<&str> = replay["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["at"].as_str().unwrap())
        .collect();
    assert!(moments.is_sorted());
}

#[test]
fn what_follows_an_alert_at_once_is_told_after_it() {
    let at_once = ["--set", "timeline.stable-image.after.delay=0s"];
    let assert = hindsight(&["replay", SHORT, "--format", "json"]).args(at_once).assert().success();
    let document: Value = serde_json::from_str(&stdout(&assert)).unwrap();
    let told = document["replays"][0]["timeline"].as_array().unwrap();
    let place = |what: &str| told.iter().position(|it| it["what"] == what).unwrap();
    let [alert, action] = ["alerted", "stable-image"].map(place);
    assert_eq!(told[alert]["at"], told[action]["at"]);
    assert!(alert < action);
}

#[test]
fn a_missed_fact_is_a_no_only_under_strict() {
    let with = ["replay", SHORT, "--with", "keep-images"];
    let assert = hindsight(&with).assert().success();
    assert!(
        stdout(&assert)
            .contains("→ with keep-images: 1 of 3 documented facts still holds, not T3, T10")
    );
    hindsight(&with).arg("--strict").assert().code(1);
    hindsight(&["replay", SHORT, "--strict"]).assert().success();
}

#[test]
fn a_missed_fact_says_by_how_much() {
    let set = "documented.T3.expect.between={\"from\":\"10s\",\"to\":\"1m\"}";
    let told = stdout(&hindsight(&["replay", SHORT, "--set", set]).assert().success());
    assert!(told.contains("✗ T3: expected 10s to 1m, found"), "{told}");
    assert!(told.contains("too much (all.span)"), "{told}");
}

#[test]
fn an_action_whose_alert_comes_too_late_is_told_as_not_done() {
    let told = stdout(&hindsight(&["replay", SHORT, "--with", "slow-reaction"]).assert().success());
    assert!(told.contains("not done: stable-image, the replay ends less than 8m after"), "{told}");
    assert!(told.contains("the replay ends; still bad: failing-visits"), "{told}");
    assert!(told.contains("still open"), "{told}");
}

#[test]
fn a_limit_gives_a_report_up_to_there_and_status_3() {
    let limit = ["replay", SHORT, "--set", "limits={\"events\":20000}"];
    let assert = hindsight(&limit).assert().code(3);
    assert!(stdout(&assert).contains("by the scenario's limit on `events`"));
    let told =
        "warning: tests/scenarios/short-outage.json: limits.events stopped a replay before its end";
    assert!(stderr(&assert).contains(told) && stderr(&assert).contains("--set limits.events=N"));
    // The other seeds are stopped as well, which is told once.
    let told = stderr(&hindsight(&limit).args(["--seeds", "2"]).assert().code(3));
    assert_eq!(told.matches("which do not count").count(), 1, "{told}");
    let assert = hindsight(&limit).args(["--format", "json"]).assert().code(3);
    let document: Value = serde_json::from_str(&stdout(&assert)).unwrap();
    assert_eq!(document["replays"][0]["stopped"], "events");
    assert_eq!(document["replays"][0]["events"], 20000);
}

#[test]
fn a_report_is_written_whole_or_not_at_all() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("report.json");
    let assert =
        hindsight(&["replay", SHORT, "--format", "json", "-o", text(&file)]).assert().success();
    assert_eq!(stdout(&assert), "");
    let whole = stdout(&hindsight(&["replay", SHORT, "--format", "json"]).assert().success());
    assert_eq!(fs::read_to_string(&file).unwrap(), whole);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

    let nowhere = folder.path().join("none").join("report.json");
    let assert = hindsight(&["replay", SHORT, "-o", text(&nowhere)]).assert().code(2);
    assert!(stderr(&assert).contains("error: cannot write"));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    for arguments in [&["schema"][..], &["replay", SHORT], &["list"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hindsight"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn a_folder_is_replayed_in_the_order_of_names_with_a_summary() {
    let folder = tempdir().unwrap();
    for (name, id) in [("b.json", "second"), ("a.json", "first"), ("a.golden.json", "no-scenario")]
    {
        write(&folder, name, &short_text().replace("short-outage", id));
    }
    let told = stdout(&hindsight(&["replay", text(folder.path())]).assert().success());
    let (_, summary) = told.split_once("SUMMARY  2 of 2 replays").unwrap();
    let lines: Vec<&str> = summary.lines().skip(2).collect();
    assert!(
        lines[0].starts_with("  ✓  first ") && lines[1].starts_with("  ✓  second "),
        "{summary}"
    );
}

#[test]
fn wrong_usage_says_what_to_do() {
    let folder = tempdir().unwrap();
    let empty = text(folder.path());
    let cases: [(&[&str], &str); 8] = [
        (&["replay"], "<FILE|DIR>..."),
        (&["replya", SHORT], "'replay'"),
        (&["replay", SHORT, "--seeds", "0"], "0 is not in 1..=1000000"),
        (&["replay", "none.json"], "cannot read none.json"),
        (&["replay", empty], "hindsight new my-incident -o"),
        (&["list", empty], "there is no scenario in"),
        (&["new", "two words"], "use letters, digits, - and _ only"),
        (&["completions", "tcsh"], "possible values"),
    ];
    for (arguments, remedy) in cases {
        let assert = hindsight(arguments).assert().code(2);
        assert!(stderr(&assert).contains(remedy), "{arguments:?}: {}", stderr(&assert));
        assert_eq!(stdout(&assert), "", "{arguments:?}");
    }
}

#[test]
fn an_unknown_mitigation_names_the_file_that_lacks_it() {
    let folder = tempdir().unwrap();
    let mut other = short_value();
    other["mitigations"].as_object_mut().unwrap().remove("keep-images");
    let other = write(&folder, "other.json", &other.to_string());
    let assert =
        hindsight(&["replay", SHORT, text(&other), "--with", "keep-images"]).assert().code(2);
    assert!(stderr(&assert).contains("there is no mitigation \"keep-images\""));
    assert!(stderr(&assert).contains("other.json:1:"), "{}", stderr(&assert));
    assert!(!stderr(&assert).contains("short-outage.json:"));
}

#[test]
fn validate_counts_what_a_scenario_holds() {
    let assert = hindsight(&["validate", SHORT]).assert().success();
    assert_eq!(
        stdout(&assert),
        "ok  tests/scenarios/short-outage.json: 2 stations, 1 workload, 2 actions, 2 indicators, \
         3 documented facts, 3 mitigations; fast-reaction and slow-reaction are alternatives, all \
         together was not tried\n"
    );
}

#[test]
fn the_scenarios_of_the_repository_are_valid() {
    hindsight(&["validate", "scenarios"]).assert().success();
}

#[test]
fn list_tells_what_can_be_tried() {
    let told = stdout(&hindsight(&["list", "tests/scenarios"]).assert().success());
    assert!(told.contains("\nshort-outage\n  An invented outage"), "{told}");
    assert!(told.contains("2026-03-02 10:00 to 10:10, America/New_York; 3 documented facts"));
    assert!(told.contains("--with keep-images    The lifecycle policy keeps"), "{told}");
    let listed = stdout(&hindsight(&["list", "tests/scenarios", "--format", "json"]).assert());
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed["scenarios"][1]["file"], "tests/scenarios/short-outage.json");
    assert_eq!(listed["scenarios"][1]["mitigations"][1]["name"], "keep-images");
    hindsight(&["list"]).assert().success();
}

#[test]
fn a_new_scenario_is_valid_and_shows_what_it_documents() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("mine.json");
    hindsight(&["new", "mine", "-o", text(&file)]).assert().success();
    assert!(fs::read_to_string(&file).unwrap().contains("\"id\": \"mine\""));
    hindsight(&["validate", text(&file)]).assert().success();
    hindsight(&["replay", text(&file), "--strict"]).assert().success();
    let assert = hindsight(&["new", "mine", "-o", text(&file)]).assert().code(2);
    assert!(stderr(&assert).contains("is there already"));
}

#[test]
fn the_committed_schema_is_current() {
    let schema = stdout(&hindsight(&["schema"]).assert().success());
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/scenario.schema.json");
    let committed = fs::read_to_string(committed).unwrap();
    assert!(committed == schema, "run: hindsight schema > scenarios/scenario.schema.json");
}

#[test]
fn every_shell_has_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let told = stdout(&hindsight(&["completions", shell]).assert().success());
        assert!(told.contains("replay") && told.contains("strict"), "{shell}");
    }
}

#[test]
fn what_stands_beside_scenarios_is_no_scenario() {
    // As a shell spells out `scenarios/*.json`.
    let mut all: Vec<String> = std::fs::read_dir("scenarios")
        .unwrap()
        .map(|it| it.unwrap().path())
        .filter(|it| it.extension().is_some_and(|it| it == "json"))
        .map(|it| text(&it).to_owned())
        .collect();
    all.sort();
    assert!(all.iter().any(|it| it.ends_with(".golden.json")), "{all:?}");
    assert!(all.iter().any(|it| it.ends_with(".schema.json")), "{all:?}");
    let found = stdout(&hindsight(&["validate"]).args(&all).assert().success());
    assert_eq!(found, stdout(&hindsight(&["validate", "scenarios"]).assert().success()));
    let golden = "scenarios/2025-08-06-chat-image.golden.json";
    for command in ["replay", "validate", "check", "explain", "rank"] {
        let told = stderr(&hindsight(&[command, golden]).assert().code(2));
        let expected = "is a golden file by its name, no scenario; help: name scenarios/2025-08-06-chat-image.json";
        assert!(told.contains(expected), "{command}: {told}");
    }
    // What is not there is not passed over, nor is a scenario named that is not.
    let folder = tempfile::tempdir().unwrap();
    let lonely = write(&folder, "lonely.golden.json", "{}");
    let told = stderr(&hindsight(&["replay", text(&lonely)]).assert().code(2));
    assert!(told.contains("help: name a scenario"), "{told}");
    hindsight(&["validate", SHORT, text(&lonely)]).assert().success();
    std::fs::remove_file(&lonely).unwrap();
    hindsight(&["validate", SHORT, text(&lonely)]).assert().code(2);
    let told = stderr(&hindsight(&["new", "mine", "-o", text(&lonely)]).assert().code(2));
    assert!(told.contains("is the name of a golden file") && !lonely.exists(), "{told}");
    let schema = stderr(&hindsight(&["replay", "scenarios/scenario.schema.json"]).assert().code(2));
    assert!(
        schema.contains("is a schema by its name, no scenario; help: name a scenario"),
        "{schema}"
    );
}
