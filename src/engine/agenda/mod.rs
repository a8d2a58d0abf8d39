//! The agenda: everything that is planned, in the one order in which it will happen.
//!
//! The order is (instant, sequence number), whatever structure holds an event: planning takes the
//! next sequence number, so events of one instant happen in the order in which they were planned.
//!
//! - Events at this very instant stand in a first-in-first-out line and never touch the heap.
//! - So do timers of one fixed length, a line for each length: only its head is on the heap.
//! - Everything else is in a slot, and its key on the heap of packed integers.
//!
//! Cancelling leaves no garbage: in a line at once; on the heap, a cancelled key is dropped when it
//! comes up, or as soon as such keys are more than half. A line's key on the heap may belong to a
//! head that was cancelled since; it is then too early, never too late, and is replaced on its way.

mod heap;
mod line;
#[cfg(test)]
mod tests;

use crate::units::Instant;
use heap::Heap;
use line::{Line, NO_KEY};

/// Bits of a ticket that name the slot: 16 million events on the heap, 10^12 planned in all.
const SLOT_BITS: u32 = 24;
const SLOTS_MAX: usize = 1 << SLOT_BITS;
const SEQUENCE_END: u64 = 1 << (u64::BITS - SLOT_BITS);
/// The slot that stands for the line of this very instant.
const THIS_INSTANT: u64 = 0;

/// Events planned for instants to come, and the present instant.
pub struct Agenda<E: Copy> {
    now: Instant,
    sequence: u64,
    pending: usize,
    this_instant: Line<E>,
    heap: Heap,
    /// Keys on the heap whose event was cancelled.
    cancelled: usize,
    slots: Vec<Slot<E>>,
    free_slots: Vec<u32>,
    lines: Vec<Timers<E>>,
}

/// What was planned, so that it can be cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Sequence number and slot: never the same twice, so an outdated key matches nothing.
    ticket: u64,
    /// Where in its line.
    place: u32,
}

/// A line of timers that all have one length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineId(u32);

struct Slot<E> {
    ticket: u64,
    content: Content<E>,
}

#[derive(Clone, Copy)]
enum Content<E> {
    /// Free, or cancelled while its key is still on the heap.
    Nothing,
    Event(E),
    /// For ever the slot of one line of timers.
    Line(LineId),
    /// For ever the slot of [`THIS_INSTANT`].
    ThisInstant,
}

struct Timers<E> {
    line: Line<E>,
    slot: u64,
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
            sequence: 0,
            pending: 0,
            this_instant: Line::new(),
            heap: Heap::default(),
            cancelled: 0,
            slots: vec![Slot { ticket: THIS_INSTANT, content: Content::ThisInstant }],
            free_slots: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// The present instant: that of the event delivered last.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// How many events are still to happen.
    #[must_use]
    pub const fn pending(&self) -> usize {
        self.pending
    }

    /// Plans an event for the instant `at`.
    ///
    /// # Panics
    ///
    /// Panics if `at` is in the past, or if the agenda is full (2^24 events pending outside of
    /// lines, 2^40 planned in all).
    #[inline]
    pub fn plan(&mut self, at: Instant, event: E) -> Key {
        assert!(at >= self.now, "{at:?} is before {:?}", self.now);
        if at == self.now {
            return self.plan_for_this_instant(event);
        }
        let slot = self.fill_slot(Content::Event(event));
        let ticket = self.take_ticket(slot);
        self.slots[index(slot)].ticket = ticket;
        self.heap.push(key_of(at, ticket));
        Key { ticket, place: 0 }
    }

    /// Plans an event for this very instant, after all others planned for it.
    #[inline]
    pub fn plan_now(&mut self, event: E) {
        self.plan_for_this_instant(event);
    }

    /// Opens a line for timers that all have one length.
    ///
    /// # Panics
    ///
    /// Panics if the agenda is full, as [`Agenda::plan`] does.
    pub fn line(&mut self) -> LineId {
        let id = LineId(u32::try_from(self.lines.len()).expect("every line has a slot"));
        let slot = self.fill_slot(Content::Line(id));
        self.lines.push(Timers { line: Line::new(), slot, heap_key: NO_KEY });
        id
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
        let timers = &self.lines[line.index()];
        // The key on the heap may be later than the last entry's: its own entry was cancelled.
        let has_key = timers.heap_key != NO_KEY;
        if has_key && at < instant_of(timers.heap_key.max(timers.line.last())) {
            return self.plan(at, event);
        }
        let ticket = self.take_ticket(timers.slot);
        let key = key_of(at, ticket);
        let timers = &mut self.lines[line.index()];
        if !has_key {
            timers.heap_key = key;
            self.heap.push(key);
        }
        Key { ticket, place: timers.line.push(key, event) }
    }

    /// Takes an event off the agenda; one that happened or was cancelled before is no matter.
    #[inline]
    pub fn cancel(&mut self, key: Key) {
        let slot = &mut self.slots[index(slot_of(key.ticket))];
        let is_cancelled = match slot.content {
            Content::Line(id) => self.lines[id.index()].line.cancel(key.ticket, key.place),
            Content::ThisInstant => self.this_instant.cancel(key.ticket, key.place),
            Content::Event(_) if slot.ticket == key.ticket => {
                slot.content = Content::Nothing;
                self.cancelled += 1;
                self.drop_cancelled_if_many();
                true
            }
            Content::Event(_) | Content::Nothing => false,
        };
        self.pending -= usize::from(is_cancelled);
    }

