//! A ranking of mitigations as it is told: words for people, numbers for programs.

use serde::Serialize;

use super::comparison::SCHEMA_VERSION;
use super::contested::Field;
use super::decimal::{Decimal, fixed};
use super::layout;
use crate::experiment::moved::{Ends, Found, Moved};
use crate::experiment::rank::{PARTS, Ranking};
use crate::experiment::shapley::{Mask, members};
use crate::measure::interval::Interval;
use crate::scenario::Scenario;
use crate::scenario::contested::{Contested, contested};
use crate::simulation::MODEL_VERSION;

/// People are shown hundredths of the metric's unit, in each of which there are so many of a share's parts.
const HUNDREDTH: i128 = 10_000;
/// Below so many hundredths in all they are shown parts, as programs are.
const FEW: i128 = 1_000;

/// A ranking with all that tells what it is about.
#[derive(Clone, Copy, Debug)]
pub struct Ranked<'a> {
    /// The scenario without any mitigation.
    pub baseline: &'a Scenario,
    /// The names of the mitigations.
    pub mitigations: &'a [String],
    /// The metric.
    pub metric: &'a str,
    /// The ranking.
    pub ranking: &'a Ranking,
    /// What assumptions there are to move; none if that was not asked for.
    pub ends: Option<&'a Ends>,
    /// The ranking with each of them moved; nothing if that was not asked for.
    pub moved: &'a [Moved],
}

impl Ranked<'_> {
    /// The share of each mitigation in millionths of the metric's unit: they add up to what all avoid.
    #[must_use]
    pub fn shares(&self) -> Vec<i128> {
        self.ranking.shares.rounded(self.ranking.seeds as i128, 1)
    }

    /// The same for people, in millionths too, but rounded to hundredths where that tells enough.
    #[must_use]
    pub fn rounded_shares(&self) -> Vec<i128> {
        let hundredths = self.ranking.shares.rounded(self.ranking.seeds as i128, HUNDREDTH);
        if hundredths.iter().map(|it| it.abs()).sum::<i128>() < FEW {
            return self.shares();
        }
        hundredths.into_iter().map(|it| it * HUNDREDTH).collect()
    }

    /// A mitigation's part in what all avoid; none where that is nothing.
    #[must_use]
    pub fn part(&self, place: usize) -> Option<f64> {
        let all: i128 = self.ranking.shares.numerators.iter().sum();
        (all != 0).then(|| self.ranking.shares.numerators[place] as f64 / all as f64)
    }

    /// A set of mitigations by their names.
    #[must_use]
    pub fn names(&self, mask: Mask) -> Vec<&str> {
        members(mask).map(|it| self.mitigations[it].as_str()).collect()
    }

    /// The fields that several of them set: in every set of them the value of the last stands.
    #[must_use]
    pub fn contested(&self) -> Vec<Contested> {
        contested(&self.baseline.file, self.mitigations)
    }

    /// The assumptions that would change the order, and into what.
    pub fn overturning(&self) -> impl Iterator<Item = &Moved> {
        let is_other =
            |it: &&Moved| matches!(it.found, Found::OtherFirst(_) | Found::OtherOrder(_));
        self.moved.iter().filter(is_other)
    }

    /// What a moved assumption does to the ranking.
    #[must_use]
    pub fn told(&self, found: &Found) -> String {
        let name = |place: &usize| self.mitigations[*place].as_str();
        match found {
            Found::Same => "the order stays".to_owned(),
            Found::OtherFirst(first) => format!("{} comes first", name(first)),
            Found::OtherOrder([one, other]) => {
                format!("{} comes before {}", name(other), name(one))
            }
            Found::Nothing => "the mitigations avoid nothing".to_owned(),
            Found::Stopped(limit) => format!("limits.{limit} stopped a replay"),
            Found::Impossible(why) => why.clone(),
        }
    }
}

/// Millionths as text: `12.5`.
#[must_use]
pub fn millionths(share: i128) -> String {
    fixed(share as f64 / PARTS, 6).unwrap_or_default()
}

