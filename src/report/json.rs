//! The document of replays as JSON: a stable interface, with a version.
//!
//! ```text
//! {
//!   "schema_version": 1,       of this layout: raised when a field goes or changes its meaning
//!   "model_version": 2,        of the model: raised when the same scenario and seed give other results
//!   "replays": [ … ]           one for each scenario, in the order asked for
//! }
//! ```
//!
//! The fields of a replay are those of [`Replay`], under the same names and in the same order; new ones
//! may come without a new version. Numbers are integers or fixed decimals of at most six places. Local
//! times are those of the scenario's zone, with seconds: `2026-03-02T09:51:20`. Shares lie from 0 to 1.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::amount::{Amount, Expected, amount, expected, local};
use super::decimal::Decimal;
use super::timeline::{Entry, timeline};
use super::{Report, layout};
use crate::experiment::seeds;
use crate::scenario::clock::Clock;
use crate::scenario::facts::Unit;
use crate::scenario::file::story::{Role, StatusPage};
use crate::simulation::MODEL_VERSION;

/// The version of the layout.
pub const SCHEMA_VERSION: u32 = 1;

/// All replays of one command.
#[derive(Debug, Serialize)]
pub struct Document {
    /// The version of the layout.
    pub schema_version: u32,
    /// The version of the model.
    pub model_version: u32,
    /// One for each scenario, in the order asked for.
    pub replays: Vec<Replay>,
}

/// One replay.
#[derive(Debug, Serialize)]
pub struct Replay {
    /// The scenario's id.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// The seed of every draw.
    pub seed: u64,
    /// What was tried out: names of mitigations, then assignments `PATH=VALUE`.
    pub applied: Vec<String>,
    /// The hash over all events, in 16 hexadecimal digits.
    pub fingerprint: String,
    /// How many events there were.
    pub events: u64,
    /// The limit that stopped the run, by its name in the scenario; null if it came to its end.
    pub stopped: Option<&'static str>,
    /// The documented facts and what was simulated.
    pub documented: Vec<Fact>,
    /// The bounds that a replay has to keep, if the scenario has any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub thresholds: Vec<Threshold>,
    /// What customers felt, by indicator.
    pub impact: Vec<Impact>,
    /// How long the incident lasted by its status page's own account.
    pub public_minutes: Option<u32>,
    /// How long it was from the status page's first update to its last.
    pub public_first_to_last_minutes: Option<Decimal>,
    /// Everything that is counted, by name.
    #[serde(serialize_with = "as_object")]
    pub metrics: Vec<(String, Metric)>,
    /// What was done, what emerged and what the status page said, in the order of time.
    pub timeline: Vec<Entry>,
    /// How the facts fare with other seeds, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub robustness: Option<Robustness>,
}

/// A documented fact and what was simulated.
#[derive(Debug, Serialize)]
pub struct Fact {
    /// Its id.
    pub id: String,
    /// What is documented.
    pub fact: String,
    /// Whether a parameter was chosen to meet it.
    pub role: Role,
    /// The number that shows it, one of `metrics`.
    pub metric: String,
    /// How the number must be, as in the scenario.
    pub expect: Expected,
    /// The number, in the unit that it has in `metrics`; null if there is none.
    pub simulated: Option<Amount>,
    /// Whether it is as documented.
    pub holds: bool,
}

/// A bound that a replay has to keep.
#[derive(Debug, Serialize)]
pub struct Threshold {
    /// Its name.
    pub id: String,
    /// The number that it is about, one of `metrics`.
    pub metric: String,
    /// How the number must be, as in the scenario.
    pub expect: Expected,
    /// The number, in the unit that it has in `metrics`; null if there is none.
    pub simulated: Option<Amount>,
    /// Whether it is kept.
    pub holds: bool,
}

/// What one indicator of harm saw.
#[derive(Debug, Serialize)]
pub struct Impact {
    /// The indicator.
    pub indicator: String,
    /// When it was bad.
    pub windows: Vec<Window>,
    /// For how many minutes in all.
    pub minutes: Decimal,
    /// How many tenants were hurt.
    pub tenants: usize,
    /// For how many minutes tenants were hurt, added over them.
    pub tenant_minutes: Decimal,
}

/// A span of time.
#[derive(Debug, Serialize)]
pub struct Window {
    /// Its beginning, a local time.
    pub from: String,
    /// Its end, a local time; null if it was still open when the replay ended.
    pub to: Option<String>,
}

/// A counted number.
#[derive(Debug, Serialize)]
pub struct Metric {
    /// The number, or a local time; null if there is none.
    pub value: Option<Amount>,
    /// `number`, `seconds`, `per_second`, or `time` for local times.
    pub unit: &'static str,
}

/// How the facts fare with other seeds.
#[derive(Debug, Serialize)]
pub struct Robustness {
    /// How many seeds were tried: those that follow the replay's own.
    pub seeds: u32,
    /// In what share of them all facts hold together.
    pub all_hold: Decimal,
    /// How each fact fares, by its id.
    pub facts: BTreeMap<String, FactOverSeeds>,
    /// How many of the runs a limit stopped; in those no fact counts as holding.
    pub stopped: usize,
}

/// How one fact fares with other seeds.
#[derive(Debug, Serialize)]
pub struct FactOverSeeds {
    /// In what share of the seeds it holds.
    pub holds: Decimal,
    /// In how many runs it has a value at all; those that a limit stopped do not count.
    pub runs: usize,
    /// The mean over those runs, in the unit that the fact's metric has in `metrics`; null if there are
    /// none.
    pub mean: Option<Amount>,
    /// The ends of the mean's 95 % confidence interval; null from fewer than two runs.
    pub interval: Option<[Amount; 2]>,
}

