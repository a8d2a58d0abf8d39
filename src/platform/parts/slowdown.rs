//! How much slower a station serves when most of its slots are busy.
//!
//! Left out: the cause (processor, locks, memory), and any effect on work already in service: the factor
//! is fixed when service starts.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::units::Share;

/// How service slows down with the share of busy slots: not at all up to `knee`, then linearly.
///
/// The knee of the response curve is Jain, "The Art of Computer Systems Performance Analysis" (1991),
/// section 3.3; the straight line above it is our simplification.
/// <https://www.cse.wustl.edu/~jain/books/perfbook.htm>
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The share of busy slots up to which service is not slowed.
    pub knee: Share,
    /// By how much service times are multiplied when all slots are busy; at least 1.
    #[schemars(range(min = 1.0))]
    pub factor_at_full: f64,
}

impl Config {
    /// By how much to multiply a service time that starts while `busy` of the slots are busy.
    #[must_use]
    pub fn factor(&self, busy: f64) -> f64 {
        let knee = self.knee.get();
        // Covers a knee at 1 as well, which leaves no slope to divide by.
        if busy <= knee {
            return 1.0;
        }
        let above = (busy.min(1.0) - knee) / (1.0 - knee);
        1.0 + (self.factor_at_full - 1.0) * above
    }

    /// What is wrong with the configuration, by field.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        if (1.0..f64::INFINITY).contains(&self.factor_at_full) {
            Vec::new()
        } else {
            let message = format!("must be at least 1, found {}", self.factor_at_full);
            vec![("factor_at_full", message)]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(knee: f64, factor_at_full: f64) -> Config {
        Config { knee: Share::try_from(knee).unwrap(), factor_at_full }
    }

    #[test]
    fn service_slows_linearly_above_the_knee() {
        // From 1 at 0.5 to 3 at 1: halfway, at 0.75, it is 2.
        let slowdown = config(0.5, 3.0);
        for (busy, factor) in [(0.0, 1.0), (0.5, 1.0), (0.625, 1.5), (0.75, 2.0), (1.0, 3.0)] {
            assert!((slowdown.factor(busy) - factor).abs() < 1e-12, "{busy}");
        }
        assert!((slowdown.factor(2.0) - 3.0).abs() < 1e-12, "never beyond the factor at full");
    }

    #[test]
    fn a_knee_at_full_never_slows() {
        assert!((config(1.0, 3.0).factor(1.0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_factor_below_one_is_a_problem() {
        assert_eq!(config(0.5, 1.0).problems(), []);
        let expected = ("factor_at_full", "must be at least 1, found 0.9".to_owned());
        assert_eq!(config(0.5, 0.9).problems(), [expected]);
        assert_eq!(config(0.5, f64::NAN).problems().len(), 1);
    }
}
