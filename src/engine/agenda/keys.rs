//! The keys of all that is planned: the next ones in a heap, the others in buckets without order.
//!
//! A heap of a million keys lies outside of the processor's caches, and each level of it waits for memory. So
//! the heap holds only some thousand keys. The others stand on rungs, each a span of time cut into buckets. When the
//! heap is empty, the next bucket moves into it; one that holds too much is cut up into a rung of its own
//! first. A key moves a few times, however many there are.
//!
//! A ladder queue with a heap at its foot. Tang, Goh and Thng, "Ladder queue: an O(1) priority queue structure for
//! large-scale discrete event simulation", 2005. <https://doi.org/10.1145/1103323.1103324>

use std::hint::{black_box, cold_path};

use super::heap::Heap;
use super::key::{is_none, nanos_of};
use super::rung::{Rung, clear};

/// Keys of which the smallest is at hand; up to about `NEAR_MAX` of them are in the heap.
#[derive(Debug)]
pub(super) struct Keys<const NEAR_MAX: usize = 4096> {
    /// All keys up to the nanosecond `near_last`.
    near: Heap,
    near_last: u64,
    /// How many keys the heap may have before they are cut up into a rung.
    near_max: usize,
    /// The first ends with time itself; each other is one bucket of the rung before it, the one opened last.
    rungs: Vec<Rung>,
    /// How many keys are on rungs.
    waiting: usize,
    /// Rungs out of use, and a bucket.
    spare: Vec<Rung>,
    bucket: Vec<u128>,
}

impl<const NEAR_MAX: usize> Keys<NEAR_MAX> {
    pub(super) const fn new() -> Self {
        Self {
            near: Heap::new(),
            near_last: u64::MAX,
            near_max: NEAR_MAX,
            rungs: Vec::new(),
            waiting: 0,
            spare: Vec::new(),
            bucket: Vec::new(),
        }
    }

    /// The smallest key, or [`NO_KEY`].
    ///
    /// Where many have waited, what stands behind them has left the processor's caches: `look` reads it for all keys
    /// that come near together, which takes the time of a few.
    #[inline]
    pub(super) fn first<R>(&mut self, look: impl Fn(u128) -> R) -> u128 {
        let first = self.near.first();
        if is_none(first) && self.waiting > 0 {
            return self.approach(look);
        }
        first
    }

    /// The smallest key that is near, or [`NO_KEY`]: all others are of a later instant than the key that was
    /// taken last.
    #[inline]
    pub(super) fn peek_near(&self) -> u128 {
        self.near.peek()
    }

    /// How many keys there are.
    #[inline]
    pub(super) const fn len(&self) -> usize {
        self.near.len() + self.waiting
    }

    /// Adds `key`.
    #[inline(always)]
    pub(super) fn push(&mut self, key: u128) {
        if nanos_of(key) > self.near_last {
            cold_path();
            self.push_to_rung(key);
        } else if self.near.push(key) > self.near_max {
            self.spread();
        }
    }

    /// Takes the smallest key away, which [`Keys::first`] has told.
    #[inline]
    pub(super) fn pop(&mut self) {
        self.near.pop();
    }

    /// Keeps only the keys that `is_kept` accepts.
    pub(super) fn retain(&mut self, mut is_kept: impl FnMut(u128) -> bool) {
        self.near.retain(&mut is_kept);
        self.waiting = self.rungs.iter_mut().map(|rung| rung.retain(&mut is_kept)).sum();
    }

    #[inline]
    fn push_to_rung(&mut self, key: u128) {
        let rung = self.rungs.iter_mut().rfind(|rung| nanos_of(key) <= rung.last());
        rung.expect("the first rung ends with time itself").push(key);
        self.waiting += 1;
    }

    /// Sends all but the nearest keys of the heap to a new rung.
    #[cold]
    fn spread(&mut self) {
        let keys = self.near.take_all();
        self.add_rung(&keys);
        self.approach(|_| ());
    }

    /// Makes a rung of keys that were near.
    fn add_rung(&mut self, keys: &[u128]) {
        let mut rung = self.spare.pop().unwrap_or_default();
        rung.hold(keys, self.near_last);
        self.rungs.push(rung);
        self.waiting += keys.len();
    }

