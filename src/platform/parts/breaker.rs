//! A circuit breaker: a caller that stops calling a callee which mostly fails.
//!
//! Left out: a share of slow calls as a reason to open, exceptions that count neither way, and breakers
//! kept per instance of the caller: here all instances behind one call share one.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::units::{Instant, Share, Span};

/// When a call's circuit breaker opens, and how it closes again.
///
/// The pattern is Michael Nygard's, "Release It!" (2007), described at
/// <https://martinfowler.com/bliki/CircuitBreaker.html>. Opening over a window of ten parts, and the
/// defaults, are Hystrix's: <https://github.com/Netflix/Hystrix/wiki/Configuration>. Several probes, all
/// handed out before the next decision, are resilience4j's:
/// <https://resilience4j.readme.io/docs/circuitbreaker>.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The share of failed attempts in the window from which the breaker opens; above 0.
    #[serde(default = "default_failure_share")]
    pub failure_share: Share,
    /// How far back attempts count; it slides in steps of a tenth.
    #[serde(default = "default_window")]
    pub window: Span,
    /// The fewest attempts in the window on which the breaker decides; at least 1.
    #[serde(default = "default_count_min")]
    #[schemars(range(min = 1))]
    pub count_min: u32,
    /// How long the breaker refuses everything before it lets probes through.
    #[serde(default = "default_open_for")]
    pub open_for: Span,
    /// Attempts let through as probes, all of which must succeed for it to close; at least 1.
    #[serde(default = "default_probes")]
    #[schemars(range(min = 1))]
    pub probes: u32,
}

fn default_failure_share() -> Share {
    Share::try_from(0.5).expect("a half is a share")
}

fn default_window() -> Span {
    Span::from_secs(10)
}

fn default_count_min() -> u32 {
    20
}

fn default_open_for() -> Span {
    Span::from_secs(5)
}

fn default_probes() -> u32 {
    1
}

impl Config {
    /// What is wrong with the configuration, by field.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        if self.failure_share.get() <= 0.0 {
            problems.push(("failure_share", "must be above 0, found 0".to_owned()));
        }
        if self.window.is_zero() {
            problems.push(("window", "must be longer than 0s, found 0s".to_owned()));
        }
        if self.open_for.is_zero() {
            problems.push(("open_for", "must be longer than 0s, found 0s".to_owned()));
        }
        for (field, count) in [("count_min", self.count_min), ("probes", self.probes)] {
            if count == 0 {
                problems.push((field, "must be at least 1, found 0".to_owned()));
            }
        }
        problems
    }
}

/// The circuit breaker of one call.
#[derive(Clone, Debug)]
pub struct Breaker {
    config: Config,
    state: State,
    window: Window,
}

/// A change of a breaker that a report should tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// It began to refuse attempts.
    Opened,
    /// It lets all attempts through again.
    Closed,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Closed { since: Instant },
    Open { since: Instant },
    HalfOpen { since: Instant, probes_out: u32, succeeded: u32 },
}

impl Breaker {
    /// A closed breaker that has seen nothing.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let window = Window::new(config.window);
        Self { config: config.clone(), state: State::Closed { since: Instant::START }, window }
    }

    /// Whether an attempt may begin; where it begins as a probe, this takes one of the permits.
    ///
    /// Whoever is let through owes the breaker a `record`, or a `give_back` if the attempt never began:
    /// a probe that is never heard of would keep the breaker half open for ever.
    #[must_use]
    pub fn allows(&mut self, now: Instant) -> bool {
        if let State::Open { since } = self.state
            && now >= since + self.config.open_for
        {
            self.state = State::HalfOpen { since: now, probes_out: 0, succeeded: 0 };
        }
        match &mut self.state {
            State::Closed { .. } => true,
            State::Open { .. } => false,
            State::HalfOpen { probes_out, succeeded, .. } => {
                let is_permitted = *probes_out + *succeeded < self.config.probes;
                *probes_out += u32::from(is_permitted);
                is_permitted
            }
        }
    }

    /// Notes how the attempt that was let through at `begun` ended, time-outs being failures.
    ///
    /// An attempt from before the latest change of state says nothing about the callee since then,
    /// and is ignored.
    pub fn record(&mut self, now: Instant, begun: Instant, is_success: bool) -> Option<Transition> {
        match &mut self.state {
            State::Closed { since } if begun >= *since => {
                self.window.count(now, is_success);
                self.window.is_failing(&self.config).then(|| self.open(now))
            }
            State::HalfOpen { since, probes_out, succeeded } if begun >= *since => {
                if !is_success {
                    return Some(self.open(now));
                }
                *probes_out = probes_out.saturating_sub(1);
                *succeeded += 1;
                (*succeeded >= self.config.probes).then(|| self.close(now))
            }
            State::Closed { .. } | State::Open { .. } | State::HalfOpen { .. } => None,
        }
    }

    /// Takes back the permit given at `begun` for an attempt that was never made.
    pub fn give_back(&mut self, begun: Instant) {
        if let State::HalfOpen { since, probes_out, .. } = &mut self.state
            && begun >= *since
        {
            *probes_out = probes_out.saturating_sub(1);
        }
    }

    /// Goes on in its state under another configuration; what a window of another length counted is lost.
    pub fn reconfigure(&mut self, config: &Config) {
        if config.window != self.config.window {
            self.window = Window::new(config.window);
        }
        if let State::HalfOpen { succeeded, .. } = &mut self.state {
            // At least one more probe has to succeed, or nothing would ever close the breaker.
            *succeeded = (*succeeded).min(config.probes.saturating_sub(1));
        }
        self.config = config.clone();
    }

    fn open(&mut self, now: Instant) -> Transition {
        self.state = State::Open { since: now };
        Transition::Opened
    }

    fn close(&mut self, now: Instant) -> Transition {
        self.state = State::Closed { since: now };
        self.window = Window::new(self.config.window);
        Transition::Closed
    }
}

