//! The agenda: everything that is planned, in the one order in which it will happen.
//!
//! The order is (instant, sequence number), whatever structure holds an event: planning takes the
//! next sequence number, so events of one instant happen in the order in which they were planned.
//!
//! - Events at this very instant stand in a first-in-first-out line and never touch the heap. What
//!   the heap holds for this instant was planned before it came, and so goes first.
//! - Timers of one fixed length stand in a line, one for each length: only its head is on the heap.
//! - Everything else is in a slot, and its key on the heap of packed integers.
//!
//! Cancelling leaves no garbage: in a line at once; on the heap, a cancelled key is dropped when it
//! comes up, or as soon as such keys are more than half. A line's key on the heap may belong to a
//! head that was cancelled since; it is then too early, never too late, and is replaced on its way.

mod heap;
mod key;
mod keys;
mod line;
mod rung;
mod slots;
#[cfg(test)]
mod tests;
mod this_instant;

use std::hint::cold_path;
use std::num::NonZeroU64;

use crate::units::Instant;
use key::{NO_KEY, Sequence, instant_of, key_of, ticket_of};
use keys::Keys;
use line::Line;
use slots::{Slot, look_in};
use this_instant::ThisInstant;

/// Bits of a ticket that name the slot: 16 million events on the heap and as many lines; 5 * 10^11
/// planned in all.
const SLOT_BITS: u32 = 25;
const SLOT_MASK: u32 = (1 << SLOT_BITS) - 1;
/// From here on a slot is not one, but stands for a line of timers.
const LINES: u32 = 1 << (SLOT_BITS - 1);
/// Stands for the line of this very instant.
const THIS_INSTANT: u32 = SLOT_MASK;

/// Events planned for instants to come, and the present instant.
#[derive(Debug)]
pub struct Agenda<E: Copy> {
    now: Instant,
    sequence: Sequence,
    this_instant: ThisInstant<E>,
    /// Whether all that the heap held for this instant is known to have happened: what is planned for it from now
    /// on does not go there.
    is_heap_later: bool,
    keys: Keys,
    /// Keys on the heap whose event was cancelled.
    cancelled: usize,
    slots: Vec<Slot<E>>,
    /// The first of the free slots, which are linked; [`LINES`] if none is free.
    free: u32,
    lines: Vec<Timers<E>>,
    /// Events in lines.
    in_lines: usize,
    /// Keys on the heap or on rungs that are a line's.
    line_keys: usize,
    /// The line that came up last.
    last_line: usize,
}

/// What was planned, so that it can be cancelled; in twelve bytes, since whatever is in flight may have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, packed(4))]
pub struct Key {
    /// Sequence number and slot: never the same twice, so an outdated key matches nothing.
    ticket: NonZeroU64,
    /// Where in its line.
    place: u32,
}

/// A line of timers that all have one length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineId(u32);

#[derive(Debug)]
struct Timers<E> {
    line: Line<E>,
    /// The line's key on the heap, not later than its first event's; [`NO_KEY`] if there is none.
    heap_key: u128,
}

impl<E: Copy> Default for Agenda<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: Copy> Agenda<E> {
    /// An agenda without events, at the run's first instant.
    #[must_use]
    pub fn new() -> Self {
        Self {
            now: Instant::START,
            sequence: Sequence::new(),
            this_instant: ThisInstant::new(),
            is_heap_later: false,
            keys: Keys::new(),
            cancelled: 0,
            slots: Vec::new(),
            free: LINES,
            lines: Vec::new(),
            in_lines: 0,
            line_keys: 0,
            last_line: 0,
        }
    }

    /// The present instant: that of the event delivered last.
    #[inline]
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// How many events are still to happen.
    #[inline]
    #[must_use]
    pub const fn pending(&self) -> usize {
        let in_slots = self.keys.len() - self.cancelled - self.line_keys;
        in_slots + self.in_lines + self.this_instant.pending()
    }

    /// Plans an event for the instant `at`.
    ///
    /// # Panics
    ///
    /// Panics if `at` is in the past, or if the agenda is full (2^24 events pending outside of
    /// lines, 2^39 planned in all).
    #[inline(always)]
    pub fn plan(&mut self, at: Instant, event: E) -> Key {
        assert!(at >= self.now, "{at:?} is before {:?}", self.now);
        if at == self.now {
            cold_path();
            let (ticket, place) = self.plan_for_this_instant(event);
            return Key { ticket, place };
        }
        let ticket = self.fill_slot(event);
        self.keys.push(key_of(at, ticket.get()));
        Key { ticket, place: 0 }
    }

    /// Plans an event for this very instant, after all others planned for it.
    #[inline]
    pub fn plan_now(&mut self, event: E) {
        self.this_instant.push(event);
    }

    /// Whether it is known that nothing more is planned for this very instant; where it is not, there may be nothing.
    #[inline(always)]
    #[must_use]
    pub const fn is_clear_now(&self) -> bool {
        self.this_instant.is_empty() && self.is_heap_later
    }

    /// Opens a line for timers that all have one length.
    ///
    /// # Panics
    ///
    /// Panics if there are 2^24 lines.
    pub fn line(&mut self) -> LineId {
        let id = u32::try_from(self.lines.len()).ok().filter(|id| LINES + id < THIS_INSTANT);
        self.lines.push(Timers { line: Line::new(), heap_key: NO_KEY });
        LineId(id.expect("no more than 2^24 lines can be opened"))
    }