    /// Delivers the next event and moves on to its instant.
    #[expect(clippy::should_implement_trait, reason = "an agenda is planned into between events")]
    pub fn next(&mut self) -> Option<(Instant, E)> {
        self.next_before_key(NO_KEY)
    }

    /// Delivers the next event and moves on to its instant, if that is before `end`.
    #[inline]
    pub fn next_before(&mut self, end: Instant) -> Option<(Instant, E)> {
        self.next_before_key(key_of(end, 0))
    }

    #[inline]
    fn next_before_key(&mut self, end: u128) -> Option<(Instant, E)> {
        loop {
            let first = self.heap.first().unwrap_or(NO_KEY);
            let first_now = self.this_instant.first();
            // An event on the heap may be for this instant as well, planned before it came.
            let key = first.min(first_now);
            if key >= end {
                return None;
            }
            let event =
                if first_now < first { self.this_instant.pop() } else { self.take_first(first) };
            if let Some(event) = event {
                self.now = instant_of(key);
                self.pending -= 1;
                return Some((self.now, event));
            }
        }
    }

    /// Takes the heap's first key and its event, if the key still stands for one.
    #[inline]
    fn take_first(&mut self, first: u128) -> Option<E> {
        let slot = slot_of(ticket_of(first));
        match self.slots[index(slot)].content {
            Content::Event(event) => {
                self.heap.pop();
                self.empty_slot(slot);
                self.drop_cancelled_if_many();
                Some(event)
            }
            Content::Line(id) => self.take_first_of_line(id, first),
            Content::Nothing => {
                self.heap.pop();
                self.empty_slot(slot);
                self.cancelled -= 1;
                None
            }
            Content::ThisInstant => unreachable!("this instant's line is never on the heap"),
        }
    }

    fn take_first_of_line(&mut self, id: LineId, first: u128) -> Option<E> {
        let timers = &mut self.lines[id.index()];
        let event = if timers.line.first() == first { timers.line.pop() } else { None };
        timers.heap_key = timers.line.first();
        if timers.heap_key == NO_KEY {
            self.heap.pop();
            self.drop_cancelled_if_many();
        } else {
            self.heap.replace_first(timers.heap_key);
        }
        event
    }

    fn plan_for_this_instant(&mut self, event: E) -> Key {
        let ticket = self.take_ticket(THIS_INSTANT);
        Key { ticket, place: self.this_instant.push(key_of(self.now, ticket), event) }
    }

    /// The next sequence number, with the slot in its low bits.
    fn take_ticket(&mut self, slot: u64) -> u64 {
        assert!(self.sequence < SEQUENCE_END, "no more than 2^40 events can be planned");
        let ticket = self.sequence << SLOT_BITS | slot;
        self.sequence += 1;
        self.pending += 1;
        ticket
    }

    fn fill_slot(&mut self, content: Content<E>) -> u64 {
        if let Some(slot) = self.free_slots.pop() {
            self.slots[slot as usize].content = content;
            return u64::from(slot);
        }
        assert!(self.slots.len() < SLOTS_MAX, "no more than 2^24 events can be pending");
        self.slots.push(Slot { ticket: 0, content });
        self.slots.len() as u64 - 1
    }

    fn empty_slot(&mut self, slot: u64) {
        self.slots[index(slot)].content = Content::Nothing;
        self.free_slots.push(u32::try_from(slot).expect("a slot has 24 bits"));
    }

    /// Keeps cancelled keys at most half of the heap; each pays for its own removal.
    #[inline]
    fn drop_cancelled_if_many(&mut self) {
        if self.cancelled > self.heap.len() / 2 {
            self.drop_cancelled();
        }
    }

    fn drop_cancelled(&mut self) {
        let Self { heap, slots, free_slots, .. } = self;
        heap.retain(|key| {
            let slot = slot_of(ticket_of(key));
            let is_kept = !matches!(slots[index(slot)].content, Content::Nothing);
            if !is_kept {
                free_slots.push(u32::try_from(slot).expect("a slot has 24 bits"));
            }
            is_kept
        });
        self.cancelled = 0;
    }
}

impl LineId {
    const fn index(self) -> usize {
        self.0 as usize
    }
}

/// An instant and a ticket as one number in the order of the agenda.
const fn key_of(at: Instant, ticket: u64) -> u128 {
    (at.as_nanos() as u128) << 64 | ticket as u128
}

const fn instant_of(key: u128) -> Instant {
    Instant::from_nanos((key >> 64) as u64)
}

#[expect(clippy::cast_possible_truncation, reason = "the ticket is the key's lower half")]
const fn ticket_of(key: u128) -> u64 {
    key as u64
}

const fn slot_of(ticket: u64) -> u64 {
    ticket & (SLOTS_MAX as u64 - 1)
}

#[expect(clippy::cast_possible_truncation, reason = "a slot has 24 bits")]
const fn index(slot: u64) -> usize {
    slot as usize
}