const PARTS: usize = 10;

/// Attempts of the latest ten parts of the window, the current one begun and nine complete.
#[derive(Clone, Debug)]
struct Window {
    part_nanos: u64,
    /// The number of the current part since the run began.
    current: u64,
    parts: [Tally; PARTS],
    sum: Tally,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    attempts: u32,
    failures: u32,
}

impl Window {
    fn new(length: Span) -> Self {
        let part_nanos = (length.as_nanos() / PARTS as u64).max(1);
        Self { part_nanos, current: 0, parts: Default::default(), sum: Tally::default() }
    }

    fn count(&mut self, now: Instant, is_success: bool) {
        self.slide(now.as_nanos() / self.part_nanos);
        let failures = u32::from(!is_success);
        let index = Self::index(self.current);
        for tally in [&mut self.parts[index], &mut self.sum] {
            tally.attempts += 1;
            tally.failures += failures;
        }
    }

    fn slide(&mut self, part: u64) {
        // After a pause of ten parts all are cleared: going on would only clear them again.
        for number in (self.current + 1..=part).take(self.parts.len()) {
            let expired = std::mem::take(&mut self.parts[Self::index(number)]);
            self.sum.attempts -= expired.attempts;
            self.sum.failures -= expired.failures;
        }
        self.current = part.max(self.current);
    }

    fn is_failing(&self, config: &Config) -> bool {
        let Tally { attempts, failures } = self.sum;
        // A quotient of integers is rounded as the share's text was: 7 of 100 is exactly 0.07.
        attempts >= config.count_min.max(1)
            && f64::from(failures) / f64::from(attempts) >= config.failure_share.get()
    }

    #[expect(clippy::cast_possible_truncation, reason = "a remainder of ten")]
    fn index(part: u64) -> usize {
        (part % PARTS as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::START + Span::from_secs(seconds)
    }

    /// Opens from half of four attempts within 10 s; refuses for 30 s; two probes.
    fn breaker() -> Breaker {
        let text = r#"{ "failure_share": 0.5, "window": "10s", "count_min": 4,
                        "open_for": "30s", "probes": 2 }"#;
        Breaker::new(&serde_json::from_str(text).unwrap())
    }

    /// One attempt that begins and ends at once.
    fn attempt(breaker: &mut Breaker, seconds: u64, is_success: bool) -> Option<Transition> {
        assert!(breaker.allows(at(seconds)), "refused at {seconds} s");
        breaker.record(at(seconds), at(seconds), is_success)
    }

    fn opened_at_4() -> Breaker {
        let mut breaker = breaker();
        assert_eq!(attempt(&mut breaker, 1, true), None); // 0 of 1
        assert_eq!(attempt(&mut breaker, 2, false), None); // 1 of 2: a half, but too few
        assert_eq!(attempt(&mut breaker, 3, false), None); // 2 of 3
        assert_eq!(attempt(&mut breaker, 4, true), Some(Transition::Opened)); // 2 of 4
        breaker
    }

