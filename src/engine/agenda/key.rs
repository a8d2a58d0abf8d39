//! Packed keys: an instant and a ticket as one number in the order of the agenda.

use std::num::NonZeroU64;

use super::SLOT_BITS;
use crate::units::Instant;

/// The sequence number given last, where it stands in a ticket: above the bits that name the slot. The first is two.
#[derive(Debug)]
pub(super) struct Sequence(NonZeroU64);

impl Sequence {
    const STEP: NonZeroU64 = NonZeroU64::new(1 << SLOT_BITS).expect("one is not zero");

    pub(super) const fn new() -> Self {
        Self(Self::STEP)
    }

    /// A ticket with the next sequence number, for what is in `slot`.
    ///
    /// # Panics
    ///
    /// Panics if 2^39 less two have been given.
    #[inline(always)]
    pub(super) fn next_ticket(&mut self, slot: u32) -> NonZeroU64 {
        let next = self.0.checked_add(Self::STEP.get());
        self.0 = next.expect("no more than 2^39 events can be planned");
        self.0 | u64::from(slot)
    }
}

/// Later than every key of an event.
pub(super) const NO_KEY: u128 = u128::MAX;

/// Whether it is [`NO_KEY`], as one half of it tells: no ticket on the heap is that large.
pub(super) const fn is_none(key: u128) -> bool {
    ticket_of(key) == u64::MAX
}

/// The key of what is planned for an instant under a ticket.
pub(super) const fn key_of(at: Instant, ticket: u64) -> u128 {
    (at.as_nanos() as u128) << 64 | ticket as u128
}

/// The instant for which a key is planned.
pub(super) const fn instant_of(key: u128) -> Instant {
    Instant::from_nanos(nanos_of(key))
}

/// The nanosecond for which a key is planned.
pub(super) const fn nanos_of(key: u128) -> u64 {
    (key >> 64) as u64
}

/// The ticket under which something is planned.
#[expect(clippy::cast_possible_truncation, reason = "the ticket is the key's lower half")]
pub(super) const fn ticket_of(key: u128) -> u64 {
    key as u64
}
