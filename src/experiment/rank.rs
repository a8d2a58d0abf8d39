//! Which mitigation has which share of the impact that all of them avoid.
//!
//! What a set of mitigations avoids with a seed is the metric without any less the metric with them, in
//! millionths. Up to eight mitigations have all of their sets replayed; of more, orders are sampled, for each
//! seed others, and each order with its reverse, which evens out who comes early. Castro, Gómez and Tejada,
//! "Polynomial calculation of the Shapley value based on sampling", 2009.
//! <https://doi.org/10.1016/j.cor.2008.04.004>

use std::collections::{BTreeMap, BTreeSet};

use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

use super::runs;
use super::shapley::{self, EXACT_MAX, Mask, Shares, everyone, members};
use crate::measure::interval::Interval;
use crate::scenario::{Changes, Loaded, Refusal, Scenario};

/// The metric is counted in so many parts of its unit.
pub const PARTS: f64 = 1e6;

/// What is ranked.
#[derive(Clone, Copy, Debug)]
pub struct Game<'a> {
    /// The file.
    pub loaded: &'a Loaded,
    /// The mitigations, in the order in which they are applied.
    pub mitigations: &'a [String],
    /// What is changed in every run, and the first seed.
    pub changes: &'a Changes,
    /// What is to be as small as can be.
    pub metric: &'a String,
}

/// How much is replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// With so many seeds.
    pub seeds: usize,
    /// So many orders are sampled for each seed, an even number; none stands for all sets.
    pub orders: Option<usize>,
}

impl Effort {
    /// All sets of few mitigations, and for more of them so many sampled orders.
    #[must_use]
    pub fn fitting(mitigations: usize, seeds: usize, orders: usize) -> Self {
        let is_few = mitigations <= EXACT_MAX;
        Self { seeds, orders: (!is_few).then_some(orders.next_multiple_of(2)) }
    }
}

/// What sets of mitigations come to, by the place of the seed and the set.
#[derive(Clone, Debug, Default)]
pub struct Values(BTreeMap<(usize, Mask), Result<i128, Missing>>);

/// Why a run says nothing of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A limit stopped it, by the name of its field.
    Stopped(&'static str),
    /// The metric has no value: nothing of the kind happened.
    NoValue,
}

/// The mitigations in the order of their shares.
#[derive(Clone, Debug)]
pub struct Ranking {
    /// How much was replayed.
    pub effort: Effort,
    /// How many seeds count: those in which every run has a value.
    pub seeds: usize,
    /// The limits that stopped runs, by the names of their fields.
    pub stopped_by: BTreeSet<&'static str>,
    /// How many sets of mitigations were replayed.
    pub sets: usize,
    /// The metric without any mitigation.
    pub before: Interval,
    /// The metric with all.
    pub after: Interval,
    /// What all avoid together.
    pub avoided: Interval,
    /// The shares of all seeds added, in millionths of the metric's unit.
    pub shares: Shares,
    /// What is known of each mitigation.
    pub mitigations: Vec<Ranked>,
    /// Their places, the largest share first.
    pub order: Vec<usize>,
    /// What each two of them do beside each other.
    pub pairs: Vec<Pair>,
    /// The smallest sets with which the metric is zero with every seed; none if there is no such set.
    pub preventing: Vec<Mask>,
    /// The set with the lowest mean of the metric, of those replayed with every seed, and that mean.
    pub least: (Mask, f64),
}

/// A mitigation's share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked {
    /// Its share in what is avoided.
    pub share: Interval,
    /// What it avoids alone; none where that was not replayed.
    pub alone: Option<Interval>,
    /// What it avoids beyond all the others; none where that was not replayed.
    pub last: Option<Interval>,
}

/// Two mitigations beside each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Their places.
    pub of: [usize; 2],
    /// How much more they avoid together than each for itself.
    pub more: Interval,
}

