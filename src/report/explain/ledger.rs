//! What a scenario rests on: what is documented, what was put in, what is assumed and why.

use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;

use super::Time;
use crate::report::natural_key;
use crate::report::words::{Form, Words};
use crate::scenario::Scenario;
use crate::scenario::check::lookup;
use crate::scenario::file::story::{Action, Documented, PageState, Role};
use crate::scenario::file::{Assumption, Basis, File};
use crate::scenario::path::Path;
use crate::simulation::{Outcome, Verdict, verdicts};
use crate::units::Span;

/// What every replay leaves out, whatever the scenario.
const LEAVES_OUT: [&str; 5] = [
    "hedged requests and quorums",
    "limits of the nodes below the stations, and preemption",
    "network partitions; a call's latency is taken once, for request and answer together",
    "several environments at once",
    "differences between instances of one station",
];
const LEAVES_OUT_OF_CACHES: &str = "keys of caches: a cache is a share of hits";

/// What a scenario rests on.
#[derive(Debug, Serialize)]
pub struct Ledger {
    /// Where the incident is documented.
    pub source: String,
    /// What is documented, by role.
    pub facts: Facts,
    /// What was put in: what people and deployments did, in the order of time.
    pub inputs: Vec<Input>,
    /// What the status page said; it does not influence a run.
    pub status_page: Option<StatusPage>,
    /// Where the parameters come from, by basis.
    pub assumptions: Assumptions,
    /// What might have been otherwise.
    pub mitigations: Vec<Mitigation>,
    /// What the model leaves out.
    pub leaves_out: Vec<&'static str>,
}

/// Documented facts by role; how many there are of each is how long its list is.
#[derive(Debug, Serialize)]
pub struct Facts {
    /// Neither of the others: evidence for the model.
    pub validated: Vec<Fact>,
    /// Those that hold whatever the free parameters are.
    pub by_construction: Vec<Fact>,
    /// Those that a parameter was chosen to meet.
    pub calibrated: Vec<Fact>,
}

/// A documented fact.
#[derive(Debug, Serialize)]
pub struct Fact {
    /// Its id.
    pub id: String,
    /// What is documented.
    pub fact: String,
    /// The number that shows it.
    pub metric: String,
    /// How the number must be, as in the scenario.
    pub expect: Value,
    /// The parameters that were chosen to meet it, by their paths.
    pub served_by: Vec<String>,
    /// Whether it holds in the replay; null without one.
    pub holds: Option<bool>,
    /// What is expected, in words.
    #[serde(skip)]
    pub expected: String,
    /// What the replay shows, in words.
    #[serde(skip)]
    pub simulated: Option<String>,
}

/// Something that was done.
#[derive(Debug, Serialize)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// When it was done; null if that follows from an alert.
    pub at: Option<Time>,
    /// The alert that it follows.
    pub after: Option<After>,
    /// What was done and why.
    pub note: String,
    /// Where its time comes from, if the scenario says so.
    pub basis: Option<&'static str>,
}

/// A delay after an alert.
#[derive(Debug, Serialize)]
pub struct After {
    /// The indicator whose alert it is.
    pub alert: String,
    /// How long after it.
    pub delay: Span,
}

/// What the status page said.
#[derive(Debug, Serialize)]
pub struct StatusPage {
    /// How long the page says it lasted.
    pub public_minutes: Option<u32>,
    /// Its updates, in order.
    pub updates: Vec<Update>,
}

/// One update of the status page.
#[derive(Debug, Serialize)]
pub struct Update {
    /// When it was posted.
    pub at: Time,
    /// What it said.
    pub state: PageState,
}

/// Parameters by where their values come from.
#[derive(Debug, Serialize)]
pub struct Assumptions {
    /// A source states them.
    pub documented: Vec<Parameter>,
    /// Nothing states them; a reason stands beside them.
    pub assumed: Vec<Parameter>,
    /// They were chosen so that a fact holds.
    pub calibrated: Vec<Parameter>,
}

/// A parameter and where its value comes from.
#[derive(Debug, Serialize)]
pub struct Parameter {
    /// Where it stands in the scenario.
    pub path: String,
    /// What stands there, with all changes; null if they took it away.
    pub value: Option<Value>,
    /// Between which values it might as well lie.
    pub range: Option<Value>,
    /// The fact that it was chosen to meet.
    pub fact: Option<String>,
    /// The source or the reason.
    pub why: String,
}

/// Something that would have changed the incident.
#[derive(Debug, Serialize)]
pub struct Mitigation {
    /// Its name.
    pub name: String,
    /// What it is and why it would help.
    pub note: String,
    /// Whether it is applied here.
    pub is_applied: bool,
}

impl Ledger {
    /// The ledger of a scenario whose text is `value`, with the verdicts of an outcome.
    #[must_use]
    pub fn new(scenario: &Scenario, value: &Value, outcome: Option<&Outcome>) -> Self {
        let file = &scenario.file;
        let page = file.status_page.as_ref().map(|page| StatusPage {
            public_minutes: page.public_minutes,
            updates: page
                .updates
                .iter()
                .map(|it| Update { at: it.at.into(), state: it.state })
                .collect(),
        });
        let mitigation = |(name, it): (&String, &crate::scenario::file::Mitigation)| Mitigation {
            name: name.clone(),
            note: it.note.clone(),
            is_applied: scenario.changes.with.contains(name),
        };
        Self {
            source: file.source.clone(),
            facts: facts(scenario, value, outcome),
            inputs: inputs(file),
            status_page: page,
            assumptions: assumptions(file, value),
            mitigations: file.mitigations.iter().map(mitigation).collect(),
            leaves_out: leaves_out(scenario),
        }
    }
}

