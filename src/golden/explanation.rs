//! Why a replay differs from its golden file: what was changed, from when on events differ, what moved.

use std::path::Path;

use serde_json::json;

use super::course::{Parting, Stretch, parting, stretch};
use super::judged::Replayed;
use super::leaves::{Leaf, changes};
use super::moves::Moves;
use super::{Approved, Checkpoint};
use crate::scenario::{Changes, Loaded};

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

impl Explanation {
    /// Finds out why a replay differs from what was approved, which takes up to four runs.
    #[must_use]
    pub fn new(replayed: Replayed, approved: &Approved) -> Self {
        let (old, new) = (&approved.envelope, &replayed.golden.envelope);
        let moves = Moves::between(&approved.results, &json!(replayed.golden.results));
        let versions = [old.model_version, new.model_version];
        let scenario = changes(&old.scenario, &new.scenario);
        let course = match (&moves.fingerprints, scenario.is_empty()) {
            (None, _) => Course::Same,
            (Some(_), true) => within(replayed, approved),
            (Some(_), false) => parts(replayed, approved),
        };
        let model_versions = (versions[0] != versions[1]).then_some(versions);
        Self { moves, scenario, model_versions, course }
    }
}

/// Runs the approved scenario beside the present one.
fn parts(replayed: Replayed, approved: &Approved) -> Course {
    let text = approved.envelope.scenario.to_string();
    let folder = replayed.file.parent().unwrap_or(Path::new(""));
    let loaded = Loaded::parse("the approved scenario", text.as_bytes(), folder.to_owned());
    let scenario = match loaded.and_then(|loaded| loaded.scenario(&Changes::default())) {
        Ok(scenario) => scenario,
        Err(refusal) => return Course::Unknown(refusal.to_string()),
    };
    match parting([&scenario, replayed.scenario]) {
        Some(parting) => {
            let fingerprint = &approved.results["fingerprint"];
            let is_program_same =
                fingerprint.as_str() == Some(parting.fingerprint.to_string().as_str());
            Course::Parts { parting: Box::new(parting), is_program_same }
        }
        // The scenario's changes change no event: it is the program.
        None => within(replayed, approved),
    }
}

/// The stretch between two checkpoints in which the runs part.
fn within(replayed: Replayed, approved: &Approved) -> Course {
    let (old, new) = (&approved.envelope.checkpoints, &replayed.golden.envelope.checkpoints);
    let same = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let last: Option<&Checkpoint> = same.checked_sub(1).and_then(|at| new.get(at));
    let next = new.get(same);
    let after = last.map_or(0, |it| it.events);
    let until = next.map_or(replayed.golden.results.events, |it| it.events);
    let between = [last, next].map(|it| it.map(|it| it.at.clone()));
    Course::Within { between, stretch: stretch(replayed.scenario, after, until) }
}
