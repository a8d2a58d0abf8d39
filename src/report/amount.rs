//! Numbers, times and expectations as documents write them.

use serde::{Serialize, Serializer};

use super::decimal::{Decimal, fixed};
use crate::scenario::Scenario;
use crate::scenario::facts::Unit;
use crate::scenario::file::story::Expect;
use crate::units::{Instant, LocalTime, Quantity, Span};

/// How a number must be for a fact to hold.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the scenario's types of the same names say what they are")]
pub enum Expected {
    At {
        time: Amount,
        within: Span,
        #[serde(skip_serializing_if = "Option::is_none")]
        not_before: Option<Amount>,
    },
    Between {
        from: Amount,
        to: Amount,
    },
    Equals(Amount),
    AtMost(Amount),
    AtLeast(Amount),
}

/// A number, or a time as text.
#[derive(Debug)]
pub enum Amount {
    /// A number.
    Number(Decimal),
    /// A local time, a duration or a rate, as in scenario files.
    Text(String),
}

/// An expectation as it stands in the scenario.
pub(crate) fn expected(expect: &Expect) -> Expected {
    match expect {
        Expect::At(at) => Expected::At {
            time: text(at.time),
            within: at.within,
            not_before: at.not_before.map(text),
        },
        Expect::Between(it) => Expected::Between { from: echo(it.from), to: echo(it.to) },
        Expect::Equals(it) => Expected::Equals(echo(*it)),
        Expect::AtMost(it) => Expected::AtMost(echo(*it)),
        Expect::AtLeast(it) => Expected::AtLeast(echo(*it)),
    }
}

fn echo(quantity: Quantity) -> Amount {
    match quantity {
        Quantity::Number(number) => Amount::Number(Decimal(number)),
        Quantity::Span(span) => Amount::Text(span.to_string()),
        Quantity::Rate(rate) => {
            let per_second = fixed(rate.as_per_second(), 6).unwrap_or_default();
            Amount::Text(format!("{per_second}/s"))
        }
        Quantity::Time(time) => text(time),
    }
}

fn text(time: LocalTime) -> Amount {
    Amount::Text(time.to_string())
}

/// A counted number in its unit: seconds, events per second, or a local time.
pub(crate) fn amount(value: f64, unit: Unit, scenario: &Scenario) -> Amount {
    match unit {
        Unit::Number | Unit::Rate => Amount::Number(Decimal(value)),
        Unit::Time => Amount::Number(Decimal(value / 1e9)),
        Unit::Moment => {
            let instant = Instant::START + Span::from_nanos_f64(value);
            Amount::Text(local(instant, scenario))
        }
    }
}

/// A moment as a local time.
pub(crate) fn local(instant: Instant, scenario: &Scenario) -> String {
    scenario.clock.local(instant).strftime("%Y-%m-%dT%H:%M:%S%.f").to_string()
}
impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}
