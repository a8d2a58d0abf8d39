//! The keys of all that is planned: the near ones in a heap, the far ones in a list without order.
//!
//! A heap of a million keys lies outside of the processor's caches, and each level of it waits for
//! memory. So the heap holds what comes within a horizon, some ten thousand keys; when it is empty, the
//! horizon moves on, and one sweep of the list, in the order in which memory is fastest, fills it again.
//!
//! A ladder queue of one rung. Tang, Goh and Thng, "Ladder queue: an O(1) priority queue structure for
//! large-scale discrete event simulation", 2005. <https://doi.org/10.1145/1103323.1103324>

use super::NO_KEY;
use super::heap::Heap;

/// Keys of which the smallest is at hand; the heap has up to `NEAR_MAX` before there is a list.
#[derive(Debug)]
pub(super) struct Keys<const NEAR_MAX: usize = 65_536> {
    /// All keys before the horizon.
    near: Heap,
    /// All others.
    far: Vec<u128>,
    /// [`NO_KEY`] while none is far.
    horizon: u128,
    /// How many keys the heap may have before the horizon is drawn nearer.
    near_max: usize,
}

/// Of the keys in the list about this part comes with a sweep, if that is many.
const SWEEPS: usize = 32;
/// So many keys are looked at to tell how they are spread.
const SAMPLES: usize = 256;

impl<const NEAR_MAX: usize> Keys<NEAR_MAX> {
    /// How many keys come near at a time, at least.
    const NEAR_MIN: usize = NEAR_MAX / 4;

    pub(super) const fn new() -> Self {
        Self { near: Heap::new(), far: Vec::new(), horizon: NO_KEY, near_max: NEAR_MAX }
    }

    /// The smallest key, or [`NO_KEY`].
    #[inline]
    pub(super) fn first(&mut self) -> u128 {
        let first = self.near.first();
        if !self.far.is_empty() && first == NO_KEY {
            return self.move_horizon();
        }
        first
    }

    /// The same, for one look, after which a key is most often added.
    #[inline]
    pub(super) fn peek(&mut self) -> u128 {
        if self.far.is_empty() { self.near.peek() } else { self.first() }
    }

    /// How many keys there are.
    #[inline]
    pub(super) const fn len(&self) -> usize {
        self.near.len() + self.far.len()
    }

    /// Adds `key`.
    #[inline(always)]
    pub(super) fn push(&mut self, key: u128) {
        if key >= self.horizon {
            self.far.push(key);
            return;
        }
        if self.near.push(key) > self.near_max {
            self.draw_horizon();
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
        self.far.retain(|key| is_kept(*key));
    }

    /// Sends all but the nearest keys of a full heap to the list.
    #[cold]
    fn draw_horizon(&mut self) {
        let mut keys = self.near.take_all();
        let (_, horizon, _) = keys.select_nth_unstable(Self::NEAR_MIN);
        self.horizon = *horizon;
        self.far.extend(keys.drain(Self::NEAR_MIN..));
        for key in keys {
            self.near.push(key);
        }
        self.near_max = NEAR_MAX.max(self.far.len() / (SWEEPS / 4));
    }

    /// Fills the empty heap with the nearest keys of the list, of which it tells the first.
    #[cold]
    fn move_horizon(&mut self) -> u128 {
        let wanted = (self.far.len() / SWEEPS).max(Self::NEAR_MIN);
        self.horizon = if self.far.len() <= wanted { NO_KEY } else { self.quantile(wanted) };
        let mut index = 0;
        while let Some(&key) = self.far.get(index) {
            if key < self.horizon {
                self.far.swap_remove(index);
                self.near.push(key);
            } else {
                index += 1;
            }
        }
        self.near.first()
    }

    /// A key of the list, by a sample, before which there are about `wanted` of its keys, and one at least.
    fn quantile(&self, wanted: usize) -> u128 {
        let samples = SAMPLES.min(self.far.len());
        let step = self.far.len() / samples;
        let mut sample: Vec<u128> = self.far.iter().step_by(step).take(samples).copied().collect();
        sample.sort_unstable();
        sample[(wanted * samples / self.far.len()).max(1)]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    use super::*;

    proptest! {
        /// The twin: an ordered set. Time goes on as keys are taken, so later ones are added.
        #[test]
        fn keys_leave_in_ascending_order(
            steps in prop::collection::vec((0..8, 1_u128..2_000), 0..600),
        ) {
            let mut keys: Keys<8> = Keys::new();
            let mut twin = BTreeSet::new();
            let mut now = 1;
            for (step, number) in steps {
                match step {
                    0..5 => {
                        if twin.insert(now + number) {
                            keys.push(now + number);
                        }
                    }
                    5 if number % 16 == 0 => {
                        keys.retain(|key| key % 3 != 0);
                        twin.retain(|key| key % 3 != 0);
                    }
                    _ => {
                        let first = twin.pop_first();
                        prop_assert_eq!(keys.first(), first.unwrap_or(NO_KEY));
                        if let Some(first) = first {
                            keys.pop();
                            now = first;
                        }
                    }
                }
                prop_assert_eq!(keys.len(), twin.len());
            }
            while let Some(first) = twin.pop_first() {
                prop_assert_eq!(keys.first(), first);
                keys.pop();
            }
            prop_assert_eq!((keys.first(), keys.len()), (NO_KEY, 0));
        }
    }

    #[test]
    fn of_many_keys_few_are_near() {
        let mut keys: Keys<64> = Keys::new();
        for number in 0..10_000_u128 {
            keys.push(1 + number * 7_919 % 10_007);
        }
        let mut last = 0;
        for _ in 0..10_000 {
            let first = keys.first();
            assert!(first > last && first != NO_KEY);
            assert!(keys.near.len() <= 10_000 / (SWEEPS / 4), "{} are near", keys.near.len());
            keys.pop();
            last = first;
        }
    }
}
