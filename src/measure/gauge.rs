//! A level that steps up and down (a queue's length, busy slots), and its integral over time.

use std::hint::cold_path;

use crate::units::Instant;

/// A level over one bin; in twenty bytes, since a run keeps several for each of its bins.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, packed(4))]
pub struct Level {
    /// Its integral over the bin, in nanoseconds.
    pub area: f64,
    /// Its smallest value.
    pub min: u32,
    /// Its largest value.
    pub max: u32,
    /// Its value at the end.
    pub last: u32,
}

/// A level as it changes, with its integral.
///
/// The integral up to `now` is `value * now` less every change times its instant: `rise` and `fall` are one
/// addition, and the product waits until somebody asks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gauge {
    value: u32,
    min: u32,
    max: u32,
    /// The sum of all changes, each times its instant.
    changes: i128,
    integral_at_bin: i128,
}

impl Gauge {
    /// A level that has been what it is since before the run.
    #[must_use]
    pub fn starting_at(value: u32) -> Self {
        Self { value, min: value, max: value, ..Self::default() }
    }

    /// Sets the level.
    #[inline]
    pub fn set(&mut self, now: Instant, value: u32) {
        let change = i64::from(value) - i64::from(self.value);
        self.changes += i128::from(change) * i128::from(now.as_nanos());
        self.value = value;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    /// Raises the level by one.
    #[inline]
    pub fn rise(&mut self, now: Instant) {
        self.changes += i128::from(now.as_nanos());
        self.value += 1;
        // It seldom goes further than before.
        if self.value > self.max {
            cold_path();
            self.max = self.value;
        }
    }

    /// Lowers the level by one.
    #[inline]
    pub fn fall(&mut self, now: Instant) {
        self.changes -= i128::from(now.as_nanos());
        self.value -= 1;
        if self.value < self.min {
            cold_path();
            self.min = self.value;
        }
    }

    /// The level now.
    #[must_use]
    pub fn value(&self) -> u32 {
        self.value
    }

    /// Its integral since the start of the run, in nanoseconds.
    #[must_use]
    #[inline]
    pub fn integral(&self, now: Instant) -> i128 {
        i128::from(self.value) * i128::from(now.as_nanos()) - self.changes
    }

    /// What it was over the bin that ends now; the next one begins.
    pub fn close(&mut self, now: Instant) -> Level {
        if self.max == 0 {
            // It was zero all through the bin, as most levels of most targets are: its integral has not changed.
            return Level::default();
        }
        let integral = self.integral(now);
        let area = integral - self.integral_at_bin;
        // A number of one word is converted in one step.
        let area = u64::try_from(area).map_or(area as f64, |area| area as f64);
        let level = Level { area, min: self.min, max: self.max, last: self.value };
        (self.min, self.max, self.integral_at_bin) = (self.value, self.value, integral);
        level
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The twin: the level of every nanosecond, added up.
        #[test]
        fn a_bin_tells_what_the_level_came_to_and_how_far_it_went(
            first in 0_u32..3,
            bins in vec(vec((0..6, 0_u32..4), 0..30), 1..6),
        ) {
            let mut gauge = Gauge::starting_at(first);
            let (mut now, mut value, mut sum) = (Instant::START, first, 0);
            for steps in bins {
                let mut seen = vec![value];
                let sum_before = sum;
                for (step, to) in steps {
                    match step {
                        0 => (value, ()) = (value + 1, gauge.rise(now)),
                        1 if value > 0 => (value, ()) = (value - 1, gauge.fall(now)),
                        2 => (value, ()) = (to, gauge.set(now, to)),
                        _ => {
                            now = Instant::from_nanos(now.as_nanos() + 1);
                            sum += value;
                        }
                    }
                    seen.push(value);
                    prop_assert_eq!(gauge.integral(now), i128::from(sum));
                }
                let level = gauge.close(now);
                let area = f64::from(sum - sum_before);
                prop_assert_eq!(level.area.to_bits(), area.to_bits());
                prop_assert_eq!(Some(&level.min), seen.iter().min());
                prop_assert_eq!(Some(&level.max), seen.iter().max());
                prop_assert_eq!((level.last, gauge.value()), (value, value));
            }
        }
    }

    #[test]
    fn an_area_beyond_one_word_is_exact() {
        let mut gauge = Gauge::starting_at(u32::MAX);
        gauge.set(Instant::from_nanos(1 << 62), 0);
        let level = gauge.close(Instant::from_nanos(1 << 63));
        assert!((level.area - f64::from(u32::MAX) * 2_f64.powi(62)).abs() < 1.0);
    }
}
