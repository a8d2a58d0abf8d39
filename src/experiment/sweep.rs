//! A scenario at many points: values of its fields times seeds, each run reduced at once to its numbers.
//!
//! Runs are numbered: the seeds of the first point, then those of the second. What a run comes to depends on
//! its number alone, never on the number of threads or on which other runs are done beside it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{self, AssertUnwindSafe};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::points::Point;
use super::runs;
use crate::measure::interval::Interval;
use crate::scenario::{Changes, Loaded, Scenario};
use crate::simulation;

/// What is run, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// What is changed at every point: mitigations, assignments, and the first seed.
    pub changes: Changes,
    /// The fields that take several values, as paths.
    pub paths: Vec<String>,
    /// Their values at each point.
    pub points: Vec<Point>,
    /// The seeds at each point.
    pub seeds: Vec<u64>,
    /// The numbers that are kept of each run.
    pub metrics: Vec<String>,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// How it ended.
    pub status: Status,
    /// Why it did not end as it should.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The numbers, in nanoseconds where they are times; none where there is no such event.
    pub values: Vec<Option<f64>>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// At the end of its clock.
    Finished,
    /// At a limit of the scenario, before.
    Stopped,
    /// Not begun: with these values the scenario says something that cannot be.
    Refused,
    /// By an error of this program.
    Failed,
}

impl Status {
    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Stopped => "stopped",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

impl Record {
    /// The limit that stopped it before its end, by the name of its field.
    #[must_use]
    pub fn stopped_by(&self) -> Option<&str> {
        let why = self.why.as_deref().filter(|_| self.status == Status::Stopped)?;
        why.strip_prefix("limits.")
    }

    fn without_values(status: Status, why: String, metrics: usize) -> Self {
        Self { status, why: Some(why), values: vec![None; metrics] }
    }
}

impl Sweep {
    /// How many runs there are.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.points.len() * self.seeds.len()
    }

    /// The point and the seed of a run.
    #[must_use]
    pub fn of(&self, run: usize) -> (&Point, u64) {
        (&self.points[run / self.seeds.len()], self.seeds[run % self.seeds.len()])
    }

    /// What is changed at a point, with every seed.
    #[must_use]
    pub fn changes_at(&self, point: &Point) -> Changes {
        let set = self.changes.set.iter().cloned().chain(self.assigned(point)).collect();
        Changes { set, ..self.changes.clone() }
    }

    fn assigned(&self, point: &Point) -> impl Iterator<Item = String> {
        self.paths.iter().zip(point).map(|(path, value)| format!("{path}={value}"))
    }

    /// Runs the runs of these numbers on all cores; calls `on_run` after each.
    #[must_use]
    pub fn run(
        &self,
        loaded: &Loaded,
        numbers: Range<usize>,
        on_run: &(dyn Fn() + Sync),
    ) -> Vec<Record> {
        let seeds = self.seeds.len();
        let points = numbers.start / seeds..numbers.end.div_ceil(seeds);
        let records: Vec<Vec<Record>> = points
            .into_par_iter()
            .map(|point| {
                let first = (point * seeds).max(numbers.start) - point * seeds;
                let end = ((point + 1) * seeds).min(numbers.end) - point * seeds;
                self.run_point(loaded, &self.points[point], &self.seeds[first..end], on_run)
            })
            .collect();
        records.concat()
    }

    fn run_point(
        &self,
        loaded: &Loaded,
        point: &Point,
        seeds: &[u64],
        on_run: &(dyn Fn() + Sync),
    ) -> Vec<Record> {
        let scenario = loaded.scenario(&self.changes_at(point));
        let record = |seed: &u64| {
            let record = match &scenario {
                Ok(scenario) => self.record(scenario, *seed),
                Err(refusal) => {
                    let why = self.assigned(point).fold(refusal.clone(), |refusal, it| {
                        let option = format!("--vary {it}");
                        refusal.asked_by(&[it], &option)
                    });
                    Record::without_values(Status::Refused, why.first(), self.metrics.len())
                }
            };
            on_run();
            record
        };
        seeds.par_iter().map(record).collect()
    }

