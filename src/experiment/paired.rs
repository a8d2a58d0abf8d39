//! Variants of one scenario beside each other, each with the same seeds: what differs between two runs of one
//! seed is the variant's doing, since both see the same arrivals and the same demands.
//!
//! Intervals are over replications, never over the customers of one run. Law, "Simulation modeling and
//! analysis", 5th edition, sections 10.2 (paired intervals) and 11.2 (common random numbers).

use super::runs::{self, Kept};
use crate::measure::interval::{Interval, variance};
use crate::scenario::Scenario;

/// What every variant came to with every seed.
#[derive(Clone, Debug)]
pub struct Replications {
    /// The names of the numbers.
    metrics: Vec<String>,
    /// By seed and then by variant: the numbers, in the order of their names.
    runs: Vec<Vec<Kept>>,
}

/// How one number of a variant differs from the baseline's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paired {
    /// The baseline's mean.
    pub before: Interval,
    /// The variant's mean.
    pub after: Interval,
    /// How much more the variant's is, pair by pair.
    pub difference: Interval,
    /// How many times as large the variance of the difference would be if the runs shared nothing: without
    /// end where differences do not vary, none where nothing does.
    pub variance_reduction: Option<f64>,
}

impl Paired {
    /// Whether the difference can be told from none: its interval does not hold zero.
    #[must_use]
    pub fn is_distinguishable(&self) -> bool {
        self.difference.half_width.is_some() && !self.difference.contains(0.0)
    }

    /// How wide the difference's interval is on either side, as a share of the baseline's mean; of the
    /// number's own unit where that is zero. None from one pair.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        let scale = self.before.mean.abs();
        let half_width = self.difference.half_width?;
        Some(if scale > 0.0 { half_width / scale } else { half_width })
    }
}

impl Replications {
    /// No runs yet, to count these numbers.
    #[must_use]
    pub fn of(metrics: Vec<String>) -> Self {
        Self { metrics, runs: Vec::new() }
    }

    /// Adds runs of all variants with `count` further seeds; the first is the baseline's own, each next one
    /// follows. Calls `on_run` after each run.
    ///
    /// The result does not depend on the number of threads, nor on how many seeds are added at a time.
    ///
    /// # Panics
    ///
    /// Panics if a run does, which is an error in this crate.
    pub fn add(&mut self, variants: &[&Scenario], count: usize, on_run: &(dyn Fn() + Sync)) {
        let Some(baseline) = variants.first() else { return };
        let first = self.runs.len();
        let jobs: Vec<(u64, &Scenario)> = (first..first + count)
            .map(|index| baseline.seed().wrapping_add(index as u64))
            .flat_map(|seed| variants.iter().map(move |variant| (seed, *variant)))
            .collect();
        let runs = runs::all(&jobs, &self.metrics, on_run);
        self.runs.extend(runs.chunks(variants.len()).map(<[Kept]>::to_vec));
    }

    /// The names of the numbers.
    #[must_use]
    pub fn metrics(&self) -> &[String] {
        &self.metrics
    }

    /// How many variants there are, with the baseline.
    #[must_use]
    pub fn variants(&self) -> usize {
        self.runs.first().map_or(0, Vec::len)
    }

    /// How many seeds were run.
    #[must_use]
    pub fn seeds(&self) -> usize {
        self.runs.len()
    }

    /// In how many seeds a limit stopped the baseline or this variant.
    #[must_use]
    pub fn stopped(&self, variant: usize) -> usize {
        self.runs.iter().filter(|runs| is_stopped(runs, variant)).count()
    }

