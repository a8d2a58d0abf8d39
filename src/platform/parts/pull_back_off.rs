//! How long an instance waits before it pulls its image again.
//!
//! Left out: the kubelet keeps one delay per image and node and forgets it after a quiet time of twice
//! the cap; here each starting instance counts its own failed pulls.

use schemars::JsonSchema;
use serde::Deserialize;

use super::back_off;
use crate::units::Span;

/// How failed image pulls back off; the defaults are those of Kubernetes.
///
/// The documentation names the cap of five minutes, the kubelet's source 10 seconds and the doubling.
/// <https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff>
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The delay after the first failed pull.
    #[serde(default = "default_base")]
    pub base: Span,
    /// By how much each further failed pull multiplies the delay; at least 1.
    #[serde(default = "default_factor")]
    #[schemars(range(min = 1.0))]
    pub factor: f64,
    /// The longest delay.
    #[serde(default = "default_cap")]
    pub cap: Span,
}

fn default_base() -> Span {
    Span::from_secs(10)
}

fn default_factor() -> f64 {
    2.0
}

fn default_cap() -> Span {
    Span::from_secs(300)
}

impl Default for Config {
    fn default() -> Self {
        Self { base: default_base(), factor: default_factor(), cap: default_cap() }
    }
}

impl Config {
    /// The delay after `failed_pulls` pulls failed in a row; none when none failed.
    #[must_use]
    pub fn delay(&self, failed_pulls: u32) -> Span {
        failed_pulls.checked_sub(1).map_or(Span::ZERO, |growths| {
            back_off::grown(self.base, self.factor, growths, Some(self.cap))
        })
    }

    /// What is wrong with the configuration, by field.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        if !(1.0..f64::INFINITY).contains(&self.factor) {
            problems.push(("factor", format!("must be at least 1, found {}", self.factor)));
        }
        if self.base.is_zero() {
            // A pull that fails at once would otherwise be tried for ever at one instant.
            problems.push(("base", "must be longer than 0s, found 0s".to_owned()));
        }
        if self.cap < self.base {
            let message = format!("must be at least base, {}, found {}", self.base, self.cap);
            problems.push(("cap", message));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_pulls_back_off_as_in_kubernetes() {
        // 10 s doubled: 10, 20, 40, 80, 160, then 320 is cut to 300.
        let config: Config = serde_json::from_str("{}").unwrap();
        let expected = [0, 10, 20, 40, 80, 160, 300, 300];
        for (failed_pulls, seconds) in (0..).zip(expected) {
            assert_eq!(config.delay(failed_pulls), Span::from_secs(seconds), "{failed_pulls}");
        }
        assert_eq!(config.delay(u32::MAX), Span::from_secs(300));
        assert_eq!(config, Config::default());
        assert_eq!(config.problems(), []);
    }

    #[test]
    fn problems_name_their_field() {
        let text = r#"{ "base": "10s", "factor": 0.5, "cap": "5s" }"#;
        let config: Config = serde_json::from_str(text).unwrap();
        let expected = [
            ("factor", "must be at least 1, found 0.5".to_owned()),
            ("cap", "must be at least base, 10s, found 5s".to_owned()),
        ];
        assert_eq!(config.problems(), expected);
        let instant = Config { base: Span::ZERO, ..Config::default() };
        assert_eq!(instant.problems().len(), 1);
    }
}