#[derive(Debug, Serialize)]
struct Document<'a> {
    schema_version: u32,
    model_version: u32,
    scenario: &'a str,
    metric: &'a str,
    seed: u64,
    seeds: usize,
    seeds_asked_for: usize,
    orders_sampled: Option<usize>,
    sets: usize,
    baseline: Estimate,
    with_all: Estimate,
    avoided: Estimate,
    ranking: Vec<Place<'a>>,
    contested: Vec<Field>,
    pairs: Vec<Two<'a>>,
    prevented_by: Vec<Vec<&'a str>>,
    least: Least<'a>,
    assumptions: Vec<Move<'a>>,
    assumptions_without_one_value_in_range: &'a [String],
}

#[derive(Debug, Serialize)]
struct Estimate {
    mean: Decimal,
    interval: Option<[Decimal; 2]>,
}

#[derive(Debug, Serialize)]
struct Place<'a> {
    mitigation: &'a str,
    share: Decimal,
    part: Option<Decimal>,
    interval: Option<[Decimal; 2]>,
    alone: Option<Estimate>,
    beside_all_others: Option<Estimate>,
}

#[derive(Debug, Serialize)]
struct Two<'a> {
    mitigations: [&'a str; 2],
    more_together: Estimate,
    is_distinguishable: bool,
}

#[derive(Debug, Serialize)]
struct Least<'a> {
    with: Vec<&'a str>,
    mean: Decimal,
}

#[derive(Debug, Serialize)]
struct Move<'a> {
    assumption: &'a str,
    field: &'a str,
    from: Option<&'a str>,
    to: &'a str,
    overturns: bool,
    finding: String,
}

fn estimate(it: &Interval) -> Estimate {
    let ends = it.half_width.map(|half| [it.mean - half, it.mean + half].map(Decimal));
    Estimate { mean: Decimal(it.mean), interval: ends }
}

/// Whether an interval tells its mean from nothing.
#[must_use]
pub fn is_distinguishable(it: &Interval) -> bool {
    it.half_width.is_some() && !it.contains(0.0)
}

/// The ranking as JSON, which ends in a line break: a stable interface, with a version.
#[must_use]
pub fn json(it: &Ranked) -> String {
    let Ranked { baseline, mitigations, metric, ranking, .. } = *it;
    let shares = it.shares();
    let place = |place: &usize| {
        let known = &ranking.mitigations[*place];
        Place {
            mitigation: &mitigations[*place],
            share: Decimal(shares[*place] as f64 / PARTS),
            part: it.part(*place).map(Decimal),
            interval: estimate(&known.share).interval,
            alone: known.alone.as_ref().map(estimate),
            beside_all_others: known.last.as_ref().map(estimate),
        }
    };
    let two = |pair: &crate::experiment::rank::Pair| Two {
        mitigations: pair.of.map(|it| mitigations[it].as_str()),
        more_together: estimate(&pair.more),
        is_distinguishable: is_distinguishable(&pair.more),
    };
    let document = Document {
        schema_version: SCHEMA_VERSION,
        model_version: MODEL_VERSION,
        scenario: &baseline.file.id,
        metric,
        seed: baseline.seed(),
        seeds: ranking.seeds,
        seeds_asked_for: ranking.effort.seeds,
        orders_sampled: ranking.effort.orders,
        sets: ranking.sets,
        baseline: estimate(&ranking.before),
        with_all: estimate(&ranking.after),
        avoided: estimate(&ranking.avoided),
        ranking: ranking.order.iter().map(place).collect(),
        contested: it.contested().iter().map(Field::of).collect(),
        pairs: ranking.pairs.iter().map(two).collect(),
        prevented_by: ranking.preventing.iter().map(|mask| it.names(*mask)).collect(),
        least: Least { with: it.names(ranking.least.0), mean: Decimal(ranking.least.1) },
        assumptions: it.moved.iter().map(|moved| assumption_of(it, moved)).collect(),
        assumptions_without_one_value_in_range: it.ends.map_or(&[], |it| &it.unclear),
    };
    layout::to_text(&document, 4)
}

fn assumption_of<'a>(it: &Ranked<'a>, moved: &'a Moved) -> Move<'a> {
    Move {
        assumption: &moved.end.assumption,
        field: &moved.end.field,
        from: moved.end.from.as_deref(),
        to: &moved.end.to,
        overturns: matches!(moved.found, Found::OtherFirst(_) | Found::OtherOrder(_)),
        finding: it.told(&moved.found),
    }
}
