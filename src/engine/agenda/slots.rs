//! The slots, in which events wait whose keys are on the heap, and what becomes of those that are cancelled.

use std::num::NonZeroU64;

use super::key::ticket_of;
use super::{Agenda, LINES, slot_of};

/// A free slot's ticket is the next free slot, which is no ticket: no sequence number is zero.
#[derive(Debug)]
pub(super) struct Slot<E> {
    pub(super) ticket: u64,
    event: E,
}

impl<E: Copy> Slot<E> {
    /// Gives its event, and puts itself, under its own number, before the other free slots.
    #[inline(always)]
    fn empty(&mut self, number: u32, free: &mut u32) -> E {
        self.ticket = u64::from(*free);
        *free = number;
        self.event
    }
}

impl<E: Copy> Agenda<E> {
    /// Puts an event into a slot under a ticket.
    #[inline(always)]
    pub(super) fn fill_slot(&mut self, event: E) -> NonZeroU64 {
        if let Some(slot) = self.slots.get_mut(self.free as usize) {
            let ticket = self.sequence.next_ticket(self.free);
            self.free = slot_of(slot.ticket);
            *slot = Slot { ticket: ticket.get(), event };
            return ticket;
        }
        self.make_slot(event)
    }

    /// Puts an event into a new slot under a ticket.
    #[cold]
    fn make_slot(&mut self, event: E) -> NonZeroU64 {
        let slot = u32::try_from(self.slots.len()).ok().filter(|slot| *slot < LINES);
        let ticket =
            self.sequence.next_ticket(slot.expect("no more than 2^24 events can be pending"));
        self.slots.push(Slot { ticket: ticket.get(), event });
        ticket
    }

    /// Takes an event out of its slot, which is its own as long as none was cancelled.
    #[inline(always)]
    pub(super) fn empty_own_slot(&mut self, ticket: u64) -> E {
        let number = slot_of(ticket);
        let slot = &mut self.slots[number as usize];
        debug_assert_eq!(slot.ticket, ticket, "none was cancelled");
        slot.empty(number, &mut self.free)
    }

    /// Takes an event out of its slot, if the slot is still its own.
    #[inline(always)]
    pub(super) fn empty_slot(&mut self, ticket: u64) -> Option<E> {
        let number = slot_of(ticket);
        let slot = self.slots.get_mut(number as usize)?;
        if slot.ticket != ticket {
            return None;
        }
        Some(slot.empty(number, &mut self.free))
    }

    /// Keeps cancelled keys at most half of the heap; each pays for its own removal.
    #[inline]
    pub(super) fn drop_cancelled_if_many(&mut self) {
        if self.cancelled > 0 {
            self.drop_cancelled_if_half();
        }
    }

    #[inline(never)]
    fn drop_cancelled_if_half(&mut self) {
        if self.cancelled <= self.keys.len() / 2 {
            return;
        }
        let slots = &self.slots;
        self.keys.retain(|key| {
            let ticket = ticket_of(key);
            let slot = slots.get(slot_of(ticket) as usize);
            slot.is_none_or(|slot| slot.ticket == ticket)
        });
        self.cancelled = 0;
    }

    /// Takes the event of a key that has left the heap, unless it was cancelled.
    #[inline(never)]
    pub(super) fn take_from_slot_if_there(&mut self, ticket: u64) -> Option<E> {
        let event = self.empty_slot(ticket);
        if event.is_none() {
            self.cancelled -= 1;
        }
        self.drop_cancelled_if_half();
        event
    }
}

/// Reads the slot that a key names.
pub(super) fn look_in<E>(slots: &[Slot<E>], key: u128) -> Option<u64> {
    slots.get(slot_of(ticket_of(key)) as usize).map(|slot| slot.ticket)
}
