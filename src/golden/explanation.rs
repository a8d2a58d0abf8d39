//! Why a replay differs from its golden file: what was changed, from when on events differ, what moved.

use std::path::Path;

use serde_json::Value;

use super::course::{Parting, Stretch, parting, stretch};
use super::leaves::{Leaf, changes};
use super::moves::Moves;
use super::{Approved, Checkpoint, Golden};
use crate::scenario::{Changes, Loaded, Scenario};

/// Why a replay differs from its golden file.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// What moved.
    pub moves: Moves,
    /// Where the scenario is another than the approved one.
    pub scenario: Vec<Leaf>,
    /// The versions of the model, if it is not the same.
    pub model_versions: Option<[u32; 2]>,
    /// How the events differ.
    pub course: Course,
}

/// How the events of a replay differ from the approved ones.
#[derive(Clone, Debug)]
pub enum Course {
    /// They do not.
    Same,
    /// The scenario was changed, and this is where the two runs part.
    Parts {
        /// The first event that differs.
        parting: Box<Parting>,
        /// Whether this program runs the approved scenario as it was approved.
        is_program_same: bool,
    },
    /// The program was changed, or a trace: events differ from somewhere in this stretch.
    Within {
        /// The moments between which the first difference lies; the second is nothing for the end.
        between: [Option<String>; 2],
        /// The events of this run there.
        stretch: Stretch,
    },
    /// The approved scenario cannot be run any more.
    Unknown(String),
}

/// What both sides of a comparison are.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    /// What was approved.
    pub approved: &'a Approved,
    /// What was replayed.
    pub golden: &'a Golden,
    /// The replay as JSON.
    pub results: &'a Value,
    /// The scenario that was replayed.
    pub scenario: &'a Scenario,
    /// The folder in which it and its traces stand.
    pub folder: &'a Path,
}

impl Explanation {
    /// Finds out why a replay differs, which takes up to four runs of it.
    #[must_use]
    pub fn new(sides: Sides) -> Self {
        let (old, new) = (&sides.approved.envelope, &sides.golden.envelope);
        let moves = Moves::between(&sides.approved.results, sides.results);
        let versions = [old.model_version, new.model_version];
        let scenario = changes(&old.scenario, &new.scenario);
        let course = match (&moves.fingerprints, scenario.is_empty()) {
            (None, _) => Course::Same,
            (Some(_), true) => within(sides),
            (Some(_), false) => parts(sides),
        };
        let model_versions = (versions[0] != versions[1]).then_some(versions);
        Self { moves, scenario, model_versions, course }
    }
}

/// Runs the approved scenario beside the present one.
fn parts(sides: Sides) -> Course {
    let text = sides.approved.envelope.scenario.to_string();
    let loaded = Loaded::parse("the approved scenario", text.as_bytes(), sides.folder.to_owned());
    let approved = match loaded.and_then(|loaded| loaded.scenario(&Changes::default())) {
        Ok(approved) => approved,
        Err(refusal) => return Course::Unknown(refusal.to_string()),
    };
    match parting([&approved, sides.scenario]) {
        Some(parting) => {
            let fingerprint = &sides.approved.results["fingerprint"];
            let is_program_same =
                fingerprint.as_str() == Some(parting.fingerprint.to_string().as_str());
            Course::Parts { parting: Box::new(parting), is_program_same }
        }
        // The scenario's changes change no event: it is the program.
        None => within(sides),
    }
}

/// The stretch between two checkpoints in which the runs part.
fn within(sides: Sides) -> Course {
    let (old, new) = (&sides.approved.envelope.checkpoints, &sides.golden.envelope.checkpoints);
    let same = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let last: Option<&Checkpoint> = same.checked_sub(1).and_then(|at| new.get(at));
    let next = new.get(same);
    let after = last.map_or(0, |it| it.events);
    let until = next.map_or(sides.golden.results.events, |it| it.events);
    let between = [last, next].map(|it| it.map(|it| it.at.clone()));
    Course::Within { between, stretch: stretch(sides.scenario, after, until) }
}
