//! Events that happen in the order in which they were planned: first in, first out.
//!
//! The first entry is never a cancelled one, and at most half of all entries are, so that a line's
//! memory follows what is still to happen. Both cost a constant number of steps for each event.

use std::collections::VecDeque;

/// What an empty line has in place of a first key: later than every key.
pub(super) const NO_KEY: u128 = u128::MAX;

/// Events under ascending keys, whose lower halves (the tickets) ascend as well.
pub(super) struct Line<E> {
    entries: VecDeque<Entry<E>>,
    /// How many entries there have been, modulo 2^32: the position of the next one.
    begun: u32,
    cancelled: usize,
}

struct Entry<E> {
    key: u128,
    /// None once it is cancelled.
    event: Option<E>,
}

impl<E: Copy> Line<E> {
    /// A line without events.
    pub(super) const fn new() -> Self {
        Self { entries: VecDeque::new(), begun: 0, cancelled: 0 }
    }

    /// The first event's key, or [`NO_KEY`].
    pub(super) fn first(&self) -> u128 {
        self.entries.front().map_or(NO_KEY, |entry| entry.key)
    }

    /// The last key, which may be a cancelled event's, or zero.
    pub(super) fn last(&self) -> u128 {
        self.entries.back().map_or(0, |entry| entry.key)
    }

    /// Entries held, cancelled ones included.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Adds an event under a key greater than all before it, and tells its position.
    pub(super) fn push(&mut self, key: u128, event: E) -> u32 {
        let position = self.begun;
        self.begun = position.wrapping_add(1);
        self.entries.push_back(Entry { key, event: Some(event) });
        position
    }

    /// Takes the first event.
    pub(super) fn pop(&mut self) -> Option<E> {
        let event = self.entries.pop_front()?.event;
        self.drop_cancelled();
        event
    }

    /// Takes out the event that got `position` and whose key's lower half is `ticket`, if it is
    /// still here, and tells whether it was.
    pub(super) fn cancel(&mut self, ticket: u64, position: u32) -> bool {
        let Some(index) = self.index_of(ticket, position) else { return false };
        if self.entries[index].event.take().is_none() {
            return false;
        }
        self.cancelled += 1;
        self.drop_cancelled();
        true
    }

    /// The position tells the place from the back, unless entries behind it were dropped since:
    /// then the tickets, which ascend, are searched.
    fn index_of(&self, ticket: u64, position: u32) -> Option<usize> {
        let from_back = self.begun.wrapping_sub(position) as usize;
        let guess = self.entries.len().wrapping_sub(from_back);
        if self.entries.get(guess).is_some_and(|entry| entry.ticket() == ticket) {
            return Some(guess);
        }
        self.entries.binary_search_by_key(&ticket, Entry::ticket).ok()
    }

    /// Restores what this file's header promises.
    #[inline]
    fn drop_cancelled(&mut self) {
        while self.cancelled > 0 && self.entries.front().is_some_and(|first| first.event.is_none())
        {
            self.entries.pop_front();
            self.cancelled -= 1;
        }
        if self.cancelled > self.entries.len() / 2 {
            self.entries.retain(|entry| entry.event.is_some());
            self.cancelled = 0;
        }
    }
}

impl<E> Entry<E> {
    #[expect(clippy::cast_possible_truncation, reason = "the ticket is the key's lower half")]
    const fn ticket(&self) -> u64 {
        self.key as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_found_by_position_and_after_compaction_by_ticket() {
        let mut line = Line::new();
        let positions: Vec<u32> = (0..10).map(|n| line.push(n, n)).collect();
        for ticket in [3, 4, 5, 6, 7, 8] {
            assert!(line.cancel(ticket, positions[usize::try_from(ticket).unwrap()]));
        }
        assert_eq!(line.len(), 4, "0, 1, 2 and 9 are left");
        assert!(!line.cancel(4, positions[4]), "it is gone already");
        assert!(line.cancel(1, positions[1]));
        assert!(!line.cancel(1, positions[1]));
        assert_eq!(
            [line.pop(), line.pop(), line.pop(), line.pop()],
            [Some(0), Some(2), Some(9), None]
        );
        assert_eq!(line.len(), 0);
    }

    #[test]
    fn cancelled_events_never_outnumber_the_others() {
        let mut line = Line::new();
        line.push(0, ());
        for ticket in 1..10_000_u64 {
            let position = line.push(u128::from(ticket), ());
            assert!(line.cancel(ticket, position));
            assert!(line.len() <= 2, "{} held for one event", line.len());
        }
    }
}
