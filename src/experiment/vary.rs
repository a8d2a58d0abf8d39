//! A field of a scenario and the values that it is given, as they are asked for on the command line:
//! `PATH=A,B,C`, `PATH=LO..HI/STEPS` or `PATH=LO..HI`.
//!
//! Values stay text until they are assigned, so that a table shows what was asked for.

use jiff::ToSpan as _;
use jiff::civil::DateTime;

use super::alike::is_alike;
use crate::scenario::path::Path;
use crate::units::{LocalTime, Span};

/// No axis has more values than this.
const VALUES_MAX: usize = 100_000;
/// Values between two ends are told to this share of their distance.
const DIGITS: i32 = 6;

/// A field that takes several values.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The field, as it was written.
    pub path: String,
    /// What it takes.
    pub values: Values,
}

/// The values of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// These, as they were written.
    Listed(Vec<String>),
    /// Everything between two ends.
    Between(Range),
}

/// Two ends and what lies between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    kind: Kind,
    low: f64,
    high: f64,
}

/// What the ends of a range are, and so what its values are written as.
#[derive(Clone, Debug, PartialEq)]
enum Kind {
    /// Numbers without a point.
    Whole,
    /// Numbers.
    Number,
    /// Durations, in nanoseconds.
    Span,
    /// Local times, in seconds after this one.
    Time(DateTime),
    /// Numbers with the same text after each, such as `/s`.
    Unit(String),
}

impl Axis {
    /// Reads `PATH=A,B,C`, `PATH=LO..HI/STEPS` or `PATH=LO..HI`.
    ///
    /// # Errors
    ///
    /// Says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (path, rest) = Path::parse_prefix(text)?;
        let Some(written) = rest.strip_prefix('=').filter(|it| !it.is_empty()) else {
            return Err(format!("must be PATH=A,B,C or PATH=LO..HI/STEPS, found {text:?}"));
        };
        let values = match ends(written) {
            Some((low, high)) => between(low, high)?,
            None => Values::Listed(listed(written)?),
        };
        Ok(Self { path: path.to_string(), values })
    }
}

/// What stands on either side of `..`, outside of any text or list.
fn ends(written: &str) -> Option<(&str, &str)> {
    if written.starts_with(['{', '[', '"']) { None } else { written.split_once("..") }
}

fn between(low: &str, high: &str) -> Result<Values, String> {
    let whole = Range::new(low, high);
    if let Ok(range) = whole {
        return Ok(Values::Between(range));
    }
    // A rate has a stroke of its own: the number of steps stands behind the last one.
    let counted =
        high.rsplit_once('/').and_then(|(high, steps)| Some((high, steps.trim().parse().ok()?)));
    let Some((high, steps)) = counted else { return whole.map(Values::Between) };
    let range = Range::new(low, high)?;
    if !(2..=VALUES_MAX).contains(&steps) {
        return Err(format!("must have from 2 to {VALUES_MAX} values, found {steps}"));
    }
    let share = |step: usize| step as f64 / (steps - 1) as f64;
    Ok(Values::Listed((0..steps).map(|step| range.exact(share(step))).collect()))
}

/// What stands between commas that are outside of texts, lists and objects.
fn listed(written: &str) -> Result<Vec<String>, String> {
    let (mut values, mut depth, mut is_text) = (vec![String::new()], 0_i32, false);
    for letter in written.chars() {
        match letter {
            '"' => is_text = !is_text,
            '[' | '{' if !is_text => depth += 1,
            ']' | '}' if !is_text => depth -= 1,
            _ => {}
        }
        if letter == ',' && depth == 0 && !is_text {
            values.push(String::new());
        } else if let Some(last) = values.last_mut() {
            last.push(letter);
        }
    }
    let mut seen: Vec<&String> = Vec::new();
    for value in &values {
        if value.is_empty() {
            return Err(format!("has a comma too many in {written:?}"));
        }
        match seen.iter().find(|it| is_alike(it, value)) {
            Some(it) if *it == value => return Err(format!("has {value} twice in {written:?}")),
            Some(it) => {
                return Err(format!("has {it} and {value}, which are the same, in {written:?}"));
            }
            None => {}
        }
        seen.push(value);
    }
    Ok(values)
}

