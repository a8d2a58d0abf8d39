//! What came of checking one scenario, whoever is told about it.

use std::path::Path;

use super::explanation::Explanation;
use super::tolerance::{self, Tolerance};
use super::{Approved, Golden};
use crate::report::account::thresholds::Row;
use crate::scenario::path::Path as Place;
use crate::scenario::{Loaded, Scenario};
use crate::simulation::Outcome;

/// What came of checking one scenario.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The scenario file, as the user would write it.
    pub file: String,
    /// The golden file beside it.
    pub golden: String,
    /// How the replay compares with it.
    pub verdict: Verdict,
    /// The thresholds of the scenario, each with its value.
    pub thresholds: Vec<Row>,
    /// The lines of the scenario file that are to blame, most likely: of what was changed in it, or of the
    /// threshold that is crossed.
    pub lines: Vec<usize>,
    /// Whether the golden file was written anew.
    pub is_blessed: bool,
    /// The limit that stopped the replay before its end, by the name of its field.
    pub stopped_by: Option<&'static str>,
}

/// How a replay compares with its golden file.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// The bytes are the same.
    Same,
    /// They differ, but no number by more than is tolerated.
    Tolerated(Box<Explanation>),
    /// They differ.
    Differs(Box<Explanation>),
    /// The golden file is none.
    Odd(String),
    /// There is no golden file.
    Missing,
    /// There is a golden file, and no scenario.
    Unreferenced,
    /// No unit of work was done in the whole replay: there is nothing to compare.
    Dead,
}

impl Judged {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.is_as_approved() && self.thresholds.iter().all(|bound| bound.is_kept)
    }

    /// Whether the replay is what was approved, or has just been.
    #[must_use]
    pub fn is_as_approved(&self) -> bool {
        match self.verdict {
            Verdict::Same | Verdict::Tolerated(_) => true,
            Verdict::Differs(_) | Verdict::Odd(_) | Verdict::Missing => self.is_blessed,
            Verdict::Unreferenced | Verdict::Dead => false,
        }
    }

    /// Whether accepting the replay would change the golden file, and may.
    #[must_use]
    pub fn is_to_bless(&self) -> bool {
        match self.verdict {
            Verdict::Differs(_) | Verdict::Tolerated(_) | Verdict::Odd(_) | Verdict::Missing => {
                true
            }
            Verdict::Same | Verdict::Unreferenced | Verdict::Dead => false,
        }
    }
}

/// A replay and the golden file that it is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Replayed<'a> {
    /// The scenario file.
    pub file: &'a Path,
    /// What stands in it.
    pub loaded: &'a Loaded,
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The golden file that the replay would make.
    pub golden: &'a Golden,
    /// That as text.
    pub text: &'a str,
}

impl Replayed<'_> {
    /// How the replay compares with the text of its golden file.
    #[must_use]
    pub fn verdict(
        &self,
        outcome: &Outcome,
        approved: Option<&str>,
        most: &[Tolerance],
    ) -> Verdict {
        if is_dead(self.scenario, outcome) {
            return Verdict::Dead;
        }
        let Some(approved) = approved else { return Verdict::Missing };
        if approved == self.text {
            return Verdict::Same;
        }
        let approved = match Approved::parse(approved) {
            Ok(approved) => approved,
            Err(reason) => return Verdict::Odd(reason),
        };
        let explanation = Explanation::new(*self, &approved);
        let is_tolerated = !most.is_empty()
            && tolerance::beyond(&explanation.moves, most).is_empty()
            && explanation.moves.facts.is_empty();
        let explanation = Box::new(explanation);
        if is_tolerated { Verdict::Tolerated(explanation) } else { Verdict::Differs(explanation) }
    }

    /// The lines to point at: of what was changed in the scenario, or of the thresholds that are crossed.
    #[must_use]
    pub fn lines(&self, verdict: &Verdict, thresholds: &[Row]) -> Vec<usize> {
        let places: Vec<Place> = match verdict {
            Verdict::Differs(it) if !it.scenario.is_empty() => {
                it.scenario.iter().map(|leaf| leaf.path.clone()).collect()
            }
            Verdict::Differs(_)
            | Verdict::Same
            | Verdict::Tolerated(_)
            | Verdict::Odd(_)
            | Verdict::Missing
            | Verdict::Unreferenced
            | Verdict::Dead => {
                let crossed = thresholds.iter().filter(|bound| !bound.is_kept);
                crossed.map(|bound| Place::root().key("thresholds").key(&bound.name)).collect()
            }
        };
        places.iter().map(|place| self.loaded.line(place)).collect()
    }
}

/// Whether no unit of any workload was done: whatever else a replay of it says, it says nothing.
fn is_dead(scenario: &Scenario, outcome: &Outcome) -> bool {
    let done = |name: &String| outcome.counts.of(&format!("{name}.done")).and_then(|it| it.0);
    scenario.names.workloads.iter().filter_map(done).sum::<f64>() <= 0.0
}