impl Game<'_> {
    /// The scenario with a set of the mitigations.
    ///
    /// # Errors
    ///
    /// Refuses a set that leaves something behind that cannot be.
    pub fn scenario(&self, mask: Mask) -> Result<Scenario, Refusal> {
        let with = members(mask).map(|it| self.mitigations[it].clone()).collect();
        self.loaded.scenario(&Changes { with, ..self.changes.clone() })
    }

    /// Replays what is not known yet; calls `on_run` after each run.
    ///
    /// # Errors
    ///
    /// Refuses a set that leaves something behind that cannot be.
    pub fn play(
        &self,
        wanted: &BTreeSet<(usize, Mask)>,
        values: &mut Values,
        on_run: &(dyn Fn() + Sync),
    ) -> Result<(), Refusal> {
        let new: Vec<(usize, Mask)> =
            wanted.iter().filter(|it| !values.0.contains_key(it)).copied().collect();
        let masks: BTreeSet<Mask> = new.iter().map(|it| it.1).collect();
        let scenarios: BTreeMap<Mask, Scenario> = masks
            .into_iter()
            .map(|mask| Ok((mask, self.scenario(mask)?)))
            .collect::<Result<_, Refusal>>()?;
        let seed = |place: usize, it: &Scenario| it.seed().wrapping_add(place as u64);
        let jobs: Vec<(u64, &Scenario)> = new
            .iter()
            .map(|(place, mask)| (seed(*place, &scenarios[mask]), &scenarios[mask]))
            .collect();
        let kept = runs::all(&jobs, std::slice::from_ref(self.metric), on_run);
        for (run, kept) in new.into_iter().zip(kept) {
            let value = match (kept.stopped_by, kept.values[0]) {
                (Some(limit), _) => Err(Missing::Stopped(limit)),
                (None, None) => Err(Missing::NoValue),
                (None, Some(value)) => Ok(in_parts(value)),
            };
            values.0.insert(run, value);
        }
        Ok(())
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the cast saturates far beyond any metric")]
fn in_parts(value: f64) -> i128 {
    (value * PARTS).round() as i128
}

impl Values {
    /// What a set comes to with a seed, if that was replayed and has a value.
    #[must_use]
    pub fn of(&self, seed: usize, mask: Mask) -> Option<i128> {
        self.0.get(&(seed, mask)).and_then(|it| it.ok())
    }

    /// Why a run that was replayed has no value, if one of them has none.
    #[must_use]
    pub fn missing(&self) -> Option<Missing> {
        self.0.values().find_map(|it| it.err())
    }

    fn stopped_by(&self) -> impl Iterator<Item = &'static str> {
        self.0.values().filter_map(|it| match it {
            Err(Missing::Stopped(limit)) => Some(*limit),
            Ok(_) | Err(Missing::NoValue) => None,
        })
    }

    /// The value of a set over some of the seeds; none unless all of them have one.
    fn mean(&self, seeds: &[usize], mask: Mask) -> Option<Interval> {
        let values: Option<Vec<f64>> =
            seeds.iter().map(|seed| self.of(*seed, mask).map(|it| it as f64 / PARTS)).collect();
        Interval::of(&values?)
    }

    /// How much less `after` is than `before`, over some of the seeds.
    fn avoided(&self, seeds: &[usize], before: Mask, after: Mask) -> Option<Interval> {
        let values: Option<Vec<f64>> = seeds
            .iter()
            .map(|seed| Some((self.of(*seed, before)? - self.of(*seed, after)?) as f64 / PARTS))
            .collect();
        Interval::of(&values?)
    }

    /// The sets that were replayed with all of some seeds.
    fn sets(&self, seeds: &[usize]) -> Vec<Mask> {
        let all: BTreeSet<Mask> = self.0.keys().map(|it| it.1).collect();
        let is_everywhere = |mask: &Mask| seeds.iter().all(|seed| self.of(*seed, *mask).is_some());
        all.into_iter().filter(is_everywhere).collect()
    }
}