impl StatusPage {
    /// Its updates on one line, and how long it says that it lasted.
    #[must_use]
    pub fn told(&self, day: Date) -> String {
        let updates = self.updates.iter().map(|update| {
            let state = match update.state {
                PageState::Investigating => "investigating",
                PageState::Identified => "identified",
                PageState::Monitoring => "monitoring",
                PageState::Resolved => "resolved",
            };
            format!("{} {state}", update.at.told(day))
        });
        let updates = updates.collect::<Vec<_>>().join(", ");
        let minutes = self.public_minutes.map(|it| format!("; by its own account {it} minutes"));
        format!("{updates}{}", minutes.unwrap_or_default())
    }
}

fn facts(scenario: &Scenario, value: &Value, outcome: Option<&Outcome>) -> Facts {
    let verdicts = outcome.map(|outcome| verdicts(scenario, outcome)).unwrap_or_default();
    let of = |role: Role| {
        let its = scenario.file.documented.iter().filter(|(_, it)| it.role == role);
        let mut facts: Vec<Fact> = its
            .map(|(id, it)| {
                let verdict = verdicts.iter().find(|verdict| verdict.id == *id);
                fact(scenario, (id, it), value["documented"][id]["expect"].clone(), verdict)
            })
            .collect();
        facts.sort_by_cached_key(|fact| natural_key(&fact.id));
        facts
    };
    Facts {
        validated: of(Role::Validated),
        by_construction: of(Role::ByConstruction),
        calibrated: of(Role::Calibrated),
    }
}

fn fact(
    scenario: &Scenario,
    (id, it): (&String, &Documented),
    expect: Value,
    verdict: Option<&Verdict>,
) -> Fact {
    let (words, form) = (Words::new(scenario), Form::of(&it.metric, &scenario.file));
    let serves = |(_, assumption): &(&String, &Assumption)| assumption.fact.as_ref() == Some(id);
    let simulated =
        |it: &Verdict| it.simulated.map_or("none".to_owned(), |value| words.number(value, form));
    Fact {
        id: id.clone(),
        fact: it.fact.clone(),
        metric: it.metric.clone(),
        expect,
        served_by: scenario
            .file
            .assumptions
            .iter()
            .filter(serves)
            .map(|(path, _)| path.clone())
            .collect(),
        holds: verdict.map(|verdict| verdict.holds),
        expected: words.expectation(&it.expect, form),
        simulated: verdict.map(simulated),
    }
}

/// What was done, by time; what follows an alert comes last, by name.
fn inputs(file: &File) -> Vec<Input> {
    let input = |(name, action): (&String, &Action)| Input {
        name: name.clone(),
        at: action.at.map(Time::from),
        after: action
            .after
            .as_ref()
            .map(|after| After { alert: after.alert.clone(), delay: after.delay }),
        note: action.note.clone(),
        basis: file.assumptions.get(&format!("timeline.{name}")).map(|it| name_of(it.basis)),
    };
    let mut inputs: Vec<Input> = file.timeline.iter().map(input).collect();
    inputs.sort_by_key(|input| (input.at.is_none(), input.at));
    inputs
}

fn name_of(basis: Basis) -> &'static str {
    match basis {
        Basis::Documented => "documented",
        Basis::Assumed => "assumed",
        Basis::Calibrated => "calibrated",
    }
}

fn assumptions(file: &File, value: &Value) -> Assumptions {
    let of = |basis: Basis| {
        let its = file.assumptions.iter().filter(|(_, it)| it.basis == basis);
        its.map(|(path, it)| Parameter {
            path: path.clone(),
            value: path.parse::<Path>().ok().and_then(|at| lookup(value, &at)).cloned(),
            range: value["assumptions"][path].get("range").cloned(),
            fact: it.fact.clone(),
            why: it.why.clone(),
        })
        .collect()
    };
    Assumptions {
        documented: of(Basis::Documented),
        assumed: of(Basis::Assumed),
        calibrated: of(Basis::Calibrated),
    }
}

fn leaves_out(scenario: &Scenario) -> Vec<&'static str> {
    let has_caches = scenario.platform.calls.iter().any(|call| !call.caches.is_empty());
    LEAVES_OUT.into_iter().chain(has_caches.then_some(LEAVES_OUT_OF_CACHES)).collect()
}

/// A value of the scenario file in as few signs as it can be read in: `log_normal (median 4m, p95 5m)`.
#[must_use]
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(nested).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name} {}", nested(value)));
            fields.collect::<Vec<_>>().join(", ")
        }
    }
}

fn nested(value: &Value) -> String {
    if value.is_array() || value.is_object() { format!("({})", plain(value)) } else { plain(value) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_told_in_few_signs() {
        let cases = [
            (json!(4), "4"),
            (json!("2m"), "2m"),
            (json!(null), "none"),
            (json!(["a", "b"]), "a, b"),
            (
                json!({ "log_normal": { "median": "4m", "p95": "5m" } }),
                "log_normal (median 4m, p95 5m)",
            ),
            (json!({}), ""),
        ];
        for (value, text) in cases {
            assert_eq!(plain(&value), text);
        }
    }
}
