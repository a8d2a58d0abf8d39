//! A heap of packed keys, smallest first, four children to a node.
//!
//! Four sixteen-byte children fill one cache line, and the tree is half as deep as a binary one.
//! `LaMarca` and Ladner, "The influence of caches on the performance of heaps", 1996.
//! <https://doi.org/10.1145/235141.235145>

/// Keys of which the smallest is at hand.
#[derive(Default)]
pub(super) struct Heap(Vec<u128>);

impl Heap {
    /// The smallest key.
    pub(super) fn first(&self) -> Option<u128> {
        self.0.first().copied()
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds `key`.
    pub(super) fn push(&mut self, key: u128) {
        let mut hole = self.0.len();
        self.0.push(key);
        while hole > 0 {
            let parent = (hole - 1) / 4;
            if self.0[parent] <= key {
                break;
            }
            self.0[hole] = self.0[parent];
            hole = parent;
        }
        self.0[hole] = key;
    }

    /// Takes the smallest key away.
    pub(super) fn pop(&mut self) {
        if let Some(last) = self.0.pop()
            && !self.0.is_empty()
        {
            self.sift_down(0, last);
        }
    }

    /// Takes the smallest key away and adds `key`, in one pass.
    ///
    /// # Panics
    ///
    /// Panics if the heap is empty.
    pub(super) fn replace_first(&mut self, key: u128) {
        self.sift_down(0, key);
    }

    /// Keeps only the keys that `is_kept` accepts.
    pub(super) fn retain(&mut self, mut is_kept: impl FnMut(u128) -> bool) {
        self.0.retain(|&key| is_kept(key));
        for node in (0..self.0.len().div_ceil(4)).rev() {
            self.sift_down(node, self.0[node]);
        }
    }

    /// Puts `key` at `hole`, or below it where smaller keys have to come up.
    fn sift_down(&mut self, mut hole: usize, key: u128) {
        while let Some((child, smallest)) = self.smallest_child(4 * hole + 1) {
            if smallest >= key {
                break;
            }
            self.0[hole] = smallest;
            hole = child;
        }
        self.0[hole] = key;
    }

    /// The smallest of the up to four keys from index `first` on, with its index.
    fn smallest_child(&self, first: usize) -> Option<(usize, u128)> {
        let of_two = |a: (usize, u128), b: (usize, u128)| if b.1 < a.1 { b } else { a };
        // All but one node have four children or none: compare those in pairs, without a loop.
        if let Some(&[a, b, c, d]) = self.0.get(first..first + 4) {
            let left = of_two((first, a), (first + 1, b));
            let right = of_two((first + 2, c), (first + 3, d));
            return Some(of_two(left, right));
        }
        (first..).zip(self.0.get(first..)?.iter().copied()).reduce(of_two)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keys_leave_in_ascending_order(
            keys in proptest::collection::vec(0_u128..500, 0..300),
            lowest_kept in 0_u128..200,
        ) {
            let mut heap = Heap::default();
            for &key in &keys {
                heap.push(key);
            }
            heap.retain(|key| key >= lowest_kept);
            let mut expected: Vec<u128> =
                keys.into_iter().filter(|&key| key >= lowest_kept).collect();
            expected.sort_unstable();
            if let Some(first) = heap.first() {
                heap.replace_first(first + 7);
                expected[0] += 7;
                expected.sort_unstable();
            }
            let mut left = Vec::new();
            while let Some(first) = heap.first() {
                left.push(first);
                heap.pop();
            }
            prop_assert_eq!(left, expected);
        }
    }
}
