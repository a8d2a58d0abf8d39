//! `hindsight rank`: which mitigation has which share of the impact that all avoid.

use std::path::PathBuf;

use clap::Args;

use super::many::{Many, counted, refused};
use super::output::{self, Format};
use super::stops::{self, Effect};
use super::{Failure, Status};
use crate::experiment::moved::{self, Ends};
use crate::experiment::rank::{Effort, Game, Missing, rank};
use crate::experiment::shapley::EXACT_MAX;
use crate::report::ranking::{Ranked, json};
use crate::report::text;
use crate::scenario::facts::{self, Unit};
use crate::scenario::{Changes, Loaded, Scenario};

/// More mitigations than this make more sets than anybody replays.
const MITIGATIONS_MAX: usize = 24;

/// Rank mitigations by their share of the impact that all avoid
///
/// Every set of up to eight mitigations is replayed; of more, orders are sampled. A mitigation's share is what
/// it adds to those before it, over all orders (Shapley): the shares add up to what all avoid together. Told
/// are also which two help each other or overlap, the smallest sets that prevent the impact altogether, and
/// which assumption, moved within its stated range, would overturn the order.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  hindsight rank FILE
      by the minutes of harm that all indicators of impact see together
  hindsight rank FILE --metric messages.failed --seeds 20
      by another number, which is to be small
  hindsight rank FILE --among cache-layer --among retry-budget --assumption-seeds 0
      only these two, without a look at assumptions

A ranking takes seeds × 2^mitigations replays, and each moved assumption 4 × mitigations more.

Exit status: 0 fine, 2 wrong usage or a wrong scenario, 3 a limit of the scenario stopped replays
(which do not count).")]
pub(super) struct Rank {
    /// A scenario file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Rank by this number: one of `metrics` in the JSON report
    #[arg(long, value_name = "NAME", default_value = "all.minutes")]
    metric: String,
    /// Rank only this mitigation and others named so; may be repeated; by default all
    #[arg(long, value_name = "MITIGATION")]
    among: Vec<String>,
    /// With how many seeds to replay each set
    #[arg(long, value_name = "N", default_value_t = 5,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    seeds: u32,
    /// How many orders to sample for each seed; by default all sets of up to eight mitigations are replayed,
    /// and 8 orders of more
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=100_000))]
    orders: Option<u32>,
    /// With how many seeds to replay each moved assumption; 0 moves none
    #[arg(long, value_name = "N", default_value_t = 1)]
    assumption_seeds: u32,
    /// Change one field of the scenario in every run; may be repeated
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Begin with another seed than the scenario's
    #[arg(long, value_name = "SEED")]
    seed: Option<u64>,
    /// For people or for programs; by default as the name of the output file says
    #[arg(long, value_enum)]
    format: Option<Format>,
    #[command(flatten)]
    many: Many,
}

