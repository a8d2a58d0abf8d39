//! How spans, rates, local times and quantities stand in scenario files: parsing, writing, and schemas.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::{Bytes, Factor, LocalTime, NANOS_PER_SECOND, Quantity, Rate, Share, Span};

impl FromStr for Span {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "must be a duration with its unit, such as \"250ms\" or \"1h30m\", found {text:?}"
            )
        };
        let span: jiff::Span = text.parse().map_err(|_| wrong())?;
        let exact =
            span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
        // Half of what 64 bits hold: sums of two never overflow.
        let nanos = u64::try_from(exact.as_nanos()).map_err(|_| wrong())?;
        if nanos > u64::MAX / 4 {
            return Err(format!("must be less than 140 years, found {text:?}"));
        }
        Ok(Self(nanos))
    }
}

/// What one of each unit of memory is in bytes.
const MEMORY_UNITS: [(&str, u64); 7] = [
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("B", 1),
];

impl FromStr for Bytes {
    type Err = String;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the number lies between 1 and 1e15"
    )]
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "must be an amount with its unit, such as \"512MB\" or \"2GiB\", found {text:?}"
            )
        };
        let split =
            |(unit, size): &(&str, u64)| text.strip_suffix(unit).map(|count| (count, *size));
        let (count, size) = MEMORY_UNITS.iter().find_map(split).ok_or_else(wrong)?;
        let count: f64 = count.trim().parse().map_err(|_| wrong())?;
        let bytes = count * size as f64;
        if (1.0..1e15).contains(&bytes) { Ok(Self(bytes as u64)) } else { Err(wrong()) }
    }
}

impl fmt::Display for Bytes {
    /// Writes the amount in the largest decimal unit that it has one of, with one digit after the point.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimal = MEMORY_UNITS.iter().filter(|(unit, _)| !unit.contains('i'));
        let fitting = decimal.clone().find(|(_, size)| self.0 >= *size);
        let (unit, size) = fitting.copied().unwrap_or(("B", 1));
        write!(f, "{:.1}{unit}", self.0 as f64 / size as f64)
    }
}

impl FromStr for Rate {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "must be a rate with its unit, such as \"120/s\", \"40/min\" or \"3000/h\", found {text:?}"
            )
        };
        let (count, unit) = text.split_once('/').ok_or_else(wrong)?;
        let seconds = match unit.trim() {
            "s" => 1.0,
            "min" | "m" => 60.0,
            "h" => 3600.0,
            "d" => 86400.0,
            _ => return Err(wrong()),
        };
        let count: f64 = count.trim().parse().map_err(|_| wrong())?;
        if count.is_finite() && (0.0..=1e9).contains(&(count / seconds)) {
            Ok(Self((count / seconds).abs()))
        } else {
            Err(format!("must be a rate from 0 to a thousand million a second, found {text:?}"))
        }
    }
}

impl FromStr for LocalTime {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("must be a local date and time such as \"2026-03-02T09:51\", found {text:?}")
        };
        // What follows the time of day would be an offset or a zone, and be passed over.
        let is_plain = |time: &str| time.chars().all(|c| c.is_ascii_digit() || ":.".contains(c));
        if !text.split_once('T').is_some_and(|(_, time)| is_plain(time)) {
            return Err(wrong());
        }
        let civil: jiff::civil::DateTime = text.parse().map_err(|_| wrong())?;
        Ok(Self { civil, is_minute: text.matches(':').count() == 1 })
    }
}

impl FromStr for Quantity {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains('/') {
            text.parse().map(Self::Rate)
        } else if text.contains('T') && text.contains(':') {
            text.parse().map(Self::Time)
        } else {
            text.parse().map(Self::Span)
        }
    }
}

macro_rules! from_text {
    ($($type:ty),*) => {$(
        impl TryFrom<String> for $type {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                text.parse()
            }
        }
    )*};
}
from_text!(Span, Rate, LocalTime);

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrText;
        impl Visitor<'_> for NumberOrText {
            type Value = Quantity;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a number, or text with a unit such as \"250ms\", \"120/s\" or a local time",
                )
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Quantity, E> {
                Ok(Quantity::Number(value))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Quantity, E> {
                Ok(Quantity::Number(value as f64))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Quantity, E> {
                Ok(Quantity::Number(value as f64))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Quantity, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(NumberOrText)
    }
}

impl fmt::Display for Span {
    /// Writes the span as scenario files do, exactly: `1h30m`, `250ms`, `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u64, &str); 7] = [
            (86400 * NANOS_PER_SECOND, "d"),
            (3600 * NANOS_PER_SECOND, "h"),
            (60 * NANOS_PER_SECOND, "m"),
            (NANOS_PER_SECOND, "s"),
            (1_000_000, "ms"),
            (1_000, "us"),
            (1, "ns"),
        ];
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.0;
        for (size, unit) in UNITS {
            if rest >= size {
                write!(f, "{}{unit}", rest / size)?;
                rest %= size;
            }
        }
        Ok(())
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = if self.is_minute { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S%.f" };
        write!(f, "{}", self.civil.strftime(format))
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

macro_rules! schema {
    ($type:ty, $name:literal, $schema:expr) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}
schema!(
    Span,
    "Span",
    json_schema!({
        "type": "string", "format": "span",
        "description": "A duration as text with its unit: \"250ms\", \"15m\", \"1h30m\", \"14d\"."
    })
);
schema!(
    Rate,
    "Rate",
    json_schema!({
        "type": "string", "format": "rate",
        "description": "How often, as text that says per what: \"120/s\", \"40/min\", \"3000/h\"."
    })
);
schema!(
    LocalTime,
    "LocalTime",
    json_schema!({
        "type": "string", "format": "local-time",
        "description": "A local date and time in the clock's zone: \"2026-03-02T09:51\"."
    })
);
schema!(
    Share,
    "Share",
    json_schema!({
        "type": "number", "minimum": 0, "maximum": 1,
        "description": "A share of a whole, from 0 to 1."
    })
);
schema!(
    Factor,
    "Factor",
    json_schema!({
        "type": "number", "exclusiveMinimum": 0,
        "description": "A factor greater than 0."
    })
);
schema!(
    Quantity,
    "Quantity",
    json_schema!({
        "type": ["number", "string"], "format": "quantity",
        "description": "A number, or text with its unit: a duration, a rate, or a local date and time."
    })
);
