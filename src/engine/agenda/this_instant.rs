//! Events at the present instant: first in, first out, without keys to compare.
//!
//! It is empty before time moves on, so what was cancelled stays no longer than its instant lasts.

/// Tickets that no event has: of one that cannot be cancelled, and of one that was.
const NONE: u64 = 0;
const CANCELLED: u64 = 1;

/// Events at the present instant, in the order in which they were planned.
#[derive(Debug)]
pub(super) struct ThisInstant<E> {
    events: Vec<(u64, E)>,
    /// How many of them have left the line.
    left: usize,
    /// How many that are in line were cancelled.
    cancelled: usize,
    /// The place of the first in the list.
    first_place: u32,
}

impl<E: Copy> ThisInstant<E> {
    pub(super) const fn new() -> Self {
        Self { events: Vec::new(), left: 0, cancelled: 0, first_place: 0 }
    }

    /// Whether nothing is in line, be it cancelled.
    #[inline]
    pub(super) const fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// How many events are in line, those that were cancelled left out.
    pub(super) const fn pending(&self) -> usize {
        self.events.len() - self.left - self.cancelled
    }

    /// Adds an event that cannot be cancelled.
    #[inline]
    pub(super) fn push(&mut self, event: E) {
        if self.events.len() == self.events.capacity() {
            self.make_room();
        }
        self.events.push((NONE, event));
    }

    /// Adds an event that can be cancelled under `ticket`, and tells its place.
    pub(super) fn push_under(&mut self, ticket: u64, event: E) -> u32 {
        self.push(event);
        let index = self.events.len() - 1;
        self.events[index].0 = ticket;
        self.place_of(index)
    }

    /// Takes the first event, unless it was cancelled.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<E> {
        let &(ticket, event) = self.events.get(self.left)?;
        self.left += 1;
        if self.left == self.events.len() {
            self.first_place = self.place_of(self.left);
            self.events.clear();
            self.left = 0;
        }
        if ticket == CANCELLED {
            self.cancelled -= 1;
            return None;
        }
        Some(event)
    }

    /// Cancels the event with `ticket` at `place`, if it is in line.
    pub(super) fn cancel(&mut self, ticket: u64, place: u32) {
        let index = place.wrapping_sub(self.first_place) as usize;
        if let Some((found, _)) = self.events.get_mut(index)
            && *found == ticket
            && index >= self.left
        {
            *found = CANCELLED;
            self.cancelled += 1;
        }
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "places are told apart by tickets")]
    const fn place_of(&self, index: usize) -> u32 {
        self.first_place.wrapping_add(index as u32)
    }

    /// Lets a full line use the places of those that have left, if they are half of it.
    #[cold]
    fn make_room(&mut self) {
        if 2 * self.left > self.events.len() {
            self.first_place = self.place_of(self.left);
            self.events.drain(..self.left);
            self.left = 0;
        }
        self.events.reserve(1);
    }
}