    #[test]
    fn it_opens_from_its_share_of_enough_attempts_and_closes_after_its_probes() {
        let mut breaker = opened_at_4();
        for seconds in [4, 20, 33] {
            assert!(!breaker.allows(at(seconds)), "open until 34 s");
        }
        assert!(breaker.allows(at(34)));
        assert!(breaker.allows(at(35)));
        assert!(!breaker.allows(at(36)), "only two probes");
        assert_eq!(breaker.record(at(36), at(34), true), None);
        assert!(!breaker.allows(at(36)), "a probe that succeeded frees no permit");
        assert_eq!(breaker.record(at(37), at(35), true), Some(Transition::Closed));
        // The window was cleared: it takes four attempts again.
        assert_eq!(attempt(&mut breaker, 37, false), None);
        assert_eq!(attempt(&mut breaker, 37, false), None);
        assert_eq!(attempt(&mut breaker, 37, false), None);
        assert_eq!(attempt(&mut breaker, 37, false), Some(Transition::Opened));
    }

    #[test]
    fn one_failed_probe_opens_it_again() {
        let mut breaker = opened_at_4();
        assert_eq!(attempt(&mut breaker, 34, true), None);
        assert_eq!(attempt(&mut breaker, 40, false), Some(Transition::Opened));
        assert!(!breaker.allows(at(69)));
        // Open from 40 to 70 s; then both probes count anew.
        assert_eq!(attempt(&mut breaker, 70, true), None);
        assert_eq!(attempt(&mut breaker, 70, true), Some(Transition::Closed));
    }

    #[test]
    fn answers_to_attempts_from_before_a_change_are_ignored() {
        let mut breaker = opened_at_4();
        assert_eq!(breaker.record(at(5), at(3), false), None, "while open");
        assert!(breaker.allows(at(34)));
        assert_eq!(breaker.record(at(35), at(3), false), None, "while half open");
        assert_eq!(breaker.record(at(35), at(3), true), None);
        assert_eq!(breaker.record(at(35), at(34), true), None, "the first of two probes");
        assert_eq!(attempt(&mut breaker, 36, true), Some(Transition::Closed));
        for _ in 0..9 {
            assert_eq!(breaker.record(at(37), at(3), false), None, "while closed");
        }
    }

    #[test]
    fn attempts_older_than_the_window_do_not_count() {
        // Parts of 1 s: at 12 s the window is the parts 3 to 12; the failures of 2 s have left it.
        let mut breaker = breaker();
        for (seconds, is_success) in [(2, false), (2, false), (3, true), (12, false)] {
            assert_eq!(attempt(&mut breaker, seconds, is_success), None, "{seconds} s");
        }
        // 1 of 2; then 2 of 3; then 3 of 4.
        assert_eq!(attempt(&mut breaker, 12, false), None);
        assert_eq!(attempt(&mut breaker, 12, false), Some(Transition::Opened));
        // After a long pause nothing counts: the sum is that of one attempt.
        breaker.close(at(12));
        for seconds in [13, 13, 13, 1000] {
            assert_eq!(attempt(&mut breaker, seconds, false), None, "{seconds} s");
        }
    }

    #[test]
    fn the_window_slides_part_by_part() {
        // At 13 s part 3 has just left: 1 of 2, where 3 of 4 would open it.
        let mut breaker = breaker();
        for (seconds, is_success) in [(3, false), (3, false), (12, true), (13, false)] {
            assert_eq!(attempt(&mut breaker, seconds, is_success), None, "{seconds} s");
        }
    }

    #[test]
    fn a_permit_given_back_is_given_out_again() {
        let mut breaker = opened_at_4();
        assert!(breaker.allows(at(34)) && breaker.allows(at(34)) && !breaker.allows(at(34)));
        breaker.give_back(at(3)); // From before: not a probe.
        assert!(!breaker.allows(at(35)));
        breaker.give_back(at(34));
        assert!(breaker.allows(at(35)) && !breaker.allows(at(35)));
    }

    #[test]
    fn a_changed_configuration_applies_at_once() {
        let mut breaker = opened_at_4();
        let shorter = Config { open_for: Span::from_secs(10), probes: 3, ..breaker.config.clone() };
        breaker.reconfigure(&shorter);
        assert!(!breaker.allows(at(13)));
        assert_eq!(attempt(&mut breaker, 14, true), None);
        assert_eq!(attempt(&mut breaker, 14, true), None);
        // Two have succeeded where one is now enough: one more closes it.
        breaker.reconfigure(&Config { probes: 1, ..shorter });
        assert_eq!(attempt(&mut breaker, 15, true), Some(Transition::Closed));
    }

    #[test]
    fn problems_name_their_field() {
        let config: Config = serde_json::from_str("{}").unwrap();
        assert!((config.failure_share.get() - 0.5).abs() < f64::EPSILON);
        assert_eq!(config.problems(), []);
        let text = r#"{ "failure_share": 0, "window": "0s", "count_min": 0,
                        "open_for": "0s", "probes": 0 }"#;
        let config: Config = serde_json::from_str(text).unwrap();
        let fields: Vec<_> = config.problems().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["failure_share", "window", "open_for", "count_min", "probes"]);
    }
}
