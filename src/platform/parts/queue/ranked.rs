//! Entries of one lane by rank, the lowest first.
//!
//! Most come in the order in which they go: who comes first goes first, and a job mostly waits from the
//! moment at which it is due. Those stand in a deque, which is read from one end to the other as memory
//! is fastest, however long it is; only the others need a heap.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};

use super::Entry;
use crate::engine::ahead::Ahead;

/// Lower goes first: by what the order is about, then by number. No two entries have the same.
pub(super) type Rank = (u64, i64);

#[derive(Clone, Debug)]
pub(super) struct Ranked<T> {
    /// By ascending rank.
    in_order: VecDeque<Waiting<T>>,
    ahead: Ahead,
    /// Those that came when something of a lower and something of a higher rank stood there.
    others: BinaryHeap<Waiting<T>>,
}

/// An entry that waits, and its rank.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting<T> {
    pub(super) rank: Rank,
    pub(super) entry: Entry<T>,
}

impl<T: Copy> Ranked<T> {
    pub(super) fn new() -> Self {
        let ahead = Ahead::default();
        Self { in_order: VecDeque::new(), ahead, others: BinaryHeap::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.in_order.len() + self.others.len()
    }

    pub(super) fn push(&mut self, waiting: Waiting<T>) {
        if self.in_order.back().is_none_or(|last| last.rank < waiting.rank) {
            self.in_order.push_back(waiting);
        } else if self.in_order.front().is_some_and(|first| waiting.rank < first.rank) {
            self.in_order.push_front(waiting);
        } else {
            self.others.push(waiting);
        }
    }

    /// The lowest rank.
    pub(super) fn first(&self) -> Option<Rank> {
        let first = [self.in_order.front(), self.others.peek()];
        first.into_iter().flatten().map(|waiting| waiting.rank).min()
    }

    /// Looks at what goes next, as the first is about to be taken.
    pub(super) fn look_ahead<R>(&mut self, mut look: impl FnMut(T) -> R) {
        self.ahead.look(self.in_order.len(), &self.in_order, |waiting| look(waiting.entry.item));
    }

    /// Takes the entry of the lowest rank.
    pub(super) fn pop(&mut self) -> Option<Entry<T>> {
        let is_other = match (self.in_order.front(), self.others.peek()) {
            (Some(first), Some(other)) => other.rank < first.rank,
            (first, _) => first.is_none(),
        };
        let next = if is_other { self.others.pop() } else { self.in_order.pop_front() };
        next.map(|waiting| waiting.entry)
    }

    /// Keeps only the entries that `is_kept` accepts.
    pub(super) fn retain(&mut self, mut is_kept: impl FnMut(T) -> bool) {
        self.in_order.retain(|waiting| is_kept(waiting.entry.item));
        self.others.retain(|waiting| is_kept(waiting.entry.item));
    }

    pub(super) fn clear(&mut self) {
        self.in_order.clear();
        self.others.clear();
    }

    /// All of them, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Waiting<T>> {
        self.in_order.iter().chain(&self.others)
    }
}

/// The greatest of a heap is what goes first.
impl<T> Ord for Waiting<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.rank.cmp(&self.rank)
    }
}

impl<T> PartialOrd for Waiting<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Waiting<T> {
    fn eq(&self, other: &Self) -> bool {
        self.rank == other.rank
    }
}

impl<T> Eq for Waiting<T> {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    use super::*;
    use crate::units::Instant;

    proptest! {
        /// The twin: an ordered map.
        #[test]
        fn entries_leave_by_rank_in_whatever_order_they_came(
            steps in prop::collection::vec((0..6, 0..40_u64), 0..200),
        ) {
            let mut ranked = Ranked::new();
            let mut twin = BTreeMap::new();
            for (number, (step, due)) in (0..).zip(steps) {
                match step {
                    0..3 => {
                        let rank = (due, if step == 0 { -number } else { number });
                        let entry = Entry { item: number, lane: 0, priority: 0, due: Instant::START };
                        ranked.push(Waiting { rank, entry });
                        twin.insert(rank, number);
                    }
                    3 if due < 5 => {
                        ranked.retain(|item| item % 3 != 0);
                        twin.retain(|_, item| *item % 3 != 0);
                    }
                    _ => {
                        let popped = ranked.pop().map(|entry| entry.item);
                        prop_assert_eq!(popped, twin.pop_first().map(|(_, item)| item));
                    }
                }
                prop_assert_eq!(ranked.first(), twin.first_key_value().map(|(rank, _)| *rank));
                prop_assert_eq!((ranked.len(), ranked.iter().count()), (twin.len(), twin.len()));
            }
        }
    }
}