impl Range {
    /// The range between two ends: numbers, durations, local times, or numbers with the same unit.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the ends.
    pub fn new(low: &str, high: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "must go from a number, a duration, a rate or a local time to another of its kind, found {low:?} and {high:?}"
            )
        };
        let kind = kind(low, high).ok_or_else(wrong)?;
        let (Some(from), Some(to)) = (kind.number(low), kind.number(high)) else {
            return Err(wrong());
        };
        if from < to {
            Ok(Self { kind, low: from, high: to })
        } else {
            Err(format!("must begin with the lower end, found {low:?} and {high:?}"))
        }
    }

    /// Whether only whole numbers lie in it.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.kind == Kind::Whole
    }

    /// The distance of its ends, in its own unit; of durations nanoseconds, of times seconds.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.high - self.low
    }

    /// The value at a share of the way from its lower end: of whole numbers the nearest.
    #[must_use]
    pub fn at(&self, share: f64) -> String {
        let value = self.low + (self.high - self.low) * share;
        self.written(if self.is_whole() { value.round() } else { value })
    }

    /// The same, but between whole numbers too: `1..2/3` is 1, 1.5, 2.
    fn exact(&self, share: f64) -> String {
        self.written(self.low + (self.high - self.low) * share)
    }

    /// How far between its ends a value of a scenario lies, which may be outside; none if it is of another kind.
    #[must_use]
    pub fn share_of(&self, value: &str) -> Option<f64> {
        let number = match (&self.kind, kind(value, value)?) {
            (Kind::Whole | Kind::Number, Kind::Whole | Kind::Number)
            | (Kind::Span, Kind::Span)
            | (Kind::Time(_), Kind::Time(_)) => self.kind.number(value)?,
            (Kind::Unit(unit), Kind::Unit(other)) if *unit == other => self.kind.number(value)?,
            _ => return None,
        };
        Some((number - self.low) / (self.high - self.low))
    }

    /// A value of this kind as a number in its own unit; none of moments, which have no zero.
    #[must_use]
    pub fn number(&self, value: &str) -> Option<f64> {
        self.share_of(value).and_then(|share| self.number_at(share))
    }

    /// The number at a share of the way between the ends; none of moments.
    #[must_use]
    pub fn number_at(&self, share: f64) -> Option<f64> {
        let is_moment = matches!(self.kind, Kind::Time(_));
        (!is_moment).then_some(self.low + (self.high - self.low) * share)
    }

    fn written(&self, value: f64) -> String {
        let step = self.width().log10().floor();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a logarithm of a 64-bit number is small"
        )]
        let places = usize::try_from(DIGITS - step as i32).unwrap_or(0).min(15);
        match &self.kind {
            Kind::Whole | Kind::Number => decimal(value, places),
            Kind::Unit(unit) => decimal(value, places) + unit,
            Kind::Span => {
                let grain = 10_f64.powi(10_i32.min(step_of(step) - DIGITS).max(0));
                Span::from_nanos_f64((value / grain).round() * grain).to_string()
            }
            #[expect(clippy::cast_possible_truncation, reason = "years have few seconds")]
            Kind::Time(origin) => {
                let time = origin.saturating_add((value.round() as i64).seconds());
                let is_minute = time.second() == 0;
                let format = if is_minute { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" };
                time.strftime(format).to_string()
            }
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a logarithm of a 64-bit number is small")]
fn step_of(step: f64) -> i32 {
    step as i32
}

/// A number with at most so many places, without zeros at the end.
fn decimal(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text.as_str()
    };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Where values stand between the least and the greatest of them, from 0 to 1: by their size if they are all of
/// one kind, else one after the other.
#[must_use]
pub fn places(values: &[String]) -> Vec<f64> {
    let first = values.first().map_or("", String::as_str);
    let numbers: Option<Vec<f64>> =
        values.iter().map(|value| kind(first, value)?.number(value)).collect();
    let one_after_the_other = || {
        let mut distinct: Vec<&String> = Vec::new();
        let place = |value| {
            distinct.iter().position(|it| *it == value).unwrap_or_else(|| {
                distinct.push(value);
                distinct.len() - 1
            }) as f64
        };
        values.iter().map(place).collect()
    };
    let numbers = numbers.unwrap_or_else(one_after_the_other);
    let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
    let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let place = |it: f64| if high > low { (it - low) / (high - low) } else { 0.5 };
    numbers.into_iter().map(place).collect()
}

fn kind(low: &str, high: &str) -> Option<Kind> {
    let both = |is: &dyn Fn(&str) -> bool| is(low) && is(high);
    if both(&|it| it.parse::<i64>().is_ok()) {
        Some(Kind::Whole)
    } else if both(&|it| it.parse::<f64>().is_ok_and(f64::is_finite)) {
        Some(Kind::Number)
    } else if both(&|it| it.parse::<Span>().is_ok()) {
        Some(Kind::Span)
    } else if both(&|it| it.parse::<LocalTime>().is_ok()) {
        Some(Kind::Time(low.parse::<LocalTime>().ok()?.civil()))
    } else {
        let (unit, other) = (unit(low)?, unit(high)?);
        (unit == other).then(|| Kind::Unit(unit.to_owned()))
    }
}

/// What follows the number that a text begins with.
fn unit(text: &str) -> Option<&str> {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && !".-".contains(letter))?;
    text[..end].parse::<f64>().ok().map(|_| &text[end..])
}

impl Kind {
    fn number(&self, text: &str) -> Option<f64> {
        match self {
            Self::Whole | Self::Number => text.parse().ok(),
            Self::Span => text.parse::<Span>().ok().map(Span::as_nanos_f64),
            Self::Unit(unit) => text.strip_suffix(unit.as_str())?.parse().ok(),
            Self::Time(origin) => {
                let time = text.parse::<LocalTime>().ok()?;
                Some(time.civil().duration_since(*origin).as_secs_f64())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        match Axis::parse(text).unwrap().values {
            Values::Listed(values) => values,
            Values::Between(range) => vec![range.at(0.0), range.at(0.5), range.at(1.0)],
        }
    }

    #[test]
    fn values_are_listed_or_lie_between_two_ends() {
        let cases: [(&str, &[&str]); 10] = [
            ("a.b=1,2,x", &["1", "2", "x"]),
            (r#"a=[1,2],{"b":1,"c":2},"d,e""#, &["[1,2]", r#"{"b":1,"c":2}"#, "\"d,e\""]),
            ("a=2..6/5", &["2", "3", "4", "5", "6"]),
            ("a=0..1/5", &["0", "0.25", "0.5", "0.75", "1"]),
            ("a=0.1..0.3/3", &["0.1", "0.2", "0.3"]),
            ("a=-1.5..1.5/2", &["-1.5", "1.5"]),
            ("a=30s..2m/4", &["30s", "1m", "1m30s", "2m"]),
            ("a=10/s..20/s/3", &["10/s", "15/s", "20/s"]),
            (
                "a=2026-01-05T15:40..2026-01-05T16:00/3",
                &["2026-01-05T15:40", "2026-01-05T15:50", "2026-01-05T16:00"],
            ),
            ("a=10/s..20/s", &["10/s", "15/s", "20/s"]),
        ];
        for (text, expected) in cases {
            assert_eq!(values(text), expected, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_place() {
        let cases = [
            ("a", "must be PATH="),
            ("a=", "must be PATH="),
            ("a=1,,2", "a comma too many"),
            ("a=1,1", "has 1 twice"),
            ("a=30s,1m,60s", "has 1m and 60s, which are the same"),
            ("a=6..2/3", "must begin with the lower end"),
            ("a=1..x/3", "must go from a number"),
            ("a=1s..2/s", "must go from a number"),
            ("a=1..2/1", "from 2 to"),
            ("a=10/s..20/min/3", "must go from a number"),
        ];
        for (text, message) in cases {
            let told = Axis::parse(text).unwrap_err();
            assert!(told.contains(message), "{text}: {told}");
        }
    }

    #[test]
    fn values_have_a_place_between_the_ends() {
        let share = |low, high, value| Range::new(low, high).unwrap().share_of(value);
        let cases = [
            ("2", "6", "3", Some(0.25)),
            ("1m", "3m", "90s", Some(0.25)),
            ("10/s", "30/s", "5/s", Some(-0.25)),
            ("10/s", "30/s", "5/min", None),
            ("2", "6", "3s", None),
            ("2026-01-01T00:00", "2026-01-01T01:00", "2026-01-01T00:15", Some(0.25)),
        ];
        for (low, high, value, expected) in cases {
            assert_eq!(share(low, high, value), expected, "{value} in {low}..{high}");
        }
    }
}
