//! Instants, spans, shares, factors and rates: the types that carry units, and their only conversions.
//!
//! Inside a run time is an integer count of nanoseconds; local date and time exist only here and
//! where reports are written.

mod text;

use std::hint::cold_path;
use std::ops::{Add, Mul, Sub};

use serde::{Deserialize, Serialize};

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// A moment of a run: nanoseconds since its warm-up began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

/// A length of time in nanoseconds; as text with its unit, such as `"250ms"` or `"1h30m"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Span(u64);

/// An amount of memory; as text with its unit, such as `"512MB"` or `"2GiB"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(u64);

/// A share of a whole, from 0 to 1 inclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64")]
pub struct Share(f64);

/// A factor greater than zero and finite.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64")]
pub struct Factor(f64);

/// How often something happens: events per second, zero or more; as text such as `"120/s"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Deserialize)]
#[serde(try_from = "String")]
pub struct Rate(f64);

/// A local date and time in the scenario's zone, such as `"2026-03-02T09:51"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct LocalTime {
    civil: jiff::civil::DateTime,
    /// Whether the text named no seconds, so that the whole minute is meant.
    is_minute: bool,
}

/// A value whose unit its text tells: a number, a span, a rate, or a local time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Quantity {
    /// A count, a share or a factor.
    Number(f64),
    /// A length of time.
    Span(Span),
    /// Events per unit of time.
    Rate(Rate),
    /// A local date and time.
    Time(LocalTime),
}

impl Instant {
    /// The first moment of a run.
    pub const START: Self = Self(0);
    /// Later than every moment of a run.
    pub const NEVER: Self = Self(u64::MAX);

    /// The moment `nanos` nanoseconds after the run's first.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the run's first moment.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The span since `earlier`, or none at all when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A span of `nanos` nanoseconds.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// A span of `seconds` whole seconds.
    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds * NANOS_PER_SECOND)
    }

    /// The span nearest to `nanos`, or the even one of two; a negative or undefined number gives none, too large
    /// a one the longest.
    #[inline]
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, which is what the description promises"
    )]
    pub fn from_nanos_f64(nanos: f64) -> Self {
        // From here on numbers are whole, and next to it the sum below leaves the nearest whole one in its lowest bits,
        // which is there sooner than a cast: much waits for the length of a span.
        const WHOLE: f64 = (1_u64 << 52) as f64;
        // One comparison for both bounds: a negative number and none at all have greater bits than a positive one.
        if nanos.to_bits() < WHOLE.to_bits() {
            Self((nanos + WHOLE).to_bits() - WHOLE.to_bits())
        } else {
            cold_path();
            Self(nanos as u64)
        }
    }

    /// Nanoseconds.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Nanoseconds as a floating-point number, exact up to 104 days.
    #[must_use]
    pub const fn as_nanos_f64(self) -> f64 {
        // The processor converts signed numbers in one step.
        let signed = self.0.cast_signed();
        if signed >= 0 { signed as f64 } else { self.0 as f64 }
    }

    /// Seconds as a floating-point number.
    #[must_use]
    pub const fn as_secs_f64(self) -> f64 {
        self.as_nanos_f64() / 1e9
    }

    /// This span times `factor`, which must not be negative.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self::from_nanos_f64(self.as_nanos_f64() * factor)
    }

    /// Whether this is no time at all.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl Add<Span> for Instant {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for Instant {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Add for Span {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Mul<u64> for Span {
    type Output = Self;
    fn mul(self, times: u64) -> Self {
        Self(self.0.saturating_mul(times))
    }
}

impl Share {
    /// Nothing of the whole.
    pub const NONE: Self = Self(0.0);
    /// The whole.
    pub const ALL: Self = Self(1.0);

    /// The share as a number from 0 to 1.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// The share in billionths of the whole, to the nearest, for policies that count in integers.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share lies between 0 and 1"
    )]
    pub const fn as_billionths(self) -> u64 {
        (self.0 * 1e9 + 0.5) as u64
    }
}

impl Bytes {
    /// So many bytes.
    #[must_use]
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// How many bytes.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl Factor {
    /// The factor as a number greater than zero.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Rate {
    /// A rate of `events` per second; negative or undefined numbers give none.
    #[must_use]
    pub fn per_second(events: f64) -> Self {
        Self(if events > 0.0 { events } else { 0.0 })
    }

