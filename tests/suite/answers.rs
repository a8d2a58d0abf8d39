//! The page of answers is of the scenarios as they are.

use std::path::{Path, PathBuf};

use serde_json::Value;

const AGAIN: &str = "tests/answers/run --bless makes the page again";

fn page() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/ANSWERS.md");
    std::fs::read_to_string(page).expect("it is in the repository")
}

#[test]
fn the_answers_are_of_the_replays_that_the_golden_files_hold() {
    let page = page();
    for file in golden_files() {
        let golden: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let fingerprint = fingerprint(&golden).expect("a golden file has one");
        let id = id(&file);
        let row = page.lines().find(|line| line.starts_with(&format!("| [{id}](")));
        let row = row.unwrap_or_else(|| panic!("{id} has no row; {AGAIN}"));
        assert!(
            row.contains(&fingerprint),
            "{id} is now {fingerprint}, the page says {row}; {AGAIN}"
        );
    }
}

#[test]
fn every_mitigation_is_compared_and_ranked() {
    let page = page();
    for file in golden_files() {
        let id = id(&file);
        let scenario = file.with_file_name(format!("{id}.json"));
        let scenario: Value =
            serde_json::from_str(&std::fs::read_to_string(scenario).unwrap()).unwrap();
        for command in ["compare", "rank"] {
            let start =
                page.find(&format!("$ hindsight {command} {id}.json")).expect("it is shown");
            let shown = page[start..].split("```").next().unwrap_or_default();
            for mitigation in scenario["mitigations"].as_object().unwrap().keys() {
                assert!(
                    shown.contains(mitigation.as_str()),
                    "{command} of {id} has no {mitigation}; {AGAIN}"
                );
            }
        }
        assert!(page.contains(&format!("$ hindsight minutes {id}.json")), "{id}");
    }
}

/// The golden files of the incidents.
fn golden_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let entries = std::fs::read_dir(folder).expect("the folder is in the repository");
    let files = entries.map(|it| it.expect("it can be read").path());
    let golden: Vec<PathBuf> =
        files.filter(|it| it.to_string_lossy().ends_with(".golden.json")).collect();
    assert_eq!(golden.len(), 5);
    golden
}

fn id(golden: &Path) -> String {
    let name = golden.file_name().unwrap_or_default().to_string_lossy();
    name.trim_end_matches(".golden.json").to_owned()
}

/// The first field of that name, wherever it stands.
fn fingerprint(value: &Value) -> Option<String> {
    let fields = value.as_object()?;
    let own = fields.get("fingerprint").and_then(Value::as_str).map(str::to_owned);
    own.or_else(|| fields.values().find_map(fingerprint))
}