    /// Plans an event for the instant `at` in a line, which is cheaper than [`Agenda::plan`] and
    /// does the same.
    ///
    /// An event earlier than the line's last one (the timers' length was changed) goes on the heap.
    ///
    /// # Panics
    ///
    /// Panics if `at` is in the past, or if the agenda is full, as [`Agenda::plan`] does.
    #[inline]
    pub fn plan_in_line(&mut self, line: LineId, at: Instant, event: E) -> Key {
        assert!(at >= self.now, "{at:?} is before {:?}", self.now);
        if at == self.now {
            let (ticket, place) = self.plan_for_this_instant(event);
            return Key { ticket, place };
        }
        let timers = &self.lines[line.index()];
        // The key on the heap may be later than the last entry's: its own entry was cancelled.
        let has_key = timers.heap_key != NO_KEY;
        if has_key && at < instant_of(timers.heap_key.max(timers.line.last())) {
            return self.plan(at, event);
        }
        let ticket = self.sequence.next_ticket(LINES + line.0);
        let key = key_of(at, ticket.get());
        self.in_lines += 1;
        let timers = &mut self.lines[line.index()];
        if !has_key {
            self.line_keys += 1;
            timers.heap_key = key;
            self.keys.push(key);
        }
        Key { ticket, place: timers.line.push(key, event) }
    }

    /// Takes an event off the agenda; one that happened or was cancelled before is no matter.
    #[inline]
    pub fn cancel(&mut self, Key { ticket, place }: Key) {
        let ticket = ticket.get();
        let slot = slot_of(ticket);
        if slot == THIS_INSTANT {
            self.this_instant.cancel(ticket, place);
        } else if slot >= LINES {
            let timers = &mut self.lines[(slot - LINES) as usize];
            self.in_lines -= usize::from(timers.line.cancel(ticket, place));
        } else if self.empty_slot(ticket).is_some() {
            self.cancelled += 1;
            self.drop_cancelled_if_many();
        }
    }

    /// Delivers the next event and moves on to its instant.
    #[expect(clippy::should_implement_trait, reason = "an agenda is planned into between events")]
    pub fn next(&mut self) -> Option<(Instant, E)> {
        self.next_before(Instant::NEVER)
    }

    /// Delivers the next event and moves on to its instant, if that is before `end`.
    #[inline(always)]
    pub fn next_before(&mut self, end: Instant) -> Option<(Instant, E)> {
        loop {
            if !self.this_instant.is_empty() && self.is_heap_later() {
                if self.now >= end {
                    return None;
                }
                if let Some(event) = self.this_instant.pop() {
                    return Some((self.now, event));
                }
                continue;
            }
            let first = self.keys.first(|key| look_in(&self.slots, key));
            let at = instant_of(first);
            if at >= end {
                return None;
            }
            if let Some(event) = self.take_first(first) {
                self.now = at;
                self.is_heap_later = instant_of(self.keys.peek_near()) > at;
                return Some((at, event));
            }
        }
    }

    /// Whether all that the heap held for this instant has happened.
    #[inline(always)]
    fn is_heap_later(&mut self) -> bool {
        if !self.is_heap_later {
            self.is_heap_later = instant_of(self.keys.peek_near()) > self.now;
        }
        self.is_heap_later
    }

    /// Takes the heap's first key and its event, if the key still stands for one.
    #[inline(always)]
    fn take_first(&mut self, first: u128) -> Option<E> {
        let ticket = ticket_of(first);
        let slot = slot_of(ticket);
        if slot >= LINES {
            cold_path();
            return self.take_first_of_line((slot - LINES) as usize, first);
        }
        self.keys.pop();
        if self.cancelled > 0 {
            cold_path();
            return self.take_from_slot_if_there(ticket);
        }
        Some(self.empty_own_slot(ticket))
    }

    #[inline(never)]
    fn take_first_of_line(&mut self, line: usize, first: u128) -> Option<E> {
        self.last_line = line;
        let timers = &mut self.lines[line];
        let event = if timers.line.first() == first { timers.line.pop() } else { None };
        self.in_lines -= usize::from(event.is_some());
        timers.heap_key = timers.line.first();
        self.keys.pop();
        if timers.heap_key == NO_KEY {
            self.line_keys -= 1;
            self.drop_cancelled_if_many();
        } else {
            self.keys.push(timers.heap_key);
        }
        event
    }

    /// Looks at the events that follow the present one in its line, where that saves time: `look` reads what
    /// handling one will read.
    ///
    /// If the present one came from no line, it looks in the line of the last that did: for nothing, but no harm.
    #[inline]
    pub fn look_ahead<R>(&mut self, look: impl FnMut(E) -> R) {
        if let Some(timers) = self.lines.get_mut(self.last_line) {
            timers.line.look_ahead(look);
        }
    }

    /// What a key consists of comes back in registers, which a key would not.
    #[inline(never)]
    fn plan_for_this_instant(&mut self, event: E) -> (NonZeroU64, u32) {
        let ticket = self.sequence.next_ticket(THIS_INSTANT);
        (ticket, self.this_instant.push_under(ticket.get(), event))
    }
}

impl LineId {
    const fn index(self) -> usize {
        self.0 as usize
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a slot has 25 bits")]
const fn slot_of(ticket: u64) -> u32 {
    ticket as u32 & SLOT_MASK
}
