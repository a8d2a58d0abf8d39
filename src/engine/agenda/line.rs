//! Events that happen in the order in which they were planned: first in, first out.
//!
//! A linked list whose nodes lie in one vector and are used again: adding, taking the first and
//! cancelling any cost a few steps, and what was cancelled leaves nothing behind.

use std::iter::successors;

use super::key::NO_KEY;
use crate::engine::ahead::Ahead;

/// What stands for the neighbour of the first and of the last node.
const NOWHERE: u32 = u32::MAX;

/// Events under ascending keys.
#[derive(Debug)]
pub(super) struct Line<E> {
    nodes: Vec<Node<E>>,
    first_key: u128,
    first: u32,
    last: u32,
    /// The first of the nodes out of use, which are linked by `after`.
    free: u32,
    ahead: Ahead,
}

#[derive(Debug)]
struct Node<E> {
    /// [`NO_KEY`] while the node is out of use.
    key: u128,
    event: E,
    before: u32,
    after: u32,
}

impl<E: Copy> Line<E> {
    /// A line without events.
    pub(super) fn new() -> Self {
        let (first, last, free) = (NOWHERE, NOWHERE, NOWHERE);
        let ahead = Ahead::default();
        Self { nodes: Vec::new(), first_key: NO_KEY, first, last, free, ahead }
    }

    /// The first event's key, or [`NO_KEY`].
    #[inline]
    pub(super) const fn first(&self) -> u128 {
        self.first_key
    }

    /// The last event's key, or zero.
    #[inline]
    pub(super) fn last(&self) -> u128 {
        self.nodes.get(self.last as usize).map_or(0, |node| node.key)
    }

    /// Adds an event under a key greater than all before it, and tells its place.
    #[inline]
    pub(super) fn push(&mut self, key: u128, event: E) -> u32 {
        let place = self.place(Node { key, event, before: self.last, after: NOWHERE });
        if let Some(last) = self.nodes.get_mut(self.last as usize) {
            last.after = place;
        } else {
            self.first = place;
            self.first_key = key;
        }
        self.last = place;
        place
    }

    /// Takes the first event.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<E> {
        let event = self.nodes.get(self.first as usize)?.event;
        self.unlink(self.first);
        Some(event)
    }

    /// Looks at the events that come next, if the line was long at some time.
    #[inline]
    pub(super) fn look_ahead<R>(&mut self, look: impl FnMut(E) -> R) {
        let node = |place: u32| self.nodes.get(place as usize);
        let next = successors(node(self.first), |it| node(it.after));
        self.ahead.look(self.nodes.len(), next.map(|it| it.event), look);
    }

    /// Takes out the event under `key`'s lower half at `place`, and tells whether it was there.
    #[inline]
    pub(super) fn cancel(&mut self, ticket: u64, place: u32) -> bool {
        let is_there = self.nodes.get(place as usize).is_some_and(|node| node.is_under(ticket));
        if is_there {
            self.unlink(place);
        }
        is_there
    }

    /// How many nodes there are, in use or not.
    #[cfg(test)]
    pub(super) fn nodes(&self) -> usize {
        self.nodes.len()
    }

    #[inline]
    fn place(&mut self, node: Node<E>) -> u32 {
        let place = self.free;
        if let Some(free) = self.nodes.get_mut(place as usize) {
            self.free = free.after;
            *free = node;
            return place;
        }
        let place =
            u32::try_from(self.nodes.len()).expect("memory ends before four thousand million");
        self.nodes.push(node);
        place
    }

    #[inline]
    fn unlink(&mut self, place: u32) {
        let node = &mut self.nodes[place as usize];
        let (before, after) = (node.before, node.after);
        node.key = NO_KEY;
        node.after = self.free;
        self.free = place;
        let after_key = if let Some(next) = self.nodes.get_mut(after as usize) {
            next.before = before;
            next.key
        } else {
            self.last = before;
            NO_KEY
        };
        if let Some(previous) = self.nodes.get_mut(before as usize) {
            previous.after = after;
        } else {
            self.first = after;
            self.first_key = after_key;
        }
    }
}

impl<E> Node<E> {
    #[expect(clippy::cast_possible_truncation, reason = "the ticket is the key's lower half")]
    const fn is_under(&self, ticket: u64) -> bool {
        self.key != NO_KEY && self.key as u64 == ticket
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cancelled_events_are_passed_over_and_their_nodes_used_again() {
        let mut line = Line::new();
        let places: Vec<u32> = (0..6).map(|n| line.push(n, n)).collect();
        for ticket in [3, 0, 5] {
            let place = places[usize::try_from(ticket).unwrap()];
            assert!(line.cancel(ticket, place));
            assert!(!line.cancel(ticket, place), "it is gone already");
        }
        assert_eq!((line.first(), line.last()), (1, 4));
        let place = line.push(6, 6);
        assert!(!line.cancel(5, place), "the node is another's now");
        assert_eq!([(); 5].map(|()| line.pop()), [Some(1), Some(2), Some(4), Some(6), None]);
        assert_eq!((line.first(), line.last(), line.nodes()), (NO_KEY, 0, 6));
    }
}
