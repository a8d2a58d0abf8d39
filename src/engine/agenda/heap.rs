//! A heap of packed keys, smallest first, four children to a node.
//!
//! Four sixteen-byte children fill one cache line, and the tree is half as deep as a binary one.
//! `LaMarca` and Ladner, "The influence of caches on the performance of heaps", 1996.
//! <https://doi.org/10.1145/235141.235145>
//!
//! The smallest key stands beside the tree. When it is taken, its place stays open, and the next one is only looked
//! for: most often the next step adds a key, which then needs one pass down the tree or none.

use std::hint::{cold_path, select_unpredictable};

use super::key::{NO_KEY, is_none, ticket_of};

/// Stands for the smallest key while it is not known: no ticket is zero.
const UNKNOWN: u128 = 0;

/// Keys of which the smallest is at hand.
#[derive(Debug)]
pub(super) struct Heap {
    /// The root.
    first: u128,
    /// The smallest of the others and its place, while the root is not known.
    second: u128,
    second_place: usize,
    /// The others: the children of the root, then those of each place in turn; [`NO_KEY`] after the last.
    groups: Vec<Group>,
    /// How many keys are in groups.
    len: usize,
}

/// Four keys with one parent: one cache line.
#[derive(Clone, Debug)]
#[repr(align(64))]
struct Group([u128; 4]);

impl Heap {
    pub(super) const fn new() -> Self {
        Self { first: NO_KEY, second: NO_KEY, second_place: 0, groups: Vec::new(), len: 0 }
    }

    /// The smallest key, or [`NO_KEY`].
    #[inline]
    pub(super) fn first(&mut self) -> u128 {
        if is_unknown(self.first) {
            cold_path();
            self.first = self.take_second();
        }
        self.first
    }

    /// The same, for one look: the place that is open stays so.
    #[inline]
    pub(super) fn peek(&self) -> u128 {
        if is_unknown(self.first) { self.second } else { self.first }
    }

    /// How many keys there are.
    #[inline]
    pub(super) const fn len(&self) -> usize {
        self.len + (!is_none(self.first) && !is_unknown(self.first)) as usize
    }

    /// Adds `key`, and tells how many keys there are beside the smallest; zero if it only took the place that was open.
    #[inline(always)]
    pub(super) fn push(&mut self, key: u128) -> usize {
        if is_unknown(self.first) {
            self.first = self.exchange(key);
            return 0;
        }
        if key < self.first {
            let first = std::mem::replace(&mut self.first, key);
            if !is_none(first) {
                self.add(first);
            }
        } else {
            self.add(key);
        }
        self.len
    }

    /// Takes the smallest key away, which [`Heap::first`] has told.
    #[inline]
    pub(super) fn pop(&mut self) {
        debug_assert!(!is_unknown(self.first), "it was told");
        self.first = UNKNOWN;
        // Two at most, as where little is planned, need one comparison.
        (self.second_place, self.second) = match self.groups.first() {
            Some(group) if self.len > 2 => group.smallest(),
            Some(group) => group.smaller_of_two(),
            None => (0, NO_KEY),
        };
    }

    /// Takes all keys.
    pub(super) fn take_all(&mut self) -> Vec<u128> {
        let Self { first, groups, .. } = std::mem::replace(self, Self::new());
        let keys = groups.iter().flat_map(|group| group.0).chain([first]);
        keys.filter(|key| !is_none(*key) && !is_unknown(*key)).collect()
    }

    /// Keeps only the keys that `is_kept` accepts.
    pub(super) fn retain(&mut self, mut is_kept: impl FnMut(u128) -> bool) {
        for key in self.take_all() {
            if is_kept(key) {
                self.push(key);
            }
        }
    }

    /// Puts `key` among the groups, and takes the smallest of them and it.
    #[inline(always)]
    fn exchange(&mut self, key: u128) -> u128 {
        let second = self.second;
        if let [only] = &mut self.groups[..] {
            // Nothing is below it, as where little is planned. Which of the two comes first no processor could guess:
            // it would have to begin anew every other time, and here it need not.
            let is_first = key < second;
            let first = select_unpredictable(is_first, key, second);
            only.0[self.second_place % 4] = select_unpredictable(is_first, second, key);
            return first;
        }
        if key <= second {
            return key;
        }
        self.sift_down(self.second_place, key);
        second
    }

