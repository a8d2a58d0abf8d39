//! How many replicas a station should have for the load it shows.
//!
//! Left out: the stabilization window of Kubernetes (the highest wish of the last minutes), for which
//! cool-downs stand here; readiness and missing metrics; several metrics at once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::units::{Instant, Quantity, Share, Span};

/// How a station's number of replicas follows its load.
///
/// `ceil(current * observed / target)`, unless `observed` is within `tolerance` of the target; then the
/// bounds. As the Kubernetes horizontal autoscaler, whose defaults the tolerance and the five minutes are:
/// <https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#algorithm-details>
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What is observed.
    pub measure: Measure,
    /// The value aimed at, above 0: a share of the slots, or for `arrivals` a rate per replica.
    pub target: Quantity,
    /// How often it decides.
    pub every: Span,
    /// The most replicas added at once; any number when not given.
    #[serde(default)]
    pub step_up_max: Option<u32>,
    /// The most replicas taken away at once; any number when not given.
    #[serde(default)]
    pub step_down_max: Option<u32>,
    /// How long after a decision for more replicas the next one for more may follow.
    #[serde(default)]
    pub cool_down_up: Span,
    /// How long after a decision for fewer replicas the next one for fewer may follow.
    #[serde(default = "default_cool_down_down")]
    pub cool_down_down: Span,
    /// By which share of the target the observed value may differ from it without effect.
    #[serde(default = "default_tolerance")]
    pub tolerance: Share,
    /// The fewest replicas; at least 1.
    #[schemars(range(min = 1))]
    pub min: u32,
    /// The most replicas.
    #[schemars(range(min = 1))]
    pub max: u32,
}

/// What an autoscaler observes of the replicas that take work, on average since its last look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The share of slots that are busy. It never exceeds 1, so that it cannot tell how far a full station
    /// is behind.
    Busy,
    /// Busy slots and what waits for one, as a share of the slots.
    InFlight,
    /// Arrivals per second and replica.
    Arrivals,
}

fn default_cool_down_down() -> Span {
    Span::from_secs(300)
}

fn default_tolerance() -> Share {
    Share::try_from(0.1).expect("a tenth is a share")
}

impl Config {
    /// What is wrong with the configuration, by field.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        match (self.measure, self.target) {
            (Measure::Arrivals, Quantity::Rate(rate)) if rate.as_per_second() > 0.0 => {}
            (Measure::Arrivals, _) => {
                let message = "must be a rate above 0 per replica, such as \"10/s\"";
                problems.push(("target", message.to_owned()));
            }
            (Measure::Busy | Measure::InFlight, Quantity::Number(share))
                if share > 0.0 && share <= 1.0 => {}
            (Measure::Busy | Measure::InFlight, _) => {
                let message = "must be a share of the slots above 0 and at most 1";
                problems.push(("target", message.to_owned()));
            }
        }
        if self.every.is_zero() {
            problems.push(("every", "must be longer than 0s, found 0s".to_owned()));
        }
        let steps = [("step_up_max", self.step_up_max), ("step_down_max", self.step_down_max)];
        for (field, count) in [steps[0], steps[1], ("min", Some(self.min))] {
            if count == Some(0) {
                problems.push((field, "must be at least 1, found 0".to_owned()));
            }
        }
        if self.max < self.min {
            let message = format!("must be at least min, {}, found {}", self.min, self.max);
            problems.push(("max", message));
        }
        problems
    }
}

/// The autoscaler of one station.
#[derive(Clone, Debug)]
pub struct Autoscaler {
    config: Config,
    up_at: Option<Instant>,
    down_at: Option<Instant>,
}

