//! What the README shows works as it says.

use std::path::Path;

use hindsight::scenario::file::story::Role;
use hindsight::scenario::{Changes, Loaded};
use hindsight::simulation;

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
