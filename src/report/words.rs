//! Numbers and conditions in plain words, for people; always the same, whatever the machine's language.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};
use serde_json::Value;

use super::decimal::fixed;
use crate::measure::interval::Interval;
use crate::platform::measures::{Dimension, Measure};
use crate::scenario::Scenario;
use crate::scenario::facts::{self, Unit};
use crate::scenario::file::File;
use crate::scenario::file::story::{self, Expect, Statistic};
use crate::units::{Instant, LocalTime, Quantity, Rate, Span};

/// As what a number is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A count or a level.
    Count,
    /// A share, in per cent.
    Share,
    /// How many times as much.
    Factor,
    /// Minutes, as a number.
    Minutes,
    /// A length of time, in nanoseconds.
    Span,
    /// Events per second.
    Rate,
    /// A moment, in nanoseconds since the start of the run.
    Moment,
}

impl Form {
    /// As what the values of a metric are shown.
    pub(crate) fn of(metric: &str, file: &File) -> Self {
        match (facts::unit_of(metric, file), file.metrics.get(metric)) {
            (Some(Unit::Time), _) => Self::Span,
            (Some(Unit::Rate), _) => Self::Rate,
            (Some(Unit::Moment), _) => Self::Moment,
            (_, Some(it)) if it.against.is_some() => Self::Factor,
            (_, Some(it)) if it.statistic == Statistic::Total => Self::Count,
            (_, Some(it)) => Self::of_measure(it.measure),
            (_, None) if metric.ends_with("minutes") => Self::Minutes,
            (_, None) => Self::Count,
        }
    }

    /// As what a difference of two such values is shown: moments are apart by a length of time.
    pub(crate) fn apart(self) -> Self {
        if self == Self::Moment { Self::Span } else { self }
    }

    /// As what the values of a measure are shown.
    pub(crate) fn of_measure(measure: Measure) -> Self {
        match measure.dimension() {
            Dimension::Rate => Self::Rate,
            Dimension::Time => Self::Span,
            Dimension::Number if name(measure).ends_with("_share") => Self::Share,
            Dimension::Number => Self::Count,
        }
    }
}

/// Words for a scenario's moments and numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words<'a> {
    scenario: &'a Scenario,
}

impl<'a> Words<'a> {
    pub(crate) fn new(scenario: &'a Scenario) -> Self {
        Self { scenario }
    }

    /// The first day of the scenario, whose date goes without saying.
    pub(crate) fn day(self) -> Date {
        self.scenario.file.clock.start.civil().date()
    }

    /// A moment of the run to the microsecond: `10:29:04.120031`.
    pub(crate) fn exact(self, instant: Instant) -> String {
        let second = self.moment(instant);
        format!("{second}{}", self.scenario.clock.local(instant).strftime("%.6f"))
    }

    /// A moment of the run: `10:29:04`, or `Thu 10:29:04` on another day.
    pub(crate) fn moment(self, instant: Instant) -> String {
        self.civil(self.scenario.clock.local(instant), false)
    }

    /// The same without seconds.
    pub(crate) fn minute(self, instant: Instant) -> String {
        self.civil(self.scenario.clock.local(instant), true)
    }

    /// A time as a source gives it: `10:29` if it names no seconds.
    pub(crate) fn local(self, local: LocalTime) -> String {
        self.civil(local.civil(), local.is_minute())
    }

    /// A local date and time, without its seconds if its source names none.
    pub(crate) fn civil(self, time: DateTime, is_minute: bool) -> String {
        let clock = if is_minute { "%H:%M" } else { "%H:%M:%S" };
        let days = time.date().duration_since(self.day()).as_hours() / 24;
        let day = match days {
            0 => "",
            // Within a week the name of a day says more than its date.
            1..=6 => "%a ",
            _ => "%m-%d ",
        };
        time.strftime(&format!("{day}{clock}")).to_string()
    }

    /// A number as what it is.
    pub(crate) fn number(self, value: f64, form: Form) -> String {
        match form {
            Form::Count => count(value),
            Form::Share => format!("{} %", fixed(value * 100.0, 2).unwrap_or_default()),
            Form::Factor => format!("{}×", fixed(value, 2).unwrap_or_default()),
            Form::Minutes => format!("{} min", count(value)),
            Form::Span => span(Span::from_nanos_f64(value)),
            Form::Rate => rate(Rate::per_second(value)),
            Form::Moment => self.moment(Instant::START + Span::from_nanos_f64(value)),
        }
    }

    /// The mean of replications and how far off it may be, such as `10:29:04 ± 2s`.
    pub(crate) fn interval(self, interval: &Interval, form: Form) -> String {
        let mean = self.number(interval.mean, form);
        match interval.half_width {
            Some(half_width) => format!("{mean} ± {}", self.number(half_width, form.apart())),
            None => mean,
        }
    }

    fn quantity(self, quantity: Quantity, form: Form) -> String {
        match quantity {
            Quantity::Number(number) => self.number(number, form),
            Quantity::Span(it) => span(it),
            Quantity::Rate(it) => rate(it),
            Quantity::Time(it) => self.local(it),
        }
    }

    /// What an expectation asks for.
    pub(crate) fn expectation(self, expect: &Expect, form: Form) -> String {
        let quantity = |it: &Quantity| self.quantity(*it, form);
        match expect {
            Expect::At(at) => {
                let within = if at.within.is_zero() {
                    String::new()
                } else {
                    format!(" ± {}", span(at.within))
                };
                let cause = at
                    .not_before
                    .map(|cause| format!(", not before {}", self.local(cause)))
                    .unwrap_or_default();
                format!("{}{within}{cause}", self.local(at.time))
            }
            Expect::Between(it) => format!("{} to {}", quantity(&it.from), quantity(&it.to)),
            Expect::Equals(it) => quantity(it),
            Expect::AtMost(it) => format!("at most {}", quantity(it)),
            Expect::AtLeast(it) => format!("at least {}", quantity(it)),
        }
    }

