//! What the README shows works as it says.

use std::path::Path;

use hindsight::scenario::file::story::Role;
use hindsight::scenario::{Changes, Loaded};
use hindsight::simulation;
use serde_json::Value;

use crate::{hindsight, stdout};

fn text(file: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    std::fs::read_to_string(file).expect("it is in the repository")
}

#[test]
fn the_scenario_in_the_readme_is_short_and_shows_what_it_documents() {
    let readme = text("README.md");
    let (_, rest) = readme.split_once("```json\n").expect("the README has a scenario");
    let (scenario, _) = rest.split_once("```").expect("the scenario ends");
    assert!(scenario.lines().count() < 60);
    assert_eq!(scenario, text("tests/scenarios/late-mails.json"));

    let loaded = Loaded::parse("late-mails.json", scenario.as_bytes(), ".".into()).unwrap();
    let run = |with: &[&str]| {
        let with = with.iter().map(ToString::to_string).collect();
        let scenario = loaded.scenario(&Changes { with, ..Changes::default() }).unwrap();
        let outcome = simulation::run(&scenario, scenario.seed());
        let minutes = outcome.counts.of("mails-late.minutes").unwrap().0.unwrap();
        (simulation::verdicts(&scenario, &outcome).iter().all(|it| it.holds), minutes)
    };
    // 60,000 mails at 10 workers of 300 ms each take half an hour; workers come 20 min after the alert.
    let (holds, minutes) = run(&[]);
    assert!(holds);
    assert!((20.0..30.0).contains(&minutes), "{minutes}");
    let (_, minutes) = run(&["a-lane-for-each-type"]);
    assert!(minutes <= 0.0, "{minutes}");
}

#[test]
fn the_readme_counts_the_facts_of_each_scenario_by_role() {
    let readme = text("README.md");
    for entry in Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").read_dir().unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let is_scenario = path.extension().is_some_and(|it| it == "json") && !stem.contains('.');
        if !is_scenario {
            continue;
        }
        let file = Loaded::read(&path).unwrap().file().unwrap();
        let count = |role| file.documented.values().filter(|it| it.role == role).count();
        let counts = format!(
            "| {}, {}, {} |",
            count(Role::Validated),
            count(Role::ByConstruction),
            count(Role::Calibrated)
        );
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{}` |", file.id)));
        let row = row.unwrap_or_else(|| panic!("the README does not list {stem}"));
        assert!(row.contains(&counts), "{stem}: {counts} in {row}");
    }
}

/// The first block of a language in the README after a heading.
fn block<'a>(readme: &'a str, heading: &str, language: &str) -> &'a str {
    let (_, rest) = readme.split_once(&format!("\n## {heading}\n")).expect("the heading is there");
    let (_, rest) = rest.split_once(&format!("```{language}\n")).expect("it has such a block");
    rest.split_once("```").expect("the block ends").0
}

/// A scenario's folder as a team has it, with its golden file.
fn checked_out() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let scenarios = folder.path().join("scenarios");
    std::fs::create_dir(&scenarios).expect("the folder is empty");
    let scenario = crate::short_text();
    std::fs::write(scenarios.join("short.json"), scenario).expect("the folder is there");
    let mut bless = hindsight(&["check", "scenarios", "--bless"]);
    bless.current_dir(folder.path()).assert().success();
    folder
}

#[test]
fn the_workflow_in_the_readme_runs_as_it_stands() {
    let readme = text("README.md");
    let workflow = block(&readme, "In CI", "yaml");
    let lines = workflow.lines().filter_map(|line| line.trim().strip_prefix("run: hindsight "));
    let lines: Vec<&str> = lines.collect();
    assert_eq!(lines.len(), 1);
    let arguments: Vec<&str> = lines[0].split_whitespace().collect();
    let arguments: Vec<&str> = arguments
        .into_iter()
        .map(|it| if it == "\"$GITHUB_STEP_SUMMARY\"" { "summary.md" } else { it })
        .collect();
    let folder = checked_out();
    let check = || {
        let mut command = hindsight(&arguments);
        command.current_dir(folder.path()).env("CI", "true").env("GITHUB_ACTIONS", "true");
        command.assert()
    };
    check().success();
    let changed = crate::short_text().replace("\"seed\": 7", "\"seed\": 8");
    std::fs::write(folder.path().join("scenarios/short.json"), changed).unwrap();
    assert!(stdout(&check().code(1)).contains("::error file=scenarios/short.json,line="));
    for file in ["check.xml", "summary.md"] {
        assert!(folder.path().join(file).exists(), "{file}");
    }
}

#[test]
fn the_threshold_in_the_readme_is_one() {
    let readme = text("README.md");
    let threshold = format!("{{ {} }}", block(&readme, "In CI", "json"));
    let threshold: Value = serde_json::from_str(&threshold).unwrap();
    let mut scenario: Value =
        serde_json::from_str(&text("scenarios/2025-08-06-chat-image.json")).unwrap();
    scenario["thresholds"] = threshold["thresholds"].clone();
    let loaded = Loaded::parse("a.json", scenario.to_string().as_bytes(), ".".into()).unwrap();
    loaded.check(&Changes::default()).unwrap();
}

#[test]
fn the_difference_in_the_readme_is_what_a_check_tells() {
    let readme = text("README.md");
    let shown = block(&readme, "In CI", "text");
    let file = "scenarios/2025-08-06-chat-image.json";
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("scenarios")).unwrap();
    let changed = text(file).replace("\"replicas\": 4", "\"replicas\": 5");
    std::fs::write(folder.path().join(file), changed).unwrap();
    let golden = file.replace(".json", ".golden.json");
    std::fs::write(folder.path().join(&golden), text(&golden)).unwrap();
    let mut check = hindsight(&["check", file]);
    let told = stdout(&check.current_dir(folder.path()).assert().code(1));
    assert!(told.starts_with(shown), "{told}");
}