/// The orders that are sampled for a seed: each with its reverse.
#[must_use]
pub fn orders(mitigations: usize, count: usize, seed: u64) -> Vec<Vec<usize>> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut orders = Vec::new();
    while orders.len() < count {
        let mut order: Vec<usize> = (0..mitigations).collect();
        order.shuffle(&mut random);
        let reverse = order.iter().rev().copied().collect();
        orders.extend([order, reverse]);
    }
    orders
}

/// What has to be replayed with a seed for its shares, and to tell pairs and single mitigations.
fn wanted(players: usize, orders: Option<&[Vec<usize>]>) -> BTreeSet<Mask> {
    let Some(orders) = orders else { return (0..=everyone(players)).collect() };
    let mut masks = shapley::sets(orders);
    for one in 0..players {
        masks.insert(everyone(players) & !(1 << one));
        masks.extend((0..=one).map(|other| 1 << one | 1 << other));
    }
    masks
}

/// Ranks mitigations; calls `on_run` after each run and `on_more` with the number of further runs.
///
/// # Errors
///
/// Refuses a set of mitigations that leaves something behind that cannot be. There is no ranking if no seed
/// counts, but what the first run lacks that does not.
pub fn rank(
    game: &Game,
    effort: Effort,
    on_run: &(dyn Fn() + Sync),
    on_more: &(dyn Fn(usize) + Sync),
) -> Result<Result<Ranking, Missing>, Refusal> {
    let players = game.mitigations.len();
    let first_seed = game.scenario(0)?.seed();
    let orders_of = |place: usize| {
        effort.orders.map(|count| orders(players, count, first_seed.wrapping_add(place as u64)))
    };
    let mut values = Values::default();
    let runs: BTreeSet<(usize, Mask)> = (0..effort.seeds)
        .flat_map(|place| {
            wanted(players, orders_of(place).as_deref()).into_iter().map(move |mask| (place, mask))
        })
        .collect();
    on_more(runs.len());
    game.play(&runs, &mut values, on_run)?;
    let is_counted =
        |place: &usize| runs.iter().all(|run| run.0 != *place || values.of(run.0, run.1).is_some());
    let seeds: Vec<usize> = (0..effort.seeds).filter(is_counted).collect();
    let missing = values.missing().unwrap_or(Missing::NoValue);
    if seeds.is_empty() {
        return Ok(Err(missing));
    }
    let shares: Vec<Shares> = seeds
        .iter()
        .map(|seed| of_seed(players, orders_of(*seed).as_deref(), &values, *seed))
        .collect();
    if effort.orders.is_some() {
        leave_out(game, (&seeds, &shares), &mut values, &mut |runs| on_more(runs), on_run)?;
    }
    Ok(ranking(players, effort, &seeds, &shares, &values).ok_or(missing))
}

/// The shares with one seed.
fn of_seed(players: usize, orders: Option<&[Vec<usize>]>, values: &Values, seed: usize) -> Shares {
    let value = |mask| values.of(seed, mask).unwrap_or_default();
    let achieved = |mask| value(0) - value(mask);
    match orders {
        Some(orders) => shapley::sampled(players, orders, &achieved),
        None => shapley::exact(players, &achieved),
    }
}

/// Where not all sets are looked at: leaves mitigations out of all, the least share first, as long as the
/// others prevent everything.
fn leave_out(
    game: &Game,
    (seeds, shares): (&[usize], &[Shares]),
    values: &mut Values,
    on_more: &mut dyn FnMut(usize),
    on_run: &(dyn Fn() + Sync),
) -> Result<(), Refusal> {
    let players = game.mitigations.len();
    let mut left = everyone(players);
    let mut order: Vec<usize> = (0..players).collect();
    order.sort_by_key(|player| shares.iter().map(|it| it.numerators[*player]).sum::<i128>());
    for player in order {
        let is_prevented = |mask| seeds.iter().all(|seed| values.of(*seed, mask) == Some(0));
        if !is_prevented(left) {
            return Ok(());
        }
        let fewer = left & !(1 << player);
        let runs: BTreeSet<(usize, Mask)> = seeds.iter().map(|seed| (*seed, fewer)).collect();
        on_more(runs.iter().filter(|run| !values.0.contains_key(run)).count());
        game.play(&runs, values, on_run)?;
        if seeds.iter().all(|seed| values.of(*seed, fewer) == Some(0)) {
            left = fewer;
        }
    }
    Ok(())
}

