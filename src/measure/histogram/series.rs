//! Histograms of one bin after another, packed.
//!
//! A bucket that is not empty takes one byte where it lies close behind the one before it and holds few spans, as
//! most do: how many empty ones lie between them, and how many spans it holds, four bits each. The largest number of
//! four bits says that the rest of the number follows, seven bits to a byte. Memory that nobody has had yet is what
//! costs most about a series.
//! <https://en.wikipedia.org/wiki/LEB128>

use std::ops::Range;

use super::{Histogram, ROW};

/// Histograms of one bin after another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistogramSeries {
    /// The buckets of the first bin, then those of the second, and so on.
    packed: Vec<u8>,
    bins: Vec<Summary>,
}

/// A stretch of a series of histograms.
#[derive(Clone, Copy, Debug)]
pub struct Histograms<'a> {
    /// The buckets of the series up to the end of the stretch.
    packed: &'a [u8],
    /// Where those of the stretch begin.
    first: usize,
    bins: &'a [Summary],
}

/// What one histogram of a series comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Summary {
    sum: u128,
    count: u64,
    /// Where its buckets end.
    end: usize,
}

impl HistogramSeries {
    /// A series without bins, and room for so many.
    #[must_use]
    pub fn with_room_for(bins: usize) -> Self {
        Self { packed: Vec::new(), bins: Vec::with_capacity(bins) }
    }

    /// Moves what a histogram counted out, as the next bin; it costs only what was touched.
    #[inline(never)]
    pub fn take(&mut self, histogram: &mut Histogram) {
        if let Some(rows) = &mut histogram.rows {
            let mut next = 0;
            while let Some(number) = take_lowest_bit(&mut histogram.rows_touched) {
                let row = &mut rows[number];
                while let Some(column) = take_lowest_bit(&mut row.touched) {
                    let bucket = ROW * number + column;
                    let count = std::mem::take(&mut row.counts[column]);
                    pack(&mut self.packed, (bucket - next) as u64, count);
                    next = bucket + 1;
                }
            }
        }
        let (sum, count) =
            (std::mem::take(&mut histogram.sum), std::mem::take(&mut histogram.count));
        self.bins.push(Summary { sum, count, end: self.packed.len() });
    }

    /// All of it.
    #[must_use]
    pub fn all(&self) -> Histograms<'_> {
        Histograms { packed: &self.packed, first: 0, bins: &self.bins }
    }
}

impl Histograms<'_> {
    /// Those of some of the bins.
    ///
    /// # Panics
    ///
    /// Panics if the stretch has no such bins.
    #[must_use]
    pub fn part(self, bins: Range<usize>) -> Self {
        let first = bins.start.checked_sub(1).map_or(self.first, |before| self.bins[before].end);
        let bins = &self.bins[bins];
        let end = bins.last().map_or(first, |last| last.end);
        Self { packed: &self.packed[..end], first, bins }
    }

    /// What all bins counted together.
    #[must_use]
    pub fn merged(self) -> Histogram {
        let mut all = Histogram::default();
        let mut first = self.first;
        for bin in self.bins {
            let mut packed = &self.packed[first..bin.end];
            let mut next = 0;
            while let Some((gap, count)) = unpack(&mut packed) {
                all.add(next + gap, count);
                next += gap + 1;
            }
            first = bin.end;
        }
        (all.count, all.sum) = (self.count(), self.sum());
        all
    }

    /// How many spans were counted.
    #[must_use]
    pub fn count(self) -> u64 {
        self.bins.iter().map(|bin| bin.count).sum()
    }

    /// All spans together, in nanoseconds, exactly.
    #[must_use]
    pub fn sum(self) -> u128 {
        self.bins.iter().map(|bin| bin.sum).sum()
    }
}

/// Clears the lowest bit that is set, and tells its number.
fn take_lowest_bit(word: &mut u64) -> Option<usize> {
    let rest = *word & word.checked_sub(1)?;
    let number = word.trailing_zeros() as usize;
    *word = rest;
    Some(number)
}

/// The largest number of four bits.
const LONG: u64 = 15;

