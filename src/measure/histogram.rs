//! Counts of spans in buckets whose width grows with the span: within 1 % at every scale.
//!
//! Every power of two is divided into 64 buckets of equal width, as in HDR Histogram; up to 127 ns
//! each nanosecond has a bucket of its own. Counts are integers, so histograms merge in any order
//! to the same result. What is lost: where in its bucket a span lay.
//! <https://hdrhistogram.github.io/HdrHistogram/>

use crate::units::Span;

/// The logarithm of the number of buckets in each power of two.
const PRECISION: u32 = 6;
const BUCKETS: usize = ((u64::BITS - PRECISION + 1) as usize) << PRECISION;
const _: () = assert!(BUCKETS <= 64 * 64, "a word has a bit for each word of touched buckets");

/// How many spans of each length there were.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    /// Empty until the first span: most histograms of a run never see one.
    counts: Vec<u64>,
    /// Which buckets are not empty, a bit for each, and which of these words are not zero.
    touched: Vec<u64>,
    words_touched: u64,
    count: u64,
    sum: u128,
}

/// A histogram without its empty buckets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SparseHistogram {
    /// Bucket and count, by bucket; a count beyond 32 bits takes several entries.
    buckets: Vec<(u16, u32)>,
    count: u64,
    sum: u128,
}

impl Histogram {
    /// Counts one span.
    #[inline(always)]
    pub fn record(&mut self, span: Span) {
        let nanos = span.as_nanos();
        self.sum += u128::from(nanos);
        self.count += 1;
        let bucket = bucket_of(nanos);
        match self.counts.get_mut(bucket) {
            Some(counted) if *counted > 0 => *counted += 1,
            _ => self.add(bucket, 1),
        }
    }

    /// How many spans were counted.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// All spans together, in nanoseconds, exactly.
    #[must_use]
    pub const fn sum(&self) -> u128 {
        self.sum
    }

    /// The mean span to the nearest nanosecond, unless none was counted.
    #[must_use]
    pub fn mean(&self) -> Option<Span> {
        let count = u128::from(self.count);
        let nanos = (self.sum + count / 2).checked_div(count)?;
        u64::try_from(nanos).ok().map(Span::from_nanos)
    }

    /// The shortest span than which `percent` of all are not longer, within 1 %, unless none was
    /// counted.
    ///
    /// It is the middle of the bucket that holds the span of the nearest rank, `percent` of the
    /// count rounded up. `percent` counts to three decimals.
    /// <https://en.wikipedia.org/wiki/Percentile#The_nearest-rank_method>
    ///
    /// # Panics
    ///
    /// Panics if `percent` is not from 0 to 100.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range was checked"
    )]
    pub fn percentile(&self, percent: f64) -> Option<Span> {
        assert!((0.0..=100.0).contains(&percent), "{percent} is not a percentage");
        // In integers, as 99.9 % of 1000 would otherwise be a little more than 999.
        let thousandths = (percent * 1000.0 + 0.5) as u128;
        let rank = (thousandths * u128::from(self.count)).div_ceil(100_000).max(1);
        let mut below = 0;
        let found = self.counts.iter().position(|&count| {
            below += u128::from(count);
            below >= rank
        })?;
        Some(middle_of(found))
    }

    /// Adds everything that `other` counted.
    pub fn merge(&mut self, other: &Self) {
        for word in bits(other.words_touched) {
            for bit in bits(other.touched[word]) {
                let bucket = 64 * word + bit;
                self.add(bucket, other.counts[bucket]);
            }
        }
        self.count += other.count;
        self.sum += other.sum;
    }

    /// Adds everything that `other` counted.
    pub fn merge_sparse(&mut self, other: &SparseHistogram) {
        for &(bucket, count) in &other.buckets {
            self.add(usize::from(bucket), u64::from(count));
        }
        self.count += other.count;
        self.sum += other.sum;
    }

    /// Moves what was counted out, so that this histogram is empty; it costs only what was touched.
    pub fn drain_sparse(&mut self) -> SparseHistogram {
        if self.count == 0 {
            return SparseHistogram::default();
        }
        let words = std::mem::take(&mut self.words_touched);
        let buckets_in = |word: usize| self.touched[word].count_ones() as usize;
        let mut buckets = Vec::with_capacity(bits(words).map(buckets_in).sum());
        for word in bits(words) {
            for bit in bits(std::mem::take(&mut self.touched[word])) {
                let bucket = 64 * word + bit;
                let mut left = std::mem::take(&mut self.counts[bucket]);
                #[expect(clippy::cast_possible_truncation, reason = "there are 3776 buckets")]
                let bucket = bucket as u16;
                while left > 0 {
                    let part = u32::try_from(left).unwrap_or(u32::MAX);
                    buckets.push((bucket, part));
                    left -= u64::from(part);
                }
            }
        }
        let (count, sum) = (self.count, self.sum);
        (self.count, self.sum) = (0, 0);
        SparseHistogram { buckets, count, sum }
    }

    fn add(&mut self, bucket: usize, count: u64) {
        if self.counts.is_empty() {
            self.counts.resize(BUCKETS, 0);
            self.touched.resize(BUCKETS.div_ceil(64), 0);
        }
        let counted = &mut self.counts[bucket];
        if *counted == 0 {
            self.touched[bucket / 64] |= 1 << (bucket % 64);
            self.words_touched |= 1 << (bucket / 64);
        }
        *counted += count;
    }
}

