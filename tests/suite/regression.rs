//! What a check tells CI systems, thresholds, and comparing any two reports.

use std::fs;

use quick_junit::Report;
use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

use crate::{hindsight, short_text, short_value, stderr, stdout, text, write};

/// A folder with the short scenario as `a.json`, its golden file, and then another seed.
fn changed() -> TempDir {
    let folder = tempdir().expect("a temporary folder can be made");
    let scenario = write(&folder, "a.json", &short_text());
    hindsight(&["check", text(&scenario), "--bless"]).assert().success();
    write(&folder, "a.json", &short_text().replace("\"seed\": 7", "\"seed\": 8"));
    folder
}

/// The short scenario with a threshold on its minutes of impact.
fn with_threshold(metric: &str, expect: &Value) -> Value {
    let mut scenario = short_value();
    scenario["thresholds"] = json!({ "short": { "metric": metric, "expect": expect } });
    scenario
}

#[test]
fn a_threshold_is_shown_beside_its_value_and_fails_the_check_when_crossed() {
    // The short outage hurts for 2 minutes and 25 seconds.
    for (most, mark, code) in [(3, "✓", 0), (2, "✗", 1)] {
        let folder = tempdir().unwrap();
        let value = with_threshold("all.minutes", &json!({ "at_most": most }));
        let scenario = write(&folder, "a.json", &value.to_string());
        let scenario = text(&scenario);
        let told = stdout(&hindsight(&["check", scenario, "--bless"]).assert().code(code));
        assert!(told.contains(&format!("{mark} short: all.minutes = 2.42")), "{told}");
        assert!(told.contains(&format!("threshold at most {most}")), "{told}");
        let report = stdout(&hindsight(&["replay", scenario]).assert().success());
        assert!(report.contains("THRESHOLDS") && report.contains(mark), "{report}");
        for format in ["md", "html"] {
            let page = stdout(&hindsight(&["replay", scenario, "--format", format]).assert());
            assert!(page.contains("Thresholds") && page.contains(&format!("at most {most}")));
        }
        hindsight(&["replay", scenario, "--strict"]).assert().code(code);
        let report = hindsight(&["replay", scenario, "--format", "json"]).assert().success();
        let report: Value = serde_json::from_str(&stdout(&report)).unwrap();
        let told = &report["replays"][0]["thresholds"][0];
        assert_eq!([&told["id"], &told["holds"]], [&json!("short"), &json!(code == 0)]);
        assert_eq!(told["expect"], json!({ "at_most": most }));
    }
}

#[test]
fn a_threshold_that_cannot_be_judged_is_refused_before_the_run() {
    let cases = [
        (with_threshold("all.minute", &json!({ "at_most": 3 })), "thresholds.short.metric"),
        (with_threshold("all.minutes", &json!({ "at_most": "3m" })), "thresholds.short.expect"),
        (with_threshold("all.span", &json!({ "at_most": 3 })), "thresholds.short.expect"),
        (with_threshold("all.minutes", &json!({ "most": 3 })), "thresholds.short.expect"),
    ];
    for (scenario, place) in cases {
        let folder = tempdir().unwrap();
        let file = write(&folder, "a.json", &scenario.to_string());
        let told = stderr(&hindsight(&["check", text(&file)]).assert().code(2));
        assert!(told.contains(place), "no {place} in {told}");
    }
}

#[test]
fn a_mitigation_must_not_move_a_threshold() {
    let folder = tempdir().unwrap();
    let mut scenario = with_threshold("all.minutes", &json!({ "at_most": 3 }));
    scenario["mitigations"]["lenient"] = json!({
        "note": "n", "patch": { "thresholds": { "short": { "expect": { "at_most": 30 } } } }
    });
    let file = write(&folder, "a.json", &scenario.to_string());
    let told = stderr(&hindsight(&["validate", text(&file)]).assert().code(2));
    assert!(told.contains("must not be changed by a mitigation"), "{told}");
}