fn ranking(
    players: usize,
    effort: Effort,
    seeds: &[usize],
    shares: &[Shares],
    values: &Values,
) -> Option<Ranking> {
    let all = everyone(players);
    let sum = shares.iter().skip(1).fold(shares[0].clone(), |sum, it| sum.plus(it));
    let mitigation = |player: usize| {
        let of_seeds: Vec<f64> = shares.iter().map(|it| it.share(player) / PARTS).collect();
        Some(Ranked {
            share: Interval::of(&of_seeds)?,
            alone: values.avoided(seeds, 0, 1 << player),
            last: values.avoided(seeds, all & !(1 << player), all),
        })
    };
    let mut order: Vec<usize> = (0..players).collect();
    order.sort_by_key(|player| -sum.numerators[*player]);
    let sets = values.sets(seeds);
    let means = sets.iter().filter_map(|mask| Some((*mask, values.mean(seeds, *mask)?.mean)));
    let least = means.reduce(|best, next| {
        let is_smaller = next.0.count_ones() < best.0.count_ones();
        let is_less = next.1 < best.1 || (next.1 <= best.1 && is_smaller);
        if is_less { next } else { best }
    })?;
    Some(Ranking {
        effort,
        seeds: seeds.len(),
        stopped_by: values.stopped_by().collect(),
        sets: values.0.keys().map(|it| it.1).collect::<BTreeSet<Mask>>().len(),
        before: values.mean(seeds, 0)?,
        after: values.mean(seeds, all)?,
        avoided: values.avoided(seeds, 0, all)?,
        mitigations: (0..players).map(mitigation).collect::<Option<_>>()?,
        order,
        pairs: pairs(players, effort, seeds, values),
        preventing: preventing(&sets, seeds, values),
        least,
        shares: sum,
    })
}

fn pairs(players: usize, effort: Effort, seeds: &[usize], values: &Values) -> Vec<Pair> {
    let more = |of: [usize; 2], seed: usize| {
        let achieved = |mask| {
            values.of(seed, 0).unwrap_or_default() - values.of(seed, mask).unwrap_or_default()
        };
        let (numerator, denominator) = if effort.orders.is_none() {
            (shapley::interaction(players, of, &achieved), shapley::pair_denominator(players))
        } else {
            // Of many players only what two do without any other is looked at.
            let [one, other] = of.map(|it| 1 << it);
            (achieved(one | other) - achieved(one) - achieved(other), 1)
        };
        numerator as f64 / denominator as f64 / PARTS
    };
    let all = (0..players).flat_map(|one| (one + 1..players).map(move |other| [one, other]));
    let pair = |of: [usize; 2]| {
        let of_seeds: Vec<f64> = seeds.iter().map(|seed| more(of, *seed)).collect();
        Some(Pair { of, more: Interval::of(&of_seeds)? })
    };
    all.filter_map(pair).collect()
}

/// The sets that prevent everything with every seed and hold no other that does.
fn preventing(sets: &[Mask], seeds: &[usize], values: &Values) -> Vec<Mask> {
    let is_prevented = |mask: &&Mask| seeds.iter().all(|seed| values.of(*seed, **mask) == Some(0));
    let all: Vec<Mask> = sets.iter().filter(is_prevented).copied().collect();
    let is_smallest = |mask: &&Mask| !all.iter().any(|it| it != *mask && it & *mask == *it);
    let mut smallest: Vec<Mask> = all.iter().filter(is_smallest).copied().collect();
    smallest.sort_by_key(|mask| (mask.count_ones(), *mask));
    smallest
}