    /// Fills the empty heap with the nearest keys of the rungs, of which there must be some, and tells the first.
    #[inline(never)]
    fn approach<R>(&mut self, look: impl Fn(u128) -> R) -> u128 {
        let mut keys = std::mem::take(&mut self.bucket);
        while let Some(rung) = self.rungs.last_mut() {
            if rung.is_empty() {
                self.spare.extend(self.rungs.pop());
                continue;
            }
            self.near_last = rung.open(&mut keys);
            self.waiting -= keys.len();
            if self.near_last == rung.last() {
                self.spare.extend(self.rungs.pop());
            }
            let is_one_instant = || keys.iter().all(|key| nanos_of(*key) == nanos_of(keys[0]));
            if keys.len() <= NEAR_MAX || is_one_instant() {
                break;
            }
            self.add_rung(&keys);
            clear(&mut keys);
        }
        for key in &keys {
            black_box(look(*key));
        }
        for key in &keys {
            self.near.push(*key);
        }
        clear(&mut keys);
        self.bucket = keys;
        self.near_max = NEAR_MAX.max(2 * self.near.len());
        self.near.first()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    use super::*;
    use crate::engine::agenda::key::NO_KEY;

    proptest! {
        /// The twin: an ordered set. Time goes on as keys are taken, so later ones are added: most of them soon,
        /// some of them much later, and now and then many at one instant.
        #[test]
        fn keys_leave_in_ascending_order(
            steps in prop::collection::vec((0..12, 0_u32..64, any::<u64>()), 0..600),
        ) {
            let mut keys: Keys<8> = Keys::new();
            let mut twin = BTreeSet::new();
            let (mut now, mut ticket) = (0_u64, 0);
            for (step, shift, number) in steps {
                let mut add = |at| {
                    ticket += 1;
                    let key = u128::from(at) << 64 | ticket;
                    keys.push(key);
                    twin.insert(key);
                };
                match step {
                    0..6 => add(now.saturating_add(number % 100)),
                    6 | 7 => add(now.saturating_add(number >> shift)),
                    8 => (0..shift).for_each(|_| add(now.saturating_add(number % 1000))),
                    9 if number % 16 == 0 => {
                        keys.retain(|key| key % 3 != 0);
                        twin.retain(|key| key % 3 != 0);
                    }
                    _ => {
                        let first = twin.pop_first();
                        prop_assert_eq!(keys.first(|_| ()), first.unwrap_or(NO_KEY));
                        if let Some(first) = first {
                            keys.pop();
                            now = nanos_of(first);
                            let next = twin.first().copied().unwrap_or(NO_KEY);
                            prop_assert!([next, NO_KEY].contains(&keys.peek_near()));
                            prop_assert!(keys.peek_near() == next || nanos_of(next) > now);
                        }
                    }
                }
                prop_assert_eq!(keys.len(), twin.len());
            }
            while let Some(first) = twin.pop_first() {
                prop_assert_eq!(keys.first(|_| ()), first);
                keys.pop();
            }
            prop_assert_eq!((keys.first(|_| ()), keys.len()), (NO_KEY, 0));
        }
    }

    #[test]
    fn many_keys_of_one_instant_are_not_cut_up_again_and_again() {
        let mut keys: Keys<8> = Keys::new();
        for ticket in 1..=1000 {
            keys.push(7 << 64 | ticket);
        }
        assert_eq!((keys.len(), keys.waiting), (1000, 0));
        assert!(keys.near_max >= 1000, "up to {}", keys.near_max);
    }

    #[test]
    fn what_comes_near_is_looked_at_once_before_its_turn() {
        let mut keys: Keys<8> = Keys::new();
        let all: Vec<u128> = (1..=20).map(|number| number << 74 | 1).collect();
        for key in &all {
            keys.push(*key);
        }
        let looked = RefCell::new(Vec::new());
        for key in &all {
            assert_eq!(keys.first(|key| looked.borrow_mut().push(key)), *key);
            keys.pop();
        }
        // The first was near from when the heap was cut up.
        assert_eq!(looked.into_inner(), all[1..]);
    }

    #[test]
    fn rungs_do_not_add_up_as_time_goes_on() {
        let mut keys: Keys<8> = Keys::new();
        for number in 1..=100 {
            keys.push(number << 80 | number);
        }
        for _ in 0..20_000 {
            let first = keys.first(|_| ());
            keys.pop();
            keys.push(first + (100 << 80));
        }
        let rungs = keys.rungs.len() + keys.spare.len();
        assert!(rungs <= 4, "{rungs} for a hundred keys");
    }
}
