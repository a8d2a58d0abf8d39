//! One run: a scenario and a seed become an outcome.

pub mod checkpoints;
pub mod counts;
pub mod fates;
pub mod ripple;
pub mod spans;
pub mod watch;

use crate::engine::{self, Limits, Observer, Run};
use crate::platform::Platform;
use crate::scenario::Scenario;
use crate::scenario::facts::{self, Unit};
use crate::scenario::file::story::Expect;
use counts::Counts;

/// Rises whenever the same scenario and seed come to something else than before.
pub const MODEL_VERSION: u32 = 4;

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// The seed of every draw.
    pub seed: u64,
    /// How the run ended, and its fingerprint.
    pub run: Run,
    /// The platform at the end, with its series, its log and its indicators.
    pub platform: Platform,
    /// Everything that is counted, in the order of [`facts::units`].
    pub counts: Counts,
}

/// A documented fact, or a threshold, beside what was simulated.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The fact's id, or the threshold's name.
    pub id: String,
    /// What was simulated; nothing if what it is about did not happen.
    pub simulated: Option<f64>,
    /// The unit of what was simulated.
    pub unit: Unit,
    /// Whether it is as documented, or as it has to be.
    pub holds: bool,
}

/// Runs a scenario with a seed.
///
/// # Panics
///
/// Panics if a unit of work or an attempt vanished: an error in this crate.
#[must_use]
pub fn run(scenario: &Scenario, seed: u64) -> Outcome {
    finished(scenario, seed, |platform, limits| engine::run(platform, scenario.clock.end(), limits))
}

/// The same run, while somebody looks on.
///
/// # Panics
///
/// Panics if a unit of work or an attempt vanished: an error in this crate.
#[must_use]
pub fn observed(scenario: &Scenario, seed: u64, observer: &mut dyn Observer<Platform>) -> Outcome {
    finished(scenario, seed, |platform, limits| {
        engine::observed(platform, scenario.clock.end(), limits, observer)
    })
}

fn finished(
    scenario: &Scenario,
    seed: u64,
    run: impl FnOnce(&mut Platform, Limits) -> Run,
) -> Outcome {
    let mut platform = Platform::new(&scenario.platform, seed);
    let limits = Limits {
        events: scenario.limits.events,
        events_at_one_instant: scenario.limits.events_at_one_instant,
        in_flight: usize::try_from(scenario.limits.in_flight).unwrap_or(usize::MAX),
        output: usize::try_from(scenario.limits.output).unwrap_or(usize::MAX),
    };
    let run = run(&mut platform, limits);
    platform.finish(run.ended);
    let counts = Counts::new(scenario, &platform);
    Outcome { seed, run, platform, counts }
}

/// The documented facts of a scenario, judged by an outcome, in the order of their ids.
///
/// # Panics
///
/// Panics if the outcome is another scenario's.
#[must_use]
pub fn verdicts(scenario: &Scenario, outcome: &Outcome) -> Vec<Verdict> {
    let documented = scenario.file.documented.iter();
    documented.map(|(id, it)| judged(id, (&it.metric, &it.expect), scenario, outcome)).collect()
}

/// The thresholds of a scenario, judged by an outcome, in the order of their names.
///
/// # Panics
///
/// Panics if the outcome is another scenario's.
#[must_use]
pub fn thresholds(scenario: &Scenario, outcome: &Outcome) -> Vec<Verdict> {
    let thresholds = scenario.file.thresholds.iter();
    thresholds.map(|(id, it)| judged(id, (&it.metric, &it.expect), scenario, outcome)).collect()
}

fn judged(
    id: &str,
    (metric, expect): (&str, &Expect),
    scenario: &Scenario,
    outcome: &Outcome,
) -> Verdict {
    let (simulated, unit) = outcome.counts.of(metric).expect("checked: it is counted");
    let holds = facts::holds(expect, simulated, &scenario.clock);
    Verdict { id: id.to_owned(), simulated, unit, holds }
}
