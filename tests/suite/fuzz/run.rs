//! A small platform with every kind of station, changed by the bytes and run twice.

use std::path::PathBuf;

use hindsight::report::Report;
use hindsight::report::explain::{Explanation, markdown};
use hindsight::report::json::{Document, Replay};
use hindsight::report::text::{self, Look, summary};
use hindsight::scenario::{Changes, Loaded, Scenario};
use hindsight::simulation;
use serde_json::{Value, json};

use super::edits;

/// Runs the scenario that these bytes describe, if it is one, twice, and tells it in every format.
///
/// # Panics
///
/// Panics if both runs are not told in the same bytes.
pub(super) fn run(bytes: &[u8]) {
    let mut scenario = edits::edited(bytes);
    keep_small(&mut scenario);
    let text = scenario.to_string();
    let loaded = Loaded::parse("fuzz.json", text.as_bytes(), PathBuf::from("no-such-folder"));
    let loaded = loaded.expect("what was JSON is JSON");
    let mut with = vec![Vec::new()];
    with.extend(scenario["mitigations"].get(edits::MITIGATION).map(|_| vec![edits::MITIGATION]));
    for with in with {
        let with = with.into_iter().map(str::to_owned).collect();
        let changes = Changes { with, ..Changes::default() };
        match loaded.scenario(&changes) {
            Ok(scenario) => {
                let value = loaded.value(&changes).expect("the scenario was made from it");
                assert!(told(&scenario, &value) == told(&scenario, &value), "told otherwise");
            }
            Err(refusal) => assert!(refusal.render(false).contains("error")),
        }
    }
}

/// No run may take long, whatever was made of it.
fn keep_small(scenario: &mut Value) {
    scenario["limits"] = json!({ "events": 4_000, "events_at_one_instant": 500, "in_flight": 500 });
}

fn told(scenario: &Scenario, value: &Value) -> Vec<String> {
    let outcome = simulation::run(scenario, scenario.seed());
    let look = Look { width: 80, is_coloured: true };
    let report = Report::new(scenario, &outcome, None);
    let explanation = Explanation::new(scenario, value, Some(&outcome));
    vec![
        text::replay(&report, look),
        Document::new(vec![Replay::new(&report)]).to_text(),
        summary::table(&[summary::Line::new(&report)], look),
        text::explain::explain(&explanation, look),
        markdown::page(&explanation),
        explanation.to_json(),
    ]
}