/// Packs how many empty buckets there are before one, and how many spans that holds.
fn pack(packed: &mut Vec<u8>, gap: u64, count: u64) {
    let short = |number: u64| number.min(LONG) as u8;
    packed.push(short(gap) << 4 | short(count));
    if gap >= LONG {
        pack_rest(packed, gap - LONG);
    }
    if count >= LONG {
        pack_rest(packed, count - LONG);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "seven bits are taken at a time")]
fn pack_rest(packed: &mut Vec<u8>, mut rest: u64) {
    while rest > 0x7f {
        packed.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    packed.push(rest as u8);
}

/// Takes the next bucket out: how many empty ones there are before it, and how many spans it holds.
#[expect(clippy::cast_possible_truncation, reason = "there are 3776 buckets")]
fn unpack(packed: &mut &[u8]) -> Option<(usize, u64)> {
    let short = take_byte(packed)?;
    let mut numbers = [u64::from(short >> 4), u64::from(short & 0xf)];
    for number in &mut numbers {
        if *number == LONG {
            *number += unpack_rest(packed)?;
        }
    }
    let [gap, count] = numbers;
    Some((gap as usize, count))
}

fn unpack_rest(packed: &mut &[u8]) -> Option<u64> {
    let (mut rest, mut shift) = (0, 0);
    loop {
        let byte = take_byte(packed)?;
        rest |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(rest);
        }
        shift += 7;
    }
}

fn take_byte(packed: &mut &[u8]) -> Option<u8> {
    let (first, rest) = packed.split_first()?;
    *packed = rest;
    Some(*first)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::tests::{any_value, of};
    use super::*;
    use crate::units::Span;

    proptest! {
        #[test]
        fn any_part_of_a_series_counts_what_its_bins_did(
            bins in vec(vec(any_value(), 0..50), 1..8),
            ends in (0_usize..9, 0_usize..9, 0_usize..9, 0_usize..9),
        ) {
            let (mut source, mut series) = (Histogram::default(), HistogramSeries::with_room_for(3));
            for values in &bins {
                for &value in values {
                    source.record(Span::from_nanos(value));
                }
                series.take(&mut source);
            }
            prop_assert_eq!((source.count(), source.sum()), (0, 0));
            // A part of a part, to see that both begin where they should.
            let part = |all: usize, a: usize, b: usize| a.min(b).min(all)..a.max(b).min(all);
            let outer = part(bins.len(), ends.0, ends.1);
            let inner = part(outer.len(), ends.2, ends.3);
            let found = series.all().part(outer.clone()).part(inner.clone()).merged();
            let expected = of(&bins[outer][inner].concat());
            prop_assert_eq!(&found.rows, &expected.rows);
            prop_assert_eq!((found.count(), found.sum()), (expected.count(), expected.sum()));
        }
    }

    #[test]
    fn numbers_of_any_size_come_out_as_they_went_in() {
        // The most and the least that fit each number of bytes.
        let powers = (1..=9).map(|bytes| LONG + (1 << (7 * bytes)));
        let ends = powers.flat_map(|least| [least - 1, least]);
        let counts: Vec<u64> =
            [1, LONG - 1, LONG].into_iter().chain(ends).chain([u64::MAX]).collect();
        let gaps = [0, 14, 15, 142, 143, 3775];
        let buckets: Vec<_> =
            counts.iter().flat_map(|count| gaps.map(|gap: usize| (gap, *count))).collect();
        let mut packed = Vec::new();
        for &(gap, count) in &buckets {
            pack(&mut packed, gap as u64, count);
        }
        let mut left = packed.as_slice();
        let found: Vec<_> = std::iter::from_fn(|| unpack(&mut left)).collect();
        assert_eq!(found, buckets);
        // One byte holds numbers up to 14, a second the rest up to 127.
        let bytes = |count| {
            let mut packed = Vec::new();
            pack(&mut packed, 0, count);
            packed.len()
        };
        assert_eq!([14, 15, 142, 143, 16_398, 16_399].map(bytes), [1, 2, 2, 3, 3, 4]);
    }

    #[test]
    fn a_close_bucket_with_few_spans_takes_one_byte() {
        let mut series = HistogramSeries::default();
        let nanos: Vec<u64> = [3; 14].into_iter().chain([18]).collect();
        series.take(&mut of(&nanos));
        // Fourteen spans of 3 ns, after three empty buckets; one of 18 ns, after fourteen.
        assert_eq!(series.packed, [0x3e, 0xe1]);
    }
}
