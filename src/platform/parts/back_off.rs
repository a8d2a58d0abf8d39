//! The exponential back-off that retries of calls and image pulls share.
//!
//! Left out: jitter, which is the retry policy's, and resetting after a quiet time.

use crate::units::Span;

/// The delay after `growths` growths: `base * factor^growths`, at most `cap`.
///
/// Exact where the factor is a whole number and the delay below 104 days; never overflows, because
/// what is longer than a span can hold is the longest span.
/// <https://en.wikipedia.org/wiki/Exponential_backoff>
#[must_use]
pub fn grown(base: Span, factor: f64, growths: u32, cap: Option<Span>) -> Span {
    let delay = base.scaled(power(factor, growths));
    cap.map_or(delay, |cap| delay.min(cap))
}

/// `factor` to the power `exponent`, by squaring.
///
/// Not `f64::powi`, whose last bits are documented to differ between platforms.
fn power(factor: f64, exponent: u32) -> f64 {
    let (mut result, mut square, mut rest) = (1.0, factor, exponent);
    while rest > 0 {
        if rest & 1 == 1 {
            result *= square;
        }
        square *= square;
        rest >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_grows_by_its_factor_up_to_the_cap() {
        // 100 ms * 1.5^n = 100, 150, 225, 337.5, 506.25; the cap cuts the last.
        let expected = [100_000_000, 150_000_000, 225_000_000, 337_500_000, 400_000_000];
        let (base, cap) = (Span::from_nanos(100_000_000), Some(Span::from_nanos(400_000_000)));
        for (growths, nanos) in (0..).zip(expected) {
            assert_eq!(grown(base, 1.5, growths, cap).as_nanos(), nanos, "{growths} growths");
        }
    }

    #[test]
    fn a_delay_too_long_to_hold_is_the_longest() {
        let base = Span::from_secs(1);
        assert_eq!(grown(base, 2.0, u32::MAX, None).as_nanos(), u64::MAX);
        assert_eq!(grown(base, 2.0, u32::MAX, Some(base)), base);
        assert_eq!(grown(base, 1.0, u32::MAX, None), base);
        assert_eq!(grown(Span::ZERO, 2.0, u32::MAX, None), Span::ZERO);
    }
}