#[test]
fn results_are_written_as_junit_xml_without_times() {
    let folder = changed();
    let value = with_threshold("all.minutes", &json!({ "at_most": 2 }));
    write(&folder, "b.json", &value.to_string().replace("for tests", "<&]]>"));
    let xml = folder.path().join("check.xml");
    let check = || {
        let arguments = ["check", text(folder.path()), "--junit", text(&xml)];
        hindsight(&arguments).assert().code(1);
        fs::read_to_string(&xml).unwrap()
    };
    let first = check();
    let report = Report::deserialize_from_str(&first).unwrap();
    assert_eq!((report.tests, report.failures), (3, 3), "{first}");
    let names: Vec<String> = report
        .test_suites
        .iter()
        .flat_map(|suite| &suite.test_cases)
        .map(|case| case.name.to_string())
        .collect();
    assert_eq!(names, ["as approved", "as approved", "short"]);
    assert!(first.contains("seed: 7 → 8") && !first.contains("time"), "{first}");
    assert_eq!(check(), first);
}

#[test]
fn a_summary_is_written_as_markdown() {
    let folder = changed();
    let summary = folder.path().join("summary.md");
    let arguments = ["check", text(folder.path()), "--summary", text(&summary)];
    hindsight(&arguments).assert().code(1);
    let told = fs::read_to_string(&summary).unwrap();
    for part in ["## ✗ the replay is not as approved", "- `seed: 7 → 8`", "| moved | from |"] {
        assert!(told.contains(part), "no {part:?} in {told}");
    }
    hindsight(&["check", text(folder.path()), "--bless"]).assert().success();
    hindsight(&arguments).assert().success();
    let told = fs::read_to_string(&summary).unwrap();
    assert!(told.starts_with("## ✓ the replay is as approved"), "{told}");
}

#[test]
fn on_github_at_most_ten_differences_are_annotated_the_worst_first() {
    let folder = changed();
    for number in 0..12 {
        write(&folder, &format!("m{number}.json"), &short_text());
    }
    let command = || hindsight(&["check", text(folder.path())]);
    assert!(!stdout(&command().assert().code(1)).contains("::error"));
    let told = stdout(&command().env("GITHUB_ACTIONS", "true").assert().code(1));
    let annotations: Vec<&str> = told.lines().filter(|line| line.starts_with("::error")).collect();
    assert_eq!(annotations.len(), 10, "{told}");
    let line = 1 + short_text().lines().position(|line| line.contains("\"seed\"")).unwrap();
    let place = format!("a.json,line={line},title=hindsight check::seed: 7 → 8; other events");
    assert!(annotations[0].contains(&place), "{}", annotations[0]);
    assert!(annotations[1].contains("there is no golden file"), "{}", annotations[1]);
}

#[test]
fn any_two_reports_are_compared() {
    let folder = tempdir().unwrap();
    let scenario = write(&folder, "a.json", &short_text());
    hindsight(&["check", text(&scenario), "--bless"]).assert().success();
    let golden = folder.path().join("a.golden.json");
    let report = |name: &str, more: &[&str]| {
        let file = folder.path().join(name);
        let arguments = ["replay", text(&scenario), "--format", "json", "-o", text(&file)];
        hindsight(&[&arguments, more].concat()).assert().success();
        file
    };
    let same = report("same.report", &[]);
    let fast = report("fast.report", &["--with", "fast-reaction"]);
    let told = stdout(&hindsight(&["diff", text(&golden), text(&same)]).assert().success());
    assert_eq!(told, "nothing moved\n");
    let told = stdout(&hindsight(&["diff", text(&same), text(&fast)]).assert().code(1));
    for part in ["short-outage", "other events: fingerprint", "all.minutes: 2.42 → 1.", "applied"]
    {
        assert!(told.contains(part), "no {part:?} in {told}");
    }
    let back = stdout(&hindsight(&["diff", text(&fast), text(&same)]).assert().code(1));
    assert!(back.contains("→ 2.42"), "{back}");
    let told = stderr(&hindsight(&["diff", text(&same), text(&scenario)]).assert().code(2));
    assert!(told.contains("is no report") && told.contains("--format json"), "{told}");
    hindsight(&["diff", text(&same), "/does/not/exist"]).assert().code(2);
}
