//! The cliff: between which two values of one field a condition begins or ceases to hold.
//!
//! At each value it is decided over seeds whether the condition holds in most of them, by Wald's sequential
//! test of a share of three quarters against one quarter: clear values take few seeds, those near the cliff
//! many. Wald, "Sequential analysis", 1947. <https://doi.org/10.1214/aoms/1177731118>

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::condition::Condition;
use super::vary::Range;
use crate::scenario::{Changes, Loaded, Refusal, Scenario};
use crate::simulation;

/// So many values between the ends, with them, are looked at before the cliff is narrowed down.
const GRID: usize = 5;
/// So many seeds are run at a time, whatever the number of threads.
const BATCH: usize = 5;
/// The test goes wrong with a value whose share is a quarter or less, or three quarters or more, this often.
const ERROR: f64 = 0.005;

/// How a value was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The condition holds in most seeds.
    Holds,
    /// It does not.
    Fails,
    /// Neither can be told with as many seeds as were allowed.
    Open,
}

/// One value that was looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// The value.
    pub value: String,
    /// Its place between the ends, from 0 to 1.
    pub share: f64,
    /// In how many seeds the condition holds.
    pub holds: usize,
    /// Of how many.
    pub seeds: usize,
    /// The limits that stopped further seeds, one for each, by the names of their fields: whoever stops before
    /// the harm looks good, so that nothing is decided.
    pub stopped: Vec<&'static str>,
    /// What was decided.
    pub decision: Decision,
}

/// Where a condition begins or ceases to hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cliff {
    /// The last value of the lower side that was decided, as a place between the ends.
    pub low: f64,
    /// The first of the upper side.
    pub high: f64,
    /// Whether the condition holds below it; above it is the other way round.
    pub holds_below: bool,
}

/// What a search came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// Every value that was looked at, from the lowest.
    pub probes: Vec<Probe>,
    /// Every cliff that was found, from the lowest.
    pub cliffs: Vec<Cliff>,
}

impl Search {
    /// The limits that stopped replays, one for each, by the names of their fields.
    pub fn stopped(&self) -> impl Iterator<Item = &'static str> {
        self.probes.iter().flat_map(|it| it.stopped.iter().copied())
    }
}

/// What is searched.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The file.
    pub loaded: &'a Loaded,
    /// What is changed in every run, and the first seed.
    pub changes: &'a Changes,
    /// The field.
    pub path: &'a str,
    /// Its values.
    pub range: &'a Range,
    /// What is asked.
    pub condition: &'a Condition,
    /// A cliff is narrowed down to this share of the range, or to neighbours of whole numbers.
    pub within: f64,
    /// No value is given more seeds.
    pub seeds_max: usize,
}

struct Searching<'a> {
    question: Question<'a>,
    probes: BTreeMap<String, Probe>,
    on_probe: &'a dyn Fn(&Probe),
}

/// Searches; calls `on_probe` after each value.
///
/// # Errors
///
/// Refuses a value with which the scenario says something that cannot be.
pub fn search(question: Question, on_probe: &dyn Fn(&Probe)) -> Result<Search, Refusal> {
    let mut searching = Searching { question, probes: BTreeMap::new(), on_probe };
    let mut decided: Vec<(f64, Decision)> = Vec::new();
    for step in 0..GRID {
        let share = step as f64 / (GRID - 1) as f64;
        decided.push((share, searching.decide(share)?));
    }
    decided.retain(|it| it.1 != Decision::Open);
    let mut cliffs = Vec::new();
    for pair in decided.windows(2) {
        if pair[0].1 != pair[1].1 {
            cliffs.push(searching.narrow(pair[0], pair[1].0)?);
        }
    }
    let mut probes: Vec<Probe> = searching.probes.into_values().collect();
    probes.sort_by(|a, b| a.share.total_cmp(&b.share));
    Ok(Search { probes, cliffs })
}

