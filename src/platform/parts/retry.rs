//! Whether a failed attempt is tried again, and after what delay.
//!
//! Left out: hedged requests, a server's own word on when to come back, and a deadline over all tries:
//! the caller's timeout is per attempt.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::outcome::Failure;
use super::{back_off, budget};
use crate::units::Span;

/// How a caller tries again.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Tries beyond the first attempt.
    pub max: u32,
    /// The delay before the first retry.
    pub base: Span,
    /// By how much each further retry multiplies the delay; at least 1.
    #[serde(default = "default_factor")]
    #[schemars(range(min = 1.0))]
    pub factor: f64,
    /// The longest delay, before jitter; unlimited when not given.
    #[serde(default)]
    pub cap: Option<Span>,
    /// How chance spreads the delays.
    #[serde(default)]
    pub jitter: Jitter,
    /// The delays after a rate limit refused an attempt; the same as after any failure when not given.
    #[serde(default)]
    pub rate_limited: Option<RateLimited>,
    /// The failures that are tried again.
    #[serde(default = "default_on")]
    pub on: BTreeSet<Failure>,
    /// A limit on retries in proportion to first attempts.
    #[serde(default)]
    pub budget: Option<budget::Config>,
}

/// The delays of retries after a rate limit refused an attempt.
///
/// They grow with the number of the retry, whatever the attempts before it failed of.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimited {
    /// The delay before the first retry.
    pub base: Span,
    /// By how much each further retry multiplies the delay; at least 1.
    #[serde(default = "default_factor")]
    #[schemars(range(min = 1.0))]
    pub factor: f64,
    /// The longest delay, before jitter; unlimited when not given.
    #[serde(default)]
    pub cap: Option<Span>,
}

/// How chance spreads the delays of retries.
///
/// The names and formulas are those of Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture
/// Blog, 2015. <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Jitter {
    /// The delay itself.
    #[default]
    None,
    /// Anything from nothing to the delay.
    Full,
    /// Anything from half the delay to the delay.
    Equal,
}

fn default_factor() -> f64 {
    2.0
}

fn default_on() -> BTreeSet<Failure> {
    BTreeSet::from([
        Failure::TimedOut,
        Failure::Rejected,
        Failure::RateLimited,
        Failure::DependencyFailed,
        Failure::Errored,
    ])
}

impl Config {
    /// The delay between a failure and the `retry`-th retry, the first being 1; `uniform` draws the jitter,
    /// if there is any.
    ///
    /// # Panics
    ///
    /// Panics if `retry` is 0: a first attempt has no delay.
    #[must_use]
    pub fn delay(&self, failure: Failure, retry: u32, uniform: impl FnOnce() -> f64) -> Span {
        assert!(retry >= 1, "retries are counted from 1");
        let (base, factor, cap) = match &self.rate_limited {
            Some(own) if failure == Failure::RateLimited => (own.base, own.factor, own.cap),
            Some(_) | None => (self.base, self.factor, self.cap),
        };
        let delay = back_off::grown(base, factor, retry - 1, cap);
        match self.jitter {
            Jitter::None => delay,
            Jitter::Full => delay.scaled(uniform()),
            Jitter::Equal => delay.scaled(0.5 + 0.5 * uniform()),
        }
    }

    /// Whether an attempt that ended so is tried again, tries and budget permitting.
    #[must_use]
    pub fn is_retried(&self, failure: Failure) -> bool {
        self.on.contains(&failure)
    }

