//! Whether two values, as they are written, are the same to a scenario: `1m` and `60s`, `1` and `1.0`.

use std::str::FromStr;

use serde_json::Value;

use crate::units::{Bytes, LocalTime, Rate, Span};

/// Whether two texts are one value.
#[must_use]
pub(super) fn is_alike(one: &str, other: &str) -> bool {
    fn are<T: FromStr>(one: &str, other: &str, is_same: impl Fn(&T, &T) -> bool) -> bool {
        let both = one.parse::<T>().ok().zip(other.parse::<T>().ok());
        both.is_some_and(|(one, other)| is_same(&one, &other))
    }
    let near = |a: &f64, b: &f64| (a - b).abs() <= f64::EPSILON * a.abs().max(b.abs());
    one == other
        || are(one, other, near)
        || are::<Span>(one, other, |a, b| a == b)
        || are::<Rate>(one, other, |a, b| near(&a.as_per_second(), &b.as_per_second()))
        || are::<LocalTime>(one, other, |a, b| a.civil() == b.civil())
        || are::<Bytes>(one, other, |a, b| a == b)
        || are::<Value>(one, other, |a, b| a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_may_be_written_in_several_ways() {
        let cases = [
            ("1m", "60s", true),
            ("1", "1.0", true),
            ("1/s", "60/min", true),
            ("1GiB", "1024MiB", true),
            ("2026-01-01T00:00", "2026-01-01T00:00:00", true),
            ("[1, 2]", "[1,2]", true),
            ("1", "1s", false),
            ("1m", "61s", false),
            ("1", "\"1\"", false),
            ("a", "b", false),
        ];
        for (one, other, expected) in cases {
            assert_eq!(is_alike(one, other), expected, "{one} and {other}");
        }
    }
}