impl Autoscaler {
    /// An autoscaler that has never scaled, so that no cool-down holds it.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self { config: config.clone(), up_at: None, down_at: None }
    }

    /// The number of replicas to go to from `current` (started ones included), if it is another.
    ///
    /// A number outside the bounds goes to the nearer bound at once, without steps or cool-downs, as in
    /// Kubernetes. A cool-down counts from the last decision in the *same* direction, not from when its
    /// replicas are up, and ends at that very instant; the other direction is free.
    ///
    /// # Panics
    ///
    /// Panics if `observed` is not a number.
    #[must_use]
    pub fn decide(&mut self, now: Instant, current: u32, observed: f64) -> Option<u32> {
        assert!(!observed.is_nan(), "an autoscaler needs a number to follow");
        let Config { min, max, .. } = self.config;
        let wanted = if (min..=max).contains(&current) {
            self.step(now, current, self.wish(current, observed).clamp(min, max))
        } else {
            current.clamp(min, max)
        };
        if wanted > current {
            self.up_at = Some(now);
        } else if wanted < current {
            self.down_at = Some(now);
        }
        (wanted != current).then_some(wanted)
    }

    /// Goes on under another configuration; cool-downs count from the decisions made before.
    pub fn reconfigure(&mut self, config: &Config) {
        self.config = config.clone();
    }

    /// What the formula gives, before steps, cool-downs and bounds.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "what exceeds the cast is beyond every bound"
    )]
    fn wish(&self, current: u32, observed: f64) -> u32 {
        // Division leaves noise in the last bits: 5 * (0.14 / 0.7) is 1.0000000000000002 and means 1.
        const NOISE: f64 = 1e-9;
        let target = match self.config.target {
            Quantity::Rate(rate) => rate.as_per_second(),
            Quantity::Number(share) => share,
            Quantity::Span(_) | Quantity::Time(_) => unreachable!("checked: a rate or a share"),
        };
        let ratio = observed / target;
        if (ratio - 1.0).abs() <= self.config.tolerance.get() + NOISE {
            return current;
        }
        (f64::from(current) * ratio - NOISE).ceil() as u32
    }

    fn step(&self, now: Instant, current: u32, wanted: u32) -> u32 {
        let Config { step_up_max, step_down_max, cool_down_up, cool_down_down, .. } = self.config;
        let is_cool = |last: Option<Instant>, span| last.is_none_or(|last| now >= last + span);
        if wanted > current && is_cool(self.up_at, cool_down_up) {
            wanted.min(current.saturating_add(step_up_max.unwrap_or(u32::MAX)))
        } else if wanted < current && is_cool(self.down_at, cool_down_down) {
            wanted.max(current.saturating_sub(step_down_max.unwrap_or(u32::MAX)))
        } else {
            current
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str =
        r#"{ "measure": "busy", "target": 0.5, "every": "15s", "min": 1, "max": 100 }"#;

    fn config(text: &str) -> Config {
        serde_json::from_str(text).unwrap()
    }

    fn at(seconds: u64) -> Instant {
        Instant::START + Span::from_secs(seconds)
    }

    #[test]
    fn the_wish_follows_the_formula_outside_the_tolerance() {
        let cases = [
            (4, 0.75, Some(6)),   // 4 * 1.5
            (4, 0.8, Some(7)),    // 4 * 1.6 = 6.4
            (4, 0.55, None),      // A tenth above the target.
            (4, 0.45, None),      // A tenth below.
            (20, 0.56, Some(23)), // 20 * 1.12 = 22.4
            (4, 0.2, Some(2)),    // 4 * 0.4 = 1.6
            (4, 0.0, Some(1)),    // The bounds.
            (4, 1e300, Some(100)),
            (4, f64::INFINITY, Some(100)),
        ];
        for (current, observed, wanted) in cases {
            let mut autoscaler = Autoscaler::new(&config(PLAIN));
            assert_eq!(
                autoscaler.decide(at(0), current, observed),
                wanted,
                "{current}, {observed}"
            );
        }
    }

    #[test]
    fn noise_in_the_last_bits_adds_no_replica() {
        // 5 * (0.14 / 0.7) is 1.0000000000000002 in floating point.
        let text = PLAIN.replace("0.5", "0.7");
        assert_eq!(Autoscaler::new(&config(&text)).decide(at(0), 5, 0.14), Some(1));
    }

    #[test]
    fn steps_and_cool_downs_slow_it() {
        // At most 3 up each 30 s, at most 2 down each 60 s.
        let mut autoscaler = Autoscaler::new(&Config {
            step_up_max: Some(3),
            step_down_max: Some(2),
            cool_down_up: Span::from_secs(30),
            cool_down_down: Span::from_secs(60),
            ..config(PLAIN)
        });
        let schedule = [
            (0, 4, 1.0, Some(7)),    // Wished 8, stepped by 3.
            (15, 7, 1.0, None),      // Wished 14; cooling down until 30 s.
            (30, 7, 1.0, Some(10)),  // Wished 14.
            (45, 10, 0.1, Some(8)),  // Wished 2; going down was not cooling.
            (60, 8, 0.1, None),      // Wished 2; cooling down until 105 s.
            (75, 8, 1.0, Some(11)),  // Wished 16; up since 30 s, so free again at 60 s.
            (104, 11, 0.1, None),    // Wished 3.
            (105, 11, 0.4, Some(9)), // Wished ceil(8.8), which is the step as well.
        ];
        for (seconds, current, observed, wanted) in schedule {
            assert_eq!(autoscaler.decide(at(seconds), current, observed), wanted, "{seconds} s");
        }
    }

    #[test]
    fn a_number_out_of_bounds_goes_to_the_bound_at_once() {
        let mut autoscaler = Autoscaler::new(&Config {
            step_up_max: Some(1),
            cool_down_up: Span::from_secs(600),
            ..config(PLAIN)
        });
        assert_eq!(autoscaler.decide(at(0), 4, 1.0), Some(5));
        autoscaler.reconfigure(&Config { min: 20, ..autoscaler.config.clone() });
        assert_eq!(autoscaler.decide(at(1), 5, 0.5), Some(20));
        autoscaler.reconfigure(&Config { min: 1, max: 10, ..autoscaler.config.clone() });
        assert_eq!(autoscaler.decide(at(2), 20, 0.5), Some(10));
        // The cool-down outlives the change of configuration.
        assert_eq!(autoscaler.decide(at(3), 5, 1.0), None);
    }

    #[test]
    fn problems_name_their_field() {
        assert_eq!(config(PLAIN).problems(), []);
        assert_eq!(config(PLAIN).cool_down_down, Span::from_secs(300));
        assert!((config(PLAIN).tolerance.get() - 0.1).abs() < f64::EPSILON);
        let text = r#"{ "measure": "in_flight", "target": 0, "every": "0s", "min": 0, "max": 0,
                        "step_up_max": 0, "step_down_max": 0 }"#;
        let fields = |config: &Config| -> Vec<_> {
            config.problems().into_iter().map(|(field, _)| field).collect()
        };
        let wrong = ["target", "every", "step_up_max", "step_down_max", "min"];
        assert_eq!(fields(&config(text)), wrong);
        assert_eq!(fields(&Config { min: 5, max: 4, ..config(PLAIN) }), ["max"]);
    }
}
