//! What mitigations change, each beside the baseline, and where their benefit arises.

use rayon::prelude::*;

use super::paired::{Paired, Replications};
use crate::scenario::Scenario;
use crate::scenario::facts::ALL;
use crate::simulation::fates::{Fate, Fates, first_that_differs};
use crate::simulation::{self, Outcome};

/// A variant of a scenario, under a name.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its name: a mitigation's, or several joined by `+`.
    pub name: String,
    /// The scenario with it.
    pub scenario: Scenario,
}

/// How many seeds are run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// So many at first.
    pub seeds: usize,
    /// Until every interval is at most so wide on either side, as a share of the baseline's mean.
    pub precision: Option<f64>,
    /// But never more than so many.
    pub seeds_max: usize,
}

/// What variants change of a baseline.
#[derive(Debug)]
pub struct Comparison<'a> {
    /// The scenario as it is.
    pub baseline: &'a Scenario,
    /// What is compared with it.
    pub variants: &'a [Variant],
    /// The numbers of all runs; the first variant there is the baseline.
    pub replications: Replications,
    /// The runs with the baseline's own seed, the baseline's first.
    pub runs: Vec<Outcome>,
    /// Where each variant's benefit arises, with the baseline's own seed.
    pub origins: Vec<Origin>,
}

/// Where the difference of two runs of one seed arises.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The first unit that fares otherwise, in the baseline and with the variant.
    pub first: Option<[Option<Fate>; 2]>,
    /// The station where most of the difference of the time that work spends lies: its place, and its share
    /// of the differences of all.
    pub station: Option<(usize, f64)>,
}

impl<'a> Comparison<'a> {
    /// Runs the baseline and all variants; calls `on_run` after each run, and `on_more` with the number of
    /// further runs when more seeds are needed.
    ///
    /// # Panics
    ///
    /// Panics if a run does, which is an error in this crate.
    #[must_use]
    pub fn new(
        (baseline, variants): (&'a Scenario, &'a [Variant]),
        metrics: Vec<String>,
        effort: Effort,
        on_run: &(dyn Fn() + Sync),
        on_more: &(dyn Fn(usize) + Sync),
    ) -> Self {
        let scenarios: Vec<&Scenario> =
            std::iter::once(baseline).chain(variants.iter().map(|it| &it.scenario)).collect();
        let mut replications = Replications::of(metrics);
        let mut next = effort.seeds.min(effort.seeds_max);
        while next > 0 {
            on_more(next * scenarios.len());
            replications.add(&scenarios, next, on_run);
            let is_precise = effort.precision.is_none_or(|most| is_precise(&replications, most));
            let left = effort.seeds_max.saturating_sub(replications.seeds());
            next = if is_precise { 0 } else { replications.seeds().min(left) };
        }
        let told: Vec<(Told, Outcome)> =
            scenarios.par_iter().map(|scenario| Told::of(scenario, baseline.seed())).collect();
        let (told, runs): (Vec<Told>, Vec<Outcome>) = told.into_iter().unzip();
        let origins = told[1..].iter().map(|variant| origin(&told[0], variant)).collect();
        Self { baseline, variants, replications, runs, origins }
    }

    /// How a number of a variant differs; both by their places.
    #[must_use]
    pub fn paired(&self, variant: usize, metric: usize) -> Option<Paired> {
        self.replications.paired(variant + 1, metric)
    }
}

/// What is compared unless something else is asked for: the minutes and tenants of every indicator of harm,
/// and the failed units of every workload.
#[must_use]
pub fn impact_metrics(scenario: &Scenario) -> Vec<String> {
    let harmful = scenario.file.indicators.iter().filter(|(_, it)| it.impact);
    let of_indicators = harmful.flat_map(|(name, _)| {
        ["minutes", "tenants", "tenant_minutes"].map(|field| format!("{name}.{field}"))
    });
    let failed = scenario.file.workloads.keys().map(|name| format!("{name}.failed"));
    std::iter::once(format!("{ALL}.minutes")).chain(of_indicators).chain(failed).collect()
}

fn is_precise(replications: &Replications, most: f64) -> bool {
    let metrics = 0..replications.metrics().len();
    let variants = 1..replications.variants();
    let mut all = variants.flat_map(|variant| metrics.clone().map(move |metric| (variant, metric)));
    all.all(|(variant, metric)| {
        let paired = replications.paired(variant, metric);
        paired.is_none_or(|it| it.precision().is_some_and(|precision| precision <= most))
    })
}

/// What is kept of a run to find where it differs from another.
struct Told {
    fates: Vec<Fate>,
    time_spent: Vec<f64>,
}

impl Told {
    fn of(scenario: &Scenario, seed: u64) -> (Self, Outcome) {
        let mut fates = Fates::new(scenario.names.workloads.len());
        let outcome = simulation::observed(scenario, seed, &mut fates);
        let told = Self { fates: fates.by_key(), time_spent: time_spent(scenario, &outcome) };
        (told, outcome)
    }
}

fn origin(baseline: &Told, variant: &Told) -> Origin {
    let spent = baseline.time_spent.iter().zip(&variant.time_spent);
    let differences: Vec<f64> = spent.map(|(old, new)| (old - new).abs()).collect();
    let all: f64 = differences.iter().sum();
    let most = differences.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
    Origin {
        first: first_that_differs(&baseline.fates, &variant.fates),
        station: most.filter(|_| all > 0.0).map(|(place, it)| (place, it / all)),
    }
}

/// How long work was at each station, added over all of it.
fn time_spent(scenario: &Scenario, outcome: &Outcome) -> Vec<f64> {
    let recorder = outcome.platform.recorder();
    let at = |station: &String| {
        let target = scenario.names.target(station).expect("it is a station of the scenario");
        let stretch = recorder.stretch(target, 0, recorder.bins());
        stretch.bins.iter().map(|bin| bin.in_flight.area).sum()
    };
    scenario.names.stations.iter().map(at).collect()
}
