//! The course of a run at some moments, so that two runs can be told apart in time.

use crate::engine::Observer;
use crate::engine::fingerprint::Fingerprint;
use crate::platform::Platform;
use crate::platform::event::Packed;
use crate::scenario::Scenario;
use crate::units::{Instant, Span};

use super::{Outcome, observed};

/// How many checkpoints a run has at most.
const CHECKPOINTS_MAX: u64 = 64;

/// How a run stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The moment.
    pub at: Instant,
    /// How many events happened before it.
    pub events: u64,
    /// The fingerprint over them.
    pub fingerprint: Fingerprint,
}

/// Runs a scenario with a seed, and notes how the run stands at moments that are equally far apart.
///
/// # Panics
///
/// Panics if a unit of work or an attempt vanished: an error in this crate.
#[must_use]
pub fn run(scenario: &Scenario, seed: u64) -> (Outcome, Vec<Checkpoint>) {
    let resolution = scenario.clock.resolution();
    let bins = scenario.clock.bin(scenario.clock.end()) as u64;
    let step = resolution * bins.div_ceil(CHECKPOINTS_MAX).max(1);
    let last = Checkpoint { at: Instant::START, events: 0, fingerprint: Fingerprint::default() };
    let mut notes = Notes { step, next: Instant::START + step, last, checkpoints: Vec::new() };
    let outcome = observed(scenario, seed, &mut notes);
    (outcome, notes.checkpoints)
}

struct Notes {
    step: Span,
    next: Instant,
    last: Checkpoint,
    checkpoints: Vec<Checkpoint>,
}

impl Observer<Platform> for Notes {
    fn before(&mut self, _number: u64, now: Instant, _event: Packed, _model: &Platform) {
        while now >= self.next {
            self.checkpoints.push(Checkpoint { at: self.next, ..self.last });
            self.next = self.next + self.step;
        }
    }

    fn after(&mut self, number: u64, now: Instant, fingerprint: Fingerprint, _model: &Platform) {
        self.last = Checkpoint { at: now, events: number, fingerprint };
    }
}
