//! The incidents: every fact holds, every parameter says where it comes from, and what might have been.

mod automation;
mod chat;
mod loops;
mod routing;
mod surge;

use std::path::{Path, PathBuf};

use hindsight::scenario::facts::Unit;
use hindsight::scenario::file::story::Role;
use hindsight::scenario::path::Path as FieldPath;
use hindsight::scenario::{Changes, Loaded, Scenario, patch};
use hindsight::simulation::{self, Outcome};
use serde_json::Value;

const CHAT: &str = "2025-08-06-chat-image";
const ROUTING: &str = "2025-07-13-routing-cleanup";
const SURGE: &str = "2025-01-10-traffic-surge";
const LOOPS: &str = "2026-01-22-assistant-loops";
const BACKLOG: &str = "2026-04-24-automation-backlog";
const ALL: [&str; 5] = [SURGE, ROUTING, CHAT, LOOPS, BACKLOG];

fn file(id: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(format!("{id}.json"))
}

fn scenario(id: &str, with: &[&str]) -> Scenario {
    changed(id, with, &[])
}

fn changed(id: &str, with: &[&str], set: &[&str]) -> Scenario {
    let changes = Changes {
        with: with.iter().map(ToString::to_string).collect(),
        set: set.iter().map(ToString::to_string).collect(),
        ..Changes::default()
    };
    let loaded = Loaded::read(&file(id)).expect("the scenario is in the repository");
    loaded.scenario(&changes).unwrap_or_else(|refusal| panic!("{}", refusal.render(false)))
}

fn run(id: &str, with: &[&str]) -> Outcome {
    let scenario = scenario(id, with);
    simulation::run(&scenario, scenario.seed())
}

/// A count of an outcome: minutes, or seconds since the start of the run for a moment.
fn count(outcome: &Outcome, name: &str) -> f64 {
    let (value, unit) = outcome.counts.of(name).expect("it is counted");
    let value = value.expect("it has a value");
    match unit {
        Unit::Moment | Unit::Time => value / 1e9,
        Unit::Number | Unit::Rate => value,
    }
}

#[test]
fn every_fact_of_every_incident_holds_at_its_seed() {
    for id in ALL {
        let scenario = scenario(id, &[]);
        let outcome = simulation::run(&scenario, scenario.seed());
        for verdict in simulation::verdicts(&scenario, &outcome) {
            assert!(verdict.holds, "{id} {}: simulated {:?}", verdict.id, verdict.simulated);
        }
    }
}

#[test]
fn every_parameter_says_where_it_comes_from() {
    // What is told, what is documented and what is measured are no parameters of the model.
    const NOT_PARAMETERS: [&str; 12] = [
        "$schema",
        "id",
        "title",
        "source",
        "summary",
        "seed",
        "status_page",
        "metrics",
        "documented",
        "mitigations",
        "assumptions",
        "limits",
    ];
    for id in ALL {
        let text = std::fs::read_to_string(file(id)).expect("it can be read");
        let value: Value = serde_json::from_str(&text).expect("it is JSON");
        let assumed: Vec<FieldPath> = value["assumptions"]
            .as_object()
            .expect("a scenario has assumptions")
            .keys()
            .map(|path| path.parse().expect("checked"))
            .collect();
        for (leaf, _) in patch::leaves(&value) {
            let first = leaf.steps()[0].clone();
            let is_parameter = !NOT_PARAMETERS
                .iter()
                .any(|part| FieldPath::from(vec![first.clone()]) == FieldPath::root().key(*part));
            let is_covered = assumed.iter().any(|path| leaf.below(path).is_some());
            assert!(!is_parameter || is_covered, "{id}: nothing says where {leaf} comes from");
        }
    }
}

#[test]
fn a_fact_in_every_scenario_is_evidence() {
    for id in ALL {
        let scenario = scenario(id, &[]);
        let validated = scenario.file.documented.values().filter(|it| it.role == Role::Validated);
        assert!(validated.count() >= 2, "{id} shows nothing that was not put in");
    }
}

#[test]
fn mitigations_of_a_scenario_can_be_combined_in_any_set() {
    for id in ALL {
        let loaded = Loaded::read(&file(id)).expect("the scenario is in the repository");
        let all: Vec<String> = scenario(id, &[]).file.mitigations.keys().cloned().collect();
        assert!(all.len() > 3);
        for set in 0..1_u32 << all.len() {
            let chosen = all.iter().enumerate().filter(|(index, _)| set & (1 << index) != 0);
            let with: Vec<String> = chosen.map(|(_, name)| name.clone()).collect();
            let checked = loaded.check(&Changes { with, ..Changes::default() });
            checked.unwrap_or_else(|refusal| panic!("{}", refusal.render(false)));
        }
    }
}
