//! What indicators read at each of their evaluations, for those who will judge by the same numbers.
//!
//! Readings over tenants are gone once their window has moved on, so they are taken while the run goes.

use crate::engine::Observer;
use crate::engine::fingerprint::Fingerprint;
use crate::platform::event::Packed;
use crate::platform::{Event, Platform};
use crate::units::Instant;

/// One evaluation of one indicator.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// When it was evaluated.
    pub at: Instant,
    /// What it read of each of its places; nothing where nothing could be said.
    pub readings: Vec<Option<f64>>,
    /// Whether it was bad, for however long.
    pub is_bad: bool,
}

/// Takes down every evaluation of every indicator.
#[derive(Debug)]
pub struct Watch {
    observed_from: Instant,
    is_bin_over: bool,
    /// By indicator, in the order of their names.
    evaluations: Vec<Vec<Evaluation>>,
}

impl Watch {
    /// Nothing seen yet; before `observed_from` indicators are not evaluated.
    #[must_use]
    pub fn new(observed_from: Instant, indicators: usize) -> Self {
        let evaluations = (0..indicators).map(|_| Vec::new()).collect();
        Self { observed_from, is_bin_over: false, evaluations }
    }

    /// The evaluations of one indicator, in the order of time.
    #[must_use]
    pub fn evaluations(&self, indicator: usize) -> &[Evaluation] {
        &self.evaluations[indicator]
    }
}

impl Observer<Platform> for Watch {
    #[inline]
    fn before(&mut self, _: u64, now: Instant, event: Packed, _: &Platform) {
        self.is_bin_over = now > self.observed_from && Event::from(event) == Event::BinEnded;
    }

    fn after(&mut self, _: u64, now: Instant, _: Fingerprint, platform: &Platform) {
        if !self.is_bin_over {
            return;
        }
        let recorder = platform.recorder();
        let bins = recorder.bins();
        for (seen, indicator) in self.evaluations.iter_mut().zip(platform.indicators()) {
            if indicator.is_due(bins) {
                let places = 0..indicator.config().targets.len();
                let read = |place| indicator.reading(place, bins, recorder);
                let is_bad = indicator.is_bad_now();
                seen.push(Evaluation { at: now, readings: places.map(read).collect(), is_bad });
            }
        }
    }
}
