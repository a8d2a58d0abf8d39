//! A rate of arrivals that changes with time, worked out step by step as a walk comes by.
//!
//! The rate is the product of a base and of factors: by the weekday, by the time of day, by points on the
//! run's own clock, and by bursts. Local time is known by [`Day`]s, so that no calendar is asked here.

use std::hint::cold_path;

use crate::units::{Instant, Span};

/// Nanoseconds in a second.
const NANOS: u64 = 1_000_000_000;

/// A rate that changes with time: constant within each step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// Arrivals per second where every factor is one.
    pub rate: f64,
    /// How long a step is; the rate is that in its middle. Bursts begin and end steps as well.
    pub step: Span,
    /// Where the last step ends.
    pub end: Instant,
    /// The days of the run, in their order; none if nothing but bursts changes the rate.
    pub days: Vec<Day>,
    /// Seconds of the day and factors, joined by straight lines.
    pub daily: Vec<(f64, f64)>,
    /// Nanoseconds of the run, negative before it, and factors, joined by straight lines.
    pub piecewise: Vec<(f64, f64)>,
    /// From when to when a burst lasts, and its factor.
    pub bursts: Vec<(Instant, Instant, f64)>,
}

/// A stretch of the run in which no day begins by the local clock, nor does that clock leap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Day {
    /// Where it begins.
    pub from: Instant,
    /// Nanoseconds since midnight there.
    pub time: u64,
    /// The factor of its weekday.
    pub factor: f64,
}

/// A walk along a profile, from segment to segment: neighbouring steps of one rate.
#[derive(Clone, Copy, Debug, Default)]
pub struct Walk {
    /// Where the segment ends, its rate in arrivals per nanosecond, and the nanoseconds for each.
    end: Instant,
    rate: f64,
    gap: f64,
    /// Where the step after it ends, and its rate; none before the start and after the end.
    next: Option<(Instant, f64)>,
    /// The day that was looked at last.
    day: usize,
}

impl Profile {
    /// The expected number of arrivals from `from` to `to`.
    #[must_use]
    pub fn expected(&self, from: Instant, to: Instant) -> f64 {
        let (mut sum, mut at, mut walk) = (0.0, from, Walk::default());
        while at < to && self.go_on(&mut walk) {
            if walk.end > from {
                let until = walk.end.min(to);
                sum += until.since(at).as_nanos_f64() * walk.rate;
                at = until;
            }
        }
        sum
    }

    /// The moment by which `count` arrivals are expected from `from` on, or never.
    ///
    /// With `count` drawn from the exponential distribution of mean 1 this is the next arrival of a
    /// Poisson process with this rate (time rescaling). The search begins where `walk` stands, which must
    /// not be after `from`, and moves it on to that moment.
    #[must_use]
    #[inline(always)]
    pub fn moment_of(&self, from: Instant, count: f64, walk: &mut Walk) -> Instant {
        let mut left = count;
        let mut at = from;
        loop {
            if walk.end > from {
                let within = walk.end.since(at).as_nanos_f64() * walk.rate;
                if left < within {
                    return at + Span::from_nanos_f64(left * walk.gap);
                }
                cold_path();
                left -= within;
                at = walk.end;
            }
            if !self.go_on(walk) {
                return Instant::NEVER;
            }
        }
    }

    /// Moves a walk on to the next segment, if there is one.
    #[inline(never)]
    fn go_on(&self, walk: &mut Walk) -> bool {
        let first = walk.next.take().or_else(|| self.step_from(walk.end, &mut walk.day));
        let Some((end, rate)) = first else { return false };
        (walk.end, walk.rate, walk.gap) = (end, rate, 1.0 / rate);
        while let Some((end, next)) = self.step_from(walk.end, &mut walk.day) {
            if next.to_bits() != rate.to_bits() {
                walk.next = Some((end, next));
                break;
            }
            walk.end = end;
        }
        true
    }

    /// Where the step that begins at `from` ends, and its rate per nanosecond.
    fn step_from(&self, from: Instant, day: &mut usize) -> Option<(Instant, f64)> {
        if from >= self.end {
            return None;
        }
        let steps = from.as_nanos() / self.step.as_nanos();
        let next_step = Instant::from_nanos((steps + 1).saturating_mul(self.step.as_nanos()));
        let edges = self.bursts.iter().flat_map(|(begin, end, _)| [*begin, *end]);
        let to = edges.filter(|edge| *edge > from).fold(next_step.min(self.end), Instant::min);
        let middle = from + to.since(from).scaled(0.5);
        Some((to, self.rate * self.factor(middle, day) / 1e9))
    }