    /// What is wrong with the configuration, by field, its budget included.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        if !(1.0..f64::INFINITY).contains(&self.factor) {
            problems.push(("factor", format!("must be at least 1, found {}", self.factor)));
        }
        if let Some(cap) = self.cap.filter(|&cap| cap < self.base) {
            problems.push(("cap", format!("must be at least base, {}, found {cap}", self.base)));
        }
        if let Some(own) = &self.rate_limited {
            if !(1.0..f64::INFINITY).contains(&own.factor) {
                let message = format!("must be at least 1, found {}", own.factor);
                problems.push(("rate_limited.factor", message));
            }
            if let Some(cap) = own.cap.filter(|&cap| cap < own.base) {
                let message = format!("must be at least base, {}, found {cap}", own.base);
                problems.push(("rate_limited.cap", message));
            }
            if !self.is_retried(Failure::RateLimited) {
                let message = "is of no use: on does not list rate_limited".to_owned();
                problems.push(("rate_limited", message));
            }
        }
        for (field, message) in self.budget.iter().flat_map(budget::Config::problems) {
            problems.push((if field == "burst" { "budget.burst" } else { "budget" }, message));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        serde_json::from_str(text).unwrap()
    }

    fn millis(millis: u64) -> Span {
        Span::from_nanos(millis * 1_000_000)
    }

    #[test]
    fn delays_double_up_to_the_cap() {
        let retry = config(r#"{ "max": 5, "base": "100ms", "cap": "500ms" }"#);
        for (number, expected) in [(1, 100), (2, 200), (3, 400), (4, 500), (5, 500)] {
            let delay =
                retry.delay(Failure::TimedOut, number, || unreachable!("there is no jitter"));
            assert_eq!(delay, millis(expected), "retry {number}");
        }
        assert_eq!(retry.delay(Failure::TimedOut, u32::MAX, || 0.0), millis(500));
        let uncapped = Config { cap: None, ..retry };
        assert_eq!(uncapped.delay(Failure::TimedOut, u32::MAX, || 0.0).as_nanos(), u64::MAX);
    }

    #[test]
    fn what_was_rate_limited_waits_by_its_own_back_off() {
        // 2 s times 3, at most 10 s; jitter takes a quarter of half of it away. Any other failure
        // waits 80 ms times 2.
        let retry = config(
            r#"{ "max": 5, "base": "80ms", "jitter": "equal",
                 "rate_limited": { "base": "2s", "factor": 3, "cap": "10s" } }"#,
        );
        for (number, limited, other) in [(1, 2000, 80), (2, 6000, 160), (3, 10_000, 320)] {
            for (failure, expected) in [(Failure::RateLimited, limited), (Failure::Rejected, other)]
            {
                let delay = retry.delay(failure, number, || 0.75);
                assert_eq!(delay, millis(expected * 7 / 8), "retry {number} of {failure:?}");
            }
        }
    }

    #[test]
    fn jitter_spreads_below_the_delay() {
        // The second retry waits 200 ms. Full: 0.25 * 200 = 50. Equal: 100 + 0.25 * 100 = 125.
        for (jitter, expected) in [("none", 200), ("full", 50), ("equal", 125)] {
            let text = format!(r#"{{ "max": 5, "base": "100ms", "jitter": "{jitter}" }}"#);
            let delay = config(&text).delay(Failure::Errored, 2, || 0.25);
            assert_eq!(delay, millis(expected), "{jitter}");
        }
    }

    #[test]
    fn only_the_listed_failures_are_retried() {
        let retried = |config: &Config| -> Vec<&str> {
            Failure::ALL.into_iter().filter(|&f| config.is_retried(f)).map(Failure::name).collect()
        };
        let expected = ["timed_out", "rejected", "rate_limited", "dependency_failed", "errored"];
        assert_eq!(retried(&config(r#"{ "max": 1, "base": "1s" }"#)), expected);
        let narrow = config(r#"{ "max": 1, "base": "1s", "on": ["missing_record"] }"#);
        assert_eq!(retried(&narrow), ["missing_record"]);
    }

    #[test]
    fn problems_name_their_field() {
        let retry = config(
            r#"{ "max": 1, "base": "2s", "cap": "1s", "factor": 0.5,
                 "budget": { "ratio": 0.1, "burst": 0 } }"#,
        );
        let fields: Vec<_> = retry.problems().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["factor", "cap", "budget.burst"]);
        assert_eq!(retry.problems()[1].1, "must be at least base, 2s, found 1s");
        let retry = config(
            r#"{ "max": 1, "base": "1s", "on": ["errored"],
                 "rate_limited": { "base": "2s", "cap": "1s", "factor": 0.5 } }"#,
        );
        let fields: Vec<_> = retry.problems().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["rate_limited.factor", "rate_limited.cap", "rate_limited"]);
        assert_eq!(config(r#"{ "max": 0, "base": "2s" }"#).problems(), []);
    }
}