    /// Events per second.
    #[must_use]
    pub const fn as_per_second(self) -> f64 {
        self.0
    }
}

impl LocalTime {
    /// Whether the text named no seconds, so that the whole minute is meant.
    #[must_use]
    pub const fn is_minute(self) -> bool {
        self.is_minute
    }

    /// The local date and time itself.
    #[must_use]
    pub const fn civil(self) -> jiff::civil::DateTime {
        self.civil
    }
}

impl TryFrom<f64> for Share {
    type Error = String;
    fn try_from(value: f64) -> Result<Self, String> {
        if (0.0..=1.0).contains(&value) {
            Ok(Self(value.abs()))
        } else {
            Err(format!("must be a share from 0 to 1, found {value}"))
        }
    }
}

impl TryFrom<f64> for Factor {
    type Error = String;
    fn try_from(value: f64) -> Result<Self, String> {
        if value > 0.0 && value.is_finite() {
            Ok(Self(value))
        } else {
            Err(format!("must be a number greater than 0, found {value}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_and_write_the_same_text() {
        let cases =
            [("250ms", 250_000_000), ("1h30m", 5_400_000_000_000), ("14d", 1_209_600_000_000_000)];
        for (text, nanos) in cases {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.as_nanos(), nanos, "{text}");
            assert_eq!(span.to_string(), text);
        }
        assert_eq!(Span::ZERO.to_string(), "0s");
    }

    #[test]
    fn a_span_without_a_unit_or_below_zero_is_refused() {
        for text in ["15", "", "-5m", "1mo", "2y", "five", "1e400s", "200000000h"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_span_is_told_as_the_nearest_floating_point_number() {
        let longest_signed = i64::MAX.unsigned_abs();
        for (nanos, nearest) in [
            (0, 0.0),
            ((1 << 53) + 3, 9_007_199_254_740_996.0),
            (longest_signed, 9_223_372_036_854_775_808.0),
            (longest_signed + 1, 9_223_372_036_854_775_808.0),
            (longest_signed + 2_000, 9_223_372_036_854_777_856.0),
            (u64::MAX, 18_446_744_073_709_551_616.0),
        ] {
            assert_eq!(Span::from_nanos(nanos).as_nanos_f64().to_bits(), f64::to_bits(nearest));
        }
    }

    #[test]
    fn an_amount_of_memory_has_a_unit() {
        let cases = [("512MB", 512_000_000), ("2GiB", 2 << 30), ("1.5 kB", 1500), ("7B", 7)];
        for (text, bytes) in cases {
            assert_eq!(text.parse::<Bytes>().unwrap().get(), bytes, "{text}");
        }
        for text in ["", "5", "-1MB", "MB", "1e99GB", "nanGB", "5Mb", "0B"] {
            assert!(text.parse::<Bytes>().is_err(), "{text}");
        }
        assert_eq!(Bytes::new(1_536_000_000).to_string(), "1.5GB");
    }

    #[test]
    fn rates_say_per_what() {
        let cases = [("120/s", 120.0), ("60/min", 1.0), ("7200/h", 2.0), ("0/s", 0.0)];
        for (text, per_second) in cases {
            let rate: Rate = text.parse().unwrap();
            assert!((rate.as_per_second() - per_second).abs() < 1e-12, "{text}");
        }
        for text in ["120", "120/fortnight", "-1/s", "NaN/s", "inf/s", "1e300/s"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_local_time_without_seconds_means_the_minute() {
        assert!("2026-03-02T09:51".parse::<LocalTime>().unwrap().is_minute());
        assert!(!"2026-03-02T09:51:30".parse::<LocalTime>().unwrap().is_minute());
        for text in ["2026-03-02", "2026-03-02T25:00", "09:51", "2026-03-02T09:51Z"] {
            assert!(text.parse::<LocalTime>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_share_counts_in_billionths() {
        for (share, billionths) in
            [(0.0, 0), (0.1, 100_000_000), (0.29, 290_000_000), (1.0, 1_000_000_000)]
        {
            assert_eq!(Share::try_from(share).unwrap().as_billionths(), billionths, "{share}");
        }
    }

    #[test]
    fn a_share_lies_between_nothing_and_the_whole() {
        assert!(Share::try_from(1.01).is_err());
        assert!(Share::try_from(-0.01).is_err());
        assert!(Share::try_from(f64::NAN).is_err());
        assert!(Share::try_from(-0.0).unwrap().get().is_sign_positive());
    }
}
