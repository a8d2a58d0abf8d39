//! By how much numbers may differ from a golden file, where somebody prefers that to the same bytes.

use std::str::FromStr;

use super::moves::{Distance, Metric, Moves};
use crate::units::Span;

/// Stands for every number.
const EVERY: &str = "*";

/// How far one number may move, as `METRIC=±X%`.
#[derive(Clone, Debug, PartialEq)]
pub struct Tolerance {
    /// The number, or `*` for all that no other tolerance names.
    pub metric: String,
    most: Most,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Most {
    /// Of what the golden file says.
    PerCent(f64),
    /// For moments and durations.
    Seconds(f64),
    /// For numbers that may be zero.
    Number(f64),
}

impl FromStr for Tolerance {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let odd = || {
            format!(
                "{text:?} is no tolerance: write METRIC=±5%, METRIC=±30s or METRIC=±3; * stands for every metric"
            )
        };
        let (metric, bound) = text.split_once('=').ok_or_else(odd)?;
        let bound = ["±", "+-", "+/-"].into_iter().find_map(|sign| bound.strip_prefix(sign));
        let bound = bound.ok_or_else(odd)?.trim();
        let number =
            |text: &str| text.trim().parse().ok().filter(|it: &f64| it.is_finite() && *it >= 0.0);
        let most = match (bound.strip_suffix('%'), number(bound)) {
            (Some(per_cent), _) => Most::PerCent(number(per_cent).ok_or_else(odd)?),
            (None, Some(number)) => Most::Number(number),
            (None, None) => Most::Seconds(bound.parse::<Span>().map_err(|_| odd())?.as_secs_f64()),
        };
        if metric.is_empty() { Err(odd()) } else { Ok(Self { metric: metric.to_owned(), most }) }
    }
}

impl Tolerance {
    /// Whether a number moved no farther than this.
    fn allows(&self, moved: &Metric) -> bool {
        let values = || Some((moved.values[0].as_f64()?, moved.values[1].as_f64()?));
        let shift = values().map(|(old, new)| (new - old).abs());
        match (self.most, moved.by) {
            (Most::PerCent(most), Distance::PerCent(by))
            | (Most::Seconds(most), Distance::Seconds(by)) => by.abs() <= most,
            (
                Most::Seconds(most) | Most::Number(most),
                Distance::PerCent(_) | Distance::FromZero,
            ) => shift.is_some_and(|shift| shift <= most),
            (Most::PerCent(_), Distance::Seconds(_) | Distance::FromZero)
            | (Most::Number(_), Distance::Seconds(_))
            | (_, Distance::Came | Distance::Went) => false,
        }
    }
}

/// The numbers that moved farther than is tolerated: those that no tolerance names must not move at all.
#[must_use]
pub fn beyond<'a>(moves: &'a Moves, tolerances: &[Tolerance]) -> Vec<&'a Metric> {
    let is_beyond = |moved: &&Metric| {
        let of = |name: &str| tolerances.iter().find(|it| it.metric == name);
        of(&moved.name).or_else(|| of(EVERY)).is_none_or(|tolerance| !tolerance.allows(moved))
    };
    moves.metrics.iter().filter(is_beyond).collect()
}

/// The tolerances that name none of these numbers: slips of the keyboard, most likely.
#[must_use]
pub fn unknown<'a>(tolerances: &'a [Tolerance], known: &[String]) -> Vec<&'a str> {
    let is_unknown = |it: &&Tolerance| it.metric != EVERY && !known.contains(&it.metric);
    tolerances.iter().filter(is_unknown).map(|it| it.metric.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn moved(old: &Value, new: &Value) -> Moves {
        let replay = |value: &Value| json!({ "metrics": { "m": { "value": value } } });
        Moves::between(&replay(old), &replay(new))
    }

    #[test]
    fn a_number_may_move_as_far_as_it_is_told() {
        let [time, later] = ["2026-03-02T09:51:20", "2026-03-02T09:51:50"];
        let cases = [
            ("m=±5%", json!(100), json!(105), true),
            ("m=±5%", json!(100), json!(94.9), false),
            ("m=+-5%", json!(-100), json!(-105), true),
            ("*=±5%", json!(100), json!(104), true),
            ("other=±5%", json!(100), json!(101), false),
            ("m=±5%", json!(0), json!(1), false),
            ("m=±1", json!(0), json!(1), true),
            ("m=±1", json!(7), json!(5), false),
            ("m=±30s", json!(time), json!(later), true),
            ("m=±29s", json!(time), json!(later), false),
            ("m=±5%", json!(time), json!(later), false),
            ("m=±2m", json!(60), json!(180), true),
            ("m=±100%", json!(null), json!(1), false),
            ("m=±100%", json!(1), json!(null), false),
        ];
        for (tolerance, old, new, is_allowed) in cases {
            let tolerances = [tolerance.parse().unwrap()];
            let moves = moved(&old, &new);
            assert_eq!(moves.metrics.len(), 1);
            assert_eq!(beyond(&moves, &tolerances).is_empty(), is_allowed, "{tolerance} {new}");
        }
    }

    #[test]
    fn its_own_tolerance_goes_before_that_of_all() {
        let tolerances = ["*=±50%".parse().unwrap(), "m=±1%".parse().unwrap()];
        assert_eq!(beyond(&moved(&json!(100), &json!(110)), &tolerances).len(), 1);
    }

    #[test]
    fn what_is_no_tolerance_is_refused() {
        for text in ["", "m", "m=5%", "=±5%", "m=±", "m=±-1%", "m=±x", "m=±5 %%", "m=±inf"] {
            let message = text.parse::<Tolerance>().unwrap_err();
            assert!(message.contains("METRIC=±5%"), "{text}: {message}");
        }
    }

    #[test]
    fn a_tolerance_for_no_number_is_found() {
        let tolerances = ["m=±1%".parse().unwrap(), "n=±1%".parse().unwrap()];
        assert_eq!(unknown(&tolerances, &["m".to_owned()]), ["n"]);
    }
}
