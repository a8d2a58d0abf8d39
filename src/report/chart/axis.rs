//! The axis of values: its unit, how high it goes, and its labels.

use crate::platform::measures::Measure;
use crate::report::decimal::fixed;
use crate::report::words::Form;

/// So many lines across a chart at most, beside the one at nothing.
const TICKS_MAX: f64 = 4.0;

/// An axis of values, which begins at nothing.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct Axis {
    /// The unit, such as `seconds`.
    pub(in crate::report) unit: &'static str,
    /// How many of the unit one second, one event per second or one of what is counted is.
    pub(in crate::report) factor: f64,
    /// The value at the top, in the unit.
    pub(in crate::report) max: f64,
    /// Labels and where they stand, in the unit.
    pub(in crate::report) ticks: Vec<(f64, String)>,
}

impl Axis {
    /// The axis for values of a measure (seconds, events per second, numbers) up to `highest`.
    pub(in crate::report) fn new(measure: Measure, highest: f64) -> Self {
        Self::of(Form::of_measure(measure), counted(measure), highest)
    }

    /// The axis for values of a form up to `highest`; `counted` is what a count counts.
    pub(in crate::report) fn of(form: Form, counted: &'static str, highest: f64) -> Self {
        let (unit, factor) = unit(form, counted, highest);
        let highest = (highest * factor).max(0.0);
        let is_whole = form == Form::Count;
        let step = step(highest, is_whole);
        let mut max = step;
        while max < highest {
            max += step;
        }
        if form == Form::Share && highest <= 100.0 {
            max = max.min(100.0);
        }
        let mut ticks = Vec::new();
        let mut at = 0.0;
        while at <= max * 1.0001 {
            ticks.push((at, short(at)));
            at += step;
        }
        Self { unit, factor, max, ticks }
    }

    /// A value in the axis's unit with as many places as still say something.
    pub(in crate::report) fn told(&self, value: f64) -> String {
        let value = value * self.factor;
        let places = [(100.0, 0), (10.0, 1), (1.0, 2), (0.0, 3)];
        let (_, places) =
            places.into_iter().find(|(least, _)| self.max >= *least).unwrap_or((0.0, 3));
        fixed(value, places).unwrap_or_default()
    }
}

fn unit(form: Form, counted: &'static str, highest: f64) -> (&'static str, f64) {
    match form {
        Form::Span if highest <= 1.0 => ("milliseconds", 1e3),
        Form::Span if highest <= 180.0 => ("seconds", 1.0),
        Form::Span if highest <= 10_800.0 => ("minutes", 1.0 / 60.0),
        Form::Span if highest <= 259_200.0 => ("hours", 1.0 / 3600.0),
        Form::Span => ("days", 1.0 / 86_400.0),
        Form::Rate if highest >= 1.0 || highest <= 0.0 => ("per second", 1.0),
        Form::Rate if highest * 60.0 >= 1.0 => ("per minute", 60.0),
        Form::Rate => ("per hour", 3600.0),
        Form::Share => ("per cent", 100.0),
        Form::Factor => ("times", 1.0),
        Form::Minutes => ("minutes", 1.0),
        Form::Count | Form::Moment => (counted, 1.0),
    }
}

/// What a count counts.
fn counted(measure: Measure) -> &'static str {
    match measure {
        Measure::QueueDepth => "waiting",
        Measure::InFlight => "in flight",
        Measure::Replicas => "instances",
        Measure::BlockedQueues | Measure::AffectedQueues => "queues",
        Measure::MissingRecords | Measure::SetAside => "items",
        Measure::ImageMissing => "1 if missing",
        Measure::ArrivalRate
        | Measure::DoneRate
        | Measure::FailureRate
        | Measure::RetryRate
        | Measure::ErrorShare
        | Measure::AttemptErrorShare
        | Measure::InVainShare
        | Measure::Latency
        | Measure::MeanLatency
        | Measure::BusyShare
        | Measure::OldestWait
        | Measure::FailedPullShare
        | Measure::Lag
        | Measure::ReportRate
        | Measure::LoopRate
        | Measure::AssignedFromBlockedRate => "number",
    }
}

/// The smallest round step of which few enough reach `highest`; a whole number if it is to be.
fn step(highest: f64, is_whole: bool) -> f64 {
    let mut ten = if is_whole { 1.0 } else { 1e-6 };
    if highest <= 0.0 {
        return 1.0;
    }
    loop {
        for times in [1.0, 2.0, 2.5, 5.0] {
            let step: f64 = ten * times;
            let is_fit = !is_whole || step.fract() <= 0.0;
            if is_fit && highest / step <= TICKS_MAX {
                return step;
            }
        }
        ten *= 10.0;
    }
}

/// A label of an axis, with thousands as `k`, millions as `M`.
fn short(value: f64) -> String {
    let (value, suffix) = if value >= 1e9 {
        (value / 1e9, "G")
    } else if value >= 1e6 {
        (value / 1e6, "M")
    } else if value >= 1e4 {
        (value / 1e3, "k")
    } else {
        (value, "")
    };
    format!("{}{suffix}", fixed(value, 6).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_have_few_round_labels_in_a_unit_that_suits() {
        let cases = [
            (Measure::QueueDepth, 3.0, "waiting", "0 1 2 3"),
            (Measure::QueueDepth, 12_300.0, "waiting", "0 5000 10k 15k"),
            (Measure::ErrorShare, 1.0, "per cent", "0 25 50 75 100"),
            (Measure::ErrorShare, 0.03, "per cent", "0 1 2 3"),
            (Measure::Latency, 0.25, "milliseconds", "0 100 200 300"),
            (Measure::Latency, 5.5, "seconds", "0 2 4 6"),
            (Measure::Lag, 86_400.0, "hours", "0 10 20 30"),
            (Measure::ArrivalRate, 0.05, "per minute", "0 1 2 3"),
            (Measure::ArrivalRate, 0.0, "per second", "0 1"),
        ];
        for (measure, highest, unit, labels) in cases {
            let axis = Axis::new(measure, highest);
            let told: Vec<&str> = axis.ticks.iter().map(|(_, label)| label.as_str()).collect();
            assert_eq!((axis.unit, told.join(" ").as_str()), (unit, labels), "{highest}");
        }
    }
}