impl Rank {
    pub(super) fn run(&self) -> Result<Status, Failure> {
        let format = self.many.format(self.format)?;
        let loaded = self.many.read(&self.file)?;
        let changes = Changes { with: Vec::new(), set: self.set.clone(), seed: self.seed };
        let baseline = loaded.scenario(&changes).map_err(refused)?;
        counted(&self.metric, &baseline)?;
        self.check_unit(&baseline)?;
        let mitigations = self.mitigations(&loaded, &baseline)?;
        let game = Game {
            loaded: &loaded,
            mitigations: &mitigations,
            changes: &changes,
            metric: &self.metric,
        };
        let seeds = self.seeds as usize;
        let effort = match self.orders {
            Some(orders) => Effort { seeds, orders: Some((orders as usize).next_multiple_of(2)) },
            None => Effort::fitting(mitigations.len(), seeds, EXACT_MAX),
        };
        let value = loaded.value(&changes).map_err(refused)?;
        let assumption_seeds = self.assumption_seeds as usize;
        let ends = if assumption_seeds > 0 { moved::ends(&value) } else { Ends::default() };
        let (ranking, moved) = self
            .many
            .work(0, |bar| {
                let on_run = || bar.inc(1);
                let each =
                    moved::runs_each(&(0..mitigations.len()).collect::<Vec<_>>(), assumption_seeds);
                if !ends.ends.is_empty() {
                    bar.inc_length((each * (ends.ends.len() + 1)) as u64);
                }
                let ranking = rank(&game, effort, &on_run, &|runs| bar.inc_length(runs as u64))?;
                let moved = match &ranking {
                    Ok(ranking) if !ends.ends.is_empty() => {
                        moved::moved(&game, &ranking.order, &ends.ends, assumption_seeds, &on_run)?
                    }
                    Ok(_) | Err(_) => Vec::new(),
                };
                Ok((ranking, moved))
            })?
            .map_err(refused)?;
        let ranking = match ranking {
            Ok(ranking) => ranking,
            Err(missing) => return Err(self.unranked(missing)),
        };
        let ranked = Ranked {
            baseline: &baseline,
            mitigations: &mitigations,
            metric: &self.metric,
            ranking: &ranking,
            ends: (assumption_seeds > 0).then_some(&ends),
            moved: &moved,
        };
        self.many.deliver(&match format {
            Format::Text => text::ranking::ranking(&ranked, self.many.look()),
            Format::Json => json(&ranked),
        })?;
        let moved = moved.iter().filter_map(|it| it.found.stopped_by());
        let stopped_by = ranking.stopped_by.iter().copied().chain(moved);
        Ok(stops::status(&self.file, stopped_by, Effect::Uncounted, stops::by_set))
    }

    /// Why nothing can be ranked.
    fn unranked(&self, missing: Missing) -> Failure {
        match missing {
            Missing::Stopped(limit) => Failure::Stopped(format!(
                "with every seed limits.{limit} stopped a replay: nothing can be ranked; help: {}",
                stops::by_set(limit)
            )),
            Missing::NoValue => Failure::Message(format!(
                "with every seed {} has no value in some replay: nothing can be ranked; help: name a number that every replay has, such as {}",
                self.metric,
                facts::ALL_MINUTES
            )),
        }
    }

    /// Refuses a number of which nobody can have a share.
    fn check_unit(&self, baseline: &Scenario) -> Result<(), Failure> {
        let unit = facts::unit_of(&self.metric, &baseline.file);
        if let Some(unit) = unit.filter(|it| *it != Unit::Number) {
            return Err(Failure::Message(format!(
                "{} is {} and has no shares; help: name minutes, tenants or a count",
                self.metric,
                unit.description()
            )));
        }
        Ok(())
    }

    fn mitigations(&self, loaded: &Loaded, baseline: &Scenario) -> Result<Vec<String>, Failure> {
        let known: Vec<String> = baseline.file.mitigations.keys().cloned().collect();
        // An unknown name is refused with what might have been meant.
        let asked = Changes { with: self.among.clone(), set: self.set.clone(), seed: None };
        loaded.check(&asked).map_err(refused)?;
        let is_asked = |it: &String| self.among.is_empty() || self.among.contains(it);
        let mitigations: Vec<String> = known.into_iter().filter(is_asked).collect();
        if mitigations.is_empty() {
            return Err(Failure::Message(format!(
                "{} has no mitigation to rank; help: describe one under `mitigations`, as a patch on the scenario",
                self.file.display()
            )));
        }
        if mitigations.len() > MITIGATIONS_MAX {
            return Err(Failure::Message(format!(
                "{} mitigations are too many to rank; help: choose up to {MITIGATIONS_MAX} with --among",
                mitigations.len()
            )));
        }
        if self.orders.is_none() && mitigations.len() > EXACT_MAX {
            output::note(&format!(
                "{} mitigations: orders are sampled instead of replaying all {} sets",
                mitigations.len(),
                1_u64 << mitigations.len()
            ));
        }
        Ok(mitigations)
    }
}