impl Document {
    /// The document of these replays.
    #[must_use]
    pub fn new(replays: Vec<Replay>) -> Self {
        Self { schema_version: SCHEMA_VERSION, model_version: MODEL_VERSION, replays }
    }

    /// The document as text, which ends in a line break.
    #[must_use]
    pub fn to_text(&self) -> String {
        layout::to_text(self, 4)
    }
}

impl Replay {
    /// What a document says of a replay.
    #[must_use]
    pub fn new(report: &Report) -> Self {
        let Report { scenario, outcome, .. } = report;
        let page = scenario.file.status_page.as_ref();
        Self {
            scenario: scenario.file.id.clone(),
            title: scenario.file.title.clone(),
            seed: outcome.seed,
            applied: report.applied(),
            fingerprint: outcome.run.fingerprint.to_string(),
            events: outcome.run.events,
            stopped: report.stopped(),
            documented: facts(report),
            thresholds: thresholds(report),
            impact: impact(report),
            public_minutes: page.and_then(|page| page.public_minutes),
            public_first_to_last_minutes: page
                .and_then(|page| first_to_last_minutes(page, &scenario.clock))
                .map(Decimal),
            metrics: metrics(report),
            timeline: timeline(report),
            robustness: report.robustness.as_ref().map(|it| robustness(it, report)),
        }
    }
}

/// How many minutes lie between the first and the last update of a status page.
#[must_use]
pub fn first_to_last_minutes(page: &StatusPage, clock: &Clock) -> Option<f64> {
    let moment = |update: Option<&crate::scenario::file::story::Update>| clock.moment(update?.at);
    let nanos = moment(page.updates.last())? - moment(page.updates.first())?;
    Some(nanos as f64 / 60e9)
}

fn facts(report: &Report) -> Vec<Fact> {
    let fact = |verdict: &crate::simulation::Verdict| {
        let it = &report.scenario.file.documented[&verdict.id];
        Fact {
            id: verdict.id.clone(),
            fact: it.fact.clone(),
            role: it.role,
            metric: it.metric.clone(),
            expect: expected(&it.expect),
            simulated: verdict.simulated.map(|it| amount(it, verdict.unit, report.scenario)),
            holds: verdict.holds,
        }
    };
    report.verdicts.iter().map(fact).collect()
}

fn thresholds(report: &Report) -> Vec<Threshold> {
    let threshold = |verdict: &crate::simulation::Verdict| {
        let it = &report.scenario.file.thresholds[&verdict.id];
        Threshold {
            id: verdict.id.clone(),
            metric: it.metric.clone(),
            expect: expected(&it.expect),
            simulated: verdict.simulated.map(|it| amount(it, verdict.unit, report.scenario)),
            holds: verdict.holds,
        }
    };
    report.thresholds.iter().map(threshold).collect()
}

fn impact(report: &Report) -> Vec<Impact> {
    let Report { scenario, outcome, .. } = report;
    let indicators = outcome.platform.indicators().iter().filter(|it| it.config().is_impact);
    indicators
        .map(|indicator| {
            let name = &indicator.config().name;
            let minutes = |field| outcome.counts.of(&format!("{name}.{field}")).and_then(|it| it.0);
            let windows = indicator.windows().iter().map(|window| Window {
                from: local(window.from, scenario),
                to: window.to.map(|to| local(to, scenario)),
            });
            Impact {
                indicator: name.clone(),
                windows: windows.collect(),
                minutes: Decimal(minutes("minutes").unwrap_or(0.0)),
                tenants: indicator.tenants_hurt(),
                tenant_minutes: Decimal(minutes("tenant_minutes").unwrap_or(0.0)),
            }
        })
        .collect()
}

fn metrics(report: &Report) -> Vec<(String, Metric)> {
    let metric = |(name, value, unit): (&str, Option<f64>, Unit)| {
        let value = value.map(|value| amount(value, unit, report.scenario));
        let unit = match unit {
            Unit::Number => "number",
            Unit::Time => "seconds",
            Unit::Rate => "per_second",
            Unit::Moment => "time",
        };
        (name.to_owned(), Metric { value, unit })
    };
    report.outcome.counts.iter().map(metric).collect()
}

fn robustness(it: &seeds::Robustness, report: &Report) -> Robustness {
    let facts = report.verdicts.iter().map(|verdict| {
        let of_fact = &it.facts[&verdict.id];
        let amount = |value: f64| amount(value, verdict.unit, report.scenario);
        let fact = FactOverSeeds {
            holds: Decimal(of_fact.holds),
            runs: of_fact.simulated.map_or(0, |it| it.count),
            mean: of_fact.simulated.map(|it| amount(it.mean)),
            interval: of_fact.simulated.and_then(|it| {
                let half_width = it.half_width?;
                Some([amount(it.mean - half_width), amount(it.mean + half_width)])
            }),
        };
        (verdict.id.clone(), fact)
    });
    Robustness {
        seeds: it.seeds,
        all_hold: Decimal(it.all_hold),
        facts: facts.collect(),
        stopped: it.stopped.len(),
    }
}

fn as_object<S: Serializer>(
    metrics: &[(String, Metric)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(metrics.iter().map(|(name, metric)| (name, metric)))
}
