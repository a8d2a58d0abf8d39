//! A heap of packed keys, smallest first, four children to a node.
//!
//! Four sixteen-byte children fill one cache line, and the tree is half as deep as a binary one.
//! `LaMarca` and Ladner, "The influence of caches on the performance of heaps", 1996.
//! <https://doi.org/10.1145/235141.235145>
//!
//! The smallest key stands beside the tree. When it is taken, its place stays open: most often the
//! next step adds a key, which then needs one pass down the tree or none.

use super::NO_KEY;

/// Stands for the smallest key while it is not known: no key is zero.
const UNKNOWN: u128 = 0;

/// Keys of which the smallest is at hand.
#[derive(Debug)]
pub(super) struct Heap {
    first: u128,
    /// The others; [`NO_KEY`] after the last fills up its group of children.
    tree: Vec<u128>,
    /// How many keys are in the tree.
    len: usize,
}

impl Heap {
    pub(super) const fn new() -> Self {
        Self { first: NO_KEY, tree: Vec::new(), len: 0 }
    }

    /// The smallest key, or [`NO_KEY`].
    #[inline]
    pub(super) fn first(&mut self) -> u128 {
        if self.first == UNKNOWN {
            self.first = self.take_root();
        }
        self.first
    }

    /// How many keys there are.
    #[inline]
    pub(super) const fn len(&self) -> usize {
        self.len + (self.first != NO_KEY && self.first != UNKNOWN) as usize
    }

    /// Adds `key`.
    #[inline(always)]
    pub(super) fn push(&mut self, key: u128) {
        if self.first == UNKNOWN {
            self.first = match self.tree.first() {
                Some(&root) if root < key => {
                    self.sift_down(key);
                    root
                }
                _ => key,
            };
        } else if key < self.first {
            let first = std::mem::replace(&mut self.first, key);
            if first != NO_KEY {
                self.add(first);
            }
        } else {
            self.add(key);
        }
    }

    /// Takes the smallest key away, of which there must be one.
    #[inline]
    pub(super) fn pop(&mut self) {
        if self.first == UNKNOWN {
            self.take_root();
        }
        self.first = UNKNOWN;
    }

    /// Keeps only the keys that `is_kept` accepts.
    pub(super) fn retain(&mut self, mut is_kept: impl FnMut(u128) -> bool) {
        let mut keys = std::mem::take(&mut self.tree);
        keys.truncate(self.len);
        keys.push(self.first);
        keys.retain(|&key| key != NO_KEY && key != UNKNOWN && is_kept(key));
        *self = Self::new();
        for key in keys {
            self.push(key);
        }
    }

    /// Adds a key to the tree.
    fn add(&mut self, key: u128) {
        if self.len == self.tree.len() {
            let places = if self.len == 0 { 1 } else { 4 };
            self.tree.resize(self.len + places, NO_KEY);
        }
        let mut hole = self.len;
        self.len += 1;
        while hole > 0 {
            let parent = (hole - 1) / 4;
            if self.tree[parent] <= key {
                break;
            }
            self.tree[hole] = self.tree[parent];
            hole = parent;
        }
        self.tree[hole] = key;
    }

    /// Takes the tree's smallest key, or [`NO_KEY`].
    fn take_root(&mut self) -> u128 {
        if self.len == 0 {
            return NO_KEY;
        }
        let root = self.tree[0];
        self.len -= 1;
        let last = std::mem::replace(&mut self.tree[self.len], NO_KEY);
        if self.len > 0 {
            self.sift_down(last);
        }
        root
    }

    /// Puts `key` in the place of the root, or below it where smaller keys have to come up.
    fn sift_down(&mut self, key: u128) {
        let mut hole = 0;
        while let Some(&[a, b, c, d]) = self.tree.get(4 * hole + 1..4 * hole + 5) {
            // In pairs, without a loop: the processor works on both at once.
            let of_two = |a: (usize, u128), b: (usize, u128)| if b.1 < a.1 { b } else { a };
            let (child, smallest) = of_two(of_two((1, a), (2, b)), of_two((3, c), (4, d)));
            if smallest >= key {
                break;
            }
            self.tree[hole] = smallest;
            hole = 4 * hole + child;
        }
        self.tree[hole] = key;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keys_leave_in_ascending_order(
            keys in proptest::collection::vec(1_u128..500, 0..300),
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
                heap.pop();
                prop_assert_eq!(heap.len(), expected.len() - 1);
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
