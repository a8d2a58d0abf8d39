//! A condition on a replay: `all.minutes<=5`, `queue.first=none`, or a documented fact by its id.

use crate::scenario::facts::{self, Unit};
use crate::scenario::file::File;
use crate::scenario::file::story::Expect;
use crate::scenario::names::did_you_mean;
use crate::scenario::{Scenario, clock::Clock};
use crate::simulation::Outcome;
use crate::units::{Quantity, Span};

/// What a replay is asked for.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The number that it is about.
    pub metric: String,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    /// There is no such number.
    None,
    /// There is, and it is as expected, or is not.
    Is { expect: Expect, wanted: bool },
}

/// What is written between a number and its bound; longer ones first.
const SIGNS: [&str; 5] = ["<=", ">=", "<", ">", "="];

impl Condition {
    /// Reads a condition: `METRIC<=VALUE`, `<`, `>=`, `>` or `=`, `METRIC=none`, or the id of a documented
    /// fact, which must hold.
    ///
    /// # Errors
    ///
    /// Says what is wrong, with what might have been meant.
    pub fn parse(text: &str, scenario: &Scenario) -> Result<Self, String> {
        let file = &scenario.file;
        let sign =
            SIGNS.iter().filter_map(|sign| Some((text.find(sign)?, *sign))).min_by_key(|it| it.0);
        let Some((at, sign)) = sign else {
            return match file.documented.get(text) {
                Some(fact) => {
                    let test = Test::Is { expect: fact.expect.clone(), wanted: true };
                    Ok(Self { metric: fact.metric.clone(), test })
                }
                None => Err(no_fact(text, file)),
            };
        };
        let (metric, bound) = (text[..at].trim(), text[at + sign.len()..].trim());
        let units = facts::units(file);
        let Some((_, unit)) = units.iter().find(|(name, _)| name == metric) else {
            let near = near(metric, units.iter().map(|(name, _)| name));
            return Err(format!("there is no metric {metric:?}{near}"));
        };
        let test = if bound == "none" && sign == "=" {
            Test::None
        } else {
            is(
                sign,
                quantity(bound, *unit).map_err(|told| {
                    let example = example(metric, bound, *unit, file);
                    format!("{told}; help: write it as in --until '{metric}{sign}{example}'")
                })?,
            )
        };
        Ok(Self { metric: metric.to_owned(), test })
    }

    /// Whether a replay is as asked for.
    #[must_use]
    pub fn holds(&self, outcome: &Outcome, clock: &Clock) -> bool {
        let value = outcome.counts.of(&self.metric).and_then(|(value, _)| value);
        match &self.test {
            Test::None => value.is_none(),
            Test::Is { expect, wanted } => {
                value.is_some() && facts::holds(expect, value, clock) == *wanted
            }
        }
    }
}

fn is(sign: &str, bound: Quantity) -> Test {
    let (expect, wanted) = match sign {
        "<=" => (Expect::AtMost(bound), true),
        ">=" => (Expect::AtLeast(bound), true),
        "<" => (Expect::AtLeast(bound), false),
        ">" => (Expect::AtMost(bound), false),
        _ => (Expect::Equals(bound), true),
    };
    Test::Is { expect, wanted }
}

fn quantity(text: &str, unit: Unit) -> Result<Quantity, String> {
    let number = text.parse::<f64>().ok().filter(|it| it.is_finite()).map(Quantity::Number);
    let quantity = number.or_else(|| text.parse().ok());
    quantity
        .filter(|it| unit.fits(*it))
        .ok_or_else(|| format!("must be {}, as the metric is, found {text:?}", unit.description()))
}

/// How a bound on a metric is written: with what seems to be meant, where that can be told.
fn example(metric: &str, found: &str, unit: Unit, file: &File) -> String {
    let span = found.parse::<Span>().ok();
    match unit {
        Unit::Number => match span.filter(|_| metric.ends_with("minutes")) {
            Some(span) => (span.as_secs_f64() / 60.0).to_string(),
            None => "5".to_owned(),
        },
        Unit::Time => match found.parse::<f64>().ok().filter(|_| !found.starts_with('-')) {
            Some(_) => format!("{found}m"),
            None => "5m".to_owned(),
        },
        Unit::Rate => match found.parse::<f64>().ok().filter(|_| !found.starts_with('-')) {
            Some(_) => format!("{found}/s"),
            None => "10/s".to_owned(),
        },
        Unit::Moment => file.clock.start.to_string(),
    }
}

fn no_fact(text: &str, file: &File) -> String {
    let known: Vec<&str> = file.documented.keys().map(String::as_str).collect();
    let help = match did_you_mean(text, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if known.is_empty() => {
            "the scenario documents none: write METRIC<=VALUE, as in --until 'all.minutes<=5'"
                .to_owned()
        }
        None => format!("there is {}; or write METRIC<=VALUE", known.join(", ")),
    };
    format!("there is no fact {text:?}; help: {help}")
}

fn near<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> String {
    let meant = did_you_mean(name, known.map(String::as_str));
    meant.map_or_else(
        || "; help: write METRIC<=VALUE with one of `metrics` in the JSON report".to_owned(),
        |meant| format!("; help: did you mean `{meant}`?"),
    )
}
