//! A rung of the ladder: the keys of one span of time in buckets of equal width, each without order.

use super::key::nanos_of;

/// Keys of a span of time in buckets; the last bucket takes whatever is later than the others.
#[derive(Debug, Default)]
pub(super) struct Rung {
    /// The nanosecond with which the first bucket begins, and the one with which the last ends.
    first: u64,
    last: u64,
    /// The logarithm of a bucket's width.
    shift: u32,
    /// The first bucket that has not been opened.
    next: usize,
    buckets: Vec<Vec<u128>>,
    /// How many keys there are.
    len: usize,
}

/// The logarithm of the number of buckets, the last one left out: so few that all are at hand.
const BUCKETS_LOG: u32 = 8;
const BUCKETS: usize = 1 << BUCKETS_LOG;
/// An empty bucket keeps room for so many keys.
const ROOM: usize = 64;

impl Rung {
    /// Lets an empty rung hold `keys`, of which there must be one, and what comes up to `last`.
    pub(super) fn hold(&mut self, keys: &[u128], last: u64) {
        let nanos = || keys.iter().map(|key| nanos_of(*key));
        self.first = nanos().min().expect("a rung begins with a key");
        self.last = last;
        let reach = nanos().max().map_or(0, |greatest| greatest - self.first);
        self.shift = (u64::BITS - reach.leading_zeros()).saturating_sub(BUCKETS_LOG);
        self.next = 0;
        self.buckets.resize_with(BUCKETS + 1, Vec::new);
        for key in keys {
            self.push(*key);
        }
    }

    /// The nanosecond with which its span ends.
    #[inline]
    pub(super) const fn last(&self) -> u64 {
        self.last
    }

    /// Whether it holds no key.
    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a key of the rung's span that is in no bucket that was opened.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "there are 257 buckets")]
    pub(super) fn push(&mut self, key: u128) {
        let bucket = ((nanos_of(key) - self.first) >> self.shift).min(BUCKETS as u64);
        self.buckets[bucket as usize].push(key);
        self.len += 1;
    }

    /// Moves the keys of the first bucket that has some to `keys`, which must be empty, and tells the nanosecond
    /// with which the bucket ends.
    pub(super) fn open(&mut self, keys: &mut Vec<u128>) -> u64 {
        while self.buckets[self.next].is_empty() {
            self.next += 1;
        }
        std::mem::swap(keys, &mut self.buckets[self.next]);
        self.len -= keys.len();
        let opened = self.next;
        self.next += 1;
        if opened == BUCKETS {
            return self.last;
        }
        let reach = (opened as u64) << self.shift | ((1 << self.shift) - 1);
        self.first.saturating_add(reach).min(self.last)
    }

    /// Keeps only the keys that `is_kept` accepts, and tells how many.
    pub(super) fn retain(&mut self, mut is_kept: impl FnMut(u128) -> bool) -> usize {
        for bucket in &mut self.buckets {
            bucket.retain(|key| is_kept(*key));
            bucket.shrink_to(ROOM);
        }
        self.len = self.buckets.iter().map(Vec::len).sum();
        self.len
    }
}

/// Empties a bucket that was opened, so that it may be put in the place of another.
pub(super) fn clear(bucket: &mut Vec<u128>) {
    bucket.clear();
    bucket.shrink_to(ROOM);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_ends_no_later_than_its_rung() {
        let mut rung = Rung::default();
        // Buckets are two nanoseconds wide; the one of 300 would end with 301.
        rung.hold(&[0, 300].map(|nanos| nanos << 64), 300);
        let mut keys = Vec::new();
        assert_eq!((rung.open(&mut keys), keys.as_slice()), (1, [0].as_slice()));
        keys.clear();
        assert_eq!((rung.open(&mut keys), keys.len(), rung.is_empty()), (300, 1, true));
    }
}
