//! Robustness: in what share of the seeds that follow the scenario's own the documented facts hold.
//!
//! Each run is reduced at once to its verdicts, so that memory does not grow with the number of seeds.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::measure::interval::Interval;
use crate::scenario::Scenario;
use crate::simulation::{self, Verdict, verdicts};

/// How often documented facts hold over many seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Robustness {
    /// How many seeds were tried.
    pub seeds: u32,
    /// In what share of them all facts hold together.
    pub all_hold: f64,
    /// How each fact fares, by its id.
    pub facts: BTreeMap<String, Fact>,
    /// The limits that stopped runs, one for each, by the names of their fields; in those no fact counts as
    /// holding.
    pub stopped: Vec<&'static str>,
}

/// How one documented fact fares over many seeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fact {
    /// In what share of the seeds it holds.
    pub holds: f64,
    /// What was simulated, over the runs that were not stopped and in which it has a value, in the unit
    /// of the fact's metric; none if there is no such run.
    pub simulated: Option<Interval>,
}

/// What is kept of one run: the verdicts, in the order of their ids, and the limit that stopped it.
struct Kept {
    verdicts: Vec<Verdict>,
    stopped_by: Option<&'static str>,
}

/// Runs a scenario with the `count` seeds that follow its own; calls `on_run` after each run.
///
/// The result does not depend on the number of threads.
///
/// # Panics
///
/// Panics if a run does, which is an error in this crate.
#[must_use]
pub fn robustness(scenario: &Scenario, count: u32, on_run: &(dyn Fn() + Sync)) -> Robustness {
    let runs: Vec<Kept> = (0..count)
        .into_par_iter()
        .map(|index| {
            let kept = keep(scenario, scenario.seed().wrapping_add(u64::from(index) + 1));
            on_run();
            kept
        })
        .collect();
    let share = |is_counted: &dyn Fn(&Kept) -> bool| {
        let counted = runs.iter().filter(|run| is_counted(run)).count();
        counted as f64 / f64::from(count.max(1))
    };
    let fact = |index: usize| {
        let finished = runs.iter().filter(|run| run.stopped_by.is_none());
        let values: Vec<f64> = finished.filter_map(|run| run.verdicts[index].simulated).collect();
        Fact {
            holds: share(&|run| run.stopped_by.is_none() && run.verdicts[index].holds),
            simulated: Interval::of(&values),
        }
    };
    let ids = scenario.file.documented.keys().enumerate();
    Robustness {
        seeds: count,
        all_hold: share(&|run| run.stopped_by.is_none() && run.verdicts.iter().all(|it| it.holds)),
        facts: ids.map(|(index, id)| (id.clone(), fact(index))).collect(),
        stopped: runs.iter().filter_map(|run| run.stopped_by).collect(),
    }
}

fn keep(scenario: &Scenario, seed: u64) -> Kept {
    let outcome = simulation::run(scenario, seed);
    Kept { verdicts: verdicts(scenario, &outcome), stopped_by: outcome.run.stop.limit() }
}