    /// All factors at a moment; `day` must not be one after it, and becomes its own.
    fn factor(&self, at: Instant, day: &mut usize) -> f64 {
        let burst = self.bursts.iter().filter(|(from, to, _)| (*from..*to).contains(&at));
        let bursts: f64 = burst.map(|(_, _, factor)| factor).product();
        while self.days.get(*day + 1).is_some_and(|next| next.from <= at) {
            *day += 1;
        }
        let Some(day) = self.days.get(*day) else { return bursts };
        let time = day.time + at.since(day.from).as_nanos();
        let second = (time / NANOS) as f64 + (time % NANOS) as f64 / 1e9;
        let nanos = at.since(Instant::START).as_nanos_f64();
        bursts * day.factor * line(&self.daily, second) * line(&self.piecewise, nanos)
    }
}

/// The value at `x` of straight lines through points with rising x; 1 without points, and the nearest
/// point's value outside them.
fn line(points: &[(f64, f64)], x: f64) -> f64 {
    let next = points.partition_point(|(px, _)| *px <= x);
    let before = next.checked_sub(1).map(|before| points[before]);
    match (before, points.get(next).copied()) {
        (None, None) => 1.0,
        (Some((_, y)), None) | (None, Some((_, y))) => y,
        (Some((x0, y0)), Some((x1, y1))) => y0 + (y1 - y0) * (x - x0) / (x1 - x0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(s: u64) -> Instant {
        Instant::START + Span::from_secs(s)
    }

    fn profile() -> Profile {
        // 1 a second for 10 s, nothing for 10 s, 4 a second for 10 s.
        Profile {
            rate: 1.0,
            step: Span::from_secs(30),
            end: second(30),
            bursts: vec![(second(10), second(20), 0.0), (second(20), second(30), 4.0)],
            ..Profile::default()
        }
    }

    #[test]
    fn arrivals_skip_the_time_in_which_none_are_expected() {
        let cases = [(0, 3.0, 3), (5, 4.0, 9), (5, 5.0, 20), (5, 9.0, 21)]; // from, count, moment
        for (from, count, at) in cases {
            let moment = profile().moment_of(second(from), count, &mut Walk::default());
            assert_eq!(moment, second(at), "{count} from {from}");
        }
        let mut walk = Walk::default();
        // The walk goes on in the segment that it came to.
        for (from, count, at) in [(5, 9.0, 21), (21, 4.0, 22)] {
            assert_eq!(profile().moment_of(second(from), count, &mut walk), second(at));
            assert_eq!(walk.end, second(30));
        }
        assert_eq!(profile().moment_of(second(0), 50.1, &mut Walk::default()), Instant::NEVER);
    }

    #[test]
    fn expected_arrivals_add_up_over_segments() {
        // 5 from the first segment, none from the second, 4 a second for 5 s from the third.
        assert!((profile().expected(second(5), second(25)) - 25.0).abs() < 1e-9);
        assert!(profile().expected(second(12), second(12)).abs() < 1e-9);
    }

    /// Every segment's end in seconds and rate per second.
    fn segments(profile: &Profile) -> Vec<(u64, f64)> {
        let mut walk = Walk::default();
        let mut found = Vec::new();
        while profile.go_on(&mut walk) {
            found.push((walk.end.as_nanos() / NANOS, (walk.rate * 1e15).round() / 1e6));
        }
        found
    }

    #[test]
    fn steps_of_one_rate_are_one_segment_and_bursts_cut_steps() {
        let midnight = |from, factor| Day { from: second(from), time: 0, factor };
        let profile = Profile {
            rate: 2.0,
            step: Span::from_secs(10),
            end: second(75),
            // At rest for 20 s, then rising by a tenth each second.
            daily: vec![(20.0, 1.0), (40.0, 3.0)],
            days: vec![midnight(0, 1.0), midnight(40, 10.0)],
            bursts: vec![(second(5), second(8), 5.0)],
            ..Profile::default()
        };
        let expected = [
            (5, 2.0),
            (8, 10.0),
            (20, 2.0),
            (30, 3.0),
            (40, 5.0),
            // The second day, ten times as busy, ends with the run.
            (60, 20.0),
            (70, 30.0),
            (75, 45.0),
        ];
        assert_eq!(segments(&profile), expected);
    }

    #[test]
    fn points_are_joined_by_straight_lines() {
        let points = [(10.0, 1.0), (20.0, 3.0)];
        for (x, y) in [(0.0, 1.0), (10.0, 1.0), (15.0, 2.0), (20.0, 3.0), (99.0, 3.0)] {
            assert!((line(&points, x) - y).abs() < 1e-12, "at {x}");
        }
    }
}
