//! The books of a run: how many events may still be handled before the next look at its limits, and the
//! fingerprint of those that were.

use super::fingerprint::Fingerprint;
use crate::units::Instant;

/// What is kept about the events of a run as they are handled.
#[derive(Debug, Default)]
pub struct Books {
    /// The fingerprint of all that was handled.
    pub(super) fingerprint: Fingerprint,
    /// How many may be handled before the next look.
    pub(super) left: u64,
    /// More than so many must be left for an event to be handled without coming off the agenda; no number is enough
    /// while somebody looks on, who sees events as they come off it.
    pub(super) kept: u64,
}

impl Books {
    /// Whether a further event may be handled without coming off the agenda.
    #[inline(always)]
    #[must_use]
    pub const fn may_go_on(&self) -> bool {
        self.left > self.kept
    }

    /// Enters an event that is about to be handled: when, and its digest.
    #[inline(always)]
    pub fn enter(&mut self, now: Instant, digest: u64) {
        self.left -= 1;
        self.fingerprint.fold(now, digest);
    }
}