    /// What it takes for an indicator to be bad, such as `queue depth of chat above 5,000 for 1m`.
    pub(crate) fn condition(self, it: &story::Indicator) -> String {
        let form = Form::of_measure(it.measure);
        let bound = match (it.above, it.below) {
            (Some(above), _) => format!("above {}", self.quantity(above, form)),
            (None, Some(below)) => format!("below {}", self.quantity(below, form)),
            (None, None) => String::new(),
        };
        let many = it.of.0.len() > 1;
        let places = if many { it.of.0.join(", ") } else { it.of.0.concat() };
        let broad = it.tenants.as_ref().map(|tenants| {
            let share = self.number(tenants.share.get(), Form::Share);
            format!(", for more than {share} of tenants")
        });
        let parts = [
            format!("{} of {places} {bound}", measure_name(it.measure, it.percentile)),
            if many { format!(", in {} of them or more", it.at_least) } else { String::new() },
            broad.unwrap_or_default(),
            if it.held.is_zero() { String::new() } else { format!(", for {}", span(it.held)) },
        ];
        parts.concat()
    }
}

/// A measure as people call it, such as `p95 latency`: its name in scenario files, in words.
pub(crate) fn measure_name(measure: Measure, percentile: Option<f64>) -> String {
    let words = name(measure).replace('_', " ");
    match percentile {
        Some(percentile) => format!("p{} {words}", fixed(percentile, 3).unwrap_or_default()),
        None => words,
    }
}

/// A measure's name in scenario files.
pub(crate) fn name(measure: Measure) -> String {
    let name = serde_json::to_value(measure).ok();
    name.as_ref().and_then(Value::as_str).expect("a measure is written as its name").to_owned()
}

/// A number with its thousands apart and as many decimals as still say something: `312,004`, `43.25`.
pub(crate) fn count(value: f64) -> String {
    let places = if value.abs() < 100.0 { 2 } else { 1 };
    let text = fixed(value, places).unwrap_or_default();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut apart = String::new();
    for (place, digit) in whole.char_indices() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            apart.push(',');
        }
        apart.push(digit);
    }
    format!("{sign}{apart}{fraction}")
}

/// So many of what a noun names, which takes an s where they are several: `1 seed`, `2 seeds`.
pub(crate) fn several(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// The limits of a scenario that stopped something, by the names of their fields: `limits.events, limits.output`.
pub(crate) fn limits<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: BTreeSet<&str> = names.into_iter().collect();
    names.iter().map(|it| format!("limits.{it}")).collect::<Vec<_>>().join(", ")
}

/// With which seeds something was run: `with the same 5 seeds from 7 on`.
pub(crate) fn with_seeds(count: usize, first: u64) -> String {
    match count {
        1 => format!("with one seed, {first}"),
        _ => format!("with the same {count} seeds from {first} on"),
    }
}

/// A rate per second, or per minute or hour where that is easier to grasp.
pub(crate) fn rate(rate: Rate) -> String {
    let per_second = rate.as_per_second();
    let (times, unit) = if per_second >= 1.0 || per_second <= 0.0 {
        (1.0, "s")
    } else if per_second * 60.0 >= 1.0 {
        (60.0, "min")
    } else {
        (3600.0, "h")
    };
    format!("{}/{unit}", count(per_second * times))
}

/// A span to the precision that is of interest at its length: `46m15s`, `4.25s`, `120ms`.
pub(crate) fn span(span: Span) -> String {
    const MILLISECOND: u64 = 1_000_000;
    const SECOND: u64 = 1000 * MILLISECOND;
    let nanos = span.as_nanos();
    let to = |step: u64| Span::from_nanos((nanos + step / 2) / step * step);
    match nanos {
        0..MILLISECOND => span.to_string(),
        MILLISECOND..SECOND => to(MILLISECOND).to_string(),
        SECOND..60_000_000_000 => {
            let seconds = fixed(to(10 * MILLISECOND).as_secs_f64(), 2).unwrap_or_default();
            if seconds == "60" { "1m".to_owned() } else { format!("{seconds}s") }
        }
        _ => to(SECOND).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_their_thousands_apart() {
        let cases = [
            (0.0, "0"),
            (43.254, "43.25"),
            (999.96, "1,000"),
            (1234.5, "1,234.5"),
            (-1_234_567.0, "-1,234,567"),
        ];
        for (value, text) in cases {
            assert_eq!(count(value), text);
        }
    }

    #[test]
    fn spans_are_as_precise_as_they_are_long() {
        let cases = [
            ("0s", "0s"),
            ("1500ns", "1us500ns"),
            ("120400us", "120ms"),
            ("4256ms", "4.26s"),
            ("59999ms", "1m"),
            ("2775400ms", "46m15s"),
        ];
        for (exact, shown) in cases {
            assert_eq!(span(exact.parse().unwrap()), shown);
        }
    }

    #[test]
    fn one_of_a_kind_has_no_plural() {
        assert_eq!(
            [several(0, "run"), several(1, "run"), several(2, "run")],
            ["0 runs", "1 run", "2 runs"]
        );
        assert_eq!(with_seeds(1, 7), "with one seed, 7");
        assert_eq!(with_seeds(2, 7), "with the same 2 seeds from 7 on");
    }

    #[test]
    fn small_rates_are_per_minute_or_hour() {
        let cases = [(0.0, "0/s"), (120.0, "120/s"), (0.5, "30/min"), (0.01, "36/h")];
        for (per_second, text) in cases {
            assert_eq!(rate(Rate::per_second(per_second)), text);
        }
    }
}