    /// Adds a key to the groups.
    fn add(&mut self, key: u128) {
        let mut place = self.len;
        self.len += 1;
        if place == 4 * self.groups.len() {
            self.groups.push(Group([NO_KEY; 4]));
        }
        // The parent of a group is the place before which there are as many places as groups.
        while let Some(parent) = (place / 4).checked_sub(1) {
            let above = self.at(parent);
            if above <= key {
                break;
            }
            *self.at_mut(place) = above;
            place = parent;
        }
        *self.at_mut(place) = key;
    }

    /// Takes the smallest key of the groups, or [`NO_KEY`].
    fn take_second(&mut self) -> u128 {
        let Some(last) = self.len.checked_sub(1) else { return NO_KEY };
        self.len = last;
        let key = std::mem::replace(self.at_mut(last), NO_KEY);
        if last != self.second_place {
            self.sift_down(self.second_place, key);
        }
        if last % 4 == 0 {
            self.groups.pop();
        }
        self.second
    }

    /// Puts `key` in `place`, or below it where smaller keys have to come up.
    #[inline]
    fn sift_down(&mut self, mut place: usize, key: u128) {
        while let Some(group) = self.groups.get(place + 1) {
            let (child, smallest) = group.smallest();
            if smallest >= key {
                break;
            }
            *self.at_mut(place) = smallest;
            place = 4 * (place + 1) + child;
        }
        *self.at_mut(place) = key;
    }

    #[inline]
    fn at(&self, place: usize) -> u128 {
        self.groups[place / 4].0[place % 4]
    }

    #[inline]
    fn at_mut(&mut self, place: usize) -> &mut u128 {
        &mut self.groups[place / 4].0[place % 4]
    }
}

/// One half of a key tells, and takes half of the steps.
const fn is_unknown(key: u128) -> bool {
    ticket_of(key) == 0
}

impl Group {
    /// The smallest of its keys, and where it is.
    #[inline]
    fn smallest(&self) -> (usize, u128) {
        // In pairs, without a loop: the processor works on both at once.
        let [a, b, c, d] = self.0;
        smaller(smaller((0, a), (1, b)), smaller((2, c), (3, d)))
    }

    /// The smaller of its first two keys, and where it is.
    #[inline]
    const fn smaller_of_two(&self) -> (usize, u128) {
        let [a, b, ..] = self.0;
        smaller((0, a), (1, b))
    }
}

/// The key that is smaller, with its place.
#[inline]
const fn smaller(a: (usize, u128), b: (usize, u128)) -> (usize, u128) {
    if b.1 < a.1 { b } else { a }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keys_leave_in_ascending_order(
            // Few as often as many: the root and one group are a case of their own.
            keys in (0_usize..2, 0_usize..300).prop_flat_map(|(kind, count)| {
                proptest::collection::vec(1_u128..500, if kind == 0 { count % 7 } else { count })
            }),
            lowest_kept in 1_u128..200,
            replaced in 0_usize..20,
        ) {
            let mut heap = Heap::new();
            for &key in &keys {
                heap.push(key);
            }
            heap.retain(|key| key >= lowest_kept);
            let mut expected: Vec<u128> =
                keys.into_iter().filter(|&key| key >= lowest_kept).collect();
            expected.sort_unstable();
            for _ in 0..replaced.min(expected.len()) {
                prop_assert_eq!(heap.first(), expected[0]);
                heap.pop();
                prop_assert_eq!(heap.len(), expected.len() - 1);
                prop_assert_eq!(heap.peek(), expected.get(1).copied().unwrap_or(NO_KEY));
                heap.push(expected[0] + 7);
                expected[0] += 7;
                expected.sort_unstable();
            }
            let mut left = Vec::new();
            while heap.len() > 0 {
                left.push(heap.first());
                heap.pop();
            }
            prop_assert_eq!(left, expected);
            prop_assert_eq!(heap.first(), NO_KEY);
        }
    }
}