/// The numbers of the bits that are set, in ascending order.
fn bits(word: u64) -> impl Iterator<Item = usize> {
    let without_lowest = |word: &u64| Some(word & (word - 1)).filter(|rest| *rest != 0);
    let rests = std::iter::successors(Some(word).filter(|word| *word != 0), without_lowest);
    rests.map(|rest| rest.trailing_zeros() as usize)
}

impl SparseHistogram {
    /// How many spans were counted.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// All spans together, in nanoseconds, exactly.
    #[must_use]
    pub const fn sum(&self) -> u128 {
        self.sum
    }
}

/// The bucket of a value: its highest seven bits, and how many follow them.
#[expect(clippy::cast_possible_truncation, reason = "there are 3776 buckets")]
#[inline(always)]
fn bucket_of(value: u64) -> usize {
    let shift = (u64::BITS - PRECISION - 1).saturating_sub((value | 1).leading_zeros());
    ((u64::from(shift) << PRECISION) + (value >> shift)) as usize
}

/// The value in the middle of a bucket.
fn middle_of(bucket: usize) -> Span {
    let bucket = bucket as u64;
    let shift = (bucket >> PRECISION).saturating_sub(1);
    let first = (bucket - (shift << PRECISION)) << shift;
    Span::from_nanos(first + ((1 << shift) - 1) / 2)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn of(values: &[u64]) -> Histogram {
        let mut histogram = Histogram::default();
        for &value in values {
            histogram.record(Span::from_nanos(value));
        }
        histogram
    }

    /// Values whose logarithms are spread evenly.
    fn any_value() -> impl Strategy<Value = u64> {
        (any::<u64>(), 0_u32..64).prop_map(|(bits, shift)| bits >> shift)
    }

    proptest! {
        #[test]
        fn a_percentile_is_within_one_percent_of_the_sorted_values(
            mut values in vec(any_value(), 1..400),
            thousandths in 0_u32..=100_000,
        ) {
            let found = of(&values).percentile(f64::from(thousandths) / 1000.0).unwrap().as_nanos();
            values.sort_unstable();
            let rank = (thousandths as usize * values.len()).div_ceil(100_000).max(1);
            let exact = values[rank - 1];
            prop_assert!(found.abs_diff(exact) <= exact / 100, "{found} for {exact}");
        }

        #[test]
        fn drained_parts_merge_to_the_whole(parts in vec(vec(any_value(), 0..50), 1..6)) {
            let mut source = Histogram::default();
            let (mut by_sparse, mut by_merge) = (Histogram::default(), Histogram::default());
            for part in &parts {
                for &value in part {
                    source.record(Span::from_nanos(value));
                }
                let drained = source.drain_sparse();
                prop_assert!(drained.buckets.is_sorted_by_key(|entry| entry.0));
                prop_assert_eq!(drained.count(), part.len() as u64);
                let counted = drained.buckets.iter().map(|(_, count)| u64::from(*count)).sum::<u64>();
                prop_assert_eq!(counted, part.len() as u64);
                by_sparse.merge_sparse(&drained);
                by_merge.merge(&of(part));
            }
            prop_assert_eq!(source.drain_sparse(), SparseHistogram::default());
            let whole = of(&parts.concat()).drain_sparse();
            prop_assert_eq!(&by_sparse.drain_sparse(), &whole);
            prop_assert_eq!(&by_merge.drain_sparse(), &whole);
        }
    }

    #[test]
    fn every_bucket_follows_the_one_before() {
        let (first, last) = (bucket_of(0), bucket_of(u64::MAX));
        assert_eq!((first, last), (0, BUCKETS - 1));
        for bucket in 0..BUCKETS {
            assert_eq!(bucket_of(middle_of(bucket).as_nanos()), bucket);
        }
        for exponent in 7..64 {
            let power = 1_u64 << exponent;
            assert_eq!(bucket_of(power), bucket_of(power - 1) + 1, "2^{exponent}");
        }
    }

    #[test]
    fn the_rank_is_the_nearest_and_the_mean_exact() {
        let hundred: Vec<u64> = (1..=100).collect();
        let histogram = of(&hundred);
        for (percent, value) in
            [(0.0, 1), (1.0, 1), (1.001, 2), (50.0, 50), (99.0, 99), (100.0, 100)]
        {
            assert_eq!(histogram.percentile(percent), Some(Span::from_nanos(value)), "{percent}");
        }
        assert_eq!((histogram.sum(), histogram.mean()), (5050, Some(Span::from_nanos(51))));
        assert_eq!(of(&[1, 1, 2]).mean(), Some(Span::from_nanos(1)));
        assert_eq!(of(&[]).mean().or(of(&[]).percentile(50.0)), None);
    }

    #[test]
    fn a_count_beyond_32_bits_survives_draining() {
        let mut histogram = Histogram::default();
        let buckets = vec![(5, u32::MAX), (5, 3)];
        let count = u64::from(u32::MAX) + 3;
        histogram.merge_sparse(&SparseHistogram { buckets, count, sum: 5 * u128::from(count) });
        assert_eq!(histogram.drain_sparse().buckets, [(5, u32::MAX), (5, 3)]);
    }
}
