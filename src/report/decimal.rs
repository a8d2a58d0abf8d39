//! Numbers as fixed decimals, worked out in integers, so that no float printer decides about bytes.

use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

/// So many decimal places stand in documents.
const PLACES: u32 = 6;

/// A number that is written as a fixed decimal of at most six places; null if it is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decimal(pub f64);

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = fixed(self.0, PLACES).unwrap_or_else(|| "null".to_owned());
        RawValue::from_string(text).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// A number with at most `places` decimal places, the nearest to its exact value and of two nearest
/// the even one; without zeros at the end, without exponent, and never `-0`.
///
/// Infinities and what is no number have no text.
///
/// # Panics
///
/// Panics if more than 20 places are asked for.
#[must_use]
pub fn fixed(value: f64, places: u32) -> Option<String> {
    assert!(places <= 20, "10^places times a mantissa must fit in 128 bits");
    if !value.is_finite() {
        return None;
    }
    let (mantissa, exponent) = parts(value);
    let digits = if exponent >= 0 {
        doubled(mantissa, exponent) + &"0".repeat(places as usize)
    } else {
        divided(u128::from(mantissa) * 10_u128.pow(places), exponent.unsigned_abs()).to_string()
    };
    let text = with_point(&digits, places as usize);
    let is_negative = value < 0.0 && text != "0";
    Some(if is_negative { format!("-{text}") } else { text })
}

/// The value without its sign as `mantissa * 2^exponent`.
fn parts(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    let exponent = i32::try_from((bits >> 52) & 0x7ff).expect("eleven bits");
    if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) }
}

/// The digits of `mantissa * 2^times`, which may be more than any integer type holds.
fn doubled(mantissa: u64, times: i32) -> String {
    let mut digits: Vec<u8> =
        mantissa.to_string().bytes().rev().map(|digit| digit - b'0').collect();
    for _ in 0..times {
        let mut carry = 0;
        for digit in &mut digits {
            let sum = *digit * 2 + carry;
            (*digit, carry) = (sum % 10, sum / 10);
        }
        if carry > 0 {
            digits.push(carry);
        }
    }
    digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect()
}

/// `number / 2^times`, to the nearest, of two nearest the even one.
fn divided(number: u128, times: u32) -> u128 {
    // Then the result is less than a half: numbers stay below 2^120.
    if times > 121 {
        return 0;
    }
    let (whole, rest, half) = (number >> times, number & ((1 << times) - 1), 1_u128 << (times - 1));
    whole + u128::from(rest > half || (rest == half && whole % 2 == 1))
}

/// Sets the point `places` digits from the right, and leaves out what says nothing.
fn with_point(digits: &str, places: usize) -> String {
    let digits = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        fraction => format!("{whole}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_is_rounded_from_its_exact_value() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (-0.000_000_4, "0"),
            (1.0, "1"),
            (-43.25, "-43.25"),
            (0.1, "0.1"),
            (1.0 / 3.0, "0.333333"),
            (2.0 / 3.0, "0.666667"),
            (0.000_000_5, "0"),        // A little less than written.
            (0.000_001_5, "0.000002"), // A little more than written.
            (0.999_999_9, "1"),
            (1e15, "1000000000000000"),
            (1e22, "10000000000000000000000"),
            (f64::MIN_POSITIVE, "0"),
            (5e-324, "0"),
        ];
        for (value, text) in cases {
            assert_eq!(fixed(value, 6).as_deref(), Some(text), "{value:e}");
        }
        assert_eq!(fixed(f64::NAN, 6), None);
        assert_eq!(fixed(f64::INFINITY, 6), None);
        assert_eq!(fixed(0.5, 0).as_deref(), Some("0"));
        assert_eq!(fixed(1.5, 0).as_deref(), Some("2"));
        assert_eq!(fixed(2.25, 1).as_deref(), Some("2.2"));
    }

    proptest! {
        /// The standard library prints exactly; only the trimming is ours.
        #[test]
        fn every_number_is_what_an_exact_printer_makes_of_it(bits: u64, small in -1e9..1e9_f64) {
            for value in [f64::from_bits(bits), small] {
                prop_assume!(value.is_finite());
                let exact = format!("{value:.6}");
                let exact = exact.trim_end_matches('0').trim_end_matches('.');
                let exact = if exact == "-0" { "0" } else { exact };
                prop_assert_eq!(fixed(value, 6).unwrap(), exact);
            }
        }
    }
}
