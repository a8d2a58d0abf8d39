//! Runs on all cores, each reduced at once to the numbers that are asked for, in the order of their inputs.

use rayon::prelude::*;

use crate::scenario::Scenario;
use crate::simulation::{self, Outcome};

/// What is kept of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The numbers that were asked for; one that does not exist (no such event) has no value.
    pub values: Vec<Option<f64>>,
    /// The limit that stopped the run before its end, by the name of its field.
    pub stopped_by: Option<&'static str>,
}

/// Runs each scenario with its seed; calls `on_run` after each run.
///
/// The result does not depend on the number of threads.
///
/// # Panics
///
/// Panics if a run does, which is an error in this crate.
#[must_use]
pub fn all(jobs: &[(u64, &Scenario)], metrics: &[String], on_run: &(dyn Fn() + Sync)) -> Vec<Kept> {
    jobs.par_iter()
        .map(|(seed, scenario)| {
            let kept = one(scenario, *seed, metrics);
            on_run();
            kept
        })
        .collect()
}

/// Runs one scenario with a seed.
///
/// # Panics
///
/// Panics if the run does, which is an error in this crate.
#[must_use]
pub fn one(scenario: &Scenario, seed: u64, metrics: &[String]) -> Kept {
    let outcome = simulation::run(scenario, seed);
    Kept { values: values(&outcome, metrics), stopped_by: outcome.run.stop.limit() }
}

/// The numbers of an outcome by their names; one that does not exist (no such event) has no value.
#[must_use]
pub fn values(outcome: &Outcome, metrics: &[String]) -> Vec<Option<f64>> {
    metrics.iter().map(|name| outcome.counts.of(name).and_then(|(value, _)| value)).collect()
}