    /// The limits that stopped the baseline or this variant, one for each run, by the names of their fields.
    pub fn stopped_by(&self, variant: usize) -> impl Iterator<Item = &'static str> {
        self.runs
            .iter()
            .flat_map(move |runs| [&runs[0], &runs[variant]])
            .filter_map(|it| it.stopped_by)
    }

    /// The limits that stopped any run, one for each, by the names of their fields.
    pub fn all_stopped_by(&self) -> impl Iterator<Item = &'static str> {
        self.runs.iter().flatten().filter_map(|run| run.stopped_by)
    }

    /// A number of a variant with a seed, by its place; none if there is none, or a limit stopped the run.
    #[must_use]
    pub fn value(&self, seed: usize, variant: usize, metric: usize) -> Option<f64> {
        let run = &self.runs[seed][variant];
        run.values[metric].filter(|_| run.stopped_by.is_none())
    }

    /// How a number of a variant differs from the baseline's, over the seeds in which both have one and were
    /// not stopped; none if there is no such seed.
    #[must_use]
    pub fn paired(&self, variant: usize, metric: usize) -> Option<Paired> {
        let pairs = self.runs.iter().filter(|runs| !is_stopped(runs, variant));
        let pairs =
            pairs.filter_map(|runs| runs[0].values[metric].zip(runs[variant].values[metric]));
        let (before, after): (Vec<f64>, Vec<f64>) = pairs.unzip();
        let differences: Vec<f64> = before.iter().zip(&after).map(|(a, b)| b - a).collect();
        let apart = variance(&before) + variance(&after);
        let together = variance(&differences);
        Some(Paired {
            before: Interval::of(&before)?,
            after: Interval::of(&after)?,
            difference: Interval::of(&differences)?,
            variance_reduction: (apart > 0.0).then(|| {
                // Less than this is what rounding leaves of differences that do not vary.
                if together > apart * 1e-12 { apart / together } else { f64::INFINITY }
            }),
        })
    }
}

fn is_stopped(runs: &[Kept], variant: usize) -> bool {
    runs[0].stopped_by.or(runs[variant].stopped_by).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replications(pairs: &[[f64; 2]]) -> Replications {
        let run = |value: f64| Kept { values: vec![Some(value)], stopped_by: None };
        let runs = pairs.iter().map(|pair| pair.map(run).to_vec()).collect();
        Replications { metrics: vec!["m".to_owned()], runs }
    }

    #[test]
    fn what_a_pair_shares_is_no_noise() {
        // Variances 100 and 121 apart, and of the differences 1, 2, 3 just 1.
        let paired = replications(&[[0.0, 1.0], [10.0, 12.0], [20.0, 23.0]]).paired(1, 0).unwrap();
        assert!((paired.difference.mean - 2.0).abs() < 1e-12);
        assert!((paired.variance_reduction.unwrap() - 221.0).abs() < 1e-9);
        // 4.303 times the root of a third is more than 2.
        assert!(!paired.is_distinguishable());
        assert!((paired.precision().unwrap() - 4.303 / 3.0_f64.sqrt() / 10.0).abs() < 1e-9);
    }

    #[test]
    fn a_difference_that_never_varies_is_distinguishable() {
        let paired = replications(&[[5.0, 4.0], [7.0, 6.0]]).paired(1, 0).unwrap();
        assert!(paired.is_distinguishable());
        assert_eq!(paired.variance_reduction, Some(f64::INFINITY));
        let still = replications(&[[5.0, 4.0], [5.0, 4.0]]).paired(1, 0).unwrap();
        assert_eq!(still.variance_reduction, None, "nothing is random here");
    }

    #[test]
    fn pairs_without_a_number_or_stopped_do_not_count() {
        let mut all = replications(&[[1.0, 2.0], [1.0, 3.0], [1.0, 9.0]]);
        all.runs[1][1].values[0] = None;
        all.runs[2][0].stopped_by = Some("events");
        let paired = all.paired(1, 0).unwrap();
        assert_eq!((paired.difference.count, all.stopped(1)), (1, 1));
        assert_eq!(all.stopped_by(1).collect::<Vec<_>>(), ["events"]);
        assert!(!paired.is_distinguishable(), "one pair says nothing of others");
    }
}
