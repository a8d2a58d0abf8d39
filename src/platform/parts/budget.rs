//! A budget that keeps retries in proportion to first attempts.
//!
//! A token bucket for one call: each first attempt deposits a part of a token, each retry takes a whole
//! one. Left out: the expiry of old deposits and the minimum of retries per second that Finagle adds.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::units::Share;

/// Billionths of a token in a token, so that the level is an integer and never drifts.
const TOKEN: u64 = 1_000_000_000;

/// How many retries a call may make, in proportion to its first attempts.
///
/// After Finagle's `RetryBudget` (deposits by first attempts), with the bounded level of gRPC's
/// `retryThrottling`. <https://twitter.github.io/finagle/guide/Clients.html#retries>,
/// <https://github.com/grpc/proposal/blob/master/A6-client-retries.md#throttling-retry-attempts-and-hedged-rpcs>
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Retries earned by each first attempt: 0.1 lets one retry in for ten first attempts.
    pub ratio: Share,
    /// The most retries that can be saved up, and what the budget starts with; at least 1.
    #[schemars(range(min = 1))]
    pub burst: u32,
}

impl Config {
    /// What is wrong with the configuration, by field.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        if self.burst >= 1 {
            Vec::new()
        } else {
            vec![("burst", "must be at least 1 (for no retries set max to 0), found 0".to_owned())]
        }
    }

    fn level_max(&self) -> u64 {
        u64::from(self.burst) * TOKEN
    }
}

/// The retry budget of one call.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Billionths of a token.
    level: u64,
    deposit: u64,
    level_max: u64,
}

impl Budget {
    /// A full budget.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let level_max = config.level_max();
        Self { level: level_max, deposit: config.ratio.as_billionths(), level_max }
    }

    /// Notes a first attempt, which earns its part of a retry.
    pub fn deposit(&mut self) {
        self.level = (self.level + self.deposit).min(self.level_max);
    }

    /// Takes the token of one retry, or says that there is none.
    #[must_use]
    pub fn withdraw(&mut self) -> bool {
        let is_covered = self.level >= TOKEN;
        if is_covered {
            self.level -= TOKEN;
        }
        is_covered
    }

    /// Goes on under another configuration with what has been saved up, as far as `burst` allows.
    pub fn reconfigure(&mut self, config: &Config) {
        self.deposit = config.ratio.as_billionths();
        self.level_max = config.level_max();
        self.level = self.level.min(self.level_max);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(ratio: f64, burst: u32) -> Config {
        Config { ratio: Share::try_from(ratio).unwrap(), burst }
    }

    fn retries(budget: &mut Budget) -> u32 {
        let mut retries = 0;
        while budget.withdraw() {
            retries += 1;
        }
        retries
    }

    #[test]
    fn ten_first_attempts_earn_one_retry() {
        let mut budget = Budget::new(&config(0.1, 3));
        assert_eq!(retries(&mut budget), 3, "it starts full");
        for _ in 0..9 {
            budget.deposit();
        }
        assert_eq!(retries(&mut budget), 0, "0.9 tokens");
        // In floating point ten times 0.1 are 0.9999999999999999: here they are one.
        budget.deposit();
        assert_eq!(retries(&mut budget), 1);
    }

    #[test]
    fn no_more_than_the_burst_is_saved_up() {
        let mut budget = Budget::new(&config(0.5, 2));
        for _ in 0..100 {
            budget.deposit();
        }
        assert_eq!(retries(&mut budget), 2);
    }

    #[test]
    fn a_changed_budget_keeps_what_it_saved() {
        let mut budget = Budget::new(&config(0.5, 5));
        assert!(budget.withdraw()); // 4 left
        budget.reconfigure(&config(1.0, 10));
        assert_eq!(retries(&mut budget), 4, "a higher burst gives nothing away");
        budget.deposit();
        assert_eq!(retries(&mut budget), 1, "the new ratio counts");
        let mut budget = Budget::new(&config(0.5, 5));
        budget.reconfigure(&config(0.5, 2));
        assert_eq!(retries(&mut budget), 2);
    }

    #[test]
    fn a_budget_without_burst_is_a_problem() {
        assert_eq!(config(0.0, 1).problems(), []);
        assert_eq!(config(0.1, 0).problems()[0].0, "burst");
    }
}