    fn record(&self, scenario: &Scenario, seed: u64) -> Record {
        let run = || {
            let outcome = simulation::run(scenario, seed);
            (runs::values(&outcome, &self.metrics), outcome.run.stop.limit())
        };
        match panic::catch_unwind(AssertUnwindSafe(run)) {
            Ok((values, None)) => Record { status: Status::Finished, why: None, values },
            Ok((values, Some(limit))) => {
                Record { status: Status::Stopped, why: Some(format!("limits.{limit}")), values }
            }
            Err(_) => {
                let why = "the run failed: please report it with this scenario".to_owned();
                Record::without_values(Status::Failed, why, self.metrics.len())
            }
        }
    }
}

/// A sweep with what its runs came to.
#[derive(Clone, Debug)]
pub struct Swept {
    /// What was run.
    pub sweep: Sweep,
    /// What every run came to, in order.
    pub records: Vec<Record>,
}

/// What the runs of a point came to.
#[derive(Clone, Debug, PartialEq)]
pub struct AtPoint {
    /// Each number over the runs that finished and have it.
    pub values: Vec<Option<Interval>>,
    /// How many runs did not finish, by how they ended.
    pub failed: BTreeMap<&'static str, usize>,
}

impl Swept {
    /// What the runs of each point came to.
    #[must_use]
    pub fn points(&self) -> Vec<AtPoint> {
        self.records.chunks(self.sweep.seeds.len()).map(|runs| self.at_point(runs)).collect()
    }

    fn at_point(&self, runs: &[Record]) -> AtPoint {
        let is_finished = |it: &&Record| it.status == Status::Finished;
        let value = |metric: usize| {
            let values: Vec<f64> =
                runs.iter().filter(is_finished).filter_map(|it| it.values[metric]).collect();
            Interval::of(&values)
        };
        let mut failed = BTreeMap::new();
        for run in runs.iter().filter(|it| !is_finished(it)) {
            *failed.entry(run.status.name()).or_default() += 1;
        }
        AtPoint { values: (0..self.sweep.metrics.len()).map(value).collect(), failed }
    }

    /// The points where the first number is least, of those where every run finished and has it: several where
    /// they tie, and none if it is the same at all of them.
    #[must_use]
    pub fn least(&self) -> Vec<usize> {
        let seeds = self.sweep.seeds.len();
        let means = self.points().into_iter().enumerate().filter_map(|(place, at)| {
            let first = (*at.values.first()?)?;
            (first.count == seeds).then_some((place, first.mean))
        });
        let means: Vec<(usize, f64)> = means.collect();
        let least = means.iter().map(|it| it.1).fold(f64::INFINITY, f64::min);
        if !means.iter().any(|it| it.1 > least) {
            return Vec::new();
        }
        means.iter().filter(|it| it.1 <= least).map(|it| it.0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn swept(records: Vec<Record>) -> Swept {
        let points = (0..records.len() / 2).map(|it| vec![it.to_string()]).collect();
        let sweep = Sweep {
            changes: Changes::default(),
            paths: vec!["a".to_owned()],
            points,
            seeds: vec![1, 2],
            metrics: vec!["m".to_owned()],
        };
        Swept { sweep, records }
    }

    fn finished(value: f64) -> Record {
        Record { status: Status::Finished, why: None, values: vec![Some(value)] }
    }

    fn stopped(value: f64) -> Record {
        Record { status: Status::Stopped, ..finished(value) }
    }

    #[test]
    fn a_failed_run_is_never_the_least() {
        let refused = Record::without_values(Status::Refused, String::new(), 1);
        let all = swept(vec![
            finished(5.0),
            finished(7.0),
            finished(1.0),
            stopped(0.0),
            refused.clone(),
            refused,
            finished(8.0),
            finished(6.0),
        ]);
        assert_eq!(all.least(), [0], "the second point has a run that was stopped");
        let points = all.points();
        assert_eq!(points[1].failed, BTreeMap::from([("stopped", 1)]));
        assert_eq!(points[1].values[0].unwrap().count, 1);
        assert_eq!((points[2].values[0], points[2].failed["refused"]), (None, 2));
        let alike = swept(vec![finished(1.0), finished(1.0), finished(1.0), finished(1.0)]);
        assert_eq!(alike.least(), [0; 0]);
        let tied: Vec<Record> = [3.0, 3.0, 9.0, 9.0, 2.0, 4.0].map(finished).to_vec();
        assert_eq!(swept(tied).least(), [0, 2], "both are named");
    }
}
