//! Counts of spans in buckets whose width grows with the span: within 1 % at every scale.
//!
//! Every power of two is divided into 64 buckets of equal width, as in HDR Histogram; up to 127 ns
//! each nanosecond has a bucket of its own. Counts are integers, so histograms merge in any order
//! to the same result. What is lost: where in its bucket a span lay.
//! <https://hdrhistogram.github.io/HdrHistogram/>

mod series;

use crate::units::Span;
pub use series::{HistogramSeries, Histograms};

/// The logarithm of the number of buckets in each power of two.
const PRECISION: u32 = 6;
const BUCKETS: usize = ((u64::BITS - PRECISION + 1) as usize) << PRECISION;
/// Buckets are kept in rows of as many as a word has bits.
const ROW: usize = 64;
const _: () = assert!(BUCKETS <= ROW * ROW, "a word has a bit for each row");

/// How many spans of each length there were.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    /// None until the first span: most histograms of a run never see one.
    ///
    /// There are more rows than are used, so that no index needs a check.
    rows: Option<Box<[Row; ROW]>>,
    /// Which rows are not empty, a bit for each.
    rows_touched: u64,
    count: u64,
    sum: u128,
}

/// A row of buckets.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Row {
    counts: [u64; ROW],
    /// Which of them are not empty, a bit for each.
    touched: u64,
}

impl Histogram {
    /// Counts one span.
    #[inline(always)]
    pub fn record(&mut self, span: Span) {
        let nanos = span.as_nanos();
        self.sum += u128::from(nanos);
        self.count += 1;
        self.add(bucket_of(nanos), 1);
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
        let mut counts = self.rows.as_ref()?.iter().flat_map(|row| row.counts);
        let found = counts.position(|count| {
            below += u128::from(count);
            below >= rank
        })?;
        Some(middle_of(found))
    }

    #[inline(always)]
    fn add(&mut self, bucket: usize, count: u64) {
        let rows = self.rows.get_or_insert_with(empty_rows);
        let (number, column) = (bucket / ROW % ROW, bucket % ROW);
        let row = &mut rows[number];
        row.counts[column] += count;
        // Whether it was touched before or not: that is not asked, since no processor would guess it.
        row.touched |= 1 << column;
        self.rows_touched |= 1 << number;
    }
}

#[cold]
fn empty_rows() -> Box<[Row; ROW]> {
    let rows = vec![Row { counts: [0; ROW], touched: 0 }; ROW];
    rows.into_boxed_slice().try_into().expect("there are as many rows as there should be")
}

/// The bucket of a value: its highest seven bits, and how many follow them.
#[expect(clippy::cast_possible_truncation, reason = "there are 3776 buckets")]
#[inline(always)]
fn bucket_of(value: u64) -> usize {
    // Smaller values have buckets of width one, as those up to twice that much do.
    let shift = (value | 1 << PRECISION).ilog2() - PRECISION;
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

    pub(super) fn of(values: &[u64]) -> Histogram {
        let mut histogram = Histogram::default();
        for &value in values {
            histogram.record(Span::from_nanos(value));
        }
        histogram
    }

    /// Values whose logarithms are spread evenly.
    pub(super) fn any_value() -> impl Strategy<Value = u64> {
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
}