impl Searching<'_> {
    /// Narrows down where the decision changes between two places: from below to the first value that is
    /// decided otherwise or not at all, and from above likewise.
    fn narrow(&mut self, (low, below): (f64, Decision), high: f64) -> Result<Cliff, Refusal> {
        let above = if below == Decision::Holds { Decision::Fails } else { Decision::Holds };
        let (last, next) = self.edge(low, high, &|it| it == below)?;
        let first = if next >= high || self.decide(next)? == above {
            next
        } else {
            self.edge(next, high, &|it| it != above)?.1
        };
        Ok(Cliff { low: last, high: first, holds_below: below == Decision::Holds })
    }

    /// Two places near to one another, the first of which is of the lower side and the second not.
    fn edge(
        &mut self,
        mut low: f64,
        mut high: f64,
        is_lower: &dyn Fn(Decision) -> bool,
    ) -> Result<(f64, f64), Refusal> {
        loop {
            let middle = f64::midpoint(low, high);
            let range = self.question.range;
            let texts = [low, middle, high].map(|share| range.at(share));
            let is_narrow = high - low <= self.question.within && !range.is_whole();
            if is_narrow || texts[1] == texts[0] || texts[1] == texts[2] {
                return Ok((low, high));
            }
            // A whole number is looked at where it stands, not where the middle fell.
            let place = range.share_of(&texts[1]).unwrap_or(middle);
            if is_lower(self.decide(place)?) {
                low = place;
            } else {
                high = place;
            }
        }
    }

    fn decide(&mut self, share: f64) -> Result<Decision, Refusal> {
        let value = self.question.range.at(share);
        if let Some(known) = self.probes.get(&value) {
            return Ok(known.decision);
        }
        let Question { loaded, changes, path, condition, seeds_max, .. } = self.question;
        let assigned = [format!("{path}={value}")];
        let set = [changes.set.as_slice(), &assigned].concat();
        let scenario = loaded
            .scenario(&Changes { set, ..changes.clone() })
            .map_err(|it| it.asked_by(&assigned, &format!("--vary {}", assigned[0])))?;
        let mut outcomes: Vec<bool> = Vec::new();
        let mut stopped: Vec<&'static str> = Vec::new();
        let (decision, seeds) = loop {
            let batch = batch(&scenario, condition, outcomes.len(), seeds_max);
            stopped.extend(batch.iter().filter_map(|it| it.err()));
            outcomes.extend(batch.into_iter().flatten());
            let (decision, seeds) = decided(&outcomes);
            if !stopped.is_empty() {
                break (Decision::Open, outcomes.len());
            }
            if decision != Decision::Open || outcomes.len() >= seeds_max {
                break (decision, seeds);
            }
        };
        let holds = outcomes[..seeds].iter().filter(|it| **it).count();
        let probe = Probe { value: value.clone(), share, holds, seeds, stopped, decision };
        (self.on_probe)(&probe);
        self.probes.insert(value, probe);
        Ok(decision)
    }
}

/// Whether the condition holds with each of the next seeds, or which limit stopped the replay.
fn batch(
    scenario: &Scenario,
    condition: &Condition,
    from: usize,
    seeds_max: usize,
) -> Vec<Result<bool, &'static str>> {
    (from..(from + BATCH).min(seeds_max))
        .into_par_iter()
        .map(|place| {
            let outcome = simulation::run(scenario, scenario.seed().wrapping_add(place as u64));
            let stopped_by = outcome.run.stop.limit();
            stopped_by.map_or_else(|| Ok(condition.holds(&outcome, &scenario.clock)), Err)
        })
        .collect()
}

/// What the first outcomes that suffice for a decision say, and how many they are.
fn decided(outcomes: &[bool]) -> (Decision, usize) {
    // Each outcome moves the logarithm of the likelihood ratio by that of three.
    let enough = libm::log((1.0 - ERROR) / ERROR) / libm::log(3.0);
    let mut ahead = 0.0;
    for (place, holds) in outcomes.iter().enumerate() {
        ahead += if *holds { 1.0 } else { -1.0 };
        if ahead >= enough {
            return (Decision::Holds, place + 1);
        }
        if ahead <= -enough {
            return (Decision::Fails, place + 1);
        }
    }
    (Decision::Open, outcomes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clear_values_take_few_seeds_and_others_many() {
        assert_eq!(decided(&[true; 9]), (Decision::Holds, 5));
        assert_eq!(decided(&[false; 9]), (Decision::Fails, 5));
        assert_eq!(decided(&[true, false, true, false]), (Decision::Open, 4));
        let late = [false, true, true, true, true, true, true];
        assert_eq!(decided(&late), (Decision::Holds, 7));
    }

    #[test]
    fn the_test_goes_wrong_as_seldom_as_it_says() {
        // Every sequence of twenty outcomes, each with its probability where the share is a quarter.
        let mut wrong = 0.0;
        for bits in 0_u32..1 << 20 {
            let outcomes: Vec<bool> = (0..20).map(|place| bits & 1 << place != 0).collect();
            if decided(&outcomes).0 == Decision::Holds {
                wrong += 0.25_f64.powi(bits.count_ones().cast_signed())
                    * 0.75_f64.powi(20 - bits.count_ones().cast_signed());
            }
        }
        assert!(wrong > 0.0 && wrong <= ERROR, "{wrong}");
    }
}
